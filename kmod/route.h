/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Routes, remembered: of what an SA seals, and of what arrives sealed or was just opened.
 */
#ifndef _IPSEC_ROUTE_H
#define _IPSEC_ROUTE_H

#include <linux/skbuff.h>
#include "sa.h"
#include "slots.h"

struct dst_entry;

/**
 * struct ipsec_route_table - routes of packets that arrived lately, per CPU
 * @slots: each holds a reference on its route
 */
struct ipsec_route_table {
	struct ipsec_slots slots;
};

/* Sleeps; 0 or -ENOMEM. */
int ipsec_route_init(struct ipsec_route_table *table);
/* No packet may be on its way. A table that never was initialised is allowed. */
void ipsec_route_exit(struct ipsec_route_table *table);

/**
 * ipsec_route_out() - route of a tunnel SA's outer packets, cached per CPU
 *
 * BH off. Returns a dst with a reference, or an ERR_PTR.
 */
struct dst_entry *ipsec_route_out(struct ipsec_sa *sa);

/**
 * ipsec_route_in() - give an arrived packet the route that the stack found for one like it
 * @skb: at the end of PRE_ROUTING: nothing that routes look at changes any more
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 *
 * The search for a route costs more than opening a short packet. Packets are alike if addresses,
 * device, mark and traffic class are; those that routes may tell apart by more, and
 * those that have a route, are left alone. A route that has changed is never given, nor one
 * whose sender was last checked (reverse path filter) a second ago.
 * BH off, rcu_read_lock().
 */
void ipsec_route_in(struct ipsec_route_table *table, struct sk_buff *skb, u8 family);

#endif /* _IPSEC_ROUTE_H */
