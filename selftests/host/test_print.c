// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: userspace/lib tools/ctl.c tools/table.c tools/print.c */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <json-c/json.h>

#include <linux/ipsec_genl.h>

#include "capture.h"
#include "golden.h"
#include "print.h"

static void put_ipv4(struct nl_msg *msg, int attr, const char *text)
{
	struct in_addr addr;

	assert_int_equal(inet_pton(AF_INET, text, &addr), 1);
	nla_put(msg, attr, sizeof(addr), &addr);
}

static struct nlattr *begin(struct nl_msg **msg, int type)
{
	*msg = ipsecnl_msg_new(NULL, 1, 0, 2048);
	assert_non_null(*msg);
	return nla_nest_start(*msg, type | NLA_F_NESTED);
}

static void end(struct nl_msg *msg, struct nlattr *nest, struct table *table)
{
	nla_nest_end(msg, nest);
	table_add(table, nest);
	assert_false(table->no_memory);
	ipsecnl_msg_free(msg);
}

/* A built-in row, a tunnel with a hit and a comment, and one that is never reached. */
static void make_policies(struct table *table)
{
	struct nlattr *nest;
	struct nl_msg *msg;

	*table = (struct table){ .menu = schema_menu("kernel policy") };
	nest = begin(&msg, IPSEC_A_POLICY);
	nla_put_u32(msg, IPSEC_A_POLICY_ID, 1);
	nla_put_u8(msg, IPSEC_A_POLICY_FAMILY, AF_INET);
	put_ipv4(msg, IPSEC_A_POLICY_DST, "127.0.0.0");
	nla_put_u8(msg, IPSEC_A_POLICY_DST_LEN, 8);
	nla_put_u8(msg, IPSEC_A_POLICY_ACTION, IPSEC_POLICY_ACTION_BYPASS);
	nla_put_u32(msg, IPSEC_A_POLICY_FLAGS, IPSEC_POLICY_F_BUILTIN);
	end(msg, nest, table);

	nest = begin(&msg, IPSEC_A_POLICY);
	nla_put_u32(msg, IPSEC_A_POLICY_ID, 7);
	put_ipv4(msg, IPSEC_A_POLICY_SRC, "10.1.202.0");
	nla_put_u8(msg, IPSEC_A_POLICY_SRC_LEN, 24);
	put_ipv4(msg, IPSEC_A_POLICY_DST, "10.1.101.0");
	nla_put_u8(msg, IPSEC_A_POLICY_DST_LEN, 24);
	nla_put_u8(msg, IPSEC_A_POLICY_PROTO, 6);
	nla_put_u16(msg, IPSEC_A_POLICY_DST_PORT_MIN, 80);
	nla_put_u16(msg, IPSEC_A_POLICY_DST_PORT_MAX, 90);
	nla_put_u8(msg, IPSEC_A_POLICY_ACTION, IPSEC_POLICY_ACTION_PROTECT);
	nla_put_u8(msg, IPSEC_A_POLICY_LEVEL, IPSEC_POLICY_LEVEL_UNIQUE);
	nla_put_u8(msg, IPSEC_A_POLICY_MODE, IPSEC_SA_MODE_TUNNEL);
	put_ipv4(msg, IPSEC_A_POLICY_LOCAL, "192.168.90.1");
	put_ipv4(msg, IPSEC_A_POLICY_REMOTE, "192.168.80.1");
	nla_put_string(msg, IPSEC_A_POLICY_COMMENT, "to \"site 2\"");
	nla_put_u64(msg, IPSEC_A_POLICY_COOKIE, UINT64_MAX);
	nla_put_u32(msg, IPSEC_A_POLICY_FLAGS, IPSEC_POLICY_F_DYNAMIC);
	nla_put_u64(msg, IPSEC_A_POLICY_OUT_PACKETS, 12);
	nla_put_u64(msg, IPSEC_A_POLICY_OUT_BYTES, 3456);
	nla_put_u64(msg, IPSEC_A_POLICY_LAST_HIT_MS, 61500);
	end(msg, nest, table);

	nest = begin(&msg, IPSEC_A_POLICY);
	nla_put_u32(msg, IPSEC_A_POLICY_ID, 300);
	nla_put_u8(msg, IPSEC_A_POLICY_PROTO, 200);
	nla_put_u32(msg, IPSEC_A_POLICY_SHADOWED_BY, 7);
	end(msg, nest, table);
}

