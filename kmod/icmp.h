/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Path MTU: what an SA can carry, telling senders of it, and learning from
 * ICMP errors about outer packets (RFC 4301 section 8).
 */
#ifndef _IPSEC_ICMP_H
#define _IPSEC_ICMP_H

#include "sa.h"
#include "sad.h"

struct dst_entry;
struct sk_buff;

/**
 * ipsec_icmp_shares_route() - do clear and sealed packets to @inner take one route?
 * @inner: destination of the clear packet, of @family AF_INET or AF_INET6
 *
 * So in transport mode, and in a tunnel to the peer itself. The path MTU of such a
 * route says what the clear packets may measure, not the sealed ones.
 */
bool ipsec_icmp_shares_route(const struct ipsec_sa *sa, const union ipsec_addr *inner, u8 family);

/**
 * ipsec_icmp_payload_mtu() - largest packet that fits the path once it is sealed
 * @outer: AH SA around it, NULL = none
 * @dst: route of the sealed packets
 * @shared: ipsec_icmp_shares_route(): then the device and the SA tell, not the route
 * @header_len: transport mode: length of the packet's own IP header(s); ignored in tunnel mode
 */
u32 ipsec_icmp_payload_mtu(const struct ipsec_sa *sa, const struct ipsec_sa *outer,
			   const struct dst_entry *dst, bool shared, u32 header_len);

/**
 * ipsec_icmp_flow_mtu() - the same of a flow of which there is no packet yet
 * @fl: in the direction of @sa
 *
 * rcu_read_lock(), BH off. An errno if there is no route.
 */
int ipsec_icmp_flow_mtu(struct ipsec_sa *sa, const struct ipsec_sa *outer,
			const struct ipsec_flow *fl);

/**
 * ipsec_icmp_too_big() - tell the sender of a packet what size would pass
 * @skb: stays the caller's; dst and device as the stack routed it
 * @mtu: the size
 *
 * Forwarded packets are answered with ICMP; local sockets learn it from their route.
 */
void ipsec_icmp_too_big(struct net *net, struct sk_buff *skb, u32 mtu);

/**
 * ipsec_icmp_learn() - an ICMP error arrived: if it is about a packet an SA of
 *			ours sent, lower the path MTU of its route
 * @skb: data at the IP header; not consumed
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * rcu_read_lock(). Believed only with SPI and both addresses of a live outbound SA.
 */
void ipsec_icmp_learn(struct ipsec_sad *sad, struct net *net, struct sk_buff *skb, u8 family);

#endif /* _IPSEC_ICMP_H */
