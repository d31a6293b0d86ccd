/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Connections that a policy wants stay off nft's flowtables, whose packets skip
 * FORWARD and POSTROUTING and would pass Culvert by.
 */
#ifndef _IPSEC_FLOWTABLE_H
#define _IPSEC_FLOWTABLE_H

#include <linux/skbuff.h>
#include <net/netfilter/nf_conntrack.h>
#include "pernet.h"

/**
 * ipsec_flowtable_asks() - is the packet's connection new, or on a flowtable?
 *
 * Then ipsec_flowtable_answer() is to be called. Of most packets neither is true.
 */
static inline bool ipsec_flowtable_asks(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	return ct && (READ_ONCE(ct->status) & (IPS_CONFIRMED | IPS_OFFLOAD)) != IPS_CONFIRMED;
#else
	return false;
#endif
}

/**
 * ipsec_flowtable_answer() - keep the packet's connection off the flowtables if a policy wants it
 * @e: what the tables say of the packet
 *
 * A new connection is kept off for as long as it lives. One that was there before the
 * policy, and was put on a flowtable by the rule this packet just passed, is taken
 * out of conntrack and so off the flowtable; its next packet begins it anew.
 * POSTROUTING, rcu_read_lock(), BH off.
 */
void ipsec_flowtable_answer(struct ipsec_pernet *pn, struct sk_buff *skb,
			    const struct ipsec_cache_entry *e);

/**
 * ipsec_flowtable_sweep() - the policies have changed: take off the flowtables what they want now
 *
 * On return no packet that they want is passing them by, but for what a network
 * device forwards by itself, which nf_flow_table tells within a second or two.
 * Sleeps; the caller holds no mutex.
 */
void ipsec_flowtable_sweep(struct ipsec_pernet *pn);

#endif /* _IPSEC_FLOWTABLE_H */
