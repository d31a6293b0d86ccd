// SPDX-License-Identifier: GPL-2.0-or-later
#include "table.h"

#include <stddef.h>
#include <string.h>
#include "spec_table.h"

const struct attr *table_attr(const struct set *set, int number)
{
	int i;

	for (i = 0; i < set->count; i++) {
		if (set->attrs[i].number == number)
			return &set->attrs[i];
	}
	return NULL;
}

const struct set *table_set(const char *name)
{
	int i;

	for (i = 0; i < set_count; i++) {
		if (!strcmp(sets[i].name, name))
			return &sets[i];
	}
	return NULL;
}

const struct cmd *table_cmd(int number)
{
	int i;

	for (i = 0; i < cmd_count; i++) {
		if (cmds[i].number == number)
			return &cmds[i];
	}
	return NULL;
}
