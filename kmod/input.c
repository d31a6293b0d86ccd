// SPDX-License-Identifier: GPL-2.0
#include "input.h"
#include "ah.h"
#include "crypt.h"
#include "esp.h"
#include "flow.h"
#include "handoff.h"
#include "icmp.h"
#include "mode.h"
#include "mss.h"
#include "notify.h"
#include "route.h"

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

/* RFC 7296 section 2.23: ESP in UDP is never sent to it. */
#define IKE_PORT	500

/* More than any honest packet has; nobody may keep us walking. */
#define EXT_HEADERS_MAX	16

/**
 * struct arrival - where ESP or AH stands in an arriving packet
 * @family: of the outer header
 * @proto: protocol behind the outer header and its options or extension headers
 * @off: offset of that protocol's header
 * @udp: bytes of UDP header in front of ESP
 * @src: outer source
 * @dst: outer destination
 */
struct arrival {
	u8 family;
	u8 proto;
	u16 off;
	u8 udp;
	union ipsec_addr src;
	union ipsec_addr dst;
};

/*
 * To the first header that is not for the way alone. False for fragments, and for packets whose
 * routing header sends them on: neither ESP nor AH in them is for us.
 */
static bool skip_ext_headers(struct arrival *a, const struct sk_buff *skb)
{
	int i;

	for (i = 0; i < EXT_HEADERS_MAX; i++) {
		const struct ipv6_rt_hdr *h;
		struct ipv6_rt_hdr buf;

		if (a->proto != NEXTHDR_HOP && a->proto != NEXTHDR_ROUTING &&
		    a->proto != NEXTHDR_DEST)
			return a->proto != NEXTHDR_FRAGMENT;
		h = skb_header_pointer(skb, a->off, sizeof(buf), &buf);
		if (!h || (a->proto == NEXTHDR_ROUTING && h->segments_left))
			return false;
		a->proto = h->nexthdr;
		a->off += (h->hdrlen + 1) * 8;
	}
	return false;
}

static bool arrival_read(struct arrival *a, struct sk_buff *skb, u8 family)
{
	memset(a, 0, sizeof(*a));
	a->family = family;
	if (family == NFPROTO_IPV4) {
		a->proto = ip_hdr(skb)->protocol;
		a->off = ip_hdrlen(skb);
		a->src.a4 = ip_hdr(skb)->saddr;
		a->dst.a4 = ip_hdr(skb)->daddr;
		return !ip_is_fragment(ip_hdr(skb));
	}
	a->proto = ipv6_hdr(skb)->nexthdr;
	a->src.a6 = ipv6_hdr(skb)->saddr;
	a->dst.a6 = ipv6_hdr(skb)->daddr;
	a->off = sizeof(struct ipv6hdr);
	return skip_ext_headers(a, skb);
}

static enum ipsec_reason reason_of_replay(enum ipsec_replay_verdict v)
{
	switch (v) {
	case IPSEC_REPLAY_FRESH:
		return IPSEC_REASON_NONE;
	case IPSEC_REPLAY_SEEN:
		return IPSEC_REASON_IN_REPLAY_SEEN;
	case IPSEC_REPLAY_OLD:
		return IPSEC_REASON_IN_REPLAY_OLD;
	default:
		return IPSEC_REASON_IN_REPLAY_INVALID;
	}
}

static enum ipsec_reason reason_of_error(int err)
{
	switch (err) {
	case -EBADMSG:
		return IPSEC_REASON_IN_ICV_BAD;
	case -ENOSPC:
	case -EBUSY:
		return IPSEC_REASON_IN_CRYPTO_BUSY;
	case -ENOMEM:
		return IPSEC_REASON_IN_NO_MEMORY;
	case -EPROTO:
		return IPSEC_REASON_IN_HEADER_BAD;
	default:
		return IPSEC_REASON_IN_CRYPTO_ERROR;
	}
}

static enum ipsec_reason advance_window(struct ipsec_sa *sa, u64 seq)
{
	enum ipsec_replay_verdict v;

	spin_lock(&sa->replay_lock);
	v = ipsec_replay_advance(&sa->replay, seq);
	spin_unlock(&sa->replay_lock);
	return reason_of_replay(v);
}

