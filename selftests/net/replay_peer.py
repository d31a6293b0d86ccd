#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Windows of all sizes to the packet, forgery, extended sequence numbers past 2^32, and where numbers end.

WINDOWS="32 64" takes only those sizes.
"""
import os
import random

from gcm_peer import *

TOP32 = 1 << 32
DATA = udp_packet(b"x" * 32)


class Inbound:
    """A fresh inbound SA with that window; numbers go in, verdicts come out."""

    def __init__(self, wire, name, window, esn=False, more=""):
        self.wire, self.name = wire, name
        self.sa = Sa(out=False, esn=esn)
        install(self.sa.words(f"replay-window={window} {more}"))

    def send(self, what, seqs, **counted):
        """So many of these packets are counted under these reasons (_ for -), the others are delivered."""
        self.send_sealed(what, [self.sa.seal(s, DATA) for s in seqs], **counted)

    def send_sealed(self, what, packets, **counted):
        counted = {k.replace("_", "-"): v for k, v in counted.items()}
        self.wire.into(packets)
        self.wire.expect(f"{self.name}: {what}", len(packets) - sum(counted.values()), counted)

    def forge(self, what, seqs):
        """Packets with these numbers and a false ICV."""
        bad = [self.sa.seal(s, DATA) for s in seqs]
        self.send_sealed(what, [esp[:-1] + bytes([esp[-1] ^ 1]) for esp in bad], in_icv_bad=len(bad))

    def top_is(self, top):
        is_(sas(RA)[self.sa.spi]["seq"], top, f"{self.name}: the top is {top}")


def shuffled(seqs, most=100):
    """At most so many of these numbers, both ends among them, in no order."""
    seqs = list(seqs)
    if len(seqs) > most:
        seqs = [seqs[0], seqs[-1]] + random.sample(seqs[1:-1], most - 2)
    random.shuffle(seqs)
    return seqs


def window(wire, size):
    w = Inbound(wire, f"window {size}", size)
    top = 5000
    w.send("the first packet sets the top", [top])
    inside = shuffled(range(top - size + 1, top))
    w.send("every number inside is accepted in any order", inside)
    w.send("twice it is seen", inside + [top], in_replay_seen=len(inside) + 1)
    w.send("left of it, old", [top - size, top - size - 1, top - 2 * size if size < 2500 else 3, 1], in_replay_old=4)
    w.send("0 is never right", [0, 0], in_replay_invalid=2)

    # each step leaves its left edge unseen, on whatever bit of a word it falls
    steps = []
    for _ in range(10):
        top += random.randrange(1, size)
        steps.append(top)
    w.send("it moves in steps", steps)
    unseen = [s for s in range(top - size + 1, top) if s not in steps and s > 5000]
    w.send("what was left out on the way is accepted", shuffled(unseen, 50))
    w.send("and what it left behind is old", [top - size, top - size - 1], in_replay_old=2)
    top += 3 * size + random.randrange(200000)
    w.send("a step of more than its size", [top])
    w.send("empties it", shuffled(range(top - size + 1, top), 50))

    w.forge("forged numbers far ahead", [top + 1, top + size, top + 2 * size, TOP32 - 1])
    w.top_is(top)
    w.send("did not move it: its left edge is as it was", [top - size, top - size + 1],
           in_replay_old=1, in_replay_seen=1)
    late = [top + size - 1]
    w.send("nor is the next number lost", late)
    w.forge("a forged number inside", [top + 5])
    w.send("does not take its place", [top + 5])


def no_window(wire):
    w = Inbound(wire, "window off", 0)
    w.send("numbers come as they like", [5000, 1, 5000, 1, 77])
    w.send("but not 0", [0], in_replay_invalid=1)


def last_number(wire):
    w = Inbound(wire, "without ESN", 64, more=f"seq={TOP32 - 5}")
    w.send("all numbers up to where it starts count as seen", [TOP32 - 5, TOP32 - 6, TOP32 - 68],
           in_replay_seen=3)
    w.send("up to the last number", [TOP32 - 1, TOP32 - 3, TOP32 - 2, TOP32 - 4])
    w.send("and no further", [1, 2, 100], in_replay_old=3)
    w.send("0 behind the last is still 0", [0], in_replay_invalid=1)


def esn_inbound(wire, size):
    w = Inbound(wire, f"ESN, window {size}", size, esn=True, more=f"seq={TOP32 - 2 * size}")
    early = TOP32 - size // 2
    w.send("to the edge of 2^32", [early, TOP32 - 1])
    w.send("over it; a low half of 0 is a number as any", [TOP32, TOP32 + 3, TOP32 + 1])
    w.send("back behind it, inside the window", [TOP32 - 2, early + 1, TOP32 + 2])
    w.send("twice on both sides", [early, TOP32 - 1, TOP32, TOP32 + 3], in_replay_seen=4)
    w.top_is(TOP32 + 3)
    # what is left of the window is taken for the next 2^32, and is not authentic there
    w.send("from left of the window", [TOP32 + 3 - size, TOP32 + 2 - size], in_icv_bad=2)
    w.send("with a high half of before", [4, 5, size], in_icv_bad=3)
    w.send("with a high half from ahead", [2 * TOP32 + 4], in_icv_bad=1)
    w.top_is(TOP32 + 3)
    w.send("the left edge", [TOP32 + 4 - size])
    high = 7 * TOP32 + TOP32 // 2
    w = Inbound(wire, f"ESN, window {size}, high half 7", size, esn=True, more=f"seq={high}")
    w.send("a step of almost 2^32", [high + TOP32 - size - 1])
    w.send("into the next high half", [9 * TOP32 + TOP32 // 4])
    w = Inbound(wire, f"ESN, window {size}, new", size, esn=True)
    w.send("0 is never right", [0], in_replay_invalid=1)
    w.send("from 1 on", [1, 3, 2])
    w.send("twice", [1, 3, 2], in_replay_seen=3)


def outbound(wire, name, esn, first, count, dropped=0):
    """Sends that many, the last of which get no number; every one opens under the number it must have."""
    sa = Sa(out=True, esn=esn)
    install(sa.words(f"seq={first}"))
    wire.from_host([100] * count)
    frames = wire.expect(name, count - dropped, {"out-seq-overflow": dropped} if dropped else {})
    wrong = []
    for n, f in enumerate(frames):
        try:
            sa.open(first + n, f.esp)
            if (f.spi, f.seq) != (sa.spi, first + n & TOP32 - 1):
                wrong.append(f"packet {n}: SPI {f.spi:#x}, number {f.seq:#x}")
        except Exception as e:
            wrong.append(f"packet {n}: {type(e).__name__}")
    ok(not wrong, f"{name}: they open in order", *wrong)
    return sa


def overflow(wire):
    monitor = Monitor()
    sa = outbound(wire, "without ESN, the last three numbers", False, TOP32 - 3, 7, dropped=4)
    events = monitor.wait("seq-near-overflow", sa.spi)
    is_(len(events), 1, "the near overflow is told once")
    wire.from_host([100, 1000])
    wire.expect("and nothing is ever sent again", 0, {"out-seq-overflow": 2})
    near = TOP32 - 1 - (TOP32 - 1) // 10
    sa = outbound(wire, "where nine tenths are used", False, near - 2, 4)
    events = monitor.wait("seq-near-overflow", sa.spi)
    is_([e.get("seq") for e in events], [near], "the near overflow is told there, once")
    sa = outbound(wire, "with ESN, past 2^32", True, TOP32 - 3, 6)
    is_(monitor.of("seq-near-overflow", sa.spi), [], "with ESN that is no overflow")
    monitor.close()


def end_of_esn(wire):
    """At most the three numbers that are left, then nothing ever again: it must not begin anew at 1."""
    first, name = (1 << 64) - 3, "with ESN, at the last number of all"
    sa = Sa(out=True, esn=True)
    install(sa.words(f"seq={first}"))
    wire.from_host([100] * 8)
    seqs = []

    def settled():
        seqs.extend(f.seq for f in wire.sealed())
        return len(seqs) + grown(wire.before, reasons(RA)).get("out-seq-overflow", 0) >= 8

    wait_for(settled)
    ok(seqs == [TOP32 - 3, TOP32 - 2, TOP32 - 1][:len(seqs)], f"{name}: it stops", f"sent numbers ending in {seqs}")
    wire.before = reasons(RA)


def main():
    seed = random.randrange(1 << 32)
    random.seed(seed)
    note(f"seed {seed}")
    wire = Wire()
    only = [int(size) for size in os.environ.get("WINDOWS", "32 64 100 1024 4096").split()]
    for size in only:
        window(wire, size)
    no_window(wire)
    last_number(wire)
    for size in (32, 100, 4096):
        if size in only:
            esn_inbound(wire, size)
    overflow(wire)
    end_of_esn(wire)


main()
