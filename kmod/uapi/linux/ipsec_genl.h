/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Generic netlink interface of the Culvert IPsec module.
 *
 * The same interface in YNL form is Documentation/specs/ipsec.yaml; a test
 * holds the two against each other.
 *
 * Every request needs CAP_NET_ADMIN in the initial user namespace
 * (GENL_ADMIN_PERM) and works on the network namespace of the socket. An
 * attribute that a command does not list is refused with an extack text that
 * names it. Integers are in host byte order unless the comment says be32/be16.
 *
 * IPSEC_CMD_POLICY_NEW     POLICY  [ADMIN]  add a row to the policy table
 *     IPSEC_A_POLICY  nest of IPSEC_A_POLICY_*; place with _PLACE (+ _PLACE_ID)
 *     answer (with NLM_F_ECHO): the POLICY as stored, with its _ID
 * IPSEC_CMD_POLICY_SET     change the row named by _ID: the attributes given
 *     replace those stored, the others stay; position and counters stay
 * IPSEC_CMD_POLICY_DEL     delete the row named by _ID
 * IPSEC_CMD_POLICY_GET     do: the row named by _ID; dump: all rows in order
 * IPSEC_CMD_POLICY_MOVE    move the row named by _ID to _PLACE (+ _PLACE_ID)
 * IPSEC_CMD_POLICY_FLUSH   delete all rows (built-in ones too with _BUILTIN)
 *
 * IPSEC_CMD_SPI_ALLOC      make a larval inbound SA and answer its SPI:
 *     _SRC _DST _PROTO, optionally _SPI (that one or fail), _MODE, _POLICY_ID,
 *     _HARD_TIME_S (life of the larval SA, default 30)
 * IPSEC_CMD_SA_NEW         add a mature SA; an inbound one takes the place of
 *     the larval SA with the same _SPI _DST _PROTO if there is one
 * IPSEC_CMD_SA_UPDATE      change limits, cookie or encapsulation ports of the SA
 *     named by _ID, or by _SPI _DST _PROTO
 * IPSEC_CMD_SA_DEL         delete the SA named by _ID, or by _SPI _DST _PROTO
 * IPSEC_CMD_SA_GET         do: one SA; dump: all. Keys only with _SHOW_KEYS
 * IPSEC_CMD_SA_FLUSH       delete all SAs
 *
 * IPSEC_CMD_TRANSACT       IPSEC_A_OPS: nest of IPSEC_A_OP nests, each an
 *     _OP_CMD (POLICY_NEW/SET/DEL/FLUSH, SA_NEW/DEL/FLUSH) with its IPSEC_A_POLICY
 *     or IPSEC_A_SA. All or nothing; additions happen before deletions.
 *
 * IPSEC_CMD_STATS_GET      do: IPSEC_A_STATS, a nest of u64 IPSEC_A_STAT_*
 * IPSEC_CMD_ALG_GET        dump: one IPSEC_A_ALG a message
 * IPSEC_CMD_SETTINGS_GET   do: IPSEC_A_SETTINGS
 * IPSEC_CMD_SETTINGS_SET   do: the settings given replace those stored
 * IPSEC_CMD_EXPLAIN        do: IPSEC_A_EXPLAIN with a flow, answered with the
 *     same nest filled by the code that handles packets
 *
 * Events (multicast, no request): group "acquire" carries IPSEC_CMD_ACQUIRE,
 * group "event" the others.
 */
#ifndef _UAPI_LINUX_IPSEC_GENL_H
#define _UAPI_LINUX_IPSEC_GENL_H

#define IPSEC_GENL_NAME			"ipsec"
#define IPSEC_GENL_VERSION		1
#define IPSEC_GENL_MCGRP_ACQUIRE	"acquire"
#define IPSEC_GENL_MCGRP_EVENT		"event"

