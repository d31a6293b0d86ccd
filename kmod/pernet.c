// SPDX-License-Identifier: GPL-2.0
#include "pernet.h"

#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

static unsigned int pernet_id;
static int (*pernet_arm)(struct ipsec_pernet *pn, u8 what);
static void (*pernet_disarm)(struct ipsec_pernet *pn);

struct ipsec_pernet *ipsec_pernet(const struct net *net)
{
	return net_generic(net, pernet_id);
}

int ipsec_pernet_arm(struct ipsec_pernet *pn, u8 what)
{
	u8 missing = (what | IPSEC_ARM_BASE) & ~pn->armed;
	int err;

	lockdep_assert_held(&pn->spd.mutex);
	if (missing && !pn->cache.slots.cpu) {
		err = ipsec_cache_init(&pn->cache);
		if (err)
			return err;
	}
	if (missing & IPSEC_ARM_INBOUND && !pn->routes.slots.cpu) {
		err = ipsec_route_init(&pn->routes);
		if (err)
			return err;
	}
	for (what = IPSEC_ARM_BASE; what <= IPSEC_ARM_PORTS; what <<= 1) {
		err = missing & what ? pernet_arm(pn, what) : 0;
		if (err)
			return err;
		pn->armed |= missing & what;
	}
	return 0;
}

int ipsec_pernet_arm_policy(struct ipsec_pernet *pn, const struct ipsec_sp *sp)
{
	bool ports = ipsec_selector_has_ports(&sp->sel) || sp->level == IPSEC_POLICY_LEVEL_UNIQUE;

	return ipsec_pernet_arm(pn, ports ? IPSEC_ARM_PORTS : 0);
}

int ipsec_pernet_arm_sa(struct ipsec_pernet *pn, const struct ipsec_sa *sa)
{
	return ipsec_pernet_arm(pn, sa->dir == IPSEC_SA_DIR_IN ? IPSEC_ARM_INBOUND : 0);
}

struct builtin {
	struct ipsec_selector sel;
	const char *comment;
};

#define ANY_PORTS	.sport_max = 65535, .dport_max = 65535
#define ND(type)							\
	.family = AF_INET6, .proto = IPPROTO_ICMPV6,			\
	.sport_min = (type), .sport_max = (type), .dport_max = 65535

/*
 * What must work before any SA can: loopback, link-local talk and the discovery
 * of neighbours, multicast control. A row names its peer as destination.
 */
static const struct builtin builtins[] = {
	{ { .family = AF_INET, .dst_len = 8, .dst.w = { cpu_to_be32(0x7f000000) }, ANY_PORTS },
	  "loopback" },
	{ { .family = AF_INET6, .dst_len = 128, .dst.w = { 0, 0, 0, cpu_to_be32(1) }, ANY_PORTS },
	  "loopback" },
	{ { .family = AF_INET, .dst_len = 16, .dst.w = { cpu_to_be32(0xa9fe0000) }, ANY_PORTS },
	  "link-local" },
	{ { .family = AF_INET6, .dst_len = 10, .dst.w = { cpu_to_be32(0xfe800000) }, ANY_PORTS },
	  "link-local" },
	{ { .family = AF_INET, .dst_len = 24, .dst.w = { cpu_to_be32(0xe0000000) }, ANY_PORTS },
	  "multicast control" },
	{ { .family = AF_INET6, .dst_len = 16, .dst.w = { cpu_to_be32(0xff020000) }, ANY_PORTS },
	  "multicast control" },
	{ { ND(133) }, "router solicitation" },
	{ { ND(134) }, "router advertisement" },
	{ { ND(135) }, "neighbour solicitation" },
	{ { ND(136) }, "neighbour advertisement" },
};

int ipsec_pernet_add_builtin(struct ipsec_pernet *pn)
{
	size_t i;
	int err;

	lockdep_assert_held(&pn->spd.mutex);
	for (i = 0; i < ARRAY_SIZE(builtins); i++) {
		struct ipsec_sp *sp = ipsec_spd_sp_new();

		if (!sp)
			return -ENOMEM;
		sp->sel = builtins[i].sel;
		sp->action = IPSEC_POLICY_ACTION_BYPASS;
		sp->flags = IPSEC_POLICY_F_BUILTIN;
		sp->comment = kstrdup(builtins[i].comment, GFP_KERNEL);
		err = sp->comment ? ipsec_spd_add(&pn->spd, sp, IPSEC_PLACE_TAIL, NULL) : -ENOMEM;
		if (err) {
			ipsec_spd_sp_free(sp);
			return err;
		}
	}
	return 0;
}

static int __net_init pernet_init(struct net *net)
{
	struct ipsec_pernet *pn = ipsec_pernet(net);
	int err;

	pn->net = net;
	mutex_init(&pn->flowtable.mutex);
	pn->flowtable.seen = true;
	ipsec_generation_init(&pn->generation);
	ratelimit_state_init(&pn->unknown_spi, HZ, 10);
	ratelimit_set_flags(&pn->unknown_spi, RATELIMIT_MSG_ON_RELEASE);
	ipsec_acquire_init(&pn->acquire, net, &pn->stats);
	err = ipsec_stats_init(&pn->stats);
	if (err)
		return err;
	err = ipsec_spd_init(&pn->spd);
	if (err)
		goto err_stats;
	err = ipsec_sad_init(&pn->sad, &pn->generation);
	if (err)
		goto err_spd;
	mutex_lock(&pn->spd.mutex);
	err = ipsec_pernet_add_builtin(pn);
	mutex_unlock(&pn->spd.mutex);
	if (err)
		goto err_sad;
	return 0;

err_sad:
	ipsec_sad_exit(&pn->sad);
err_spd:
	ipsec_spd_exit(&pn->spd);
err_stats:
	ipsec_stats_exit(&pn->stats);
	return err;
}

/* No packet enters any more, then no operation is in flight, then the memory goes. */
static void __net_exit pernet_exit(struct net *net)
{
	struct ipsec_pernet *pn = ipsec_pernet(net);

	if (pn->armed)
		pernet_disarm(pn);
	ipsec_acquire_exit(&pn->acquire);
	ipsec_sad_exit(&pn->sad);
	ipsec_spd_exit(&pn->spd);
	ipsec_cache_exit(&pn->cache);
	ipsec_route_exit(&pn->routes);
	ipsec_stats_exit(&pn->stats);
}

static struct pernet_operations pernet_ops = {
	.init = pernet_init,
	.exit = pernet_exit,
	.id = &pernet_id,
	.size = sizeof(struct ipsec_pernet),
};

int ipsec_pernet_register(int (*arm)(struct ipsec_pernet *pn, u8 what),
			  void (*disarm)(struct ipsec_pernet *pn))
{
	pernet_arm = arm;
	pernet_disarm = disarm;
	return register_pernet_subsys(&pernet_ops);
}

void ipsec_pernet_unregister(void)
{
	unregister_pernet_subsys(&pernet_ops);
}
