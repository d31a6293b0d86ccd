/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_NET_CHECKSUM_H
#define _SHIM_NET_CHECKSUM_H

#include <linux/skbuff.h>

/* RFC 1624 equation 3. A checksum that is still to be made covers no more than the addresses. */
static inline void inet_proto_csum_replace2(__sum16 *sum, struct sk_buff *skb, __be16 from,
					    __be16 to, bool pseudohdr)
{
	u32 s;

	if (skb->ip_summed == CHECKSUM_PARTIAL)
		return;
	s = (u16)~*sum + (u16)~from + to;
	s = (s & 0xffff) + (s >> 16);
	*sum = ~((s & 0xffff) + (s >> 16));
}

#endif /* _SHIM_NET_CHECKSUM_H */
