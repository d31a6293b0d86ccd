#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What requests do to the tables: answers, order, changes, transactions, keys, dumps, events; and that the
kernel's own description of its requests is the one in YAML."""
import errno
import re
import socket
import struct
import subprocess
import time

from genl import *
from net import LIMIT, is_, note, ok, wait_for

ECHO = NLM_F_ACK | NLM_F_ECHO
SO_SNDBUFFORCE = 32


def ip(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


ENDS = {"src": ip("192.0.2.1"), "dst": ip("192.0.2.2")}
OUT = {"mode": 2, "dir": 2, "enc": "aes-128-gcm", "enc-key": bytes(range(20)), **ENDS}
AH = {"proto": 51, "enc": None, "enc-key": None, "auth": "sha256", "auth-key": bytes(32)}
BACK = {"src": ENDS["dst"], "dst": ENDS["src"]}
IN = {"mode": 2, "dir": 1, "enc": "aes-128-gcm", "enc-key": bytes(range(50, 70)), **BACK}
TUNNEL = {"mode": 2, "local": ENDS["src"], "remote": ENDS["dst"]}


class Tables:
    def __init__(self):
        self.spec = Spec()
        self.genl = Genl(self.spec)

    def must(self, op, tree=None, flags=NLM_F_ACK):
        answer = self.genl.request(op, tree, flags)
        if answer.errno:
            raise RuntimeError(f"{op} {tree}: {answer}")
        return answer

    def add(self, comment=None, **row):
        row = {k.replace("_", "-"): v for k, v in row.items()}
        if comment:
            row["comment"] = comment
        return self.must("policy-new", {"policy": row}, ECHO).one("policy")

    def add_sa(self, sa):
        return self.must("sa-new", {"sa": sa}, ECHO).one("sa")

    def rows(self):
        return [t["policy"] for _, t in self.genl.dump("policy-get").messages if t["policy"]["flags"] != 1]

    def order(self):
        return [r.get("comment", "?") for r in self.rows()]

    def sas(self, **ask):
        ask = {k.replace("_", "-"): v for k, v in ask.items()}
        out = [t["sa"] for _, t in self.genl.dump("sa-get", {"sa": ask} if ask else None).messages]
        return [{k: v for k, v in sa.items() if k != "add-time-ms"} for sa in out]

    def clear(self):
        self.must("policy-flush")
        self.must("sa-flush")

    def transact(self, *ops):
        """ops: (command, tree of its object or None)."""
        return self.genl.request("transact", {"ops": {"op": [self.op(*o) for o in ops]}})

    def op(self, cmd, tree=None):
        out = {"cmd": self.spec.ops[cmd]}
        if tree is not None:
            out["policy" if cmd.startswith("policy") else "sa"] = tree
        return out

    def refused(self, name, answer, pattern, code=None):
        ok(answer.errno and re.search(pattern, answer.text or "") and code in (None, answer.errno), name, answer,
           f"wanted a text like: {pattern}")


def answers(t):
    row = t.add("answer", src=ip("10.1.0.0"), src_len=16, dst=ip("10.2.0.0"), dst_len=16, proto=6, dst_port_min=80,
                dst_port_max=90, cookie=1 << 40, tcp_mss=1360, **TUNNEL)
    got = t.must("policy-get", {"policy": {"id": row["id"]}}).one("policy")
    is_(got, row, "policy-get answers what policy-new echoed")
    is_([r for r in t.rows() if r["id"] == row["id"]], [row], "so does a dump")
    want = {"src": ip("10.1.0.0"), "src-len": 16, "proto": 6, "dst-port-min": 80, "dst-port-max": 90, "action": 1,
            "level": 1, "protocols": 1, "mode": 2, "cookie": 1 << 40, "comment": "answer", "family": 2,
            "remote": ENDS["dst"], "tcp-mss": 1360}
    is_({k: row.get(k) for k in want}, want, "the row is what was asked for, with the defaults")
    sa = t.add_sa({**OUT, "spi": 0x1000, "seq": 77, "hard-packets": 9, "soft-packets": 5, "mark": 3, "df": 1,
                   "cookie": 5, "flags": 1, "encap": 1, "encap-sport": 4500, "encap-dport": 4501})
    want = {"spi": 0x1000, "seq": 77, "hard-packets": 9, "soft-packets": 5, "mark": 3, "df": 1, "cookie": 5, "flags": 1,
            "encap": 1, "encap-sport": 4500, "encap-dport": 4501, "enc": "aes-128-gcm", "state": 2, "proto": 50}
    is_({k: sa.get(k) for k in want}, want, "the SA is what was asked for")
    by_spi = t.must("sa-get", {"sa": {"spi": 0x1000, "dst": ENDS["dst"]}}).one("sa")
    is_(by_spi["id"], sa["id"], "it is found by SPI and destination")
    answer = t.genl.request("policy-new", {"policy": {"action": 2}})
    is_((answer.errno, answer.messages), (0, []), "without NLM_F_ECHO nothing is answered")
    t.clear()


def order(t):
    a, b = t.add("a")["id"], t.add("b")["id"]
    t.add("head", place=2)
    t.add("before-b", place=3, place_id=b)
    t.add("after-a", place=4, place_id=a)
    is_(t.order(), ["head", "a", "after-a", "before-b", "b"], "rows stand where they were put")
    t.must("policy-move", {"policy": {"id": b, "place": 2}})
    t.must("policy-move", {"policy": {"id": a, "place": 1}})
    is_(t.order(), ["b", "head", "after-a", "before-b", "a"], "and where they are moved")
    t.must("policy-move", {"policy": {"id": b, "place": 4, "place-id": a}})
    is_(t.order(), ["head", "after-a", "before-b", "a", "b"], "beside another row as well")
    t.refused("a row cannot stand beside itself",
              t.genl.request("policy-move", {"policy": {"id": b, "place": 3, "place-id": b}}), "^place-before: ")
    t.refused("before needs a row", t.genl.request("policy-move", {"policy": {"id": b, "place": 3}}), "^place: ")
    t.refused("head takes none", t.genl.request("policy-move", {"policy": {"id": b, "place": 2, "place-id": a}}),
              "^place-before: ")
    t.clear()


def shadows(t):
    """A row that can never match is told when it comes to its place, and in every listing."""
    def ask(op, **row):
        tree = {k.replace("_", "-"): v for k, v in row.items()}
        answer = t.genl.request(op, {"policy": tree}, ECHO)
        return answer.text if not answer.errno else str(answer)

    def net(a, b, length, **more):
        return dict(src=ip(a), src_len=length, dst=ip(b), dst_len=length, **TUNNEL, **more)

    def number(comment):
        return [r.get("comment") for _, r in rows()].index(comment)

    def rows():
        return [(r.get("shadowed-by"), r) for r in
                (m["policy"] for _, m in t.genl.dump("policy-get").messages)]

    def told(row, cover):
        return f"row {number(row)} can never match: row {number(cover)} covers it"

    wide = net("10.1.0.0", "10.2.0.0", 16)
    is_(ask("policy-new", comment="wide", **wide), None, "a row that can match brings no warning")
    is_(ask("policy-new", comment="beside", **net("10.9.0.0", "10.2.0.0", 16)), None, "nor does one beside it")
    text = ask("policy-new", comment="inside", **net("10.1.7.0", "10.2.7.0", 24, proto=6, dst_port_min=80))
    is_(text, told("inside", "wide"), "a row inside an earlier one is added, with a warning")
    ids = {r["comment"]: r["id"] for _, r in rows() if "comment" in r}
    is_([r["comment"] for by, r in rows() if by == ids["wide"]], ["inside"], "and the listing shows who covers it")
    text = ask("policy-new", comment="above", place=3, place_id=ids["beside"], src=ip("10.9.7.0"), src_len=24,
               dst=ip("10.0.0.0"), dst_len=8, **TUNNEL)
    is_(text, None, "a prefix that is longer on one side only covers nothing")
    text = ask("policy-new", comment="top", place=3, place_id=ids["wide"], **net("10.0.0.0", "10.0.0.0", 8))
    is_(text, told("wide", "top"), "a row that makes a later one useless says so")
    is_(ask("policy-set", id=ids["wide"], src=ip("10.128.0.0"), src_len=9, dst=ip("11.0.0.0"), dst_len=8), None,
        "a row that is changed is looked at again")
    is_(ask("policy-set", id=ids["wide"], src=ip("10.1.0.0"), src_len=16, dst=ip("10.2.0.0"), dst_len=16),
        told("wide", "top"), "and told")
    is_(ask("policy-move", id=ids["wide"], place=2), told("inside", "wide"), "moved, it casts its shadow there")
    is_(ask("policy-move", id=ids["wide"], place=1), told("wide", "top"), "and into it")
    answer = t.transact(("policy-new", {"comment": "free", "proto": 132, **{"dst": ip("99.0.0.0"), "dst-len": 8,
                                                                           "src": ip("99.0.0.0"), "src-len": 8}}),
                        ("policy-new", {"comment": "hidden", "proto": 6, "src": ip("10.5.0.0"), "src-len": 16,
                                        "dst": ip("10.5.0.0"), "dst-len": 16}))
    is_((answer.errno, answer.text), (0, told("hidden", "top")), "a transaction tells the first of its rows")
    t.clear()


def changes(t):
    row = t.add("x", src=ip("10.1.0.0"), src_len=16, dst=ip("10.2.0.0"), dst_len=16, proto=17, src_port_min=5, **TUNNEL)
    t.add("y")
    t.must("policy-set", {"policy": {"id": row["id"], "comment": "z", "action": 2, "src": ip("10.0.0.0"),
                                     "src-len": 8}})
    got = t.rows()[0]
    is_(got, {**row, "comment": "z", "action": 2, "src": ip("10.0.0.0"), "src-len": 8},
        "policy-set changes what is given and nothing else")
    is_(t.order(), ["z", "y"], "and the row stays where it is")
    t.must("policy-set", {"policy": {"id": row["id"], "remote": ip("192.0.2.9")}})
    is_(t.rows()[0]["remote"], ip("192.0.2.9"), "one outer address alone can change")
    t.must("policy-set", {"policy": {"id": row["id"], "family": 0, "src-port-min": 0, "src-port-max": 65535,
                                     "proto": 0, "mode": 1, "comment": ""}})
    is_({k for k in t.rows()[0] if k in ("src", "dst", "proto", "src-port-min", "local", "remote", "comment")}, set(),
        "everything can be taken back to any and none")
    cases = [
        ({"src": ip("2001:db8::"), "src-len": 32}, None),
        ({"dst": ip("10.0.0.0"), "dst-len": 8}, "^dst-address: .*src-address"),
        ({"src-port-min": 7}, "^src-port: protocol"),
        ({"proto": 6, "src-port-min": 7}, None),
        ({"proto": 50}, "^src-port: protocol"),
        ({"mode": 2, "action": 1}, "^tunnel: needs sa-src-address"),
        ({"remote": ip("192.0.2.1")}, "give both or neither"),
        ({"local": ip("192.0.2.1"), "remote": ip("2001:db8::1")}, "^sa-dst-address: IPv4 and IPv6 mixed"),
        ({"local": ip("224.0.0.1"), "remote": ip("192.0.2.1")}, "^sa-src-address: .*one host"),
        ({"src": ip("10.0.0.1"), "src-len": 24}, "^src-address: bits are set behind"),
        ({"src": ip("10.0.0.0"), "src-len": 40}, "^src-address: /40"),
        ({"proto": 1}, "^protocol: icmp"),
        ({"proto": 58, "src-port-min": 256, "src-port-max": 300}, "^src-port: ICMP types"),
        ({"comment": "x" * 128}, "^comment: at most 127"),
        ({"flags": 1}, "^flags: "),
        ({"src-len": 8}, "^src-address: a prefix length needs"),
        ({"dst-port-max": 8}, "^dst-port: the range has no beginning"),
    ]
    for tree, pattern in cases:
        before = t.rows()
        answer = t.genl.request("policy-set", {"policy": {"id": row["id"], **tree}})
        if pattern:
            t.refused(f"policy-set {tree}", answer, pattern)
            is_(t.rows(), before, "and nothing is changed")
        else:
            ok(not answer.errno, f"policy-set {tree}", answer)
    t.clear()


def sa_rules(t):
    ok(not t.genl.request("sa-new", {"sa": {**OUT, "spi": 0x2000}}).errno, "the SA that follows is right as it stands")
    cases = [
        ({"spi": 0}, "^spi: 0x0 is reserved"), ({"spi": 255}, "^spi: 0xff is reserved"),
        ({"spi": 0x2000}, "^spi: an SA with this SPI"),
        ({"enc": "rot13"}, "^enc-algorithm: rot13 is unknown"),
        ({"enc": "x" * 100}, "^enc-algorithm: xxx"),
        ({"enc-key": bytes(16)}, "enc-key"), ({"enc-key": bytes(64)}, "enc-key"), ({"enc-key": b""}, "enc-key"),
        ({"auth": "sha256", "auth-key": bytes(32)}, "auth-algorithm"),
        ({"auth": "md4"}, "^auth-algorithm: md4 is unknown"),
        ({"enc": "aes-128-cbc", "enc-key": bytes(16)}, "auth-algorithm"),
        ({"enc": "null", "auth": "null", "enc-key": b""}, "insecure|integrity|auth"),
        ({"dir": 1, "replay-window": 16}, "^replay-window: 16"),
        ({"dir": 1, "replay-window": 5000}, "^replay-window: 5000"),
        ({"dir": 1, "replay-window": 0, "flags": 1}, "^replay-window: .*esn"),
        ({"soft-bytes": 10, "hard-bytes": 9}, "^lifebytes soft limit: above"),
        ({"encap": 1}, "^src-port: nat-traversal"), ({"encap-sport": 5}, "^src-port: only with nat-traversal"),
        ({"src": ip("0.0.0.0")}, "^src-address: .*one host"), ({"dst": ip("239.1.1.1")}, "^dst-address: .*one host"),
        ({"src": ip("2001:db8::1")}, "^dst-address: IPv4 and IPv6"),
        ({"proto": 17}, "^ipsec-protocol: esp"),
        ({"proto": 51}, "^enc-algorithm: AH does not encrypt"),
        ({"proto": 51, "enc": None, "enc-key": None}, "^auth-algorithm: missing"),
        ({**AH, "auth": "null", "auth-key": b""}, "AH is integrity alone"),
        ({**AH, "enc-key": bytes(16)}, "AH does not encrypt"),
        ({**AH, "auth-key": bytes(31)}, "auth-key has 31 bytes"),
        ({**AH, "flags": 16}, "^insecure: not with AH"),
        ({**AH, "encap": 1, "encap-sport": 4500, "encap-dport": 4500}, "^nat-traversal: AH covers what NAT"),
        ({**AH, "tfc-pad": 100}, "^tfc-pad: AH hides nothing"),
        ({"mode": 1, "tfc-pad": 100}, "^tfc-pad: only with mode=tunnel"),
        ({"policy-id": 4711}, "^policy: there is no policy with id 4711"),
        ({"seq": 0}, "^seq: the first number is 1"), ({"seq": 1 << 40}, "^seq: beyond 32 bits"),
        ({"sel-src": ip("10.0.0.1"), "sel-src-len": 8}, "^sel-src-address: bits"),
        ({"sel-src": ip("10.0.0.0"), "sel-src-len": 8, "sel-dst": ip("2001:db8::1")}, "^sel-dst-address: IPv4"),
    ]
    before = t.sas()
    for tree, pattern in cases:
        sa = {k: v for k, v in {**OUT, "spi": 0x2001, **tree}.items() if v is not None}
        t.refused(f"sa-new {tree}", t.genl.request("sa-new", {"sa": sa}), pattern)
    is_(t.sas(), before, "no refused SA is there")
    sa = t.add_sa({**OUT, "spi": 0x2001, "hard-bytes": 100, "cookie": 1, "encap": 1, "encap-sport": 4500,
                   "encap-dport": 4500})
    t.must("sa-update", {"sa": {"id": sa["id"], "soft-bytes": 50, "cookie": 2, "encap-dport": 9}})
    got = t.must("sa-get", {"sa": {"id": sa["id"]}}).one("sa")
    is_([got[k] for k in ("hard-bytes", "soft-bytes", "cookie", "encap-dport", "encap-sport")], [100, 50, 2, 9, 4500],
        "sa-update changes what is given and nothing else")
    before = t.sas()
    for tree, pattern in (({"soft-bytes": 101}, "above the hard"), ({"encap": 0}, "^nat-traversal: "),
                          ({"encap-sport": 0, "cookie": 9}, "^src-port"), ({"spi": 0x2001}, "^id: give it alone")):
        t.refused(f"sa-update {tree}", t.genl.request("sa-update", {"sa": {"id": sa["id"], **tree}}), pattern)
    is_(t.sas(), before, "a refused update changes nothing")
    t.must("sa-del", {"sa": {"spi": 0x2000, "dst": ENDS["dst"]}})
    is_([s["spi"] for s in t.sas()], [0x2001], "sa-del by SPI and destination")
    t.refused("and not twice", t.genl.request("sa-del", {"sa": {"spi": 0x2000, "dst": ENDS["dst"]}}),
              "^spi: there is no SA", errno.ENOENT)
    t.clear()


def larval(t):
    spis = [t.must("spi-alloc", {"sa": BACK}).one("sa") for _ in range(300)]
    ok(len({s["spi"] for s in spis}) == 300 and min(s["spi"] for s in spis) >= 256,
       "300 SPIs, all different, none reserved")
    ok(all(s["state"] == 1 and s["dir"] == 1 and s["hard-time-s"] == 30 for s in spis),
       "they are larval, for 30 seconds")
    one = spis[7]
    sa = t.add_sa({**IN, "spi": one["spi"]})
    is_((sa["id"], sa["state"]), (one["id"], 2), "the SA takes the place and the id of the larval one")
    is_(len(t.sas()), 300, "and there is one of them")
    t.refused("an SPI that is in use", t.genl.request("spi-alloc", {"sa": {"src": ENDS["dst"], "dst": ENDS["src"],
                                                                         "spi": one["spi"]}}), "^spi: ")
    t.clear()
    t.must("spi-alloc", {"sa": {**BACK, "hard-time-s": 1}})
    ok(wait_for(lambda: not t.sas()), "a larval SA that nobody needs goes by itself")


def transactions(t):
    a, b, c = (t.add(n, src=ip(f"10.{i}.0.0"), src_len=16)["id"] for i, n in enumerate("abc"))
    t.add_sa({**OUT, "spi": 0x1000})
    t.add_sa({**IN, "spi": 0x1001})
    wait = t.must("spi-alloc", {"sa": {**BACK, "hard-time-s": 3600}}).one("sa")
    good = [("policy-new", {"comment": "n", "place": 3, "place-id": b}), ("policy-set", {"id": b, "comment": "B"}),
            ("policy-new", {"comment": "m", "place": 4, "place-id": b}), ("policy-del", {"id": a}),
            ("sa-new", {**OUT, "spi": 0x1002}), ("sa-new", {**IN, "spi": wait["spi"]}),
            ("sa-del", {"spi": 0x1000, "dst": ENDS["dst"]}), ("sa-new", {**OUT, "spi": 0x1000, "cookie": 3})]
    bad = [
        ("an SA that is there", ("sa-new", {**IN, "spi": 0x1001}), "exists already"),
        ("an SA twice", ("sa-new", {**OUT, "spi": 0x1002}), "exists already"),
        ("a row that is not there", ("policy-del", {"id": 999}), "no policy with id 999"),
        ("a row set and deleted", ("policy-del", {"id": b}), "named twice"),
        ("a row deleted twice", ("policy-del", {"id": a}), "named twice"),
        ("an SA deleted twice", ("sa-del", {"spi": 0x1000, "dst": ENDS["dst"]}), "named twice|no SA"),
        ("a place that is not there", ("policy-new", {"place": 3, "place-id": 999}), "no policy with id 999"),
        ("a row that is wrong", ("policy-set", {"id": c, "mode": 2}), "^tunnel: "),
        ("a policy that the SA is bound to", ("sa-new", {**OUT, "spi": 0x1003, "policy-id": 999}), "no policy with id"),
        ("a flush beside a set", ("policy-flush", None), "contradict"),
        ("a flush beside a remove", ("sa-flush", None), "contradict"),
        ("a command that is none", ("policy-get", {"id": b}), "cannot be part"),
    ]
    before = (t.rows(), t.sas())
    for name, op, pattern in bad:
        for at in (0, len(good)):
            ops = good[:at] + [op] + good[at:]
            t.refused(f"a transaction with {name}", t.transact(*ops), pattern)
            is_((t.rows(), t.sas()), before, "is taken back completely")
    is_([t.must("policy-get", {"policy": {"id": i}}).one("policy")["comment"] for i in (a, b, c)], ["a", "b", "c"],
        "every row is still found by its id")
    answer = t.transact(*good)
    ok(not answer.errno, "the same without the fault", answer)
    is_(t.order(), ["n", "B", "m", "c"], "rows are new, changed and gone, each in its place")
    is_(t.must("policy-get", {"policy": {"id": b}}).one("policy")["comment"], "B", "a changed row is found by its id")
    is_(sorted((s["spi"], s.get("cookie"), s["state"]) for s in t.sas()),
        sorted([(0x1000, 3, 2), (0x1001, 0, 2), (0x1002, 0, 2), (wait["spi"], 0, 2)]),
        "so are SAs; the larval one is replaced")
    is_([s["id"] for s in t.sas() if s["spi"] == wait["spi"]], [wait["id"]], "and keeps its id")
    flush = [("policy-new", {"comment": "one"}), ("policy-flush", None), ("sa-flush", None),
             ("sa-new", {**OUT, "spi": 0x1000, "cookie": 9}), ("policy-new", {"comment": "two"})]
    for _ in range(2):
        answer = t.transact(*flush)
        ok(not answer.errno, "flush and add anew, at once", answer)
        is_((t.order(), [(s["spi"], s["cookie"]) for s in t.sas()]), (["one", "two"], [(0x1000, 9)]),
            "leave what is new")
    many(t)
    t.clear()


def many(t):
    """More than one nest can hold."""
    def nest(*ops):
        inner = b"".join(attr(1, t.spec.encode("op", t.op(*o)), True) for o in ops)
        return attr(t.spec.sets["main"]["ops"].number, inner, True)

    prefixes = [struct.pack(">I", 10 << 24 | i << 8) for i in range(4000)]
    adds = [("policy-new", {"src": p, "src-len": 24}) for p in prefixes]
    nests = b"".join(nest(*adds[i:i + 1000]) for i in range(0, len(adds), 1000))
    t.genl.sock.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 4 << 20)
    before = t.rows()
    t.refused("4000 rows in four nests, and one fault at the end",
              t.genl.request("transact", nests + nest(("policy-del", {"id": 999999}))), "999999")
    is_(t.rows(), before, "are taken back")
    answer = t.genl.request("transact", nests + nest(("policy-flush",)))
    ok(not answer.errno, "without it they are added", answer)
    ok([r["src"] for r in t.rows()] == prefixes, "in the order of the request")


