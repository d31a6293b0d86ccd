// SPDX-License-Identifier: GPL-2.0
#include "alg.h"

#include <asm/byteorder.h>
#include <crypto/authenc.h>
#include <linux/ipsec_genl.h>
#include <linux/kernel.h>
#include <linux/rtnetlink.h>
#include <linux/string.h>

/* ESP payloads end on a word (RFC 4303 section 2.4) with ciphers that have no blocks. */
#define WORD	4

/* RFC 4106, 4309, 4543 and 7634: the IV only has to be unique, the sequence number is. */
#define AEAD(_name, _key, _salt, _tmpl, _generic) \
	{ .name = _name, .kind = IPSEC_ALG_KIND_AEAD, .key_len = _key, .salt_len = _salt, \
	  .iv_len = 8, .icv_len = 16, .block_len = WORD, .iv_is_seq = true, .tmpl = _tmpl, \
	  .generic = _generic }
#define GCM(_name, _key) \
	AEAD(_name, _key, 4, "rfc4106(gcm(aes))", \
	     "rfc4106(gcm_base(ctr(aes-generic),ghash-generic))")
#define CCM(_name, _key) \
	AEAD(_name, _key, 3, "rfc4309(ccm(aes))", \
	     "rfc4309(ccm_base(ctr(aes-generic),cbcmac(aes-generic)))")
/* Integrity alone, with the key and the IV of an AEAD: the payload stays clear. */
#define GMAC(_name, _key) \
	AEAD(_name, _key, 4, "rfc4543(gcm(aes))", \
	     "rfc4543(gcm_base(ctr(aes-generic),ghash-generic))")
/* RFC 3686: as of an AEAD, IVs are only unique; what follows the key it calls a nonce. */
#define CTR(_name, _key) \
	{ .name = _name, .kind = IPSEC_ALG_KIND_ENC, .key_len = _key, .salt_len = 4, .iv_len = 8, \
	  .block_len = WORD, .iv_is_seq = true, .tmpl = "rfc3686(ctr(aes))", \
	  .generic = "rfc3686(ctr(aes-generic))" }
/* RFC 2405, 2451, 3602 and 4312: the IV is a block and must not be predictable. */
#define CBC(_name, _key, _block, _cipher) \
	{ .name = _name, .kind = IPSEC_ALG_KIND_ENC, .key_len = _key, .iv_len = _block, \
	  .block_len = _block, .tmpl = "cbc(" _cipher ")", .generic = "cbc(" _cipher "-generic)" }
#define AUTH(_name, _key, _icv, _tmpl, _hash) \
	{ .name = _name, .kind = IPSEC_ALG_KIND_AUTH, .key_len = _key, .icv_len = _icv, \
	  .tmpl = _tmpl "(" _hash ")", .generic = _tmpl "(" _hash "-generic)" }
/* RFC 2403, 2404 and 4868: a key as long as the digest, an ICV of its first bytes. */
#define HMAC(_name, _key, _icv)	AUTH(_name, _key, _icv, "hmac", _name)

const struct ipsec_alg ipsec_alg_table[] = {
	GCM("aes-128-gcm", 16),
	GCM("aes-192-gcm", 24),
	GCM("aes-256-gcm", 32),
	AEAD("chacha20poly1305", 32, 4, "rfc7539esp(chacha20,poly1305)",
	     "rfc7539esp(chacha20-generic,poly1305-generic)"),
	CCM("aes-128-ccm", 16),
	CCM("aes-192-ccm", 24),
	CCM("aes-256-ccm", 32),
	GMAC("aes-128-gmac", 16),
	GMAC("aes-192-gmac", 24),
	GMAC("aes-256-gmac", 32),
	CTR("aes-128-ctr", 16),
	CTR("aes-192-ctr", 24),
	CTR("aes-256-ctr", 32),
	CBC("aes-128-cbc", 16, 16, "aes"),
	CBC("aes-192-cbc", 24, 16, "aes"),
	CBC("aes-256-cbc", 32, 16, "aes"),
	CBC("camellia-128", 16, 16, "camellia"),
	CBC("camellia-192", 24, 16, "camellia"),
	CBC("camellia-256", 32, 16, "camellia"),
	CBC("twofish", 16, 16, "twofish"),
	CBC("blowfish", 16, 8, "blowfish"),
	CBC("3des", 24, 8, "des3_ede"),
	CBC("des", 8, 8, "des"),
	{ .name = "null", .kind = IPSEC_ALG_KIND_ENC, .block_len = WORD,
	  .tmpl = "ecb(cipher_null)", .generic = "ecb-cipher_null" },
	HMAC("sha1", 20, 12),
	HMAC("sha256", 32, 16),
	/* Of peers that were built before RFC 4868. */
	AUTH("sha256-96", 32, 12, "hmac", "sha256"),
	HMAC("sha384", 48, 24),
	HMAC("sha512", 64, 32),
	HMAC("md5", 16, 12),
	AUTH("aes-xcbc", 16, 12, "xcbc", "aes"),	/* RFC 3566 */
	AUTH("aes-cmac", 16, 12, "cmac", "aes"),	/* RFC 4494 */
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

const char *ipsec_alg_suite_ah(struct ipsec_suite *suite, const struct ipsec_alg *auth, bool esn)
{
	if (!protects(auth))
		return "AH is integrity alone: choose an auth-algorithm: sha256";
	*suite = (struct ipsec_suite) { .auth = auth, .icv_len = auth->icv_len, .esn = esn };
	return NULL;
}

bool ipsec_alg_template(const struct ipsec_suite *suite, bool generic, char *buf)
{
	const struct ipsec_alg *enc = suite->enc, *auth = suite->auth;

	if (!enc) {
		strscpy(buf, generic ? auth->generic : auth->tmpl, IPSEC_ALG_TEMPLATE_MAX);
		return true;
	}
	if (!auth) {
		strscpy(buf, generic ? enc->generic : enc->tmpl, IPSEC_ALG_TEMPLATE_MAX);
		return true;
	}
	if (!protects(auth))
		return false;
	snprintf(buf, IPSEC_ALG_TEMPLATE_MAX, "authenc%s(%s,%s)", suite->esn ? "esn" : "",
		 generic ? auth->generic : auth->tmpl, generic ? enc->generic : enc->tmpl);
	return true;
}

/* What crypto_authenc_extractkeys() expects: this, the integrity key, the cipher's key. */
struct authenc_header {
	struct rtattr rta;
	struct crypto_authenc_key_param param;
};

unsigned int ipsec_alg_key(const struct ipsec_suite *suite, const u8 *enc_key, const u8 *auth_key,
			   u8 *buf)
{
	unsigned int enc_len = suite->enc->key_len + suite->enc->salt_len;
	struct authenc_header *header = (struct authenc_header *)buf;
	unsigned int auth_len;

	if (!suite->auth) {
		memcpy(buf, enc_key, enc_len);
		return enc_len;
	}
	auth_len = suite->auth->key_len;
	header->rta.rta_len = sizeof(*header);
	header->rta.rta_type = CRYPTO_AUTHENC_KEYA_PARAM;
	header->param.enckeylen = cpu_to_be32(enc_len);
	memcpy(buf + sizeof(*header), auth_key, auth_len);
	memcpy(buf + sizeof(*header) + auth_len, enc_key, enc_len);
	return sizeof(*header) + auth_len + enc_len;
}
