// SPDX-License-Identifier: GPL-2.0-or-later
#include "algs.h"

#include <string.h>

static const struct algs_row enc_rows[] = {
	{ "aes-128-gcm", true, 16, 4 },
	{ "aes-192-gcm", true, 24, 4 },
	{ "aes-256-gcm", true, 32, 4 },
	{ "chacha20poly1305", true, 32, 4 },
	{ "aes-128-cbc", false, 16, 0 },
	{ "aes-192-cbc", false, 24, 0 },
	{ "aes-256-cbc", false, 32, 0 },
	{ "null", false, 0, 0 },
};

/* RFC 2404 and RFC 4868: the key is as long as the hash. */
static const struct algs_row auth_rows[] = {
	{ "sha1", false, 20, 0 },
	{ "sha256", false, 32, 0 },
	{ "sha384", false, 48, 0 },
	{ "sha512", false, 64, 0 },
	{ "null", false, 0, 0 },
};

const struct name names_enc_algorithm[] = {
	{ "aes-128-gcm", 0 }, { "aes-192-gcm", 1 }, { "aes-256-gcm", 2 },
	{ "chacha20poly1305", 3 }, { "aes-128-cbc", 4 }, { "aes-192-cbc", 5 },
	{ "aes-256-cbc", 6 }, { "null", 7 }, { NULL, 0 }
};

const struct name names_auth_algorithm[] = {
	{ "sha1", 0 }, { "sha256", 1 }, { "sha384", 2 }, { "sha512", 3 }, { "null", 4 }, { NULL, 0 }
};

const struct algs_row *algs_enc(const char *name)
{
	const struct name *found = names_find(names_enc_algorithm, name);

	return found ? &enc_rows[found->value] : NULL;
}

const struct algs_row *algs_auth(const char *name)
{
	const struct name *found = names_find(names_auth_algorithm, name);

	return found ? &auth_rows[found->value] : NULL;
}
