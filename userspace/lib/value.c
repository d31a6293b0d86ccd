// SPDX-License-Identifier: GPL-2.0-or-later
#include "value.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/ipsec_genl.h>

struct why {
	char *text;
	size_t size;
};

__attribute__((format(printf, 2, 3)))
static int refuse(struct why why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why.text, why.size, format, args);
	va_end(args);
	return -1;
}

/* Digits, decimal or 0x: no sign, no blank, no overflow. */
static bool parse_digits(const char *text, size_t length, uint64_t *number)
{
	unsigned int base = 10, digit;
	uint64_t value = 0;

	if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
		length -= 2;
	}
	if (!length)
		return false;
	for (; length; text++, length--) {
		if (!isxdigit((unsigned char)*text))
			return false;
		digit = isdigit((unsigned char)*text) ? (unsigned int)(*text - '0') :
			(unsigned int)(tolower((unsigned char)*text) - 'a' + 10);
		if (digit >= base || value > (UINT64_MAX - digit) / base)
			return false;
		value = value * base + digit;
	}
	*number = value;
	return true;
}

static uint64_t wire_max(enum prop_wire wire)
{
	switch (wire) {
	case WIRE_U8:
		return UINT8_MAX;
	case WIRE_U16:
	case WIRE_BE16:
		return UINT16_MAX;
	case WIRE_U64:
		return UINT64_MAX;
	default:
		return UINT32_MAX;
	}
}

static int parse_number(const struct prop *prop, const char *text, struct value *value,
			struct why why)
{
	uint64_t max = prop->max ? prop->max : wire_max(prop->wire);

	if (!parse_digits(text, strlen(text), &value->number))
		return refuse(why, "not a number; %" PRIu64 " to %" PRIu64 " is", prop->min, max);
	if (value->number >= prop->min && value->number <= max)
		return 0;
	if (prop->type == PROP_HEX)
		return refuse(why, "out of range; 0x%" PRIx64 " to 0x%" PRIx64 " is right",
			      prop->min, max);
	return refuse(why, "out of range; %" PRIu64 " to %" PRIu64 " is right", prop->min, max);
}

static int refuse_name(const struct prop *prop, const char *text, struct why why)
{
	const char *guess = names_guess(prop->names, text);
	char list[NAMES_LIST_MAX];

	if (guess)
		return refuse(why, "not a known value; did you mean \"%s\"?", guess);
	names_list(prop->names, list, sizeof(list));
	return refuse(why, "not a known value; use one of %s", list);
}

static int parse_enum(const struct prop *prop, const char *text, struct value *value,
		      struct why why)
{
	const struct name *name = names_find(prop->names, text);

	if (!name)
		return refuse_name(prop, text, why);
	value->number = name->value;
	return 0;
}

static int parse_named(const struct prop *prop, const char *text, struct value *value,
		       struct why why)
{
	const struct name *name = names_find(prop->names, text);
	const char *guess;

	if (name) {
		value->number = name->value;
		return 0;
	}
	if (!strcmp(text, "all")) {
		value->number = 0;
		return 0;
	}
	if (parse_digits(text, strlen(text), &value->number)) {
		if (value->number <= UINT8_MAX)
			return 0;
		return refuse(why, "a protocol number is 0 to 255");
	}
	guess = names_guess(prop->names, text);
	if (guess)
		return refuse(why, "not a known protocol; did you mean \"%s\"?", guess);
	return refuse(why, "not a known protocol; use a name such as tcp, a number, or all");
}

static int parse_choice(const struct prop *prop, const char *text, struct value *value,
			struct why why)
{
	uint64_t max = prop->max ? prop->max : wire_max(prop->wire);
	const struct name *name = names_find(prop->names, text);
	char list[NAMES_LIST_MAX];

	if (name) {
		value->number = name->value;
		return 0;
	}
	if (parse_digits(text, strlen(text), &value->number) && value->number >= prop->min &&
	    value->number <= max)
		return 0;
	names_list(prop->names, list, sizeof(list));
	return refuse(why, "not a known value; use %" PRIu64 " to %" PRIu64 ", or one of %s",
		      prop->min, max, list);
}

static int parse_set(const struct prop *prop, const char *text, struct value *value,
		     struct why why)
{
	char item[32];

