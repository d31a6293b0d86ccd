#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Soft and hard limits at n - 1, n and n + 1, SAs that are asked for, larval ones, and two at once."""
import time

from gcm_peer import *

SIZE = 100	# of inner packets, which is what bytes are counted of


class Limited:
    """An SA with limits and what goes over it, in either direction."""

    def __init__(self, wire, monitor, out, words):
        self.wire, self.monitor, self.out, self.seq = wire, monitor, out, 0
        self.sa = Sa(out)
        self.name = f"{'outbound' if out else 'inbound'} {words}"
        self.expired = "out-sa-expired" if out else "in-sa-expired"
        install(self.sa.words(words))

    def send(self, sizes, what, dropped=0):
        """Packets of these sizes; the last so many are past the limit."""
        if self.out:
            self.wire.from_host(sizes)
        else:
            packets = []
            for size in sizes:
                self.seq += 1
                packets.append(self.sa.seal(self.seq, udp_packet(bytes(size - 28))))
            self.wire.into(packets)
        self.wire.expect(f"{self.name}: {what}", len(sizes) - dropped, {self.expired: dropped} if dropped else {})

    def told(self):
        return [("hard" if e["hard"] is True or e["hard"] == "yes" else "soft", e["why"])
                for e in self.monitor.of("expire", self.sa.spi)]

    def is_now(self, want, told, when):
        """State and all that was told of it so far."""
        wait_for(lambda: (state(self.sa), self.told()) == (want, told), 20)
        is_((state(self.sa), self.told()), (want, told), f"{self.name}: {when}, {want}")


def packets(wire, monitor, out):
    s = Limited(wire, monitor, out, "lifepackets=4/6")
    soft, hard = ("soft", "packets"), ("hard", "packets")
    s.send([SIZE] * 3, "below the soft limit")
    s.is_now("mature", [], "one below the soft limit")
    s.send([SIZE], "at the soft limit")
    s.is_now("dying", [soft], "at the soft limit")
    s.send([SIZE], "beyond the soft limit")
    s.is_now("dying", [soft], "one below the hard limit")
    s.send([SIZE], "at the hard limit")
    s.is_now("dying", [soft], "at the hard limit")
    s.send([SIZE], "beyond the hard limit", dropped=1)
    s.is_now("gone", [soft, hard], "one beyond the hard limit")
    if not out:
        wire.into([s.sa.seal(8, udp_packet(b""))])
        wire.expect(f"{s.name}: then its SPI is unknown", 0, {"in-no-sa": 1})


def octets(wire, monitor, out):
    soft, hard = ("soft", "bytes"), ("hard", "bytes")
    s = Limited(wire, monitor, out, "lifebytes=300/600")
    s.send([SIZE, SIZE, SIZE - 1], "one byte below the soft limit")
    s.is_now("mature", [], "at 299 bytes")
    s.send([SIZE, SIZE, SIZE], "one byte below the hard limit")
    s.is_now("dying", [soft], "at 599 bytes")
    s.send([SIZE], "beyond the hard limit", dropped=1)
    s.is_now("gone", [soft, hard], "past it")
    s = Limited(wire, monitor, out, "lifebytes=300/600")
    s.send([SIZE] * 3, "at the soft limit")
    s.is_now("dying", [soft], "at 300 bytes")
    s.send([SIZE] * 3, "at the hard limit")
    s.is_now("dying", [soft], "at 600 bytes")
    s.send([29], "the smallest packet more", dropped=1)
    s.is_now("gone", [soft, hard], "past it")
    s = Limited(wire, monitor, out, "lifebytes=300/600")
    s.send([SIZE] * 5 + [SIZE + 1], "the last one byte too long", dropped=1)
    s.is_now("gone", [soft, hard], "at 601 bytes")


