/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Many changes at once, all or none.
 */
#ifndef _IPSEC_NL_TRANSACT_H
#define _IPSEC_NL_TRANSACT_H

#include "nl.h"

int ipsec_nl_transact(struct sk_buff *skb, struct genl_info *info);

#endif /* _IPSEC_NL_TRANSACT_H */
