// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: kmod/flow.c */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/socket.h>
#include "flow.h"

static u64 rng_state = 0xa4093822299f31d0;

static u64 rng(void)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return rng_state * 0x2545f4914f6cdd1dULL;
}

static u64 below(u64 n)
{
	return (rng() >> 20) % n;
}

/* A packet as it is built, and what must be read from it. */
struct packet {
	u8 data[2048];
	unsigned int len;
	u8 family;		/* NFPROTO_* */
	struct ipsec_flow flow;	/* with ports; without when they are cut off */
	unsigned int need;	/* bytes without which nothing is read */
	unsigned int ports;	/* bytes with which ports are; 0 = never */
};

static void put(struct packet *p, const void *bytes, unsigned int len)
{
	memcpy(p->data + p->len, bytes, len);
	p->len += len;
}

static void put_random(struct packet *p, unsigned int len)
{
	while (len--)
		p->data[p->len++] = rng() >> 32;
}

/* The flow of the first @len bytes, in memory that ends there, @headlen of them in place. */
static bool read_front(const struct packet *p, unsigned int len, unsigned int headlen,
		       unsigned int before, struct ipsec_flow *fl)
{
	unsigned char *memory = malloc(before + len);
	struct sk_buff skb = { memory, before + len, min(before + headlen, before + len), before };
	bool ok;

	assert_non_null(memory);
	memset(memory, 0x45, before);
	memcpy(memory + before, p->data, len);
	memset(fl, 0x5a, sizeof(*fl));
	ok = ipsec_flow_read(fl, &skb, p->family);
	free(memory);
	return ok;
}

static void assert_flow(const struct ipsec_flow *got, const struct ipsec_flow *want)
{
	assert_memory_equal(got, want, sizeof(*want));
}

/* Every truncation of the packet, in one piece and in pieces, at the front and behind a header. */
static void check_packet(const struct packet *p)
{
	struct ipsec_flow portless = p->flow, fl;
	unsigned int len;

	portless.opaque = 1;
	portless.sport = 0;
	portless.dport = 0;
	for (len = 0; len <= p->len; len++) {
		unsigned int headlen = len % 3 ? len : below(len + 1), before = 4 * below(8);
		bool ok = read_front(p, len, headlen, before, &fl);

		assert_int_equal(ok, len >= p->need);
		if (ok)
			assert_flow(&fl, p->ports && len >= p->ports ? &p->flow : &portless);
	}
}

/* A transport header; sets what can be read of it. */
static void put_transport(struct packet *p, u8 proto, bool first_fragment)
{
	static const u8 with_ports[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_SCTP,
					 IPPROTO_DCCP };
	u8 icmp = p->family == NFPROTO_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	unsigned int off = p->len;

	p->flow.proto = proto;
	put_random(p, 24);
	if (!first_fragment)
		return;
	if (proto == icmp) {
		p->flow.sport = p->data[off];
		p->flow.dport = p->data[off + 1];
		p->ports = off + 2;
	} else if (memchr(with_ports, proto, sizeof(with_ports))) {
		p->flow.sport = p->data[off] << 8 | p->data[off + 1];
		p->flow.dport = p->data[off + 2] << 8 | p->data[off + 3];
		p->ports = off + 4;
	}
}

static void begin_ipv4(struct packet *p, u8 proto, unsigned int options, u16 frag)
{
	u8 header[20] = { 0x45 + options, 0, 0, 0, 0x12, 0x34, frag >> 8, frag, 64, proto };

	memset(p, 0, sizeof(*p));
	p->family = NFPROTO_IPV4;
	p->flow.family = AF_INET;
	p->flow.src.a4 = rng();
	p->flow.dst.a4 = rng();
	memcpy(header + 12, &p->flow.src.a4, 4);
	memcpy(header + 16, &p->flow.dst.a4, 4);
	put(p, header, sizeof(header));
	put_random(p, 4 * options);
	p->need = sizeof(header);
}

static const u8 some_protos[] = {
	IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_SCTP, IPPROTO_DCCP, IPPROTO_ICMP,
	IPPROTO_ICMPV6, IPPROTO_ESP, IPPROTO_AH, IPPROTO_GRE, IPPROTO_IPIP, 89, 59, 255,
};

static void reads_ipv4(void **state)
{
	unsigned int i, options;
	struct packet p;

	for (i = 0; i < ARRAY_SIZE(some_protos); i++) {
		for (options = 0; options <= 10; options++) {
			begin_ipv4(&p, some_protos[i], options, below(2) ? 0x4000 : 0x2000);
			put_transport(&p, some_protos[i], true);
			check_packet(&p);
		}
	}
}

static void later_ipv4_fragments_have_no_ports(void **state)
{
	static const u16 frags[] = { 0x0001, 0x1fff, 0x2001, 0x3fff, 0x4001, 0xb000 };
	struct packet p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(frags); i++) {
		begin_ipv4(&p, i % 2 ? IPPROTO_TCP : IPPROTO_ICMP, i, frags[i]);
		put_transport(&p, i % 2 ? IPPROTO_TCP : IPPROTO_ICMP, false);
		check_packet(&p);
	}
}