/* What the peer's host may be sent: the way back is that of the SA that seals for it. */
static noinline void clamp_opened(struct ipsec_pernet *pn, const struct ipsec_sp *sp,
				  const struct ipsec_flow *fl, struct sk_buff *skb)
{
	const struct ipsec_cache_entry *e;
	struct ipsec_flow back;
	u16 mss = sp->tcp_mss;
	int mtu = 0;

	if (!ipsec_mss_is_offered(skb))
		return;
	if (mss == IPSEC_TCP_MSS_AUTO) {
		ipsec_flow_flip(&back, fl);
		e = ipsec_cache_get(&pn->cache, &pn->generation, &pn->spd, &pn->sad, &back);
		if (e->sa)
			mtu = ipsec_icmp_flow_mtu(e->sa, e->outer, &back);
	}
	/* What a device said of it was said of the sealed packet. */
	skb->ip_summed = CHECKSUM_NONE;
	ipsec_mss_clamp(skb, mss, max(mtu, 0));
}

/* RFC 4301 section 5.2 step 4: the opened packet must be one that its policy sends this way. */
static enum ipsec_reason check_policy(struct ipsec_pernet *pn, const struct ipsec_sa *sa,
				      const struct ipsec_sa *outer, struct sk_buff *skb)
{
	u8 family = skb->protocol == htons(ETH_P_IP) ? NFPROTO_IPV4 : NFPROTO_IPV6;
	const struct ipsec_cache_entry *e;
	struct ipsec_flow fl;

	if (!ipsec_flow_read(&fl, skb, family))
		return IPSEC_REASON_IN_FLOW_UNREADABLE;
	if (sa->has_sel && !ipsec_selector_match(&sa->sel, &fl))
		return IPSEC_REASON_IN_SELECTOR_MISMATCH;
	if (outer && outer->has_sel && !ipsec_selector_match(&outer->sel, &fl))
		return IPSEC_REASON_IN_SELECTOR_MISMATCH;
	e = ipsec_cache_get(&pn->cache, &pn->generation, &pn->spd, &pn->sad, &fl);
	if (!e->in)
		return IPSEC_REASON_IN_NO_POLICY;
	ipsec_spd_count_hit(e->in, false, 1, skb->len);
	if (e->in->action == IPSEC_POLICY_ACTION_DISCARD)
		return IPSEC_REASON_IN_DISCARD;
	if (e->in->action != IPSEC_POLICY_ACTION_PROTECT ||
	    !ipsec_cache_sa_serves(sa, outer, e->in))
		return IPSEC_REASON_IN_SA_NOT_OF_POLICY;
	if (unlikely(e->in->level == IPSEC_POLICY_LEVEL_UNIQUE))
		ipsec_sad_note_origin(&pn->sad, sa, &fl);
	if (unlikely(e->in->tcp_mss))
		clamp_opened(pn, e->in, &fl, skb);
	return IPSEC_REASON_NONE;
}

/* An authentic packet came from elsewhere: a NAT gave the peer another address or port. */
static void tell_peer_change(const struct ipsec_sa *sa, const struct sk_buff *skb)
{
	const struct udphdr *uh = udp_hdr(skb);
	union ipsec_addr src = { 0 };
	struct ipsec_event_sa ev;

	if (sa->ends.family == AF_INET)
		src.a4 = ip_hdr(skb)->saddr;
	else
		src.a6 = ipv6_hdr(skb)->saddr;
	if (uh->source == sa->encap_sport && !memcmp(&src, &sa->ends.src, sizeof(src)))
		return;
	ipsec_sa_event(sa, &ev, IPSEC_CMD_PEER_CHANGE);
	ev.src = src;
	ev.encap_sport = uh->source;
	ipsec_notify_sa(sa->net, &ev);
}

/* ESP that a bundle's AH stood in front of, if it is ours to open. */
static struct ipsec_sa *find_inner(struct ipsec_pernet *pn, const struct ipsec_sa *outer,
				   struct sk_buff *skb, struct arrival *a)
{
	u8 family = skb->protocol == htons(ETH_P_IP) ? NFPROTO_IPV4 : NFPROTO_IPV6;

	if (outer->ends.mode != IPSEC_SA_MODE_TRANSPORT || !arrival_read(a, skb, family) ||
	    a->proto != IPPROTO_ESP || skb->len < a->off + IPSEC_ESP_HDR_LEN)
		return NULL;
	return ipsec_sad_lookup_in(&pn->sad, *(__be32 *)(skb->data + a->off), IPPROTO_ESP,
				   outer->ends.family, &a->dst);
}

/* From a verified packet to an inner one that may be delivered, or, with @inner set, opened. */
static enum ipsec_reason unwrap(struct ipsec_pernet *pn, struct ipsec_crypt_op *op,
				struct ipsec_sa **inner, struct arrival *a)
{
	bool ah = op->sa->ends.proto == IPPROTO_AH;
	struct sk_buff *skb = op->skb;
	struct ipsec_sa *sa = op->sa;
	enum ipsec_reason reason;
	u8 next_header;

