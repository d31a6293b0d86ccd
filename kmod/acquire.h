/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asking the daemon for an SA, once per policy and flow, and holding a few
 * packets meanwhile.
 */
#ifndef _IPSEC_ACQUIRE_H
#define _IPSEC_ACQUIRE_H

#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include "spd.h"
#include "stats.h"

struct sk_buff;

#define IPSEC_ACQUIRE_PENDING_MAX	256

/**
 * struct ipsec_acquire - what was asked and not yet answered in one namespace
 * @lock: BH-safe, protects @pending and what hangs on it
 * @pending: questions, oldest first
 * @count: of them; at most IPSEC_ACQUIRE_PENDING_MAX
 * @hold_packets: packets held per question
 * @timeout_s: after which held packets are dropped and the question may be asked anew
 * @work: drops what is too old
 * @net: the namespace
 * @stats: its counters
 */
struct ipsec_acquire {
	spinlock_t lock;
	struct list_head pending;
	unsigned int count;
	u32 hold_packets;
	u32 timeout_s;
	struct delayed_work work;
	struct net *net;
	struct ipsec_stats *stats;
};

void ipsec_acquire_init(struct ipsec_acquire *acq, struct net *net, struct ipsec_stats *stats);

/* Drop everything held; no packet may be on its way. Sleeps. */
void ipsec_acquire_exit(struct ipsec_acquire *acq);

/**
 * ipsec_acquire_hold() - ask for an SA for this packet, and hold it
 * @missing: IPSEC_PROTOCOLS_* for which there is none
 * @skb: consumed: held, or dropped and counted
 *
 * rcu_read_lock(), BH off. Without a listener the packet is dropped at once.
 */
void ipsec_acquire_hold(struct ipsec_acquire *acq, const struct ipsec_sp *sp,
			const struct ipsec_flow *fl, u8 missing, struct sk_buff *skb);

/**
 * struct ipsec_acquire_ops - how held packets go on; functions of a higher layer
 * @answered: does this flow no longer wait for an SA? rcu_read_lock(), BH off
 * @retry: consumes the packet; rcu_read_lock(), BH off
 */
struct ipsec_acquire_ops {
	bool (*answered)(struct net *net, const struct ipsec_flow *fl);
	void (*retry)(struct net *net, struct sk_buff *skb);
};

/**
 * ipsec_acquire_release() - tables have changed: send on what no longer waits
 *
 * Process context, without the tables' mutexes.
 */
void ipsec_acquire_release(struct ipsec_acquire *acq, const struct ipsec_acquire_ops *ops);

#endif /* _IPSEC_ACQUIRE_H */
