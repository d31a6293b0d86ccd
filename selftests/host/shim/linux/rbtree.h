/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls that ask for the first node alone; a pairing heap gives as much. */
#ifndef _SHIM_LINUX_RBTREE_H
#define _SHIM_LINUX_RBTREE_H

#include <linux/kernel.h>

struct rb_node {
	struct rb_node *child, *next, *prev;	/* prev: parent of a first child */
};

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
	bool (*less)(struct rb_node *a, const struct rb_node *b);
};

#define RB_ROOT_CACHED		((struct rb_root_cached) { { NULL }, NULL })
#define RB_EMPTY_ROOT(root)	(!(root)->rb_node)
#define rb_entry(ptr, type, member)	container_of(ptr, type, member)

static inline struct rb_node *rb_first_cached(const struct rb_root_cached *tree)
{
	return tree->rb_root.rb_node;
}

void rb_add_cached(struct rb_node *node, struct rb_root_cached *tree,
		   bool (*less)(struct rb_node *a, const struct rb_node *b));
void rb_erase_cached(struct rb_node *node, struct rb_root_cached *tree);

#endif /* _SHIM_LINUX_RBTREE_H */
