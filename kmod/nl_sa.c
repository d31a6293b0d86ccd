// SPDX-License-Identifier: GPL-2.0
#include "nl_sa.h"
#include "ah.h"
#include "esp.h"
#include "mode.h"
#include "natt.h"
#include "route.h"

#include <linux/timekeeping.h>

#define BIT_OF(attr)	BIT_ULL(IPSEC_A_SA_##attr)

#define FLAGS_ALL	(IPSEC_SA_F_ESN | IPSEC_SA_F_NO_ECN | IPSEC_SA_F_NO_DSCP |	\
			 IPSEC_SA_F_DECAP_DSCP | IPSEC_SA_F_INSECURE)

const struct nla_policy ipsec_nl_sa_attrs[IPSEC_A_SA_MAX + 1] = {
	[IPSEC_A_SA_ID]			= NLA_POLICY_MIN(NLA_U32, 1),
	[IPSEC_A_SA_SPI]		= { .type = NLA_U32 },		/* be32 */
	[IPSEC_A_SA_PROTO]		= { .type = NLA_U8 },
	[IPSEC_A_SA_DIR]		= NLA_POLICY_RANGE(NLA_U8, IPSEC_SA_DIR_IN,
							   IPSEC_SA_DIR_OUT),
	[IPSEC_A_SA_MODE]		= NLA_POLICY_RANGE(NLA_U8, IPSEC_SA_MODE_TRANSPORT,
							   IPSEC_SA_MODE_TUNNEL),
	[IPSEC_A_SA_SRC]		= IPSEC_NL_ADDR,
	[IPSEC_A_SA_DST]		= IPSEC_NL_ADDR,
	[IPSEC_A_SA_ENC]		= { .type = NLA_NUL_STRING },
	[IPSEC_A_SA_ENC_KEY]		= { .type = NLA_BINARY },
	[IPSEC_A_SA_AUTH]		= { .type = NLA_NUL_STRING },
	[IPSEC_A_SA_AUTH_KEY]		= { .type = NLA_BINARY },
	[IPSEC_A_SA_FLAGS]		= NLA_POLICY_MASK(NLA_U32, FLAGS_ALL),
	[IPSEC_A_SA_REPLAY_WINDOW]	= { .type = NLA_U32 },
	[IPSEC_A_SA_POLICY_ID]		= NLA_POLICY_MIN(NLA_U32, 1),
	[IPSEC_A_SA_SEL_SRC]		= IPSEC_NL_ADDR,
	[IPSEC_A_SA_SEL_SRC_LEN]	= { .type = NLA_U8 },
	[IPSEC_A_SA_SEL_DST]		= IPSEC_NL_ADDR,
	[IPSEC_A_SA_SEL_DST_LEN]	= { .type = NLA_U8 },
	[IPSEC_A_SA_SEL_PROTO]		= { .type = NLA_U8 },
	[IPSEC_A_SA_SOFT_TIME_S]	= { .type = NLA_U64 },
	[IPSEC_A_SA_HARD_TIME_S]	= { .type = NLA_U64 },
	[IPSEC_A_SA_SOFT_BYTES]		= { .type = NLA_U64 },
	[IPSEC_A_SA_HARD_BYTES]		= { .type = NLA_U64 },
	[IPSEC_A_SA_SOFT_PACKETS]	= { .type = NLA_U64 },
	[IPSEC_A_SA_HARD_PACKETS]	= { .type = NLA_U64 },
	[IPSEC_A_SA_ENCAP]		= NLA_POLICY_MAX(NLA_U8, IPSEC_SA_ENCAP_UDP),
	[IPSEC_A_SA_ENCAP_SPORT]	= { .type = NLA_U16 },		/* be16 */
	[IPSEC_A_SA_ENCAP_DPORT]	= { .type = NLA_U16 },		/* be16 */
	[IPSEC_A_SA_TFC_PAD]		= { .type = NLA_U32 },
	[IPSEC_A_SA_MARK]		= { .type = NLA_U32 },
	[IPSEC_A_SA_DF]			= NLA_POLICY_MAX(NLA_U8, IPSEC_SA_DF_CLEAR),
	[IPSEC_A_SA_SEQ]		= { .type = NLA_U64 },
	[IPSEC_A_SA_COOKIE]		= { .type = NLA_U64 },
	[IPSEC_A_SA_SHOW_KEYS]		= { .type = NLA_FLAG },
	[IPSEC_A_SA_STATE]		= IPSEC_NL_ANSWER("state"),
	[IPSEC_A_SA_DRIVER]		= IPSEC_NL_ANSWER("driver"),
	[IPSEC_A_SA_HW]			= IPSEC_NL_ANSWER("hw-aead"),
	[IPSEC_A_SA_PACKETS]		= IPSEC_NL_ANSWER("packets"),
	[IPSEC_A_SA_BYTES]		= IPSEC_NL_ANSWER("bytes"),
	[IPSEC_A_SA_ERRORS]		= IPSEC_NL_ANSWER("errors"),
	[IPSEC_A_SA_REPLAYS]		= IPSEC_NL_ANSWER("replays"),
	[IPSEC_A_SA_ADD_TIME_MS]	= IPSEC_NL_ANSWER("added"),
	[IPSEC_A_SA_USE_TIME_MS]	= IPSEC_NL_ANSWER("used"),
	[IPSEC_A_SA_OVERHEAD]		= IPSEC_NL_ANSWER("overhead"),
	[IPSEC_A_SA_PMTU]		= IPSEC_NL_ANSWER("pmtu"),
	[IPSEC_A_SA_EXPIRE_HARD]	= IPSEC_NL_ANSWER("hard"),
	[IPSEC_A_SA_EXPIRE_WHY]		= IPSEC_NL_ANSWER("why"),
	[IPSEC_A_SA_LAST_DROP]		= IPSEC_NL_ANSWER("last-drop"),
};

