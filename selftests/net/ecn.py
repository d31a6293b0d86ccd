#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ecn.py PLAN: what outer and inner headers tell each other, seen at the ISP and at host A."""
import hmac
import os
import struct
import sys

from net import *

PORT_A, PORT_B = 7001, 7002
INNER_TTL = 99
NOT_ECT, ECT1, ECT0, CE = range(4)
ECN_NAMES = ["Not-ECT", "ECT(1)", "ECT(0)", "CE"]
DSCPS = (0, 10 << 2, 63 << 2)
HEADS = {"null+sha256": (0, 4, 16), "aes-128-gcm": (8, 4, 16), "aes-256-cbc+sha256": (16, 16, 16)}

# RFC 6040 figure 4, by inner and outer; None is a drop
DECAP = {(i, o): i for i in range(4) for o in range(4)}
DECAP.update({(NOT_ECT, CE): None, (ECT0, ECT1): ECT1, (ECT0, CE): CE, (ECT1, CE): CE})


class Pair:
    """A line of the plan."""

    def __init__(self, p):
        self.__dict__.update(vars(p))
        words = vars(p)
        self.v6, self.outer_v6 = is6(self.host_a), is6(self.a)
        self.spi_ab, self.spi_ba = int(self.spi_ab), int(self.spi_ba)
        self.key_ba = bytes.fromhex(self.auth_ba[2:])
        self.ecn, self.dscp = words.get("ecn", "yes") == "yes", words.get("dscp", "copy") == "copy"
        self.decap_dscp = words.get("decap-dscp", "no") == "yes"
        self.df, self.tfc = words.get("df", "copy"), int(words.get("tfc-pad", 0))
        options = [f"{k}={words[k]}" for k in ("ecn", "dscp", "decap-dscp", "df", "tfc-pad") if k in words]
        self.title = f"{'v6' if self.v6 else 'v4'} in {'v6' if self.outer_v6 else 'v4'}" + "".join(", " + o for o in options)
        if self.suite != "null+sha256":
            self.title += ", " + self.suite
        self.seq = 0

    def seal(self, inner, tos, padding=b""):
        """A packet for router A, from router B."""
        self.seq += 1
        body = inner + padding
        pad = -(len(body) + 2) % 4
        esp = struct.pack(">II", self.spi_ba, self.seq) + body + bytes(range(1, pad + 1))
        esp += bytes([pad, 41 if self.v6 else 4])
        return ip_packet(self.b, self.a, 50, esp + hmac.digest(self.key_ba, esp, "sha256")[:16], tos=tos)


def inner_packet(src, dst, ports, tag, tos=0, size=64, df=False):
    """A datagram of that size in all; without a checksum, so that no host answers."""
    length = size - (40 if is6(src) else 20)
    data = struct.pack(">HHHHI", *ports, length, 0, tag) + bytes(length - 12)
    packet = bytearray(ip_packet(src, dst, 17, data, tos=tos))
    if is6(src):
        packet[7] = INNER_TTL
    else:
        packet[8] = INNER_TTL
        packet[6] |= 0x40 * df
        packet[10:12] = checksum(bytes(packet[:20])).to_bytes(2, "big")
    return bytes(packet)


def tos_of(ip):
    return (int.from_bytes(ip[:2], "big") >> 4 & 255) if ip[0] >> 4 == 6 else ip[1]


def ttl_of(ip):
    return ip[7] if ip[0] >> 4 == 6 else ip[8]


def size_of(ip):
    return 40 + int.from_bytes(ip[4:6], "big") if ip[0] >> 4 == 6 else int.from_bytes(ip[2:4], "big")


def tag_of(ip):
    off = (48 if ip[0] >> 4 == 6 else 28)
    return int.from_bytes(ip[off:off + 4], "big")


class Differences(list):
    def same(self, what, got, want):
        if got != want:
            self.append(f"{what}: got {got}, want {want}")


