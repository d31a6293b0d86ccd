/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Back to the stack: sealed packets to ip_local_out(), opened ones to the start
 * of input, marked as authentic.
 */
#ifndef _IPSEC_HANDOFF_H
#define _IPSEC_HANDOFF_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "sa.h"

/* Sleeps; 0 or -ENOMEM. */
int ipsec_handoff_init(void);
/* After the last namespace is gone. Sleeps. */
void ipsec_handoff_exit(void);

/**
 * ipsec_handoff_confirm() - the packet is about to be taken from the stack: enter
 *			     its connection into conntrack first
 *
 * So that replies are "established". BH off. NF_ACCEPT, or NF_DROP when conntrack
 * refuses the connection. Without conntrack there is nothing to do.
 */
unsigned int ipsec_handoff_confirm(struct sk_buff *skb);

/**
 * ipsec_handoff_out() - send a sealed packet
 * @skb: consumed; data at the outer header, dst set
 * @family: AF_INET or AF_INET6, of the outer header
 * @shared: the route is the clear packets' as well: its path MTU is theirs, and the
 *	    sealed packet, which is longer, is not measured by it
 */
void ipsec_handoff_out(struct net *net, struct sk_buff *skb, u8 family, bool shared);

/* Has Culvert made this outbound packet? Then it is not looked up again. */
static inline bool ipsec_handoff_is_ours(const struct sk_buff *skb, u8 family)
{
	if (family == NFPROTO_IPV4)
		return IPCB(skb)->flags & IPSKB_XFRM_TRANSFORMED;
	return IP6CB(skb)->flags & IP6SKB_XFRM_TRANSFORMED;
}

/**
 * ipsec_handoff_in() - give an opened packet to the start of input
 * @skb: consumed; data at the inner network header, skb->protocol set
 * @stats: where a packet is counted that finds the queue of input full
 *
 * Softirq or BH off. Returns false, with the skb still the caller's, if it could
 * not be marked (no memory).
 */
bool ipsec_handoff_in(struct sk_buff *skb, struct ipsec_stats *stats);

/* Was this packet opened by Culvert, and not sent anywhere since? */
bool ipsec_handoff_is_opened(const struct sk_buff *skb);

/**
 * ipsec_handoff_settle() - spare an opened IPv4 packet XFRM's check
 *
 * Where the namespace has no XFRM policies, that check reads the packet's flow
 * and searches nothing, for as much as opening the packet cost. PRE_ROUTING.
 */
void ipsec_handoff_settle(const struct net *net, struct sk_buff *skb);

/* Take the mark off: the packet leaves, or goes into another tunnel. */
void ipsec_handoff_forget(struct sk_buff *skb);

#endif /* _IPSEC_HANDOFF_H */