static const char *const sa_words[IPSEC_A_SA_MAX + 1] = {
	[IPSEC_A_SA_ID]			= "id",
	[IPSEC_A_SA_SPI]		= "spi",
	[IPSEC_A_SA_PROTO]		= "ipsec-protocol",
	[IPSEC_A_SA_DIR]		= "direction",
	[IPSEC_A_SA_MODE]		= "mode",
	[IPSEC_A_SA_SRC]		= "src-address",
	[IPSEC_A_SA_DST]		= "dst-address",
	[IPSEC_A_SA_ENC]		= "enc-algorithm",
	[IPSEC_A_SA_ENC_KEY]		= "enc-key",
	[IPSEC_A_SA_AUTH]		= "auth-algorithm",
	[IPSEC_A_SA_AUTH_KEY]		= "auth-key",
	[IPSEC_A_SA_FLAGS]		= "flags",
	[IPSEC_A_SA_REPLAY_WINDOW]	= "replay-window",
	[IPSEC_A_SA_POLICY_ID]		= "policy",
	[IPSEC_A_SA_SEL_SRC]		= "sel-src-address",
	[IPSEC_A_SA_SEL_SRC_LEN]	= "sel-src-address prefix length",
	[IPSEC_A_SA_SEL_DST]		= "sel-dst-address",
	[IPSEC_A_SA_SEL_DST_LEN]	= "sel-dst-address prefix length",
	[IPSEC_A_SA_SEL_PROTO]		= "sel-protocol",
	[IPSEC_A_SA_SOFT_TIME_S]	= "lifetime soft limit",
	[IPSEC_A_SA_HARD_TIME_S]	= "lifetime",
	[IPSEC_A_SA_SOFT_BYTES]		= "lifebytes soft limit",
	[IPSEC_A_SA_HARD_BYTES]		= "lifebytes",
	[IPSEC_A_SA_SOFT_PACKETS]	= "lifepackets soft limit",
	[IPSEC_A_SA_HARD_PACKETS]	= "lifepackets",
	[IPSEC_A_SA_ENCAP]		= "nat-traversal",
	[IPSEC_A_SA_ENCAP_SPORT]	= "src-port",
	[IPSEC_A_SA_ENCAP_DPORT]	= "dst-port",
	[IPSEC_A_SA_TFC_PAD]		= "tfc-pad",
	[IPSEC_A_SA_MARK]		= "mark",
	[IPSEC_A_SA_DF]			= "df",
	[IPSEC_A_SA_SEQ]		= "seq",
	[IPSEC_A_SA_COOKIE]		= "cookie",
	[IPSEC_A_SA_SHOW_KEYS]		= "show-sensitive",
};

const struct ipsec_nl_nest ipsec_nl_sa_nest = {
	.max = IPSEC_A_SA_MAX,
	.policy = ipsec_nl_sa_attrs,
	.names = sa_words,
};

#define NAME	(BIT_OF(ID) | BIT_OF(SPI) | BIT_OF(DST) | BIT_OF(PROTO))
#define LIMITS	(BIT_OF(SOFT_TIME_S) | BIT_OF(HARD_TIME_S) | BIT_OF(SOFT_BYTES) |	\
		 BIT_OF(HARD_BYTES) | BIT_OF(SOFT_PACKETS) | BIT_OF(HARD_PACKETS))
