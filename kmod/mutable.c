// SPDX-License-Identifier: GPL-2.0
#include "mutable.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

/* Offsets in an IPv4 header. */
#define IP4_TOS		1
#define IP4_FRAG	6
#define IP4_TTL		8
#define IP4_CHECK	10
#define IP4_DST		16
#define IP4_LEN		20

/* RFC 4302 Appendix A1: what is not listed there counts as mutable. */
#define OPT_END		0
#define OPT_NOP		1
#define OPT_SECURITY	130
#define OPT_LSRR	131
#define OPT_EXT_SECURITY 133
#define OPT_CIPSO	134
#define OPT_SSRR	137
#define OPT_ROUTER_ALERT 148
#define OPT_SDMD	149

/* Offsets in an IPv6 header and in extension headers. */
#define IP6_NEXT	6
#define IP6_HOP_LIMIT	7
#define IP6_DST		24
#define IP6_LEN		40
#define EXT_LEN		1
#define EXT_OPTIONS	2
#define RT_TYPE		2
#define RT_LEFT		3
#define RT_ADDRS	8
#define ADDR_LEN	16

#define EXT_HOP		0
#define EXT_ROUTING	43
#define EXT_DEST	60

/* RFC 8200 section 4.2: the option's data may change on the way. */
#define OPT6_MUTABLE	0x20
#define OPT6_PAD1	0

static bool is_immutable4(u8 type)
{
	return type == OPT_SECURITY || type == OPT_EXT_SECURITY || type == OPT_CIPSO ||
	       type == OPT_ROUTER_ALERT || type == OPT_SDMD;
}

/* One option that has a length byte; mutable ones vanish with type and length. */
static void clear_option4(u8 *hdr, u8 *opt, bool sealing)
{
	u8 type = opt[0], len = opt[1];

	if (is_immutable4(type))
		return;
	if (sealing && (type == OPT_LSRR || type == OPT_SSRR) && len >= 7)
		memcpy(hdr + IP4_DST, opt + len - 4, 4);
	memset(opt, 0, len);
}

int ipsec_mutable_ip4(u8 *hdr, unsigned int len, bool sealing)
{
	unsigned int off = IP4_LEN;

	hdr[IP4_TOS] = 0;
	memset(hdr + IP4_FRAG, 0, 2);
	hdr[IP4_TTL] = 0;
	memset(hdr + IP4_CHECK, 0, 2);
	while (off < len && hdr[off] != OPT_END) {
		u8 opt_len;

		if (hdr[off] == OPT_NOP) {
			off++;
			continue;
		}
		opt_len = off + 1 < len ? hdr[off + 1] : 0;
		if (opt_len < 2 || off + opt_len > len)
			return -EPROTO;
		clear_option4(hdr, hdr + off, sealing);
		off += opt_len;
	}
	return 0;
}

/* Type and length of a mutable option stay (RFC 4302 section 3.3.3.1.2.2). */
static int clear_options6(u8 *ext, unsigned int len)
{
	unsigned int off = EXT_OPTIONS;

	while (off < len) {
		if (ext[off] == OPT6_PAD1) {
			off++;
			continue;
		}
		if (off + 2 > len || off + 2 + ext[off + 1] > len)
			return -EPROTO;
		if (ext[off] & OPT6_MUTABLE)
			memset(ext + off + 2, 0, ext[off + 1]);
		off += 2 + ext[off + 1];
	}
	return 0;
}

/* RFC 4302 section 3.3.3.1.2.3: as it arrives at the last stop, which has visited all others. */
static int finish_routing(u8 *hdr, u8 *ext, unsigned int len, bool sealing)
{
	u8 count = (len - RT_ADDRS) / ADDR_LEN, left = ext[RT_LEFT];
	u8 *next, last[ADDR_LEN];

	if (!left)
		return 0;
	if (!sealing || (ext[RT_TYPE] != 0 && ext[RT_TYPE] != 2) || left > count ||
	    (len - RT_ADDRS) % ADDR_LEN)
		return -EPROTO;
	next = ext + RT_ADDRS + (count - left) * ADDR_LEN;
	memcpy(last, ext + RT_ADDRS + (count - 1) * ADDR_LEN, ADDR_LEN);
	memmove(next + ADDR_LEN, next, (left - 1) * ADDR_LEN);
	memcpy(next, hdr + IP6_DST, ADDR_LEN);
	memcpy(hdr + IP6_DST, last, ADDR_LEN);
	ext[RT_LEFT] = 0;
	return 0;
}

int ipsec_mutable_ip6(u8 *hdr, unsigned int len, bool sealing)
{
	unsigned int off = IP6_LEN;
	u8 type = hdr[IP6_NEXT];

	/* Traffic class and flow label. */
	hdr[0] &= 0xf0;
	memset(hdr + 1, 0, 3);
	hdr[IP6_HOP_LIMIT] = 0;
	while (off < len) {
		unsigned int ext_len = off + 8 <= len ? (hdr[off + EXT_LEN] + 1) * 8 : 0;
		int err = -EPROTO;

		if (!ext_len || off + ext_len > len)
			return -EPROTO;
		if (type == EXT_HOP || type == EXT_DEST)
			err = clear_options6(hdr + off, ext_len);
		else if (type == EXT_ROUTING)
			err = finish_routing(hdr, hdr + off, ext_len, sealing);
		if (err)
			return err;
		type = hdr[off];
		off += ext_len;
	}
	return 0;
}
