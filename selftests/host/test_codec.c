// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: userspace/lib tools/change.c tools/ctl.c tools/table.c tools/print.c */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <netlink/genl/genl.h>

#include <linux/ipsec_genl.h>

#include "change.h"
#include "codec.h"

static struct ctl ctl = { .program = "ipsecctl" };

/* The command of one line, which must be right. */
static struct command *command_of(const char *line)
{
	char context[COMMAND_PATH_MAX] = "";
	struct rsc_reader reader;
	struct command *command;
	struct rsc_stmt stmt;
	struct fault fault;

	rsc_reader_init(&reader, line, strlen(line));
	assert_int_equal(rsc_read(&reader, &stmt, &fault), 1);
	if (command_parse(&stmt, context, &command, &fault))
		fail_msg("%s: %s: %s", line, fault.word, fault.text);
	rsc_stmt_free(&stmt);
	return command;
}

static struct change change_of(const struct command *command, uint8_t cmd)
{
	struct change change = { .cmd = cmd, .menu = command->menu, .row = command->row,
				 .line = command->line, .column = command->column };

	snprintf(change.what, sizeof(change.what), "%s %s", command->menu->path,
		 command->action->name);
	return change;
}

/* The message of one command with its nest at the top. */
static struct nl_msg *message_of(const struct command *command)
{
	struct nl_msg *msg = ipsecnl_msg_new(NULL, 1, 0, 4096);

	assert_non_null(msg);
	assert_int_equal(codec_put_nest(msg, command->menu->nest, command->row), 0);
	return msg;
}

static const struct nlattr *nest_of(struct nl_msg *msg, int type)
{
	struct genlmsghdr *genl = nlmsg_data(nlmsg_hdr(msg));

	return nla_find(genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0), type);
}

static const struct nlattr *attr_of(const struct nlattr *nest, int type)
{
	return nla_find(nla_data(nest), nla_len(nest), type);
}

static void assert_attr(const struct nlattr *nest, int type, const void *bytes, int size)
{
	const struct nlattr *attr = attr_of(nest, type);

	assert_non_null(attr);
	assert_int_equal(nla_len(attr), size);
	assert_memory_equal(nla_data(attr), bytes, (size_t)size);
}

static void assert_u8(const struct nlattr *nest, int type, uint8_t value)
{
	assert_attr(nest, type, &value, sizeof(value));
}

static void assert_u16(const struct nlattr *nest, int type, uint16_t value)
{
	assert_attr(nest, type, &value, sizeof(value));
}

static void assert_u32(const struct nlattr *nest, int type, uint32_t value)
{
	assert_attr(nest, type, &value, sizeof(value));
}

static void assert_u64(const struct nlattr *nest, int type, uint64_t value)
{
	assert_attr(nest, type, &value, sizeof(value));
}

