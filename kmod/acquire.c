// SPDX-License-Identifier: GPL-2.0
#include "acquire.h"
#include "notify.h"

#include <linux/jiffies.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/dst.h>

#define HOLD_PACKETS_DEFAULT	3
#define TIMEOUT_S_DEFAULT	10

/* One question; the SA it asks for may serve more than the flow that raised it. */
struct pending {
	struct list_head list;
	u32 policy_id;
	struct ipsec_flow flow;
	unsigned long deadline;
	struct sk_buff_head held;
};

static void drop_held(struct ipsec_acquire *acq, struct sk_buff_head *held)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(held)))
		ipsec_stats_drop(acq->stats, skb, IPSEC_REASON_OUT_HOLD_TIMEOUT);
}

static void acquire_work(struct work_struct *work)
{
	struct ipsec_acquire *acq = container_of(to_delayed_work(work), struct ipsec_acquire, work);
	struct pending *p, *next;

	spin_lock_bh(&acq->lock);
	list_for_each_entry_safe(p, next, &acq->pending, list) {
		if (time_before(jiffies, p->deadline)) {
			schedule_delayed_work(&acq->work, p->deadline - jiffies);
			break;
		}
		list_del(&p->list);
		acq->count--;
		drop_held(acq, &p->held);
		kfree(p);
	}
	spin_unlock_bh(&acq->lock);
}

void ipsec_acquire_init(struct ipsec_acquire *acq, struct net *net, struct ipsec_stats *stats)
{
	spin_lock_init(&acq->lock);
	INIT_LIST_HEAD(&acq->pending);
	INIT_DELAYED_WORK(&acq->work, acquire_work);
	acq->hold_packets = HOLD_PACKETS_DEFAULT;
	acq->timeout_s = TIMEOUT_S_DEFAULT;
	acq->net = net;
	acq->stats = stats;
}

void ipsec_acquire_exit(struct ipsec_acquire *acq)
{
	struct pending *p, *next;

	cancel_delayed_work_sync(&acq->work);
	list_for_each_entry_safe(p, next, &acq->pending, list) {
		drop_held(acq, &p->held);
		kfree(p);
	}
}

static struct pending *find(const struct ipsec_acquire *acq, u32 policy_id,
			    const struct ipsec_flow *fl)
{
	struct pending *p;

	list_for_each_entry(p, &acq->pending, list) {
		if (p->policy_id == policy_id && ipsec_flow_equal(&p->flow, fl))
			return p;
	}
	return NULL;
}

/* The deadline list stays sorted as long as the timeout setting does not change. */
static struct pending *ask(struct ipsec_acquire *acq, const struct ipsec_sp *sp,
			   const struct ipsec_flow *fl, u8 missing)
{
	struct ipsec_event_acquire ev = {
		.policy_id = sp->id,
		.cookie = sp->cookie,
		.outer_family = sp->family,
		.local = sp->local,
		.remote = sp->remote,
		.flow = *fl,
		.missing = missing,
	};
	struct pending *p;

	if (acq->count >= IPSEC_ACQUIRE_PENDING_MAX)
		return NULL;
	p = kzalloc(sizeof(*p), GFP_ATOMIC);
	if (!p || !ipsec_notify_acquire(acq->net, &ev)) {
		kfree(p);
		return NULL;
	}
	p->policy_id = sp->id;
	p->flow = *fl;
	p->deadline = jiffies + READ_ONCE(acq->timeout_s) * HZ;
	__skb_queue_head_init(&p->held);
	list_add_tail(&p->list, &acq->pending);
	acq->count++;
	schedule_delayed_work(&acq->work, p->deadline - jiffies);
	return p;
}

void ipsec_acquire_hold(struct ipsec_acquire *acq, const struct ipsec_sp *sp,
			const struct ipsec_flow *fl, u8 missing, struct sk_buff *skb)
{
	enum ipsec_reason reason = IPSEC_REASON_NONE;
	struct pending *p;

	/* Held packets outlive the RCU section their route may lean on. */
	if (!skb_dst_force(skb)) {
		ipsec_stats_drop(acq->stats, skb, IPSEC_REASON_OUT_NO_ROUTE);
		return;
	}
	spin_lock(&acq->lock);
	p = find(acq, sp->id, fl) ?: ask(acq, sp, fl, missing);
	if (!p)
		reason = IPSEC_REASON_OUT_NO_SA;
	else if (p->held.qlen >= READ_ONCE(acq->hold_packets))
		reason = IPSEC_REASON_OUT_HOLD_FULL;
	else
		__skb_queue_tail(&p->held, skb);
	spin_unlock(&acq->lock);
	if (reason != IPSEC_REASON_NONE)
		ipsec_stats_drop(acq->stats, skb, reason);
}

/* Take the questions that are answered off the list. */
static void take_answered(struct ipsec_acquire *acq, const struct ipsec_acquire_ops *ops,
			  struct list_head *answered)
{
	struct pending *p, *next;

	rcu_read_lock();
	spin_lock_bh(&acq->lock);
	list_for_each_entry_safe(p, next, &acq->pending, list) {
		if (!ops->answered(acq->net, &p->flow))
			continue;
		list_move_tail(&p->list, answered);
		acq->count--;
	}
	spin_unlock_bh(&acq->lock);
	rcu_read_unlock();
}

void ipsec_acquire_release(struct ipsec_acquire *acq, const struct ipsec_acquire_ops *ops)
{
	struct pending *p, *next;
	LIST_HEAD(answered);

	if (!READ_ONCE(acq->count))
		return;
	take_answered(acq, ops, &answered);
	list_for_each_entry_safe(p, next, &answered, list) {
		struct sk_buff *skb;

		while ((skb = __skb_dequeue(&p->held))) {
			rcu_read_lock();
			local_bh_disable();
			ops->retry(acq->net, skb);
			local_bh_enable();
			rcu_read_unlock();
		}
		kfree(p);
	}
}