class Wire:
    """Both directions of the WAN of router A, and the LAN behind it."""

    def __init__(self):
        self.hosts = {v6: raw_sender(HA, v6) for v6 in (False, True)}
        self.peers = {v6: raw_sender(RB, v6) for v6 in (False, True)}
        self.wan, self.lan = Capture(ISP, "wan_a"), Capture(HA, "lan0")
        self.sinks = [udp(HA, v6, PORT_A) for v6 in (False, True)]
        self.tag = 0

    def out(self, p, packets):
        """From host A; the sealed packets in the order in which they were sent."""
        frames = []
        for packet in packets:
            self.hosts[p.v6].sendto(packet, (p.host_b, 0))
        wait_for(lambda: frames.extend(f for f in self.wan.frames() if f.esp and f.spi == p.spi_ab)
                 or len(frames) >= len(packets), 20)
        return sorted(frames, key=lambda f: f.seq)

    def in_(self, p, packets, want):
        """From router B; what came of it at host A, by tag, once these have come and all drops are counted."""
        got = {}
        before = reasons(RA)
        for packet in packets:
            self.peers[p.outer_v6].sendto(packet, (p.a, 0))

        def settled():
            for f in self.lan.frames():
                if f.proto == 17 and f.dst == pack(p.host_a) and not f.outgoing:
                    got[tag_of(f.ip)] = f.ip
            return len(got) + sum(grown(before, reasons(RA)).values()) >= len(packets)

        wait_for(settled, 20)
        drops = grown(before, reasons(RA))
        lost = len(packets) - want
        return got, drops, {"in-ecn-bad": lost} if lost else {}

    def packet_out(self, p, **more):
        self.tag += 1
        return inner_packet(p.host_a, p.host_b, (PORT_A, PORT_B), self.tag, **more)

    def packet_in(self, p, **more):
        self.tag += 1
        return inner_packet(p.host_b, p.host_a, (PORT_B, PORT_A), self.tag, **more)


def fields_out(wire, p):
    wrong = Differences()
    tos = [d | e for d in DSCPS for e in range(4)]
    packets = [wire.packet_out(p, tos=t) for t in tos]
    frames = wire.out(p, packets)
    wrong.same("packets", len(frames), len(packets))
    for t, sent, f in zip(tos, packets, frames):
        want = (t & ~3 if p.dscp else 0) | (t & 3 if p.ecn else 0)
        inner = f.esp[8:8 + len(sent)]
        wrong.same(f"outer DSCP and ECN of {t:#x}", tos_of(f.ip), want)
        wrong.same("inner DSCP and ECN", tos_of(inner), t)
        wrong.same("outer TTL", ttl_of(f.ip), 78 if p.outer_v6 else 77)
        wrong.same("inner TTL", ttl_of(inner), INNER_TTL - 1)
        wrong.same("inner datagram", inner[40 if p.v6 else 20:], sent[40 if p.v6 else 20:])
    ok(not wrong, f"outer header of {p.title}", *wrong[:6])


def fields_in(wire, p):
    wrong = Differences()
    outer_dscp, inner_dscp = 46 << 2, 10 << 2
    packets, want = [], {}
    for (inner, outer), result in DECAP.items():
        clear = wire.packet_in(p, tos=inner_dscp | inner)
        packets.append(p.seal(clear, outer_dscp | outer))
        result = result if p.ecn else inner
        if result is not None:
            name = f"{ECN_NAMES[inner]} in {ECN_NAMES[outer]}"
            want[wire.tag] = name, (outer_dscp if p.decap_dscp else inner_dscp) | result, clear
    got, drops, want_drops = wire.in_(p, packets, len(want))
    for tag, (name, tos, clear) in want.items():
        ip = got.pop(tag, None)
        if ip is None:
            wrong.append(name + ": lost")
            continue
        wrong.same(f"{name}: ECN", ECN_NAMES[tos_of(ip) & 3], ECN_NAMES[tos & 3])
        wrong.same(f"{name}: DSCP", tos_of(ip) & ~3, tos & ~3)
        wrong.same(f"{name}: TTL", ttl_of(ip), INNER_TTL - 1)
        wrong.same(f"{name}: header checksum", p.v6 or checksum(ip[:20]), p.v6 or 0)
        wrong.same(f"{name}: datagram", ip[40 if p.v6 else 20:], clear[40 if p.v6 else 20:])
    wrong.same("others delivered", len(got), 0)
    wrong.same("drops", drops, want_drops)
    ok(not wrong, f"inner header of {p.title}", *wrong[:6])


