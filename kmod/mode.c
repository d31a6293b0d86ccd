// SPDX-License-Identifier: GPL-2.0
#include "mode.h"

#include <linux/if_ether.h>
#include <linux/skbuff.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>

/* What a header says that the outer one may repeat. */
struct carried {
	u8 family;
	u8 dsfield;
	bool df;
};

u32 ipsec_mode_head_len(const struct ipsec_sa *sa)
{
	if (sa->ends.mode == IPSEC_SA_MODE_TRANSPORT)
		return 0;
	return sa->ends.family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
}

int ipsec_mode_room(struct sk_buff *skb, unsigned int head, unsigned int tail)
{
	unsigned int headroom = skb_headroom(skb);
	unsigned int want = skb->data_len + tail;

	if (likely(!skb_is_nonlinear(skb) && !skb_cloned(skb) && headroom >= head &&
		   skb_tailroom(skb) >= tail))
		return 0;
	/* skb_tailroom() is 0 while there are fragments: count from the linear end. */
	headroom = head > headroom ? head - headroom : 0;
	want = want > (unsigned int)(skb->end - skb->tail) ? want - (skb->end - skb->tail) : 0;
	if (pskb_expand_head(skb, SKB_DATA_ALIGN(headroom), want, GFP_ATOMIC))
		return -ENOMEM;
	return skb_linearize(skb);
}

static struct carried carried_by(const struct sk_buff *skb)
{
	struct carried c = { 0 };

	if (ip_hdr(skb)->version == 4) {
		const struct iphdr *iph = ip_hdr(skb);

		c.family = AF_INET;
		c.dsfield = iph->tos;
		c.df = iph->frag_off & htons(IP_DF);
	} else {
		c.family = AF_INET6;
		c.dsfield = ipv6_get_dsfield(ipv6_hdr(skb));
		/* RFC 2473 section 7.1: what is no longer than the least MTU may be fragmented. */
		c.df = skb->len > IPV6_MIN_MTU;
	}
	return c;
}

/* RFC 6040 section 4.1, normal mode: the ECN field is copied. */
static u8 outer_dsfield(const struct ipsec_sa *sa, u8 inner)
{
	u8 ds = 0;

	if (!(sa->flags & IPSEC_SA_F_NO_DSCP))
		ds |= inner & ~INET_ECN_MASK;
	if (!(sa->flags & IPSEC_SA_F_NO_ECN))
		ds |= inner & INET_ECN_MASK;
	return ds;
}

static bool outer_df(const struct ipsec_sa *sa, const struct carried *c)
{
	switch (sa->df) {
	case IPSEC_SA_DF_SET:
		return true;
	case IPSEC_SA_DF_CLEAR:
		return false;
	default:
		return c->df;
	}
}

static u8 outer_protocol(const struct ipsec_sa *sa)
{
	return sa->encap == IPSEC_SA_ENCAP_UDP ? IPPROTO_UDP : sa->ends.proto;
}

/*
 * The identification of packets that may be fragmented comes from the sequence number:
 * no two fragments of one SA that could meet share it, and the ICV tells if another SA's do.
 */
static void push_ip4(const struct ipsec_sa *sa, struct sk_buff *skb, const struct carried *c,
		     u64 seq)
{
	bool df = outer_df(sa, c);
	struct iphdr *iph = ip_hdr(skb);

	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = outer_dsfield(sa, c->dsfield);
	iph->frag_off = df ? htons(IP_DF) : 0;
	iph->ttl = READ_ONCE(sa->net->ipv4.sysctl_ip_default_ttl);
	iph->protocol = outer_protocol(sa);
	iph->saddr = sa->ends.src.a4;
	iph->daddr = sa->ends.dst.a4;
	iph->id = df ? 0 : htons((u16)(seq + be32_to_cpu(sa->spi)));
	skb->ignore_df = !df;
}

