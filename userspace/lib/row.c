// SPDX-License-Identifier: GPL-2.0-or-later
#include "row.h"

#include <inttypes.h>
#include <regex.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct row *row_new(const struct menu *menu)
{
	struct row *row = calloc(1, sizeof(*row));

	if (!row)
		return NULL;
	row->menu = menu;
	row->values = calloc(schema_props(menu) + 1, sizeof(*row->values));
	if (row->values)
		return row;
	free(row);
	return NULL;
}

void row_free(struct row *row)
{
	if (!row)
		return;
	for (const struct prop *prop = row->menu->props; prop->name; prop++)
		value_free(prop, row_at(row, prop));
	free(row->values);
	row_pick_free(row->place);
	free(row->place);
	free(row);
}

struct value *row_at(const struct row *row, const struct prop *prop)
{
	return &row->values[prop - row->menu->props];
}

struct value *row_value(const struct row *row, const char *name)
{
	const struct prop *prop = schema_prop(row->menu, name);

	return prop ? row_at(row, prop) : NULL;
}

bool row_has(const struct row *row, const char *name)
{
	const struct value *value = row_value(row, name);

	return value && value->set;
}

/* Keys, also those behind a mistyped name, must not end up on a screen or in a log. */
static bool looks_secret(const struct rsc_word *word, const struct prop *prop)
{
	if (prop)
		return prop->type == PROP_KEY;
	return strstr(word->name, "key") || strstr(word->name, "secret") ||
	       strstr(word->name, "pass") || (word->value && strlen(word->value) > 16 &&
					      !strncmp(word->value, "0x", 2));
}

/* "name=value", or the name alone if the value is a secret. */
static void word_text(const struct rsc_word *word, const struct prop *prop, char *out, size_t size)
{
	static const char *const ops[] = {
		[RSC_EQ] = "=", [RSC_NE] = "!=", [RSC_MATCH] = "~",
	};

	if (word->op == RSC_BARE)
		snprintf(out, size, "%s", word->items ? "[…]" : word->value);
	else if (word->op == RSC_NOT)
		snprintf(out, size, "!%s", word->name);
	else if (word->items || looks_secret(word, prop))
		snprintf(out, size, "%s%s…", word->name, ops[word->op]);
	else
		snprintf(out, size, "%s%s%s", word->name, ops[word->op], word->value);
}

__attribute__((format(printf, 4, 5)))
static int word_fault(const struct rsc_word *word, const struct prop *prop, struct fault *fault,
		      const char *format, ...)
{
	unsigned int column = word->column;
	char text[sizeof(fault->text)], name[sizeof(fault->word) + 32];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	word_text(word, prop, name, sizeof(name));
	if (prop && word->value_column)
		column = word->value_column;
	return fault_set(fault, word->line, column, name, "%s", text);
}

int row_fault(const struct row *row, const char *name, struct fault *fault, const char *format, ...)
{
	const struct prop *prop = schema_prop(row->menu, name);
	const struct value *value = prop ? row_at(row, prop) : NULL;
	char text[sizeof(fault->text)], word[sizeof(fault->word) + 32];
	char *shown = NULL;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (value && value->set && prop->type != PROP_KEY && prop->type != PROP_ROW)
		shown = value_text(prop, value);
	snprintf(word, sizeof(word), "%s%s%s", name, shown ? "=" : "", shown ? shown : "");
	free(shown);
	return fault_set(fault, value ? value->line : 0, value ? value->column : 0, word, "%s",
			 text);
}

static bool starts_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

/* A property by its name, or by the only beginning that fits one of @verb's. */
static const struct prop *find_prop(const struct menu *menu, const char *name, unsigned int verbs)
{
	const struct prop *prop = schema_prop(menu, name), *found = NULL;

	if (prop)
		return prop;
	for (prop = menu->props; prop->name; prop++) {
		if (!(prop->in & verbs) || !starts_with(prop->name, name))
			continue;
		if (found)
			return NULL;
		found = prop;
	}
	return found;
}

static const char *guess_prop(const struct menu *menu, const char *name, unsigned int verbs)
{
	struct names_guess guess;

	names_guess_init(&guess, name);
	for (const struct prop *prop = menu->props; prop->name; prop++)
		if (!verbs || (prop->in & verbs))
			names_guess_try(&guess, prop->name);
	return names_guess_best(&guess);
}

