/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flow cache in front of the tables: fixed size, per CPU, checked by
 * generation. It never grows, collects no garbage, and holds no references;
 * whoever floods it causes misses and nothing else.
 */
#ifndef _IPSEC_CACHE_H
#define _IPSEC_CACHE_H

#include <linux/percpu.h>
#include "flow.h"
#include "generation.h"
#include "sad.h"
#include "slots.h"
#include "spd.h"

#define IPSEC_CACHE_SLOTS	1024

/**
 * struct ipsec_cache_entry - what both tables say of one flow
 * @flow: the flow as the packet carries it
 * @generation: of the tables when they were asked
 * @out: first row for the packet going out, NULL = none
 * @sa: outbound SA that serves @out, of a bundle that of ESP; NULL = none
 * @outer: outbound AH SA whose AH goes outside of @sa's ESP (RFC 4301 section 4.5.1), NULL = none
 * @in: first row for the packet coming in, NULL = none
 * @missing: IPSEC_PROTOCOLS_* that @out asks for and no SA serves; then there is no @sa
 * @contested: @out has SAs of several peers, or of another one than the flow's: what was heard last
 *	       decides for each packet anew
 */
struct ipsec_cache_entry {
	struct ipsec_flow flow;
	long generation;
	struct ipsec_sp *out;
	struct ipsec_sa *sa;
	struct ipsec_sp *in;
	struct ipsec_sa *outer;
	u8 missing;
	bool contested;
};

struct ipsec_cache {
	struct ipsec_slots slots;
};

/* Sleeps; 0 or -ENOMEM. */
int ipsec_cache_init(struct ipsec_cache *cache);
/* No packet may be on its way. A cache that never was initialised is allowed. */
void ipsec_cache_exit(struct ipsec_cache *cache);

/**
 * ipsec_cache_resolve() - ask both tables of a flow, without any cache
 * @entry: filled completely
 *
 * rcu_read_lock(). The slow path of ipsec_cache_get(), and what explain asks.
 */
void ipsec_cache_resolve(struct ipsec_cache_entry *entry, const struct ipsec_generation *gen,
			 const struct ipsec_spd *spd, struct ipsec_sad *sad,
			 const struct ipsec_flow *fl);

/**
 * ipsec_cache_get() - what the tables say of the flow
 *
 * rcu_read_lock() and BH off. The entry and what it points to are good until
 * the caller leaves either, or asks for another flow.
 */
static __always_inline const struct ipsec_cache_entry *
ipsec_cache_get(struct ipsec_cache *cache, const struct ipsec_generation *gen,
		const struct ipsec_spd *spd, struct ipsec_sad *sad, const struct ipsec_flow *fl)
{
	struct ipsec_cache_entry *entry = *this_cpu_ptr(cache->slots.cpu);

	entry += ipsec_flow_hash(fl) & (IPSEC_CACHE_SLOTS - 1);
	if (unlikely(entry->generation != ipsec_generation_read(gen) ||
		     !ipsec_flow_equal(&entry->flow, fl)))
		ipsec_cache_resolve(entry, gen, spd, sad, fl);
	return entry;
}

/**
 * ipsec_cache_sa_serves() - may this inbound SA deliver packets of that row?
 * @outer: the AH SA that came before it in the same packet, NULL = none
 *
 * RFC 4301 section 5.2 step 4: the packet must have come by the SA its policy
 * asks for, or by both SAs, and no other.
 */
bool ipsec_cache_sa_serves(const struct ipsec_sa *sa, const struct ipsec_sa *outer,
			   const struct ipsec_sp *sp);

#endif /* _IPSEC_CACHE_H */
