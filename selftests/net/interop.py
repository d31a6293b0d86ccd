#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""interop.py PLAN: traffic over many pairs of SAs at once, both ways, and what the wire and both stacks make of it.

A line of the plan has what esp_pair said, and name, ns_a and host_a, ns_b and host_b: who talks on each side.
"""
import os
import select
import sys

from net import *

TOGETHER = 20	# pairs at once
PORT = 7777
CULVERT = os.environ["STACK_A"] == "culvert"


class Pair:
    def __init__(self, number, p):
        self.name = p.name.replace("_", " ")
        self.number, self.spi_ab, self.spi_ba = number, int(p.spi_ab), int(p.spi_ba)
        self.ns_a, self.a, self.ns_b, self.b = p.ns_a, p.host_a, p.ns_b, p.host_b
        self.v6 = is6(self.a)
        self.clear = p.suite.startswith("null") or "gmac" in p.suite
        self.mark = os.urandom(12)	# no packet of another pair has it
        # over all pairs: every length of padding, and none
        self.pings = (number % 17, 64 + number % 4, 1200 + number % 16)
        self.echoes = (12 + number % 16, 700 + number % 17)
        self.errors = []
        self.shown = 0
        self.tfc = p.name.startswith("TFC")
        self.sizes = set()	# of ESP from A to B

    def data(self, size):
        return (self.mark + os.urandom(size))[:size]


def traffic(pairs):
    """Ping every pair from A, and echo UDP from B. Returns what has not come back."""
    pingers, sides = {}, {}
    for p in pairs:
        key = (p.ns_a, p.v6)
        if key not in pingers:
            pingers[key] = Pinger(*key)
        for key in ((p.ns_a, p.v6), (p.ns_b, p.v6)):
            if key not in sides:
                sides[key] = udp(*key, port=PORT)
    poller = select.poll()
    for s in list(pingers.values()) + list(sides.values()):
        poller.register(s.sock, select.POLLIN)
    waiting = {}

    def pings_in():
        for s in pingers.values():
            for ident, seq, data in s.replies():
                sent = waiting.pop((ident, seq), None)
                if sent and sent[1] != data:
                    sent[0].errors.append(f"ping of {len(sent[1])} bytes came back different")

    def echoes_in():
        for (ns, _), s in sides.items():
            while (got := s.receive()):
                data, peer, port, dst = got
                if (key := (data[:12], len(data))) in requests:
                    requests.remove(key)
                    s.send(data, dst, peer, port)
                    continue
                sent = waiting.pop(("udp",) + key, None)
                if sent and sent[1] != data:
                    sent[0].errors.append(f"echo of {len(data)} bytes came back different")

    requests = set()
    for start in range(0, len(pairs), TOGETHER):
        for p in pairs[start:start + TOGETHER]:
            for seq, size in enumerate(p.pings):
                data = p.data(size)
                waiting[p.number, seq] = (p, data)
                pingers[p.ns_a, p.v6].ping(p.a, p.b, p.number, seq, data)
            for size in p.echoes:
                data = p.data(size)
                waiting["udp", p.mark, size] = (p, data)
                requests.add((p.mark, size))
                sides[p.ns_b, p.v6].send(data, p.b, p.a, PORT)
        end = time.monotonic() + LIMIT / 4
        while waiting and time.monotonic() < end:
            poller.poll(1000)
            pings_in()
            echoes_in()
        for key, (p, data) in waiting.items():
            p.errors.append(f"{'echo' if key[0] == 'udp' else 'ping'} of {len(data)} bytes did not come back")
        waiting.clear()
        requests.clear()


def wire(capture, pairs):
    """What was captured, by pair; returns what is nobody's."""
    by_spi = {p.spi_ab: p for p in pairs} | {p.spi_ba: p for p in pairs}
    stray = []
    for f in capture.frames():
        if f.quiet():
            continue
        p = by_spi.get(f.spi) if f.esp else None
        if not p:
            stray.append(f.raw.hex())
            continue
        if p.mark in f.raw:
            p.shown += 1
        if f.spi == p.spi_ab:
            p.sizes.add(len(f.esp))
    return stray


def culvert_counts(ns):
    return {spi: s["packets"] if not s["errors"] and not s["replays"] else f"{s['packets']} with errors"
            for spi, s in sas(ns).items()}


def errors_of(ns, stack):
    """Every error counter of the stack that is not zero."""
    if stack == "culvert":
        return reasons(ns)
    with inside(ns):
        lines = [line.split() for line in open("/proc/thread-self/net/xfrm_stat")]
    # this one counts lookups that had to wait for SAs from IKE, and is 0 here as well
    return {name: int(n) for name, n in lines if int(n)}


def main():
    pairs = [Pair(i + 1, p) for i, p in enumerate(plan(sys.argv[1]))]
    stacks = {RA: os.environ["STACK_A"], RB: os.environ["STACK_B"]}
    encap = [encap_socket(ns, 4500, v6) for ns, stack in stacks.items() if stack == "xfrm" for v6 in (False, True)]
    capture = Capture(ISP, "wan_a")
    traffic(pairs)
    stray = wire(capture, pairs)
    counts = {ns: culvert_counts(ns) if stack == "culvert" else xfrm_counts(ns) for ns, stack in stacks.items()}
    for p in pairs:
        want = len(p.pings) + len(p.echoes)
        for ns, by_spi in counts.items():
            for way, spi in (("A to B", p.spi_ab), ("B to A", p.spi_ba)):
                if by_spi.get(spi) != want:
                    p.errors.append(f"{stacks[ns]} in {ns} counts {by_spi.get(spi)} packets {way}, not {want}")
        if p.shown and not p.clear:
            p.errors.append(f"the wire shows its payload, {p.shown} times")
        if p.clear and not p.shown:
            p.errors.append("the wire does not show the payload of a suite without encryption: this check sees nothing")
        if p.tfc and CULVERT and len(p.sizes) != 1:
            p.errors.append(f"TFC padding leaves packets of {sorted(p.sizes)} bytes")
        ok(not p.errors, p.name, *p.errors[:6])
    ok(not stray, "nothing but ESP of these SAs on the wire", f"{len(stray)} others", *stray[:3])
    for ns, stack in stacks.items():
        errors = errors_of(ns, stack)
        ok(not errors, f"{stack} in {ns} counts no error", errors)


main()