#define ENCAP	(BIT_OF(ENCAP) | BIT_OF(ENCAP_SPORT) | BIT_OF(ENCAP_DPORT))
#define SA	(BIT_OF(SPI) | BIT_OF(PROTO) | BIT_OF(DIR) | BIT_OF(MODE) | BIT_OF(SRC) |	\
		 BIT_OF(DST) | BIT_OF(ENC) | BIT_OF(ENC_KEY) | BIT_OF(AUTH) | BIT_OF(AUTH_KEY) | \
		 BIT_OF(FLAGS) | BIT_OF(REPLAY_WINDOW) | BIT_OF(POLICY_ID) | BIT_OF(SEL_SRC) |	\
		 BIT_OF(SEL_SRC_LEN) | BIT_OF(SEL_DST) | BIT_OF(SEL_DST_LEN) |			\
		 BIT_OF(SEL_PROTO) | LIMITS | ENCAP | BIT_OF(TFC_PAD) | BIT_OF(MARK) |		\
		 BIT_OF(DF) | BIT_OF(SEQ) | BIT_OF(COOKIE))

static const struct {
	u64 allowed;
	u64 required;
} requests[] = {
	[IPSEC_CMD_SPI_ALLOC] = {
		BIT_OF(SRC) | BIT_OF(DST) | BIT_OF(PROTO) | BIT_OF(SPI) | BIT_OF(MODE) |
		BIT_OF(POLICY_ID) | BIT_OF(HARD_TIME_S),
		BIT_OF(SRC) | BIT_OF(DST) },
	[IPSEC_CMD_SA_NEW] = {
		SA, BIT_OF(SPI) | BIT_OF(DIR) | BIT_OF(SRC) | BIT_OF(DST) },
	[IPSEC_CMD_SA_UPDATE]	= { NAME | LIMITS | ENCAP | BIT_OF(COOKIE), 0 },
	[IPSEC_CMD_SA_DEL]	= { NAME, 0 },
	[IPSEC_CMD_SA_GET]	= { NAME | BIT_OF(SHOW_KEYS), 0 },
	[IPSEC_CMD_SA_FLUSH]	= { 0, 0 },
};

int ipsec_nl_sa_parse(u8 cmd, const struct nlattr **tb, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	BUILD_BUG_ON(IPSEC_A_SA_MAX >= 64 || IPSEC_A_SA_PAD != 1);
	return ipsec_nl_parse(&ipsec_nl_sa_nest, tb, attr, requests[cmd].allowed,
			      requests[cmd].required, extack);
}

int ipsec_nl_sa_proto(const struct nlattr *attr, u8 *proto, struct netlink_ext_ack *extack)
{
	*proto = attr ? nla_get_u8(attr) : IPPROTO_ESP;
	if (*proto == IPPROTO_ESP || *proto == IPPROTO_AH)
		return 0;
	return ipsec_nl_say(extack, attr, "ipsec-protocol: esp (50) or ah (51) is right");
}

static struct ipsec_sa *find_by_spi(struct ipsec_sad *sad, const struct nlattr **tb,
				    struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[IPSEC_A_SA_SPI];
	union ipsec_addr dst;
	struct ipsec_sa *sa;
	u8 family, proto;

	if (!attr || !tb[IPSEC_A_SA_DST]) {
		NL_SET_ERR_MSG(extack, "id: missing; name the SA by id, or by spi and dst-address");
		return ERR_PTR(-EINVAL);
	}
	if (ipsec_nl_sa_proto(tb[IPSEC_A_SA_PROTO], &proto, extack) ||
	    ipsec_nl_addr(&ipsec_nl_sa_nest, tb[IPSEC_A_SA_DST], &dst, &family, extack))
		return ERR_PTR(-EINVAL);
	sa = ipsec_sad_by_spi(sad, nla_get_be32(attr), proto, family, &dst);
	if (sa)
		return sa;
	NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "spi: there is no SA 0x%08x with this dst-address",
				be32_to_cpu(nla_get_be32(attr)));
	return ERR_PTR(-ENOENT);
}

