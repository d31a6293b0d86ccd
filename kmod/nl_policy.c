// SPDX-License-Identifier: GPL-2.0
#include "nl_policy.h"

#include <linux/jiffies.h>
#include <linux/slab.h>

#define BIT_OF(attr)	BIT_ULL(IPSEC_A_POLICY_##attr)

const struct nla_policy ipsec_nl_policy_attrs[IPSEC_A_POLICY_MAX + 1] = {
	[IPSEC_A_POLICY_ID]		= NLA_POLICY_MIN(NLA_U32, 1),
	[IPSEC_A_POLICY_SRC]		= IPSEC_NL_ADDR,
	[IPSEC_A_POLICY_SRC_LEN]	= { .type = NLA_U8 },
	[IPSEC_A_POLICY_DST]		= IPSEC_NL_ADDR,
	[IPSEC_A_POLICY_DST_LEN]	= { .type = NLA_U8 },
	[IPSEC_A_POLICY_FAMILY]		= { .type = NLA_U8 },
	[IPSEC_A_POLICY_PROTO]		= { .type = NLA_U8 },
	[IPSEC_A_POLICY_SRC_PORT_MIN]	= { .type = NLA_U16 },
	[IPSEC_A_POLICY_SRC_PORT_MAX]	= { .type = NLA_U16 },
	[IPSEC_A_POLICY_DST_PORT_MIN]	= { .type = NLA_U16 },
	[IPSEC_A_POLICY_DST_PORT_MAX]	= { .type = NLA_U16 },
	[IPSEC_A_POLICY_ACTION]		= NLA_POLICY_RANGE(NLA_U8, IPSEC_POLICY_ACTION_PROTECT,
							   IPSEC_POLICY_ACTION_BYPASS),
	[IPSEC_A_POLICY_LEVEL]		= NLA_POLICY_RANGE(NLA_U8, IPSEC_POLICY_LEVEL_REQUIRE,
							   IPSEC_POLICY_LEVEL_USE),
	[IPSEC_A_POLICY_PROTOCOLS]	= NLA_POLICY_MASK(NLA_U8, IPSEC_PROTOCOLS_ESP |
							  IPSEC_PROTOCOLS_AH),
	[IPSEC_A_POLICY_MODE]		= NLA_POLICY_RANGE(NLA_U8, IPSEC_SA_MODE_TRANSPORT,
							   IPSEC_SA_MODE_TUNNEL),
	[IPSEC_A_POLICY_LOCAL]		= IPSEC_NL_ADDR,
	[IPSEC_A_POLICY_REMOTE]		= IPSEC_NL_ADDR,
	[IPSEC_A_POLICY_COMMENT]	= { .type = NLA_NUL_STRING },
	[IPSEC_A_POLICY_COOKIE]		= { .type = NLA_U64 },
	[IPSEC_A_POLICY_FLAGS]		= NLA_POLICY_MASK(NLA_U32, IPSEC_POLICY_F_BUILTIN |
							  IPSEC_POLICY_F_DYNAMIC),
	[IPSEC_A_POLICY_PLACE]		= NLA_POLICY_RANGE(NLA_U8, IPSEC_PLACE_TAIL,
							   IPSEC_PLACE_AFTER),
	[IPSEC_A_POLICY_PLACE_ID]	= NLA_POLICY_MIN(NLA_U32, 1),
	[IPSEC_A_POLICY_BUILTIN]	= { .type = NLA_FLAG },
	[IPSEC_A_POLICY_TCP_MSS]	= { .type = NLA_U16 },
	[IPSEC_A_POLICY_OUT_PACKETS]	= IPSEC_NL_ANSWER("out-packets"),
	[IPSEC_A_POLICY_OUT_BYTES]	= IPSEC_NL_ANSWER("out-bytes"),
	[IPSEC_A_POLICY_IN_PACKETS]	= IPSEC_NL_ANSWER("in-packets"),
	[IPSEC_A_POLICY_IN_BYTES]	= IPSEC_NL_ANSWER("in-bytes"),
	[IPSEC_A_POLICY_LAST_HIT_MS]	= IPSEC_NL_ANSWER("last-hit"),
	[IPSEC_A_POLICY_SHADOWED_BY]	= IPSEC_NL_ANSWER("shadowed-by"),
};

