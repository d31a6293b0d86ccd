// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: kmod/spd.c kmod/tuple.c kmod/bucket.c kmod/ports.c kmod/place.c kmod/selector.c */
/* sources: shim/shim.c */
/*
 * What a lookup costs, in pointers that it follows, must not depend on the number
 * of rows, whatever their shape.
 */
#include "spd_model.h"

#include <time.h>

#define LOOKUPS	5000

struct shape {
	const char *name;
	/* Row number @i of @n. */
	void (*row)(struct ipsec_selector *sel, unsigned int i, unsigned int n);
};

static void set_dst(struct ipsec_selector *sel, u32 addr, u8 len)
{
	sel->dst.a4 = htonl(addr);
	sel->dst_len = len;
	ipsec_selector_mask(&sel->dst, len);
}

static void set_src(struct ipsec_selector *sel, u32 addr, u8 len)
{
	sel->src.a4 = htonl(addr);
	sel->src_len = len;
	ipsec_selector_mask(&sel->src, len);
}

static void dst_24(struct ipsec_selector *sel, unsigned int i, unsigned int n)
{
	set_dst(sel, 10U << 24 | i << 8, 24);
}

/* One length after the other, so that the few rows have as many lengths as the many. */
static void dst_mixed(struct ipsec_selector *sel, unsigned int i, unsigned int n)
{
	static const u8 lens[] = { 22, 24, 25, 26, 27, 28, 29, 30, 31, 32 };

	set_dst(sel, 10U << 24 | i << 10, lens[i % ARRAY_SIZE(lens)]);
}

static void broad_first(struct ipsec_selector *sel, unsigned int i, unsigned int n)
{
	set_src(sel, 192U << 24 | 168 << 16, 24);
	if (i)
		set_dst(sel, 10U << 24 | (i - 1) << 2, 30);
	else
		set_dst(sel, 10U << 24, 16);
}

static void broad_last(struct ipsec_selector *sel, unsigned int i, unsigned int n)
{
	broad_first(sel, n - 1 - i, n);
}

static void same_prefixes(struct ipsec_selector *sel)
{
	set_src(sel, 10U << 24, 24);
	set_dst(sel, 10U << 24 | 1 << 16, 24);
	sel->proto = IPPROTO_TCP;
}

static void dst_ports(struct ipsec_selector *sel, unsigned int i, unsigned int n)
{
	same_prefixes(sel);
	sel->dport_min = sel->dport_max = 1000 + i;
}

static void dst_ports_scattered(struct ipsec_selector *sel, unsigned int i, unsigned int n)
{
	same_prefixes(sel);
	sel->dport_min = sel->dport_max = i * 40503U;
}

static void src_ports(struct ipsec_selector *sel, unsigned int i, unsigned int n)
{
	same_prefixes(sel);
	sel->sport_min = sel->sport_max = 1000 + i;
}

static void port_ranges(struct ipsec_selector *sel, unsigned int i, unsigned int n)
{
	same_prefixes(sel);
	sel->dport_min = 1000 + 6 * i;
	sel->dport_max = sel->dport_min + 5;
}

static void port_ranges_overlapping(struct ipsec_selector *sel, unsigned int i, unsigned int n)
{
	same_prefixes(sel);
	sel->dport_min = i * 40503U;
	sel->dport_max = sel->dport_min + (i * 7919U) % (65536U - sel->dport_min);
}

/* Each inside the next: of few rows or many, the first holds the port least often. */
static void port_ranges_nested(struct ipsec_selector *sel, unsigned int i, unsigned int n)
{
	same_prefixes(sel);
	sel->dport_min = (n - i) * (30000 / n);
	sel->dport_max = 65535 - sel->dport_min;
}

static void coarse(struct ipsec_selector *sel, unsigned int i, unsigned int n)
{
	set_dst(sel, i << 17, 15);
}

static void hosts(struct ipsec_selector *sel, unsigned int i, unsigned int n)
{
	set_src(sel, 192U << 24 | i, 32);
	set_dst(sel, 10U << 24 | i, 32);
}

static void shared_src(struct ipsec_selector *sel, unsigned int i, unsigned int n)
{
	set_src(sel, 192U << 24 | 168 << 16, 24);
	set_dst(sel, 10U << 24 | i << 8, 24);
}

static void v6_sites(struct ipsec_selector *sel, unsigned int i, unsigned int n)
{
	sel->family = AF_INET6;
	sel->src.w[0] = htonl(0x20010db8);
	sel->src_len = 48;
	sel->dst.w[0] = htonl(0x20010db8);
	sel->dst.w[1] = htonl(i);
	sel->dst_len = 64;
}

