// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: userspace/lib/rsc.c userspace/lib/fault.c */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rsc.h"

/* Writes words so that one line shows all there is to know about them. */
static void show_words(const struct rsc_word *words, size_t count, FILE *out)
{
	static const char *const ops[] = {
		[RSC_EQ] = "=", [RSC_NE] = "!=", [RSC_MATCH] = "~",
	};

	for (size_t i = 0; i < count; i++) {
		fprintf(out, "%s<", i ? " " : "");
		if (words[i].op == RSC_NOT)
			fprintf(out, "!%s", words[i].name);
		else if (words[i].op != RSC_BARE)
			fprintf(out, "%s|%s|", words[i].name, ops[words[i].op]);
		if (words[i].items) {
			fputs("[", out);
			show_words(words[i].items, words[i].count, out);
			fputs("]", out);
		} else if (words[i].value) {
			fputs(words[i].value, out);
		}
		fputs(">", out);
	}
}

/* All statements and faults of a script, one a line. */
static char *show_script(const char *text, size_t length)
{
	struct rsc_reader reader;
	struct rsc_stmt stmt;
	struct fault fault;
	char *shown = NULL;
	size_t size;
	FILE *out = open_memstream(&shown, &size);
	int rc;

	rsc_reader_init(&reader, text, length);
	while ((rc = rsc_read(&reader, &stmt, &fault))) {
		if (rc < 0) {
			fprintf(out, "%u:%u %s\n", fault.line, fault.column, fault.text);
			continue;
		}
		show_words(stmt.words, stmt.count, out);
		fputs("\n", out);
		rsc_stmt_free(&stmt);
	}
	fclose(out);
	return shown;
}

static void check(const char *text, const char *expected)
{
	char *shown = show_script(text, strlen(text));

	assert_string_equal(shown, expected);
	free(shown);
}

static void splits_words(void **state)
{
	(void)state;
	check("", "");
	check("  \n\t\n;;\r\n", "");
	check("add a=1 b=2", "<add> <a|=|1> <b|=|2>\n");
	check("add a=1;add b=2\nprint", "<add> <a|=|1>\n<add> <b|=|2>\n<print>\n");
	check("print where a!=1 b~^x !c d", "<print> <where> <a|!=|1> <b|~|^x> <!c> <d>\n");
	check("set 0,2-4 a=", "<set> <0,2-4> <a|=|>\n");
	check("add a=::1/128 b=0x10", "<add> <a|=|::1/128> <b|=|0x10>\n");
	check("add\r\nprint\r\n", "<add>\n<print>\n");
}

static void takes_comments(void **state)
{
	(void)state;
	check("# all of it; \"even [ this\nadd # rest\n#\n", "<add>\n");
	check("add a=b#c", "<add> <a|=|b#c>\n");
	check("add a=\"#\" #", "<add> <a|=|#>\n");
}

static void joins_folded_lines(void **state)
{
	(void)state;
	check("add a=1 \\\n    b=2", "<add> <a|=|1> <b|=|2>\n");
	check("add a=\\\n    1.2.3.4/8 b=2", "<add> <a|=|1.2.3.4/8> <b|=|2>\n");
	check("add a=\\\r\n\t 1", "<add> <a|=|1>\n");
	check("add a=\"x \\\n   y\"", "<add> <a|=|x y>\n");
	/* the comment ends where its line ends */
	check("# x \\\nadd", "<add>\n");
}

static void unquotes(void **state)
{
	(void)state;
	check("add a=\"x y\"", "<add> <a|=|x y>\n");
	check("add \"x=y\"", "<add> <x=y>\n");
	check("add a=\"\"", "<add> <a|=|>\n");
	check("a=\"\\\"\\\\\\$\\?\\_\\41\\7a\"", "<a|=|\"\\$? Az>\n");
	check("a=\"[find x]\"", "<a|=|[find x]>\n");
	check("a=\"\xc3\xa4 \xe2\x82\xac\"", "<a|=|\xc3\xa4 \xe2\x82\xac>\n");
}

static void takes_lists(void **state)
{
	(void)state;
	check("set [find a=1] b=2", "<set> <[<find> <a|=|1>]> <b|=|2>\n");
	check("set [ find where a=\"x ]\" !d ]", "<set> <[<find> <where> <a|=|x ]> <!d>]>\n");
	check("add p=[find c~x]", "<add> <p|=|[<find> <c|~|x>]>\n");
}

static void splits_paths(void **state)
{
	(void)state;
	check("/ip/ipsec/kernel/policy/add a=/x/y", "</ip> <ipsec> <kernel> <policy> <add> "
						    "<a|=|/x/y>\n");
	check("/kernel policy", "</kernel> <policy>\n");
	check("kernel/sa/ print", "<kernel> <sa> <print>\n");
	check("/ print", "</> <print>\n");
	check("print /a/b", "<print> </a/b>\n");
}

