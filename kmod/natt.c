// SPDX-License-Identifier: GPL-2.0
#include "natt.h"

#include <linux/icmpv6.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>

bool ipsec_natt_is_port(const struct ipsec_natt *natt, __be16 port)
{
	u8 count = READ_ONCE(natt->count);
	u8 i;

	for (i = 0; i < count; i++) {
		if (READ_ONCE(natt->port[i]) == port)
			return true;
	}
	return false;
}

void ipsec_natt_set_ports(struct ipsec_natt *natt, const __be16 *ports, u8 count)
{
	u8 i;

	WRITE_ONCE(natt->count, 0);
	for (i = 0; i < count; i++)
		WRITE_ONCE(natt->port[i], ports[i]);
	smp_wmb(); /* readers that see the count see the ports */
	WRITE_ONCE(natt->count, count);
}

bool ipsec_natt_is_ike_out(const struct ipsec_natt *natt, const struct sk_buff *skb,
			   const struct ipsec_flow *fl)
{
	return fl->proto == IPPROTO_UDP && skb->sk && !fl->opaque &&
	       ipsec_natt_is_port(natt, htons(fl->sport));
}

/*
 * RFC 3948 section 2.2: the first word of IKE messages is zero (non-ESP marker), of
 * ESP it is the SPI; section 2.3: a keepalive is one byte 0xff.
 */
enum ipsec_natt_kind ipsec_natt_classify(struct sk_buff *skb, unsigned int off)
{
	const unsigned int payload = off + sizeof(struct udphdr);
	unsigned int len;

	if (!pskb_may_pull(skb, payload + 1))
		return IPSEC_NATT_OTHER;
	len = ntohs(((struct udphdr *)(skb->data + off))->len) - sizeof(struct udphdr);
	if (len == 1 && skb->data[payload] == 0xff)
		return IPSEC_NATT_KEEPALIVE;
	if (len < 8 || !pskb_may_pull(skb, payload + 8) || !*(__be32 *)(skb->data + payload))
		return IPSEC_NATT_OTHER;
	return IPSEC_NATT_ESP;
}

void ipsec_natt_push(const struct ipsec_sa *sa, struct sk_buff *skb, unsigned int off)
{
	struct udphdr *uh = (struct udphdr *)(skb->data + off);

	uh->source = sa->encap_sport;
	uh->dest = sa->encap_dport;
	uh->len = htons(skb->len - off);
	uh->check = 0;
	if (sa->ends.family == AF_INET6)
		udp6_set_csum(false, skb, &ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr,
			      skb->len - off);
}

/* Where the protocol's header has its checksum; 0 if it covers no addresses. */
static unsigned int checksum_field(u8 proto, bool v6)
{
	switch (proto) {
	case IPPROTO_TCP:
		return offsetof(struct tcphdr, check);
	case IPPROTO_UDP:
		return offsetof(struct udphdr, check);
	case IPPROTO_ICMPV6:
		return v6 ? offsetof(struct icmp6hdr, icmp6_cksum) : 0;
	default:
		return 0;
	}
}

/* Offset of the header behind IP's, or 0 if there is none, or a fragment of it. */
static unsigned int upper_header(const struct sk_buff *skb, bool v6, u8 *proto)
{
	__be16 frag_off;
	int off;

	if (!v6) {
		*proto = ip_hdr(skb)->protocol;
		return ip_hdrlen(skb);
	}
	*proto = ipv6_hdr(skb)->nexthdr;
	off = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), proto, &frag_off);
	return off < 0 || frag_off ? 0 : off;
}

void ipsec_natt_mend(struct sk_buff *skb)
{
	bool v6 = skb->protocol == htons(ETH_P_IPV6);
	unsigned int off, len, field;
	__sum16 *check;
	__wsum sum;
	u8 proto;

	off = upper_header(skb, v6, &proto);
	field = checksum_field(proto, v6);
	if (!off || !field || skb->len < off + field + sizeof(*check))
		return;
	len = skb->len - off;
	check = (__sum16 *)(skb->data + off + field);
	if (proto == IPPROTO_UDP) {
		len = min_t(unsigned int, len, ntohs(((struct udphdr *)(skb->data + off))->len));
		if (!*check || len < sizeof(struct udphdr))
			return;
	}
	*check = 0;
	sum = skb_checksum(skb, off, len, 0);
	if (v6)
		*check = csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr, len, proto,
					 sum);
	else
		*check = csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr, len, proto, sum);
	if (proto == IPPROTO_UDP && !*check)
		*check = CSUM_MANGLED_0;
}