static void puts_policies(void **state)
{
	struct command *command = command_of(
		"kernel policy add src-address=10.1.0.0/16 dst-address=192.0.2.7 protocol=tcp "
		"src-port=any dst-port=80-90 action=encrypt level=unique ipsec-protocols=esp "
		"tunnel=yes "
		"sa-src-address=2001:db8::1 sa-dst-address=2001:db8::2 comment=\"a b\" "
		"cookie=0x123456789abcdef0 tcp-mss=1360");
	struct nl_msg *msg = message_of(command);
	const struct nlattr *nest = nest_of(msg, IPSEC_A_POLICY);

	(void)state;
	assert_true(nest->nla_type & NLA_F_NESTED);
	assert_attr(nest, IPSEC_A_POLICY_SRC, "\x0a\x01\0\0", 4);
	assert_u8(nest, IPSEC_A_POLICY_SRC_LEN, 16);
	assert_attr(nest, IPSEC_A_POLICY_DST, "\xc0\0\x02\x07", 4);
	assert_u8(nest, IPSEC_A_POLICY_DST_LEN, 32);
	assert_u8(nest, IPSEC_A_POLICY_PROTO, 6);
	assert_u16(nest, IPSEC_A_POLICY_SRC_PORT_MIN, 0);
	assert_u16(nest, IPSEC_A_POLICY_SRC_PORT_MAX, 65535);
	assert_u16(nest, IPSEC_A_POLICY_DST_PORT_MIN, 80);
	assert_u16(nest, IPSEC_A_POLICY_DST_PORT_MAX, 90);
	assert_u8(nest, IPSEC_A_POLICY_ACTION, IPSEC_POLICY_ACTION_PROTECT);
	assert_u8(nest, IPSEC_A_POLICY_LEVEL, IPSEC_POLICY_LEVEL_UNIQUE);
	assert_u8(nest, IPSEC_A_POLICY_PROTOCOLS, IPSEC_PROTOCOLS_ESP);
	assert_u8(nest, IPSEC_A_POLICY_MODE, IPSEC_SA_MODE_TUNNEL);
	assert_attr(nest, IPSEC_A_POLICY_LOCAL, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
	assert_attr(nest, IPSEC_A_POLICY_REMOTE, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02", 16);
	assert_attr(nest, IPSEC_A_POLICY_COMMENT, "a b", 4);
	assert_u64(nest, IPSEC_A_POLICY_COOKIE, 0x123456789abcdef0);
	assert_u16(nest, IPSEC_A_POLICY_TCP_MSS, 1360);
	assert_null(attr_of(nest, IPSEC_A_POLICY_ID));
	assert_null(attr_of(nest, IPSEC_A_POLICY_FLAGS));
	ipsecnl_msg_free(msg);
	command_free(command);
}

static void leaves_out_what_is_not_said(void **state)
{
	struct command *command = command_of("kernel policy add src-address=any action=none");
	struct nl_msg *msg = message_of(command);
	const struct nlattr *nest = nest_of(msg, IPSEC_A_POLICY);

	(void)state;
	assert_u8(nest, IPSEC_A_POLICY_ACTION, IPSEC_POLICY_ACTION_BYPASS);
	/* the nest's header, the action's header, one byte and its padding */
	assert_int_equal(nest->nla_len, 4 + 4 + 1 + 3);
	ipsecnl_msg_free(msg);
	command_free(command);
}

static void puts_sas(void **state)
{
	struct command *command = command_of(
		"kernel sa add direction=in spi=0x01020304 src-address=192.0.2.1 "
		"dst-address=192.0.2.2 "
		"mode=tunnel enc-algorithm=aes-128-cbc enc-key=0x000102030405060708090a0b0c0d0e0f "
		"auth-algorithm=sha1 auth-key=0x101112131415161718191a1b1c1d1e1f20212223 "
		"replay-window=64 esn=yes ecn=no dscp=copy decap-dscp=yes policy=3 "
		"sel-src-address=10.0.0.0/8 sel-protocol=udp lifetime=24m/30m lifebytes=1/2 "
		"lifepackets=3/4 nat-traversal=yes dst-port=0x1234 df=clear tfc-pad=5 mark=6 "
		"seq=7 cookie=8");
	struct nl_msg *msg = message_of(command);
	const struct nlattr *nest = nest_of(msg, IPSEC_A_SA);

	(void)state;
	assert_attr(nest, IPSEC_A_SA_SPI, "\x01\x02\x03\x04", 4);
	assert_u8(nest, IPSEC_A_SA_PROTO, 50);
	assert_u8(nest, IPSEC_A_SA_DIR, IPSEC_SA_DIR_IN);
	assert_u8(nest, IPSEC_A_SA_MODE, IPSEC_SA_MODE_TUNNEL);
	assert_attr(nest, IPSEC_A_SA_SRC, "\xc0\0\x02\x01", 4);
	assert_attr(nest, IPSEC_A_SA_DST, "\xc0\0\x02\x02", 4);
	assert_attr(nest, IPSEC_A_SA_ENC, "aes-128-cbc", 12);
	assert_attr(nest, IPSEC_A_SA_ENC_KEY,
		    "\0\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f", 16);
	assert_attr(nest, IPSEC_A_SA_AUTH, "sha1", 5);
	assert_int_equal(nla_len(attr_of(nest, IPSEC_A_SA_AUTH_KEY)), 20);
	assert_u32(nest, IPSEC_A_SA_FLAGS,
		   IPSEC_SA_F_ESN | IPSEC_SA_F_NO_ECN | IPSEC_SA_F_DECAP_DSCP);
	assert_u32(nest, IPSEC_A_SA_REPLAY_WINDOW, 64);
	assert_u32(nest, IPSEC_A_SA_POLICY_ID, 3);
	assert_attr(nest, IPSEC_A_SA_SEL_SRC, "\x0a\0\0\0", 4);
	assert_u8(nest, IPSEC_A_SA_SEL_SRC_LEN, 8);
	assert_null(attr_of(nest, IPSEC_A_SA_SEL_DST));
	assert_u8(nest, IPSEC_A_SA_SEL_PROTO, 17);
	assert_u64(nest, IPSEC_A_SA_SOFT_TIME_S, 24 * 60);
	assert_u64(nest, IPSEC_A_SA_HARD_TIME_S, 30 * 60);
	assert_u64(nest, IPSEC_A_SA_SOFT_BYTES, 1);
	assert_u64(nest, IPSEC_A_SA_HARD_BYTES, 2);
	assert_u64(nest, IPSEC_A_SA_SOFT_PACKETS, 3);
	assert_u64(nest, IPSEC_A_SA_HARD_PACKETS, 4);
	assert_u8(nest, IPSEC_A_SA_ENCAP, IPSEC_SA_ENCAP_UDP);
	assert_attr(nest, IPSEC_A_SA_ENCAP_SPORT, "\x11\x94", 2);
	assert_attr(nest, IPSEC_A_SA_ENCAP_DPORT, "\x12\x34", 2);
	assert_u8(nest, IPSEC_A_SA_DF, IPSEC_SA_DF_CLEAR);
	assert_u32(nest, IPSEC_A_SA_TFC_PAD, 5);
	assert_u32(nest, IPSEC_A_SA_MARK, 6);
	assert_u64(nest, IPSEC_A_SA_SEQ, 7);
	assert_u64(nest, IPSEC_A_SA_COOKIE, 8);
	ipsecnl_msg_free(msg);
	command_free(command);
}

static void puts_the_rest(void **state)
{
	struct command *command = command_of(
		"kernel sa get-spi src-address=192.0.2.1 dst-address=192.0.2.2 lifetime=1m");
	struct nl_msg *msg = message_of(command);
	const struct nlattr *nest = nest_of(msg, IPSEC_A_SA);

	(void)state;
	/* a larval SA takes a hard limit and no other */
	assert_u64(nest, IPSEC_A_SA_HARD_TIME_S, 60);
	assert_null(attr_of(nest, IPSEC_A_SA_SOFT_TIME_S));
	ipsecnl_msg_free(msg);
	command_free(command);

	command = command_of("kernel settings set ike-ports=500,4500 acquire-timeout=1m");
	msg = message_of(command);
	nest = nest_of(msg, IPSEC_A_SETTINGS);
	assert_attr(nest, IPSEC_A_SETTINGS_IKE_PORTS, "\x01\xf4\x11\x94", 4);
	assert_u32(nest, IPSEC_A_SETTINGS_ACQUIRE_TIMEOUT_S, 60);
	assert_null(attr_of(nest, IPSEC_A_SETTINGS_HOLD_PACKETS));
	ipsecnl_msg_free(msg);
	command_free(command);

	command = command_of("explain src-address=::1 dst-address=::2 protocol=icmpv6 "
			     "src-port=128");
	msg = message_of(command);
	nest = nest_of(msg, IPSEC_A_EXPLAIN);
	assert_u8(nest, IPSEC_A_EXPLAIN_PROTO, 58);
	assert_u16(nest, IPSEC_A_EXPLAIN_SPORT, 128);
	assert_u8(nest, IPSEC_A_EXPLAIN_DIR, IPSEC_SA_DIR_OUT);
	assert_int_equal(nla_len(attr_of(nest, IPSEC_A_EXPLAIN_SRC)), 16);
	ipsecnl_msg_free(msg);
	command_free(command);
}

/* Rows with every property that can be set come back as they went. */
static void reads_back(void **state)
{
	static const char *const lines[] = {
		"kernel policy add src-address=10.1.0.0/16 dst-address=192.0.2.7 protocol=tcp "
		"src-port=5 dst-port=80-90 action=discard level=use ipsec-protocols=esp,ah "
		"tunnel=no "
		"sa-src-address=192.0.2.1 sa-dst-address=192.0.2.2 comment=x tcp-mss=auto cookie=1",
		"kernel sa add direction=out spi=0xfffffffe src-address=2001:db8::1 "
		"dst-address=2001:db8::2 "
		"mode=transport enc-algorithm=aes-128-gcm "
		"enc-key=0x000102030405060708090a0b0c0d0e0f10111213 "
		"esn=yes ecn=no dscp=zero decap-dscp=yes insecure=no replay-window=32 policy=3 "
		"sel-src-address=2001:db8::/32 sel-dst-address=::/0 sel-protocol=udp lifetime=1/2 "
		"lifebytes=3/4 "
		"lifepackets=5/6 nat-traversal=yes src-port=7 dst-port=8 df=set tfc-pad=9 mark=10 "
		"seq=11 cookie=12",
		"kernel settings set ike-ports=1,2,3,4,5,6,7,65535 hold-packets=64 "
		"acquire-timeout=9",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct command *command = command_of(lines[i]);
		struct nl_msg *msg = message_of(command);
		struct row *row = codec_get_row(command->menu,
						nest_of(msg, command->menu->nest));

		assert_non_null(row);
		for (const struct prop *prop = command->menu->props; prop->name; prop++) {
			const struct value *sent = row_at(command->row, prop);
			char *before, *after;

			if (!sent->set)
				continue;
			assert_true(row_at(row, prop)->set);
			before = value_text(prop, sent);
			after = value_text(prop, row_at(row, prop));
			assert_string_equal(before, after);
			free(before);
			free(after);
		}
		row_free(row);
		ipsecnl_msg_free(msg);
		command_free(command);
	}
}

/* A family alone, and a family with one address, as the kernel reports them. */
static void reads_families(void **state)
{
	const struct menu *menu = schema_menu("kernel policy");
	struct nl_msg *msg = ipsecnl_msg_new(NULL, 1, 0, 256);
	struct nlattr *nest = nla_nest_start(msg, IPSEC_A_POLICY | NLA_F_NESTED);
	struct row *row;
	char *text;

	(void)state;
	nla_put_u8(msg, IPSEC_A_POLICY_FAMILY, AF_INET6);
	nla_nest_end(msg, nest);
	row = codec_get_row(menu, nest);
	text = value_text(schema_prop(menu, "src-address"), row_value(row, "src-address"));
	assert_string_equal(text, "::/0");
	free(text);
	row_free(row);
	ipsecnl_msg_free(msg);
}

/* Answers of any shape are read without harm. */
static void survives_odd_answers(void **state)
{
	const struct menu *menu = schema_menu("kernel sa");
	uint32_t random = 3;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct nl_msg *msg = ipsecnl_msg_new(NULL, 1, 0, 2048);
		struct nlattr *nest = nla_nest_start(msg, IPSEC_A_SA | NLA_F_NESTED);
		uint8_t bytes[40];

		for (int n = 0; n < 8; n++) {
			random = random * 1664525 + 1013904223;
			memset(bytes, (int)(random >> 9), sizeof(bytes));
			nla_put(msg, (int)(random >> 8) % 60 + 1, (int)(random >> 16) % 40, bytes);
		}
		nla_nest_end_keep_empty(msg, nest);
		row_free(codec_get_row(menu, nest));
		row_free(codec_get_row(schema_menu("installed-sa"), nest));
		ipsecnl_msg_free(msg);
	}
}

static size_t count_nests(struct nl_msg *msg, size_t *nests)
{
	struct genlmsghdr *genl = nlmsg_data(nlmsg_hdr(msg));
	struct nlattr *attr, *op;
	size_t ops = 0;
	int left, rest;

	*nests = 0;
	nla_for_each_attr(attr, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0), left) {
		assert_int_equal(nla_type(attr), IPSEC_A_OPS);
		(*nests)++;
		nla_for_each_nested(op, attr, rest) {
			assert_int_equal(nla_type(op), IPSEC_A_OP);
			assert_u32(op, IPSEC_A_OP_CMD, IPSEC_CMD_POLICY_NEW);
			assert_non_null(attr_of(op, IPSEC_A_OP_POLICY));
			ops++;
		}
	}
	return ops;
}

