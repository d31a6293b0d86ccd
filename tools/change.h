/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of the kernel's tables: from commands, to requests. */
#ifndef CULVERT_CHANGE_H
#define CULVERT_CHANGE_H

#include "command.h"
#include "ctl.h"
#include "table.h"

struct change {
	uint8_t cmd;			/* IPSEC_CMD_* */
	const struct menu *menu;
	const struct row *row;		/* of the command, which must outlive the change */
	uint32_t id;			/* row it is for, 0 = none named */
	uint8_t family;			/* of the row as it is: what "any" means in a set */
	uint8_t place;			/* IPSEC_PLACE_*, 0 = not given */
	uint32_t place_id;
	unsigned int line;		/* of the command */
	unsigned int column;
	char what[48];			/* "kernel policy add" */
};

/* Changes that go together, and the tables as they were when the first was made. */
struct changes {
	struct change *list;
	size_t count;
	struct table tables[4];
	size_t tables_count;
};

/* Can the command be part of a transaction? */
bool change_transacts(const struct command *command);

/* Appends what @command asks for. CTL_* with the reason printed. */
int change_add(struct ctl *ctl, const struct command *command, struct changes *changes);

/*
 * Sends them: one request if there is one, else one transaction, or one request
 * each if @apart (for commands that transactions do not take). Clears the list.
 */
int change_apply(struct ctl *ctl, struct changes *changes, bool apart);

void change_free(struct changes *changes);

/* The transaction's message, with its size counted; for the tests too. */
struct nl_msg *change_transaction(const struct ctl *ctl, const struct change *list, size_t count);

/* Blames the word of the command that the kernel's error points at. */
void change_fault(const struct change *list, size_t count, const struct nl_msg *msg,
		  const struct ipsecnl_error *error, struct fault *fault);

#endif
