/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UDP datagrams that a device's GRO has merged (rx-gro-list, rx-udp-gro-forwarding), taken
 * apart again: behind a port of NAT traversal each is an ESP packet of its own.
 */
#ifndef _IPSEC_SPLIT_H
#define _IPSEC_SPLIT_H

#include "pernet.h"

struct nf_hook_state;
struct sk_buff;

/**
 * ipsec_split_input() - ipsec_input() for each datagram of a packet that it called merged
 * @skb: consumed; data at the network header
 * @state: of LOCAL_IN; what is not ours goes on behind that hook
 *
 * rcu_read_lock(), softirq. Returns NF_STOLEN.
 */
unsigned int ipsec_split_input(struct ipsec_pernet *pn, struct sk_buff *skb,
			       const struct nf_hook_state *state);

#endif /* _IPSEC_SPLIT_H */
