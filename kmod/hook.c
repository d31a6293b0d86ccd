// SPDX-License-Identifier: GPL-2.0
#include "hook.h"
#include "handoff.h"
#include "input.h"
#include "output.h"
#include "split.h"

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/slab.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#include <net/netfilter/nf_conntrack.h>

/*
 * Forwarded packets come in softirq, where BH are off: turning them off once more
 * costs as much as reading the flow.
 */
static bool bh_off(void)
{
	if (likely(in_softirq()))
		return false;
	local_bh_disable();
	return true;
}

static void bh_on(bool was_on)
{
	if (unlikely(was_on))
		local_bh_enable();
}

/* Between two ports of a bridge: the packet is not routed, and none of a router's business. */
static bool is_bridged(const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	return !dst || dst->flags & DST_FAKE_RTABLE;
}

/* Not routed here, or sealed here before: no row has a say. */
static bool passes(const struct sk_buff *skb, u8 family)
{
	return unlikely(is_bridged(skb)) || ipsec_handoff_is_ours(skb, family);
}

/*
 * Just before source NAT: a protected packet keeps the addresses its policy names. And
 * behind the filter: what was let through, but arrived clear, is checked here as well.
 */
static unsigned int hook_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	unsigned int verdict;
	bool bh;

	if (passes(skb, state->pf))
		return NF_ACCEPT;
	bh = bh_off();
	verdict = ipsec_output(priv, skb, state->pf, skb->skb_iif);
	bh_on(bh);
	return verdict;
}

/* Did source NAT, or the way back of destination NAT, just change this packet's source? */
static bool source_changed(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_NF_NAT)
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (!ct)
		return false;
	return ct->status & (CTINFO2DIR(ctinfo) == IP_CT_DIR_ORIGINAL ? IPS_SRC_NAT : IPS_DST_NAT);
#else
	return false;
#endif
}

/* Just after source NAT: whoever leaves by an address that a policy names is protected by it. */
static unsigned int hook_out_translated(void *priv, struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	unsigned int verdict;
	bool bh;

	if (likely(!source_changed(skb)) || passes(skb, state->pf))
		return NF_ACCEPT;
	bh = bh_off();
	verdict = ipsec_output(priv, skb, state->pf, false);
	bh_on(bh);
	return verdict;
}

static unsigned int hook_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	bool bh = bh_off();
	unsigned int verdict;

	verdict = ipsec_input(priv, skb, state->pf);
	if (unlikely(verdict == IPSEC_INPUT_MERGED))
		verdict = ipsec_split_input(priv, skb, state);
	bh_on(bh);
	return verdict;
}

/* Behind all that changes what routes look at: sealed packets, and opened ones once more. */
static unsigned int hook_arrived(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	bool bh = bh_off();

	ipsec_input_arrived(priv, skb, state->pf);
	bh_on(bh);
	return NF_ACCEPT;
}

#define HOOKS(family)								\
	{ .hook = hook_out, .pf = (family), .hooknum = NF_INET_POST_ROUTING,	\
	  .priority = NF_IP_PRI_NAT_SRC - 1 },					\
	{ .hook = hook_out_translated, .pf = (family),				\
	  .hooknum = NF_INET_POST_ROUTING, .priority = NF_IP_PRI_NAT_SRC + 1 },	\
	{ .hook = hook_in, .pf = (family), .hooknum = NF_INET_LOCAL_IN,		\
	  .priority = NF_IP_PRI_SECURITY + 1 }

#define HOOK_ARRIVED(family)							\
	{ .hook = hook_arrived, .pf = (family),					\
	  .hooknum = NF_INET_PRE_ROUTING, .priority = NF_IP_PRI_LAST }

/* IPSEC_ARM_BASE, and the rest, IPSEC_ARM_INBOUND. */
static const struct nf_hook_ops hooks[] = {
	HOOKS(NFPROTO_IPV4),
#if IS_ENABLED(CONFIG_IPV6)
	HOOKS(NFPROTO_IPV6),
#endif
	HOOK_ARRIVED(NFPROTO_IPV4),
#if IS_ENABLED(CONFIG_IPV6)
	HOOK_ARRIVED(NFPROTO_IPV6),
#endif
};

#define INBOUND_HOOKS	(1 + IS_ENABLED(CONFIG_IPV6))
#define BASE_HOOKS	(ARRAY_SIZE(hooks) - INBOUND_HOOKS)

/*
 * Rows with ports must see whole packets: a later fragment would miss them and could
 * leave in the clear.
 */
static int defrag4_enable(struct net *net)
{
#if IS_ENABLED(CONFIG_NF_DEFRAG_IPV4)
	return nf_defrag_ipv4_enable(net);
#else
	return 0;
#endif
}

static void defrag4_disable(struct net *net)
{
#if IS_ENABLED(CONFIG_NF_DEFRAG_IPV4)
	nf_defrag_ipv4_disable(net);
#endif
}

/* IPv6 itself reassembles only behind LOCAL_IN: ESP and IKE must be whole before. */
static int defrag6_enable(struct net *net)
{
#if IS_ENABLED(CONFIG_NF_DEFRAG_IPV6)
	return nf_defrag_ipv6_enable(net);
#else
	return 0;
#endif
}

static void defrag6_disable(struct net *net)
{
#if IS_ENABLED(CONFIG_NF_DEFRAG_IPV6)
	nf_defrag_ipv6_disable(net);
#endif
}

/* Every namespace has its own copy of the table: the hooks find its state without a search. */
static int arm_base(struct ipsec_pernet *pn)
{
	size_t i;
	int err = defrag6_enable(pn->net);

	if (err)
		return err;
	err = -ENOMEM;
	pn->hooks = kmemdup(hooks, sizeof(hooks), GFP_KERNEL);
	if (!pn->hooks)
		goto err_defrag;
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		pn->hooks[i].priv = pn;
	err = nf_register_net_hooks(pn->net, pn->hooks, BASE_HOOKS);
	if (!err)
		return 0;
	kfree(pn->hooks);
err_defrag:
	defrag6_disable(pn->net);
	return err;
}

int ipsec_hook_arm(struct ipsec_pernet *pn, u8 what)
{
	switch (what) {
	case IPSEC_ARM_BASE:
		return arm_base(pn);
	case IPSEC_ARM_INBOUND:
		return nf_register_net_hooks(pn->net, pn->hooks + BASE_HOOKS, INBOUND_HOOKS);
	default:
		return defrag4_enable(pn->net);
	}
}

void ipsec_hook_disarm(struct ipsec_pernet *pn)
{
	if (pn->armed & IPSEC_ARM_PORTS)
		defrag4_disable(pn->net);
	if (pn->armed & IPSEC_ARM_INBOUND)
		nf_unregister_net_hooks(pn->net, pn->hooks + BASE_HOOKS, INBOUND_HOOKS);
	nf_unregister_net_hooks(pn->net, pn->hooks, BASE_HOOKS);
	defrag6_disable(pn->net);
	synchronize_net();
	kfree(pn->hooks);
}
