// SPDX-License-Identifier: GPL-2.0
#include "split.h"
#include "handoff.h"
#include "input.h"

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/gso.h>

static void input_one(struct ipsec_pernet *pn, struct sk_buff *skb,
		      const struct nf_hook_state *state)
{
	unsigned int verdict = ipsec_input(pn, skb, state->pf);

	if (verdict == NF_ACCEPT)
		verdict = ipsec_handoff_confirm(skb);
	if (verdict == NF_ACCEPT)
		state->okfn(state->net, state->sk, skb);
	else if (verdict != NF_STOLEN)
		kfree_skb(skb);
}

unsigned int ipsec_split_input(struct ipsec_pernet *pn, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	/* As the kernel's UDP does it: whoever merged them has verified the checksums. */
	const netdev_features_t features = NETIF_F_SG | NETIF_F_IP_CSUM | NETIF_F_IPV6_CSUM;
	struct sk_buff *segs, *next;

	__skb_push(skb, -skb_mac_offset(skb));
	segs = __skb_gso_segment(skb, features, false);
	if (IS_ERR_OR_NULL(segs)) {
		ipsec_stats_drop(&pn->stats, skb, IPSEC_REASON_IN_NO_MEMORY);
		return NF_STOLEN;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		__skb_pull(skb, skb_network_offset(skb));
		input_one(pn, skb, state);
	}
	return NF_STOLEN;
}