def keys(t):
    secret = bytes.fromhex("c0ffee00facade11feedbead5eed5eed0badcafe")
    other = bytes(reversed(range(1, 21)))
    listener = Genl(t.spec)
    listener.join("event")
    echoed = t.must("sa-new", {"sa": {**OUT, "spi": 0x3000, "enc-key": secret, "soft-time-s": 1}}, ECHO)
    t.add_sa({**OUT, "spi": 0x3001, "enc": "aes-128-cbc", "enc-key": secret[:16], "auth": "sha1", "auth-key": other})
    plain = [echoed.one("sa"), *t.sas(), t.must("sa-get", {"sa": {"spi": 0x3000, "dst": ENDS["dst"]}}).one("sa"),
             *(tree for _, tree in listener.events(3))]
    ok(len(plain) > 4 and not any(k.endswith("key") for p in plain for k in p) and
       not any(secret[:8] in v or other[:8] in v for p in plain for v in p.values() if isinstance(v, bytes)),
       "no key in an echo, a dump, an answer or an event", plain)
    shown = t.sas(show_keys=True)
    is_([(s["enc-key"], s.get("auth-key")) for s in shown], [(secret, None), (secret[:16], other)],
        "they are shown when asked for")
    shown = t.must("sa-get", {"sa": {"spi": 0x3001, "dst": ENDS["dst"], "show-keys": True}}).one("sa")
    is_((shown["enc-key"], shown["auth-key"]), (secret[:16], other), "of one SA too")
    # Who does not ask for short acknowledgements gets the request back with the error.
    full = Genl(t.spec)
    full.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 0)
    sa = {**OUT, "enc-key": secret, "spi": 0x3000}
    op = {"op": [t.op("sa-new", sa)]}
    for cmd, tree in (("sa-new", {"sa": sa}), ("transact", {"ops": op}), ("spi-alloc", {"sa": sa})):
        full.send(full.family, t.spec.ops[cmd], t.spec.encode("main", tree))
        data = full.sock.recv(65536)
        code = -struct.unpack_from("=i", data, 16)[0]
        ok(code and len(data) > 100 and secret[:8] not in data,
           f"{cmd}: the copy in an error has no key", code, data.hex())
    t.clear()


