/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An SA built from attributes, or changed by them.
 */
#ifndef _IPSEC_NL_SA_BUILD_H
#define _IPSEC_NL_SA_BUILD_H

#include "nl_sa.h"

/**
 * ipsec_nl_sa_build_mature() - the SA of SA_NEW, keyed
 *
 * Its limits are written down in life.limits; ipsec_nl_sa_build_start() makes
 * them count. Sleeps. Returns an SA that is not in the table, or an ERR_PTR.
 */
struct ipsec_sa *ipsec_nl_sa_build_mature(struct ipsec_pernet *pn, const struct nlattr **tb,
					  struct netlink_ext_ack *extack);

/* The larval SA of SPI_ALLOC; its SPI is 0 if the request has none. As above. */
struct ipsec_sa *ipsec_nl_sa_build_larval(struct ipsec_pernet *pn, const struct nlattr **tb,
					  struct netlink_ext_ack *extack);

/**
 * ipsec_nl_sa_build_warn() - say what keeps an SA that was added from being of use
 *
 * Its UDP port may be none that packets are taken from. The SA stands. Any context.
 */
void ipsec_nl_sa_build_warn(const struct ipsec_pernet *pn, const struct ipsec_sa *sa,
			    struct netlink_ext_ack *extack);

/* Let the limits count. The SA is in the table, the caller holds sad->mutex. */
void ipsec_nl_sa_build_start(struct ipsec_sa *sa);

/**
 * ipsec_nl_sa_build_check_policy() - is there the policy that the SA is bound to?
 *
 * The caller holds spd->mutex. 0 or -ENOENT.
 */
int ipsec_nl_sa_build_check_policy(const struct ipsec_spd *spd, const struct ipsec_sa *sa,
				   struct netlink_ext_ack *extack);

/**
 * ipsec_nl_sa_build_update() - new limits, cookie or encapsulation ports
 *
 * The caller holds sad->mutex. On an error nothing is changed.
 */
int ipsec_nl_sa_build_update(struct ipsec_sa *sa, const struct nlattr **tb,
			     struct netlink_ext_ack *extack);

#endif /* _IPSEC_NL_SA_BUILD_H */
