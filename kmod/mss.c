// SPDX-License-Identifier: GPL-2.0
#include "mss.h"
#include "flow.h"

#include <asm/byteorder.h>
#include <linux/ip.h>
#include <linux/ipsec_genl.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/swab.h>
#include <linux/tcp.h>
#include <linux/unaligned.h>
#include <net/checksum.h>
#include <net/tcp.h>

#define TCP_HDR_MAX	60

/* Offset of the option's value in a header of @len bytes with its options, 0 if there is none. */
static unsigned int find_option(const u8 *tcp, unsigned int len)
{
	unsigned int i = sizeof(struct tcphdr);

	while (i < len && tcp[i] != TCPOPT_EOL) {
		if (tcp[i] == TCPOPT_NOP) {
			i++;
			continue;
		}
		if (len - i < 2 || tcp[i + 1] < 2 || tcp[i + 1] > len - i)
			return 0;
		if (tcp[i] == TCPOPT_MSS && tcp[i + 1] == TCPOLEN_MSS)
			return i + 2;
		i += tcp[i + 1];
	}
	return 0;
}

/* Offset of the option's value in TCP's header, which is at *@off; 0 if none is offered. */
static unsigned int find(const struct sk_buff *skb, int *off)
{
	const struct tcphdr *th;
	u8 buf[TCP_HDR_MAX];
	u8 proto;

	*off = ipsec_flow_upper(skb, &proto);
	if (*off < 0 || proto != IPPROTO_TCP)
		return 0;
	th = skb_header_pointer(skb, *off, sizeof(*th), buf);
	if (!th || !th->syn || th->doff * 4 < sizeof(*th))
		return 0;
	th = skb_header_pointer(skb, *off, th->doff * 4, buf);
	return th ? find_option((const u8 *)th, th->doff * 4) : 0;
}

bool ipsec_mss_is_offered(const struct sk_buff *skb)
{
	int off;

	return find(skb, &off);
}

/* RFC 6691: the MSS counts neither the options of IP nor those of TCP. */
static u16 fitting(const struct sk_buff *skb, u32 mtu)
{
	u32 head = sizeof(struct tcphdr);

	head += ip_hdr(skb)->version == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	return clamp_t(u32, mtu, head + IPSEC_TCP_MSS_MIN, U16_MAX) - head;
}

/* To the checksum, a value at an odd offset has its bytes in the other order. */
static __be16 in_sum(u16 value, bool odd)
{
	return cpu_to_be16(odd ? swab16(value) : value);
}

void ipsec_mss_clamp(struct sk_buff *skb, u16 mss, u32 mtu)
{
	unsigned int at;
	bool odd;
	int off;
	u8 *tcp;
	u16 old;

	at = find(skb, &off);
	if (!at || (mss == IPSEC_TCP_MSS_AUTO && !mtu))
		return;
	if (mss == IPSEC_TCP_MSS_AUTO)
		mss = fitting(skb, mtu);
	if (skb_ensure_writable(skb, off + at + sizeof(old)))
		return;
	tcp = skb->data + off;
	old = get_unaligned_be16(tcp + at);
	if (old <= mss)
		return;
	put_unaligned_be16(mss, tcp + at);
	odd = at & 1;
	inet_proto_csum_replace2(&((struct tcphdr *)tcp)->check, skb, in_sum(old, odd),
				 in_sum(mss, odd), false);
}
