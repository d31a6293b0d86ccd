// SPDX-License-Identifier: GPL-2.0-or-later
#include "object.h"

#include <arpa/inet.h>
#include <linux/ipsec_genl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>

#define VALUE_MAX  300
#define ESP	   50
#define AH	   51
#define LONG_S	   3600	/* little shall expire while tables are compared */

struct world world;

/* What the attributes of one object have in common. */
static struct {
	bool v6, prefix, beside;
	uint8_t proto;
	const struct alg *enc, *auth;
	const struct live_sa *sa;
} common;

static size_t put(const struct attr *a, uint64_t v, uint8_t *to)
{
	int size = kind_size(a->kind), i;

	for (i = 0; i < size; i++)
		to[a->big_endian ? size - 1 - i : i] = v >> 8 * i;
	return size;
}

static size_t put_host(uint8_t *to)
{
	static const uint8_t v4[] = { 192, 0, 2, 0 }, v6[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	size_t len = common.v6 ? sizeof(v6) : sizeof(v4);

	memcpy(to, common.v6 ? v6 : v4, len);
	to[len - 1] = 1 + random_below(4);
	return len;
}

/* Of a selector: a /16, or a /48, when its length is given; else one host. */
static size_t put_net(uint8_t *to)
{
	size_t len = put_host(to);

	to[0] = common.v6 ? 0x20 : 10;
	to[1] = random_below(8);
	if (common.prefix)
		memset(to + (common.v6 ? 6 : 2), 0, len - (common.v6 ? 6 : 2));
	return len;
}

static const struct alg *any_alg(bool auth)
{
	int i, n = 0;

	for (i = 0; i < world.alg_count; i++)
		n += (world.algs[i].kind == IPSEC_ALG_KIND_AUTH) == auth;
	n = n ? (int)random_below(n) : -1;
	for (i = 0; i < world.alg_count; i++) {
		if ((world.algs[i].kind == IPSEC_ALG_KIND_AUTH) == auth && !n--)
			return &world.algs[i];
	}
	return NULL;
}

static size_t put_name(const struct alg *alg, uint8_t *to)
{
	return snprintf((char *)to, VALUE_MAX, "%s", alg ? alg->name : "null") + 1;
}

static size_t put_key(const struct alg *alg, uint8_t *to)
{
	size_t len = alg ? alg->key_len : 0;

	random_bytes(to, len);
	return len;
}

static uint32_t any_policy(void)
{
	return world.policy_count ? world.policies[random_below(world.policy_count)] : 1;
}

static size_t value_policy(const struct attr *a, uint8_t *to)
{
	static const uint8_t protos[] = { 6, 17, 132, 33, 136 };

	switch (a->number) {
	case IPSEC_A_POLICY_ID:
	case IPSEC_A_POLICY_PLACE_ID:
		return put(a, any_policy(), to);
	case IPSEC_A_POLICY_SRC:
	case IPSEC_A_POLICY_DST:
		return put_net(to);
	case IPSEC_A_POLICY_SRC_LEN:
	case IPSEC_A_POLICY_DST_LEN:
		return put(a, common.v6 ? 48 : 16, to);
	case IPSEC_A_POLICY_FAMILY:
		return put(a, common.v6 ? 10 : 2, to);
	case IPSEC_A_POLICY_PROTO:
		return put(a, protos[random_below(sizeof(protos))], to);
	case IPSEC_A_POLICY_SRC_PORT_MAX:
	case IPSEC_A_POLICY_DST_PORT_MAX:
		return put(a, 30000 + random_below(30000), to);
	case IPSEC_A_POLICY_SRC_PORT_MIN:
	case IPSEC_A_POLICY_DST_PORT_MIN:
		return put(a, random_below(30000), to);
	case IPSEC_A_POLICY_PLACE:
		return put(a, (common.beside ? IPSEC_PLACE_BEFORE : IPSEC_PLACE_TAIL) +
			   random_below(2), to);
	case IPSEC_A_POLICY_PROTOCOLS:
		return put(a, 1 + random_below(3), to);
	case IPSEC_A_POLICY_LOCAL:
	case IPSEC_A_POLICY_REMOTE:
		return put_host(to);
	case IPSEC_A_POLICY_FLAGS:
		return put(a, chance(50) ? IPSEC_POLICY_F_DYNAMIC : 0, to);
	}
	return 0;
}

static size_t value_sa(const struct attr *a, uint8_t *to)
{
	switch (a->number) {
	case IPSEC_A_SA_ID:
		return put(a, common.sa ? common.sa->id : 1, to);
	case IPSEC_A_SA_POLICY_ID:
		return put(a, any_policy(), to);
	case IPSEC_A_SA_SPI:
		return put(a, common.sa ? ntohl(common.sa->spi) : 0x1000 + random_below(256), to);
	case IPSEC_A_SA_PROTO:
		return put(a, common.proto, to);
	case IPSEC_A_SA_DST:
		if (common.sa) {
			memcpy(to, common.sa->dst, common.sa->dst_len);
			return common.sa->dst_len;
		}
		return put_host(to);
	case IPSEC_A_SA_SRC:
		return put_host(to);
	case IPSEC_A_SA_ENC:
		return put_name(common.enc, to);
	case IPSEC_A_SA_ENC_KEY:
		return put_key(common.enc, to);
	case IPSEC_A_SA_AUTH:
		return put_name(common.auth, to);
	case IPSEC_A_SA_AUTH_KEY:
		return put_key(common.auth, to);
	case IPSEC_A_SA_FLAGS:
		return put(a, random_u64() & (chance(5) ? 31 : 15), to);
	case IPSEC_A_SA_REPLAY_WINDOW:
		return put(a, 32 + random_below(4065), to);
	case IPSEC_A_SA_SEL_SRC:
	case IPSEC_A_SA_SEL_DST:
		return put_net(to);
	case IPSEC_A_SA_SEL_SRC_LEN:
	case IPSEC_A_SA_SEL_DST_LEN:
		return put(a, common.v6 ? 48 : 16, to);
	case IPSEC_A_SA_SOFT_TIME_S:
	case IPSEC_A_SA_SOFT_BYTES:
	case IPSEC_A_SA_SOFT_PACKETS:
		return put(a, LONG_S / 2 + random_below(LONG_S / 2), to);
	case IPSEC_A_SA_HARD_TIME_S:
		return put(a, chance(25) ? 1 : LONG_S, to);
	case IPSEC_A_SA_HARD_BYTES:
	case IPSEC_A_SA_HARD_PACKETS:
		return put(a, LONG_S + random_below(1 << 20), to);
	case IPSEC_A_SA_ENCAP:
		return put(a, 1, to);
	case IPSEC_A_SA_TFC_PAD:
		return put(a, random_below(65536), to);
	case IPSEC_A_SA_SEQ:
		return put(a, 1 + random_below(UINT32_MAX), to);
	}
	return 0;
}

/* The rest: by kind, within what the specification allows. */
static size_t value_any(const struct attr *a, uint8_t *to)
{
	uint64_t range = a->high - a->low + 1, v = random_u64();
	size_t len;

	switch (a->kind) {
	case KIND_BINARY:
		return chance(90) ? put_host(to) : put_key(any_alg(false), to);
	case KIND_STRING:
		len = random_below(32);
		memset(to, 'a' + random_below(26), len);
		to[len] = 0;
		return len + 1;
	case KIND_FLAG:
	case KIND_PAD:
	case KIND_NEST:
		return 0;
	default:
		/* small ones are right more often than large ones */
		if (chance(50))
			v = random_below(100);
		return put(a, a->low + (range ? v % range : v), to);
	}
}

size_t object_value(const struct set *set, const struct attr *a, uint8_t *to)
{
	size_t len = 0;

	if (!strcmp(set->name, "policy"))
		len = value_policy(a, to);
	else if (!strcmp(set->name, "sa"))
		len = value_sa(a, to);
	else if (!strcmp(set->name, "settings") && a->kind == KIND_BINARY)
		return memcpy(to, "\x01\xf4\x11\x94", 4), 4;
	return len ?: value_any(a, to);
}

#define BIT(number)   (1ULL << (number))
#define PAIR(number)  (BIT(number) | BIT((number) + 1))

/* Two that come together or not at all: the first decides. */
static uint64_t together(uint64_t want, int first, int second)
{
	return want & BIT(first) ? want | BIT(second) : want & ~BIT(second);
}

static uint64_t fit_policy(uint64_t want)
{
	uint64_t ports = PAIR(IPSEC_A_POLICY_SRC_PORT_MIN) | PAIR(IPSEC_A_POLICY_DST_PORT_MIN);

	common.prefix = chance(70);
	want &= ~(BIT(IPSEC_A_POLICY_SRC_LEN) | BIT(IPSEC_A_POLICY_DST_LEN));
	if (common.prefix && want & BIT(IPSEC_A_POLICY_SRC))
		want |= BIT(IPSEC_A_POLICY_SRC_LEN);
	if (common.prefix && want & BIT(IPSEC_A_POLICY_DST))
		want |= BIT(IPSEC_A_POLICY_DST_LEN);
	want = together(want, IPSEC_A_POLICY_SRC_PORT_MAX, IPSEC_A_POLICY_SRC_PORT_MIN);
	want = together(want, IPSEC_A_POLICY_DST_PORT_MAX, IPSEC_A_POLICY_DST_PORT_MIN);
	if (want & ports)
		want |= BIT(IPSEC_A_POLICY_PROTO);
	if (want & (BIT(IPSEC_A_POLICY_SRC) | BIT(IPSEC_A_POLICY_DST)) && chance(90))
		want &= ~BIT(IPSEC_A_POLICY_FAMILY);
	if (want & BIT(IPSEC_A_POLICY_PLACE_ID))
		want |= BIT(IPSEC_A_POLICY_PLACE);
	common.beside = want & BIT(IPSEC_A_POLICY_PLACE_ID);
	want = together(want, IPSEC_A_POLICY_MODE, IPSEC_A_POLICY_LOCAL);
	return together(want, IPSEC_A_POLICY_MODE, IPSEC_A_POLICY_REMOTE);
}

static uint64_t fit_suite(uint64_t want)
{
	uint64_t enc = BIT(IPSEC_A_SA_ENC), auth = BIT(IPSEC_A_SA_AUTH);

	common.proto = chance(20) ? AH : ESP;
	common.enc = any_alg(false);
	common.auth = any_alg(true);
	want &= ~(enc | auth | BIT(IPSEC_A_SA_ENC_KEY) | BIT(IPSEC_A_SA_AUTH_KEY));
	if (common.proto == AH) {
		want |= auth | BIT(IPSEC_A_SA_PROTO);
		want &= ~(BIT(IPSEC_A_SA_ENCAP) | BIT(IPSEC_A_SA_TFC_PAD));
	} else {
		want |= enc;
		if (common.enc && common.enc->kind != IPSEC_ALG_KIND_AEAD)
			want |= auth;
	}
	if (want & enc && common.enc && common.enc->key_len)
		want |= BIT(IPSEC_A_SA_ENC_KEY);
	if (want & auth && common.auth && common.auth->key_len)
		want |= BIT(IPSEC_A_SA_AUTH_KEY);
	return want;
}

/* An SA is named by its id, or by SPI, destination and protocol. */
static uint64_t fit_name(uint64_t want)
{
	uint64_t name = BIT(IPSEC_A_SA_SPI) | BIT(IPSEC_A_SA_DST) | BIT(IPSEC_A_SA_PROTO);

	common.sa = world.sa_count ? &world.sas[random_below(world.sa_count)] : NULL;
	if (common.sa)
		common.proto = common.sa->proto;
	if (common.sa && chance(50))
		return (want & ~BIT(IPSEC_A_SA_ID)) | name;
	return (want & ~name) | BIT(IPSEC_A_SA_ID);
}

static uint64_t fit_sa(uint64_t want, uint64_t takes)
{
	common.prefix = true;
	if (takes & BIT(IPSEC_A_SA_ENC))
		want = fit_suite(want);
	else if (takes & BIT(IPSEC_A_SA_ID))
		want = fit_name(want);
	want = together(want, IPSEC_A_SA_SEL_SRC, IPSEC_A_SA_SEL_SRC_LEN);
	want = together(want, IPSEC_A_SA_SEL_DST, IPSEC_A_SA_SEL_DST_LEN);
	if (takes & BIT(IPSEC_A_SA_ENC)) {
		want = together(want, IPSEC_A_SA_ENCAP, IPSEC_A_SA_ENCAP_SPORT);
		want = together(want, IPSEC_A_SA_ENCAP, IPSEC_A_SA_ENCAP_DPORT);
	}
	return want & takes;
}

void object_add(struct node *top, const struct cmd *cmd)
{
	const struct set *set = &sets[cmd->set];
	uint64_t want = world.needs[cmd->number], takes = world.takes[cmd->number];
	uint8_t value[VALUE_MAX];
	int i;

	memset(&common, 0, sizeof(common));
	common.v6 = chance(40);
	common.proto = ESP;
	for (i = 0; i < set->count; i++) {
		if (chance(20))
			want |= takes & BIT(set->attrs[i].number);
	}
	if (!strcmp(set->name, "policy"))
		want = fit_policy(want) & takes;
	else if (!strcmp(set->name, "sa"))
		want = fit_sa(want, takes);
	top->set = set;
	for (i = 0; i < set->count; i++) {
		const struct attr *a = &set->attrs[i];

		if (want & BIT(a->number))
			tree_add(&top->child, a->number | (a->nest >= 0 ? NLA_F_NESTED : 0), value,
				 object_value(set, a, value));
	}
}

/* Tables shall grow, and what waits in them come to its end. Probing all algorithms takes long. */
uint32_t object_weight(const struct cmd *cmd)
{
	switch (cmd->number) {
	case IPSEC_CMD_POLICY_FLUSH:
	case IPSEC_CMD_SA_FLUSH:
		return 2;
	case IPSEC_CMD_ALG_GET:
		return 3;
	case IPSEC_CMD_POLICY_DEL:
	case IPSEC_CMD_SA_DEL:
		return 40;
	}
	return 100;
}

static void add_transaction(struct node *ops, const struct cmd *cmd)
{
	int count = 1 + random_below(chance(90) ? 6 : 60);

	ops->set = &sets[cmd->set];
	while (count--) {
		const struct cmd *part = &cmds[random_below(cmd_count)];
		uint32_t number = part->number;
		struct node *op, *nest;

		if (!world.in_transaction[number] || !chance(object_weight(part)))
			continue;
		op = tree_add(&ops->child, IPSEC_A_OP | NLA_F_NESTED, NULL, 0);
		if (!op)
			return;
		op->set = ops->set;
		tree_add(&op->child, IPSEC_A_OP_CMD, &number, sizeof(number));
		if (part->set < 0)
			continue;
		nest = tree_add(&op->child, NLA_F_NESTED |
				(part->object == IPSEC_A_SA ? IPSEC_A_OP_SA : IPSEC_A_OP_POLICY),
				NULL, 0);
		if (nest)
			object_add(nest, part);
	}
}

void object_request(struct node **list, const struct cmd *cmd)
{
	struct node *top;

	if (!cmd->object)
		return;
	top = tree_add(list, cmd->object | NLA_F_NESTED, NULL, 0);
	if (!top)
		return;
	if (cmd->object == IPSEC_A_OPS)
		add_transaction(top, cmd);
	else
		object_add(top, cmd);
}
