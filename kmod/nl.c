// SPDX-License-Identifier: GPL-2.0
#include "nl.h"

#include <net/ipv6.h>

static int check_required(const struct ipsec_nl_nest *nest, const struct nlattr **tb,
			  const struct nlattr *attr, u64 required, struct netlink_ext_ack *extack)
{
	int type;

	for (type = 1; type <= nest->max; type++) {
		if (!(required & BIT_ULL(type)) || tb[type])
			continue;
		NL_SET_ERR_MSG_FMT(extack, "%s: missing; this request needs it", nest->names[type]);
		NL_SET_ERR_ATTR_MISS(extack, attr, type);
		return -EINVAL;
	}
	return 0;
}

int ipsec_nl_parse(const struct ipsec_nl_nest *nest, const struct nlattr **tb,
		   const struct nlattr *attr, u64 allowed, u64 required,
		   struct netlink_ext_ack *extack)
{
	const struct nlattr *a;
	int rem;

	memset(tb, 0, (nest->max + 1) * sizeof(*tb));
	if (!attr)
		return check_required(nest, tb, NULL, required, extack);
	nla_for_each_nested(a, attr, rem) {
		int type = nla_type(a);

		if (!(allowed & BIT_ULL(type))) {
			NL_SET_ERR_MSG_ATTR_FMT(extack, a, "%s: this request does not take it",
						nest->names[type]);
			return -EINVAL;
		}
		if (tb[type]) {
			NL_SET_ERR_MSG_ATTR_FMT(extack, a, "%s: given twice", nest->names[type]);
			return -EINVAL;
		}
		tb[type] = a;
	}
	return check_required(nest, tb, attr, required, extack);
}

const struct nlattr *ipsec_nl_only(const struct genl_info *info, int type, const char *word)
{
	const struct nlattr *a, *only = NULL;
	int rem;

	nlmsg_for_each_attr(a, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(a) != type)
			continue;
		if (only) {
			NL_SET_ERR_MSG_ATTR_FMT(info->extack, a, "%s: given twice", word);
			return NULL;
		}
		only = a;
	}
	if (!only) {
		NL_SET_ERR_MSG_FMT(info->extack, "%s: missing; this request needs it", word);
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, type);
	}
	return only;
}

int ipsec_nl_addr(const struct ipsec_nl_nest *nest, const struct nlattr *attr,
		  union ipsec_addr *addr, u8 *family, struct netlink_ext_ack *extack)
{
	int len = nla_len(attr);

	if (len != 4 && len != 16) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "%s: %d bytes; IPv4 has 4, IPv6 has 16",
					nest->names[nla_type(attr)], len);
		return -EINVAL;
	}
	memset(addr, 0, sizeof(*addr));
	memcpy(addr, nla_data(attr), len);
	*family = len == 4 ? AF_INET : AF_INET6;
	return 0;
}

/* Can it be the address of one host? */
static bool is_host(const union ipsec_addr *addr, u8 family)
{
	if (family == AF_INET6)
		return !ipv6_addr_any(&addr->a6) && !ipv6_addr_is_multicast(&addr->a6);
	return !ipv4_is_zeronet(addr->a4) && !ipv4_is_multicast(addr->a4) &&
	       !ipv4_is_lbcast(addr->a4);
}

static int parse_host(const struct ipsec_nl_nest *nest, const struct nlattr *attr,
		      union ipsec_addr *addr, u8 *family, struct netlink_ext_ack *extack)
{
	int err = ipsec_nl_addr(nest, attr, addr, family, extack);

	if (err)
		return err;
	if (!is_host(addr, *family)) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "%s: must be the address of one host",
					nest->names[nla_type(attr)]);
		return -EINVAL;
	}
	return 0;
}

static int refuse_families(const struct ipsec_nl_nest *nest, const struct nlattr *attr,
			   const char *other, struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "%s: IPv4 and IPv6 mixed; use the family of %s",
				nest->names[nla_type(attr)], other);
	return -EINVAL;
}

int ipsec_nl_pair(const struct ipsec_nl_nest *nest, const struct nlattr **tb, int src, int dst,
		  union ipsec_addr *src_addr, union ipsec_addr *dst_addr, u8 *family,
		  struct netlink_ext_ack *extack)
{
	u8 src_family = *family, dst_family = *family;
	int err = 0;

	if (tb[src])
		err = parse_host(nest, tb[src], src_addr, &src_family, extack);
	if (!err && tb[dst])
		err = parse_host(nest, tb[dst], dst_addr, &dst_family, extack);
	if (err)
		return err;
	if (src_family != dst_family)
		return refuse_families(nest, tb[dst] ?: tb[src], nest->names[tb[dst] ? src : dst],
				       extack);
	*family = src_family;
	return 0;
}

