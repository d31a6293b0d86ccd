/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Many policies that differ in their ports alone: a trie of sixteen ways over the
 * 16 bits of a port. A range is cut into at most 104 aligned blocks, each of which
 * is one way of one node, so that a reader meets every range that holds a port on
 * the path of at most four nodes down to it, and an update touches no more than
 * the blocks of its range. A sorted array of intervals would be searched as fast,
 * but one wide range would rewrite all of it; one table per length of block would
 * be probed for every flow that has nothing to do with these policies.
 */
#ifndef _IPSEC_PORTS_H
#define _IPSEC_PORTS_H

#include "place.h"

struct ipsec_ports_node;

/**
 * struct ipsec_ports - policies by port
 * @root: by source port, by destination port; readers by RCU
 * @rcu: for the freeing after a grace period
 *
 * A policy with both is in the trie of its narrower range. Zeroed means empty.
 */
struct ipsec_ports {
	struct ipsec_ports_node __rcu *root[2];
	struct rcu_head rcu;
};

/* Any context; true if the selector holds every pair of ports. */
bool ipsec_ports_any(const struct ipsec_selector *sel);

/**
 * ipsec_ports_prepare() - get all that ipsec_ports_link() will need
 * @place: without pieces, its selector with ports
 *
 * Readers see nothing of it; ipsec_ports_del() takes it back. Sleeps; 0 or -ENOMEM.
 */
int ipsec_ports_prepare(struct ipsec_ports *ports, struct ipsec_place *place);

/**
 * ipsec_ports_link() - let readers find a place that was prepared
 *
 * Its pieces appear one by one, but no flow falls into two of them: each flow
 * sees the place come in one step.
 */
void ipsec_ports_link(struct ipsec_place *place);

/* Take a place out that was linked or only prepared. Does not sleep. */
void ipsec_ports_del(struct ipsec_place *place);

/**
 * ipsec_ports_first() - the first place that holds the flow
 * @limit: ranks from here on are of no interest
 *
 * rcu_read_lock(). NULL if there is none.
 */
struct ipsec_place *ipsec_ports_first(const struct ipsec_ports *ports, const struct ipsec_flow *fl,
				      unsigned long limit);

/**
 * ipsec_ports_cover() - the first place that holds every flow of a selector
 * @limit: ranks from here on are of no interest
 *
 * For writers. NULL if there is none.
 */
struct ipsec_place *ipsec_ports_cover(const struct ipsec_ports *ports,
				      const struct ipsec_selector *sel, unsigned long limit);

#endif /* _IPSEC_PORTS_H */
