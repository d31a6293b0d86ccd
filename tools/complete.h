/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may come next on a command line, and help, both from the schema. */
#ifndef CULVERT_COMPLETE_H
#define CULVERT_COMPLETE_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Writes the words that can stand where @line ends, one a line. The last word
 * of @line may be unfinished; words come whole, "name=value" included.
 */
void complete_line(const char *line, FILE *out);

/* Help for the menu that the words name, or for all of them. False: they name none. */
bool complete_help(char *const *words, size_t count, FILE *out);

#endif
