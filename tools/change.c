// SPDX-License-Identifier: GPL-2.0-or-later
#include "change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ipsec_genl.h>

#include "codec.h"
#include "print.h"

/* No row takes more bytes of attributes than this. */
#define CHANGE_BYTES 2048
/* A nest's length is 16 bits wide; a long transaction is several of them. */
#define NEST_BYTES (60 * 1024)

static const struct {
	uint16_t nest;
	enum verb verb;
	uint8_t cmd;
	bool transacts;
} commands[] = {
	{ IPSEC_A_POLICY, VERB_ADD, IPSEC_CMD_POLICY_NEW, true },
	{ IPSEC_A_POLICY, VERB_SET, IPSEC_CMD_POLICY_SET, true },
	{ IPSEC_A_POLICY, VERB_REMOVE, IPSEC_CMD_POLICY_DEL, true },
	{ IPSEC_A_POLICY, VERB_FLUSH, IPSEC_CMD_POLICY_FLUSH, true },
	{ IPSEC_A_POLICY, VERB_MOVE, IPSEC_CMD_POLICY_MOVE, false },
	{ IPSEC_A_SA, VERB_ADD, IPSEC_CMD_SA_NEW, true },
	{ IPSEC_A_SA, VERB_REMOVE, IPSEC_CMD_SA_DEL, true },
	{ IPSEC_A_SA, VERB_FLUSH, IPSEC_CMD_SA_FLUSH, true },
	{ IPSEC_A_SA, VERB_SET, IPSEC_CMD_SA_UPDATE, false },
	{ IPSEC_A_SETTINGS, VERB_SET, IPSEC_CMD_SETTINGS_SET, false },
};

static int command_index(const struct command *command)
{
	for (size_t i = 0; command->action && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].nest == command->menu->nest &&
		    commands[i].verb == command->action->verb)
			return (int)i;
	return -1;
}

bool change_transacts(const struct command *command)
{
	int index = command_index(command);

	return index >= 0 && commands[index].transacts;
}

/* The table a command's numbers and [find …] speak of, read once. */
static int base_table(struct ctl *ctl, struct changes *changes, const struct menu *menu,
		      const struct table **table)
{
	int rc;

	for (size_t i = 0; i < changes->tables_count; i++) {
		*table = &changes->tables[i];
		if ((*table)->menu == menu)
			return CTL_OK;
	}
	if (changes->tables_count == sizeof(changes->tables) / sizeof(changes->tables[0]))
		return CTL_REFUSED;
	rc = table_read(ctl, menu, false, &changes->tables[changes->tables_count]);
	if (!rc)
		*table = &changes->tables[changes->tables_count++];
	return rc;
}

static struct change *append(struct changes *changes, const struct command *command)
{
	struct change *grown = changes->list, *change;

	/* double at each power of two */
	if (!(changes->count & (changes->count - 1)))
		grown = reallocarray(changes->list, changes->count ? 2 * changes->count : 1,
				     sizeof(*grown));
	if (!grown)
		return NULL;
	changes->list = grown;
	change = &grown[changes->count++];
	*change = (struct change){
		.cmd = commands[command_index(command)].cmd, .menu = command->menu,
		.row = command->row, .line = command->line, .column = command->column,
	};
	snprintf(change->what, sizeof(change->what), "%s %s", command->menu->path,
		 command->action->name);
	return change;
}

static int out_of_memory(const struct ctl *ctl)
{
	struct ipsecnl_error error = { .error = ENOMEM };

	return ctl_refused(ctl, NULL, &error);
}

static int no_such_row(const struct ctl *ctl, const struct row_pick *pick)
{
	struct fault fault;

	fault_set(&fault, pick->line, pick->column, pick->word,
		  "no such row; see the numbers and ids of \"print detail\"");
	return ctl_fault(ctl, &fault, CTL_REFUSED);
}