static void make_sas(struct table *table, const char *menu)
{
	struct nlattr *nest;
	struct nl_msg *msg;

	*table = (struct table){ .menu = schema_menu(menu) };
	nest = begin(&msg, IPSEC_A_SA);
	nla_put_u32(msg, IPSEC_A_SA_ID, 3);
	nla_put_u32(msg, IPSEC_A_SA_SPI, htonl(0x1001));
	nla_put_u8(msg, IPSEC_A_SA_PROTO, 50);
	nla_put_u8(msg, IPSEC_A_SA_DIR, IPSEC_SA_DIR_OUT);
	nla_put_u8(msg, IPSEC_A_SA_MODE, IPSEC_SA_MODE_TUNNEL);
	put_ipv4(msg, IPSEC_A_SA_SRC, "192.168.90.1");
	put_ipv4(msg, IPSEC_A_SA_DST, "192.168.80.1");
	nla_put_string(msg, IPSEC_A_SA_ENC, "aes-256-cbc");
	nla_put(msg, IPSEC_A_SA_ENC_KEY, 8, "\xfe\xed\xfa\xce\xfe\xed\xfa\xce");
	nla_put_string(msg, IPSEC_A_SA_AUTH, "sha256");
	nla_put_u32(msg, IPSEC_A_SA_FLAGS, IPSEC_SA_F_ESN | IPSEC_SA_F_NO_ECN);
	nla_put_u64(msg, IPSEC_A_SA_SOFT_TIME_S, 1440);
	nla_put_u64(msg, IPSEC_A_SA_HARD_TIME_S, 1800);
	nla_put_u64(msg, IPSEC_A_SA_SOFT_BYTES, 0);
	nla_put_u64(msg, IPSEC_A_SA_HARD_BYTES, 0);
	nla_put_u8(msg, IPSEC_A_SA_STATE, IPSEC_SA_STATE_MATURE);
	nla_put_string(msg, IPSEC_A_SA_DRIVER, "authenc(hmac(sha256-generic),cbc(aes-generic))");
	nla_put_flag(msg, IPSEC_A_SA_HW);
	nla_put_u64(msg, IPSEC_A_SA_PACKETS, 5);
	nla_put_u64(msg, IPSEC_A_SA_BYTES, 500);
	nla_put_u64(msg, IPSEC_A_SA_USE_TIME_MS, 250);
	nla_put_string(msg, IPSEC_A_SA_LAST_DROP, "out-too-big");
	end(msg, nest, table);

	nest = begin(&msg, IPSEC_A_SA);
	nla_put_u32(msg, IPSEC_A_SA_ID, 4);
	nla_put_u32(msg, IPSEC_A_SA_SPI, htonl(0xfffffffe));
	nla_put_u8(msg, IPSEC_A_SA_PROTO, 50);
	nla_put_u8(msg, IPSEC_A_SA_DIR, IPSEC_SA_DIR_IN);
	put_ipv4(msg, IPSEC_A_SA_SRC, "192.168.80.1");
	put_ipv4(msg, IPSEC_A_SA_DST, "192.168.90.1");
	nla_put_u8(msg, IPSEC_A_SA_STATE, IPSEC_SA_STATE_LARVAL);
	end(msg, nest, table);
}

