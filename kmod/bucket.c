// SPDX-License-Identifier: GPL-2.0
#include "bucket.h"

#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define SLOTS_MIN	16

/* Where a bucket was; a search goes on behind it. */
static struct ipsec_bucket removed;

struct ipsec_bucket_table *ipsec_bucket_table_new(unsigned int buckets)
{
	unsigned int slots = max_t(unsigned int, SLOTS_MIN, roundup_pow_of_two(buckets * 4));
	struct ipsec_bucket_table *table = kvzalloc(struct_size(table, slot, slots), GFP_KERNEL);

	if (table)
		table->mask = slots - 1;
	return table;
}

bool ipsec_bucket_table_full(const struct ipsec_bucket_table *table)
{
	return (table->used + 1) * 2 > table->mask + 1;
}

static void table_put(struct ipsec_bucket_table *table, struct ipsec_bucket *bucket)
{
	struct ipsec_bucket_slot *slot;
	u32 i = bucket->hash;

	do {
		slot = &table->slot[i++ & table->mask];
	} while (rcu_access_pointer(slot->bucket) && rcu_access_pointer(slot->bucket) != &removed);
	if (!rcu_access_pointer(slot->bucket))
		table->used++;
	table->count++;
	WRITE_ONCE(slot->hash, bucket->hash);
	rcu_assign_pointer(slot->bucket, bucket);
}

/* A slot before an empty one becomes empty itself: a search would end there anyway. */
static void table_remove(struct ipsec_bucket_table *table, const struct ipsec_bucket *bucket)
{
	u32 i = bucket->hash;

	while (rcu_access_pointer(table->slot[i & table->mask].bucket) != bucket)
		i++;
	rcu_assign_pointer(table->slot[i & table->mask].bucket, &removed);
	table->count--;
	if (rcu_access_pointer(table->slot[(i + 1) & table->mask].bucket))
		return;
	while (rcu_access_pointer(table->slot[i & table->mask].bucket) == &removed) {
		RCU_INIT_POINTER(table->slot[i-- & table->mask].bucket, NULL);
		table->used--;
	}
}

void ipsec_bucket_table_copy(struct ipsec_bucket_table *to, const struct ipsec_bucket_table *from)
{
	unsigned int i;

	for (i = 0; i <= from->mask; i++) {
		struct ipsec_bucket *bucket = rcu_dereference_raw(from->slot[i].bucket);

		if (bucket && bucket != &removed)
			table_put(to, bucket);
	}
}

static bool key_equal(const struct ipsec_bucket *bucket, const struct ipsec_bucket_key *key)
{
	unsigned int i;

	for (i = 0; i < key->count; i++) {
		if (bucket->word[i] != key->word[i])
			return false;
	}
	return true;
}

struct ipsec_bucket *ipsec_bucket_find(const struct ipsec_bucket_slot *slot, u32 mask,
				       const struct ipsec_bucket_key *key)
{
	u32 i;

	for (i = key->hash & mask; ; i = (i + 1) & mask) {
		struct ipsec_bucket *bucket = rcu_dereference_raw(slot[i].bucket);

		if (!bucket)
			return NULL;
		if (READ_ONCE(slot[i].hash) == key->hash && bucket != &removed &&
		    key_equal(bucket, key))
			return bucket;
	}
}

static struct ipsec_bucket *bucket_new(const struct ipsec_bucket_key *key)
{
	struct ipsec_bucket *bucket = kzalloc(struct_size(bucket, word, key->count), GFP_KERNEL);

	if (!bucket)
		return NULL;
	bucket->hash = key->hash;
	memcpy(bucket->word, key->word, key->count * sizeof(key->word[0]));
	return bucket;
}

static struct ipsec_ports *ports_of(const struct ipsec_bucket *bucket)
{
	return rcu_dereference_raw(bucket->ports);
}

static struct ipsec_place_ref *first_of(const struct ipsec_bucket *bucket)
{
	return rcu_dereference_raw(bucket->rows.first);
}

