// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: kmod/replay.c shim/shim.c */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <linux/kernel.h>
#include "replay.h"
#include "rounds.h"
#include "shim.h"

/*
 * The model: every number that was seen is written to its place among as many
 * as the window has. Slow division, nothing to clear, nothing to get wrong.
 */
struct model {
	u64 top;
	u32 size;
	bool esn;
	u64 seen[IPSEC_REPLAY_MAX];
};

static void model_init(struct model *m, u32 size, bool esn, u64 top)
{
	u64 i;

	memset(m, 0, sizeof(*m));
	m->top = top;
	m->size = size;
	m->esn = esn;
	for (i = 0; i < size && i < top; i++)
		m->seen[(top - i) % size] = top - i;
}

static enum ipsec_replay_verdict model_check(const struct model *m, u64 seq)
{
	if (seq == 0)
		return IPSEC_REPLAY_ZERO;
	if (!m->esn && seq > UINT32_MAX)
		return IPSEC_REPLAY_OVERFLOW;
	if (seq > m->top)
		return IPSEC_REPLAY_FRESH;
	if (m->top - seq >= m->size)
		return IPSEC_REPLAY_OLD;
	return m->seen[seq % m->size] == seq ? IPSEC_REPLAY_SEEN : IPSEC_REPLAY_FRESH;
}

static enum ipsec_replay_verdict model_advance(struct model *m, u64 seq)
{
	enum ipsec_replay_verdict verdict = model_check(m, seq);

	if (verdict == IPSEC_REPLAY_FRESH) {
		m->seen[seq % m->size] = seq;
		if (seq > m->top)
			m->top = seq;
	}
	return verdict;
}

/* RFC 4303 Appendix A2.2 word for word, where there is a subspace below. */
static u64 model_infer(const struct model *m, u32 seql)
{
	u32 w = m->size, tl = m->top, th = m->top >> 32, seqh;

	if (!m->esn)
		return seql;
	if (tl >= w - 1)
		seqh = seql >= tl - w + 1 ? th : th + 1;
	else
		seqh = seql >= tl - w + 1 && th > 0 ? th - 1 : th;
	return (u64)seqh << 32 | seql;
}

struct pair {
	struct ipsec_replay w;
	struct model m;
};

static void pair_init(struct pair *p, u32 size, bool esn, u64 top)
{
	u64 *ring = calloc(ipsec_replay_ring_words(size), sizeof(u64));

	assert_non_null(ring);
	ipsec_replay_init(&p->w, ring, size, esn, top);
	model_init(&p->m, size, esn, top);
}

static void pair_free(struct pair *p)
{
	free(p->w.ring);
}

static u64 rng_state = 0x243f6a8885a308d3;

static u64 rng(void)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return rng_state * 0x2545f4914f6cdd1dULL;
}

static u64 below(u64 n)
{
	return rng() % n;
}

static u64 back(const struct model *m, u64 by)
{
	return by < m->top ? m->top - by : below(m->top + 1);
}

/* A number such as a peer, a network that reorders, or an attacker would send. */
static u64 next_seq(const struct model *m)
{
	switch (below(16)) {
	case 0 ... 5:
		return m->top + 1;
	case 6:
		return m->top + 1 + below(8);
	case 7:
		return m->top + 1 + below(m->size);
	case 8:
		return m->top + below(4 * 64) * 64 + below(3);
	case 9 ... 10:
		return back(m, below(m->size));
	case 11:
		return back(m, m->size - 1 + below(3));
	case 12:
		return back(m, below(4 * m->size));
	case 13:
		return back(m, below(64));
	case 14:
		return below(64) ? m->top : m->top + below(1 << 20);
	default:
		return rng() >> below(64);
	}
}

