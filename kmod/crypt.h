/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One operation on one skb, now or later. Memory for it comes from a per-CPU
 * place that one finished operation refills: with a synchronous driver nothing
 * is allocated per packet.
 */
#ifndef _IPSEC_CRYPT_H
#define _IPSEC_CRYPT_H

#include <crypto/aead.h>
#include <crypto/hash.h>
#include <linux/scatterlist.h>
#include "sa.h"

/* An IP header with options or extension headers, and AH: as long as most are. */
#define IPSEC_CRYPT_HEAD_ROOM	192

struct ipsec_crypt_op;
struct sk_buff;

typedef void (*ipsec_crypt_done)(struct ipsec_crypt_op *op, int err);

/**
 * struct ipsec_crypt_op - an operation
 * @skb: the packet; the operation's until @done
 * @sa: its SA; a reference is held if the driver may finish later
 * @outer: the AH SA of a bundle, whose AH is outside this ESP; a reference is held. NULL = none
 * @key: the SA's key when the operation began
 * @done: called exactly once, in softirq or with BH off, under RCU; releases the
 *	  operation with ipsec_crypt_put()
 * @seq: the packet's sequence number
 * @tfc_pad: outbound: pad the payload up to this first
 * @gap: bytes of UDP, ESP and IV between outer header and payload
 * @bytes: inner bytes, for the counters
 * @sealing: outbound
 * @shared: outbound: the route is the clear packets' as well
 * @held: references on @sa and @outer are held
 * @big: from kmalloc, the transform's request does not fit the common size
 * @aad: SPI and sequence number when they are not contiguous on the wire (ESN);
 *	 AH: the high half of the number alone
 * @iv: IV for the driver
 * @plain_sg: the skb from ESP on
 * @esn_sg: @aad, and the skb behind the sequence number
 * @then: AH: what @done calls when it has dealt with the ICV
 * @head_sg: AH: the headers, the rest of the skb, @aad
 * @spill: AH: headers that do not fit @head, or NULL
 * @head: AH: a copy of the headers without what may change on the way
 * @icv: AH: the digest
 * @req: an aead's request, the driver's context behind it
 * @hash_req: the same of a hash
 */
struct ipsec_crypt_op {
	struct sk_buff *skb;
	struct ipsec_sa *sa;
	struct ipsec_sa *outer;
	struct ipsec_key *key;
	ipsec_crypt_done done;
	u64 seq;
	u32 bytes;
	u32 tfc_pad;
	u16 gap;
	bool sealing;
	bool shared;
	bool held;
	bool big;
	__be32 aad[3];
	u8 iv[16];
	struct scatterlist plain_sg;
	struct scatterlist esn_sg[2];
	ipsec_crypt_done then;
	struct scatterlist head_sg[3];
	u8 *spill;
	u8 head[IPSEC_CRYPT_HEAD_ROOM];
	u8 icv[HASH_MAX_DIGESTSIZE];
	union {
		struct aead_request req;
		struct ahash_request hash_req;
	};
};

/* Sleeps; 0 or -ENOMEM. */
int ipsec_crypt_init(void);
/* After the last namespace is gone. */
void ipsec_crypt_exit(void);

/**
 * ipsec_crypt_get() - an operation for this packet
 * @key: the SA's, read under the same RCU
 *
 * rcu_read_lock(), BH off or softirq. The skb becomes the operation's. NULL
 * without memory: the skb stays the caller's.
 */
struct ipsec_crypt_op *ipsec_crypt_get(struct ipsec_sa *sa, struct ipsec_key *key,
				       struct sk_buff *skb, ipsec_crypt_done done);

/**
 * ipsec_crypt_join() - tie the AH SA of a bundle to the operation
 * @outer: with a reference, which becomes the operation's
 *
 * The operation holds its own SA as well from now on. Context as ipsec_crypt_get().
 */
void ipsec_crypt_join(struct ipsec_crypt_op *op, struct ipsec_sa *outer);

/* Give the operation back; the skb is the caller's again. BH off. */
void ipsec_crypt_put(struct ipsec_crypt_op *op);

/**
 * ipsec_crypt_run() - seal or open
 * @off: offset of the ESP header in the skb, which is linear; IV behind it and in op->iv
 * @len: bytes to encrypt, or ciphertext and ICV
 *
 * Calls op->done, now or later: nothing of the operation may be touched after.
 */
void ipsec_crypt_run(struct ipsec_crypt_op *op, unsigned int off, unsigned int len);

/**
 * ipsec_crypt_hash() - the digest of @sg into op->icv
 * @len: bytes
 *
 * Calls op->done as ipsec_crypt_run() does.
 */
void ipsec_crypt_hash(struct ipsec_crypt_op *op, struct scatterlist *sg, unsigned int len);

#endif /* _IPSEC_CRYPT_H */
