// SPDX-License-Identifier: GPL-2.0-or-later
#include "complete.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"

struct completion {
	FILE *out;
	const char *last;	/* the unfinished word, "" if a new one begins */
};

static void offer(const struct completion *completion, const char *before, const char *word,
		  const char *after)
{
	char text[160];

	snprintf(text, sizeof(text), "%s%s%s", before, word, after);
	if (!strncmp(text, completion->last, strlen(completion->last)))
		fprintf(completion->out, "%s\n", text);
}

static void offer_menus(const struct completion *completion, const char *path)
{
	size_t skip = strlen(path) + (path[0] ? 1 : 0);
	const char *last = NULL;
	size_t last_length = 0;

	for (const struct menu *menu = schema_menus; menu->path; menu++) {
		const char *word = menu->path + skip;
		char text[64];
		size_t length;

		if (!menu->actions[0].name || strncmp(menu->path, path, strlen(path)) ||
		    strlen(menu->path) <= strlen(path) || (path[0] && menu->path[skip - 1] != ' '))
			continue;
		length = strcspn(word, " ");
		if (last && length == last_length && !strncmp(word, last, length))
			continue;
		last = word;
		last_length = length;
		snprintf(text, sizeof(text), "%.*s", (int)length, word);
		offer(completion, "", text, "");
	}
}

/* Values of the property in front of the "=" of the unfinished word. */
static void offer_values(const struct completion *completion, const struct menu *menu,
			 unsigned int verb)
{
	size_t name_length = strcspn(completion->last, "=");
	char before[64];

	snprintf(before, sizeof(before), "%.*s=", (int)name_length, completion->last);
	for (const struct prop *prop = menu->props; prop->name; prop++) {
		if (strlen(prop->name) != name_length ||
		    strncmp(prop->name, before, name_length) || (verb && !(prop->in & verb)))
			continue;
		for (const struct name *name = prop->names; name && name->text; name++)
			offer(completion, before, name->text, "");
		if (prop->type == PROP_PRESENT) {
			offer(completion, before, "yes", "");
			offer(completion, before, "no", "");
		}
		if (prop->implied && (prop->type == PROP_PREFIX || prop->type == PROP_NAMED ||
				      prop->type == PROP_PORTS))
			offer(completion, before, prop->implied, "");
		return;
	}
}

static bool given(const struct rsc_stmt *stmt, const char *name)
{
	for (size_t i = 0; i < stmt->count; i++)
		if (stmt->words[i].name && !strcmp(stmt->words[i].name, name))
			return true;
	return false;
}

static bool said(const struct rsc_stmt *stmt, const char *word)
{
	for (size_t i = 0; i < stmt->count; i++)
		if (stmt->words[i].op == RSC_BARE && stmt->words[i].value &&
		    !strcmp(stmt->words[i].value, word))
			return true;
	return false;
}

/* Properties that the verb takes; any that rows have when verb is 0. */
static void offer_props(const struct completion *completion, const struct menu *menu,
			unsigned int verb, const struct rsc_stmt *stmt)
{
	for (const struct prop *prop = menu->props; prop->name; prop++)
		if ((!verb || (prop->in & verb)) && !given(stmt, prop->name) &&
		    (verb || prop->in != VERB_FLUSH))
			offer(completion, "", prop->name, "=");
}

static void offer_modes(const struct completion *completion, const struct menu *menu,
			const struct action *action, const struct rsc_stmt *stmt)
{
	char mode[32];

	for (const char *at = menu->modes; *at; at += strspn(at, " ")) {
		size_t length = strcspn(at, " ");

		snprintf(mode, sizeof(mode), "%.*s", (int)length, at);
		if (!said(stmt, mode))
			offer(completion, "", mode, "");
		at += length;
	}
	if (action->args & ARGS_WHERE)
		offer(completion, "", "where", "");
}