/* Every number and id must exist; a [find …] may find nothing. */
static int check_exists(const struct ctl *ctl, const struct row_pick *pick,
			const struct table *table)
{
	if (pick->kind == PICK_ID && table_find_id(table, pick->id) == table->count)
		return no_such_row(ctl, pick);
	for (size_t i = 0; pick->kind == PICK_NUMBERS && i < pick->count; i++)
		if (pick->ranges[i].last >= table->count)
			return no_such_row(ctl, pick);
	return CTL_OK;
}

/* Where to put a row: in front of the one row that the pick names, or at the end. */
static int find_place(struct ctl *ctl, struct changes *changes, const struct command *command,
		      uint8_t *place, uint32_t *place_id)
{
	const struct row_pick *pick = command->row->place;
	const struct prop *id = schema_prop_id(command->menu);
	const struct table *table;
	struct fault fault;
	size_t found = 0, at = 0;
	int rc;

	rc = base_table(ctl, changes, command->menu, &table);
	if (rc)
		return rc;
	for (size_t i = 0; i < table->count; i++) {
		if (!row_pick_match(pick, i, table->rows[i]))
			continue;
		at = i;
		found++;
	}
	if (found > 1) {
		fault_set(&fault, pick->line, pick->column, pick->word,
			  "names %zu rows; a place is one row", found);
		return ctl_fault(ctl, &fault, CTL_REFUSED);
	}
	*place = found ? IPSEC_PLACE_BEFORE : IPSEC_PLACE_TAIL;
	*place_id = found ? (uint32_t)row_at(table->rows[at], id)->number : 0;
	/* the number after the last one is the end of the table */
	if (found || (pick->kind == PICK_NUMBERS && pick->count == 1 &&
		      pick->ranges[0].first == table->count))
		return CTL_OK;
	return no_such_row(ctl, pick);
}

/* The family of a policy row's addresses, 0 if it is for both. */
static uint8_t family_of(const struct row *row)
{
	for (const struct prop *prop = row->menu->props; prop->name; prop++)
		if (prop->type == PROP_PREFIX && row_at(row, prop)->set)
			return row_at(row, prop)->addr.family;
	return 0;
}

/* Does the command set an address to "any"? */
static bool opens_address(const struct row *row)
{
	for (const struct prop *prop = row->menu->props; prop->name; prop++)
		if (prop->type == PROP_PREFIX && row_at(row, prop)->set &&
		    !row_at(row, prop)->addr.family)
			return true;
	return false;
}

/* A change for each row that the command picks. */
static int add_picked(struct ctl *ctl, const struct command *command, struct changes *changes,
		      uint8_t place, uint32_t place_id)
{
	const struct prop *id = schema_prop_id(command->menu);
	const struct table *table;
	struct change *change;
	int rc;

	rc = base_table(ctl, changes, command->menu, &table);
	if (!rc)
		rc = check_exists(ctl, &command->pick, table);
	for (size_t i = 0; !rc && i < table->count; i++) {
		uint32_t row_id = (uint32_t)row_at(table->rows[i], id)->number;

		if (!row_pick_match(&command->pick, i, table->rows[i]) || row_id == place_id)
			continue;
		change = append(changes, command);
		if (!change)
			return out_of_memory(ctl);
		change->id = row_id;
		change->family = family_of(table->rows[i]);
		change->place = place;
		change->place_id = place_id;
	}
	return rc;
}

int change_add(struct ctl *ctl, const struct command *command, struct changes *changes)
{
	uint32_t place_id = 0;
	struct change *change;
	uint8_t place = 0;
	int rc = CTL_OK;

	if (command->row->place)
		rc = find_place(ctl, changes, command, &place, &place_id);
	if (rc)
		return rc;
	/* an id alone needs no look at the table: the kernel knows whether it exists */
	if (command->pick.kind != PICK_NONE &&
	    (command->pick.kind != PICK_ID || opens_address(command->row)))
		return add_picked(ctl, command, changes, place, place_id);
	change = append(changes, command);
	if (!change)
		return out_of_memory(ctl);
	change->id = (uint32_t)command->pick.id;
	change->place = place;
	change->place_id = place_id;
	return CTL_OK;
}

/*
 * A set that opens an address must say so, where an add just leaves it out: by
 * a prefix of length 0 in the row's family, or by family 0 if both are open.
 */
