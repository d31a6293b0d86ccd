// SPDX-License-Identifier: GPL-2.0
#include "ports.h"

#include <linux/slab.h>

#define PORT_BITS	16
#define WAY_BITS	4
#define WAYS		16

/**
 * struct ipsec_ports_node - one block of ports and the sixteen that it is made of
 * @way: by part; what a reader needs
 * @way.child: the part's own parts
 * @way.rows: references whose piece is the part
 * @order: of @way.rows
 * @slot: the pointer that leads here
 * @parent: NULL at the root
 * @used: pieces and children; the node is freed with the last
 * @rcu: for the freeing after a grace period
 */
struct ipsec_ports_node {
	struct {
		struct ipsec_ports_node __rcu *child;
		struct ipsec_place_list rows;
	} way[WAYS];
	struct rb_root order[WAYS];
	struct ipsec_ports_node __rcu **slot;
	struct ipsec_ports_node *parent;
	unsigned int used;
	struct rcu_head rcu;
};

struct piece {
	struct ipsec_place_ref ref;
	struct ipsec_ports_node *node;
	unsigned int way;
};

struct ipsec_ports_pieces {
	struct rcu_head rcu;
	unsigned int count;
	bool linked;
	struct piece piece[];
};

/* Which of the two tries a selector is in, and its range there. */
struct port_range {
	unsigned int dim;
	unsigned int min;
	unsigned int max;
};

static struct port_range range_of(const struct ipsec_selector *sel)
{
	if (sel->sport_max - sel->sport_min < sel->dport_max - sel->dport_min)
		return (struct port_range) { 0, sel->sport_min, sel->sport_max };
	return (struct port_range) { 1, sel->dport_min, sel->dport_max };
}

bool ipsec_ports_any(const struct ipsec_selector *sel)
{
	return !sel->sport_min && sel->sport_max == U16_MAX &&
	       !sel->dport_min && sel->dport_max == U16_MAX;
}

/* A node of depth 1 is the root. */
static unsigned int way_of(unsigned int port, unsigned int depth)
{
	return (port >> (PORT_BITS - WAY_BITS * depth)) & (WAYS - 1);
}

static unsigned int block_size(unsigned int depth)
{
	return 1U << (PORT_BITS - WAY_BITS * depth);
}

/* Depth of the node whose way is the largest block that begins at @min and ends by @max. */
static unsigned int block_depth(unsigned int min, unsigned int max)
{
	unsigned int depth = 1;

	while ((min & (block_size(depth) - 1)) || min + block_size(depth) - 1 > max)
		depth++;
	return depth;
}

static void node_put(struct ipsec_ports_node *node)
{
	while (node && !node->used) {
		struct ipsec_ports_node *parent = node->parent;

		RCU_INIT_POINTER(*node->slot, NULL);
		kfree_rcu(node, rcu);
		if (parent)
			parent->used--;
		node = parent;
	}
}

/* The node at that depth on the way to a port, made if need be. Empty nodes change no answer. */
static struct ipsec_ports_node *node_get(struct ipsec_ports_node __rcu **slot, unsigned int port,
					 unsigned int depth)
{
	struct ipsec_ports_node *parent = NULL, *node;
	unsigned int d;

	for (d = 1; ; d++) {
		node = rcu_dereference_raw(*slot);
		if (!node) {
			node = kzalloc(sizeof(*node), GFP_KERNEL);
			if (!node) {
				node_put(parent);
				return NULL;
			}
			node->slot = slot;
			node->parent = parent;
			if (parent)
				parent->used++;
			rcu_assign_pointer(*slot, node);
		}
		if (d == depth)
			return node;
		parent = node;
		slot = &node->way[way_of(port, d)].child;
	}
}

