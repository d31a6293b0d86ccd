/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests about the policy table.
 */
#ifndef _IPSEC_NL_SPD_H
#define _IPSEC_NL_SPD_H

#include "nl_policy.h"

int ipsec_nl_spd_new(struct sk_buff *skb, struct genl_info *info);
int ipsec_nl_spd_set(struct sk_buff *skb, struct genl_info *info);
int ipsec_nl_spd_del(struct sk_buff *skb, struct genl_info *info);
int ipsec_nl_spd_get(struct sk_buff *skb, struct genl_info *info);
int ipsec_nl_spd_move(struct sk_buff *skb, struct genl_info *info);
int ipsec_nl_spd_flush(struct sk_buff *skb, struct genl_info *info);
int ipsec_nl_spd_dump(struct sk_buff *msg, struct netlink_callback *cb);

/**
 * ipsec_nl_spd_remove() - delete a row so that no cache keeps it
 *
 * The caller holds spd->mutex.
 */
void ipsec_nl_spd_remove(struct ipsec_pernet *pn, struct ipsec_sp *sp);

#endif /* _IPSEC_NL_SPD_H */