def df(wire, p):
    """RFC 4301 section 8.1. Inner IPv6 that any link takes may be cut, so copying sets no DF."""
    wrong = Differences()
    dfs = (False, True) * 3
    frames = wire.out(p, [wire.packet_out(p, df=d) for d in dfs])
    wrong.same("packets", len(frames), len(dfs))
    for d, f in zip(dfs, frames):
        inner_df = d and not p.v6
        want = {"copy": inner_df, "set": True, "clear": False}[p.df]
        wrong.same(f"DF around DF={inner_df}", bool(f.ip[6] & 0x40), want)
        wrong.same("a fragment", int.from_bytes(f.ip[6:8], "big") & 0x3fff, 0)
        if not p.v6:
            wrong.same("inner DF", bool(f.esp[8 + 6] & 0x40), d)
    ids = [f.ip[4:6] for f in frames if not f.ip[6] & 0x40]
    wrong.same("identifications of packets that may be cut", len(set(ids)), len(ids))
    ok(not wrong, f"DF of {p.title}", *wrong[:6])


def tfc_out(wire, p):
    wrong = Differences()
    iv, block, icv = HEADS[p.suite]
    sizes = [64, 200, p.tfc - 2, p.tfc - 1, p.tfc, p.tfc + 1, p.tfc + 2, 900]
    packets = [wire.packet_out(p, size=n) for n in sizes]
    frames = wire.out(p, packets)
    wrong.same("packets", len(frames), len(sizes))
    for n, f in zip(sizes, frames):
        clear = max(n, p.tfc) + 2
        wrong.same(f"ESP around {n} bytes", len(f.esp), 8 + iv + clear + -clear % block + icv)
        if p.suite != "null+sha256":
            continue
        body = f.esp[8:-icv]
        wrong.same(f"length of the inner packet of {n} bytes", size_of(body), n)
        wrong.same("TFC padding", body[n:clear - 2], bytes(clear - 2 - n))
        wrong.same("trailer", body[clear - 2:], bytes(range(1, -clear % 4 + 1)) + bytes([-clear % 4, 41 if p.v6 else 4]))
    ok(not wrong, f"size on the wire of {p.title}", *wrong[:6])


def tfc_in(wire, p):
    wrong = Differences()
    want, packets = {}, []
    for n in (0, 1, 2, 3, 4, 300):
        clear = wire.packet_in(p)
        want[wire.tag] = clear
        packets.append(p.seal(clear, 0, os.urandom(n)))
    got, drops, _ = wire.in_(p, packets, len(want))
    wrong.same("packets", sorted(got), sorted(want))
    wrong.same("drops", drops, {})
    for tag, ip in got.items():
        wrong.same("length", (size_of(ip), len(ip)), (len(want[tag]),) * 2)
    ok(not wrong, f"TFC padding is taken off {p.title}", *wrong[:6])


def main():
    wire = Wire()
    for p in map(Pair, plan(sys.argv[1])):
        if p.name == "fields":
            fields_out(wire, p)
            fields_in(wire, p)
        elif p.name == "df":
            df(wire, p)
        else:
            tfc_out(wire, p)
            if p.suite == "null+sha256":
                tfc_in(wire, p)


main()
