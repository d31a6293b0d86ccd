// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: userspace/lib tools/complete.c tools/man.c */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "complete.h"
#include "golden.h"
#include "man.h"
#include "schema.h"

static char *completed(const char *line)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	complete_line(line, out);
	fclose(out);
	for (size_t i = 0; i < size; i++)
		if (text[i] == '\n')
			text[i] = ' ';
	return text;
}

static void check(const char *line, const char *expected)
{
	char *text = completed(line);

	assert_string_equal(text, expected);
	free(text);
}

static void completes_menus(void **state)
{
	(void)state;
	check("", "kernel installed-sa statistics algorithm explain monitor ");
	check("k", "kernel ");
	check("kernel ", "policy sa settings ");
	check("kernel s", "sa settings ");
	check("/ip ipsec kernel po", "policy ");
	check("kernel policy ", "add set remove move print flush ");
	check("nonsense ", "");
}

static void completes_properties(void **state)
{
	(void)state;
	check("kernel policy add sa-", "sa-src-address= sa-dst-address= ");
	check("kernel policy add action=none act", "");
	check("kernel policy add action=", "action=encrypt action=discard action=none ");
	check("kernel policy add action=d", "action=discard ");
	check("kernel policy add protocol=ip",
	      "protocol=ipencap protocol=ipv6-encap protocol=ipv6-route protocol=ipv6-frag "
	      "protocol=ipsec-esp protocol=ipsec-ah protocol=ipv6-nonxt protocol=ipv6-opts "
	      "protocol=ipip ");
	check("kernel policy flush ", "builtin= ");
	check("kernel policy flush builtin=", "builtin=yes builtin=no ");
	check("kernel sa get-spi ", "spi= ipsec-protocol= mode= src-address= dst-address= policy= "
				    "lifetime= ");
	check("explain d", "direction= dst-address= dst-port= ");
	check("kernel policy remove ", "id= [find ");
}

static void completes_prints(void **state)
{
	(void)state;
	check("kernel sa print ", "detail terse count-only stats show-sensitive where ");
	check("kernel sa print detail s", "stats show-sensitive ");
	check("statistics print ", "detail ");
	check("installed-sa print where sta", "state= ");
	check("installed-sa print where state=d", "state=dying state=dead ");
}

/* Unfinished lines of any length are completed without harm. */
static void survives_every_prefix(void **state)
{
	static const char line[] =
		"/ip ipsec kernel policy set [find comment=\"x y\"] action=none place-before=0";
	char prefix[sizeof(line)];

	(void)state;
	for (size_t i = 0; i < sizeof(line); i++) {
		snprintf(prefix, i + 1, "%s", line);
		free(completed(prefix));
	}
}

static char *help_of(char *const *words, size_t count)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	complete_help(words, count, out);
	fclose(out);
	return text;
}

static void helps(void **state)
{
	char *menu[] = { (char *)"kernel", (char *)"policy", (char *)"add" };
	char *text = help_of(menu, 3);

	(void)state;
	assert_non_null(strstr(text, "sa-dst-address"));
	assert_null(strstr(text, "destination"));
	free(text);
	text = help_of(menu, 0);
	assert_non_null(strstr(text, "kernel sa get-spi"));
	assert_non_null(strstr(text, "monitor"));
	free(text);
}

static char *generated_page(void)
{
	FILE *template = fopen(SOURCE_DIR "/Documentation/man/ipsecctl.8.in", "re"), *out;
	char *text = NULL;
	size_t size;

	assert_non_null(template);
	out = open_memstream(&text, &size);
	assert_int_equal(man_write(template, out), 0);
	fclose(out);
	fclose(template);
	return text;
}

static void page_is_up_to_date(void **state)
{
	char *now = generated_page(), *page;
	size_t length;

	(void)state;
	page = golden_read(SOURCE_DIR "/Documentation/man/ipsecctl.8", &length);
	assert_non_null(page);
	if (strcmp(now, page))
		fail_msg("Documentation/man/ipsecctl.8 is not what the schema says; run "
			 "tools/genman");
	free(page);
	free(now);
}

static void page_knows_every_command(void **state)
{
	char *now = generated_page(), heading[128];

	(void)state;
	for (const struct menu *menu = schema_menus; menu->path; menu++) {
		for (const struct action *action = menu->actions; action->name; action++) {
			snprintf(heading, sizeof(heading), "\n.It Ic %s%s%s", menu->path,
				 action->name[0] ? " " : "", action->name);
			if (!strstr(now, heading))
				fail_msg("no %s in the manual page", heading + 1);
		}
	}
	free(now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(completes_menus),
		cmocka_unit_test(completes_properties),
		cmocka_unit_test(completes_prints),
		cmocka_unit_test(survives_every_prefix),
		cmocka_unit_test(helps),
		cmocka_unit_test(page_is_up_to_date),
		cmocka_unit_test(page_knows_every_command),
	};

	return cmocka_run_group_tests_name("complete", tests, NULL, NULL);
}
