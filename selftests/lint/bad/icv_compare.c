// SPDX-License-Identifier: GPL-2.0-or-later
// Each line that ends in `bad` must be found, no other.

int icv_ok(const u8 *icv, const u8 *got, const struct in6_addr *a, const struct in6_addr *b)
{
	if (memcmp(got, icv, 12)) /* bad */
		return 0;
	return !memcmp(a, b, sizeof(*a));
}

int mac_ok(struct op *op, const u8 *got)
{
	return !memcmp(&op->mac[2], got, 16); /* bad */
}

int tag_ok(struct sk_buff *skb, const u8 *auth_tag)
{
	if (memcmp(skb->data + 8, auth_tag, 16)) /* bad */
		return 0;
	return !crypto_memneq(skb->data, auth_tag, 16);
}
