#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""offload.py: TCP in large pieces through SAs of many kinds, and datagrams that were merged on their way."""
import hashlib
import threading

import cryptouser
from esp import Esp, udp_packet
from net import *

PORT, IKE = 7272, 4500
BULK = 1 << 19
MTU = 1500
SOL_UDP, UDP_SEGMENT, UDP_NO_CHECK6_RX = 17, 103, 102
OUTER = {False: ("192.168.90.1", "192.168.80.1"), True: ("2001:db8:90::1", "2001:db8:80::1")}
INNER = {False: ("10.1.202.10", "10.1.101.10"), True: ("2001:db8:202::10", "2001:db8:101::10")}
KEYS = {"aes-128-gcm": ("enc-algorithm=aes-128-gcm enc-key", "aead rfc4106(gcm(aes))", 20, "128"),
        "aes-256-cbc": ("enc-algorithm=aes-256-cbc enc-key", "enc cbc(aes)", 32, ""),
        "sha256": ("auth-algorithm=sha256 auth-key", "auth-trunc hmac(sha256)", 32, "128")}


class Way:
    """One pair of SAs: Culvert in router A, XFRM in router B."""

    def __init__(self, proto, mode, outer6, inner6, encap=False, suite=("aes-128-gcm",)):
        self.proto, self.mode, self.suite = proto, mode, ("sha256",) if proto == "ah" else suite
        self.outer6, self.encap = outer6, encap
        self.outer = OUTER[outer6]
        self.a, self.b = INNER[inner6] if mode == "tunnel" else self.outer
        self.ns_a, self.ns_b = (HA, HB) if mode == "tunnel" else (RA, RB)
        where = f"IPv{6 if inner6 else 4} in IPv{6 if outer6 else 4}" if mode == "tunnel" else f"IPv{6 if outer6 else 4}"
        self.name = f"{proto.upper()}{' in UDP' if encap else ''}, {'+'.join(self.suite)}, {mode}, {where}"

    def install(self):
        here = ["kernel policy flush", "kernel sa flush"]
        there = ["xfrm state flush", "xfrm policy flush"]
        protocol = "ipsec-protocol=ah" if self.proto == "ah" else ""
        udp_words = f"nat-traversal=yes src-port={IKE} dst-port={IKE}" if self.encap else ""
        udp_xfrm = f"encap espinudp {IKE} {IKE} 0.0.0.0" if self.encap else ""
        flags = " ".join((["af-unspec"] if self.mode == "tunnel" else []) +
                         (["align4"] if self.proto == "ah" and not self.outer6 else []))
        for out, spi in ((True, 0x3001), (False, 0x3002)):
            src, dst = self.outer if out else self.outer[::-1]
            words = xfrm = ""
            for alg in self.suite:
                word, kernel_name, length, icv = KEYS[alg]
                key = "0x" + os.urandom(length).hex()
                words += f" {word}={key}"
                xfrm += f" {kernel_name} {key} {icv}"
            here.append(f"kernel sa add direction={'out' if out else 'in'} spi={spi} src-address={src} dst-address={dst} "
                        f"mode={self.mode} {protocol} {udp_words} {'' if out else 'replay-window=1024'} {words}")
            there.append(f"xfrm state add src {src} dst {dst} proto {self.proto} spi {spi} reqid 1 mode {self.mode} "
                         f"replay-window 128 {f'flag {flags}' if flags else ''} {xfrm} {udp_xfrm}")
            a, b = (self.a, self.b) if out else (self.b, self.a)
            for way in (["in", "fwd"] if self.mode == "tunnel" else ["in"]) if out else ["out"]:
                there.append(f"xfrm policy add src {a} dst {b} dir {way} tmpl src {src} dst {dst} proto {self.proto} reqid 1 "
                             f"mode {self.mode}")
        ends = f"tunnel=yes sa-src-address={self.outer[0]} sa-dst-address={self.outer[1]}" if self.mode == "tunnel" else ""
        here.append(f"kernel policy add src-address={self.a} dst-address={self.b} ipsec-protocols={self.proto} {ends}")
        script(RA, "\n".join(here) + "\n")
        run(RB, "ip", "-batch", "-", stdin="\n".join(there) + "\n")


