// SPDX-License-Identifier: GPL-2.0
#include "nl_explain.h"
#include "flow.h"
#include "output.h"

#define BIT_OF(attr)	BIT_ULL(IPSEC_A_EXPLAIN_##attr)

/* The rows take 28 bytes each at most. */
#define ANSWER_BYTES	(IPSEC_EXPLAIN_ROWS_MAX * 32 + 1024)

const struct nla_policy ipsec_nl_explain_attrs[IPSEC_A_EXPLAIN_MAX + 1] = {
	[IPSEC_A_EXPLAIN_SRC]		= IPSEC_NL_ADDR,
	[IPSEC_A_EXPLAIN_DST]		= IPSEC_NL_ADDR,
	[IPSEC_A_EXPLAIN_PROTO]		= { .type = NLA_U8 },
	[IPSEC_A_EXPLAIN_SPORT]		= { .type = NLA_U16 },
	[IPSEC_A_EXPLAIN_DPORT]		= { .type = NLA_U16 },
	[IPSEC_A_EXPLAIN_DIR]		= NLA_POLICY_RANGE(NLA_U8, IPSEC_SA_DIR_IN,
							   IPSEC_SA_DIR_OUT),
	[IPSEC_A_EXPLAIN_POLICY_ID]	= IPSEC_NL_ANSWER("policy"),
	[IPSEC_A_EXPLAIN_ACTION]	= IPSEC_NL_ANSWER("action"),
	[IPSEC_A_EXPLAIN_SA_ID]		= IPSEC_NL_ANSWER("sa"),
	[IPSEC_A_EXPLAIN_SPI]		= IPSEC_NL_ANSWER("spi"),
	[IPSEC_A_EXPLAIN_PAYLOAD_MTU]	= IPSEC_NL_ANSWER("payload-mtu"),
	[IPSEC_A_EXPLAIN_REASON]	= IPSEC_NL_ANSWER("reason"),
	[IPSEC_A_EXPLAIN_ROWS]		= IPSEC_NL_ANSWER("rows"),
	[IPSEC_A_EXPLAIN_ROW]		= IPSEC_NL_ANSWER("row"),
	[IPSEC_A_EXPLAIN_ROW_ID]	= IPSEC_NL_ANSWER("row id"),
	[IPSEC_A_EXPLAIN_ROW_FIELD]	= IPSEC_NL_ANSWER("row field"),
	[IPSEC_A_EXPLAIN_ROWS_OMITTED]	= IPSEC_NL_ANSWER("rows-omitted"),
	[IPSEC_A_EXPLAIN_AH_SA_ID]	= IPSEC_NL_ANSWER("ah-sa"),
	[IPSEC_A_EXPLAIN_AH_SPI]	= IPSEC_NL_ANSWER("ah-spi"),
	[IPSEC_A_EXPLAIN_MISSING]	= IPSEC_NL_ANSWER("missing-sas"),
};

static const char *const explain_words[IPSEC_A_EXPLAIN_MAX + 1] = {
	[IPSEC_A_EXPLAIN_SRC]		= "src-address",
	[IPSEC_A_EXPLAIN_DST]		= "dst-address",
	[IPSEC_A_EXPLAIN_PROTO]		= "protocol",
	[IPSEC_A_EXPLAIN_SPORT]		= "src-port",
	[IPSEC_A_EXPLAIN_DPORT]		= "dst-port",
	[IPSEC_A_EXPLAIN_DIR]		= "direction",
};

static const struct ipsec_nl_nest explain_nest = {
	.max = IPSEC_A_EXPLAIN_MAX,
	.policy = ipsec_nl_explain_attrs,
	.names = explain_words,
};

static int parse(const struct genl_info *info, struct ipsec_explain *ex)
{
	const struct nlattr *attr = ipsec_nl_only(info, IPSEC_A_EXPLAIN, "explain");
	const struct nlattr *tb[IPSEC_A_EXPLAIN_MAX + 1];
	struct ipsec_flow *fl = &ex->flow;
	u8 family;
	int err;

	if (!attr)
		return -EINVAL;
	err = ipsec_nl_parse(&explain_nest, tb, attr,
			     BIT_OF(SRC) | BIT_OF(DST) | BIT_OF(PROTO) | BIT_OF(SPORT) |
			     BIT_OF(DPORT) | BIT_OF(DIR), BIT_OF(SRC) | BIT_OF(DST),
			     info->extack) ?:
	      ipsec_nl_addr(&explain_nest, tb[IPSEC_A_EXPLAIN_SRC], &fl->src, &fl->family,
			    info->extack) ?:
	      ipsec_nl_addr(&explain_nest, tb[IPSEC_A_EXPLAIN_DST], &fl->dst, &family,
			    info->extack);
	if (err)
		return err;
	if (family != fl->family)
		return ipsec_nl_say(info->extack, tb[IPSEC_A_EXPLAIN_DST],
				    "dst-address: must be of the family of src-address");
	if (tb[IPSEC_A_EXPLAIN_PROTO])
		fl->proto = nla_get_u8(tb[IPSEC_A_EXPLAIN_PROTO]);
	if (tb[IPSEC_A_EXPLAIN_SPORT])
		fl->sport = nla_get_u16(tb[IPSEC_A_EXPLAIN_SPORT]);
	if (tb[IPSEC_A_EXPLAIN_DPORT])
		fl->dport = nla_get_u16(tb[IPSEC_A_EXPLAIN_DPORT]);
	ex->dir = tb[IPSEC_A_EXPLAIN_DIR] ? nla_get_u8(tb[IPSEC_A_EXPLAIN_DIR]) :
					    IPSEC_SA_DIR_OUT;
	return 0;
}

