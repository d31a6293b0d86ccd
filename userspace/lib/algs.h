/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ESP algorithms by name, and how long their keys are. */
#ifndef CULVERT_ALGS_H
#define CULVERT_ALGS_H

#include <stdbool.h>

#include "names.h"

struct algs_row {
	const char *name;
	bool aead;			/* brings its own integrity */
	unsigned int key_bytes;
	unsigned int salt_bytes;	/* follow the key (RFC 4106 section 8.1) */
};

const struct algs_row *algs_enc(const char *name);
const struct algs_row *algs_auth(const char *name);

extern const struct name names_enc_algorithm[];
extern const struct name names_auth_algorithm[];

#endif
