// SPDX-License-Identifier: GPL-2.0-or-later
#include "names.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <linux/ipsec_genl.h>

const struct name names_yes_no[] = { { "yes", 1 }, { "no", 0 }, { NULL, 0 } };

/* The names RouterOS knows, with their IANA numbers. */
const struct name names_protocol[] = {
	{ "icmp", 1 },		{ "igmp", 2 },		{ "ggp", 3 },
	{ "ipencap", 4 },	{ "st", 5 },		{ "tcp", 6 },
	{ "egp", 8 },		{ "pup", 12 },		{ "udp", 17 },
	{ "hmp", 20 },		{ "xns-idp", 22 },	{ "rdp", 27 },
	{ "iso-tp4", 29 },	{ "dccp", 33 },		{ "xtp", 36 },
	{ "ddp", 37 },		{ "idpr-cmtp", 38 },	{ "ipv6-encap", 41 },
	{ "ipv6-route", 43 },	{ "ipv6-frag", 44 },	{ "rsvp", 46 },
	{ "gre", 47 },		{ "ipsec-esp", 50 },	{ "ipsec-ah", 51 },
	{ "icmpv6", 58 },	{ "ipv6-nonxt", 59 },	{ "ipv6-opts", 60 },
	{ "rspf", 73 },		{ "vmtp", 81 },		{ "ospf", 89 },
	{ "ipip", 94 },		{ "etherip", 97 },	{ "encap", 98 },
	{ "pim", 103 },		{ "vrrp", 112 },	{ "l2tp", 115 },
	{ "sctp", 132 },	{ "udp-lite", 136 },	{ NULL, 0 }
};

const struct name names_policy_action[] = {
	{ "encrypt", IPSEC_POLICY_ACTION_PROTECT },
	{ "discard", IPSEC_POLICY_ACTION_DISCARD },
	{ "none", IPSEC_POLICY_ACTION_BYPASS },
	{ NULL, 0 }
};

const struct name names_policy_level[] = {
	{ "require", IPSEC_POLICY_LEVEL_REQUIRE },
	{ "unique", IPSEC_POLICY_LEVEL_UNIQUE },
	{ "use", IPSEC_POLICY_LEVEL_USE },
	{ NULL, 0 }
};

const struct name names_ipsec_protocols[] = {
	{ "esp", IPSEC_PROTOCOLS_ESP },
	{ "ah", IPSEC_PROTOCOLS_AH },
	{ NULL, 0 }
};

const struct name names_tunnel[] = {
	{ "yes", IPSEC_SA_MODE_TUNNEL },
	{ "no", IPSEC_SA_MODE_TRANSPORT },
	{ NULL, 0 }
};

const struct name names_tcp_mss[] = {
	{ "no", IPSEC_TCP_MSS_NO },
	{ "auto", IPSEC_TCP_MSS_AUTO },
	{ NULL, 0 }
};

const struct name names_sa_mode[] = {
	{ "tunnel", IPSEC_SA_MODE_TUNNEL },
	{ "transport", IPSEC_SA_MODE_TRANSPORT },
	{ NULL, 0 }
};

const struct name names_sa_direction[] = {
	{ "in", IPSEC_SA_DIR_IN },
	{ "out", IPSEC_SA_DIR_OUT },
	{ NULL, 0 }
};

const struct name names_sa_state[] = {
	{ "larval", IPSEC_SA_STATE_LARVAL },
	{ "mature", IPSEC_SA_STATE_MATURE },
	{ "dying", IPSEC_SA_STATE_DYING },
	{ "dead", IPSEC_SA_STATE_DEAD },
	{ NULL, 0 }
};

const struct name names_sa_encap[] = {
	{ "yes", IPSEC_SA_ENCAP_UDP },
	{ "no", IPSEC_SA_ENCAP_NONE },
	{ NULL, 0 }
};