static const char *const policy_words[IPSEC_A_POLICY_MAX + 1] = {
	[IPSEC_A_POLICY_ID]		= "id",
	[IPSEC_A_POLICY_SRC]		= "src-address",
	[IPSEC_A_POLICY_SRC_LEN]	= "src-address prefix length",
	[IPSEC_A_POLICY_DST]		= "dst-address",
	[IPSEC_A_POLICY_DST_LEN]	= "dst-address prefix length",
	[IPSEC_A_POLICY_FAMILY]		= "family",
	[IPSEC_A_POLICY_PROTO]		= "protocol",
	[IPSEC_A_POLICY_SRC_PORT_MIN]	= "src-port",
	[IPSEC_A_POLICY_SRC_PORT_MAX]	= "src-port range end",
	[IPSEC_A_POLICY_DST_PORT_MIN]	= "dst-port",
	[IPSEC_A_POLICY_DST_PORT_MAX]	= "dst-port range end",
	[IPSEC_A_POLICY_ACTION]		= "action",
	[IPSEC_A_POLICY_LEVEL]		= "level",
	[IPSEC_A_POLICY_PROTOCOLS]	= "ipsec-protocols",
	[IPSEC_A_POLICY_MODE]		= "tunnel",
	[IPSEC_A_POLICY_LOCAL]		= "sa-src-address",
	[IPSEC_A_POLICY_REMOTE]		= "sa-dst-address",
	[IPSEC_A_POLICY_COMMENT]	= "comment",
	[IPSEC_A_POLICY_COOKIE]		= "cookie",
	[IPSEC_A_POLICY_FLAGS]		= "flags",
	[IPSEC_A_POLICY_PLACE]		= "place",
	[IPSEC_A_POLICY_PLACE_ID]	= "place-before",
	[IPSEC_A_POLICY_BUILTIN]	= "builtin",
	[IPSEC_A_POLICY_TCP_MSS]	= "tcp-mss",
};

static const struct ipsec_nl_nest policy_nest = {
	.max = IPSEC_A_POLICY_MAX,
	.policy = ipsec_nl_policy_attrs,
	.names = policy_words,
};

#define PLACE	(BIT_OF(PLACE) | BIT_OF(PLACE_ID))
#define ROW	(BIT_OF(SRC) | BIT_OF(SRC_LEN) | BIT_OF(DST) | BIT_OF(DST_LEN) |		\
		 BIT_OF(FAMILY) | BIT_OF(PROTO) | BIT_OF(SRC_PORT_MIN) | BIT_OF(SRC_PORT_MAX) |	\
		 BIT_OF(DST_PORT_MIN) | BIT_OF(DST_PORT_MAX) | BIT_OF(ACTION) | BIT_OF(LEVEL) |	\
		 BIT_OF(PROTOCOLS) | BIT_OF(MODE) | BIT_OF(LOCAL) | BIT_OF(REMOTE) |		\
		 BIT_OF(COMMENT) | BIT_OF(COOKIE) | BIT_OF(FLAGS) | BIT_OF(TCP_MSS))

static const struct {
	u64 allowed;
	u64 required;
} requests[] = {
	[IPSEC_CMD_POLICY_NEW]	 = { ROW | PLACE, 0 },
	[IPSEC_CMD_POLICY_SET]	 = { ROW | BIT_OF(ID), BIT_OF(ID) },
	[IPSEC_CMD_POLICY_DEL]	 = { BIT_OF(ID), BIT_OF(ID) },
	[IPSEC_CMD_POLICY_GET]	 = { BIT_OF(ID), BIT_OF(ID) },
	[IPSEC_CMD_POLICY_MOVE]	 = { BIT_OF(ID) | PLACE, BIT_OF(ID) | BIT_OF(PLACE) },
	[IPSEC_CMD_POLICY_FLUSH] = { BIT_OF(BUILTIN), 0 },
};

int ipsec_nl_policy_parse(u8 cmd, const struct nlattr **tb, const struct nlattr *attr,
			  struct netlink_ext_ack *extack)
{
	BUILD_BUG_ON(IPSEC_A_POLICY_MAX >= 64 || IPSEC_A_POLICY_PAD != 1);
	return ipsec_nl_parse(&policy_nest, tb, attr, requests[cmd].allowed,
			      requests[cmd].required, extack);
}

