// SPDX-License-Identifier: GPL-2.0
#include "nl_transact.h"
#include "flowtable.h"
#include "nl_ops.h"
#include "nl_sa_build.h"
#include "nl_spd.h"
#include "output.h"

#include <linux/bsearch.h>
#include <linux/sort.h>

/**
 * struct leaving - what a transaction takes out of one table
 * @what: rows or SAs, sorted by address; may be NULL if there are none
 * @count: how many
 * @all: all that were there (a flush)
 */
struct leaving {
	const void **what;
	unsigned int count;
	bool all;
};

struct transaction {
	struct ipsec_pernet *pn;
	struct netlink_ext_ack *extack;
	struct ipsec_nl_ops ops;
	struct leaving rows;
	struct leaving sas;
};

static int by_address(const void *a, const void *b)
{
	const void *x = *(const void **)a, *y = *(const void **)b;

	return x < y ? -1 : x > y;
}

static bool is_leaving(const struct leaving *l, const void *what)
{
	return l->count && bsearch(&what, l->what, l->count, sizeof(*l->what), by_address);
}

/* Sorts; an error if something is there twice. */
static int sort_leaving(struct transaction *t, struct leaving *l, const char *word)
{
	unsigned int i;

	sort(l->what, l->count, sizeof(*l->what), by_address, NULL);
	for (i = 1; i < l->count; i++) {
		if (l->what[i] != l->what[i - 1])
			continue;
		NL_SET_ERR_MSG_FMT(t->extack, "%s: one is named twice in the transaction", word);
		return -EINVAL;
	}
	return 0;
}

static int resolve_policy(struct transaction *t, struct ipsec_nl_op *op)
{
	const struct nlattr *tb[IPSEC_A_POLICY_MAX + 1];
	int err = ipsec_nl_policy_parse(op->cmd, tb, op->nest, t->extack);

	if (err)
		return err;
	if (t->rows.all)
		return ipsec_nl_say(t->extack, op->attr,
				    "policy: set or remove beside a flush contradict each other");
	op->old_sp = ipsec_nl_policy_find(&t->pn->spd, tb, t->extack);
	if (!op->old_sp)
		return -ENOENT;
	t->rows.what[t->rows.count++] = op->old_sp;
	if (op->cmd == IPSEC_CMD_POLICY_DEL)
		return 0;
	op->sp = ipsec_nl_policy_build(tb, op->old_sp, t->extack);
	if (!IS_ERR(op->sp))
		return 0;
	err = PTR_ERR(op->sp);
	op->sp = NULL;
	return err;
}

static int resolve_policy_flush(struct transaction *t, struct ipsec_nl_op *op)
{
	const struct nlattr *tb[IPSEC_A_POLICY_MAX + 1];
	int err = ipsec_nl_policy_parse(op->cmd, tb, op->nest, t->extack);
	struct ipsec_sp *sp;

	if (err)
		return err;
	list_for_each_entry(sp, &t->pn->spd.rows, list) {
		if (!(sp->flags & IPSEC_POLICY_F_BUILTIN) || tb[IPSEC_A_POLICY_BUILTIN])
			t->rows.what[t->rows.count++] = sp;
	}
	return 0;
}

static int resolve_sa_del(struct transaction *t, struct ipsec_nl_op *op)
{
	const struct nlattr *tb[IPSEC_A_SA_MAX + 1];
	int err = ipsec_nl_sa_parse(op->cmd, tb, op->nest, t->extack);
	struct ipsec_sa *sa;

	if (err)
		return err;
	if (t->sas.all)
		return ipsec_nl_say(t->extack, op->attr,
				    "sa: remove beside a flush contradict each other");
	sa = ipsec_nl_sa_find(&t->pn->sad, tb, t->extack);
	if (IS_ERR(sa))
		return PTR_ERR(sa);
	op->old_sa = sa;
	t->sas.what[t->sas.count++] = sa;
	return 0;
}

