// SPDX-License-Identifier: GPL-2.0
#include "handoff.h"

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/dst_cache.h>
#include <net/gro_cells.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>
#include <net/xfrm.h>

/* Opened packets of all namespaces enter input here, so that TCP segments merge again. */
static struct gro_cells cells;
static struct net_device *cells_dev;
static DEFINE_PER_CPU(bool, receiving);

static struct dst_entry *route4(struct ipsec_sa *sa)
{
	struct flowi4 fl4 = {
		.daddr = sa->ends.dst.a4,
		.saddr = sa->ends.src.a4,
		.flowi4_mark = sa->mark,
	};
	struct rtable *rt = dst_cache_get_ip4(&sa->dst_cache, &fl4.saddr);

	if (likely(rt))
		return &rt->dst;
	rt = __ip_route_output_key(sa->net, &fl4);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	dst_cache_set_ip4(&sa->dst_cache, &rt->dst, sa->ends.src.a4);
	return &rt->dst;
}

#if IS_ENABLED(CONFIG_IPV6)
static struct dst_entry *route6(struct ipsec_sa *sa)
{
	struct flowi6 fl6 = {
		.daddr = sa->ends.dst.a6,
		.saddr = sa->ends.src.a6,
		.flowi6_mark = sa->mark,
	};
	struct dst_entry *dst = dst_cache_get_ip6(&sa->dst_cache, &fl6.saddr);
	int err;

	if (likely(dst))
		return dst;
	dst = ip6_route_output(sa->net, NULL, &fl6);
	err = dst->error;
	if (err) {
		dst_release(dst);
		return ERR_PTR(err);
	}
	dst_cache_set_ip6(&sa->dst_cache, dst, &sa->ends.src.a6);
	return dst;
}
#else
static struct dst_entry *route6(struct ipsec_sa *sa)
{
	return ERR_PTR(-EAFNOSUPPORT);
}
#endif

struct dst_entry *ipsec_handoff_route(struct ipsec_sa *sa)
{
	return sa->ends.family == AF_INET ? route4(sa) : route6(sa);
}

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
 * it, and has a protocol that XFRM never uses. One per CPU: packets count themselves
 * in and out of its reference counter. Dead from birth, so that the last packet
 * may free it after this module is gone.
 */
#ifdef CONFIG_XFRM
#define OPENED_PROTO	IPPROTO_RAW

static DEFINE_PER_CPU(struct xfrm_state *, opened_state);

static void marks_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		if (per_cpu(opened_state, cpu))
			xfrm_state_put(per_cpu(opened_state, cpu));
	}
}

static int marks_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct xfrm_state *x = xfrm_state_alloc(&init_net);

		if (!x) {
			marks_exit();
			return -ENOMEM;
		}
		x->km.state = XFRM_STATE_DEAD;
		x->id.proto = OPENED_PROTO;
		per_cpu(opened_state, cpu) = x;
	}
	return 0;
}

static bool mark_opened(struct sk_buff *skb)
{
	struct xfrm_state *x = this_cpu_read(opened_state);
	struct sec_path *sp;

	secpath_reset(skb);
	sp = secpath_set(skb);
	if (!sp)
		return false;
	xfrm_state_hold(x);
	sp->xvec[sp->len++] = x;
	return true;
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