static int put_open_prefixes(struct nl_msg *msg, const struct change *change)
{
	static const uint8_t zeros[16];
	struct addr open = { .family = change->family };
	int opens = 0, rc = 0;

	for (const struct prop *prop = change->menu->props; prop->name; prop++) {
		const struct value *value = row_at(change->row, prop);

		if (prop->type != PROP_PREFIX || !value->set)
			continue;
		if (value->addr.family)
			open.family = value->addr.family;
		else
			opens++;
	}
	if (opens == 2)
		return nla_put_u8(msg, IPSEC_A_POLICY_FAMILY, 0);
	for (const struct prop *prop = change->menu->props; opens && !rc && prop->name; prop++) {
		const struct value *value = row_at(change->row, prop);

		if (prop->type != PROP_PREFIX || !value->set || value->addr.family || !open.family)
			continue;
		rc = nla_put(msg, prop->attr, (int)addr_bytes(&open), zeros);
		if (!rc)
			rc = nla_put_u8(msg, prop->attr2, 0);
	}
	return rc;
}

static int put_change(struct nl_msg *msg, int type, const struct change *change)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);
	const struct prop *id = schema_prop_id(change->menu);

	if (!nest)
		return -NLE_NOMEM;
	if (change->id && nla_put_u32(msg, id->attr, change->id))
		return -NLE_NOMEM;
	if (codec_put_row(msg, change->row) < 0)
		return -NLE_NOMEM;
	if (change->cmd == IPSEC_CMD_POLICY_SET && put_open_prefixes(msg, change))
		return -NLE_NOMEM;
	if (change->place && nla_put_u8(msg, IPSEC_A_POLICY_PLACE, change->place))
		return -NLE_NOMEM;
	if (change->place_id && nla_put_u32(msg, IPSEC_A_POLICY_PLACE_ID, change->place_id))
		return -NLE_NOMEM;
	return nla_nest_end_keep_empty(msg, nest);
}

/* A flush of everything is the command alone; whatever else there is has its nest. */
static bool needs_nest(const struct change *change)
{
	for (const struct prop *prop = change->menu->props; prop->name; prop++)
		if (row_at(change->row, prop)->set)
			return true;
	return change->cmd != IPSEC_CMD_SA_FLUSH && change->cmd != IPSEC_CMD_POLICY_FLUSH;
}

static int put_op(struct nl_msg *msg, const struct change *change)
{
	struct nlattr *nest = nla_nest_start(msg, IPSEC_A_OP | NLA_F_NESTED);
	int type = change->menu->nest == IPSEC_A_SA ? IPSEC_A_OP_SA : IPSEC_A_OP_POLICY;

	if (!nest || nla_put_u32(msg, IPSEC_A_OP_CMD, change->cmd) ||
	    (needs_nest(change) && put_change(msg, type, change)))
		return -NLE_NOMEM;
	return nla_nest_end(msg, nest);
}

struct nl_msg *change_transaction(const struct ctl *ctl, const struct change *list, size_t count)
{
	struct nl_msg *msg = ipsecnl_msg_new(ctl->nl, IPSEC_CMD_TRANSACT, 0, count * CHANGE_BYTES);
	struct nlattr *ops = NULL;
	int rc = 0;

	for (size_t i = 0; msg && !rc && i < count; i++) {
		char *tail = nlmsg_tail(nlmsg_hdr(msg));

		if (ops && tail - (char *)ops > NEST_BYTES) {
			rc = nla_nest_end(msg, ops);
			ops = NULL;
		}
		if (!ops)
			ops = nla_nest_start(msg, IPSEC_A_OPS | NLA_F_NESTED);
		if (!rc)
			rc = ops ? put_op(msg, &list[i]) : -NLE_NOMEM;
	}
	if (msg && !rc && ops)
		rc = nla_nest_end(msg, ops);
	if (!rc)
		return msg;
	ipsecnl_msg_free(msg);
	return NULL;
}

