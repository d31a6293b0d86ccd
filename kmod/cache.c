// SPDX-License-Identifier: GPL-2.0
#include "cache.h"
#include "flow.h"

int ipsec_cache_init(struct ipsec_cache *cache)
{
	return ipsec_slots_init(&cache->slots, IPSEC_CACHE_SLOTS, sizeof(struct ipsec_cache_entry));
}

void ipsec_cache_exit(struct ipsec_cache *cache)
{
	ipsec_slots_exit(&cache->slots);
}

/* A transport policy without addresses protects the packet's own ends. */
static struct ipsec_sa *find_sa(struct ipsec_cache_entry *entry, struct ipsec_sad *sad, u8 proto,
				u8 mode)
{
	const struct ipsec_flow *fl = &entry->flow;
	const struct ipsec_sp *sp = entry->out;
	struct ipsec_sa_ends ends = {
		.src = sp->family ? sp->local : fl->src,
		.dst = sp->family ? sp->remote : fl->dst,
		.policy_id = sp->id,
		.family = sp->family ?: fl->family,
		.proto = proto,
		.mode = mode,
	};

	return ipsec_sad_lookup_out(sad, &ends, sp->level == IPSEC_POLICY_LEVEL_UNIQUE, fl,
				    &entry->contested);
}

/*
 * A bundle needs both or has none. Its AH is in transport mode in tunnels as well: one outer
 * header is enough. A NAT that UDP is meant for would break AH: such SAs do not fit.
 */
static void find_sas(struct ipsec_cache_entry *entry, struct ipsec_sad *sad)
{
	const struct ipsec_sp *sp = entry->out;

	if (likely(sp->protocols == IPSEC_PROTOCOLS_ESP)) {
		entry->sa = find_sa(entry, sad, IPPROTO_ESP, sp->mode);
	} else if (sp->protocols == IPSEC_PROTOCOLS_AH) {
		entry->sa = find_sa(entry, sad, IPPROTO_AH, sp->mode);
	} else {
		entry->sa = find_sa(entry, sad, IPPROTO_ESP, sp->mode);
		entry->outer = find_sa(entry, sad, IPPROTO_AH, IPSEC_SA_MODE_TRANSPORT);
		if (entry->sa && entry->sa->encap)
			entry->sa = NULL;
		if (entry->sa && entry->outer)
			return;
		entry->missing = (entry->sa ? 0 : IPSEC_PROTOCOLS_ESP) |
				 (entry->outer ? 0 : IPSEC_PROTOCOLS_AH);
		entry->sa = NULL;
		entry->outer = NULL;
		return;
	}
	entry->missing = entry->sa || entry->contested ? 0 : sp->protocols;
	if (unlikely(entry->contested))
		entry->generation = 0;	/* never found again */
}

void ipsec_cache_resolve(struct ipsec_cache_entry *entry, const struct ipsec_generation *gen,
			 const struct ipsec_spd *spd, struct ipsec_sad *sad,
			 const struct ipsec_flow *fl)
{
	struct ipsec_flow flipped;
	struct ipsec_sp *sp;

	entry->generation = ipsec_generation_read(gen);
	entry->flow = *fl;
	ipsec_flow_flip(&flipped, fl);
	entry->in = ipsec_spd_lookup(spd, &flipped);
	sp = ipsec_spd_lookup(spd, fl);
	entry->out = sp;
	entry->sa = NULL;
	entry->outer = NULL;
	entry->missing = 0;
	entry->contested = false;
	if (sp && sp->action == IPSEC_POLICY_ACTION_PROTECT)
		find_sas(entry, sad);
}

static u8 protocol_of(const struct ipsec_sa *sa)
{
	return sa->ends.proto == IPPROTO_AH ? IPSEC_PROTOCOLS_AH : IPSEC_PROTOCOLS_ESP;
}

static bool fits(const struct ipsec_sa *sa, const struct ipsec_sp *sp, u8 mode)
{
	const struct ipsec_sa_ends *ends = &sa->ends;

	if (ends->mode != mode)
		return false;
	if (ends->policy_id ? ends->policy_id != sp->id : sp->level == IPSEC_POLICY_LEVEL_UNIQUE)
		return false;
	if (!sp->family)
		return true;
	return ends->family == sp->family &&
	       !memcmp(&ends->src, &sp->remote, sizeof(ends->src)) &&
	       !memcmp(&ends->dst, &sp->local, sizeof(ends->dst));
}

bool ipsec_cache_sa_serves(const struct ipsec_sa *sa, const struct ipsec_sa *outer,
			   const struct ipsec_sp *sp)
{
	if (unlikely(sp->protocols != (protocol_of(sa) | (outer ? IPSEC_PROTOCOLS_AH : 0))))
		return false;
	if (outer && (sa->ends.proto == IPPROTO_AH || !fits(outer, sp, IPSEC_SA_MODE_TRANSPORT)))
		return false;
	return fits(sa, sp, sp->mode);
}