	*inner = NULL;
	reason = advance_window(sa, op->seq);
	if (reason != IPSEC_REASON_NONE)
		return reason;
	if (sa->encap)
		tell_peer_change(sa, skb);
	if (unlikely(ah))
		next_header = ipsec_ah_next_header(skb);
	else
		reason = ipsec_esp_trim(op->key, skb, skb_transport_offset(skb) + op->gap,
					&next_header);
	if (reason != IPSEC_REASON_NONE)
		return reason;
	reason = ipsec_mode_pull(sa, skb, op->gap, next_header);
	if (reason != IPSEC_REASON_NONE)
		return reason;
	if (sa->encap && sa->ends.mode == IPSEC_SA_MODE_TRANSPORT)
		ipsec_natt_mend(skb);
	op->bytes = skb->len;
	if (!ipsec_lifetime_charge(&sa->life, skb->len))
		return IPSEC_REASON_IN_SA_EXPIRED;
	if (unlikely(ah)) {
		*inner = find_inner(pn, sa, skb, a);
		if (*inner)
			return IPSEC_REASON_NONE;
	}
	return check_policy(pn, sa, op->outer, skb);
}

static void open_packet(struct ipsec_sa *sa, struct ipsec_sa *outer, struct sk_buff *skb,
			const struct arrival *a);

/* Sync success, async success and every error of opening meet here. */
static void input_done(struct ipsec_crypt_op *op, int err)
{
	struct ipsec_sa *sa = op->sa, *inner = NULL;
	struct ipsec_pernet *pn = sa->pn;
	enum ipsec_reason reason;
	struct sk_buff *skb = op->skb;
	struct arrival a;

	if (op->held)
		dev_put(skb->dev);
	reason = likely(!err) ? unwrap(pn, op, &inner, &a) : reason_of_error(err);
	if (likely(reason == IPSEC_REASON_NONE)) {
		ipsec_sa_count(sa, op->bytes);
		if (sa->mark)
			skb->mark = sa->mark;
	} else {
		ipsec_sa_count_drop(sa, reason);
		if (reason == IPSEC_REASON_IN_CRYPTO_ERROR)
			ipsec_sa_engine_failed(sa);
	}
	if (unlikely(inner))
		percpu_ref_get(&sa->ref);
	/* The SA may be gone after this. */
	ipsec_crypt_put(op);
	if (unlikely(inner)) {
		open_packet(inner, sa, skb, &a);
		return;
	}
	if (likely(reason == IPSEC_REASON_NONE) && ipsec_handoff_in(skb, &pn->stats))
		return;
	ipsec_stats_drop(&pn->stats, skb,
			 reason == IPSEC_REASON_NONE ? IPSEC_REASON_IN_NO_MEMORY : reason);
}

/* Is the SA one that may receive this packet now? */
static enum ipsec_reason check_sa(const struct ipsec_sa *sa, const struct arrival *a)
{
	if (unlikely(sa->dir != IPSEC_SA_DIR_IN))
		return IPSEC_REASON_IN_SA_OUTBOUND;
	if (unlikely(READ_ONCE(sa->state) == IPSEC_SA_STATE_LARVAL))
		return IPSEC_REASON_IN_SA_LARVAL;
	if (unlikely(!ipsec_sa_alive(sa)))
		return IPSEC_REASON_IN_SA_EXPIRED;
	if (unlikely((sa->encap == IPSEC_SA_ENCAP_UDP) != !!a->udp))
		return IPSEC_REASON_IN_ENCAP_MISMATCH;
	return IPSEC_REASON_NONE;
}

/* Bytes of UDP, ESP and IV, or of AH, at a->off; 0 if the packet cannot be one of this SA. */
static u32 gap_of(const struct ipsec_sa *sa, const struct ipsec_key *key,
		  const struct sk_buff *skb, const struct arrival *a)
{
	if (unlikely(sa->ends.proto == IPPROTO_AH))
		return ipsec_ah_check_len(sa, key, skb, a->off);
	if (unlikely(!ipsec_esp_len_ok(key, skb->len - a->off - a->udp)))
		return 0;
	return a->udp + ipsec_esp_head_len(key);
}

/* The first 32 bits of the header that follow each other as SPI and sequence number. */
static u32 spi_offset(const struct arrival *a)
{
	return a->off + (a->proto == IPPROTO_AH ? offsetof(struct ip_auth_hdr, spi) : a->udp);
}

