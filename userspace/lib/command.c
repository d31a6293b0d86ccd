// SPDX-License-Identifier: GPL-2.0-or-later
#include "command.h"

#include <stdlib.h>
#include <string.h>

static bool has_actions(const struct menu *menu)
{
	return menu->actions[0].name;
}

/* Does a menu stand at or below @path? An empty path is the root. */
static bool below(const struct menu *menu, const char *path)
{
	size_t length = strlen(path);

	return has_actions(menu) && !strncmp(menu->path, path, length) &&
	       (!length || !menu->path[length] || menu->path[length] == ' ');
}

static bool path_exists(const char *path)
{
	for (const struct menu *menu = schema_menus; menu->path; menu++)
		if (below(menu, path))
			return true;
	return false;
}

/*
 * The word of a menu path that @text begins, one level below @path: exact, or
 * the only one. NULL if there is none or more than one.
 */
static const char *next_level(const char *path, const char *text, size_t *length)
{
	size_t skip = strlen(path) + (path[0] ? 1 : 0), size = strlen(text);
	const char *found = NULL;

	for (const struct menu *menu = schema_menus; size && menu->path; menu++) {
		const char *word = menu->path + skip;
		size_t word_length;

		if (!below(menu, path) || !menu->path[strlen(path)])
			continue;
		word_length = strcspn(word, " ");
		if (strncmp(word, text, size))
			continue;
		if (found && (*length != word_length || strncmp(found, word, word_length)))
			return NULL;
		found = word;
		*length = word_length;
		if (word_length == size)
			break;
	}
	return found;
}

static void append_level(char *path, size_t size, const char *word, size_t length)
{
	size_t used = strlen(path);

	snprintf(path + used, size - used, "%s%.*s", used ? " " : "", (int)length, word);
}

static void leave_level(char *path)
{
	char *blank = strrchr(path, ' ');

	if (blank)
		*blank = '\0';
	else
		path[0] = '\0';
}

/*
 * Follows one word; a slash in front means from the root. "ip" and "ipsec" are
 * RouterOS's own way to our root. False: the word leads nowhere.
 */
static bool follow_word(char path[COMMAND_PATH_MAX], const char *word)
{
	const char *level;
	size_t length;

	if (word[0] == '/') {
		path[0] = '\0';
		word++;
	}
	if (!strcmp(word, "..")) {
		leave_level(path);
		return true;
	}
	if (!word[0] || (!path[0] && (!strcmp(word, "ip") || !strcmp(word, "ipsec"))))
		return true;
	level = next_level(path, word, &length);
	if (!level)
		return false;
	append_level(path, COMMAND_PATH_MAX, level, length);
	return true;
}

const struct action *command_action(const struct menu *menu, const char *text)
{
	const struct action *found = NULL;
	size_t size = strlen(text);

	for (const struct action *action = menu->actions; action->name; action++) {
		if (!action->name[0] || strncmp(action->name, text, size))
			continue;
		if (action->name[size] == '\0')
			return action;
		if (found)
			return NULL;
		found = action;
	}
	return found;
}

const struct menu *command_menu(const char *path)
{
	const struct menu *menu = schema_menu(path);

	return menu && has_actions(menu) ? menu : NULL;
}

/* One word further along @path; false, and @path as it was, if it leads nowhere. */
static bool step(char path[COMMAND_PATH_MAX], const char *word)
{
	char from[COMMAND_PATH_MAX];

	snprintf(from, sizeof(from), "%s", path);
	if (follow_word(path, word) && path_exists(path))
		return true;
	snprintf(path, COMMAND_PATH_MAX, "%s", from);
	return false;
}

size_t command_path(const struct rsc_word *words, size_t count, char path[COMMAND_PATH_MAX])
{
	size_t used;

	for (used = 0; used < count; used++) {
		const struct rsc_word *word = &words[used];
		const struct menu *here = command_menu(path);
		char root[COMMAND_PATH_MAX] = "";

		if (word->op != RSC_BARE || word->items || !word->value[0])
			break;
		if (here && word->value[0] != '/' && command_action(here, word->value))
			break;
		if (step(path, word->value))
			continue;
		/* scripts write menus of the root where a context is set, too */
		if (used || !step(root, word->value))
			break;
		memcpy(path, root, sizeof(root));
	}
	return used;
}

struct level_names {
	char text[16][32];
	size_t count;
};

/* The menus one level below @path. */
static void list_levels(struct level_names *names, const char *path)
{
	size_t skip = strlen(path) + (path[0] ? 1 : 0);

	names->count = 0;
	for (const struct menu *menu = schema_menus; menu->path && names->count < 16; menu++) {
		char *name = names->text[names->count];

		if (!below(menu, path) || !menu->path[strlen(path)])
			continue;
		snprintf(name, sizeof(names->text[0]), "%.*s",
			 (int)strcspn(menu->path + skip, " "), menu->path + skip);
		if (!names->count || strcmp(name, names->text[names->count - 1]))
			names->count++;
	}
}

