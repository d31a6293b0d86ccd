// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: kmod/mss.c kmod/flow.c */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <linux/in.h>
#include <linux/ipsec_genl.h>
#include <linux/kernel.h>
#include <linux/skbuff.h>
#include "mss.h"

#define SYN	0x02
#define ACK	0x10
#define RST	0x04

#define NO_MSS	0

static u64 rng_state = 0x243f6a8885a308d3;

static u8 rng(void)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return rng_state >> 32;
}

/* A packet as it is built. */
struct packet {
	u8 data[512];
	unsigned int len;
	unsigned int tcp;	/* where TCP's header begins */
};

static void put(struct packet *p, const void *bytes, unsigned int len)
{
	memcpy(p->data + p->len, bytes, len);
	p->len += len;
}

static void put_ip4(struct packet *p, unsigned int options, u16 frag_off, u8 proto)
{
	u8 head[20] = { 0x40 | (5 + options / 4), 0, 0, 0, 0, 0, frag_off >> 8, frag_off, 64,
			proto };

	put(p, head, sizeof(head));
	memset(p->data + p->len, 1, options);
	p->len += options;
}

static void put_ip6(struct packet *p, u8 next)
{
	u8 head[40] = { 0x60, 0, 0, 0, 0, 0, next, 64 };

	put(p, head, sizeof(head));
}

static u32 sum_of(const u8 *bytes, unsigned int len)
{
	u32 sum = 0;

	for (unsigned int i = 0; i < len; i++)
		sum += i & 1 ? bytes[i] : bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* TCP with so many bytes of options, and 7 of data; without the addresses in the checksum. */
static void put_tcp(struct packet *p, u8 flags, const u8 *options, unsigned int len)
{
	unsigned int words = 5 + (len + 3) / 4;
	u8 head[20] = { 0x12, 0x34, 0, 80, 1, 2, 3, 4, 5, 6, 7, 8, words << 4, flags, 0xff, 0xff };
	u32 sum;

	p->tcp = p->len;
	put(p, head, sizeof(head));
	put(p, options, len);
	memset(p->data + p->len, 0, words * 4 - 20 - len);
	p->len += words * 4 - 20 - len;
	put(p, "payload", 7);
	sum = ~sum_of(p->data + p->tcp, p->len - p->tcp);
	p->data[p->tcp + 16] = sum >> 8;
	p->data[p->tcp + 17] = sum;
}

/* The packet's first @len bytes, @headlen of them in place, in memory that ends there, clamped. */
static void clamp_front(const struct packet *p, unsigned int len, unsigned int headlen, u8 summed,
			u16 mss, u32 mtu, u8 *out, bool *offered)
{
	unsigned char *memory = malloc(len);
	struct sk_buff skb = { memory, len, min(headlen, len), 0, summed };

	assert_non_null(memory);
	memcpy(memory, p->data, len);
	*offered = ipsec_mss_is_offered(&skb);
	ipsec_mss_clamp(&skb, mss, mtu);
	memcpy(out, memory, len);
	free(memory);
}

/* What the clamp changes: @at bytes behind TCP's begin, NO_MSS for nothing. */
static void check(const struct packet *p, unsigned int at, u16 mss, u32 mtu, u16 want)
{
	u8 got[512], expected[512];
	unsigned int headlen;
	bool offered;

	for (headlen = 20; headlen <= p->len; headlen++) {
		memcpy(expected, p->data, p->len);
		clamp_front(p, p->len, headlen, CHECKSUM_NONE, mss, mtu, got, &offered);
		assert_int_equal(offered, at != NO_MSS);
		if (at != NO_MSS) {
			expected[p->tcp + at] = want >> 8;
			expected[p->tcp + at + 1] = want;
			/* the sum that it was made for; RFC 1624 leaves both zeros open */
			assert_int_equal(sum_of(got + p->tcp, p->len - p->tcp) % 0xffff, 0);
			memcpy(expected + p->tcp + 16, got + p->tcp + 16, 2);
		}
		assert_memory_equal(got, expected, p->len);
		clamp_front(p, p->len, headlen, CHECKSUM_PARTIAL, mss, mtu, got, &offered);
		memcpy(expected + p->tcp + 16, p->data + p->tcp + 16, 2);
		assert_memory_equal(got, expected, p->len);
	}
}

/* Cut short before the end of TCP's header, nothing is read beyond, and nothing changed. */
static void check_truncated(const struct packet *p)
{
	unsigned int whole = p->tcp + (p->data[p->tcp + 12] >> 4) * 4, len;
	bool offered;
	u8 got[512];

	for (len = 0; len < whole; len++) {
		clamp_front(p, len, len, CHECKSUM_NONE, 100, 0, got, &offered);
		assert_false(offered);
		assert_memory_equal(got, p->data, len);
	}
}

static struct packet packet4(u8 flags, const u8 *options, unsigned int len)
{
	struct packet p = { .len = 0 };

	put_ip4(&p, 0, 0, IPPROTO_TCP);
	put_tcp(&p, flags, options, len);
	return p;
}

static const u8 mss1460[] = { 2, 4, 0x05, 0xb4 };

static void lowers_and_never_raises(void **state)
{
	struct packet p = packet4(SYN, mss1460, 4);

	(void)state;
	check(&p, 22, 1360, 0, 1360);
	check(&p, 22, 64, 0, 64);
	check(&p, 22, 1460, 0, 1460);
	check(&p, 22, 1461, 0, 1460);
	check(&p, 22, 65535, 0, 1460);
	check(&p, 22, IPSEC_TCP_MSS_AUTO, 1400, 1360);
	check(&p, 22, IPSEC_TCP_MSS_AUTO, 9000, 1460);
	check(&p, 22, IPSEC_TCP_MSS_AUTO, 65600, 1460);
	/* too short a path for TCP at all; one that nobody knows */
	check(&p, 22, IPSEC_TCP_MSS_AUTO, 41, IPSEC_TCP_MSS_MIN);
	check(&p, 22, IPSEC_TCP_MSS_AUTO, 0, 1460);
}

static void knows_what_is_offered(void **state)
{
	static const u8 flags[] = { SYN | ACK, SYN | ACK | 0xc0 };
	static const u8 others[] = { ACK, ACK | RST, 0, 0xff & ~SYN };
	struct packet p;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		p = packet4(flags[i], mss1460, 4);
		check(&p, 22, 1000, 0, 1000);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		p = packet4(others[i], mss1460, 4);
		check(&p, NO_MSS, 1000, 0, 0);
	}
	p = packet4(SYN, mss1460, 0);
	check(&p, NO_MSS, 1000, 0, 0);
}

