// SPDX-License-Identifier: GPL-2.0
/*
 * The packet: SPI and sequence number as below, then an IV, a plaintext and keys
 * that are runs of bytes counting up, each from its own first value. It is long
 * enough for drivers that work on many blocks at once, with a rest behind them.
 */
#include "kat.h"
#include "kat_answers.h"

#include <asm/byteorder.h>
#include <crypto/aead.h>
#include <linux/completion.h>
#include <linux/crypto.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

/* An engine that has not answered by then is not going to: a test has four packets. */
#define ANSWER_LIMIT	(10 * HZ)

#define KAT_SPI		0x01234567
#define KAT_SEQ_HI	0x89abcdef
#define KAT_SEQ_LO	0xfedcba98

#define FIRST_PLAINTEXT	0x00
#define FIRST_ENC_KEY	0x10
#define FIRST_AUTH_KEY	0x80
#define FIRST_IV	0xc0

#define AAD_MAX		12
#define IV_MAX		16
#define TEXT_LEN	272
#define ICV_MAX		32
#define PACKET_MAX	(AAD_MAX + IV_MAX + TEXT_LEN + ICV_MAX)

/**
 * struct kat - one test under way
 * @refs: the tester's, and the driver's while it has the request
 * @free_work: the end of a test that was given up, once its driver has answered
 * @suite: what is tested
 * @answer: the right one
 * @tfm: who is asked; the caller's, unless @given_up
 * @given_up: the driver did not answer in time
 * @req: the request
 * @done: it has ended
 * @err: how
 * @sg: @packet as the packet path describes it
 * @packet: @aad, IV, text and ICV; alone in its memory, drivers reach it by DMA
 * @aad: SPI and sequence number
 * @aad_len: 8, with ESN 12
 * @iv: the request's, which drivers may change
 * @enc_key: counts up
 * @auth_key: counts up
 * @key: both, for @tfm
 */
struct kat {
	refcount_t refs;
	struct work_struct free_work;
	const struct ipsec_suite *suite;
	const struct kat_answer *answer;
	struct crypto_aead *tfm;
	bool given_up;
	struct aead_request *req;
	struct completion done;
	int err;
	struct scatterlist sg[2];
	u8 *packet;
	__be32 aad[AAD_MAX / 4];
	unsigned int aad_len;
	u8 iv[IV_MAX];
	u8 enc_key[64];
	u8 auth_key[64];
	u8 key[IPSEC_ALG_KEY_MAX] __aligned(4);
};

/* What a driver answered to a suite. */
struct kat_result {
	struct list_head list;
	char driver[CRYPTO_MAX_ALG_NAME];
	const struct ipsec_alg *enc;
	const struct ipsec_alg *auth;
	bool esn;
	int err;
};

static LIST_HEAD(results);
static DEFINE_MUTEX(results_lock);

/* Own queue: module exit waits for its last work. */
static struct workqueue_struct *kat_wq;

static void kat_free(struct kat *kat)
{
	aead_request_free(kat->req);
	kfree(kat->packet);
	kfree(kat);
}

/* Until here the module cannot be unloaded: its code is what the driver calls. */
static void kat_free_work(struct work_struct *work)
{
	struct kat *kat = container_of(work, struct kat, free_work);
	struct crypto_aead *tfm = kat->tfm;

	kat_free(kat);
	crypto_free_aead(tfm);
	module_put(THIS_MODULE);
}

static void kat_put(struct kat *kat)
{
	if (!refcount_dec_and_test(&kat->refs))
		return;
	if (kat->given_up)
		queue_work(kat_wq, &kat->free_work);
	else
		kat_free(kat);
}

static void fill(u8 *buf, unsigned int len, u8 first)
{
	while (len--)
		*buf++ = first++;
}

static bool is_filled(const u8 *buf, unsigned int len, u8 first)
{
	while (len--)
		if (*buf++ != first++)
			return false;
	return true;
}

static u8 *iv_of(const struct kat *kat)
{
	return kat->packet + kat->aad_len;
}

static u8 *text_of(const struct kat *kat)
{
	return iv_of(kat) + kat->suite->enc->iv_len;
}

static u8 *icv_of(const struct kat *kat)
{
	return text_of(kat) + TEXT_LEN;
}

