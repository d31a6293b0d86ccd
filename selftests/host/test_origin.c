// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: kmod/origin.c kmod/flow.c shim/shim.c */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/socket.h>
#include "origin.h"
#include "shim.h"

#define LIFE	(124 * 60)
#define FLOWS	4096	/* that are remembered at most */

static struct ipsec_origin origin;

static int setup(void **state)
{
	(void)state;
	return ipsec_origin_arm(&origin);
}

static int teardown(void **state)
{
	(void)state;
	ipsec_origin_exit(&origin);
	return 0;
}

/* Number @n of a peer's flows as its packets carry them. */
static struct ipsec_flow arriving(u32 n)
{
	return (struct ipsec_flow) {
		.src.a4 = cpu_to_be32(0xc0a85a01),
		.dst.a4 = cpu_to_be32(0x0a000000 + (n >> 16)),
		.sport = (u16)n,
		.dport = 1701,
		.family = AF_INET,
		.proto = IPPROTO_UDP,
	};
}

static struct ipsec_flow answering(u32 n)
{
	struct ipsec_flow in = arriving(n);

	return (struct ipsec_flow) {
		.src = in.dst,
		.dst = in.src,
		.sport = in.dport,
		.dport = in.sport,
		.family = in.family,
		.proto = in.proto,
	};
}

static struct ipsec_origin_peer behind(u16 port)
{
	return (struct ipsec_origin_peer) {
		.addr.a4 = cpu_to_be32(0xc0a85afe),
		.port = cpu_to_be16(port),
	};
}

static void note(u32 n, u16 port, u32 now)
{
	struct ipsec_flow fl = arriving(n);
	struct ipsec_origin_peer peer = behind(port);

	ipsec_origin_note(&origin, &fl, &peer, now);
}

/* Port of the peer, -1 = nobody is known. */
static int owner_of(const struct ipsec_flow *fl, u32 now)
{
	struct ipsec_origin_peer peer;

	return ipsec_origin_find(&origin, fl, &peer, now) ? be16_to_cpu(peer.port) : -1;
}

static int owner(u32 n, u32 now)
{
	struct ipsec_flow fl = answering(n);

	return owner_of(&fl, now);
}

static void test_each_answer_to_its_peer(void **state)
{
	struct ipsec_flow same_way = arriving(1);

	(void)state;
	note(1, 40001, 100);
	note(2, 40002, 100);
	assert_int_equal(owner(1, 100), 40001);
	assert_int_equal(owner(2, 100), 40002);
	assert_int_equal(owner(3, 100), -1);
	assert_int_equal(owner_of(&same_way, 100), -1);
	note(1, 40002, 101);
	assert_int_equal(owner(1, 101), 40002);
}

static void test_forgotten_in_time(void **state)
{
	(void)state;
	note(1, 40001, 100);
	assert_int_equal(owner(1, 100 + LIFE), 40001);
	assert_int_equal(owner(1, 101 + LIFE), -1);
	note(1, 40001, 101 + LIFE);
	assert_int_equal(owner(1, 100 + 2 * LIFE), 40001);
	/* the clock's end is no end */
	note(2, 40001, U32_MAX);
	assert_int_equal(owner(2, LIFE - 1), 40001);
	assert_int_equal(owner(2, LIFE), -1);
}

static unsigned int owned(u32 first, u32 count, u16 port, u32 now)
{
	unsigned int n = 0;
	u32 i;

	for (i = 0; i < count; i++)
		n += owner(first + i, now) == port;
	return n;
}

static void test_a_flood_crowds_out_itself(void **state)
{
	unsigned int before, kept;
	u32 i;

	(void)state;
	for (i = 0; i < 1000; i++)
		note(i, 40001, 100);
	/* a set of eight seldom gets nine of them */
	before = owned(0, 1000, 40001, 100);
	assert_in_range(before, 990, 1000);
	for (i = 0; i < 200000; i++)
		note(1000000 + i, 40002, 200 + i / 1000);
	kept = owned(0, 1000, 40001, 400);
	/* only where one had filled a set alone, it makes room once */
	assert_in_range(kept, before - 8, before);
	assert_in_range(owned(1000000, 200000, 40002, 400), FLOWS - 1000, FLOWS - kept);
	/* the latest ones stay */
	assert_int_equal(owner(1000000 + 199999, 400), 40002);
}

static void test_only_what_is_answered(void **state)
{
	static const struct {
		u8 family, proto;
		u16 type;
		u8 opaque;
		int answer;	/* type, -1 = none */
	} cases[] = {
		{ AF_INET, IPPROTO_ICMP, 8, 0, 0 },
		{ AF_INET, IPPROTO_ICMP, 13, 0, 14 },
		{ AF_INET, IPPROTO_ICMP, 0, 0, -1 },
		{ AF_INET, IPPROTO_ICMP, 3, 0, -1 },
		{ AF_INET, IPPROTO_ICMP, 8, 1, -1 },
		{ AF_INET6, IPPROTO_ICMPV6, 128, 0, 129 },
		{ AF_INET6, IPPROTO_ICMPV6, 129, 0, -1 },
		{ AF_INET6, IPPROTO_ICMPV6, 2, 0, -1 },
		{ AF_INET, IPPROTO_UDP, 0, 1, -1 },
		{ AF_INET6, IPPROTO_TCP, 0, 1, -1 },
		{ AF_INET, IPPROTO_GRE, 0, 1, 0 },
	};
	struct ipsec_origin_peer peer = behind(40001);
	unsigned int i;
	int type;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ipsec_flow fl = {
			.src.a4 = cpu_to_be32(1000 + i),
			.dst.a4 = cpu_to_be32(2),
			.sport = cases[i].type,
			.family = cases[i].family,
			.proto = cases[i].proto,
			.opaque = cases[i].opaque,
		};
		struct ipsec_flow answer = fl;

		answer.src = fl.dst;
		answer.dst = fl.src;
		ipsec_origin_note(&origin, &fl, &peer, 5);
		for (type = 0; type < 256; type++) {
			answer.sport = type;
			assert_int_equal(owner_of(&answer, 5),
					 type == cases[i].answer ? 40001 : -1);
		}
	}
}

static void test_a_peer_moves(void **state)
{
	struct ipsec_origin_peer from = behind(40001), stranger = behind(40001);

	(void)state;
	note(1, 40001, 100);
	note(2, 40002, 100);
	ipsec_origin_rename(&origin, &from, cpu_to_be16(50001));
	assert_int_equal(owner(1, 100), 50001);
	assert_int_equal(owner(2, 100), 40002);
	stranger.addr.a4 = cpu_to_be32(1);
	stranger.port = cpu_to_be16(40002);
	ipsec_origin_rename(&origin, &stranger, cpu_to_be16(9));
	assert_int_equal(owner(2, 100), 40002);
}

static void test_without_memory(void **state)
{
	struct ipsec_origin none = { 0 };
	struct ipsec_flow fl = arriving(1), answer = answering(1);
	struct ipsec_origin_peer peer = behind(1);

	(void)state;
	ipsec_origin_note(&none, &fl, &peer, 1);
	ipsec_origin_rename(&none, &peer, 2);
	assert_false(ipsec_origin_find(&none, &answer, &peer, 1));
	shim_fail_after = 0;
	assert_int_equal(ipsec_origin_arm(&none), -ENOMEM);
	shim_fail_after = -1;
	ipsec_origin_exit(&none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_answer_to_its_peer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_forgotten_in_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_flood_crowds_out_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(test_only_what_is_answered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_peer_moves, setup, teardown),
		cmocka_unit_test(test_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
