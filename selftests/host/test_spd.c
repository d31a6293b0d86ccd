// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: kmod/spd.c kmod/tuple.c kmod/bucket.c kmod/ports.c kmod/place.c kmod/selector.c */
/* sources: shim/shim.c */
#include "rounds.h"
#include "spd_model.h"

#include <linux/jiffies.h>

static void insert_random(struct model *m)
{
	unsigned int at = below(m->count + 1);
	struct ipsec_sp *sp = ipsec_spd_sp_new(), *ref;
	u8 place = place_name(m->row, m->count, at, &ref);

	sp->sel = m->count && !below(8) ? m->row[below(m->count)]->sel : random_selector();
	assert_int_equal(ipsec_spd_add(&m->spd, sp, place, ref), 0);
	model_insert(m, at, sp);
}

static void delete_random(struct model *m)
{
	unsigned int at = below(m->count);

	del(&m->spd, m->row[at]);
	model_remove(m, at);
}

static void move_random(struct model *m)
{
	unsigned int at = below(m->count), to = below(m->count);
	struct ipsec_sp *sp = m->row[at], *ref;
	u8 place;

	model_remove(m, at);
	place = place_name(m->row, m->count, to, &ref);
	assert_int_equal(ipsec_spd_move(&m->spd, sp, place, ref), 0);
	model_insert(m, to, sp);
}

static void change_random(struct model *m, unsigned int rows)
{
	if (!m->count || (m->count < rows ? below(4) : !below(4)))
		insert_random(m);
	else if (below(2))
		move_random(m);
	else
		delete_random(m);
}

/* The first earlier row that covers one, and the first later row that it covers. */
static bool check_shadows(const struct model *m)
{
	const struct ipsec_sp *shadow = NULL, *shadowed = NULL;
	unsigned int at = below(m->count), i;

	for (i = 0; i < at && !shadow; i++) {
		if (ipsec_selector_contains(&m->row[i]->sel, &m->row[at]->sel))
			shadow = m->row[i];
	}
	for (i = at + 1; i < m->count && !shadowed; i++) {
		if (ipsec_selector_contains(&m->row[at]->sel, &m->row[i]->sel))
			shadowed = m->row[i];
	}
	assert_ptr_equal(ipsec_spd_shadow(&m->spd, m->row[at]), shadow);
	assert_ptr_equal(ipsec_spd_shadowed(&m->spd, m->row[at]), shadowed);
	assert_int_equal(ipsec_spd_number(&m->spd, m->row[at]), at);
	return shadow;
}

static void oracle(unsigned int rows, unsigned int lookups)
{
	struct model *m = model_new();
	unsigned int i, hits = 0, later = 0, shadows = 0;

	while (m->count < rows)
		insert_random(m);
	for (i = 0; i < lookups; i++) {
		struct ipsec_flow fl;
		struct ipsec_sp *sp;

		if (!below(8))
			change_random(m, rows);
		fl = random_flow(m->count && below(4) ? &m->row[below(m->count)]->sel : NULL);
		sp = model_first(m->row, m->count, &fl);
		assert_ptr_equal(lookup(&m->spd, &fl), sp);
		hits += !!sp;
		later += sp && sp != m->row[0];
		if (m->count && !below(16))
			shadows += check_shadows(m);
		if (!below(1000))
			model_check(m);
	}
	model_check(m);
	assert_true(hits > lookups / 2 && later > lookups / 4);
	assert_true(shadows > lookups / 200);
	while (m->count)
		delete_random(m);
	assert_true(list_empty(&m->spd.tuples.tables));
	model_free(m);
}

static void first_match_is_the_oracles(void **state)
{
	(void)state;
	oracle(6, rounds(200000));
	oracle(40, rounds(400000));
	oracle(250, rounds(400000));
	oracle(2000, rounds(50000));
}

/* Many rows of one tuple and one key, so that every list becomes long. */
static void ports_of_one_key(void **state)
{
	struct model *m = model_new();
	unsigned int i;

	(void)state;
	for (i = rounds(400000); i; i--) {
		struct ipsec_flow fl = { .family = AF_INET, .proto = IPPROTO_UDP,
					 .sport = below(65536), .dport = below(65536),
					 .opaque = !below(50) };
		u8 place;
		struct ipsec_sp *sp, *ref;
		unsigned int at;

		if (!below(20) && m->count < 300) {
			sp = ipsec_spd_sp_new();
			at = below(m->count + 1);
			place = place_name(m->row, m->count, at, &ref);
			sp->sel.family = AF_INET;
			random_ports(&sp->sel.sport_min, &sp->sel.sport_max);
			random_ports(&sp->sel.dport_min, &sp->sel.dport_max);
			if (ipsec_ports_any(&sp->sel) && below(20))
				sp->sel.dport_max = 0;
			assert_int_equal(ipsec_spd_add(&m->spd, sp, place, ref), 0);
			model_insert(m, at, sp);
		} else if (!below(25) && m->count) {
			delete_random(m);
		}
		if (m->count && below(2))
			fl = random_flow(&m->row[below(m->count)]->sel);
		assert_ptr_equal(lookup(&m->spd, &fl), model_first(m->row, m->count, &fl));
		if (m->count && !below(8))
			check_shadows(m);
	}
	model_check(m);
	model_free(m);
}

