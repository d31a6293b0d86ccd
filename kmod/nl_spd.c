// SPDX-License-Identifier: GPL-2.0
#include "nl_spd.h"
#include "flowtable.h"
#include "output.h"

#define TB_LEN	(IPSEC_A_POLICY_MAX + 1)

/* The one policy of a request, or an error. */
static int parse_one(const struct genl_info *info, const struct nlattr **tb)
{
	const struct nlattr *attr = ipsec_nl_only(info, IPSEC_A_POLICY, "policy");

	if (!attr)
		return -EINVAL;
	return ipsec_nl_policy_parse(info->genlhdr->cmd, tb, attr, info->extack);
}

static int fill(struct sk_buff *msg, const struct nlmsghdr *req, u32 portid, int flags,
		const struct ipsec_spd *spd, const struct ipsec_sp *sp,
		struct netlink_callback *cb)
{
	struct nlattr *nest;
	struct nlmsghdr *nlh = ipsec_nl_begin(msg, req, portid, flags, IPSEC_CMD_POLICY_GET,
					      IPSEC_A_POLICY, &nest);

	if (!nlh)
		return -EMSGSIZE;
	if (ipsec_nl_policy_put(msg, spd, sp)) {
		nlmsg_cancel(msg, nlh);
		return -EMSGSIZE;
	}
	if (cb)
		nl_dump_check_consistent(cb, nlh);
	nla_nest_end(msg, nest);
	nlmsg_end(msg, nlh);
	return 0;
}

void ipsec_nl_spd_remove(struct ipsec_pernet *pn, struct ipsec_sp *sp)
{
	/*
	 * The row may be freed a grace period after it was unlinked. We are a reader until the
	 * generation is bumped: no cache can hold the row longer than its memory lasts.
	 */
	rcu_read_lock();
	ipsec_spd_del(&pn->spd, sp);
	ipsec_generation_bump(&pn->generation);
	rcu_read_unlock();
}

/*
 * After a change: packets that were held may find another row, and those that pass the
 * policies by may no longer. The caller holds no mutex.
 */
static int finish(struct ipsec_pernet *pn, struct netlink_ext_ack *extack, int err)
{
	if (!err) {
		ipsec_flowtable_sweep(pn);
		ipsec_acquire_release(&pn->acquire, &ipsec_output_acquire_ops);
	}
	return ipsec_nl_error(extack, err);
}

/* Add a row that was built; on success the table owns it. The caller holds spd->mutex. */
static int add_row(struct ipsec_pernet *pn, struct ipsec_sp *sp,
		   const struct ipsec_nl_place *place, struct netlink_ext_ack *extack)
{
	struct ipsec_sp *ref;
	int err;

	err = ipsec_pernet_arm_policy(pn, sp) ?:
	      ipsec_nl_policy_ref(&pn->spd, place, &ref, extack) ?:
	      ipsec_spd_add(&pn->spd, sp, place->place, ref);
	if (!err)
		ipsec_generation_bump(&pn->generation);
	return err;
}

int ipsec_nl_spd_new(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_pernet *pn = ipsec_pernet(genl_info_net(info));
	const struct nlattr *tb[TB_LEN];
	struct ipsec_nl_place place;
	struct sk_buff *msg = NULL;
	struct ipsec_sp *sp;
	int err;

	err = parse_one(info, tb) ?: ipsec_nl_policy_place(tb, &place, info->extack);
	if (err)
		return err;
	if (info->nlhdr->nlmsg_flags & NLM_F_ECHO) {
		msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
		if (!msg)
			return ipsec_nl_error(info->extack, -ENOMEM);
	}
	sp = ipsec_nl_policy_build(tb, NULL, info->extack);
	if (IS_ERR(sp)) {
		nlmsg_free(msg);
		return ipsec_nl_error(info->extack, PTR_ERR(sp));
	}
	mutex_lock(&pn->spd.mutex);
	err = add_row(pn, sp, &place, info->extack);
	if (!err)
		ipsec_nl_policy_warn(&pn->spd, sp, info->extack);
	if (!err && msg)
		WARN_ON_ONCE(fill(msg, info->nlhdr, info->snd_portid, 0, &pn->spd, sp, NULL));
	mutex_unlock(&pn->spd.mutex);
	if (finish(pn, info->extack, err)) {
		ipsec_spd_sp_free(sp);
		nlmsg_free(msg);
		return err;
	}
	return msg ? genlmsg_reply(msg, info) : 0;
}

static int set_row(struct ipsec_pernet *pn, const struct nlattr **tb,
		   struct netlink_ext_ack *extack)
{
	struct ipsec_sp *old, *sp;
	int err;

	old = ipsec_nl_policy_find(&pn->spd, tb, extack);
	if (!old)
		return -ENOENT;
	sp = ipsec_nl_policy_build(tb, old, extack);
	if (IS_ERR(sp))
		return PTR_ERR(sp);
	err = ipsec_pernet_arm_policy(pn, sp) ?:
	      ipsec_spd_add(&pn->spd, sp, IPSEC_PLACE_BEFORE, old);
	if (err) {
		ipsec_spd_sp_free(sp);
		return err;
	}
	ipsec_nl_spd_remove(pn, old);
	ipsec_nl_policy_warn(&pn->spd, sp, extack);
	return 0;
}

int ipsec_nl_spd_set(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_pernet *pn = ipsec_pernet(genl_info_net(info));
	const struct nlattr *tb[TB_LEN];
	int err = parse_one(info, tb);

	if (err)
		return err;
	mutex_lock(&pn->spd.mutex);
	err = set_row(pn, tb, info->extack);
	mutex_unlock(&pn->spd.mutex);
	return finish(pn, info->extack, err);
}