/* Everything before the crypto. Returns the operation, or NULL with the reason set. */
static struct ipsec_crypt_op *prepare(struct ipsec_sa *sa, struct sk_buff *skb,
				      const struct arrival *a, enum ipsec_reason *reason)
{
	const __be32 *spi = (const __be32 *)(skb->data + spi_offset(a));
	struct ipsec_crypt_op *op;
	struct ipsec_key *key;
	u32 gap;
	u64 seq;

	*reason = check_sa(sa, a);
	if (*reason != IPSEC_REASON_NONE)
		return NULL;
	key = rcu_dereference(sa->key);
	seq = ipsec_replay_infer(&sa->replay, be32_to_cpu(spi[1]));
	*reason = reason_of_replay(ipsec_replay_check(&sa->replay, seq));
	if (unlikely(*reason != IPSEC_REASON_NONE))
		return NULL;
	*reason = IPSEC_REASON_IN_SHORT;
	gap = gap_of(sa, key, skb, a);
	if (unlikely(!gap))
		return NULL;
	*reason = IPSEC_REASON_IN_NO_MEMORY;
	if (ipsec_mode_room(skb, 0, 0))
		return NULL;
	op = ipsec_crypt_get(sa, key, skb, input_done);
	if (op) {
		op->seq = seq;
		op->gap = gap;
	}
	return op;
}

/* @outer: the AH SA that has opened the packet before, with a reference, which is consumed. */
static void open_packet(struct ipsec_sa *sa, struct ipsec_sa *outer, struct sk_buff *skb,
			const struct arrival *a)
{
	enum ipsec_reason reason;
	struct ipsec_crypt_op *op = prepare(sa, skb, a, &reason);

	if (unlikely(!op)) {
		ipsec_sa_count_drop(sa, reason);
		ipsec_stats_drop(sa->stats, skb, reason);
		if (outer)
			percpu_ref_put(&outer->ref);
		return;
	}
	if (unlikely(outer))
		ipsec_crypt_join(op, outer);
	skb_set_transport_header(skb, a->off);
	/* The device must not go while a driver has the packet. */
	if (op->held)
		dev_hold(skb->dev);
	if (unlikely(sa->ends.proto == IPPROTO_AH))
		ipsec_ah_open(op);
	else
		ipsec_esp_open(op, a->off + a->udp);
}

static void tell_unknown_spi(struct ipsec_pernet *pn, const struct arrival *a, __be32 spi)
{
	struct ipsec_event_sa ev = {
		.cmd = IPSEC_CMD_UNKNOWN_SPI,
		.spi = spi,
		.proto = a->proto == IPPROTO_AH ? IPPROTO_AH : IPPROTO_ESP,
		.dir = IPSEC_SA_DIR_IN,
		.family = a->family == NFPROTO_IPV4 ? AF_INET : AF_INET6,
		.src = a->src,
		.dst = a->dst,
	};

	ipsec_stats_count(&pn->stats, IPSEC_REASON_IN_NO_SA);
	if (__ratelimit(&pn->unknown_spi))
		ipsec_notify_sa(pn->net, &ev);
}

enum ipsec_reason ipsec_input_verdict(const struct ipsec_sp *in)
{
	if (!in || in->action == IPSEC_POLICY_ACTION_BYPASS)
		return IPSEC_REASON_NONE;
	if (in->action == IPSEC_POLICY_ACTION_DISCARD)
		return IPSEC_REASON_IN_DISCARD;
	return in->level == IPSEC_POLICY_LEVEL_USE ? IPSEC_REASON_NONE : IPSEC_REASON_IN_CLEAR;
}

unsigned int ipsec_input_check(struct ipsec_pernet *pn, struct sk_buff *skb,
			       struct ipsec_sp *in)
{
	enum ipsec_reason reason;

	if (ipsec_handoff_is_opened(skb))
		return NF_ACCEPT;
	ipsec_spd_count_hit(in, false, 1, skb->len);
	reason = ipsec_input_verdict(in);
	if (reason == IPSEC_REASON_NONE) {
		if (unlikely(in->tcp_mss))
			ipsec_mss_clamp(skb, in->tcp_mss, 0);
		return NF_ACCEPT;
	}
	ipsec_stats_note_drop(&pn->stats, skb, reason);
	return NF_DROP;
}

static unsigned int input_clear(struct ipsec_pernet *pn, struct sk_buff *skb, u8 family)
{
	const struct ipsec_cache_entry *e;
	struct ipsec_flow fl;

	if (ipsec_handoff_is_opened(skb))
		return NF_ACCEPT;
	if (!ipsec_flow_read(&fl, skb, family)) {
		ipsec_stats_note_drop(&pn->stats, skb, IPSEC_REASON_IN_FLOW_UNREADABLE);
		return NF_DROP;
	}
	e = ipsec_cache_get(&pn->cache, &pn->generation, &pn->spd, &pn->sad, &fl);
	return likely(!e->in) ? NF_ACCEPT : ipsec_input_check(pn, skb, e->in);
}