static void ranks_never_run_out(void **state)
{
	struct model *m = model_new();
	struct ipsec_sp *ref, *sp;
	unsigned int i;
	struct ipsec_selector sel = { .family = AF_INET, .src_len = 32, .dst_len = 32,
				      .sport_max = U16_MAX, .dport_max = U16_MAX };
	struct ipsec_flow fl = { .family = AF_INET };
	unsigned int steps;

	(void)state;
	model_append(m, &sel);
	ref = m->row[0];
	for (i = 1; i <= 100001; i++) {
		sp = ipsec_spd_sp_new();
		sp->sel = sel;
		sp->sel.src.a4 = htonl(i);
		assert_int_equal(ipsec_spd_add(&m->spd, sp, IPSEC_PLACE_BEFORE, ref), 0);
		m->row[i - 1] = sp;
		m->row[i] = ref;
		m->count++;
		if (below(16))
			continue;
		fl.src.a4 = htonl(below(i + 1));
		assert_ptr_equal(lookup(&m->spd, &fl),
				 fl.src.a4 ? m->row[ntohl(fl.src.a4) - 1] : ref);
	}
	model_check(m);
	/* an insertion is a step, and so is each rank that had to change for it */
	steps = m->spd.tuples.version;
	print_message("# %u insertions before one row changed %u ranks\n", i, steps - i);
	assert_in_range(steps, i + 1000, i * 32);
	model_free(m);
}

static void places(void **state)
{
	struct model *m = model_new();
	struct ipsec_selector any = { .sport_max = U16_MAX, .dport_max = U16_MAX };
	unsigned int i, to;

	(void)state;
	for (i = 0; i < 5; i++)
		model_append(m, &any);
	/* every row to every place, by every name */
	for (i = 0; i < 2000; i++) {
		struct ipsec_flow fl = { .family = AF_INET6 };

		move_random(m);
		assert_ptr_equal(lookup(&m->spd, &fl), m->row[0]);
		to = below(m->count);
		assert_int_equal(ipsec_spd_move(&m->spd, m->row[to], below(2) ? IPSEC_PLACE_BEFORE :
						IPSEC_PLACE_AFTER, m->row[to]), 0);
	}
	model_check(m);
	model_free(m);
}

static void ids(void **state)
{
	struct model *m = model_new();
	struct ipsec_selector any = { .sport_max = U16_MAX, .dport_max = U16_MAX };
	struct ipsec_sp *old, *sp;
	u32 last = 0;

	(void)state;
	model_append(m, &any);
	old = m->row[0];
	assert_int_not_equal(old->id, 0);

	/* replace: the new row comes before the old and keeps its id */
	sp = ipsec_spd_sp_new();
	sp->id = old->id;
	assert_int_equal(ipsec_spd_add(&m->spd, sp, IPSEC_PLACE_BEFORE, old), 0);
	assert_ptr_equal(ipsec_spd_by_id(&m->spd, sp->id), sp);
	del(&m->spd, old);
	m->row[0] = sp;
	assert_ptr_equal(ipsec_spd_by_id(&m->spd, sp->id), sp);
	model_check(m);

	/* an id is not given again soon */
	last = sp->id;
	del(&m->spd, sp);
	m->count = 0;
	assert_null(ipsec_spd_by_id(&m->spd, last));
	model_append(m, &any);
	assert_int_not_equal(m->row[0]->id, last);

	/* nor is one that somebody chose */
	sp = ipsec_spd_sp_new();
	sp->id = m->row[0]->id + 1;
	assert_int_equal(ipsec_spd_add(&m->spd, sp, IPSEC_PLACE_TAIL, NULL), 0);
	model_insert(m, 1, sp);
	model_append(m, &any);
	assert_int_equal(m->row[2]->id, sp->id + 1);
	model_check(m);
	assert_null(ipsec_spd_by_id(&m->spd, 0));
	assert_null(ipsec_spd_by_id(&m->spd, 4711));
	model_free(m);
}

