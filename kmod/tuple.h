/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The classifier: which is the first policy in order that holds a flow? Tuple
 * space search: policies whose prefixes have the same lengths share a hash table
 * keyed by the masked addresses, and a flow is looked up once per table, in the
 * order of the tables' first policies, until no later table can do better.
 * Where many lengths are in use, a policy joins a table of shorter prefixes
 * instead of opening its own, as in TupleMerge. Policies with the same key that
 * differ in their ports are told apart by ports.c.
 *
 * Readers use RCU alone. Each change appears to each flow in one step, and
 * @version is bumped between steps: a lookup during which it moved is repeated,
 * so its answer was the true one at some moment while it ran. Without that, a
 * lookup could miss both the old row and the new one that replaces it, and a
 * packet go out in clear.
 */
#ifndef _IPSEC_TUPLE_H
#define _IPSEC_TUPLE_H

#include <linux/list.h>
#include "place.h"

struct ipsec_tuple_view;

/**
 * struct ipsec_tuple_set - all places, ready for lookups
 * @view: what readers use, for IPv4 and IPv6
 * @version: bumped between steps
 * @tables: struct ipsec_tuple, the writers'
 * @seed: of the hashes
 *
 * Writers are serialised by the caller.
 */
struct ipsec_tuple_set {
	struct ipsec_tuple_view __rcu *view[2];
	unsigned int version;
	struct list_head tables;
	u32 seed;
};

void ipsec_tuple_init(struct ipsec_tuple_set *set);
/* All places were deleted, and no reader is left. */
void ipsec_tuple_exit(struct ipsec_tuple_set *set);

/**
 * ipsec_tuple_add() - let readers find a place
 * @place: with @rank and @sel
 *
 * The place stays the caller's. Sleeps. 0, or -ENOMEM and nothing has changed.
 */
int ipsec_tuple_add(struct ipsec_tuple_set *set, struct ipsec_place *place);

/**
 * ipsec_tuple_del() - let readers no longer find a place
 *
 * The caller frees it after a grace period. Does not sleep, does not fail.
 */
void ipsec_tuple_del(struct ipsec_tuple_set *set, struct ipsec_place *place);

/**
 * ipsec_tuple_prune() - may lookups leave out tables that come too late?
 *
 * Not while ranks change: the tables' own ranks are copies. Sleeps. 0 or -ENOMEM;
 * true may fail without harm, lookups are only slower until the next change.
 */
int ipsec_tuple_prune(struct ipsec_tuple_set *set, bool prune);

/**
 * ipsec_tuple_rerank() - give a place another rank
 *
 * Between those of its neighbours: the order stays. The caller has forbidden pruning.
 */
void ipsec_tuple_rerank(struct ipsec_tuple_set *set, struct ipsec_place *place, unsigned long rank);

/**
 * ipsec_tuple_lookup() - the first place that holds the flow
 *
 * rcu_read_lock(). NULL if there is none.
 */
struct ipsec_place *ipsec_tuple_lookup(const struct ipsec_tuple_set *set,
				       const struct ipsec_flow *fl);

/**
 * ipsec_tuple_cover() - the first place, if it is earlier, that holds every flow of another
 *
 * For writers. NULL if there is none. A table of the one's prefixes or shorter ones
 * has all that can cover it at its key: this costs what a lookup does.
 */
struct ipsec_place *ipsec_tuple_cover(const struct ipsec_tuple_set *set,
				      const struct ipsec_place *place);

#endif /* _IPSEC_TUPLE_H */
