// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: userspace/lib tools/ctl.c tools/table.c tools/print.c */
/* sources: tools/change.c tools/info.c tools/monitor.c tools/run.c */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "capture.h"
#include "run.h"

static int checked(const char *text, char **said)
{
	struct ctl ctl = { .program = "ipsecctl", .file = "FILE" };
	struct capture capture;
	int rc;

	capture_start(&capture, &stderr);
	rc = run_script(&ctl, text, strlen(text), true);
	*said = capture_end(&capture);
	assert_null(ctl.nl);
	return rc;
}

static void accepts(const char *text)
{
	char *said;

	assert_int_equal(checked(text, &said), CTL_OK);
	assert_string_equal(said, "");
	free(said);
}

static void refuses(const char *text, const char *reason)
{
	char *said;

	assert_int_equal(checked(text, &said), CTL_USAGE);
	assert_string_equal(said, reason);
	free(said);
}

static void takes_scripts(void **state)
{
	(void)state;
	accepts("");
	accepts("# nothing\n\n");
	accepts("/kernel policy\nflush\nadd action=none\nadd action=discard "
		"place-before=0\nprint\n");
	accepts("/kernel policy add\n/kernel sa flush\n/kernel sa print\n/kernel policy flush");
	/* another command in between ends the transaction */
	accepts("kernel policy add\nkernel policy print\nkernel policy flush\n");
	accepts("kernel policy add\nkernel sa flush\n");
}

static void refuses_numbers(void **state)
{
	(void)state;
	refuses("kernel policy set 0 action=none",
		"FILE:1:19: 0: numbers belong to a print on the screen; use id=N or [find …]\n");
}

static void refuses_late_flushes(void **state)
{
	(void)state;
	refuses("/kernel policy\nadd action=none\nflush\n",
		"FILE:3:1: flush: must stand in front of the first add of its table (line 2): a "
		"transaction flushes what was there before it\n");
}

static void refuses_monitors(void **state)
{
	(void)state;
	refuses("monitor count=1", "FILE:1:1: monitor: does not belong into a script\n");
}

static void says_all_faults(void **state)
{
	(void)state;
	refuses("kernel policy ad action=drop\nkernel policy add x=1\nkernel policy \"\n",
		"FILE:1:25: action=drop: not a known value; use one of encrypt, discard, none\n"
		"FILE:2:19: x=1: \"kernel policy add\" has no such property; it has comment, "
		"src-address, src-port, dst-address, dst-port, protocol, action, level, "
		"ipsec-protocols, tunnel, sa-src-address, sa-dst-address, tcp-mss, cookie, "
		"place-before\n"
		"FILE:3:15: this quote is never closed\n");
}

static void stops_at_twenty(void **state)
{
	char text[64 * 30] = "", *said, *at;
	size_t lines = 0;

	(void)state;
	for (int i = 0; i < 30; i++)
		strcat(text, "kernel policy add action=drop\n");
	assert_int_equal(checked(text, &said), CTL_USAGE);
	for (at = said; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, 21);
	assert_non_null(strstr(said, "more faults are not shown"));
	free(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_scripts),
		cmocka_unit_test(refuses_numbers),
		cmocka_unit_test(refuses_late_flushes),
		cmocka_unit_test(refuses_monitors),
		cmocka_unit_test(says_all_faults),
		cmocka_unit_test(stops_at_twenty),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