static int resolve_sa_flush(struct transaction *t, struct ipsec_nl_op *op)
{
	const struct nlattr *tb[IPSEC_A_SA_MAX + 1];
	int err = ipsec_nl_sa_parse(op->cmd, tb, op->nest, t->extack);
	struct ipsec_sa *sa;

	if (err)
		return err;
	list_for_each_entry(sa, &t->pn->sad.sas, list)
		t->sas.what[t->sas.count++] = sa;
	return 0;
}

static int resolve_op(struct transaction *t, struct ipsec_nl_op *op)
{
	switch (op->cmd) {
	case IPSEC_CMD_POLICY_SET:
	case IPSEC_CMD_POLICY_DEL:
		return resolve_policy(t, op);
	case IPSEC_CMD_POLICY_FLUSH:
		return resolve_policy_flush(t, op);
	case IPSEC_CMD_SA_DEL:
		return resolve_sa_del(t, op);
	case IPSEC_CMD_SA_FLUSH:
		return resolve_sa_flush(t, op);
	case IPSEC_CMD_SA_NEW:
		return ipsec_nl_sa_build_check_policy(&t->pn->spd, op->sa, t->extack);
	}
	return 0;
}

static int blame(struct transaction *t, const struct ipsec_nl_op *op, int err)
{
	if (err && !t->extack->bad_attr)
		NL_SET_BAD_ATTR(t->extack, op->attr);
	return err;
}

/* A flush decides what else may be asked of its table, wherever in the request it stands. */
static int find_flushes(struct transaction *t)
{
	unsigned int i;

	for (i = 0; i < t->ops.count; i++) {
		struct ipsec_nl_op *op = &t->ops.op[i];
		bool *all = op->cmd == IPSEC_CMD_POLICY_FLUSH ? &t->rows.all :
			    op->cmd == IPSEC_CMD_SA_FLUSH ? &t->sas.all : NULL;

		if (all && *all)
			return ipsec_nl_say(t->extack, op->attr, "flush: one of a table is enough");
		if (all)
			*all = true;
	}
	return 0;
}

static int resolve_all(struct transaction *t)
{
	struct ipsec_pernet *pn = t->pn;
	unsigned int i;
	int err = find_flushes(t);

	if (err)
		return err;
	t->rows.what = kvmalloc_array(t->ops.count + pn->spd.count, sizeof(void *), GFP_KERNEL);
	t->sas.what = kvmalloc_array(t->ops.count + pn->sad.count, sizeof(void *), GFP_KERNEL);
	if (!t->rows.what || !t->sas.what)
		return -ENOMEM;
	for (i = 0; i < t->ops.count; i++) {
		err = blame(t, &t->ops.op[i], resolve_op(t, &t->ops.op[i]));
		if (err)
			return err;
	}
	return sort_leaving(t, &t->rows, "policy") ?: sort_leaving(t, &t->sas, "sa");
}

static int add_policy(struct transaction *t, struct ipsec_nl_op *op)
{
	struct ipsec_spd *spd = &t->pn->spd;
	struct ipsec_sp *ref = op->old_sp;
	u8 place = IPSEC_PLACE_BEFORE;
	int err = ipsec_pernet_arm_policy(t->pn, op->sp);

	if (err)
		return err;
	if (!op->old_sp) {
		place = op->place.place;
		err = ipsec_nl_policy_ref(spd, &op->place, &ref, t->extack);
		if (err)
			return err;
	}
	err = ipsec_spd_add(spd, op->sp, place, ref);
	op->added = !err;
	return err;
}

/* Beside an SA that is leaving, or a larval one that it replaces. */
static int add_sa(struct transaction *t, struct ipsec_nl_op *op)
{
	struct ipsec_sad *sad = &t->pn->sad;
	struct ipsec_sa *sa = op->sa, *old;
	int err = ipsec_pernet_arm_sa(t->pn, sa);

	if (err)
		return err;
	old = ipsec_sad_by_spi(sad, sa->spi, sa->ends.proto, sa->ends.family, &sa->ends.dst);
	if (!old || is_leaving(&t->sas, old)) {
		err = ipsec_sad_add_beside(sad, sa);
	} else if (old->state == IPSEC_SA_STATE_LARVAL && old->dir == sa->dir) {
		op->old_sa = old;
		err = ipsec_sad_add_beside(sad, sa);
	} else {
		NL_SET_ERR_MSG_ATTR(t->extack, op->attr,
				    "spi: an SA with this SPI and dst-address exists already");
		err = -EEXIST;
	}
	op->added = !err;
	return err;
}