def read_part(genl):
    """One part of a dump: rows, whether it was flagged, whether it was the last."""
    rows, flagged, last = [], False, False
    for kind, flags, _, body in genl.messages():
        flagged |= bool(flags & NLM_F_DUMP_INTR)
        if kind == NLMSG_DONE:
            last = True
        else:
            rows.append(genl.spec.decode("main", body[4:]))
    return rows, flagged, last


def dump_with(t, op, change):
    """A dump in small parts, with a change after the first of them."""
    genl = Genl(t.spec, size=4096)
    genl.send(genl.family, t.spec.ops[op], b"", NLM_F_DUMP)
    rows, flagged, last = read_part(genl)
    parts = 1
    change(rows)
    while not last:
        more, flag, last = read_part(genl)
        rows += more
        flagged |= flag
        parts += 1
    genl.close()
    return rows, flagged, parts


def dumps(t):
    ids = [t.add(f"r{i}", src=ip(f"10.0.{i}.0"), src_len=24)["id"] for i in range(120)]
    for i in range(120):
        t.add_sa({**OUT, "spi": 0x4000 + i})

    def policy_ids(rows):
        return [r["policy"]["id"] for r in rows if r["policy"]["flags"] != 1]

    rows, flagged, parts = dump_with(t, "policy-get", lambda rows: None)
    ok(parts > 3 and not flagged and policy_ids(rows) == ids,
       f"an undisturbed dump of {parts} parts is not flagged", flagged)
    gone = []

    def delete_last(rows):
        gone.append(rows[-1]["policy"]["id"])
        t.must("policy-del", {"policy": {"id": gone[0]}})

    rows, flagged, _ = dump_with(t, "policy-get", delete_last)
    ok(flagged and policy_ids(rows) == ids,
       "a row deleted where the dump stopped: flagged, and nothing left out", flagged)
    rows, flagged, _ = dump_with(t, "policy-get", lambda rows: t.add("late", place=2))
    ok(flagged and policy_ids(rows) == [i for i in ids if i not in gone],
       "a row added before: flagged, none twice", flagged)
    rows, flagged, _ = dump_with(t, "policy-get", lambda rows: t.must("policy-flush"))
    ok(flagged, "a flush: flagged", flagged)

    def spis(rows):
        return [r["sa"]["spi"] for r in rows]

    rows, flagged, parts = dump_with(t, "sa-get", lambda rows: None)
    ok(parts > 3 and not flagged and spis(rows) == [0x4000 + i for i in range(120)],
       f"an undisturbed dump of SAs in {parts} parts is not flagged", flagged)
    rows, flagged, _ = dump_with(t, "sa-get", lambda rows: t.must("sa-del", {"sa": {"id": rows[-2]["sa"]["id"]}}))
    ok(flagged and spis(rows) == [0x4000 + i for i in range(120)], "an SA deleted that was dumped: flagged", flagged)
    rows, flagged, _ = dump_with(t, "sa-get", lambda rows: t.must("sa-flush"))
    ok(flagged, "a flush of SAs: flagged", flagged)
    t.clear()


