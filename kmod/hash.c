// SPDX-License-Identifier: GPL-2.0
#include "hash.h"

#include <crypto/hash.h>
#include <linux/crypto.h>
#include <linux/err.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>

/* The known question: bytes that count up from 0, in two pieces as a packet's are. */
#define QUESTION_LEN	300
#define FIRST_PIECE	44
#define FIRST_KEY	0x80
#define KEY_MAX		64

/* The whole digest of each, summed by FNV-1a: made by another implementation than the kernel's. */
static const struct {
	const char *tmpl;
	u64 sum;
} answers[] = {
	{ "hmac(md5)",		0xcf2d95fcbb91c90e },
	{ "hmac(sha1)",		0x4fb7cbd8cee9514d },
	{ "hmac(sha256)",	0x750a32ee85545062 },
	{ "hmac(sha384)",	0x665b44b9e0106b1a },
	{ "hmac(sha512)",	0xbd3e7387ad9346e8 },
	{ "cmac(aes)",		0x54b85341fd02be16 },
	{ "xcbc(aes)",		0xa1ad8f222da22a91 },
};

static u64 sum_of(const u8 *buf, unsigned int len)
{
	u64 sum = 0xcbf29ce484222325;

	while (len--)
		sum = (sum ^ *buf++) * 0x100000001b3;
	return sum;
}

static int check_answer(const struct ipsec_alg *alg, const u8 *digest, unsigned int len)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(answers); i++)
		if (!strcmp(answers[i].tmpl, alg->tmpl))
			return answers[i].sum == sum_of(digest, len) ? 0 : -EBADMSG;
	return -EOPNOTSUPP;
}

static int ask(struct crypto_ahash *tfm, u8 *question, u8 *digest)
{
	struct ahash_request *req = ahash_request_alloc(tfm, GFP_KERNEL);
	struct scatterlist sg[2];
	DECLARE_CRYPTO_WAIT(wait);
	int err;

	if (!req)
		return -ENOMEM;
	sg_init_table(sg, 2);
	sg_set_buf(&sg[0], question, FIRST_PIECE);
	sg_set_buf(&sg[1], question + FIRST_PIECE, QUESTION_LEN - FIRST_PIECE);
	ahash_request_set_callback(req, CRYPTO_TFM_REQ_MAY_BACKLOG | CRYPTO_TFM_REQ_MAY_SLEEP,
				   crypto_req_done, &wait);
	ahash_request_set_crypt(req, sg, digest, QUESTION_LEN);
	err = crypto_wait_req(crypto_ahash_digest(req), &wait);
	ahash_request_free(req);
	return err;
}

static int test(const struct ipsec_alg *alg, struct crypto_ahash *tfm)
{
	unsigned int len = crypto_ahash_digestsize(tfm);
	u8 *question = kmalloc(QUESTION_LEN, GFP_KERNEL);
	u8 *digest = kzalloc(HASH_MAX_DIGESTSIZE, GFP_KERNEL);
	u8 key[KEY_MAX];
	int err = -ENOMEM, i;

	for (i = 0; i < KEY_MAX; i++)
		key[i] = FIRST_KEY + i;
	for (i = 0; question && i < QUESTION_LEN; i++)
		question[i] = i;
	if (question && digest)
		err = crypto_ahash_setkey(tfm, key, alg->key_len) ?:
		      ask(tfm, question, digest) ?: check_answer(alg, digest, len);
	kfree(digest);
	kfree(question);
	return err;
}

struct crypto_ahash *ipsec_hash_new(const struct ipsec_alg *alg, const char *tmpl, const u8 *key,
				    u32 without, const char *failed)
{
	struct crypto_ahash *tfm = crypto_alloc_ahash(tmpl, 0, without);
	int err = 0;

	if (IS_ERR(tfm))
		return tfm;
	if (failed && !strcmp(crypto_tfm_alg_driver_name(crypto_ahash_tfm(tfm)), failed))
		err = -EIO;
	err = err ?: test(alg, tfm) ?: crypto_ahash_setkey(tfm, key, alg->key_len);
	if (err) {
		crypto_free_ahash(tfm);
		return ERR_PTR(err);
	}
	return tfm;
}
