/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Number <-> name tables, and the nearest known word to a mistyped one. */
#ifndef CULVERT_NAMES_H
#define CULVERT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Tables end with a row whose text is NULL. */
struct name {
	const char *text;
	uint32_t value;
};

const struct name *names_find(const struct name *table, const char *text);
const char *names_text(const struct name *table, uint32_t value);
/* Room for the longest list of names there is. */
#define NAMES_LIST_MAX 384

void names_list(const struct name *table, char *out, size_t size);

/*
 * The nearest of several known words: names_guess_try() each of them, then ask
 * names_guess_best(), which is NULL when none is near enough to be meant.
 */
struct names_guess {
	const char *word;
	const char *best;
	size_t distance;
};

void names_guess_init(struct names_guess *guess, const char *word);
void names_guess_try(struct names_guess *guess, const char *known);
const char *names_guess_best(const struct names_guess *guess);
const char *names_guess(const struct name *table, const char *word);

extern const struct name names_yes_no[];
extern const struct name names_protocol[];
extern const struct name names_policy_action[];
extern const struct name names_policy_level[];
extern const struct name names_ipsec_protocols[];
extern const struct name names_tunnel[];
extern const struct name names_tcp_mss[];
extern const struct name names_sa_mode[];
extern const struct name names_sa_direction[];
extern const struct name names_sa_state[];
extern const struct name names_sa_encap[];
extern const struct name names_sa_df[];
extern const struct name names_sa_protocol[];
extern const struct name names_bit[];
extern const struct name names_bit_inverted[];
extern const struct name names_dscp[];
extern const struct name names_expire_why[];
extern const struct name names_alg_kind[];

#endif
