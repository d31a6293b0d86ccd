/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Places with the same key, and the hash table that finds them by it. Few places
 * are compared one by one; more are told apart by their ports.
 */
#ifndef _IPSEC_BUCKET_H
#define _IPSEC_BUCKET_H

#include "place.h"
#include "ports.h"

/* Protocol, source, destination. */
#define IPSEC_BUCKET_KEY_WORDS	9

/* Places with ports that are compared one by one. */
#define IPSEC_BUCKET_LIST_MAX	4

/**
 * struct ipsec_bucket_key - what the places of a bucket have in common
 * @word: protocol and masked addresses
 * @count: words in use
 * @hash: of the words
 */
struct ipsec_bucket_key {
	u32 word[IPSEC_BUCKET_KEY_WORDS];
	unsigned int count;
	u32 hash;
};

/**
 * struct ipsec_bucket - places with the same key
 * @rows: references, by rank
 * @ports: places with ports, which are then in it and not in @rows; once set it stays
 * @order: of @rows
 * @hash: of the key
 * @count: places
 * @rcu: for the freeing after a grace period, when there are no places
 * @word: the key, as long as those of its table are
 */
struct ipsec_bucket {
	struct ipsec_place_list rows;
	struct ipsec_ports __rcu *ports;
	union {
		struct {
			struct rb_root order;
			u32 hash;
			unsigned int count;
		};
		struct rcu_head rcu;
	};
	u32 word[];
};

struct ipsec_bucket_slot {
	struct ipsec_bucket __rcu *bucket;
	u32 hash;
};

/**
 * struct ipsec_bucket_table - hash table with open addressing
 * @rcu: for the freeing after a grace period
 * @used: slots in use or once in use, at most half of all
 * @count: buckets
 * @mask: slots minus one
 * @slot: readers by RCU
 */
struct ipsec_bucket_table {
	struct rcu_head rcu;
	unsigned int used;
	unsigned int count;
	unsigned int mask;
	struct ipsec_bucket_slot slot[];
};

/* A table with room for @buckets and as many more. Sleeps; NULL without memory. */
struct ipsec_bucket_table *ipsec_bucket_table_new(unsigned int buckets);

/* Is the table too full for one more bucket? */
bool ipsec_bucket_table_full(const struct ipsec_bucket_table *table);

/* Put all buckets into another table, too. */
void ipsec_bucket_table_copy(struct ipsec_bucket_table *to, const struct ipsec_bucket_table *from);

/**
 * ipsec_bucket_find() - the bucket with that key
 * @slot: a table's
 * @mask: the table's
 *
 * rcu_read_lock(), or a writer. NULL if there is none.
 */
struct ipsec_bucket *ipsec_bucket_find(const struct ipsec_bucket_slot *slot, u32 mask,
				       const struct ipsec_bucket_key *key);

/**
 * ipsec_bucket_prepare() - get a place ready for a bucket
 * @bucket: the one with the place's key, or NULL if there is none yet
 * @version: bumped between steps
 *
 * Sets place->bucket. What readers find does not change. ipsec_bucket_cancel()
 * takes it back. Sleeps; 0 or -ENOMEM.
 */
int ipsec_bucket_prepare(struct ipsec_bucket *bucket, const struct ipsec_bucket_key *key,
			 struct ipsec_place *place, unsigned int *version);
void ipsec_bucket_cancel(struct ipsec_place *place);

/* Let readers find a place that was prepared; a new bucket goes into the table. */
void ipsec_bucket_link(struct ipsec_bucket_table *table, struct ipsec_place *place);

/* Take a place out, and the bucket out of the table when it was the last. Does not sleep. */
void ipsec_bucket_unlink(struct ipsec_bucket_table *table, struct ipsec_place *place);

/**
 * ipsec_bucket_first() - the first place that holds the flow
 * @limit: ranks from here on are of no interest
 *
 * rcu_read_lock(). NULL if there is none.
 */
struct ipsec_place *ipsec_bucket_first(const struct ipsec_bucket *bucket,
				       const struct ipsec_flow *fl, unsigned long limit);

/**
 * ipsec_bucket_cover() - the first place that holds every flow of a selector
 * @limit: ranks from here on are of no interest
 *
 * For writers. NULL if there is none.
 */
struct ipsec_place *ipsec_bucket_cover(const struct ipsec_bucket *bucket,
				       const struct ipsec_selector *sel, unsigned long limit);

#endif /* _IPSEC_BUCKET_H */