struct ipsec_sa *ipsec_nl_sa_find(struct ipsec_sad *sad, const struct nlattr **tb,
				  struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[IPSEC_A_SA_ID];
	struct ipsec_sa *sa;

	if (!attr)
		return find_by_spi(sad, tb, extack);
	if (tb[IPSEC_A_SA_SPI] || tb[IPSEC_A_SA_DST] || tb[IPSEC_A_SA_PROTO]) {
		ipsec_nl_say(extack, attr, "id: give it alone, or spi and dst-address instead");
		return ERR_PTR(-EINVAL);
	}
	sa = ipsec_sad_by_id(sad, nla_get_u32(attr));
	if (sa)
		return sa;
	NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "id: there is no SA with id %u", nla_get_u32(attr));
	return ERR_PTR(-ENOENT);
}

void ipsec_nl_sa_wipe(const struct nlattr *nest)
{
	const struct nlattr *a;
	int rem;

	nla_for_each_nested(a, nest, rem) {
		int type = nla_type(a);

		/* The request is ours until we return; only its type says that we do not write. */
		if (type == IPSEC_A_SA_ENC_KEY || type == IPSEC_A_SA_AUTH_KEY)
			memzero_explicit(nla_data(a), nla_len(a));
	}
}

static u32 overhead(const struct ipsec_sa *sa, const struct ipsec_key *key)
{
	if (sa->ends.proto == IPPROTO_AH)
		return ipsec_mode_head_len(sa) + ipsec_ah_head_len(key, sa->ends.family);
	return ipsec_mode_head_len(sa) + ipsec_natt_head_len(sa) + ipsec_esp_overhead_max(key);
}

static int put_keys(struct sk_buff *msg, const struct ipsec_key *key)
{
	int err = 0;

	if (key->enc_key_len)
		err = nla_put(msg, IPSEC_A_SA_ENC_KEY, key->enc_key_len, ipsec_key_enc(key));
	if (!err && key->auth_key_len)
		err = nla_put(msg, IPSEC_A_SA_AUTH_KEY, key->auth_key_len, ipsec_key_auth(key));
	return err;
}

/* A larval SA has no key. A key that software replaces stays until the SA goes. */
static int put_crypto(struct sk_buff *msg, const struct ipsec_sa *sa, bool keys)
{
	const struct ipsec_key *key = rcu_access_pointer(sa->key);
	int err;

	if (!key)
		return 0;
	err = nla_put_string(msg, IPSEC_A_SA_DRIVER, ipsec_key_driver(key)) ?:
	      nla_put_u32(msg, IPSEC_A_SA_OVERHEAD, overhead(sa, key));
	if (!err && key->suite.enc)
		err = nla_put_string(msg, IPSEC_A_SA_ENC, key->suite.enc->name);
	if (!err && key->suite.auth)
		err = nla_put_string(msg, IPSEC_A_SA_AUTH, key->suite.auth->name);
	if (!err && key->hw)
		err = nla_put_flag(msg, IPSEC_A_SA_HW);
	if (!err && keys)
		err = put_keys(msg, key);
	return err;
}

static int put_pmtu(struct sk_buff *msg, struct ipsec_sa *sa)
{
	struct dst_entry *dst;
	u32 pmtu = 0;

	if (sa->dir != IPSEC_SA_DIR_OUT || sa->ends.mode != IPSEC_SA_MODE_TUNNEL ||
	    !ipsec_sa_alive(sa))
		return 0;
	rcu_read_lock();
	local_bh_disable();
	dst = ipsec_route_out(sa);
	if (!IS_ERR(dst)) {
		pmtu = dst_mtu(dst);
		dst_release(dst);
	}
	local_bh_enable();
	rcu_read_unlock();
	return pmtu ? nla_put_u32(msg, IPSEC_A_SA_PMTU, pmtu) : 0;
}

static int put_ends(struct sk_buff *msg, const struct ipsec_sa *sa)
{
	int err = nla_put_u32(msg, IPSEC_A_SA_ID, sa->id) ?:
		  nla_put_be32(msg, IPSEC_A_SA_SPI, sa->spi) ?:
		  nla_put_u8(msg, IPSEC_A_SA_PROTO, sa->ends.proto) ?:
		  nla_put_u8(msg, IPSEC_A_SA_DIR, sa->dir) ?:
		  nla_put_u8(msg, IPSEC_A_SA_MODE, sa->ends.mode) ?:
		  ipsec_notify_put_addr(msg, IPSEC_A_SA_SRC, &sa->ends.src, sa->ends.family) ?:
		  ipsec_notify_put_addr(msg, IPSEC_A_SA_DST, &sa->ends.dst, sa->ends.family);

	if (!err && sa->ends.policy_id)
		err = nla_put_u32(msg, IPSEC_A_SA_POLICY_ID, sa->ends.policy_id);
	if (!err && sa->has_sel)
		err = ipsec_nl_put_prefixes(msg, IPSEC_A_SA_SEL_SRC, &sa->sel);
	if (!err && sa->has_sel && sa->sel.proto)
		err = nla_put_u8(msg, IPSEC_A_SA_SEL_PROTO, sa->sel.proto);
	return err;
}

