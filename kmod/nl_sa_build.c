// SPDX-License-Identifier: GPL-2.0
#include "nl_sa_build.h"
#include "replay.h"

#define WINDOW_DEFAULT	1024

/* RFC 4303 section 2.1: 1…255 are reserved, 0 is local. */
#define SPI_FIRST	256

#define LARVAL_TIME_S		30
#define LARVAL_TIME_MAX_S	3600

static const char *word_of(int attr)
{
	return ipsec_nl_sa_nest.names[attr];
}

static int check_spi(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	u32 spi = be32_to_cpu(nla_get_be32(attr));

	if (spi >= SPI_FIRST)
		return 0;
	NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "spi: 0x%x is reserved (RFC 4303); use 0x%x or more",
				spi, SPI_FIRST);
	return -EINVAL;
}

static const struct ipsec_alg *find_alg(const struct nlattr *attr, bool auth,
					struct netlink_ext_ack *extack)
{
	const struct ipsec_alg *alg = ipsec_alg_find(nla_data(attr), auth);

	if (!alg)
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "%s: %.*s is unknown; see algorithm print",
					word_of(nla_type(attr)), IPSEC_ALG_NAME_MAX,
					(const char *)nla_data(attr));
	return alg;
}

static int parse_suite_ah(const struct nlattr **tb, u32 flags, struct ipsec_suite *suite,
			  struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[IPSEC_A_SA_AUTH];
	const struct ipsec_alg *auth;
	const char *why;

	if (tb[IPSEC_A_SA_ENC])
		return ipsec_nl_say(extack, tb[IPSEC_A_SA_ENC],
				    "enc-algorithm: AH does not encrypt; leave it out, or use esp");
	if (flags & IPSEC_SA_F_INSECURE)
		return ipsec_nl_say(extack, tb[IPSEC_A_SA_FLAGS], "insecure: not with AH");
	if (!attr) {
		NL_SET_ERR_MSG(extack, "auth-algorithm: missing; this request needs it");
		return -EINVAL;
	}
	auth = find_alg(attr, true, extack);
	if (!auth)
		return -EINVAL;
	why = ipsec_alg_suite_ah(suite, auth, flags & IPSEC_SA_F_ESN);
	return why ? ipsec_nl_say(extack, attr, why) : 0;
}

static int parse_suite(const struct nlattr **tb, u32 flags, struct ipsec_suite *suite,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *enc_attr = tb[IPSEC_A_SA_ENC], *auth_attr = tb[IPSEC_A_SA_AUTH];
	const struct ipsec_alg *enc, *auth = NULL;
	const char *why;

	if (!enc_attr) {
		NL_SET_ERR_MSG(extack, "enc-algorithm: missing; this request needs it");
		return -EINVAL;
	}
	enc = find_alg(enc_attr, false, extack);
	if (!enc)
		return -EINVAL;
	if (auth_attr) {
		auth = find_alg(auth_attr, true, extack);
		if (!auth)
			return -EINVAL;
	}
	why = ipsec_alg_suite(suite, enc, auth, flags & IPSEC_SA_F_ESN,
			      flags & IPSEC_SA_F_INSECURE);
	return why ? ipsec_nl_say(extack, auth_attr ?: enc_attr, why) : 0;
}

static struct ipsec_key *build_key(struct ipsec_pernet *pn, const struct nlattr **tb, u8 proto,
				   u32 flags, struct netlink_ext_ack *extack)
{
	const struct nlattr *enc = tb[IPSEC_A_SA_ENC_KEY], *auth = tb[IPSEC_A_SA_AUTH_KEY];
	struct ipsec_suite suite;
	int err = proto == IPPROTO_AH ? parse_suite_ah(tb, flags, &suite, extack) :
					parse_suite(tb, flags, &suite, extack);

	if (err)
		return ERR_PTR(err);
	return ipsec_key_new(&suite, enc ? nla_data(enc) : NULL, enc ? nla_len(enc) : 0,
			     auth ? nla_data(auth) : NULL, auth ? nla_len(auth) : 0,
			     &pn->stats, extack);
}

static int parse_window(const struct nlattr **tb, u32 flags, u32 *window,
			struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[IPSEC_A_SA_REPLAY_WINDOW];

	*window = attr ? nla_get_u32(attr) : WINDOW_DEFAULT;
	if (!*window && (flags & IPSEC_SA_F_ESN))
		return ipsec_nl_say(extack, attr,
				    "replay-window: must be on with esn=yes (RFC 4303 2.2.1)");
	if (*window && (*window < IPSEC_REPLAY_MIN || *window > IPSEC_REPLAY_MAX)) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr,
					"replay-window: %u; %u to %u, or 0 (off), is right",
					*window, IPSEC_REPLAY_MIN, IPSEC_REPLAY_MAX);
		return -EINVAL;
	}
	return 0;
}

