/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A policy's place in the order, as the classifier keeps it. A policy that moves
 * gets a new place, so that readers who stand at the old one are not carried off.
 */
#ifndef _IPSEC_PLACE_H
#define _IPSEC_PLACE_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include "selector.h"

struct ipsec_bucket;
struct ipsec_place;
struct ipsec_ports_pieces;
struct ipsec_sp;
struct ipsec_tuple;

/**
 * struct ipsec_place_ref - a place's membership in one list of the classifier
 * @node: in a list that is sorted by rank; readers by RCU
 * @place: the place
 */
struct ipsec_place_ref {
	struct hlist_node node;
	struct ipsec_place *place;
};

/**
 * struct ipsec_place - one policy at one place in the order
 * @ref: in its key's list, while it is not split into @pieces
 * @rank: smaller is earlier; a single word, so that readers never see half of it
 * @sel: copy of the policy's selector, beside the rank for the cache's sake
 * @sp: the policy
 * @pieces: its port range cut into blocks, NULL while it needs none
 * @bucket: where it is in @table
 * @table: the tuple table it is in
 * @by_rank: all places of @table by rank
 * @rcu: for the freeing after a grace period
 *
 * Readers use @ref, @rank, @sel and @sp; the rest is the writers'.
 */
struct ipsec_place {
	struct ipsec_place_ref ref;
	unsigned long rank;
	struct ipsec_selector sel;
	struct ipsec_sp *sp;
	struct ipsec_ports_pieces *pieces;
	struct ipsec_bucket *bucket;
	struct ipsec_tuple *table;
	struct rb_node by_rank;
	struct rcu_head rcu;
};

/* What came before is one step, what comes after another; see tuple.h. For writers. */
static inline void ipsec_place_step(unsigned int *version)
{
	/* pairs with ipsec_tuple_lookup(): who sees what comes after sees the new version */
	smp_store_release(version, *version + 1);
	smp_wmb();	/* as above */
}

/**
 * ipsec_place_link() - put a reference into a list by its place's rank
 * @head: list, sorted by rank
 * @last: the list's last node, NULL if it is empty
 *
 * O(1) at either end. Writers are serialised by the caller.
 */
void ipsec_place_link(struct hlist_head *head, struct hlist_node **last,
		      struct ipsec_place_ref *ref);

/**
 * ipsec_place_unlink() - take a reference out of its list
 *
 * It may be freed after a grace period. Writers are serialised by the caller.
 */
void ipsec_place_unlink(struct hlist_head *head, struct hlist_node **last,
			struct ipsec_place_ref *ref);

/**
 * ipsec_place_first() - the first place in a list that holds the flow
 * @limit: ranks from here on are of no interest
 *
 * rcu_read_lock(). NULL if there is none.
 */
struct ipsec_place *ipsec_place_first(const struct hlist_head *head, const struct ipsec_flow *fl,
				      unsigned long limit);

/**
 * ipsec_place_cover() - the first place in a list that holds every flow of a selector
 * @limit: ranks from here on are of no interest
 *
 * For writers. NULL if there is none.
 */
struct ipsec_place *ipsec_place_cover(const struct hlist_head *head,
				      const struct ipsec_selector *sel, unsigned long limit);

#endif /* _IPSEC_PLACE_H */
