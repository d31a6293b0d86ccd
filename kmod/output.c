// SPDX-License-Identifier: GPL-2.0
#include "output.h"
#include "ah.h"
#include "crypt.h"
#include "esp.h"
#include "flow.h"
#include "flowtable.h"
#include "handoff.h"
#include "icmp.h"
#include "input.h"
#include "mode.h"
#include "mss.h"
#include "route.h"

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/gso.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>

/**
 * struct decision - what the tables mean for an outbound packet
 * @action: IPSEC_POLICY_ACTION_*
 * @reason: why it cannot be done, IPSEC_REASON_NONE if it can
 */
struct decision {
	u8 action;
	enum ipsec_reason reason;
};

/* RFC 4301 section 5.1. The only place that turns rows and SAs into an outbound verdict. */
static struct decision decide(const struct ipsec_cache_entry *e)
{
	const struct ipsec_sp *sp = e->out;
	struct decision d = { IPSEC_POLICY_ACTION_BYPASS, IPSEC_REASON_NONE };

	if (!sp || sp->action == IPSEC_POLICY_ACTION_BYPASS)
		return d;
	d.action = sp->action;
	if (sp->action == IPSEC_POLICY_ACTION_DISCARD)
		d.reason = IPSEC_REASON_OUT_DISCARD;
	else if (e->sa && (!ipsec_sa_alive(e->sa) ||
			   (unlikely(e->outer) && !ipsec_sa_alive(e->outer))))
		d.reason = IPSEC_REASON_OUT_SA_EXPIRED;
	else if (!e->sa && sp->level == IPSEC_POLICY_LEVEL_USE)
		d.action = IPSEC_POLICY_ACTION_BYPASS;
	else if (!e->sa)
		d.reason = e->contested ? IPSEC_REASON_OUT_PEER_UNKNOWN : IPSEC_REASON_OUT_NO_SA;
	return d;
}

/* A driver's error in the words of the counters. */
static enum ipsec_reason reason_of(int err)
{
	switch (err) {
	case -ENOSPC:
	case -EBUSY:
		return IPSEC_REASON_OUT_CRYPTO_BUSY;
	case -ENOMEM:
		return IPSEC_REASON_OUT_NO_MEMORY;
	case -EPROTO:
		return IPSEC_REASON_OUT_MODE;
	default:
		return IPSEC_REASON_OUT_CRYPTO_ERROR;
	}
}

static void output_outer(struct ipsec_sa *outer, struct sk_buff *skb, bool shared);

/* Sync success, async success and every error of sealing meet here. */
static void output_done(struct ipsec_crypt_op *op, int err)
{
	struct ipsec_sa *sa = op->sa, *outer = op->outer;
	struct ipsec_stats *stats = sa->stats;
	struct sk_buff *skb = op->skb;
	struct net *net = sa->net;
	u8 family = sa->ends.family;
	bool shared = op->shared;

	if (likely(!err)) {
		ipsec_sa_count(sa, op->bytes);
		if (sa->encap)
			ipsec_natt_push(sa, skb, skb_transport_offset(skb));
	} else {
		ipsec_sa_count_drop(sa, reason_of(err));
		if (reason_of(err) == IPSEC_REASON_OUT_CRYPTO_ERROR)
			ipsec_sa_engine_failed(sa);
	}
	if (unlikely(outer))
		percpu_ref_get(&outer->ref);
	/* The SA may be gone after this. */
	ipsec_crypt_put(op);
	if (unlikely(!err && outer))
		output_outer(outer, skb, shared);
	else if (likely(!err))
		ipsec_handoff_out(net, skb, family, shared);
	else
		ipsec_stats_drop(stats, skb, reason_of(err));
	if (unlikely(outer))
		percpu_ref_put(&outer->ref);
}

static bool shares_route(const struct ipsec_sa *sa, const struct sk_buff *skb)
{
	union ipsec_addr inner = { 0 };

	if (ip_hdr(skb)->version == 4) {
		inner.a4 = ip_hdr(skb)->daddr;
		return ipsec_icmp_shares_route(sa, &inner, AF_INET);
	}
	inner.a6 = ipv6_hdr(skb)->daddr;
	return ipsec_icmp_shares_route(sa, &inner, AF_INET6);
}

/* Bytes of the AH that a bundle puts around its ESP. */
static u32 outer_len(const struct ipsec_sa *outer)
{
	return outer ? ipsec_ah_head_len(rcu_dereference(outer->key), outer->ends.family) : 0;
}

