// SPDX-License-Identifier: GPL-2.0
#include "tuple.h"
#include "bucket.h"

#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/sort.h>

/* With so many tables of its family, a policy of a new tuple joins another's table if it can. */
#define TABLES_EXACT	6

/**
 * struct probe - how to look a flow up in one table, half a cache line
 * @best: no place of the table has a smaller rank
 * @slot: the hash table
 * @slot_mask: its size minus one
 * @src_mask: for the last of @src_words
 * @dst_mask: for the last of @dst_words
 * @src_words: words of the source address in the key
 * @dst_words: words of the destination address in the key
 * @proto_mask: 0xff if the protocol is in the key
 */
struct probe {
	unsigned long best;
	struct ipsec_bucket_slot *slot;
	u32 slot_mask;
	__be32 src_mask;
	__be32 dst_mask;
	u8 src_words;
	u8 dst_words;
	u8 proto_mask;
};

/* All tables that a flow of one family may be in, by @best. */
struct ipsec_tuple_view {
	struct rcu_head rcu;
	unsigned int count;
	struct probe probe[];
};

/**
 * struct ipsec_tuple - one table
 * @list: in the set
 * @family: 0 for policies of both
 * @src_len: the places' own prefixes are as long or longer
 * @dst_len: likewise
 * @proto: the protocol is in the key
 * @viewed: a view has it, so it cannot be freed
 * @probe: what the views will say of it; @best is found when they are made
 * @buckets: the hash table
 * @places: by rank
 */
struct ipsec_tuple {
	struct list_head list;
	u8 family;
	u8 src_len;
	u8 dst_len;
	bool proto;
	bool viewed;
	struct probe probe;
	struct ipsec_bucket_table *buckets;
	struct rb_root_cached places;
};

static __always_inline void key_of(struct ipsec_bucket_key *key, const struct ipsec_tuple_set *set,
				   const struct probe *p, const union ipsec_addr *src,
				   const union ipsec_addr *dst, u8 proto)
{
	unsigned int i, n = 0;

	key->word[n++] = proto & p->proto_mask;
	for (i = 0; i < p->src_words; i++)
		key->word[n++] = (__force u32)src->w[i];
	if (i)
		key->word[n - 1] &= (__force u32)p->src_mask;
	for (i = 0; i < p->dst_words; i++)
		key->word[n++] = (__force u32)dst->w[i];
	if (i)
		key->word[n - 1] &= (__force u32)p->dst_mask;
	key->count = n;
	key->hash = jhash2(key->word, n, set->seed);
}

static int probe_cmp(const void *a, const void *b)
{
	const struct probe *x = a, *y = b;

	return x->best < y->best ? -1 : x->best > y->best;
}

static struct ipsec_tuple_view *view_new(const struct ipsec_tuple_set *set, u8 family, bool prune,
					 gfp_t gfp)
{
	struct ipsec_tuple_view *view;
	struct ipsec_tuple *t;
	unsigned int n = 0;

	list_for_each_entry(t, &set->tables, list)
		n++;
	view = kmalloc(struct_size(view, probe, n), gfp);
	if (!view)
		return NULL;
	view->count = 0;
	list_for_each_entry(t, &set->tables, list) {
		struct rb_node *first = rb_first_cached(&t->places);

		if (!first || (t->family && t->family != family))
			continue;
		view->probe[view->count] = t->probe;
		view->probe[view->count++].best =
			prune ? rb_entry(first, struct ipsec_place, by_rank)->rank : 0;
	}
	sort(view->probe, view->count, sizeof(view->probe[0]), probe_cmp, NULL);
	return view;
}

static void view_replace(struct ipsec_tuple_view __rcu **slot, struct ipsec_tuple_view *view)
{
	struct ipsec_tuple_view *old = rcu_dereference_raw(*slot);

	rcu_assign_pointer(*slot, view);
	if (old)
		kfree_rcu(old, rcu);
}

