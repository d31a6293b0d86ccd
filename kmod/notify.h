/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events to whoever listens: a leaf, so that tables can tell without calling up.
 */
#ifndef _IPSEC_NOTIFY_H
#define _IPSEC_NOTIFY_H

#include <linux/types.h>
#include "selector.h"

struct genl_family;
struct net;
struct sk_buff;

/**
 * struct ipsec_event_sa - what an event tells of an SA
 * @cmd: IPSEC_CMD_EXPIRE, _PEER_CHANGE, _SEQ_NEAR_OVERFLOW or _UNKNOWN_SPI
 * @id: of the SA, 0 if there is none (unknown SPI)
 * @policy_id: policy the SA is bound to, or 0
 * @cookie: the daemon's
 * @spi: SPI
 * @proto: IPPROTO_ESP
 * @dir: IPSEC_SA_DIR_*
 * @family: of @src and @dst
 * @src: outer source
 * @dst: outer destination
 * @hard: expiry is hard
 * @why: IPSEC_EXPIRE_*
 * @encap_sport: UDP encapsulation, 0 = none
 * @encap_dport: UDP encapsulation
 * @seq: sequence number
 */
struct ipsec_event_sa {
	u8 cmd;
	u32 id;
	u32 policy_id;
	u64 cookie;
	__be32 spi;
	u8 proto;
	u8 dir;
	u8 family;
	union ipsec_addr src;
	union ipsec_addr dst;
	bool hard;
	u8 why;
	__be16 encap_sport;
	__be16 encap_dport;
	u64 seq;
};

/**
 * struct ipsec_event_acquire - a packet needs an SA that is not there
 */
struct ipsec_event_acquire {
	u32 policy_id;
	u64 cookie;
	u8 outer_family;		/* 0: transport mode, the packet's own addresses */
	union ipsec_addr local;
	union ipsec_addr remote;
	struct ipsec_flow flow;
	u8 missing;			/* IPSEC_PROTOCOLS_* without an SA */
};

/**
 * ipsec_notify_init() - remember the family; multicast groups are numbered 0 acquire, 1 event
 */
void ipsec_notify_init(struct genl_family *family);

/* Any context; lost when nobody listens or memory is short. */
void ipsec_notify_sa(struct net *net, const struct ipsec_event_sa *ev);

/* Any context. Returns false if nobody listens or memory is short. */
bool ipsec_notify_acquire(struct net *net, const struct ipsec_event_acquire *ev);

/* Put an address as 4 or 16 bytes. Returns 0 or -EMSGSIZE. */
int ipsec_notify_put_addr(struct sk_buff *msg, int attr, const union ipsec_addr *addr, u8 family);

#endif /* _IPSEC_NOTIFY_H */
