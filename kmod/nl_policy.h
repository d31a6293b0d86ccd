/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A policy as attributes: built from those of a request, put into an answer.
 */
#ifndef _IPSEC_NL_POLICY_H
#define _IPSEC_NL_POLICY_H

#include "nl.h"

extern const struct nla_policy ipsec_nl_policy_attrs[IPSEC_A_POLICY_MAX + 1];

/* Where a request wants a row; @attr is what to blame if there is no row @id. */
struct ipsec_nl_place {
	u8 place;
	u32 id;
	const struct nlattr *attr;
};

/**
 * ipsec_nl_policy_parse() - the attributes of an IPSEC_A_POLICY nest
 * @cmd: the command, which decides what it takes and needs
 * @tb: IPSEC_A_POLICY_MAX + 1 pointers
 */
int ipsec_nl_policy_parse(u8 cmd, const struct nlattr **tb, const struct nlattr *attr,
			  struct netlink_ext_ack *extack);

/**
 * ipsec_nl_policy_build() - a row from the attributes
 * @old: the row it replaces: what is not given, id and counters are its; or NULL
 *
 * With @old the caller holds spd->mutex. Sleeps. Returns a row that is not in the
 * table, or an ERR_PTR.
 */
struct ipsec_sp *ipsec_nl_policy_build(const struct nlattr **tb, const struct ipsec_sp *old,
				       struct netlink_ext_ack *extack);

int ipsec_nl_policy_place(const struct nlattr **tb, struct ipsec_nl_place *place,
			  struct netlink_ext_ack *extack);

/* The row a place names; *ref is NULL at head and tail. The caller holds spd->mutex. */
int ipsec_nl_policy_ref(const struct ipsec_spd *spd, const struct ipsec_nl_place *place,
			struct ipsec_sp **ref, struct netlink_ext_ack *extack);

/* The row of tb's id. The caller holds spd->mutex. Returns NULL if there is none. */
struct ipsec_sp *ipsec_nl_policy_find(const struct ipsec_spd *spd, const struct nlattr **tb,
				      struct netlink_ext_ack *extack);

/**
 * ipsec_nl_policy_warn() - say which row can never match, now that one came to its place
 * @sp: the row that is new, changed or moved
 *
 * The change stands: it is a warning, which the acknowledgement carries. The caller
 * holds spd->mutex. Walks the rows.
 */
void ipsec_nl_policy_warn(const struct ipsec_spd *spd, const struct ipsec_sp *sp,
			  struct netlink_ext_ack *extack);

/* Put a row's attributes. The caller holds spd->mutex. 0 or -EMSGSIZE. */
int ipsec_nl_policy_put(struct sk_buff *msg, const struct ipsec_spd *spd,
			const struct ipsec_sp *sp);

#endif /* _IPSEC_NL_POLICY_H */
