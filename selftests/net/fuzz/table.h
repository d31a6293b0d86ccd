/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the family's specification says; table.py fills it. */
#ifndef FUZZ_TABLE_H
#define FUZZ_TABLE_H

#include <stdbool.h>
#include <stdint.h>

enum kind {
	KIND_PAD,
	KIND_U8,
	KIND_U16,
	KIND_U32,
	KIND_U64,
	KIND_BINARY,
	KIND_STRING,
	KIND_FLAG,
	KIND_NEST,
};

struct attr {
	const char *name;
	uint16_t number;
	enum kind kind;
	bool big_endian;
	int nest;		/* set of what is inside, or -1 */
	uint64_t low, high;	/* of values the kernel may take */
};

struct set {
	const char *name;
	const struct attr *attrs;
	int count;
};

struct cmd {
	const char *name;
	uint8_t number;
	uint16_t object;	/* attribute of the top level that it takes, or 0 */
	int set;		/* what is inside of that, or -1 */
	bool does, dumps;
};

extern const struct set sets[];
extern const struct cmd cmds[];
extern const int set_count, cmd_count;

#define ATTRS_MAX 64
#define CMDS_MAX  32

/* Bytes of a value; 0 if they are not fixed. */
static inline int kind_size(enum kind kind)
{
	return kind >= KIND_U8 && kind <= KIND_U64 ? 1 << (kind - KIND_U8) : 0;
}

const struct attr *table_attr(const struct set *set, int number);
const struct set *table_set(const char *name);
const struct cmd *table_cmd(int number);

#endif
