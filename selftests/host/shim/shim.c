// SPDX-License-Identifier: GPL-2.0-or-later
#include "shim.h"

#include <assert.h>
#include <stdlib.h>
#include <linux/jiffies.h>
#include <linux/rbtree.h>
#include <linux/xarray.h>

unsigned long shim_loads;
void (*shim_hook)(void);
long shim_fail_after = -1;
unsigned int shim_readers;
unsigned int shim_cpu;
unsigned long jiffies = 1;

void *shim_alloc(size_t size, bool zero)
{
	void *p;

	if (shim_fail_after >= 0 && !shim_fail_after--)
		return NULL;
	p = malloc(size);
	assert(p);
	memset(p, zero ? 0 : 0xa5, size);
	return p;
}

static struct deferred {
	void *head;
	void (*func)(void *head);
} *deferred;
static size_t deferred_count, deferred_size;

void shim_defer(void *head, void (*func)(void *head))
{
	if (deferred_count == deferred_size) {
		deferred_size = deferred_size * 2 + 64;
		deferred = realloc(deferred, deferred_size * sizeof(*deferred));
		assert(deferred);
	}
	deferred[deferred_count++] = (struct deferred) { head, func };
	if (!shim_readers)
		shim_reader_gone();
}

void shim_reader_gone(void)
{
	while (deferred_count) {
		struct deferred d = deferred[--deferred_count];

		if (d.func)
			d.func(d.head);
		else
			free(d.head);
	}
	free(deferred);
	deferred = NULL;
	deferred_size = 0;
}

static struct rb_node *meld(struct rb_root_cached *tree, struct rb_node *a, struct rb_node *b)
{
	if (!a || !b)
		return a ?: b;
	if (tree->less(b, a)) {
		struct rb_node *t = a;

		a = b;
		b = t;
	}
	b->prev = a;
	b->next = a->child;
	if (b->next)
		b->next->prev = b;
	a->child = b;
	return a;
}

/* One heap of the children, in two passes: pairs from the left, then all from the right. */
static struct rb_node *meld_children(struct rb_root_cached *tree, struct rb_node *child)
{
	struct rb_node *pairs = NULL, *all = NULL, *next;

	while (child) {
		struct rb_node *a = child, *b = child->next;

		child = b ? b->next : NULL;
		a->next = NULL;
		if (b)
			b->next = NULL;
		a = meld(tree, a, b);
		a->next = pairs;
		pairs = a;
	}
	for (; pairs; pairs = next) {
		next = pairs->next;
		pairs->next = NULL;
		all = meld(tree, all, pairs);
	}
	return all;
}

void rb_add_cached(struct rb_node *node, struct rb_root_cached *tree,
		   bool (*less)(struct rb_node *a, const struct rb_node *b))
{
	*node = (struct rb_node) { NULL, NULL, NULL };
	tree->less = less;
	tree->rb_root.rb_node = meld(tree, tree->rb_root.rb_node, node);
}

void rb_erase_cached(struct rb_node *node, struct rb_root_cached *tree)
{
	struct rb_node *rest = meld_children(tree, node->child);

	if (node == tree->rb_root.rb_node) {
		tree->rb_root.rb_node = rest;
	} else {
		if (node->prev->child == node)
			node->prev->child = node->next;
		else
			node->prev->next = node->next;
		if (node->next)
			node->next->prev = node->prev;
		tree->rb_root.rb_node = meld(tree, tree->rb_root.rb_node, rest);
	}
}

#define RESERVED	((void *)1)

void xa_destroy(struct xarray *xa)
{
	free(xa->slot);
	*xa = (struct xarray) { NULL, 0 };
}

static void *xa_raw(const struct xarray *xa, unsigned long index)
{
	return index < xa->size ? xa->slot[index] : NULL;
}

static int xa_put(struct xarray *xa, unsigned long index, void *entry)
{
	if (index >= xa->size) {
		unsigned long size = index * 2 + 64;
		void **slot;

		assert(index < 1 << 24);
		slot = shim_alloc(size * sizeof(*slot), true);
		if (!slot)
			return -ENOMEM;
		if (xa->slot)
			memcpy(slot, xa->slot, xa->size * sizeof(*slot));
		free(xa->slot);
		xa->slot = slot;
		xa->size = size;
	}
	xa->slot[index] = entry;
	return 0;
}

void *xa_load(struct xarray *xa, unsigned long index)
{
	void *entry = xa_raw(xa, index);

	return entry == RESERVED ? NULL : entry;
}

void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	(void)gfp;
	assert(xa_raw(xa, index));	/* nobody here stores what he has not reserved */
	xa_put(xa, index, entry);
	return entry;
}

void *xa_erase(struct xarray *xa, unsigned long index)
{
	void *old = xa_load(xa, index);

	xa->slot[index] = NULL;
	return old;
}

int xa_reserve(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	(void)gfp;
	return xa_raw(xa, index) ? 0 : xa_put(xa, index, RESERVED);
}

void xa_release(struct xarray *xa, unsigned long index)
{
	if (xa_raw(xa, index) == RESERVED)
		xa->slot[index] = NULL;
}

int xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		    gfp_t gfp)
{
	u32 i;

	(void)gfp;
	for (i = max(*next, limit.min); xa_raw(xa, i); i++)
		;
	if (xa_put(xa, i, entry ?: RESERVED))
		return -ENOMEM;
	*id = i;
	*next = i + 1;
	return 0;
}