static void put_packet(struct kat *kat)
{
	memset(kat->packet, 0, PACKET_MAX);
	memcpy(kat->packet, kat->aad, kat->aad_len);
	fill(iv_of(kat), kat->suite->enc->iv_len, FIRST_IV);
	fill(text_of(kat), TEXT_LEN, FIRST_PLAINTEXT);
}

/* -EINPROGRESS: it left the driver's backlog. */
static void kat_answered(void *data, int err)
{
	struct kat *kat = data;

	if (err == -EINPROGRESS)
		return;
	kat->err = err;
	complete(&kat->done);
	kat_put(kat);
}

IPSEC_CRYPTO_CALLBACK(kat_complete, kat_answered)

/* For the end of a request that the driver has taken. */
static int wait_for_answer(struct kat *kat)
{
	long left = wait_for_completion_killable_timeout(&kat->done, ANSWER_LIMIT);

	if (left > 0)
		return kat->err;
	__module_get(THIS_MODULE);
	kat->given_up = true;
	return left ? -EINTR : -ETIMEDOUT;
}

static int ask(struct kat *kat, bool seal)
{
	int err;

	reinit_completion(&kat->done);
	refcount_inc(&kat->refs);
	err = seal ? crypto_aead_encrypt(kat->req) : crypto_aead_decrypt(kat->req);
	if (err == -EINPROGRESS || err == -EBUSY)
		return wait_for_answer(kat);
	kat_put(kat);
	return err;
}

/* As the packet path does: in place; with ESN what is not on the wire lies elsewhere. */
static int run(struct kat *kat, bool seal)
{
	unsigned int iv_len = kat->suite->enc->iv_len, icv_len = kat->suite->icv_len;
	unsigned int behind_aad = iv_len + TEXT_LEN + icv_len;
	struct aead_request *req = kat->req;

	if (kat->suite->esn) {
		sg_init_table(kat->sg, 2);
		sg_set_buf(&kat->sg[0], kat->packet, kat->aad_len);
		sg_set_buf(&kat->sg[1], iv_of(kat), behind_aad);
	} else {
		sg_init_one(kat->sg, kat->packet, kat->aad_len + behind_aad);
	}
	fill(kat->iv, iv_len, FIRST_IV);
	aead_request_set_callback(req, CRYPTO_TFM_REQ_MAY_BACKLOG | CRYPTO_TFM_REQ_MAY_SLEEP,
				  kat_complete, kat);
	aead_request_set_crypt(req, kat->sg, kat->sg, TEXT_LEN + (seal ? 0 : icv_len), kat->iv);
	aead_request_set_ad(req, kat->aad_len + iv_len);
	return ask(kat, seal);
}

/* Neither direction may change what it only authenticates. */
static bool head_is_whole(const struct kat *kat)
{
	return !memcmp(kat->packet, kat->aad, kat->aad_len) &&
	       is_filled(iv_of(kat), kat->suite->enc->iv_len, FIRST_IV);
}

/* FNV-1a: tells a faulty driver from a good one, and needs 8 bytes a suite. */
static u64 sum_of(const u8 *buf, unsigned int len)
{
	u64 sum = 0xcbf29ce484222325;

	while (len--)
		sum = (sum ^ *buf++) * 0x100000001b3;
	return sum;
}

static int test_seal(struct kat *kat)
{
	int err;

	put_packet(kat);
	err = run(kat, true);
	if (err)
		return err;
	if (!head_is_whole(kat) || sum_of(text_of(kat), TEXT_LEN + kat->suite->icv_len) !=
				   kat->answer->sealed[kat->suite->esn])
		return -EBADMSG;
	return 0;
}

/* What test_seal() left. */
static int test_open(struct kat *kat)
{
	int err = run(kat, false);

	if (err)
		return err;
	if (!head_is_whole(kat) || !is_filled(text_of(kat), TEXT_LEN, FIRST_PLAINTEXT))
		return -EBADMSG;
	return 0;
}

/* One bit of the ICV is wrong: any answer but -EBADMSG would be taken for a fault of the driver. */
static int test_forged(struct kat *kat)
{
	int err = test_seal(kat);

	if (err)
		return err;
	icv_of(kat)[kat->suite->icv_len - 1] ^= 1;
	err = run(kat, false);
	if (kat->given_up)
		return err;
	return err == -EBADMSG ? 0 : -EBADMSG;
}