int ipsec_ports_prepare(struct ipsec_ports *ports, struct ipsec_place *place)
{
	struct port_range r = range_of(place->sel);
	struct ipsec_ports_pieces *pieces;
	unsigned int min, n = 0;

	for (min = r.min; min <= r.max; min += block_size(block_depth(min, r.max)))
		n++;
	pieces = kzalloc(struct_size(pieces, piece, n), GFP_KERNEL);
	if (!pieces)
		return -ENOMEM;
	place->pieces = pieces;
	for (min = r.min; min <= r.max; pieces->count++) {
		unsigned int depth = block_depth(min, r.max);
		struct piece *piece = &pieces->piece[pieces->count];

		piece->node = node_get(&ports->root[r.dim], min, depth);
		if (!piece->node) {
			ipsec_ports_del(place);
			return -ENOMEM;
		}
		piece->node->used++;
		piece->way = way_of(min, depth);
		piece->ref.place = place;
		min += block_size(depth);
	}
	return 0;
}

void ipsec_ports_link(struct ipsec_place *place)
{
	unsigned int i;

	for (i = 0; i < place->pieces->count; i++) {
		struct piece *piece = &place->pieces->piece[i];

		ipsec_place_link(&piece->node->way[piece->way].rows,
				 &piece->node->order[piece->way], &piece->ref);
	}
	place->pieces->linked = true;
}

void ipsec_ports_del(struct ipsec_place *place)
{
	struct ipsec_ports_pieces *pieces = place->pieces;
	unsigned int i;

	for (i = 0; i < pieces->count; i++) {
		struct piece *piece = &pieces->piece[i];

		if (pieces->linked)
			ipsec_place_unlink(&piece->node->way[piece->way].rows,
					   &piece->node->order[piece->way], &piece->ref);
		piece->node->used--;
		node_put(piece->node);
	}
	place->pieces = NULL;
	kfree_rcu(pieces, rcu);
}

static struct ipsec_place *trie_first(const struct ipsec_ports_node *node, unsigned int port,
				      const struct ipsec_flow *fl, unsigned long limit)
{
	struct ipsec_place *best = NULL, *place;
	unsigned int depth, way;

	for (depth = 1; node; depth++) {
		way = way_of(port, depth);
		place = ipsec_place_first(&node->way[way].rows, fl, limit);
		if (place) {
			best = place;
			limit = READ_ONCE(place->rank);
		}
		node = rcu_dereference(node->way[way].child);
	}
	return best;
}

struct ipsec_place *ipsec_ports_first(const struct ipsec_ports *ports, const struct ipsec_flow *fl,
				      unsigned long limit)
{
	struct ipsec_place *by_source, *by_destination;

	if (fl->opaque)
		return NULL;
	by_source = trie_first(rcu_dereference(ports->root[0]), fl->sport, fl, limit);
	if (by_source)
		limit = READ_ONCE(by_source->rank);
	by_destination = trie_first(rcu_dereference(ports->root[1]), fl->dport, fl, limit);
	return by_destination ?: by_source;
}

static struct ipsec_place *trie_cover(const struct ipsec_ports_node *node, unsigned int port,
				      const struct ipsec_selector *sel, unsigned long limit)
{
	struct ipsec_place *best = NULL, *place;
	unsigned int depth, way;

	for (depth = 1; node; depth++) {
		way = way_of(port, depth);
		place = ipsec_place_cover(&node->way[way].rows, sel, limit);
		if (place) {
			best = place;
			limit = place->rank;
		}
		node = rcu_dereference_raw(node->way[way].child);
	}
	return best;
}

/* A range that covers another has a piece on the way down to the other's first port. */
struct ipsec_place *ipsec_ports_cover(const struct ipsec_ports *ports,
				      const struct ipsec_selector *sel, unsigned long limit)
{
	struct ipsec_place *by_source, *by_destination;

	by_source = trie_cover(rcu_dereference_raw(ports->root[0]), sel->sport_min, sel, limit);
	if (by_source)
		limit = by_source->rank;
	by_destination = trie_cover(rcu_dereference_raw(ports->root[1]), sel->dport_min, sel,
				    limit);
	return by_destination ?: by_source;
}
