/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The outbound story: verdict, acquire, MTU, segments, seal, send.
 */
#ifndef _IPSEC_OUTPUT_H
#define _IPSEC_OUTPUT_H

#include "pernet.h"

struct sk_buff;

/**
 * ipsec_output() - a packet is about to leave
 * @skb: data at the network header, dst set; may be GSO; not one that was sealed here
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @forwarded: it is not this host's own: first ipsec_input_check() applies. The tables are
 *	       asked once for both.
 *
 * rcu_read_lock(), BH off. Returns NF_ACCEPT (not ours to touch), NF_STOLEN, or
 * NF_DROP with an errno (counted; the caller's stack frees the packet).
 */
unsigned int ipsec_output(struct ipsec_pernet *pn, struct sk_buff *skb, u8 family, bool forwarded);

/* How held packets go on; for ipsec_acquire_release(). */
extern const struct ipsec_acquire_ops ipsec_output_acquire_ops;

struct ipsec_explain {
	struct ipsec_flow flow;
	u8 dir;			/* IPSEC_SA_DIR_*; in: a clear packet arrives */
	/* answers, good under the caller's RCU */
	const struct ipsec_sp *sp;
	const struct ipsec_sa *sa;
	const struct ipsec_sa *outer;	/* AH SA of a bundle, outside of @sa */
	u8 missing;		/* IPSEC_PROTOCOLS_* without an SA */
	u8 action;		/* IPSEC_POLICY_ACTION_* */
	u32 payload_mtu;	/* 0 = unknown */
	enum ipsec_reason reason;
};

/**
 * ipsec_output_explain() - what would happen to such a packet
 *
 * Asks the functions that decide for packets; changes and counts nothing.
 * rcu_read_lock(), BH off.
 */
void ipsec_output_explain(struct ipsec_pernet *pn, struct ipsec_explain *ex);

#endif /* _IPSEC_OUTPUT_H */