/* Ten thousand rows are one message, though no nest can hold them all. */
static void puts_long_transactions(void **state)
{
	struct command *command = command_of("kernel policy add src-address=10.0.0.0/8 "
					     "comment=abc");
	size_t count = 10000, nests;
	struct change *list = calloc(count, sizeof(*list));
	struct nl_msg *msg;

	(void)state;
	for (size_t i = 0; i < count; i++)
		list[i] = change_of(command, IPSEC_CMD_POLICY_NEW);
	msg = change_transaction(&ctl, list, count);
	assert_non_null(msg);
	assert_int_equal(count_nests(msg, &nests), count);
	assert_in_range(nests, 2, 40);
	ipsecnl_msg_free(msg);
	free(list);
	command_free(command);
}

static size_t offset_in(struct nl_msg *msg, const struct nlattr *attr)
{
	return (size_t)((const char *)attr - (const char *)nlmsg_hdr(msg));
}

/* A transaction of all that can be in one, and the place of every attribute in it. */
static void finds_the_word_at_fault(void **state)
{
	struct command *commands[] = {
		command_of("kernel policy add src-address=10.0.0.0/8 dst-address=10.0.0.0/8"),
		command_of("kernel sa add direction=in spi=0x100 src-address=192.0.2.1 "
			   "dst-address=192.0.2.2 "
			   "enc-algorithm=null auth-algorithm=null insecure=yes"),
		command_of("kernel policy flush"),
	};
	struct change list[] = {
		change_of(commands[0], IPSEC_CMD_POLICY_NEW),
		change_of(commands[1], IPSEC_CMD_SA_NEW),
		change_of(commands[2], IPSEC_CMD_POLICY_FLUSH),
	};
	struct nl_msg *msg = change_transaction(&ctl, list, 3);
	struct genlmsghdr *genl = nlmsg_data(nlmsg_hdr(msg));
	struct nlattr *ops, *op, *attr;
	const struct nlattr *row;
	size_t number = 0, found_op;
	uint16_t found_attr;
	int left, rest;

	(void)state;
	assert_non_null(msg);
	ops = genlmsg_attrdata(genl, 0);
	nla_for_each_nested(op, ops, left) {
		assert_true(codec_locate(nlmsg_hdr(msg), offset_in(msg, op), &found_op,
					 &found_attr));
		assert_int_equal(found_op, number);
		assert_int_equal(found_attr, 0);
		row = attr_of(op, list[number].menu->nest == IPSEC_A_SA ? IPSEC_A_OP_SA :
									  IPSEC_A_OP_POLICY);
		/* a flush of everything is the command alone */
		assert_int_equal(row == NULL, number == 2);
		if (!row) {
			number++;
			continue;
		}
		nla_for_each_nested(attr, row, rest) {
			assert_true(codec_locate(nlmsg_hdr(msg), offset_in(msg, attr), &found_op,
						 &found_attr));
			assert_int_equal(found_op, number);
			assert_int_equal(found_attr, nla_type(attr));
		}
		number++;
	}
	assert_int_equal(number, 3);
	assert_false(codec_locate(nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, &found_op,
				  &found_attr));
	ipsecnl_msg_free(msg);
	for (size_t i = 0; i < 3; i++)
		command_free(commands[i]);
}