static int unknown_menu(const struct rsc_word *word, const char *path, struct fault *fault)
{
	const char *text = word->name ? word->name : word->value ? word->value : "[…]";
	struct level_names names;
	struct names_guess guess;
	char list[256] = "";
	const char *best;
	size_t used = 0;

	list_levels(&names, path);
	names_guess_init(&guess, text);
	for (size_t i = 0; i < names.count; i++) {
		names_guess_try(&guess, names.text[i]);
		used += (size_t)snprintf(list + used, used < sizeof(list) ? sizeof(list) - used : 0,
					 "%s%s", used ? ", " : "", names.text[i]);
	}
	best = names_guess_best(&guess);
	if (best)
		return fault_set(fault, word->line, word->column, text,
				 "no such menu; did you mean \"%s%s%s\"?", path,
				 path[0] ? " " : "", best);
	return fault_set(fault, word->line, word->column, text, "no such menu%s%s; there are %s",
			 path[0] ? " in " : "", path, list);
}

static int unknown_action(const struct rsc_word *word, const struct menu *menu,
			  struct fault *fault)
{
	const char *text = word->name ? word->name : word->value ? word->value : "[…]";
	struct names_guess guess;
	const char *best;
	char list[256];
	size_t used = 0;

	names_guess_init(&guess, text);
	list[0] = '\0';
	for (const struct action *action = menu->actions; action->name; action++) {
		names_guess_try(&guess, action->name);
		used += (size_t)snprintf(list + used, used < sizeof(list) ? sizeof(list) - used : 0,
					 "%s%s", used ? ", " : "", action->name);
	}
	best = names_guess_best(&guess);
	if (best)
		return fault_set(fault, word->line, word->column, text,
				 "\"%s\" has no such command; did you mean \"%s\"?", menu->path,
				 best);
	return fault_set(fault, word->line, word->column, text,
			 "\"%s\" has no such command; it has %s", menu->path, list);
}

static int take_pick(struct command *command, const struct rsc_word *word, struct fault *fault)
{
	if (command->pick.kind != PICK_NONE)
		return fault_set(fault, word->line, word->column, word->value,
				 "rows are already named by %s; leave one out",
				 command->pick.word);
	return row_pick_parse(command->menu, word, &command->pick, fault);
}

/* "numbers=0,2" and the bare word after "move 3" are RouterOS's own ways to name rows. */
static bool names_rows(const struct command *command, const struct rsc_word *word)
{
	if (!(command->action->args & ARGS_ROWS))
		return false;
	if (word->op == RSC_EQ)
		return !strcmp(word->name, "numbers") || !strcmp(word->name, "id");
	return word->op == RSC_BARE && command->pick.kind == PICK_NONE;
}

static int take_rows(struct command *command, const struct rsc_word *word, struct fault *fault)
{
	struct rsc_word bare = *word;

	if (word->op == RSC_EQ && !strcmp(word->name, "numbers")) {
		bare.op = RSC_BARE;
		bare.name = NULL;
		bare.column = word->value_column;
	}
	return take_pick(command, &bare, fault);
}

static int take_change(struct command *command, const struct rsc_word *word, struct fault *fault)
{
	struct rsc_word named = *word;

	if (names_rows(command, word))
		return take_rows(command, word, fault);
	if (command->action->verb == VERB_MOVE && word->op == RSC_BARE) {
		named.op = RSC_EQ;
		named.name = (char *)"destination";
		named.value_column = word->column;
		return row_take(command->row, &named, VERB_MOVE, fault);
	}
	return row_take(command->row, word, command->action->verb, fault);
}

static int unknown_mode(const struct command *command, const struct rsc_word *word,
			struct fault *fault)
{
	const char *text = word->name ? word->name : word->value ? word->value : "[…]";
	bool where = command->action->args & ARGS_WHERE;
	char list[128] = "";
	size_t used = 0;

	if (where && word->op != RSC_BARE && schema_prop(command->menu, text))
		return fault_set(fault, word->line, word->column, text,
				 "conditions of a print come behind the word where");
	for (const char *at = command->menu->modes; *at && used < sizeof(list); at++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, *at == ' ' ? ", " : "%c",
					 *at);
	if (where)
		snprintf(list + used, sizeof(list) - used, "%swhere and conditions",
			 used ? ", or " : "");
	return fault_set(fault, word->line, word->column, text, "not a way to print \"%s\"%s%s",
			 command->menu->path, list[0] ? "; use " : "", list);
}

