// SPDX-License-Identifier: GPL-2.0-or-later
#include "shim.h"

#include <assert.h>
#include <stdlib.h>
#include <linux/jiffies.h>
#include <linux/rbtree.h>
#include <linux/xarray.h>

unsigned long shim_loads;
unsigned long shim_compares;
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

/* The same for a node all its life, and as if it were random. */
static unsigned int priority(const struct rb_node *node)
{
	return (unsigned int)((uintptr_t)node >> 3) * 2654435761U;
}

static struct rb_node **slot_of(struct rb_root *tree, const struct rb_node *node)
{
	struct rb_node *parent = node->parent;

	return parent ? &parent->child[parent->child[1] == node] : &tree->rb_node;
}

/* The child on that side goes up, the node down. */
static void rotate(struct rb_root *tree, struct rb_node *node, int side)
{
	struct rb_node *up = node->child[side], *middle = up->child[!side];

	*slot_of(tree, node) = up;
	up->parent = node->parent;
	up->child[!side] = node;
	node->parent = up;
	node->child[side] = middle;
	if (middle)
		middle->parent = node;
}

void rb_add(struct rb_node *node, struct rb_root *tree,
	    bool (*less)(struct rb_node *a, const struct rb_node *b))
{
	struct rb_node **slot = &tree->rb_node, *parent = NULL;

	while (*slot) {
		parent = *slot;
		shim_compares++;
		slot = &parent->child[!less(node, parent)];
	}
	*node = (struct rb_node) { parent, { NULL, NULL } };
	*slot = node;
	while (node->parent && priority(node) > priority(node->parent))
		rotate(tree, node->parent, node->parent->child[1] == node);
}

void rb_erase(struct rb_node *node, struct rb_root *tree)
{
	while (node->child[0] && node->child[1])
		rotate(tree, node, priority(node->child[1]) > priority(node->child[0]));
	*slot_of(tree, node) = node->child[0] ?: node->child[1];
	if (node->child[0] || node->child[1])
		(node->child[0] ?: node->child[1])->parent = node->parent;
}

struct rb_node *rb_first(const struct rb_root *tree)
{
	struct rb_node *node = tree->rb_node;

	while (node && node->child[0])
		node = node->child[0];
	return node;
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	struct rb_node *prev = node->child[0];

	while (prev && prev->child[1])
		prev = prev->child[1];
	if (prev)
		return prev;
	while (node->parent && node->parent->child[0] == node)
		node = node->parent;
	return node->parent;
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