static int parse_family(const struct nlattr **tb, struct ipsec_selector *sel,
			struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[IPSEC_A_POLICY_FAMILY];
	u8 family;

	if (!attr)
		return 0;
	family = nla_get_u8(attr);
	if (family && family != AF_INET && family != AF_INET6) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr,
					"family: %u; %u (IPv4), %u (IPv6) or 0 is right",
					family, AF_INET, AF_INET6);
		return -EINVAL;
	}
	if (!tb[IPSEC_A_POLICY_SRC] && !tb[IPSEC_A_POLICY_DST]) {
		memset(&sel->src, 0, sizeof(sel->src));
		memset(&sel->dst, 0, sizeof(sel->dst));
		sel->src_len = 0;
		sel->dst_len = 0;
		sel->family = family;
	} else if (family != sel->family) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "family: not that of the addresses; leave it out");
		return -EINVAL;
	}
	return 0;
}

static int parse_ports(const struct nlattr **tb, int type, u16 *min, u16 *max,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *first = tb[type], *last = tb[type + 1];

	if (!first && last) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, last, "%s: the range has no beginning",
					policy_words[type]);
		return -EINVAL;
	}
	if (!first)
		return 0;
	*min = nla_get_u16(first);
	*max = last ? nla_get_u16(last) : *min;
	if (*min > *max) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, last, "%s: %u-%u ends before it begins",
					policy_words[type], *min, *max);
		return -EINVAL;
	}
	return 0;
}

/* Do the ports make sense with the protocol (RFC 4301 section 4.4.1.1)? */
static int check_ports(const struct nlattr **tb, int type, u8 proto, u16 min, u16 max,
		       struct netlink_ext_ack *extack)
{
	if (!min && max == U16_MAX)
		return 0;
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
	case IPPROTO_UDPLITE:
		return 0;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (max <= U8_MAX)
			return 0;
		NL_SET_ERR_MSG_ATTR_FMT(extack, tb[type + 1] ?: tb[type],
					"%s: ICMP types and codes are 0 to 255, or any",
					policy_words[type]);
		return -EINVAL;
	}
	NL_SET_ERR_MSG_ATTR_FMT(extack, tb[type] ?: tb[IPSEC_A_POLICY_PROTO],
				"%s: protocol must be tcp, udp, sctp, dccp, udp-lite or icmp",
				policy_words[type]);
	return -EINVAL;
}

static int check_icmp(const struct nlattr **tb, const struct ipsec_selector *sel,
		      struct netlink_ext_ack *extack)
{
	if ((sel->proto == IPPROTO_ICMP && sel->family == AF_INET6) ||
	    (sel->proto == IPPROTO_ICMPV6 && sel->family == AF_INET)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IPSEC_A_POLICY_PROTO],
				    "protocol: icmp is of IPv4, icmpv6 of IPv6 addresses");
		return -EINVAL;
	}
	return 0;
}

static int parse_selector(const struct nlattr **tb, struct ipsec_selector *sel,
			  struct netlink_ext_ack *extack)
{
	int err;

	if (tb[IPSEC_A_POLICY_PROTO])
		sel->proto = nla_get_u8(tb[IPSEC_A_POLICY_PROTO]);
	err = ipsec_nl_prefixes(&policy_nest, tb, IPSEC_A_POLICY_SRC, sel, extack) ?:
	      parse_family(tb, sel, extack) ?:
	      parse_ports(tb, IPSEC_A_POLICY_SRC_PORT_MIN, &sel->sport_min, &sel->sport_max,
			  extack) ?:
	      parse_ports(tb, IPSEC_A_POLICY_DST_PORT_MIN, &sel->dport_min, &sel->dport_max,
			  extack);
	return err ?: check_icmp(tb, sel, extack) ?:
	       check_ports(tb, IPSEC_A_POLICY_SRC_PORT_MIN, sel->proto, sel->sport_min,
			   sel->sport_max, extack) ?:
	       check_ports(tb, IPSEC_A_POLICY_DST_PORT_MIN, sel->proto, sel->dport_min,
			   sel->dport_max, extack);
}

/* Is it all zero: an outer address that was left open? */
static bool is_open(const struct nlattr *attr)
{
	return !attr || !memchr_inv(nla_data(attr), 0, nla_len(attr));
}

