// SPDX-License-Identifier: GPL-2.0
#include "place.h"

static struct ipsec_place_ref *ref_of(const struct rb_node *node)
{
	return rb_entry(node, struct ipsec_place_ref, by_rank);
}

static bool ref_less(struct rb_node *a, const struct rb_node *b)
{
	return ref_of(a)->place->rank < ref_of(b)->place->rank;
}

/* The pointer that leads to a reference. */
static struct ipsec_place_ref __rcu **slot_of(struct ipsec_place_list *list,
					      const struct ipsec_place_ref *ref)
{
	struct rb_node *prev = rb_prev(&ref->by_rank);

	return prev ? &ref_of(prev)->next : &list->first;
}

void ipsec_place_link(struct ipsec_place_list *list, struct rb_root *order,
		      struct ipsec_place_ref *ref)
{
	struct ipsec_place_ref __rcu **slot;

	rb_add(&ref->by_rank, order, ref_less);
	slot = slot_of(list, ref);
	RCU_INIT_POINTER(ref->next, rcu_dereference_raw(*slot));
	rcu_assign_pointer(*slot, ref);
}

/* Readers who stand at it go on by its @next. */
void ipsec_place_unlink(struct ipsec_place_list *list, struct rb_root *order,
			struct ipsec_place_ref *ref)
{
	rcu_assign_pointer(*slot_of(list, ref), rcu_dereference_raw(ref->next));
	rb_erase(&ref->by_rank, order);
}

struct ipsec_place *ipsec_place_first(const struct ipsec_place_list *list,
				      const struct ipsec_flow *fl, unsigned long limit)
{
	const struct ipsec_place_ref *ref;

	for (ref = rcu_dereference(list->first); ref; ref = rcu_dereference(ref->next)) {
		if (READ_ONCE(ref->place->rank) >= limit)
			break;
		if (ipsec_selector_match(ref->place->sel, fl))
			return ref->place;
	}
	return NULL;
}

struct ipsec_place *ipsec_place_cover(const struct ipsec_place_list *list,
				      const struct ipsec_selector *sel, unsigned long limit)
{
	const struct ipsec_place_ref *ref;

	for (ref = rcu_dereference_raw(list->first); ref; ref = rcu_dereference_raw(ref->next)) {
		if (ref->place->rank >= limit)
			break;
		if (ipsec_selector_contains(ref->place->sel, sel))
			return ref->place;
	}
	return NULL;
}