def collect(listener, done):
    """Events until what they hold is enough."""
    seen, end = [], time.monotonic() + LIMIT
    while not done(seen) and time.monotonic() < end:
        seen += listener.events(0.3)
    return seen


def events(t):
    for words in ("link set lo up", "link add d0 type dummy", "addr add 192.0.2.1/24 dev d0", "link set d0 up",
                  "neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev d0", "addr add 10.5.0.1/16 dev d0",
                  "route add 10.6.0.0/16 via 192.0.2.2"):
        subprocess.run(["ip", *words.split()], check=True)
    listener = Genl(t.spec)
    listener.join("acquire")
    listener.join("event")
    row = t.add("tunnel", src=ip("10.5.0.0"), src_len=16, dst=ip("10.6.0.0"), dst_len=16, cookie=99, **TUNNEL)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("10.5.0.1", 1000))
    s.sendto(b"x", ("10.6.0.9", 2000))
    seen = collect(listener, lambda e: any(n == "acquire" for n, _ in e))
    got = next((tree["acquire"] for name, tree in seen if name == "acquire"), None)
    is_(got, {"policy-id": row["id"], "cookie": 99, "src": ip("10.5.0.1"), "dst": ip("10.6.0.9"), "proto": 17,
              "missing": 1, "sport": 1000, "dport": 2000, "local": ENDS["src"], "remote": ENDS["dst"]},
        "a packet without an SA is told of, with all that a daemon needs")
    sa = t.add_sa({**OUT, "spi": 0x5000, "seq": 3865470564, "cookie": 7, "soft-time-s": 1, "hard-time-s": 2})
    for _ in range(5):
        s.sendto(b"x", ("10.6.0.9", 2000))
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, 50)
    raw.sendto(struct.pack(">II", 0xabcdef, 1) + bytes(32), ("127.0.0.1", 0))

    def all_there(e):
        names = [n for n, _ in e]
        return names.count("expire") >= 2 and "seq-near-overflow" in names and "unknown-spi" in names

    seen = collect(listener, all_there)
    expire = [tree["sa"] for name, tree in seen if name == "expire"]
    is_([(e["id"], e["spi"], e["cookie"], e["expire-hard"], e["expire-why"]) for e in expire],
        [(sa["id"], 0x5000, 7, 0, 1), (sa["id"], 0x5000, 7, 1, 1)], "soft and hard expiry are told, in that order")
    near = [tree["sa"] for name, tree in seen if name == "seq-near-overflow"]
    ok(len(near) == 1 and near[0]["spi"] == 0x5000 and near[0]["seq"] > 3865470560,
       "numbers that run out are told once", near)
    unknown = [tree["sa"] for name, tree in seen if name == "unknown-spi"]
    ok(unknown and unknown[0] == {"spi": 0xabcdef, "proto": 50, "src": ip("127.0.0.1"), "dst": ip("127.0.0.1")},
       "an unknown SPI is told", unknown)
    ok(wait_for(lambda: not t.sas()), "the expired SA is gone")
    t.clear()


