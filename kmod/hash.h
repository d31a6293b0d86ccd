/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keyed hashes of the kernel crypto API, each driver tested before it is used.
 */
#ifndef _IPSEC_HASH_H
#define _IPSEC_HASH_H

#include "alg.h"

struct crypto_ahash;

/**
 * ipsec_hash_new() - a tested and keyed hash
 * @alg: an integrity row
 * @tmpl: its name at the kernel crypto API, or that of a driver
 * @key: alg->key_len bytes
 * @without: drivers with these flags are passed over
 * @failed: name of a driver that must not be taken, or NULL
 *
 * Sleeps. Returns it, to be freed with crypto_free_ahash(), or an ERR_PTR:
 * -EBADMSG if the driver gave a wrong answer to a known question.
 */
struct crypto_ahash *ipsec_hash_new(const struct ipsec_alg *alg, const char *tmpl, const u8 *key,
				    u32 without, const char *failed);

#endif /* _IPSEC_HASH_H */