static void refuses_an_ipv4_header_that_is_none(void **state)
{
	struct ipsec_flow fl;
	struct packet p;
	u8 ihl;

	for (ihl = 0; ihl < 5; ihl++) {
		begin_ipv4(&p, IPPROTO_TCP, 0, 0);
		put_transport(&p, IPPROTO_TCP, true);
		p.data[0] = 0x40 | ihl;
		assert_false(read_front(&p, p.len, p.len, 0, &fl));
	}
}

static void begin_ipv6(struct packet *p)
{
	static const u8 start[] = { 0x60, 0, 0, 0, 0, 0, 0, 64 };
	unsigned int i;

	memset(p, 0, sizeof(*p));
	p->family = NFPROTO_IPV6;
	p->flow.family = AF_INET6;
	for (i = 0; i < 4; i++) {
		p->flow.src.w[i] = rng();
		p->flow.dst.w[i] = rng();
	}
	put(p, start, sizeof(start));
	put(p, &p->flow.src, 16);
	put(p, &p->flow.dst, 16);
	p->need = p->len;
}

/*
 * An extension header of @type; @link is where its type is to be written, and
 * becomes where that of the next is. @frag: of a fragment header.
 */
static void put_ext(struct packet *p, unsigned int *link, u8 type, u16 frag)
{
	unsigned int off = p->len, units = type == IPPROTO_FRAGMENT ? 1 : 1 + below(4);

	p->data[*link] = type;
	*link = off;
	put_random(p, 8 * units);
	if (type == IPPROTO_FRAGMENT) {
		p->data[off + 2] = frag >> 8;
		p->data[off + 3] = frag;
	} else {
		p->data[off + 1] = units - 1;
	}
	p->need = p->len;
}

static void reads_ipv6_behind_extension_headers(void **state)
{
	static const u8 ext[] = { IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_DSTOPTS,
				  IPPROTO_FRAGMENT };
	unsigned int round, count;

	for (round = 0; round < 600; round++) {
		u8 proto = some_protos[round % ARRAY_SIZE(some_protos)];
		unsigned int link = 6;
		struct packet p;

		begin_ipv6(&p);
		for (count = round % 17; count; count--)
			put_ext(&p, &link, ext[below(ARRAY_SIZE(ext))], below(2) | 6);
		p.data[link] = proto;
		put_transport(&p, proto, true);
		check_packet(&p);
	}
}

/* What is behind the fragment header of a later fragment is not what it says. */
static void later_ipv6_fragments_have_no_ports(void **state)
{
	static const u8 behind[] = { IPPROTO_TCP, IPPROTO_ICMPV6, IPPROTO_DSTOPTS,
				     IPPROTO_FRAGMENT };
	static const u16 frags[] = { 0x0008, 0xfff8, 0x0009, 0xffff };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(behind); i++) {
		for (j = 0; j < ARRAY_SIZE(frags); j++) {
			unsigned int link = 6;
			struct packet p;

			begin_ipv6(&p);
			if (j % 2)
				put_ext(&p, &link, IPPROTO_HOPOPTS, 0);
			put_ext(&p, &link, IPPROTO_FRAGMENT, frags[j]);
			p.data[link] = behind[i];
			put_transport(&p, behind[i], false);
			check_packet(&p);
		}
	}
}

static void gives_up_on_a_long_chain(void **state)
{
	unsigned int count, link;
	struct ipsec_flow fl;
	struct packet p;

	for (count = 16; count <= 17; count++) {
		link = 6;
		begin_ipv6(&p);
		while (p.need < 40 + 8 * count) {
			put_ext(&p, &link, IPPROTO_DSTOPTS, 0);
			p.data[link + 1] = 0;
			p.len = link + 8;
			p.need = p.len;
		}
		p.data[link] = IPPROTO_UDP;
		put_transport(&p, IPPROTO_UDP, true);
		assert_int_equal(read_front(&p, p.len, p.len, 0, &fl), count == 16);
	}
}

static void survives_anything(void **state)
{
	unsigned int round;

	for (round = 0; round < 500000; round++) {
		static const u8 next[] = { 0, 43, 44, 60, 6, 17, 58 };
		struct ipsec_flow fl;
		struct packet p;
		unsigned int i;

		p.len = 0;
		p.family = round % 2 ? NFPROTO_IPV4 : NFPROTO_IPV6;
		put_random(&p, below(120));
		for (i = 0; i < p.len; i++)
			if (!below(3))
				p.data[i] = next[below(ARRAY_SIZE(next))];
		if (!read_front(&p, p.len, below(p.len + 1), 0, &fl))
			continue;
		assert_int_equal(fl.family, round % 2 ? AF_INET : AF_INET6);
		assert_true(fl.opaque <= 1);
		assert_int_equal(fl.pad, 0);
		assert_true(!fl.opaque || (!fl.sport && !fl.dport));
	}
}