enum {
	IPSEC_CMD_UNSPEC,
	IPSEC_CMD_POLICY_NEW,
	IPSEC_CMD_POLICY_SET,
	IPSEC_CMD_POLICY_DEL,
	IPSEC_CMD_POLICY_GET,
	IPSEC_CMD_POLICY_MOVE,
	IPSEC_CMD_POLICY_FLUSH,
	IPSEC_CMD_SPI_ALLOC,
	IPSEC_CMD_SA_NEW,
	IPSEC_CMD_SA_UPDATE,
	IPSEC_CMD_SA_DEL,
	IPSEC_CMD_SA_GET,
	IPSEC_CMD_SA_FLUSH,
	IPSEC_CMD_TRANSACT,
	IPSEC_CMD_STATS_GET,
	IPSEC_CMD_ALG_GET,
	IPSEC_CMD_SETTINGS_GET,
	IPSEC_CMD_SETTINGS_SET,
	IPSEC_CMD_EXPLAIN,
	/* events */
	IPSEC_CMD_ACQUIRE,		/* IPSEC_A_ACQUIRE */
	IPSEC_CMD_EXPIRE,		/* IPSEC_A_SA with _EXPIRE_* */
	IPSEC_CMD_PEER_CHANGE,		/* IPSEC_A_SA with the new _SRC, _ENCAP_* */
	IPSEC_CMD_SEQ_NEAR_OVERFLOW,	/* IPSEC_A_SA */
	IPSEC_CMD_UNKNOWN_SPI,		/* IPSEC_A_SA with _SPI _SRC _DST _PROTO */

	__IPSEC_CMD_MAX,
	IPSEC_CMD_MAX = __IPSEC_CMD_MAX - 1
};

/* top level of every message */
enum {
	IPSEC_A_UNSPEC,
	IPSEC_A_POLICY,			/* nest IPSEC_A_POLICY_* */
	IPSEC_A_SA,			/* nest IPSEC_A_SA_* */
	IPSEC_A_OPS,			/* nest of IPSEC_A_OP */
	IPSEC_A_STATS,			/* nest IPSEC_A_STAT_* */
	IPSEC_A_ALG,			/* nest IPSEC_A_ALG_* */
	IPSEC_A_SETTINGS,		/* nest IPSEC_A_SETTINGS_* */
	IPSEC_A_EXPLAIN,		/* nest IPSEC_A_EXPLAIN_* */
	IPSEC_A_ACQUIRE,		/* nest IPSEC_A_ACQUIRE_* */

	__IPSEC_A_MAX,
	IPSEC_A_MAX = __IPSEC_A_MAX - 1
};

enum {
	IPSEC_A_OP_UNSPEC,
	IPSEC_A_OP,			/* nest IPSEC_A_OP_*, an item of IPSEC_A_OPS */
	IPSEC_A_OP_CMD,			/* u32, IPSEC_CMD_* */
	IPSEC_A_OP_POLICY,		/* nest IPSEC_A_POLICY_* */
	IPSEC_A_OP_SA,			/* nest IPSEC_A_SA_* */

	__IPSEC_A_OP_MAX,
	IPSEC_A_OP_MAX = __IPSEC_A_OP_MAX - 1
};

/* Addresses are 4 bytes (IPv4) or 16 bytes (IPv6), network byte order. */
enum {
	IPSEC_A_POLICY_UNSPEC,
	IPSEC_A_POLICY_PAD,
	IPSEC_A_POLICY_ID,		/* u32, given by the kernel, never 0 */
	IPSEC_A_POLICY_SRC,		/* address; absent = any address of either family */
	IPSEC_A_POLICY_SRC_LEN,		/* u8 prefix length */
	IPSEC_A_POLICY_DST,		/* address */
	IPSEC_A_POLICY_DST_LEN,		/* u8 */
	IPSEC_A_POLICY_FAMILY,		/* u8 AF_INET/AF_INET6; 0 = any, without SRC and DST */
	IPSEC_A_POLICY_PROTO,		/* u8 next layer protocol, absent = any */
	IPSEC_A_POLICY_SRC_PORT_MIN,	/* u16 host order; ICMP: type */
	IPSEC_A_POLICY_SRC_PORT_MAX,	/* u16 */
	IPSEC_A_POLICY_DST_PORT_MIN,	/* u16; ICMP: code */
	IPSEC_A_POLICY_DST_PORT_MAX,	/* u16 */
	IPSEC_A_POLICY_ACTION,		/* u8 IPSEC_POLICY_ACTION_*, default protect */
	IPSEC_A_POLICY_LEVEL,		/* u8 IPSEC_POLICY_LEVEL_*, default require */
	IPSEC_A_POLICY_PROTOCOLS,	/* u8 IPSEC_PROTOCOLS_* bits, default ESP */
	IPSEC_A_POLICY_MODE,		/* u8 IPSEC_SA_MODE_*, default transport */
	IPSEC_A_POLICY_LOCAL,		/* outer address, ours (tunnel) */
	IPSEC_A_POLICY_REMOTE,		/* outer address, the peer's (tunnel) */
	IPSEC_A_POLICY_COMMENT,		/* string, at most IPSEC_COMMENT_MAX bytes */
	IPSEC_A_POLICY_COOKIE,		/* u64, the daemon's own */
	IPSEC_A_POLICY_FLAGS,		/* u32 IPSEC_POLICY_F_* */
	IPSEC_A_POLICY_PLACE,		/* u8 IPSEC_PLACE_*, default tail */
	IPSEC_A_POLICY_PLACE_ID,	/* u32, the row to stand before or after */
	IPSEC_A_POLICY_BUILTIN,		/* flag, FLUSH: built-in rows too */
	IPSEC_A_POLICY_TCP_MSS,		/* u16: IPSEC_TCP_MSS_* or bytes */
	/* answers only */
	IPSEC_A_POLICY_OUT_PACKETS,	/* u64 */
	IPSEC_A_POLICY_OUT_BYTES,	/* u64 */
	IPSEC_A_POLICY_IN_PACKETS,	/* u64 */
	IPSEC_A_POLICY_IN_BYTES,	/* u64 */
	IPSEC_A_POLICY_LAST_HIT_MS,	/* u64 milliseconds ago, absent = never */
	IPSEC_A_POLICY_SHADOWED_BY,	/* u32, id of an earlier row with the same selectors */