/* RFC 4303 section 2.7: padding does not make a packet too long for its way. */
static u32 tfc_pad(const struct ipsec_sa *sa, const struct ipsec_sa *outer,
		   const struct sk_buff *skb, bool shared)
{
	u32 mtu;

	if (likely(!sa->tfc_pad))
		return 0;
	mtu = ipsec_icmp_payload_mtu(sa, outer, skb_dst(skb), shared, 0);
	return min(sa->tfc_pad, mtu);
}

/* Header, room, sequence number. Returns the operation, or NULL with the reason set. */
static struct ipsec_crypt_op *prepare(struct ipsec_sa *sa, struct ipsec_key *key,
				      struct ipsec_sa *outer, struct sk_buff *skb, bool shared,
				      u8 *next_header, enum ipsec_reason *reason)
{
	bool ah = sa->ends.proto == IPPROTO_AH;
	u32 gap = ah ? ipsec_ah_head_len(key, sa->ends.family) :
		       ipsec_natt_head_len(sa) + ipsec_esp_head_len(key);
	u32 tfc = tfc_pad(sa, outer, skb, shared);
	u32 tail = ah ? 0 : ipsec_esp_tail_len(key, skb->len, tfc);
	u32 head = ipsec_mode_head_len(sa) + gap + outer_len(outer) +
		   LL_RESERVED_SPACE(skb_dst(skb)->dev);
	struct ipsec_crypt_op *op;
	u32 bytes = skb->len;
	u64 seq;

	*reason = IPSEC_REASON_OUT_NO_MEMORY;
	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb))
		return NULL;
	/* Too much room by the header's length in transport mode. */
	if (ipsec_mode_room(skb, head, tail))
		return NULL;
	*reason = IPSEC_REASON_OUT_SA_EXPIRED;
	if (!ipsec_lifetime_charge(&sa->life, bytes))
		return NULL;
	*reason = IPSEC_REASON_OUT_SEQ_OVERFLOW;
	seq = ipsec_sa_next_seq(sa);
	if (!seq)
		return NULL;
	*reason = IPSEC_REASON_OUT_MODE;
	if (ipsec_mode_push(sa, skb, gap, seq, next_header))
		return NULL;
	*reason = IPSEC_REASON_OUT_NO_MEMORY;
	op = ipsec_crypt_get(sa, key, skb, output_done);
	if (op) {
		op->seq = seq;
		op->tfc_pad = tfc;
		op->gap = gap;
		op->bytes = bytes;
		op->shared = shared;
	}
	return op;
}

/* @shared: ipsec_icmp_shares_route() of the packet as it was at first. */
static void output_one(struct ipsec_sa *sa, struct ipsec_key *key, struct ipsec_sa *outer,
		       struct sk_buff *skb, bool shared)
{
	enum ipsec_reason reason;
	struct ipsec_crypt_op *op;
	u8 next_header;

	op = prepare(sa, key, outer, skb, shared, &next_header, &reason);
	if (unlikely(!op)) {
		ipsec_sa_count_drop(sa, reason);
		ipsec_stats_drop(sa->stats, skb, reason);
		return;
	}
	if (unlikely(outer)) {
		percpu_ref_get(&outer->ref);
		ipsec_crypt_join(op, outer);
	}
	if (unlikely(sa->ends.proto == IPPROTO_AH))
		ipsec_ah_seal(op, next_header);
	else
		ipsec_esp_seal(op, skb_transport_offset(skb) + ipsec_natt_head_len(sa),
			       next_header);
}

/* RFC 4301 section 4.5.1: the ESP of a bundle is sealed, its AH goes around that. */
static void output_outer(struct ipsec_sa *outer, struct sk_buff *skb, bool shared)
{
	output_one(outer, rcu_dereference(outer->key), NULL, skb, shared);
}

/* One GSO packet becomes segments that share its pages until each is copied and sealed. */
static void output_segments(struct ipsec_sa *sa, struct ipsec_key *key, struct ipsec_sa *outer,
			    struct sk_buff *skb)
{
	bool shared = shares_route(sa, skb);
	struct sk_buff *segs, *next;

