/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The security association database: SPI → SA for inbound packets, ends → SA
 * for outbound ones (RFC 4301 section 4.4.2).
 */
#ifndef _IPSEC_SAD_H
#define _IPSEC_SAD_H

#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/xarray.h>
#include "generation.h"
#include "origin.h"
#include "sa.h"

struct ipsec_spi_table;

/**
 * struct ipsec_sad - the SAs of one network namespace
 * @mutex: held by everyone who changes the table
 * @spis: chains by the low bits of the SPI; SPIs given out here have a chain of
 *	  their own. Replaced when it grows; readers by RCU
 * @out: outbound SAs by ends
 * @sas: all SAs, oldest first
 * @ids: SAs by id
 * @count: SAs in the table
 * @next_id: where the search for a free id starts
 * @live: SAs whose memory is not yet freed
 * @generation: bumped at each change
 * @origin: whose outbound flows are, for peers behind one NAT
 */
struct ipsec_sad {
	struct mutex mutex;
	struct ipsec_spi_table __rcu *spis;
	struct rhltable out;
	struct list_head sas;
	struct xarray ids;
	unsigned int count;
	u32 next_id;
	atomic_t live;
	struct ipsec_generation *generation;
	struct ipsec_origin origin;
};

/* Sleeps; 0 or -ENOMEM. */
int ipsec_sad_init(struct ipsec_sad *sad, struct ipsec_generation *generation);

/**
 * ipsec_sad_exit() - delete all SAs and wait until the last operation is done
 *
 * Packets can no longer arrive. Sleeps.
 */
void ipsec_sad_exit(struct ipsec_sad *sad);

/**
 * ipsec_sad_add() - put an SA into the table
 * @sa: constant members filled, keyed or larval
 * @extack: told which SA is in the way
 *
 * A larval inbound SA with the same SPI, destination and protocol is replaced.
 * The caller holds sad->mutex. On success the table owns @sa.
 * 0, -EEXIST, -ENOSPC (no id left) or -ENOMEM.
 */
int ipsec_sad_add(struct ipsec_sad *sad, struct ipsec_sa *sa, struct netlink_ext_ack *extack);

/**
 * ipsec_sad_add_beside() - put an SA into the table although one with its SPI,
 *			    destination and protocol may be there
 *
 * Packets find the new one. The caller holds sad->mutex, and deletes the new or
 * the old one before it lets go. On success the table owns @sa.
 * 0, -EBUSY (no id left) or -ENOMEM.
 */
int ipsec_sad_add_beside(struct ipsec_sad *sad, struct ipsec_sa *sa);

/**
 * ipsec_sad_replace() - a larval SA goes, and gives its id to the SA added beside it
 *
 * The caller holds sad->mutex. Does not fail.
 */
void ipsec_sad_replace(struct ipsec_sad *sad, struct ipsec_sa *larval, struct ipsec_sa *sa);

/**
 * ipsec_sad_pick_spi() - an unused SPI whose chain is empty
 *
 * The caller holds sad->mutex and adds an SA with it before it lets go. May
 * grow the table: sleeps. Returns 0 if none was found.
 */
__be32 ipsec_sad_pick_spi(struct ipsec_sad *sad);

/**
 * ipsec_sad_del() - the first step of death: unlink, then ipsec_sa_kill()
 *
 * The caller holds sad->mutex.
 */
void ipsec_sad_del(struct ipsec_sad *sad, struct ipsec_sa *sa);

/* Delete all SAs. The caller holds sad->mutex. */
void ipsec_sad_flush(struct ipsec_sad *sad);

/* By id, or by SPI, destination and protocol. The caller holds sad->mutex or RCU. */
struct ipsec_sa *ipsec_sad_by_id(struct ipsec_sad *sad, u32 id);
struct ipsec_sa *ipsec_sad_by_spi(struct ipsec_sad *sad, __be32 spi, u8 proto, u8 family,
				  const union ipsec_addr *dst);

/**
 * ipsec_sad_lookup_in() - the SA of an arriving packet
 *
 * The hot path. rcu_read_lock(); no reference. Outbound SAs are found as well
 * (the caller says why they are wrong); NULL if the SPI is not ours.
 */
struct ipsec_sa *ipsec_sad_lookup_in(const struct ipsec_sad *sad, __be32 spi, u8 proto, u8 family,
				     const union ipsec_addr *dst);

/**
 * ipsec_sad_lookup_out() - the newest SA between these ends that may serve the policy
 * @ends: policy_id is the policy's
 * @unique: only an SA bound to that policy will do
 * @fl: the packet, for SAs with selectors
 * @contested: out: with @unique, that there are SAs of several peers, or of one that is not the
 *	       flow's. Then whom the flow was heard from counts, and the answer holds for one packet
 *
 * rcu_read_lock(); no reference. Mature SAs go before dying ones. NULL if none, and if
 * nobody knows whose of several peers the flow is.
 */
struct ipsec_sa *ipsec_sad_lookup_out(struct ipsec_sad *sad, struct ipsec_sa_ends *ends,
				      bool unique, const struct ipsec_flow *fl, bool *contested);

/**
 * ipsec_sad_note_origin() - remember whom this flow came from
 * @sa: inbound SA that has opened it for a policy of level unique
 * @fl: the flow as the opened packet carries it
 *
 * Does nothing in a namespace that never had an SA in UDP for one policy. Softirq or BH off.
 */
void ipsec_sad_note_origin(struct ipsec_sad *sad, const struct ipsec_sa *sa,
			   const struct ipsec_flow *fl);

/* The peer of @sa has another UDP port: its flows follow. The caller holds sad->mutex. */
void ipsec_sad_move_peer(struct ipsec_sad *sad, struct ipsec_sa *sa, __be16 port);

#endif /* _IPSEC_SAD_H */
