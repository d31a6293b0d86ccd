/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All state of one network namespace.
 */
#ifndef _IPSEC_PERNET_H
#define _IPSEC_PERNET_H

#include <linux/ratelimit.h>
#include "acquire.h"
#include "cache.h"
#include "generation.h"
#include "natt.h"
#include "route.h"
#include "sad.h"
#include "spd.h"
#include "stats.h"

struct nf_hook_ops;

/**
 * struct ipsec_flowtable - what is known of nft's flowtables in one namespace
 * @mutex: one sweep at a time
 * @seen: there may be connections on one; else a sweep has nothing to look for
 */
struct ipsec_flowtable {
	struct mutex mutex;
	bool seen;
};

/**
 * struct ipsec_pernet - all state of one network namespace
 * @net: the namespace
 * @generation: of both tables
 * @cache: flow cache; there once the namespace is armed
 * @routes: of packets that arrive; there once there was an inbound SA
 * @spd: policies
 * @sad: SAs
 * @stats: counters
 * @acquire: unanswered questions
 * @natt: registered ports
 * @flowtable: connections that pass the policies by
 * @unknown_spi: holds back the events about SPIs that are not ours
 * @hooks: the namespace's own, while it is armed
 * @armed: IPSEC_ARM_*: what is armed. A namespace that never had a row of the user's or
 *	   an SA has nothing, and pays nothing. Under spd.mutex.
 *
 * Lock order: spd.mutex, sad.mutex.
 */
struct ipsec_pernet {
	struct net *net;
	struct ipsec_generation generation;
	struct ipsec_cache cache;
	struct ipsec_route_table routes;
	struct ipsec_spd spd;
	struct ipsec_sad sad;
	struct ipsec_stats stats;
	struct ipsec_acquire acquire;
	struct ipsec_natt natt;
	struct ipsec_flowtable flowtable;
	struct ratelimit_state unknown_spi;
	struct nf_hook_ops *hooks;
	u8 armed;
};

/* What makes packets pay, and is so armed when it is first needed. It stays. */
enum {
	IPSEC_ARM_BASE	  = 1 << 0,	/* verdicts, ESP, whole IPv6 packets */
	IPSEC_ARM_INBOUND = 1 << 1,	/* there is an inbound SA: its packets enter input again */
	IPSEC_ARM_PORTS	  = 1 << 2,	/* a row tells flows apart by ports: whole IPv4 packets */
};

/* The state of a namespace; there as long as the module is. */
struct ipsec_pernet *ipsec_pernet(const struct net *net);

/**
 * ipsec_pernet_register() - give every namespace its state
 * @arm: registers one IPSEC_ARM_* of a namespace; sleeps
 * @disarm: takes all of it away and waits until no packet is inside
 */
int ipsec_pernet_register(int (*arm)(struct ipsec_pernet *pn, u8 what),
			  void (*disarm)(struct ipsec_pernet *pn));
void ipsec_pernet_unregister(void);

/**
 * ipsec_pernet_arm() - register the namespace's hooks, each once
 * @what: IPSEC_ARM_* besides IPSEC_ARM_BASE, which always is meant
 *
 * The caller holds spd.mutex. Sleeps. 0 or the error of the first thing that failed.
 */
int ipsec_pernet_arm(struct ipsec_pernet *pn, u8 what);

/* What this row, or this SA, needs. As above. */
int ipsec_pernet_arm_policy(struct ipsec_pernet *pn, const struct ipsec_sp *sp);
int ipsec_pernet_arm_sa(struct ipsec_pernet *pn, const struct ipsec_sa *sa);

/**
 * ipsec_pernet_add_builtin() - the rows every namespace begins with
 *
 * Bypass for loopback, link-local and multicast control (neighbour discovery).
 * The caller holds spd.mutex. 0 or -ENOMEM.
 */
int ipsec_pernet_add_builtin(struct ipsec_pernet *pn);

#endif /* _IPSEC_PERNET_H */
