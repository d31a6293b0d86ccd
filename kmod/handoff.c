// SPDX-License-Identifier: GPL-2.0
#include "handoff.h"

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/gro_cells.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/xfrm.h>

/* Opened packets of all namespaces enter input here, so that TCP segments merge again. */
static struct gro_cells cells;
static struct net_device *cells_dev;
static DEFINE_PER_CPU(bool, receiving);

#if IS_ENABLED(CONFIG_NF_CONNTRACK)
unsigned int ipsec_handoff_confirm(struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_ct_hook *hook;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (!ct || nf_ct_is_confirmed(ct))
		return NF_ACCEPT;
	hook = rcu_dereference(nf_ct_hook);
	return hook ? hook->confirm(skb) : NF_ACCEPT;
}
#else
unsigned int ipsec_handoff_confirm(struct sk_buff *skb)
{
	return NF_ACCEPT;
}
#endif

/* The flags say "transformed" to others in the stack as well: no second NAT, no second look. */
void ipsec_handoff_out(struct net *net, struct sk_buff *skb, u8 family, bool shared)
{
	skb_clear_hash(skb);
	/* IPv4 passes whole, by its flag; IPv6 has none like it and is cut in two. */
	if (shared)
		skb->ignore_df = 1;
	if (family == AF_INET) {
		memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
		IPCB(skb)->flags = IPSKB_XFRM_TRANSFORMED | (shared ? IPSKB_FORWARDED : 0);
		skb->protocol = htons(ETH_P_IP);
		ip_local_out(net, skb->sk, skb);
		return;
	}
#if IS_ENABLED(CONFIG_IPV6)
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	IP6CB(skb)->flags = IP6SKB_XFRM_TRANSFORMED;
	skb->protocol = htons(ETH_P_IPV6);
	ip6_local_out(net, skb->sk, skb);
#endif
}

/*
 * The mark is a sec_path: nft's "meta ipsec exists", iptables' policy match and the
 * reverse path filter look for one. XFRM wants a state in it that it can ask. Ours
 * matches every packet, is in transport mode, so that no policy has to ask for
 * it, and has a protocol that XFRM never uses; it is dead from birth, so that the last
 * packet may free it after this module is gone.
 *
 * Packets share one sec_path per CPU: extensions are counted, and copied by whoever
 * changes one. An empty packet that is never sent holds the original.
 */
#ifdef CONFIG_XFRM
#define OPENED_PROTO	IPPROTO_RAW

static DEFINE_PER_CPU(struct sk_buff *, opened_original);

/* @x: one reference is the sec_path's. */
static bool add_mark(struct sk_buff *skb, struct xfrm_state *x)
{
	struct sec_path *sp = secpath_set(skb);

	if (!sp)
		return false;
	xfrm_state_hold(x);
	sp->xvec[sp->len++] = x;
	return true;
}

static void marks_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kfree_skb(per_cpu(opened_original, cpu));
}

static int marks_init(void)
{
	struct xfrm_state *x = xfrm_state_alloc(&init_net);
	bool ok = true;
	int cpu;

	if (!x)
		return -ENOMEM;
	x->km.state = XFRM_STATE_DEAD;
	x->id.proto = OPENED_PROTO;
	for_each_possible_cpu(cpu) {
		struct sk_buff *skb = alloc_skb(0, GFP_KERNEL);

		per_cpu(opened_original, cpu) = skb;
		ok = ok && skb && add_mark(skb, x);
	}
	xfrm_state_put(x);
	if (ok)
		return 0;
	marks_exit();
	return -ENOMEM;
}

static bool mark_opened(struct sk_buff *skb)
{
	const struct sk_buff *original = this_cpu_read(opened_original);

	secpath_reset(skb);
	if (likely(!skb->active_extensions)) {
		skb_ext_copy(skb, original);
		return true;
	}
	return add_mark(skb, skb_sec_path(original)->xvec[0]);
}

