#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Four processes at router A's tables, with flows through them: netlink_race.py REQUESTS

IPv4 between the offices is sealed by AES-GCM, IPv6 by null and HMAC, and between the routers packets go clear. One adds rows and
SAs, one changes and deletes what it finds, one dumps, one flushes and adds the flows' own again. What they get must be an
answer or a refusal that says why; clear packets all arrive; in the end nothing is left, and all passes again.
"""
import collections
import errno
import json
import mmap
import random
import sys
import traceback

from genl import *
from net import *

KNOWN = {0, errno.EINVAL, errno.ENOENT, errno.EEXIST, errno.ENOSPC}
PORT = 7005
OUTER = {RA: "192.168.90.1", RB: "192.168.80.1"}
NETS = {False: ("10.1.202.0", "10.1.101.0", 24), True: ("2001:db8:202::", "2001:db8:101::", 64)}
SEALED = {False: ("10.1.202.10", "10.1.101.10"), True: ("2001:db8:202::10", "2001:db8:101::10")}
KEYS = {False: {"enc": "aes-128-gcm", "enc-key": bytes(range(20))},
        True: {"enc": "null", "auth": "sha256", "auth-key": bytes(range(32))}}
ENOUGH = 50	# packets of each flow during the race
KEEP = 300	# rows, and SAs: more are flushed


def flows_of(ns):
    """What a router needs: (command, tree) of its rows and SAs. No windows: one end starts anew, the other does not."""
    us, them = pack(OUTER[ns]), pack(OUTER[RB if ns == RA else RA])
    for v6, (a, b, length) in NETS.items():
        ours, theirs = (pack(a), pack(b)) if ns == RA else (pack(b), pack(a))
        yield "policy-new", {"src": ours, "src-len": length, "dst": theirs, "dst-len": length, "mode": 2, "local": us,
                             "remote": them, "place": 2}
        for way, src, dst, inner in ((2, us, them, (ours, theirs)), (1, them, us, (theirs, ours))):
            yield "sa-new", {"spi": 0x1000 + 2 * v6 + ((way == 2) == (ns == RA)), "dir": way, "mode": 2, "src": src,
                             "dst": dst, "replay-window": 0, "sel-src": inner[0], "sel-src-len": length,
                             "sel-dst": inner[1], "sel-dst-len": length, **KEYS[v6]}


def anew(genl, ns):
    """One transaction: all that is there goes, the flows' own comes."""
    ops = [("policy-flush", None), ("sa-flush", None), *flows_of(ns)]
    trees = []
    for cmd, tree in ops:
        op = {"cmd": genl.spec.ops[cmd]}
        if tree is not None:
            op["policy" if cmd.startswith("policy") else "sa"] = tree
        trees.append(op)
    return genl.request("transact", {"ops": {"op": trees}})


# --- the four -----------------------------------------------------------------------------------

class Racer:
    """A process that asks until all have asked often enough."""

    def __init__(self, genl, told, number):
        self.genl, self.told, self.number = genl, told, number
        self.counts, self.faults = collections.Counter(), []

    def ask(self, op, tree=None, flags=NLM_F_ACK):
        answer = self.genl.request(op, tree, flags)
        self.counts[f"{op} {errno.errorcode.get(answer.errno, 'done')}"] += 1
        if answer.errno not in KNOWN or (answer.errno and not answer.text):
            self.faults.append(f"{op} {tree}: {answer}")
        self.told[self.number] = min(self.told[self.number] + 1, 1 << 30)
        return answer

    def run(self, stop):
        random.seed(self.number)
        try:
            while not stop():
                self.step()
        except Exception:
            self.faults.append(traceback.format_exc())
        return {"counts": self.counts, "faults": self.faults[:5]}


class Adder(Racer):
    """Rows beside the flows' own, and SAs of the same ends that serve other packets."""

    def step(self):
        us, them = pack(OUTER[RA]), pack(OUTER[RB])
        net, way = bytes([10, 200, random.randrange(256), 0]), random.choice((1, 2))
        src, dst = (us, them) if way == 2 else (them, us)
        self.ask("policy-new", {"policy": {"src": net, "src-len": 24, "action": random.choice((1, 2, 3)),
                                           "place": random.choice((1, 2))}})
        self.ask("sa-new", {"sa": {"spi": 0x2000 + random.randrange(2000), "dir": way, "mode": 2, "src": src, "dst": dst,
                                   "sel-src": net, "sel-src-len": 24, "hard-time-s": random.choice((0, 1, 3600)),
                                   **random.choice((KEYS[False], KEYS[True]))}})
        if random.random() < 0.2:
            self.ask("spi-alloc", {"sa": {"src": them, "dst": us, "hard-time-s": 1}})


class Changer(Racer):
    """Whatever is there: changed, moved, deleted."""

    def ids(self, op, name):
        return [tree[name]["id"] for _, tree in self.ask(op, flags=NLM_F_DUMP).messages]

    def step(self):
        rows, sas = self.ids("policy-get", "policy"), self.ids("sa-get", "sa")
        for _ in range(20):
            row, sa = random.choice(rows or [1]), random.choice(sas or [1])
            op, tree = random.choice((
                ("policy-set", {"policy": {"id": row, "cookie": random.getrandbits(60)}}),
                ("policy-move", {"policy": {"id": row, "place": random.choice((1, 2))}}),
                ("policy-del", {"policy": {"id": row}}),
                ("sa-update", {"sa": {"id": sa, "cookie": 1, "hard-time-s": 3600}}),
                ("sa-get", {"sa": {"id": sa}}),
                ("sa-del", {"sa": {"id": sa}})))
            self.ask(op, tree)


