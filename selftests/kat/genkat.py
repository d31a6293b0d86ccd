#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Print kmod/kat_answers.h: what one known packet looks like sealed with each suite, by OpenSSL.

The inputs are runs of bytes counting up, described at the top of kmod/kat.c. With --check FILE, compare instead."""
import hmac
import struct
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

AEADS = {"aes-128-gcm": (AESGCM, 16), "aes-192-gcm": (AESGCM, 24), "aes-256-gcm": (AESGCM, 32),
         "chacha20poly1305": (ChaCha20Poly1305, 32)}
CIPHERS = {"aes-128-cbc": 16, "aes-192-cbc": 24, "aes-256-cbc": 32, "null": 0}
HMACS = {"sha1": (20, 12), "sha256": (32, 16), "sha384": (48, 24), "sha512": (64, 32)}

SPI, SEQ_HI, SEQ_LO = 0x01234567, 0x89abcdef, 0xfedcba98
HEAD_LEN = 16

HEADER = """\
/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Printed by selftests/kat/genkat.py: the first bytes of ciphertext, and the ICV.
 */
#ifndef _IPSEC_KAT_ANSWERS_H
#define _IPSEC_KAT_ANSWERS_H

struct kat_answer {
	const char *enc;
	const char *auth;
	bool esn;
	const char *head;
	const char *icv;
};

static const struct kat_answer kat_answers[] = {
"""
FOOTER = """\
};

#endif /* _IPSEC_KAT_ANSWERS_H */
"""


def run(first, length):
    return bytes((first + i) % 256 for i in range(length))


PLAINTEXT = run(0x00, 272)


def seal_aead(cls, key_len, esn):
    """RFC 4106 sections 4 and 5, RFC 7634 section 2: the IV is part of the nonce and not of the AAD."""
    keymat = run(0x10, key_len + 4)
    aad = struct.pack(">III", SPI, SEQ_HI, SEQ_LO) if esn else struct.pack(">II", SPI, SEQ_LO)
    sealed = cls(keymat[:key_len]).encrypt(keymat[key_len:] + run(0xc0, 8), PLAINTEXT, aad)
    return sealed[:-16], sealed[-16:]


def seal_pair(key_len, auth, esn):
    """RFC 4303 section 3.3.2.1 and 2.2.1: the high half is authenticated behind the ciphertext."""
    auth_len, icv_len = HMACS[auth]
    iv, ciphertext = b"", PLAINTEXT
    if key_len:
        iv = run(0xc0, 16)
        enc = Cipher(algorithms.AES(run(0x10, key_len)), modes.CBC(iv)).encryptor()
        ciphertext = enc.update(PLAINTEXT) + enc.finalize()
    covered = struct.pack(">II", SPI, SEQ_LO) + iv + ciphertext
    if esn:
        covered += struct.pack(">I", SEQ_HI)
    return ciphertext, hmac.new(run(0x80, auth_len), covered, auth).digest()[:icv_len]


def row(enc, auth, esn, sealed):
    ciphertext, icv = sealed
    auth = f'"{auth}"' if auth else "NULL"
    return (f'\t{{ "{enc}", {auth}, {"true" if esn else "false"},\n'
            f'\t  "{ciphertext[:HEAD_LEN].hex()}",\n\t  "{icv.hex()}" }},\n')


def table():
    rows = [row(enc, None, esn, seal_aead(*how, esn)) for enc, how in AEADS.items() for esn in (False, True)]
    rows += [row(enc, auth, esn, seal_pair(key_len, auth, esn))
             for enc, key_len in CIPHERS.items() for auth in HMACS for esn in (False, True)]
    return HEADER + "".join(rows) + FOOTER


if len(sys.argv) == 3 and sys.argv[1] == "--check":
    with open(sys.argv[2], encoding="ascii") as f:
        sys.exit(0 if f.read() == table() else f"{sys.argv[2]} is not what genkat.py prints")
print(table(), end="")
