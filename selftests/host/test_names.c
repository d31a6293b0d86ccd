// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: userspace/lib/names.c */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "names.h"

static void finds_exact_names(void **state)
{
	(void)state;
	assert_int_equal(names_find(names_protocol, "tcp")->value, 6);
	assert_null(names_find(names_protocol, "tc"));
	assert_null(names_find(names_protocol, "TCP"));
	assert_string_equal(names_text(names_protocol, 50), "ipsec-esp");
	assert_null(names_text(names_protocol, 255));
}

static void lists_and_cuts(void **state)
{
	char list[64], cut[8];

	(void)state;
	names_list(names_policy_level, list, sizeof(list));
	assert_string_equal(list, "require, unique, use");
	names_list(names_policy_level, cut, sizeof(cut));
	assert_int_equal(strlen(cut), 7);
}

static void guesses(void **state)
{
	(void)state;
	assert_string_equal(names_guess(names_policy_action, "encypt"), "encrypt");
	assert_string_equal(names_guess(names_policy_action, "encyrpt"), "encrypt");
	assert_string_equal(names_guess(names_policy_action, "dicsard"), "discard");
	assert_string_equal(names_guess(names_protocol, "tpc"), "tcp");
	assert_string_equal(names_guess(names_policy_level, "uniq"), "unique");
	/* far from anything: better no answer than a wrong one */
	assert_null(names_guess(names_policy_action, "banana"));
	assert_null(names_guess(names_policy_action, ""));
	assert_null(names_guess(names_policy_action,
				"encrypt-and-a-word-that-is-far-too-long-to-mean-it"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_exact_names),
		cmocka_unit_test(lists_and_cuts),
		cmocka_unit_test(guesses),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