/* AH, or ESP bare or behind UDP: ours if the SPI is. */
static __always_inline unsigned int take(struct ipsec_pernet *pn, struct sk_buff *skb,
					 const struct arrival *a, u8 proto)
{
	unsigned int verdict;
	struct ipsec_sa *sa;
	__be32 spi;

	/* SPI and sequence number. */
	if (!pskb_may_pull(skb, spi_offset(a) + 8))
		return input_clear(pn, skb, a->family);
	spi = *(__be32 *)(skb->data + spi_offset(a));
	sa = ipsec_sad_lookup_in(&pn->sad, spi, proto,
				 a->family == NFPROTO_IPV4 ? AF_INET : AF_INET6, &a->dst);
	if (!sa) {
		tell_unknown_spi(pn, a, spi);
		return NF_ACCEPT;
	}
	verdict = ipsec_handoff_confirm(skb);
	if (verdict != NF_ACCEPT)
		return verdict;
	open_packet(sa, NULL, skb, a);
	return NF_STOLEN;
}

static unsigned int take_esp(struct ipsec_pernet *pn, struct sk_buff *skb, const struct arrival *a)
{
	return take(pn, skb, a, IPPROTO_ESP);
}

static noinline unsigned int take_ah(struct ipsec_pernet *pn, struct sk_buff *skb,
				     const struct arrival *a)
{
	return take(pn, skb, a, IPPROTO_AH);
}

static unsigned int take_udp(struct ipsec_pernet *pn, struct sk_buff *skb, struct arrival *a,
			     u8 family)
{
	struct udphdr buf;
	const struct udphdr *uh = skb_header_pointer(skb, a->off, sizeof(buf), &buf);

	if (!uh || !ipsec_natt_is_port(&pn->natt, uh->dest))
		return input_clear(pn, skb, family);
	/* RFC 7296 section 3.1: no marker here, messages begin with the initiator's SPI. */
	if (uh->dest == htons(IKE_PORT))
		return NF_ACCEPT;
	if (unlikely(skb_is_gso(skb)))
		return IPSEC_INPUT_MERGED;
	switch (ipsec_natt_classify(skb, a->off)) {
	case IPSEC_NATT_KEEPALIVE:
		consume_skb(skb);
		return NF_STOLEN;
	case IPSEC_NATT_ESP:
		a->udp = sizeof(struct udphdr);
		return take_esp(pn, skb, a);
	default:
		return NF_ACCEPT;
	}
}

/* Cheap, and may err to either side: all that hangs on it is a short way to the packet's route. */
static bool may_be_sealed(const struct ipsec_pernet *pn, const struct sk_buff *skb, u8 family)
{
	u8 proto = family == NFPROTO_IPV4 ? ip_hdr(skb)->protocol : ipv6_hdr(skb)->nexthdr;
	u32 off = family == NFPROTO_IPV4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	const struct udphdr *uh;
	struct udphdr buf;

	if (proto != IPPROTO_UDP)
		return proto == IPPROTO_ESP || proto == IPPROTO_AH;
	uh = skb_header_pointer(skb, off, sizeof(buf), &buf);
	return uh && ipsec_natt_is_port(&pn->natt, uh->dest);
}

void ipsec_input_arrived(struct ipsec_pernet *pn, struct sk_buff *skb, u8 family)
{
	if (ipsec_handoff_is_opened(skb)) {
		if (family == NFPROTO_IPV4)
			ipsec_handoff_settle(pn->net, skb);
	} else if (!may_be_sealed(pn, skb, family)) {
		return;
	}
	ipsec_route_in(&pn->routes, skb, family);
}

unsigned int ipsec_input(struct ipsec_pernet *pn, struct sk_buff *skb, u8 family)
{
	struct arrival a;

	if (!arrival_read(&a, skb, family))
		return input_clear(pn, skb, family);
	switch (a.proto) {
	case IPPROTO_ESP:
		return take_esp(pn, skb, &a);
	case IPPROTO_AH:
		return take_ah(pn, skb, &a);
	case IPPROTO_UDP:
		return take_udp(pn, skb, &a, family);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		skb_set_transport_header(skb, a.off);
		ipsec_icmp_learn(&pn->sad, pn->net, skb, family);
		break;
	}
	return input_clear(pn, skb, family);
}