/* Show readers the tables as they are. What they find does not change. */
static int views_make(struct ipsec_tuple_set *set, bool prune, gfp_t gfp)
{
	struct ipsec_tuple_view *v4 = view_new(set, AF_INET, prune, gfp);
	struct ipsec_tuple_view *v6 = view_new(set, AF_INET6, prune, gfp);
	struct ipsec_tuple *t;

	if (!v4 || !v6) {
		kfree(v4);
		kfree(v6);
		return -ENOMEM;
	}
	view_replace(&set->view[0], v4);
	view_replace(&set->view[1], v6);
	list_for_each_entry(t, &set->tables, list)
		t->viewed = !RB_EMPTY_ROOT(&t->places.rb_root);
	return 0;
}

int ipsec_tuple_prune(struct ipsec_tuple_set *set, bool prune)
{
	return views_make(set, prune, GFP_KERNEL);
}

static __be32 last_mask(u8 len)
{
	return cpu_to_be32(~0U << (-len & 31));
}

static void table_set_buckets(struct ipsec_tuple *t, struct ipsec_bucket_table *buckets)
{
	t->buckets = buckets;
	t->probe.slot = buckets->slot;
	t->probe.slot_mask = buckets->mask;
}

static struct ipsec_tuple *table_new(struct ipsec_tuple_set *set, u8 family, u8 src_len, u8 dst_len,
				     bool proto)
{
	struct ipsec_tuple *t = kzalloc(sizeof(*t), GFP_KERNEL);
	struct ipsec_bucket_table *buckets;

	if (!t)
		return NULL;
	buckets = ipsec_bucket_table_new(1);
	if (!buckets) {
		kfree(t);
		return NULL;
	}
	t->family = family;
	t->src_len = src_len;
	t->dst_len = dst_len;
	t->proto = proto;
	t->probe.src_words = DIV_ROUND_UP(src_len, 32);
	t->probe.dst_words = DIV_ROUND_UP(dst_len, 32);
	t->probe.src_mask = last_mask(src_len);
	t->probe.dst_mask = last_mask(dst_len);
	t->probe.proto_mask = proto ? 0xff : 0;
	t->places = RB_ROOT_CACHED;
	table_set_buckets(t, buckets);
	list_add_tail(&t->list, &set->tables);
	return t;
}

/* Free the tables that are empty and that no view made from now on can have. */
static void tables_clean(struct ipsec_tuple_set *set)
{
	struct ipsec_tuple *t, *next;

	list_for_each_entry_safe(t, next, &set->tables, list) {
		if (t->viewed || !RB_EMPTY_ROOT(&t->places.rb_root))
			continue;
		list_del(&t->list);
		kvfree_rcu(t->buckets, rcu);
		kfree(t);
	}
}

static struct ipsec_tuple *table_find(const struct ipsec_tuple_set *set, u8 family, u8 src_len,
				      u8 dst_len, bool proto)
{
	struct ipsec_tuple *t;

	list_for_each_entry(t, &set->tables, list) {
		if (t->family == family && t->src_len == src_len && t->dst_len == dst_len &&
		    t->proto == proto)
			return t;
	}
	return NULL;
}

/* Does a selector have all that the keys of a table are made of? */
static bool table_has_key(const struct ipsec_tuple *t, const struct ipsec_selector *sel)
{
	return t->src_len <= sel->src_len && t->dst_len <= sel->dst_len &&
	       (!t->proto || sel->proto);
}

/* May a table hold policies with this selector? */
static bool table_fits(const struct ipsec_tuple *t, const struct ipsec_selector *sel)
{
	return t->family == sel->family && table_has_key(t, sel);
}

/* May a table hold policies that cover this selector? */
static bool table_may_cover(const struct ipsec_tuple *t, const struct ipsec_selector *sel)
{
	return (!t->family || t->family == sel->family) && table_has_key(t, sel);
}

