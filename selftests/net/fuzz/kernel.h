/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The family at the other end of a socket: requests, answers, and its tables as they are. */
#ifndef FUZZ_KERNEL_H
#define FUZZ_KERNEL_H

#include "object.h"

#define ROWS_MAX (2 * LIVE_MAX + 1)
#define TEXT_MAX 256

struct request {
	uint32_t seq;
	bool answered;
	bool interrupted;	/* a dump of what changed meanwhile */
	int error;		/* positive */
	uint16_t missing;	/* number of an attribute, or 0 */
	char text[TEXT_MAX];
};

struct row {
	uint64_t id;		/* of a policy, or of an SA and one bit more */
	uint64_t hash;
	bool moving;		/* its time may come while others are looked at */
};

struct snapshot {
	struct row rows[ROWS_MAX];
	int count;
};

/* What is wrong with the kernel, with the request that showed it; counted. */
void fault(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern unsigned int fault_count;

/* A socket; the family is found by the first. Exits when there is none. */
int kernel_open(void);
extern uint16_t kernel_family;
/* A socket that is told all events. */
int kernel_listen(void);
/* Read and check what was told; how many messages. */
int kernel_hear(int sock);

/* Start a request in @to; where its attributes go. */
size_t kernel_begin(uint8_t *to, uint8_t cmd, uint16_t flags, uint32_t seq);
/* Send @len bytes that hold @count requests, and read until each has its answer. */
void kernel_ask(int sock, const uint8_t *data, size_t len, struct request *requests, int count);
/* One request, of attributes as a tree. */
struct request kernel_request(int sock, uint8_t cmd, uint16_t flags, const struct node *list);

/* The algorithms, which attributes each command takes and needs, and what a transaction takes. */
void kernel_learn(int sock);
/* The tables as they are. What lives is put into the world as well. */
void kernel_look(int sock, struct snapshot *snapshot);
bool kernel_same(const struct snapshot *a, const struct snapshot *b);
/* Rows and SAs alive. */
void kernel_alive(int sock, uint64_t *policies, uint64_t *sas);

#endif
