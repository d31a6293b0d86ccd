// SPDX-License-Identifier: GPL-2.0
#include "replay.h"

#include <asm/barrier.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/string.h>

#define WORD_SHIFT	6
#define WORD_BITS	64

/*
 * One word more than the window fills: it begins and ends inside words, and the
 * word that the top enters must not hold numbers that are still in the window.
 */
u32 ipsec_replay_ring_words(u32 size)
{
	return size ? roundup_pow_of_two(DIV_ROUND_UP(size, WORD_BITS) + 1) : 0;
}

static u64 *word_of(const struct ipsec_replay *w, u64 seq)
{
	return &w->ring[(seq >> WORD_SHIFT) & w->ring_mask];
}

static u64 bit_of(u64 seq)
{
	return 1ULL << (seq & (WORD_BITS - 1));
}

void ipsec_replay_init(struct ipsec_replay *w, u64 *ring, u32 size, bool esn, u64 top)
{
	w->top = top;
	w->size = size;
	w->ring_mask = size ? ipsec_replay_ring_words(size) - 1 : 0;
	w->esn = esn;
	w->ring = ring;
	if (!size || !top)
		return;
	memset(ring, 0xff, (w->ring_mask + 1) * sizeof(*ring));
	*word_of(w, top) = bit_of(top) | (bit_of(top) - 1);
}

/*
 * The number with these low bits among the 2^32 that begin at the left edge of
 * the window: cases A and B of RFC 4303 Appendix A2.2 at once. The window of an
 * SA that is younger than its size begins at 0. Behind the last of all numbers
 * the sum wraps, and what comes out is left of the window.
 */
u64 ipsec_replay_infer(const struct ipsec_replay *w, u32 seq_lo)
{
	u64 top = READ_ONCE(w->top);
	u64 bottom = top >= w->size ? top - w->size + 1 : 0;

	if (!w->esn)
		return seq_lo;
	return bottom + (u32)(seq_lo - (u32)bottom);
}

enum ipsec_replay_verdict ipsec_replay_check(const struct ipsec_replay *w, u64 seq)
{
	u64 top;

	if (unlikely(!seq))
		return IPSEC_REPLAY_ZERO;
	if (unlikely(!w->size))
		return IPSEC_REPLAY_FRESH;
	if (unlikely(!w->esn && seq > U32_MAX))
		return IPSEC_REPLAY_OVERFLOW;
	top = READ_ONCE(w->top);
	if (likely(seq > top))
		return IPSEC_REPLAY_FRESH;
	if (top - seq >= w->size)
		return IPSEC_REPLAY_OLD;
	smp_rmb(); /* top before words: no stale word under the top that shift_to() left */
	return READ_ONCE(*word_of(w, seq)) & bit_of(seq) ? IPSEC_REPLAY_SEEN : IPSEC_REPLAY_FRESH;
}

/* Empty the words between the old top and the new one, at most the whole ring. */
static void shift_to(struct ipsec_replay *w, u64 seq)
{
	u64 from = w->top >> WORD_SHIFT;
	u64 words = min_t(u64, (seq >> WORD_SHIFT) - from, w->ring_mask + 1);

	if (words) {
		while (words)
			WRITE_ONCE(w->ring[(from + words--) & w->ring_mask], 0);
		smp_wmb(); /* words before top; see ipsec_replay_check() */
	}
	WRITE_ONCE(w->top, seq);
}

enum ipsec_replay_verdict ipsec_replay_advance(struct ipsec_replay *w, u64 seq)
{
	enum ipsec_replay_verdict verdict = ipsec_replay_check(w, seq);
	u64 *word;

	if (verdict != IPSEC_REPLAY_FRESH)
		return verdict;
	if (!w->size) {
		if (seq > w->top)
			WRITE_ONCE(w->top, seq);
		return verdict;
	}
	if (seq > w->top)
		shift_to(w, seq);
	word = word_of(w, seq);
	WRITE_ONCE(*word, *word | bit_of(seq));
	return verdict;
}
