// SPDX-License-Identifier: GPL-2.0-or-later
#include "tree.h"

#include <linux/netlink.h>
#include <string.h>

#define NODES_MAX 4096
#define DATA_MAX  (1 << 18)

static uint64_t state;
static struct node nodes[NODES_MAX];
static uint8_t bytes[DATA_MAX];
static size_t nodes_used, bytes_used;

void random_seed(uint64_t seed)
{
	state = seed;
}

/* splitmix64 */
uint64_t random_u64(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

uint32_t random_below(uint32_t n)
{
	return random_u64() % n;
}

bool chance(uint32_t percent)
{
	return random_below(100) < percent;
}

void random_bytes(void *to, size_t len)
{
	uint8_t *p = to;

	while (len--)
		*p++ = random_u64();
}

void tree_reset(void)
{
	nodes_used = 0;
	bytes_used = 0;
}

static uint8_t *room_for(size_t len)
{
	uint8_t *p = bytes + bytes_used;

	if (len > DATA_MAX - bytes_used)
		return NULL;
	bytes_used += len;
	return p;
}

struct node *tree_add(struct node **list, uint16_t type, const void *data, size_t len)
{
	uint8_t *to = room_for(len);
	struct node *n;

	if (!to || nodes_used == NODES_MAX)
		return NULL;
	n = &nodes[nodes_used++];
	*n = (struct node) { .type = type, .data = to, .len = len };
	if (len)
		memcpy(to, data, len);
	while (*list)
		list = &(*list)->next;
	*list = n;
	return n;
}

size_t tree_emit(const struct node *list, uint8_t *to, size_t room)
{
	size_t used = 0;

	for (; list; list = list->next) {
		struct nlattr head = { .nla_type = list->type };
		size_t len = list->len;

		if (room - used < sizeof(head) + len + NLA_ALIGNTO)
			break;
		if (len)
			memcpy(to + used + sizeof(head), list->data, len);
		if (list->child)
			len += tree_emit(list->child, to + used + sizeof(head) + len,
					 room - used - sizeof(head) - len - NLA_ALIGNTO);
		head.nla_len = sizeof(head) + len + list->lie;
		memcpy(to + used, &head, sizeof(head));
		used += sizeof(head) + len;
		while (used % NLA_ALIGNTO)
			to[used++] = 0;
	}
	return used;
}

static int count(const struct node *list)
{
	int n = 0;

	for (; list; list = list->next)
		n++;
	return n;
}

/* The @n-th of a list, as the pointer to it. */
static struct node **nth(struct node **list, int n)
{
	while (n--)
		list = &(*list)->next;
	return list;
}

/* Any node, mostly a deep one. */
static struct node **pick(struct node **list, const struct set **set)
{
	for (;;) {
		struct node **at = nth(list, random_below(count(*list)));

		if (!(*at)->child || chance(10))
			return at;
		*set = (*at)->set;
		list = &(*at)->child;
	}
}

static void resize(struct node *n, size_t len)
{
	uint8_t *to = room_for(len);

	if (!to)
		return;
	random_bytes(to, len);
	if (n->len)
		memcpy(to, n->data, n->len < len ? n->len : len);
	n->data = to;
	n->len = len;
}

static const char *spoil_value(struct node *n, const struct set *set)
{
	const struct attr *a = set ? table_attr(set, n->type & NLA_TYPE_MASK) : NULL;
	static const uint64_t odd[] = { 0, 1, 2, 127, 128, 255, 256, 32767, 65535, 65536, INT32_MAX,
					UINT32_MAX, 1ULL << 32, INT64_MAX, UINT64_MAX };
	uint64_t v = odd[random_below(sizeof(odd) / sizeof(*odd))];

	if (!n->len)
		return NULL;
	if (a && chance(40))
		v = chance(50) ? a->low - 1 : a->high + 1;
	if (n->len <= sizeof(v) && chance(70))
		memcpy(n->data, &v, n->len);
	else
		random_bytes(n->data, n->len);
	return "value";
}

static const char *spoil_length(struct node *n)
{
	switch (random_below(5)) {
	case 0:
		resize(n, 0);
		break;
	case 1:
		resize(n, n->len + 1 + random_below(8));
		break;
	case 2:
		resize(n, n->len ? random_below(n->len) : 1);
		break;
	case 3:
		resize(n, random_below(300));
		break;
	case 4:
		resize(n, chance(10) ? 40000 : 4096);
	}
	return "length";
}

static const char *spoil_header(struct node *n)
{
	switch (random_below(4)) {
	case 0:
		n->lie = (int)random_below(17) - 8;
		return "length in the header";
	case 1:
		n->lie = random_below(UINT16_MAX);
		return "length in the header";
	case 2:
		n->type ^= chance(70) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER;
		return "flag of the type";
	}
	n->type = chance(80) ? random_below(70) : random_u64();
	return "type";
}

static struct node *copy(const struct node *from)
{
	struct node *to = NULL, *n = tree_add(&to, from->type, from->data, from->len);

	if (!n)
		return NULL;
	n->child = from->child;
	n->set = from->set;
	n->lie = from->lie;
	return n;
}

/* What was said is said again, is missing, or stands elsewhere. */
static const char *spoil_order(struct node **list, struct node **at)
{
	struct node *n = *at, *more, **other;

	switch (random_below(3)) {
	case 0:
		more = copy(n);
		if (!more)
			return NULL;
		other = nth(list, random_below(count(*list) + 1));
		more->next = *other;
		*other = more;
		return "twice";
	case 1:
		*at = n->next;
		return "missing";
	}
	*at = n->next;
	other = nth(list, random_below(count(*list) + 1));
	n->next = *other;
	*other = n;
	return "order";
}

/* In itself, a few times or many. */
static const char *spoil_depth(struct node *n)
{
	int depth = chance(80) ? 1 + random_below(3) : random_below(60);

	while (depth--) {
		struct node *inner = copy(n);

		if (!inner)
			break;
		n->child = inner;
		n->len = 0;
		n->type |= NLA_F_NESTED;
	}
	return "depth";
}

/* An attribute of the set that was not asked for. */
static const char *spoil_more(struct node **list, const struct set *set)
{
	const struct attr *a;
	uint8_t data[16];
	size_t len;
	struct node *n, *last, **other;

	if (!set)
		return NULL;
	a = &set->attrs[random_below(set->count)];
	len = kind_size(a->kind);
	if (!len && a->kind != KIND_FLAG && a->kind != KIND_PAD)
		len = sizeof(data);
	random_bytes(data, sizeof(data));
	last = NULL;
	n = tree_add(&last, a->number | (a->kind == KIND_NEST ? NLA_F_NESTED : 0), data, len);
	if (!n)
		return NULL;
	other = nth(list, random_below(count(*list) + 1));
	n->next = *other;
	*other = n;
	return "more";
}

const char *tree_spoil(struct node **list, const struct set *set)
{
	struct node **at;

	if (!*list)
		return spoil_more(list, set);
	at = pick(list, &set);
	switch (random_below(12)) {
	case 0 ... 3:
		return spoil_value(*at, set);
	case 4 ... 5:
		return spoil_length(*at);
	case 6 ... 7:
		return spoil_header(*at);
	case 8 ... 9:
		return spoil_order(at, at);
	case 10:
		return spoil_depth(*at);
	}
	return spoil_more(at, set);
}