def bulk(ns_a, a, ns_b, b):
    """A connection's worth from a to b; is it what was sent?"""
    client, server, _ = tcp_pair(ns_a, a, ns_b, b, PORT)
    sent, got = os.urandom(BULK), hashlib.sha256()

    def read():
        with contextlib.suppress(OSError):
            while (data := server.recv(1 << 17)):
                got.update(data)

    reader = threading.Thread(target=read)
    reader.start()
    with contextlib.suppress(OSError), client:
        client.sendall(sent)
    reader.join()
    server.close()
    return got.digest() == hashlib.sha256(sent).digest()


def longest(capture, protos, src):
    return max((len(f.ip) for f in capture.frames() if f.proto in protos and f.src == pack(src)), default=0)


def check(way, wan, clear, name=None):
    name = name or way.name
    way.install()
    before = reasons(RA)
    for capture in (wan, clear):
        list(capture.frames())
    good = bulk(way.ns_a, way.a, way.ns_b, way.b)
    ok(good, f"{name}: {BULK >> 10} KiB of TCP are sealed intact", grown(before, reasons(RA)))
    if way.mode == "tunnel":
        ok(longest(clear, (6,), way.a) > MTU, f"{name}: it came to the router in large pieces")
    sealed = longest(wan, (17, 50, 51), way.outer[0])
    ok(0 < sealed <= MTU, f"{name}: and left it in packets that fit the path", sealed)
    # XFRM's host sends one by one in transport mode, and cryptd answers one by one: nothing to merge with
    merges = way.mode == "tunnel" and "cryptd" not in name
    for _ in range(5 if merges else 1):
        good = bulk(way.ns_b, way.b, way.ns_a, way.a)
        merged = longest(wan, (6,), way.b)
        if not good or merged > MTU:
            break
    ok(good, f"{name}: as much is opened intact", grown(before, reasons(RA)))
    if merges:
        ok(merged > MTU, f"{name}: and goes on in large pieces", merged)
    # a sender that is told of the path's MTU sends again
    ok(set(grown(before, reasons(RA))) <= {"out-too-big"}, f"{name}: without any loss", grown(before, reasons(RA)))


def check_async(wan, clear):
    """AH's hash by a driver that answers later."""
    way = Way("ah", "tunnel", False, False)
    way.install()
    driver = sas(RA)[0x3001]["driver"]
    wrapped = f"cryptd({driver})"
    err = cryptouser.add(wrapped, "ahash") if cryptouser.here() else -1
    if err:
        note(f"no {wrapped} here ({err}): AH is not tried with it")
        return
    way.install()
    shown = {(s["driver"], s["hw_aead"]) for s in ctl_json(RA, "kernel", "sa", "print")}
    is_(shown, {(wrapped, True)}, f"AH by {wrapped}: both SAs say so")
    for way in (way, Way("ah", "transport", True, True)):
        check(way, wan, clear, f"{way.name}, by cryptd")
        ok(all(s["driver"] == wrapped for s in sas(RA).values()), f"{way.name}: cryptd was not left")
    script(RA, "kernel policy flush\nkernel sa flush\n")
    run(RB, "ip", "xfrm", "state", "flush")
    is_(wait_for(lambda: not cryptouser.forget(wrapped)), True, f"nothing holds {wrapped}")


# --- merged datagrams -----------------------------------------------------------------------------