static const struct shape shapes[] = {
	{ "distinct destination prefixes", dst_24 },
	{ "destination prefixes of ten lengths", dst_mixed },
	{ "one /16, then /30 inside it", broad_first },
	{ "/30 inside a /16, then the /16", broad_last },
	{ "same prefixes, other destination port", dst_ports },
	{ "same prefixes, other destination port, scattered", dst_ports_scattered },
	{ "same prefixes, other source port", src_ports },
	{ "same prefixes, other port range", port_ranges },
	{ "same prefixes, overlapping port ranges", port_ranges_overlapping },
	{ "same prefixes, port ranges one in another", port_ranges_nested },
	{ "coarse prefixes", coarse },
	{ "host to host", hosts },
	{ "one source network", shared_src },
	{ "IPv6 sites", v6_sites },
};

/* The rows that every namespace begins with: they take tables, too. */
static void add_builtins(struct model *m)
{
	static const struct { u32 addr; u8 len; } builtins[] = {
		{ 127U << 24, 8 }, { 169U << 24 | 254 << 16, 16 }, { 224U << 24, 24 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(builtins); i++) {
		struct ipsec_selector sel = { .family = AF_INET, .sport_max = U16_MAX,
					      .dport_max = U16_MAX };

		set_dst(&sel, builtins[i].addr, builtins[i].len);
		model_append(m, &sel);
	}
}

/* Pointers followed per lookup, in hundredths. */
static unsigned long cost(const struct shape *shape, unsigned int n)
{
	struct model *m = model_new();
	unsigned int i, builtins;
	unsigned long loads;

	srandom(1);
	add_builtins(m);
	builtins = m->count;
	for (i = 0; i < n; i++) {
		struct ipsec_selector sel = { .family = AF_INET, .sport_max = U16_MAX,
					      .dport_max = U16_MAX };

		shape->row(&sel, i, n);
		model_append(m, &sel);
	}
	shim_loads = 0;
	for (i = 0; i < LOOKUPS; i++) {
		/* Flows for any row, some of them for none. */
		struct ipsec_flow fl = random_flow(below(8) ? &m->row[builtins + below(n)]->sel :
						   NULL);

		fl.opaque = 0;
		lookup(&m->spd, &fl);
	}
	loads = shim_loads;
	model_free(m);
	return loads * 100 / LOOKUPS;
}

static void is_flat(void **state)
{
	static const unsigned int sizes[] = { 10, 100, 1000, 10000 };
	const struct shape *shape = *state;
	unsigned long c[ARRAY_SIZE(sizes)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		c[i] = cost(shape, sizes[i]);
	print_message("# %-50s", shape->name);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		print_message(" %6.2f", c[i] / 100.0);
	print_message("  ratio %.2f\n", (double)c[i - 1] / c[0]);
	for (i = 1; i < ARRAY_SIZE(sizes); i++)
		assert_in_range(c[i], 1, c[0] * 3 / 2);
}

/* What a writer does that readers can see; it grows with whatever is rebuilt for one row. */
static unsigned long steps;

static void count_step(void)
{
	steps++;
}

/* Steps per row, for the hundred rows after the first @n. No hash table grows in between. */
static unsigned long insert_cost(const struct shape *shape, unsigned int n, u8 place)
{
	struct model *m = model_new();
	unsigned int i;

	for (i = 0; i < n + 100; i++) {
		struct ipsec_sp *sp = ipsec_spd_sp_new();
		struct ipsec_sp *ref = i ? m->row[i / 2] : NULL;

		sp->sel.family = AF_INET;
		shape->row(&sp->sel, i, n + 100);
		if (i == n)
			steps = 0;
		shim_hook = count_step;
		assert_int_equal(ipsec_spd_add(&m->spd, sp, ref ? place : IPSEC_PLACE_TAIL, ref),
				 0);
		shim_hook = NULL;
		m->row[i] = sp;
	}
	model_free(m);
	return steps / 100;
}

static void insertion_rebuilds_little(void **state)
{
	static const u8 places[] = { IPSEC_PLACE_TAIL, IPSEC_PLACE_HEAD, IPSEC_PLACE_BEFORE,
				     IPSEC_PLACE_AFTER };
	unsigned int s, p;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(shapes); s++) {
		for (p = 0; p < ARRAY_SIZE(places); p++) {
			unsigned long few = insert_cost(&shapes[s], 200, places[p]);
			unsigned long many = insert_cost(&shapes[s], 5000, places[p]);

			assert_in_range(many, 1, few * 3 / 2 + 5);
		}
	}
}

static struct model *model_of(const struct shape *shape, unsigned int n)
{
	struct model *m = model_new();
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct ipsec_selector sel = { .family = AF_INET, .sport_max = U16_MAX,
					      .dport_max = U16_MAX };

		shape->row(&sel, i, n);
		model_append(m, &sel);
	}
	return m;
}