static int parse_ends(const struct nlattr **tb, struct ipsec_sp *sp,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *local = tb[IPSEC_A_POLICY_LOCAL];
	const struct nlattr *remote = tb[IPSEC_A_POLICY_REMOTE];
	bool to_transport = tb[IPSEC_A_POLICY_MODE] && sp->mode == IPSEC_SA_MODE_TRANSPORT;

	if ((local || remote || to_transport) && is_open(local) && is_open(remote)) {
		sp->family = 0;
		memset(&sp->local, 0, sizeof(sp->local));
		memset(&sp->remote, 0, sizeof(sp->remote));
		return 0;
	}
	if ((local || remote) && !(local && remote) && !sp->family)
		return ipsec_nl_say(extack, local ?: remote,
				    "sa-src-address, sa-dst-address: give both or neither");
	return ipsec_nl_pair(&policy_nest, tb, IPSEC_A_POLICY_LOCAL, IPSEC_A_POLICY_REMOTE,
			     &sp->local, &sp->remote, &sp->family, extack);
}

static int check_ends(const struct nlattr **tb, const struct ipsec_sp *sp,
		      struct netlink_ext_ack *extack)
{
	if (sp->action == IPSEC_POLICY_ACTION_PROTECT && sp->mode == IPSEC_SA_MODE_TUNNEL &&
	    !sp->family) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IPSEC_A_POLICY_MODE],
				    "tunnel: needs sa-src-address and sa-dst-address");
		return -EINVAL;
	}
	return 0;
}

static int parse_protocols(const struct nlattr **tb, struct ipsec_sp *sp,
			   struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[IPSEC_A_POLICY_PROTOCOLS];

	if (attr)
		sp->protocols = nla_get_u8(attr);
	else if (!sp->protocols)
		sp->protocols = IPSEC_PROTOCOLS_ESP;
	if (sp->protocols)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "ipsec-protocols: esp, ah or both is right");
	return -EINVAL;
}

static int parse_tcp_mss(const struct nlattr **tb, struct ipsec_sp *sp,
			 struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[IPSEC_A_POLICY_TCP_MSS];

	if (attr)
		sp->tcp_mss = nla_get_u16(attr);
	if (sp->tcp_mss > IPSEC_TCP_MSS_AUTO && sp->tcp_mss < IPSEC_TCP_MSS_MIN) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr,
					"tcp-mss: %u; %u (no), %u (auto), or bytes from %u on",
					sp->tcp_mss, IPSEC_TCP_MSS_NO, IPSEC_TCP_MSS_AUTO,
					IPSEC_TCP_MSS_MIN);
		return -EINVAL;
	}
	if (sp->tcp_mss == IPSEC_TCP_MSS_NO || sp->action == IPSEC_POLICY_ACTION_PROTECT)
		return 0;
	return ipsec_nl_say(extack, attr ?: tb[IPSEC_A_POLICY_ACTION],
			    "tcp-mss: only for action=encrypt; give tcp-mss=no");
}

static int parse_flags(const struct nlattr **tb, struct ipsec_sp *sp,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[IPSEC_A_POLICY_FLAGS];
	u32 flags;

	if (!attr)
		return 0;
	flags = nla_get_u32(attr);
	if (flags & ~sp->flags & IPSEC_POLICY_F_BUILTIN) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "flags: the module alone makes built-in rows");
		return -EINVAL;
	}
	sp->flags = (sp->flags & IPSEC_POLICY_F_BUILTIN) | (flags & IPSEC_POLICY_F_DYNAMIC);
	return 0;
}

static int parse_comment(const struct nlattr **tb, struct ipsec_sp *sp,
			 struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[IPSEC_A_POLICY_COMMENT];

	if (!attr)
		return 0;
	if (strlen(nla_data(attr)) > IPSEC_COMMENT_MAX) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "comment: at most %d bytes are kept",
					IPSEC_COMMENT_MAX);
		return -EINVAL;
	}
	kfree(sp->comment);
	sp->comment = NULL;
	if (!*(char *)nla_data(attr))
		return 0;
	sp->comment = nla_strdup(attr, GFP_KERNEL);
	return sp->comment ? 0 : -ENOMEM;
}

