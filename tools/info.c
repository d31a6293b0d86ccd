// SPDX-License-Identifier: GPL-2.0-or-later
#include "info.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ipsec_genl.h>

#include "change.h"
#include "codec.h"
#include "print.h"
#include "table.h"

#define ASK_BYTES 2048

/* One answer: its nest as a row, and the rows of the list inside the nest. */
struct answer {
	const struct menu *menu;
	struct row *row;
	int list_attr;
	struct table list;
};

static void take_answer(uint8_t cmd, struct nlattr *const *attrs, void *arg)
{
	struct answer *answer = arg;
	struct nlattr *nest = attrs[answer->menu->nest], *list, *item;
	int left;

	(void)cmd;
	if (!nest || answer->row)
		return;
	answer->row = codec_get_row(answer->menu, nest);
	if (!answer->list_attr)
		return;
	list = nla_find(nla_data(nest), nla_len(nest), answer->list_attr);
	if (!list)
		return;
	nla_for_each_nested(item, list, left)
		if (nla_type(item) == answer->list.menu->nest)
			table_add(&answer->list, item);
}

static void free_answer(struct answer *answer)
{
	row_free(answer->row);
	table_free(&answer->list);
}

/* Sends @msg of the command's row, if any, and reads the answer. */
static int ask(struct ctl *ctl, const struct command *command, uint8_t cmd, struct answer *answer)
{
	struct ipsecnl_error error = { .error = ENOMEM };
	struct change change = { .menu = command->menu, .row = command->row,
				 .line = command->line, .column = command->column };
	struct fault fault;
	struct nl_msg *msg;

	if (ctl_open(ctl))
		return CTL_REFUSED;
	snprintf(change.what, sizeof(change.what), "%s", command->menu->path);
	msg = ipsecnl_msg_new(ctl->nl, cmd, 0, ASK_BYTES);
	if (msg && (!command->row || !codec_put_nest(msg, command->menu->nest, command->row)))
		ipsecnl_request(ctl->nl, msg, take_answer, answer, &error);
	/* no error and no answer: the kernel and we do not speak the same language */
	if (!error.error && !answer->row)
		error.error = EPROTO;
	if (error.error && msg && command->row)
		change_fault(&change, 1, msg, &error, &fault);
	ipsecnl_msg_free(msg);
	if (!error.error)
		return CTL_OK;
	return command->row ? ctl_fault(ctl, &fault, CTL_REFUSED) :
			      ctl_refused(ctl, command->menu->path, &error);
}

/* --- statistics --- */

/* Name of the counter that a reason is part of. */
static const char *counter_name(const struct row *reason)
{
	const struct value *stat = row_value(reason, "stat");

	for (const struct prop *prop = schema_menu("statistics")->props; prop->name; prop++)
		if (stat->set && prop->attr == stat->number)
			return prop->name;
	return "";
}

static const char *reason_name(const struct row *reason)
{
	const struct value *name = row_value(reason, "reason");

	return name->set ? name->text : "";
}

static void statistics_json(const struct answer *answer)
{
	struct json_object *object = print_json_row(json_object_new_object(), answer->row, false);
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < answer->list.count; i++) {
		const struct row *reason = answer->list.rows[i];
		struct json_object *entry = json_object_new_object();

		json_object_object_add(entry,
			"reason", json_object_new_string(reason_name(reason)));
		json_object_object_add(entry, "counter",
				       json_object_new_string(counter_name(reason)));
		json_object_object_add(entry, "value",
				       json_object_new_uint64(row_value(reason, "value")->number));
		json_object_array_add(list, entry);
	}
	json_object_object_add(object, "reasons", list);
	print_json(object, false);
}

static void print_reasons(const struct answer *answer, const char *counter)
{
	char value[32];

	for (size_t i = 0; i < answer->list.count; i++) {
		const struct row *reason = answer->list.rows[i];

		if (strcmp(counter_name(reason), counter))
			continue;
		snprintf(value, sizeof(value), "%" PRIu64, row_value(reason, "value")->number);
		printf("%28s    %s: %s\n", "", reason_name(reason), value);
	}
}

static void statistics_text(const struct answer *answer, bool detail)
{
	for (const struct prop *prop = answer->menu->props; prop->name; prop++) {
		const struct value *value = row_at(answer->row, prop);
		char text[32];

		if (!value->set || (!(prop->show & SHOW_STATS) && !detail))
			continue;
		snprintf(text, sizeof(text), "%" PRIu64, value->number);
		print_pair(prop->name, text);
		if (detail)
			print_reasons(answer, prop->name);
	}
}

int info_statistics(struct ctl *ctl, const struct command *command)
{
	struct answer answer = {
		.menu = command->menu, .list_attr = IPSEC_A_STAT_REASONS,
		.list.menu = schema_menu("reason"),
	};
	int rc = ask(ctl, command, command->menu->cmd_get, &answer);

	if (!rc && ctl->json)
		statistics_json(&answer);
	else if (!rc)
		statistics_text(&answer, command->style == PRINT_DETAIL);
	free_answer(&answer);
	return rc;
}

/* --- settings --- */

static void settings_text(const struct row *row)
{
	for (const struct prop *prop = row->menu->props; prop->name; prop++) {
		char *text;

		if (!row_at(row, prop)->set)
			continue;
		text = value_text(prop, row_at(row, prop));
		print_pair(prop->name, text ? text : "");
		free(text);
	}
}