	__IPSEC_A_POLICY_MAX,
	IPSEC_A_POLICY_MAX = __IPSEC_A_POLICY_MAX - 1
};

enum {
	IPSEC_POLICY_ACTION_PROTECT = 1,
	IPSEC_POLICY_ACTION_DISCARD,
	IPSEC_POLICY_ACTION_BYPASS,
};

enum {
	IPSEC_POLICY_LEVEL_REQUIRE = 1,	/* without an SA: hold or drop, and acquire */
	IPSEC_POLICY_LEVEL_UNIQUE,	/* as require, with SAs of this policy alone */
	IPSEC_POLICY_LEVEL_USE,		/* without an SA: let the packet go clear */
};

/* The largest segment that TCP may agree on through this policy. */
enum {
	IPSEC_TCP_MSS_NO,		/* as the hosts like it, default */
	IPSEC_TCP_MSS_AUTO,		/* what fits the path of the SA */
	IPSEC_TCP_MSS_MIN = 64,		/* this and above: bytes */
};

enum {
	IPSEC_PROTOCOLS_ESP = 1 << 0,
	IPSEC_PROTOCOLS_AH  = 1 << 1,
};

enum {
	IPSEC_POLICY_F_BUILTIN = 1 << 0,	/* made by the module itself */
	IPSEC_POLICY_F_DYNAMIC = 1 << 1,	/* made by the daemon */
};

enum {
	IPSEC_PLACE_TAIL = 1,
	IPSEC_PLACE_HEAD,
	IPSEC_PLACE_BEFORE,
	IPSEC_PLACE_AFTER,
};

#define IPSEC_COMMENT_MAX	127
#define IPSEC_ALG_NAME_MAX	31

