// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: kmod/alg.c userspace/lib/algs.c userspace/lib/names.c */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <linux/ipsec_genl.h>
#include <linux/kernel.h>
#include "alg.h"
#include "algs.h"
#include "kat_answers.h"

#define EXTACK_MAX	79

static const struct ipsec_alg *enc(const char *name)
{
	const struct ipsec_alg *alg = ipsec_alg_find(name, false);

	assert_non_null(alg);
	return alg;
}

static const struct ipsec_alg *auth(const char *name)
{
	const struct ipsec_alg *alg = ipsec_alg_find(name, true);

	assert_non_null(alg);
	return alg;
}

static void make(struct ipsec_suite *suite, const char *e, const char *a, bool esn)
{
	assert_null(ipsec_alg_suite(suite, enc(e), a ? auth(a) : NULL, esn, false));
}

static void finds_by_kind(void **state)
{
	assert_int_equal(enc("null")->kind, IPSEC_ALG_KIND_ENC);
	assert_int_equal(auth("null")->kind, IPSEC_ALG_KIND_AUTH);
	assert_int_equal(enc("chacha20poly1305")->kind, IPSEC_ALG_KIND_AEAD);
	assert_null(ipsec_alg_find("sha256", false));
	assert_null(ipsec_alg_find("aes-128-gcm", true));
	assert_null(ipsec_alg_find("", false));
	assert_null(ipsec_alg_find("aes-128", false));
	assert_null(ipsec_alg_find("AES-128-GCM", false));
}

/* RFC 4106, 7634, 4309, 4543, 3686, 3602, 4312, 2451, 2405; 2404, 4868, 2403, 3566 and 4494. */
static void rows_are_those_of_the_rfcs(void **state)
{
	static const struct {
		const char *name;
		bool auth;
		u8 key, salt, iv, icv, block;
		bool iv_is_seq;
	} rows[] = {
		{ "aes-128-gcm", false, 16, 4, 8, 16, 4, true },
		{ "aes-192-gcm", false, 24, 4, 8, 16, 4, true },
		{ "aes-256-gcm", false, 32, 4, 8, 16, 4, true },
		{ "chacha20poly1305", false, 32, 4, 8, 16, 4, true },
		{ "aes-128-ccm", false, 16, 3, 8, 16, 4, true },
		{ "aes-192-ccm", false, 24, 3, 8, 16, 4, true },
		{ "aes-256-ccm", false, 32, 3, 8, 16, 4, true },
		{ "aes-128-gmac", false, 16, 4, 8, 16, 4, true },
		{ "aes-192-gmac", false, 24, 4, 8, 16, 4, true },
		{ "aes-256-gmac", false, 32, 4, 8, 16, 4, true },
		{ "aes-128-ctr", false, 16, 4, 8, 0, 4, true },
		{ "aes-192-ctr", false, 24, 4, 8, 0, 4, true },
		{ "aes-256-ctr", false, 32, 4, 8, 0, 4, true },
		{ "aes-128-cbc", false, 16, 0, 16, 0, 16, false },
		{ "aes-192-cbc", false, 24, 0, 16, 0, 16, false },
		{ "aes-256-cbc", false, 32, 0, 16, 0, 16, false },
		{ "camellia-128", false, 16, 0, 16, 0, 16, false },
		{ "camellia-192", false, 24, 0, 16, 0, 16, false },
		{ "camellia-256", false, 32, 0, 16, 0, 16, false },
		{ "twofish", false, 16, 0, 16, 0, 16, false },
		{ "blowfish", false, 16, 0, 8, 0, 8, false },
		{ "3des", false, 24, 0, 8, 0, 8, false },
		{ "des", false, 8, 0, 8, 0, 8, false },
		{ "null", false, 0, 0, 0, 0, 4, false },
		{ "sha1", true, 20, 0, 0, 12, 0, false },
		{ "sha256", true, 32, 0, 0, 16, 0, false },
		{ "sha256-96", true, 32, 0, 0, 12, 0, false },
		{ "sha384", true, 48, 0, 0, 24, 0, false },
		{ "sha512", true, 64, 0, 0, 32, 0, false },
		{ "md5", true, 16, 0, 0, 12, 0, false },
		{ "aes-xcbc", true, 16, 0, 0, 12, 0, false },
		{ "aes-cmac", true, 16, 0, 0, 12, 0, false },
		{ "null", true, 0, 0, 0, 0, 0, false },
	};
	const struct ipsec_alg *alg;
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		alg = ipsec_alg_find(rows[i].name, rows[i].auth);
		assert_non_null(alg);
		assert_int_equal(alg->key_len, rows[i].key);
		assert_int_equal(alg->salt_len, rows[i].salt);
		assert_int_equal(alg->iv_len, rows[i].iv);
		assert_int_equal(alg->icv_len, rows[i].icv);
		assert_int_equal(alg->block_len, rows[i].block);
		assert_int_equal(alg->iv_is_seq, rows[i].iv_is_seq);
	}
	for (alg = ipsec_alg_table; alg->name; alg++)
		n++;
	assert_int_equal(n, ARRAY_SIZE(rows));
}

