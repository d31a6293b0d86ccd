/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading a flow from a packet.
 */
#ifndef _IPSEC_FLOW_H
#define _IPSEC_FLOW_H

#include <asm/byteorder.h>
#include <linux/compiler.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/socket.h>
#include <net/ip.h>
#include "selector.h"

/* Behind IPv4, TCP and UDP begin with their ports. */
#define IPSEC_FLOW_PORTS_LEN	4

/* ipsec_flow_read() of packets that ipsec_flow_read_common() leaves over. */
bool ipsec_flow_read_any(struct ipsec_flow *fl, const struct sk_buff *skb, u8 family);

/* TCP and UDP in IPv4, headers in place: most packets, each of which passes here twice. */
static __always_inline bool ipsec_flow_read_common(struct ipsec_flow *fl,
						   const struct sk_buff *skb, u8 family)
{
	int off = skb_network_offset(skb);
	int room = skb_headlen(skb) - IPSEC_FLOW_PORTS_LEN - off;
	const struct iphdr *iph = (const struct iphdr *)(skb->data + off);
	const __be16 *port;

	if (family != NFPROTO_IPV4 || room < (int)sizeof(*iph))
		return false;
	if (iph->protocol != IPPROTO_UDP && iph->protocol != IPPROTO_TCP)
		return false;
	if (iph->frag_off & cpu_to_be16(IP_OFFSET) || iph->ihl < 5 || iph->ihl * 4 > room)
		return false;
	port = (const __be16 *)((const u8 *)iph + iph->ihl * 4);
	*fl = (struct ipsec_flow) {
		.src.a4 = iph->saddr,
		.dst.a4 = iph->daddr,
		.sport = be16_to_cpu(port[0]),
		.dport = be16_to_cpu(port[1]),
		.family = AF_INET,
		.proto = iph->protocol,
	};
	return true;
}

/**
 * ipsec_flow_read() - fill @fl from the packet's network and transport headers
 * @fl: filled completely
 * @skb: network header set, IPv4 or IPv6 header checked by the stack; not changed
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * IPv6 extension headers are skipped, AH and ESP are next layer protocols. Ports
 * of later fragments, of packets too short to hold them and of protocols without
 * any are unknown: @fl->opaque is set.
 * Any context; reads only. Returns false if the headers cannot be followed.
 */
static __always_inline bool ipsec_flow_read(struct ipsec_flow *fl, const struct sk_buff *skb,
					    u8 family)
{
	if (likely(ipsec_flow_read_common(fl, skb, family)))
		return true;
	return ipsec_flow_read_any(fl, skb, family);
}

/**
 * ipsec_flow_upper() - where TCP's header is, or any as long as it
 * @skb: as of ipsec_flow_read()
 * @proto: out: the next layer protocol, as in a flow
 *
 * Any context; reads only. Returns the offset from skb->data; -1 for later fragments,
 * and for packets whose headers cannot be followed or that are shorter than 40 bytes.
 */
int ipsec_flow_upper(const struct sk_buff *skb, u8 *proto);

/**
 * ipsec_flow_flip() - the same flow seen from the other end
 * @out: may not be @fl
 *
 * ICMP type and code keep their places: a row names them as the outbound packet
 * carries them, and an echo reply is not an echo request seen backwards, so
 * mirrored rows with an ICMP type match the type as it arrives.
 */
void ipsec_flow_flip(struct ipsec_flow *out, const struct ipsec_flow *fl);

/* A cheap hash, good in its low bits; not keyed, so only for caches. */
static inline u32 ipsec_flow_hash(const struct ipsec_flow *fl)
{
	const u64 *x = (const u64 *)fl;
	/* Odd multipliers without structure (SplitMix64, MurmurHash3). */
	u64 h = x[0] * 0x9e3779b97f4a7c15ULL + x[1] * 0xbf58476d1ce4e5b9ULL +
		x[2] * 0x94d049bb133111ebULL + x[3] * 0xff51afd7ed558ccdULL +
		x[4] * 0xc4ceb9fe1a85ec53ULL;

	/* Once more: the low bits of the sum know nothing of a word's high bits. */
	return (h ^ (h >> 32)) * 0x9e3779b97f4a7c15ULL >> 32;
}

#endif /* _IPSEC_FLOW_H */
