/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A row of a menu: a value for each property, and conditions that rows meet. */
#ifndef CULVERT_ROW_H
#define CULVERT_ROW_H

#include "rsc.h"
#include "schema.h"
#include "value.h"

struct row_pick;

struct row {
	const struct menu *menu;
	struct value *values;		/* one for each property of the menu */
	struct row_pick *place;		/* of the PROP_ROW property, NULL = none given */
};

struct row *row_new(const struct menu *menu);
void row_free(struct row *row);

/* The value of a property of the row's menu, by place in the table or by name. */
struct value *row_at(const struct row *row, const struct prop *prop);
struct value *row_value(const struct row *row, const char *name);
bool row_has(const struct row *row, const char *name);

/* Takes "name=value" for @verb: 0, or -1 with *fault set. */
int row_take(struct row *row, const struct rsc_word *word, enum verb verb, struct fault *fault);

/* After the last word: required properties, then the menu's own check. */
int row_check(struct row *row, enum verb verb, struct fault *fault);

/* Blames the value of a property of @row; never shows a key. Returns -1. */
__attribute__((format(printf, 4, 5)))
int row_fault(const struct row *row, const char *name, struct fault *fault, const char *format,
	      ...);

enum condition_op { CONDITION_EQ, CONDITION_NE, CONDITION_MATCH };

struct condition {
	const struct prop *prop;
	enum condition_op op;
	char *text;			/* the value as prints show it, or a regular expression */
};

struct conditions {
	struct condition *list;
	size_t count;
};

/* Words behind "where" or inside "[find …]". */
int conditions_parse(const struct menu *menu, const struct rsc_word *words, size_t count,
		     struct conditions *conditions, struct fault *fault);
bool conditions_match(const struct conditions *conditions, const struct row *row);
void conditions_free(struct conditions *conditions);

/* Which rows a command means. */
enum pick_kind { PICK_NONE, PICK_NUMBERS, PICK_ID, PICK_FIND };

struct row_pick {
	enum pick_kind kind;
	uint64_t id;
	struct conditions find;
	struct pick_range {
		uint64_t first;
		uint64_t last;
	} *ranges;
	size_t count;
	unsigned int line;
	unsigned int column;
	char word[64];			/* as written, for faults */
};

int row_pick_parse(const struct menu *menu, const struct rsc_word *word, struct row_pick *pick,
		   struct fault *fault);
bool row_pick_match(const struct row_pick *pick, uint64_t number, const struct row *row);
void row_pick_free(struct row_pick *pick);

#endif
