/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_LINUX_RCULIST_H
#define _SHIM_LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#define SHIM_POISON	((void *)0x122)

#define hlist_for_each_entry_rcu(pos, head, member) \
	for (pos = hlist_entry_safe(rcu_dereference((head)->first), __typeof__(*(pos)), member); \
	     pos; \
	     pos = hlist_entry_safe(rcu_dereference((pos)->member.next), __typeof__(*(pos)), \
				    member))

static inline void list_add_rcu(struct list_head *node, struct list_head *prev)
{
	node->next = prev->next;
	node->prev = prev;
	prev->next->prev = node;
	rcu_assign_pointer(prev->next, node);
}

static inline void list_del_rcu(struct list_head *node)
{
	node->next->prev = node->prev;
	rcu_assign_pointer(node->prev->next, node->next);
	node->prev = SHIM_POISON;
}

static inline void hlist_add_rcu(struct hlist_node *node, struct hlist_node **slot)
{
	node->next = *slot;
	node->pprev = slot;
	if (node->next)
		node->next->pprev = &node->next;
	rcu_assign_pointer(*slot, node);
}

static inline void hlist_add_head_rcu(struct hlist_node *node, struct hlist_head *head)
{
	hlist_add_rcu(node, &head->first);
}

static inline void hlist_add_behind_rcu(struct hlist_node *node, struct hlist_node *prev)
{
	hlist_add_rcu(node, &prev->next);
}

static inline void hlist_del_rcu(struct hlist_node *node)
{
	if (node->next)
		node->next->pprev = node->pprev;
	rcu_assign_pointer(*node->pprev, node->next);
	node->pprev = SHIM_POISON;
}

#endif /* _SHIM_LINUX_RCULIST_H */
