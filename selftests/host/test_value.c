// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: userspace/lib */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "value.h"

static const struct prop *prop_of(const char *menu, const char *name)
{
	const struct prop *prop = schema_prop(schema_menu(menu), name);

	assert_non_null(prop);
	return prop;
}

/* The text as the value shows it, or "!" and why it is refused; a static buffer. */
static const char *seen(const struct prop *prop, const char *text)
{
	static char out[2048];
	struct value value = { .set = false };
	char why[320], *shown;

	if (value_parse(prop, text, &value, why, sizeof(why))) {
		assert_false(value.set);
		snprintf(out, sizeof(out), "!%s", why);
		return out;
	}
	shown = value_text(prop, &value);
	snprintf(out, sizeof(out), "%s", shown);
	free(shown);
	value_free(prop, &value);
	return out;
}

static void times(void **state)
{
	const struct prop *time = prop_of("kernel settings", "acquire-timeout");
	static const char *const bad[] = {
		"", "s", "1x", "-1", "+1", " 1", "1 ", "1s1", "1s2m", "5m5m", "1:2", "1:2:3:4",
			"00:60:00",
		"00:00:60", "::", "0", "4294967296", "99999999999999999999s", "1e3", "1.5h",
		"1h90"
	};

	(void)state;
	assert_string_equal(seen(time, "90"), "1m30s");
	assert_string_equal(seen(time, "1h30m"), "1h30m");
	assert_string_equal(seen(time, "1w2d3h4m5s"), "1w2d3h4m5s");
	assert_string_equal(seen(time, "00:01:30"), "1m30s");
	assert_string_equal(seen(time, "36:00:00"), "1d12h");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (seen(time, bad[i])[0] != '!')
			fail_msg("%s was taken", bad[i]);
}

static void limits(void **state)
{
	const struct prop *bytes = prop_of("kernel sa", "lifebytes");
	const struct prop *time = prop_of("kernel sa", "lifetime");

	(void)state;
	assert_string_equal(seen(bytes, "100"), "80/100");
	assert_string_equal(seen(bytes, "10/20"), "10/20");
	assert_string_equal(seen(bytes, "1K/1M"), "1024/1048576");
	assert_string_equal(seen(bytes, "2T"), "1759218604441/2199023255552");
	assert_string_equal(seen(bytes, "none"), "none");
	assert_string_equal(seen(bytes, "0"), "none");
	assert_string_equal(seen(bytes, "5/0"), "5/0");
	assert_string_equal(seen(bytes, "1"), "0/1");
	/* 80 % of the largest number does not overflow on the way */
	assert_string_equal(seen(bytes, "18446744073709551615"),
			    "14757395258967641292/18446744073709551615");
	assert_string_equal(seen(time, "30m"), "24m/30m");
	assert_string_equal(seen(time, "1d"), "19h12m/1d");
	assert_int_equal(seen(bytes, "K")[0], '!');
	assert_int_equal(seen(bytes, "1/2/3")[0], '!');
	assert_int_equal(seen(bytes, "18446744073709551616")[0], '!');
	assert_int_equal(seen(bytes, "16777216T")[0], '!');
	assert_int_equal(seen(bytes, "20/10")[0], '!');
}

static void numbers(void **state)
{
	const struct prop *spi = prop_of("kernel sa", "spi");
	const struct prop *mark = prop_of("kernel sa", "mark");

	(void)state;
	assert_string_equal(seen(spi, "0x100"), "0x00000100");
	assert_string_equal(seen(spi, "256"), "0x00000100");
	assert_string_equal(seen(spi, "0xFFFFFFFF"), "0xffffffff");
	assert_string_equal(seen(mark, "010"), "10");
	assert_int_equal(seen(spi, "0x")[0], '!');
	assert_int_equal(seen(spi, "100h")[0], '!');
	assert_int_equal(seen(mark, "0xg")[0], '!');
	assert_int_equal(seen(mark, "")[0], '!');
	assert_int_equal(seen(mark, "0x1ffffffffffffffff")[0], '!');
}

static void prefixes(void **state)
{
	const struct prop *prefix = prop_of("kernel policy", "src-address");
	static const char *const bad[] = {
		"10.0.0.0/08x", "10.0.0.0/ 8", "10.0.0.0/+8", "10.0.0.0/256", "10.0.0/8",
			"010.0.0.0/8x",
		"1.2.3.4.5", "::/0/0", "/8", "any/8", "2001:db8::1::/64",
		"11111111111111111111111111111111111111111111111111111111111111111111111111/8"
	};

	(void)state;
	assert_string_equal(seen(prefix, "10.0.0.0/8"), "10.0.0.0/8");
	assert_string_equal(seen(prefix, "10.1.2.3"), "10.1.2.3/32");
	assert_string_equal(seen(prefix, "2001:DB8::/32"), "2001:db8::/32");
	assert_string_equal(seen(prefix, "0.0.0.0/0"), "0.0.0.0/0");
	assert_string_equal(seen(prefix, "::/0"), "::/0");
	assert_string_equal(seen(prefix, "any"), "any");
	assert_string_equal(seen(prefix, "192.0.2.255/25"),
			    "!bits are set behind the prefix; use 192.0.2.128/25, or "
			    "192.0.2.255/32 "
			    "for the one address");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (seen(prefix, bad[i])[0] != '!')
			fail_msg("%s was taken", bad[i]);
}

static void keys_from_files(void **state)
{
	const struct prop *key = prop_of("kernel sa", "enc-key");
	char path[] = "/tmp/test_value.XXXXXX", word[64];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	snprintf(word, sizeof(word), "@%s", path);
	assert_int_equal(dprintf(fd, "\n  0x0011 2233\n445566\n"), 22);
	assert_string_equal(seen(key, word), "0x00112233");
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(dprintf(fd, "aabbcc"), 6);
	assert_string_equal(seen(key, word), "0xaabbcc");
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_string_equal(seen(key, word), "!no key there; a line of hex digits is wanted");
	for (int i = 0; i < 2000; i++)
		assert_int_equal(write(fd, "a", 1), 1);
	assert_string_equal(seen(key, word), "!cannot read the key, or it is too long");
	close(fd);
	unlink(path);
	assert_non_null(strstr(seen(key, word), "cannot open the key file"));
}

/* Keys of two words come from two lines, in the order of the words. */
static void keys_from_standard_input(void **state)
{
	const struct prop *key = prop_of("kernel sa", "enc-key");
	int ends[2], before = dup(0);

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(dprintf(ends[1], "0x0102\n0304\n"), 12);
	close(ends[1]);
	assert_true(dup2(ends[0], 0) == 0);
	close(ends[0]);
	assert_string_equal(seen(key, "@-"), "0x0102");
	assert_string_equal(seen(key, "@-"), "0x0304");
	assert_int_equal(seen(key, "@-")[0], '!');
	assert_true(dup2(before, 0) == 0);
	close(before);
}

static void long_keys(void **state)
{
	const struct prop *key = prop_of("kernel sa", "enc-key");
	char text[2 * VALUE_KEY_MAX + 8];

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "0x", 2);
	text[2 + 2 * VALUE_KEY_MAX] = '\0';
	assert_string_equal(seen(key, text), text);
	memcpy(text + 2 + 2 * VALUE_KEY_MAX, "aa", 3);
	assert_int_equal(seen(key, text)[0], '!');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times),
		cmocka_unit_test(limits),
		cmocka_unit_test(numbers),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(keys_from_files),
		cmocka_unit_test(keys_from_standard_input),
		cmocka_unit_test(long_keys),
	};

	return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