static void blames_words(void **state)
{
	struct command *command = command_of(
		"kernel sa add direction=in spi=0x100 src-address=192.0.2.1 dst-address=192.0.2.2 "
		"enc-algorithm=aes-128-gcm enc-key=0x000102030405060708090a0b0c0d0e0f10111213 "
		"esn=yes ecn=no");
	struct change change = change_of(command, IPSEC_CMD_SA_NEW);
	struct nl_msg *msg = message_of(command);
	const struct nlattr *nest = nest_of(msg, IPSEC_A_SA);
	struct ipsecnl_error error = { .error = 22 };
	struct fault fault;

	(void)state;
	error.offset = (uint32_t)offset_in(msg, attr_of(nest, IPSEC_A_SA_DST));
	snprintf(error.text, sizeof(error.text), "dst-address: must be the address of one host");
	change_fault(&change, 1, msg, &error, &fault);
	assert_string_equal(fault.word, "dst-address=192.0.2.2");
	assert_string_equal(fault.text, "must be the address of one host");
	assert_int_equal(fault.line, 1);
	assert_int_equal(fault.column, 72);

	/* several words are one attribute: the text tells which */
	error.offset = (uint32_t)offset_in(msg, attr_of(nest, IPSEC_A_SA_FLAGS));
	snprintf(error.text, sizeof(error.text), "ecn: no");
	change_fault(&change, 1, msg, &error, &fault);
	assert_string_equal(fault.word, "ecn=no");

	/* keys are never shown */
	error.offset = (uint32_t)offset_in(msg, attr_of(nest, IPSEC_A_SA_ENC_KEY));
	snprintf(error.text, sizeof(error.text), "enc-key: weak");
	change_fault(&change, 1, msg, &error, &fault);
	assert_string_equal(fault.word, "enc-key");
	assert_string_equal(fault.text, "weak");

	/* what was not said has no place of its own */
	error.offset = 0;
	snprintf(error.text, sizeof(error.text), "policy: missing; this request needs it");
	change_fault(&change, 1, msg, &error, &fault);
	assert_string_equal(fault.word, "kernel sa add");
	assert_string_equal(fault.text, "policy: missing; this request needs it");
	assert_int_equal(fault.column, 11);

	error.text[0] = '\0';
	error.error = 1;
	change_fault(&change, 1, msg, &error, &fault);
	assert_non_null(strstr(fault.text, "CAP_NET_ADMIN"));
	ipsecnl_msg_free(msg);
	command_free(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_policies),
		cmocka_unit_test(leaves_out_what_is_not_said),
		cmocka_unit_test(puts_sas),
		cmocka_unit_test(puts_the_rest),
		cmocka_unit_test(reads_back),
		cmocka_unit_test(reads_families),
		cmocka_unit_test(survives_odd_answers),
		cmocka_unit_test(puts_long_transactions),
		cmocka_unit_test(finds_the_word_at_fault),
		cmocka_unit_test(blames_words),
	};

	return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
