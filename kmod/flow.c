// SPDX-License-Identifier: GPL-2.0
#include "flow.h"

#include <asm/byteorder.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/ip.h>
#include <net/ipv6.h>

/* More than any honest packet has; nobody may keep us walking. */
#define EXT_HEADERS_MAX		16

/* Begins like TCP, UDP, SCTP and DCCP. */
struct ports {
	__be16 source;
	__be16 dest;
};

/* Begins like ICMP and ICMPv6. */
struct message {
	u8 type;
	u8 code;
};

static void read_ports(struct ipsec_flow *fl, const struct sk_buff *skb, int off)
{
	const struct ports *p;
	struct ports buf;

	p = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!p)
		return;
	fl->sport = be16_to_cpu(p->source);
	fl->dport = be16_to_cpu(p->dest);
	fl->opaque = 0;
}

static void read_message(struct ipsec_flow *fl, const struct sk_buff *skb, int off)
{
	const struct message *m;
	struct message buf;

	m = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!m)
		return;
	fl->sport = m->type;
	fl->dport = m->code;
	fl->opaque = 0;
}

static void read_transport(struct ipsec_flow *fl, const struct sk_buff *skb,
					   int off)
{
	switch (fl->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		read_ports(fl, skb, off);
		break;
	case IPPROTO_ICMP:
		if (fl->family == AF_INET)
			read_message(fl, skb, off);
		break;
	case IPPROTO_ICMPV6:
		if (fl->family == AF_INET6)
			read_message(fl, skb, off);
		break;
	}
}

static bool read_ipv4(struct ipsec_flow *fl, const struct sk_buff *skb)
{
	int off = skb_network_offset(skb);
	const struct iphdr *iph;
	struct iphdr buf;

	iph = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!iph || iph->ihl < 5)
		return false;
	fl->src.a4 = iph->saddr;
	fl->dst.a4 = iph->daddr;
	fl->family = AF_INET;
	fl->proto = iph->protocol;
	if (!(iph->frag_off & cpu_to_be16(IP_OFFSET)))
		read_transport(fl, skb, off + iph->ihl * 4);
	return true;
}

/* The headers that RFC 4301 section 4.4.1.1 skips by default: not AH and ESP. */
static bool is_ext_header(u8 nexthdr)
{
	return nexthdr == NEXTHDR_HOP || nexthdr == NEXTHDR_ROUTING ||
	       nexthdr == NEXTHDR_FRAGMENT || nexthdr == NEXTHDR_DEST;
}

/*
 * Skip one extension header. Returns its length, or 0 if it is not all there.
 * A later fragment has no headers behind the fragment header: @last is set.
 */
static int skip_ext_header(const struct sk_buff *skb, int off, u8 *nexthdr, bool *last)
{
	const struct frag_hdr *fh;	/* as long as the smallest of the others */
	struct frag_hdr buf;
	int len;

	fh = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!fh)
		return 0;
	if (*nexthdr == NEXTHDR_FRAGMENT) {
		*last = fh->frag_off & cpu_to_be16(IP6_OFFSET);
		len = sizeof(*fh);
	} else {
		len = ipv6_optlen((const struct ipv6_opt_hdr *)fh);
	}
	*nexthdr = fh->nexthdr;
	return off + len <= skb->len ? len : 0;
}

/* From the header behind IPv6's to one that is no extension; -1 if they cannot be followed. */
static int skip_ext_headers(const struct sk_buff *skb, int off, u8 *nexthdr, bool *last)
{
	int len, i;

	*last = false;
	for (i = 0; is_ext_header(*nexthdr) && !*last; i++, off += len) {
		len = i < EXT_HEADERS_MAX ? skip_ext_header(skb, off, nexthdr, last) : 0;
		if (!len)
			return -1;
	}
	return off;
}

static bool read_ipv6(struct ipsec_flow *fl, const struct sk_buff *skb)
{
	int off = skb_network_offset(skb);
	const struct ipv6hdr *ip6h;
	struct ipv6hdr buf;
	bool last;

	ip6h = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!ip6h)
		return false;
	fl->src.a6 = ip6h->saddr;
	fl->dst.a6 = ip6h->daddr;
	fl->family = AF_INET6;
	fl->proto = ip6h->nexthdr;
	off = skip_ext_headers(skb, off + sizeof(*ip6h), &fl->proto, &last);
	if (off < 0)
		return false;
	if (!last)
		read_transport(fl, skb, off);
	return true;
}

int ipsec_flow_upper(const struct sk_buff *skb, u8 *proto)
{
	int off = skb_network_offset(skb);
	const struct iphdr *iph;
	struct ipv6hdr buf;
	bool last;

	/* The longer of both: an IPv4 packet that is shorter has no room for TCP. */
	iph = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!iph)
		return -1;
	if (iph->version == 4) {
		*proto = iph->protocol;
		if (iph->ihl < 5 || iph->frag_off & cpu_to_be16(IP_OFFSET))
			return -1;
		return off + iph->ihl * 4;
	}
	*proto = ((const struct ipv6hdr *)iph)->nexthdr;
	off = skip_ext_headers(skb, off + sizeof(buf), proto, &last);
	return last ? -1 : off;
}

bool ipsec_flow_read_any(struct ipsec_flow *fl, const struct sk_buff *skb, u8 family)
{
	*fl = (struct ipsec_flow) { .opaque = 1 };
	if (family == NFPROTO_IPV4)
		return read_ipv4(fl, skb);
	return read_ipv6(fl, skb);
}

void ipsec_flow_flip(struct ipsec_flow *out, const struct ipsec_flow *fl)
{
	bool icmp = fl->proto == (fl->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);

	*out = (struct ipsec_flow) {
		.src = fl->dst,
		.dst = fl->src,
		.sport = icmp ? fl->sport : fl->dport,
		.dport = icmp ? fl->dport : fl->sport,
		.family = fl->family,
		.proto = fl->proto,
		.opaque = fl->opaque,
	};
}