	segs = skb_gso_segment(skb, NETIF_F_SG);
	if (IS_ERR_OR_NULL(segs)) {
		ipsec_stats_drop(sa->stats, skb, IPSEC_REASON_OUT_SEGMENT);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		output_one(sa, key, outer, skb, shared);
	}
}

/* What the packet carries in front of what transport mode protects. */
static u32 header_len(const struct sk_buff *skb)
{
	u8 *nh;
	int len;

	if (ip_hdr(skb)->version == 4)
		return ip_hdrlen(skb);
	len = ip6_find_1stfragopt((struct sk_buff *)skb, &nh);
	return len < 0 ? sizeof(struct ipv6hdr) : len;
}

enum size {
	SIZE_FITS,		/* or may be cut once it is sealed */
	SIZE_CUT_FIRST,		/* IPv6: into fragments, each of which is sealed */
	SIZE_TOO_BIG,		/* its sender must be told what would pass */
};

/*
 * No router may cut an IPv6 packet behind the tunnel: what its source sent as fragments, and
 * netfilter put together, goes on as fragments; what is ours to cut is cut here.
 */
static bool cut_first(struct sk_buff *skb, u32 mtu)
{
	struct inet6_skb_parm *cb = IP6CB(skb);

	if (!cb->frag_max_size && skb->sk && skb->ignore_df)
		cb->frag_max_size = min_t(u32, mtu, U16_MAX);
	return cb->frag_max_size && cb->frag_max_size <= mtu;
}

static enum size check_size(const struct ipsec_sa *sa, const struct ipsec_sa *outer,
			    const struct dst_entry *dst, struct sk_buff *skb, u32 *mtu)
{
	*mtu = ipsec_icmp_payload_mtu(sa, outer, dst, shares_route(sa, skb), header_len(skb));
	if (skb_is_gso(skb) ? skb_gso_validate_network_len(skb, *mtu) : skb->len <= *mtu)
		return SIZE_FITS;
	if (ip_hdr(skb)->version == 4) {
		if (ip_hdr(skb)->frag_off & htons(IP_DF) || sa->df == IPSEC_SA_DF_SET)
			return SIZE_TOO_BIG;
		return SIZE_FITS;
	}
	if (sa->ends.mode == IPSEC_SA_MODE_TUNNEL && cut_first(skb, *mtu))
		return SIZE_CUT_FIRST;
	if (sa->ends.mode == IPSEC_SA_MODE_TRANSPORT && skb->ignore_df)
		return SIZE_FITS;
	/* RFC 2473 section 7.1: the outer packet of what is no longer than this is cut. */
	if (skb->len <= IPV6_MIN_MTU)
		return SIZE_FITS;
	*mtu = max_t(u32, *mtu, IPV6_MIN_MTU);
	return SIZE_TOO_BIG;
}

/* The route the sealed packet will take, with a reference. */
static struct dst_entry *outer_route(struct ipsec_sa *sa, const struct sk_buff *skb)
{
	if (sa->ends.mode == IPSEC_SA_MODE_TUNNEL)
		return ipsec_route_out(sa);
	return dst_clone(skb_dst(skb));
}

static void seal(struct ipsec_sa *sa, struct ipsec_key *key, struct ipsec_sa *outer,
		 struct sk_buff *skb, struct dst_entry *dst)
{
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
	if (skb_is_gso(skb))
		output_segments(sa, key, outer, skb);
	else
		output_one(sa, key, outer, skb, shares_route(sa, skb));
}

#if IS_ENABLED(CONFIG_IPV6)
/* What the fragments of the packet being cut on this CPU need. */
struct cut {
	struct ipsec_sa *sa;
	struct ipsec_key *key;
	struct ipsec_sa *outer;
	struct dst_entry *dst;
};

static DEFINE_PER_CPU(struct cut, cutting);

static int seal_fragment(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	const struct cut *cut = this_cpu_ptr(&cutting);

	seal(cut->sa, cut->key, cut->outer, skb, dst_clone(cut->dst));
	return 0;
}

/* A sealed fragment may, on a strange route, come to be cut itself: the state nests. */
static void seal_fragments(struct ipsec_sa *sa, struct ipsec_key *key, struct ipsec_sa *outer,
			   struct sk_buff *skb, struct dst_entry *dst)
{
	struct cut *cut = this_cpu_ptr(&cutting);
	struct cut before = *cut;