static int parse_row(const struct nlattr **tb, struct ipsec_sp *sp,
		     struct netlink_ext_ack *extack)
{
	if (tb[IPSEC_A_POLICY_ACTION])
		sp->action = nla_get_u8(tb[IPSEC_A_POLICY_ACTION]);
	if (tb[IPSEC_A_POLICY_LEVEL])
		sp->level = nla_get_u8(tb[IPSEC_A_POLICY_LEVEL]);
	if (tb[IPSEC_A_POLICY_MODE])
		sp->mode = nla_get_u8(tb[IPSEC_A_POLICY_MODE]);
	if (tb[IPSEC_A_POLICY_COOKIE])
		sp->cookie = nla_get_u64(tb[IPSEC_A_POLICY_COOKIE]);
	return parse_selector(tb, &sp->sel, extack) ?: parse_ends(tb, sp, extack) ?:
	       check_ends(tb, sp, extack) ?: parse_protocols(tb, sp, extack) ?:
	       parse_tcp_mss(tb, sp, extack) ?: parse_flags(tb, sp, extack) ?:
	       parse_comment(tb, sp, extack);
}

static int copy_row(struct ipsec_sp *sp, const struct ipsec_sp *old)
{
	struct ipsec_sp_cpu sum;

	sp->sel = old->sel;
	sp->action = old->action;
	sp->level = old->level;
	sp->mode = old->mode;
	sp->protocols = old->protocols;
	sp->tcp_mss = old->tcp_mss;
	sp->family = old->family;
	sp->id = old->id;
	sp->local = old->local;
	sp->remote = old->remote;
	sp->flags = old->flags;
	sp->cookie = old->cookie;
	ipsec_spd_sum(old, &sum);
	*per_cpu_ptr(sp->cpu, cpumask_first(cpu_possible_mask)) = sum;
	sp->comment = kstrdup(old->comment, GFP_KERNEL);
	return old->comment && !sp->comment ? -ENOMEM : 0;
}

struct ipsec_sp *ipsec_nl_policy_build(const struct nlattr **tb, const struct ipsec_sp *old,
				       struct netlink_ext_ack *extack)
{
	struct ipsec_sp *sp = ipsec_spd_sp_new();
	int err;

	if (!sp)
		return ERR_PTR(-ENOMEM);
	err = old ? copy_row(sp, old) : 0;
	if (!err)
		err = parse_row(tb, sp, extack);
	if (err) {
		ipsec_spd_sp_free(sp);
		return ERR_PTR(err);
	}
	return sp;
}

int ipsec_nl_policy_place(const struct nlattr **tb, struct ipsec_nl_place *place,
			  struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[IPSEC_A_POLICY_PLACE], *id = tb[IPSEC_A_POLICY_PLACE_ID];
	bool beside;

	place->place = attr ? nla_get_u8(attr) : IPSEC_PLACE_TAIL;
	place->id = id ? nla_get_u32(id) : 0;
	place->attr = id;
	beside = place->place == IPSEC_PLACE_BEFORE || place->place == IPSEC_PLACE_AFTER;
	if (beside == !!id)
		return 0;
	return ipsec_nl_say(extack, id ?: attr, beside ?
			    "place: before or after which row? place-before names it" :
			    "place-before: head and tail need no row; leave it out");
}

static struct ipsec_sp *find_row(const struct ipsec_spd *spd, u32 id, const struct nlattr *attr,
				 struct netlink_ext_ack *extack)
{
	struct ipsec_sp *sp = ipsec_spd_by_id(spd, id);

	if (!sp)
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "%s: there is no policy with id %u",
					policy_words[nla_type(attr)], id);
	return sp;
}

int ipsec_nl_policy_ref(const struct ipsec_spd *spd, const struct ipsec_nl_place *place,
			struct ipsec_sp **ref, struct netlink_ext_ack *extack)
{
	*ref = NULL;
	if (!place->attr)
		return 0;
	*ref = find_row(spd, place->id, place->attr, extack);
	return *ref ? 0 : -ENOENT;
}

struct ipsec_sp *ipsec_nl_policy_find(const struct ipsec_spd *spd, const struct nlattr **tb,
				      struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[IPSEC_A_POLICY_ID];

	return find_row(spd, nla_get_u32(attr), attr, extack);
}