def explain(t):
    t.add("first", src=ip("10.7.0.0"), src_len=16, proto=6)
    row = t.add("second", src=ip("10.5.0.0"), src_len=16, dst=ip("10.6.0.0"), dst_len=16, **TUNNEL)

    def ask(**flow):
        return t.must("explain", {"explain": {"src": ip("10.5.0.1"), "dst": ip("10.6.0.1"), **flow}}).one("explain")

    got = ask(proto=17)
    is_((got.get("policy-id"), got["action"], got.get("reason"), got["dir"]), (row["id"], 1, "out-no-sa", 2),
        "explain: the row, and that there is no SA")
    fields = [r["row-field"] for r in got["rows"]["row"]]
    is_((len(fields), fields[-1]), (11, "src-address"), "and why each earlier row did not match")
    sa = t.add_sa({**OUT, "spi": 0x6000})
    got = ask(proto=17)
    is_((got.get("sa-id"), got.get("spi"), "reason" in got), (sa["id"], 0x6000, False), "with an SA it passes")
    is_(got.get("payload-mtu"), 1500 - 20 - 8 - 8 - 16 - (1500 - 20 - 8 - 8 - 16) % 4 - 2, "and how large it may be")
    got = t.must("explain", {"explain": {"src": ip("10.6.0.1"), "dst": ip("10.5.0.1"), "dir": 1}}).one("explain")
    is_((got.get("policy-id"), got.get("reason")), (row["id"], "in-clear"), "a clear packet the other way is dropped")
    got = t.must("explain", {"explain": {"src": ip("172.16.0.1"), "dst": ip("172.16.0.2")}}).one("explain")
    is_((got.get("policy-id"), got["action"], len(got["rows"]["row"])), (None, 3, 12), "no row: it passes in the clear")
    for i in range(100):
        t.add(f"r{i}", src=ip(f"10.8.{i}.0"), src_len=24)
    got = t.must("explain", {"explain": {"src": ip("172.16.0.1"), "dst": ip("172.16.0.2")}}).one("explain")
    is_((len(got["rows"]["row"]), got.get("rows-omitted")), (64, 112 - 64), "of many rows the first 64 are listed")
    t.clear()