	*cut = (struct cut) { .sa = sa, .key = key, .outer = outer, .dst = dst };
	skb->ignore_df = 1;
	if (ipv6_stub->ipv6_fragment(sa->net, skb->sk, skb, seal_fragment) < 0)
		ipsec_stats_count(sa->stats, IPSEC_REASON_OUT_SEGMENT);
	*cut = before;
	dst_release(dst);
}
#else
static void seal_fragments(struct ipsec_sa *sa, struct ipsec_key *key, struct ipsec_sa *outer,
			   struct sk_buff *skb, struct dst_entry *dst)
{
	seal(sa, key, outer, skb, dst);
}
#endif

static noinline unsigned int refuse(struct ipsec_pernet *pn, const struct sk_buff *skb,
			   enum ipsec_reason reason, int err)
{
	ipsec_stats_note_drop(&pn->stats, skb, reason);
	return NF_DROP_ERR(err);
}

/* Take the packet from the stack: NF_STOLEN, or a refusal that leaves it there. */
static unsigned int protect(struct ipsec_pernet *pn, const struct ipsec_cache_entry *e,
			    struct sk_buff *skb)
{
	struct ipsec_sa *sa = e->sa, *outer = e->outer;
	struct ipsec_key *key = rcu_dereference(sa->key);
	struct dst_entry *dst = outer_route(sa, skb);
	unsigned int verdict;
	enum size size;
	u32 mtu;

	if (IS_ERR(dst)) {
		ipsec_sa_note_drop(sa, IPSEC_REASON_OUT_NO_ROUTE);
		return refuse(pn, skb, IPSEC_REASON_OUT_NO_ROUTE, PTR_ERR(dst));
	}
	size = check_size(sa, outer, dst, skb, &mtu);
	if (size == SIZE_TOO_BIG) {
		dst_release(dst);
		ipsec_sa_note_drop(sa, IPSEC_REASON_OUT_TOO_BIG);
		ipsec_icmp_too_big(pn->net, skb, mtu);
		return refuse(pn, skb, IPSEC_REASON_OUT_TOO_BIG, -EMSGSIZE);
	}
	verdict = ipsec_handoff_confirm(skb);
	if (verdict != NF_ACCEPT) {
		dst_release(dst);
		return verdict;
	}
	ipsec_spd_count_hit(e->out, true, skb_is_gso(skb) ? skb_shinfo(skb)->gso_segs : 1,
			    skb->len);
	nf_reset_ct(skb);
	ipsec_handoff_forget(skb);
	if (sa->mark)
		skb->mark = sa->mark;
	if (unlikely(e->out->tcp_mss))
		ipsec_mss_clamp(skb, e->out->tcp_mss, mtu);
	if (unlikely(size == SIZE_CUT_FIRST))
		seal_fragments(sa, key, outer, skb, dst);
	else
		seal(sa, key, outer, skb, dst);
	return NF_STOLEN;
}

/* No SA: the packet waits for one. Its connection is real, so conntrack learns it now. */
static unsigned int hold(struct ipsec_pernet *pn, const struct ipsec_cache_entry *e,
			 struct sk_buff *skb)
{
	unsigned int verdict = ipsec_handoff_confirm(skb);

	if (verdict != NF_ACCEPT)
		return verdict;
	ipsec_spd_count_hit(e->out, true, 1, skb->len);
	ipsec_acquire_hold(&pn->acquire, e->out, &e->flow, e->missing, skb);
	return NF_STOLEN;
}

/* Some row wants the packet. Apart from ipsec_output(), so that the others do not pay for it. */
static noinline unsigned int output_by_policy(struct ipsec_pernet *pn, struct sk_buff *skb,
					      const struct ipsec_cache_entry *e, bool forwarded)
{
	struct decision d;

	if (forwarded && e->in && ipsec_input_check(pn, skb, e->in) != NF_ACCEPT)
		return NF_DROP;
	if (!e->out)
		return NF_ACCEPT;
	d = decide(e);
	if (d.action == IPSEC_POLICY_ACTION_BYPASS) {
		ipsec_spd_count_hit(e->out, true, 1, skb->len);
		if (unlikely(e->out->tcp_mss))
			ipsec_mss_clamp(skb, e->out->tcp_mss, 0);
		return NF_ACCEPT;
	}
	if (ipsec_natt_is_ike_out(&pn->natt, skb, &e->flow))
		return NF_ACCEPT;
	if (likely(d.reason == IPSEC_REASON_NONE))
		return protect(pn, e, skb);
	if (d.reason == IPSEC_REASON_OUT_NO_SA)
		return hold(pn, e, skb);
	ipsec_spd_count_hit(e->out, true, 1, skb->len);
	return refuse(pn, skb, d.reason, -EPERM);
}

