// SPDX-License-Identifier: GPL-2.0
#include "sad.h"

#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/wait_bit.h>

#define SPIS_MIN	64
#define SPIS_MAX	BIT(20)

/* RFC 4303 section 2.1: 1…255 are reserved, 0 is local. */
#define SPI_FIRST	256

/**
 * struct ipsec_spi_table - chains by the low bits of the SPI
 * @rcu: freed a grace period after a larger one took its place
 * @mask: number of chains minus 1
 * @node: which of the SA's two nodes hang in this table
 * @chain: the chains
 */
struct ipsec_spi_table {
	struct rcu_head rcu;
	u32 mask;
	u8 node;
	struct hlist_head chain[];
};

static const struct rhashtable_params out_params = {
	.key_len = sizeof(struct ipsec_sa_ends),
	.key_offset = offsetof(struct ipsec_sa, ends),
	.head_offset = offsetof(struct ipsec_sa, out_node),
	.automatic_shrinking = true,
};

static struct ipsec_spi_table *spis_of(const struct ipsec_sad *sad)
{
	return rcu_dereference_protected(sad->spis, lockdep_is_held(&sad->mutex));
}

static struct hlist_head *chain_of(struct ipsec_spi_table *t, __be32 spi)
{
	return &t->chain[be32_to_cpu(spi) & t->mask];
}

static struct ipsec_spi_table *spis_new(u32 chains, u8 node)
{
	struct ipsec_spi_table *t = kvzalloc(struct_size(t, chain, chains), GFP_KERNEL);

	if (t) {
		t->mask = chains - 1;
		t->node = node;
	}
	return t;
}

/*
 * Readers of the old table go on undisturbed: each SA hangs in the new one by
 * its other node. A second growth waits until nobody reads the first table.
 */
static void spis_grow(struct ipsec_sad *sad)
{
	struct ipsec_spi_table *old = spis_of(sad), *new;
	struct ipsec_sa *sa;

	if (sad->count <= old->mask || old->mask + 1 >= SPIS_MAX)
		return;
	new = spis_new((old->mask + 1) * 2, !old->node);
	if (!new)
		return;
	list_for_each_entry(sa, &sad->sas, list)
		hlist_add_head_rcu(&sa->spi_node[new->node], chain_of(new, sa->spi));
	rcu_assign_pointer(sad->spis, new);
	synchronize_rcu();
	kvfree(old);
}

int ipsec_sad_init(struct ipsec_sad *sad, struct ipsec_generation *generation)
{
	struct ipsec_spi_table *t = spis_new(SPIS_MIN, 0);
	int err;

	if (!t)
		return -ENOMEM;
	err = rhltable_init(&sad->out, &out_params);
	if (err) {
		kvfree(t);
		return err;
	}
	mutex_init(&sad->mutex);
	RCU_INIT_POINTER(sad->spis, t);
	INIT_LIST_HEAD(&sad->sas);
	xa_init_flags(&sad->ids, XA_FLAGS_ALLOC1);
	atomic_set(&sad->live, 0);
	sad->next_id = 1;
	sad->generation = generation;
	return 0;
}

void ipsec_sad_exit(struct ipsec_sad *sad)
{
	mutex_lock(&sad->mutex);
	ipsec_sad_flush(sad);
	mutex_unlock(&sad->mutex);
	wait_var_event(&sad->live, !atomic_read(&sad->live));
	rhltable_destroy(&sad->out);
	xa_destroy(&sad->ids);
	ipsec_origin_exit(&sad->origin);
	kvfree(rcu_dereference_protected(sad->spis, true));
}

/* The waiter may free the SAD as soon as it sees 0: the address is all that is used after. */
static void sa_freed(struct ipsec_sad *sad)
{
	if (atomic_dec_and_test(&sad->live))
		wake_up_var(&sad->live);
}

/* The reference taken by sa_dead() keeps the SA until here. */
static void sa_dead_work(struct work_struct *work)
{
	struct ipsec_sa *sa = container_of(work, struct ipsec_sa, dead_work);
	struct ipsec_sad *sad = sa->sad;

	mutex_lock(&sad->mutex);
	if (xa_load(&sad->ids, sa->id) == sa)
		ipsec_sad_del(sad, sa);
	mutex_unlock(&sad->mutex);
	percpu_ref_put(&sa->ref);
}

/* Called at most once by the hard expiry, perhaps once more by ipsec_sad_add(). */
static void sa_dead(struct ipsec_sa *sa)
{
	if (percpu_ref_tryget_live(&sa->ref) && !ipsec_sa_queue(&sa->dead_work))
		percpu_ref_put(&sa->ref);
}

static void link_sa(struct ipsec_sad *sad, struct ipsec_sa *sa)
{
	struct ipsec_spi_table *t;

	spis_grow(sad);
	t = spis_of(sad);
	hlist_add_head_rcu(&sa->spi_node[t->node], chain_of(t, sa->spi));
	list_add_tail_rcu(&sa->list, &sad->sas);
	sad->count++;
	atomic_inc(&sad->live);
}

