// SPDX-License-Identifier: GPL-2.0
#include "alg.h"

#include <linux/ipsec_genl.h>
#include <linux/kernel.h>
#include <linux/string.h>

/* ESP payloads end on a word (RFC 4303 section 2.4) with ciphers that have no blocks. */
#define WORD	4

/* RFC 4106, RFC 7634: the IV only has to be unique, the sequence number is. */
#define AEAD(_name, _key, _tmpl) \
	{ .name = _name, .kind = IPSEC_ALG_KIND_AEAD, .key_len = _key, .salt_len = 4, .iv_len = 8, \
	  .icv_len = 16, .block_len = WORD, .iv_is_seq = true, .tmpl = _tmpl }
/* RFC 3602: the IV must not be predictable. */
#define CBC(_name, _key, _tmpl) \
	{ .name = _name, .kind = IPSEC_ALG_KIND_ENC, .key_len = _key, .iv_len = 16, \
	  .block_len = 16, .tmpl = _tmpl }
/* RFC 2404, RFC 4868: a key as long as the digest, an ICV of its first half (SHA-1: 96 bits). */
#define HMAC(_name, _key, _icv, _tmpl) \
	{ .name = _name, .kind = IPSEC_ALG_KIND_AUTH, .key_len = _key, .icv_len = _icv, \
	  .tmpl = _tmpl }

const struct ipsec_alg ipsec_alg_table[] = {
	AEAD("aes-128-gcm", 16, "rfc4106(gcm(aes))"),
	AEAD("aes-192-gcm", 24, "rfc4106(gcm(aes))"),
	AEAD("aes-256-gcm", 32, "rfc4106(gcm(aes))"),
	AEAD("chacha20poly1305", 32, "rfc7539esp(chacha20,poly1305)"),
	CBC("aes-128-cbc", 16, "cbc(aes)"),
	CBC("aes-192-cbc", 24, "cbc(aes)"),
	CBC("aes-256-cbc", 32, "cbc(aes)"),
	{ .name = "null", .kind = IPSEC_ALG_KIND_ENC, .block_len = WORD,
	  .tmpl = "ecb(cipher_null)" },
	HMAC("sha1", 20, 12, "hmac(sha1)"),
	HMAC("sha256", 32, 16, "hmac(sha256)"),
	HMAC("sha384", 48, 24, "hmac(sha384)"),
	HMAC("sha512", 64, 32, "hmac(sha512)"),
	{ .name = "null", .kind = IPSEC_ALG_KIND_AUTH },
	{ }
};

const struct ipsec_alg *ipsec_alg_find(const char *name, bool auth)
{
	const struct ipsec_alg *alg;

	for (alg = ipsec_alg_table; alg->name; alg++) {
		bool is_auth = alg->kind == IPSEC_ALG_KIND_AUTH;

		if (is_auth == auth && !strcmp(alg->name, name))
			return alg;
	}
	return NULL;
}

static bool protects(const struct ipsec_alg *auth)
{
	return auth && auth->icv_len;
}

/* Netlink carries at most 79 characters of what is returned here. */
static const char *refuse(const struct ipsec_alg *enc, const struct ipsec_alg *auth, bool esn,
			  bool insecure)
{
	bool aead = enc->kind == IPSEC_ALG_KIND_AEAD;

	if (aead && protects(auth))
		return "an AEAD protects integrity itself: leave auth-algorithm out";
	if (aead || protects(auth))
		return NULL;
	if (!auth)
		return "a cipher needs an auth-algorithm beside it, or use an AEAD: aes-128-gcm";
	if (enc->key_len)
		return "encryption without integrity can be forged: choose an auth-algorithm";
	if (!insecure)
		return "null and null protect nothing: choose an auth-algorithm, or insecure";
	if (esn)
		return "esn needs integrity: choose an auth-algorithm, or turn esn off";
	return NULL;
}

const char *ipsec_alg_suite(struct ipsec_suite *suite, const struct ipsec_alg *enc,
			    const struct ipsec_alg *auth, bool esn, bool insecure)
{
	const char *why = refuse(enc, auth, esn, insecure);
	bool aead = enc->kind == IPSEC_ALG_KIND_AEAD;

	if (why)
		return why;
	suite->enc = enc;
	suite->auth = aead ? NULL : auth;
	suite->icv_len = aead ? enc->icv_len : auth->icv_len;
	suite->esn = esn;
	return NULL;
}

bool ipsec_alg_template(const struct ipsec_suite *suite, char *buf)
{
	if (!suite->auth) {
		strscpy(buf, suite->enc->tmpl, IPSEC_ALG_TEMPLATE_MAX);
		return true;
	}
	if (!protects(suite->auth))
		return false;
	snprintf(buf, IPSEC_ALG_TEMPLATE_MAX, "authenc%s(%s,%s)", suite->esn ? "esn" : "",
		 suite->auth->tmpl, suite->enc->tmpl);
	return true;
}
