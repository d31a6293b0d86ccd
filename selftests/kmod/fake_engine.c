// SPDX-License-Identifier: GPL-2.0
/*
 * For tests: a crypto engine that is preferred to all others. It computes by
 * software and answers as the parameter mode says, which may be changed at any time:
 *
 *	now	at once
 *	late	a tick later, from a softirq, in order
 *	shuffled	late, the first third of each chunk of depth requests behind the rest
 *	busy	late, but refuses every nth request: -EBUSY
 *	full	the same with -ENOSPC
 *	failing	late, every nth fails with error
 *	wrong	late, with one byte changed
 *	silent	not at all; the next mode answers what has gathered
 *	gone	-ENODEV, also to what has gathered
 *
 * Requests that may be backlogged are, instead of refused, as drivers do.
 */
#include <crypto/aead.h>
#include <crypto/internal/aead.h>
#include <crypto/scatterwalk.h>
#include <linux/crypto.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

#define PRIORITY	1000000

enum { NOW, LATE, SHUFFLED, BUSY, FULL, FAILING, WRONG, SILENT, GONE };

static const char * const mode_names[] = {
	"now", "late", "shuffled", "busy", "full", "failing", "wrong", "silent", "gone", NULL
};

static int mode;
static unsigned int every = 3;
static unsigned int depth = 32;
static unsigned int error = EIO;
static unsigned long asked, answered, refused;

module_param(every, uint, 0644);
module_param(depth, uint, 0644);
module_param(error, uint, 0644);
module_param(asked, ulong, 0444);
module_param(answered, ulong, 0444);
module_param(refused, ulong, 0444);

struct engine {
	struct crypto_aead *software;
};

/* In the request's own memory. */
struct job {
	struct list_head list;
	bool seal;
	bool backlogged;
	int err;
	struct aead_request software;
};

/* What waits for its answer; @queue_lock guards it and the counters. */
static LIST_HEAD(queue);
static DEFINE_SPINLOCK(queue_lock);

static void answer_all(struct timer_list *unused);
static DEFINE_TIMER(tick, answer_all);

static struct aead_request *request_of(struct job *job)
{
	return container_of((void *)job, struct aead_request, __ctx);
}

static int compute(struct aead_request *req)
{
	struct engine *engine = crypto_aead_ctx(crypto_aead_reqtfm(req));
	struct job *job = aead_request_ctx(req);
	struct aead_request *sub = &job->software;

	aead_request_set_tfm(sub, engine->software);
	aead_request_set_callback(sub, 0, NULL, NULL);
	aead_request_set_crypt(sub, req->src, req->dst, req->cryptlen, req->iv);
	aead_request_set_ad(sub, req->assoclen);
	return job->seal ? crypto_aead_encrypt(sub) : crypto_aead_decrypt(sub);
}

static void spoil(struct aead_request *req)
{
	u8 byte;

	scatterwalk_map_and_copy(&byte, req->dst, req->assoclen, 1, 0);
	byte ^= 1;
	scatterwalk_map_and_copy(&byte, req->dst, req->assoclen, 1, 1);
}

static void answer(struct job *job)
{
	struct aead_request *req = request_of(job);
	int err = job->err;

	list_del(&job->list);
	if (job->backlogged)
		aead_request_complete(req, -EINPROGRESS);
	if (READ_ONCE(mode) == GONE)
		err = -ENODEV;
	if (!err)
		err = compute(req);
	if (!err && READ_ONCE(mode) == WRONG)
		spoil(req);
	spin_lock(&queue_lock);
	answered++;
	spin_unlock(&queue_lock);
	aead_request_complete(req, err);
}

/* Two engines in a row must not restore the order, as they would by reversing it. */
static void rotate_chunks(struct list_head *jobs, unsigned int size)
{
	struct job *job, *next;
	unsigned int n = 0;
	LIST_HEAD(all);
	LIST_HEAD(first);

	list_for_each_entry_safe(job, next, jobs, list) {
		list_move_tail(&job->list, n % size < size / 3 ? &first : &all);
		if (++n % size == 0)
			list_splice_tail_init(&first, &all);
	}
	list_splice_tail_init(&first, &all);
	list_splice(&all, jobs);
}

static void answer_all(struct timer_list *unused)
{
	LIST_HEAD(jobs);
	struct job *job, *next;

	spin_lock(&queue_lock);
	if (READ_ONCE(mode) != SILENT)
		list_splice_init(&queue, &jobs);
	spin_unlock(&queue_lock);
	if (READ_ONCE(mode) == SHUFFLED)
		rotate_chunks(&jobs, READ_ONCE(depth) ?: 1);
	list_for_each_entry_safe(job, next, &jobs, list)
		answer(job);
}

/* Is it this one's turn to meet what the mode has in store? */
static bool picked(void)
{
	unsigned int n = READ_ONCE(every);

	lockdep_assert_held(&queue_lock);
	return n && asked % n == 0;
}

