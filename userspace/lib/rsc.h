/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RouterOS script grammar as far as configuration needs it: statements of
 * words. What the words mean is the schema's business, not this file's.
 *
 *	statement = word … end-of-line | ";"
 *	word      = text | name "=" value | name "!=" value | name "~" value | "!" name
 *	value     = text | "quoted" | "[" word … "]"
 *
 * A first word with slashes, "/kernel/policy", is split into its parts; the
 * first keeps the slash in front, which stands for the root.
 *
 * "#" in front of a word starts a comment. A backslash at the end of a line
 * joins the next one without the blanks it begins with.
 */
#ifndef CULVERT_RSC_H
#define CULVERT_RSC_H

#include <stdbool.h>
#include <stddef.h>

#include "fault.h"

enum rsc_op {
	RSC_BARE,	/* value or items alone */
	RSC_EQ,
	RSC_NE,
	RSC_MATCH,
	RSC_NOT,	/* "!name" */
};

struct rsc_word {
	enum rsc_op op;
	char *name;			/* NULL for RSC_BARE */
	char *value;			/* NULL for RSC_NOT and for a list */
	struct rsc_word *items;		/* of "[…]", NULL otherwise */
	size_t count;
	unsigned int line;		/* 0: from the command line */
	unsigned int column;		/* of the word, from 1 */
	unsigned int value_column;
};

struct rsc_stmt {
	struct rsc_word *words;
	size_t count;
};

/* The text belongs to the caller and must outlive the reader. */
struct rsc_reader {
	const char *text;
	size_t length;
	size_t at;
	unsigned int line;
	unsigned int column;
	bool script;		/* false: positions mean nothing, words get line 0 */
};

void rsc_reader_init(struct rsc_reader *reader, const char *text, size_t length);

/*
 * The next statement: 1, or 0 at the end, or -1 with *fault set. After -1 the
 * reader stands behind the faulty line and may go on. Free each statement.
 */
int rsc_read(struct rsc_reader *reader, struct rsc_stmt *stmt, struct fault *fault);

/* The statement that a command line makes: 0 or -1. The shell took the quotes away. */
int rsc_from_args(char *const *args, size_t count, struct rsc_stmt *stmt, struct fault *fault);

/* Frees what rsc_read() made and wipes it: words may hold keys. */
void rsc_stmt_free(struct rsc_stmt *stmt);

#endif
