// SPDX-License-Identifier: GPL-2.0-or-later
// Each line that ends in `bad` must be found, no other.

int after_pull(struct sk_buff *skb)
{
	struct iphdr *iph = ip_hdr(skb);

	if (!pskb_may_pull(skb, 40))
		return -EINVAL;
	return iph->ttl; /* bad */
}

int after_linearize(struct sk_buff *skb)
{
	u8 *p;

	p = skb->data + 8;
	if (skb_linearize(skb))
		return -ENOMEM;
	return p[3]; /* bad */
}

int after_room(struct sk_buff *skb)
{
	struct udphdr *uh = udp_hdr(skb);

	if (ipsec_mode_room(skb, 8, 8))
		return -ENOMEM;
	uh->check = 0; /* bad */
	return 0;
}

int read_again(struct sk_buff *skb)
{
	struct iphdr *iph = ip_hdr(skb);
	int ttl = iph->ttl;

	if (!pskb_may_pull(skb, 40))
		return -EINVAL;
	iph = ip_hdr(skb);
	return iph->ttl + ttl;
}
