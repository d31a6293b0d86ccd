#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""flowtable.py FOLDER: policies beside an nft flowtable in router A. FOLDER/STEP.A and .B are the routers' tables."""
import re
import sys

from net import *

PORT = 7070
A = {False: "10.1.202.10", True: "2001:db8:202::10"}
B = {False: "10.1.101.10", True: "2001:db8:101::10"}
WAN_A = {False: "192.168.90.1", True: "2001:db8:90::1"}
ISP_A = {False: "192.168.90.254", True: "2001:db8:90::fe"}
VERSIONS = ((False, "IPv4"), (True, "IPv6"))
RULES = """
table inet fast {
    counter slow {}
    flowtable f { hook ingress priority 0; devices = { lan0, wan0 }; }
    chain forward {
        type filter hook forward priority filter;
        counter name slow
        meta l4proto { tcp, udp } flow add @f
    }
}
"""
MASQUERADE = """
table inet nat {
    chain postrouting {
        type nat hook postrouting priority srcnat;
        oifname wan0 masquerade
    }
}
"""


def step(folder, name, text=""):
    for ns, side in ((RB, "B"), (RA, "A")):
        with open(f"{folder}/{name}.{side}") as f:
            script(ns, "".join(line for line in f if not text or re.search(text, line)))


def slow():
    """Packets that router A forwarded by way of its filter."""
    return json.loads(run(RA, "nft", "-j", "list", "counter", "inet", "fast", "slow"))["nftables"][1]["counter"]["packets"]


class Flow:
    """Datagrams to and fro between two hosts, by router A."""

    def __init__(self, v6, ns, src, peer_ns, dst):
        self.src, self.dst = src, dst
        self.client, self.server = udp(ns, v6), udp(peer_ns, v6, PORT)
        self.port = self.client.sock.getsockname()[1]
        self.v6, self.seen = v6, None

    def turn(self, limit=LIMIT):
        """A question and its answer."""
        word = os.urandom(16)
        self.client.send(word, self.src, self.dst, PORT)
        got = self.server.wait(limit)
        if not got or got[0] != word:
            return False
        self.seen = got[1]
        self.server.send(word[::-1], self.dst, got[1], got[2])
        got = self.client.wait(limit)
        return bool(got) and got[0] == word[::-1]

    def turns(self, n=6):
        return all(self.turn() for _ in range(n))

    def tracked(self):
        return tracked(self.v6, self.port)

    def close(self):
        self.client.sock.close()
        self.server.sock.close()


def tracked(v6, port):
    """Router A's conntrack entry of that port."""
    listed = run(RA, "conntrack", "-L", "-f", "ipv6" if v6 else "ipv4", check=False).stdout
    return "".join(line for line in listed.splitlines() if re.search(rf"[sd]port={port}\b", line))


def transfer(ns, src, peer_ns, dst, v6, size=100000):
    """TCP, more from its server than to it; what conntrack said of it in the middle."""
    client, server, _ = tcp_pair(ns, src, peer_ns, dst, PORT)
    data, got = os.urandom(size), b""
    with server, client:
        for i in range(0, size, 20000):
            client.sendall(b"more")
            if server.recv(4) != b"more":
                return False, ""
            server.sendall(data[i:i + 20000])
            while len(got) < i + 20000:
                got += client.recv(20000)
        return got == data, tracked(v6, client.getsockname()[1])


def clear(capture, *addrs):
    """Frames at the ISP that have one of these addresses outside of ESP."""
    told = [(str(ipaddress.ip_address(f.src)), str(ipaddress.ip_address(f.dst)), f.proto)
            for f in capture.frames() if not f.quiet() and not f.esp]
    return [t for t in told if t[0] in addrs or t[1] in addrs]


def check_takes(v6, version, flow):
    """Without policies the flowtable does what it is for, or the rest would prove nothing."""
    ok(flow.turns(), f"{version}, no policy: datagrams pass")
    before = slow()
    ok(flow.turns(), f"{version}, no policy: and more of them")
    is_(slow(), before, f"{version}, no policy: the flowtable takes them past the filter")
    ok("[OFFLOAD]" in flow.tracked(), f"{version}, no policy: conntrack says so", flow.tracked())


