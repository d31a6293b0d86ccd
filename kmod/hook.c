// SPDX-License-Identifier: GPL-2.0
#include "hook.h"
#include "input.h"
#include "output.h"

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#include <net/netfilter/nf_conntrack.h>

/* Just before source NAT: a protected packet keeps the addresses its policy names. */
static unsigned int hook_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	unsigned int verdict;

	local_bh_disable();
	verdict = ipsec_output(ipsec_pernet(state->net), skb, state->pf);
	local_bh_enable();
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
	return source_changed(skb) ? hook_out(priv, skb, state) : NF_ACCEPT;
}

static unsigned int hook_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	unsigned int verdict;

	local_bh_disable();
	verdict = ipsec_input(ipsec_pernet(state->net), skb, state->pf);
	local_bh_enable();
	return verdict;
}

static unsigned int hook_forward(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	unsigned int verdict;

	local_bh_disable();
	verdict = ipsec_input_clear(ipsec_pernet(state->net), skb, state->pf);
	local_bh_enable();
	return verdict;
}

#define HOOKS(family)								\
	{ .hook = hook_out, .pf = (family), .hooknum = NF_INET_POST_ROUTING,	\
	  .priority = NF_IP_PRI_NAT_SRC - 1 },					\
	{ .hook = hook_out_translated, .pf = (family),				\
	  .hooknum = NF_INET_POST_ROUTING, .priority = NF_IP_PRI_NAT_SRC + 1 },	\
	{ .hook = hook_in, .pf = (family), .hooknum = NF_INET_LOCAL_IN,		\
	  .priority = NF_IP_PRI_SECURITY + 1 },					\
	{ .hook = hook_forward, .pf = (family), .hooknum = NF_INET_FORWARD,	\
	  .priority = NF_IP_PRI_SECURITY + 1 }

static const struct nf_hook_ops hooks[] = {
	HOOKS(NFPROTO_IPV4),
#if IS_ENABLED(CONFIG_IPV6)
	HOOKS(NFPROTO_IPV6),
#endif
};

/* IPv6 reassembles behind LOCAL_IN unless netfilter has done it; IPv4 in front of it. */
#if IS_ENABLED(CONFIG_NF_DEFRAG_IPV6)
#define defrag_enable(net)	nf_defrag_ipv6_enable(net)
#define defrag_disable(net)	nf_defrag_ipv6_disable(net)
#else
static int defrag_enable(struct net *net)
{
	return 0;
}

static void defrag_disable(struct net *net)
{
}
#endif

int ipsec_hook_arm(struct net *net)
{
	int err = defrag_enable(net);

	if (err)
		return err;
	err = nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
	if (err)
		defrag_disable(net);
	return err;
}

void ipsec_hook_disarm(struct net *net)
{
	nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
	defrag_disable(net);
	synchronize_net();
}
