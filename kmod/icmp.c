// SPDX-License-Identifier: GPL-2.0
#include "icmp.h"
#include "ah.h"
#include "esp.h"
#include "mode.h"
#include "natt.h"
#include "route.h"

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netfilter.h>
#include <linux/udp.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>

#define PMTU_LIFE	(600 * HZ)
#define PMTU_MIN_IP4	552

bool ipsec_icmp_shares_route(const struct ipsec_sa *sa, const union ipsec_addr *inner, u8 family)
{
	if (sa->ends.mode == IPSEC_SA_MODE_TRANSPORT)
		return true;
	return sa->ends.family == family && !memcmp(inner, &sa->ends.dst, sizeof(*inner));
}

/* Largest sealed packet that the way bears. */
static u32 path_mtu(const struct ipsec_sa *sa, const struct dst_entry *dst, bool shared)
{
	u32 mtu;

	if (likely(!shared))
		return dst_mtu(dst);
	mtu = READ_ONCE(dst->dev->mtu);
	if (time_before(jiffies, READ_ONCE(sa->pmtu_until)))
		mtu = min(mtu, READ_ONCE(sa->pmtu));
	return mtu;
}

/* For packets that share their route with the clear ones. */
static void learn_by_sa(struct ipsec_sa *sa, u32 mtu)
{
	/* RFC 1191 section 6.3: a larger one than is known is not to be believed. */
	if (time_before(jiffies, READ_ONCE(sa->pmtu_until)) && mtu >= READ_ONCE(sa->pmtu))
		return;
	WRITE_ONCE(sa->pmtu, max_t(u32, mtu, sa->ends.family == AF_INET ? PMTU_MIN_IP4
									  : IPV6_MIN_MTU));
	WRITE_ONCE(sa->pmtu_until, jiffies + PMTU_LIFE);
}

/* For the others, along the route that the SA has cached. True if there are such. */
static bool learns_by_route(const struct ipsec_sa *sa)
{
	return sa->ends.mode == IPSEC_SA_MODE_TUNNEL;
}

static u32 payload_max(const struct ipsec_sa *sa, u32 pmtu, u32 header_len)
{
	const struct ipsec_key *key = rcu_dereference(sa->key);
	u32 outer = ipsec_natt_head_len(sa);
	u32 inner = 0, max;

	if (sa->ends.mode == IPSEC_SA_MODE_TUNNEL) {
		outer += ipsec_mode_head_len(sa);
	} else {
		outer += header_len;
		inner = header_len;
	}
	if (!key || pmtu <= outer)
		return 0;
	if (sa->ends.proto == IPPROTO_AH) {
		outer += ipsec_ah_head_len(key, sa->ends.family);
		max = pmtu > outer ? pmtu - outer : 0;
	} else {
		max = ipsec_esp_payload_max(key, pmtu - outer);
	}
	return max ? max + inner : 0;
}

u32 ipsec_icmp_payload_mtu(const struct ipsec_sa *sa, const struct ipsec_sa *outer,
			   const struct dst_entry *dst, bool shared, u32 header_len)
{
	u32 pmtu = path_mtu(sa, dst, shared);

	/* ICMP errors quote the outer SA. */
	if (unlikely(outer))
		pmtu = min(pmtu, path_mtu(outer, dst, true)) -
		       ipsec_ah_head_len(rcu_dereference(outer->key), outer->ends.family);
	return payload_max(sa, pmtu, header_len);
}

int ipsec_icmp_flow_mtu(struct ipsec_sa *sa, const struct ipsec_sa *outer,
			const struct ipsec_flow *fl)
{
	u32 header_len = fl->family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	bool shared = ipsec_icmp_shares_route(sa, &fl->dst, fl->family);
	struct dst_entry *dst = ipsec_route_out(sa);
	u32 mtu;

	if (IS_ERR(dst))
		return PTR_ERR(dst);
	mtu = ipsec_icmp_payload_mtu(sa, outer, dst, shared, header_len);
	dst_release(dst);
	return mtu;
}

static bool is_local(const struct sk_buff *skb)
{
	return skb->sk || !skb->skb_iif;
}

void ipsec_icmp_too_big(struct net *net, struct sk_buff *skb, u32 mtu)
{
	if (is_local(skb)) {
		skb_dst_update_pmtu_no_confirm(skb, mtu);
		return;
	}
	if (ip_hdr(skb)->version == 4)
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
	else
		icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
}

