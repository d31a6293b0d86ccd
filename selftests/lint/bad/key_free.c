// SPDX-License-Identifier: GPL-2.0-or-later
// Each line that ends in `bad` must be found, no other.

void by_type(struct ipsec_key *k)
{
	kfree(k); /* bad */
}

void by_name(struct sa *sa)
{
	kfree(sa->auth_key); /* bad */
	kvfree(sa->secret); /* bad */
	kfree(sa->keyboard);
}

void by_use(struct crypto_aead *tfm, u8 *buf, unsigned int len)
{
	crypto_aead_setkey(tfm, buf, len);
	kfree(buf); /* bad */
}

void half_wiped(struct sa *sa)
{
	u8 key[16];

	memset(key, 0, sizeof(key)); /* bad */
	kfree_sensitive(sa->auth_key);
	kfree(sa);
}
