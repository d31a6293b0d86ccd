// SPDX-License-Identifier: GPL-2.0-or-later
#include "addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

const char *addr_parse(const char *text, struct addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, text, addr->bytes) == 1) {
		addr->family = AF_INET;
		addr->len = 32;
		return NULL;
	}
	if (inet_pton(AF_INET6, text, addr->bytes) == 1) {
		addr->family = AF_INET6;
		addr->len = 128;
		return NULL;
	}
	return "not an IPv4 or IPv6 address";
}

/* A prefix length is digits only: no sign, no blanks, no overflow. */
static bool parse_length(const char *text, unsigned int max, uint8_t *len)
{
	unsigned int value = 0;

	if (!*text || strlen(text) > 3)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (unsigned int)(*text - '0');
	}
	if (value > max)
		return false;
	*len = (uint8_t)value;
	return true;
}

const char *addr_parse_prefix(const char *text, struct addr *addr)
{
	const char *slash = strchr(text, '/'), *why;
	char copy[ADDR_TEXT_MAX];

	if (!strcmp(text, "any")) {
		memset(addr, 0, sizeof(*addr));
		return NULL;
	}
	if (!slash)
		return addr_parse(text, addr);
	if ((size_t)(slash - text) >= sizeof(copy))
		return "not an IPv4 or IPv6 prefix";
	memcpy(copy, text, (size_t)(slash - text));
	copy[slash - text] = '\0';
	why = addr_parse(copy, addr);
	if (why)
		return why;
	if (!parse_length(slash + 1, addr->family == AF_INET ? 32 : 128, &addr->len))
		return addr->family == AF_INET ? "an IPv4 prefix length is 0 to 32" :
						 "an IPv6 prefix length is 0 to 128";
	return NULL;
}

bool addr_from_bytes(struct addr *addr, const void *bytes, size_t size)
{
	memset(addr, 0, sizeof(*addr));
	if (size != 4 && size != 16)
		return false;
	addr->family = size == 4 ? AF_INET : AF_INET6;
	addr->len = (uint8_t)(size * 8);
	memcpy(addr->bytes, bytes, size);
	return true;
}

void addr_mask(struct addr *prefix)
{
	for (size_t i = 0; i < sizeof(prefix->bytes); i++) {
		size_t bits = prefix->len > i * 8 ? prefix->len - i * 8 : 0;

		if (bits < 8)
			prefix->bytes[i] &= (uint8_t)(0xff00 >> bits);
	}
}

bool addr_host_bits(const struct addr *prefix)
{
	struct addr masked = *prefix;

	addr_mask(&masked);
	return memcmp(masked.bytes, prefix->bytes, sizeof(masked.bytes)) != 0;
}

void addr_format(const struct addr *addr, char out[ADDR_TEXT_MAX])
{
	if (!addr->family || !inet_ntop(addr->family, addr->bytes, out, ADDR_TEXT_MAX))
		snprintf(out, ADDR_TEXT_MAX, "any");
}

void addr_format_prefix(const struct addr *prefix, char out[ADDR_TEXT_MAX])
{
	size_t used;

	addr_format(prefix, out);
	if (!prefix->family)
		return;
	used = strlen(out);
	snprintf(out + used, ADDR_TEXT_MAX - used, "/%u", prefix->len);
}