def settings(t):
    before = t.must("settings-get").one("settings")
    want = {"ike-ports": struct.pack(">HH", 500, 4500), "hold-packets": 7, "acquire-timeout-s": 12}
    t.must("settings-set", {"settings": want})
    is_(t.must("settings-get").one("settings"), want, "settings are kept")
    t.must("settings-set", {"settings": {"hold-packets": 8}})
    is_(t.must("settings-get").one("settings"), {**want, "hold-packets": 8}, "what is not given stays")
    for tree, pattern in (({"hold-packets": 9, "acquire-timeout-s": 0}, "^acquire-timeout: 0"),
                          ({"ike-ports": bytes(2)}, "^ike-ports: 1 to"),
                          ({"ike-ports": bytes(18)}, "^ike-ports: at most 8")):
        t.refused(f"settings-set {tree}", t.genl.request("settings-set", {"settings": tree}), pattern)
    is_(t.must("settings-get").one("settings"), {**want, "hold-packets": 8}, "a refused change changes nothing")
    t.must("settings-set", {"settings": before})


def statistics(t):
    stats = t.must("stats-get").one("stats")
    reasons = stats["reasons"]["reason"]
    names = {a.number: a.name for a in t.spec.sets["stats"].values()}
    sums = dict.fromkeys((n for n in stats if n.startswith(("in-", "out-"))), 0)
    for r in reasons:
        sums[names[r["stat"]]] += r["value"]
    is_(len(sums), 25, "there are the 25 counters of the manual")
    is_({n: stats[n] for n in sums}, sums, "each is the sum of its reasons")
    ok(all(r["name"].startswith(names[r["stat"]].split("-")[0]) for r in reasons), "of its own direction")
    is_(stats["policies"], len(t.genl.dump("policy-get").messages), "rows are counted")


