/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The algorithms Culvert knows: one row each. Pure: also compiled on the host.
 */
#ifndef _IPSEC_ALG_H
#define _IPSEC_ALG_H

#include <linux/types.h>

#define IPSEC_ALG_TEMPLATE_MAX	64
/* Header, longest integrity key, longest cipher key with salt. */
#define IPSEC_ALG_KEY_MAX	(8 + 64 + 36)

/**
 * struct ipsec_alg - one row: an AEAD, a cipher or an integrity algorithm
 * @name: the name users and netlink use, "aes-128-gcm"
 * @kind: IPSEC_ALG_KIND_*
 * @key_len: bytes of key, without salt
 * @salt_len: bytes of salt that follow the key in KEYMAT (RFC 4106 section 8.1;
 *	      RFC 3686 calls them a nonce)
 * @iv_len: bytes of IV on the wire
 * @icv_len: bytes of ICV on the wire
 * @block_len: the payload and its trailer are padded to a multiple of this, at least 4
 * @iv_is_seq: the IV is the 64-bit sequence number; otherwise it is random
 * @tmpl: name at the kernel crypto API: an aead, or a part of authenc(auth,enc),
 *	  that of integrity a hash by itself; NULL for null integrity
 * @generic: the same in plain C, by the names of drivers
 */
struct ipsec_alg {
	const char *name;
	u8 kind;
	u8 key_len;
	u8 salt_len;
	u8 iv_len;
	u8 icv_len;
	u8 block_len;
	bool iv_is_seq;
	const char *tmpl;
	const char *generic;
};

/**
 * struct ipsec_suite - what protects the packets of one SA
 * @enc: an AEAD or a cipher row; NULL: the SA is of AH
 * @auth: an integrity row, NULL with an AEAD
 * @icv_len: bytes of ICV on the wire
 * @esn: extended sequence numbers (changes the template of enc + auth)
 */
struct ipsec_suite {
	const struct ipsec_alg *enc;
	const struct ipsec_alg *auth;
	u8 icv_len;
	bool esn;
};

/* The table, for walking: ends with a row whose name is NULL. */
extern const struct ipsec_alg ipsec_alg_table[];

/**
 * ipsec_alg_find() - the row of that name
 * @name: zero-terminated name
 * @auth: look among the integrity rows, else among AEADs and ciphers
 *
 * Any context. Returns NULL if there is none.
 */
const struct ipsec_alg *ipsec_alg_find(const char *name, bool auth);

/**
 * ipsec_alg_suite() - join rows to a suite, or say why they do not go together
 * @suite: filled on success
 * @enc: AEAD or cipher row
 * @auth: integrity row or NULL
 * @esn: extended sequence numbers
 * @insecure: allow encryption without integrity (null + null, for measuring)
 *
 * Null integrity beside an AEAD is the same as none. Any context. Returns NULL on
 * success, else a sentence for the user: unsafe pairs are refused.
 */
const char *ipsec_alg_suite(struct ipsec_suite *suite, const struct ipsec_alg *enc,
			    const struct ipsec_alg *auth, bool esn, bool insecure);

/**
 * ipsec_alg_suite_ah() - the suite of an AH SA, or why there is none
 * @suite: filled on success
 * @auth: integrity row
 * @esn: extended sequence numbers
 *
 * Any context. Returns NULL on success, else a sentence for the user.
 */
const char *ipsec_alg_suite_ah(struct ipsec_suite *suite, const struct ipsec_alg *auth, bool esn);

/**
 * ipsec_alg_template() - name of the suite's aead, or AH's hash, at the kernel crypto API
 * @suite: the suite
 * @generic: that of its driver in plain C, which no engine has a part in
 * @buf: at least IPSEC_ALG_TEMPLATE_MAX bytes
 *
 * Any context. Returns false for null + null, which needs no aead.
 */
bool ipsec_alg_template(const struct ipsec_suite *suite, bool generic, char *buf);

/**
 * ipsec_alg_key() - join keys to the one that the suite's aead is set with
 * @suite: tells the lengths
 * @enc_key: key and salt of the AEAD or cipher
 * @auth_key: key of the integrity algorithm
 * @buf: IPSEC_ALG_KEY_MAX bytes, aligned to 4; wiped by the caller
 *
 * Any context. Returns its length.
 */
unsigned int ipsec_alg_key(const struct ipsec_suite *suite, const u8 *enc_key, const u8 *auth_key,
			   u8 *buf);

#endif /* _IPSEC_ALG_H */