static void compare(struct pair *p, u64 seq, bool authentic)
{
	enum ipsec_replay_verdict want = model_check(&p->m, seq);

	assert_int_equal(ipsec_replay_check(&p->w, seq), want);
	assert_true(ipsec_replay_infer(&p->w, seq) == model_infer(&p->m, seq));
	if (authentic) {
		assert_int_equal(ipsec_replay_advance(&p->w, seq), want);
		model_advance(&p->m, seq);
	}
	assert_true(p->w.top == p->m.top);
}

static void walk(u32 size, bool esn, u64 top, unsigned int steps)
{
	struct pair p;
	u32 i;

	pair_init(&p, size, esn, top);
	while (steps--) {
		u64 seq = next_seq(&p.m);

		if (!esn && below(32))
			seq = (u32)seq;
		/* A far jump that is authentic would be the end of what this walk is about. */
		compare(&p, seq, below(4) && (seq < top + (1 << 24) || !below(1000)));
	}
	for (i = 0; i < 2 * size; i++)
		compare(&p, p.m.top - i, false);
	pair_free(&p);
}

static void agrees_with_the_model(void **state)
{
	static const u32 sizes[] = {
		32, 33, 63, 64, 65, 66, 96, 100, 127, 128, 129, 191, 192, 193, 255, 256, 500,
		1000, 1024, 2047, 2048, 3000, 4032, 4033, 4095, 4096,
	};
	unsigned int i, round;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		u32 size = sizes[i];

		for (round = rounds(10); round; round--) {
			walk(size, true, 0, 5000);
			walk(size, true, (1ULL << 32) - below(2 * size), 5000);
			walk(size, true, (below(1000) << 32) + below(2 * size), 5000);
			walk(size, true, ((u64)UINT32_MAX << 32) - below(2 * size), 5000);
			walk(size, true, UINT64_MAX - below(3 * size), 5000);
			walk(size, false, 0, 5000);
			walk(size, false, below(3 * size), 5000);
			walk(size, false, UINT32_MAX - below(3 * size), 5000);
		}
	}
}

static void forged_numbers_change_nothing(void **state)
{
	struct ipsec_replay before;
	u32 words = ipsec_replay_ring_words(1000), i;
	struct pair p;
	u64 *ring;

	pair_init(&p, 1000, true, 0);
	for (i = 0; i < 3000; i++)
		ipsec_replay_advance(&p.w, 1 + below(5000));
	before = p.w;
	ring = malloc(words * sizeof(u64));
	memcpy(ring, p.w.ring, words * sizeof(u64));
	for (i = 0; i < 100000; i++) {
		u64 seq = ipsec_replay_infer(&p.w, rng());

		ipsec_replay_check(&p.w, seq);
		ipsec_replay_check(&p.w, rng() >> below(64));
	}
	assert_memory_equal(&p.w, &before, sizeof(before));
	assert_memory_equal(p.w.ring, ring, words * sizeof(u64));
	free(ring);
	pair_free(&p);
}

/* Numbers that the window must not accept twice must not move it either. */
static void refused_numbers_change_nothing(void **state)
{
	static const u64 refused[] = { 0, 1, 8999, 9000, 10000, 9990, 1ULL << 32, UINT64_MAX };
	u64 ring[32] = { 0 }, copy[32];
	struct ipsec_replay w;
	unsigned int i;

	ipsec_replay_init(&w, ring, 1000, false, 0);
	ipsec_replay_advance(&w, 9990);
	ipsec_replay_advance(&w, 10000);
	memcpy(copy, ring, sizeof(ring));
	for (i = 0; i < ARRAY_SIZE(refused); i++)
		assert_int_not_equal(ipsec_replay_advance(&w, refused[i]), IPSEC_REPLAY_FRESH);
	assert_true(w.top == 10000);
	assert_memory_equal(ring, copy, sizeof(ring));
}

