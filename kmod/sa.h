/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One security association and its life: larval, mature, dying, dead.
 */
#ifndef _IPSEC_SA_H
#define _IPSEC_SA_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/ipsec_genl.h>
#include <linux/percpu-refcount.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>
#include <net/dst_cache.h>
#include "key.h"
#include "lifetime.h"
#include "replay.h"
#include "selector.h"
#include "stats.h"

struct ipsec_event_sa;
struct ipsec_pernet;
struct ipsec_sad;

struct ipsec_sa_cpu {
	u64 packets;
	u64 bytes;
	u64 errors;
	u64 replays;
	u64 last_use;		/* nanoseconds of the boot-time clock, 0 = never */
	u32 tick;		/* jiffies when the clock was read for @last_use */
};

/* What outbound SAs are found by: policies name ends, not SAs. */
struct ipsec_sa_ends {
	union ipsec_addr src;
	union ipsec_addr dst;
	u32 policy_id;		/* 0: serves every policy with these ends */
	u8 family;
	u8 proto;
	u8 mode;
	u8 pad;			/* zero: hashed as words */
};

/**
 * struct ipsec_sa - one security association
 * @ends: outer addresses, protocol, mode and the policy it is bound to
 * @spi: the SPI
 * @id: unique in the namespace
 * @flags: IPSEC_SA_F_*
 * @dir: IPSEC_SA_DIR_*
 * @state: IPSEC_SA_STATE_*; only ever grows
 * @encap: IPSEC_SA_ENCAP_*
 * @df: IPSEC_SA_DF_*
 * @has_sel: @sel restricts the inner packets
 * @last_drop: enum ipsec_reason of the last packet that was dropped
 * @encap_sport: source port of UDP encapsulation
 * @encap_dport: destination port
 * @mark: of outer packets (out) or opened packets (in), 0 = leave
 * @tfc_pad: pad payloads up to this size, as far as the path bears it
 * @key: the keyed transform; NULL while larval. Replaced at most once, by software
 * @retired_key: the engine's key that was replaced; freed with the SA
 * @seq: last outbound sequence number given out
 * @seq_told: the near overflow has been told
 * @replay: inbound window; advanced under @replay_lock
 * @replay_lock: BH-safe; nothing sleeps or nests under it
 * @dst_cache: outbound tunnel: route of the outer packets, per CPU
 * @pmtu: outbound: path MTU learnt from ICMP, for packets that share the clear ones' route
 * @pmtu_until: jiffies until which it is believed
 * @cpu: counters; each CPU adds to its own
 * @life: limits
 * @cookie: the daemon's own
 * @sel: inner selectors as packets of this SA's own direction carry them
 * @net: the namespace; outlives the SA
 * @pn: its state
 * @stats: its counters
 * @sad: the table it is (or was) in
 * @ref: taken by crypto operations in flight; killed when the SA is unlinked
 * @spi_node: chains by SPI, two so that the table can grow under readers
 * @out_node: hash of outbound SAs by @ends
 * @list: all SAs, under the SAD's mutex
 * @on_dead: the SAD's: called once at the hard expiry, any context
 * @on_free: the SAD's: called when the memory is gone
 * @dead_work: the SAD's: unlinking after the hard expiry
 * @free_work: the last steps of freeing
 * @engine_work: replacement of a failed engine by software
 */
struct ipsec_sa {
	struct ipsec_sa_ends ends;
	__be32 spi;
	u32 id;
	u32 flags;
	u8 dir;
	u8 state;
	u8 encap;
	u8 df;
	bool has_sel;
	u8 last_drop;
	__be16 encap_sport;
	__be16 encap_dport;
	u32 mark;
	u32 tfc_pad;
	struct ipsec_key __rcu *key;
	struct percpu_ref ref;
	struct dst_cache dst_cache;
	u32 pmtu;
	unsigned long pmtu_until;
	struct ipsec_sa_cpu __percpu *cpu;
	struct ipsec_lifetime life;
	u64 cookie;
	struct ipsec_key *retired_key;

	atomic64_t seq ____cacheline_aligned_in_smp;
	unsigned long seq_told;
	struct ipsec_replay replay;
	spinlock_t replay_lock;

	struct ipsec_selector sel ____cacheline_aligned_in_smp;
	struct net *net;
	struct ipsec_pernet *pn;
	struct ipsec_sad *sad;
	struct ipsec_stats *stats;
	struct hlist_node spi_node[2];
	struct rhlist_head out_node;
	struct list_head list;
	void (*on_dead)(struct ipsec_sa *sa);
	void (*on_free)(struct ipsec_sad *sad);
	struct work_struct dead_work;
	struct work_struct free_work;
	struct work_struct engine_work;
};

/* Sleeps; 0 or -ENOMEM. */
int ipsec_sa_init(void);
/* After the last namespace is gone: waits until the last SA's memory is free. */
void ipsec_sa_exit(void);

/**
 * ipsec_sa_new() - a larval SA
 * @net: its namespace
 * @pn: the state of that namespace
 * @stats: its counters
 * @window: replay window in packets, 0 = off; ignored for outbound SAs
 *
 * Sleeps. The caller fills the constant members and gives it to the SAD, or
 * frees it with ipsec_sa_abort(). NULL without memory.
 */
struct ipsec_sa *ipsec_sa_new(struct net *net, struct ipsec_pernet *pn, struct ipsec_stats *stats,
			      u8 dir, u32 window, bool esn, u64 seq);

/* Free an SA that never was in the SAD. Sleeps. NULL is allowed. */
void ipsec_sa_abort(struct ipsec_sa *sa);

/* Run one of the SA's works on the module's queue. False if it waits there already. */
bool ipsec_sa_queue(struct work_struct *work);

/**
 * ipsec_sa_kill() - the second step of death
 *
 * Call once, after the SA was unlinked from every table. Operations in flight
 * finish; then, after a grace period, keys are wiped and memory freed.
 */
void ipsec_sa_kill(struct ipsec_sa *sa);

/**
 * ipsec_sa_next_seq() - take one outbound sequence number
 *
 * Any context. Returns 0 when the numbers are used up (RFC 4303 section 3.3.3);
 * tells listeners once when nine tenths are.
 */
u64 ipsec_sa_next_seq(struct ipsec_sa *sa);

/**
 * ipsec_sa_engine_failed() - a driver returned an error that is no bad ICV
 *
 * Any context; a later worker moves the SA to software and counts it.
 */
void ipsec_sa_engine_failed(struct ipsec_sa *sa);

/* BH off. Count one packet, or one that was dropped on its way through the SA. */
void ipsec_sa_count(struct ipsec_sa *sa, unsigned int bytes);
void ipsec_sa_count_drop(struct ipsec_sa *sa, enum ipsec_reason reason);

/* Any context. A packet for the SA was dropped before it got there; no error of the SA's. */
void ipsec_sa_note_drop(struct ipsec_sa *sa, enum ipsec_reason reason);

/* Sum over all CPUs. */
void ipsec_sa_sum(const struct ipsec_sa *sa, struct ipsec_sa_cpu *sum);

/* The event that tells of this SA; the caller adds what is special. */
void ipsec_sa_event(const struct ipsec_sa *sa, struct ipsec_event_sa *ev, u8 cmd);

static inline bool ipsec_sa_alive(const struct ipsec_sa *sa)
{
	u8 state = READ_ONCE(sa->state);

	return state == IPSEC_SA_STATE_MATURE || state == IPSEC_SA_STATE_DYING;
}

#endif /* _IPSEC_SA_H */