/* All places of the list that have ports, into @ports as well; or none. */
static int copy_to_ports(const struct ipsec_bucket *bucket, struct ipsec_ports *ports)
{
	struct ipsec_place_ref *ref;
	int err = 0;

	for (ref = first_of(bucket); ref; ref = rcu_dereference_raw(ref->next)) {
		if (!err && !ipsec_ports_any(ref->place->sel))
			err = ipsec_ports_prepare(ports, ref->place);
	}
	for (ref = first_of(bucket); ref; ref = rcu_dereference_raw(ref->next)) {
		if (ref->place->pieces && err)
			ipsec_ports_del(ref->place);
		else if (ref->place->pieces)
			ipsec_ports_link(ref->place);
	}
	return err;
}

/* The list has become long: sort it by ports. What readers find does not change. */
static int sort_by_ports(struct ipsec_bucket *bucket, unsigned int *version)
{
	struct ipsec_ports *ports = kzalloc(sizeof(*ports), GFP_KERNEL);
	struct ipsec_place_ref *ref, *next;

	if (!ports)
		return -ENOMEM;
	if (copy_to_ports(bucket, ports)) {
		kfree(ports);
		return -ENOMEM;
	}
	rcu_assign_pointer(bucket->ports, ports);
	ipsec_place_step(version);
	for (ref = first_of(bucket); ref; ref = next) {
		next = rcu_dereference_raw(ref->next);
		if (ref->place->pieces)
			ipsec_place_unlink(&bucket->rows, &bucket->order, ref);
	}
	return 0;
}

int ipsec_bucket_prepare(struct ipsec_bucket *bucket, const struct ipsec_bucket_key *key,
			 struct ipsec_place *place, unsigned int *version)
{
	int err;

	if (!bucket) {
		place->bucket = bucket_new(key);
		return place->bucket ? 0 : -ENOMEM;
	}
	if (bucket->count >= IPSEC_BUCKET_LIST_MAX && !ports_of(bucket)) {
		err = sort_by_ports(bucket, version);
		if (err)
			return err;
	}
	if (ports_of(bucket) && !ipsec_ports_any(place->sel)) {
		err = ipsec_ports_prepare(ports_of(bucket), place);
		if (err)
			return err;
	}
	place->bucket = bucket;
	return 0;
}

void ipsec_bucket_cancel(struct ipsec_place *place)
{
	if (place->pieces)
		ipsec_ports_del(place);
	if (!place->bucket->count)
		kfree(place->bucket);
}

void ipsec_bucket_link(struct ipsec_bucket_table *table, struct ipsec_place *place)
{
	struct ipsec_bucket *bucket = place->bucket;

	if (place->pieces)
		ipsec_ports_link(place);
	else
		ipsec_place_link(&bucket->rows, &bucket->order, &place->ref);
	if (!bucket->count++)
		table_put(table, bucket);
}

void ipsec_bucket_unlink(struct ipsec_bucket_table *table, struct ipsec_place *place)
{
	struct ipsec_bucket *bucket = place->bucket;

	if (place->pieces)
		ipsec_ports_del(place);
	else
		ipsec_place_unlink(&bucket->rows, &bucket->order, &place->ref);
	if (--bucket->count)
		return;
	table_remove(table, bucket);
	if (ports_of(bucket))
		kfree_rcu(ports_of(bucket), rcu);
	kfree_rcu(bucket, rcu);
}

struct ipsec_place *ipsec_bucket_first(const struct ipsec_bucket *bucket,
				       const struct ipsec_flow *fl, unsigned long limit)
{
	const struct ipsec_ports *ports;
	struct ipsec_place *by_list, *by_ports;

	by_list = ipsec_place_first(&bucket->rows, fl, limit);
	ports = rcu_dereference(bucket->ports);
	if (!ports)
		return by_list;
	if (by_list)
		limit = READ_ONCE(by_list->rank);
	by_ports = ipsec_ports_first(ports, fl, limit);
	return by_ports ?: by_list;
}

struct ipsec_place *ipsec_bucket_cover(const struct ipsec_bucket *bucket,
				       const struct ipsec_selector *sel, unsigned long limit)
{
	const struct ipsec_ports *ports = ports_of(bucket);
	struct ipsec_place *by_list, *by_ports;

	by_list = ipsec_place_cover(&bucket->rows, sel, limit);
	if (!ports || ipsec_ports_any(sel))
		return by_list;
	by_ports = ipsec_ports_cover(ports, sel, by_list ? by_list->rank : limit);
	return by_ports ?: by_list;
}
