// SPDX-License-Identifier: GPL-2.0
#include "notify.h"

#include <net/genetlink.h>
#include <linux/ipsec_genl.h>

enum { GROUP_ACQUIRE, GROUP_EVENT };

/* NULL while the family is not registered. */
static struct genl_family __rcu *events_family;

void ipsec_notify_init(struct genl_family *family)
{
	rcu_assign_pointer(events_family, family);
	if (!family)
		synchronize_rcu();
}

int ipsec_notify_put_addr(struct sk_buff *msg, int attr, const union ipsec_addr *addr, u8 family)
{
	return nla_put(msg, attr, family == AF_INET ? 4 : 16, addr);
}

/* Start the message @cmd with the nest @attr. NULL when nobody listens or memory is short. */
static struct sk_buff *event_begin(const struct genl_family *family, struct net *net, int group,
				   u8 cmd, int attr, struct nlattr **nest)
{
	struct sk_buff *msg;

	if (!family || !genl_has_listeners(family, net, group))
		return NULL;
	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!msg)
		return NULL;
	if (genlmsg_put(msg, 0, 0, family, 0, cmd)) {
		*nest = nla_nest_start(msg, attr);
		if (*nest)
			return msg;
	}
	nlmsg_free(msg);
	return NULL;
}

static int event_send(const struct genl_family *family, struct net *net, int group,
		      struct sk_buff *msg, struct nlattr *nest)
{
	nla_nest_end(msg, nest);
	nlmsg_end(msg, nlmsg_hdr(msg));
	return genlmsg_multicast_netns(family, net, msg, 0, group, GFP_ATOMIC);
}

static int put_special(struct sk_buff *msg, const struct ipsec_event_sa *ev)
{
	switch (ev->cmd) {
	case IPSEC_CMD_EXPIRE:
		return nla_put_u8(msg, IPSEC_A_SA_EXPIRE_HARD, ev->hard) ?:
		       nla_put_u8(msg, IPSEC_A_SA_EXPIRE_WHY, ev->why);
	case IPSEC_CMD_SEQ_NEAR_OVERFLOW:
		return nla_put_u64_64bit(msg, IPSEC_A_SA_SEQ, ev->seq, IPSEC_A_SA_PAD);
	}
	return 0;
}

static int put_sa(struct sk_buff *msg, const struct ipsec_event_sa *ev)
{
	int err = nla_put_be32(msg, IPSEC_A_SA_SPI, ev->spi) ?:
		  nla_put_u8(msg, IPSEC_A_SA_PROTO, ev->proto) ?:
		  ipsec_notify_put_addr(msg, IPSEC_A_SA_SRC, &ev->src, ev->family) ?:
		  ipsec_notify_put_addr(msg, IPSEC_A_SA_DST, &ev->dst, ev->family) ?:
		  put_special(msg, ev);

	if (err || !ev->id)
		return err;
	err = nla_put_u32(msg, IPSEC_A_SA_ID, ev->id) ?:
	      nla_put_u8(msg, IPSEC_A_SA_DIR, ev->dir) ?:
	      nla_put_u64_64bit(msg, IPSEC_A_SA_COOKIE, ev->cookie, IPSEC_A_SA_PAD);
	if (!err && ev->policy_id)
		err = nla_put_u32(msg, IPSEC_A_SA_POLICY_ID, ev->policy_id);
	if (!err && ev->encap_sport)
		err = nla_put_u8(msg, IPSEC_A_SA_ENCAP, IPSEC_SA_ENCAP_UDP) ?:
		      nla_put_be16(msg, IPSEC_A_SA_ENCAP_SPORT, ev->encap_sport) ?:
		      nla_put_be16(msg, IPSEC_A_SA_ENCAP_DPORT, ev->encap_dport);
	return err;
}

void ipsec_notify_sa(struct net *net, const struct ipsec_event_sa *ev)
{
	const struct genl_family *family;
	struct nlattr *nest;
	struct sk_buff *msg;

	rcu_read_lock();
	family = rcu_dereference(events_family);
	msg = event_begin(family, net, GROUP_EVENT, ev->cmd, IPSEC_A_SA, &nest);
	if (msg && put_sa(msg, ev))
		nlmsg_free(msg);
	else if (msg)
		event_send(family, net, GROUP_EVENT, msg, nest);
	rcu_read_unlock();
}

static int put_acquire(struct sk_buff *msg, const struct ipsec_event_acquire *ev)
{
	const struct ipsec_flow *fl = &ev->flow;
	int err = nla_put_u32(msg, IPSEC_A_ACQUIRE_POLICY_ID, ev->policy_id) ?:
		  nla_put_u64_64bit(msg, IPSEC_A_ACQUIRE_COOKIE, ev->cookie,
				    IPSEC_A_ACQUIRE_PAD) ?:
		  ipsec_notify_put_addr(msg, IPSEC_A_ACQUIRE_SRC, &fl->src, fl->family) ?:
		  ipsec_notify_put_addr(msg, IPSEC_A_ACQUIRE_DST, &fl->dst, fl->family) ?:
		  nla_put_u8(msg, IPSEC_A_ACQUIRE_PROTO, fl->proto) ?:
		  nla_put_u8(msg, IPSEC_A_ACQUIRE_MISSING, ev->missing);

	if (!err && ev->outer_family)
		err = ipsec_notify_put_addr(msg, IPSEC_A_ACQUIRE_LOCAL, &ev->local,
					    ev->outer_family) ?:
		      ipsec_notify_put_addr(msg, IPSEC_A_ACQUIRE_REMOTE, &ev->remote,
					    ev->outer_family);
	if (!err && !fl->opaque)
		err = nla_put_u16(msg, IPSEC_A_ACQUIRE_SPORT, fl->sport) ?:
		      nla_put_u16(msg, IPSEC_A_ACQUIRE_DPORT, fl->dport);
	return err;
}

bool ipsec_notify_acquire(struct net *net, const struct ipsec_event_acquire *ev)
{
	const struct genl_family *family;
	struct nlattr *nest;
	struct sk_buff *msg;
	bool told = false;

	rcu_read_lock();
	family = rcu_dereference(events_family);
	msg = event_begin(family, net, GROUP_ACQUIRE, IPSEC_CMD_ACQUIRE, IPSEC_A_ACQUIRE, &nest);
	if (msg && put_acquire(msg, ev))
		nlmsg_free(msg);
	else if (msg)
		told = !event_send(family, net, GROUP_ACQUIRE, msg, nest);
	rcu_read_unlock();
	return told;
}
