// SPDX-License-Identifier: GPL-2.0
#include "selector.h"

#include <asm/byteorder.h>

/* @bits: 1…32 */
static __be32 word_mask(unsigned int bits)
{
	return cpu_to_be32(~0U << (32 - bits));
}

bool ipsec_selector_addr_match(const union ipsec_addr *addr, const union ipsec_addr *prefix, u8 len)
{
	unsigned int i = 0;

	for (; len >= 32; len -= 32, i++)
		if (addr->w[i] != prefix->w[i])
			return false;
	return !len || !((addr->w[i] ^ prefix->w[i]) & word_mask(len));
}

static bool port_match(u16 min, u16 max, u16 port, bool opaque)
{
	if (!min && max == 65535)
		return true;
	return !opaque && port >= min && port <= max;
}

const char *ipsec_selector_mismatch(const struct ipsec_selector *sel, const struct ipsec_flow *fl)
{
	if (sel->family) {
		if (sel->family != fl->family ||
		    !ipsec_selector_addr_match(&fl->src, &sel->src, sel->src_len))
			return "src-address";
		if (!ipsec_selector_addr_match(&fl->dst, &sel->dst, sel->dst_len))
			return "dst-address";
	}
	if (sel->proto && sel->proto != fl->proto)
		return "protocol";
	if (!port_match(sel->sport_min, sel->sport_max, fl->sport, fl->opaque))
		return "src-port";
	if (!port_match(sel->dport_min, sel->dport_max, fl->dport, fl->opaque))
		return "dst-port";
	return NULL;
}

bool ipsec_selector_match(const struct ipsec_selector *sel, const struct ipsec_flow *fl)
{
	return !ipsec_selector_mismatch(sel, fl);
}

static bool prefix_contains(const union ipsec_addr *outer, u8 outer_len,
			    const union ipsec_addr *inner, u8 inner_len)
{
	return outer_len <= inner_len && ipsec_selector_addr_match(inner, outer, outer_len);
}

bool ipsec_selector_contains(const struct ipsec_selector *outer, const struct ipsec_selector *inner)
{
	if (outer->family &&
	    (outer->family != inner->family ||
	     !prefix_contains(&outer->src, outer->src_len, &inner->src, inner->src_len) ||
	     !prefix_contains(&outer->dst, outer->dst_len, &inner->dst, inner->dst_len)))
		return false;
	if (outer->proto && outer->proto != inner->proto)
		return false;
	return outer->sport_min <= inner->sport_min && inner->sport_max <= outer->sport_max &&
	       outer->dport_min <= inner->dport_min && inner->dport_max <= outer->dport_max;
}

void ipsec_selector_mask(union ipsec_addr *addr, u8 len)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (len >= 32) {
			len -= 32;
		} else {
			addr->w[i] &= len ? word_mask(len) : 0;
			len = 0;
		}
	}
}