static void list_props(const struct menu *menu, unsigned int verbs, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (const struct prop *prop = menu->props; prop->name && used < size; prop++)
		if (prop->in & verbs)
			used += (size_t)snprintf(out + used, size - used, "%s%s",
						 used ? ", " : "", prop->name);
}

static int unknown_prop(const struct row *row, const struct rsc_word *word, enum verb verb,
			struct fault *fault)
{
	const struct action *action = schema_action(row->menu, verb);
	const char *guess = guess_prop(row->menu, word->name, verb);
	const char *blank = action->name[0] ? " " : "";
	char list[360];

	if (guess)
		return word_fault(word, NULL, fault,
				  "\"%s%s%s\" has no such property; did you mean \"%s\"?",
				  row->menu->path, blank, action->name, guess);
	list_props(row->menu, verb, list, sizeof(list));
	if (!list[0])
		return word_fault(word, NULL, fault, "\"%s%s%s\" takes no properties",
				  row->menu->path, blank, action->name);
	return word_fault(word, NULL, fault, "\"%s%s%s\" has no such property; it has %s",
			  row->menu->path, blank, action->name, list);
}

static int take_place(struct row *row, const struct prop *prop, const struct rsc_word *word,
		      struct fault *fault)
{
	struct value *value = row_at(row, prop);
	struct rsc_word bare = *word;

	row->place = calloc(1, sizeof(*row->place));
	if (!row->place)
		return word_fault(word, prop, fault, "out of memory");
	bare.op = RSC_BARE;
	bare.name = NULL;
	bare.column = word->value_column;
	if (row_pick_parse(row->menu, &bare, row->place, fault))
		return -1;
	*value = (struct value){ .set = true, .line = word->line, .column = word->value_column };
	return 0;
}

int row_take(struct row *row, const struct rsc_word *word, enum verb verb, struct fault *fault)
{
	const struct prop *prop;
	struct value *value;
	char why[NAMES_LIST_MAX + 64];

	if (word->op == RSC_BARE)
		return word_fault(word, NULL, fault, "not understood here; properties are "
						     "name=value");
	if (word->op != RSC_EQ)
		return word_fault(word, NULL, fault, "conditions belong behind \"where\" or into "
						     "[find …]");
	prop = find_prop(row->menu, word->name, verb);
	if (!prop)
		return unknown_prop(row, word, verb, fault);
	if (!prop->in)
		return word_fault(word, NULL, fault, "this property is only printed, it cannot be "
						     "set");
	if (!(prop->in & verb))
		return unknown_prop(row, word, verb, fault);
	value = row_at(row, prop);
	if (value->set)
		return word_fault(word, prop, fault, "given twice; leave one out");
	if (prop->type == PROP_ROW)
		return take_place(row, prop, word, fault);
	if (word->items)
		return word_fault(word, prop, fault, "a list of rows does not fit here");
	value->line = word->line;
	value->column = word->value_column;
	if (value_parse(prop, word->value, value, why, sizeof(why)))
		return word_fault(word, prop, fault, "%s", why);
	return 0;
}

int row_check(struct row *row, enum verb verb, struct fault *fault)
{
	char values[NAMES_LIST_MAX + 16];

	for (const struct prop *prop = row->menu->props; prop->name; prop++) {
		if (!(prop->need & verb) || row_at(row, prop)->set)
			continue;
		schema_values(prop, values, sizeof(values));
		return fault_set(fault, 0, 0, prop->name, "is missing; add %s=… (%s)", prop->name,
				 values);
	}
	return row->menu->check ? row->menu->check(row, verb, fault) : 0;
}

/* A condition's value as prints would show it, so that 0x100 finds 0x00000100. */
static int canonical_text(const struct prop *prop, const struct rsc_word *word, char **text,
			  struct fault *fault)
{
	struct value value = { .set = false };
	char why[NAMES_LIST_MAX + 64];