bool ipsec_handoff_is_opened(const struct sk_buff *skb)
{
	const struct sec_path *sp = skb_sec_path(skb);

	return sp && sp->len == 1 && sp->xvec[0]->id.proto == OPENED_PROTO;
}

static bool xfrm_has_no_say(const struct net *net, int dir)
{
	return !READ_ONCE(net->xfrm.policy_count[dir]) &&
	       READ_ONCE(net->xfrm.policy_default[dir]) == XFRM_USERPOLICY_ACCEPT;
}

void ipsec_handoff_settle(const struct net *net, struct sk_buff *skb)
{
	if (xfrm_has_no_say(net, XFRM_POLICY_IN) && xfrm_has_no_say(net, XFRM_POLICY_FWD))
		IPCB(skb)->flags |= IPSKB_NOPOLICY;
}

void ipsec_handoff_forget(struct sk_buff *skb)
{
	secpath_reset(skb);
}
#else
/* No sec_path: a value nobody uses in a field of the encapsulation offload stands for it. */
#define OPENED_MAGIC	cpu_to_be16(0x0a4d)

static int marks_init(void)
{
	return 0;
}

static void marks_exit(void)
{
}

static bool mark_opened(struct sk_buff *skb)
{
	skb->inner_protocol = OPENED_MAGIC;
	return true;
}

bool ipsec_handoff_is_opened(const struct sk_buff *skb)
{
	return skb->inner_protocol == OPENED_MAGIC && !skb->encapsulation;
}

void ipsec_handoff_settle(const struct net *net, struct sk_buff *skb)
{
}

void ipsec_handoff_forget(struct sk_buff *skb)
{
	if (ipsec_handoff_is_opened(skb))
		skb->inner_protocol = 0;
}
#endif

static bool is_tcp(const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		return ip_hdr(skb)->protocol == IPPROTO_TCP;
	return ipv6_hdr(skb)->nexthdr == IPPROTO_TCP;
}

/*
 * TCP goes by way of a NAPI of ours, where its segments merge. For the rest the way is
 * straight: the stack is entered once more on the same kernel stack, but only
 * once, and only where that stack is large; a tunnel in a tunnel takes the other way.
 */
static void receive(struct sk_buff *skb, struct ipsec_stats *stats)
{
	if (THREAD_SIZE < 16384 || is_tcp(skb) || this_cpu_read(receiving)) {
		if (unlikely(gro_cells_receive(&cells, skb) != NET_RX_SUCCESS))
			ipsec_stats_count(stats, IPSEC_REASON_IN_QUEUE_FULL);
		return;
	}
	this_cpu_write(receiving, true);
	netif_receive_skb(skb);
	this_cpu_write(receiving, false);
}

bool ipsec_handoff_in(struct sk_buff *skb, struct ipsec_stats *stats)
{
	if (!mark_opened(skb))
		return false;
	skb_dst_drop(skb);
	skb_orphan(skb);
	nf_reset_ct(skb);
	nf_reset_trace(skb);
	skb_clear_hash(skb);
	skb->ignore_df = 0;
	skb->pkt_type = PACKET_HOST;
	skb->ip_summed = CHECKSUM_NONE;
	receive(skb, stats);
	return true;
}

int ipsec_handoff_init(void)
{
	int err = marks_init();

	if (err)
		return err;
	err = -ENOMEM;
	cells_dev = ipsec_alloc_netdev_dummy(0);
	if (!cells_dev)
		goto err_marks;
	err = gro_cells_init(&cells, cells_dev);
	if (err)
		goto err_dev;
	return 0;

err_dev:
	ipsec_free_netdev_dummy(cells_dev);
err_marks:
	marks_exit();
	return err;
}

void ipsec_handoff_exit(void)
{
	gro_cells_destroy(&cells);
	ipsec_free_netdev_dummy(cells_dev);
	marks_exit();
}
