/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The security policy database: an ordered list of rows, first match wins
 * (RFC 4301 section 4.4.1), found by tuple space search with merged tuples.
 */
#ifndef _IPSEC_SPD_H
#define _IPSEC_SPD_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/xarray.h>
#include <linux/ipsec_genl.h>
#include "selector.h"
#include "tuple.h"

struct ipsec_sp_cpu {
	u64 out_packets;
	u64 out_bytes;
	u64 in_packets;
	u64 in_bytes;
	unsigned long last_hit;		/* jiffies, 0 = never */
};

/**
 * struct ipsec_sp - one policy
 * @sel: as outbound packets match it; inbound packets match it flipped
 * @action: IPSEC_POLICY_ACTION_*
 * @level: IPSEC_POLICY_LEVEL_*
 * @mode: IPSEC_SA_MODE_*
 * @protocols: IPSEC_PROTOCOLS_* bits
 * @tcp_mss: IPSEC_TCP_MSS_*, or bytes
 * @family: of @local and @remote; 0 when they are unset (transport mode)
 * @id: never 0, unique in the namespace for its lifetime
 * @local: outer address, ours
 * @remote: outer address, the peer's
 * @flags: IPSEC_POLICY_F_*
 * @cookie: the daemon's own
 * @cpu: counters; each CPU adds to its own
 * @list: all rows in order, under the SPD's mutex; a reader by RCU may miss rows
 *	  or meet them twice while one moves
 * @place: the SPD's; the row as the classifier has it, NULL until it is in the table
 * @own: the row's first place; it is not used again after a move, readers may stand there
 * @comment: zero-terminated; NULL without one
 *
 * All but @list, @place and the counters are constant once the row is in the
 * table; a changed row is a new row. What a walk along all rows reads is one cache line.
 */
struct ipsec_sp {
	struct ipsec_selector sel;
	u8 action;
	u8 level;
	u8 mode;
	u8 protocols;
	struct list_head list;
	struct ipsec_place own;
	struct ipsec_place *place;
	struct ipsec_sp_cpu __percpu *cpu;
	u32 id;
	u32 flags;
	u64 cookie;
	char *comment;
	union ipsec_addr local;
	union ipsec_addr remote;
	u8 family;
	u16 tcp_mss;
};

/**
 * struct ipsec_spd - the policy table of one network namespace
 * @mutex: held by everyone who changes the table
 * @rows: struct ipsec_sp in order
 * @count: rows
 * @next_id: where the search for a free id starts
 * @by_id: rows by id; of two with the same id the one that was added later
 * @tuples: the classifier; readers by RCU
 *
 * @count may be read without the mutex: 0 means that no packet can match.
 */
struct ipsec_spd {
	struct mutex mutex;
	struct list_head rows;
	unsigned int count;
	u32 next_id;
	struct xarray by_id;
	struct ipsec_tuple_set tuples;
};

/* Sleeps; 0 or -ENOMEM. */
int ipsec_spd_init(struct ipsec_spd *spd);
/**
 * ipsec_spd_exit() - delete all rows
 *
 * Nobody may use the table any more. Sleeps. The rows are freed by RCU: the
 * module waits with rcu_barrier() before it goes.
 */
void ipsec_spd_exit(struct ipsec_spd *spd);

/**
 * ipsec_spd_sp_new() - an empty row, not in the table
 *
 * Sleeps. Returns a row with action protect, level require, mode transport and
 * a selector that holds every flow, to be given to ipsec_spd_add() or
 * ipsec_spd_sp_free(); NULL without memory.
 */
struct ipsec_sp *ipsec_spd_sp_new(void);

/**
 * ipsec_spd_sp_free() - free a row that never was in the table; NULL is allowed
 */
void ipsec_spd_sp_free(struct ipsec_sp *sp);

/**
 * ipsec_spd_add() - put a row into the table
 * @place: IPSEC_PLACE_*
 * @ref: the row to stand before or after, NULL for head and tail
 *
 * The row's id is given here unless the caller set one (a row that replaces
 * another keeps its id: add the new one before the old, then delete one of them).
 * The caller holds spd->mutex and bumps the namespace's generation afterwards.
 * Sleeps. On success the table owns @sp. 0, or -ENOMEM, -ENOSPC (no rank or id
 * left) and readers saw nothing of it.
 */
int ipsec_spd_add(struct ipsec_spd *spd, struct ipsec_sp *sp, u8 place, struct ipsec_sp *ref);

/**
 * ipsec_spd_del() - take a row out and free it after a grace period
 *
 * The caller holds spd->mutex, and rcu_read_lock() from before the call until it
 * has bumped the namespace's generation: the grace period may not end before.
 * Does not sleep, does not fail.
 */
void ipsec_spd_del(struct ipsec_spd *spd, struct ipsec_sp *sp);

/**
 * ipsec_spd_move() - give a row another place
 *
 * Readers see it at the old place, or the new one. @ref may be @sp itself.
 * Context as ipsec_spd_add(). 0, or -ENOMEM, -ENOSPC and it has not moved.
 */
int ipsec_spd_move(struct ipsec_spd *spd, struct ipsec_sp *sp, u8 place, struct ipsec_sp *ref);

/**
 * ipsec_spd_by_id() - the row with that id
 *
 * The caller holds spd->mutex or rcu_read_lock(). No reference; NULL if none.
 */
struct ipsec_sp *ipsec_spd_by_id(const struct ipsec_spd *spd, u32 id);

/**
 * ipsec_spd_lookup() - the first row that holds the flow
 *
 * The caller holds rcu_read_lock(). No reference; NULL if none matches. The row
 * was the first at some moment during the call. The cost does not grow with the
 * number of rows but with that of distinct tuples.
 */
struct ipsec_sp *ipsec_spd_lookup(const struct ipsec_spd *spd, const struct ipsec_flow *fl);

/**
 * ipsec_spd_shadow() - why can a row never match?
 * @sp: a row of the table
 *
 * The caller holds spd->mutex. Returns the first of the earlier rows that hold
 * every flow of @sp by themselves, NULL if there is none. Costs what a lookup does.
 */
struct ipsec_sp *ipsec_spd_shadow(const struct ipsec_spd *spd, const struct ipsec_sp *sp);

/**
 * ipsec_spd_shadowed() - which row can never match because of this one?
 * @sp: a row of the table
 *
 * The caller holds spd->mutex. Returns the first of the later rows of which @sp
 * holds every flow, NULL if there is none. Walks the rows behind @sp.
 */
struct ipsec_sp *ipsec_spd_shadowed(const struct ipsec_spd *spd, const struct ipsec_sp *sp);

/* Smaller is earlier. The caller holds spd->mutex; a row that moves gets another one. */
static inline unsigned long ipsec_spd_rank(const struct ipsec_sp *sp)
{
	return sp->place->rank;
}

/* A row's number as a listing shows it, from 0. The caller holds spd->mutex. Walks the rows. */
unsigned int ipsec_spd_number(const struct ipsec_spd *spd, const struct ipsec_sp *sp);

/**
 * ipsec_spd_count_hit() - count one packet (or @packets of a GSO packet) on a row
 * @out: direction
 *
 * Softirq or BH off.
 */
void ipsec_spd_count_hit(struct ipsec_sp *sp, bool out, unsigned int packets, unsigned int bytes);

/**
 * ipsec_spd_sum() - sum of a row's counters over all CPUs
 * @sum: last_hit is the latest
 */
void ipsec_spd_sum(const struct ipsec_sp *sp, struct ipsec_sp_cpu *sum);

#endif /* _IPSEC_SPD_H */
