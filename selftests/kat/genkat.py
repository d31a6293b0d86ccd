#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Print kmod/kat_answers.h: what one known packet looks like sealed with each suite, by OpenSSL and libgcrypt.

The packet is described at the top of kmod/kat.c. With --check FILE: first see that the published packets and
answers of selftests/vectors come out right, one at least for each algorithm, then that FILE is what would be printed."""
import ctypes
import hmac
import json
import pathlib
import re
import struct
import sys
import warnings

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.cmac import CMAC

try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish, Camellia, TripleDES
except ImportError:
    warnings.simplefilter("ignore")     # it calls them weak, which they are
    from cryptography.hazmat.primitives.ciphers.algorithms import Blowfish, Camellia, TripleDES

VECTORS = pathlib.Path(__file__).parent.parent / "vectors"

HEADER = """\
/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Printed by selftests/kat/genkat.py: FNV-1a of ciphertext and ICV.
 */
#ifndef _IPSEC_KAT_ANSWERS_H
#define _IPSEC_KAT_ANSWERS_H

#include <linux/types.h>

/* Without and with ESN. */
struct kat_answer {
	const char *enc;
	const char *auth;
	u64 sealed[2];
};

static const struct kat_answer kat_answers[] = {
"""
FOOTER = """\
};

#endif /* _IPSEC_KAT_ANSWERS_H */
"""


def aes_gmac(key):
    """RFC 4543 section 3.2: all of it is authenticated, the IV as well, and nothing encrypted."""
    class Gmac:
        @staticmethod
        def encrypt(nonce, plaintext, aad):
            return plaintext + AESGCM(key).encrypt(nonce, b"", aad + nonce[-8:] + plaintext)
    return Gmac


# name → (made from a key, bytes of key, bytes of salt)
AEADS = {f"aes-{bits}-gcm": (AESGCM, bits // 8, 4) for bits in (128, 192, 256)}
AEADS["chacha20poly1305"] = (ChaCha20Poly1305, 32, 4)
AEADS |= {f"aes-{bits}-ccm": (AESCCM, bits // 8, 3) for bits in (128, 192, 256)}
AEADS |= {f"aes-{bits}-gmac": (aes_gmac, bits // 8, 4) for bits in (128, 192, 256)}


def seal_aead(enc, key, salt, iv, aad, plaintext):
    """RFC 4106 sections 4 and 5, RFC 7634 section 2: the IV is part of the nonce and not of the AAD."""
    return AEADS[enc][0](key).encrypt(salt + iv, plaintext, aad)


def by_openssl(algorithm, mode):
    def encrypt(key, iv, plaintext):
        enc = Cipher(algorithm(key), mode(iv)).encryptor()
        return enc.update(plaintext) + enc.finalize()
    return encrypt


def twofish_cbc(key, iv, plaintext):
    """By libgcrypt, as OpenSSL has none."""
    gcrypt = ctypes.CDLL("libgcrypt.so.20")
    gcrypt.gcry_check_version(None)
    handle, out, twofish_128, cbc = ctypes.c_void_p(), ctypes.create_string_buffer(len(plaintext)), 303, 3
    size = ctypes.c_size_t
    assert not gcrypt.gcry_cipher_open(ctypes.byref(handle), twofish_128, cbc, 0)
    assert not gcrypt.gcry_cipher_setkey(handle, key, size(len(key)))
    assert not gcrypt.gcry_cipher_setiv(handle, iv, size(len(iv)))
    assert not gcrypt.gcry_cipher_encrypt(handle, out, size(len(out)), plaintext, size(len(plaintext)))
    gcrypt.gcry_cipher_close(handle)
    return out.raw


def aes_ctr(keymat, iv, plaintext):
    """RFC 3686 section 4: nonce, IV, and a counter that begins with 1."""
    return by_openssl(algorithms.AES, modes.CTR)(keymat[:-4], keymat[-4:] + iv + b"\0\0\0\1", plaintext)


# name → (encrypt, bytes of key with nonce, bytes of IV)
CIPHERS = {f"aes-{bits}-ctr": (aes_ctr, bits // 8 + 4, 8) for bits in (128, 192, 256)}
CIPHERS |= {f"aes-{bits}-cbc": (by_openssl(algorithms.AES, modes.CBC), bits // 8, 16) for bits in (128, 192, 256)}
CIPHERS |= {f"camellia-{bits}": (by_openssl(Camellia, modes.CBC), bits // 8, 16) for bits in (128, 192, 256)}
CIPHERS |= {"twofish": (twofish_cbc, 16, 16), "blowfish": (by_openssl(Blowfish, modes.CBC), 16, 8),
            "3des": (by_openssl(TripleDES, modes.CBC), 24, 8),
            # three times the same key is DES once
            "des": (lambda key, *rest: by_openssl(TripleDES, modes.CBC)(3 * key, *rest), 8, 8),
            "null": (lambda key, iv, plaintext: plaintext, 0, 0)}


def hmac_with(digest):
    return lambda key, data: hmac.new(key, data, digest).digest()


def aes_xcbc(key, data):
    """RFC 3566 section 4."""
    def aes(k, block):
        return by_openssl(algorithms.AES, lambda _: modes.ECB())(k, None, block)

    def xor(a, b):
        return bytes(x ^ y for x, y in zip(a, b))

    k1, k2, k3 = (aes(key, bytes([n]) * 16) for n in (1, 2, 3))
    blocks = [data[i:i + 16] for i in range(0, len(data), 16)] or [b""]
    last = blocks.pop()
    if len(last) == 16:
        last = xor(last, k2)
    else:
        last = xor((last + b"\x80").ljust(16, b"\0"), k3)
    mac = bytes(16)
    for block in blocks:
        mac = aes(k1, xor(mac, block))
    return aes(k1, xor(mac, last))


def aes_cmac(key, data):
    mac = CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()


# name → (sign, bytes of key, bytes of ICV)
AUTHS = {"sha1": (hmac_with("sha1"), 20, 12), "sha256": (hmac_with("sha256"), 32, 16),
         "sha256-96": (hmac_with("sha256"), 32, 12), "sha384": (hmac_with("sha384"), 48, 24),
         "sha512": (hmac_with("sha512"), 64, 32), "md5": (hmac_with("md5"), 16, 12),
         "aes-xcbc": (aes_xcbc, 16, 12), "aes-cmac": (aes_cmac, 16, 12)}


def seal_pair(enc, key, iv, auth, auth_key, spi, seq_hi, seq_lo, plaintext):
    """RFC 4303 sections 3.3.2.1 and 2.2.1: the high half, if any, is authenticated behind the ciphertext."""
    ciphertext = CIPHERS[enc][0](key, iv, plaintext)
    sign, _, icv_len = AUTHS[auth]
    return ciphertext + sign(auth_key, spi + seq_lo + iv + ciphertext + seq_hi)[:icv_len]


def run(first, length):
    return bytes((first + i) % 256 for i in range(length))


def known_packet(enc, auth, esn):
    """Ciphertext and ICV of the packet of kmod/kat.c."""
    plaintext = run(0x00, 272)
    spi, seq_hi, seq_lo = (struct.pack(">I", n) for n in (0x01234567, 0x89abcdef, 0xfedcba98))
    if not esn:
        seq_hi = b""
    if auth is None:
        _, key_len, salt_len = AEADS[enc]
        keymat = run(0x10, key_len + salt_len)
        return seal_aead(enc, keymat[:key_len], keymat[key_len:], run(0xc0, 8), spi + seq_hi + seq_lo, plaintext)
    _, key_len, iv_len = CIPHERS[enc]
    return seal_pair(enc, run(0x10, key_len), run(0xc0, iv_len), auth, run(0x80, AUTHS[auth][1]),
                     spi, seq_hi, seq_lo, plaintext)


def fnv1a(data):
    total = 0xcbf29ce484222325
    for byte in data:
        total = (total ^ byte) * 0x100000001b3 % (1 << 64)
    return total


def row(enc, auth):
    name = f'"{auth}"' if auth else "NULL"
    sealed = ", ".join(f"0x{fnv1a(known_packet(enc, auth, esn)):016x}" for esn in (False, True))
    return f'\t{{ "{enc}", {name}, {{ {sealed} }} }},\n'


def table():
    suites = [(enc, None) for enc in AEADS] + [(enc, auth) for enc in CIPHERS for auth in AUTHS]
    return HEADER + "".join(row(*suite) for suite in suites) + FOOTER


def trailer(inner, next_header):
    pad = -(len(inner) + 2) % 16
    return run(1, pad) + bytes((pad, next_header))


def packet_is_right(vector):
    v = {k: bytes.fromhex(x) for k, x in vector.items() if k in ("key", "salt", "iv", "aad", "plaintext", "inner", "esp")}
    if vector["enc"] in AEADS:
        return v["iv"] + seal_aead(vector["enc"], v["key"], v["salt"], v["iv"], v["aad"], v["plaintext"]) == v["esp"][8:]
    iv = v["esp"][8:24]
    return iv + CIPHERS[vector["enc"]][0](v["key"], iv, v["inner"] + trailer(v["inner"], vector["next_header"])) == v["esp"][8:]


def algorithm_is_right(vector):
    name = vector["algorithm"]
    key, iv, aad, plaintext, out = (bytes.fromhex(vector.get(k, "")) for k in ("key", "iv", "aad", "in", "out"))
    if name in AEADS:
        size = AEADS[name][1]
        return seal_aead(name, key[:size], key[size:], iv, aad, plaintext) == out
    if name in CIPHERS:
        return len(key) == CIPHERS[name][1] and CIPHERS[name][0](key, iv, plaintext) == out
    return AUTHS[name][0](key, plaintext)[:len(out)] == out


def family(name):
    return re.sub(r"-(128|192|256)\b(?!$)", "", name)


def check(path):
    packets = json.loads((VECTORS / "esp.json").read_text())
    parts = json.loads((VECTORS / "algorithms.json").read_text())
    bad = [v["id"] for v in packets if not packet_is_right(v)]
    bad += [f"{v['algorithm']}: {v['source']}" for v in parts if not algorithm_is_right(v)]
    # with one length of key at least: RFC 4543 has none with others
    published = {family(v["algorithm"]) for v in parts} | {family(v["enc"]) for v in packets}
    bad += [f"{name}: no published vector" for name in [*AEADS, *CIPHERS, *AUTHS] if family(name) not in published]
    if bad:
        sys.exit(f"published answers come out differently: {', '.join(bad)}")
    if pathlib.Path(path).read_text(encoding="ascii") != table():
        sys.exit(f"{path} is not what genkat.py prints")


if len(sys.argv) == 3 and sys.argv[1] == "--check":
    check(sys.argv[2])
else:
    print(table(), end="")
