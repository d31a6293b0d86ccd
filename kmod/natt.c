// SPDX-License-Identifier: GPL-2.0
#include "natt.h"

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip6_checksum.h>

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
