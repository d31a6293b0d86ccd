/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests about the SA database.
 */
#ifndef _IPSEC_NL_SAD_H
#define _IPSEC_NL_SAD_H

#include "nl_sa_build.h"

int ipsec_nl_sad_spi_alloc(struct sk_buff *skb, struct genl_info *info);
int ipsec_nl_sad_new(struct sk_buff *skb, struct genl_info *info);
int ipsec_nl_sad_update(struct sk_buff *skb, struct genl_info *info);
int ipsec_nl_sad_del(struct sk_buff *skb, struct genl_info *info);
int ipsec_nl_sad_get(struct sk_buff *skb, struct genl_info *info);
int ipsec_nl_sad_flush(struct sk_buff *skb, struct genl_info *info);
int ipsec_nl_sad_dump(struct sk_buff *msg, struct netlink_callback *cb);

#endif /* _IPSEC_NL_SAD_H */
