/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A policy's place in the order, as the classifier keeps it. A policy that moves
 * gets a new place, so that readers who stand at the old one are not carried off.
 */
#ifndef _IPSEC_PLACE_H
#define _IPSEC_PLACE_H

#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include "selector.h"

struct ipsec_bucket;
struct ipsec_place;
struct ipsec_ports_pieces;
struct ipsec_tuple;

/**
 * struct ipsec_place_ref - a place's membership in one list of the classifier
 * @next: the reference with the next rank; readers by RCU
 * @place: the place
 * @by_rank: the same order as a tree, so that a writer finds where a place belongs
 */
struct ipsec_place_ref {
	struct ipsec_place_ref __rcu *next;
	struct ipsec_place *place;
	struct rb_node by_rank;
};

/* What readers see of references sorted by rank; zeroed means empty. */
struct ipsec_place_list {
	struct ipsec_place_ref __rcu *first;
};

/**
 * struct ipsec_place - one policy at one place in the order
 * @rank: smaller is earlier; a single word, so that readers never see half of it
 * @sel: the policy's selector
 * @ref: in its key's list, while it is not split into @pieces
 * @pieces: its port range cut into blocks, NULL while it needs none
 * @bucket: where it is in @table
 * @table: the tuple table it is in
 * @by_rank: all places of @table by rank
 * @rcu: for the freeing after a grace period, once it is out of the table
 *
 * Readers use @rank, @sel and @ref; the rest is the writers'.
 */
struct ipsec_place {
	unsigned long rank;
	const struct ipsec_selector *sel;
	struct ipsec_place_ref ref;
	struct ipsec_ports_pieces *pieces;
	struct ipsec_bucket *bucket;
	struct ipsec_tuple *table;
	union {
		struct rb_node by_rank;
		struct rcu_head rcu;
	};
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
 * @list: sorted by rank
 * @order: the writers' tree of the same references
 *
 * Compares O(log n) ranks. Writers are serialised by the caller.
 */
void ipsec_place_link(struct ipsec_place_list *list, struct rb_root *order,
		      struct ipsec_place_ref *ref);

/**
 * ipsec_place_unlink() - take a reference out of its list
 *
 * It may be freed after a grace period. Writers are serialised by the caller.
 */
void ipsec_place_unlink(struct ipsec_place_list *list, struct rb_root *order,
			struct ipsec_place_ref *ref);

/**
 * ipsec_place_first() - the first place in a list that holds the flow
 * @limit: ranks from here on are of no interest
 *
 * rcu_read_lock(). NULL if there is none.
 */
struct ipsec_place *ipsec_place_first(const struct ipsec_place_list *list,
				      const struct ipsec_flow *fl, unsigned long limit);

/**
 * ipsec_place_cover() - the first place in a list that holds every flow of a selector
 * @limit: ranks from here on are of no interest
 *
 * For writers. NULL if there is none.
 */
struct ipsec_place *ipsec_place_cover(const struct ipsec_place_list *list,
				      const struct ipsec_selector *sel, unsigned long limit);

#endif /* _IPSEC_PLACE_H */
