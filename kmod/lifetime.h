/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Soft and hard limits of an SA (RFC 4301 section 4.4.2.1), in seconds on the
 * boot-time clock, bytes and packets.
 */
#ifndef _IPSEC_LIFETIME_H
#define _IPSEC_LIFETIME_H

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/types.h>

/* 0 = no limit */
struct ipsec_limits {
	u64 soft_time_s;
	u64 hard_time_s;
	u64 soft_bytes;
	u64 hard_bytes;
	u64 soft_packets;
	u64 hard_packets;
};

/**
 * struct ipsec_lifetime - limits and what has been used of them
 * @limits: written under the SAD's mutex, read anywhere
 * @counted: there are limits in bytes or packets
 * @soft_told: the soft expiry has been told
 * @hard_told: the hard expiry has been told
 * @packets: packets charged, kept only if @counted
 * @bytes: bytes charged, kept only if @counted
 * @added: boot-time clock
 * @timer: next limit in time
 * @expire: told once of the soft and once of the hard expiry; softirq or BH off
 */
struct ipsec_lifetime {
	struct ipsec_limits limits;
	bool counted;
	unsigned long soft_told;
	unsigned long hard_told;
	atomic64_t packets;
	atomic64_t bytes;
	ktime_t added;
	struct hrtimer timer;
	void (*expire)(struct ipsec_lifetime *lt, bool hard, u8 why);
};

/**
 * ipsec_lifetime_init() - no limits, clock not started
 */
void ipsec_lifetime_init(struct ipsec_lifetime *lt,
			 void (*expire)(struct ipsec_lifetime *lt, bool hard, u8 why));

/**
 * ipsec_lifetime_set() - set limits and (re)start the clock for the next one
 *
 * Time counts from ipsec_lifetime_init(). The caller serialises.
 */
void ipsec_lifetime_set(struct ipsec_lifetime *lt, const struct ipsec_limits *limits);

/**
 * ipsec_lifetime_stop() - stop the clock and wait for a running expiry; sleeps
 */
void ipsec_lifetime_stop(struct ipsec_lifetime *lt);

bool ipsec_lifetime_charge_counted(struct ipsec_lifetime *lt, unsigned int bytes);

/**
 * ipsec_lifetime_charge() - one packet of @bytes is about to use the SA
 *
 * Tells the soft expiry when its limit is reached. Softirq or BH off.
 * Returns false, and tells the hard expiry, if the packet is beyond a hard limit.
 */
static inline bool ipsec_lifetime_charge(struct ipsec_lifetime *lt, unsigned int bytes)
{
	return !READ_ONCE(lt->counted) || ipsec_lifetime_charge_counted(lt, bytes);
}

/* Milliseconds since ipsec_lifetime_init(). */
u64 ipsec_lifetime_age_ms(const struct ipsec_lifetime *lt);

#endif /* _IPSEC_LIFETIME_H */
