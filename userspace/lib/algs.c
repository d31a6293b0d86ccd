// SPDX-License-Identifier: GPL-2.0-or-later
#include "algs.h"

#include <string.h>

static const struct algs_row enc_rows[] = {
	{ "aes-128-gcm", true, 16, 4 },
	{ "aes-192-gcm", true, 24, 4 },
	{ "aes-256-gcm", true, 32, 4 },
	{ "chacha20poly1305", true, 32, 4 },
	{ "aes-128-ccm", true, 16, 3 },
	{ "aes-192-ccm", true, 24, 3 },
	{ "aes-256-ccm", true, 32, 3 },
	{ "aes-128-gmac", true, 16, 4 },
	{ "aes-192-gmac", true, 24, 4 },
	{ "aes-256-gmac", true, 32, 4 },
	{ "aes-128-ctr", false, 16, 4 },
	{ "aes-192-ctr", false, 24, 4 },
	{ "aes-256-ctr", false, 32, 4 },
	{ "aes-128-cbc", false, 16, 0 },
	{ "aes-192-cbc", false, 24, 0 },
	{ "aes-256-cbc", false, 32, 0 },
	{ "camellia-128", false, 16, 0 },
	{ "camellia-192", false, 24, 0 },
	{ "camellia-256", false, 32, 0 },
	{ "twofish", false, 16, 0 },
	{ "blowfish", false, 16, 0 },
	{ "3des", false, 24, 0 },
	{ "des", false, 8, 0 },
	{ "null", false, 0, 0 },
};

/* RFC 2403, 2404, 4868: the key is as long as the hash; RFC 3566, 4494: as that of AES-128. */
static const struct algs_row auth_rows[] = {
	{ "sha1", false, 20, 0 },
	{ "sha256", false, 32, 0 },
	{ "sha256-96", false, 32, 0 },
	{ "sha384", false, 48, 0 },
	{ "sha512", false, 64, 0 },
	{ "md5", false, 16, 0 },
	{ "aes-xcbc", false, 16, 0 },
	{ "aes-cmac", false, 16, 0 },
	{ "null", false, 0, 0 },
};

const struct name names_enc_algorithm[] = {
	{ "aes-128-gcm", 0 }, { "aes-192-gcm", 1 }, { "aes-256-gcm", 2 },
	{ "chacha20poly1305", 3 }, { "aes-128-ccm", 4 }, { "aes-192-ccm", 5 },
	{ "aes-256-ccm", 6 }, { "aes-128-gmac", 7 }, { "aes-192-gmac", 8 },
	{ "aes-256-gmac", 9 }, { "aes-128-ctr", 10 }, { "aes-192-ctr", 11 },
	{ "aes-256-ctr", 12 }, { "aes-128-cbc", 13 }, { "aes-192-cbc", 14 },
	{ "aes-256-cbc", 15 }, { "camellia-128", 16 }, { "camellia-192", 17 },
	{ "camellia-256", 18 }, { "twofish", 19 }, { "blowfish", 20 }, { "3des", 21 },
	{ "des", 22 }, { "null", 23 }, { NULL, 0 }
};

const struct name names_auth_algorithm[] = {
	{ "sha1", 0 }, { "sha256", 1 }, { "sha256-96", 2 }, { "sha384", 3 }, { "sha512", 4 },
	{ "md5", 5 }, { "aes-xcbc", 6 }, { "aes-cmac", 7 }, { "null", 8 }, { NULL, 0 }
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