class Dumper(Racer):
    """A dump that is not flagged has each object once."""

    def step(self):
        for op, name in (("policy-get", "policy"), ("sa-get", "sa")):
            answer = self.ask(op, flags=NLM_F_DUMP)
            ids = [tree[name]["id"] for _, tree in answer.messages]
            self.counts["dumps interrupted"] += answer.interrupted
            if not answer.interrupted and len(set(ids)) != len(ids):
                self.faults.append(f"{op}: an object twice, and the dump is not flagged")
        # one that is left in its middle
        other = Genl(self.genl.spec, size=4096)
        other.send(other.family, other.spec.ops[random.choice(("policy-get", "sa-get"))], b"", NLM_F_DUMP)
        for _ in range(random.randrange(2)):
            list(other.messages())
        other.close()


class Flusher(Racer):
    def step(self):
        for _ in range(20):
            self.ask("explain", {"explain": {"src": pack("10.1.202.10"), "dst": pack("10.1.101.10"), "proto": 17}})
            stats = self.ask("stats-get").one("stats")
            if max(stats["policies"], stats["sas"]) > KEEP:
                break
        self.ask(*random.choice((("sa-flush",), ("policy-flush",), ("settings-get",))))
        answer = anew(self.genl, RA)
        self.told[self.number] += 1
        self.counts[f"transact {errno.errorcode.get(answer.errno, 'done')}"] += 1
        if answer.errno:
            self.faults.append(f"transact: {answer}")


def start(kind, spec, told, number, stop):
    """(process, where its result will be)"""
    r, w = os.pipe()
    pid = os.fork()
    if pid:
        os.close(w)
        return pid, r
    os.close(r)
    with inside(RA):
        racer = kind(Genl(spec), told, number)
        out = json.dumps(racer.run(stop))
        with os.fdopen(w, "w") as f:
            f.write(out)
    os._exit(0)


# --- the flows ----------------------------------------------------------------------------------

class Flow:
    """Datagrams of one kind, both ways, counted."""

    def __init__(self, name, ends, v6):
        self.name, self.ends = name, ends
        self.sock = [udp(ns, v6, PORT) for ns, _ in ends]
        self.sent, self.got = [0, 0], [0, 0]

    def send(self):
        for i in (0, 1):
            self.sock[i].send(bytes(200), self.ends[i][1], self.ends[1 - i][1], PORT)
            self.sent[i] += 1

    def receive(self):
        for i in (0, 1):
            self.got[i] += self.sock[i].empty()

    def passes(self):
        """A few more, each of which must come."""
        self.receive()
        self.sent, self.got = [0, 0], [0, 0]
        for n in range(1, 21):
            self.send()
            if not wait_for(lambda n=n: self.receive() or min(self.got) >= n, step=0.005):
                break
        return ok(self.got == [20, 20], f"{self.name}: each packet passes", self.got)


def race(spec, flows, requests):
    """All at once until each asked that often and each flow had its packets; what they say."""
    shared = mmap.mmap(-1, 4096)
    view = memoryview(shared)
    told, done = view.cast("I")[:4], view[64:65]
    kinds = (Adder, Changer, Dumper, Flusher)
    running = [start(kind, spec, told, i, lambda: done[0]) for i, kind in enumerate(kinds)]

    def enough():
        for flow in flows:
            flow.send()
        time.sleep(0.005)
        for flow in flows:
            flow.receive()
        return min(told) >= requests and all(min(flow.got) >= ENOUGH for flow in flows)

    good = wait_for(enough, limit=20 * LIMIT, step=0)
    note(f"requests: {list(told)}, packets: {[(f.name, f.got, f.sent) for f in flows]}")
    done[0] = 1
    results = []
    for pid, r in running:
        with os.fdopen(r) as f:
            results.append(json.loads(f.read() or '{"counts": {}, "faults": ["died"]}'))
        os.waitpid(pid, 0)
    return good, results


def main():
    requests = int(sys.argv[1])
    spec = kernel(RA).spec
    flows = [Flow("sealed by AES-GCM", ((HA, SEALED[False][0]), (HB, SEALED[False][1])), False),
             Flow("sealed by null and HMAC", ((HA, SEALED[True][0]), (HB, SEALED[True][1])), True),
             Flow("clear", ((RA, OUTER[RA]), (RB, OUTER[RB])), False)]
    clear = flows[2]
    for ns in (RA, RB):
        answer = anew(kernel(ns), ns)
        ok(not answer.errno, f"{ns}: rows and SAs of the flows", answer)
    for flow in flows:
        flow.passes()
        flow.sent, flow.got = [0, 0], [0, 0]
    good, results = race(spec, flows, requests)
    ok(good, f"four processes ask {requests} times each while three flows pass")
    total = collections.Counter()
    for r in results:
        total.update(r["counts"])
    note(dict(total))
    faults = [f for r in results for f in r["faults"]]
    ok(not faults, "each request is done, or refused with a text", *faults)
    ok(wait_for(lambda: clear.receive() or clear.got == clear.sent), "no clear packet is lost", clear.got, clear.sent)
    for op in ("policy-flush", "sa-flush"):
        kernel(RA).request(op, {"policy": {"builtin": True}} if op == "policy-flush" else None)
    ok(wait_for(lambda: statistics(RA)["policies"] == statistics(RA)["sas"] == 0), "all rows and SAs go", statistics(RA))
    anew(kernel(RA), RA)
    for flow in flows:
        flow.passes()
    for genl in (kernel(RA), kernel(RB)):
        genl.close()


if __name__ == "__main__":
    main()