/* At every offset, behind one to all bytes of other options. */
static void finds_it_anywhere(void **state)
{
	(void)state;
	for (unsigned int before = 0; before <= 36; before++) {
		u8 options[40], value = before;
		struct packet p;

		memset(options, 1, sizeof(options));
		memcpy(options + before, mss1460, 4);
		p = packet4(SYN, options, 40);
		check(&p, 22 + before, 0x04ff + value, 0, 0x04ff + value);
		check_truncated(&p);
		if (before < 2)
			continue;
		/* the same bytes as one option of nobody's */
		options[0] = 30;
		options[1] = before;
		p = packet4(SYN, options, 40);
		check(&p, 22 + before, 1000, 0, 1000);
		/* which may hold what looks like an MSS, and is not */
		if (before >= 6)
			memcpy(options + 2, mss1460, 4);
		p = packet4(SYN, options, 40);
		check(&p, 22 + before, 1000, 0, 1000);
	}
}

static void survives_ill_options(void **state)
{
	static const struct {
		u8 options[12];
		unsigned int len;
	} ill[] = {
		{ { 30, 0, 2, 4, 5, 0xb4 }, 8 },	/* no length */
		{ { 30, 1, 2, 4, 5, 0xb4 }, 8 },	/* less than itself */
		{ { 30, 255, 2, 4, 5, 0xb4 }, 8 },	/* beyond the header */
		{ { 30, 9, 2, 4, 5, 0xb4 }, 8 },	/* by one */
		{ { 30, 8, 2, 4, 5, 0xb4 }, 8 },	/* to its end */
		{ { 0, 2, 4, 5, 0xb4 }, 8 },		/* behind the end of the list */
		{ { 2, 3, 5, 1, 2, 4, 5, 0xb4 }, 4 },	/* short, and the rest is data */
		{ { 2, 5, 5, 0xb4, 0 }, 8 },		/* long */
		{ { 2, 0, 5, 0xb4 }, 4 },
		{ { 2, 1, 5, 0xb4 }, 4 },
		{ { 2, 255, 5, 0xb4 }, 4 },
		{ { 1, 2, 4, 5 }, 4 },			/* cut off */
		{ { 1, 1, 2, 4 }, 4 },
		{ { 1, 1, 1, 2 }, 4 },			/* a kind without its length */
		{ { 1, 1, 1, 30 }, 4 },
	};
	struct packet p;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ill); i++) {
		p = packet4(SYN, ill[i].options, ill[i].len);
		check(&p, NO_MSS, 1000, 0, 0);
		check_truncated(&p);
	}
	/* a header that claims less than it must have */
	for (u8 words = 0; words < 5; words++) {
		p = packet4(SYN, mss1460, 4);
		p.data[p.tcp + 12] = words << 4;
		check(&p, NO_MSS, 1000, 0, 0);
	}
}

