// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: userspace/lib */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "command.h"
#include "golden.h"

static void show_conditions(const struct conditions *conditions, FILE *out)
{
	static const char *const ops[] = {
		[CONDITION_EQ] = "=", [CONDITION_NE] = "!=", [CONDITION_MATCH] = "~",
	};

	for (size_t i = 0; i < conditions->count; i++)
		fprintf(out, " %s%s%s", conditions->list[i].prop->name,
			ops[conditions->list[i].op], conditions->list[i].text);
}

static void show_pick(const struct row_pick *pick, FILE *out)
{
	if (pick->kind == PICK_ID)
		fprintf(out, " id %llu", (unsigned long long)pick->id);
	for (size_t i = 0; i < pick->count; i++)
		fprintf(out, " rows %llu to %llu", (unsigned long long)pick->ranges[i].first,
			(unsigned long long)pick->ranges[i].last);
	if (pick->kind == PICK_FIND) {
		fputs(" find(", out);
		show_conditions(&pick->find, out);
		fputs(" )", out);
	}
}

static void show_command(const struct command *command, FILE *out)
{
	fprintf(out, "%s %s:", command->menu->path, command->action->name);
	show_pick(&command->pick, out);
	for (const struct prop *prop = command->menu->props; command->row && prop->name; prop++) {
		char *text;

		if (!row_at(command->row, prop)->set)
			continue;
		if (prop->type == PROP_ROW) {
			fprintf(out, " %s", prop->name);
			show_pick(command->row->place, out);
			continue;
		}
		text = value_text(prop, row_at(command->row, prop));
		fprintf(out, " %s=%s", prop->name, text);
		free(text);
	}
	if (command->style_given)
		fprintf(out, " style %d", command->style);
	if (command->show_sensitive)
		fputs(" show-sensitive", out);
	if (command->where.count) {
		fputs(" where", out);
		show_conditions(&command->where, out);
	}
	fputs("\n", out);
}

/* What each statement of a script comes to: a command understood, or its fault. */
static char *show_script(const char *text, size_t length)
{
	char context[COMMAND_PATH_MAX] = "", *shown = NULL;
	struct rsc_reader reader;
	struct command *command;
	struct rsc_stmt stmt;
	struct fault fault;
	size_t size;
	FILE *out = open_memstream(&shown, &size);
	int rc;

	rsc_reader_init(&reader, text, length);
	while ((rc = rsc_read(&reader, &stmt, &fault))) {
		if (rc < 0 || command_parse(&stmt, context, &command, &fault)) {
			fault_print(&fault, "ipsecctl", "FILE", out);
		} else if (command->action) {
			show_command(command, out);
			command_free(command);
		} else {
			fprintf(out, "[%s]\n", context);
			command_free(command);
		}
		if (rc > 0)
			rsc_stmt_free(&stmt);
	}
	fclose(out);
	return shown;
}

static void golden(const char *name)
{
	char path[512], *text, *shown;
	size_t length;

	snprintf(path, sizeof(path), GOLDEN_DIR "%s.rsc", name);
	text = golden_read(path, &length);
	assert_non_null(text);
	shown = show_script(text, length);
	assert_int_equal(golden_compare(name, shown), 0);
	free(shown);
	free(text);
}

static void understands_menus(void **state)
{
	(void)state;
	golden("menus");
}

static void understands_policies(void **state)
{
	(void)state;
	golden("policy");
}

static void refuses_policies(void **state)
{
	(void)state;
	golden("policy-faults");
}

static void understands_sas(void **state)
{
	(void)state;
	golden("sa");
}

static void refuses_sas(void **state)
{
	(void)state;
	golden("sa-faults");
}

static void never_shows_keys(void **state)
{
	static const char *const scripts[] = {
		"kernel sa add direction=in spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 "
		"enc-algorithm=aes-128-gcm enc-key=0xfeedfacefeedface",
		"kernel sa add enc-key=feedface",
		"kernel sa add enc-key=0xfeedfacex",
		"kernel sa add enc-key=0xfeedface enc-key=0xfeedface",
		"kernel sa add auth-key=0xfeedfac",
		"kernel sa print where enc-key=0xfeedface",
		"kernel sa set [find enc-key=0xfeedface] lifetime=1h",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		char *shown = show_script(scripts[i], strlen(scripts[i]));

		assert_non_null(strstr(shown, "FILE:1:"));
		assert_null(strstr(shown, "feedfac"));
		free(shown);
	}
}

static uint32_t random_state = 7;

static uint32_t next_random(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return random_state >> 8;
}

/* Damaged scripts end in commands or faults, and the sanitizers have nothing to say. */
static void survives_damage(void **state)
{
	static const char *const names[] = {
		"menus", "policy", "policy-faults", "sa", "sa-faults"
	};
	static const char bytes[] = "\"\\[]\n=!~;# /-,0a";

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[512], *text, *copy;
		size_t length;

		snprintf(path, sizeof(path), GOLDEN_DIR "%s.rsc", names[i]);
		text = golden_read(path, &length);
		assert_non_null(text);
		copy = malloc(length);
		for (int round = 0; round < 300; round++) {
			memcpy(copy, text, length);
			for (uint32_t n = next_random() % 40 + 1; n; n--)
				copy[next_random() % length] =
					next_random() % 4 ? bytes[next_random() % 16] :
							    (char)next_random();
			free(show_script(copy, length));
		}
		free(copy);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands_menus),
		cmocka_unit_test(understands_policies),
		cmocka_unit_test(refuses_policies),
		cmocka_unit_test(understands_sas),
		cmocka_unit_test(refuses_sas),
		cmocka_unit_test(never_shows_keys),
		cmocka_unit_test(survives_damage),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