static void flips(void **state)
{
	struct ipsec_flow out, back, fl = {
		.src.a4 = cpu_to_be32(0x0a000001), .dst.a4 = cpu_to_be32(0x0a000002),
		.sport = 1000, .dport = 80, .family = AF_INET, .proto = IPPROTO_TCP,
	};

	memset(&out, 0x5a, sizeof(out));
	ipsec_flow_flip(&out, &fl);
	assert_int_equal(out.src.a4, fl.dst.a4);
	assert_int_equal(out.dst.a4, fl.src.a4);
	assert_int_equal(out.sport, 80);
	assert_int_equal(out.dport, 1000);
	ipsec_flow_flip(&back, &out);
	assert_flow(&back, &fl);

	/* Type and code stay; the ICMP of the other family has none. */
	fl.proto = IPPROTO_ICMP;
	ipsec_flow_flip(&out, &fl);
	assert_int_equal(out.sport, 1000);
	fl.family = AF_INET6;
	ipsec_flow_flip(&out, &fl);
	assert_int_equal(out.sport, 80);
	fl.proto = IPPROTO_ICMPV6;
	fl.opaque = 1;
	ipsec_flow_flip(&out, &fl);
	assert_int_equal(out.sport, 1000);
	assert_int_equal(out.opaque, 1);
}

/* Flows that differ little must not share the slots of a small cache more than chance has it. */
static void check_spread(void (*make)(struct ipsec_flow *fl, unsigned int n))
{
	static u8 slots[1024];
	unsigned int n, used = 0;

	memset(slots, 0, sizeof(slots));
	for (n = 0; n < 1024; n++) {
		struct ipsec_flow fl = { .family = AF_INET, .proto = IPPROTO_UDP };

		make(&fl, n);
		used += !slots[ipsec_flow_hash(&fl) % 1024]++;
	}
	/* By chance 647 of 1024, give or take 10. */
	assert_in_range(used, 580, 1024);
}

static void by_sport(struct ipsec_flow *fl, unsigned int n)
{
	fl->sport = 30000 + n;
	fl->dport = 443;
}

static void by_dport(struct ipsec_flow *fl, unsigned int n)
{
	fl->dport = n;
}

static void by_host(struct ipsec_flow *fl, unsigned int n)
{
	fl->src.a4 = cpu_to_be32(0x0a000000 + n);
	fl->dst.a4 = cpu_to_be32(0x0a010000 + n);
}

static void by_net(struct ipsec_flow *fl, unsigned int n)
{
	fl->src.a4 = cpu_to_be32(0x0a000001 + (n << 8));
}

static void by_pair(struct ipsec_flow *fl, unsigned int n)
{
	fl->src.a4 = cpu_to_be32(0x0a000000 + n % 32);
	fl->dst.a4 = cpu_to_be32(0x0a000000 + n / 32);
}

static void by_low_v6(struct ipsec_flow *fl, unsigned int n)
{
	fl->family = AF_INET6;
	fl->src.w[0] = cpu_to_be32(0x20010db8);
	fl->src.w[3] = cpu_to_be32(n);
}

static void by_high_v6(struct ipsec_flow *fl, unsigned int n)
{
	fl->family = AF_INET6;
	fl->dst.w[1] = cpu_to_be32(n);
}

static void by_proto(struct ipsec_flow *fl, unsigned int n)
{
	fl->proto = n;
	fl->sport = n >> 8;
}

static void hash_spreads(void **state)
{
	check_spread(by_sport);
	check_spread(by_dport);
	check_spread(by_host);
	check_spread(by_net);
	check_spread(by_pair);
	check_spread(by_low_v6);
	check_spread(by_high_v6);
	check_spread(by_proto);
}

static void hash_sees_every_bit(void **state)
{
	struct ipsec_flow fl = { .family = AF_INET };
	u32 hash = ipsec_flow_hash(&fl);
	unsigned int i, same_slot = 0;

	for (i = 0; i < sizeof(fl) * 8; i++) {
		((u8 *)&fl)[i / 8] ^= 1 << i % 8;
		assert_int_not_equal(ipsec_flow_hash(&fl), hash);
		same_slot += ipsec_flow_hash(&fl) % 1024 == hash % 1024;
		((u8 *)&fl)[i / 8] ^= 1 << i % 8;
	}
	assert_in_range(same_slot, 0, 3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_ipv4),
		cmocka_unit_test(later_ipv4_fragments_have_no_ports),
		cmocka_unit_test(refuses_an_ipv4_header_that_is_none),
		cmocka_unit_test(reads_ipv6_behind_extension_headers),
		cmocka_unit_test(later_ipv6_fragments_have_no_ports),
		cmocka_unit_test(gives_up_on_a_long_chain),
		cmocka_unit_test(survives_anything),
		cmocka_unit_test(flips),
		cmocka_unit_test(hash_spreads),
		cmocka_unit_test(hash_sees_every_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