def seconds(wire, monitor):
    begin = time.monotonic()
    out_sa, in_sa = Sa(out=True), Sa(out=False)
    install(out_sa.words("lifetime=2s/12s"), in_sa.words("lifetime=2s/12s"))
    for sa, name in ((out_sa, "outbound"), (in_sa, "inbound")):
        e = monitor.wait("expire", sa.spi)
        ok(time.monotonic() - begin >= 2, f"{name} lifetime=2s/12s: the soft limit is not told too early")
        is_([x["why"] for x in e], ["time"], f"{name} lifetime=2s/12s: the soft limit is told")
        is_(state(sa), "dying", f"{name} lifetime=2s/12s: then it is dying")
    wire.from_host([SIZE])
    wire.into([in_sa.seal(1, udp_packet(b""))])
    wire.expect("lifetime=2s/12s: it carries packets until the hard limit", 2, {})
    for sa, name in ((out_sa, "outbound"), (in_sa, "inbound")):
        e = monitor.wait("expire", sa.spi, 2)
        ok(time.monotonic() - begin >= 12, f"{name} lifetime=2s/12s: the hard limit is not told too early")
        is_([x["why"] for x in e], ["time", "time"], f"{name} lifetime=2s/12s: the hard limit is told")
        wait_for(lambda sa=sa: state(sa) == "gone")
        is_(state(sa), "gone", f"{name} lifetime=2s/12s: then it is gone")
    wire.into([in_sa.seal(2, udp_packet(b""))])
    wire.expect("lifetime=2s/12s: then its SPI is unknown", 0, {"in-no-sa": 1})


def nobody_asked(wire):
    install()
    wire.from_host([SIZE] * 2)
    wire.expect("nobody listens: packets without SA are dropped at once", 0, {"out-no-sa": 2})


def acquire(wire, monitor):
    install()
    row = [p["id"] for p in policies(RA) if "local" in p][0]
    old = len(monitor.of("acquire"))
    wire.from_host([SIZE] * 3)
    events = monitor.wait("acquire", count=old + 1)[old:]
    want = dict(policy=row, sa_src_address=A, sa_dst_address=B, src_address=HOST_A, dst_address=HOST_B,
                protocol="udp", src_port=PORT_A, dst_port=PORT_B)
    is_({k: events[0].get(k) for k in want} if events else None, want, "acquire: the event tells policy and flow")
    wire.from_host([SIZE] * 2, port=PORT_B + 1)
    monitor.wait("acquire", count=old + 2)
    is_([e["dst_port"] for e in monitor.of("acquire")[old:]], [PORT_B, PORT_B + 1],
        "acquire: each flow asks once, however many packets wait")
    is_((grown(wire.before, reasons(RA)), wire.sealed()), ({}, []), "acquire: meanwhile nothing is dropped or sent")
    sa = Sa(out=True)
    script(RA, sa.words())
    frames = wire.expect("acquire: with the SA all that was held is sent", 5, {})
    ports = []
    for n, f in enumerate(frames):
        inner = sa.open(1 + n, f.esp)
        ports.append(int.from_bytes(inner[22:24], "big"))
    is_(ports, [PORT_B] * 3 + [PORT_B + 1] * 2, "acquire: in order and under this SA")
    wire.from_host([SIZE])
    wire.expect("acquire: later packets pass at once", 1, {})
    is_(len(monitor.of("acquire")), old + 2, "acquire: and ask no more")


def hold_limits(wire, monitor):
    ctl(RA, "kernel", "settings", "set", "hold-packets=2")
    install()
    old = len(monitor.of("acquire"))
    wire.from_host([SIZE] * 5)
    wire.expect("hold-packets=2: the others are dropped", 0, {"out-hold-full": 3})
    sa = Sa(out=True)
    script(RA, sa.words())
    wire.expect("hold-packets=2: two are sent", 2, {})
    is_(len(monitor.wait("acquire", count=old + 1)), old + 1, "hold-packets=2: the full queue asks no more")

    ctl(RA, "kernel", "settings", "set", "acquire-timeout=1s", "hold-packets=8")
    install()
    begin = time.monotonic()
    wire.from_host([SIZE] * 4)
    wire.expect("acquire-timeout=1s: what waits in vain is dropped", 0, {"out-hold-timeout": 4})
    ok(time.monotonic() - begin > 0.9, "acquire-timeout=1s: but not before")
    wire.from_host([SIZE])
    is_(len(monitor.wait("acquire", count=old + 3)), old + 3, "acquire-timeout=1s: then it is asked anew")
    wire.expect("acquire-timeout=1s: once more in vain", 0, {"out-hold-timeout": 1})
    install(Sa(out=True).words())
    wire.expect("acquire-timeout=1s: an SA that is late sends nothing", 0, {})
    ctl(RA, "kernel", "settings", "set", "acquire-timeout=10s", "hold-packets=3")


