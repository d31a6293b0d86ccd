/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One value of a property: text to value and back. */
#ifndef CULVERT_VALUE_H
#define CULVERT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "schema.h"

#define VALUE_KEY_MAX 512
#define VALUE_NOT_GIVEN UINT64_MAX	/* a soft limit that goes without saying */
#define VALUE_PORTS_MAX 8

struct rsc_word;

struct value {
	bool set;
	unsigned int line;		/* where it was written, for faults found later */
	unsigned int column;
	union {
		uint64_t number;	/* also bits, seconds, milliseconds */
		struct {
			uint64_t low;	/* soft limit, lowest port */
			uint64_t high;	/* hard limit, highest port */
		};
		struct addr addr;
		char *text;
		struct {
			uint8_t *bytes;	/* secret */
			size_t size;
		};
		struct {
			uint16_t ports[VALUE_PORTS_MAX];
			size_t count;
		};
	};
};

/* 0, or -1 with the reason in @why. On failure @value stays unset. */
int value_parse(const struct prop *prop, const char *text, struct value *value, char *why,
		size_t size);

/* Text that value_parse() takes; the caller frees it, and wipes it if it is a key. */
char *value_text(const struct prop *prop, const struct value *value);

/* Is it the value that absence means? */
bool value_is_implied(const struct prop *prop, const struct value *value);

void value_free(const struct prop *prop, struct value *value);

/* "1d2h3m4s" */
void value_format_time(uint64_t seconds, char *out, size_t size);

#endif