/* Takes one word of a print: the number of words used, or -1. */
static int take_print(struct command *command, const struct rsc_word *words, size_t count,
		      struct fault *fault)
{
	static const struct name styles[] = {
		{ "detail", PRINT_DETAIL }, { "terse", PRINT_TERSE },
		{ "count-only", PRINT_COUNT }, { "stats", PRINT_STATS }, { NULL, 0 }
	};
	const struct name *style;

	if (words->op != RSC_BARE || words->items)
		return unknown_mode(command, words, fault);
	if ((command->action->args & ARGS_WHERE) && !strcmp(words->value, "where"))
		return conditions_parse(command->menu, words + 1, count - 1, &command->where,
					fault) ? -1 : (int)count;
	if (!schema_mode(command->menu, words->value))
		return unknown_mode(command, words, fault);
	if (!strcmp(words->value, "show-sensitive")) {
		command->show_sensitive = true;
		return 1;
	}
	style = names_find(styles, words->value);
	if (style) {
		command->style = (enum print_style)style->value;
		command->style_given = true;
	}
	return 1;
}

static int take_words(struct command *command, const struct rsc_word *words, size_t count,
		      struct fault *fault)
{
	int used;

	for (size_t i = 0; i < count; i += (size_t)used) {
		used = 1;
		if (command->action->args & ARGS_PRINT)
			used = take_print(command, words + i, count - i, fault);
		else if (take_change(command, words + i, fault))
			used = -1;
		if (used < 0)
			return -1;
	}
	return 0;
}

static bool gave_any(const struct row *row)
{
	for (const struct prop *prop = row->menu->props; prop->name; prop++)
		if (row_at(row, prop)->set)
			return true;
	return false;
}

/* Rows must be named where an action needs them, and a set must change something. */
static int check_rows(const struct command *command, struct fault *fault)
{
	bool any = gave_any(command->row);

	if ((command->action->args & ARGS_ROWS) && command->pick.kind == PICK_NONE &&
	    !(command->action->verb == VERB_REMOVE && any))
		return fault_set(fault, command->line, command->column, command->action->name,
				 "which rows? add numbers such as 0,2-4, id=N or [find …]");
	if (command->action->verb == VERB_REMOVE && any && command->pick.kind != PICK_NONE)
		return fault_set(fault, command->line, command->column, command->action->name,
				 "rows are named twice; leave out %s", command->pick.word);
	if (command->action->verb == VERB_SET && !any)
		return fault_set(fault, command->line, command->column, command->action->name,
				 "nothing to set; add name=value");
	return 0;
}

static int parse_action(struct command *command, const struct rsc_stmt *stmt, size_t at,
			struct fault *fault)
{
	bool implied = !command->menu->actions[0].name[0];
	const struct rsc_word *word = &stmt->words[implied ? at - 1 : at];

	command->line = word->line;
	command->column = word->column;
	if (implied) {
		command->action = command->menu->actions;
	} else {
		command->action = word->op == RSC_BARE && !word->items ?
				  command_action(command->menu, word->value) : NULL;
		if (!command->action)
			return unknown_action(word, command->menu, fault);
		at++;
	}
	if (!(command->action->args & ARGS_PRINT)) {
		command->row = row_new(command->menu);
		if (!command->row)
			return fault_set(fault, 0, 0, NULL, "out of memory");
	}
	if (take_words(command, stmt->words + at, stmt->count - at, fault))
		return -1;
	if (!command->row)
		return 0;
	if (check_rows(command, fault))
		return -1;
	if (!row_check(command->row, command->action->verb, fault))
		return 0;
	/* what is missing has no place of its own: point at the action */
	if (!fault->line) {
		fault->line = command->line;
		fault->column = command->column;
	}
	return -1;
}

int command_parse(const struct rsc_stmt *stmt, char context[COMMAND_PATH_MAX],
		  struct command **result, struct fault *fault)
{
	struct command *command = calloc(1, sizeof(*command));
	char path[COMMAND_PATH_MAX];
	size_t used;
	int rc = 0;

	*result = NULL;
	if (!command)
		return fault_set(fault, 0, 0, NULL, "out of memory");
	snprintf(path, sizeof(path), "%s", context);
	used = command_path(stmt->words, stmt->count, path);
	command->menu = command_menu(path);
	if (!command->menu && used < stmt->count)
		rc = unknown_menu(&stmt->words[used], path, fault);
	else if (command->menu && (used < stmt->count || !command->menu->actions[0].name[0]))
		rc = parse_action(command, stmt, used, fault);
	if (rc) {
		command_free(command);
		return -1;
	}
	if (!command->action)
		snprintf(context, COMMAND_PATH_MAX, "%s", path);
	*result = command;
	return 0;
}

void command_free(struct command *command)
{
	if (!command)
		return;
	row_free(command->row);
	row_pick_free(&command->pick);
	conditions_free(&command->where);
	free(command);
}