int info_settings(struct ctl *ctl, const struct command *command)
{
	struct answer answer = { .menu = command->menu };
	int rc = ask(ctl, command, command->menu->cmd_get, &answer);

	if (!rc && ctl->json)
		print_json(print_json_row(json_object_new_object(), answer.row, false), false);
	else if (!rc)
		settings_text(answer.row);
	free_answer(&answer);
	return rc;
}

/* --- get-spi --- */

int info_get_spi(struct ctl *ctl, const struct command *command)
{
	struct answer answer = { .menu = command->menu };
	int rc = ask(ctl, command, IPSEC_CMD_SPI_ALLOC, &answer);

	if (!rc && ctl->json)
		print_json(print_json_row(json_object_new_object(), answer.row, false), false);
	else if (!rc)
		printf("0x%08" PRIx64 "\n", row_value(answer.row, "spi")->number);
	free_answer(&answer);
	return rc;
}

/* --- explain --- */

static size_t policy_number(const struct table *policies, const struct row *row, const char *name)
{
	const struct value *id = row_value(row, name);

	return id->set ? table_find_id(policies, id->number) : policies->count;
}

static void explain_json(const struct answer *answer, const struct table *policies)
{
	struct json_object *object = print_json_row(json_object_new_object(), answer->row, false);
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < answer->list.count; i++) {
		size_t number = policy_number(policies, answer->list.rows[i], "id");
		struct json_object *entry = json_object_new_object();

		if (number < policies->count)
			json_object_object_add(entry, "number", json_object_new_uint64(number));
		json_object_array_add(list, print_json_row(entry, answer->list.rows[i], false));
	}
	json_object_object_add(object, "rows", list);
	print_json(object, false);
}

/* "row 3 (id=7, comment)" */
static void print_row_name(const struct table *policies, const struct row *row, const char *name)
{
	size_t number = policy_number(policies, row, name);

	if (number < policies->count)
		printf("row %zu (id=%" PRIu64 ")", number, row_value(row, name)->number);
	else
		printf("row id=%" PRIu64, row_value(row, name)->number);
	if (number < policies->count && row_has(policies->rows[number], "comment"))
		print_comment(row_value(policies->rows[number], "comment")->text);
}

static void explain_policy(const struct answer *answer, const struct table *policies)
{
	size_t number = policy_number(policies, answer->row, "policy");

	for (size_t i = 0; i < answer->list.count; i++) {
		const struct value *field = row_value(answer->list.rows[i], "field");

		printf("  passed over: ");
		print_row_name(policies, answer->list.rows[i], "id");
		printf(": %s differs\n", field->set ? field->text : "selector");
	}
	if (row_has(answer->row, "rows-omitted") && row_value(answer->row, "rows-omitted")->number)
		printf("  passed over: %" PRIu64 " more rows\n",
		       row_value(answer->row, "rows-omitted")->number);
	if (!row_has(answer->row, "policy")) {
		printf("        policy: none matches\n");
		return;
	}
	printf("        policy: ");
	print_row_name(policies, answer->row, "policy");
	putchar('\n');
	if (number < policies->count) {
		printf("               ");
		print_settings(policies->rows[number]);
		putchar('\n');
	}
}

/* What becomes of the packet, in one sentence. */
static void explain_verdict(const struct row *row)
{
	const struct value *action = row_value(row, "action");

	if (row_has(row, "sa"))
		printf("            SA: id=%" PRIu64 " spi=0x%08" PRIx64 "\n",
		       row_value(row, "sa")->number, row_value(row, "spi")->number);
	if (row_has(row, "ah-sa"))
		printf("         AH SA: id=%" PRIu64 " spi=0x%08" PRIx64 ", around it\n",
		       row_value(row, "ah-sa")->number, row_value(row, "ah-spi")->number);
	if (row_has(row, "missing-sas"))
		printf("    missing SA:%s%s\n",
		       row_value(row, "missing-sas")->number & IPSEC_PROTOCOLS_ESP ? " esp" : "",
		       row_value(row, "missing-sas")->number & IPSEC_PROTOCOLS_AH ? " ah" : "");
	if (row_has(row, "payload-mtu"))
		printf("   payload-mtu: %" PRIu64 "\n", row_value(row, "payload-mtu")->number);
	if (row_has(row, "reason"))
		printf("       verdict: dropped, %s\n", row_value(row, "reason")->text);
	else if (action->set && action->number == IPSEC_POLICY_ACTION_PROTECT)
		printf("       verdict: protected\n");
	else if (action->set && action->number == IPSEC_POLICY_ACTION_DISCARD)
		printf("       verdict: dropped\n");
	else
		printf("       verdict: passes clear\n");
}

static void explain_text(const struct command *command, const struct answer *answer,
			 const struct table *policies)
{
	printf("        packet:");
	print_words(command->row, false);
	putchar('\n');
	explain_policy(answer, policies);
	explain_verdict(answer->row);
}

int info_explain(struct ctl *ctl, const struct command *command)
{
	struct answer answer = {
		.menu = command->menu, .list_attr = IPSEC_A_EXPLAIN_ROWS,
		.list.menu = schema_menu("passed over"),
	};
	struct table policies = { .menu = schema_menu("kernel policy") };
	int rc = ask(ctl, command, command->menu->cmd_get, &answer);
	size_t number;

	if (!rc)
		rc = table_read(ctl, policies.menu, false, &policies);
	if (!rc) {
		number = policy_number(&policies, answer.row, "policy");
		if (number < policies.count)
			*row_value(answer.row, "policy-number") = (struct value){
				.set = true, .number = number,
			};
		if (ctl->json)
			explain_json(&answer, &policies);
		else
			explain_text(command, &answer, &policies);
	}
	table_free(&policies);
	free_answer(&answer);
	return rc;
}
