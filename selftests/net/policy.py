#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""policy.py KEY: one packet at a time against the policy table of router A.

Of each packet: what became of it (sealed with which SA, clear, or the reason it was dropped for), which row counted it,
and whether explain tells the same.
"""
import os
import re
import socket
import struct
import sys

from net import *

KEY = sys.argv[1]
OUTER_A, OUTER_B = "192.168.90.1", "192.168.80.1"
TUNNEL = f"action=encrypt tunnel=yes sa-src-address={OUTER_A} sa-dst-address={OUTER_B}"
IN, OUT = 1, 2
ICMP, TCP, UDP, GRE, ICMP6, SCTP = 1, 6, 17, 47, 58, 132


# --- tables -------------------------------------------------------------------------------------

def lans(name, last, words):
    """A row from LAN A to a part of LAN B."""
    return f'kernel policy add comment={name} src-address=10.1.202.0/24 dst-address=10.1.101.{last} {words}'


def sa_out(spi, words=""):
    return (f"kernel sa add direction=out spi={spi:#x} src-address={OUTER_A} dst-address={OUTER_B} mode=tunnel "
            f"enc-algorithm=aes-128-gcm enc-key={KEY} {words}")


def sa_in(spi, words=""):
    return (f"kernel sa add direction=in spi={spi:#x} src-address={OUTER_B} dst-address={OUTER_A} mode=tunnel "
            f"enc-algorithm=aes-128-gcm enc-key={KEY} {words}")


def table(*lines):
    """These rows and SAs, and no others but the built-in ones."""
    script(RA, "\n".join(("kernel policy flush", "kernel sa flush") + lines) + "\n")


def add(*lines):
    script(RA, "\n".join(lines) + "\n")


def row_id(name):
    return next(r["id"] for r in policies(RA) if r.get("comment") == name)


def is_builtin(row):
    return bool(row.get("flags", 0) & kernel(RA).spec.enums["policy-flags"]["builtin"])


def hits():
    """(row, direction, packets or bytes) → value, of the rows that the test made."""
    return {(r["comment"], key): r[key] for r in policies(RA) if not is_builtin(r)
            for key in ("out-packets", "out-bytes", "in-packets", "in-bytes")}


# --- packets ------------------------------------------------------------------------------------

class Packet:
    def __init__(self, src, dst, proto=UDP, sport=7000, dport=7000):
        """Of ICMP sport is the type and dport the code."""
        self.src, self.dst, self.proto, self.sport, self.dport = src, dst, proto, sport, dport
        self.mark = os.urandom(16)
        if proto in (ICMP, ICMP6):
            body = struct.pack(">BBH4x", sport, dport, 0) + self.mark
            body = body[:2] + struct.pack(">H", checksum(body)) + body[4:]
        elif proto == UDP:
            body = struct.pack(">HHHH", sport, dport, 8 + len(self.mark), 0) + self.mark
        elif proto == TCP:
            body = struct.pack(">HHIIBBHHH", sport, dport, 1, 0, 5 << 4, 2, 1024, 0, 0) + self.mark
        elif proto == SCTP:
            body = struct.pack(">HHII", sport, dport, 0, 0) + self.mark
        else:
            body = struct.pack(">HH", 0, 0x0800) + self.mark
            self.sport = self.dport = 0
        self.data = ip_packet(src, dst, proto, body)


def from_a(last, *words):
    """From a host behind A to one behind B."""
    return Packet("10.1.202.20", f"10.1.101.{last}", *words)


def from_b(last, *words):
    return Packet(f"10.1.101.{last}", "10.1.202.20", *words)


WAN, LAN_A, LAN_B = Capture(RA, "wan0"), Capture(RA, "lan0"), Capture(HB, "lan0")
raw = {(ns, v6): raw_sender(ns, v6) for ns in (HA, RA, HB) for v6 in (False, True)}


def send(ns, packet):
    try:
        raw[ns, is6(packet.src)].sendto(packet.data, (packet.dst, 0))
    except PermissionError:
        pass    # the drop of a local packet is told to its sender


def totals():
    """The counters without the numbers of rows and SAs there are."""
    return {k: v for k, v in statistics(RA).items() if k not in ("policies", "sas")}


def explain(packet, direction):
    """(row, action, reason, SPI)"""
    got = kernel(RA).request("explain", {"explain": {
        "src": pack(packet.src), "dst": pack(packet.dst), "proto": packet.proto,
        "sport": packet.sport, "dport": packet.dport, "dir": direction}}).one("explain")
    names = {r["id"]: r["comment"] for r in policies(RA)}
    actions = {v: k for k, v in kernel(RA).spec.enums["policy-action"].items()}
    return names.get(got.get("policy-id")), actions[got["action"]], got.get("reason"), got.get("spi")


def counted(before, row, way, packet):
    """Is what the rows counted this packet at this row, or nothing if row is None? Returns what is wrong."""
    got = grown(before, hits())
    want = {(row, way + "-packets"): 1, (row, way + "-bytes"): len(packet.data)} if row else {}
    return [] if got == want else [f"rows counted: {got}", f"instead of:   {want}"]


def leaves(name, packet, want, row, ns=HA, count=True, delivered=True):
    """want: the SPI it is sealed with, "clear" or a drop reason; row: the comment of the one that matches."""
    for capture in (WAN, LAN_B):
        list(capture.frames())
    before, drops = hits(), reasons(RA)
    got = []

    def seen():
        for f in WAN.frames():
            if f.outgoing and f.esp:
                got.append(f.spi)
            elif f.outgoing and packet.mark in f.raw:
                got.append("clear")
        return got or grown(drops, reasons(RA))

    send(ns, packet)
    wait_for(seen)
    passed = want == "clear" or isinstance(want, int)
    why = []
    if passed and delivered and not wait_for(lambda: any(packet.mark in f.raw for f in LAN_B.frames())):
        why.append("it does not arrive in LAN B")
    seen()
    got += [reason for reason, n in grown(drops, reasons(RA)).items() for _ in range(n)]
    if got != [want]:
        why.append(f"what became of it: {got} instead of {want}")
    why += counted(before, row if count else None, "out", packet)
    told = explain(packet, OUT)
    action = {"clear": "bypass", "out-discard": "discard"}.get(want, "protect")
    should = (row, action, None if passed else want, want if isinstance(want, int) else None)
    if told != should:
        why.append(f"explain tells {told} instead of {should}")
    return ok(not why, name, *why)


def arrives(name, packet, want, row, sealed=False):
    """want: "delivered" or a drop reason. Explain speaks of clear packets; of sealed ones it knows the row."""
    for capture in (WAN, LAN_A):
        list(capture.frames())
    before, drops = hits(), reasons(RA)
    got, esp = [], []

    def seen():
        esp.extend(f.spi for f in WAN.frames() if f.esp and not f.outgoing)
        got.extend("delivered" for f in LAN_A.frames() if f.outgoing and packet.mark in f.raw)
        return got or grown(drops, reasons(RA))

    send(HB, packet)
    wait_for(seen)
    seen()
    got += [reason for reason, n in grown(drops, reasons(RA)).items() for _ in range(n)]
    why = [] if got == [want] else [f"what became of it: {got} instead of {want}"]
    if esp != ([sealed] if sealed else []):
        why.append(f"it came with SPI {esp} instead of {sealed}")
    why += counted(before, row, "in", packet)
    told = explain(packet, IN)
    if not sealed and told[0::2] != (row, None if want == "delivered" else want, None)[0:2]:
        why.append(f"explain tells {told}")
    if sealed and want != "in-selector-mismatch" and told[0] != row:
        why.append(f"explain tells {told}")
    return ok(not why, name, *why)


# --- the parts ----------------------------------------------------------------------------------

def number(name):
    """As print shows it."""
    return next(r["number"] for r in ctl_json(RA, "kernel", "policy", "print", "where", "!default")
                if r["comment"] == name)


def order():
    table(lans("host", "20/32", "action=discard"), lans("half", "16/29", TUNNEL), lans("net", "0/24", "action=none"),
          sa_out(0x3001))
    leaves("the first row that matches wins: discard", from_a(20), "out-discard", "host")
    leaves("another row: encrypt", from_a(21), 0x3001, "half")
    leaves("another row: none", from_a(24), "clear", "net")
    leaves("no row: clear", Packet("10.1.202.20", "192.168.80.1"), "clear", None, delivered=False)
    told = ctl_json(RA, "explain", "src-address=10.1.202.20", "dst-address=10.1.101.24", "protocol=udp",
                    "src-port=7000", "dst-port=7000")
    is_((told["policy"], told["policy_number"], told["action"], "reason" in told,
         [r["field"] for r in told["rows"][-2:]]),
        (row_id("net"), number("net"), "none", False, ["dst-address", "dst-address"]),
        "ipsecctl explain names the row, and why not the ones above")
    ctl(RA, "kernel", "policy", "move", "[find comment=half]", f"destination={number('host')}")
    leaves("moved up, a row wins over the one that it passed", from_a(20), 0x3001, "half")
    ctl(RA, "kernel", "policy", "add", "comment=dns", "src-address=10.1.202.0/24", "dst-address=10.1.101.20/32",
        "protocol=udp", "dst-port=53", "action=none", "place-before=[find comment=half]")
    leaves("placed before, a row wins", from_a(20, UDP, 7000, 53), "clear", "dns")
    leaves("but not where it does not match", from_a(20, UDP, 7000, 54), 0x3001, "half")
    ctl(RA, "kernel", "policy", "remove", "[find comment=half]")
    leaves("a row removed no longer matches", from_a(20), "out-discard", "host")
    ctl(RA, "kernel", "policy", "set", "[find comment=host]", "action=none")
    leaves("a row changed acts as it says now", from_a(20), "clear", "host")
    p = run(RA, os.environ["IPSECCTL"], "kernel", "policy", "add", "comment=late", "src-address=10.1.202.7",
            "dst-address=10.1.101.20", "protocol=tcp", "action=discard", check=False)
    ok(p.returncode == 0 and f"warning: row {number('late')} can never match: row {number('host')} covers it" in p.stderr,
       "ipsecctl warns of a row that can never match, and adds it", p)
    late = ctl_json(RA, "kernel", "policy", "print", "where", "comment=late")[0]
    is_((late["invalid"], late["shadowed_by"]), (True, row_id("host")), "print shows it as invalid, and the row that covers it")
    ok(re.search(r"^ *\d+ +I ", ctl(RA, "kernel", "policy", "print", "where", "invalid=yes"), re.M), "with the flag I")
    leaves("a row that is covered does nothing", Packet("10.1.202.20", "10.1.101.20", TCP), "clear", "host")


def counters():
    table(lans("hit", "16/32", "action=discard"), lans("missed", "17/32", "action=discard"))
    rows = {r["comment"]: r for r in policies(RA) if not is_builtin(r)}
    ok(all("last-hit-ms" not in r for r in rows.values()), "a new row was never hit")
    leaves("a hit", from_a(16), "out-discard", "hit")
    arrives("and one in the other direction", from_b(16), "in-discard", "hit")
    rows = {r["comment"]: r for r in ctl_json(RA, "kernel", "policy", "print", "where", "!default")}
    length = len(from_a(16).data)
    is_([rows["hit"][k] for k in ("out_packets", "out_bytes", "in_packets", "in_bytes")], [1, length, 1, length],
        "print shows packets and bytes of each direction")
    ok(0 <= rows["hit"].get("last_hit_ms", -1) < 300000, "and how long ago the last was", rows["hit"])
    ok("last_hit_ms" not in rows["missed"], "a row that was not hit shows none", rows["missed"])


def ports():
    table(lans("dns", "0/24", "protocol=udp dst-port=53 action=none"),
          lans("range", "0/24", "protocol=udp dst-port=1000-1999 action=discard"),
          lans("src", "0/24", "protocol=udp src-port=80 action=discard"),
          lans("tcp", "0/24", "protocol=tcp dst-port=80-90 action=discard"),
          lans("echo", "0/24", "protocol=icmp src-port=8 action=none"),
          lans("toobig", "0/24", "protocol=icmp src-port=3 dst-port=4 action=discard"),
          lans("gre", "0/24", "protocol=gre action=discard"),
          lans("net", "0/24", TUNNEL), sa_out(0x3001))
    for words, want, row in (
            ((UDP, 7000, 53), "clear", "dns"), ((TCP, 7000, 53), 0x3001, "net"),
            ((UDP, 7000, 999), 0x3001, "net"), ((UDP, 7000, 1000), "out-discard", "range"),
            ((UDP, 7000, 1999), "out-discard", "range"), ((UDP, 7000, 2000), 0x3001, "net"),
            ((UDP, 1000, 7000), 0x3001, "net"),
            ((UDP, 80, 7000), "out-discard", "src"), ((UDP, 81, 7000), 0x3001, "net"),
            ((TCP, 7000, 79), 0x3001, "net"), ((TCP, 7000, 80), "out-discard", "tcp"),
            ((TCP, 7000, 90), "out-discard", "tcp"), ((TCP, 7000, 91), 0x3001, "net"),
            ((UDP, 7000, 85), 0x3001, "net"),
            ((ICMP, 8, 0), "clear", "echo"), ((ICMP, 0, 0), 0x3001, "net"),
            ((ICMP, 3, 4), "out-discard", "toobig"), ((ICMP, 3, 3), 0x3001, "net"),
            ((GRE,), "out-discard", "gre"), ((SCTP, 7000, 53), 0x3001, "net")):
        leaves(f"protocol and ports {words}, out: row {row}", from_a(16, *words), want, row)
    for words, want, row in (
            ((UDP, 53, 7000), "delivered", "dns"), ((UDP, 7000, 53), "in-clear", "net"),
            ((UDP, 1000, 7000), "in-discard", "range"), ((UDP, 1999, 7000), "in-discard", "range"),
            ((UDP, 2000, 7000), "in-clear", "net"), ((UDP, 7000, 1000), "in-clear", "net"),
            ((UDP, 7000, 80), "in-discard", "src"), ((TCP, 85, 7000), "in-discard", "tcp"),
            ((TCP, 91, 7000), "in-clear", "net"),
            ((ICMP, 8, 0), "delivered", "echo"), ((ICMP, 3, 4), "in-discard", "toobig"),
            ((ICMP, 0, 0), "in-clear", "net"), ((GRE,), "in-discard", "gre")):
        arrives(f"protocol and ports {words}, in: row {row}", from_b(16, *words), want, row)


def levels():
    table(lans("require", "16/32", TUNNEL), lans("unique", "17/32", TUNNEL + " level=unique"),
          lans("use", "18/32", TUNNEL + " level=use"))
    before = totals()
    leaves("require without SA, nobody listens", from_a(16), "out-no-sa", "require")
    leaves("unique without SA", from_a(17), "out-no-sa", "unique")
    leaves("use without SA", from_a(18), "clear", "use")
    is_(grown(before, totals()), {"out-no-states": 2}, "the drops are part of out-no-states")
    before = totals()
    arrives("require: a clear packet is not forwarded", from_b(16), "in-clear", "require")
    arrives("unique: nor here", from_b(17), "in-clear", "unique")
    arrives("use: it is", from_b(18), "delivered", "use")
    is_(grown(before, totals()), {"in-template-mismatches": 2}, "the drops are part of in-template-mismatches")
    add(sa_out(0x3002, f"policy={row_id('unique')}"))
    leaves("unique takes the SA that is bound to it", from_a(17), 0x3002, "unique")
    leaves("require does not take what is bound to another", from_a(16), "out-no-sa", "require")
    leaves("use neither", from_a(18), "clear", "use")
    add(sa_out(0x3001))
    leaves("require takes an SA of no policy", from_a(16), 0x3001, "require")
    leaves("use too, and then it seals", from_a(18), 0x3001, "use")
    leaves("unique prefers its own", from_a(17), 0x3002, "unique")
    ctl(RA, "kernel", "sa", "remove", "spi=0x3002", f"dst-address={OUTER_B}")
    leaves("and without it takes no other", from_a(17), "out-no-sa", "unique")
    arrives("an SA does not make clear packets welcome", from_b(16), "in-clear", "require")


def inbound():
    table(lans("discard", "20/32", "action=discard"),
          lans("other", "21/32", TUNNEL.replace(OUTER_B, "192.168.80.2")),
          lans("none", "22/32", "action=none"),
          lans("good", "23/32", TUNNEL),
          lans("bound", "24/32", TUNNEL + " level=unique"),
          lans("beside", "25/32", TUNNEL),
          lans("sel", "28/30", TUNNEL),
          sa_in(0x4001), sa_in(0x4003, "sel-src-address=10.1.101.28/32 sel-dst-address=10.1.202.0/24"))
    add(sa_in(0x4002, f"policy={row_id('bound')}"))
    before = totals()
    arrives("sealed, and its row wants that", from_b(23), "delivered", "good", 0x4001)
    arrives("sealed, its row says discard", from_b(20), "in-discard", "discard", 0x4001)
    arrives("sealed with an SA of other ends than its row's", from_b(21), "in-sa-not-of-policy", "other", 0x4001)
    arrives("sealed, its row says none", from_b(22), "in-sa-not-of-policy", "none", 0x4001)
    arrives("sealed with the SA that is bound to its row", from_b(24), "delivered", "bound", 0x4002)
    arrives("sealed with an SA that is bound to another", from_b(25), "in-sa-not-of-policy", "beside", 0x4002)
    arrives("sealed, no row speaks of it", from_b(26), "in-no-policy", None, 0x4002)
    arrives("sealed, inside the SA's selectors", from_b(28), "delivered", "sel", 0x4003)
    arrives("sealed, outside of them", from_b(29), "in-selector-mismatch", None, 0x4003)
    is_(grown(before, totals()), {"in-policy-blocked": 1, "in-template-mismatches": 3, "in-no-policies": 2},
        "each is counted once, where it belongs")
    ctl(RA, "kernel", "policy", "set", "[find comment=good]", "level=use")
    arrives("level=use takes sealed packets", from_b(23), "delivered", "good", 0x4001)
    ctl(RA, "kernel", "policy", "set", "[find comment=good]", "level=unique")
    arrives("level=unique none of an SA that is not bound", from_b(23), "in-sa-not-of-policy", "good", 0x4001)
    ctl(RA, "kernel", "policy", "add", "comment=above", "src-address=10.1.202.0/24", "dst-address=10.1.101.0/24",
        "action=discard", "place-before=[find comment=discard]")
    arrives("a discard row above stops what was good below", from_b(28), "in-discard", "above", 0x4003)


def six():
    def row(name, words):
        return f"kernel policy add comment={name} src-address=2001:db8:202::/64 dst-address=2001:db8:101::/64 {words}"

    a, b = "2001:db8:202::10:1", "2001:db8:101::10:1"
    table(row("echo6", "protocol=icmpv6 src-port=128 action=none"),
          row("range6", "protocol=udp dst-port=1000-1999 action=discard"),
          row("net6", TUNNEL), sa_out(0x3001))
    for words, want, name in (((ICMP6, 128, 0), "clear", "echo6"), ((ICMP6, 129, 0), 0x3001, "net6"),
                              ((UDP, 7000, 1000), "out-discard", "range6"), ((UDP, 7000, 2000), 0x3001, "net6")):
        leaves(f"IPv6, protocol and ports {words}, out: row {name}", Packet(a, b, *words), want, name)
    for words, want, name in (((ICMP6, 128, 0), "delivered", "echo6"), ((ICMP6, 129, 0), "in-clear", "net6"),
                              ((UDP, 1000, 7000), "in-discard", "range6"), ((UDP, 7000, 1000), "in-clear", "net6")):
        arrives(f"IPv6, protocol and ports {words}, in: row {name}", Packet(b, a, *words), want, name)


def talk(name, sender, receiver, want, row, head=b""):
    """A datagram between sockets of the routers, that begins with head. want: "delivered" or a drop reason. Without a
    row it is IKE: explain, which knows of no sockets, is not asked."""
    drops, before = reasons(RA), hits()
    here, there = (OUTER_A, OUTER_B) if sender.ns == RA else (OUTER_B, OUTER_A)
    data = head + b"\x7f" + os.urandom(15 - len(head))
    received = []

    def seen():
        while (got := receiver.receive()):
            received.append(got[0])
        return received or grown(drops, reasons(RA))

    try:
        sender.send(data, here, there, receiver.sock.getsockname()[1])
    except PermissionError:
        pass
    wait_for(seen)
    seen()
    got = ["delivered" for r in received if r == data]
    got += [reason for reason, n in grown(drops, reasons(RA)).items() for _ in range(n)]
    why = [] if got == [want] else [f"what became of it: {got} instead of {want}"]
    p = Packet(here, there, UDP, sender.sock.getsockname()[1], receiver.sock.getsockname()[1])
    why += counted(before, row, "out" if sender.ns == RA else "in", p)
    if row:
        told = explain(p, OUT if sender.ns == RA else IN)
        if told[0::2] != (row, None if want == "delivered" else want):
            why.append(f"explain tells {told}")
    ok(not why, name, *why)


def ike():
    """Sockets of the routers: LOCAL_IN, and what IKE may do that others may not."""
    settings = ctl_json(RA, "kernel", "settings", "print")
    table("kernel policy add comment=wan src-address=192.168.90.0/24 dst-address=192.168.80.0/24 action=encrypt",
          lans("net", "0/24", TUNNEL))
    a, b = {p: udp(RA, port=p) for p in (500, 600, 4500)}, {p: udp(RB, port=p) for p in (500, 600, 4500)}
    ctl(RA, "kernel", "settings", "set", "ike-ports=500,4500")
    talk("IKE leaves in the clear although a row protects it", a[500], b[500], "delivered", None)
    talk("and comes in", b[500], a[500], "delivered", None)
    talk("from any port of the peer, which may be behind a NAT", b[600], a[500], "delivered", None)
    talk("at port 4500, behind the non-ESP marker, it leaves", a[4500], b[4500], "delivered", None, bytes(4))
    talk("and comes in", b[4500], a[4500], "delivered", None, bytes(4))
    talk("another local socket's packets do not leave", a[600], b[600], "out-no-sa", "wan")
    talk("nor towards the peer's IKE port", a[600], b[500], "out-no-sa", "wan")
    talk("nor come in", b[600], a[600], "in-clear", "wan")
    leaves("forwarded, IKE's port is no privilege", from_a(16, UDP, 500, 500), "out-no-sa", "net")
    ctl(RA, "kernel", "settings", "set", "ike-ports=none")
    talk("without registered ports IKE does not leave", a[500], b[500], "out-no-sa", "wan")
    talk("nor come in", b[500], a[500], "in-clear", "wan")
    ctl(RA, "kernel", "policy", "set", "[find comment=wan]", "level=use")
    talk("level=use lets local packets out in the clear", a[600], b[600], "delivered", "wan")
    talk("and in", b[600], a[600], "delivered", "wan")
    ctl(RA, "kernel", "settings", "set", "ike-ports=" + (settings.get("ike_ports") or "none"))


def builtin():
    """The last part: nothing brings the built-in rows back."""
    table()
    rows = ctl_json(RA, "kernel", "policy", "print")
    is_((len(rows), {r["action"] for r in rows}, {r["default"] for r in rows}), (10, {"none"}, {True}),
        "print shows the built-in rows")
    is_(sorted({r["comment"] for r in rows}), ["link-local", "loopback", "multicast control",
        "neighbour advertisement", "neighbour solicitation", "router advertisement", "router solicitation"],
        "and what they are for")
    is_(ctl(RA, "kernel", "policy", "print", "count-only", "where", "!default").strip(), "0", "and can leave them out")
    everything = "kernel policy add comment=everything action=discard"
    add(everything)
    link_local = Packet(OUTER_A, "169.254.1.1")
    leaves("a built-in row goes before a row for everything", link_local, "clear", "link-local", RA, False, False)
    leaves("which has the rest", Packet(OUTER_A, "192.168.80.200"), "out-discard", "everything", RA)
    arrives("and, as it names both directions, what would be forwarded", from_b(16), "in-discard", "everything")
    table()
    is_(len(policies(RA)), 10, "flush leaves them")
    ctl(RA, "kernel", "policy", "flush", "builtin=yes")
    is_(policies(RA), [], "flush builtin=yes removes them")
    add(everything)
    leaves("and then the row for everything has all", link_local, "out-discard", "everything", RA)
    table()


for part in (order, counters, ports, levels, inbound, six, ike, builtin):
    part()
