/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A message as a tree of attributes, spoilt on purpose; and the random numbers that say how. */
#ifndef FUZZ_TREE_H
#define FUZZ_TREE_H

#include <stddef.h>
#include "table.h"

#define MESSAGE_MAX 65536

struct node {
	struct node *next, *child;
	const struct set *set;	/* of its children, if it has any */
	uint16_t type;		/* with the flags of nla_type */
	int lie;		/* added to the length that its header says */
	uint8_t *data;
	size_t len;
};

/* The same seed gives the same numbers. */
void random_seed(uint64_t seed);
uint64_t random_u64(void);
/* 0 to @n - 1 */
uint32_t random_below(uint32_t n);
bool chance(uint32_t percent);
void random_bytes(void *to, size_t len);

/* Forget all nodes. */
void tree_reset(void);
/* A node behind the last of *@list; NULL if there are too many. @data is copied. */
struct node *tree_add(struct node **list, uint16_t type, const void *data, size_t len);
/* As bytes; how many. */
size_t tree_emit(const struct node *list, uint8_t *to, size_t room);
/* Make one thing of it wrong, or at least odd; a word for that. @set: what the list is made of. */
const char *tree_spoil(struct node **list, const struct set *set);

#endif