static int set_key(struct kat *kat)
{
	unsigned int len;

	fill(kat->enc_key, sizeof(kat->enc_key), FIRST_ENC_KEY);
	fill(kat->auth_key, sizeof(kat->auth_key), FIRST_AUTH_KEY);
	len = ipsec_alg_key(kat->suite, kat->enc_key, kat->auth_key, kat->key);
	return crypto_aead_setauthsize(kat->tfm, kat->suite->icv_len) ?:
	       crypto_aead_setkey(kat->tfm, kat->key, len);
}

static const struct kat_answer *find_answer(const struct ipsec_suite *suite)
{
	const char *auth = suite->auth ? suite->auth->name : "";
	const struct kat_answer *a;

	for (a = kat_answers; a < kat_answers + ARRAY_SIZE(kat_answers); a++)
		if (!strcmp(a->enc, suite->enc->name) && !strcmp(a->auth ?: "", auth))
			return a;
	return NULL;
}

static struct kat *kat_new(const struct ipsec_suite *suite, struct crypto_aead *tfm)
{
	struct kat *kat = kzalloc(sizeof(*kat), GFP_KERNEL);
	__be32 *aad;

	if (!kat)
		return NULL;
	refcount_set(&kat->refs, 1);
	INIT_WORK(&kat->free_work, kat_free_work);
	init_completion(&kat->done);
	kat->suite = suite;
	kat->tfm = tfm;
	kat->req = aead_request_alloc(tfm, GFP_KERNEL);
	kat->packet = kmalloc(PACKET_MAX, GFP_KERNEL);
	if (!kat->req || !kat->packet) {
		kat_free(kat);
		return NULL;
	}
	aad = kat->aad;
	*aad++ = cpu_to_be32(KAT_SPI);
	if (suite->esn)
		*aad++ = cpu_to_be32(KAT_SEQ_HI);
	*aad++ = cpu_to_be32(KAT_SEQ_LO);
	kat->aad_len = (u8 *)aad - (u8 *)kat->aad;
	return kat;
}

static int run_tests(const struct ipsec_suite *suite, struct crypto_aead **tfm)
{
	const struct kat_answer *answer = find_answer(suite);
	struct kat *kat;
	int err;

	if (!answer)
		return -EOPNOTSUPP;
	kat = kat_new(suite, *tfm);
	if (!kat)
		return -ENOMEM;
	kat->answer = answer;
	err = set_key(kat) ?: test_seal(kat) ?: test_open(kat) ?: test_forged(kat);
	if (kat->given_up)
		*tfm = NULL;
	kat_put(kat);
	return err;
}

static const struct kat_result *find_result(const struct ipsec_suite *suite, const char *driver)
{
	const struct kat_result *r;

	lockdep_assert_held(&results_lock);
	list_for_each_entry(r, &results, list)
		if (r->enc == suite->enc && r->auth == suite->auth && r->esn == suite->esn &&
		    !strcmp(r->driver, driver))
			return r;
	return NULL;
}

/* Without memory it is not remembered, and tested again. */
static void remember(const struct ipsec_suite *suite, const char *driver, int err)
{
	struct kat_result *r = kmalloc(sizeof(*r), GFP_KERNEL);

	lockdep_assert_held(&results_lock);
	if (!r)
		return;
	strscpy(r->driver, driver, sizeof(r->driver));
	r->enc = suite->enc;
	r->auth = suite->auth;
	r->esn = suite->esn;
	r->err = err;
	list_add(&r->list, &results);
}

int ipsec_kat_run(const struct ipsec_suite *suite, struct crypto_aead **tfm)
{
	const struct kat_result *known;
	char driver[CRYPTO_MAX_ALG_NAME];
	int err;

	strscpy(driver, crypto_tfm_alg_driver_name(crypto_aead_tfm(*tfm)), sizeof(driver));
	mutex_lock(&results_lock);
	known = find_result(suite, driver);
	if (known) {
		err = known->err;
	} else {
		err = run_tests(suite, tfm);
		if (!err || err == -EBADMSG || err == -ETIMEDOUT)
			remember(suite, driver, err);
	}
	mutex_unlock(&results_lock);
	return err;
}

int ipsec_kat_init(void)
{
	kat_wq = alloc_workqueue("ipsec_kat", WQ_UNBOUND, 0);
	return kat_wq ? 0 : -ENOMEM;
}

void ipsec_kat_exit(void)
{
	struct kat_result *r, *next;

	destroy_workqueue(kat_wq);
	list_for_each_entry_safe(r, next, &results, list)
		kfree(r);
	INIT_LIST_HEAD(&results);
}