	value->number = 0;
	for (const char *at = text;; at++) {
		size_t length = strcspn(at, ",");
		const struct name *name;

		if (length >= sizeof(item))
			return refuse_name(prop, text, why);
		memcpy(item, at, length);
		item[length] = '\0';
		name = names_find(prop->names, item);
		if (!name)
			return refuse_name(prop, item, why);
		value->number |= name->value;
		at += length;
		if (!*at)
			return 0;
	}
}

static int parse_address(const char *text, struct value *value, struct why why)
{
	const char *reason = addr_parse(text, &value->addr);

	if (!reason)
		return 0;
	if (strchr(text, '/'))
		return refuse(why, "a single address is wanted here, without a prefix length");
	return refuse(why, "%s; write one such as 192.0.2.1 or 2001:db8::1", reason);
}

static int parse_prefix(const char *text, struct value *value, struct why why)
{
	const char *reason = addr_parse_prefix(text, &value->addr);
	char right[ADDR_TEXT_MAX], host[ADDR_TEXT_MAX];
	struct addr masked;

	if (reason)
		return refuse(why, "%s; write one such as 192.0.2.0/24, 2001:db8::/32 or any",
			      reason);
	if (!value->addr.family || !addr_host_bits(&value->addr))
		return 0;
	masked = value->addr;
	addr_mask(&masked);
	addr_format_prefix(&masked, right);
	masked = value->addr;
	masked.len = masked.family == AF_INET ? 32 : 128;
	addr_format_prefix(&masked, host);
	return refuse(why, "bits are set behind the prefix; use %s, or %s for the one address",
		      right, host);
}

static bool parse_port(const char *text, size_t length, uint64_t *port)
{
	return parse_digits(text, length, port) && *port <= UINT16_MAX;
}

static int parse_ports(const char *text, struct value *value, struct why why)
{
	size_t low = strcspn(text, "-");
	bool good;

	if (!strcmp(text, "any")) {
		value->low = 0;
		value->high = UINT16_MAX;
		return 0;
	}
	good = parse_port(text, low, &value->low);
	value->high = value->low;
	if (good && text[low])
		good = parse_port(text + low + 1, strlen(text + low + 1), &value->high);
	if (!good)
		return refuse(why, "not a port; use 0 to 65535, a range such as 5060-5080, or any");
	if (value->low > value->high)
		return refuse(why, "the range ends before it begins; use %" PRIu64 "-%" PRIu64,
			      value->high, value->low);
	return 0;
}

static int parse_port_list(const char *text, struct value *value, struct why why)
{
	uint64_t port;

	value->count = 0;
	if (!*text || !strcmp(text, "none"))
		return 0;
	for (const char *at = text;; at++) {
		size_t length = strcspn(at, ",");

		if (!parse_port(at, length, &port) || !port)
			return refuse(why, "not a port list; use ports 1 to 65535 such as "
					   "500,4500");
		if (value->count == VALUE_PORTS_MAX)
			return refuse(why, "at most %d ports", VALUE_PORTS_MAX);
		value->ports[value->count++] = (uint16_t)port;
		at += length;
		if (!*at)
			return 0;
	}
}

static int parse_text(const struct prop *prop, const char *text, struct value *value,
		      struct why why)
{
	size_t length = strlen(text);

	if (prop->max && length > prop->max)
		return refuse(why, "%zu bytes long; at most %" PRIu64 " are allowed", length,
			      prop->max);
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return refuse(why, "control characters are not allowed");
	value->text = strdup(text);
	return value->text ? 0 : refuse(why, "out of memory");
}

static int parse_word(const struct prop *prop, const char *text, struct value *value,
		      struct why why)
{
	if (!names_find(prop->names, text))
		return refuse_name(prop, text, why);
	value->text = strdup(text);
	return value->text ? 0 : refuse(why, "out of memory");
}

static int parse_key_hex(const char *text, struct value *value, struct why why)
{
	size_t digits;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	digits = strlen(text);
	for (size_t i = 0; i < digits; i++)
		if (!isxdigit((unsigned char)text[i]))
			return refuse(why, "digit %zu is not a hex digit; write 0x and hex digits",
				      i + 1);
	if (!digits || digits % 2)
		return refuse(why, "%zu hex digits; two are needed for each byte", digits);
	if (digits / 2 > VALUE_KEY_MAX)
		return refuse(why, "%zu bytes; no key is longer than %d", digits / 2,
			      VALUE_KEY_MAX);
	value->bytes = calloc(1, digits / 2);
	if (!value->bytes)
		return refuse(why, "out of memory");
	value->size = digits / 2;
	for (size_t i = 0; i < digits; i++) {
		int c = tolower((unsigned char)text[i]);

		value->bytes[i / 2] = (uint8_t)(value->bytes[i / 2] << 4 |
						(c <= '9' ? c - '0' : c - 'a' + 10));
	}
	return 0;
}

