/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters: one list of drop reasons, each a part of one of the 25 counters
 * that users know. A packet that Culvert does not deliver or send is dropped
 * under exactly one reason, here.
 */
#ifndef _IPSEC_STATS_H
#define _IPSEC_STATS_H

#include <linux/types.h>
#include <linux/percpu.h>
#include <linux/ipsec_genl.h>

struct sk_buff;

/*
 * X(reason, name, counter it is part of). in-no-sa is no drop: a packet with an
 * SPI that is not ours is counted and left to the rest of the kernel.
 */
#define IPSEC_REASONS(X)							\
	X(IN_NO_MEMORY,		"in-no-memory",		IN_BUFFER_ERRORS)	\
	X(IN_QUEUE_FULL,	"in-queue-full",	IN_BUFFER_ERRORS)	\
	X(IN_SHORT,		"in-short",		IN_HEADER_ERRORS)	\
	X(IN_HEADER_BAD,	"in-header-bad",	IN_HEADER_ERRORS)	\
	X(IN_NO_SA,		"in-no-sa",		IN_NO_STATES)		\
	X(IN_ICV_BAD,		"in-icv-bad",		IN_STATE_PROTOCOL_ERRORS) \
	X(IN_PAD_BAD,		"in-pad-bad",		IN_STATE_PROTOCOL_ERRORS) \
	X(IN_CRYPTO_ERROR,	"in-crypto-error",	IN_STATE_PROTOCOL_ERRORS) \
	X(IN_CRYPTO_BUSY,	"in-crypto-busy",	IN_STATE_PROTOCOL_ERRORS) \
	X(IN_INNER_BAD,		"in-inner-bad",		IN_STATE_MODE_ERRORS)	\
	X(IN_ECN_BAD,		"in-ecn-bad",		IN_STATE_MODE_ERRORS)	\
	X(IN_DUMMY,		"in-dummy",		IN_STATE_MODE_ERRORS)	\
	X(IN_REPLAY_SEEN,	"in-replay-seen",	IN_STATE_SEQUENCE_ERRORS) \
	X(IN_REPLAY_OLD,	"in-replay-old",	IN_STATE_SEQUENCE_ERRORS) \
	X(IN_REPLAY_INVALID,	"in-replay-invalid",	IN_STATE_SEQUENCE_ERRORS) \
	X(IN_SA_EXPIRED,	"in-sa-expired",	IN_STATE_EXPIRED)	\
	X(IN_ENCAP_MISMATCH,	"in-encap-mismatch",	IN_STATE_MISMATCHES)	\
	X(IN_SA_LARVAL,		"in-sa-larval",		IN_STATE_INVALID)	\
	X(IN_SA_OUTBOUND,	"in-sa-outbound",	IN_STATE_INVALID)	\
	X(IN_CLEAR,		"in-clear",		IN_TEMPLATE_MISMATCHES)	\
	X(IN_SA_NOT_OF_POLICY,	"in-sa-not-of-policy",	IN_TEMPLATE_MISMATCHES)	\
	X(IN_NO_POLICY,		"in-no-policy",		IN_NO_POLICIES)		\
	X(IN_SELECTOR_MISMATCH,	"in-selector-mismatch",	IN_NO_POLICIES)		\
	X(IN_DISCARD,		"in-discard",		IN_POLICY_BLOCKED)	\
	X(IN_FLOW_UNREADABLE,	"in-flow-unreadable",	IN_POLICY_ERRORS)	\
	X(OUT_NO_MEMORY,	"out-no-memory",	OUT_ERRORS)		\
	X(OUT_TOO_BIG,		"out-too-big",		OUT_ERRORS)		\
	X(OUT_SEGMENT,		"out-segment",		OUT_ERRORS)		\
	X(OUT_NO_ROUTE,		"out-no-route",		OUT_BUNDLE_ERRORS)	\
	X(OUT_NO_SA,		"out-no-sa",		OUT_NO_STATES)		\
	X(OUT_PEER_UNKNOWN,	"out-peer-unknown",	OUT_NO_STATES)		\
	X(OUT_HOLD_FULL,	"out-hold-full",	OUT_NO_STATES)		\
	X(OUT_HOLD_TIMEOUT,	"out-hold-timeout",	OUT_NO_STATES)		\
	X(OUT_CRYPTO_ERROR,	"out-crypto-error",	OUT_STATE_PROTOCOL_ERRORS) \
	X(OUT_CRYPTO_BUSY,	"out-crypto-busy",	OUT_STATE_PROTOCOL_ERRORS) \
	X(OUT_MODE,		"out-mode",		OUT_STATE_MODE_ERRORS)	\
	X(OUT_SEQ_OVERFLOW,	"out-seq-overflow",	OUT_STATE_SEQUENCE_ERRORS) \
	X(OUT_SA_EXPIRED,	"out-sa-expired",	OUT_STATE_EXPIRED)	\
	X(OUT_DISCARD,		"out-discard",		OUT_POLICY_BLOCKED)	\
	X(OUT_POLICY_GONE,	"out-policy-gone",	OUT_POLICY_DEAD)	\
	X(OUT_FLOW_UNREADABLE,	"out-flow-unreadable",	OUT_POLICY_ERRORS)

enum ipsec_reason {
#define X(reason, name, stat) IPSEC_REASON_##reason,
	IPSEC_REASONS(X)
#undef X
	IPSEC_REASON_COUNT,
	IPSEC_REASON_NONE = IPSEC_REASON_COUNT
};

struct ipsec_stats_cpu {
	u64 reason[IPSEC_REASON_COUNT];
	u64 engine_fallbacks;
};

/**
 * struct ipsec_stats - the counters of one network namespace
 * @cpu: each CPU adds to its own
 */
struct ipsec_stats {
	struct ipsec_stats_cpu __percpu *cpu;
};

/* Sleeps; 0 or -ENOMEM. */
int ipsec_stats_init(struct ipsec_stats *stats);
/* No packet may be on its way. */
void ipsec_stats_exit(struct ipsec_stats *stats);

/**
 * ipsec_stats_drop() - the one place where packets end
 * @stats: of the packet's namespace
 * @skb: consumed
 * @reason: counted and traced
 *
 * Any context.
 */
void ipsec_stats_drop(struct ipsec_stats *stats, struct sk_buff *skb, enum ipsec_reason reason);

/**
 * ipsec_stats_note_drop() - count and trace a drop whose skb the caller's caller frees (NF_DROP)
 */
void ipsec_stats_note_drop(struct ipsec_stats *stats, const struct sk_buff *skb,
			   enum ipsec_reason reason);

/**
 * ipsec_stats_count() - count what is not a drop (IPSEC_REASON_IN_NO_SA)
 */
void ipsec_stats_count(struct ipsec_stats *stats, enum ipsec_reason reason);

/**
 * ipsec_stats_reason() - sum over all CPUs of one reason
 */
u64 ipsec_stats_reason(const struct ipsec_stats *stats, enum ipsec_reason reason);

/* Sum over all CPUs of engines that gave way to software. */
u64 ipsec_stats_engine_fallbacks(const struct ipsec_stats *stats);

/* "in-replay-old"; and the IPSEC_A_STAT_* the reason is part of. Any context. */
const char *ipsec_stats_reason_name(enum ipsec_reason reason);
u32 ipsec_stats_reason_counter(enum ipsec_reason reason);

#endif /* _IPSEC_STATS_H */
