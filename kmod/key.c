// SPDX-License-Identifier: GPL-2.0
#include "key.h"
#include "hash.h"
#include "kat.h"
#include "stats.h"

#include <crypto/aead.h>
#include <crypto/hash.h>
#include <linux/crypto.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/string.h>

/* Where to look for a driver, best first. */
static const struct {
	u32 without;	/* drivers with these flags are passed over */
	bool generic;
} choices[] = {
	{ },
	{ .without = CRYPTO_ALG_ASYNC | CRYPTO_ALG_KERN_DRIVER_ONLY },
	{ .without = CRYPTO_ALG_ASYNC | CRYPTO_ALG_KERN_DRIVER_ONLY, .generic = true },
};

#define CHOICE_ANY	0
#define CHOICE_SOFTWARE	1

/* What aead and hash are to the crypto API; NULL if there is neither. */
static struct crypto_tfm *base_of(const struct ipsec_key *key)
{
	if (key->hash)
		return crypto_ahash_tfm(key->hash);
	return key->tfm ? crypto_aead_tfm(key->tfm) : NULL;
}

static unsigned int auth_key_len(const struct ipsec_suite *suite)
{
	return suite->auth ? suite->auth->key_len : 0;
}

static int set_key(const struct ipsec_key *key, struct crypto_aead *tfm)
{
	u8 *buf = kmalloc(IPSEC_ALG_KEY_MAX, GFP_KERNEL);
	int err;

	if (!buf)
		return -ENOMEM;
	err = crypto_aead_setkey(tfm, buf, ipsec_alg_key(&key->suite, ipsec_key_enc(key),
							 ipsec_key_auth(key), buf));
	kfree_sensitive(buf);
	return err;
}

/* Tested and keyed, or an ERR_PTR. */
static struct crypto_aead *try_aead(const struct ipsec_key *key, const char *tmpl, u32 without,
				    const char *failed)
{
	struct crypto_aead *tfm = crypto_alloc_aead(tmpl, 0, without);
	int err;

	if (IS_ERR(tfm))
		return tfm;
	if (failed && !strcmp(crypto_tfm_alg_driver_name(crypto_aead_tfm(tfm)), failed))
		err = -EIO;
	else
		err = ipsec_kat_run(&key->suite, &tfm) ?:
		      crypto_aead_setauthsize(tfm, key->suite.icv_len) ?: set_key(key, tfm);
	if (err) {
		crypto_free_aead(tfm);
		return ERR_PTR(err);
	}
	return tfm;
}

static int try_choice(struct ipsec_key *key, const char *tmpl, unsigned int choice,
		      const char *failed)
{
	u32 without = choices[choice].without, flags;

	if (key->suite.enc)
		key->tfm = try_aead(key, tmpl, without, failed);
	else
		key->hash = ipsec_hash_new(key->suite.auth, tmpl, ipsec_key_auth(key), without,
					   failed);
	if (IS_ERR(key->tfm) || IS_ERR(key->hash)) {
		int err = PTR_ERR(IS_ERR(key->tfm) ? (void *)key->tfm : key->hash);

		key->tfm = NULL;
		key->hash = NULL;
		return err;
	}
	flags = base_of(key)->__crt_alg->cra_flags;
	key->async = flags & CRYPTO_ALG_ASYNC;
	key->hw = flags & (CRYPTO_ALG_ASYNC | CRYPTO_ALG_KERN_DRIVER_ONLY);
	key->software = choice >= CHOICE_SOFTWARE;
	return 0;
}

/* Errors that no other driver would help with. */
static bool is_final(int err, unsigned int choice)
{
	return err == -ENOMEM || err == -EINTR || (err == -ENOENT && choice == CHOICE_ANY);
}

/*
 * Give the key the first driver that works, from @choice on and other than
 * @failed. Returns 0, or the error of the first one.
 */
static int find_driver(struct ipsec_key *key, unsigned int choice, const char *failed)
{
	char tmpl[IPSEC_ALG_TEMPLATE_MAX];
	int first_err = 0;

	for (; choice < ARRAY_SIZE(choices); choice++) {
		int err;

		if (!ipsec_alg_template(&key->suite, choices[choice].generic, tmpl))
			return 0;
		err = try_choice(key, tmpl, choice, failed);
		if (!err || is_final(err, choice))
			return err;
		first_err = first_err ?: err;
	}
	return first_err;
}

static void tell_no_driver(const struct ipsec_suite *suite, int err, struct netlink_ext_ack *extack)
{
	char tmpl[IPSEC_ALG_TEMPLATE_MAX];

	ipsec_alg_template(suite, false, tmpl);
	if (err == -ENOENT)
		NL_SET_ERR_MSG_FMT(extack, "this kernel lacks %s: load or build it", tmpl);
	else if (err != -ENOMEM && err != -EINTR)
		NL_SET_ERR_MSG_FMT(extack, "no driver of %s passes its test", tmpl);
}

