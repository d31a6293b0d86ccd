// SPDX-License-Identifier: GPL-2.0
#include "sa.h"
#include "notify.h"

#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/net_namespace.h>

/*
 * RFC 4303 section 3.3.3: the last number of an SA without ESN, of one with. The
 * latter stops early: CPUs that find the end count beyond it for a moment.
 */
#define SEQ_LAST	U32_MAX
#define SEQ_LAST_ESN	(U64_MAX - U32_MAX)

/* Own queue: module exit waits for its last work. */
static struct workqueue_struct *sa_wq;

/* The next size of kmalloc() would be a third larger. */
static struct kmem_cache *sa_cache;

int ipsec_sa_init(void)
{
	sa_cache = KMEM_CACHE(ipsec_sa, 0);
	if (!sa_cache)
		return -ENOMEM;
	sa_wq = alloc_workqueue("ipsec", WQ_UNBOUND, 0);
	if (sa_wq)
		return 0;
	kmem_cache_destroy(sa_cache);
	return -ENOMEM;
}

void ipsec_sa_exit(void)
{
	rcu_barrier();
	destroy_workqueue(sa_wq);
	kmem_cache_destroy(sa_cache);
}

bool ipsec_sa_queue(struct work_struct *work)
{
	return queue_work(sa_wq, work);
}

static u64 seq_last(const struct ipsec_sa *sa)
{
	return sa->flags & IPSEC_SA_F_ESN ? SEQ_LAST_ESN : SEQ_LAST;
}

void ipsec_sa_event(const struct ipsec_sa *sa, struct ipsec_event_sa *ev, u8 cmd)
{
	*ev = (struct ipsec_event_sa) {
		.cmd = cmd,
		.id = sa->id,
		.policy_id = sa->ends.policy_id,
		.cookie = sa->cookie,
		.spi = sa->spi,
		.proto = sa->ends.proto,
		.dir = sa->dir,
		.family = sa->ends.family,
		.src = sa->ends.src,
		.dst = sa->ends.dst,
		.encap_sport = sa->encap ? sa->encap_sport : 0,
		.encap_dport = sa->encap ? sa->encap_dport : 0,
	};
	ev->seq = sa->dir == IPSEC_SA_DIR_OUT ? atomic64_read(&sa->seq)
					      : READ_ONCE(sa->replay.top);
}

/* States only grow: a soft expiry that comes after the hard one changes nothing. */
static void sa_grow(struct ipsec_sa *sa, u8 state)
{
	u8 old = READ_ONCE(sa->state);

	while (old < state) {
		u8 seen = cmpxchg(&sa->state, old, state);

		if (seen == old)
			break;
		old = seen;
	}
}

/* Packets stop at once, the tables follow when the worker gets the mutex. */
static void sa_expire(struct ipsec_lifetime *lt, bool hard, u8 why)
{
	struct ipsec_sa *sa = container_of(lt, struct ipsec_sa, life);
	struct ipsec_event_sa ev;

	sa_grow(sa, hard ? IPSEC_SA_STATE_DEAD : IPSEC_SA_STATE_DYING);
	ipsec_sa_event(sa, &ev, IPSEC_CMD_EXPIRE);
	ev.hard = hard;
	ev.why = why;
	ipsec_notify_sa(sa->net, &ev);
	if (hard && sa->on_dead)
		sa->on_dead(sa);
}

static void sa_engine_work(struct work_struct *work)
{
	struct ipsec_sa *sa = container_of(work, struct ipsec_sa, engine_work);
	struct ipsec_key *old = rcu_dereference_protected(sa->key, true);
	struct ipsec_key *key;

	if (sa->retired_key)
		return;
	key = ipsec_key_software(old);
	if (IS_ERR(key))
		return;
	rcu_assign_pointer(sa->key, key);
	sa->retired_key = old;
	this_cpu_inc(sa->stats->cpu->engine_fallbacks);
}

static void sa_free(struct ipsec_sa *sa)
{
	free_percpu(sa->cpu);
	dst_cache_destroy(&sa->dst_cache);
	ipsec_key_free(rcu_dereference_protected(sa->key, true));
	ipsec_key_free(sa->retired_key);
	kfree(sa->replay.ring);
	percpu_ref_exit(&sa->ref);
	kmem_cache_free(sa_cache, sa);
}

static void sa_free_work(struct work_struct *work)
{
	struct ipsec_sa *sa = container_of(work, struct ipsec_sa, free_work);
	void (*on_free)(struct ipsec_sad *sad) = sa->on_free;
	struct ipsec_sad *sad = sa->sad;

	cancel_work_sync(&sa->engine_work);
	sa_free(sa);
	on_free(sad);
}

/* No operation is in flight and, since percpu_ref_kill(), a grace period has passed. */
static void sa_released(struct percpu_ref *ref)
{
	struct ipsec_sa *sa = container_of(ref, struct ipsec_sa, ref);

	ipsec_sa_queue(&sa->free_work);
}

static int sa_init_replay(struct ipsec_sa *sa, u32 window, bool esn, u64 seq)
{
	u64 *ring = NULL;

	if (sa->dir == IPSEC_SA_DIR_IN && window) {
		ring = kcalloc(ipsec_replay_ring_words(window), sizeof(u64), GFP_KERNEL);
		if (!ring)
			return -ENOMEM;
	}
	ipsec_replay_init(&sa->replay, ring, ring ? window : 0, esn, seq);
	return 0;
}

