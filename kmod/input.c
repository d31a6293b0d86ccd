// SPDX-License-Identifier: GPL-2.0
#include "input.h"
#include "crypt.h"
#include "esp.h"
#include "flow.h"
#include "handoff.h"
#include "icmp.h"
#include "mode.h"
#include "notify.h"

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

/* RFC 7296 section 2.23: ESP in UDP is never sent to it. */
#define IKE_PORT	500

/**
 * struct arrival - where ESP stands in an arriving packet
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

static bool arrival_read(struct arrival *a, struct sk_buff *skb, u8 family)
{
	__be16 frag_off;
	int off;

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
	off = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &a->proto, &frag_off);
	a->off = off;
	return off > 0 && !frag_off;
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

/* RFC 4301 section 5.2 step 4: the opened packet must be one that its policy sends this way. */
static enum ipsec_reason check_policy(struct ipsec_pernet *pn, const struct ipsec_sa *sa,
				      const struct sk_buff *skb)
{
	u8 family = skb->protocol == htons(ETH_P_IP) ? NFPROTO_IPV4 : NFPROTO_IPV6;
	const struct ipsec_cache_entry *e;
	struct ipsec_flow fl;

	if (!ipsec_flow_read(&fl, skb, family))
		return IPSEC_REASON_IN_FLOW_UNREADABLE;
	if (sa->has_sel && !ipsec_selector_match(&sa->sel, &fl))
		return IPSEC_REASON_IN_SELECTOR_MISMATCH;
	e = ipsec_cache_get(&pn->cache, &pn->generation, &pn->spd, &pn->sad, &fl);
	if (!e->in)
		return IPSEC_REASON_IN_NO_POLICY;
	ipsec_spd_count_hit(e->in, false, 1, skb->len);
	if (e->in->action == IPSEC_POLICY_ACTION_DISCARD)
		return IPSEC_REASON_IN_DISCARD;
	if (e->in->action != IPSEC_POLICY_ACTION_PROTECT || !ipsec_cache_sa_serves(sa, e->in))
		return IPSEC_REASON_IN_SA_NOT_OF_POLICY;
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

/* From verified ciphertext to an inner packet that may be delivered. */
static enum ipsec_reason unwrap(struct ipsec_pernet *pn, struct ipsec_crypt_op *op)
{
	struct sk_buff *skb = op->skb;
	struct ipsec_sa *sa = op->sa;
	enum ipsec_reason reason;
	u8 next_header;

	reason = advance_window(sa, op->seq);
	if (reason != IPSEC_REASON_NONE)
		return reason;
	if (sa->encap)
		tell_peer_change(sa, skb);
	reason = ipsec_esp_trim(op->key, skb, skb_transport_offset(skb) + op->gap, &next_header);
	if (reason != IPSEC_REASON_NONE)
		return reason;
	reason = ipsec_mode_pull(sa, skb, op->gap, next_header);
	if (reason != IPSEC_REASON_NONE)
		return reason;
	op->bytes = skb->len;
	if (!ipsec_lifetime_charge(&sa->life, skb->len))
		return IPSEC_REASON_IN_SA_EXPIRED;
	return check_policy(pn, sa, skb);
}

static bool is_replay(enum ipsec_reason reason)
{
	return ipsec_stats_reason_counter(reason) == IPSEC_A_STAT_IN_STATE_SEQUENCE_ERRORS;
}

/* Sync success, async success and every error of opening meet here. */
static void input_done(struct ipsec_crypt_op *op, int err)
{
	struct ipsec_sa *sa = op->sa;
	struct ipsec_pernet *pn = sa->pn;
	enum ipsec_reason reason;
	struct sk_buff *skb = op->skb;

	if (op->held)
		dev_put(skb->dev);
	reason = likely(!err) ? unwrap(pn, op) : reason_of_error(err);
	if (likely(reason == IPSEC_REASON_NONE)) {
		ipsec_sa_count(sa, op->bytes);
		if (sa->mark)
			skb->mark = sa->mark;
	} else {
		ipsec_sa_count_error(sa, is_replay(reason));
		if (reason == IPSEC_REASON_IN_CRYPTO_ERROR)
			ipsec_sa_engine_failed(sa);
	}
	/* The SA may be gone after this. */
	ipsec_crypt_put(op);
	if (likely(reason == IPSEC_REASON_NONE) && ipsec_handoff_in(skb))
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

/* Everything before the crypto. Returns the operation, or NULL with the reason set. */
static struct ipsec_crypt_op *prepare(struct ipsec_sa *sa, struct sk_buff *skb,
				      const struct arrival *a, enum ipsec_reason *reason)
{
	const __be32 *esp = (const __be32 *)(skb->data + a->off + a->udp);
	struct ipsec_crypt_op *op;
	struct ipsec_key *key;
	u64 seq;

	*reason = check_sa(sa, a);
	if (*reason != IPSEC_REASON_NONE)
		return NULL;
	key = rcu_dereference(sa->key);
	seq = ipsec_replay_infer(&sa->replay, be32_to_cpu(esp[1]));
	*reason = reason_of_replay(ipsec_replay_check(&sa->replay, seq));
	if (unlikely(*reason != IPSEC_REASON_NONE))
		return NULL;
	*reason = IPSEC_REASON_IN_SHORT;
	if (unlikely(!ipsec_esp_len_ok(key, skb->len - a->off - a->udp)))
		return NULL;
	*reason = IPSEC_REASON_IN_NO_MEMORY;
	if (ipsec_mode_room(skb, 0, 0))
		return NULL;
	op = ipsec_crypt_get(sa, key, skb, input_done);
	if (op) {
		op->seq = seq;
		op->gap = a->udp + ipsec_esp_head_len(key);
	}
	return op;
}

static void open_packet(struct ipsec_sa *sa, struct sk_buff *skb, const struct arrival *a)
{
	enum ipsec_reason reason;
	struct ipsec_crypt_op *op = prepare(sa, skb, a, &reason);

	if (unlikely(!op)) {
		ipsec_sa_count_error(sa, is_replay(reason));
		ipsec_stats_drop(sa->stats, skb, reason);
		return;
	}
	skb_set_transport_header(skb, a->off);
	/* The device must not go while a driver has the packet. */
	if (op->held)
		dev_hold(skb->dev);
	ipsec_esp_open(op, a->off + a->udp);
}

static void tell_unknown_spi(struct ipsec_pernet *pn, const struct arrival *a, __be32 spi)
{
	struct ipsec_event_sa ev = {
		.cmd = IPSEC_CMD_UNKNOWN_SPI,
		.spi = spi,
		.proto = IPPROTO_ESP,
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

unsigned int ipsec_input_check(struct ipsec_pernet *pn, const struct sk_buff *skb,
			       struct ipsec_sp *in)
{
	enum ipsec_reason reason;

	if (ipsec_handoff_is_opened(skb))
		return NF_ACCEPT;
	ipsec_spd_count_hit(in, false, 1, skb->len);
	reason = ipsec_input_verdict(in);
	if (reason == IPSEC_REASON_NONE)
		return NF_ACCEPT;
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

/* ESP, bare or behind UDP: ours if the SPI is. */
static unsigned int take_esp(struct ipsec_pernet *pn, struct sk_buff *skb, const struct arrival *a)
{
	unsigned int verdict;
	struct ipsec_sa *sa;
	__be32 spi;

	if (!pskb_may_pull(skb, a->off + a->udp + IPSEC_ESP_HDR_LEN))
		return input_clear(pn, skb, a->family);
	spi = *(__be32 *)(skb->data + a->off + a->udp);
	sa = ipsec_sad_lookup_in(&pn->sad, spi, IPPROTO_ESP,
				 a->family == NFPROTO_IPV4 ? AF_INET : AF_INET6, &a->dst);
	if (!sa) {
		tell_unknown_spi(pn, a, spi);
		return NF_ACCEPT;
	}
	verdict = ipsec_handoff_confirm(skb);
	if (verdict != NF_ACCEPT)
		return verdict;
	open_packet(sa, skb, a);
	return NF_STOLEN;
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

unsigned int ipsec_input(struct ipsec_pernet *pn, struct sk_buff *skb, u8 family)
{
	struct arrival a;

	if (!arrival_read(&a, skb, family))
		return input_clear(pn, skb, family);
	switch (a.proto) {
	case IPPROTO_ESP:
		return take_esp(pn, skb, &a);
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
