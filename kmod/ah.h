/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Authentication Header (RFC 4302): what is on the wire, and what it covers.
 */
#ifndef _IPSEC_AH_H
#define _IPSEC_AH_H

#include "crypt.h"

/* RFC 4302 section 2: up to the ICV. */
#define IPSEC_AH_HDR_LEN	12

/* Bytes of AH header, ICV and its padding. */
u32 ipsec_ah_head_len(const struct ipsec_key *key, u8 family);

/**
 * ipsec_ah_check_len() - bytes of AH of an arrived packet
 * @off: offset of the AH header, whose first IPSEC_AH_HDR_LEN bytes are linear
 *
 * An IPv4 header that is padded as IPv6 wants it is taken as well: Linux sends
 * such. Returns 0 if the packet cannot be one of this SA.
 */
u32 ipsec_ah_check_len(const struct ipsec_sa *sa, const struct ipsec_key *key,
		       const struct sk_buff *skb, unsigned int off);

/**
 * ipsec_ah_seal() - header and ICV
 * @op: skb linear; data at the IP header, transport header at AH, of which
 *	op->gap bytes are reserved
 * @next_header: of what follows AH
 *
 * Sets the length in the IP header, which is covered. op->done is called, now or
 * later; -EPROTO tells of headers that AH cannot cover.
 */
void ipsec_ah_seal(struct ipsec_crypt_op *op, u8 next_header);

/**
 * ipsec_ah_open() - verify
 * @op: skb linear, ours alone, transport header at AH of op->gap bytes; op->seq inferred
 *
 * The packet is not changed. op->done is called, now or later, with 0, -EBADMSG,
 * -EPROTO or the driver's error.
 */
void ipsec_ah_open(struct ipsec_crypt_op *op);

/* Of what follows AH. */
u8 ipsec_ah_next_header(const struct sk_buff *skb);

#endif /* _IPSEC_AH_H */
