/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A policy table beside an array that says what it should be, and random rows and
 * flows close enough to each other to meet.
 */
#ifndef _SPD_MODEL_H
#define _SPD_MODEL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include "shim.h"
#include "place.h"
#include "ports.h"
#include "spd.h"

#define MODEL_MAX	110000

struct model {
	struct ipsec_spd spd;
	unsigned int count;
	struct ipsec_sp *row[MODEL_MAX];
};

static inline unsigned int below(unsigned int n)
{
	return (unsigned int)random() % n;
}

#define pick(array)	((array)[below(ARRAY_SIZE(array))])

static inline struct model *model_new(void)
{
	struct model *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	assert_int_equal(ipsec_spd_init(&m->spd), 0);
	mutex_lock(&m->spd.mutex);
	return m;
}

static inline void model_free(struct model *m)
{
	mutex_unlock(&m->spd.mutex);
	ipsec_spd_exit(&m->spd);
	free(m);
}

static inline void model_insert(struct model *m, unsigned int at, struct ipsec_sp *sp)
{
	assert_in_range(m->count, 0, MODEL_MAX - 1);
	memmove(&m->row[at + 1], &m->row[at], (m->count++ - at) * sizeof(m->row[0]));
	m->row[at] = sp;
}

static inline void model_remove(struct model *m, unsigned int at)
{
	memmove(&m->row[at], &m->row[at + 1], (--m->count - at) * sizeof(m->row[0]));
}

static inline struct ipsec_sp *model_first(struct ipsec_sp *const *row, unsigned int count,
					   const struct ipsec_flow *fl)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (ipsec_selector_match(&row[i]->sel, fl))
			return row[i];
	}
	return NULL;
}

static inline struct ipsec_sp *lookup(const struct ipsec_spd *spd, const struct ipsec_flow *fl)
{
	struct ipsec_sp *sp;

	rcu_read_lock();
	sp = ipsec_spd_lookup(spd, fl);
	rcu_read_unlock();
	return sp;
}

/* As netlink does: a reader until the generation is bumped. */
static inline void del(struct ipsec_spd *spd, struct ipsec_sp *sp)
{
	rcu_read_lock();
	ipsec_spd_del(spd, sp);
	rcu_read_unlock();
}

static inline void model_append(struct model *m, const struct ipsec_selector *sel)
{
	struct ipsec_sp *sp = ipsec_spd_sp_new();

	assert_non_null(sp);
	sp->sel = *sel;
	assert_int_equal(ipsec_spd_add(&m->spd, sp, IPSEC_PLACE_TAIL, NULL), 0);
	model_insert(m, m->count, sp);
}

/* The list of rows is the array, and ranks go up along it. */
static inline void model_check(const struct model *m)
{
	const struct ipsec_sp *sp;
	unsigned int i = 0;
	unsigned long rank = 0;

	list_for_each_entry(sp, &m->spd.rows, list) {
		assert_ptr_equal(sp, m->row[i]);
		assert_true(ipsec_spd_rank(sp) > rank);
		assert_ptr_equal(sp->place->sel, &sp->sel);
		assert_ptr_equal(ipsec_spd_by_id(&m->spd, sp->id), sp);
		rank = ipsec_spd_rank(sp);
		i++;
	}
	assert_int_equal(i, m->count);
	assert_int_equal(m->spd.count, m->count);
}

/* A place by name for a row that is to stand at index @at of the array without it. */
static inline u8 place_name(struct ipsec_sp *const *row, unsigned int count, unsigned int at,
			    struct ipsec_sp **ref)
{
	*ref = NULL;
	if (!at && below(2))
		return IPSEC_PLACE_HEAD;
	if (at == count && (!at || below(2)))
		return IPSEC_PLACE_TAIL;
	if (at < count && (!at || below(2))) {
		*ref = row[at];
		return IPSEC_PLACE_BEFORE;
	}
	*ref = row[at - 1];
	return IPSEC_PLACE_AFTER;
}

static inline void random_addr(union ipsec_addr *a, u8 family)
{
	unsigned int i;

	memset(a, 0, sizeof(*a));
	if (family == AF_INET) {
		a->a4 = htonl(10U << 24 | below(2) << 16 | below(4) << 8 | below(32));
		return;
	}
	a->w[0] = htonl(0x20010db8);
	for (i = 1; i < 4; i++)
		a->w[i] = htonl(below(2) << 16 | below(2));
}

static inline void random_ports(u16 *min, u16 *max)
{
	static const u16 known[] = { 53, 80, 443, 500, 1701, 4500, 8080, 65535 };

	*min = 0;
	*max = U16_MAX;
	switch (below(8)) {
	case 0:
		*min = *max = pick(known);
		break;
	case 1:
		*min = below(1000);
		*max = *min + below(50);
		break;
	case 2:
		*min = below(65536);
		*max = *min + below(65536 - *min);
		break;
	}
}

static inline struct ipsec_selector random_selector(void)
{
	static const u8 v4[] = { 0, 7, 8, 15, 16, 20, 22, 24, 25, 27, 28, 30, 31, 32 };
	static const u8 v6[] = { 0, 32, 48, 63, 64, 65, 80, 96, 112, 127, 128 };
	static const u8 protos[] = { 0, 0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP };
	static const u8 families[] = { AF_INET, AF_INET, AF_INET, AF_INET6, AF_INET6, 0 };
	struct ipsec_selector sel = { .family = pick(families), .proto = pick(protos) };

	if (sel.family) {
		sel.src_len = sel.family == AF_INET ? pick(v4) : pick(v6);
		sel.dst_len = sel.family == AF_INET ? pick(v4) : pick(v6);
		random_addr(&sel.src, sel.family);
		random_addr(&sel.dst, sel.family);
		ipsec_selector_mask(&sel.src, sel.src_len);
		ipsec_selector_mask(&sel.dst, sel.dst_len);
	}
	random_ports(&sel.sport_min, &sel.sport_max);
	random_ports(&sel.dport_min, &sel.dport_max);
	return sel;
}

/* A flow somewhere near the rows, or inside @sel. */
static inline struct ipsec_flow random_flow(const struct ipsec_selector *sel)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, 47 };
	struct ipsec_flow fl = { .family = below(2) ? AF_INET : AF_INET6, .proto = pick(protos) };
	u16 ignored;
	unsigned int i;

	if (sel && sel->family)
		fl.family = sel->family;
	random_addr(&fl.src, fl.family);
	random_addr(&fl.dst, fl.family);
	random_ports(&fl.sport, &ignored);
	random_ports(&fl.dport, &ignored);
	fl.opaque = !below(8);
	if (!sel)
		return fl;
	for (i = 0; i < 4; i++) {
		union ipsec_addr ones = { .w = { ~0U, ~0U, ~0U, ~0U } };

		ipsec_selector_mask(&ones, sel->src_len);
		fl.src.w[i] = (fl.src.w[i] & ~ones.w[i]) | sel->src.w[i];
		memset(&ones, 0xff, sizeof(ones));
		ipsec_selector_mask(&ones, sel->dst_len);
		fl.dst.w[i] = (fl.dst.w[i] & ~ones.w[i]) | sel->dst.w[i];
	}
	fl.proto = sel->proto ?: fl.proto;
	fl.sport = sel->sport_min + below(sel->sport_max - sel->sport_min + 1);
	fl.dport = sel->dport_min + below(sel->dport_max - sel->dport_min + 1);
	return fl;
}

#endif /* _SPD_MODEL_H */
