// SPDX-License-Identifier: GPL-2.0
#include "route.h"

#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <net/dst_cache.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>

#define SLOTS	256

/**
 * struct arrival_key - what the choice of an arriving packet's route depends on
 * @family: NFPROTO_*
 * @class: type of service, or traffic class and flow label
 * @ifindex: device it came by
 * @mark: skb->mark
 * @src4: IPv4 addresses; nothing behind them is used
 * @dst4: the same
 * @src6: IPv6 addresses
 * @dst6: the same
 */
struct arrival_key {
	u32 family;
	u32 class;
	u32 ifindex;
	u32 mark;
	union {
		struct {
			__be32 src4;
			__be32 dst4;
		};
		struct {
			struct in6_addr src6;
			struct in6_addr dst6;
		};
	};
} __aligned(8);

#define KEY_WORDS4	(offsetofend(struct arrival_key, dst4) / sizeof(u64))
#define KEY_WORDS6	(offsetofend(struct arrival_key, dst6) / sizeof(u64))

struct ipsec_route_slot {
	struct arrival_key key;
	struct dst_entry *dst;
	unsigned long until;
	u32 cookie;
};

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

struct dst_entry *ipsec_route_out(struct ipsec_sa *sa)
{
	return sa->ends.family == AF_INET ? route4(sa) : route6(sa);
}

int ipsec_route_init(struct ipsec_route_table *table)
{
	return ipsec_slots_init(&table->slots, SLOTS, sizeof(struct ipsec_route_slot));
}

void ipsec_route_exit(struct ipsec_route_table *table)
{
	int cpu, i;

	if (!table->slots.cpu)
		return;
	for_each_possible_cpu(cpu) {
		struct ipsec_route_slot *slots = *per_cpu_ptr(table->slots.cpu, cpu);

		for (i = 0; i < SLOTS; i++)
			dst_release(slots[i].dst);
	}
	ipsec_slots_exit(&table->slots);
}

static __always_inline u32 key_hash(const struct arrival_key *k, size_t words)
{
	const u64 *x = (const u64 *)k;
	u64 h = 0;
	size_t i;

	/* An odd multiplier without structure (SplitMix64). */
	for (i = 0; i < words; i++)
		h = (h ^ x[i]) * 0x9e3779b97f4a7c15ULL;
	return h >> 32;
}

static __always_inline bool key_equal(const struct arrival_key *a, const struct arrival_key *b,
				      size_t words)
{
	const u64 *x = (const u64 *)a, *y = (const u64 *)b;
	u64 diff = 0;
	size_t i;

	for (i = 0; i < words; i++)
		diff |= x[i] ^ y[i];
	return !diff;
}

/*
 * What the stack is about to do, done now. If it fails the stack does it again and says why.
 * Returns true if packets with the same key will go the same way.
 */
static bool ask4(struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct rtable *rt;

#ifdef CONFIG_IP_MULTIPLE_TABLES
	if (dev_net(skb->dev)->ipv4.fib_rules_require_fldissect)
		return false;
#endif
	if (ip_route_input_noref(skb, iph->daddr, iph->saddr, iph->tos, skb->dev))
		return false;
	rt = skb_rtable(skb);
	return !(IPCB(skb)->flags & IPSKB_MULTIPATH) &&
	       (rt->rt_type == RTN_UNICAST || rt->rt_type == RTN_LOCAL);
}

#if IS_ENABLED(CONFIG_IPV6)
static bool is_multipath6(const struct rt6_info *rt)
{
	const struct fib6_info *from = rcu_dereference(rt->from);

	return !from || from->fib6_nsiblings || from->nh;
}

static bool ask6(struct sk_buff *skb)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	struct flowi6 fl6 = {
		.flowi6_iif = skb->dev->ifindex,
		.daddr = ip6->daddr,
		.saddr = ip6->saddr,
		.flowlabel = ip6_flowinfo(ip6),
		.flowi6_mark = skb->mark,
		.flowi6_proto = ip6->nexthdr,
	};
	struct net *net = dev_net(skb->dev);
	struct dst_entry *dst;

#ifdef CONFIG_IPV6_MULTIPLE_TABLES
	if (net->ipv6.fib6_rules_require_fldissect)
		return false;
#endif
	dst = ip6_route_input_lookup(net, skb->dev, &fl6, skb,
				     RT6_LOOKUP_F_HAS_SADDR | RT6_LOOKUP_F_DST_NOREF);
	skb_dst_set_noref(skb, dst);
	return !dst->error && !is_multipath6((struct rt6_info *)dst);
}

static u32 cookie6(const struct dst_entry *dst)
{
	return rt6_get_cookie((const struct rt6_info *)dst);
}
#else
static bool ask6(struct sk_buff *skb)
{
	return false;
}

static u32 cookie6(const struct dst_entry *dst)
{
	return 0;
}
#endif

static noinline void ask_stack(struct ipsec_route_slot *slot, const struct arrival_key *k,
			       struct sk_buff *skb)
{
	struct dst_entry *dst;

	if (!(k->family == NFPROTO_IPV4 ? ask4(skb) : ask6(skb)))
		return;
	dst = skb_dst(skb);
	if (!dst_hold_safe(dst))
		return;
	dst_release(slot->dst);
	slot->key = *k;
	slot->dst = dst;
	slot->until = jiffies + HZ;
	slot->cookie = k->family == NFPROTO_IPV4 ? 0 : cookie6(dst);
}

static bool is_good(const struct ipsec_route_slot *slot)
{
	struct dst_entry *dst = slot->dst;

	return time_before(jiffies, slot->until) &&
	       (!dst->obsolete || dst->ops->check(dst, slot->cookie));
}

static __always_inline void give(struct ipsec_route_table *table, struct sk_buff *skb,
				 const struct arrival_key *k, size_t words)
{
	struct ipsec_route_slot *slot = *this_cpu_ptr(table->slots.cpu);

	slot += key_hash(k, words) & (SLOTS - 1);
	if (likely(key_equal(&slot->key, k, words) && is_good(slot)))
		skb_dst_set_noref(skb, slot->dst);
	else
		ask_stack(slot, k, skb);
}

void ipsec_route_in(struct ipsec_route_table *table, struct sk_buff *skb, u8 family)
{
	struct arrival_key k;

	/* For a VRF the stack asks later, with another device. */
	if (skb_dst(skb) || netif_is_l3_slave(skb->dev))
		return;
	k.family = family;
	k.ifindex = skb->dev->ifindex;
	k.mark = skb->mark;
	if (family == NFPROTO_IPV4) {
		const struct iphdr *iph = ip_hdr(skb);

		/* Options may change the way; ICMP takes that of what it quotes. */
		if (iph->ihl != 5 || iph->protocol == IPPROTO_ICMP)
			return;
		k.class = iph->tos;
		k.src4 = iph->saddr;
		k.dst4 = iph->daddr;
		give(table, skb, &k, KEY_WORDS4);
	} else {
		const struct ipv6hdr *ip6 = ipv6_hdr(skb);

		if (ip6->nexthdr == NEXTHDR_ICMP || ipv6_addr_is_multicast(&ip6->daddr))
			return;
		k.class = (__force u32)ip6_flowinfo(ip6);
		k.src6 = ip6->saddr;
		k.dst6 = ip6->daddr;
		give(table, skb, &k, KEY_WORDS6);
	}
}
