// SPDX-License-Identifier: GPL-2.0
#include "ah.h"
#include "mutable.h"

#include <crypto/algapi.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

static struct ip_auth_hdr *header_of(const struct sk_buff *skb)
{
	return (struct ip_auth_hdr *)skb_transport_header(skb);
}

/* RFC 4302 section 3.3.3.2.1: the header is a multiple of what the IP version asks for. */
u32 ipsec_ah_head_len(const struct ipsec_key *key, u8 family)
{
	return ALIGN(IPSEC_AH_HDR_LEN + key->suite.icv_len, family == AF_INET ? 4 : 8);
}

u32 ipsec_ah_check_len(const struct ipsec_sa *sa, const struct ipsec_key *key,
		       const struct sk_buff *skb, unsigned int off)
{
	const struct ip_auth_hdr *ah = (const struct ip_auth_hdr *)(skb->data + off);
	u32 len = (ah->hdrlen + 2) * 4;

	if (len != ipsec_ah_head_len(key, sa->ends.family) &&
	    len != ipsec_ah_head_len(key, AF_INET6))
		return 0;
	return off + len <= skb->len ? len : 0;
}

/* A copy of all headers up to the ICV's padding, as the ICV sees them. NULL without memory. */
static u8 *copy_headers(struct ipsec_crypt_op *op, unsigned int len)
{
	u8 *buf = op->head;

	op->spill = NULL;
	if (unlikely(len > IPSEC_CRYPT_HEAD_ROOM)) {
		buf = kmalloc(len, GFP_ATOMIC);
		op->spill = buf;
	}
	if (!buf)
		return NULL;
	memcpy(buf, op->skb->data, len);
	memset(buf + skb_transport_offset(op->skb) + IPSEC_AH_HDR_LEN, 0, op->key->suite.icv_len);
	return buf;
}

/* RFC 4302 section 3.3.3: headers, payload, and the high half of an extended sequence number. */
static void hash_packet(struct ipsec_crypt_op *op)
{
	unsigned int off = skb_transport_offset(op->skb), head = off + op->gap;
	unsigned int rest = op->skb->len - head, esn = op->key->suite.esn;
	struct scatterlist *sg = op->head_sg, *next = sg;
	u8 *buf = copy_headers(op, head);
	int err;

	if (!buf) {
		op->done(op, -ENOMEM);
		return;
	}
	if (op->sa->ends.family == AF_INET)
		err = ipsec_mutable_ip4(buf, off, op->sealing);
	else
		err = ipsec_mutable_ip6(buf, off, op->sealing);
	if (err) {
		op->done(op, err);
		return;
	}
	sg_init_table(sg, 1 + !!rest + esn);
	sg_set_buf(next++, buf, head);
	if (rest)
		sg_set_buf(next++, op->skb->data + head, rest);
	if (esn) {
		op->aad[0] = cpu_to_be32(op->seq >> 32);
		sg_set_buf(next, op->aad, sizeof(op->aad[0]));
		rest += sizeof(op->aad[0]);
	}
	ipsec_crypt_hash(op, sg, head + rest);
}

static void finish(struct ipsec_crypt_op *op, int err)
{
	kfree(op->spill);
	op->then(op, err);
}

static void seal_done(struct ipsec_crypt_op *op, int err)
{
	if (!err)
		memcpy(header_of(op->skb)->auth_data, op->icv, op->key->suite.icv_len);
	finish(op, err);
}

static void open_done(struct ipsec_crypt_op *op, int err)
{
	if (!err && crypto_memneq(header_of(op->skb)->auth_data, op->icv, op->key->suite.icv_len))
		err = -EBADMSG;
	finish(op, err);
}

/* ip_local_out() will write the same. */
static void put_length(struct sk_buff *skb, u8 family)
{
	if (family == AF_INET) {
		ip_hdr(skb)->tot_len = htons(skb->len);
	} else {
		u32 len = skb->len - sizeof(struct ipv6hdr);

		ipv6_hdr(skb)->payload_len = htons(len > IPV6_MAXPLEN ? 0 : len);
	}
}

void ipsec_ah_seal(struct ipsec_crypt_op *op, u8 next_header)
{
	struct ip_auth_hdr *ah = header_of(op->skb);

	ah->nexthdr = next_header;
	ah->hdrlen = op->gap / 4 - 2;
	ah->reserved = 0;
	ah->spi = op->sa->spi;
	ah->seq_no = cpu_to_be32((u32)op->seq);
	memset(ah->auth_data, 0, op->gap - IPSEC_AH_HDR_LEN);
	put_length(op->skb, op->sa->ends.family);
	op->sealing = true;
	op->then = op->done;
	op->done = seal_done;
	hash_packet(op);
}

void ipsec_ah_open(struct ipsec_crypt_op *op)
{
	op->sealing = false;
	op->then = op->done;
	op->done = open_done;
	hash_packet(op);
}

u8 ipsec_ah_next_header(const struct sk_buff *skb)
{
	return header_of(skb)->nexthdr;
}