struct prefix {
	union ipsec_addr addr;
	u8 len;
	u8 family;		/* 0: not given */
};

static int parse_prefix(const struct ipsec_nl_nest *nest, const struct nlattr **tb, int type,
			struct prefix *p, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[type], *len_attr = tb[type + 1];
	union ipsec_addr masked;
	u8 bits;
	int err;

	p->family = 0;
	if (!attr && !len_attr)
		return 0;
	if (!attr) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, len_attr, "%s: a prefix length needs its address",
					nest->names[type]);
		return -EINVAL;
	}
	err = ipsec_nl_addr(nest, attr, &p->addr, &p->family, extack);
	if (err)
		return err;
	bits = p->family == AF_INET ? 32 : 128;
	p->len = len_attr ? nla_get_u8(len_attr) : bits;
	if (p->len > bits) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, len_attr, "%s: /%u; at most /%u is right",
					nest->names[type], p->len, bits);
		return -EINVAL;
	}
	masked = p->addr;
	ipsec_selector_mask(&masked, p->len);
	if (memcmp(&masked, &p->addr, sizeof(masked))) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "%s: bits are set behind the prefix of /%u",
					nest->names[type], p->len);
		return -EINVAL;
	}
	return 0;
}

int ipsec_nl_prefixes(const struct ipsec_nl_nest *nest, const struct nlattr **tb, int first,
		      struct ipsec_selector *sel, struct netlink_ext_ack *extack)
{
	struct prefix src, dst;
	u8 family;
	int err;

	err = parse_prefix(nest, tb, first, &src, extack) ?:
	      parse_prefix(nest, tb, first + 2, &dst, extack);
	if (err)
		return err;
	family = src.family ?: dst.family;
	if (!family)
		return 0;
	if (src.family && dst.family && src.family != dst.family)
		return refuse_families(nest, tb[first + 2], nest->names[first], extack);
	/* One alone may change the family only if the other holds every address. */
	if (family != sel->family && !src.family && sel->src_len)
		return refuse_families(nest, tb[first + 2], nest->names[first], extack);
	if (family != sel->family && !dst.family && sel->dst_len)
		return refuse_families(nest, tb[first], nest->names[first + 2], extack);
	sel->family = family;
	if (src.family) {
		sel->src = src.addr;
		sel->src_len = src.len;
	}
	if (dst.family) {
		sel->dst = dst.addr;
		sel->dst_len = dst.len;
	}
	return 0;
}

int ipsec_nl_put_prefixes(struct sk_buff *msg, int first, const struct ipsec_selector *sel)
{
	if (!sel->family)
		return 0;
	return ipsec_notify_put_addr(msg, first, &sel->src, sel->family) ?:
	       nla_put_u8(msg, first + 1, sel->src_len) ?:
	       ipsec_notify_put_addr(msg, first + 2, &sel->dst, sel->family) ?:
	       nla_put_u8(msg, first + 3, sel->dst_len);
}

struct nlmsghdr *ipsec_nl_begin(struct sk_buff *msg, const struct nlmsghdr *req, u32 portid,
				int flags, u8 cmd, int attr, struct nlattr **nest)
{
	struct nlmsghdr *nlh = nlmsg_put(msg, portid, req->nlmsg_seq, req->nlmsg_type,
					 GENL_HDRLEN, flags);
	struct genlmsghdr *hdr;

	if (!nlh)
		return NULL;
	hdr = nlmsg_data(nlh);
	*hdr = (struct genlmsghdr) { .cmd = cmd, .version = IPSEC_GENL_VERSION };
	*nest = nla_nest_start(msg, attr);
	if (*nest)
		return nlh;
	nlmsg_cancel(msg, nlh);
	return NULL;
}

int ipsec_nl_error(struct netlink_ext_ack *extack, int err)
{
	switch (err) {
	case 0:
		break;
	case -ENOMEM:
		NL_SET_ERR_MSG_WEAK(extack, "not enough memory");
		break;
	case -EBUSY:
	case -ENOSPC:
		NL_SET_ERR_MSG_WEAK(extack, "the table is full");
		break;
	default:
		NL_SET_ERR_MSG_WEAK(extack, "the kernel could not do it");
	}
	return err;
}

int ipsec_nl_say(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *sentence)
{
	NL_SET_BAD_ATTR(extack, attr);
	extack->_msg = sentence;
	return -EINVAL;
}