def check_kept_off(v6, version, capture, openers):
    """New connections from those hosts."""
    clear(capture)
    for ns in openers:
        a, peer, b = (A[v6], HB, B[v6]) if ns == HA else (B[v6], HA, A[v6])
        name = f"{version} from {'A' if ns == HA else 'B'}"
        flow, before = Flow(v6, ns, a, peer, b), slow()
        ok(flow.turns(), f"{name}: datagrams pass")
        is_(slow() - before, 12, f"{name}: all by way of the filter")
        ok(flow.tracked() and "[OFFLOAD]" not in flow.tracked(), f"{name}: never on the flowtable", flow.tracked())
        flow.close()
        good, entry = transfer(ns, a, peer, b, v6)
        ok(good, f"{name}: TCP passes")
        ok("[ASSURED]" in entry and "[OFFLOAD]" not in entry, f"{name}: nor is that", entry)
    is_(clear(capture, A[v6], B[v6]), [], f"{version}: nothing went clear")


def check_late(version, flow, other, capture, change):
    """A policy that comes when its connection is on the flowtable."""
    for f in (flow, other):
        ok(f.turns() and "[OFFLOAD]" in f.tracked(), f"{version}, before: to {f.dst} by the flowtable", f.tracked())
    clear(capture)
    change()
    ok("[OFFLOAD]" not in flow.tracked(), f"{version}, after: conntrack has it no longer there", flow.tracked())
    ok("[OFFLOAD]" in other.tracked(), f"{version}, after: what no policy names stays", other.tracked())
    before = slow()
    ok(flow.turns(), f"{version}, after: it goes on")
    is_(slow() - before, 12, f"{version}, after: by way of the filter")
    is_(clear(capture, B[flow.v6]), [], f"{version}, after: not one packet goes clear")
    before = slow()
    ok(other.turns() and slow() == before, f"{version}, after: the other goes on by the flowtable")


def check_use(folder, v6, version, capture):
    """level=use: clear without an SA, sealed with one, whenever it comes."""
    step(folder, "use", "flush|policy add")
    flow, before = Flow(v6, HA, A[v6], HB, B[v6]), slow()
    ok(flow.turns() and clear(capture, A[v6]), f"{version}, level=use without SA: passes clear")
    ok(slow() - before == 12 and "[OFFLOAD]" not in flow.tracked(), f"{version}, level=use without SA: by the filter",
       flow.tracked())
    step(folder, "use")
    clear(capture)
    ok(flow.turns(), f"{version}, level=use: goes on when the SA is there")
    is_(clear(capture, A[v6], B[v6]), [], f"{version}, level=use: and is sealed")
    flow.close()
    step(folder, "none")


def check_discard(v6, version):
    flow = Flow(v6, HA, A[v6], ISP, ISP_A[v6])
    ok(flow.turns() and "[OFFLOAD]" in flow.tracked(), f"{version}, before discard: by the flowtable")
    ctl(RA, "kernel", "policy", "add", f"dst-address={ISP_A[v6]}", "action=discard")
    ok(not flow.turn(0.5), f"{version}, discard: its packets end")
    ok(reasons(RA).get("out-discard"), f"{version}, discard: where they should", reasons(RA))
    flow.close()
    ctl(RA, "kernel", "policy", "remove", "[find action=discard]")
    flow = Flow(v6, HA, A[v6], ISP, ISP_A[v6])
    ok(flow.turns() and "[OFFLOAD]" in flow.tracked(), f"{version}, policy removed: new ones take the flowtable again")
    flow.close()


def main(folder):
    capture = Capture(ISP, "wan_a")
    run(RA, "nft", "-f", "-", stdin=RULES)
    for v6, version in VERSIONS:
        flow, other = Flow(v6, HA, A[v6], HB, B[v6]), Flow(v6, HA, A[v6], ISP, ISP_A[v6])
        check_takes(v6, version, flow)
        check_late(version, flow, other, capture, lambda: step(folder, "lan"))
        for f in (flow, other):
            f.close()
        check_kept_off(v6, version, capture, (HA, HB))
        step(folder, "none")
        check_use(folder, v6, version, capture)
        check_discard(v6, version)
    run(RA, "nft", "-f", "-", stdin=MASQUERADE)
    for v6, version in VERSIONS:
        name = f"{version}, masqueraded"
        flow, other = Flow(v6, HA, A[v6], HB, B[v6]), Flow(v6, HA, A[v6], ISP, ISP_A[v6])
        check_late(name, flow, other, capture, lambda: step(folder, "wan"))
        is_(flow.seen, WAN_A[v6], f"{name}: the peer sees the router's address")
        for f in (flow, other):
            f.close()
        check_kept_off(v6, name, capture, (HA,))
        step(folder, "none")


main(sys.argv[1])
