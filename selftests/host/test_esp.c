// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lengths and trailers of every suite, by brute force. A packet is sealed by a cipher that changes
 * nothing; what comes out is measured and held against what esp.h promises of it.
 */
/* sources: kmod/alg.c */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <linux/kernel.h>
#include <linux/ipsec_genl.h>
#include <linux/skbuff.h>
#include "key.h"

/* In place of crypt.h, which needs a kernel: what esp.c uses of it, with the same names. */
#define _IPSEC_CRYPT_H

struct ipsec_sa {
	__be32 spi;
};

struct ipsec_crypt_op {
	struct sk_buff *skb;
	const struct ipsec_sa *sa;
	struct ipsec_key *key;
	u64 seq;
	u32 tfc_pad;
	bool sealing;
	u8 iv[16];
};

static unsigned int crypt_off, crypt_len;

static void ipsec_crypt_run(struct ipsec_crypt_op *op, unsigned int off, unsigned int len)
{
	crypt_off = off;
	crypt_len = len;
}

#include "../../kmod/esp.c"

#define PAYLOAD_MAX	300
#define NEXT_HEADER	41
#define OUTER		20	/* bytes in front of ESP */

static u8 memory[2048];
static struct sk_buff skb;
static struct ipsec_sa sa;

/* Call @check with each suite there is. */
static void with_every_suite(void (*check)(struct ipsec_key *key))
{
	const struct ipsec_alg *enc, *auth;
	struct ipsec_key key = { 0 };
	unsigned int n = 0;

	for (enc = ipsec_alg_table; enc->name; enc++) {
		for (auth = ipsec_alg_table; auth->name; auth++) {
			if (enc->kind == IPSEC_ALG_KIND_AUTH || auth->kind != IPSEC_ALG_KIND_AUTH ||
			    ipsec_alg_suite(&key.suite, enc, auth, false, true))
				continue;
			check(&key);
			n++;
		}
	}
	assert_in_range(n, 100, 1000);
}

/* Seal @len bytes of 0xa5. Returns bytes from ESP header to ICV. */
static u32 seal(struct ipsec_key *key, u32 len, u32 tfc_pad)
{
	struct ipsec_crypt_op op = { &skb, &sa, key, 0x0102030405060708, tfc_pad };
	u32 head = ipsec_esp_head_len(key);

	sa = (struct ipsec_sa){ .spi = cpu_to_be32(0x11223344) };
	memset(memory, 0x5a, sizeof(memory));
	memset(memory + OUTER + head, 0xa5, len);
	skb = (struct sk_buff){ .data = memory, .len = OUTER + head + len };
	ipsec_esp_seal(&op, OUTER, NEXT_HEADER);
	assert_true(op.sealing);
	assert_int_equal(crypt_off, OUTER);
	assert_int_equal(crypt_len, skb.len - OUTER - head - key->suite.icv_len);
	return skb.len - OUTER;
}

/* RFC 4303 section 2: SPI, number, IV, payload, zeros, 1 2 3 …, length, next header, ICV. */
static void check_bytes(const struct ipsec_key *key, u32 len, u32 tfc_pad, u32 total)
{
	const u8 *esp = memory + OUTER, *text = esp + ipsec_esp_head_len(key);
	u32 to = tfc_pad > len ? tfc_pad : len, i;
	u32 end = total - ipsec_esp_head_len(key) - key->suite.icv_len;
	u32 pad = text[end - 2];

	assert_memory_equal(esp, "\x11\x22\x33\x44\5\6\7\x08", 8);
	if (key->suite.enc->iv_is_seq)
		assert_memory_equal(esp + 8, "\1\2\3\4\5\6\7\x08", 8);
	assert_int_equal(to + pad + 2, end);
	assert_true(pad < key->suite.enc->block_len);
	assert_int_equal((total - key->suite.icv_len) % 4, 0);
	assert_int_equal(end % key->suite.enc->block_len, 0);
	assert_int_equal(text[end - 1], NEXT_HEADER);
	for (i = 0; i < to; i++)
		assert_int_equal(text[i], i < len ? 0xa5 : 0);
	for (i = 0; i < pad; i++)
		assert_int_equal(text[to + i], i + 1);
	/* room for the ICV, which is the cipher's to fill, and not a byte behind it */
	assert_int_equal(esp[total], 0x5a);
}