static struct nl_msg *single_request(const struct ctl *ctl, const struct change *change)
{
	bool echo = ctl->json && change->cmd == IPSEC_CMD_POLICY_NEW;
	struct nl_msg *msg = ipsecnl_msg_new(ctl->nl, change->cmd, echo ? NLM_F_ECHO : 0,
					     CHANGE_BYTES);

	if (msg && (!needs_nest(change) || !put_change(msg, change->menu->nest, change)))
		return msg;
	ipsecnl_msg_free(msg);
	return NULL;
}

/* The property that a text of the kernel begins with: "sa-dst-address: …". */
static const struct prop *named_prop(const struct menu *menu, const char *text)
{
	size_t length = strcspn(text, ":");

	for (const struct prop *prop = menu->props; text[length] && prop->name; prop++)
		if (strlen(prop->name) == length && !strncmp(prop->name, text, length))
			return prop;
	return NULL;
}

void change_fault(const struct change *list, size_t count, const struct nl_msg *msg,
		  const struct ipsecnl_error *error, struct fault *fault)
{
	const struct nlmsghdr *request = nlmsg_hdr((struct nl_msg *)msg);
	const char *after = count > 1 ? "; nothing was changed" : "";
	const struct change *change = count == 1 ? list : NULL;
	const struct prop *prop = NULL;
	char reason[400], what[64];
	uint16_t attr;
	size_t op;

	if (error->offset && codec_locate(request, error->offset, &op, &attr) && op < count) {
		change = &list[op];
		prop = codec_prop(change->row, attr);
	}
	if (change && named_prop(change->menu, error->text))
		prop = named_prop(change->menu, error->text);
	ctl_reason(error, prop ? prop->name : NULL, reason, sizeof(reason));
	if (prop && row_at(change->row, prop)->set) {
		row_fault(change->row, prop->name, fault, "%s%s", reason, after);
		return;
	}
	if (!change) {
		fault_set(fault, 0, 0, NULL, "%s%s", reason, after);
		return;
	}
	if (change->id)
		snprintf(what, sizeof(what), "%s id=%u", change->what, change->id);
	else
		snprintf(what, sizeof(what), "%s", change->what);
	if (prop && (prop->show & SHOW_ID))
		prop = NULL;
	fault_set(fault, change->line, change->column, what, "%s%s%s%s", prop ? prop->name : "",
		  prop ? ": " : "", reason, after);
}

/* It was done, but the kernel has something to say about it. */
static void warn(const struct ctl *ctl, const struct change *list, size_t count,
		 const struct ipsecnl_error *error)
{
	struct fault fault;

	if (!error->text[0])
		return;
	fault_set(&fault, count == 1 ? list->line : 0, count == 1 ? list->column : 0, "warning",
		  "%s", error->text);
	ctl_fault(ctl, &fault, CTL_OK);
}

static int send_changes(struct ctl *ctl, const struct change *list, size_t count)
{
	struct table echo = { .menu = list[0].menu };
	struct nl_msg *msg = count == 1 ? single_request(ctl, list) :
					  change_transaction(ctl, list, count);
	struct ipsecnl_error error;
	struct fault fault;
	int status = CTL_OK;

	if (!msg)
		return out_of_memory(ctl);
	if (ipsecnl_request(ctl->nl, msg, table_take, &echo, &error)) {
		change_fault(list, count, msg, &error, &fault);
		status = ctl_fault(ctl, &fault, CTL_REFUSED);
	} else {
		warn(ctl, list, count, &error);
		if (ctl->json && echo.count)
			print_json_rows(&echo, NULL, false);
	}
	table_free(&echo);
	ipsecnl_msg_free(msg);
	return status;
}

int change_apply(struct ctl *ctl, struct changes *changes, bool apart)
{
	size_t step = apart ? 1 : changes->count;
	int status = changes->count ? ctl_open(ctl) : CTL_OK;

	for (size_t i = 0; !status && i < changes->count; i += step)
		status = send_changes(ctl, changes->list + i, step);
	change_free(changes);
	return status;
}

void change_free(struct changes *changes)
{
	free(changes->list);
	for (size_t i = 0; i < changes->tables_count; i++)
		table_free(&changes->tables[i]);
	*changes = (struct changes){ .list = NULL };
}
