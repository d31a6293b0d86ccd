// SPDX-License-Identifier: GPL-2.0
#include "spd.h"

#include <linux/jiffies.h>
#include <linux/rculist.h>
#include <linux/slab.h>

/*
 * Ranks leave gaps, so that a new row mostly finds one between its neighbours'.
 * The first row stands in the middle; rows at the ends keep this distance.
 */
#define RANK_STEP	(1UL << (BITS_PER_LONG * 3 / 8))

static struct ipsec_sp *row_at(const struct ipsec_spd *spd, struct list_head *pos)
{
	return pos == &spd->rows ? NULL : list_entry(pos, struct ipsec_sp, list);
}

static unsigned long rank_at(const struct ipsec_spd *spd, struct list_head *pos, unsigned long none)
{
	return pos == &spd->rows ? none : ipsec_spd_rank(row_at(spd, pos));
}

static struct ipsec_sp *row_of(const struct ipsec_place *place)
{
	return place ? container_of(place->sel, struct ipsec_sp, sel) : NULL;
}

/*
 * Spread the rows from @first to @last evenly over the ranks from @base on. Those
 * that go up do so from the last, then those that go down from the first: each
 * step leaves the order as it is.
 */
static void spread(struct ipsec_spd *spd, struct list_head *first, struct list_head *last,
		   unsigned int count, unsigned long base, unsigned long gap)
{
	struct list_head *pos;
	unsigned long rank;

	rank = base + count * gap;
	for (pos = last; pos != first->prev; pos = pos->prev, rank -= gap) {
		if (rank > rank_at(spd, pos, 0))
			ipsec_tuple_rerank(&spd->tuples, row_at(spd, pos)->place, rank);
	}
	rank = base + gap;
	for (pos = first; pos != last->next; pos = pos->next, rank += gap) {
		if (rank < rank_at(spd, pos, 0))
			ipsec_tuple_rerank(&spd->tuples, row_at(spd, pos)->place, rank);
	}
}

/*
 * Widen the gaps around a row. Of the ranges of 2, 4, 8… ranks around it we take
 * the first that is not crowded, where a range twice as large may hold 1.6 times
 * as many rows: then an insertion moves O(log n) others on average (Bender, Cole,
 * Demaine, Farach-Colton, Zito: Two Simplified Algorithms for Maintaining Order in
 * a List).
 */
static int make_room(struct ipsec_spd *spd, struct list_head *pos)
{
	struct list_head *first = pos, *last = pos;
	unsigned long rank = rank_at(spd, pos, 0), base = 0, mask = 0;
	unsigned int bits, count = 1;
	u64 room = 16;			/* in sixteenths of a row */
	int err;

	for (bits = 1; bits < BITS_PER_LONG; bits++) {
		mask = (1UL << bits) - 1;
		base = rank & ~mask;
		while (rank_at(spd, first->prev, 0) > base) {
			first = first->prev;
			count++;
		}
		while (rank_at(spd, last->next, ULONG_MAX) < base + mask) {
			last = last->next;
			count++;
		}
		room += room / 2 + room / 8;
		if (count <= room / 16 && mask / (count + 1) >= 4)
			break;
	}
	if (bits == BITS_PER_LONG)
		return -ENOSPC;
	err = ipsec_tuple_prune(&spd->tuples, false);
	if (err)
		return err;
	spread(spd, first, last, count, base, mask / (count + 1));
	ipsec_tuple_prune(&spd->tuples, true);
	return 0;
}

static bool find_gap(const struct ipsec_spd *spd, struct list_head *prev, unsigned long *rank)
{
	unsigned long after = rank_at(spd, prev, 0);
	unsigned long before = rank_at(spd, prev->next, ULONG_MAX);
	unsigned long half = (before - after) / 2;

	if (list_empty(&spd->rows) || half <= RANK_STEP || (after && before < ULONG_MAX))
		*rank = after + half;
	else if (after)
		*rank = after + RANK_STEP;
	else
		*rank = before - RANK_STEP;
	return half;
}

/* A rank for a row behind @prev. */
static int pick_rank(struct ipsec_spd *spd, struct list_head *prev, unsigned long *rank)
{
	int err;

	if (find_gap(spd, prev, rank))
		return 0;
	err = make_room(spd, prev == &spd->rows ? prev->next : prev);
	if (err)
		return err;
	return find_gap(spd, prev, rank) ? 0 : -ENOSPC;
}