enum {
	IPSEC_A_SA_UNSPEC,
	IPSEC_A_SA_PAD,
	IPSEC_A_SA_ID,			/* u32, given by the kernel */
	IPSEC_A_SA_SPI,			/* be32 */
	IPSEC_A_SA_PROTO,		/* u8 IPPROTO_ESP (default) or IPPROTO_AH */
	IPSEC_A_SA_DIR,			/* u8 IPSEC_SA_DIR_* */
	IPSEC_A_SA_MODE,		/* u8 IPSEC_SA_MODE_* */
	IPSEC_A_SA_SRC,			/* outer address */
	IPSEC_A_SA_DST,			/* outer address */
	IPSEC_A_SA_ENC,			/* string, a name of IPSEC_CMD_ALG_GET; absent with AH */
	IPSEC_A_SA_ENC_KEY,		/* binary; AEADs: key, then salt (RFC 4106 section 8.1) */
	IPSEC_A_SA_AUTH,		/* string, kind auth; absent with AEADs */
	IPSEC_A_SA_AUTH_KEY,		/* binary */
	IPSEC_A_SA_FLAGS,		/* u32 IPSEC_SA_F_* */
	IPSEC_A_SA_REPLAY_WINDOW,	/* u32 packets: 0 = off, else 32…4096 */
	IPSEC_A_SA_POLICY_ID,		/* u32, serves that policy alone; absent = any that fits */
	IPSEC_A_SA_SEL_SRC,		/* address: inner selectors, in the SA's direction */
	IPSEC_A_SA_SEL_SRC_LEN,		/* u8 */
	IPSEC_A_SA_SEL_DST,		/* address */
	IPSEC_A_SA_SEL_DST_LEN,		/* u8 */
	IPSEC_A_SA_SEL_PROTO,		/* u8 */
	IPSEC_A_SA_SOFT_TIME_S,		/* u64 seconds since add; 0 = none */
	IPSEC_A_SA_HARD_TIME_S,		/* u64 */
	IPSEC_A_SA_SOFT_BYTES,		/* u64 */
	IPSEC_A_SA_HARD_BYTES,		/* u64 */
	IPSEC_A_SA_SOFT_PACKETS,	/* u64 */
	IPSEC_A_SA_HARD_PACKETS,	/* u64 */
	IPSEC_A_SA_ENCAP,		/* u8 IPSEC_SA_ENCAP_*; RFC 3948 */
	IPSEC_A_SA_ENCAP_SPORT,		/* be16 */
	IPSEC_A_SA_ENCAP_DPORT,		/* be16 */
	IPSEC_A_SA_TFC_PAD,		/* u32: pad payloads to this size (RFC 4303 2.7) */
	IPSEC_A_SA_MARK,		/* u32: of outer packets (out) or of opened ones (in) */
	IPSEC_A_SA_DF,			/* u8 IPSEC_SA_DF_*: DF of the outer IPv4 header */
	IPSEC_A_SA_SEQ,			/* u64: next outbound number, or top of window */
	IPSEC_A_SA_COOKIE,		/* u64, the daemon's own */
	IPSEC_A_SA_SHOW_KEYS,		/* flag, GET */
	/* answers only */
	IPSEC_A_SA_STATE,		/* u8 IPSEC_SA_STATE_* */
	IPSEC_A_SA_DRIVER,		/* string, the crypto driver chosen */
	IPSEC_A_SA_HW,			/* flag: an asynchronous or hardware driver */
	IPSEC_A_SA_PACKETS,		/* u64 */
	IPSEC_A_SA_BYTES,		/* u64 */
	IPSEC_A_SA_ERRORS,		/* u64: packets dropped on this SA */
	IPSEC_A_SA_REPLAYS,		/* u64: of them outside or twice in the window */
	IPSEC_A_SA_ADD_TIME_MS,		/* u64 milliseconds since it was added */
	IPSEC_A_SA_USE_TIME_MS,		/* u64 milliseconds since its last packet, absent = never */
	IPSEC_A_SA_OVERHEAD,		/* u32: largest number of bytes it adds to a packet */
	IPSEC_A_SA_PMTU,		/* u32: of the outer route, absent = not yet routed */
	IPSEC_A_SA_EXPIRE_HARD,		/* u8, events: 1 = hard, 0 = soft */
	IPSEC_A_SA_EXPIRE_WHY,		/* u8, events: IPSEC_EXPIRE_* */
	IPSEC_A_SA_LAST_DROP,		/* string, answers: why its last lost packet was */

	__IPSEC_A_SA_MAX,
	IPSEC_A_SA_MAX = __IPSEC_A_SA_MAX - 1
};

enum {
	IPSEC_SA_MODE_TRANSPORT = 1,
	IPSEC_SA_MODE_TUNNEL,
};

enum {
	IPSEC_SA_DIR_IN = 1,
	IPSEC_SA_DIR_OUT,
};

enum {
	IPSEC_SA_STATE_LARVAL = 1,
	IPSEC_SA_STATE_MATURE,
	IPSEC_SA_STATE_DYING,		/* past a soft limit */
	IPSEC_SA_STATE_DEAD,
};

enum {
	IPSEC_SA_F_ESN		= 1 << 0,
	IPSEC_SA_F_NO_ECN	= 1 << 1,	/* do not copy ECN (RFC 6040) */
	IPSEC_SA_F_NO_DSCP	= 1 << 2,	/* outer DSCP 0 instead of a copy */
	IPSEC_SA_F_DECAP_DSCP	= 1 << 3,	/* copy the outer DSCP to the inner header */
	IPSEC_SA_F_INSECURE	= 1 << 4,	/* null + null, for measuring only */
};

enum {
	IPSEC_SA_ENCAP_NONE,
	IPSEC_SA_ENCAP_UDP,
};

enum {
	IPSEC_SA_DF_COPY,
	IPSEC_SA_DF_SET,
	IPSEC_SA_DF_CLEAR,
};

