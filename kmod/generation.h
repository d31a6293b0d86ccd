/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generation of a namespace's tables: what was looked up in one generation
 * is worthless in the next. Unlinked objects are freed a grace period after the
 * bump, so a reader who, under RCU, finds the generation of its cached pointer
 * unchanged may use the pointer until it leaves RCU.
 */
#ifndef _IPSEC_GENERATION_H
#define _IPSEC_GENERATION_H

#include <linux/atomic.h>

struct ipsec_generation {
	atomic_long_t value;
};

/* Starts at 1, so that zeroed cache entries are stale. */
static inline void ipsec_generation_init(struct ipsec_generation *gen)
{
	atomic_long_set(&gen->value, 1);
}

/* Call after a table was changed and before anything unlinked is freed. Any context. */
static inline void ipsec_generation_bump(struct ipsec_generation *gen)
{
	atomic_long_inc_return_release(&gen->value);
}

/* Call under rcu_read_lock(), before the lookup whose result is to be cached. */
static inline long ipsec_generation_read(const struct ipsec_generation *gen)
{
	return atomic_long_read_acquire(&gen->value);
}

#endif /* _IPSEC_GENERATION_H */
