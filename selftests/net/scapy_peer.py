#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scapy_peer.py PLAN: Scapy as the other router.

Lines with purpose=exchange: it opens what router A sealed, and router A opens what it sealed. Lines with
purpose=attack: packets that router A must drop, and why.
"""
import logging
import os
import struct
import sys
from collections import Counter

logging.getLogger("scapy").setLevel(logging.ERROR)
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.ipsec import ESP, SecurityAssociation, _ESPPlain
from scapy.packet import Raw, raw

from net import *

PORT_A, PORT_B = 7001, 7002
COUNT = 2	# packets each way and pair
CULVERT = os.environ["STACK_A"] == "culvert"

# suite's algorithm → Scapy's name, bytes of salt, IV and block
CIPHERS = {"chacha20poly1305": ("CHACHA20-POLY1305", 4, 8, 4), "null": ("NULL", 0, 0, 4), "blowfish": ("Blowfish", 0, 8, 8),
           "3des": ("3DES", 0, 8, 8), "des": ("DES", 0, 8, 8)}
for bits in (128, 192, 256):
    CIPHERS |= {f"aes-{bits}-gcm": ("AES-GCM", 4, 8, 4), f"aes-{bits}-ccm": ("AES-CCM", 3, 8, 4),
                f"aes-{bits}-ctr": ("AES-CTR", 4, 8, 4), f"aes-{bits}-cbc": ("AES-CBC", 0, 16, 16)}
HMACS = {"sha1": ("HMAC-SHA1-96", 12), "sha256": ("SHA2-256-128", 16), "sha384": ("SHA2-384-192", 24),
         "sha512": ("SHA2-512-256", 32), "md5": ("HMAC-MD5-96", 12), "aes-cmac": ("AES-CMAC-96", 12)}


class Pair:
    """A line of the plan, as Scapy and this program see it."""

    def __init__(self, p):
        self.__dict__.update(vars(p))
        self.enc, _, self.auth = self.suite.partition("+")
        self.aead = not self.auth
        self.cipher, self.salt_len, self.iv_len, self.block = CIPHERS[self.enc]
        self.icv_len = 16 if self.aead else HMACS[self.auth][1]
        self.fixed = 8 + self.iv_len + self.icv_len
        self.v6, self.outer_v6 = is6(self.host_a), is6(self.a)
        self.esn = self.esn == "yes"
        self.tunnel = self.mode == "tunnel"
        self.spi_ab, self.spi_ba = int(self.spi_ab), int(self.spi_ba)
        self.key_ab, self.key_ba = (bytes.fromhex(k[2:]) for k in (self.key_ab, self.key_ba))
        outer = IPv6 if self.outer_v6 else IP
        self.from_a = self.association(self.spi_ab, self.key_ab, self.auth_ab, outer(src=self.a, dst=self.b))
        self.to_a = self.association(self.spi_ba, self.key_ba, self.auth_ba, outer(src=self.b, dst=self.a))
        self.name = f"{self.suite}, {self.mode}, {'v6' if self.v6 else 'v4'} in {'v6' if self.outer_v6 else 'v4'}"
        self.name += ", ESN" * self.esn + ", UDP" * bool(self.encap)
        # the first numbers: with ESN the last ones before the low half is used up
        self.first = (5 << 32) - 1 if self.esn and CULVERT else 1

    def association(self, spi, key, auth, outer):
        more = {}
        if self.tunnel:
            more["tunnel_header"] = outer
        if self.encap:
            more["nat_t_header"] = UDP(sport=4500, dport=4500)
        if self.auth:
            more.update(auth_algo=HMACS[self.auth][0], auth_key=bytes.fromhex(auth[2:]))
        return SecurityAssociation(ESP, spi=spi, crypt_algo=self.cipher, crypt_key=key or None,
                                   esn_en=self.esn, **more)

    def inner(self, data, to_a=True):
        """The clear packet, with its own header."""
        ends = dict(src=self.host_b, dst=self.host_a) if to_a else dict(src=self.host_a, dst=self.host_b)
        ports = (PORT_B, PORT_A) if to_a else (PORT_A, PORT_B)
        return (IPv6(**ends) if self.v6 else IP(**ends)) / UDP(sport=ports[0], dport=ports[1]) / Raw(data)

    def seal(self, data, seq):
        """A good packet for router A."""
        packet = raw(self.to_a.encrypt(self.inner(data), seq_num=seq & 0xffffffff, esn=seq >> 32))
        if self.encap and not self.outer_v6:
            # Scapy takes the length before the payload is there
            packet = packet[:24] + struct.pack(">H", len(packet) - 20) + packet[26:]
        return packet

    def seal_plain(self, seq, data, nh, padding=None, padlen=None):
        """ESP with this plaintext, right or wrong."""
        if padding is None:
            padding = bytes(range(1, 1 + -(len(data) + 2) % self.block))
        esp = _ESPPlain(spi=self.spi_ba, seq=seq, iv=os.urandom(self.iv_len), data=data, padding=padding,
                        padlen=len(padding) if padlen is None else padlen, nh=nh)
        esp = self.to_a.crypt_algo.encrypt(self.to_a, esp, self.to_a.crypt_key, None)
        self.to_a.auth_algo.sign(esp, self.to_a.auth_key)
        return raw(esp)

    def esp_of(self, packet):
        return packet[40 if self.outer_v6 else 20:]

    def around(self, esp, proto=50, **more):
        return ip_packet(self.b, self.a, proto, esp, **more)

    def plaintext(self, esp, seq):
        """What is inside, padding and all, without Scapy, which throws padding away unseen."""
        iv, body, icv = esp[8:8 + self.iv_len], esp[8 + self.iv_len:-self.icv_len], esp[-self.icv_len:]
        if self.enc == "null":
            return body
        key, salt = self.key_ab[:len(self.key_ab) - self.salt_len], self.key_ab[len(self.key_ab) - self.salt_len:]
        if not self.aead:
            mode = modes.CTR(salt + iv + b"\0\0\0\1") if self.salt_len else modes.CBC(iv)
            cipher = algorithms.AES if "aes" in self.enc else algorithms.Blowfish if "blow" in self.enc else algorithms.TripleDES
            return Cipher(cipher(key), mode).decryptor().update(body)
        aead = ChaCha20Poly1305 if self.enc.startswith("chacha") else AESCCM if "ccm" in self.enc else AESGCM
        aad = esp[:4] + (struct.pack(">I", seq >> 32) if self.esn else b"") + esp[4:8]
        return aead(key).decrypt(salt + iv, body + icv, aad)


def from_router(pairs):
    """What router A seals, Scapy opens."""
    capture = Capture(ISP, "wan_a")
    senders, sent = {}, {}
    for n, p in enumerate(pairs):
        ns = HA if p.tunnel else RA
        if (ns, p.v6) not in senders:
            senders[ns, p.v6] = udp(ns, p.v6, PORT_A)
        sent[p.spi_ab] = [os.urandom((n * 7 + i * 191) % 400) for i in range(COUNT)]
        for data in sent[p.spi_ab]:
            senders[ns, p.v6].send(data, p.host_a, p.host_b, PORT_B)
    got = {p.spi_ab: [] for p in pairs}
    stray = []

    def collect():
        for f in capture.frames():
            if f.esp and f.spi in got:
                got[f.spi].append(f)
            elif not f.quiet() and f.outgoing is False:
                stray.append(f.raw.hex())
        return sum(map(len, got.values())) >= COUNT * len(pairs)

    wait_for(collect)
    for p in pairs:
        wrong = []
        if len(got[p.spi_ab]) != COUNT:
            wrong.append(f"{len(got[p.spi_ab])} packets, not {COUNT}")
        for i, (f, data) in enumerate(zip(got[p.spi_ab], sent[p.spi_ab])):
            try:
                check_sealed(p, f, p.first + i, data, wrong)
            except Exception as e:
                wrong.append(f"packet {i}: {type(e).__name__} {e}")
        ok(not wrong, f"Scapy opens {p.name}", *wrong[:6])
    ok(not stray, "nothing else leaves the router", *stray[:3])


def check_sealed(p, f, seq, data, wrong):
    def same(what, got, want):
        if got != want:
            wrong.append(f"packet {seq}: {what}: got {got}, want {want}")

    same("outer source", f.src, pack(p.a))
    same("outer destination", f.dst, pack(p.b))
    same("sequence number", f.seq, seq & 0xffffffff)
    if p.aead:
        same("length of the IV", len(f.esp[8:16]), 8)
    p.from_a.esn = seq >> 32
    clear = raw(p.from_a.decrypt((IPv6 if p.outer_v6 else IP)(f.ip)))
    # parsed anew: Scapy gives transport packets back with headers of two kinds
    head = 40 if p.v6 else 20
    same("inner source", clear[8:24] if p.v6 else clear[12:16], pack(p.host_a))
    same("inner destination", clear[24:40] if p.v6 else clear[16:20], pack(p.host_b))
    same("inner protocol", clear[6] if p.v6 else clear[9], 17)
    same("ports", clear[head:head + 4], struct.pack(">HH", PORT_A, PORT_B))
    same("payload", clear[head + 8:], data)
    plain = p.plaintext(f.esp, seq)
    pad = plain[-2]
    payload = len(data) + 8 + (head if p.tunnel else 0)
    same("next header", plain[-1], (41 if p.v6 else 4) if p.tunnel else 17)
    same("length of padding", pad, -(payload + 2) % p.block)
    same("padding", plain[payload:-2], bytes(range(1, pad + 1)))


def to_router(pairs):
    """What Scapy seals, router A opens."""
    sender = {v6: raw_sender(RB, v6) for v6 in (False, True)}
    sinks = {(ns, v6): udp(ns, v6, PORT_A) for ns in (HA, RA) for v6 in (False, True)}
    want = {}
    for n, p in enumerate(pairs):
        for i in range(COUNT):
            data = os.urandom(8) + os.urandom((n * 5 + i * 143) % 500)
            want[data] = p
            sender[p.outer_v6].sendto(p.seal(data, p.first + i), (p.a, 0))

    good = Counter()

    def collect():
        for (ns, _), s in sinks.items():
            while (got := s.receive()):
                data, src, port, dst = got
                p = want.pop(data, None)
                if p and (ns, src, port, dst) == (HA if p.tunnel else RA, p.host_b, PORT_B, p.host_a):
                    good[p.spi_ba] += 1
        return not want

    wait_for(collect)
    for p in pairs:
        is_(good[p.spi_ba], COUNT, f"the router opens {p.name}")


class Attack:
    """One pair under attack. Every packet is delivered, or dropped under one reason."""

    def __init__(self, p):
        self.p = p
        self.sender = raw_sender(RB, p.outer_v6)
        self.sink = udp(HA, p.v6, PORT_A)
        self.seq = 0
        self.sent = self.lost = self.delivered = 0
        self.begin = reasons(RA)
        self.last = self.begin

    def next(self):
        self.seq += 1
        return self.seq

    def try_(self, name, packets, want):
        """Send; then as many as that were delivered, and counted under these reasons."""
        want = Counter(want)
        delivered = want.pop("delivered", 0)
        got = 0
        for packet in packets:
            self.sender.sendto(packet, (self.p.a, 0))

        def settled():
            nonlocal got
            got += self.sink.empty()
            now = grown(self.last, reasons(RA))
            return (now,) if sum(now.values()) >= sum(want.values()) and got >= delivered else None

        now = (wait_for(settled, 10) or (grown(self.last, reasons(RA)),))[0]
        ok(now == dict(want) and got == delivered, f"{self.p.name}: {name}",
           f"counted {now}, want {dict(want)}; delivered {got}, want {delivered}")
        self.last = reasons(RA)
        self.lost += sum(want.values())
        self.delivered += delivered

    def reason_of_length(self, esp):
        """A packet of this length that is not authentic."""
        if len(esp) < self.p.fixed + 2 or (len(esp) - self.p.fixed) % self.p.block:
            return "in-short"
        return "in-icv-bad"


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1:]


def attack(p):
    a = Attack(p)
    data = os.urandom(24)
    good = [p.seal(data, a.next()) for _ in range(4)]
    a.try_("good packets are delivered", good, {"delivered": 4})
    a.try_("each of them once more: seen", good, {"in-replay-seen": 4})
    a.try_("number 0 is never right", [p.around(p.seal_plain(0, b"", 59))], {"in-replay-invalid": 1})

    esp = p.esp_of(p.seal(data, a.next()))
    a.try_("one bit of each byte flipped behind the SPI",
           [p.around(flip(esp, i)) for i in range(8, len(esp))], {"in-icv-bad": len(esp) - 8})
    # ahead of all numbers sent, so that the window has no say
    a.try_("a forged number far ahead", [p.around(flip(esp, 4)), p.around(flip(esp, 5))], {"in-icv-bad": 2})
    a.try_("a wrong SPI is somebody else's", [p.around(flip(esp, 3)[:3] + b"\xff" + esp[4:])], {"in-no-sa": 1})
    cut = [esp[:n] for n in range(8, len(esp))]
    a.try_("cut short after each byte behind SPI and number", map(p.around, cut), Counter(map(a.reason_of_length, cut)))
    longer = [esp + bytes(n) for n in range(1, 34)]
    a.try_("with 1 to 33 bytes more", map(p.around, longer), Counter(map(a.reason_of_length, longer)))
    a.try_("and as it was: the window has not moved", [p.around(esp)], {"delivered": 1})

    udp_header = struct.pack(">HHHH", 4500, 4500, 8 + len(esp), 0)
    esp = p.esp_of(p.seal(data, a.next()))
    if not p.outer_v6:
        a.try_("in UDP, which this SA does not use", [p.around(udp_header + esp, 17)], {"in-encap-mismatch": 1})
    a.try_("in fragments", list(fragments(p.around(esp), 48)), {"delivered": 1})

    inner = raw(p.inner(data))
    kind, other = (41, 4) if p.v6 else (4, 41)
    bad = [p.around(p.seal_plain(a.next(), inner, kind, b"\xaa" * (-(len(inner) + 2) % p.block), 255)),
           p.around(p.seal_plain(a.next(), b"", kind, bytes(p.block - 2), p.block - 1))]
    a.try_("padding longer than the packet", bad, {"in-pad-bad": 2})
    a.try_("a dummy packet", [p.around(p.seal_plain(a.next(), b"\0" * 30, 59))], {"in-dummy": 1})
    length = inner[:4] + b"\xff\xff" + inner[6:] if p.v6 else inner[:2] + b"\xff\xff" + inner[4:]
    bad = [(inner, 17), (inner, other), (inner[:19], kind), (b"", kind), (length, kind), (bytes([inner[0] ^ 0xf0]) + inner[1:], kind)]
    bad = [p.around(p.seal_plain(a.next(), d, nh)) for d, nh in bad]
    a.try_("no IP packet inside, or half of one", bad, {"in-inner-bad": len(bad)})
    p2 = raw((IPv6(src=p.host_b, dst="2001:db8:202::10") if p.v6 else IP(src=p.host_b, dst="10.1.202.10")) /
             UDP(sport=PORT_B, dport=PORT_A) / Raw(data))
    a.try_("for another host of the LAN", [p.around(p.seal_plain(a.next(), p2, kind))], {"in-selector-mismatch": 1})
    a.try_("trailing bytes beyond the inner packet are cut off (RFC 4303 section 2.7)",
           [p.around(p.seal_plain(a.next(), inner + bytes(100), kind))], {"delivered": 1})

    a.try_("the last good packet", [p.seal(data, a.next())], {"delivered": 1})
    a.try_("far ahead", [p.seal(data, 100000)], {"delivered": 1})
    a.try_("then left of the window", [p.seal(data, a.next()), p.seal(data, 100000 - 64)], {"in-replay-old": 2})
    a.try_("at its left edge", [p.seal(data, 100000 - 63)], {"delivered": 1})
    is_(sum(grown(a.begin, reasons(RA)).values()), a.lost, f"{p.name}: every packet lost was counted once")
    state = sas(RA)[p.spi_ba]
    is_((state["packets"], state["errors"]), (a.delivered, a.lost - 1), f"{p.name}: the SA counts both")


def main():
    lines = [Pair(p) for p in plan(sys.argv[1])]
    encap = None if CULVERT else encap_socket(RA, 4500)
    from_router([p for p in lines if p.purpose == "exchange"])
    to_router([p for p in lines if p.purpose == "exchange"])
    if CULVERT:
        is_(reasons(RA), {}, "no packet was dropped")
        for p in lines:
            if p.purpose == "attack":
                attack(p)


main()
