/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whom a flow came from. Peers behind one NAT have one address, and may have one policy: a
 * reply must go to the peer that its flow was heard from. Only what authentic packets said is
 * remembered, in a table of fixed size where the least used flows make room.
 */
#ifndef _IPSEC_ORIGIN_H
#define _IPSEC_ORIGIN_H

#include "selector.h"

struct ipsec_origin_table;

/**
 * struct ipsec_origin_peer - a peer, whatever its SAs are at the moment
 * @addr: its outer address
 * @port: of its UDP encapsulation, 0 = none
 * @pad: zero
 */
struct ipsec_origin_peer {
	union ipsec_addr addr;
	__be16 port;
	__be16 pad;
};

/**
 * struct ipsec_origin - the memory of one network namespace
 * @table: NULL while nobody needs it; once there it stays
 */
struct ipsec_origin {
	struct ipsec_origin_table *table;
};

/* Begin to remember. One caller at a time. Sleeps; 0 or -ENOMEM. */
int ipsec_origin_arm(struct ipsec_origin *origin);
/* Nobody may use it any more. */
void ipsec_origin_exit(struct ipsec_origin *origin);

/**
 * ipsec_origin_note() - a packet of that flow came from that peer, and was authentic
 * @arrived: the flow as the opened packet carries it
 * @now: seconds, of a clock that never goes back
 *
 * What answers it belongs to that peer from now on. Nothing is remembered of fragments without
 * ports, and of ICMP only what is answered. Softirq or BH off.
 */
void ipsec_origin_note(struct ipsec_origin *origin, const struct ipsec_flow *arrived,
		       const struct ipsec_origin_peer *peer, u32 now);

/**
 * ipsec_origin_find() - whose is this outbound flow?
 * @peer: filled if it is known
 *
 * Any context but hard interrupts. False if nobody was heard of it, or too long ago.
 */
bool ipsec_origin_find(struct ipsec_origin *origin, const struct ipsec_flow *fl,
		       struct ipsec_origin_peer *peer, u32 now);

/* The NAT gave a peer another port: its flows are still its flows. As above. */
void ipsec_origin_rename(struct ipsec_origin *origin, const struct ipsec_origin_peer *from,
			 __be16 port);

#endif /* _IPSEC_ORIGIN_H */
