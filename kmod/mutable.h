/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What routers may change in an IP header, and AH therefore takes as zero
 * (RFC 4302 section 3.3.3.1). Pure: also compiled on the host.
 */
#ifndef _IPSEC_MUTABLE_H
#define _IPSEC_MUTABLE_H

#include <linux/types.h>

/**
 * ipsec_mutable_ip4() - make a copy of an IPv4 header what its ICV is made over
 * @hdr: the header with its options; changed in place
 * @len: of both, a multiple of 4, at least 20
 * @sealing: the packet has not travelled yet: its destination becomes the last
 *	     stop of a source route
 *
 * Any context. Returns 0, or -EPROTO if the options cannot be followed.
 */
int ipsec_mutable_ip4(u8 *hdr, unsigned int len, bool sealing);

/**
 * ipsec_mutable_ip6() - the same for IPv6
 * @hdr: the header with the extension headers in front of AH
 * @len: of all of them, at least 40
 * @sealing: routing headers of types 0 and 2 become what the last stop sees
 *
 * Any context. Returns 0, or -EPROTO if an extension header cannot be followed,
 * or is one that AH cannot cover: a fragment header, a routing header under way.
 */
int ipsec_mutable_ip6(u8 *hdr, unsigned int len, bool sealing);

#endif /* _IPSEC_MUTABLE_H */