unsigned int ipsec_output(struct ipsec_pernet *pn, struct sk_buff *skb, u8 family, bool forwarded)
{
	const struct ipsec_cache_entry *e;
	struct ipsec_flow fl;

	if (unlikely(!ipsec_flow_read(&fl, skb, family)))
		return refuse(pn, skb, forwarded ? IPSEC_REASON_IN_FLOW_UNREADABLE :
						   IPSEC_REASON_OUT_FLOW_UNREADABLE, -EINVAL);
	e = ipsec_cache_get(&pn->cache, &pn->generation, &pn->spd, &pn->sad, &fl);
	if (unlikely(ipsec_flowtable_asks(skb)))
		ipsec_flowtable_answer(pn, skb, e);
	if (likely(!e->out && !e->in))
		return NF_ACCEPT;
	return output_by_policy(pn, skb, e, forwarded);
}

static bool output_answered(struct net *net, const struct ipsec_flow *fl)
{
	struct ipsec_pernet *pn = ipsec_pernet(net);
	struct ipsec_cache_entry e;

	ipsec_cache_resolve(&e, &pn->generation, &pn->spd, &pn->sad, fl);
	return decide(&e).reason != IPSEC_REASON_OUT_NO_SA;
}

/* A held packet has left the stack: it can be sealed or dropped, but not go on in the clear. */
static void output_retry(struct net *net, struct sk_buff *skb)
{
	u8 family = ip_hdr(skb)->version == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	struct ipsec_pernet *pn = ipsec_pernet(net);
	struct ipsec_cache_entry e;
	struct ipsec_flow fl;
	struct decision d;

	skb->dev = skb_dst(skb)->dev;
	if (!ipsec_flow_read(&fl, skb, family)) {
		ipsec_stats_drop(&pn->stats, skb, IPSEC_REASON_OUT_FLOW_UNREADABLE);
		return;
	}
	ipsec_cache_resolve(&e, &pn->generation, &pn->spd, &pn->sad, &fl);
	d = decide(&e);
	if (d.action != IPSEC_POLICY_ACTION_PROTECT)
		ipsec_stats_drop(&pn->stats, skb, IPSEC_REASON_OUT_POLICY_GONE);
	else if (d.reason != IPSEC_REASON_NONE)
		ipsec_stats_drop(&pn->stats, skb, d.reason);
	else if (protect(pn, &e, skb) != NF_STOLEN)
		kfree_skb(skb);
}

const struct ipsec_acquire_ops ipsec_output_acquire_ops = {
	.answered = output_answered,
	.retry = output_retry,
};

static void explain_out(struct ipsec_explain *ex, const struct ipsec_cache_entry *e)
{
	struct decision d = decide(e);
	int mtu;

	ex->sp = e->out;
	ex->sa = e->sa;
	ex->outer = e->outer;
	ex->missing = e->missing;
	ex->action = d.action;
	ex->reason = d.reason;
	/* A transport mode packet takes its own route, which a flow alone does not tell. */
	if (!e->sa || d.reason != IPSEC_REASON_NONE || e->sa->ends.mode != IPSEC_SA_MODE_TUNNEL)
		return;
	mtu = ipsec_icmp_flow_mtu(e->sa, e->outer, &ex->flow);
	if (mtu < 0)
		ex->reason = IPSEC_REASON_OUT_NO_ROUTE;
	else
		ex->payload_mtu = mtu;
}

void ipsec_output_explain(struct ipsec_pernet *pn, struct ipsec_explain *ex)
{
	struct ipsec_cache_entry e;

	ipsec_cache_resolve(&e, &pn->generation, &pn->spd, &pn->sad, &ex->flow);
	ex->sp = NULL;
	ex->sa = NULL;
	ex->outer = NULL;
	ex->missing = 0;
	ex->payload_mtu = 0;
	if (ex->dir == IPSEC_SA_DIR_OUT) {
		explain_out(ex, &e);
		return;
	}
	ex->sp = e.in;
	ex->action = e.in ? e.in->action : IPSEC_POLICY_ACTION_BYPASS;
	ex->reason = ipsec_input_verdict(e.in);
}