static void offer_arguments(const struct completion *completion, const struct menu *menu,
			    const struct action *action, const struct rsc_stmt *stmt)
{
	bool print = action->args & ARGS_PRINT, where = print && said(stmt, "where");
	unsigned int verb = print ? 0 : action->verb;

	if (strchr(completion->last, '=')) {
		offer_values(completion, menu, verb);
		return;
	}
	if (print && !where) {
		offer_modes(completion, menu, action, stmt);
		return;
	}
	offer_props(completion, menu, verb, stmt);
	if (action->args & ARGS_ROWS) {
		offer(completion, "", "id", "=");
		offer(completion, "", "[find", "");
	}
}

static void complete_words(const struct completion *completion, const struct rsc_stmt *stmt)
{
	char path[COMMAND_PATH_MAX] = "";
	size_t used = command_path(stmt->words, stmt->count, path);
	const struct menu *menu = command_menu(path);
	const struct action *action = NULL;

	if (menu && !menu->actions[0].name[0])
		action = menu->actions;
	else if (menu && used < stmt->count && stmt->words[used].value)
		action = command_action(menu, stmt->words[used].value);
	if (action) {
		offer_arguments(completion, menu, action, stmt);
		return;
	}
	if (used < stmt->count)
		return;
	for (action = menu ? menu->actions : NULL; action && action->name; action++)
		offer(completion, "", action->name, "");
	offer_menus(completion, path);
}

void complete_line(const char *line, FILE *out)
{
	size_t length = strlen(line), start = length;
	struct completion completion = { .out = out };
	struct rsc_reader reader;
	struct rsc_stmt stmt;
	struct fault fault;
	int rc;

	while (start && line[start - 1] != ' ' && line[start - 1] != '\t')
		start--;
	completion.last = line + start;
	rsc_reader_init(&reader, line, start);
	reader.script = false;
	rc = rsc_read(&reader, &stmt, &fault);
	if (rc < 0)
		return;
	complete_words(&completion, &stmt);
	rsc_stmt_free(&stmt);
}

static void help_props(const struct menu *menu, const struct action *action, FILE *out)
{
	char values[NAMES_LIST_MAX + 16];

	for (const struct prop *prop = menu->props; prop->name; prop++) {
		if (!(prop->in & action->verb))
			continue;
		schema_values(prop, values, sizeof(values));
		fprintf(out, "    %-18s %s%s%s%s%s\n", prop->name, values,
			prop->need & action->verb ? "; required" : "",
			prop->implied ? " (default " : "", prop->implied ? prop->implied : "",
			prop->implied ? ")" : "");
		fprintf(out, "    %-18s %s\n", "", prop->help);
	}
}

static void help_action(const struct menu *menu, const struct action *action, bool props, FILE *out)
{
	const char *rows = action->args & ARGS_ROWS ? " ROWS" : "";
	bool where = action->args & ARGS_WHERE;

	fprintf(out, "  %s%s%s%s\n      %s\n", menu->path, action->name[0] ? " " : "",
		action->name, rows, action->help);
	if ((action->args & ARGS_PRINT) && (menu->modes[0] || where))
		fprintf(out, "      Words: %s%s%s\n", menu->modes,
			menu->modes[0] && where ? " " : "", where ? "where name=value …" : "");
	if (props)
		help_props(menu, action, out);
}

bool complete_help(char *const *words, size_t count, FILE *out)
{
	char path[COMMAND_PATH_MAX] = "";
	const struct action *action = NULL;
	const struct menu *menu;
	struct rsc_stmt stmt;
	struct fault fault;
	bool known;
	size_t used;

	if (rsc_from_args(words, count, &stmt, &fault))
		return false;
	used = command_path(stmt.words, stmt.count, path);
	menu = command_menu(path);
	if (menu && used < stmt.count && stmt.words[used].value)
		action = command_action(menu, stmt.words[used].value);
	known = used == stmt.count || action || (menu && !menu->actions[0].name[0]);
	rsc_stmt_free(&stmt);
	if (!known)
		return false;
	for (const struct menu *each = schema_menus; each->path; each++) {
		if (menu ? each != menu : strncmp(each->path, path, strlen(path)))
			continue;
		for (const struct action *one = each->actions; one->name; one++)
			if (!action || one == action)
				help_action(each, one, menu, out);
	}
	return true;
}