static struct ipsec_bucket *table_bucket(const struct ipsec_tuple_set *set,
					 const struct ipsec_tuple *t,
					 const struct ipsec_selector *sel,
					 struct ipsec_bucket_key *key)
{
	key_of(key, set, &t->probe, &sel->src, &sel->dst, sel->proto);
	return ipsec_bucket_find(t->probe.slot, t->probe.slot_mask, key);
}

/* The most specific table with few places at the selector's key, NULL if there is none. */
static struct ipsec_tuple *table_to_join(const struct ipsec_tuple_set *set,
					 const struct ipsec_selector *sel)
{
	struct ipsec_tuple *t, *found = NULL;
	struct ipsec_bucket_key key;
	struct ipsec_bucket *bucket;

	list_for_each_entry(t, &set->tables, list) {
		if (!table_fits(t, sel) ||
		    (found && t->src_len + t->dst_len <= found->src_len + found->dst_len))
			continue;
		bucket = table_bucket(set, t, sel, &key);
		if (!bucket || (!rcu_access_pointer(bucket->ports) &&
				bucket->count < IPSEC_BUCKET_LIST_MAX))
			found = t;
	}
	return found;
}

/*
 * Few tuples get a table each, so that no list is longer than its policies are
 * alike. When there are many, new ones share tables, lengths rounded down to a
 * quarter of an address, as long as that keeps the lists short.
 */
static struct ipsec_tuple *table_for(struct ipsec_tuple_set *set, const struct ipsec_selector *sel)
{
	u8 round = sel->family == AF_INET6 ? 32 : 8;
	u8 src_len = sel->src_len, dst_len = sel->dst_len;
	unsigned int tables = 0;
	struct ipsec_tuple *t;

	t = table_find(set, sel->family, src_len, dst_len, sel->proto);
	if (t)
		return t;
	list_for_each_entry(t, &set->tables, list)
		tables += t->family == sel->family;
	if (tables >= TABLES_EXACT) {
		t = table_to_join(set, sel);
		if (t)
			return t;
		src_len -= src_len % round;
		dst_len -= dst_len % round;
		if (table_find(set, sel->family, src_len, dst_len, sel->proto)) {
			src_len = sel->src_len;
			dst_len = sel->dst_len;
		}
	}
	return table_new(set, sel->family, src_len, dst_len, sel->proto);
}

/* Make room for one more bucket. What readers find does not change. */
static int table_grow(struct ipsec_tuple_set *set, struct ipsec_tuple *t)
{
	struct ipsec_bucket_table *old = t->buckets, *buckets;

	if (!ipsec_bucket_table_full(old))
		return 0;
	buckets = ipsec_bucket_table_new(old->count + 1);
	if (!buckets)
		return -ENOMEM;
	ipsec_bucket_table_copy(buckets, old);
	table_set_buckets(t, buckets);
	if (views_make(set, true, GFP_KERNEL)) {
		table_set_buckets(t, old);
		kvfree(buckets);
		return -ENOMEM;
	}
	kvfree_rcu(old, rcu);
	return 0;
}

static bool place_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct ipsec_place, by_rank)->rank <
	       rb_entry(b, struct ipsec_place, by_rank)->rank;
}

int ipsec_tuple_add(struct ipsec_tuple_set *set, struct ipsec_place *place)
{
	struct ipsec_tuple *t = table_for(set, place->sel);
	struct ipsec_bucket_key key;
	struct ipsec_bucket *bucket;
	int err;

	if (!t)
		return -ENOMEM;
	place->ref.place = place;
	place->table = t;
	bucket = table_bucket(set, t, place->sel, &key);
	err = bucket ? 0 : table_grow(set, t);
	if (err)
		goto err_table;
	err = ipsec_bucket_prepare(bucket, &key, place, &set->version);
	if (err)
		goto err_table;
	rb_add_cached(&place->by_rank, &t->places, place_less);
	if (rb_first_cached(&t->places) == &place->by_rank)
		err = views_make(set, true, GFP_KERNEL);
	if (err)
		goto err_place;
	ipsec_bucket_link(t->buckets, place);
	ipsec_place_step(&set->version);
	return 0;

err_place:
	rb_erase_cached(&place->by_rank, &t->places);
	ipsec_bucket_cancel(place);
err_table:
	tables_clean(set);
	return err;
}