static bool check_enc_len(const struct ipsec_alg *enc, unsigned int len,
			  struct netlink_ext_ack *extack)
{
	if (len == (enc ? enc->key_len + enc->salt_len : 0))
		return true;
	if (!enc) {
		NL_SET_ERR_MSG(extack, "AH does not encrypt: leave enc-key out");
		return false;
	}
	if (enc->salt_len)
		NL_SET_ERR_MSG_FMT(extack,
				   "enc-key has %u bytes; %s takes %u: %u of key and %u of salt",
				   len, enc->name, enc->key_len + enc->salt_len, enc->key_len,
				   enc->salt_len);
	else if (enc->key_len)
		NL_SET_ERR_MSG_FMT(extack, "enc-key has %u bytes; %s takes %u",
				   len, enc->name, enc->key_len);
	else
		NL_SET_ERR_MSG(extack, "null encryption takes no enc-key");
	return false;
}

static bool check_auth_len(const struct ipsec_suite *suite, unsigned int len,
			   struct netlink_ext_ack *extack)
{
	unsigned int want = auth_key_len(suite);

	if (len == want)
		return true;
	if (want)
		NL_SET_ERR_MSG_FMT(extack, "auth-key has %u bytes; %s takes %u",
				   len, suite->auth->name, want);
	else
		NL_SET_ERR_MSG_FMT(extack, "%s takes no auth-key",
				   suite->auth ? "null integrity" : suite->enc->name);
	return false;
}

struct ipsec_key *ipsec_key_new(const struct ipsec_suite *suite,
				const u8 *enc_key, unsigned int enc_len,
				const u8 *auth_key, unsigned int auth_len,
				struct ipsec_stats *stats, struct netlink_ext_ack *extack)
{
	struct ipsec_key *key;
	int err;

	if (!check_enc_len(suite->enc, enc_len, extack) ||
	    !check_auth_len(suite, auth_len, extack))
		return ERR_PTR(-EINVAL);
	key = kzalloc(struct_size(key, material, enc_len + auth_len), GFP_KERNEL);
	if (!key)
		return ERR_PTR(-ENOMEM);
	key->suite = *suite;
	key->enc_key_len = enc_len;
	key->auth_key_len = auth_len;
	memcpy(key->material, enc_key, enc_len);
	memcpy(key->material + enc_len, auth_key, auth_len);
	err = find_driver(key, CHOICE_ANY, NULL);
	if (err) {
		tell_no_driver(suite, err, extack);
		ipsec_key_free(key);
		return ERR_PTR(err);
	}
	if (key->software)
		this_cpu_inc(stats->cpu->engine_fallbacks);
	return key;
}

struct ipsec_key *ipsec_key_software(const struct ipsec_key *key)
{
	size_t len = struct_size(key, material, key->enc_key_len + key->auth_key_len);
	struct ipsec_key *copy = kmemdup(key, len, GFP_KERNEL);
	int err;

	if (!copy)
		return ERR_PTR(-ENOMEM);
	copy->tfm = NULL;
	copy->hash = NULL;
	err = find_driver(copy, CHOICE_SOFTWARE, ipsec_key_driver(key));
	if (err) {
		ipsec_key_free(copy);
		return ERR_PTR(err);
	}
	return copy;
}

void ipsec_key_free(struct ipsec_key *key)
{
	if (!key)
		return;
	crypto_free_aead(key->tfm);
	crypto_free_ahash(key->hash);
	kfree_sensitive(key);
}

const char *ipsec_key_driver(const struct ipsec_key *key)
{
	struct crypto_tfm *base = base_of(key);

	return base ? crypto_tfm_alg_driver_name(base) : "null";
}

/* A suite with that row in it, the other part as common as can be. */
static void probe_suite(struct ipsec_suite *suite, const struct ipsec_alg *alg)
{
	bool auth = alg->kind == IPSEC_ALG_KIND_AUTH;

	ipsec_alg_suite(suite, auth ? ipsec_alg_find("null", false) : alg,
			auth ? alg : alg->kind == IPSEC_ALG_KIND_AEAD ? NULL :
			ipsec_alg_find("sha1", true), false, true);
}

bool ipsec_key_probe(const struct ipsec_alg *alg, char *driver, u32 *priority, bool *hw)
{
	/* Longer than what any row takes, and zero. */
	struct ipsec_key *key = kzalloc(struct_size(key, material, IPSEC_ALG_KEY_MAX), GFP_KERNEL);
	bool found;

	if (!key)
		return false;
	probe_suite(&key->suite, alg);
	found = !find_driver(key, CHOICE_ANY, NULL);
	if (found) {
		strscpy(driver, ipsec_key_driver(key), CRYPTO_MAX_ALG_NAME);
		*priority = base_of(key) ? base_of(key)->__crt_alg->cra_priority : 0;
		*hw = key->hw;
	}
	ipsec_key_free(key);
	return found;
}