/*
 * Steps along lists and down trees to find where a row among @n belongs, at most: each of its
 * pieces is in a list of all that hold the piece's ports.
 */
static unsigned long steps_among(const struct shape *shape, unsigned int n, u8 place)
{
	struct model *m = model_of(shape, n);
	unsigned long most = 0;
	unsigned int i;

	for (i = 0; i < 100; i++) {
		struct ipsec_sp *sp = ipsec_spd_sp_new();

		sp->sel = m->row[i * (n / 100)]->sel;
		shim_compares = shim_loads = 0;
		assert_int_equal(ipsec_spd_add(&m->spd, sp, place,
					       place == IPSEC_PLACE_BEFORE ? m->row[n / 2] : NULL),
				 0);
		most = max(most, shim_compares + shim_loads);
	}
	model_free(m);
	return most;
}

/* Twenty times as many rows, four or five more steps down each tree: never a walk along a list. */
static void insertion_steps_are_few(void **state)
{
	static const u8 places[] = { IPSEC_PLACE_TAIL, IPSEC_PLACE_HEAD, IPSEC_PLACE_BEFORE };
	unsigned long highest = 0;
	unsigned int s, p;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(shapes); s++) {
		for (p = 0; p < ARRAY_SIZE(places); p++) {
			unsigned long few = steps_among(&shapes[s], 500, places[p]);
			unsigned long many = steps_among(&shapes[s], 10000, places[p]);

			assert_in_range(many, 1, few * 3 + 30);
			highest = max(highest, many);
		}
	}
	print_message("# a row among 10000 finds its place in %lu steps at most\n", highest);
}

static unsigned int microseconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* A row, and the warning if it or another can never match; in this CPU's time. */
static unsigned int time_to_insert(struct model *m, struct ipsec_sp *sp, u8 place)
{
	struct ipsec_sp *ref = place == IPSEC_PLACE_BEFORE ? m->row[5000] : NULL;
	unsigned int begin = microseconds();

	assert_int_equal(ipsec_spd_add(&m->spd, sp, place, ref), 0);
	if (!ipsec_spd_shadow(&m->spd, sp))
		ipsec_spd_shadowed(&m->spd, sp);
	ipsec_spd_number(&m->spd, sp);
	return microseconds() - begin;
}

/*
 * A row among ten thousand takes less than a millisecond, although it runs under AddressSanitizer.
 * HEAD and BEFORE walk the most rows. A few of a hundred may meet with others' work on this
 * machine.
 */
static void insertion_warns_in_time(void **state)
{
	static const u8 places[] = { IPSEC_PLACE_TAIL, IPSEC_PLACE_HEAD, IPSEC_PLACE_BEFORE };
	unsigned int s, p, i, us, sum, late, most = 0;

	(void)state;
	for (s = 0; s < ARRAY_SIZE(shapes); s++) {
		struct model *m = model_of(&shapes[s], 10000);

		for (p = 0; p < ARRAY_SIZE(places); p++) {
			for (i = late = sum = 0; i < 100; i++) {
				struct ipsec_sp *sp = ipsec_spd_sp_new();

				sp->sel = m->row[i * 100]->sel;
				us = time_to_insert(m, sp, places[p]);
				late += us >= 1000;
				sum += us;
			}
			assert_in_range(late, 0, 49);
			most = max(most, sum / 100);
		}
		model_free(m);
	}
	print_message("# a row among 10000 costs %u microseconds at most\n", most);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(shapes) + 3];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		tests[i] = (struct CMUnitTest) { shapes[i].name, is_flat, NULL, NULL,
						 (void *)&shapes[i] };
	tests[i++] = (struct CMUnitTest)cmocka_unit_test(insertion_rebuilds_little);
	tests[i++] = (struct CMUnitTest)cmocka_unit_test(insertion_steps_are_few);
	tests[i] = (struct CMUnitTest)cmocka_unit_test(insertion_warns_in_time);
	return cmocka_run_group_tests_name("spd_cost", tests, NULL, NULL);
}
