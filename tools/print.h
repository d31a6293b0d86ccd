/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows on the terminal the way RouterOS shows them, and as JSON. */
#ifndef CULVERT_PRINT_H
#define CULVERT_PRINT_H

#include "command.h"
#include "table.h"

struct json_object;

/* Those rows of @table that meet the command's conditions, in its style. */
void print_rows(const struct table *table, const struct command *command, bool json);

/* An array of rows; without conditions their numbers are left out (rows just made). */
void print_json_rows(const struct table *table, const struct conditions *where, bool show_keys);

/* Adds the properties of a row to an object, "-" in names as "_"; returns the object. */
struct json_object *print_json_row(struct json_object *object, const struct row *row,
				   bool show_keys);

/* Prints an object or array and frees it. */
void print_json(struct json_object *json, bool one_line);

/* " name=value" of each property that the row has. */
void print_words(const struct row *row, bool show_keys);

/* The same of what an add would have to say to make the row. */
void print_settings(const struct row *row);

/* ";;; TEXT"; whoever wrote it, it may not drive the terminal. */
void print_comment(const char *text);

/* "       name: value", RouterOS's way to show what is not a row. */
void print_pair(const char *name, const char *value);

#endif
