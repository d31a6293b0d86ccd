/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a menu is made of: properties and actions, one row of a table each.
 * Parser, checks, prints, JSON, completion and the manual page read these
 * tables; nothing else knows a property by name.
 */
#ifndef CULVERT_SCHEMA_H
#define CULVERT_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"
#include "names.h"

enum prop_type {
	PROP_NUMBER,		/* min…max, shown in decimal */
	PROP_HEX,		/* the same, shown in hexadecimal */
	PROP_ENUM,		/* one of names */
	PROP_CHOICE,		/* one of names, or min…max */
	PROP_NAMED,		/* one of names, or a number up to max; 0 names "all" */
	PROP_SET,		/* comma list of names, a bit each */
	PROP_BIT,		/* one bit of a flag word; names say how 0 and 1 read */
	PROP_PRESENT,		/* yes when the attribute is there */
	PROP_ADDRESS,
	PROP_PREFIX,		/* attr address, attr2 length */
	PROP_PORTS,		/* attr lowest, attr2 highest; absent = any */
	PROP_PORT_LIST,		/* be16 each */
	PROP_TEXT,
	PROP_WORD,		/* text that is one of names */
	PROP_KEY,		/* secret bytes */
	PROP_TIME,		/* seconds */
	PROP_AGO,		/* milliseconds ago */
	PROP_LIMIT,		/* attr soft, attr2 hard */
	PROP_TIME_LIMIT,	/* the same in seconds */
	PROP_ROW,		/* another row of the table, by number, id or [find …] */
};

/* How many bytes a number has on the wire, and in which order. */
enum prop_wire { WIRE_U32, WIRE_U8, WIRE_U16, WIRE_U64, WIRE_BE16, WIRE_BE32 };

enum verb {
	VERB_ADD	= 1 << 0,
	VERB_SET	= 1 << 1,
	VERB_REMOVE	= 1 << 2,
	VERB_MOVE	= 1 << 3,
	VERB_FLUSH	= 1 << 4,
	VERB_PRINT	= 1 << 5,
	VERB_GET_SPI	= 1 << 6,
	VERB_EXPLAIN	= 1 << 7,
	VERB_MONITOR	= 1 << 8,
};

enum prop_show {
	SHOW_COLUMN	= 1 << 0,	/* of a plain print */
	SHOW_STATS	= 1 << 1,	/* of "print stats" */
	SHOW_ID		= 1 << 2,	/* names the row */
	SHOW_NEVER	= 1 << 3,	/* not printed: a letter or the comment line says it */
	SHOW_ALWAYS	= 1 << 4,	/* printed with its default when absent */
};

struct prop {
	const char *name;
	enum prop_type type;
	uint16_t attr;			/* netlink attribute, 0 = not on the wire */
	uint16_t attr2;
	enum prop_wire wire;
	uint32_t bit;
	uint64_t min;
	uint64_t max;			/* 0 = what the wire can hold */
	const struct name *names;
	uint16_t in;			/* verbs that take it */
	uint16_t need;			/* verbs that must have it */
	uint8_t show;
	const char *implied;		/* what absence means, NULL = nothing */
	const char *help;
};

/* A letter of the legend above a print. */
struct flag_letter {
	char letter;
	const char *prop;
};

enum action_args {
	ARGS_ROWS	= 1 << 0,	/* numbers, id=… or [find …] */
	ARGS_PRINT	= 1 << 1,	/* print modes */
	ARGS_WHERE	= 1 << 2,	/* conditions behind "where" */
};

struct action {
	const char *name;		/* "" = the menu's name alone is the command */
	enum verb verb;
	uint8_t args;
	const char *help;
};

struct row;

struct menu {
	const char *path;		/* "kernel policy" */
	const char *help;
	const struct prop *props;	/* ends with a NULL name */
	const struct action *actions;	/* ends with a NULL name */
	const struct flag_letter *letters;
	const char *modes;		/* print modes it knows, blank separated */
	uint16_t nest;			/* top level attribute */
	uint8_t cmd_get;		/* IPSEC_CMD_*, 0 = none */
	/* what no single property can say; may settle what was left open: 0 or -1, *fault set */
	int (*check)(struct row *row, enum verb verb, struct fault *fault);
	/* after a row came from the kernel: fills properties that are not on the wire */
	void (*derive)(struct row *row);
};

/* All menus, ends with a NULL path. */
extern const struct menu schema_menus[];

size_t schema_props(const struct menu *menu);
const struct prop *schema_prop(const struct menu *menu, const char *name);
const struct prop *schema_prop_id(const struct menu *menu);
const struct action *schema_action(const struct menu *menu, enum verb verb);
const struct menu *schema_menu(const char *path);
bool schema_mode(const struct menu *menu, const char *mode);

/* "0 to 63", "one of yes, no", "IPv4 or IPv6 prefix": what a value looks like. */
void schema_values(const struct prop *prop, char *out, size_t size);

#endif
