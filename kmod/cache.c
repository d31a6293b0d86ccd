// SPDX-License-Identifier: GPL-2.0
#include "cache.h"
#include "flow.h"

#include <linux/mm.h>

int ipsec_cache_init(struct ipsec_cache *cache)
{
	int cpu;

	cache->slots = alloc_percpu(struct ipsec_cache_entry *);
	if (!cache->slots)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct ipsec_cache_entry *slots;

		slots = kvcalloc(IPSEC_CACHE_SLOTS, sizeof(*slots), GFP_KERNEL);
		if (!slots) {
			ipsec_cache_exit(cache);
			return -ENOMEM;
		}
		*per_cpu_ptr(cache->slots, cpu) = slots;
	}
	return 0;
}

void ipsec_cache_exit(struct ipsec_cache *cache)
{
	int cpu;

	if (!cache->slots)
		return;
	for_each_possible_cpu(cpu)
		kvfree(*per_cpu_ptr(cache->slots, cpu));
	free_percpu(cache->slots);
	cache->slots = NULL;
}

/* A transport policy without addresses protects the packet's own ends. */
static void ends_of(struct ipsec_sa_ends *ends, const struct ipsec_sp *sp,
		    const struct ipsec_flow *fl)
{
	*ends = (struct ipsec_sa_ends) {
		.src = sp->family ? sp->local : fl->src,
		.dst = sp->family ? sp->remote : fl->dst,
		.policy_id = sp->id,
		.family = sp->family ?: fl->family,
		.proto = IPPROTO_ESP,
		.mode = sp->mode,
	};
}

void ipsec_cache_resolve(struct ipsec_cache_entry *entry, const struct ipsec_generation *gen,
			 const struct ipsec_spd *spd, struct ipsec_sad *sad,
			 const struct ipsec_flow *fl)
{
	struct ipsec_sa_ends ends;
	struct ipsec_flow flipped;
	struct ipsec_sp *sp;

	entry->generation = ipsec_generation_read(gen);
	entry->flow = *fl;
	ipsec_flow_flip(&flipped, fl);
	entry->in = ipsec_spd_lookup(spd, &flipped);
	sp = ipsec_spd_lookup(spd, fl);
	entry->out = sp;
	entry->sa = NULL;
	if (sp && sp->action == IPSEC_POLICY_ACTION_PROTECT) {
		ends_of(&ends, sp, fl);
		entry->sa = ipsec_sad_lookup_out(sad, &ends,
						 sp->level == IPSEC_POLICY_LEVEL_UNIQUE, fl);
	}
}

bool ipsec_cache_sa_serves(const struct ipsec_sa *sa, const struct ipsec_sp *sp)
{
	const struct ipsec_sa_ends *ends = &sa->ends;

	if (sp->mode != ends->mode || !(sp->protocols & IPSEC_PROTOCOLS_ESP))
		return false;
	if (ends->policy_id ? ends->policy_id != sp->id : sp->level == IPSEC_POLICY_LEVEL_UNIQUE)
		return false;
	if (!sp->family)
		return true;
	return ends->family == sp->family &&
	       !memcmp(&ends->src, &sp->remote, sizeof(ends->src)) &&
	       !memcmp(&ends->dst, &sp->local, sizeof(ends->dst));
}
