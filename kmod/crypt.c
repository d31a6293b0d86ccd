// SPDX-License-Identifier: GPL-2.0
#include "crypt.h"

#include <linux/crypto.h>
#include <linux/slab.h>

/* Room for the requests of every driver known to us; others pay a kmalloc per packet. */
#define CRYPT_REQ_ROOM	1536

static struct kmem_cache *op_cache;

/*
 * One spare operation per CPU. A synchronous driver gives it back before the
 * next packet takes it; when a driver keeps it, the next packet allocates, and
 * whichever is given back first becomes the spare.
 */
static DEFINE_PER_CPU(struct ipsec_crypt_op *, spare_op);

int ipsec_crypt_init(void)
{
	op_cache = kmem_cache_create("ipsec_crypt_op",
				     sizeof(struct ipsec_crypt_op) + CRYPT_REQ_ROOM, 0,
				     SLAB_HWCACHE_ALIGN, NULL);
	return op_cache ? 0 : -ENOMEM;
}

void ipsec_crypt_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct ipsec_crypt_op *op = per_cpu(spare_op, cpu);

		if (op)
			kmem_cache_free(op_cache, op);
	}
	kmem_cache_destroy(op_cache);
}

/* What stays the same from packet to packet. */
static void op_prepare(struct ipsec_crypt_op *op)
{
	sg_init_table(&op->plain_sg, 1);
	sg_init_table(op->esn_sg, 2);
	sg_set_buf(&op->esn_sg[0], op->aad, sizeof(op->aad));
}

static unsigned int reqsize_of(const struct ipsec_key *key)
{
	if (likely(key->tfm))
		return crypto_aead_reqsize(key->tfm);
	return key->hash ? crypto_ahash_reqsize(key->hash) : 0;
}

static struct ipsec_crypt_op *op_alloc(const struct ipsec_key *key)
{
	unsigned int reqsize = reqsize_of(key);
	struct ipsec_crypt_op *op;

	if (unlikely(reqsize > CRYPT_REQ_ROOM)) {
		op = kmalloc(sizeof(*op) + reqsize, GFP_ATOMIC);
	} else {
		op = this_cpu_xchg(spare_op, NULL);
		if (likely(op))
			return op;
		op = kmem_cache_alloc(op_cache, GFP_ATOMIC);
	}
	if (op) {
		op->big = reqsize > CRYPT_REQ_ROOM;
		op_prepare(op);
	}
	return op;
}

struct ipsec_crypt_op *ipsec_crypt_get(struct ipsec_sa *sa, struct ipsec_key *key,
				       struct sk_buff *skb, ipsec_crypt_done done)
{
	struct ipsec_crypt_op *op = op_alloc(key);

	if (!op)
		return NULL;
	op->skb = skb;
	op->sa = sa;
	op->outer = NULL;
	op->key = key;
	op->done = done;
	op->held = key->async;
	if (op->held)
		percpu_ref_get(&sa->ref);
	return op;
}

void ipsec_crypt_join(struct ipsec_crypt_op *op, struct ipsec_sa *outer)
{
	op->outer = outer;
	if (!op->held)
		percpu_ref_get(&op->sa->ref);
	op->held = true;
}

static void put_held(struct ipsec_crypt_op *op)
{
	percpu_ref_put(&op->sa->ref);
	if (op->outer)
		percpu_ref_put(&op->outer->ref);
}

void ipsec_crypt_put(struct ipsec_crypt_op *op)
{
	if (op->held)
		put_held(op);
	if (unlikely(op->big)) {
		kfree(op);
		return;
	}
	op = this_cpu_xchg(spare_op, op);
	if (op)
		kmem_cache_free(op_cache, op);
}

/* Later: the driver's context, mostly softirq. -EINPROGRESS: it left the driver's backlog. */
static void crypt_later(void *data, int err)
{
	struct ipsec_crypt_op *op = data;

	if (err == -EINPROGRESS)
		return;
	rcu_read_lock();
	local_bh_disable();
	op->done(op, err);
	local_bh_enable();
	rcu_read_unlock();
}

IPSEC_CRYPTO_CALLBACK(crypt_complete, crypt_later)

void ipsec_crypt_run(struct ipsec_crypt_op *op, unsigned int off, unsigned int len)
{
	unsigned int assoc_len = 8 + op->key->suite.enc->iv_len;
	struct aead_request *req = &op->req;
	struct scatterlist *sg = &op->plain_sg;
	u8 *esp = op->skb->data + off;
	int err;

	if (!op->key->tfm) {
		op->done(op, 0);
		return;
	}
	if (op->key->suite.esn) {
		/* RFC 4303 section 2.2.1: the high half is authenticated but not on the wire. */
		op->aad[0] = *(__be32 *)esp;
		op->aad[1] = cpu_to_be32(op->seq >> 32);
		op->aad[2] = *(__be32 *)(esp + 4);
		sg = op->esn_sg;
		sg_set_buf(&sg[1], esp + 8, op->skb->len - off - 8);
		assoc_len += 4;
	} else {
		sg_set_buf(sg, esp, op->skb->len - off);
	}
	aead_request_set_tfm(req, op->key->tfm);
	/* No MAY_BACKLOG: when an engine's queue is full a router drops, it does not queue on. */
	aead_request_set_callback(req, 0, crypt_complete, op);
	aead_request_set_crypt(req, sg, sg, len, op->iv);
	aead_request_set_ad(req, assoc_len);
	err = op->sealing ? crypto_aead_encrypt(req) : crypto_aead_decrypt(req);
	if (err != -EINPROGRESS)
		op->done(op, err);
}

void ipsec_crypt_hash(struct ipsec_crypt_op *op, struct scatterlist *sg, unsigned int len)
{
	struct ahash_request *req = &op->hash_req;
	int err;

	ahash_request_set_tfm(req, op->key->hash);
	ahash_request_set_callback(req, 0, crypt_complete, op);
	ahash_request_set_crypt(req, sg, op->icv, len);
	err = crypto_ahash_digest(req);
	if (err != -EINPROGRESS)
		op->done(op, err);
}
