// SPDX-License-Identifier: GPL-2.0
#include "lifetime.h"

#include <linux/ipsec_genl.h>
#include <linux/timekeeping.h>

/* hrtimers hold nanoseconds in s64: about 292 years. */
#define LIFETIME_MAX_S	(KTIME_MAX / NSEC_PER_SEC / 2)

static void tell(struct ipsec_lifetime *lt, bool hard, u8 why)
{
	if (!test_and_set_bit(0, hard ? &lt->hard_told : &lt->soft_told))
		lt->expire(lt, hard, why);
}

static ktime_t deadline(const struct ipsec_lifetime *lt, u64 seconds)
{
	return ktime_add(lt->added, ktime_set(min_t(u64, seconds, LIFETIME_MAX_S), 0));
}

/* The soft limit comes first; after it the same timer waits for the hard one. */
static enum hrtimer_restart lifetime_timer(struct hrtimer *timer)
{
	struct ipsec_lifetime *lt = container_of(timer, struct ipsec_lifetime, timer);
	u64 hard = READ_ONCE(lt->limits.hard_time_s);
	ktime_t now = ktime_get_boottime();

	if (hard && ktime_compare(now, deadline(lt, hard)) >= 0) {
		tell(lt, true, IPSEC_EXPIRE_TIME);
		return HRTIMER_NORESTART;
	}
	tell(lt, false, IPSEC_EXPIRE_TIME);
	if (!hard)
		return HRTIMER_NORESTART;
	hrtimer_set_expires(timer, deadline(lt, hard));
	return HRTIMER_RESTART;
}

void ipsec_lifetime_init(struct ipsec_lifetime *lt,
			 void (*expire)(struct ipsec_lifetime *lt, bool hard, u8 why))
{
	memset(lt, 0, sizeof(*lt));
	lt->expire = expire;
	lt->added = ktime_get_boottime();
	hrtimer_init(&lt->timer, CLOCK_BOOTTIME, HRTIMER_MODE_ABS_SOFT);
	lt->timer.function = lifetime_timer;
}

void ipsec_lifetime_set(struct ipsec_lifetime *lt, const struct ipsec_limits *limits)
{
	bool soft = limits->soft_time_s && !test_bit(0, &lt->soft_told);
	u64 next = soft ? limits->soft_time_s : limits->hard_time_s;

	hrtimer_cancel(&lt->timer);
	lt->limits = *limits;
	WRITE_ONCE(lt->counted, limits->soft_bytes || limits->hard_bytes ||
		   limits->soft_packets || limits->hard_packets);
	if (next)
		hrtimer_start(&lt->timer, deadline(lt, next), HRTIMER_MODE_ABS_SOFT);
}

void ipsec_lifetime_stop(struct ipsec_lifetime *lt)
{
	hrtimer_cancel(&lt->timer);
}

bool ipsec_lifetime_charge_counted(struct ipsec_lifetime *lt, unsigned int bytes)
{
	const struct ipsec_limits *limits = &lt->limits;
	u64 packets = atomic64_inc_return(&lt->packets);
	u64 total = atomic64_add_return(bytes, &lt->bytes);

	if (limits->hard_packets && packets > limits->hard_packets) {
		tell(lt, true, IPSEC_EXPIRE_PACKETS);
		return false;
	}
	if (limits->hard_bytes && total > limits->hard_bytes) {
		tell(lt, true, IPSEC_EXPIRE_BYTES);
		return false;
	}
	if (limits->soft_packets && packets >= limits->soft_packets)
		tell(lt, false, IPSEC_EXPIRE_PACKETS);
	if (limits->soft_bytes && total >= limits->soft_bytes)
		tell(lt, false, IPSEC_EXPIRE_BYTES);
	return true;
}

u64 ipsec_lifetime_age_ms(const struct ipsec_lifetime *lt)
{
	return ktime_ms_delta(ktime_get_boottime(), lt->added);
}