/*
 * One line of hex text without its blanks, read byte by byte: of stdin, the
 * next line belongs to the next key.
 */
static ssize_t read_line(int fd, char *line, size_t size)
{
	size_t used = 0;
	ssize_t got;
	char c;

	while ((got = read(fd, &c, 1)) == 1) {
		if (c == '\n' && used)
			break;
		if (isspace((unsigned char)c))
			continue;
		if (used + 1 >= size)
			return -1;
		line[used++] = c;
	}
	line[used] = '\0';
	return got < 0 ? -1 : (ssize_t)used;
}

static int parse_key_file(const char *path, struct value *value, struct why why)
{
	char line[2 * VALUE_KEY_MAX + 4];
	int fd = 0, rc;
	ssize_t got;

	if (strcmp(path, "-"))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return refuse(why, "cannot open the key file: %s", strerror(errno));
	got = read_line(fd, line, sizeof(line));
	if (fd)
		close(fd);
	if (got <= 0)
		rc = refuse(why, got ? "cannot read the key, or it is too long" :
				 "no key there; a line of hex digits is wanted");
	else
		rc = parse_key_hex(line, value, why);
	explicit_bzero(line, sizeof(line));
	return rc;
}

static int parse_key(const char *text, struct value *value, struct why why)
{
	if (text[0] == '@')
		return parse_key_file(text + 1, value, why);
	if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
		return refuse(why, "a key is 0x and hex digits, or @FILE");
	return parse_key_hex(text, value, why);
}

static unsigned int time_unit(char c)
{
	switch (c) {
	case 'w':
		return 7 * 86400;
	case 'd':
		return 86400;
	case 'h':
		return 3600;
	case 'm':
		return 60;
	case 's':
		return 1;
	}
	return 0;
}

#define TIME_MAX (100ULL * 366 * 86400)

/* hh:mm:ss */
static bool parse_clock(const char *text, size_t length, uint64_t *seconds)
{
	uint64_t total = 0, part;
	int parts = 0;

	while (length && parts < 3) {
		size_t digits = 0;

		while (digits < length && text[digits] != ':')
			digits++;
		if (!parse_digits(text, digits, &part) || part > (parts ? 59 : 99999))
			return false;
		total = total * 60 + part;
		parts++;
		if (digits < length)
			digits++;
		text += digits;
		length -= digits;
	}
	*seconds = total;
	return parts == 3 && !length;
}

/* "1d2h3m4s", "90" or "00:01:30" */
static bool parse_time(const char *text, size_t length, uint64_t *seconds)
{
	unsigned int last = UINT32_MAX, unit;
	uint64_t total = 0, part;

	if (memchr(text, ':', length))
		return parse_clock(text, length, seconds);
	if (!length)
		return false;
	while (length) {
		size_t digits = 0;

		while (digits < length && isdigit((unsigned char)text[digits]))
			digits++;
		if (!parse_digits(text, digits, &part) || part > TIME_MAX)
			return false;
		unit = digits < length ? time_unit(text[digits]) : last == UINT32_MAX;
		/* units go down: 30m1h and 5m5m are slips of the pen */
		if (!unit || unit >= last)
			return false;
		total += part * unit;
		last = unit;
		digits += digits < length;
		text += digits;
		length -= digits;
	}
	*seconds = total;
	return total <= TIME_MAX;
}

/* A count with K, M, G or T for powers of 1024. */
static bool parse_count(const char *text, size_t length, uint64_t *count)
{
	static const char units[] = "KMGT";
	const char *unit = NULL;

	if (length > 1)
		unit = memchr(units, toupper((unsigned char)text[length - 1]), 4);
	if (!parse_digits(text, length - (unit ? 1 : 0), count))
		return false;
	for (ptrdiff_t steps = unit ? unit - units + 1 : 0; steps; steps--) {
		if (*count > UINT64_MAX >> 10)
			return false;
		*count <<= 10;
	}
	return true;
}

static int parse_limit(const struct prop *prop, const char *text, struct value *value,
		       struct why why)
{
	bool (*parse)(const char *text, size_t length, uint64_t *out);
	bool time = prop->type == PROP_TIME_LIMIT;
	size_t soft = strcspn(text, "/");
	bool good;

