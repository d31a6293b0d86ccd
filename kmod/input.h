/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inbound story: SPI, window, open, window, mode, policy, deliver. And the
 * check of clear packets.
 */
#ifndef _IPSEC_INPUT_H
#define _IPSEC_INPUT_H

#include <linux/netfilter.h>
#include "pernet.h"

struct sk_buff;

/* The packet is several datagrams that GRO has merged: for ipsec_split_input(). */
#define IPSEC_INPUT_MERGED	(NF_MAX_VERDICT + 1)

/**
 * ipsec_input_arrived() - a packet has come to the end of PRE_ROUTING
 * @skb: data at the network header; may get its route
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * What may be sealed for us, and what was just opened, are spared searches whose answer
 * is known. BH off, rcu_read_lock().
 */
void ipsec_input_arrived(struct ipsec_pernet *pn, struct sk_buff *skb, u8 family);

/**
 * ipsec_input() - a packet for this host has passed the filter
 * @skb: data at the network header
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * Takes AH, and ESP bare or in UDP, with an SPI of ours. rcu_read_lock(), softirq.
 * Returns NF_STOLEN or, for packets that are not ours to open, NF_ACCEPT or NF_DROP
 * (counted) by the rules of ipsec_input_check(); or IPSEC_INPUT_MERGED.
 */
unsigned int ipsec_input(struct ipsec_pernet *pn, struct sk_buff *skb, u8 family);

/**
 * ipsec_input_check() - may a packet that arrived go on as it is?
 * @in: first row for the packet coming in
 *
 * A packet that was not opened here and falls into the mirror of a protect row
 * is dropped, unless the row's level is use; then its MSS is clamped to the row's bytes.
 * rcu_read_lock(), BH off. Pointers into the packet are stale afterwards.
 * Returns NF_ACCEPT or NF_DROP (counted).
 */
unsigned int ipsec_input_check(struct ipsec_pernet *pn, struct sk_buff *skb,
			       struct ipsec_sp *in);

/**
 * ipsec_input_verdict() - what the table says of a clear packet coming in
 * @in: first row for it, NULL = none
 *
 * Returns IPSEC_REASON_NONE if it may pass. Any context under RCU.
 */
enum ipsec_reason ipsec_input_verdict(const struct ipsec_sp *in);

#endif /* _IPSEC_INPUT_H */
