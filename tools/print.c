// SPDX-License-Identifier: GPL-2.0-or-later
#include "print.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

/* --- JSON --- */

static void add_named(struct json_object *object, const char *name, const char *suffix,
		      struct json_object *value)
{
	char key[64];
	size_t i;

	snprintf(key, sizeof(key), "%s%s", name, suffix);
	for (i = 0; key[i]; i++)
		if (key[i] == '-')
			key[i] = '_';
		else if (key[i] >= 'A' && key[i] <= 'Z')
			key[i] = (char)(key[i] - 'A' + 'a');
	json_object_object_add(object, key, value);
}

/* yes and no are booleans; what is text on the terminal is text here. */
static struct json_object *json_word(const struct prop *prop, const char *text)
{
	if (prop->type != PROP_TEXT && (!strcmp(text, "yes") || !strcmp(text, "no")))
		return json_object_new_boolean(text[0] == 'y');
	return json_object_new_string(text);
}

static struct json_object *json_text(const struct prop *prop, const struct value *value)
{
	char *text = value_text(prop, value);
	struct json_object *json;

	if (!text)
		return NULL;
	json = json_word(prop, text);
	if (prop->type == PROP_KEY)
		explicit_bzero(text, strlen(text));
	free(text);
	return json;
}

static void json_limit(struct json_object *object, const struct prop *prop,
		       const struct value *value)
{
	bool time = prop->type == PROP_TIME_LIMIT;

	if (value->low)
		add_named(object, prop->name, time ? "_soft_seconds" : "_soft",
			  json_object_new_uint64(value->low));
	if (value->high)
		add_named(object, prop->name, time ? "_hard_seconds" : "_hard",
			  json_object_new_uint64(value->high));
}

static void json_ports(struct json_object *object, const struct prop *prop,
		       const struct value *value)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < value->count; i++)
		json_object_array_add(list, json_object_new_int(value->ports[i]));
	add_named(object, prop->name, "", list);
}

static void json_value(struct json_object *object, const struct prop *prop,
		       const struct value *value)
{
	switch (prop->type) {
	case PROP_NUMBER:
		add_named(object, prop->name, "", json_object_new_uint64(value->number));
		break;
	case PROP_TIME:
		add_named(object, prop->name, "_seconds", json_object_new_uint64(value->number));
		break;
	case PROP_AGO:
		add_named(object, prop->name, "_ms", json_object_new_uint64(value->number));
		break;
	case PROP_LIMIT:
	case PROP_TIME_LIMIT:
		json_limit(object, prop, value);
		break;
	case PROP_PORT_LIST:
		json_ports(object, prop, value);
		break;
	default:
		add_named(object, prop->name, "", json_text(prop, value));
	}
}

struct json_object *print_json_row(struct json_object *object, const struct row *row,
				   bool show_keys)
{
	for (const struct prop *prop = row->menu->props; prop->name; prop++) {
		const struct value *value = row_at(row, prop);

		if (prop->type == PROP_KEY && !show_keys)
			continue;
		if (value->set)
			json_value(object, prop, value);
		else if (prop->type == PROP_PRESENT && !prop->in)
			add_named(object, prop->name, "", json_object_new_boolean(0));
		else if (((prop->show & SHOW_ALWAYS) || prop->type == PROP_BIT) && prop->implied)
			add_named(object, prop->name, "", json_word(prop, prop->implied));
	}
	return object;
}

void print_json(struct json_object *json, bool one_line)
{
	int flags = one_line ? JSON_C_TO_STRING_PLAIN :
			       JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;

	puts(json_object_to_json_string_ext(json, flags | JSON_C_TO_STRING_NOSLASHESCAPE));
	fflush(stdout);
	json_object_put(json);
}

void print_json_rows(const struct table *table, const struct conditions *where, bool show_keys)
{
	struct json_object *list = json_object_new_array(), *object;

	for (size_t i = 0; i < table->count; i++) {
		if (where && !conditions_match(where, table->rows[i]))
			continue;
		object = json_object_new_object();
		if (where)
			json_object_object_add(object, "number", json_object_new_uint64(i));
		json_object_array_add(list, print_json_row(object, table->rows[i], show_keys));
	}
	print_json(list, false);
}

/* --- flags --- */

/* Does the row bear the letter? */
static bool has_letter(const struct row *row, const struct flag_letter *letter)
{
	const struct prop *prop = schema_prop(row->menu, letter->prop);
	const struct value *value = row_at(row, prop);
	const char *text;

	if (!value->set || prop->type == PROP_PRESENT)
		return value->set;
	text = names_text(prop->names, (uint32_t)value->number);
	return text && !strcmp(text, "yes");
}