static void push_ip6(const struct ipsec_sa *sa, struct sk_buff *skb, const struct carried *c)
{
	struct ipv6hdr *ip6 = ipv6_hdr(skb);

	ip6_flow_hdr(ip6, outer_dsfield(sa, c->dsfield), 0);
	ip6->nexthdr = outer_protocol(sa);
	ip6->hop_limit = READ_ONCE(sa->net->ipv6.devconf_all->hop_limit);
	ip6->saddr = sa->ends.src.a6;
	ip6->daddr = sa->ends.dst.a6;
	skb->ignore_df = !outer_df(sa, c);
}

static int push_tunnel(const struct ipsec_sa *sa, struct sk_buff *skb, unsigned int gap, u64 seq,
		       u8 *next_header)
{
	struct carried c = carried_by(skb);
	u32 head = ipsec_mode_head_len(sa);

	*next_header = c.family == AF_INET ? IPPROTO_IPIP : IPPROTO_IPV6;
	skb_push(skb, head + gap);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, head);
	if (sa->ends.family == AF_INET)
		push_ip4(sa, skb, &c, seq);
	else
		push_ip6(sa, skb, &c);
	return 0;
}

static int push_transport(const struct ipsec_sa *sa, struct sk_buff *skb, unsigned int gap,
			  u8 *next_header)
{
	int len;
	u8 *nh;

	if (sa->ends.family == AF_INET) {
		if (ip_is_fragment(ip_hdr(skb)))
			return -EINVAL;
		len = ip_hdrlen(skb);
		nh = &ip_hdr(skb)->protocol;
	} else {
		len = ip6_find_1stfragopt(skb, &nh);
		if (len < 0 || *nh == NEXTHDR_FRAGMENT)
			return -EINVAL;
	}
	*next_header = *nh;
	*nh = outer_protocol(sa);
	skb_push(skb, gap);
	memmove(skb->data, skb->data + gap, len);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, len);
	return 0;
}

int ipsec_mode_push(const struct ipsec_sa *sa, struct sk_buff *skb, unsigned int gap, u64 seq,
		    u8 *next_header)
{
	if (sa->ends.mode == IPSEC_SA_MODE_TUNNEL)
		return push_tunnel(sa, skb, gap, seq, next_header);
	return push_transport(sa, skb, gap, next_header);
}

/* More may have been carried than the inner packet: TFC padding (RFC 4303 section 2.7). */
static enum ipsec_reason trim_inner(struct sk_buff *skb, u8 next_header)
{
	u32 len;

	if (next_header == IPPROTO_IPIP) {
		const struct iphdr *iph = ip_hdr(skb);

		if (skb->len < sizeof(*iph) || iph->version != 4 || iph->ihl < 5)
			return IPSEC_REASON_IN_INNER_BAD;
		len = ntohs(iph->tot_len);
		if (len < iph->ihl * 4)
			return IPSEC_REASON_IN_INNER_BAD;
		skb->protocol = htons(ETH_P_IP);
	} else {
		const struct ipv6hdr *ip6 = ipv6_hdr(skb);

		if (skb->len < sizeof(*ip6) || ip6->version != 6)
			return IPSEC_REASON_IN_INNER_BAD;
		len = sizeof(*ip6) + ntohs(ip6->payload_len);
		skb->protocol = htons(ETH_P_IPV6);
	}
	if (len > skb->len || pskb_trim(skb, len))
		return IPSEC_REASON_IN_INNER_BAD;
	return IPSEC_REASON_NONE;
}

/* RFC 6040 section 4.2: the outer packet's CE, and ECT(1) over ECT(0), reach the inner header. */
static bool pull_ecn(struct sk_buff *skb, u8 outer, u8 inner, u8 family)
{
	if (INET_ECN_is_ce(outer)) {
		if (INET_ECN_is_not_ect(inner))
			return false;
		if (family == AF_INET)
			IP_ECN_set_ce(ip_hdr(skb));
		else
			IP6_ECN_set_ce(skb, ipv6_hdr(skb));
	} else if ((outer & INET_ECN_MASK) == INET_ECN_ECT_1 &&
		   (inner & INET_ECN_MASK) == INET_ECN_ECT_0) {
		if (family == AF_INET)
			IP_ECN_set_ect1(ip_hdr(skb));
		else
			IP6_ECN_set_ect1(skb, ipv6_hdr(skb));
	}
	return true;
}