int ipsec_nl_spd_del(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_pernet *pn = ipsec_pernet(genl_info_net(info));
	const struct nlattr *tb[TB_LEN];
	struct ipsec_sp *sp;
	int err = parse_one(info, tb);

	if (err)
		return err;
	mutex_lock(&pn->spd.mutex);
	sp = ipsec_nl_policy_find(&pn->spd, tb, info->extack);
	if (sp)
		ipsec_nl_spd_remove(pn, sp);
	mutex_unlock(&pn->spd.mutex);
	return finish(pn, info->extack, sp ? 0 : -ENOENT);
}

int ipsec_nl_spd_get(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_pernet *pn = ipsec_pernet(genl_info_net(info));
	const struct nlattr *tb[TB_LEN];
	struct sk_buff *msg;
	struct ipsec_sp *sp;
	int err = parse_one(info, tb);

	if (err)
		return err;
	msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return ipsec_nl_error(info->extack, -ENOMEM);
	mutex_lock(&pn->spd.mutex);
	sp = ipsec_nl_policy_find(&pn->spd, tb, info->extack);
	err = sp ? fill(msg, info->nlhdr, info->snd_portid, 0, &pn->spd, sp, NULL) : -ENOENT;
	mutex_unlock(&pn->spd.mutex);
	if (err) {
		nlmsg_free(msg);
		return ipsec_nl_error(info->extack, err);
	}
	return genlmsg_reply(msg, info);
}

int ipsec_nl_spd_move(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_pernet *pn = ipsec_pernet(genl_info_net(info));
	const struct nlattr *tb[TB_LEN];
	struct ipsec_sp *sp, *ref;
	struct ipsec_nl_place place;
	int err;

	err = parse_one(info, tb) ?: ipsec_nl_policy_place(tb, &place, info->extack);
	if (err)
		return err;
	mutex_lock(&pn->spd.mutex);
	sp = ipsec_nl_policy_find(&pn->spd, tb, info->extack);
	err = sp ? ipsec_nl_policy_ref(&pn->spd, &place, &ref, info->extack) : -ENOENT;
	if (!err && sp == ref)
		err = ipsec_nl_say(info->extack, place.attr,
				   "place-before: a row cannot stand beside itself");
	if (!err) {
		err = ipsec_spd_move(&pn->spd, sp, place.place, ref);
		ipsec_generation_bump(&pn->generation);
	}
	if (!err)
		ipsec_nl_policy_warn(&pn->spd, sp, info->extack);
	mutex_unlock(&pn->spd.mutex);
	return finish(pn, info->extack, err);
}

int ipsec_nl_spd_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_pernet *pn = ipsec_pernet(genl_info_net(info));
	const struct nlattr *tb[TB_LEN];
	struct ipsec_sp *sp, *next;
	int err;

	if (info->attrs[IPSEC_A_POLICY])
		err = parse_one(info, tb);
	else
		err = ipsec_nl_policy_parse(IPSEC_CMD_POLICY_FLUSH, tb, NULL, info->extack);
	if (err)
		return err;
	mutex_lock(&pn->spd.mutex);
	list_for_each_entry_safe(sp, next, &pn->spd.rows, list) {
		if (!(sp->flags & IPSEC_POLICY_F_BUILTIN) || tb[IPSEC_A_POLICY_BUILTIN])
			ipsec_nl_spd_remove(pn, sp);
	}
	mutex_unlock(&pn->spd.mutex);
	return finish(pn, info->extack, 0);
}

/**
 * struct dump_state - where a dump of the table goes on
 * @begun: there is a row @id that was dumped last
 * @id: its id
 * @rank: its rank, for when it is gone
 */
struct dump_state {
	bool begun;
	u32 id;
	unsigned long rank;
};

/* The row to dump next, or NULL at the end. */
static struct ipsec_sp *dump_next(struct ipsec_spd *spd, const struct dump_state *st)
{
	struct ipsec_sp *sp;

	if (!st->begun)
		return list_first_entry_or_null(&spd->rows, struct ipsec_sp, list);
	sp = ipsec_spd_by_id(spd, st->id);
	if (sp)
		return list_is_last(&sp->list, &spd->rows) ? NULL : list_next_entry(sp, list);
	list_for_each_entry(sp, &spd->rows, list) {
		if (ipsec_spd_rank(sp) > st->rank)
			return sp;
	}
	return NULL;
}

static int dump_part(struct sk_buff *msg, struct netlink_callback *cb, struct ipsec_pernet *pn,
		     struct dump_state *st)
{
	struct ipsec_spd *spd = &pn->spd;
	struct ipsec_sp *sp = dump_next(spd, st);

	cb->seq = (unsigned int)ipsec_generation_read(&pn->generation) ?: 1;
	for (; sp; sp = dump_next(spd, st)) {
		if (fill(msg, cb->nlh, NETLINK_CB(cb->skb).portid, NLM_F_MULTI, spd, sp, cb))
			return msg->len ?: -EMSGSIZE;
		*st = (struct dump_state) {
			.begun = true, .id = sp->id, .rank = ipsec_spd_rank(sp),
		};
	}
	return msg->len;
}

int ipsec_nl_spd_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct ipsec_pernet *pn = ipsec_pernet(sock_net(cb->skb->sk));
	const struct nlattr *attr = genl_info_dump(cb)->attrs[IPSEC_A_POLICY];
	struct dump_state *st = (struct dump_state *)cb->ctx;
	int len;

	BUILD_BUG_ON(sizeof(*st) > sizeof(cb->ctx));
	if (attr)
		return ipsec_nl_say(cb->extack, attr, "policy: a dump has all rows and takes none");
	mutex_lock(&pn->spd.mutex);
	len = dump_part(msg, cb, pn, st);
	mutex_unlock(&pn->spd.mutex);
	return len;
}
