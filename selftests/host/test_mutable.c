// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: kmod/mutable.c */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/kernel.h>
#include "mutable.h"

/* Hexadecimal digits with blanks between them; returns the number of bytes. */
static unsigned int unhex(const char *text, uint8_t *buf)
{
	unsigned int len = 0;

	for (; *text; text++) {
		char two[3] = { text[0], text[1], 0 };

		if (*text == ' ')
			continue;
		buf[len++] = strtoul(two, NULL, 16);
		text++;
	}
	return len;
}

typedef int mutable_fn(u8 *hdr, unsigned int len, bool sealing);

/* In memory of exactly its length, so that a step beyond it is seen. */
static void check(mutable_fn *fn, bool sealing, const char *head, const char *want)
{
	uint8_t in[512], out[512];
	unsigned int len = unhex(head, in), out_len = unhex(want ? want : "", out);
	uint8_t *hdr = malloc(len);

	memcpy(hdr, in, len);
	assert_int_equal(fn(hdr, len, sealing), want ? 0 : -EPROTO);
	if (want) {
		assert_int_equal(len, out_len);
		assert_memory_equal(hdr, out, len);
	}
	free(hdr);
}

#define IP4(ihl)	"4" ihl "b8 0054 1234 4000 3f 33 abcd c0a80501 c0a80601 "
#define IP4_CLEAR(ihl)	"4" ihl "00 0054 1234 0000 00 33 0000 c0a80501 c0a80601 "

static void ip4_fields(void **state)
{
	(void)state;
	check(ipsec_mutable_ip4, false, IP4("5"), IP4_CLEAR("5"));
	check(ipsec_mutable_ip4, true, IP4("5"), IP4_CLEAR("5"));
	/* fragment fields of any value */
	check(ipsec_mutable_ip4, false, "45ff 0054 1234 ffff ff 33 ffff c0a80501 c0a80601",
	      IP4_CLEAR("5"));
}

/* RFC 4302 Appendix A1. */
static void ip4_options(void **state)
{
	static const char *const kept[] = {
		"820b0000000000000000 00 00",	/* basic security */
		"85030000",			/* extended security */
		"860600000001 0101",		/* commercial security */
		"94040000",			/* router alert */
		"95070000000000 00",		/* directed multi-destination */
		"01010101", "00000000",
	};
	static const char *const cleared[][2] = {
		{ "0707040a00000100", "0000000000000000" },	/* record route, end */
		{ "440805000102030401010101", "000000000000000001010101" },	/* timestamp */
		{ "520c0001000100000a000001", "000000000000000000000000" },	/* traceroute */
		{ "9e040102", "00000000" },			/* nobody's */
		{ "940400009e040102", "9404000000000000" },
	};
	char head[256], want[256];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(kept); i++) {
		snprintf(head, sizeof(head), IP4("8") "%s", kept[i]);
		snprintf(want, sizeof(want), IP4_CLEAR("8") "%s", kept[i]);
		check(ipsec_mutable_ip4, false, head, want);
		check(ipsec_mutable_ip4, true, head, want);
	}
	for (i = 0; i < ARRAY_SIZE(cleared); i++) {
		snprintf(head, sizeof(head), IP4("8") "%s", cleared[i][0]);
		snprintf(want, sizeof(want), IP4_CLEAR("8") "%s", cleared[i][1]);
		check(ipsec_mutable_ip4, false, head, want);
		check(ipsec_mutable_ip4, true, head, want);
	}
}

/* The sender knows where a source route ends; the receiver is there. */
static void ip4_source_route(void **state)
{
	static const char *const types[] = { "83", "89" };
	char head[256], want[256];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		snprintf(head, sizeof(head), IP4("8") "01 %s0b04 0a000001 0a000002", types[i]);
		check(ipsec_mutable_ip4, false, head, IP4_CLEAR("8") "01 000000 00000000 00000000");
		check(ipsec_mutable_ip4, true, head,
		      "4800 0054 1234 0000 00 33 0000 c0a80501 0a000002 "
		      "01 000000 00000000 00000000");
		/* too short to name a stop */
		snprintf(want, sizeof(want), IP4_CLEAR("6") "000000 00");
		snprintf(head, sizeof(head), IP4("6") "%s0304 00", types[i]);
		check(ipsec_mutable_ip4, true, head, want);
	}
}

static void ip4_bad_options(void **state)
{
	static const char *const bad[] = {
		"07000000", "07010000", "07050400", "010101ff", "9404000094ffffff", "44280500",
	};
	char head[256];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(head, sizeof(head), IP4("6") "%s", bad[i]);
		check(ipsec_mutable_ip4, false, head, NULL);
		check(ipsec_mutable_ip4, true, head, NULL);
	}
	/* behind the end of the list nothing is read */
	check(ipsec_mutable_ip4, true, IP4("6") "00ffffff", IP4_CLEAR("6") "00ffffff");
}

#define SRC6	"20010db8 00000000 00000000 00000001 "
#define DST6	"20010db8 00000000 00000000 00000002 "
#define VIA(n)	"20010db8 00000000 00000000 0000001" n " "
#define IP6(next)	"6b812345 0054 " next " 3f " SRC6 DST6
#define IP6_TO(next, dst) "60000000 0054 " next " 00 " SRC6 dst
#define IP6_CLEAR(next)	IP6_TO(next, DST6)

