#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Print kmod/kat_answers.h: what one known packet looks like sealed with each suite, by OpenSSL.

The packet is described at the top of kmod/kat.c. With --check FILE: first see that the published ESP packets of
selftests/vectors come out right, then that FILE is what would be printed."""
import hmac
import json
import pathlib
import struct
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

AEADS = {"aes-128-gcm": (AESGCM, 16), "aes-192-gcm": (AESGCM, 24), "aes-256-gcm": (AESGCM, 32),
         "chacha20poly1305": (ChaCha20Poly1305, 32)}
CIPHERS = {"aes-128-cbc": 16, "aes-192-cbc": 24, "aes-256-cbc": 32, "null": 0}
HMACS = {"sha1": (20, 12), "sha256": (32, 16), "sha384": (48, 24), "sha512": (64, 32)}
VECTORS = pathlib.Path(__file__).parent.parent / "vectors" / "esp.json"

HEADER = """\
/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Printed by selftests/kat/genkat.py: the first bytes of ciphertext, and the ICV.
 */
#ifndef _IPSEC_KAT_ANSWERS_H
#define _IPSEC_KAT_ANSWERS_H

#include <linux/types.h>

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


def seal_aead(enc, key, salt, iv, aad, plaintext):
    """RFC 4106 sections 4 and 5, RFC 7634 section 2: the IV is part of the nonce and not of the AAD."""
    return AEADS[enc][0](key).encrypt(salt + iv, plaintext, aad)


def encrypt_cbc(key, iv, plaintext):
    enc = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return enc.update(plaintext) + enc.finalize()


def seal_pair(key, iv, auth, auth_key, spi, seq_hi, seq_lo, plaintext):
    """RFC 4303 sections 3.3.2.1 and 2.2.1: the high half, if any, is authenticated behind the ciphertext."""
    ciphertext = encrypt_cbc(key, iv, plaintext) if key else plaintext
    icv = hmac.new(auth_key, spi + seq_lo + iv + ciphertext + seq_hi, auth).digest()
    return ciphertext + icv[:HMACS[auth][1]]


def run(first, length):
    return bytes((first + i) % 256 for i in range(length))


def known_packet(enc, auth, esn):
    """Ciphertext and ICV of the packet of kmod/kat.c."""
    plaintext = run(0x00, 272)
    spi, seq_hi, seq_lo = (struct.pack(">I", n) for n in (0x01234567, 0x89abcdef, 0xfedcba98))
    if not esn:
        seq_hi = b""
    if auth is None:
        keymat = run(0x10, AEADS[enc][1] + 4)
        return seal_aead(enc, keymat[:-4], keymat[-4:], run(0xc0, 8), spi + seq_hi + seq_lo, plaintext)
    key_len = CIPHERS[enc]
    return seal_pair(run(0x10, key_len), run(0xc0, 16 if key_len else 0), auth, run(0x80, HMACS[auth][0]),
                     spi, seq_hi, seq_lo, plaintext)


def row(enc, auth, esn):
    sealed = known_packet(enc, auth, esn)
    icv_len = HMACS[auth][1] if auth else 16
    name = f'"{auth}"' if auth else "NULL"
    return (f'\t{{ "{enc}", {name}, {"true" if esn else "false"},\n'
            f'\t  "{sealed[:16].hex()}",\n\t  "{sealed[-icv_len:].hex()}" }},\n')


def table():
    suites = [(enc, None) for enc in AEADS] + [(enc, auth) for enc in CIPHERS for auth in HMACS]
    return HEADER + "".join(row(*suite, esn) for suite in suites for esn in (False, True)) + FOOTER


def trailer(inner, next_header):
    pad = -(len(inner) + 2) % 16
    return run(1, pad) + bytes((pad, next_header))


def check_vector(vector):
    v = {k: bytes.fromhex(x) for k, x in vector.items() if k in ("key", "salt", "iv", "aad", "plaintext", "inner", "esp")}
    if vector["enc"] in AEADS:
        return v["iv"] + seal_aead(vector["enc"], v["key"], v["salt"], v["iv"], v["aad"], v["plaintext"]) == v["esp"][8:]
    iv = v["esp"][8:24]
    return iv + encrypt_cbc(v["key"], iv, v["inner"] + trailer(v["inner"], vector["next_header"])) == v["esp"][8:]


def check(path):
    bad = [v["id"] for v in json.loads(VECTORS.read_text()) if not check_vector(v)]
    if bad:
        sys.exit(f"published packets come out differently: {', '.join(bad)}")
    if pathlib.Path(path).read_text(encoding="ascii") != table():
        sys.exit(f"{path} is not what genkat.py prints")


if len(sys.argv) == 3 and sys.argv[1] == "--check":
    check(sys.argv[2])
else:
    print(table(), end="")