/* RFC 4303 Appendix A2: where the window is, and the high half that follows from it. */
static void infers_as_appendix_a(void **state)
{
	static const struct {
		u64 top;
		u32 size;
		u32 seq_lo;
		u64 seq;
	} cases[] = {
		/* Case A: the window is within one subspace. */
		{ 0x500001000, 64, 0x00001001, 0x500001001 },
		{ 0x500001000, 64, 0x00001000, 0x500001000 },
		{ 0x500001000, 64, 0x00000fc1, 0x500000fc1 },	/* the left edge */
		{ 0x500001000, 64, 0x00000fc0, 0x600000fc0 },	/* one left of it */
		{ 0x500001000, 64, 0xffffffff, 0x5ffffffff },
		{ 0x500001000, 64, 0x00000000, 0x600000000 },
		{ 0x50000003f, 64, 0x00000000, 0x500000000 },	/* Tl = W - 1 */
		{ 0x50000003f, 64, 0xffffffff, 0x5ffffffff },
		/* Case B: it spans two. */
		{ 0x50000003e, 64, 0xffffffff, 0x4ffffffff },	/* Tl = W - 2 */
		{ 0x50000003e, 64, 0xfffffffe, 0x5fffffffe },
		{ 0x500000000, 64, 0xffffffc1, 0x4ffffffc1 },
		{ 0x500000000, 64, 0xffffffc0, 0x5ffffffc0 },
		{ 0x500000000, 64, 0x00000000, 0x500000000 },
		{ 0x500000000, 64, 0x00000001, 0x500000001 },
		{ 0x100000000, 4096, 0xfffff001, 0x0fffff001 },
		{ 0x100000000, 4096, 0xfffff000, 0x1fffff000 },
		/* There is no subspace before the first. */
		{ 0, 64, 0x00000001, 0x000000001 },
		{ 0, 64, 0xffffffff, 0x0ffffffff },
		{ 10, 64, 0x00000000, 0x000000000 },
		{ 10, 64, 0xffffffff, 0x0ffffffff },
		{ 63, 64, 0x00000000, 0x000000000 },
		{ 64, 64, 0x00000000, 0x100000000 },
		{ 64, 64, 0x00000001, 0x000000001 },
		/* The step into the next, and the last. */
		{ 0x0ffffffff, 64, 0x00000000, 0x100000000 },
		{ 0x0ffffffff, 64, 0xffffffc0, 0x0ffffffc0 },
		{ 0x0ffffffff, 64, 0xffffffbf, 0x1ffffffbf },
		{ UINT64_MAX - 1, 64, 0xffffffff, UINT64_MAX },
		{ UINT64_MAX, 64, 0xffffffc0, UINT64_MAX - 63 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pair p;

		pair_init(&p, cases[i].size, true, cases[i].top);
		assert_true(ipsec_replay_infer(&p.w, cases[i].seq_lo) == cases[i].seq);
		pair_free(&p);
	}
}

/* Behind the last number of ESN nothing is fresh, whatever the low half says. */
static void esn_ends(void **state)
{
	struct pair p;
	u32 i;

	pair_init(&p, 128, true, UINT64_MAX - 1);
	assert_int_equal(ipsec_replay_advance(&p.w, UINT64_MAX), IPSEC_REPLAY_FRESH);
	for (i = 0; i < 100000; i++) {
		u32 seq_lo = below(2) ? below(1000) : (u32)-below(1000);

		assert_int_not_equal(ipsec_replay_check(&p.w, ipsec_replay_infer(&p.w, seq_lo)),
				     IPSEC_REPLAY_FRESH);
	}
	pair_free(&p);
}

static void without_esn_it_ends_at_32_bits(void **state)
{
	struct pair p;

	pair_init(&p, 64, false, UINT32_MAX - 1);
	assert_true(ipsec_replay_infer(&p.w, 5) == 5);
	assert_int_equal(ipsec_replay_advance(&p.w, UINT32_MAX), IPSEC_REPLAY_FRESH);
	assert_int_equal(ipsec_replay_advance(&p.w, UINT32_MAX), IPSEC_REPLAY_SEEN);
	assert_int_equal(ipsec_replay_advance(&p.w, 1ULL << 32), IPSEC_REPLAY_OVERFLOW);
	assert_int_equal(ipsec_replay_advance(&p.w, 1), IPSEC_REPLAY_OLD);
	assert_int_equal(ipsec_replay_advance(&p.w, 0), IPSEC_REPLAY_ZERO);
	pair_free(&p);
}

static void edges_are_exact(void **state)
{
	u32 size;

	for (size = IPSEC_REPLAY_MIN; size <= IPSEC_REPLAY_MAX; size++) {
		struct pair p;

		pair_init(&p, size, true, 0);
		assert_true(p.w.ring_mask * 64 >= size);
		assert_false((p.w.ring_mask + 1) & p.w.ring_mask);
		ipsec_replay_advance(&p.w, 1);
		ipsec_replay_advance(&p.w, size);
		assert_int_equal(ipsec_replay_check(&p.w, 1), IPSEC_REPLAY_SEEN);
		ipsec_replay_advance(&p.w, size + 1);
		assert_int_equal(ipsec_replay_check(&p.w, 1), IPSEC_REPLAY_OLD);
		assert_int_equal(ipsec_replay_check(&p.w, 2), IPSEC_REPLAY_FRESH);
		pair_free(&p);
	}
}

static void can_be_off(void **state)
{
	struct ipsec_replay w;

	assert_int_equal(ipsec_replay_ring_words(0), 0);
	ipsec_replay_init(&w, NULL, 0, false, 0);
	assert_int_equal(ipsec_replay_advance(&w, 7), IPSEC_REPLAY_FRESH);
	assert_int_equal(ipsec_replay_advance(&w, 7), IPSEC_REPLAY_FRESH);
	assert_int_equal(ipsec_replay_advance(&w, 3), IPSEC_REPLAY_FRESH);
	assert_int_equal(ipsec_replay_advance(&w, 0), IPSEC_REPLAY_ZERO);
	assert_true(w.top == 7);
}

static struct pair beside;
static u64 beside_next;

/* Whoever reads between two steps of the writer sees the window before or after. */
static void read_beside(void)
{
	void (*hook)(void) = shim_hook;
	u32 i;

	shim_hook = NULL;
	for (i = 0; i < 8; i++) {
		u64 seq = beside_next - below(3 * beside.m.size) + 64;
		enum ipsec_replay_verdict before = model_check(&beside.m, seq), after, got;
		struct model *m = malloc(sizeof(*m));

		*m = beside.m;
		model_advance(m, beside_next);
		after = model_check(m, seq);
		free(m);
		got = ipsec_replay_check(&beside.w, seq);
		assert_true(got == before || got == after ||
			    (got == IPSEC_REPLAY_FRESH && after == IPSEC_REPLAY_OLD));
	}
	shim_hook = hook;
}

static void readers_see_before_or_after(void **state)
{
	static const u32 sizes[] = { 32, 65, 128, 200 };
	unsigned int i, step;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		pair_init(&beside, sizes[i], true, 1000);
		for (step = 0; step < 1500; step++) {
			beside_next = beside.m.top + 1 + below(below(3) ? 3 : 2 * sizes[i]);
			shim_hook = read_beside;
			ipsec_replay_advance(&beside.w, beside_next);
			shim_hook = NULL;
			model_advance(&beside.m, beside_next);
		}
		pair_free(&beside);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(infers_as_appendix_a),
		cmocka_unit_test(edges_are_exact),
		cmocka_unit_test(agrees_with_the_model),
		cmocka_unit_test(forged_numbers_change_nothing),
		cmocka_unit_test(refused_numbers_change_nothing),
		cmocka_unit_test(esn_ends),
		cmocka_unit_test(without_esn_it_ends_at_32_bits),
		cmocka_unit_test(can_be_off),
		cmocka_unit_test(readers_see_before_or_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
