// SPDX-License-Identifier: GPL-2.0
#include "place.h"

#include <linux/rculist.h>

static struct ipsec_place_ref *ref_of(struct hlist_node *node)
{
	return hlist_entry(node, struct ipsec_place_ref, node);
}

static struct hlist_node *prev_of(const struct hlist_head *head, const struct hlist_node *node)
{
	if (node->pprev == &head->first)
		return NULL;
	return container_of(node->pprev, struct hlist_node, next);
}

void ipsec_place_link(struct hlist_head *head, struct hlist_node **last,
		      struct ipsec_place_ref *ref)
{
	unsigned long rank = ref->place->rank;
	struct hlist_node *prev = *last;

	if (head->first && rank < ref_of(head->first)->place->rank)
		prev = NULL;
	while (prev && rank < ref_of(prev)->place->rank)
		prev = prev_of(head, prev);
	if (prev == *last)
		*last = &ref->node;
	if (prev)
		hlist_add_behind_rcu(&ref->node, prev);
	else
		hlist_add_head_rcu(&ref->node, head);
}

void ipsec_place_unlink(struct hlist_head *head, struct hlist_node **last,
			struct ipsec_place_ref *ref)
{
	if (*last == &ref->node)
		*last = prev_of(head, &ref->node);
	hlist_del_rcu(&ref->node);
}

struct ipsec_place *ipsec_place_first(const struct hlist_head *head, const struct ipsec_flow *fl,
				      unsigned long limit)
{
	struct ipsec_place_ref *ref;

	hlist_for_each_entry_rcu(ref, head, node) {
		if (READ_ONCE(ref->place->rank) >= limit)
			break;
		if (ipsec_selector_match(&ref->place->sel, fl))
			return ref->place;
	}
	return NULL;
}

struct ipsec_place *ipsec_place_cover(const struct hlist_head *head,
				      const struct ipsec_selector *sel, unsigned long limit)
{
	struct ipsec_place_ref *ref;

	hlist_for_each_entry(ref, head, node) {
		if (ref->place->rank >= limit)
			break;
		if (ipsec_selector_contains(&ref->place->sel, sel))
			return ref->place;
	}
	return NULL;
}
