/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keyed transforms of the kernel crypto API, and the wiping of what keyed them.
 */
#ifndef _IPSEC_KEY_H
#define _IPSEC_KEY_H

#include <linux/types.h>
#include "alg.h"

struct crypto_aead;
struct crypto_ahash;
struct ipsec_stats;
struct netlink_ext_ack;

/**
 * struct ipsec_key - one keyed transform
 * @suite: what it does
 * @tfm: the aead; NULL for null + null, and for AH
 * @hash: AH's; NULL for ESP
 * @async: operations may return -EINPROGRESS
 * @hw: an asynchronous or hardware driver (shown as hw-aead)
 * @software: chosen because another engine failed
 * @enc_key_len: bytes
 * @auth_key_len: bytes
 * @material: KEYMAT of the cipher or AEAD, salt included, and of the integrity algorithm;
 *	      for key display and fallback
 */
struct ipsec_key {
	struct ipsec_suite suite;
	struct crypto_aead *tfm;
	struct crypto_ahash *hash;
	bool async;
	bool hw;
	bool software;
	u16 enc_key_len;
	u16 auth_key_len;
	u8 material[];
};

static inline const u8 *ipsec_key_enc(const struct ipsec_key *key)
{
	return key->material;
}

static inline const u8 *ipsec_key_auth(const struct ipsec_key *key)
{
	return key->material + key->enc_key_len;
}

/**
 * ipsec_key_new() - allocate and key a transform
 * @suite: copied
 * @enc_key: @enc_len bytes, salt at the end where the row has one
 * @auth_key: @auth_len bytes
 * @stats: where an engine that fails its known-answer test is counted
 * @extack: told what is wrong with lengths or which algorithm this kernel lacks
 *
 * The driver with the highest priority is tried first; one that fails its
 * known-answer test gives way to the best synchronous software driver.
 * Sleeps. Returns a key to be freed with ipsec_key_free(), or an ERR_PTR.
 */
struct ipsec_key *ipsec_key_new(const struct ipsec_suite *suite,
				const u8 *enc_key, unsigned int enc_len,
				const u8 *auth_key, unsigned int auth_len,
				struct ipsec_stats *stats, struct netlink_ext_ack *extack);

/**
 * ipsec_key_software() - the same key on the best synchronous software driver
 *
 * For an engine that failed at work. Sleeps. Returns a new key or an ERR_PTR.
 */
struct ipsec_key *ipsec_key_software(const struct ipsec_key *key);

/**
 * ipsec_key_free() - wipe and free; NULL is allowed
 *
 * Sleeps. No operation may be in flight.
 */
void ipsec_key_free(struct ipsec_key *key);

/**
 * ipsec_key_driver() - name of the driver at work, "null" for null + null
 */
const char *ipsec_key_driver(const struct ipsec_key *key);

/**
 * ipsec_key_probe() - which driver would serve this row?
 * @alg: any row
 * @driver: at least 128 bytes, the driver's name
 * @priority: its priority
 * @hw: asynchronous or hardware
 *
 * Sleeps (may load modules). Integrity rows are probed with null encryption,
 * ciphers with HMAC-SHA1. Returns false if this kernel does not offer it.
 */
bool ipsec_key_probe(const struct ipsec_alg *alg, char *driver, u32 *priority, bool *hw);

#endif /* _IPSEC_KEY_H */