enum {
	IPSEC_EXPIRE_TIME = 1,
	IPSEC_EXPIRE_BYTES,
	IPSEC_EXPIRE_PACKETS,
	IPSEC_EXPIRE_SEQUENCE,
};

/* The 25 counters of the RouterOS manual, then the finer ones. u64 each. */
enum {
	IPSEC_A_STAT_UNSPEC,
	IPSEC_A_STAT_PAD,
	IPSEC_A_STAT_IN_ERRORS,
	IPSEC_A_STAT_IN_BUFFER_ERRORS,
	IPSEC_A_STAT_IN_HEADER_ERRORS,
	IPSEC_A_STAT_IN_NO_STATES,
	IPSEC_A_STAT_IN_STATE_PROTOCOL_ERRORS,
	IPSEC_A_STAT_IN_STATE_MODE_ERRORS,
	IPSEC_A_STAT_IN_STATE_SEQUENCE_ERRORS,
	IPSEC_A_STAT_IN_STATE_EXPIRED,
	IPSEC_A_STAT_IN_STATE_MISMATCHES,
	IPSEC_A_STAT_IN_STATE_INVALID,
	IPSEC_A_STAT_IN_TEMPLATE_MISMATCHES,
	IPSEC_A_STAT_IN_NO_POLICIES,
	IPSEC_A_STAT_IN_POLICY_BLOCKED,
	IPSEC_A_STAT_IN_POLICY_ERRORS,
	IPSEC_A_STAT_OUT_ERRORS,
	IPSEC_A_STAT_OUT_BUNDLE_ERRORS,
	IPSEC_A_STAT_OUT_BUNDLE_CHECK_ERRORS,
	IPSEC_A_STAT_OUT_NO_STATES,
	IPSEC_A_STAT_OUT_STATE_PROTOCOL_ERRORS,
	IPSEC_A_STAT_OUT_STATE_MODE_ERRORS,
	IPSEC_A_STAT_OUT_STATE_SEQUENCE_ERRORS,
	IPSEC_A_STAT_OUT_STATE_EXPIRED,
	IPSEC_A_STAT_OUT_POLICY_BLOCKED,
	IPSEC_A_STAT_OUT_POLICY_DEAD,
	IPSEC_A_STAT_OUT_POLICY_ERRORS,
	IPSEC_A_STAT_REASONS,		/* nest of IPSEC_A_REASON */
	IPSEC_A_STAT_ENGINE_FALLBACKS,	/* u64: engines that failed and gave way to software */
	IPSEC_A_STAT_POLICIES,		/* u64: rows now */
	IPSEC_A_STAT_SAS,		/* u64: SAs now, those being freed included */

	__IPSEC_A_STAT_MAX,
	IPSEC_A_STAT_MAX = __IPSEC_A_STAT_MAX - 1
};

enum {
	IPSEC_A_REASON_UNSPEC,
	IPSEC_A_REASON_PAD,
	IPSEC_A_REASON,			/* nest IPSEC_A_REASON_* */
	IPSEC_A_REASON_NAME,		/* string, "in-replay-old" */
	IPSEC_A_REASON_STAT,		/* u32, the IPSEC_A_STAT_* it is part of */
	IPSEC_A_REASON_VALUE,		/* u64 */

	__IPSEC_A_REASON_MAX,
	IPSEC_A_REASON_MAX = __IPSEC_A_REASON_MAX - 1
};

enum {
	IPSEC_A_ALG_UNSPEC,
	IPSEC_A_ALG_NAME,		/* string, the name SA_NEW takes */
	IPSEC_A_ALG_KIND,		/* u8 IPSEC_ALG_KIND_* */
	IPSEC_A_ALG_KEY_BITS,		/* u32, without salt */
	IPSEC_A_ALG_SALT_BYTES,		/* u32 */
	IPSEC_A_ALG_IV_BYTES,		/* u32 */
	IPSEC_A_ALG_ICV_BYTES,		/* u32 */
	IPSEC_A_ALG_BLOCK_BYTES,	/* u32 */
	IPSEC_A_ALG_TEMPLATE,		/* string, kernel crypto API name */
	IPSEC_A_ALG_DRIVER,		/* string, absent = not offered by this kernel */
	IPSEC_A_ALG_PRIORITY,		/* u32 */
	IPSEC_A_ALG_HW,			/* flag: asynchronous or hardware driver */

	__IPSEC_A_ALG_MAX,
	IPSEC_A_ALG_MAX = __IPSEC_A_ALG_MAX - 1
};

