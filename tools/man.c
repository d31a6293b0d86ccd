// SPDX-License-Identifier: GPL-2.0-or-later
#include "man.h"

#include <stdlib.h>
#include <string.h>

#include "schema.h"

/*
 * In mdoc a dot or quote at the start of a line, and a backslash, are commands;
 * each sentence begins a line of its own.
 */
static void put_text(const char *text, FILE *out)
{
	bool start = true;

	for (; *text; text++) {
		if (start && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		start = !strncmp(text, ". ", 2);
		if (start) {
			fputs(".\n", out);
			text++;
		} else if (*text == '\\') {
			fputs("\\e", out);
		} else if (!strncmp(text, "…", strlen("…"))) {
			fputs("...", out);
			text += strlen("…") - 1;
		} else {
			fputc(*text, out);
		}
	}
	fputc('\n', out);
}

static void put_verbs(const struct menu *menu, const struct prop *prop, FILE *out)
{
	bool first = true;

	for (const struct action *action = menu->actions; action->name; action++) {
		if (!(prop->in & action->verb) || !action->name[0])
			continue;
		fprintf(out, "%s%s%s", first ? "Of " : ", ", action->name,
			prop->need & action->verb ? " (required)" : "");
		first = false;
	}
	if (!first)
		fputs(".\n", out);
}

static void put_prop(const struct menu *menu, const struct prop *prop, FILE *out)
{
	char values[NAMES_LIST_MAX + 16];

	fprintf(out, ".It Cm %s%s\n", prop->name, prop->in ? " Ns = Ns Ar value" : "");
	put_text(prop->help, out);
	if (prop->in || prop->names) {
		schema_values(prop, values, sizeof(values) - 1);
		fputs("Value: ", out);
		strcat(values, ".");
		put_text(values, out);
	}
	if (prop->implied)
		fprintf(out, "Default: %s.\n", prop->implied);
	put_verbs(menu, prop, out);
}

static bool any_prop(const struct menu *menu, bool settable)
{
	for (const struct prop *prop = menu->props; prop->name; prop++)
		if (!prop->in == !settable)
			return true;
	return false;
}

static void put_props(const struct menu *menu, bool settable, const char *heading, FILE *out)
{
	if (!any_prop(menu, settable))
		return;
	if (heading)
		fprintf(out, ".Pp\n%s:\n", heading);
	fputs(".Bl -tag -width indent -compact\n", out);
	for (const struct prop *prop = menu->props; prop->name; prop++)
		if (!prop->in == !settable)
			put_prop(menu, prop, out);
	fputs(".El\n", out);
}

static bool takes_props(const struct menu *menu, enum verb verb)
{
	for (const struct prop *prop = menu->props; prop->name; prop++)
		if (prop->in & verb)
			return true;
	return false;
}

static void put_actions(const struct menu *menu, FILE *out)
{
	fputs(".Bl -tag -width indent -compact\n", out);
	for (const struct action *action = menu->actions; action->name; action++) {
		fprintf(out, ".It Ic %s%s%s", menu->path, action->name[0] ? " " : "", action->name);
		if (action->args & ARGS_ROWS)
			fputs(" Ar rows", out);
		if (action->args & ARGS_PRINT) {
			if (menu->modes[0])
				fprintf(out, " Op Cm %s", menu->modes);
			if (action->args & ARGS_WHERE)
				fputs(" Op Cm where Ar conditions", out);
		} else if (takes_props(menu, action->verb)) {
			fputs(" Op Ar name Ns = Ns Ar value ...", out);
		}
		fputc('\n', out);
		put_text(action->help, out);
	}
	fputs(".El\n", out);
}

static void put_flags(const struct menu *menu, FILE *out)
{
	if (!menu->letters[0].letter)
		return;
	fputs(".Pp\nFlags of a print:\n", out);
	for (const struct flag_letter *letter = menu->letters; letter->letter; letter++)
		fprintf(out, ".Cm \\&%c\n%s%s\n", letter->letter, letter->prop,
			letter[1].letter ? "," : ".");
}

static void put_menu(const struct menu *menu, FILE *out)
{
	fprintf(out, ".Ss %s\n", menu->path);
	put_text(menu->help, out);
	put_actions(menu, out);
	put_props(menu, true, "Properties", out);
	put_props(menu, false, "Read-only properties", out);
	put_flags(menu, out);
}

static const struct menu *menu_of(char *line, const char *mark)
{
	size_t length = strlen(mark);
	char *end;

	if (strncmp(line, mark, length))
		return NULL;
	end = strchr(line + length, '@');
	if (end)
		*end = '\0';
	return schema_menu(line + length);
}

int man_write(FILE *template, FILE *out)
{
	const struct menu *menu;
	char *line = NULL;
	size_t size = 0;
	int rc = 0;

	while (getline(&line, &size, template) > 0) {
		if (line[0] != '@') {
			fputs(line, out);
			continue;
		}
		menu = menu_of(line, "@MENU ");
		if (menu) {
			put_menu(menu, out);
			continue;
		}
		menu = menu_of(line, "@PROPERTIES ");
		if (menu)
			put_props(menu, false, NULL, out);
		else
			rc = -1;
	}
	free(line);
	return rc;
}