	if (prop->type == PROP_KEY)
		return word_fault(word, prop, fault, "rows are not looked up by key");
	if (value_parse(prop, word->value, &value, why, sizeof(why)))
		return word_fault(word, prop, fault, "%s", why);
	*text = value_text(prop, &value);
	value_free(prop, &value);
	return *text ? 0 : word_fault(word, prop, fault, "out of memory");
}

static int check_regex(const struct prop *prop, const struct rsc_word *word, char **text,
		       struct fault *fault)
{
	regex_t regex;

	if (regcomp(&regex, word->value, REG_EXTENDED | REG_NOSUB))
		return word_fault(word, prop, fault, "not a regular expression");
	regfree(&regex);
	*text = strdup(word->value);
	return *text ? 0 : word_fault(word, prop, fault, "out of memory");
}

static bool is_yes_no(const struct prop *prop)
{
	return prop->type == PROP_PRESENT || (prop->names && names_find(prop->names, "yes"));
}

/* "name" and "!name": yes or no; of a property that is neither, whether there is one. */
static int condition_alone(struct condition *condition, const struct rsc_word *word,
			   struct fault *fault)
{
	bool yes = word->op == RSC_BARE;

	if (is_yes_no(condition->prop)) {
		condition->op = yes ? CONDITION_EQ : CONDITION_NE;
		condition->text = strdup("yes");
	} else {
		condition->op = yes ? CONDITION_NE : CONDITION_EQ;
		condition->text = strdup("");
	}
	return condition->text ? 0 : word_fault(word, NULL, fault, "out of memory");
}

static int condition_parse(const struct menu *menu, const struct rsc_word *word,
			   struct condition *condition, struct fault *fault)
{
	const char *name = word->op == RSC_BARE ? word->value : word->name;
	const char *guess;

	if (!name || word->items)
		return word_fault(word, NULL, fault, "not a condition; use name=value, "
						     "name!=value, name~regex, name or !name");
	condition->prop = schema_prop(menu, name);
	if (!condition->prop) {
		guess = guess_prop(menu, name, 0);
		return word_fault(word, NULL, fault, "rows of \"%s\" have no such property%s%s%s",
				  menu->path, guess ? "; did you mean \"" : "", guess ? guess : "",
				  guess ? "\"?" : "");
	}
	if (word->op == RSC_BARE || word->op == RSC_NOT)
		return condition_alone(condition, word, fault);
	if (word->op == RSC_MATCH) {
		condition->op = CONDITION_MATCH;
		return check_regex(condition->prop, word, &condition->text, fault);
	}
	condition->op = word->op == RSC_EQ ? CONDITION_EQ : CONDITION_NE;
	return canonical_text(condition->prop, word, &condition->text, fault);
}

int conditions_parse(const struct menu *menu, const struct rsc_word *words, size_t count,
		     struct conditions *conditions, struct fault *fault)
{
	conditions->list = calloc(count + 1, sizeof(*conditions->list));
	conditions->count = 0;
	if (!conditions->list)
		return fault_set(fault, 0, 0, NULL, "out of memory");
	for (size_t i = 0; i < count; i++) {
		const struct rsc_word *word = &words[i];

		/* all conditions must hold, whether "and" stands between them or not */
		if (word->op == RSC_BARE && !word->items &&
		    (!strcmp(word->value, "and") || !strcmp(word->value, "&&")))
			continue;
		if (condition_parse(menu, word, &conditions->list[conditions->count], fault)) {
			conditions_free(conditions);
			return -1;
		}
		conditions->count++;
	}
	return 0;
}

static bool regex_matches(const char *pattern, const char *text)
{
	regex_t regex;
	bool match;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB))
		return false;
	match = !regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	return match;
}

static bool condition_matches(const struct condition *condition, const struct row *row)
{
	const struct value *value = row_at(row, condition->prop);
	const char *text = condition->prop->implied ? condition->prop->implied : "";
	char *shown = NULL;
	bool match;

	if (value->set) {
		shown = value_text(condition->prop, value);
		text = shown ? shown : "";
	} else if (condition->prop->type == PROP_PRESENT) {
		text = "no";
	}
	if (condition->op == CONDITION_MATCH)
		match = regex_matches(condition->text, text);
	else
		match = !strcmp(condition->text, text) == (condition->op == CONDITION_EQ);
	free(shown);
	return match;
}