static void unlink_sa(struct ipsec_sad *sad, struct ipsec_sa *sa)
{
	hlist_del_rcu(&sa->spi_node[spis_of(sad)->node]);
	list_del_rcu(&sa->list);
	if (sa->dir == IPSEC_SA_DIR_OUT)
		rhltable_remove(&sad->out, &sa->out_node, out_params);
	sad->count--;
}

int ipsec_sad_add_beside(struct ipsec_sad *sad, struct ipsec_sa *sa)
{
	int err;

	lockdep_assert_held(&sad->mutex);
	sa->sad = sad;
	sa->on_free = sa_freed;
	INIT_WORK(&sa->dead_work, sa_dead_work);
	if (sa->encap && sa->ends.policy_id && ipsec_origin_arm(&sad->origin))
		return -ENOMEM;
	err = xa_alloc_cyclic(&sad->ids, &sa->id, sa, xa_limit_32b, &sad->next_id, GFP_KERNEL);
	if (err < 0)
		return err;
	if (sa->dir == IPSEC_SA_DIR_OUT) {
		err = rhltable_insert(&sad->out, &sa->out_node, out_params);
		if (err) {
			xa_erase(&sad->ids, sa->id);
			return err;
		}
	}
	link_sa(sad, sa);
	ipsec_generation_bump(sad->generation);
	/* Publishes what the callback uses to a limit that is reached right now. */
	smp_store_release(&sa->on_dead, sa_dead);
	if (READ_ONCE(sa->state) == IPSEC_SA_STATE_DEAD)
		sa_dead(sa);
	return 0;
}

void ipsec_sad_replace(struct ipsec_sad *sad, struct ipsec_sa *larval, struct ipsec_sa *sa)
{
	lockdep_assert_held(&sad->mutex);
	xa_erase(&sad->ids, sa->id);
	sa->id = larval->id;
	/* The slot is in use: nothing is allocated. */
	xa_store(&sad->ids, sa->id, sa, GFP_KERNEL);
	unlink_sa(sad, larval);
	ipsec_generation_bump(sad->generation);
	ipsec_sa_kill(larval);
}

int ipsec_sad_add(struct ipsec_sad *sad, struct ipsec_sa *sa, struct netlink_ext_ack *extack)
{
	struct ipsec_sa *old;
	int err;

	old = ipsec_sad_by_spi(sad, sa->spi, sa->ends.proto, sa->ends.family, &sa->ends.dst);
	if (old && (old->state != IPSEC_SA_STATE_LARVAL || sa->state == IPSEC_SA_STATE_LARVAL ||
		    sa->dir != old->dir)) {
		NL_SET_ERR_MSG(extack,
			       "spi: an SA with this SPI, dst-address and protocol exists already");
		return -EEXIST;
	}
	err = ipsec_sad_add_beside(sad, sa);
	if (!err && old)
		ipsec_sad_replace(sad, old, sa);
	return err;
}

/* Larger than it has SAs, the table has an empty chain: the first behind a random place. */
__be32 ipsec_sad_pick_spi(struct ipsec_sad *sad)
{
	struct ipsec_spi_table *t;
	u32 start = get_random_u32();
	u32 i;

	lockdep_assert_held(&sad->mutex);
	spis_grow(sad);
	t = spis_of(sad);
	for (i = 0; i <= t->mask; i++) {
		u32 spi = (get_random_u32() & ~t->mask) | ((start + i) & t->mask);

		if (!hlist_empty(chain_of(t, cpu_to_be32(spi))))
			continue;
		return cpu_to_be32(spi < SPI_FIRST ? spi | BIT(31) : spi);
	}
	return 0;
}

void ipsec_sad_del(struct ipsec_sad *sad, struct ipsec_sa *sa)
{
	lockdep_assert_held(&sad->mutex);
	unlink_sa(sad, sa);
	xa_erase(&sad->ids, sa->id);
	ipsec_generation_bump(sad->generation);
	ipsec_sa_kill(sa);
}

void ipsec_sad_flush(struct ipsec_sad *sad)
{
	struct ipsec_sa *sa, *next;

	lockdep_assert_held(&sad->mutex);
	list_for_each_entry_safe(sa, next, &sad->sas, list)
		ipsec_sad_del(sad, sa);
}

struct ipsec_sa *ipsec_sad_by_id(struct ipsec_sad *sad, u32 id)
{
	return xa_load(&sad->ids, id);
}