const struct name names_sa_df[] = {
	{ "copy", IPSEC_SA_DF_COPY },
	{ "set", IPSEC_SA_DF_SET },
	{ "clear", IPSEC_SA_DF_CLEAR },
	{ NULL, 0 }
};

const struct name names_sa_protocol[] = {
	{ "esp", IPPROTO_ESP },
	{ "ah", IPPROTO_AH },
	{ NULL, 0 }
};

/* How a bit of a flag word reads; the inverted one is a "do not" bit. */
const struct name names_bit[] = { { "yes", 1 }, { "no", 0 }, { NULL, 0 } };
const struct name names_bit_inverted[] = { { "yes", 0 }, { "no", 1 }, { NULL, 0 } };
const struct name names_dscp[] = { { "copy", 0 }, { "zero", 1 }, { NULL, 0 } };

const struct name names_expire_why[] = {
	{ "time", IPSEC_EXPIRE_TIME },
	{ "bytes", IPSEC_EXPIRE_BYTES },
	{ "packets", IPSEC_EXPIRE_PACKETS },
	{ "sequence", IPSEC_EXPIRE_SEQUENCE },
	{ NULL, 0 }
};

const struct name names_alg_kind[] = {
	{ "enc", IPSEC_ALG_KIND_ENC },
	{ "aead", IPSEC_ALG_KIND_AEAD },
	{ "auth", IPSEC_ALG_KIND_AUTH },
	{ NULL, 0 }
};

const struct name *names_find(const struct name *table, const char *text)
{
	for (; table->text; table++)
		if (!strcmp(table->text, text))
			return table;
	return NULL;
}

const char *names_text(const struct name *table, uint32_t value)
{
	for (; table->text; table++)
		if (table->value == value)
			return table->text;
	return NULL;
}

void names_list(const struct name *table, char *out, size_t size)
{
	size_t used = 0;

	if (size)
		out[0] = '\0';
	for (; table->text && used < size; table++)
		used += snprintf(out + used, size - used, "%s%s", used ? ", " : "", table->text);
}

#define GUESS_WORD_MAX 40

/*
 * Edit distance where two neighbours that changed places count once, which is
 * how "src-adress" and "encyrpt" come about.
 */
static size_t edit_distance(const char *a, const char *b)
{
	size_t d[GUESS_WORD_MAX + 1][GUESS_WORD_MAX + 1];
	size_t la = strlen(a), lb = strlen(b);

	for (size_t i = 0; i <= la; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= lb; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= la; i++) {
		for (size_t j = 1; j <= lb; j++) {
			size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			if (best > d[i - 1][j] + 1)
				best = d[i - 1][j] + 1;
			if (best > d[i][j - 1] + 1)
				best = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    best > d[i - 2][j - 2] + 1)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[la][lb];
}

void names_guess_init(struct names_guess *guess, const char *word)
{
	*guess = (struct names_guess){ .word = word, .distance = SIZE_MAX };
}

void names_guess_try(struct names_guess *guess, const char *known)
{
	size_t lw = strlen(guess->word), lk = strlen(known), distance;

	if (lw > GUESS_WORD_MAX || lk > GUESS_WORD_MAX || !lw)
		return;
	distance = edit_distance(guess->word, known);
	/* a word cut short, or with a part left out in front, is near too */
	if (lw >= 3 && strstr(known, guess->word))
		distance = distance > 2 ? 2 : distance;
	if (distance < guess->distance) {
		guess->distance = distance;
		guess->best = known;
	}
}

const char *names_guess_best(const struct names_guess *guess)
{
	size_t length = strlen(guess->word);

	if (!guess->best || guess->distance > (length < 4 ? 1 : 2 + length / 8))
		return NULL;
	return guess->best;
}

const char *names_guess(const struct name *table, const char *word)
{
	struct names_guess guess;

	names_guess_init(&guess, word);
	for (; table->text; table++)
		names_guess_try(&guess, table->text);
	return names_guess_best(&guess);
}
