/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transport and tunnel mode: putting the outer header on and taking it off, with
 * what is copied between the headers (RFC 4301 section 5.1.2, RFC 6040).
 */
#ifndef _IPSEC_MODE_H
#define _IPSEC_MODE_H

#include "sa.h"
#include "stats.h"

struct sk_buff;

/* Bytes of outer header in front of a tunnel SA's ESP (or UDP) header; 0 in transport mode. */
u32 ipsec_mode_head_len(const struct ipsec_sa *sa);

/**
 * ipsec_mode_room() - make the packet linear, ours alone, with room at both ends
 * @head: bytes needed in front of the data
 * @tail: bytes needed behind
 *
 * In place if the buffer allows, else one copy into a larger one. BH off or
 * softirq. 0 or -ENOMEM; the skb stays the caller's either way.
 */
int ipsec_mode_room(struct sk_buff *skb, unsigned int head, unsigned int tail);

/**
 * ipsec_mode_push() - build the header the packet will travel under
 * @skb: data at the inner network header; linear, room in front
 * @gap: bytes to leave behind that header for UDP, ESP and IV
 * @seq: of the packet, unique
 * @next_header: out: what protocol the gap hides, for the ESP trailer
 *
 * Tunnel: a new header in front. Transport: the packet's own header moves to
 * the front, IPv6 extension headers up to the fragmentable part with it.
 * On return data is at the header, the transport header at the gap. Lengths and
 * checksum of the header are set by ip_local_out(). Any context.
 * 0, or -EINVAL if the packet cannot be carried so.
 */
int ipsec_mode_push(const struct ipsec_sa *sa, struct sk_buff *skb, unsigned int gap, u64 seq,
		    u8 *next_header);

/**
 * ipsec_mode_pull() - make the opened packet look as it did before its journey
 * @skb: data at the outer network header, transport header at ESP's payload
 * @gap: bytes of UDP, ESP and IV that stood between header and payload
 * @next_header: from the ESP trailer
 *
 * On return data and network header are at the inner packet, whose header has
 * been checked as far as the SA's checks need; skb->protocol is set. Any context.
 * Returns IPSEC_REASON_NONE, or why the packet must be dropped.
 */
enum ipsec_reason ipsec_mode_pull(const struct ipsec_sa *sa, struct sk_buff *skb, unsigned int gap,
				  u8 next_header);

#endif /* _IPSEC_MODE_H */
