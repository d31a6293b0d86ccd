# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbered datagrams in both directions while the SAs under them are replaced; rekey.py REKEYS."""
import os
import struct
import sys
import threading
import time

from net import (HA, HB, RA, RB, Ledger, ctl, is_, ok, run, sas, script, udp, wait_for, xfrm_counts)

HOST_A, HOST_B = "10.1.202.10", "10.1.101.10"
NET_A, NET_B = "10.1.202.0/24", "10.1.101.0/24"
A, B = "192.168.90.1", "192.168.80.1"
PORT = 7000
PACE = 0.01
REQID = 7
STEP = 0.2	# seconds; the flows need the processor more than we do


class Flow:
    """Datagrams 0, 1, 2… from one host to another, and the numbers that arrived, as they came."""

    def __init__(self, ns, src, peer_ns, dst):
        self.src, self.dst = src, dst
        self.out, self.into = udp(ns), udp(peer_ns, port=PORT)
        self.sent, self.came = 0, []

    def send(self):
        self.out.send(struct.pack(">I", self.sent), self.src, self.dst, PORT)
        self.sent += 1

    def receive(self):
        while (got := self.into.receive()):
            self.came += struct.unpack(">I", got[0][:4])

    def settle(self):
        wait_for(lambda: self.receive() or len(self.came) >= self.sent)

    def wrong(self):
        """Where the numbers are not the ones that were sent, in their order."""
        if self.came == list(range(self.sent)):
            return None
        at = next((i for i, n in enumerate(self.came) if i != n), len(self.came))
        return f"{self.sent} sent, {len(self.came)} came; from the {at}th on: {self.came[at:at + 5]}"


class Traffic(threading.Thread):
    """Both flows at a fixed pace. On one CPU: a sender that changes it overtakes itself."""

    def __init__(self, *flows):
        super().__init__(daemon=True)
        self.flows, self.stopping = flows, False

    def run(self):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        due = time.monotonic()
        while not self.stopping:
            for f in self.flows:
                f.send()
                f.receive()
            due = max(due + PACE, time.monotonic() - PACE)
            time.sleep(max(0, due - time.monotonic()))

    def stop(self):
        self.stopping = True
        self.join()
        for f in self.flows:
            f.settle()


class Pair:
    """One generation of SAs, and how each stack puts in and takes out its halves."""

    def __init__(self, number):
        self.ab, self.ba = 0x2000 + 2 * number, 0x2001 + 2 * number
        self.keys = {spi: "0x" + os.urandom(20).hex() for spi in (self.ab, self.ba)}

    def culvert(self, direction):
        spi, src, dst = (self.ab, A, B) if direction == "out" else (self.ba, B, A)
        script(RA, f"kernel sa add direction={direction} spi={spi} src-address={src} dst-address={dst} mode=tunnel "
                   f"enc-algorithm=aes-128-gcm enc-key={self.keys[spi]}\n")

    def xfrm(self, direction):
        spi, src, dst = (self.ba, B, A) if direction == "out" else (self.ab, A, B)
        run(RB, "ip", "xfrm", "state", "add", "src", src, "dst", dst, "proto", "esp", "spi", hex(spi), "reqid",
            str(REQID), "mode", "tunnel", "aead", "rfc4106(gcm(aes))", self.keys[spi], "128", "replay-window", "64")

    def remove(self):
        script(RA, "".join(f"kernel sa remove spi={spi} dst-address={dst}\n" for spi, dst in ((self.ab, B), (self.ba, A))))
        run(RB, "ip", "-batch", "-", stdin="".join(
            f"xfrm state del src {src} dst {dst} proto esp spi {spi:#x}\n"
            for spi, src, dst in ((self.ba, B, A), (self.ab, A, B))))


def policies_up():
    script(RA, f"kernel policy add src-address={NET_A} dst-address={NET_B} action=encrypt tunnel=yes "
               f"sa-src-address={A} sa-dst-address={B}\n")
    for way, src, dst, outer in (("out", NET_B, NET_A, (B, A)), ("in", NET_A, NET_B, (A, B)), ("fwd", NET_A, NET_B, (A, B))):
        run(RB, "ip", "xfrm", "policy", "add", "src", src, "dst", dst, "dir", way, "tmpl", "src", outer[0],
            "dst", outer[1], "proto", "esp", "reqid", str(REQID), "mode", "tunnel")


def carried(pair):
    """Packets by the pair: (A sealed, A opened, B sealed, B opened)."""
    a, b = sas(RA), xfrm_counts(RB)
    return a[pair.ab]["packets"], a[pair.ba]["packets"], b[pair.ba], b[pair.ab]


def sealed_by(pair, culvert):
    return sas(RA)[pair.ab]["packets"] if culvert else xfrm_counts(RB).get(pair.ba, 0)


def rekey(old, new, culvert_first):
    """RFC 7296 section 2.8: whoever may receive by the new SA does before anybody sends by it. What was wrong."""
    new.culvert("in")
    new.xfrm("in")
    for culvert in (culvert_first, not culvert_first):
        (new.culvert if culvert else new.xfrm)("out")
        if not wait_for(lambda: sealed_by(new, culvert) > 3, step=STEP):
            return f"the new SA is not used; the old pair carried {carried(old)}"
    first = carried(old)
    if not wait_for(lambda: min(carried(new)) > 10, step=STEP):
        return f"the new pair carried {carried(new)}"
    second = carried(old)
    if (first[0], first[2]) != (second[0], second[2]):
        return f"the old pair still seals: {first}, then {second}"
    if second[0] != second[3] or second[2] != second[1]:
        return f"not all that the old pair sealed was opened: {second}"
    old.remove()
    return None


def main():
    pairs = [Pair(i) for i in range(int(sys.argv[1]) + 1)]
    for way in ("in", "out"):
        pairs[0].culvert(way)
        pairs[0].xfrm(way)
    policies_up()
    ledger = Ledger(RA)
    there, back = Flow(HA, HOST_A, HB, HOST_B), Flow(HB, HOST_B, HA, HOST_A)
    for f in (there, back):		# neighbours learn of each other
        f.send()
        f.settle()
    traffic = Traffic(there, back)
    traffic.start()
    ok(wait_for(lambda: min(carried(pairs[0])) > 20), "the first pair of SAs carries both flows")
    for i, (old, new) in enumerate(zip(pairs, pairs[1:])):
        wrong = rekey(old, new, i % 2 == 0)
        ok(not wrong, f"rekey {i + 1}, {'Culvert' if i % 2 == 0 else 'XFRM'} sends first: both change over", wrong)
    traffic.stop()
    for name, f in (("Culvert to XFRM", there), ("XFRM to Culvert", back)):
        ok(not f.wrong(), f"{name}: {f.sent} datagrams over {len(pairs)} pairs of SAs, all there and in order", f.wrong())
    ledger.balances(there.sent + back.sent, len(there.came) + len(back.came), "what was lost is what was counted")
    is_(len(sas(RA)), 2, "the last pair is left alone")
    ledger.close()


main()
