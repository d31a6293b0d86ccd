// SPDX-License-Identifier: GPL-2.0
#include "netlink.h"
#include "nl.h"
#include "nl_explain.h"
#include "nl_ops.h"
#include "nl_sad.h"
#include "nl_spd.h"
#include "nl_transact.h"

#include <linux/crypto.h>
#include <linux/module.h>

#define BIT_OF(attr)	BIT_ULL(IPSEC_A_SETTINGS_##attr)

#define HOLD_PACKETS_MAX	64
#define ACQUIRE_TIMEOUT_MAX_S	3600

/* Each reason is a nest with a name of at most 24 bytes. */
#define STATS_BYTES	(IPSEC_A_STAT_MAX * 16 + IPSEC_REASON_COUNT * 64 + 128)

/* Start the answer to a request that has one message. NULL, with a text, without memory. */
static struct sk_buff *answer_begin(const struct genl_info *info, size_t bytes, int attr,
				    struct nlattr **nest)
{
	struct sk_buff *msg = nlmsg_new(bytes, GFP_KERNEL);

	if (msg && ipsec_nl_begin(msg, info->nlhdr, info->snd_portid, 0, info->genlhdr->cmd, attr,
				  nest))
		return msg;
	nlmsg_free(msg);
	ipsec_nl_error(info->extack, -ENOMEM);
	return NULL;
}

static int answer_end(struct sk_buff *msg, struct genl_info *info, struct nlattr *nest, int err)
{
	if (err) {
		nlmsg_free(msg);
		return ipsec_nl_error(info->extack, err);
	}
	nla_nest_end(msg, nest);
	nlmsg_end(msg, nlmsg_hdr(msg));
	return genlmsg_reply(msg, info);
}

static int put_reason(struct sk_buff *msg, enum ipsec_reason reason, u64 value)
{
	struct nlattr *nest = nla_nest_start(msg, IPSEC_A_REASON);

	if (!nest ||
	    nla_put_string(msg, IPSEC_A_REASON_NAME, ipsec_stats_reason_name(reason)) ||
	    nla_put_u32(msg, IPSEC_A_REASON_STAT, ipsec_stats_reason_counter(reason)) ||
	    ipsec_nl_put_u64(msg, IPSEC_A_REASON_VALUE, value))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_reasons(struct sk_buff *msg, const u64 *values)
{
	struct nlattr *nest = nla_nest_start(msg, IPSEC_A_STAT_REASONS);
	int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < IPSEC_REASON_COUNT; i++) {
		if (put_reason(msg, i, values[i]))
			return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	return 0;
}

static int put_stats(struct sk_buff *msg, const struct ipsec_pernet *pn)
{
	u64 reasons[IPSEC_REASON_COUNT], counters[IPSEC_A_STAT_MAX + 1] = {};
	int i, err = 0;

	for (i = 0; i < IPSEC_REASON_COUNT; i++) {
		reasons[i] = ipsec_stats_reason(&pn->stats, i);
		counters[ipsec_stats_reason_counter(i)] += reasons[i];
	}
	counters[IPSEC_A_STAT_ENGINE_FALLBACKS] = ipsec_stats_engine_fallbacks(&pn->stats);
	counters[IPSEC_A_STAT_POLICIES] = READ_ONCE(pn->spd.count);
	counters[IPSEC_A_STAT_SAS] = atomic_read(&pn->sad.live);
	for (i = IPSEC_A_STAT_IN_ERRORS; i <= IPSEC_A_STAT_MAX && !err; i++) {
		err = i == IPSEC_A_STAT_REASONS ? put_reasons(msg, reasons) :
						  ipsec_nl_put_u64(msg, i, counters[i]);
	}
	return err;
}

static int stats_get(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *nest;
	struct sk_buff *msg = answer_begin(info, STATS_BYTES, IPSEC_A_STATS, &nest);

	if (!msg)
		return -ENOMEM;
	return answer_end(msg, info, nest, put_stats(msg, ipsec_pernet(genl_info_net(info))));
}

static int put_alg(struct sk_buff *msg, const struct ipsec_alg *alg)
{
	char driver[CRYPTO_MAX_ALG_NAME];
	u32 priority;
	bool hw;
	int err;

	err = nla_put_string(msg, IPSEC_A_ALG_NAME, alg->name) ?:
	      nla_put_u8(msg, IPSEC_A_ALG_KIND, alg->kind) ?:
	      nla_put_u32(msg, IPSEC_A_ALG_KEY_BITS, alg->key_len * 8) ?:
	      nla_put_u32(msg, IPSEC_A_ALG_SALT_BYTES, alg->salt_len) ?:
	      nla_put_u32(msg, IPSEC_A_ALG_IV_BYTES, alg->iv_len) ?:
	      nla_put_u32(msg, IPSEC_A_ALG_ICV_BYTES, alg->icv_len) ?:
	      nla_put_u32(msg, IPSEC_A_ALG_BLOCK_BYTES, alg->block_len);
	if (!err && alg->tmpl)
		err = nla_put_string(msg, IPSEC_A_ALG_TEMPLATE, alg->tmpl);
	if (err || !ipsec_key_probe(alg, driver, &priority, &hw))
		return err;
	err = nla_put_string(msg, IPSEC_A_ALG_DRIVER, driver) ?:
	      nla_put_u32(msg, IPSEC_A_ALG_PRIORITY, priority);
	return !err && hw ? nla_put_flag(msg, IPSEC_A_ALG_HW) : err;
}

/* The table is constant: its index is where to go on. */
static int alg_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	unsigned int *i = (unsigned int *)cb->ctx;

	for (; ipsec_alg_table[*i].name; (*i)++) {
		struct nlattr *nest;
		struct nlmsghdr *nlh = ipsec_nl_begin(msg, cb->nlh, NETLINK_CB(cb->skb).portid,
						      NLM_F_MULTI, IPSEC_CMD_ALG_GET,
						      IPSEC_A_ALG, &nest);

		if (!nlh)
			break;
		if (put_alg(msg, &ipsec_alg_table[*i])) {
			nlmsg_cancel(msg, nlh);
			break;
		}
		nla_nest_end(msg, nest);
		nlmsg_end(msg, nlh);
	}
	return msg->len;
}