/* Where the SPI stands behind the outer IP header of our packet. */
static int spi_offset(u8 proto)
{
	switch (proto) {
	case IPPROTO_ESP:
		return 0;
	case IPPROTO_AH:
		return offsetof(struct ip_auth_hdr, spi);
	case IPPROTO_UDP:
		return sizeof(struct udphdr);
	default:
		return -1;
	}
}

static struct ipsec_sa *quoted_sa(struct ipsec_sad *sad, const struct sk_buff *skb,
				  unsigned int off, u8 proto, u8 family,
				  const union ipsec_addr *src, const union ipsec_addr *dst)
{
	int spi_off = spi_offset(proto);
	const __be32 *spi;
	struct ipsec_sa *sa;
	__be32 buf;

	if (spi_off < 0)
		return NULL;
	spi = skb_header_pointer(skb, off + spi_off, sizeof(buf), &buf);
	if (!spi)
		return NULL;
	sa = ipsec_sad_lookup_in(sad, *spi, proto == IPPROTO_AH ? IPPROTO_AH : IPPROTO_ESP,
				 family, dst);
	if (!sa || sa->dir != IPSEC_SA_DIR_OUT || !ipsec_sa_alive(sa))
		return NULL;
	if ((proto == IPPROTO_UDP) != (sa->encap == IPSEC_SA_ENCAP_UDP))
		return NULL;
	return memcmp(&sa->ends.src, src, sizeof(*src)) ? NULL : sa;
}

static void learn4(struct ipsec_sad *sad, struct net *net, struct sk_buff *skb)
{
	unsigned int off = ip_hdrlen(skb);
	struct icmphdr icmp_buf, *icmp;
	struct iphdr ip_buf, *iph;
	union ipsec_addr src = { 0 }, dst = { 0 };
	struct ipsec_sa *sa;
	u32 mtu;

	icmp = skb_header_pointer(skb, off, sizeof(icmp_buf), &icmp_buf);
	if (!icmp || icmp->type != ICMP_DEST_UNREACH || icmp->code != ICMP_FRAG_NEEDED)
		return;
	mtu = ntohs(icmp->un.frag.mtu);
	off += sizeof(*icmp);
	iph = skb_header_pointer(skb, off, sizeof(ip_buf), &ip_buf);
	if (!iph || iph->version != 4 || iph->ihl < 5)
		return;
	src.a4 = iph->saddr;
	dst.a4 = iph->daddr;
	sa = quoted_sa(sad, skb, off + iph->ihl * 4, iph->protocol, AF_INET, &src, &dst);
	if (!sa)
		return;
	learn_by_sa(sa, mtu);
	if (learns_by_route(sa) && pskb_may_pull(skb, off + sizeof(ip_buf))) {
		/* ipv4_update_pmtu() reads the quoted header at skb->data. */
		__skb_pull(skb, off);
		ipv4_update_pmtu(skb, net, mtu, 0, 0);
		__skb_push(skb, off);
	}
}

#if IS_ENABLED(CONFIG_IPV6)
static void learn6(struct ipsec_sad *sad, struct net *net, struct sk_buff *skb)
{
	unsigned int off = skb_transport_offset(skb);
	struct icmp6hdr icmp_buf, *icmp;
	struct ipv6hdr ip_buf, *ip6;
	union ipsec_addr src, dst;
	struct ipsec_sa *sa;
	__be32 mtu;

	icmp = skb_header_pointer(skb, off, sizeof(icmp_buf), &icmp_buf);
	if (!icmp || icmp->icmp6_type != ICMPV6_PKT_TOOBIG)
		return;
	mtu = icmp->icmp6_mtu;
	off += sizeof(*icmp);
	ip6 = skb_header_pointer(skb, off, sizeof(ip_buf), &ip_buf);
	if (!ip6 || ip6->version != 6)
		return;
	src.a6 = ip6->saddr;
	dst.a6 = ip6->daddr;
	sa = quoted_sa(sad, skb, off + sizeof(*ip6), ip6->nexthdr, AF_INET6, &src, &dst);
	if (!sa)
		return;
	learn_by_sa(sa, be32_to_cpu(mtu));
	if (learns_by_route(sa) && pskb_may_pull(skb, off + sizeof(ip_buf))) {
		__skb_pull(skb, off);
		ip6_update_pmtu(skb, net, mtu, 0, 0, sock_net_uid(net, NULL));
		__skb_push(skb, off);
	}
}
#endif

void ipsec_icmp_learn(struct ipsec_sad *sad, struct net *net, struct sk_buff *skb, u8 family)
{
	if (family == NFPROTO_IPV4)
		learn4(sad, net, skb);
#if IS_ENABLED(CONFIG_IPV6)
	else
		learn6(sad, net, skb);
#endif
}
