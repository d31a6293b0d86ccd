/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flows, and the selectors they are matched against (RFC 4301 section 4.4.1.1).
 * Pure: also compiled on the host.
 */
#ifndef _IPSEC_SELECTOR_H
#define _IPSEC_SELECTOR_H

#include <linux/types.h>
#include <linux/in6.h>

/* An IPv4 address is the first word, the others are zero. */
union ipsec_addr {
	__be32 a4;
	__be32 w[4];
	struct in6_addr a6;
};

/**
 * struct ipsec_flow - what the policy table sees of a packet
 * @src: source address
 * @dst: destination address
 * @sport: source port or ICMP type, host order
 * @dport: destination port or ICMP code, host order
 * @family: AF_INET or AF_INET6
 * @proto: next layer protocol
 * @opaque: 1 when ports are unknown (later fragments, ESP): rows with ports do not match
 * @pad: zero, so that flows can be compared as words
 */
struct ipsec_flow {
	union ipsec_addr src;
	union ipsec_addr dst;
	u16 sport;
	u16 dport;
	u8 family;
	u8 proto;
	u8 opaque;
	u8 pad;
} __aligned(8);

/**
 * struct ipsec_selector - a set of flows
 * @src: prefix, bits beyond @src_len are zero
 * @dst: prefix, bits beyond @dst_len are zero
 * @sport_min: 0 and 65535 = any port
 * @sport_max: inclusive
 * @dport_min: 0 and 65535 = any port
 * @dport_max: inclusive
 * @family: AF_INET, AF_INET6, or 0 = both (then both prefixes are empty)
 * @src_len: prefix length
 * @dst_len: prefix length
 * @proto: 0 = any
 */
struct ipsec_selector {
	union ipsec_addr src;
	union ipsec_addr dst;
	u16 sport_min;
	u16 sport_max;
	u16 dport_min;
	u16 dport_max;
	u8 family;
	u8 src_len;
	u8 dst_len;
	u8 proto;
};

/* Any context; true if the two flows are the same. */
static inline bool ipsec_flow_equal(const struct ipsec_flow *a, const struct ipsec_flow *b)
{
	const u64 *x = (const u64 *)a, *y = (const u64 *)b;

	return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]) | (x[4] ^ y[4]));
}

/**
 * ipsec_selector_addr_match() - is the address inside the prefix?
 * @addr: address
 * @prefix: prefix, bits beyond @len zero
 * @len: 0…32 or 0…128; the caller has compared families
 */
bool ipsec_selector_addr_match(const union ipsec_addr *addr, const union ipsec_addr *prefix,
			       u8 len);

/**
 * ipsec_selector_match() - does the flow fall into the selector?
 *
 * Any context.
 */
bool ipsec_selector_match(const struct ipsec_selector *sel, const struct ipsec_flow *fl);

/**
 * ipsec_selector_mismatch() - the first property in which the flow differs
 *
 * Any context. Returns NULL if it matches, else the property's name at the
 * command line: "src-address", "dst-address", "protocol", "src-port", "dst-port".
 */
const char *ipsec_selector_mismatch(const struct ipsec_selector *sel, const struct ipsec_flow *fl);

/**
 * ipsec_selector_contains() - does every flow of @inner fall into @outer?
 *
 * Any context.
 */
bool ipsec_selector_contains(const struct ipsec_selector *outer,
			     const struct ipsec_selector *inner);

/* Does it tell flows apart by their ports, or by ICMP type and code? */
static inline bool ipsec_selector_has_ports(const struct ipsec_selector *sel)
{
	return sel->sport_min || sel->sport_max != 65535 ||
	       sel->dport_min || sel->dport_max != 65535;
}

/**
 * ipsec_selector_mask() - clear the bits beyond the prefix length
 * @addr: changed in place
 * @len: prefix length
 */
void ipsec_selector_mask(union ipsec_addr *addr, u8 len);

#endif /* _IPSEC_SELECTOR_H */
