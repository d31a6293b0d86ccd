/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A statement understood: which menu, what to do, to which rows, with what. */
#ifndef CULVERT_COMMAND_H
#define CULVERT_COMMAND_H

#include <stdbool.h>

#include "row.h"
#include "rsc.h"
#include "schema.h"

enum print_style { PRINT_COLUMNS, PRINT_DETAIL, PRINT_TERSE, PRINT_COUNT, PRINT_STATS };

struct command {
	const struct menu *menu;	/* NULL: a path that only leads to menus */
	const struct action *action;	/* NULL: a menu line that sets the context */
	struct row *row;		/* properties given, NULL for prints */
	struct row_pick pick;
	struct conditions where;	/* of a print */
	enum print_style style;
	bool style_given;
	bool show_sensitive;
	unsigned int line;
	unsigned int column;
};

#define COMMAND_PATH_MAX 128

/*
 * Understands @stmt. @context is the path of the menu that bare actions belong
 * to ("" at first); a statement that is a menu alone changes it and makes a
 * command without an action. 0 with *command made, or -1 with *fault set.
 */
int command_parse(const struct rsc_stmt *stmt, char context[COMMAND_PATH_MAX],
		  struct command **command, struct fault *fault);
void command_free(struct command *command);

/*
 * How far the words lead into the tree of menus from @path, which follows
 * them: answers the number of words used.
 */
size_t command_path(const struct rsc_word *words, size_t count, char path[COMMAND_PATH_MAX]);

/* The menu of that path, NULL if it is not one that takes commands. */
const struct menu *command_menu(const char *path);

/* An action of the menu, by its name or the only beginning of one. */
const struct action *command_action(const struct menu *menu, const char *text);

#endif
