// SPDX-License-Identifier: GPL-2.0
#include "stats.h"

#include <linux/skbuff.h>

#define CREATE_TRACE_POINTS
#include "trace.h"

struct reason_info {
	const char *name;
	u32 counter;
};

static const struct reason_info reasons[IPSEC_REASON_COUNT] = {
#define X(reason, text, stat) \
	[IPSEC_REASON_##reason] = { .name = text, .counter = IPSEC_A_STAT_##stat },
	IPSEC_REASONS(X)
#undef X
};

int ipsec_stats_init(struct ipsec_stats *stats)
{
	stats->cpu = alloc_percpu(struct ipsec_stats_cpu);
	return stats->cpu ? 0 : -ENOMEM;
}

void ipsec_stats_exit(struct ipsec_stats *stats)
{
	free_percpu(stats->cpu);
}

void ipsec_stats_note_drop(struct ipsec_stats *stats, const struct sk_buff *skb,
			   enum ipsec_reason reason)
{
	this_cpu_inc(stats->cpu->reason[reason]);
	trace_ipsec_drop(skb, reasons[reason].name);
}

void ipsec_stats_count(struct ipsec_stats *stats, enum ipsec_reason reason)
{
	this_cpu_inc(stats->cpu->reason[reason]);
}

void ipsec_stats_drop(struct ipsec_stats *stats, struct sk_buff *skb, enum ipsec_reason reason)
{
	ipsec_stats_note_drop(stats, skb, reason);
	kfree_skb(skb);
}

static u64 sum_at(const struct ipsec_stats *stats, size_t offset)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*(u64 *)((char *)per_cpu_ptr(stats->cpu, cpu) + offset));
	return sum;
}

u64 ipsec_stats_reason(const struct ipsec_stats *stats, enum ipsec_reason reason)
{
	return sum_at(stats, offsetof(struct ipsec_stats_cpu, reason) + reason * sizeof(u64));
}

u64 ipsec_stats_engine_fallbacks(const struct ipsec_stats *stats)
{
	return sum_at(stats, offsetof(struct ipsec_stats_cpu, engine_fallbacks));
}

const char *ipsec_stats_reason_name(enum ipsec_reason reason)
{
	return reasons[reason].name;
}

u32 ipsec_stats_reason_counter(enum ipsec_reason reason)
{
	return reasons[reason].counter;
}