static int take(struct job *job, bool may_backlog)
{
	int now = READ_ONCE(mode);

	lockdep_assert_held(&queue_lock);
	asked++;
	job->err = 0;
	job->backlogged = false;
	if (now == GONE)
		return -ENODEV;
	if (now == FAILING && picked())
		job->err = -(int)READ_ONCE(error);
	if ((now == BUSY || now == FULL) && picked()) {
		if (!may_backlog) {
			refused++;
			return now == BUSY ? -EBUSY : -ENOSPC;
		}
		job->backlogged = true;
	}
	list_add_tail(&job->list, &queue);
	if (now != SILENT)
		mod_timer(&tick, jiffies + 1);
	return job->backlogged ? -EBUSY : -EINPROGRESS;
}

static int submit(struct aead_request *req, bool seal)
{
	struct job *job = aead_request_ctx(req);
	int err;

	job->seal = seal;
	if (READ_ONCE(mode) == NOW) {
		spin_lock_bh(&queue_lock);
		asked++;
		answered++;
		spin_unlock_bh(&queue_lock);
		return compute(req);
	}
	spin_lock_bh(&queue_lock);
	err = take(job, req->base.flags & CRYPTO_TFM_REQ_MAY_BACKLOG);
	spin_unlock_bh(&queue_lock);
	return err;
}

static int engine_encrypt(struct aead_request *req)
{
	return submit(req, true);
}

static int engine_decrypt(struct aead_request *req)
{
	return submit(req, false);
}

static int engine_setkey(struct crypto_aead *tfm, const u8 *key, unsigned int len)
{
	struct engine *engine = crypto_aead_ctx(tfm);

	return crypto_aead_setkey(engine->software, key, len);
}

static int engine_setauthsize(struct crypto_aead *tfm, unsigned int size)
{
	struct engine *engine = crypto_aead_ctx(tfm);

	return crypto_aead_setauthsize(engine->software, size);
}

static int engine_init(struct crypto_aead *tfm)
{
	const char *name = crypto_tfm_alg_name(crypto_aead_tfm(tfm));
	struct engine *engine = crypto_aead_ctx(tfm);

	engine->software = crypto_alloc_aead(name, 0, CRYPTO_ALG_ASYNC | CRYPTO_ALG_NEED_FALLBACK);
	if (IS_ERR(engine->software))
		return PTR_ERR(engine->software);
	crypto_aead_set_reqsize(tfm, sizeof(struct job) + crypto_aead_reqsize(engine->software));
	return 0;
}

static void engine_exit(struct crypto_aead *tfm)
{
	struct engine *engine = crypto_aead_ctx(tfm);

	crypto_free_aead(engine->software);
}

#define ENGINE(_name, _driver, _block, _iv, _icv) {				\
	.setkey = engine_setkey, .setauthsize = engine_setauthsize,		\
	.encrypt = engine_encrypt, .decrypt = engine_decrypt,			\
	.init = engine_init, .exit = engine_exit,				\
	.ivsize = _iv, .maxauthsize = _icv,					\
	.base = {								\
		.cra_name = _name, .cra_driver_name = _driver,			\
		.cra_priority = PRIORITY, .cra_blocksize = _block,		\
		.cra_flags = CRYPTO_ALG_ASYNC | CRYPTO_ALG_NEED_FALLBACK |	\
			     CRYPTO_ALG_KERN_DRIVER_ONLY,			\
		.cra_ctxsize = sizeof(struct engine), .cra_module = THIS_MODULE, \
	} }

static struct aead_alg engines[] = {
	ENGINE("rfc4106(gcm(aes))", "fake-rfc4106-gcm-aes", 1, 8, 16),
	ENGINE("authenc(hmac(sha256),cbc(aes))", "fake-authenc-hmac-sha256-cbc-aes", 16, 16, 32),
	ENGINE("authencesn(hmac(sha256),cbc(aes))", "fake-authencesn-hmac-sha256-cbc-aes", 16, 16,
	       32),
};

static int mode_set(const char *val, const struct kernel_param *kp)
{
	int m = sysfs_match_string(mode_names, val);

	if (m < 0)
		return m;
	WRITE_ONCE(mode, m);
	if (m != SILENT)
		mod_timer(&tick, jiffies + 1);
	return 0;
}

static int mode_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n", mode_names[READ_ONCE(mode)]);
}

static const struct kernel_param_ops mode_ops = {
	.set = mode_set,
	.get = mode_get,
};

static int __init fake_engine_init(void)
{
	return crypto_register_aeads(engines, ARRAY_SIZE(engines));
}

/* Every transform holds the module, so nothing is queued any more. */
static void __exit fake_engine_exit(void)
{
	crypto_unregister_aeads(engines, ARRAY_SIZE(engines));
	del_timer_sync(&tick);
}

module_param_cb(mode, &mode_ops, NULL, 0644);

module_init(fake_engine_init);
module_exit(fake_engine_exit);

MODULE_DESCRIPTION("A crypto engine for tests, as bad as is asked for");
MODULE_LICENSE("GPL");