static const struct nla_policy settings_attrs[IPSEC_A_SETTINGS_MAX + 1] = {
	[IPSEC_A_SETTINGS_IKE_PORTS]		= { .type = NLA_BINARY },
	[IPSEC_A_SETTINGS_HOLD_PACKETS]		= { .type = NLA_U32 },
	[IPSEC_A_SETTINGS_ACQUIRE_TIMEOUT_S]	= { .type = NLA_U32 },
};

static const char *const settings_words[IPSEC_A_SETTINGS_MAX + 1] = {
	[IPSEC_A_SETTINGS_IKE_PORTS]		= "ike-ports",
	[IPSEC_A_SETTINGS_HOLD_PACKETS]		= "hold-packets",
	[IPSEC_A_SETTINGS_ACQUIRE_TIMEOUT_S]	= "acquire-timeout",
};

static const struct ipsec_nl_nest settings_nest = {
	.max = IPSEC_A_SETTINGS_MAX,
	.policy = settings_attrs,
	.names = settings_words,
};

static int settings_get(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_pernet *pn = ipsec_pernet(genl_info_net(info));
	struct nlattr *nest;
	struct sk_buff *msg = answer_begin(info, NLMSG_GOODSIZE, IPSEC_A_SETTINGS, &nest);
	int err;

	if (!msg)
		return -ENOMEM;
	mutex_lock(&pn->spd.mutex);
	err = nla_put(msg, IPSEC_A_SETTINGS_IKE_PORTS, pn->natt.count * sizeof(__be16),
		      pn->natt.port) ?:
	      nla_put_u32(msg, IPSEC_A_SETTINGS_HOLD_PACKETS, pn->acquire.hold_packets) ?:
	      nla_put_u32(msg, IPSEC_A_SETTINGS_ACQUIRE_TIMEOUT_S, pn->acquire.timeout_s);
	mutex_unlock(&pn->spd.mutex);
	return answer_end(msg, info, nest, err);
}

static int parse_ports(const struct nlattr *attr, __be16 *ports, u8 *count,
		       struct netlink_ext_ack *extack)
{
	int i, len = nla_len(attr);