	parse = time ? parse_time : parse_count;
	if (!strcmp(text, "none")) {
		value->low = value->high = 0;
		return 0;
	}
	if (text[soft]) {
		good = parse(text, soft, &value->low) &&
		       parse(text + soft + 1, strlen(text + soft + 1), &value->high);
	} else {
		good = parse(text, soft, &value->high);
		/* RouterOS begins to replace an SA at 80 % of its life */
		value->low = good ? value->high / 5 * 4 + value->high % 5 * 4 / 5 : 0;
	}
	if (!good)
		return refuse(why, "not a limit; use soft/hard such as %s, or the hard one alone",
			      time ? "24m/30m" : "800M/1G");
	if (value->high && value->low > value->high)
		return refuse(why, "the soft limit is above the hard one; swap them");
	return 0;
}

static int parse_time_value(const struct prop *prop, const char *text, struct value *value,
			    struct why why)
{
	uint64_t max = prop->max ? prop->max : UINT32_MAX;

	if (!parse_time(text, strlen(text), &value->number))
		return refuse(why, "not a time; use one such as 30s, 1h30m, 00:05:00, or seconds");
	if (value->number < prop->min || value->number > max)
		return refuse(why, "out of range; %" PRIu64 " to %" PRIu64 " seconds is right",
			      prop->min, max);
	return 0;
}

static int parse_present(const char *text, struct value *value, struct why why)
{
	const struct name *name = names_find(names_yes_no, text);

	if (!name)
		return refuse(why, "not a known value; use yes or no");
	value->number = name->value;
	return 0;
}

static int parse_by_type(const struct prop *prop, const char *text, struct value *value,
			 struct why why)
{
	switch (prop->type) {
	case PROP_NUMBER:
	case PROP_HEX:
		return parse_number(prop, text, value, why);
	case PROP_ENUM:
	case PROP_BIT:
		return parse_enum(prop, text, value, why);
	case PROP_CHOICE:
		return parse_choice(prop, text, value, why);
	case PROP_NAMED:
		return parse_named(prop, text, value, why);
	case PROP_SET:
		return parse_set(prop, text, value, why);
	case PROP_PRESENT:
		return parse_present(text, value, why);
	case PROP_ADDRESS:
		return parse_address(text, value, why);
	case PROP_PREFIX:
		return parse_prefix(text, value, why);
	case PROP_PORTS:
		return parse_ports(text, value, why);
	case PROP_PORT_LIST:
		return parse_port_list(text, value, why);
	case PROP_TEXT:
		return parse_text(prop, text, value, why);
	case PROP_WORD:
		return parse_word(prop, text, value, why);
	case PROP_KEY:
		return parse_key(text, value, why);
	case PROP_TIME:
	case PROP_AGO:
		return parse_time_value(prop, text, value, why);
	case PROP_LIMIT:
	case PROP_TIME_LIMIT:
		return parse_limit(prop, text, value, why);
	case PROP_ROW:
		break;
	}
	return refuse(why, "not a value");
}

int value_parse(const struct prop *prop, const char *text, struct value *value, char *why,
		size_t size)
{
	unsigned int line = value->line, column = value->column;
	struct value parsed;

	memset(&parsed, 0, sizeof(parsed));
	if (parse_by_type(prop, text, &parsed, (struct why){ why, size }))
		return -1;
	*value = parsed;
	value->line = line;
	value->column = column;
	value->set = true;
	return 0;
}

void value_format_time(uint64_t seconds, char *out, size_t size)
{
	static const char units[] = "wdhms";
	size_t used = 0;

	if (!seconds)
		snprintf(out, size, "0s");
	for (const char *unit = units; *unit && used < size; unit++) {
		uint64_t part = seconds / time_unit(*unit);

		seconds %= time_unit(*unit);
		if (part)
			used += (size_t)snprintf(out + used, size - used, "%" PRIu64 "%c", part,
						 *unit);
	}
}

static void format_set(const struct prop *prop, uint64_t bits, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (const struct name *name = prop->names; name->text && used < size; name++)
		if (bits & name->value)
			used += (size_t)snprintf(out + used, size - used, "%s%s",
						 used ? "," : "", name->text);
}

static void format_ports(const struct value *value, char *out, size_t size)
{
	if (!value->low && value->high == UINT16_MAX)
		snprintf(out, size, "any");
	else if (value->low == value->high)
		snprintf(out, size, "%" PRIu64, value->low);
	else
		snprintf(out, size, "%" PRIu64 "-%" PRIu64, value->low, value->high);
}

