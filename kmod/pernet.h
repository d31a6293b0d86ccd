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
#include "sad.h"
#include "spd.h"
#include "stats.h"

struct nf_hook_ops;

/**
 * struct ipsec_pernet - all state of one network namespace
 * @net: the namespace
 * @generation: of both tables
 * @cache: flow cache; there once the namespace is armed
 * @spd: policies
 * @sad: SAs
 * @stats: counters
 * @acquire: unanswered questions
 * @natt: registered ports
 * @unknown_spi: holds back the events about SPIs that are not ours
 * @hooks: the namespace's own, while it is armed
 * @armed: hooks are registered. A namespace that never had a row of the user's or
 *	   an SA has none, and pays nothing. Under spd.mutex.
 *
 * Lock order: spd.mutex, sad.mutex.
 */
struct ipsec_pernet {
	struct net *net;
	struct ipsec_generation generation;
	struct ipsec_cache cache;
	struct ipsec_spd spd;
	struct ipsec_sad sad;
	struct ipsec_stats stats;
	struct ipsec_acquire acquire;
	struct ipsec_natt natt;
	struct ratelimit_state unknown_spi;
	struct nf_hook_ops *hooks;
	bool armed;
};

/* The state of a namespace; there as long as the module is. */
struct ipsec_pernet *ipsec_pernet(const struct net *net);

/**
 * ipsec_pernet_register() - give every namespace its state
 * @arm: registers the hooks of a namespace, called when it is first used; sleeps
 * @disarm: takes them away and waits until no packet is in them
 */
int ipsec_pernet_register(int (*arm)(struct ipsec_pernet *pn),
			  void (*disarm)(struct ipsec_pernet *pn));
void ipsec_pernet_unregister(void);

/**
 * ipsec_pernet_arm() - register the namespace's hooks, once
 *
 * The caller holds spd.mutex. Sleeps. 0 or the error of the first thing that failed.
 */
int ipsec_pernet_arm(struct ipsec_pernet *pn);

/**
 * ipsec_pernet_add_builtin() - the rows every namespace begins with
 *
 * Bypass for loopback, link-local and multicast control (neighbour discovery).
 * The caller holds spd.mutex. 0 or -ENOMEM.
 */
int ipsec_pernet_add_builtin(struct ipsec_pernet *pn);

#endif /* _IPSEC_PERNET_H */