void ipsec_tuple_del(struct ipsec_tuple_set *set, struct ipsec_place *place)
{
	struct ipsec_tuple *t = place->table;
	bool first = rb_first_cached(&t->places) == &place->by_rank;

	ipsec_bucket_unlink(t->buckets, place);
	ipsec_place_step(&set->version);
	rb_erase_cached(&place->by_rank, &t->places);
	/* Without memory the views say that the table begins earlier than it does: only slower. */
	if (first && !views_make(set, true, GFP_NOWAIT | __GFP_NOWARN))
		tables_clean(set);
}

void ipsec_tuple_rerank(struct ipsec_tuple_set *set, struct ipsec_place *place, unsigned long rank)
{
	WRITE_ONCE(place->rank, rank);
	ipsec_place_step(&set->version);
}

/* rcu_read_lock(). */
static struct ipsec_place *search(const struct ipsec_tuple_set *set, const struct ipsec_flow *fl)
{
	const struct ipsec_tuple_view *view = rcu_dereference(set->view[fl->family == AF_INET6]);
	struct ipsec_place *best = NULL, *place;
	unsigned long limit = ULONG_MAX;
	const struct probe *p, *end;
	struct ipsec_bucket_key key;
	struct ipsec_bucket *bucket;

	if (!view)
		return NULL;
	for (p = view->probe, end = p + view->count; p < end && p->best < limit; p++) {
		key_of(&key, set, p, &fl->src, &fl->dst, fl->proto);
		bucket = ipsec_bucket_find(p->slot, p->slot_mask, &key);
		place = bucket ? ipsec_bucket_first(bucket, fl, limit) : NULL;
		if (place) {
			best = place;
			limit = READ_ONCE(place->rank);
		}
	}
	return best;
}

struct ipsec_place *ipsec_tuple_lookup(const struct ipsec_tuple_set *set,
				       const struct ipsec_flow *fl)
{
	struct ipsec_place *place;
	unsigned int version;

	do {
		version = smp_load_acquire(&set->version);	/* pairs with ipsec_place_step() */
		place = search(set, fl);
		smp_rmb();	/* as above */
	} while (READ_ONCE(set->version) != version);
	return place;
}

struct ipsec_place *ipsec_tuple_cover(const struct ipsec_tuple_set *set,
				      const struct ipsec_place *place)
{
	const struct ipsec_selector *sel = place->sel;
	struct ipsec_place *best = NULL, *found;
	unsigned long limit = place->rank;
	struct ipsec_bucket_key key;
	struct ipsec_bucket *bucket;
	struct ipsec_tuple *t;

	list_for_each_entry(t, &set->tables, list) {
		if (!table_may_cover(t, sel))
			continue;
		bucket = table_bucket(set, t, sel, &key);
		found = bucket ? ipsec_bucket_cover(bucket, sel, limit) : NULL;
		if (found) {
			best = found;
			limit = found->rank;
		}
	}
	return best;
}

void ipsec_tuple_init(struct ipsec_tuple_set *set)
{
	RCU_INIT_POINTER(set->view[0], NULL);
	RCU_INIT_POINTER(set->view[1], NULL);
	INIT_LIST_HEAD(&set->tables);
	set->version = 0;
	set->seed = get_random_u32();
}

void ipsec_tuple_exit(struct ipsec_tuple_set *set)
{
	struct ipsec_tuple *t;

	list_for_each_entry(t, &set->tables, list)
		t->viewed = false;
	tables_clean(set);
	view_replace(&set->view[0], NULL);
	view_replace(&set->view[1], NULL);
}