/* Attribute: next outbound number, or top of the inbound window. Ours: last number, or top. */
static int parse_seq(const struct nlattr **tb, u8 dir, u32 flags, u64 *seq,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[IPSEC_A_SA_SEQ];

	*seq = 0;
	if (!attr)
		return 0;
	*seq = nla_get_u64(attr);
	if (dir == IPSEC_SA_DIR_OUT && !(*seq)--)
		return ipsec_nl_say(extack, attr, "seq: the first number is 1 (RFC 4303 3.3.3)");
	if (!(flags & IPSEC_SA_F_ESN) && *seq > U32_MAX)
		return ipsec_nl_say(extack, attr, "seq: beyond 32 bits; that needs esn=yes");
	return 0;
}

static void parse_limits(const struct nlattr **tb, struct ipsec_limits *limits)
{
	static const struct {
		int attr;
		size_t offset;
	} fields[] = {
		{ IPSEC_A_SA_SOFT_TIME_S, offsetof(struct ipsec_limits, soft_time_s) },
		{ IPSEC_A_SA_HARD_TIME_S, offsetof(struct ipsec_limits, hard_time_s) },
		{ IPSEC_A_SA_SOFT_BYTES, offsetof(struct ipsec_limits, soft_bytes) },
		{ IPSEC_A_SA_HARD_BYTES, offsetof(struct ipsec_limits, hard_bytes) },
		{ IPSEC_A_SA_SOFT_PACKETS, offsetof(struct ipsec_limits, soft_packets) },
		{ IPSEC_A_SA_HARD_PACKETS, offsetof(struct ipsec_limits, hard_packets) },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct nlattr *attr = tb[fields[i].attr];

		if (attr)
			*(u64 *)((char *)limits + fields[i].offset) = nla_get_u64(attr);
	}
}

static int check_limit(const struct nlattr **tb, int soft_attr, u64 soft, u64 hard,
		       struct netlink_ext_ack *extack)
{
	if (!hard || soft <= hard)
		return 0;
	NL_SET_ERR_MSG_ATTR_FMT(extack, tb[soft_attr] ?: tb[soft_attr + 1],
				"%s: above the hard limit; swap them", word_of(soft_attr));
	return -EINVAL;
}

static int check_limits(const struct nlattr **tb, const struct ipsec_limits *limits,
			struct netlink_ext_ack *extack)
{
	return check_limit(tb, IPSEC_A_SA_SOFT_TIME_S, limits->soft_time_s, limits->hard_time_s,
			   extack) ?:
	       check_limit(tb, IPSEC_A_SA_SOFT_BYTES, limits->soft_bytes, limits->hard_bytes,
			   extack) ?:
	       check_limit(tb, IPSEC_A_SA_SOFT_PACKETS, limits->soft_packets,
			   limits->hard_packets, extack);
}

static int check_port(const struct nlattr **tb, int type, bool encap,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[type];

	if (encap && (!attr || !nla_get_be16(attr))) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr ?: tb[IPSEC_A_SA_ENCAP],
					"%s: nat-traversal needs a port, 1 to 65535",
					word_of(type));
		return -EINVAL;
	}
	if (!encap && attr) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, attr, "%s: only with nat-traversal=yes",
					word_of(type));
		return -EINVAL;
	}
	return 0;
}

static int parse_encap(const struct nlattr **tb, struct ipsec_sa *sa,
		       struct netlink_ext_ack *extack)
{
	bool encap = tb[IPSEC_A_SA_ENCAP] && nla_get_u8(tb[IPSEC_A_SA_ENCAP]);
	int err = check_port(tb, IPSEC_A_SA_ENCAP_SPORT, encap, extack) ?:
		  check_port(tb, IPSEC_A_SA_ENCAP_DPORT, encap, extack);

	if (err || !encap)
		return err;
	if (sa->ends.proto == IPPROTO_AH)
		return ipsec_nl_say(extack, tb[IPSEC_A_SA_ENCAP],
				    "nat-traversal: AH covers what NAT changes; use esp");
	sa->encap = IPSEC_SA_ENCAP_UDP;
	sa->encap_sport = nla_get_be16(tb[IPSEC_A_SA_ENCAP_SPORT]);
	sa->encap_dport = nla_get_be16(tb[IPSEC_A_SA_ENCAP_DPORT]);
	return 0;
}