static enum ipsec_reason pull_ds(const struct ipsec_sa *sa, struct sk_buff *skb, u8 outer,
				 u8 family)
{
	u8 inner = family == AF_INET ? ip_hdr(skb)->tos : ipv6_get_dsfield(ipv6_hdr(skb));
	u8 dscp = outer & ~INET_ECN_MASK;

	if (!(sa->flags & IPSEC_SA_F_NO_ECN) && !pull_ecn(skb, outer, inner, family))
		return IPSEC_REASON_IN_ECN_BAD;
	if (sa->flags & IPSEC_SA_F_DECAP_DSCP) {
		if (family == AF_INET)
			ipv4_change_dsfield(ip_hdr(skb), INET_ECN_MASK, dscp);
		else
			ipv6_change_dsfield(ipv6_hdr(skb), INET_ECN_MASK, dscp);
	}
	return IPSEC_REASON_NONE;
}

/* Taps and bridges that look at the device see a frame of the inner packet's kind. */
static void rebuild_mac(struct sk_buff *skb)
{
	skb_mac_header_rebuild(skb);
	if (skb->mac_len == ETH_HLEN)
		eth_hdr(skb)->h_proto = skb->protocol;
}

static enum ipsec_reason pull_tunnel(const struct ipsec_sa *sa, struct sk_buff *skb,
				     unsigned int gap, u8 next_header)
{
	enum ipsec_reason reason;
	u8 outer;

	/* RFC 4303 section 2.6: dummy packets are discarded without a fuss. */
	if (next_header == IPPROTO_NONE)
		return IPSEC_REASON_IN_DUMMY;
	if (next_header != IPPROTO_IPIP && next_header != IPPROTO_IPV6)
		return IPSEC_REASON_IN_INNER_BAD;
	outer = sa->ends.family == AF_INET ? ip_hdr(skb)->tos : ipv6_get_dsfield(ipv6_hdr(skb));
	skb_pull(skb, skb_transport_offset(skb) + gap);
	skb_reset_network_header(skb);
	reason = trim_inner(skb, next_header);
	if (reason != IPSEC_REASON_NONE)
		return reason;
	reason = pull_ds(sa, skb, outer, next_header == IPPROTO_IPIP ? AF_INET : AF_INET6);
	rebuild_mac(skb);
	return reason;
}

/* Offset of the field that named the protocol which starts at @payload. */
static unsigned int next_header_field(const struct sk_buff *skb, unsigned int payload)
{
	unsigned int field = offsetof(struct ipv6hdr, nexthdr);
	unsigned int off = sizeof(struct ipv6hdr);

	while (off < payload) {
		const struct ipv6_opt_hdr *opt = (const void *)(skb->data + off);

		field = off;
		off += ipv6_optlen(opt);
	}
	return field;
}

static enum ipsec_reason pull_transport(const struct ipsec_sa *sa, struct sk_buff *skb,
					unsigned int gap, u8 next_header)
{
	unsigned int len = skb_transport_offset(skb);

	if (next_header == IPPROTO_NONE)
		return IPSEC_REASON_IN_DUMMY;
	if (sa->ends.family == AF_INET6)
		skb->data[next_header_field(skb, len)] = next_header;
	memmove(skb->data + gap, skb->data, len);
	skb_pull(skb, gap);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, len);
	if (sa->ends.family == AF_INET) {
		struct iphdr *iph = ip_hdr(skb);

		iph->protocol = next_header;
		iph->tot_len = htons(skb->len);
		ip_send_check(iph);
		skb->protocol = htons(ETH_P_IP);
	} else {
		ipv6_hdr(skb)->payload_len = htons(skb->len - sizeof(struct ipv6hdr));
		skb->protocol = htons(ETH_P_IPV6);
	}
	rebuild_mac(skb);
	return IPSEC_REASON_NONE;
}

enum ipsec_reason ipsec_mode_pull(const struct ipsec_sa *sa, struct sk_buff *skb, unsigned int gap,
				  u8 next_header)
{
	if (sa->ends.mode == IPSEC_SA_MODE_TUNNEL)
		return pull_tunnel(sa, skb, gap, next_header);
	return pull_transport(sa, skb, gap, next_header);
}
