// SPDX-License-Identifier: GPL-2.0-or-later
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ipsec_genl.h>

#include "change.h"
#include "info.h"
#include "monitor.h"
#include "print.h"
#include "table.h"

/* Faults shown of one script; a reader mends the first ones first. */
#define FAULTS_MAX 20

static int run_print(struct ctl *ctl, const struct command *command)
{
	struct table table;
	int rc;

	if (command->menu->nest == IPSEC_A_STATS)
		return info_statistics(ctl, command);
	if (command->menu->nest == IPSEC_A_SETTINGS)
		return info_settings(ctl, command);
	rc = table_read(ctl, command->menu, command->show_sensitive, &table);
	if (!rc)
		print_rows(&table, command, ctl->json);
	table_free(&table);
	return rc;
}

static int run_change(struct ctl *ctl, const struct command *command)
{
	struct changes changes = { .list = NULL };
	int rc = change_add(ctl, command, &changes);

	if (!rc)
		return change_apply(ctl, &changes, !change_transacts(command));
	change_free(&changes);
	return rc;
}

int run_command(struct ctl *ctl, const struct command *command)
{
	switch (command->action->verb) {
	case VERB_PRINT:
		return run_print(ctl, command);
	case VERB_GET_SPI:
		return info_get_spi(ctl, command);
	case VERB_EXPLAIN:
		return info_explain(ctl, command);
	case VERB_MONITOR:
		return monitor_run(ctl, command);
	default:
		return run_change(ctl, command);
	}
}

/* --- scripts --- */

struct script {
	struct command **commands;
	size_t count;
	unsigned int faults;
};

static bool is_change_of(const struct command *command, const struct menu *menu, enum verb verb)
{
	return command->menu->nest == menu->nest && command->action->verb == verb;
}

/* What is right on the command line but not in a script. */
static int check_in_script(const struct script *script, const struct command *command,
			   struct fault *fault)
{
	if (command->pick.kind == PICK_NUMBERS)
		return fault_set(fault, command->pick.line, command->pick.column,
				 command->pick.word,
				 "numbers belong to a print on the screen; use id=N or [find …]");
	if (command->action->verb == VERB_MONITOR)
		return fault_set(fault, command->line, command->column, "monitor",
				 "does not belong into a script");
	if (command->action->verb != VERB_FLUSH)
		return 0;
	for (size_t i = script->count; i; i--) {
		const struct command *before = script->commands[i - 1];

		if (!change_transacts(before))
			break;
		if (is_change_of(before, command->menu, VERB_ADD))
			return fault_set(fault, command->line, command->column, "flush",
					 "must stand in front of the first add of its table (line "
					 "%u): a transaction flushes what was there before it",
					 before->line);
	}
	return 0;
}

static bool script_take(struct script *script, struct command *command)
{
	struct command **grown = script->commands;

	/* double at each power of two */
	if (!(script->count & (script->count - 1)))
		grown = reallocarray(script->commands, script->count ? 2 * script->count : 1,
				     sizeof(*grown));
	if (!grown)
		return false;
	script->commands = grown;
	script->commands[script->count++] = command;
	return true;
}

static void script_fault(const struct ctl *ctl, struct script *script, const struct fault *fault)
{
	if (script->faults++ < FAULTS_MAX)
		ctl_fault(ctl, fault, 0);
	else if (script->faults == FAULTS_MAX + 1)
		fprintf(stderr, "%s: more faults are not shown\n", ctl->program);
}

static void script_statement(const struct ctl *ctl, struct script *script,
			     const struct rsc_stmt *stmt, char *context)
{
	struct command *command;
	struct fault fault;

	if (command_parse(stmt, context, &command, &fault)) {
		script_fault(ctl, script, &fault);
		return;
	}
	if (!command->action) {
		command_free(command);
		return;
	}
	if (check_in_script(script, command, &fault)) {
		script_fault(ctl, script, &fault);
		command_free(command);
	} else if (!script_take(script, command)) {
		fault_set(&fault, 0, 0, NULL, "out of memory");
		script_fault(ctl, script, &fault);
		command_free(command);
	}
}

static void script_read(const struct ctl *ctl, struct script *script, const char *text,
			size_t length)
{
	char context[COMMAND_PATH_MAX] = "";
	struct rsc_reader reader;
	struct rsc_stmt stmt;
	struct fault fault;
	int rc;

	rsc_reader_init(&reader, text, length);
	while ((rc = rsc_read(&reader, &stmt, &fault))) {
		if (rc < 0) {
			script_fault(ctl, script, &fault);
			continue;
		}
		script_statement(ctl, script, &stmt, context);
		rsc_stmt_free(&stmt);
	}
}

/* How many commands from @first on go together: a transaction, or one by itself. */
static size_t script_run(const struct script *script, size_t first)
{
	size_t count = 0;

	while (first + count < script->count && change_transacts(script->commands[first + count]))
		count++;
	return count ? count : 1;
}

static int script_transact(struct ctl *ctl, struct command *const *commands, size_t count)
{
	struct changes changes = { .list = NULL };
	int rc = CTL_OK;

	for (size_t i = 0; !rc && i < count; i++)
		rc = change_add(ctl, commands[i], &changes);
	if (!rc)
		return change_apply(ctl, &changes, false);
	change_free(&changes);
	return rc;
}

static int script_apply(struct ctl *ctl, const struct script *script)
{
	size_t count;
	int rc;

	for (size_t i = 0; i < script->count; i += count) {
		count = script_run(script, i);
		if (change_transacts(script->commands[i]))
			rc = script_transact(ctl, script->commands + i, count);
		else
			rc = run_command(ctl, script->commands[i]);
		if (!rc)
			continue;
		if (i)
			fprintf(stderr, "%s: what stands in front of line %u was carried out\n",
				ctl->file, script->commands[i]->line);
		return rc;
	}
	return CTL_OK;
}

int run_script(struct ctl *ctl, const char *text, size_t length, bool check_only)
{
	struct script script = { .commands = NULL };
	int rc = CTL_USAGE;

	script_read(ctl, &script, text, length);
	if (!script.faults)
		rc = check_only ? CTL_OK : script_apply(ctl, &script);
	for (size_t i = 0; i < script.count; i++)
		command_free(script.commands[i]);
	free(script.commands);
	return rc;
}