static void refuses_unsafe_pairs(void **state)
{
	static const struct {
		const char *enc, *auth;
		bool esn, insecure;
		const char *word;	/* of the reason; NULL = allowed */
	} pairs[] = {
		{ "aes-128-gcm", NULL, false, false, NULL },
		{ "aes-128-gcm", NULL, true, false, NULL },
		{ "aes-128-gcm", "null", false, false, NULL },
		{ "aes-128-gcm", "sha256", false, false, "AEAD" },
		{ "chacha20poly1305", "sha1", true, true, "AEAD" },
		{ "aes-128-ccm", "aes-xcbc", false, false, "AEAD" },
		{ "aes-256-gmac", "sha256-96", false, true, "AEAD" },
		{ "aes-128-gmac", NULL, true, false, NULL },
		{ "aes-256-cbc", "sha1", false, false, NULL },
		{ "aes-128-ctr", NULL, false, true, "auth-algorithm" },
		{ "aes-128-ctr", "null", false, true, "forged" },
		{ "des", "null", false, true, "forged" },
		{ "des", "md5", false, false, NULL },
		{ "null", "sha1", true, false, NULL },
		{ "aes-256-cbc", NULL, false, false, "auth-algorithm" },
		{ "aes-256-cbc", NULL, false, true, "auth-algorithm" },
		{ "aes-256-cbc", "null", false, false, "forged" },
		{ "aes-256-cbc", "null", false, true, "forged" },
		{ "null", NULL, false, true, "auth-algorithm" },
		{ "null", "null", false, false, "insecure" },
		{ "null", "null", false, true, NULL },
		{ "null", "null", true, true, "esn" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		const struct ipsec_alg *a = pairs[i].auth ? auth(pairs[i].auth) : NULL;
		struct ipsec_suite suite;
		const char *why;

		why = ipsec_alg_suite(&suite, enc(pairs[i].enc), a, pairs[i].esn,
				      pairs[i].insecure);
		if (pairs[i].word) {
			assert_non_null(why);
			assert_non_null(strstr(why, pairs[i].word));
			assert_in_range(strlen(why), 20, EXTACK_MAX);
			continue;
		}
		assert_null(why);
		assert_ptr_equal(suite.enc, enc(pairs[i].enc));
		assert_int_equal(suite.esn, pairs[i].esn);
		assert_int_equal(suite.icv_len, suite.auth ? suite.auth->icv_len : 16);
		if (suite.enc->kind == IPSEC_ALG_KIND_AEAD)
			assert_null(suite.auth);
	}
}

static void names_templates(void **state)
{
	static const struct {
		const char *enc, *auth;
		bool esn;
		const char *tmpl;
		const char *generic;
	} names[] = {
		{ "aes-192-gcm", NULL, false, "rfc4106(gcm(aes))",
		  "rfc4106(gcm_base(ctr(aes-generic),ghash-generic))" },
		{ "aes-256-gcm", NULL, true, "rfc4106(gcm(aes))",
		  "rfc4106(gcm_base(ctr(aes-generic),ghash-generic))" },
		{ "chacha20poly1305", NULL, true, "rfc7539esp(chacha20,poly1305)",
		  "rfc7539esp(chacha20-generic,poly1305-generic)" },
		{ "aes-128-cbc", "sha1", false, "authenc(hmac(sha1),cbc(aes))",
		  "authenc(hmac(sha1-generic),cbc(aes-generic))" },
		{ "aes-256-cbc", "sha512", true, "authencesn(hmac(sha512),cbc(aes))",
		  "authencesn(hmac(sha512-generic),cbc(aes-generic))" },
		{ "aes-256-ccm", NULL, true, "rfc4309(ccm(aes))",
		  "rfc4309(ccm_base(ctr(aes-generic),cbcmac(aes-generic)))" },
		{ "aes-128-gmac", NULL, false, "rfc4543(gcm(aes))",
		  "rfc4543(gcm_base(ctr(aes-generic),ghash-generic))" },
		{ "aes-128-ctr", "sha256-96", true,
		  "authencesn(hmac(sha256),rfc3686(ctr(aes)))",
		  "authencesn(hmac(sha256-generic),rfc3686(ctr(aes-generic)))" },
		{ "camellia-256", "aes-cmac", false, "authenc(cmac(aes),cbc(camellia))",
		  "authenc(cmac(aes-generic),cbc(camellia-generic))" },
		{ "3des", "aes-xcbc", true, "authencesn(xcbc(aes),cbc(des3_ede))",
		  "authencesn(xcbc(aes-generic),cbc(des3_ede-generic))" },
		{ "null", "sha384", true, "authencesn(hmac(sha384),ecb(cipher_null))",
		  "authencesn(hmac(sha384-generic),ecb-cipher_null)" },
	};
	char buf[IPSEC_ALG_TEMPLATE_MAX];
	struct ipsec_suite suite;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		make(&suite, names[i].enc, names[i].auth, names[i].esn);
		assert_true(ipsec_alg_template(&suite, false, buf));
		assert_string_equal(buf, names[i].tmpl);
		assert_true(ipsec_alg_template(&suite, true, buf));
		assert_string_equal(buf, names[i].generic);
	}
	assert_null(ipsec_alg_suite(&suite, enc("null"), auth("null"), false, true));
	assert_false(ipsec_alg_template(&suite, false, buf));
}

