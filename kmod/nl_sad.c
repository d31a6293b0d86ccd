// SPDX-License-Identifier: GPL-2.0
#include "nl_sad.h"
#include "output.h"

#define TB_LEN	(IPSEC_A_SA_MAX + 1)

/* The one SA of a request, or an error. */
static int parse_one(const struct genl_info *info, const struct nlattr **tb)
{
	const struct nlattr *attr = ipsec_nl_only(info, IPSEC_A_SA, "sa");

	if (!attr)
		return -EINVAL;
	return ipsec_nl_sa_parse(info->genlhdr->cmd, tb, attr, info->extack);
}

static int fill(struct sk_buff *msg, const struct nlmsghdr *req, u32 portid, int flags,
		struct ipsec_sa *sa, bool keys, struct netlink_callback *cb)
{
	struct nlattr *nest;
	struct nlmsghdr *nlh = ipsec_nl_begin(msg, req, portid, flags, IPSEC_CMD_SA_GET,
					      IPSEC_A_SA, &nest);

	if (!nlh)
		return -EMSGSIZE;
	if (ipsec_nl_sa_put(msg, sa, keys)) {
		nlmsg_cancel(msg, nlh);
		return -EMSGSIZE;
	}
	if (cb)
		nl_dump_check_consistent(cb, nlh);
	nla_nest_end(msg, nest);
	nlmsg_end(msg, nlh);
	return 0;
}

static int add_larval(struct ipsec_pernet *pn, struct ipsec_sa *sa, struct netlink_ext_ack *extack)
{
	int err;

	if (!sa->spi) {
		sa->spi = ipsec_sad_pick_spi(&pn->sad);
		if (!sa->spi) {
			NL_SET_ERR_MSG(extack, "spi: none is free");
			return -ENOSPC;
		}
	}
	err = ipsec_sad_add(&pn->sad, sa, extack);
	if (!err)
		ipsec_nl_sa_build_start(sa);
	return err;
}

static int add_mature(struct ipsec_pernet *pn, struct ipsec_sa *sa, struct netlink_ext_ack *extack)
{
	int err = ipsec_sad_add(&pn->sad, sa, extack);

	if (err)
		return err;
	ipsec_nl_sa_build_start(sa);
	ipsec_nl_sa_build_warn(pn, sa, extack);
	return 0;
}

/* Add an SA and answer it if @msg; consumes both. */
static int add_and_answer(struct ipsec_pernet *pn, struct ipsec_sa *sa, struct sk_buff *msg,
			  int (*add)(struct ipsec_pernet *pn, struct ipsec_sa *sa,
				     struct netlink_ext_ack *extack), struct genl_info *info)
{
	int err;

	mutex_lock(&pn->spd.mutex);
	mutex_lock(&pn->sad.mutex);
	err = ipsec_pernet_arm_sa(pn, sa) ?:
	      ipsec_nl_sa_build_check_policy(&pn->spd, sa, info->extack) ?:
	      add(pn, sa, info->extack);
	if (!err && msg)
		WARN_ON_ONCE(fill(msg, info->nlhdr, info->snd_portid, 0, sa, false, NULL));
	mutex_unlock(&pn->sad.mutex);
	mutex_unlock(&pn->spd.mutex);
	if (err) {
		ipsec_sa_abort(sa);
		nlmsg_free(msg);
		return ipsec_nl_error(info->extack, err);
	}
	ipsec_acquire_release(&pn->acquire, &ipsec_output_acquire_ops);
	return msg ? genlmsg_reply(msg, info) : 0;
}

int ipsec_nl_sad_spi_alloc(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_pernet *pn = ipsec_pernet(genl_info_net(info));
	const struct nlattr *tb[TB_LEN];
	struct ipsec_sa *sa;
	struct sk_buff *msg;
	int err = parse_one(info, tb);

	if (err)
		return err;
	msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	sa = msg ? ipsec_nl_sa_build_larval(pn, tb, info->extack) : ERR_PTR(-ENOMEM);
	if (IS_ERR(sa)) {
		nlmsg_free(msg);
		return ipsec_nl_error(info->extack, PTR_ERR(sa));
	}
	return add_and_answer(pn, sa, msg, add_larval, info);
}

int ipsec_nl_sad_new(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_pernet *pn = ipsec_pernet(genl_info_net(info));
	bool echo = info->nlhdr->nlmsg_flags & NLM_F_ECHO;
	const struct nlattr *tb[TB_LEN];
	struct sk_buff *msg = NULL;
	struct ipsec_sa *sa;
	int err = parse_one(info, tb);

	if (err)
		return err;
	if (echo)
		msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	sa = msg || !echo ? ipsec_nl_sa_build_mature(pn, tb, info->extack) : ERR_PTR(-ENOMEM);
	if (IS_ERR(sa)) {
		nlmsg_free(msg);
		return ipsec_nl_error(info->extack, PTR_ERR(sa));
	}
	return add_and_answer(pn, sa, msg, add_mature, info);
}

int ipsec_nl_sad_update(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_pernet *pn = ipsec_pernet(genl_info_net(info));
	const struct nlattr *tb[TB_LEN];
	struct ipsec_sa *sa;
	int err = parse_one(info, tb);

	if (err)
		return err;
	mutex_lock(&pn->sad.mutex);
	sa = ipsec_nl_sa_find(&pn->sad, tb, info->extack);
	err = IS_ERR(sa) ? PTR_ERR(sa) : ipsec_nl_sa_build_update(sa, tb, info->extack);
	mutex_unlock(&pn->sad.mutex);
	return ipsec_nl_error(info->extack, err);
}