static int parse_tfc(const struct nlattr **tb, struct ipsec_sa *sa,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = tb[IPSEC_A_SA_TFC_PAD];

	if (!attr)
		return 0;
	sa->tfc_pad = nla_get_u32(attr);
	if (sa->tfc_pad > U16_MAX)
		return ipsec_nl_say(extack, attr, "tfc-pad: a packet has at most 65535 bytes");
	if (sa->tfc_pad && sa->ends.proto == IPPROTO_AH)
		return ipsec_nl_say(extack, attr, "tfc-pad: AH hides nothing; only with esp");
	if (sa->tfc_pad && sa->ends.mode != IPSEC_SA_MODE_TUNNEL)
		return ipsec_nl_say(extack, attr,
				    "tfc-pad: only with mode=tunnel (RFC 4303 section 2.7)");
	return 0;
}

static int parse_selector(const struct nlattr **tb, struct ipsec_sa *sa,
			  struct netlink_ext_ack *extack)
{
	sa->sel.sport_max = U16_MAX;
	sa->sel.dport_max = U16_MAX;
	if (tb[IPSEC_A_SA_SEL_PROTO])
		sa->sel.proto = nla_get_u8(tb[IPSEC_A_SA_SEL_PROTO]);
	sa->has_sel = tb[IPSEC_A_SA_SEL_PROTO] || tb[IPSEC_A_SA_SEL_SRC] || tb[IPSEC_A_SA_SEL_DST];
	return ipsec_nl_prefixes(&ipsec_nl_sa_nest, tb, IPSEC_A_SA_SEL_SRC, &sa->sel, extack);
}

/* What larval and mature SAs are known by. */
static int parse_ends(const struct nlattr **tb, struct ipsec_sa *sa,
		      struct netlink_ext_ack *extack)
{
	sa->ends.mode = tb[IPSEC_A_SA_MODE] ? nla_get_u8(tb[IPSEC_A_SA_MODE]) :
					      IPSEC_SA_MODE_TRANSPORT;
	if (tb[IPSEC_A_SA_POLICY_ID])
		sa->ends.policy_id = nla_get_u32(tb[IPSEC_A_SA_POLICY_ID]);
	if (tb[IPSEC_A_SA_SPI]) {
		if (check_spi(tb[IPSEC_A_SA_SPI], extack))
			return -EINVAL;
		sa->spi = nla_get_be32(tb[IPSEC_A_SA_SPI]);
	}
	return ipsec_nl_sa_proto(tb[IPSEC_A_SA_PROTO], &sa->ends.proto, extack) ?:
	       ipsec_nl_pair(&ipsec_nl_sa_nest, tb, IPSEC_A_SA_SRC, IPSEC_A_SA_DST, &sa->ends.src,
			     &sa->ends.dst, &sa->ends.family, extack);
}

static int parse_rest(const struct nlattr **tb, struct ipsec_sa *sa,
		      struct netlink_ext_ack *extack)
{
	if (tb[IPSEC_A_SA_MARK])
		sa->mark = nla_get_u32(tb[IPSEC_A_SA_MARK]);
	if (tb[IPSEC_A_SA_DF])
		sa->df = nla_get_u8(tb[IPSEC_A_SA_DF]);
	if (tb[IPSEC_A_SA_COOKIE])
		sa->cookie = nla_get_u64(tb[IPSEC_A_SA_COOKIE]);
	parse_limits(tb, &sa->life.limits);
	return check_limits(tb, &sa->life.limits, extack) ?: parse_encap(tb, sa, extack) ?:
	       parse_tfc(tb, sa, extack) ?: parse_selector(tb, sa, extack);
}

struct ipsec_sa *ipsec_nl_sa_build_mature(struct ipsec_pernet *pn, const struct nlattr **tb,
					  struct netlink_ext_ack *extack)
{
	u32 flags = tb[IPSEC_A_SA_FLAGS] ? nla_get_u32(tb[IPSEC_A_SA_FLAGS]) : 0;
	u8 dir = nla_get_u8(tb[IPSEC_A_SA_DIR]);
	struct ipsec_key *key;
	struct ipsec_sa *sa;
	u32 window;
	u64 seq;
	int err;

	err = parse_window(tb, flags, &window, extack) ?: parse_seq(tb, dir, flags, &seq, extack);
	if (err)
		return ERR_PTR(err);
	sa = ipsec_sa_new(pn->net, pn, &pn->stats, dir, window, flags & IPSEC_SA_F_ESN, seq);
	if (!sa)
		return ERR_PTR(-ENOMEM);
	sa->flags = flags;
	err = parse_ends(tb, sa, extack) ?: parse_rest(tb, sa, extack);
	key = err ? ERR_PTR(err) : build_key(pn, tb, sa->ends.proto, flags, extack);
	if (IS_ERR(key)) {
		ipsec_sa_abort(sa);
		return ERR_CAST(key);
	}
	RCU_INIT_POINTER(sa->key, key);
	sa->state = IPSEC_SA_STATE_MATURE;
	return sa;
}