static void check_lengths(struct ipsec_key *key)
{
	static const u32 tfc_pads[] = { 0, 1, 64, 255, PAYLOAD_MAX };
	u32 len, worst = 0, i;

	for (i = 0; i < ARRAY_SIZE(tfc_pads); i++) {
		for (len = 0; len <= PAYLOAD_MAX; len++) {
			u32 total = seal(key, len, tfc_pads[i]);
			u8 next_header = 0;

			assert_int_equal(total, ipsec_esp_head_len(key) + len +
						ipsec_esp_tail_len(key, len, tfc_pads[i]));
			assert_true(ipsec_esp_len_ok(key, total));
			check_bytes(key, len, tfc_pads[i], total);
			assert_int_equal(ipsec_esp_trim(key, &skb, OUTER + ipsec_esp_head_len(key),
							&next_header), IPSEC_REASON_NONE);
			assert_int_equal(skb.len, OUTER + ipsec_esp_head_len(key) +
						  max(len, tfc_pads[i]));
			assert_int_equal(next_header, NEXT_HEADER);
			if (!tfc_pads[i])
				worst = max(worst, total - len);
		}
	}
	assert_int_equal(ipsec_esp_overhead_max(key), worst);
}

static void lengths_are_those_of_the_packets(void **state)
{
	with_every_suite(check_lengths);
}

/* For every room: the largest payload whose packet fits is known, and the next byte does not. */
static void check_payload_max(struct ipsec_key *key)
{
	u32 room, len, total[PAYLOAD_MAX + 1];

	for (len = 0; len <= PAYLOAD_MAX; len++)
		total[len] = seal(key, len, 0);
	for (room = 0; room < PAYLOAD_MAX; room++) {
		u32 best = 0;

		for (len = 0; len <= PAYLOAD_MAX; len++)
			if (total[len] <= room)
				best = len;
		assert_int_equal(ipsec_esp_payload_max(key, room), best);
	}
}

static void payload_max_fits(void **state)
{
	with_every_suite(check_payload_max);
}

/* RFC 4303 section 3.4.2: lengths that no sender of this suite makes. */
static void check_len_ok(struct ipsec_key *key)
{
	bool made[PAYLOAD_MAX] = { 0 };
	u32 len;

	for (len = 0; len < PAYLOAD_MAX; len++) {
		u32 total = seal(key, len, 0);

		if (total < PAYLOAD_MAX)
			made[total] = true;
	}
	for (len = 0; len < PAYLOAD_MAX; len++)
		assert_int_equal(ipsec_esp_len_ok(key, len), made[len]);
}

static void only_lengths_of_packets_are_right(void **state)
{
	with_every_suite(check_len_ok);
}

/* Padding that would begin in front of the payload, after an ICV that was right. */
static void check_trim(struct ipsec_key *key)
{
	u32 off = OUTER + ipsec_esp_head_len(key), len;
	u8 next_header;

	for (len = 0; len < 40; len++) {
		u32 total = seal(key, len, 0), end = OUTER + total - key->suite.icv_len;
		u32 room = end - off - IPSEC_ESP_TRAILER_LEN;

		memory[end - 2] = room + 1;
		assert_int_equal(ipsec_esp_trim(key, &skb, off, &next_header),
				 IPSEC_REASON_IN_PAD_BAD);
		memory[end - 2] = 255;
		assert_int_equal(ipsec_esp_trim(key, &skb, off, &next_header),
				 IPSEC_REASON_IN_PAD_BAD);
		memory[end - 2] = room;
		assert_int_equal(ipsec_esp_trim(key, &skb, off, &next_header), IPSEC_REASON_NONE);
		assert_int_equal(skb.len, off);
	}
}

static void padding_stays_inside(void **state)
{
	with_every_suite(check_trim);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths_are_those_of_the_packets),
		cmocka_unit_test(payload_max_fits),
		cmocka_unit_test(only_lengths_of_packets_are_right),
		cmocka_unit_test(padding_stays_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