/* @cmd's additions, in the order of the request. */
static int add_all(struct transaction *t, u32 cmd,
		   int (*add)(struct transaction *t, struct ipsec_nl_op *op))
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < t->ops.count && !err; i++) {
		if (t->ops.op[i].cmd == cmd)
			err = blame(t, &t->ops.op[i], add(t, &t->ops.op[i]));
	}
	return err;
}

static void take_back(struct transaction *t)
{
	unsigned int i;

	for (i = 0; i < t->ops.count; i++) {
		struct ipsec_nl_op *op = &t->ops.op[i];

		if (op->added && op->sp)
			ipsec_nl_spd_remove(t->pn, op->sp);
		else if (op->added)
			ipsec_sad_del(&t->pn->sad, op->sa);
		else
			continue;
		op->sp = NULL;
		op->sa = NULL;
	}
}

/* The tables own what was added. What of it is of no use is told: one row, or else one SA. */
static void let_go(struct transaction *t)
{
	bool told = false;
	unsigned int i;

	for (i = 0; i < t->ops.count; i++) {
		struct ipsec_nl_op *op = &t->ops.op[i];

		if (op->sp && !told && ipsec_spd_shadow(&t->pn->spd, op->sp)) {
			ipsec_nl_policy_warn(&t->pn->spd, op->sp, t->extack);
			told = true;
		}
		if (op->sa && !told)
			ipsec_nl_sa_build_warn(t->pn, op->sa, t->extack);
		op->sp = NULL;
		op->sa = NULL;
	}
}

static void commit(struct transaction *t)
{
	unsigned int i;

	for (i = 0; i < t->ops.count; i++) {
		struct ipsec_nl_op *op = &t->ops.op[i];

		if (op->cmd == IPSEC_CMD_SA_NEW && op->old_sa)
			ipsec_sad_replace(&t->pn->sad, op->old_sa, op->sa);
		if (op->cmd == IPSEC_CMD_SA_NEW)
			ipsec_nl_sa_build_start(op->sa);
	}
	for (i = 0; i < t->rows.count; i++)
		ipsec_nl_spd_remove(t->pn, (struct ipsec_sp *)t->rows.what[i]);
	for (i = 0; i < t->sas.count; i++)
		ipsec_sad_del(&t->pn->sad, (struct ipsec_sa *)t->sas.what[i]);
	let_go(t);
	ipsec_generation_bump(&t->pn->generation);
}

/*
 * Rows that change are added after the new ones, which so find the old ones to stand beside, and
 * stand beside them as well.
 */
static int apply(struct transaction *t)
{
	struct ipsec_pernet *pn = t->pn;
	int err;

	mutex_lock(&pn->spd.mutex);
	mutex_lock(&pn->sad.mutex);
	err = resolve_all(t) ?:
	      add_all(t, IPSEC_CMD_POLICY_NEW, add_policy) ?:
	      add_all(t, IPSEC_CMD_POLICY_SET, add_policy) ?:
	      add_all(t, IPSEC_CMD_SA_NEW, add_sa);
	if (err)
		take_back(t);
	else
		commit(t);
	mutex_unlock(&pn->sad.mutex);
	mutex_unlock(&pn->spd.mutex);
	return err;
}

int ipsec_nl_transact(struct sk_buff *skb, struct genl_info *info)
{
	struct transaction t = {
		.pn = ipsec_pernet(genl_info_net(info)),
		.extack = info->extack,
	};
	int err;

	err = ipsec_nl_ops_read(&t.ops, t.pn, info) ?: apply(&t);
	ipsec_nl_ops_free(&t.ops);
	kvfree(t.rows.what);
	kvfree(t.sas.what);
	if (!err) {
		ipsec_flowtable_sweep(t.pn);
		ipsec_acquire_release(&t.pn->acquire, &ipsec_output_acquire_ops);
	}
	return ipsec_nl_error(info->extack, err);
}