	if (len % sizeof(__be16) || len > IPSEC_IKE_PORTS_MAX * sizeof(__be16)) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr,
					"ike-ports: at most %d ports of two bytes each",
					IPSEC_IKE_PORTS_MAX);
		return -EINVAL;
	}
	*count = len / sizeof(__be16);
	memcpy(ports, nla_data(attr), len);
	for (i = 0; i < *count; i++) {
		if (!ports[i])
			return ipsec_nl_say(extack, attr, "ike-ports: 1 to 65535 is right");
	}
	return 0;
}

static int parse_range(const struct nlattr *attr, u32 min, u32 max, u32 *value,
		       struct netlink_ext_ack *extack)
{
	*value = nla_get_u32(attr);
	if (*value >= min && *value <= max)
		return 0;
	NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "%s: %u; %u to %u is right",
				settings_words[nla_type(attr)], *value, min, max);
	return -ERANGE;
}

static void settings_apply(struct ipsec_pernet *pn, const struct nlattr **tb, const __be16 *ports,
			   u8 count, u32 hold, u32 timeout)
{
	lockdep_assert_held(&pn->spd.mutex);
	if (tb[IPSEC_A_SETTINGS_IKE_PORTS])
		ipsec_natt_set_ports(&pn->natt, ports, count);
	if (tb[IPSEC_A_SETTINGS_HOLD_PACKETS])
		WRITE_ONCE(pn->acquire.hold_packets, hold);
	if (tb[IPSEC_A_SETTINGS_ACQUIRE_TIMEOUT_S])
		WRITE_ONCE(pn->acquire.timeout_s, timeout);
}

static int settings_set(struct sk_buff *skb, struct genl_info *info)
{
	struct ipsec_pernet *pn = ipsec_pernet(genl_info_net(info));
	const struct nlattr *attr = ipsec_nl_only(info, IPSEC_A_SETTINGS, "settings");
	const struct nlattr *tb[IPSEC_A_SETTINGS_MAX + 1];
	__be16 ports[IPSEC_IKE_PORTS_MAX];
	u32 hold = 0, timeout = 0;
	u8 count = 0;
	int err;

	if (!attr)
		return -EINVAL;
	err = ipsec_nl_parse(&settings_nest, tb, attr, BIT_OF(IKE_PORTS) | BIT_OF(HOLD_PACKETS) |
			     BIT_OF(ACQUIRE_TIMEOUT_S), 0, info->extack);
	if (!err && tb[IPSEC_A_SETTINGS_IKE_PORTS])
		err = parse_ports(tb[IPSEC_A_SETTINGS_IKE_PORTS], ports, &count, info->extack);
	if (!err && tb[IPSEC_A_SETTINGS_HOLD_PACKETS])
		err = parse_range(tb[IPSEC_A_SETTINGS_HOLD_PACKETS], 0, HOLD_PACKETS_MAX, &hold,
				  info->extack);
	if (!err && tb[IPSEC_A_SETTINGS_ACQUIRE_TIMEOUT_S])
		err = parse_range(tb[IPSEC_A_SETTINGS_ACQUIRE_TIMEOUT_S], 1, ACQUIRE_TIMEOUT_MAX_S,
				  &timeout, info->extack);
	if (err)
		return err;
	mutex_lock(&pn->spd.mutex);
	err = ipsec_pernet_arm(pn, 0);
	if (!err)
		settings_apply(pn, tb, ports, count, hold, timeout);
	mutex_unlock(&pn->spd.mutex);
	return ipsec_nl_error(info->extack, err);
}

/* Keys go in and stay in: a copy of the request, as the answer to an error has it, is without. */
static void wipe_keys(const struct genl_split_ops *ops, struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *a;
	int rem;

	nlmsg_for_each_attr(a, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(a) == IPSEC_A_SA)
			ipsec_nl_sa_wipe(a);
		else if (nla_type(a) == IPSEC_A_OPS)
			ipsec_nl_ops_wipe(a);
	}
}

/* Every command takes one kind of object at the top level, and says so in a policy of its own. */
static const struct nla_policy policy_top[IPSEC_A_POLICY + 1] = {
	[IPSEC_A_POLICY] = NLA_POLICY_NESTED(ipsec_nl_policy_attrs),
};

