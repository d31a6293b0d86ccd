// SPDX-License-Identifier: GPL-2.0-or-later
#include "table.h"

#include <errno.h>
#include <stdlib.h>

#include <linux/ipsec_genl.h>

#include "codec.h"

/* A dump that meets a change is asked for again so often. */
#define DUMP_TRIES 20

void table_add(struct table *table, const struct nlattr *nest)
{
	struct row *row = codec_get_row(table->menu, nest);
	struct row **grown = table->rows;

	/* double at each power of two */
	if (row && !(table->count & (table->count - 1)))
		grown = reallocarray(table->rows, table->count ? 2 * table->count : 1,
				     sizeof(*grown));
	if (!row || !grown) {
		row_free(row);
		table->no_memory = true;
		return;
	}
	table->rows = grown;
	table->rows[table->count++] = row;
}

void table_take(uint8_t cmd, struct nlattr *const *attrs, void *arg)
{
	struct table *table = arg;

	(void)cmd;
	if (attrs[table->menu->nest])
		table_add(table, attrs[table->menu->nest]);
}

static struct nl_msg *dump_request(const struct ctl *ctl, const struct menu *menu, bool show_keys)
{
	struct nl_msg *msg = ipsecnl_msg_new(ctl->nl, menu->cmd_get, NLM_F_DUMP, 64);
	struct nlattr *nest;

	if (!msg || !show_keys)
		return msg;
	nest = nla_nest_start(msg, IPSEC_A_SA | NLA_F_NESTED);
	if (nest && !nla_put_flag(msg, IPSEC_A_SA_SHOW_KEYS) && !nla_nest_end(msg, nest))
		return msg;
	ipsecnl_msg_free(msg);
	return NULL;
}

int table_read(struct ctl *ctl, const struct menu *menu, bool show_keys, struct table *table)
{
	struct ipsecnl_error error = { .error = EAGAIN };
	int rc = ctl_open(ctl);

	*table = (struct table){ .menu = menu };
	if (rc)
		return rc;
	for (int i = 0; error.error == EAGAIN && i < DUMP_TRIES; i++) {
		struct nl_msg *msg = dump_request(ctl, menu, show_keys);

		table_free(table);
		error = (struct ipsecnl_error){ .error = ENOMEM };
		if (!msg)
			break;
		ipsecnl_request(ctl->nl, msg, table_take, table, &error);
		ipsecnl_msg_free(msg);
	}
	if (!error.error && table->no_memory)
		error.error = ENOMEM;
	if (!error.error)
		return CTL_OK;
	table_free(table);
	return ctl_refused(ctl, menu->path, &error);
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		row_free(table->rows[i]);
	free(table->rows);
	*table = (struct table){ .menu = table->menu };
}

size_t table_find_id(const struct table *table, uint64_t id)
{
	const struct prop *prop = schema_prop_id(table->menu);

	for (size_t i = 0; prop && i < table->count; i++)
		if (row_at(table->rows[i], prop)->set && row_at(table->rows[i], prop)->number == id)
			return i;
	return table->count;
}
