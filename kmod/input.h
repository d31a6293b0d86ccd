/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inbound story: SPI, window, open, window, mode, policy, deliver. And the
 * check of clear packets.
 */
#ifndef _IPSEC_INPUT_H
#define _IPSEC_INPUT_H

#include "pernet.h"

struct sk_buff;

/**
 * ipsec_input() - a packet for this host has passed the filter
 * @skb: data at the network header
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * Takes ESP with an SPI of ours, bare or in UDP. rcu_read_lock(), softirq.
 * Returns NF_STOLEN or, for packets that are not ours to open, what
 * ipsec_input_clear() says of them.
 */
unsigned int ipsec_input(struct ipsec_pernet *pn, struct sk_buff *skb, u8 family);

/**
 * ipsec_input_clear() - may this packet come in as it is?
 *
 * A packet that was not opened here and falls into the mirror of a protect row
 * is dropped, unless the row's level is use. rcu_read_lock(), BH off.
 * Returns NF_ACCEPT or NF_DROP (counted).
 */
unsigned int ipsec_input_clear(struct ipsec_pernet *pn, struct sk_buff *skb, u8 family);

/**
 * ipsec_input_verdict() - what the table says of a clear packet coming in
 *
 * Returns IPSEC_REASON_NONE if it may pass. Any context under RCU.
 */
enum ipsec_reason ipsec_input_verdict(const struct ipsec_sp *in);

#endif /* _IPSEC_INPUT_H */