void ipsec_nl_policy_warn(const struct ipsec_spd *spd, const struct ipsec_sp *sp,
			  struct netlink_ext_ack *extack)
{
	const struct ipsec_sp *shadow = ipsec_spd_shadow(spd, sp);
	const struct ipsec_sp *shadowed = shadow ? sp : ipsec_spd_shadowed(spd, sp);

	if (shadowed)
		NL_SET_ERR_MSG_FMT(extack, "row %u can never match: row %u covers it",
				   ipsec_spd_number(spd, shadowed),
				   ipsec_spd_number(spd, shadow ?: sp));
}

static int put_selector(struct sk_buff *msg, const struct ipsec_selector *sel)
{
	int err = nla_put_u8(msg, IPSEC_A_POLICY_FAMILY, sel->family) ?:
		  ipsec_nl_put_prefixes(msg, IPSEC_A_POLICY_SRC, sel);

	if (!err && sel->proto)
		err = nla_put_u8(msg, IPSEC_A_POLICY_PROTO, sel->proto);
	if (!err && (sel->sport_min || sel->sport_max != U16_MAX))
		err = nla_put_u16(msg, IPSEC_A_POLICY_SRC_PORT_MIN, sel->sport_min) ?:
		      nla_put_u16(msg, IPSEC_A_POLICY_SRC_PORT_MAX, sel->sport_max);
	if (!err && (sel->dport_min || sel->dport_max != U16_MAX))
		err = nla_put_u16(msg, IPSEC_A_POLICY_DST_PORT_MIN, sel->dport_min) ?:
		      nla_put_u16(msg, IPSEC_A_POLICY_DST_PORT_MAX, sel->dport_max);
	return err;
}

static int put_counters(struct sk_buff *msg, const struct ipsec_sp *sp)
{
	struct ipsec_sp_cpu sum;
	int err;

	ipsec_spd_sum(sp, &sum);
	err = ipsec_nl_put_u64(msg, IPSEC_A_POLICY_OUT_PACKETS, sum.out_packets) ?:
	      ipsec_nl_put_u64(msg, IPSEC_A_POLICY_OUT_BYTES, sum.out_bytes) ?:
	      ipsec_nl_put_u64(msg, IPSEC_A_POLICY_IN_PACKETS, sum.in_packets) ?:
	      ipsec_nl_put_u64(msg, IPSEC_A_POLICY_IN_BYTES, sum.in_bytes);
	if (!err && sum.last_hit)
		err = ipsec_nl_put_u64(msg, IPSEC_A_POLICY_LAST_HIT_MS,
				       jiffies_to_msecs(jiffies - sum.last_hit));
	return err;
}

int ipsec_nl_policy_put(struct sk_buff *msg, const struct ipsec_spd *spd,
			const struct ipsec_sp *sp)
{
	const struct ipsec_sp *shadow = ipsec_spd_shadow(spd, sp);
	int err = nla_put_u32(msg, IPSEC_A_POLICY_ID, sp->id) ?:
		  put_selector(msg, &sp->sel) ?:
		  nla_put_u8(msg, IPSEC_A_POLICY_ACTION, sp->action) ?:
		  nla_put_u8(msg, IPSEC_A_POLICY_LEVEL, sp->level) ?:
		  nla_put_u8(msg, IPSEC_A_POLICY_PROTOCOLS, sp->protocols) ?:
		  nla_put_u8(msg, IPSEC_A_POLICY_MODE, sp->mode) ?:
		  ipsec_nl_put_u64(msg, IPSEC_A_POLICY_COOKIE, sp->cookie) ?:
		  nla_put_u32(msg, IPSEC_A_POLICY_FLAGS, sp->flags) ?:
		  put_counters(msg, sp);

	if (!err && sp->family)
		err = ipsec_notify_put_addr(msg, IPSEC_A_POLICY_LOCAL, &sp->local, sp->family) ?:
		      ipsec_notify_put_addr(msg, IPSEC_A_POLICY_REMOTE, &sp->remote, sp->family);
	if (!err && sp->comment)
		err = nla_put_string(msg, IPSEC_A_POLICY_COMMENT, sp->comment);
	if (!err && sp->tcp_mss)
		err = nla_put_u16(msg, IPSEC_A_POLICY_TCP_MSS, sp->tcp_mss);
	if (!err && shadow)
		err = nla_put_u32(msg, IPSEC_A_POLICY_SHADOWED_BY, shadow->id);
	return err;
}