def train(v6):
    """Datagrams of one size in one packet, as GRO merges them: ESP, and IKE in their midst."""
    a, b = OUTER[v6]
    inner = "10.1.101.10", "10.1.202.10"
    key = os.urandom(32)
    script(RA, f"kernel policy flush\nkernel sa flush\n"
               f"kernel sa add direction=in spi=0x4001 src-address={b} dst-address={a} mode=tunnel nat-traversal=yes "
               f"src-port={IKE} dst-port={IKE} enc-algorithm=null auth-algorithm=sha256 auth-key=0x{key.hex()}\n"
               f"kernel policy add src-address=10.1.202.0/24 dst-address=10.1.101.0/24 tunnel=yes sa-src-address={a} "
               f"sa-dst-address={b}\n")
    esp, ike, host = Esp(0x4001, key, b, a), udp(RA, v6, IKE), udp(HA, False, PORT)
    data = [b"datagram %02d" % n + bytes(200) for n in range(12)]
    sealed = [esp.seal(n + 1, udp_packet(*inner, PORT, PORT, d)) for n, d in enumerate(data)]
    size = len(sealed[0])
    forged = sealed[3][:-1] + bytes([sealed[3][-1] ^ 1])
    message = bytes(4) + b"IKE" + bytes(size - 7)
    sent = sealed[:3] + [forged, message] + sealed[3:] + [b"\xff"]
    before = reasons(RA)
    # from the ISP: its other address is the SA's peer by nothing but the key
    peer = udp(ISP, v6)
    peer.sock.setsockopt(SOL_UDP, UDP_SEGMENT, size)
    capture = Capture(RA, "wan0")
    peer.sock.sendto(b"".join(sent), (a, IKE))
    got = wait_for(lambda: [host.wait(1) for _ in data], limit=5)
    name = f"IPv{6 if v6 else 4}, merged datagrams"
    ok(longest(capture, (17,), "2001:db8:90::fe" if v6 else "192.168.90.254") > MTU, f"{name}: they came as one packet")
    is_([g and g[0] for g in got], data, f"{name}: each that is ESP is opened")
    got = ike.wait(5)
    is_(got and got[0], message, f"{name}: the one that is IKE's comes to its socket")
    is_((ike.empty(), grown(before, reasons(RA))), (0, {"in-icv-bad": 1}), f"{name}: the forged one alone is lost")
    capture.close()
    for t in (ike, host):
        t.sock.close()


def check_merging(wan, clear):
    """A device that merges datagrams for whom it likes."""
    way = Way("esp", "tunnel", True, False, True)
    # else veth takes it for granted that nothing is left to merge
    run(ISP, "ethtool", "-K", "wan_a", "tso", "off")
    for feature in ("rx-gro-list", "rx-udp-gro-forwarding"):
        run(RA, "ethtool", "-K", "wan0", feature, "on")
        way.install()
        list(wan.frames())
        merged = intact = 0
        before = reasons(RA)
        for _ in range(8):
            intact = bulk(way.ns_b, way.b, way.ns_a, way.a)
            merged = longest(wan, (17,), way.outer[1])
            if not intact or merged > MTU:
                break
        ok(merged > MTU, f"{feature}: the device merges ESP in UDP", merged)
        ok(intact and set(grown(before, reasons(RA))) <= {"out-too-big"}, f"{feature}: and TCP inside is intact", grown(before, reasons(RA)))
        run(RA, "ethtool", "-K", "wan0", feature, "off")


def main():
    ctl(RA, "kernel", "settings", "set", f"ike-ports=500,{IKE}")
    encap = [encap_socket(RB, IKE, v6) for v6 in (False, True)]
    wan, clear = Capture(RA, "wan0"), Capture(RA, "lan0")
    # what came by it is merged where it lets packets be merged; veth does not unless told
    run(RA, "ethtool", "-K", "wan0", "gro", "on")
    cbc = ("aes-256-cbc", "sha256")
    for way in (Way("esp", "tunnel", False, False), Way("esp", "tunnel", False, False, True),
                Way("esp", "tunnel", True, True, True, cbc), Way("esp", "transport", False, False, True),
                Way("ah", "tunnel", False, True), Way("ah", "tunnel", True, False), Way("ah", "transport", False, False)):
        check(way, wan, clear)
    check_async(wan, clear)
    for v6 in (False, True):
        train(v6)
    check_merging(wan, clear)
    for t in encap:
        t.sock.close()


main()