NL_TYPES = {1: "flag", 2: "u8", 3: "u16", 4: "u32", 5: "u64", 10: "binary", 11: "string", 12: "string", 13: "nest"}


def kernel_policies(t):
    """What the kernel itself says that it takes: op -> policy number, and the policies."""
    genl = t.genl
    genl.send(GENL_ID_CTRL, CTRL_CMD_GETPOLICY, attr(1, struct.pack("=H", genl.family)), NLM_F_DUMP)
    policies, ops = {}, {}
    for _, tree in genl.collect(lambda data: list(attrs(data))).messages:
        for number, payload in tree:
            for index, inner in attrs(payload):
                if number == 8:
                    for a, desc in attrs(inner):
                        policies.setdefault(index, {})[a] = dict(attrs(desc))
                elif number == 9:
                    ops.setdefault(index, {}).update(attrs(inner))
    return ops, policies


def number(data):
    return int.from_bytes(data, "little")


def compare_policy(spec, policies, index, set_name, faults, seen):
    """Everything that the kernel takes is in the specification, with that type and those limits."""
    by_number = {a.number: a for a in spec.sets[set_name].values()}
    if (index, set_name) in seen:
        return
    seen.add((index, set_name))
    for n, desc in policies.get(index, {}).items():
        a = by_number.get(n)
        if not a:
            faults.append(f"{set_name}: the kernel takes attribute {n}, which is not described")
            continue
        kind = NL_TYPES.get(number(desc[1]))
        if kind != a.type:
            faults.append(f"{set_name}/{a.name}: {kind} in the kernel, {a.type} described")
        if kind == "nest":
            compare_policy(spec, policies, number(desc[8]), a.nest, faults, seen)
        limits = {k: number(desc[v]) for k, v in (("min", 4), ("max", 5)) if v in desc}
        full = {"min": 0, "max": (1 << 8 * SIZES.get(a.type, 8)) - 1}
        want = {k: a.checks.get(k, full[k]) for k in limits}
        if limits != want:
            faults.append(f"{set_name}/{a.name}: {limits} in the kernel, {want} described")
        mask = sum(spec.enums[a.checks["flags-mask"]].values()) if "flags-mask" in a.checks else None
        if mask != (number(desc[12]) if 12 in desc else None):
            faults.append(f"{set_name}/{a.name}: another mask than described")


