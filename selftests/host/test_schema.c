// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: userspace/lib */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/ipsec_genl.h>

#include "codec.h"
#include "row.h"
#include "schema.h"

#define FOR_EACH(menu, prop)								\
	for (const struct menu *menu = schema_menus; menu->path; menu++)		\
		for (const struct prop *prop = menu->props; prop->name; prop++)

static void names_are_unique(void **state)
{
	(void)state;
	FOR_EACH(menu, prop)
		for (const struct prop *other = prop + 1; other->name; other++)
			if (!strcmp(prop->name, other->name))
				fail_msg("%s: two properties %s", menu->path, prop->name);
}

static void rows_are_complete(void **state)
{
	(void)state;
	FOR_EACH(menu, prop) {
		bool named = prop->type == PROP_ENUM || prop->type == PROP_NAMED ||
			     prop->type == PROP_SET || prop->type == PROP_BIT ||
			     prop->type == PROP_WORD || prop->type == PROP_CHOICE;
		bool paired = prop->type == PROP_PREFIX || prop->type == PROP_PORTS ||
			      prop->type == PROP_LIMIT || prop->type == PROP_TIME_LIMIT;

		if (named != (prop->names != NULL) || paired != (prop->attr2 != 0) ||
		    (prop->type == PROP_BIT) != (prop->bit != 0))
			fail_msg("%s %s: type and columns do not agree", menu->path, prop->name);
		if (prop->need & ~prop->in)
			fail_msg("%s %s: needed where it is not taken", menu->path, prop->name);
		if (!prop->help || prop->help[strlen(prop->help) - 1] != '.')
			fail_msg("%s %s: help is not a sentence", menu->path, prop->name);
		for (unsigned int bit = 0; bit < 16; bit++)
			if ((prop->in & 1u << bit) && !schema_action(menu, (enum verb)(1u << bit)))
				fail_msg("%s %s: of a command that is not "
					 "there", menu->path, prop->name);
	}
}

static void menus_are_complete(void **state)
{
	(void)state;
	for (const struct menu *menu = schema_menus; menu->path; menu++) {
		for (const struct flag_letter *letter = menu->letters; letter->letter; letter++)
			assert_non_null(schema_prop(menu, letter->prop));
		for (const struct action *action = menu->actions; action->name; action++)
			if ((action->args & ARGS_ROWS) && !schema_prop_id(menu))
				fail_msg("%s %s: rows without an id", menu->path, action->name);
		assert_ptr_equal(schema_menu(menu->path), menu);
	}
}

/* What a value looks like when it is absent is a value itself. */
static void defaults_parse(void **state)
{
	(void)state;
	FOR_EACH(menu, prop) {
		struct value value = { .set = false };
		char why[NAMES_LIST_MAX + 64], *text;

		if (!prop->implied)
			continue;
		if (value_parse(prop, prop->implied, &value, why, sizeof(why)))
			fail_msg("%s %s: default %s: "
				 "%s", menu->path, prop->name, prop->implied, why);
		text = value_text(prop, &value);
		assert_string_equal(text, prop->implied);
		free(text);
		assert_true(value_is_implied(prop, &value));
		value_free(prop, &value);
	}
}

/* Each name of an enumeration is a value, and reads as it was written. */
static void names_parse(void **state)
{
	(void)state;
	FOR_EACH(menu, prop) {
		for (const struct name *name = prop->names; name && name->text; name++) {
			struct value value = { .set = false };
			char why[NAMES_LIST_MAX + 64], *text;

			if (value_parse(prop, name->text, &value, why, sizeof(why)))
				fail_msg("%s %s=%s: %s", menu->path, prop->name, name->text, why);
			text = value_text(prop, &value);
			assert_string_equal(text, name->text);
			free(text);
			value_free(prop, &value);
		}
	}
}

/* Nobody is told half of a list. */
static void lists_of_names_are_whole(void **state)
{
	(void)state;
	FOR_EACH(menu, prop) {
		char values[NAMES_LIST_MAX + 16];
		const struct name *last = prop->names;

		if (!last || !last->text || prop->type == PROP_NAMED)
			continue;
		while (last[1].text)
			last++;
		schema_values(prop, values, sizeof(values));
		if (strlen(values) < strlen(last->text) ||
		    strcmp(values + strlen(values) - strlen(last->text), last->text))
			fail_msg("%s %s: %s", menu->path, prop->name, values);
	}
}

/* Attributes that are not properties, each for its reason. */
static bool is_special(uint16_t nest, uint16_t attr)
{
	switch (nest) {
	case IPSEC_A_POLICY:
		/* derived from addresses; said by place-before and destination */
		return attr == IPSEC_A_POLICY_PAD || attr == IPSEC_A_POLICY_FAMILY ||
		       attr == IPSEC_A_POLICY_PLACE || attr == IPSEC_A_POLICY_PLACE_ID;
	case IPSEC_A_SA:
		/* said by show-sensitive; of events alone */
		return attr == IPSEC_A_SA_PAD || attr == IPSEC_A_SA_SHOW_KEYS ||
		       attr == IPSEC_A_SA_EXPIRE_HARD || attr == IPSEC_A_SA_EXPIRE_WHY;
	case IPSEC_A_STATS:
		return attr == IPSEC_A_STAT_PAD || attr == IPSEC_A_STAT_REASONS;
	case IPSEC_A_EXPLAIN:
		return attr == IPSEC_A_EXPLAIN_ROWS || attr == IPSEC_A_EXPLAIN_ROW ||
		       attr == IPSEC_A_EXPLAIN_ROW_ID || attr == IPSEC_A_EXPLAIN_ROW_FIELD;
	case IPSEC_A_ACQUIRE:
		return attr == IPSEC_A_ACQUIRE_PAD;
	}
	return false;
}

/* Nothing of the kernel's interface is out of reach. */
static void covers_the_interface(void **state)
{
	static const struct {
		const char *menu;
		uint16_t max;
	} tables[] = {
		{ "kernel policy", IPSEC_A_POLICY_MAX }, { "kernel sa", IPSEC_A_SA_MAX },
		{ "statistics", IPSEC_A_STAT_MAX }, { "algorithm", IPSEC_A_ALG_MAX },
		{ "kernel settings", IPSEC_A_SETTINGS_MAX }, { "explain", IPSEC_A_EXPLAIN_MAX },
		{ "event acquire", IPSEC_A_ACQUIRE_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		const struct menu *menu = schema_menu(tables[i].menu);
		struct row *row = row_new(menu);

		for (uint16_t attr = 1; attr <= tables[i].max; attr++)
			if (!codec_prop(row, attr) != is_special(menu->nest, attr))
				fail_msg("%s: attribute %u", menu->path, attr);
		row_free(row);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(rows_are_complete),
		cmocka_unit_test(menus_are_complete),
		cmocka_unit_test(defaults_parse),
		cmocka_unit_test(names_parse),
		cmocka_unit_test(lists_of_names_are_whole),
		cmocka_unit_test(covers_the_interface),
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
