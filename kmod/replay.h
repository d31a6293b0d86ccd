/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The replay window (RFC 4303 section 3.4.3, Appendix A2; ring of RFC 6479), on
 * 64-bit sequence numbers. Pure: also compiled on the host.
 */
#ifndef _IPSEC_REPLAY_H
#define _IPSEC_REPLAY_H

#include <linux/types.h>

#define IPSEC_REPLAY_MIN	32
#define IPSEC_REPLAY_MAX	4096

/**
 * struct ipsec_replay - one window
 * @top: highest sequence number that was authentic
 * @size: packets; 0 = replay protection is off
 * @ring_mask: number of 64-bit words in @ring, a power of two, minus 1
 * @esn: 64-bit numbers of which the wire carries the low half
 * @ring: bit (seq % 64) of word (seq / 64 & ring_mask)
 *
 * The writer (ipsec_replay_advance) is serialised by the caller; the other
 * functions may run beside it and see the window before or after. (A 32-bit CPU
 * may read a torn @top when 2^32 is passed: that one packet fails its ICV.)
 */
struct ipsec_replay {
	u64 top;
	u32 size;
	u32 ring_mask;
	bool esn;
	u64 *ring;
};

enum ipsec_replay_verdict {
	IPSEC_REPLAY_FRESH,
	IPSEC_REPLAY_SEEN,	/* inside the window, came before */
	IPSEC_REPLAY_OLD,	/* left of the window */
	IPSEC_REPLAY_ZERO,	/* 0 is never sent */
	IPSEC_REPLAY_OVERFLOW,	/* beyond the last number of an SA without ESN */
};

/**
 * ipsec_replay_ring_words() - words of ring a window of that size needs
 * @size: 0 or IPSEC_REPLAY_MIN…IPSEC_REPLAY_MAX
 */
u32 ipsec_replay_ring_words(u32 size);

/**
 * ipsec_replay_init() - an empty window
 * @ring: ipsec_replay_ring_words(size) zeroed words, owned by the caller; may be NULL if @size is 0
 * @top: highest number seen so far, 0 for a new SA; all numbers up to it count as seen
 */
void ipsec_replay_init(struct ipsec_replay *w, u64 *ring, u32 size, bool esn, u64 top);

/**
 * ipsec_replay_infer() - the 64-bit number behind the 32 bits on the wire
 *
 * RFC 4303 Appendix A2.2. Without ESN the high half is 0. A number beyond the
 * last of ESN comes out as one left of the window.
 */
u64 ipsec_replay_infer(const struct ipsec_replay *w, u32 seq_lo);

/**
 * ipsec_replay_check() - would this number be accepted?
 *
 * Does not change the window. With @size 0 every number but 0 is fresh.
 */
enum ipsec_replay_verdict ipsec_replay_check(const struct ipsec_replay *w, u64 seq);

/**
 * ipsec_replay_advance() - check once more and mark the number as seen
 *
 * Call once the ICV has been verified: RFC 4303 section 3.4.3 forbids moving the
 * window before. The caller serialises writers.
 */
enum ipsec_replay_verdict ipsec_replay_advance(struct ipsec_replay *w, u64 seq);

#endif /* _IPSEC_REPLAY_H */
