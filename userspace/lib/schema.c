// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

size_t schema_props(const struct menu *menu)
{
	size_t count = 0;

	while (menu->props[count].name)
		count++;
	return count;
}

const struct prop *schema_prop(const struct menu *menu, const char *name)
{
	for (const struct prop *prop = menu->props; prop->name; prop++)
		if (!strcmp(prop->name, name))
			return prop;
	return NULL;
}

const struct prop *schema_prop_id(const struct menu *menu)
{
	for (const struct prop *prop = menu->props; prop->name; prop++)
		if (prop->show & SHOW_ID)
			return prop;
	return NULL;
}

const struct action *schema_action(const struct menu *menu, enum verb verb)
{
	for (const struct action *action = menu->actions; action->name; action++)
		if (action->verb == verb)
			return action;
	return NULL;
}

const struct menu *schema_menu(const char *path)
{
	for (const struct menu *menu = schema_menus; menu->path; menu++)
		if (!strcmp(menu->path, path))
			return menu;
	return NULL;
}

bool schema_mode(const struct menu *menu, const char *mode)
{
	size_t length = strlen(mode);

	for (const char *at = menu->modes; at && *at; at += strspn(at, " ")) {
		size_t word = strcspn(at, " ");

		if (word == length && !strncmp(at, mode, length))
			return true;
		at += word;
	}
	return false;
}

static void values_number(const struct prop *prop, char *out, size_t size)
{
	if (prop->max)
		snprintf(out, size, "%" PRIu64 " to %" PRIu64, prop->min, prop->max);
	else
		snprintf(out, size, "a number%s", prop->min ? " above 0" : "");
}

void schema_values(const struct prop *prop, char *out, size_t size)
{
	static const char *const texts[] = {
		[PROP_PRESENT] = "yes or no",
		[PROP_ADDRESS] = "IPv4 or IPv6 address",
		[PROP_PREFIX] = "IPv4 or IPv6 prefix, or any",
		[PROP_PORTS] = "port, range low-high, or any",
		[PROP_PORT_LIST] = "ports separated by commas, or none",
		[PROP_TEXT] = "text",
		[PROP_KEY] = "0x and hex digits, or @FILE",
		[PROP_TIME] = "time such as 30s, 1h30m, 00:05:00, or seconds",
		[PROP_AGO] = "time",
		[PROP_LIMIT] = "soft/hard or hard, numbers with K, M, G or T",
		[PROP_TIME_LIMIT] = "soft/hard or hard, times such as 24m/30m",
		[PROP_ROW] = "number of a row, id=N or [find …]",
	};
	char list[NAMES_LIST_MAX];

	if (prop->type == PROP_NUMBER || prop->type == PROP_HEX) {
		values_number(prop, out, size);
	} else if (prop->type == PROP_CHOICE) {
		names_list(prop->names, list, sizeof(list));
		snprintf(out, size, "%" PRIu64 " to %" PRIu64 ", or one of %s", prop->min,
			 prop->max, list);
	} else if (prop->type == PROP_NAMED) {
		snprintf(out, size, "protocol name, number, or all");
	} else if (prop->type == PROP_ENUM || prop->type == PROP_BIT ||
		   prop->type == PROP_SET || prop->type == PROP_WORD) {
		names_list(prop->names, list, sizeof(list));
		snprintf(out, size, "%s%s", prop->type == PROP_SET ? "list of " : "one of ", list);
	} else {
		snprintf(out, size, "%s", texts[prop->type]);
	}
}