enum {
	IPSEC_ALG_KIND_ENC = 1,
	IPSEC_ALG_KIND_AEAD,
	IPSEC_ALG_KIND_AUTH,
};

enum {
	IPSEC_A_SETTINGS_UNSPEC,
	IPSEC_A_SETTINGS_IKE_PORTS,	/* binary, be16 each: local UDP ports of IKE */
	IPSEC_A_SETTINGS_HOLD_PACKETS,	/* u32: packets kept per acquire, 0…64 */
	IPSEC_A_SETTINGS_ACQUIRE_TIMEOUT_S,	/* u32 */

	__IPSEC_A_SETTINGS_MAX,
	IPSEC_A_SETTINGS_MAX = __IPSEC_A_SETTINGS_MAX - 1
};

#define IPSEC_IKE_PORTS_MAX	8

enum {
	IPSEC_A_EXPLAIN_UNSPEC,
	/* asked */
	IPSEC_A_EXPLAIN_SRC,		/* address */
	IPSEC_A_EXPLAIN_DST,		/* address */
	IPSEC_A_EXPLAIN_PROTO,		/* u8 */
	IPSEC_A_EXPLAIN_SPORT,		/* u16; ICMP: type */
	IPSEC_A_EXPLAIN_DPORT,		/* u16; ICMP: code */
	IPSEC_A_EXPLAIN_DIR,		/* u8 IPSEC_SA_DIR_*; in: as a clear packet that arrives */
	/* answered */
	IPSEC_A_EXPLAIN_POLICY_ID,	/* u32, absent = no row matches */
	IPSEC_A_EXPLAIN_ACTION,		/* u8 IPSEC_POLICY_ACTION_* that results */
	IPSEC_A_EXPLAIN_SA_ID,		/* u32, absent = no SA */
	IPSEC_A_EXPLAIN_SPI,		/* be32 */
	IPSEC_A_EXPLAIN_PAYLOAD_MTU,	/* u32: largest inner packet */
	IPSEC_A_EXPLAIN_REASON,		/* string: drop reason, absent = the packet passes */
	IPSEC_A_EXPLAIN_ROWS,		/* nest of _ROW: earlier rows, that did not match */
	IPSEC_A_EXPLAIN_ROW,		/* nest of _ROW_ID, _ROW_FIELD */
	IPSEC_A_EXPLAIN_ROW_ID,		/* u32 */
	IPSEC_A_EXPLAIN_ROW_FIELD,	/* string: "src-address" … the first that differs */
	IPSEC_A_EXPLAIN_ROWS_OMITTED,	/* u32: rows beyond the first IPSEC_EXPLAIN_ROWS_MAX */
	IPSEC_A_EXPLAIN_AH_SA_ID,	/* u32: of a bundle, the AH SA outside of _SA_ID */
	IPSEC_A_EXPLAIN_AH_SPI,		/* be32 */
	IPSEC_A_EXPLAIN_MISSING,	/* u8: IPSEC_PROTOCOLS_* for which there is no SA */

	__IPSEC_A_EXPLAIN_MAX,
	IPSEC_A_EXPLAIN_MAX = __IPSEC_A_EXPLAIN_MAX - 1
};

#define IPSEC_EXPLAIN_ROWS_MAX	64

enum {
	IPSEC_A_ACQUIRE_UNSPEC,
	IPSEC_A_ACQUIRE_PAD,
	IPSEC_A_ACQUIRE_POLICY_ID,	/* u32 */
	IPSEC_A_ACQUIRE_COOKIE,		/* u64, of the policy */
	IPSEC_A_ACQUIRE_LOCAL,		/* outer address */
	IPSEC_A_ACQUIRE_REMOTE,		/* outer address */
	IPSEC_A_ACQUIRE_SRC,		/* of the packet */
	IPSEC_A_ACQUIRE_DST,
	IPSEC_A_ACQUIRE_PROTO,		/* u8 */
	IPSEC_A_ACQUIRE_SPORT,		/* u16; ICMP: type */
	IPSEC_A_ACQUIRE_DPORT,		/* u16; ICMP: code */
	IPSEC_A_ACQUIRE_MISSING,	/* u8: IPSEC_PROTOCOLS_* for which there is no SA */

	__IPSEC_A_ACQUIRE_MAX,
	IPSEC_A_ACQUIRE_MAX = __IPSEC_A_ACQUIRE_MAX - 1
};

#endif /* _UAPI_LINUX_IPSEC_GENL_H */