static unsigned int from_hex(u8 *buf, const char *hex)
{
	unsigned int len = 0, byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		buf[len++] = byte;
	return len;
}

/* From hmac_sha1_aes_cbc_tv_temp and its sisters in crypto/testmgr.h of Linux 6.1. */
static void joins_keys_as_the_kernel_takes_them(void **state)
{
	static const struct {
		const char *enc, *auth, *enc_key, *auth_key, *head;
	} keys[] = {
		{ "aes-128-cbc", "sha1", "06a9214036b8a15b512e03d534120006",
		  "0000000000000000000000000000000000000000", "0800010000000010" },
		{ "aes-256-cbc", "sha256",
		  "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
		  "112233445566778899aabbccddeeff00ffeeddccbbaa99887766554433221100",
		  "0800010000000020" },
		{ "null", "sha1", "", "112233445566778899aabbccddeeff0102030405",
		  "0800010000000000" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		u8 enc_key[64], auth_key[64], got[IPSEC_ALG_KEY_MAX] __aligned(4), want[256];
		struct ipsec_suite suite;
		unsigned int len;

		make(&suite, keys[i].enc, keys[i].auth, false);
		len = from_hex(want, keys[i].head);
		/* The first half is in the byte order of the CPU. */
		if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
			memcpy(want, (const u8[]) { 0, 8, 0, 1 }, 4);
		len += from_hex(want + len, keys[i].auth_key);
		len += from_hex(want + len, keys[i].enc_key);
		from_hex(enc_key, keys[i].enc_key);
		from_hex(auth_key, keys[i].auth_key);
		assert_int_equal(ipsec_alg_key(&suite, enc_key, auth_key, got), len);
		assert_memory_equal(got, want, len);
	}
}

static void aead_keys_are_keymat(void **state)
{
	u8 keymat[36], got[IPSEC_ALG_KEY_MAX] __aligned(4);
	struct ipsec_suite suite;
	unsigned int i;

	for (i = 0; i < sizeof(keymat); i++)
		keymat[i] = i;
	make(&suite, "chacha20poly1305", NULL, false);
	assert_int_equal(ipsec_alg_key(&suite, keymat, NULL, got), 36);
	assert_memory_equal(got, keymat, 36);
	make(&suite, "aes-128-ccm", NULL, false);
	assert_int_equal(ipsec_alg_key(&suite, keymat, NULL, got), 19);
	assert_memory_equal(got, keymat, 19);
	make(&suite, "aes-128-gcm", NULL, false);
	assert_int_equal(ipsec_alg_key(&suite, keymat, NULL, got), 20);
	assert_memory_equal(got, keymat, 20);
}

static bool has_answer(const struct ipsec_suite *suite)
{
	unsigned int i, found = 0;

	for (i = 0; i < ARRAY_SIZE(kat_answers); i++) {
		const struct kat_answer *a = &kat_answers[i];

		if (!strcmp(a->enc, suite->enc->name) &&
		    !strcmp(a->auth ?: "", suite->auth ? suite->auth->name : ""))
			found += a->sealed[suite->esn] != 0;
	}
	return found == 1;
}

/* What ipsec_key_new() says of a template that the kernel lacks. */
#define LACKS	"this kernel lacks : load or build it"

/* No row can be added without telling what it must answer, and no name or key outgrows its room. */
static void every_suite_has_a_known_answer(void **state)
{
	const struct ipsec_alg *e, *a;
	char buf[IPSEC_ALG_TEMPLATE_MAX];
	struct ipsec_suite suite;
	unsigned int n = 0, esn;

	for (e = ipsec_alg_table; e->name; e++) {
		for (a = ipsec_alg_table; e->kind != IPSEC_ALG_KIND_AUTH && a->name; a++) {
			for (esn = 0; esn < 2 && a->kind == IPSEC_ALG_KIND_AUTH; esn++) {
				if (ipsec_alg_suite(&suite, e, a, esn, false))
					continue;
				n++;
				assert_true(has_answer(&suite));
				assert_true(ipsec_alg_template(&suite, true, buf));
				assert_true(strlen(buf) < IPSEC_ALG_TEMPLATE_MAX - 1);
				assert_true(ipsec_alg_template(&suite, false, buf));
				assert_true(strlen(LACKS) + strlen(buf) <= EXTACK_MAX);
				assert_in_range(8 + e->key_len + e->salt_len + a->key_len, 8,
						IPSEC_ALG_KEY_MAX);
			}
		}
	}
	assert_int_equal(n, 2 * ARRAY_SIZE(kat_answers));
}

/* Two tables of names and lengths, one in each half of the house. */
static void programs_know_the_same_algorithms(void **state)
{
	const struct ipsec_alg *alg;
	unsigned int i[2] = { 0 };

	for (alg = ipsec_alg_table; alg->name; alg++) {
		bool auth = alg->kind == IPSEC_ALG_KIND_AUTH;
		const struct name *name = &(auth ? names_auth_algorithm : names_enc_algorithm)
						[i[auth]++];
		const struct algs_row *row = auth ? algs_auth(alg->name) : algs_enc(alg->name);

		assert_string_equal(name->text, alg->name);
		assert_non_null(row);
		assert_string_equal(row->name, alg->name);
		assert_int_equal(row->aead, alg->kind == IPSEC_ALG_KIND_AEAD);
		assert_int_equal(row->key_bytes, alg->key_len);
		assert_int_equal(row->salt_bytes, alg->salt_len);
	}
	assert_null(names_enc_algorithm[i[0]].text);
	assert_null(names_auth_algorithm[i[1]].text);
}

/* The page for people has a row for each. */
static void the_page_has_every_algorithm(void **state)
{
	FILE *file = fopen(SOURCE_DIR "/Documentation/transforms.rst", "re");
	const struct ipsec_alg *alg;
	char page[16384], row[64];
	size_t len;

	assert_non_null(file);
	len = fread(page, 1, sizeof(page) - 1, file);
	fclose(file);
	assert_in_range(len, 1, sizeof(page) - 2);
	page[len] = 0;
	for (alg = ipsec_alg_table; alg->name; alg++) {
		snprintf(row, sizeof(row), "\n``%s`` ", alg->name);
		if (!strstr(page, row))
			fail_msg("no row for %s", alg->name);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_by_kind),
		cmocka_unit_test(rows_are_those_of_the_rfcs),
		cmocka_unit_test(refuses_unsafe_pairs),
		cmocka_unit_test(names_templates),
		cmocka_unit_test(joins_keys_as_the_kernel_takes_them),
		cmocka_unit_test(aead_keys_are_keymat),
		cmocka_unit_test(every_suite_has_a_known_answer),
		cmocka_unit_test(programs_know_the_same_algorithms),
		cmocka_unit_test(the_page_has_every_algorithm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
