#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""explain.py PACKETS SEED: packets that router A forwards, and what explain told of them beforehand.

A packet passes the inbound check first, by the row that holds its flow turned round, and then is sent as the first row
that holds it says. Explain is asked about both. The SAs do not encrypt, so that each packet is found again on the wire,
clear or behind which SPI; those that are dropped are counted by reason, and the rows count all.
"""
import collections
import random
import struct
import sys

from net import *

OUTER_A = "192.168.90.1"
REMOTES = ("192.168.80.1", "192.168.80.2", "192.168.80.3")  # an SA leads to the first two
IN, OUT = 1, 2
ICMP, TCP, UDP, GRE, ICMP6 = 1, 6, 17, 47, 58
TABLES_OF = (5, 20, 60, 200)    # rows
OUTCOMES = ("clear", "sealed", "in-discard", "in-clear", "out-discard", "out-no-sa")
MORE_TABLES = 80
MAGIC = b"explain!"
BULK = 25       # questions at once


# --- tables -------------------------------------------------------------------------------------

def host(v6, side):
    """Few enough that packets and rows meet, behind router A or B."""
    if v6:
        return f"2001:db8:{'202' if side == 'a' else '101'}::1:{random.randrange(64):x}"
    return f"10.1.{202 if side == 'a' else 101}.{128 + random.randrange(64)}"


def prefix(v6, side):
    lengths = (0, 64, 122, 123, 124, 124, 125, 126, 127, 128) if v6 else (0, 16, 26, 27, 28, 28, 29, 30, 31, 32)
    length = random.choice(lengths)
    return str(ipaddress.ip_network(f"{host(v6, side)}/{length}", strict=False))


def port():
    return random.choice((53, 80, 443, random.randrange(1000, 1100), random.randrange(65536)))


def port_range():
    first = port()
    return random.choice(("any", str(first), f"{first}-{min(65535, first + random.randrange(1, 2000))}"))


def row(number):
    """One more row, mostly of what is sent, some of it turned round."""
    words = [f"kernel policy add comment=r{number}"]
    family = random.choice(("4",) * 9 + ("6",) * 7 + ("any",))
    if family != "any":
        src, dst = random.choice((("a", "b"),) * 5 + (("b", "a"),))
        words += [f"src-address={prefix(family == '6', src)}", f"dst-address={prefix(family == '6', dst)}"]
    proto = random.choice((None, None, "tcp", "udp", "gre", "icmp" if family == "4" else "icmpv6" if family == "6" else "udp"))
    if proto:
        words.append(f"protocol={proto}")
    if proto in ("tcp", "udp"):
        words += [f"src-port={port_range()}", f"dst-port={port_range()}"]
    elif proto in ("icmp", "icmpv6") and random.random() < 0.7:
        words += [f"src-port={random.choice((0, 8, 128, 129))}", f"dst-port={random.choice(('any', 0))}"]
    action = random.choice(("encrypt", "encrypt", "encrypt", "discard", "none"))
    if family == "any" and not proto:
        action = "none"     # it would leave nothing to the rows behind it
    words.append(f"action={action}")
    if action == "encrypt":
        level = random.choice(("require", "require", "use", "use", "unique"))
        words.append(f"level={level} tunnel=yes sa-src-address={OUTER_A} sa-dst-address={random.choice(REMOTES)}")
    return " ".join(words)


def sa(spi, remote, policy=None):
    bound = f" policy={policy}" if policy else ""
    return (f"kernel sa add direction=out spi={spi:#x} src-address={OUTER_A} dst-address={remote} mode=tunnel "
            f"enc-algorithm=null auth-algorithm=sha256 auth-key=0x{'5a' * 32}{bound}")


def install(rows):
    script(RA, "\n".join(["kernel policy flush", "kernel sa flush"] + [row(i) for i in range(rows)] +
                         [sa(0x1001, REMOTES[0]), sa(0x1002, REMOTES[1])]) + "\n")
    unique = [(p["id"], str(ipaddress.ip_address(p["remote"]))) for p in policies(RA) if p.get("level") == 2]
    script(RA, "".join(sa(0x2000 + i, remote, policy) + "\n"
                       for i, (policy, remote) in enumerate(unique) if random.random() < 0.6))


# --- packets ------------------------------------------------------------------------------------

class Packet:
    __slots__ = ("src", "dst", "proto", "sport", "dport", "data")

    def __init__(self, index):
        v6 = random.random() < 0.4
        self.src, self.dst = host(v6, "a"), host(v6, "b")
        self.proto = random.choice((UDP, UDP, TCP, TCP, GRE, ICMP6 if v6 else ICMP))
        self.sport, self.dport = port(), port()
        mark = MAGIC + struct.pack(">I", index)
        if self.proto == UDP:
            body = struct.pack(">HHHH", self.sport, self.dport, 8 + len(mark), 0)
        elif self.proto == TCP:
            body = struct.pack(">HHIIBBHHH", self.sport, self.dport, 1, 0, 5 << 4, 2, 1024, 0, 0)
        elif self.proto == GRE:
            self.sport = self.dport = 0
            body = struct.pack(">HH", 0, 0x0800)
        else:
            self.sport, self.dport = random.choice(((128, 0), (129, 0), (129, 1)) if v6 else ((8, 0), (0, 0), (13, 0)))
            body = struct.pack(">BBHI", self.sport, self.dport, 0, 0)
        self.data = ip_packet(self.src, self.dst, self.proto, body + mark)


class Asker:
    """Many questions in one datagram: each has its answer, none an acknowledgement."""

    def __init__(self):
        self.genl = kernel(RA)
        self.genl.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        fields = self.genl.spec.sets["explain"]
        self.number = {n: fields[n].number for n in ("src", "dst", "proto", "sport", "dport", "dir",
                                                     "policy-id", "action", "spi", "reason")}
        self.actions = {v: k for k, v in self.genl.spec.enums["policy-action"].items()}

    def message(self, packet, way):
        from genl import attr, NLM_F_REQUEST
        n, g = self.number, self.genl
        tree = (attr(n["src"], pack(packet.src)) + attr(n["dst"], pack(packet.dst)) +
                attr(n["proto"], bytes([packet.proto])) + attr(n["sport"], struct.pack("=H", packet.sport)) +
                attr(n["dport"], struct.pack("=H", packet.dport)) + attr(n["dir"], bytes([way])))
        body = struct.pack("=BBH", g.spec.ops["explain"], 1, 0)
        body += attr(g.spec.sets["main"]["explain"].number, tree, nested=True)
        g.seq += 1
        return struct.pack("=IHHII", 16 + len(body), g.family, NLM_F_REQUEST, g.seq, 0) + body

    def read(self, body):
        """(row's id, action, SPI, reason)"""
        from genl import attrs
        (_, nest), = attrs(body[4:])
        got, n = {}, self.number
        for number, value in attrs(nest):
            got[number] = value
        spi, reason = got.get(n["spi"]), got.get(n["reason"])
        return (int.from_bytes(got[n["policy-id"]], sys.byteorder) if n["policy-id"] in got else None,
                self.actions[got[n["action"]][0]], int.from_bytes(spi, "big") if spi else None,
                reason.rstrip(b"\0").decode() if reason else None)

    def ask(self, questions):
        answers = []
        for at in range(0, len(questions), BULK):
            part = questions[at:at + BULK]
            first = self.genl.seq + 1
            self.genl.sock.send(b"".join(self.message(*q) for q in part))
            for n in range(len(part)):
                for kind, _, seq, body in self.genl.messages():
                    if kind != self.genl.family or seq != first + n:
                        raise RuntimeError(f"explain: an answer of type {kind} to {part[n][0]}")
                    answers.append(self.read(body))
        return answers


def foretold(inbound, outbound, rows):
    """What becomes of a packet, by what explain says of each direction; rows counts what the rows will count."""
    if inbound[0]:
        rows[inbound[0], "in"] += 1
    if inbound[3]:
        return inbound[3]
    if outbound[0]:
        rows[outbound[0], "out"] += 1
    if outbound[3]:
        return outbound[3]
    return outbound[2] if outbound[1] == "protect" else "clear"


def counted():
    got = collections.Counter()
    for p in policies(RA):
        if p.get("comment", "").startswith("r") and p["comment"][1:].isdigit():
            got[p["id"], "in"], got[p["id"], "out"] = p["in-packets"], p["out-packets"]
    return +got


def happened(wire, count):
    """Index of each packet that left → "clear" or its SPI."""
    seen = {}
    for f in wire.frames():
        at = f.raw.find(MAGIC) if f.outgoing else -1
        if at < 0:
            continue
        index = int.from_bytes(f.raw[at + 8:at + 12], "big")
        seen[index] = f.spi if f.esp else "clear"
    return {i: how for i, how in seen.items() if i < count}


def table(rows, count, asker, wire, raw):
    """One table and its packets. Returns how often each thing happened, and what was foretold otherwise."""
    install(rows)
    packets = [Packet(i) for i in range(count)]
    answers = asker.ask([(p, way) for p in packets for way in (IN, OUT)])
    before_rows, before, stats = counted(), reasons(RA), statistics(RA)
    want_rows = collections.Counter(before_rows)
    want = [foretold(answers[2 * i], answers[2 * i + 1], want_rows) for i in range(count)]
    happened(wire, 0)
    for p in packets:
        raw[is6(p.src)].sendto(p.data, (p.dst, 0))
    drops = collections.Counter(w for w in want if w != "clear" and not isinstance(w, int))
    wait_for(lambda: sum(grown(before, reasons(RA)).values()) >= sum(drops.values()))
    got, faults = happened(wire, count), []
    wait_for(lambda: got.update(happened(wire, count)) or len(got) >= count - sum(drops.values()))
    for i, p in enumerate(packets):
        foretold_way = want[i] if want[i] not in drops else None
        if got.get(i) != foretold_way:
            faults.append(f"{p.src} {p.dst} {p.proto} {p.sport} {p.dport}: {got.get(i)} instead of {want[i]}")
    if grown(before, reasons(RA)) != drops:
        faults.append(f"dropped {grown(before, reasons(RA))} instead of {dict(drops)}")
    lost = {k: v for k, v in grown(stats, statistics(RA)).items() if k.startswith(("in-", "out-"))}
    if sum(lost.values()) != count - len(got):
        faults.append(f"{count - len(got)} did not pass, the counters say {lost}")
    if counted() != +want_rows:
        faults.append(f"rows counted {counted() - want_rows} too much, {want_rows - counted()} too little")
    return collections.Counter("sealed" if isinstance(w, int) else w for w in want), faults


def main():
    total, seed = int(sys.argv[1]), int(sys.argv[2])
    random.seed(seed)
    note(f"seed {seed}")
    asker, wire = Asker(), Capture(RA, "wan0")
    raw = {v6: raw_sender(HA, v6) for v6 in (False, True)}
    tables = max(len(TABLES_OF), total // 1500)
    outcomes, rest = collections.Counter(), total
    for n in range(tables):
        rows, count = TABLES_OF[n % len(TABLES_OF)], rest // (tables - n)
        rest -= count
        counts, faults = table(rows, count, asker, wire, raw)
        outcomes += counts
        if faults or n < len(TABLES_OF):
            ok(not faults, f"{count} packets, {rows} rows: each is treated as explain told", *faults[:20])
    is_(sum(outcomes.values()), total, f"{total} packets against {tables} tables")
    # random tables may have left one out
    for n in range(MORE_TABLES):
        missing = [k for k in OUTCOMES if not outcomes[k]]
        if not missing:
            break
        counts, faults = table(TABLES_OF[n % len(TABLES_OF)], 150, asker, wire, raw)
        outcomes += counts
        if faults:
            ok(False, "and in one more table", *faults[:20])
    ok(not missing, "and every outcome was among them", outcomes)
    note(dict(outcomes))


main()