static const struct nla_policy sa_top[IPSEC_A_SA + 1] = {
	[IPSEC_A_SA] = NLA_POLICY_NESTED(ipsec_nl_sa_attrs),
};

static const struct nla_policy ops_top[IPSEC_A_OPS + 1] = {
	[IPSEC_A_OPS] = NLA_POLICY_NESTED(ipsec_nl_ops_attrs),
};

static const struct nla_policy settings_top[IPSEC_A_SETTINGS + 1] = {
	[IPSEC_A_SETTINGS] = NLA_POLICY_NESTED(settings_attrs),
};

static const struct nla_policy explain_top[IPSEC_A_EXPLAIN + 1] = {
	[IPSEC_A_EXPLAIN] = NLA_POLICY_NESTED(ipsec_nl_explain_attrs),
};

#define TAKES(name)	.policy = name##_top, .maxattr = ARRAY_SIZE(name##_top) - 1
#define OP(name)	.cmd = IPSEC_CMD_##name, .flags = GENL_ADMIN_PERM

/* A command without a policy takes no attribute: the core refuses them all. */
static const struct genl_ops netlink_ops[] = {
	{ OP(POLICY_NEW), TAKES(policy), .doit = ipsec_nl_spd_new },
	{ OP(POLICY_SET), TAKES(policy), .doit = ipsec_nl_spd_set },
	{ OP(POLICY_DEL), TAKES(policy), .doit = ipsec_nl_spd_del },
	{ OP(POLICY_GET), TAKES(policy), .doit = ipsec_nl_spd_get, .dumpit = ipsec_nl_spd_dump },
	{ OP(POLICY_MOVE), TAKES(policy), .doit = ipsec_nl_spd_move },
	{ OP(POLICY_FLUSH), TAKES(policy), .doit = ipsec_nl_spd_flush },
	{ OP(SPI_ALLOC), TAKES(sa), .doit = ipsec_nl_sad_spi_alloc },
	{ OP(SA_NEW), TAKES(sa), .doit = ipsec_nl_sad_new },
	{ OP(SA_UPDATE), TAKES(sa), .doit = ipsec_nl_sad_update },
	{ OP(SA_DEL), TAKES(sa), .doit = ipsec_nl_sad_del },
	{ OP(SA_GET), TAKES(sa), .doit = ipsec_nl_sad_get, .dumpit = ipsec_nl_sad_dump },
	{ OP(SA_FLUSH), .doit = ipsec_nl_sad_flush },
	{ OP(TRANSACT), TAKES(ops), .doit = ipsec_nl_transact },
	{ OP(STATS_GET), .doit = stats_get },
	{ OP(ALG_GET), .dumpit = alg_dump },
	{ OP(SETTINGS_GET), .doit = settings_get },
	{ OP(SETTINGS_SET), TAKES(settings), .doit = settings_set },
	{ OP(EXPLAIN), TAKES(explain), .doit = ipsec_nl_explain },
};

/* In the order that notify.c numbers them. */
static const struct genl_multicast_group netlink_groups[] = {
	{ .name = IPSEC_GENL_MCGRP_ACQUIRE, .flags = GENL_MCAST_CAP_NET_ADMIN },
	{ .name = IPSEC_GENL_MCGRP_EVENT, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

/* Requests may sleep for a crypto module, which shall not hold up other families: parallel_ops. */
static struct genl_family netlink_family __ro_after_init = {
	.name = IPSEC_GENL_NAME,
	.version = IPSEC_GENL_VERSION,
	.maxattr = IPSEC_A_MAX,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = netlink_ops,
	.n_ops = ARRAY_SIZE(netlink_ops),
	.mcgrps = netlink_groups,
	.n_mcgrps = ARRAY_SIZE(netlink_groups),
	.post_doit = wipe_keys,
};

int ipsec_netlink_init(void)
{
	int err = genl_register_family(&netlink_family);

	if (!err)
		ipsec_notify_init(&netlink_family);
	return err;
}

void ipsec_netlink_exit(void)
{
	ipsec_notify_init(NULL);
	genl_unregister_family(&netlink_family);
}