struct ipsec_sa *ipsec_nl_sa_build_larval(struct ipsec_pernet *pn, const struct nlattr **tb,
					  struct netlink_ext_ack *extack)
{
	const struct nlattr *life = tb[IPSEC_A_SA_HARD_TIME_S];
	u64 seconds = life ? nla_get_u64(life) : LARVAL_TIME_S;
	struct ipsec_sa *sa;
	int err;

	if (!seconds || seconds > LARVAL_TIME_MAX_S) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, life,
					"lifetime: a larval SA may wait 1 to %u seconds",
					LARVAL_TIME_MAX_S);
		return ERR_PTR(-EINVAL);
	}
	sa = ipsec_sa_new(pn->net, pn, &pn->stats, IPSEC_SA_DIR_IN, 0, false, 0);
	if (!sa)
		return ERR_PTR(-ENOMEM);
	sa->life.limits.hard_time_s = seconds;
	err = parse_ends(tb, sa, extack);
	if (err) {
		ipsec_sa_abort(sa);
		return ERR_PTR(err);
	}
	return sa;
}

void ipsec_nl_sa_build_warn(const struct ipsec_pernet *pn, const struct ipsec_sa *sa,
			    struct netlink_ext_ack *extack)
{
	if (sa->dir == IPSEC_SA_DIR_IN && sa->encap &&
	    !ipsec_natt_is_port(&pn->natt, sa->encap_dport))
		NL_SET_ERR_MSG_FMT(extack,
				   "dst-port: %u is none of ike-ports: nothing reaches this SA",
				   ntohs(sa->encap_dport));
}

void ipsec_nl_sa_build_start(struct ipsec_sa *sa)
{
	struct ipsec_limits limits = sa->life.limits;

	/* Making the key may have taken seconds: modules, known answers. */
	sa->life.added = ktime_get_boottime();
	ipsec_lifetime_set(&sa->life, &limits);
}

int ipsec_nl_sa_build_check_policy(const struct ipsec_spd *spd, const struct ipsec_sa *sa,
				   struct netlink_ext_ack *extack)
{
	if (!sa->ends.policy_id || ipsec_spd_by_id(spd, sa->ends.policy_id))
		return 0;
	NL_SET_ERR_MSG_FMT(extack, "policy: there is no policy with id %u", sa->ends.policy_id);
	return -ENOENT;
}

static int update_ports(struct ipsec_sa *sa, const struct nlattr **tb,
			struct netlink_ext_ack *extack)
{
	const struct nlattr *encap = tb[IPSEC_A_SA_ENCAP];
	const struct nlattr *sport = tb[IPSEC_A_SA_ENCAP_SPORT];
	const struct nlattr *dport = tb[IPSEC_A_SA_ENCAP_DPORT], *peer;
	bool out = sa->dir == IPSEC_SA_DIR_OUT;

	/* Packets in flight have room for the headers of before. */
	if (encap && nla_get_u8(encap) != sa->encap)
		return ipsec_nl_say(extack, encap,
				    "nat-traversal: fixed in an SA; add a new one instead");
	if ((sport || dport) && sa->encap != IPSEC_SA_ENCAP_UDP)
		return ipsec_nl_say(extack, sport ?: dport,
				    "src-port, dst-port: this SA is without nat-traversal");
	if ((sport && !nla_get_be16(sport)) || (dport && !nla_get_be16(dport)))
		return ipsec_nl_say(extack, sport ?: dport,
				    "src-port, dst-port: 1 to 65535 is right");
	if (sport && out)
		WRITE_ONCE(sa->encap_sport, nla_get_be16(sport));
	if (dport && !out)
		WRITE_ONCE(sa->encap_dport, nla_get_be16(dport));
	peer = out ? dport : sport;
	if (peer)
		ipsec_sad_move_peer(sa->sad, sa, nla_get_be16(peer));
	return 0;
}

int ipsec_nl_sa_build_update(struct ipsec_sa *sa, const struct nlattr **tb,
			     struct netlink_ext_ack *extack)
{
	struct ipsec_limits limits = sa->life.limits;
	int err;

	parse_limits(tb, &limits);
	err = check_limits(tb, &limits, extack) ?: update_ports(sa, tb, extack);
	if (err)
		return err;
	if (tb[IPSEC_A_SA_COOKIE])
		sa->cookie = nla_get_u64(tb[IPSEC_A_SA_COOKIE]);
	if (memcmp(&limits, &sa->life.limits, sizeof(limits)))
		ipsec_lifetime_set(&sa->life, &limits);
	return 0;
}
