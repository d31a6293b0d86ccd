/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_NET_IPV6_H
#define _SHIM_NET_IPV6_H

#include <linux/ipv6.h>

#define NEXTHDR_HOP		0
#define NEXTHDR_ROUTING		43
#define NEXTHDR_FRAGMENT	44
#define NEXTHDR_DEST		60

#define IP6_OFFSET		0xfff8

#define ipv6_optlen(p)		(((p)->hdrlen + 1) << 3)

struct frag_hdr {
	__u8 nexthdr;
	__u8 reserved;
	__be16 frag_off;
	__be32 identification;
};

#endif /* _SHIM_NET_IPV6_H */
