// SPDX-License-Identifier: GPL-2.0
#include "origin.h"
#include "flow.h"

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#define ORIGIN_SETS	512
#define ORIGIN_WAYS	8

/* As long as a NAT has to keep an idle TCP connection (RFC 5382, REQ-5). */
#define ORIGIN_LIFE	(124 * 60)

/**
 * struct memory - one flow
 * @flow: outbound; family 0 = none
 * @peer: its peer
 * @heard: when, in seconds
 */
struct memory {
	struct ipsec_flow flow;
	struct ipsec_origin_peer peer;
	u32 heard;
};

/**
 * struct memory_set - flows whose hash is the same
 * @lock: of all that is in it; BH-safe, nothing nests under it
 * @way: flows, in no order
 */
struct memory_set {
	spinlock_t lock;
	struct memory way[ORIGIN_WAYS];
};

struct ipsec_origin_table {
	u32 seed;
	struct memory_set set[ORIGIN_SETS];
};

int ipsec_origin_arm(struct ipsec_origin *origin)
{
	struct ipsec_origin_table *t;
	int i;

	if (origin->table)
		return 0;
	t = kvzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	t->seed = get_random_u32();
	for (i = 0; i < ORIGIN_SETS; i++)
		spin_lock_init(&t->set[i].lock);
	/* Readers who see the table see its locks. */
	smp_store_release(&origin->table, t);
	return 0;
}

void ipsec_origin_exit(struct ipsec_origin *origin)
{
	kvfree(origin->table);
	origin->table = NULL;
}

static struct ipsec_origin_table *table_of(const struct ipsec_origin *origin)
{
	/* pairs with the release in ipsec_origin_arm() */
	return smp_load_acquire(&origin->table);
}

static struct memory_set *set_of(struct ipsec_origin_table *t, const struct ipsec_flow *fl)
{
	return &t->set[jhash2((const u32 *)fl, sizeof(*fl) / sizeof(u32), t->seed) % ORIGIN_SETS];
}

static bool same_peer(const struct ipsec_origin_peer *a, const struct ipsec_origin_peer *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static bool is_free(const struct memory *m, u32 now)
{
	return !m->flow.family || now - m->heard > ORIGIN_LIFE;
}

static struct memory *find(struct memory_set *set, const struct ipsec_flow *fl)
{
	struct memory *m;

	for (m = set->way; m < set->way + ORIGIN_WAYS; m++)
		if (ipsec_flow_equal(&m->flow, fl))
			return m;
	return NULL;
}

/* Who crowds a set loses flows of its own: a peer cannot make those of others be forgotten. */
static struct memory *make_room(struct memory_set *set, const struct ipsec_origin_peer *peer,
				u32 now)
{
	struct memory *m, *victim = NULL;
	bool victim_own = false;

	for (m = set->way; m < set->way + ORIGIN_WAYS; m++) {
		bool own = same_peer(&m->peer, peer);

		if (is_free(m, now))
			return m;
		if (!victim || (own && !victim_own) ||
		    (own == victim_own && now - m->heard > now - victim->heard)) {
			victim = m;
			victim_own = own;
		}
	}
	return victim;
}

/* The type of ICMP message that answers this one, or -1: errors are about other flows. */
static int answer_type(const struct ipsec_flow *arrived)
{
	if (arrived->opaque)
		return -1;
	if (arrived->family == AF_INET)
		return arrived->sport == ICMP_ECHO	? ICMP_ECHOREPLY :
		       arrived->sport == ICMP_TIMESTAMP ? ICMP_TIMESTAMPREPLY : -1;
	return arrived->sport == ICMPV6_ECHO_REQUEST ? ICMPV6_ECHO_REPLY : -1;
}

/* What an answer to that flow will look like. False if none is expected, or it cannot be told. */
static bool answer_of(struct ipsec_flow *answer, const struct ipsec_flow *arrived)
{
	int type;

	ipsec_flow_flip(answer, arrived);
	switch (arrived->proto) {
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		type = answer_type(arrived);
		answer->sport = type;
		return type >= 0;
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return !arrived->opaque;
	default:
		return true;
	}
}

void ipsec_origin_note(struct ipsec_origin *origin, const struct ipsec_flow *arrived,
		       const struct ipsec_origin_peer *peer, u32 now)
{
	struct ipsec_origin_table *t = table_of(origin);
	struct ipsec_flow answer;
	struct memory_set *set;
	struct memory *m;

	if (!t || !answer_of(&answer, arrived))
		return;
	set = set_of(t, &answer);
	spin_lock_bh(&set->lock);
	m = find(set, &answer);
	if (!m)
		m = make_room(set, peer, now);
	m->flow = answer;
	m->peer = *peer;
	m->heard = now;
	spin_unlock_bh(&set->lock);
}

bool ipsec_origin_find(struct ipsec_origin *origin, const struct ipsec_flow *fl,
		       struct ipsec_origin_peer *peer, u32 now)
{
	struct ipsec_origin_table *t = table_of(origin);
	struct memory_set *set;
	struct memory *m;
	bool known;

	if (!t)
		return false;
	set = set_of(t, fl);
	spin_lock_bh(&set->lock);
	m = find(set, fl);
	known = m && !is_free(m, now);
	if (known)
		*peer = m->peer;
	spin_unlock_bh(&set->lock);
	return known;
}

void ipsec_origin_rename(struct ipsec_origin *origin, const struct ipsec_origin_peer *from,
			 __be16 port)
{
	struct ipsec_origin_table *t = table_of(origin);
	struct memory_set *set;
	struct memory *m;

	if (!t)
		return;
	for (set = t->set; set < t->set + ORIGIN_SETS; set++) {
		spin_lock_bh(&set->lock);
		for (m = set->way; m < set->way + ORIGIN_WAYS; m++)
			if (same_peer(&m->peer, from))
				m->peer.port = port;
		spin_unlock_bh(&set->lock);
	}
}
