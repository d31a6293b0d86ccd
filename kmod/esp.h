/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Encapsulating Security Payload (RFC 4303): what is on the wire.
 */
#ifndef _IPSEC_ESP_H
#define _IPSEC_ESP_H

#include "crypt.h"
#include "stats.h"

/* RFC 4303 section 2 */
#define IPSEC_ESP_HDR_LEN	8
#define IPSEC_ESP_TRAILER_LEN	2

/* Bytes of ESP header and IV in front of the payload. */
u32 ipsec_esp_head_len(const struct ipsec_key *key);

/**
 * ipsec_esp_tail_len() - bytes of padding, trailer and ICV behind a payload
 * @payload_len: bytes of payload
 * @tfc_pad: pad the payload up to this first, 0 = no
 */
u32 ipsec_esp_tail_len(const struct ipsec_key *key, u32 payload_len, u32 tfc_pad);

/* Bytes of both around the payload of the worst length, without TFC padding. */
u32 ipsec_esp_overhead_max(const struct ipsec_key *key);

/**
 * ipsec_esp_payload_max() - largest payload of which the result fits @room bytes
 * @room: bytes for ESP header to ICV; the result is 0 if nothing fits
 */
u32 ipsec_esp_payload_max(const struct ipsec_key *key, u32 room);

/**
 * ipsec_esp_len_ok() - could @len bytes from ESP header to ICV be a packet of this suite?
 */
bool ipsec_esp_len_ok(const struct ipsec_key *key, u32 len);

/**
 * ipsec_esp_seal() - header, padding, trailer, encryption and ICV
 * @op: skb linear with room behind; data at the outer header
 * @off: offset of the ESP header; payload behind header and IV
 * @next_header: of the payload
 *
 * op->done is called, now or later.
 */
void ipsec_esp_seal(struct ipsec_crypt_op *op, unsigned int off, u8 next_header);

/**
 * ipsec_esp_open() - verify and decrypt
 * @op: skb linear, ours alone; op->seq inferred
 * @off: offset of the ESP header
 *
 * op->done is called, now or later, with 0, -EBADMSG or the driver's error.
 */
void ipsec_esp_open(struct ipsec_crypt_op *op, unsigned int off);

/**
 * ipsec_esp_trim() - take trailer, padding and ICV off an opened packet
 * @off: offset of the payload
 * @next_header: out: from the trailer
 *
 * Returns IPSEC_REASON_NONE, or why the packet must be dropped.
 */
enum ipsec_reason ipsec_esp_trim(const struct ipsec_key *key, struct sk_buff *skb, unsigned int off,
				 u8 *next_header);

#endif /* _IPSEC_ESP_H */