static int put_options(struct sk_buff *msg, const struct ipsec_sa *sa)
{
	bool out = sa->dir == IPSEC_SA_DIR_OUT;
	int err = nla_put_u32(msg, IPSEC_A_SA_FLAGS, sa->flags) ?:
		  nla_put_u8(msg, IPSEC_A_SA_STATE, READ_ONCE(sa->state)) ?:
		  nla_put_u8(msg, IPSEC_A_SA_ENCAP, sa->encap) ?:
		  nla_put_u8(msg, IPSEC_A_SA_DF, sa->df) ?:
		  nla_put_u32(msg, IPSEC_A_SA_MARK, sa->mark) ?:
		  nla_put_u32(msg, IPSEC_A_SA_TFC_PAD, sa->tfc_pad) ?:
		  ipsec_nl_put_u64(msg, IPSEC_A_SA_COOKIE, sa->cookie) ?:
		  ipsec_nl_put_u64(msg, IPSEC_A_SA_SEQ, out ? atomic64_read(&sa->seq) + 1 :
							      READ_ONCE(sa->replay.top));

	if (!err && !out)
		err = nla_put_u32(msg, IPSEC_A_SA_REPLAY_WINDOW, sa->replay.size);
	if (!err && sa->encap)
		err = nla_put_be16(msg, IPSEC_A_SA_ENCAP_SPORT, sa->encap_sport) ?:
		      nla_put_be16(msg, IPSEC_A_SA_ENCAP_DPORT, sa->encap_dport);
	return err;
}

static int put_life(struct sk_buff *msg, const struct ipsec_sa *sa)
{
	const struct ipsec_limits *limits = &sa->life.limits;
	enum ipsec_reason last_drop = READ_ONCE(sa->last_drop);
	struct ipsec_sa_cpu sum;
	int err;

	ipsec_sa_sum(sa, &sum);
	err = ipsec_nl_put_u64(msg, IPSEC_A_SA_SOFT_TIME_S, limits->soft_time_s) ?:
	      ipsec_nl_put_u64(msg, IPSEC_A_SA_HARD_TIME_S, limits->hard_time_s) ?:
	      ipsec_nl_put_u64(msg, IPSEC_A_SA_SOFT_BYTES, limits->soft_bytes) ?:
	      ipsec_nl_put_u64(msg, IPSEC_A_SA_HARD_BYTES, limits->hard_bytes) ?:
	      ipsec_nl_put_u64(msg, IPSEC_A_SA_SOFT_PACKETS, limits->soft_packets) ?:
	      ipsec_nl_put_u64(msg, IPSEC_A_SA_HARD_PACKETS, limits->hard_packets) ?:
	      ipsec_nl_put_u64(msg, IPSEC_A_SA_PACKETS, sum.packets) ?:
	      ipsec_nl_put_u64(msg, IPSEC_A_SA_BYTES, sum.bytes) ?:
	      ipsec_nl_put_u64(msg, IPSEC_A_SA_ERRORS, sum.errors) ?:
	      ipsec_nl_put_u64(msg, IPSEC_A_SA_REPLAYS, sum.replays) ?:
	      ipsec_nl_put_u64(msg, IPSEC_A_SA_ADD_TIME_MS, ipsec_lifetime_age_ms(&sa->life));
	if (!err && sum.last_use)
		err = ipsec_nl_put_u64(msg, IPSEC_A_SA_USE_TIME_MS,
				       div_u64(ktime_get_coarse_boottime_ns() - sum.last_use,
					       NSEC_PER_MSEC));
	if (!err && last_drop != IPSEC_REASON_NONE)
		err = nla_put_string(msg, IPSEC_A_SA_LAST_DROP,
				     ipsec_stats_reason_name(last_drop));
	return err;
}

int ipsec_nl_sa_put(struct sk_buff *msg, struct ipsec_sa *sa, bool keys)
{
	return put_ends(msg, sa) ?: put_options(msg, sa) ?: put_life(msg, sa) ?:
	       put_crypto(msg, sa, keys) ?: put_pmtu(msg, sa);
}
