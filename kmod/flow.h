/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading a flow from a packet.
 */
#ifndef _IPSEC_FLOW_H
#define _IPSEC_FLOW_H

#include "selector.h"

struct sk_buff;

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
bool ipsec_flow_read(struct ipsec_flow *fl, const struct sk_buff *skb, u8 family);

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