static void format_port_list(const struct value *value, char *out, size_t size)
{
	size_t used = 0;

	snprintf(out, size, "none");
	for (size_t i = 0; i < value->count && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%u", i ? "," : "",
					 value->ports[i]);
}

static void format_limit(const struct prop *prop, const struct value *value, char *out,
			 size_t size)
{
	char soft[40], hard[40];

	if (!value->low && !value->high) {
		snprintf(out, size, "none");
		return;
	}
	if (prop->type == PROP_TIME_LIMIT) {
		value_format_time(value->low, soft, sizeof(soft));
		value_format_time(value->high, hard, sizeof(hard));
	} else {
		snprintf(soft, sizeof(soft), "%" PRIu64, value->low);
		snprintf(hard, sizeof(hard), "%" PRIu64, value->high);
	}
	if (value->low == VALUE_NOT_GIVEN)
		snprintf(out, size, "%s", hard);
	else
		snprintf(out, size, "%s/%s", soft, hard);
}

/* A name of the table if there is one, else the number. */
static void format_name(const struct prop *prop, uint64_t number, char *out, size_t size)
{
	const char *text = names_text(prop->names, (uint32_t)number);

	if (prop->type == PROP_NAMED && !number)
		text = "all";
	if (text)
		snprintf(out, size, "%s", text);
	else
		snprintf(out, size, "%" PRIu64, number);
}

static void format_ago(uint64_t milliseconds, char *out, size_t size)
{
	if (milliseconds < 1000)
		snprintf(out, size, "%" PRIu64 "ms", milliseconds);
	else
		value_format_time(milliseconds / 1000, out, size);
}

static char *key_text(const struct value *value)
{
	char *text = calloc(1, 2 * value->size + 3);

	if (!text)
		return NULL;
	memcpy(text, "0x", 2);
	for (size_t i = 0; i < value->size; i++)
		snprintf(text + 2 + 2 * i, 3, "%02x", value->bytes[i]);
	return text;
}

static void format_by_type(const struct prop *prop, const struct value *value, char *out,
			   size_t size)
{
	switch (prop->type) {
	case PROP_NUMBER:
		snprintf(out, size, "%" PRIu64, value->number);
		break;
	case PROP_HEX:
		snprintf(out, size, "0x%08" PRIx64, value->number);
		break;
	case PROP_ENUM:
	case PROP_BIT:
	case PROP_CHOICE:
	case PROP_NAMED:
		format_name(prop, value->number, out, size);
		break;
	case PROP_SET:
		format_set(prop, value->number, out, size);
		break;
	case PROP_PRESENT:
		snprintf(out, size, "%s", value->number ? "yes" : "no");
		break;
	case PROP_ADDRESS:
		addr_format(&value->addr, out);
		break;
	case PROP_PREFIX:
		addr_format_prefix(&value->addr, out);
		break;
	case PROP_PORTS:
		format_ports(value, out, size);
		break;
	case PROP_PORT_LIST:
		format_port_list(value, out, size);
		break;
	case PROP_TIME:
		value_format_time(value->number, out, size);
		break;
	case PROP_AGO:
		format_ago(value->number, out, size);
		break;
	case PROP_LIMIT:
	case PROP_TIME_LIMIT:
		format_limit(prop, value, out, size);
		break;
	default:
		out[0] = '\0';
	}
}

char *value_text(const struct prop *prop, const struct value *value)
{
	char text[128];

	if (prop->type == PROP_KEY)
		return key_text(value);
	if (prop->type == PROP_TEXT || prop->type == PROP_WORD)
		return strdup(value->text);
	format_by_type(prop, value, text, sizeof(text));
	return strdup(text);
}

bool value_is_implied(const struct prop *prop, const struct value *value)
{
	char *text;
	bool same;

	if (!prop->implied || prop->type == PROP_KEY)
		return false;
	text = value_text(prop, value);
	same = text && !strcmp(text, prop->implied);
	free(text);
	return same;
}

void value_free(const struct prop *prop, struct value *value)
{
	if (value->set && (prop->type == PROP_TEXT || prop->type == PROP_WORD))
		free(value->text);
	if (value->set && prop->type == PROP_KEY && value->bytes) {
		explicit_bzero(value->bytes, value->size);
		free(value->bytes);
	}
	explicit_bzero(value, sizeof(*value));
}
