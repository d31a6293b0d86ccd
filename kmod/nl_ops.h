/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The changes of a transaction, read from the request.
 */
#ifndef _IPSEC_NL_OPS_H
#define _IPSEC_NL_OPS_H

#include "nl_policy.h"

/**
 * struct ipsec_nl_op - one change
 * @cmd: IPSEC_CMD_*
 * @attr: the IPSEC_A_OP, to blame
 * @nest: its policy or SA; NULL if a flush has none
 * @place: where POLICY_NEW wants the row
 * @sp: the row that comes
 * @sa: the SA that comes
 * @old_sp: the row that goes; the reader of the request leaves it NULL
 * @old_sa: the SA that goes; as above
 * @added: @sp or @sa is in its table; as above
 */
struct ipsec_nl_op {
	u32 cmd;
	const struct nlattr *attr;
	const struct nlattr *nest;
	struct ipsec_nl_place place;
	struct ipsec_sp *sp;
	struct ipsec_sa *sa;
	struct ipsec_sp *old_sp;
	struct ipsec_sa *old_sa;
	bool added;
};

struct ipsec_nl_ops {
	struct ipsec_nl_op *op;
	unsigned int count;
};

/* The attributes of IPSEC_A_OPS. */
extern const struct nla_policy ipsec_nl_ops_attrs[IPSEC_A_OP + 1];

/**
 * ipsec_nl_ops_read() - all changes of a request, with the rows and SAs that come
 * @ops: to be freed with ipsec_nl_ops_free(), on an error as well
 *
 * A request may have several IPSEC_A_OPS: a nest holds 64 KiB. What a change of a
 * row makes of it is left out: that takes the table. Sleeps.
 */
int ipsec_nl_ops_read(struct ipsec_nl_ops *ops, struct ipsec_pernet *pn,
		      const struct genl_info *info);

/* Free with the rows and SAs that no table owns. Sleeps. */
void ipsec_nl_ops_free(struct ipsec_nl_ops *ops);

/* Wipe the keys of an IPSEC_A_OPS nest in the request it came in. */
void ipsec_nl_ops_wipe(const struct nlattr *nest);

#endif /* _IPSEC_NL_OPS_H */