static void print_legend(const struct menu *menu)
{
	const char *comma = "Flags: ";

	for (const struct flag_letter *letter = menu->letters; letter->letter; letter++) {
		printf("%s%c - %s", comma, letter->letter, letter->prop);
		comma = ", ";
	}
	if (comma[0] == ',')
		putchar('\n');
}

static void row_letters(const struct row *row, char *out)
{
	for (const struct flag_letter *letter = row->menu->letters; letter->letter; letter++)
		*out++ = has_letter(row, letter) ? letter->letter : ' ';
	*out = '\0';
}

/* --- text --- */

/* Quotes what the grammar would not take as one plain word. */
static void print_quoted(const char *text, FILE *out)
{
	if (*text && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "-_.,:/()*%@+") == strlen(text)) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\' || *text == '$')
			fputc('\\', out);
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			fprintf(out, "\\%02X", (unsigned char)*text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static bool shows(const struct row *row, const struct prop *prop, bool show_keys)
{
	if (prop->type == PROP_KEY && !show_keys)
		return false;
	return row_at(row, prop)->set || ((prop->show & SHOW_ALWAYS) && prop->implied);
}

/* The value as shown; to be freed. */
static char *shown_text(const struct row *row, const struct prop *prop)
{
	const struct value *value = row_at(row, prop);

	if (value->set)
		return value_text(prop, value);
	if (prop->type == PROP_AGO)
		return strdup("never");
	return strdup(prop->implied ? prop->implied : "");
}

static void free_shown(const struct prop *prop, char *text)
{
	if (text && prop->type == PROP_KEY)
		explicit_bzero(text, strlen(text));
	free(text);
}

static void print_word(const struct row *row, const struct prop *prop)
{
	char *text = shown_text(row, prop);

	printf(" %s=", prop->name);
	print_quoted(text ? text : "", stdout);
	free_shown(prop, text);
}

void print_words(const struct row *row, bool show_keys)
{
	for (const struct prop *prop = row->menu->props; prop->name; prop++)
		if (shows(row, prop, show_keys))
			print_word(row, prop);
}

void print_settings(const struct row *row)
{
	for (const struct prop *prop = row->menu->props; prop->name; prop++)
		if ((prop->in & VERB_ADD) && shows(row, prop, false) && row_at(row, prop)->set &&
		    !value_is_implied(prop, row_at(row, prop)))
			print_word(row, prop);
}

void print_pair(const char *name, const char *value)
{
	printf("%28s: %s\n", name, value);
}

static int number_width(const struct table *table)
{
	return snprintf(NULL, 0, "%zu", table->count ? table->count - 1 : 0);
}

void print_comment(const char *text)
{
	fputs(" ;;; ", stdout);
	for (; *text; text++)
		putchar((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
}

/* "NUMBER FLAGS", with the comment on a line of its own if there is one. */
static void print_head(const struct row *row, size_t number, int width)
{
	char letters[16];

	row_letters(row, letters);
	printf("%*zu %s", width, number, letters);
	if (!row_has(row, "comment"))
		return;
	print_comment(row_value(row, "comment")->text);
	printf("\n%*s", width + 1 + (int)strlen(letters), "");
}

#define DETAIL_WIDTH 100

/* "name=value" words, wrapped, each following line hung below the first word. */
static void print_detail(const struct row *row, size_t number, int width, bool show_keys)
{
	char letters[16];
	int indent, column;

	row_letters(row, letters);
	indent = width + 1 + (int)strlen(letters);
	print_head(row, number, width);
	column = indent;
	for (const struct prop *prop = row->menu->props; prop->name; prop++) {
		char *text;
		int size;

		if ((prop->show & SHOW_NEVER) || !shows(row, prop, show_keys))
			continue;
		/* a default is worth its place only where the schema says so */
		if (!(prop->show & SHOW_ALWAYS) && value_is_implied(prop, row_at(row, prop)))
			continue;
		text = shown_text(row, prop);
		size = (int)(strlen(prop->name) + strlen(text ? text : "")) + 2;
		if (column > indent && column + size > DETAIL_WIDTH) {
			printf("\n%*s", indent, "");
			column = indent;
		}
		printf(" %s=", prop->name);
		print_quoted(text ? text : "", stdout);
		column += size;
		free_shown(prop, text);
	}
	putchar('\n');
}

static void print_terse(const struct row *row, size_t number, bool show_keys)
{
	char letters[16];

	row_letters(row, letters);
	printf("%zu %s", number, letters);
	for (const struct prop *prop = row->menu->props; prop->name; prop++)
		if (shows(row, prop, show_keys) &&
		    (!(prop->show & SHOW_NEVER) || prop->type == PROP_TEXT))
			print_word(row, prop);
	putchar('\n');
}

/* A column earns its place if it always has one, or if some row says more than the default. */
static bool wants_column(const struct table *table, const struct conditions *where,
			 const struct prop *prop, uint8_t show)
{
	if (!(prop->show & show))
		return false;
	if (!table->count)
		return true;
	for (size_t i = 0; i < table->count; i++) {
		const struct value *value = row_at(table->rows[i], prop);

		if (value->set && !value_is_implied(prop, value) &&
		    conditions_match(where, table->rows[i]))
			return true;
	}
	return show == SHOW_STATS || prop->type == PROP_PREFIX || prop->type == PROP_ENUM;
}

struct column {
	const struct prop *prop;
	int width;
};

static size_t make_columns(const struct table *table, const struct conditions *where, uint8_t show,
			   struct column *columns)
{
	size_t count = 0;

	for (const struct prop *prop = table->menu->props; prop->name; prop++) {
		if (!wants_column(table, where, prop, show))
			continue;
		columns[count].prop = prop;
		columns[count].width = (int)strlen(prop->name);
		for (size_t i = 0; i < table->count; i++) {
			char *text = shown_text(table->rows[i], prop);
			int width = text ? (int)strlen(text) : 0;

			if (width > columns[count].width)
				columns[count].width = width;
			free(text);
		}
		count++;
	}
	return count;
}

static void print_heading(const struct menu *menu, const struct column *columns, size_t count,
			  int width)
{
	int letters = 0;

	while (menu->letters[letters].letter)
		letters++;
	printf("%*s %*s", width, "#", letters, "");
	for (size_t i = 0; i < count; i++) {
		printf(" ");
		for (const char *name = columns[i].prop->name; *name; name++)
			putchar(*name >= 'a' && *name <= 'z' ? *name - 'a' + 'A' : *name);
		if (i + 1 < count)
			printf("%*s", columns[i].width - (int)strlen(columns[i].prop->name), "");
	}
	putchar('\n');
}

/* Blanks come in front of the next cell that has something in it, so that no line ends in them. */
static void print_cells(const struct row *row, const struct column *columns, size_t count)
{
	int blanks = 0;

	for (size_t i = 0; i < count; i++) {
		char *text = shown_text(row, columns[i].prop);
		int width = text ? (int)strlen(text) : 0;

		blanks++;
		if (width) {
			printf("%*s%s", blanks, "", text);
			blanks = 0;
		}
		blanks += columns[i].width - width;
		free(text);
	}
	putchar('\n');
}

static void print_columns(const struct table *table, const struct command *command)
{
	uint8_t show = command->style == PRINT_STATS ? SHOW_STATS : SHOW_COLUMN;
	struct column *columns = calloc(schema_props(table->menu) + 1, sizeof(*columns));
	int width = number_width(table);
	size_t count;

	if (!columns)
		return;
	count = make_columns(table, &command->where, show, columns);
	print_legend(table->menu);
	print_heading(table->menu, columns, count, width);
	for (size_t i = 0; i < table->count; i++) {
		const struct row *row = table->rows[i];

		if (!conditions_match(&command->where, row))
			continue;
		print_head(row, i, width);
		print_cells(row, columns, count);
	}
	free(columns);
}

static bool has_columns(const struct menu *menu)
{
	for (const struct prop *prop = menu->props; prop->name; prop++)
		if (prop->show & SHOW_COLUMN)
			return true;
	return false;
}

static size_t count_matches(const struct table *table, const struct conditions *where)
{
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++)
		count += conditions_match(where, table->rows[i]);
	return count;
}

void print_rows(const struct table *table, const struct command *command, bool json)
{
	enum print_style style = command->style;
	int width = number_width(table);

	if (style == PRINT_COUNT) {
		printf("%zu\n", count_matches(table, &command->where));
		return;
	}
	if (json) {
		print_json_rows(table, &command->where, command->show_sensitive);
		return;
	}
	/* keys do not fit into columns */
	if (!command->style_given && (command->show_sensitive || !has_columns(table->menu)))
		style = PRINT_DETAIL;
	if (style == PRINT_COLUMNS || style == PRINT_STATS) {
		print_columns(table, command);
		return;
	}
	if (style == PRINT_DETAIL)
		print_legend(table->menu);
	for (size_t i = 0; i < table->count; i++) {
		if (!conditions_match(&command->where, table->rows[i]))
			continue;
		if (style == PRINT_TERSE)
			print_terse(table->rows[i], i, command->show_sensitive);
		else
			print_detail(table->rows[i], i, width, command->show_sensitive);
	}
}