def larval(wire, monitor):
    def get_spi(*more):
        return int(ctl_json(RA, "kernel", "sa", "get-spi", f"src-address={B}", f"dst-address={A}", "mode=tunnel",
                            *more)["spi"], 16)

    install()
    sa = Sa(out=False, spi=get_spi("lifetime=10m"))
    is_(state(sa), "larval", "get-spi: the SA is larval")
    one = sas(RA)[sa.spi]["id"]
    wire.into([sa.seal(1, udp_packet(b""))])
    wire.expect("get-spi: a larval SA takes no packet", 0, {"in-sa-larval": 1})
    script(RA, sa.words())
    is_((state(sa), sas(RA)[sa.spi]["id"]), ("mature", one), "get-spi: sa add makes it mature, with the id it had")
    wire.into([sa.seal(1, udp_packet(b""))])
    wire.expect("get-spi: then it takes the packet", 1, {})
    is_(monitor.of("expire", sa.spi), [], "get-spi: that is no expiry")

    begin = time.monotonic()
    sa = Sa(out=False, spi=get_spi("lifetime=2s"))
    events = monitor.wait("expire", sa.spi)
    ok(time.monotonic() - begin >= 2, "get-spi lifetime=2s: it does not expire too early")
    is_([e["why"] for e in events], ["time"], "get-spi lifetime=2s: its expiry is told")
    wait_for(lambda: state(sa) == "gone")
    is_(state(sa), "gone", "get-spi lifetime=2s: then it is gone")
    script(RA, sa.words())
    wire.into([sa.seal(1, udp_packet(b""))])
    wire.expect("get-spi lifetime=2s: the SPI is free again", 1, {})


def two_at_once(wire):
    def sealed_by(what, want):
        wire.from_host([SIZE] * 2)
        frames = wire.expect(f"rekey: {what}", 2, {})
        is_([f.spi for f in frames], [want.spi] * 2, f"rekey: {what}, under the right SPI")

    old, new = (Sa(out=True), Sa(out=False)), (Sa(out=True), Sa(out=False))
    install(old[0].words(), old[1].words())
    sealed_by("the only SA", old[0])
    script(RA, new[0].words() + new[1].words())
    sealed_by("the newer of two", new[0])
    wire.into([old[1].seal(1, udp_packet(b"")), new[1].seal(1, udp_packet(b"")), old[1].seal(2, udp_packet(b""))])
    wire.expect("rekey: both inbound SAs take packets", 3, {})
    ctl(RA, "kernel", "sa", "remove", f"spi={new[0].spi:#x}", f"dst-address={B}")
    sealed_by("without the newer, the older", old[0])
    third = Sa(out=True)
    script(RA, third.words("lifepackets=1/100"))
    wire.from_host([SIZE])
    is_([f.spi for f in wire.expect("rekey: a third to its soft limit", 1, {})], [third.spi],
        "rekey: a third to its soft limit, under the right SPI")
    is_((state(third), state(old[0])), ("dying", "mature"), "rekey: now the newest is dying")
    fourth = Sa(out=True)
    script(RA, fourth.words())
    sealed_by("the newest that is not dying", fourth)


def main():
    wire = Wire()
    nobody_asked(wire)
    monitor = Monitor()
    for out in (True, False):
        packets(wire, monitor, out)
        octets(wire, monitor, out)
    seconds(wire, monitor)
    acquire(wire, monitor)
    hold_limits(wire, monitor)
    larval(wire, monitor)
    two_at_once(wire)
    monitor.close()


main()
