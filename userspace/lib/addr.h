/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 and IPv6 addresses and prefixes as text and as bytes. */
#ifndef CULVERT_ADDR_H
#define CULVERT_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* An address, or a prefix of @len bits. family 0 is "any" of either family. */
struct addr {
	uint8_t family;		/* 0, AF_INET or AF_INET6 */
	uint8_t len;		/* prefix length; of a plain address all its bits */
	uint8_t bytes[16];	/* network byte order */
};

#define ADDR_TEXT_MAX 64

static inline size_t addr_bytes(const struct addr *addr)
{
	return addr->family == AF_INET ? 4 : addr->family == AF_INET6 ? 16 : 0;
}

/* Each answers NULL, or why the text is refused. */
const char *addr_parse(const char *text, struct addr *addr);
const char *addr_parse_prefix(const char *text, struct addr *addr);

bool addr_from_bytes(struct addr *addr, const void *bytes, size_t size);
bool addr_host_bits(const struct addr *prefix);
void addr_mask(struct addr *prefix);
void addr_format(const struct addr *addr, char out[ADDR_TEXT_MAX]);
void addr_format_prefix(const struct addr *prefix, char out[ADDR_TEXT_MAX]);

#endif
