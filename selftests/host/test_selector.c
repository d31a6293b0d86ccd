// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: kmod/selector.c */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <linux/kernel.h>
#include <linux/socket.h>
#include "selector.h"

static u64 rng_state = 0x13198a2e03707344;

static u64 rng(void)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return rng_state * 0x2545f4914f6cdd1dULL;
}

static u64 below(u64 n)
{
	return (rng() >> 20) % n;
}

static unsigned int addr_bits(u8 family)
{
	return family == AF_INET ? 32 : 128;
}

/* Bit 0 is the first of the wire. */
static bool bit(const union ipsec_addr *addr, unsigned int i)
{
	return ((const u8 *)addr)[i / 8] >> (7 - i % 8) & 1;
}

static void flip(union ipsec_addr *addr, unsigned int i)
{
	((u8 *)addr)[i / 8] ^= 1 << (7 - i % 8);
}

static void random_addr(union ipsec_addr *addr, u8 family)
{
	unsigned int i;

	memset(addr, 0, sizeof(*addr));
	for (i = 0; i < addr_bits(family) / 8; i++)
		((u8 *)addr)[i] = rng() >> 32;
}

static bool naive_addr_match(const union ipsec_addr *a, const union ipsec_addr *b, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		if (bit(a, i) != bit(b, i))
			return false;
	return true;
}

static void naive_mask(union ipsec_addr *addr, unsigned int len)
{
	unsigned int i;

	for (i = len; i < 128; i++)
		if (bit(addr, i))
			flip(addr, i);
}

static void check_prefixes(u8 family)
{
	unsigned int bits = addr_bits(family), len, i, round;

	for (round = 0; round < 20; round++) {
		for (len = 0; len <= bits; len++) {
			union ipsec_addr addr, prefix, masked;

			random_addr(&addr, family);
			prefix = addr;
			naive_mask(&prefix, len);
			masked = addr;
			ipsec_selector_mask(&masked, len);
			assert_memory_equal(&masked, &prefix, sizeof(prefix));
			assert_true(ipsec_selector_addr_match(&addr, &prefix, len));
			for (i = 0; i < bits; i++) {
				flip(&addr, i);
				flip(&addr, below(bits));
				assert_int_equal(ipsec_selector_addr_match(&addr, &prefix, len),
						 naive_addr_match(&addr, &prefix, len));
				addr = masked;
			}
		}
	}
}

static void prefixes_of_every_length(void **state)
{
	check_prefixes(AF_INET);
	check_prefixes(AF_INET6);
}

static const struct ipsec_selector everything = { .sport_max = 65535, .dport_max = 65535 };

static void everything_holds_everything(void **state)
{
	struct ipsec_flow fl = { .family = AF_INET, .proto = 17, .sport = 1, .dport = 65535 };

	assert_true(ipsec_selector_match(&everything, &fl));
	fl.family = AF_INET6;
	fl.opaque = 1;
	assert_true(ipsec_selector_match(&everything, &fl));
}

/* Properties fail in the order in which a user reads the row. */
static void names_the_first_mismatch(void **state)
{
	const struct ipsec_selector sel = {
		.src.a4 = cpu_to_be32(0x0a01ca00), .dst.a4 = cpu_to_be32(0x0a016500),
		.src_len = 24, .dst_len = 24, .family = AF_INET, .proto = 6,
		.sport_min = 1000, .sport_max = 2000, .dport_min = 80, .dport_max = 80,
	};
	struct ipsec_flow fl = {
		.src.a4 = cpu_to_be32(0x0b01ca01), .dst.a4 = cpu_to_be32(0x0b016501),
		.family = AF_INET6, .proto = 17, .sport = 999, .dport = 81,
	};

	assert_string_equal(ipsec_selector_mismatch(&sel, &fl), "src-address");
	fl.family = AF_INET;
	assert_string_equal(ipsec_selector_mismatch(&sel, &fl), "src-address");
	fl.src.a4 = cpu_to_be32(0x0a01ca01);
	assert_string_equal(ipsec_selector_mismatch(&sel, &fl), "dst-address");
	fl.dst.a4 = cpu_to_be32(0x0a016501);
	assert_string_equal(ipsec_selector_mismatch(&sel, &fl), "protocol");
	fl.proto = 6;
	assert_string_equal(ipsec_selector_mismatch(&sel, &fl), "src-port");
	fl.sport = 2001;
	assert_string_equal(ipsec_selector_mismatch(&sel, &fl), "src-port");
	fl.sport = 2000;
	assert_string_equal(ipsec_selector_mismatch(&sel, &fl), "dst-port");
	fl.dport = 79;
	assert_string_equal(ipsec_selector_mismatch(&sel, &fl), "dst-port");
	fl.dport = 80;
	assert_null(ipsec_selector_mismatch(&sel, &fl));
	assert_true(ipsec_selector_match(&sel, &fl));
	fl.opaque = 1;
	assert_string_equal(ipsec_selector_mismatch(&sel, &fl), "src-port");
}

/* Few values, so that selectors are often nested, equal or overlapping. */
static void random_prefix(union ipsec_addr *addr, u8 *len, u8 family)
{
	unsigned int bits = addr_bits(family);

	memset(addr, below(2) ? 0xff : 0, family == AF_INET ? 4 : 16);
	if (family == AF_INET)
		memset(&addr->w[1], 0, 12);
	*len = below(3) ? below(3) * bits / 2 + below(2) * !!below(2) : below(bits + 1);
	if (*len > bits)
		*len = bits;
	if (below(2))
		flip(addr, below(bits));
	ipsec_selector_mask(addr, *len);
}