static struct ipsec_sa *find_in(struct ipsec_spi_table *t, __be32 spi, u8 proto, u8 family,
				const union ipsec_addr *dst)
{
	struct hlist_node *node;

	for (node = rcu_dereference_check(hlist_first_rcu(chain_of(t, spi)), true); node;
	     node = rcu_dereference_check(hlist_next_rcu(node), true)) {
		struct ipsec_sa *sa = container_of(node, struct ipsec_sa, spi_node[t->node]);

		if (sa->spi == spi && sa->ends.proto == proto && sa->ends.family == family &&
		    !memcmp(&sa->ends.dst, dst, sizeof(*dst)))
			return sa;
	}
	return NULL;
}

struct ipsec_sa *ipsec_sad_by_spi(struct ipsec_sad *sad, __be32 spi, u8 proto, u8 family,
				  const union ipsec_addr *dst)
{
	return find_in(rcu_dereference_check(sad->spis, lockdep_is_held(&sad->mutex)), spi, proto,
		       family, dst);
}

struct ipsec_sa *ipsec_sad_lookup_in(const struct ipsec_sad *sad, __be32 spi, u8 proto, u8 family,
				     const union ipsec_addr *dst)
{
	return find_in(rcu_dereference(sad->spis), spi, proto, family, dst);
}

/* Is @sa a better choice than @best? The newer of two in the same state is. */
static bool better(const struct ipsec_sa *sa, const struct ipsec_sa *best)
{
	u8 a = READ_ONCE(sa->state), b;

	if (!best)
		return true;
	b = READ_ONCE(best->state);
	return a != b ? a < b : (s32)(sa->id - best->id) > 0;
}

/* Of an SA of either direction. */
static struct ipsec_origin_peer peer_of(const struct ipsec_sa *sa)
{
	bool out = sa->dir == IPSEC_SA_DIR_OUT;

	return (struct ipsec_origin_peer) {
		.addr = out ? sa->ends.dst : sa->ends.src,
		.port = READ_ONCE(*(out ? &sa->encap_dport : &sa->encap_sport)),
	};
}

/*
 * @peer: only SAs of this one, NULL = all
 * @several: all have one address; set if their ports differ
 */
static struct ipsec_sa *best_out(struct ipsec_sad *sad, const struct ipsec_sa_ends *ends,
				 const struct ipsec_flow *fl, const struct ipsec_origin_peer *peer,
				 bool *several)
{
	struct rhlist_head *list, *pos;
	struct ipsec_sa *sa, *best = NULL;

	list = rhltable_lookup(&sad->out, ends, out_params);
	rhl_for_each_entry_rcu(sa, pos, list, out_node) {
		if (!ipsec_sa_alive(sa) || (sa->has_sel && !ipsec_selector_match(&sa->sel, fl)))
			continue;
		if (peer && peer->port != READ_ONCE(sa->encap_dport))
			continue;
		*several |= best && best->encap_dport != sa->encap_dport;
		if (better(sa, best))
			best = sa;
	}
	return best;
}

/* Not another peer's, be it the only one: what is for the owner of a flow is for no one else. */
static struct ipsec_sa *owners_sa(struct ipsec_sad *sad, const struct ipsec_sa_ends *ends,
				  const struct ipsec_flow *fl, struct ipsec_sa *best, bool several,
				  bool *contested)
{
	struct ipsec_origin_peer owner, peer = peer_of(best);
	bool known = ipsec_origin_find(&sad->origin, fl, &owner, ktime_get_seconds());

	if (likely(!several && (!known || !memcmp(&owner, &peer, sizeof(peer)))))
		return best;
	*contested = true;
	if (!known || memcmp(&owner.addr, &peer.addr, sizeof(peer.addr)))
		return NULL;
	return best_out(sad, ends, fl, &owner, &several);
}

struct ipsec_sa *ipsec_sad_lookup_out(struct ipsec_sad *sad, struct ipsec_sa_ends *ends,
				      bool unique, const struct ipsec_flow *fl, bool *contested)
{
	bool several = false;
	struct ipsec_sa *sa = best_out(sad, ends, fl, NULL, &several);

	*contested = false;
	if (unique)
		return sa ? owners_sa(sad, ends, fl, sa, several, contested) : NULL;
	if (sa)
		return sa;
	ends->policy_id = 0;
	return best_out(sad, ends, fl, NULL, &several);
}

void ipsec_sad_note_origin(struct ipsec_sad *sad, const struct ipsec_sa *sa,
			   const struct ipsec_flow *fl)
{
	struct ipsec_origin_peer peer = peer_of(sa);

	ipsec_origin_note(&sad->origin, fl, &peer, ktime_get_seconds());
}

void ipsec_sad_move_peer(struct ipsec_sad *sad, struct ipsec_sa *sa, __be16 port)
{
	struct ipsec_origin_peer from = peer_of(sa);

	lockdep_assert_held(&sad->mutex);
	if (from.port == port)
		return;
	WRITE_ONCE(*(sa->dir == IPSEC_SA_DIR_OUT ? &sa->encap_dport : &sa->encap_sport), port);
	ipsec_origin_rename(&sad->origin, &from, port);
}