/* The print that a line asks for. */
static char *shown(const struct table *table, const char *line, bool json)
{
	char context[COMMAND_PATH_MAX] = "";
	struct rsc_reader reader;
	struct capture capture;
	struct command *command;
	struct rsc_stmt stmt;
	struct fault fault;

	snprintf(context, sizeof(context), "%s", table->menu->path);
	rsc_reader_init(&reader, line, strlen(line));
	assert_int_equal(rsc_read(&reader, &stmt, &fault), 1);
	assert_int_equal(command_parse(&stmt, context, &command, &fault), 0);
	rsc_stmt_free(&stmt);
	capture_start(&capture, &stdout);
	print_rows(table, command, json);
	command_free(command);
	return capture_end(&capture);
}

static void golden_prints(const char *name, const struct table *table, const char *const *lines)
{
	char *all = NULL, *text;
	size_t size;
	FILE *out = open_memstream(&all, &size);

	for (; *lines; lines++) {
		bool json = !strncmp(*lines, "--json ", 7);

		text = shown(table, *lines + (json ? 7 : 0), json);
		fprintf(out, "> %s\n%s", *lines, text);
		free(text);
	}
	fclose(out);
	assert_int_equal(golden_compare(name, all), 0);
	free(all);
}

static void prints_policies(void **state)
{
	static const char *const lines[] = {
		"print", "print stats", "print detail", "print terse", "print count-only",
		"print where !default", "print count-only where action=encrypt and comment",
			"print where dynamic",
		"print detail where dst-port=80-90", "print where comment~site", "print where id=8",
		"--json print where !default", NULL
	};
	struct table table;

	(void)state;
	make_policies(&table);
	golden_prints("print-policy", &table, lines);
	table_free(&table);
}

static void prints_sas(void **state)
{
	static const char *const lines[] = {
		"print", "print stats", "print detail", "print terse", "print show-sensitive",
		"print terse show-sensitive where hw-aead", "print where spi=4097", "--json print",
		"--json print show-sensitive where state=mature", NULL
	};
	struct table table;

	(void)state;
	make_sas(&table, "kernel sa");
	golden_prints("print-sa", &table, lines);
	table_free(&table);
}

static void prints_installed_sas(void **state)
{
	static const char *const lines[] = {
		"print", "print stats", "print where seen-traffic", "print count-only where "
								    "!seen-traffic",
		"--json print where ESP", NULL
	};
	struct table table;

	(void)state;
	make_sas(&table, "installed-sa");
	golden_prints("print-installed-sa", &table, lines);
	table_free(&table);
}

static void shows_keys_on_request_alone(void **state)
{
	static const char *const lines[] = { "print", "print detail", "print terse",
		"print stats" };
	struct table table;
	char *text;

	(void)state;
	make_sas(&table, "kernel sa");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		for (int json = 0; json < 2; json++) {
			text = shown(&table, lines[i], json);
			assert_null(strstr(text, "feedface"));
			free(text);
		}
	}
	text = shown(&table, "print show-sensitive", false);
	assert_non_null(strstr(text, "enc-key=0xfeedfacefeedface"));
	free(text);
	table_free(&table);
}

static void prints_empty_tables(void **state)
{
	struct table table = { .menu = schema_menu("kernel sa") };
	struct json_object *list;
	char *text;

	(void)state;
	text = shown(&table, "print count-only", false);
	assert_string_equal(text, "0\n");
	free(text);
	text = shown(&table, "print", true);
	list = json_tokener_parse(text);
	assert_true(json_object_is_type(list, json_type_array));
	assert_int_equal(json_object_array_length(list), 0);
	json_object_put(list);
	free(text);
	free(shown(&table, "print", false));
	free(shown(&table, "print detail", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_policies),
		cmocka_unit_test(prints_sas),
		cmocka_unit_test(prints_installed_sas),
		cmocka_unit_test(shows_keys_on_request_alone),
		cmocka_unit_test(prints_empty_tables),
	};

	return cmocka_run_group_tests_name("print", tests, NULL, NULL);
}