static void counters(void **state)
{
	struct ipsec_sp *sp = ipsec_spd_sp_new();
	struct ipsec_sp_cpu sum;

	(void)state;
	ipsec_spd_sum(sp, &sum);
	assert_int_equal(sum.last_hit, 0);
	for (shim_cpu = 0; shim_cpu < SHIM_CPUS; shim_cpu++) {
		jiffies = shim_cpu == 1 ? 900 : 7 + shim_cpu;
		ipsec_spd_count_hit(sp, true, 2, 3000);
		ipsec_spd_count_hit(sp, false, 1, 100);
	}
	shim_cpu = 0;
	ipsec_spd_sum(sp, &sum);
	assert_int_equal(sum.out_packets, 8);
	assert_int_equal(sum.out_bytes, 12000);
	assert_int_equal(sum.in_packets, 4);
	assert_int_equal(sum.in_bytes, 400);
	assert_int_equal(sum.last_hit, 900);

	/* jiffies wrap, and their zero is a hit as well */
	jiffies = 0;
	ipsec_spd_count_hit(sp, true, 1, 1);
	shim_cpu = 1;
	jiffies = ULONG_MAX - 5;
	ipsec_spd_count_hit(sp, true, 1, 1);
	shim_cpu = 2;
	ipsec_spd_count_hit(sp, true, 1, 1);
	shim_cpu = 3;
	ipsec_spd_count_hit(sp, true, 1, 1);
	shim_cpu = 0;
	ipsec_spd_sum(sp, &sum);
	assert_int_equal(sum.last_hit, 1);
	ipsec_spd_sp_free(sp);
	ipsec_spd_sp_free(NULL);
}

#define FLOWS	40

/* What the table answers to some flows near its rows. */
struct answers {
	struct ipsec_flow flow[FLOWS];
	struct ipsec_sp *sp[FLOWS];
};

static void ask(const struct model *m, struct answers *a)
{
	unsigned int i;

	for (i = 0; i < FLOWS; i++) {
		a->flow[i] = random_flow(m->count ? &m->row[below(m->count)]->sel : NULL);
		a->sp[i] = lookup(&m->spd, &a->flow[i]);
		assert_ptr_equal(a->sp[i], model_first(m->row, m->count, &a->flow[i]));
	}
}

/* Let the first allocation fail, then the second, … until the row is added. Returns failures. */
static unsigned int add_without_memory(struct model *m, const struct answers *before)
{
	unsigned int at = below(m->count + 1), i;
	struct ipsec_sp *sp = ipsec_spd_sp_new(), *ref;
	u8 place = place_name(m->row, m->count, at, &ref);
	long n;
	int err;

	sp->sel = random_selector();
	if (below(2) && m->count) {
		sp->sel = m->row[below(m->count)]->sel;
		random_ports(&sp->sel.sport_min, &sp->sel.sport_max);
		random_ports(&sp->sel.dport_min, &sp->sel.dport_max);
	}
	for (n = 0; ; n++) {
		shim_fail_after = n;
		err = ipsec_spd_add(&m->spd, sp, place, ref);
		shim_fail_after = -1;
		if (!err)
			break;
		assert_int_equal(err, -ENOMEM);
		assert_int_equal(sp->id, 0);
		for (i = 0; i < FLOWS; i++)
			assert_ptr_equal(lookup(&m->spd, &before->flow[i]), before->sp[i]);
		model_check(m);
	}
	model_insert(m, at, sp);
	return n;
}

static void move_without_memory(struct model *m)
{
	unsigned int at = below(m->count);
	struct ipsec_sp *sp = m->row[at];

	shim_fail_after = below(4);
	if (!ipsec_spd_move(&m->spd, sp, IPSEC_PLACE_HEAD, NULL)) {
		model_remove(m, at);
		model_insert(m, 0, sp);
	}
	shim_fail_after = -1;
}

/* Whatever allocation fails, the table answers as before; then the same change succeeds. */
static void nothing_changes_without_memory(void **state)
{
	struct model *m = model_new();
	unsigned int round, failures = 0, last = rounds(3000);
	struct answers answers;

	(void)state;
	for (round = 0; round < last; round++) {
		if (round % 300 == 299) {
			while (m->count)
				delete_random(m);
		}
		ask(m, &answers);
		failures += add_without_memory(m, &answers);
		ask(m, &answers);
		if (below(2)) {
			/* it never fails */
			shim_fail_after = below(2);
			delete_random(m);
			shim_fail_after = -1;
		}
		if (m->count > 1 && below(2))
			move_without_memory(m);
		ask(m, &answers);
		model_check(m);
	}
	assert_true(failures > last);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_match_is_the_oracles),
		cmocka_unit_test(ports_of_one_key),
		cmocka_unit_test(ranks_never_run_out),
		cmocka_unit_test(places),
		cmocka_unit_test(ids),
		cmocka_unit_test(counters),
		cmocka_unit_test(nothing_changes_without_memory),
	};

	srandom(1);
	return cmocka_run_group_tests_name("spd", tests, NULL, NULL);
}