struct ipsec_sa *ipsec_sa_new(struct net *net, struct ipsec_pernet *pn, struct ipsec_stats *stats,
			      u8 dir, u32 window, bool esn, u64 seq)
{
	struct ipsec_sa *sa = kmem_cache_zalloc(sa_cache, GFP_KERNEL);

	if (!sa)
		return NULL;
	sa->net = net;
	sa->pn = pn;
	sa->stats = stats;
	sa->dir = dir;
	sa->state = IPSEC_SA_STATE_LARVAL;
	sa->last_drop = IPSEC_REASON_NONE;
	spin_lock_init(&sa->replay_lock);
	INIT_LIST_HEAD(&sa->list);
	INIT_WORK(&sa->free_work, sa_free_work);
	INIT_WORK(&sa->engine_work, sa_engine_work);
	if (dir == IPSEC_SA_DIR_OUT)
		atomic64_set(&sa->seq, min_t(u64, seq, esn ? SEQ_LAST_ESN : SEQ_LAST));
	ipsec_lifetime_init(&sa->life, sa_expire);

	if (percpu_ref_init(&sa->ref, sa_released, 0, GFP_KERNEL))
		goto err_sa;
	if (dir == IPSEC_SA_DIR_OUT && dst_cache_init(&sa->dst_cache, GFP_KERNEL))
		goto err_ref;
	sa->cpu = alloc_percpu(struct ipsec_sa_cpu);
	if (!sa->cpu)
		goto err_dst;
	if (sa_init_replay(sa, window, esn, seq))
		goto err_cpu;
	if (esn)
		sa->flags |= IPSEC_SA_F_ESN;
	return sa;

err_cpu:
	free_percpu(sa->cpu);
err_dst:
	dst_cache_destroy(&sa->dst_cache);
err_ref:
	percpu_ref_exit(&sa->ref);
err_sa:
	kmem_cache_free(sa_cache, sa);
	return NULL;
}

void ipsec_sa_abort(struct ipsec_sa *sa)
{
	if (!sa)
		return;
	ipsec_lifetime_stop(&sa->life);
	sa_free(sa);
}

void ipsec_sa_kill(struct ipsec_sa *sa)
{
	sa_grow(sa, IPSEC_SA_STATE_DEAD);
	ipsec_lifetime_stop(&sa->life);
	percpu_ref_kill(&sa->ref);
}

u64 ipsec_sa_next_seq(struct ipsec_sa *sa)
{
	u64 last = seq_last(sa);
	u64 seq = atomic64_inc_return(&sa->seq);
	struct ipsec_event_sa ev;

	if (unlikely(seq > last)) {
		atomic64_dec(&sa->seq);
		return 0;
	}
	if (unlikely(seq >= last - last / 10) && !test_and_set_bit(0, &sa->seq_told)) {
		ipsec_sa_event(sa, &ev, IPSEC_CMD_SEQ_NEAR_OVERFLOW);
		ipsec_notify_sa(sa->net, &ev);
	}
	return seq;
}

void ipsec_sa_engine_failed(struct ipsec_sa *sa)
{
	struct ipsec_key *key;

	rcu_read_lock();
	key = rcu_dereference(sa->key);
	if (key && !key->software && READ_ONCE(sa->state) != IPSEC_SA_STATE_DEAD)
		ipsec_sa_queue(&sa->engine_work);
	rcu_read_unlock();
}

void ipsec_sa_count(struct ipsec_sa *sa, unsigned int bytes)
{
	struct ipsec_sa_cpu *c = this_cpu_ptr(sa->cpu);

	c->packets++;
	c->bytes += bytes;
	/* The clock is asked once a tick, which is as often as it moves. */
	if (unlikely(c->tick != (u32)jiffies || !c->last_use)) {
		c->tick = jiffies;
		c->last_use = ktime_get_coarse_boottime_ns();
	}
}

/* Written only when it changes: a flood of forged packets does not fight over the line. */
void ipsec_sa_note_drop(struct ipsec_sa *sa, enum ipsec_reason reason)
{
	if (READ_ONCE(sa->last_drop) != reason)
		WRITE_ONCE(sa->last_drop, reason);
}

void ipsec_sa_count_drop(struct ipsec_sa *sa, enum ipsec_reason reason)
{
	struct ipsec_sa_cpu *c = this_cpu_ptr(sa->cpu);

	c->errors++;
	if (ipsec_stats_reason_counter(reason) == IPSEC_A_STAT_IN_STATE_SEQUENCE_ERRORS)
		c->replays++;
	ipsec_sa_note_drop(sa, reason);
}

void ipsec_sa_sum(const struct ipsec_sa *sa, struct ipsec_sa_cpu *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct ipsec_sa_cpu *c = per_cpu_ptr(sa->cpu, cpu);

		sum->packets += READ_ONCE(c->packets);
		sum->bytes += READ_ONCE(c->bytes);
		sum->errors += READ_ONCE(c->errors);
		sum->replays += READ_ONCE(c->replays);
		sum->last_use = max(sum->last_use, READ_ONCE(c->last_use));
	}
}
