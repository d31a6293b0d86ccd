// SPDX-License-Identifier: GPL-2.0
#include "flowtable.h"
#include "flow.h"
#include "handoff.h"

#include <net/netfilter/nf_conntrack_helper.h>

#if IS_ENABLED(CONFIG_NF_CONNTRACK)
static bool protects(const struct ipsec_sp *sp)
{
	return sp && sp->action == IPSEC_POLICY_ACTION_PROTECT;
}

/* With level=use too: packets that go in the clear now will not when there is an SA. */
static bool is_wanted(const struct sk_buff *skb, const struct ipsec_cache_entry *e)
{
	return protects(e->out) || protects(e->in) || ipsec_handoff_is_opened(skb);
}

/*
 * "flow add" leaves connections with a helper alone, for someone must see all their
 * packets. Culvert is such a one, so it puts a helper's place there, with no helper in it.
 */
static void keep_off(struct nf_conn *ct)
{
	if (!nf_ct_ext_exist(ct, NF_CT_EXT_HELPER))
		nf_ct_helper_ext_add(ct, GFP_ATOMIC);
}

void ipsec_flowtable_answer(struct ipsec_pernet *pn, struct sk_buff *skb,
			    const struct ipsec_cache_entry *e)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	bool wanted = is_wanted(skb, e);

	if (!nf_ct_is_confirmed(ct)) {
		if (wanted)
			keep_off(ct);
		return;
	}
	WRITE_ONCE(pn->flowtable.seen, true);
	smp_mb(); /* pairs with the sweep's: it sees the connection, or we see its change */
	if (wanted || ipsec_generation_read(&pn->generation) != e->generation)
		nf_ct_kill(ct);
}

/* Do the policies say more than bypass of packets between the two ends, one way or the other? */
static bool have_say(const struct ipsec_pernet *pn, const struct nf_conn *ct,
		     const union nf_inet_addr *src, __be16 sport,
		     const union nf_inet_addr *dst, __be16 dport)
{
	struct ipsec_flow back, there = {
		.src.a6 = src->in6,
		.dst.a6 = dst->in6,
		.family = nf_ct_l3num(ct),
		.proto = nf_ct_protonum(ct),
	};
	const struct ipsec_sp *sp;

	if (there.proto == IPPROTO_TCP || there.proto == IPPROTO_UDP) {
		there.sport = ntohs(sport);
		there.dport = ntohs(dport);
	} else {
		there.opaque = 1;
	}
	sp = ipsec_spd_lookup(&pn->spd, &there);
	if (sp && sp->action != IPSEC_POLICY_ACTION_BYPASS)
		return true;
	ipsec_flow_flip(&back, &there);
	sp = ipsec_spd_lookup(&pn->spd, &back);
	return sp && sp->action != IPSEC_POLICY_ACTION_BYPASS;
}

/* POSTROUTING asks of the addresses before source NAT and of those after it; so both ways. */
static bool sweep_one(const struct ipsec_pernet *pn, const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;

	return have_say(pn, ct, &orig->src.u3, orig->src.u.all,
			&reply->src.u3, reply->src.u.all) ||
	       have_say(pn, ct, &reply->dst.u3, reply->dst.u.all,
			&reply->src.u3, reply->src.u.all) ||
	       have_say(pn, ct, &orig->src.u3, orig->src.u.all,
			&orig->dst.u3, orig->dst.u.all);
}

static int sweep(struct nf_conn *ct, void *data)
{
	struct ipsec_pernet *pn = data;
	bool wanted;

	if (!test_bit(IPS_OFFLOAD_BIT, &ct->status))
		return 0;
	rcu_read_lock();
	wanted = sweep_one(pn, ct);
	rcu_read_unlock();
	if (!wanted)
		WRITE_ONCE(pn->flowtable.seen, true);
	return wanted;
}

void ipsec_flowtable_sweep(struct ipsec_pernet *pn)
{
	const struct nf_ct_iter_data what = { .net = pn->net, .data = pn };

	mutex_lock(&pn->flowtable.mutex);
	smp_mb(); /* pairs with the packet's in ipsec_flowtable_answer() */
	if (READ_ONCE(pn->flowtable.seen)) {
		WRITE_ONCE(pn->flowtable.seen, false);
		nf_ct_iterate_cleanup_net(sweep, &what);
	}
	mutex_unlock(&pn->flowtable.mutex);
}
#else
void ipsec_flowtable_answer(struct ipsec_pernet *pn, struct sk_buff *skb,
			    const struct ipsec_cache_entry *e)
{
}

void ipsec_flowtable_sweep(struct ipsec_pernet *pn)
{
}
#endif