/* The node behind which a row goes. */
static struct list_head *prev_of(struct ipsec_spd *spd, u8 place, struct ipsec_sp *ref)
{
	switch (place) {
	case IPSEC_PLACE_HEAD:
		return &spd->rows;
	case IPSEC_PLACE_BEFORE:
		return ref->list.prev;
	case IPSEC_PLACE_AFTER:
		return &ref->list;
	default:
		return spd->rows.prev;
	}
}

/* The row's own place is for its first. */
static struct ipsec_place *place_new(struct ipsec_sp *sp)
{
	return sp->place ? kzalloc(sizeof(*sp->place), GFP_KERNEL) : &sp->own;
}

static void place_free(struct ipsec_sp *sp, struct ipsec_place *place)
{
	if (place != &sp->own)
		kfree_rcu(place, rcu);
}

/* Make the classifier find the row at a new place behind @prev. */
static int put_at(struct ipsec_spd *spd, struct ipsec_sp *sp, struct list_head *prev)
{
	struct ipsec_place *place;
	unsigned long rank;
	int err;

	err = pick_rank(spd, prev, &rank);
	if (err)
		return err;
	place = place_new(sp);
	if (!place)
		return -ENOMEM;
	place->rank = rank;
	place->sel = &sp->sel;
	err = ipsec_tuple_add(&spd->tuples, place);
	if (err) {
		place_free(sp, place);
		return err;
	}
	sp->place = place;
	return 0;
}

/*
 * Take an id, so that storing the row under it cannot fail. A row that is about
 * to be replaced has it already, and is found by it until then.
 */
static int reserve_id(struct ipsec_spd *spd, struct ipsec_sp *sp, u32 *id)
{
	int err;

	*id = sp->id;
	if (*id)
		return xa_reserve(&spd->by_id, *id, GFP_KERNEL);
	err = xa_alloc_cyclic(&spd->by_id, id, NULL, XA_LIMIT(1, U32_MAX), &spd->next_id,
			      GFP_KERNEL);
	if (err == -EBUSY)
		return -ENOSPC;
	return min(err, 0);
}

int ipsec_spd_add(struct ipsec_spd *spd, struct ipsec_sp *sp, u8 place, struct ipsec_sp *ref)
{
	struct list_head *prev = prev_of(spd, place, ref);
	u32 given = sp->id, id;
	int err;

	lockdep_assert_held(&spd->mutex);
	err = reserve_id(spd, sp, &id);
	if (err)
		return err;
	sp->id = id;
	WRITE_ONCE(spd->count, spd->count + 1);
	err = put_at(spd, sp, prev);
	if (err) {
		WRITE_ONCE(spd->count, spd->count - 1);
		xa_release(&spd->by_id, id);
		sp->id = given;
		return err;
	}
	list_add_rcu(&sp->list, prev);
	xa_store(&spd->by_id, id, sp, GFP_KERNEL);
	return 0;
}

static void sp_free_rcu(struct rcu_head *rcu)
{
	ipsec_spd_sp_free(container_of(rcu, struct ipsec_sp, own.rcu));
}

/* A row that was to replace the next one, and is taken back, leaves it the id that they share. */
static void forget_id(struct ipsec_spd *spd, struct ipsec_sp *sp)
{
	struct ipsec_sp *next = list_next_entry(sp, list);

	if (xa_load(&spd->by_id, sp->id) != sp)
		return;
	if (&next->list != &spd->rows && next->id == sp->id)
		xa_store(&spd->by_id, sp->id, next, GFP_NOWAIT);	/* the slot is there */
	else
		xa_erase(&spd->by_id, sp->id);
}

void ipsec_spd_del(struct ipsec_spd *spd, struct ipsec_sp *sp)
{
	lockdep_assert_held(&spd->mutex);
	forget_id(spd, sp);
	list_del_rcu(&sp->list);
	ipsec_tuple_del(&spd->tuples, sp->place);
	place_free(sp, sp->place);
	WRITE_ONCE(spd->count, spd->count - 1);
	call_rcu(&sp->own.rcu, sp_free_rcu);
}

int ipsec_spd_move(struct ipsec_spd *spd, struct ipsec_sp *sp, u8 place, struct ipsec_sp *ref)
{
	struct list_head *prev = prev_of(spd, place, ref);
	struct ipsec_place *old = sp->place;
	int err;

	lockdep_assert_held(&spd->mutex);
	if (prev == &sp->list || prev == sp->list.prev)
		return 0;
	err = put_at(spd, sp, prev);
	if (err)
		return err;
	list_del_rcu(&sp->list);
	list_add_rcu(&sp->list, prev);
	ipsec_tuple_del(&spd->tuples, old);
	place_free(sp, old);
	return 0;
}