static void says_where_it_hurts(void **state)
{
	(void)state;
	check("add a=\"x\nprint\n", "1:7 this quote is never closed\n");
	check("add\n  [find a=1\nprint", "<add>\n2:3 this bracket is never closed\n<print>\n");
	check("add a=\"x\"y", "1:10 text right after a closing quote; put a blank between\n");
	check("add a=x\"y\"", "1:8 a quote inside a word; quote the whole value\n");
	check("add [find]x", "1:11 text right after a bracket; put a blank between\n");
	check("add a=[[find]]", "1:8 a list inside a list\n");
	check("set []", "1:5 an empty list; rows are named by [find …]\n");
	check("add =x", "1:5 a value without a name in front of it\n");
	check("print where !", "1:14 a property name must follow\n");
	check("add a=\"\\q\"",
	      "1:9 unknown escape; known are \\\" \\\\ \\n \\r \\t \\$ \\? \\_ and two hex "
	      "digits\n");
	check(":foreach x in=y do={}\nadd a=$b\nadd",
	      "1:1 variables, expressions and commands of the scripting language are not "
	      "supported; write the value\n"
	      "2:7 variables, expressions and commands of the scripting language are not "
	      "supported; write the value\n"
	      "<add>\n");
}

static void counts_lines_through_folds(void **state)
{
	(void)state;
	check("add a=1 \\\n b=2 \\\n  c=\"x\n\"\nset []",
	      "<add> <a|=|1> <b|=|2> <c|=|x\n>\n5:5 an empty list; rows are named by [find …]\n");
}

static void refuses_nul_and_endless_words(void **state)
{
	char longest[4100];
	char *shown;

	(void)state;
	shown = show_script("add a=\0b", 8);
	assert_string_equal(shown, "1:8 a NUL byte; a script is plain text\n");
	free(shown);
	memset(longest, 'x', sizeof(longest));
	shown = show_script(longest, 4095);
	assert_int_equal(strlen(shown), 4095 + 3);
	free(shown);
	shown = show_script(longest, sizeof(longest));
	assert_non_null(strstr(shown, "a word of more than 4095 bytes"));
	free(shown);
}

static void check_args(const char *const *args, const char *expected)
{
	struct rsc_stmt stmt;
	struct fault fault;
	char *shown = NULL;
	size_t size, count = 0;
	FILE *out;

	while (args[count])
		count++;
	out = open_memstream(&shown, &size);
	if (rsc_from_args((char *const *)args, count, &stmt, &fault)) {
		assert_int_equal(fault.line, 0);
		fprintf(out, "%s", fault.text);
	} else {
		show_words(stmt.words, stmt.count, out);
		rsc_stmt_free(&stmt);
	}
	fclose(out);
	assert_string_equal(shown, expected);
	free(shown);
}

#define ARGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void reads_arguments(void **state)
{
	(void)state;
	/* the shell has taken the quotes: blanks stay in the value */
	check_args(ARGS("kernel", "policy", "add", "comment=a b; c"),
		   "<kernel> <policy> <add> <comment|=|a b; c>");
	check_args(ARGS("add", "comment=\"a b\""), "<add> <comment|=|a b>");
	check_args(ARGS("add", "comment=it's \"so\""), "<add> <comment|=|it's \"so\">");
	check_args(ARGS("set", "[find", "comment=x", "a!=1]", "b=2"),
		   "<set> <[<find> <comment|=|x> <a|!=|1>]> <b|=|2>");
	check_args(ARGS("set", "[find comment=\"x y\"]", "b=2"),
		   "<set> <[<find> <comment|=|x y>]> <b|=|2>");
	check_args(ARGS("add", "place-before=[find", "a=1]"),
		   "<add> <place-before|=|[<find> <a|=|1>]>");
	check_args(ARGS("/ip ipsec kernel policy print where a=1"),
		   "</ip> <ipsec> <kernel> <policy> <print> <where> <a|=|1>");
	check_args(ARGS("/kernel/policy", "print", "where", "!a", "b~^c$"),
		   "</kernel> <policy> <print> <where> <!a> <b|~|^c$>");
	check_args(ARGS("set", "[find", "a=1"), "this bracket is never closed");
	check_args(ARGS("=x"), "a value without a name in front of it");
	check_args(ARGS("add a=1; add b=2"), "one command at a time; use -f for several");
	check_args(ARGS("add", ""), "<add> <>");
}

static uint32_t random_state = 1;

static uint32_t next_random(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return random_state >> 8;
}

/* Whatever the bytes, the reader comes to an end and the sanitizers have nothing to say. */
static void survives_damage(void **state)
{
	static const char seed[] =
		"/ip ipsec kernel policy\nadd a=\"x \\\" y\" b=[find c~\"^z\" !d] \\\n   e=1\n"
		"# c\nset [find] x=y;remove 0,2-4\n/kernel/sa/add k=@f \"q\"\n";
	char text[sizeof(seed)];

	(void)state;
	for (size_t length = 0; length < sizeof(seed); length++)
		free(show_script(seed, length));
	for (int i = 0; i < 30000; i++) {
		memcpy(text, seed, sizeof(seed));
		for (uint32_t n = next_random() % 6 + 1; n; n--)
			text[next_random() % sizeof(text)] =
				next_random() % 2 ? "\"\\[]\n=!~;# /$"[next_random() % 13] :
						    (char)next_random();
		free(show_script(text, sizeof(text)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_words),
		cmocka_unit_test(takes_comments),
		cmocka_unit_test(joins_folded_lines),
		cmocka_unit_test(unquotes),
		cmocka_unit_test(takes_lists),
		cmocka_unit_test(splits_paths),
		cmocka_unit_test(says_where_it_hurts),
		cmocka_unit_test(counts_lines_through_folds),
		cmocka_unit_test(refuses_nul_and_endless_words),
		cmocka_unit_test(reads_arguments),
		cmocka_unit_test(survives_damage),
	};

	return cmocka_run_group_tests_name("rsc", tests, NULL, NULL);
}