/* Random options: whatever is changed is an MSS of a list that can be followed. */
static void survives_random_options(void **state)
{
	(void)state;
	for (int round = 0; round < 20000; round++) {
		unsigned int len = rng() % 41, at = NO_MSS, i;
		u8 options[40];
		struct packet p;
		u16 value;

		for (i = 0; i < len; i++)
			options[i] = rng() % 4 ? rng() % 6 : rng();
		p = packet4(SYN, options, len);
		memset(options + len, 0, sizeof(options) - len);
		len = (len + 3) & ~3u;
		for (i = 0; i < len && options[i]; i += options[i] == 1 ? 1 : options[i + 1]) {
			if (options[i] == 1)
				continue;
			if (i + 1 >= len || options[i + 1] < 2 || i + options[i + 1] > len)
				break;
			if (options[i] == 2 && options[i + 1] == 4) {
				at = i + 22;
				break;
			}
		}
		value = at == NO_MSS ? 0 : options[at - 20] << 8 | options[at - 19];
		check(&p, at, 100, 0, min(value, 100));
	}
}

static void skips_headers_of_ip(void **state)
{
	static const u8 hop[] = { 60, 0, 5, 2, 0, 0, 1, 0 }, route[] = { 60, 0, 4, 0, 0, 0, 0, 0 };
	static const u8 dest[] = { 6, 1, 1, 12 }, first[] = { 6, 0, 0, 1, 1, 2, 3, 4 };
	static const u8 later[] = { 6, 0, 0, 9, 1, 2, 3, 4 }, auth[] = { 6, 4, 0, 0 };
	struct packet p = { .len = 0 };

	(void)state;
	put_ip4(&p, 40, 0x2000, IPPROTO_TCP);	/* options, and more fragments behind */
	put_tcp(&p, SYN, mss1460, 4);
	check(&p, 22, 1000, 0, 1000);
	check_truncated(&p);
	p.len = 0;
	put_ip4(&p, 0, 1, IPPROTO_TCP);		/* a later fragment */
	put_tcp(&p, SYN, mss1460, 4);
	check(&p, NO_MSS, 1000, 0, 0);
	p.len = 0;
	put_ip4(&p, 0, 0, IPPROTO_UDP);
	put_tcp(&p, SYN, mss1460, 4);
	check(&p, NO_MSS, 1000, 0, 0);
	p.len = 0;
	put_ip6(&p, 0);
	put(&p, hop, 8);
	put(&p, dest, 4);
	memset(p.data + p.len, 0, 12);
	p.len += 12;
	put_tcp(&p, SYN, mss1460, 4);
	check(&p, 22, IPSEC_TCP_MSS_AUTO, 1400, 1340);
	check_truncated(&p);
	p.len = 0;
	put_ip6(&p, 43);
	put(&p, route, 8);
	p.data[40] = 44;
	put(&p, first, 8);
	put_tcp(&p, SYN | ACK, mss1460, 4);
	check(&p, 22, 1000, 0, 1000);
	p.len = 0;
	put_ip6(&p, 44);
	put(&p, later, 8);
	put_tcp(&p, SYN, mss1460, 4);
	check(&p, NO_MSS, 1000, 0, 0);
	/* somebody's AH covers it: it must not be touched */
	p.len = 0;
	put_ip6(&p, 51);
	put(&p, auth, 4);
	memset(p.data + p.len, 0, 20);
	p.len += 20;
	put_tcp(&p, SYN, mss1460, 4);
	check(&p, NO_MSS, 1000, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lowers_and_never_raises),
		cmocka_unit_test(knows_what_is_offered),
		cmocka_unit_test(finds_it_anywhere),
		cmocka_unit_test(survives_ill_options),
		cmocka_unit_test(survives_random_options),
		cmocka_unit_test(skips_headers_of_ip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
