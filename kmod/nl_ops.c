// SPDX-License-Identifier: GPL-2.0
#include "nl_ops.h"
#include "nl_sa_build.h"

static const struct nla_policy op_attrs[IPSEC_A_OP_MAX + 1] = {
	[IPSEC_A_OP_CMD]	= { .type = NLA_U32 },
	[IPSEC_A_OP_POLICY]	= NLA_POLICY_NESTED(ipsec_nl_policy_attrs),
	[IPSEC_A_OP_SA]		= NLA_POLICY_NESTED(ipsec_nl_sa_attrs),
};

const struct nla_policy ipsec_nl_ops_attrs[IPSEC_A_OP + 1] = {
	[IPSEC_A_OP]	= NLA_POLICY_NESTED(op_attrs),
};

static const char *const op_words[IPSEC_A_OP_MAX + 1] = {
	[IPSEC_A_OP_CMD]	= "command",
	[IPSEC_A_OP_POLICY]	= "policy",
	[IPSEC_A_OP_SA]		= "sa",
};

static const struct ipsec_nl_nest op_nest = {
	.max = IPSEC_A_OP_MAX,
	.policy = op_attrs,
	.names = op_words,
};

void ipsec_nl_ops_wipe(const struct nlattr *nest)
{
	const struct nlattr *op, *a;
	int rem, rem_op;

	nla_for_each_nested(op, nest, rem) {
		nla_for_each_nested(a, op, rem_op) {
			if (nla_type(a) == IPSEC_A_OP_SA)
				ipsec_nl_sa_wipe(a);
		}
	}
}

static int read_policy_new(struct ipsec_nl_op *op, struct netlink_ext_ack *extack)
{
	const struct nlattr *tb[IPSEC_A_POLICY_MAX + 1];
	struct ipsec_sp *sp;
	int err;

	err = ipsec_nl_policy_parse(op->cmd, tb, op->nest, extack) ?:
	      ipsec_nl_policy_place(tb, &op->place, extack);
	if (err)
		return err;
	sp = ipsec_nl_policy_build(tb, NULL, extack);
	if (IS_ERR(sp))
		return PTR_ERR(sp);
	op->sp = sp;
	return 0;
}

static int read_sa_new(struct ipsec_nl_op *op, struct ipsec_pernet *pn,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *tb[IPSEC_A_SA_MAX + 1];
	struct ipsec_sa *sa;
	int err = ipsec_nl_sa_parse(op->cmd, tb, op->nest, extack);

	if (err)
		return err;
	sa = ipsec_nl_sa_build_mature(pn, tb, extack);
	if (IS_ERR(sa))
		return PTR_ERR(sa);
	op->sa = sa;
	return 0;
}

/* The nest that goes with the command, and no other. */
static int read_nest(struct ipsec_nl_op *op, struct netlink_ext_ack *extack)
{
	static const struct {
		u8 attr;
		bool required;
	} nests[] = {
		[IPSEC_CMD_POLICY_NEW]	 = { IPSEC_A_OP_POLICY, true },
		[IPSEC_CMD_POLICY_SET]	 = { IPSEC_A_OP_POLICY, true },
		[IPSEC_CMD_POLICY_DEL]	 = { IPSEC_A_OP_POLICY, true },
		[IPSEC_CMD_POLICY_FLUSH] = { IPSEC_A_OP_POLICY, false },
		[IPSEC_CMD_SA_NEW]	 = { IPSEC_A_OP_SA, true },
		[IPSEC_CMD_SA_DEL]	 = { IPSEC_A_OP_SA, true },
		[IPSEC_CMD_SA_FLUSH]	 = { IPSEC_A_OP_SA, false },
	};
	const u64 any = BIT_ULL(IPSEC_A_OP_CMD) | BIT_ULL(IPSEC_A_OP_POLICY) |
			BIT_ULL(IPSEC_A_OP_SA);
	const struct nlattr *tb[IPSEC_A_OP_MAX + 1];
	u64 nest;
	int err;

	err = ipsec_nl_parse(&op_nest, tb, op->attr, any, BIT_ULL(IPSEC_A_OP_CMD), extack);
	if (err)
		return err;
	op->cmd = nla_get_u32(tb[IPSEC_A_OP_CMD]);
	if (op->cmd >= ARRAY_SIZE(nests) || !nests[op->cmd].attr) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, tb[IPSEC_A_OP_CMD],
					"command: %u cannot be part of a transaction", op->cmd);
		return -EINVAL;
	}
	nest = BIT_ULL(nests[op->cmd].attr);
	op->nest = tb[nests[op->cmd].attr];
	return ipsec_nl_parse(&op_nest, tb, op->attr, nest | BIT_ULL(IPSEC_A_OP_CMD),
			      nests[op->cmd].required ? nest : 0, extack);
}

static int read_op(struct ipsec_nl_op *op, struct ipsec_pernet *pn,
		   struct netlink_ext_ack *extack)
{
	int err = read_nest(op, extack);

	if (err)
		return err;
	if (op->cmd == IPSEC_CMD_POLICY_NEW)
		return read_policy_new(op, extack);
	return op->cmd == IPSEC_CMD_SA_NEW ? read_sa_new(op, pn, extack) : 0;
}

static unsigned int count_ops(const struct nlmsghdr *nlh)
{
	const struct nlattr *nest, *attr;
	unsigned int count = 0;
	int rem, rem_op;

	nlmsg_for_each_attr(nest, nlh, GENL_HDRLEN, rem) {
		nla_for_each_nested(attr, nest, rem_op)
			count++;
	}
	return count;
}

int ipsec_nl_ops_read(struct ipsec_nl_ops *ops, struct ipsec_pernet *pn,
		      const struct genl_info *info)
{
	unsigned int count = count_ops(info->nlhdr);
	const struct nlattr *nest, *attr;
	int rem, rem_op, err;

	*ops = (struct ipsec_nl_ops) {};
	if (!count) {
		NL_SET_ERR_MSG(info->extack, "transaction: empty; one command at least is needed");
		return -EINVAL;
	}
	ops->op = kvcalloc(count, sizeof(*ops->op), GFP_KERNEL);
	if (!ops->op)
		return -ENOMEM;
	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, rem) {
		nla_for_each_nested(attr, nest, rem_op) {
			struct ipsec_nl_op *op = &ops->op[ops->count++];

			op->attr = attr;
			err = read_op(op, pn, info->extack);
			if (err)
				return err;
		}
	}
	return 0;
}

void ipsec_nl_ops_free(struct ipsec_nl_ops *ops)
{
	unsigned int i;

	for (i = 0; i < ops->count; i++) {
		ipsec_spd_sp_free(ops->op[i].sp);
		ipsec_sa_abort(ops->op[i].sa);
	}
	kvfree(ops->op);
}