static void random_range(u16 *min, u16 *max)
{
	static const u16 edges[] = { 0, 1, 80, 81, 65534, 65535 };
	u16 a = edges[below(ARRAY_SIZE(edges))], b = edges[below(ARRAY_SIZE(edges))];

	*min = min(a, b);
	*max = max(a, b);
	if (below(2)) {
		*min = 0;
		*max = 65535;
	}
}

static void random_selector(struct ipsec_selector *sel)
{
	static const u8 protos[] = { 0, 0, 6, 17 };

	memset(sel, 0, sizeof(*sel));
	sel->family = below(8) ? AF_INET : below(2) ? AF_INET6 : 0;
	if (sel->family) {
		random_prefix(&sel->src, &sel->src_len, sel->family);
		random_prefix(&sel->dst, &sel->dst_len, sel->family);
	}
	sel->proto = protos[below(ARRAY_SIZE(protos))];
	random_range(&sel->sport_min, &sel->sport_max);
	random_range(&sel->dport_min, &sel->dport_max);
}

/* The first or last address of a prefix. */
static void corner_addr(union ipsec_addr *out, const union ipsec_addr *prefix, u8 len, u8 family,
			bool last)
{
	unsigned int i;

	*out = *prefix;
	for (i = len; last && i < addr_bits(family); i++)
		flip(out, i);
}

#define CORNERS		(1 << 7)

/*
 * One of the corners of a selector. A set of ranges lies in another exactly when
 * all its corners do.
 */
static void corner(struct ipsec_flow *fl, const struct ipsec_selector *sel, unsigned int n)
{
	bool any = !sel->sport_min && sel->sport_max == 65535 && !sel->dport_min &&
		   sel->dport_max == 65535;

	memset(fl, 0, sizeof(*fl));
	fl->family = sel->family ?: n & 64 ? AF_INET6 : AF_INET;
	corner_addr(&fl->src, &sel->src, sel->src_len, fl->family, n & 1);
	corner_addr(&fl->dst, &sel->dst, sel->dst_len, fl->family, n & 2);
	fl->sport = n & 4 ? sel->sport_max : sel->sport_min;
	fl->dport = n & 8 ? sel->dport_max : sel->dport_min;
	fl->proto = sel->proto ?: n & 16 ? 6 : 17;
	fl->opaque = any && n & 32;
}

static void contains_what_holds_all_corners(void **state)
{
	unsigned int round, n, contained = 0;

	for (round = 0; round < 200000; round++) {
		struct ipsec_selector a, b;
		bool all = true;

		random_selector(&a);
		random_selector(&b);
		for (n = 0; n < CORNERS && all; n++) {
			struct ipsec_flow fl;

			corner(&fl, &b, n);
			assert_true(ipsec_selector_match(&b, &fl));
			all = ipsec_selector_match(&a, &fl);
		}
		assert_int_equal(ipsec_selector_contains(&a, &b), all);
		contained += all;
		assert_true(ipsec_selector_contains(&a, &a));
		assert_true(ipsec_selector_contains(&everything, &a));
		if (all && ipsec_selector_contains(&b, &a))
			assert_memory_equal(&a, &b, sizeof(a));
	}
	assert_in_range(contained, 1000, 199000);
}

/* Prefixes 0.0.0.0/0 and ::/0 together are not the same as no family. */
static void one_family_is_not_both(void **state)
{
	struct ipsec_selector v4 = everything, v6 = everything;

	v4.family = AF_INET;
	v6.family = AF_INET6;
	assert_false(ipsec_selector_contains(&v4, &everything));
	assert_false(ipsec_selector_contains(&v4, &v6));
	assert_false(ipsec_selector_contains(&v6, &everything));
	assert_true(ipsec_selector_contains(&everything, &v6));
}

static void any_flow_that_inner_holds(void **state)
{
	unsigned int round, hits = 0;

	for (round = 0; round < 300000; round++) {
		struct ipsec_selector a, b;
		struct ipsec_flow fl;

		random_selector(&a);
		random_selector(&b);
		corner(&fl, &b, below(CORNERS));
		if (below(2))
			flip(&fl.src, below(addr_bits(fl.family)));
		fl.sport += below(3) - 1;
		fl.opaque = below(2);
		if (ipsec_selector_contains(&a, &b) && ipsec_selector_match(&b, &fl)) {
			assert_true(ipsec_selector_match(&a, &fl));
			hits++;
		}
	}
	assert_in_range(hits, 1000, 300000);
}

static void flows_differ_in_any_bit(void **state)
{
	struct ipsec_flow a, b;
	unsigned int i;

	for (i = 0; i < sizeof(a); i++)
		((u8 *)&a)[i] = rng() >> 32;
	b = a;
	assert_true(ipsec_flow_equal(&a, &b));
	for (i = 0; i < sizeof(a) * 8; i++) {
		((u8 *)&b)[i / 8] ^= 1 << i % 8;
		assert_false(ipsec_flow_equal(&a, &b));
		b = a;
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_of_every_length),
		cmocka_unit_test(everything_holds_everything),
		cmocka_unit_test(names_the_first_mismatch),
		cmocka_unit_test(contains_what_holds_all_corners),
		cmocka_unit_test(one_family_is_not_both),
		cmocka_unit_test(any_flow_that_inner_holds),
		cmocka_unit_test(flows_differ_in_any_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
