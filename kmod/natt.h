/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UDP encapsulation of ESP (RFC 3948) and the ports it shares with IKE.
 */
#ifndef _IPSEC_NATT_H
#define _IPSEC_NATT_H

#include <linux/ipsec_genl.h>
#include <linux/types.h>
#include "sa.h"

struct sk_buff;

/**
 * struct ipsec_natt - the UDP ports of IKE and NAT traversal of one namespace
 * @count: ports in use
 * @port: network byte order
 */
struct ipsec_natt {
	u8 count;
	__be16 port[IPSEC_IKE_PORTS_MAX];
};

/* Any context. */
bool ipsec_natt_is_port(const struct ipsec_natt *natt, __be16 port);

/* Replace the ports, at most IPSEC_IKE_PORTS_MAX; readers see the old ones, none, or the new. */
void ipsec_natt_set_ports(struct ipsec_natt *natt, const __be16 *ports, u8 count);

/**
 * ipsec_natt_is_ike_out() - locally generated UDP from a registered port?
 *
 * Such packets bypass the policy table (RFC 4301 section 5.1 note; features 13).
 */
bool ipsec_natt_is_ike_out(const struct ipsec_natt *natt, const struct sk_buff *skb,
			   const struct ipsec_flow *fl);

enum ipsec_natt_kind {
	IPSEC_NATT_OTHER,	/* IKE, or not ours: the socket's */
	IPSEC_NATT_KEEPALIVE,	/* one byte 0xff: swallow */
	IPSEC_NATT_ESP,		/* ESP behind the UDP header */
};

/**
 * ipsec_natt_classify() - what does this UDP packet to a registered port carry?
 * @off: offset of the UDP header from skb->data
 *
 * May pull headers into the linear part: pointers into the packet are stale after.
 */
enum ipsec_natt_kind ipsec_natt_classify(struct sk_buff *skb, unsigned int off);

/* Bytes of UDP header of this SA's packets: 8 or 0. */
static inline unsigned int ipsec_natt_head_len(const struct ipsec_sa *sa)
{
	return sa->encap == IPSEC_SA_ENCAP_UDP ? 8 : 0;
}

/**
 * ipsec_natt_push() - write the UDP header
 * @off: offset of the UDP header; everything behind it has its final length
 *
 * Its checksum is zero over IPv4 (RFC 3948 section 2.1). Over IPv6 it is left to
 * the device: receivers there drop zero unless told otherwise (RFC 8200 section 8.1).
 */
void ipsec_natt_push(const struct ipsec_sa *sa, struct sk_buff *skb, unsigned int off);

/**
 * ipsec_natt_mend() - make the checksum of an opened transport mode packet right again
 * @skb: linear; data at the network header, skb->protocol set
 *
 * A NAT changed the address that TCP's, UDP's and ICMPv6's checksums cover. The ICV has
 * said that the packet is as it was sealed: its checksum is computed anew (RFC 3948
 * section 3.1.2), but for UDP that has none. Any context.
 */
void ipsec_natt_mend(struct sk_buff *skb);

#endif /* _IPSEC_NATT_H */
