/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests as a good program would send them, and what must be known for that. */
#ifndef FUZZ_OBJECT_H
#define FUZZ_OBJECT_H

#include "tree.h"

#define ALGS_MAX 64
#define LIVE_MAX 512

struct alg {
	char name[32];
	uint8_t kind;
	int key_len;		/* with salt */
};

struct live_sa {
	uint32_t id;
	uint32_t spi;		/* as on the wire */
	uint8_t proto;
	uint8_t dst[16];
	int dst_len;
};

/* What the kernel told of itself. */
struct world {
	struct alg algs[ALGS_MAX];
	int alg_count;
	uint32_t policies[LIVE_MAX];
	int policy_count;
	struct live_sa sas[LIVE_MAX];
	int sa_count;
	/* By command: bits of the attributes that it takes and needs. */
	uint64_t takes[CMDS_MAX], needs[CMDS_MAX];
	bool in_transaction[CMDS_MAX];
};

extern struct world world;

/* The attributes of the object of @cmd below @top, each kind of it now and then. */
void object_add(struct node *top, const struct cmd *cmd);
/* How often it comes, in percent of others. */
uint32_t object_weight(const struct cmd *cmd);
/* All attributes of a request: none, the object, or a transaction of several. */
void object_request(struct node **list, const struct cmd *cmd);
/* A likely value of one attribute, alone; its length. */
size_t object_value(const struct set *set, const struct attr *a, uint8_t *to);

#endif
