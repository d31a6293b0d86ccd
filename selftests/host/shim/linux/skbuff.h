/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A packet in one piece, of which the kernel's headers may see only the front in place. */
#ifndef _SHIM_LINUX_SKBUFF_H
#define _SHIM_LINUX_SKBUFF_H

#include <linux/ip.h>
#include <linux/types.h>

#define CHECKSUM_NONE		0
#define CHECKSUM_PARTIAL	3

struct sk_buff {
	unsigned char *data;
	unsigned int len;
	unsigned int headlen;
	unsigned int network_header;
	unsigned char ip_summed;
};

static inline unsigned int skb_headlen(const struct sk_buff *skb)
{
	return skb->headlen;
}

/* The test sees to it that there is room. */
static inline void *skb_put(struct sk_buff *skb, unsigned int len)
{
	skb->len += len;
	skb->headlen += len;
	return skb->data + skb->len - len;
}

static inline int pskb_trim(struct sk_buff *skb, unsigned int len)
{
	skb->len = len;
	skb->headlen = len;
	return 0;
}

static inline int skb_network_offset(const struct sk_buff *skb)
{
	return skb->network_header;
}

static inline void *skb_header_pointer(const struct sk_buff *skb, int off, int len, void *buf)
{
	if (off + len > (int)skb->len)
		return NULL;
	if (off + len <= (int)skb->headlen)
		return (void *)(skb->data + off);
	return memcpy(buf, skb->data + off, len);
}

/* So much of it is in place afterwards. */
static inline int skb_ensure_writable(struct sk_buff *skb, unsigned int len)
{
	if (len > skb->len)
		return -ENOMEM;
	if (skb->headlen < len)
		skb->headlen = len;
	return 0;
}

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)(skb->data + skb->network_header);
}

#endif /* _SHIM_LINUX_SKBUFF_H */