static void ip6_fields(void **state)
{
	(void)state;
	check(ipsec_mutable_ip6, false, IP6("33"), IP6_CLEAR("33"));
	check(ipsec_mutable_ip6, true, IP6("33"), IP6_CLEAR("33"));
}

/* Type and length stay, the data of options with the third bit set does not. */
static void ip6_options(void **state)
{
	static const char *const chains[][3] = {
		{ "00", "3300 05020000 0100", "3300 05020000 0100" },
		{ "3c", "3300 3e0401020304", "3300 3e0400000000" },
		{ "00", "3301 1e0201ff 3e0201ff 00 0103010101",
		  "3301 1e0201ff 3e020000 00 0103010101" },
		{ "00", "3c00 3e0401020304 3300 200401020304",
		  "3c00 3e0400000000 3300 200400000000" },
		{ "3c", "3300 c90401020304", "3300 c90401020304" },
	};
	char head[512], want[512];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(chains); i++) {
		snprintf(head, sizeof(head), "6b812345 0054 %s 3f " SRC6 DST6 "%s", chains[i][0],
			 chains[i][1]);
		snprintf(want, sizeof(want), "60000000 0054 %s 00 " SRC6 DST6 "%s", chains[i][0],
			 chains[i][2]);
		check(ipsec_mutable_ip6, false, head, want);
		check(ipsec_mutable_ip6, true, head, want);
	}
}

/* RFC 4302 section 3.3.3.1.2.3 */
static void ip6_routing(void **state)
{
	(void)state;
	/* two stops to go: the destination is the second, the first two have been visited */
	check(ipsec_mutable_ip6, true, IP6("2b") "3304 0002 00000000" VIA("1") VIA("2"),
	      IP6_TO("2b", VIA("2")) "3304 0000 00000000" DST6 VIA("1"));
	/* half way: what lies behind stays */
	check(ipsec_mutable_ip6, true, IP6("2b") "3306 0002 00000000" VIA("0") VIA("1") VIA("2"),
	      IP6_TO("2b", VIA("2")) "3306 0000 00000000" VIA("0") DST6 VIA("1"));
	check(ipsec_mutable_ip6, true, IP6("2b") "3302 0201 00000000" VIA("1"),
	      IP6_TO("2b", VIA("1")) "3302 0200 00000000" DST6);
	/* at its end it is as it was sealed */
	check(ipsec_mutable_ip6, false, IP6("2b") "3304 0000 00000000" VIA("1") VIA("2"),
	      IP6_CLEAR("2b") "3304 0000 00000000" VIA("1") VIA("2"));
	/* under way it is not for us; others than these types have an order of their own */
	check(ipsec_mutable_ip6, false, IP6("2b") "3302 0001 00000000" VIA("1"), NULL);
	check(ipsec_mutable_ip6, true, IP6("2b") "3302 0401 00000000" VIA("1"), NULL);
	check(ipsec_mutable_ip6, true, IP6("2b") "3302 0002 00000000" VIA("1"), NULL);
	check(ipsec_mutable_ip6, true, IP6("2b") "3300 0001 00000000", NULL);
}

static void ip6_bad_headers(void **state)
{
	static const char *const bad[][2] = {
		{ "00", "3301 05020000 0100" },	/* longer than what is there */
		{ "00", "3300 05050000 0100" },	/* an option beyond its header */
		{ "00", "3300 01030000 0005" },	/* one that lacks its length */
		{ "2c", "3300 00010000 0001" },	/* a fragment */
		{ "87", "3300 00000000 0000" },	/* a header that AH knows nothing of */
		{ "00", "33000000" },
	};
	char head[512];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(head, sizeof(head), "60000000 0054 %s 3f " SRC6 DST6 "%s", bad[i][0],
			 bad[i][1]);
		check(ipsec_mutable_ip6, false, head, NULL);
		check(ipsec_mutable_ip6, true, head, NULL);
	}
}

/* Any bytes, in memory of exactly their length: the sanitizers are the judges. */
static void noise(void **state)
{
	unsigned int i, j;

	(void)state;
	srand(1);
	for (i = 0; i < 200000; i++) {
		unsigned int len4 = 20 + 4 * (rand() % 11), len6 = 40 + 8 * (rand() % 12);
		uint8_t *hdr4 = malloc(len4), *hdr6 = malloc(len6);

		for (j = 0; j < len4; j++)
			hdr4[j] = rand() % 4 ? rand() : rand() % 8;
		for (j = 0; j < len6; j++)
			hdr6[j] = rand() % 4 ? rand() % 4 : rand();
		hdr6[6] = (const uint8_t[]){ 0, 43, 60 }[rand() % 3];
		ipsec_mutable_ip4(hdr4, len4, i & 1);
		ipsec_mutable_ip6(hdr6, len6, i & 1);
		free(hdr4);
		free(hdr6);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ip4_fields),
		cmocka_unit_test(ip4_options),
		cmocka_unit_test(ip4_source_route),
		cmocka_unit_test(ip4_bad_options),
		cmocka_unit_test(ip6_fields),
		cmocka_unit_test(ip6_options),
		cmocka_unit_test(ip6_routing),
		cmocka_unit_test(ip6_bad_headers),
		cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