struct ipsec_sp *ipsec_spd_by_id(const struct ipsec_spd *spd, u32 id)
{
	return xa_load((struct xarray *)&spd->by_id, id);
}

struct ipsec_sp *ipsec_spd_lookup(const struct ipsec_spd *spd, const struct ipsec_flow *fl)
{
	return row_of(ipsec_tuple_lookup(&spd->tuples, fl));
}

struct ipsec_sp *ipsec_spd_shadow(const struct ipsec_spd *spd, const struct ipsec_sp *sp)
{
	lockdep_assert_held(&spd->mutex);
	return row_of(ipsec_tuple_cover(&spd->tuples, sp->place));
}

struct ipsec_sp *ipsec_spd_shadowed(const struct ipsec_spd *spd, const struct ipsec_sp *sp)
{
	struct ipsec_sp *later = (struct ipsec_sp *)sp;

	lockdep_assert_held(&spd->mutex);
	list_for_each_entry_continue(later, &spd->rows, list) {
		if (ipsec_selector_contains(&sp->sel, &later->sel))
			return later;
	}
	return NULL;
}

unsigned int ipsec_spd_number(const struct ipsec_spd *spd, const struct ipsec_sp *sp)
{
	const struct ipsec_sp *row;
	unsigned int number = 0;

	lockdep_assert_held(&spd->mutex);
	list_for_each_entry(row, &spd->rows, list) {
		if (row == sp)
			break;
		number++;
	}
	return number;
}

void ipsec_spd_count_hit(struct ipsec_sp *sp, bool out, unsigned int packets, unsigned int bytes)
{
	struct ipsec_sp_cpu *cpu = this_cpu_ptr(sp->cpu);

	if (out) {
		cpu->out_packets += packets;
		cpu->out_bytes += bytes;
	} else {
		cpu->in_packets += packets;
		cpu->in_bytes += bytes;
	}
	cpu->last_hit = jiffies ?: 1;
}

void ipsec_spd_sum(const struct ipsec_sp *sp, struct ipsec_sp_cpu *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct ipsec_sp_cpu *c = per_cpu_ptr(sp->cpu, cpu);
		unsigned long hit = READ_ONCE(c->last_hit);

		sum->out_packets += READ_ONCE(c->out_packets);
		sum->out_bytes += READ_ONCE(c->out_bytes);
		sum->in_packets += READ_ONCE(c->in_packets);
		sum->in_bytes += READ_ONCE(c->in_bytes);
		if (hit && (!sum->last_hit || time_after(hit, sum->last_hit)))
			sum->last_hit = hit;
	}
}

struct ipsec_sp *ipsec_spd_sp_new(void)
{
	struct ipsec_sp *sp = kzalloc(sizeof(*sp), GFP_KERNEL);

	if (!sp)
		return NULL;
	sp->cpu = alloc_percpu(struct ipsec_sp_cpu);
	if (!sp->cpu) {
		kfree(sp);
		return NULL;
	}
	sp->action = IPSEC_POLICY_ACTION_PROTECT;
	sp->level = IPSEC_POLICY_LEVEL_REQUIRE;
	sp->mode = IPSEC_SA_MODE_TRANSPORT;
	sp->protocols = IPSEC_PROTOCOLS_ESP;
	sp->sel.sport_max = U16_MAX;
	sp->sel.dport_max = U16_MAX;
	return sp;
}

void ipsec_spd_sp_free(struct ipsec_sp *sp)
{
	if (!sp)
		return;
	free_percpu(sp->cpu);
	kfree(sp->comment);
	kfree(sp);
}

int ipsec_spd_init(struct ipsec_spd *spd)
{
	mutex_init(&spd->mutex);
	INIT_LIST_HEAD(&spd->rows);
	spd->count = 0;
	spd->next_id = 1;
	xa_init_flags(&spd->by_id, XA_FLAGS_ALLOC1);
	ipsec_tuple_init(&spd->tuples);
	return 0;
}

void ipsec_spd_exit(struct ipsec_spd *spd)
{
	struct ipsec_sp *sp, *prev;

	mutex_lock(&spd->mutex);
	/* From the end: then no deletion makes a table begin later. */
	list_for_each_entry_safe_reverse(sp, prev, &spd->rows, list)
		ipsec_spd_del(spd, sp);
	mutex_unlock(&spd->mutex);
	ipsec_tuple_exit(&spd->tuples);
	xa_destroy(&spd->by_id);
	mutex_destroy(&spd->mutex);
}
