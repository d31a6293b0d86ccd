/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one client of the kernel's "ipsec" generic netlink family. */
#ifndef CULVERT_IPSECNL_H
#define CULVERT_IPSECNL_H

#include <netlink/msg.h>
#include <stdbool.h>
#include <stdint.h>

struct ipsecnl;

/* What the kernel says when it refuses, or warns. */
struct ipsecnl_error {
	int error;		/* errno, positive; 0 when all went well */
	char text[256];		/* extended acknowledgement, empty if there is none;
				   without an error it is a warning */
	uint32_t offset;	/* of the attribute at fault in the request, 0 = none named */
};

/* NULL with errno set; ENOENT means that the module is not loaded. */
struct ipsecnl *ipsecnl_open(void);
void ipsecnl_close(struct ipsecnl *nl);

/* A request with room for @size bytes of attributes. NULL without memory. */
struct nl_msg *ipsecnl_msg_new(const struct ipsecnl *nl, uint8_t cmd, int flags, size_t size);

/* Wipes the message first, since it may hold keys. */
void ipsecnl_msg_free(struct nl_msg *msg);

/*
 * Called for each answer or event with its top level attributes, which live as
 * long as the call. Answers and events are wiped afterwards; libnl's own
 * receive buffer is not in reach, so ask for keys only to show them.
 */
typedef void ipsecnl_handler(uint8_t cmd, struct nlattr *const *attrs, void *arg);

/*
 * Sends @msg and handles all answers: 0, or -errno with *error filled. A dump
 * that the kernel interrupted for a change of the table ends with -EAGAIN: drop
 * what was collected and ask again.
 */
int ipsecnl_request(struct ipsecnl *nl, struct nl_msg *msg, ipsecnl_handler *handler, void *arg,
		    struct ipsecnl_error *error);

/* Joins both multicast groups: 0 or -errno. Use a client of its own for events. */
int ipsecnl_listen(struct ipsecnl *nl);

/* Handles events that have arrived; waits up to @timeout_ms (-1 = for ever). 0 or -errno. */
int ipsecnl_events(struct ipsecnl *nl, int timeout_ms, ipsecnl_handler *handler, void *arg);

#endif