bool conditions_match(const struct conditions *conditions, const struct row *row)
{
	for (size_t i = 0; i < conditions->count; i++)
		if (!condition_matches(&conditions->list[i], row))
			return false;
	return true;
}

void conditions_free(struct conditions *conditions)
{
	for (size_t i = 0; i < conditions->count; i++)
		free(conditions->list[i].text);
	free(conditions->list);
	*conditions = (struct conditions){ NULL, 0 };
}

static bool parse_index(const char **at, uint64_t *number)
{
	const char *digits = *at;

	*number = 0;
	while (**at >= '0' && **at <= '9') {
		if (*number > UINT32_MAX)
			return false;
		*number = *number * 10 + (uint64_t)(*(*at)++ - '0');
	}
	return *at != digits;
}

/* "0,2-4" */
static bool parse_ranges(const char *text, struct row_pick *pick)
{
	const char *at = text;

	pick->ranges = calloc(strlen(text) + 1, sizeof(*pick->ranges));
	if (!pick->ranges)
		return false;
	for (;;) {
		struct pick_range *range = &pick->ranges[pick->count];

		if (!parse_index(&at, &range->first))
			return false;
		range->last = range->first;
		if (*at == '-' && (at++, !parse_index(&at, &range->last)))
			return false;
		if (range->last < range->first)
			return false;
		pick->count++;
		if (!*at)
			return true;
		if (*at++ != ',')
			return false;
	}
}

static int pick_find(const struct menu *menu, const struct rsc_word *word, struct row_pick *pick,
		     struct fault *fault)
{
	size_t skip = 1;

	if (word->items[0].op != RSC_BARE || strcmp(word->items[0].value, "find"))
		return word_fault(&word->items[0], NULL, fault, "only [find …] names rows");
	if (word->count > 1 && word->items[1].op == RSC_BARE &&
	    !strcmp(word->items[1].value, "where"))
		skip = 2;
	pick->kind = PICK_FIND;
	return conditions_parse(menu, word->items + skip, word->count - skip, &pick->find, fault);
}

static int pick_id(const struct rsc_word *word, struct row_pick *pick, struct fault *fault)
{
	const char *at = word->value;

	pick->kind = PICK_ID;
	if (!parse_index(&at, &pick->id) || *at || !pick->id || pick->id > UINT32_MAX)
		return word_fault(word, NULL, fault, "not an id; ids are the numbers \"print "
						     "detail\" shows as id=");
	return 0;
}

int row_pick_parse(const struct menu *menu, const struct rsc_word *word, struct row_pick *pick,
		   struct fault *fault)
{
	int rc = 0;

	*pick = (struct row_pick){ .line = word->line, .column = word->column };
	word_text(word, NULL, pick->word, sizeof(pick->word));
	if (word->items) {
		rc = pick_find(menu, word, pick, fault);
	} else if (word->op == RSC_EQ && !strcmp(word->name, "id")) {
		rc = pick_id(word, pick, fault);
	} else {
		pick->kind = PICK_NUMBERS;
		if (!parse_ranges(word->value, pick))
			rc = word_fault(word, NULL, fault,
					"names no rows; use numbers such as 0,2-4, id=N or [find "
					"…]");
	}
	if (rc)
		row_pick_free(pick);
	return rc;
}

bool row_pick_match(const struct row_pick *pick, uint64_t number, const struct row *row)
{
	const struct prop *prop = schema_prop_id(row->menu);

	switch (pick->kind) {
	case PICK_NONE:
		return true;
	case PICK_ID:
		return prop && row_at(row, prop)->set && row_at(row, prop)->number == pick->id;
	case PICK_FIND:
		return conditions_match(&pick->find, row);
	case PICK_NUMBERS:
		break;
	}
	for (size_t i = 0; i < pick->count; i++)
		if (number >= pick->ranges[i].first && number <= pick->ranges[i].last)
			return true;
	return false;
}

void row_pick_free(struct row_pick *pick)
{
	if (!pick)
		return;
	conditions_free(&pick->find);
	free(pick->ranges);
	*pick = (struct row_pick){ .kind = PICK_NONE };
}
