/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a packet would go where it would go.
 */
#ifndef _IPSEC_NL_EXPLAIN_H
#define _IPSEC_NL_EXPLAIN_H

#include "nl.h"

extern const struct nla_policy ipsec_nl_explain_attrs[IPSEC_A_EXPLAIN_MAX + 1];

int ipsec_nl_explain(struct sk_buff *skb, struct genl_info *info);

#endif /* _IPSEC_NL_EXPLAIN_H */