def description(t):
    ops, policies = kernel_policies(t)
    faults, seen = [], set()
    for op in t.spec.yaml["operations"]["list"]:
        for kind, sub in (("do", 1), ("dump", 2)):
            if kind not in op:
                continue
            takes = op[kind].get("request", {}).get("attributes", [])
            policy = ops.get(t.spec.ops[op["name"]], {}).get(sub)
            have = policies.get(number(policy), {}) if policy else {}
            want = {t.spec.sets["main"][n].number for n in takes}
            # do and dump of a command share a policy
            if kind == "do" and set(have) != want:
                faults.append(f"{op['name']}: takes {sorted(have)}, described are {sorted(want)}")
            if policy and want:
                compare_policy(t.spec, policies, number(policy), "main", faults, seen)
    ok(not faults and len(seen) > 6, "the kernel takes what the specification describes", *faults, len(seen))
    ok(all(2 in ops.get(t.spec.ops[n], {}) for n in ("policy-get", "sa-get")), "dumps are described too", ops)


def main():
    t = Tables()
    for part in (answers, order, shadows, changes, sa_rules, larval, transactions, keys, dumps, events, explain,
                 settings, statistics, description):
        note(part.__name__)
        try:
            part(t)
        except Exception as e:
            ok(False, f"{part.__name__}: {type(e).__name__}: {e}")
            t.clear()


if __name__ == "__main__":
    main()
