/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A treap: balanced by chance, as the kernel's trees are by rule. A cached tree is no other. */
#ifndef _SHIM_LINUX_RBTREE_H
#define _SHIM_LINUX_RBTREE_H

#include <linux/kernel.h>

struct rb_node {
	struct rb_node *parent, *child[2];
};

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
};

#define RB_ROOT_CACHED		((struct rb_root_cached) { { NULL } })
#define RB_EMPTY_ROOT(root)	(!(root)->rb_node)
#define rb_entry(ptr, type, member)	container_of(ptr, type, member)

/* Counts in shim_compares. */
void rb_add(struct rb_node *node, struct rb_root *tree,
	    bool (*less)(struct rb_node *a, const struct rb_node *b));
void rb_erase(struct rb_node *node, struct rb_root *tree);
struct rb_node *rb_first(const struct rb_root *tree);
struct rb_node *rb_prev(const struct rb_node *node);

#define rb_add_cached(node, tree, less)	rb_add(node, &(tree)->rb_root, less)
#define rb_erase_cached(node, tree)	rb_erase(node, &(tree)->rb_root)
#define rb_first_cached(tree)		rb_first(&(tree)->rb_root)

#endif /* _SHIM_LINUX_RBTREE_H */
