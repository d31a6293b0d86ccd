/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The maximum segment size that TCP's ends offer each other (RFC 9293 section 3.7.1), made
 * smaller on its way: where path MTU discovery fails, segments then fit from the start.
 */
#ifndef _IPSEC_MSS_H
#define _IPSEC_MSS_H

#include <linux/types.h>

struct sk_buff;

/**
 * ipsec_mss_is_offered() - is it a SYN, or SYN and ACK, with an MSS option?
 * @skb: data and network header at the IP header
 *
 * Any context; reads only. False for later fragments, and where the header of TCP or its
 * options are not all there.
 */
bool ipsec_mss_is_offered(const struct sk_buff *skb);

/**
 * ipsec_mss_clamp() - see that a packet offers no larger MSS
 * @skb: data and network header at the IP header; pointers into it are stale afterwards
 * @mss: IPSEC_TCP_MSS_AUTO, or bytes
 * @mtu: what auto is reckoned from: longest packet that may come back; 0 = unknown
 *
 * Packets without the option, and those that offer less, are not changed: no option
 * means 536 bytes, or 1220 (RFC 9293 section 3.7.1). Checksums stay as good or as bad
 * as they were. Any context. Without memory the packet is not changed: one that is too
 * long is worse off than one that was never sent.
 */
void ipsec_mss_clamp(struct sk_buff *skb, u16 mss, u32 mtu);

#endif /* _IPSEC_MSS_H */
