/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of a menu as the kernel has them now. */
#ifndef CULVERT_TABLE_H
#define CULVERT_TABLE_H

#include "ctl.h"
#include "row.h"

struct table {
	const struct menu *menu;
	struct row **rows;
	size_t count;
	bool no_memory;
};

/* Reads them all, in the kernel's order: CTL_OK, or CTL_REFUSED with the reason printed. */
int table_read(struct ctl *ctl, const struct menu *menu, bool show_keys, struct table *table);
void table_free(struct table *table);

/* A handler that appends the row of table->menu in each answer; @arg is the table. */
void table_take(uint8_t cmd, struct nlattr *const *attrs, void *arg);

/* Appends the row that @nest holds. */
void table_add(struct table *table, const struct nlattr *nest);

/* The number of the row with that id, or table->count. */
size_t table_find_id(const struct table *table, uint64_t id);

#endif
