// SPDX-License-Identifier: GPL-2.0
#include "esp.h"

#include <linux/random.h>
#include <linux/skbuff.h>
#include <linux/unaligned.h>

/* RFC 4303 section 2.4: at least 4, so that the trailer ends on a word. */
static u32 pad_to(const struct ipsec_key *key)
{
	return max_t(u32, key->suite.enc->block_len, 4);
}

u32 ipsec_esp_head_len(const struct ipsec_key *key)
{
	return IPSEC_ESP_HDR_LEN + key->suite.enc->iv_len;
}

u32 ipsec_esp_tail_len(const struct ipsec_key *key, u32 payload_len, u32 tfc_pad)
{
	u32 padded = ALIGN(max(payload_len, tfc_pad) + IPSEC_ESP_TRAILER_LEN, pad_to(key));

	return padded - payload_len + key->suite.icv_len;
}

u32 ipsec_esp_overhead_max(const struct ipsec_key *key)
{
	u32 len, tail = 0;

	for (len = 0; len < pad_to(key); len++)
		tail = max(tail, ipsec_esp_tail_len(key, len, 0));
	return ipsec_esp_head_len(key) + tail;
}

u32 ipsec_esp_payload_max(const struct ipsec_key *key, u32 room)
{
	u32 fixed = ipsec_esp_head_len(key) + key->suite.icv_len;

	if (room < fixed + pad_to(key))
		return 0;
	return round_down(room - fixed, pad_to(key)) - IPSEC_ESP_TRAILER_LEN;
}

bool ipsec_esp_len_ok(const struct ipsec_key *key, u32 len)
{
	u32 fixed = ipsec_esp_head_len(key) + key->suite.icv_len;

	return len >= fixed + IPSEC_ESP_TRAILER_LEN && !((len - fixed) % pad_to(key));
}

/* Zeros for traffic flow confidentiality, then 1, 2, 3 … (RFC 4303 section 2.4). */
static void put_trailer(const struct ipsec_crypt_op *op, u32 payload_len, u8 next_header)
{
	u32 tfc_pad = op->tfc_pad > payload_len ? op->tfc_pad - payload_len : 0;
	u32 len = ipsec_esp_tail_len(op->key, payload_len, op->tfc_pad);
	u32 pad = len - op->key->suite.icv_len - tfc_pad - IPSEC_ESP_TRAILER_LEN;
	u8 *tail = skb_put(op->skb, len);
	u32 i;

	memset(tail, 0, tfc_pad);
	tail += tfc_pad;
	for (i = 0; i < pad; i++)
		tail[i] = i + 1;
	tail[pad] = pad;
	tail[pad + 1] = next_header;
}

void ipsec_esp_seal(struct ipsec_crypt_op *op, unsigned int off, u8 next_header)
{
	const struct ipsec_alg *enc = op->key->suite.enc;
	u32 head = ipsec_esp_head_len(op->key);
	u8 *esp = op->skb->data + off;

	put_trailer(op, op->skb->len - off - head, next_header);
	*(__be32 *)esp = op->sa->spi;
	*(__be32 *)(esp + 4) = cpu_to_be32((u32)op->seq);
	if (enc->iv_is_seq)
		put_unaligned_be64(op->seq, op->iv);
	else if (enc->iv_len)
		get_random_bytes(op->iv, enc->iv_len);
	memcpy(esp + IPSEC_ESP_HDR_LEN, op->iv, enc->iv_len);
	op->sealing = true;
	ipsec_crypt_run(op, off, op->skb->len - off - head - op->key->suite.icv_len);
}

void ipsec_esp_open(struct ipsec_crypt_op *op, unsigned int off)
{
	u32 head = ipsec_esp_head_len(op->key);

	memcpy(op->iv, op->skb->data + off + IPSEC_ESP_HDR_LEN, op->key->suite.enc->iv_len);
	op->sealing = false;
	ipsec_crypt_run(op, off, op->skb->len - off - head);
}

enum ipsec_reason ipsec_esp_trim(const struct ipsec_key *key, struct sk_buff *skb, unsigned int off,
				 u8 *next_header)
{
	u32 end = skb->len - key->suite.icv_len;
	u32 pad = skb->data[end - 2];

	*next_header = skb->data[end - 1];
	if (off + pad + IPSEC_ESP_TRAILER_LEN > end)
		return IPSEC_REASON_IN_PAD_BAD;
	if (pskb_trim(skb, end - pad - IPSEC_ESP_TRAILER_LEN))
		return IPSEC_REASON_IN_NO_MEMORY;
	return IPSEC_REASON_NONE;
}