int ipsec_nl_sad_del(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_pernet *pn = ipsec_pernet(genl_info_net(info));
	const struct nlattr *tb[TB_LEN];
	struct ipsec_sa *sa;
	int err = parse_one(info, tb);

	if (err)
		return err;
	mutex_lock(&pn->sad.mutex);
	sa = ipsec_nl_sa_find(&pn->sad, tb, info->extack);
	if (!IS_ERR(sa))
		ipsec_sad_del(&pn->sad, sa);
	mutex_unlock(&pn->sad.mutex);
	return PTR_ERR_OR_ZERO(sa);
}

/*
 * GENL_ADMIN_PERM has asked already; keys are asked for once more here, where nobody can
 * loosen it by the way.
 */
static int may_show_keys(struct sk_buff *skb, const struct nlattr **tb, bool *keys,
			 struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[IPSEC_A_SA_SHOW_KEYS];

	*keys = attr;
	if (!attr || netlink_capable(skb, CAP_NET_ADMIN))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "show-sensitive: keys are for the administrator alone");
	return -EPERM;
}

int ipsec_nl_sad_get(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_pernet *pn = ipsec_pernet(genl_info_net(info));
	const struct nlattr *tb[TB_LEN];
	struct sk_buff *msg;
	struct ipsec_sa *sa;
	bool keys;
	int err;

	err = parse_one(info, tb) ?: may_show_keys(skb, tb, &keys, info->extack);
	if (err)
		return err;
	msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return ipsec_nl_error(info->extack, -ENOMEM);
	mutex_lock(&pn->sad.mutex);
	sa = ipsec_nl_sa_find(&pn->sad, tb, info->extack);
	err = IS_ERR(sa) ? PTR_ERR(sa) :
	      fill(msg, info->nlhdr, info->snd_portid, 0, sa, keys, NULL);
	mutex_unlock(&pn->sad.mutex);
	if (err) {
		nlmsg_free(msg);
		return ipsec_nl_error(info->extack, err);
	}
	return genlmsg_reply(msg, info);
}

int ipsec_nl_sad_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_pernet *pn = ipsec_pernet(genl_info_net(info));

	mutex_lock(&pn->sad.mutex);
	ipsec_sad_flush(&pn->sad);
	mutex_unlock(&pn->sad.mutex);
	return 0;
}

/**
 * struct dump_state - where a dump of the table goes on
 * @count: SAs dumped
 * @id: of the last of them
 * @keys: with their keys
 */
struct dump_state {
	unsigned int count;
	u32 id;
	bool keys;
};

static struct ipsec_sa *next_of(const struct ipsec_sad *sad, struct ipsec_sa *sa)
{
	return list_is_last(&sa->list, &sad->sas) ? NULL : list_next_entry(sa, list);
}

/* The SA to dump first in this part: after the last one or, if that is gone, where it stood. */
static struct ipsec_sa *dump_resume(struct ipsec_sad *sad, const struct dump_state *st)
{
	struct ipsec_sa *sa = st->count ? ipsec_sad_by_id(sad, st->id) : NULL;
	unsigned int i = 0;

	if (sa)
		return next_of(sad, sa);
	list_for_each_entry(sa, &sad->sas, list) {
		if (i++ == st->count)
			return sa;
	}
	return NULL;
}

static int dump_part(struct sk_buff *msg, struct netlink_callback *cb, struct ipsec_pernet *pn,
		     struct dump_state *st)
{
	struct ipsec_sa *sa = dump_resume(&pn->sad, st);

	cb->seq = (unsigned int)ipsec_generation_read(&pn->generation) ?: 1;
	for (; sa; sa = next_of(&pn->sad, sa)) {
		if (fill(msg, cb->nlh, NETLINK_CB(cb->skb).portid, NLM_F_MULTI, sa, st->keys, cb))
			return msg->len ?: -EMSGSIZE;
		st->id = sa->id;
		st->count++;
	}
	return msg->len;
}

int ipsec_nl_sad_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct ipsec_pernet *pn = ipsec_pernet(sock_net(cb->skb->sk));
	struct dump_state *st = (struct dump_state *)cb->ctx;
	const struct nlattr *tb[TB_LEN];
	int len, err;

	BUILD_BUG_ON(sizeof(*st) > sizeof(cb->ctx));
	if (!st->count) {
		err = ipsec_nl_sa_parse(IPSEC_CMD_SA_GET, tb, genl_info_dump(cb)->attrs[IPSEC_A_SA],
					cb->extack) ?:
		      may_show_keys(cb->skb, tb, &st->keys, cb->extack);
		if (err)
			return err;
		if (tb[IPSEC_A_SA_ID] || tb[IPSEC_A_SA_SPI] || tb[IPSEC_A_SA_DST] ||
		    tb[IPSEC_A_SA_PROTO])
			return ipsec_nl_say(cb->extack, tb[IPSEC_A_SA_ID],
					    "id: a dump has all SAs and takes none");
	}
	mutex_lock(&pn->sad.mutex);
	len = dump_part(msg, cb, pn, st);
	mutex_unlock(&pn->sad.mutex);
	return len;
}