static int put_question(struct sk_buff *msg, const struct ipsec_explain *ex)
{
	const struct ipsec_flow *fl = &ex->flow;

	return ipsec_notify_put_addr(msg, IPSEC_A_EXPLAIN_SRC, &fl->src, fl->family) ?:
	       ipsec_notify_put_addr(msg, IPSEC_A_EXPLAIN_DST, &fl->dst, fl->family) ?:
	       nla_put_u8(msg, IPSEC_A_EXPLAIN_PROTO, fl->proto) ?:
	       nla_put_u16(msg, IPSEC_A_EXPLAIN_SPORT, fl->sport) ?:
	       nla_put_u16(msg, IPSEC_A_EXPLAIN_DPORT, fl->dport) ?:
	       nla_put_u8(msg, IPSEC_A_EXPLAIN_DIR, ex->dir);
}

static int put_verdict(struct sk_buff *msg, const struct ipsec_explain *ex)
{
	int err = nla_put_u8(msg, IPSEC_A_EXPLAIN_ACTION, ex->action);

	if (!err && ex->sp)
		err = nla_put_u32(msg, IPSEC_A_EXPLAIN_POLICY_ID, ex->sp->id);
	if (!err && ex->sa)
		err = nla_put_u32(msg, IPSEC_A_EXPLAIN_SA_ID, ex->sa->id) ?:
		      nla_put_be32(msg, IPSEC_A_EXPLAIN_SPI, ex->sa->spi);
	if (!err && ex->outer)
		err = nla_put_u32(msg, IPSEC_A_EXPLAIN_AH_SA_ID, ex->outer->id) ?:
		      nla_put_be32(msg, IPSEC_A_EXPLAIN_AH_SPI, ex->outer->spi);
	if (!err && ex->missing)
		err = nla_put_u8(msg, IPSEC_A_EXPLAIN_MISSING, ex->missing);
	if (!err && ex->payload_mtu)
		err = nla_put_u32(msg, IPSEC_A_EXPLAIN_PAYLOAD_MTU, ex->payload_mtu);
	if (!err && ex->reason != IPSEC_REASON_NONE)
		err = nla_put_string(msg, IPSEC_A_EXPLAIN_REASON,
				     ipsec_stats_reason_name(ex->reason));
	return err;
}

static int put_row(struct sk_buff *msg, u32 id, const char *field)
{
	struct nlattr *nest = nla_nest_start(msg, IPSEC_A_EXPLAIN_ROW);

	if (!nest || nla_put_u32(msg, IPSEC_A_EXPLAIN_ROW_ID, id) ||
	    nla_put_string(msg, IPSEC_A_EXPLAIN_ROW_FIELD, field))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* The rows before the one that matched, each with the first thing that differs. */
static int put_rows(struct sk_buff *msg, const struct ipsec_spd *spd,
		    const struct ipsec_explain *ex)
{
	struct nlattr *nest = nla_nest_start(msg, IPSEC_A_EXPLAIN_ROWS);
	struct ipsec_flow fl = ex->flow;
	const struct ipsec_sp *sp;
	u32 rows = 0, omitted = 0;

	if (!nest)
		return -EMSGSIZE;
	if (ex->dir == IPSEC_SA_DIR_IN)
		ipsec_flow_flip(&fl, &ex->flow);
	list_for_each_entry(sp, &spd->rows, list) {
		const char *field;

		if (sp == ex->sp)
			break;
		if (rows == IPSEC_EXPLAIN_ROWS_MAX) {
			omitted++;
			continue;
		}
		field = ipsec_selector_mismatch(&sp->sel, &fl);
		/* The classifier must not have passed over a row that matches. */
		if (WARN_ON_ONCE(!field))
			continue;
		if (put_row(msg, sp->id, field))
			return -EMSGSIZE;
		rows++;
	}
	nla_nest_end(msg, nest);
	return omitted ? nla_put_u32(msg, IPSEC_A_EXPLAIN_ROWS_OMITTED, omitted) : 0;
}

static int answer(struct sk_buff *msg, struct ipsec_pernet *pn, struct ipsec_explain *ex)
{
	int err;

	rcu_read_lock();
	local_bh_disable();
	ipsec_output_explain(pn, ex);
	err = put_question(msg, ex) ?: put_verdict(msg, ex);
	local_bh_enable();
	rcu_read_unlock();
	return err ?: put_rows(msg, &pn->spd, ex);
}

int ipsec_nl_explain(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_pernet *pn = ipsec_pernet(genl_info_net(info));
	struct ipsec_explain ex = { .reason = IPSEC_REASON_NONE };
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	struct sk_buff *msg;
	int err = parse(info, &ex);

	if (err)
		return err;
	msg = nlmsg_new(ANSWER_BYTES, GFP_KERNEL);
	if (!msg)
		return ipsec_nl_error(info->extack, -ENOMEM);
	nlh = ipsec_nl_begin(msg, info->nlhdr, info->snd_portid, 0, IPSEC_CMD_EXPLAIN,
			     IPSEC_A_EXPLAIN, &nest);
	/* The rows stay as the verdict saw them. */
	mutex_lock(&pn->spd.mutex);
	err = nlh ? answer(msg, pn, &ex) : -EMSGSIZE;
	mutex_unlock(&pn->spd.mutex);
	if (err) {
		nlmsg_free(msg);
		return ipsec_nl_error(info->extack, err);
	}
	nla_nest_end(msg, nest);
	nlmsg_end(msg, nlh);
	return genlmsg_reply(msg, info);
}
