#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every command with every attribute, ill: each request must be refused with a text, and change nothing.

A request that is right is the ground of each command. It is spoilt in one place, sent, and must be
refused. Around each attribute the tables are read and compared.
"""
import errno
import socket
import struct

from genl import *
from net import is_, note, ok

# The core refuses these before it has a text, or a place for one.
WITHOUT_TEXT = {errno.EOPNOTSUPP, errno.EPERM}

V4, V4B = socket.inet_aton("10.9.1.0"), socket.inet_aton("10.9.2.0")
ENDS = {"src": socket.inet_aton("192.0.2.1"), "dst": socket.inet_aton("192.0.2.2")}
GCM_KEY = bytes(range(20))

SELECTOR = ["src", "src-len", "dst", "dst-len", "family", "proto", "src-port-min", "src-port-max",
            "dst-port-min", "dst-port-max"]
ROW = SELECTOR + ["action", "level", "protocols", "mode", "local", "remote", "comment", "cookie", "flags", "tcp-mss"]
PLACE = ["place", "place-id"]
LIMITS = ["soft-time-s", "hard-time-s", "soft-bytes", "hard-bytes", "soft-packets", "hard-packets"]
ENCAP = ["encap", "encap-sport", "encap-dport"]
NAME = ["id", "spi", "dst", "proto"]
SA = ["spi", "proto", "dir", "mode", "src", "dst", "enc", "enc-key", "auth", "auth-key", "flags", "replay-window",
      "policy-id", "sel-src", "sel-src-len", "sel-dst", "sel-dst-len", "sel-proto", *LIMITS, *ENCAP, "tfc-pad", "mark",
      "df", "seq", "cookie"]


class Command:
    """What a command takes and needs, and a request that would be right."""

    def __init__(self, op, top, takes, needs, tree):
        self.op, self.top, self.takes, self.needs, self.tree = op, top, takes, needs, tree


class Abuse:
    def __init__(self):
        self.spec = Spec()
        self.genl = Genl(self.spec)
        self.policy, self.sa = self.ground()
        self.sent = 0
        self.faults = []

    def must(self, op, tree, flags=NLM_F_ACK):
        answer = self.genl.request(op, tree, flags)
        if answer.errno:
            raise RuntimeError(f"{op} {tree}: {answer}")
        return answer

    def ground(self):
        """Rows and SAs that the requests can name."""
        policy = self.must("policy-new", {"policy": {
            "src": V4, "src-len": 24, "dst": V4B, "dst-len": 24, "mode": 2, "local": ENDS["src"],
            "remote": ENDS["dst"], "comment": "ground"}}, NLM_F_ACK | NLM_F_ECHO).one("policy")["id"]
        sa = self.must("sa-new", {"sa": {**ENDS, "spi": 0x1000, "dir": 1, "mode": 2, "enc": "aes-128-gcm",
                                         "enc-key": GCM_KEY, "encap": 1, "encap-sport": 4500,
                                         "encap-dport": 4500}}, NLM_F_ACK | NLM_F_ECHO).one("sa")["id"]
        return policy, sa

    def commands(self):
        """Each valid as it stands: what is spoilt is the only fault."""
        policy, sa = {"id": self.policy}, {"id": self.sa}
        row = {"src": V4, "src-len": 24, "dst": V4B, "dst-len": 24, "family": 2, "proto": 6, "src-port-min": 1,
               "src-port-max": 9, "dst-port-min": 80, "dst-port-max": 81, "action": 1, "level": 1, "protocols": 1,
               "mode": 2, "local": ENDS["src"], "remote": ENDS["dst"], "comment": "abuse", "cookie": 7, "flags": 2}
        new_sa = {**ENDS, "spi": 0x2000, "proto": 50, "dir": 2, "mode": 2, "enc": "aes-128-cbc", "enc-key": bytes(16),
                  "auth": "sha1", "auth-key": bytes(20), "flags": 0, "replay-window": 64, "policy-id": self.policy,
                  "sel-src": V4, "sel-src-len": 24, "sel-dst": V4B, "sel-dst-len": 24, "sel-proto": 6,
                  **{n: 100 for n in LIMITS}, "encap": 1, "encap-sport": 4500, "encap-dport": 4500, "tfc-pad": 200,
                  "mark": 1, "df": 0, "seq": 1, "cookie": 1}
        place = {"place": 3, "place-id": self.policy}
        return [
            Command("policy-new", "policy", ROW + PLACE, [], {**row, **place}),
            Command("policy-set", "policy", ["id"] + ROW, ["id"], {**policy, **row}),
            Command("policy-del", "policy", ["id"], ["id"], policy),
            Command("policy-get", "policy", ["id"], ["id"], policy),
            Command("policy-move", "policy", ["id"] + PLACE, ["id", "place"], {**policy, "place": 2}),
            Command("policy-flush", "policy", ["builtin"], [], {"builtin": True}),
            Command("spi-alloc", "sa", ["src", "dst", "proto", "spi", "mode", "policy-id", "hard-time-s"],
                    ["src", "dst"], {**ENDS, "proto": 50, "spi": 0x3000, "mode": 2, "policy-id": self.policy,
                                     "hard-time-s": 600}),
            Command("sa-new", "sa", SA, ["spi", "dir", "src", "dst", "enc"], new_sa),
            Command("sa-update", "sa", NAME + LIMITS + ENCAP + ["cookie"], ["id"],
                    {**sa, **{n: 100 for n in LIMITS}, "encap": 1, "encap-sport": 1, "encap-dport": 1, "cookie": 5}),
            Command("sa-del", "sa", NAME, ["id"], sa),
            Command("sa-get", "sa", NAME + ["show-keys"], ["id"], {**sa, "show-keys": True}),
            Command("settings-set", "settings", list(self.spec.sets["settings"]), [],
                    {"ike-ports": struct.pack(">HH", 500, 4500), "hold-packets": 4, "acquire-timeout-s": 20}),
            Command("explain", "explain", ["src", "dst", "proto", "sport", "dport", "dir"], ["src", "dst"],
                    {**ENDS, "proto": 6, "sport": 1, "dport": 2, "dir": 2}),
        ]

    def tables(self):
        """Everything that a request could change; what time changes is left out."""
        out = []
        for op, top, moving in (("policy-get", "policy", ["last-hit-ms"]), ("sa-get", "sa", ["add-time-ms"])):
            answer = self.genl.dump(op)
            if answer.errno or answer.interrupted:
                raise RuntimeError(f"dump of {op}: {answer}")
            for _, tree in answer.messages:
                out.append({k: v for k, v in tree[top].items() if k not in moving})
        return out, self.must("settings-get", {}).one("settings")

    def refused(self, what, answer, textless=False):
        """The request was refused, with a text unless the core has none."""
        self.sent += 1
        if not answer.errno:
            self.faults.append(f"{what}: done, not refused")
        elif not answer.text and not textless and answer.errno not in WITHOUT_TEXT:
            self.faults.append(f"{what}: {answer}, no text")

    def send(self, what, op, payload, textless=False):
        self.refused(what, self.genl.request(op, payload), textless)

    def nested(self, command, inner):
        """The top level attribute of a command, around the bytes of its nest."""
        return attr(self.spec.sets["main"][command.top].number, inner, nested=True)

    def with_one(self, command, name, raw):
        """The right request, in which the attribute @name is these bytes."""
        tree = [(n, v) for n, v in command.tree.items() if n != name]
        return self.spec.encode(command.top, tree) + raw

    def wrong_lengths(self, a):
        """Payloads of every length that is not right."""
        size = SIZES.get(a.type)
        if a.type == "flag":
            return [bytes(n) for n in range(1, 6)]
        if size:
            return [bytes(n) for n in (*range(size), *range(size + 1, size + 5), 255, 4096)]
        if a.type == "string":
            return [b"x" * n for n in (*range(1, 12), 31, 32, 127, 128, 255, 4096)] + [b""]
        if a.name in ("enc-key", "auth-key"):
            return [bytes(n) for n in (*range(16), *range(17, 20), *range(21, 70), 255, 4096)]
        if a.name == "ike-ports":
            return [b"\1" * n for n in (1, 3, 5, 7, 9, 11, 13, 15, 17, 18, 20, 4096)]
        if a.type == "binary":
            return [bytes(n) for n in range(25) if n not in (4, 16)] + [bytes(255), bytes(4096)]
        return [bytes(n) for n in (1, 2, 3)]

    def wrong_values(self, command, a):
        """Values outside the range that the specification gives, or that no command takes."""
        size = SIZES.get(a.type, 0)
        top = (1 << 8 * size) - 1
        out = []
        if "min" in a.checks:
            out += [v for v in (0, a.checks["min"] - 1) if v < a.checks["min"]]
        if "max" in a.checks:
            out += [a.checks["max"] + 1, top]
        if "flags-mask" in a.checks:
            mask = sum(self.spec.enums[a.checks["flags-mask"]].values())
            out += [mask + 1, top]
        special = {"family": [1, 3, 255], "src-len": [33, 255], "dst-len": [33, 255], "sel-src-len": [33],
                   "sel-dst-len": [33],
                   "proto": [0, 6] + [51] * (command.op == "sa-new") if command.top == "sa" else [],
                   "replay-window": [1, 31, 4097, top], "policy-id": [0, 999999], "id": [0, 999999],
                   "place-id": [0, 999999], "hold-packets": [65, top], "acquire-timeout-s": [0, 3601],
                   "src-port-min": [10], "dst-port-max": [79], "tfc-pad": [65536, top],
                   "spi": [0, 1, 255, 0x1000], "soft-time-s": [101], "soft-bytes": [101], "soft-packets": [101],
                   "encap-sport": [0], "encap-dport": [0], "protocols": [0], "seq": [0, 1 << 33],
                   "flags": [1] if command.top == "policy" else [],
                   "hard-time-s": [0, 3601] if command.op == "spi-alloc" else []}.get(a.name, [])
        if command.op in ("sa-del", "sa-get", "sa-update") and a.name in ("spi", "proto"):
            special = []
        return out + special

    def spoil(self, command, a):
        """All that can be wrong with one attribute of a command."""
        what = f"{command.op} {a.name}"
        if a.name not in command.takes:
            good = {"flag": b"", "string": b"null\0", "pad": b"", "nest": b""}.get(
                a.type, bytes(SIZES.get(a.type, 4) - 1) + b"\1")
            raw = attr(a.number, good, nested=a.type == "nest")
            self.send(f"{what}, not taken", command.op, self.nested(command, self.with_one(command, a.name, raw)))
        for payload in self.wrong_lengths(a):
            raw = attr(a.number, payload)
            self.send(f"{what} of {len(payload)} bytes", command.op,
                      self.nested(command, self.with_one(command, a.name, raw)))
        if a.name in command.tree:
            right = attr(a.number, a.pack(command.tree[a.name]))
            again = self.spec.encode(command.top, command.tree) + right
            self.send(f"{what} twice", command.op, self.nested(command, again))
            raw = attr(a.number, a.pack(command.tree[a.name]), nested=True)
            self.send(f"{what} called a nest", command.op, self.nested(command, self.with_one(command, a.name, raw)))
            for value in self.wrong_values(command, a):
                raw = attr(a.number, a.pack(value))
                self.send(f"{what} = {value}", command.op, self.nested(command, self.with_one(command, a.name, raw)))
        if a.name in command.needs:
            self.send(f"{what} missing", command.op, self.nested(command, self.with_one(command, a.name, b"")))

    def spoil_nest(self, command):
        """What can be wrong with the nest and with the message around it."""
        spec, what = self.spec, command.op
        main = spec.sets["main"]
        number = main[command.top].number
        inner = spec.encode(command.top, command.tree)
        top = len(spec.sets[command.top])
        for unknown in (0, top + 1, top + 50, NLA_TYPE_MASK):
            self.send(f"{what}: attribute {unknown}", what, self.nested(command, inner + attr(unknown, bytes(4))))
        for name, other in main.items():
            if name != command.top:
                self.send(f"{what} with {name}", what, self.nested(command, inner) + attr(other.number, b"", True))
        for unknown in (0, len(main) + 1, NLA_TYPE_MASK):
            self.send(f"{what} with top attribute {unknown}", what,
                      self.nested(command, inner) + attr(unknown, bytes(4)))
        self.send(f"{what}: no nest flag", what, attr(number, inner))
        self.send(f"{what}: nest twice", what, self.nested(command, inner) * 2)
        self.send(f"{what}: nest in itself", what, attr(number, attr(number, inner, True), True))
        for size in (1, 2, 3):
            self.send(f"{what}: nest of {size} bytes", what, attr(number, bytes(size), True))
            self.send(f"{what}: {size} bytes behind", what, self.nested(command, inner) + bytes(size))
        for length in (0, 1, 3, len(inner) + 5, 65535):
            self.send(f"{what}: nest says {length}", what, attr(number, inner, True, length=length))
        for length in (0, 1, 3, 9, 255, 65535):
            raw = inner + attr(3, bytes(4), length=length)
            self.send(f"{what}: last attribute says {length}", what, self.nested(command, raw))
        self.send(f"{what}: 60000 bytes", what, self.nested(command, inner + attr(1, bytes(60000))))
        if command.needs:
            self.send(f"{what}: empty nest", what, attr(number, b"", True))
            self.send(f"{what}: nothing", what, b"")

    def spoil_header(self, op):
        number = self.spec.ops[op]
        genl, payload = self.genl, b""
        for flag in (0x100, 0x200, 0x400, 0x800, 0x20, 0x40):
            genl.send(genl.family, number, payload, NLM_F_ACK | flag)
            self.refused(f"{op}: header flag {flag:#x}", genl.collect(lambda data: {}))
        genl.send(genl.family, number, payload, reserved=1)
        self.refused(f"{op}: reserved field", genl.collect(lambda data: {}))
        for size in range(4):
            genl.send_raw(genl.family, struct.pack("=BBH", number, 1, 0)[:size])
            self.refused(f"{op}: header of {size} bytes", genl.collect(lambda data: {}), textless=True)

    def unchanged(self, before, name, start):
        now = self.tables()
        if now != before:
            self.faults.append(f"{name}: the tables have changed\nbefore: {before}\nnow: {now}")
        ok(not self.faults, f"{name} ({self.sent - start} requests)", *self.faults[:20])
        self.faults = []
        return now

    def attributes(self):
        for command in self.commands():
            before, start = self.tables(), self.sent
            for a in self.spec.sets[command.top].values():
                self.spoil(command, a)
            before = self.unchanged(before, f"{command.op}: every attribute, ill", start)
            start = self.sent
            self.spoil_nest(command)
            self.unchanged(before, f"{command.op}: nests and unknown attributes", start)

    def headers(self):
        before, start = self.tables(), self.sent
        for op in self.spec.ops:
            self.spoil_header(op)
        for number in (0, len(self.spec.ops) + 1, 255, *(self.spec.ops[n] for n in ("acquire", "expire"))):
            self.send(f"command {number}", number, b"")
            self.refused(f"dump of command {number}", self.genl.dump(number, b""))
        for op in ("sa-flush", "stats-get", "settings-get"):
            for a in self.spec.sets["main"].values():
                self.send(f"{op} with {a.name}", op, attr(a.number, b"", True))
        self.refused("policy-get dump with a policy", self.genl.dump("policy-get", {"policy": {"id": self.policy}}))
        self.refused("sa-get dump with an id", self.genl.dump("sa-get", {"sa": {"id": self.sa}}))
        self.refused("alg-get dump with an attribute", self.genl.dump("alg-get", attr(5, b"", True)))
        self.unchanged(before, "headers, unknown commands, dumps", start)

    def op(self, *parts):
        """One op of a transaction, of attributes as bytes."""
        return attr(self.spec.sets["op"]["op"].number, b"".join(parts), True)

    def ops(self, *ops):
        return attr(self.spec.sets["main"]["ops"].number, b"".join(ops), True)

    def transactions(self):
        """Each command inside a transaction, behind one that would be right."""
        s, names = self.spec, self.spec.sets["op"]
        first = self.op(s.encode("op", {"cmd": s.ops["policy-new"], "policy": {"action": 2, "comment": "first"}}))
        inside = {"policy-new", "policy-set", "policy-del", "policy-flush", "sa-new", "sa-del"}
        before = self.tables()
        for command in self.commands():
            start = self.sent
            cmd = s.encode("op", {"cmd": s.ops[command.op]})
            nest = names[command.top].number if command.top in names else names["sa"].number
            good = s.encode(command.top, command.tree)
            if command.op not in inside:
                body = self.op(cmd, attr(nest, good, True))
                self.send(f"transact {command.op}", "transact", self.ops(first, body))
            else:
                self.spoil_op(command, first, cmd, nest)
            before = self.unchanged(before, f"transact: {command.op}", start)
        start = self.sent
        for body, name in ((b"", "no op"), (self.op(), "an empty op"), (attr(1, bytes(3), True), "an op of 3 bytes"),
                           (attr(1, b""), "an op that is no nest"), (attr(2, bytes(4)), "a command without its op"),
                           (attr(3, b"", True), "a policy without its op"), (attr(9, b"", True), "attribute 9"),
                           (attr(1, attr(1, b"", True), True), "an op in an op")):
            self.send(f"transact: {name}", "transact", self.ops(first, body) if body else self.ops())
        self.send("transact: nothing", "transact", b"")
        self.send("transact: no nest flag", "transact", attr(s.sets["main"]["ops"].number, first))
        self.send("transact: second nest ill", "transact", self.ops(first) + self.ops(self.op()))
        self.unchanged(before, "transact: the nests", start)

    def spoil_op(self, command, first, cmd, nest):
        s, names = self.spec, self.spec.sets["op"]
        good = s.encode(command.top, command.tree)
        other = names["sa" if command.top == "policy" else "policy"].number
        what = f"transact {command.op}"
        cases = [(f"with the other nest", (cmd, attr(nest, good, True), attr(other, b"", True))),
                 ("command twice", (cmd, cmd, attr(nest, good, True))),
                 ("nest twice", (cmd, attr(nest, good, True), attr(nest, good, True))),
                 ("no command", (attr(nest, good, True),)),
                 ("no nest flag", (cmd, attr(nest, good))),
                 ("bytes behind", (cmd, attr(nest, good, True), b"\0\0\0"))]
        if command.op != "policy-flush":
            cases.append(("no nest", (cmd,)))
        for name, parts in cases:
            self.send(f"{what}: {name}", "transact", self.ops(first, self.op(*parts)))
        for a in s.sets[command.top].values():
            raws = [attr(a.number, p) for p in self.wrong_lengths(a)[:6]]
            if a.name in command.tree:
                raws += [attr(a.number, a.pack(command.tree[a.name])) * 2]
                raws += [attr(a.number, a.pack(v)) for v in self.wrong_values(command, a)]
            if a.name in command.needs:
                raws.append(b"")
            for raw in raws:
                body = self.op(cmd, attr(nest, self.with_one(command, a.name, raw), True))
                self.send(f"{what}: {a.name} {raw[:24].hex()}", "transact", self.ops(first, body))


def main():
    abuse = Abuse()
    before = abuse.tables()
    abuse.attributes()
    abuse.headers()
    abuse.transactions()
    is_(abuse.tables(), before, "at the end the tables are as at the beginning")
    note(f"{abuse.sent} requests were refused")
    # A ground that is wrong itself would be refused for that, and prove nothing.
    for i in range(len(abuse.commands())):
        command = abuse.commands()[i]
        answer = abuse.genl.request(command.op, {command.top: command.tree})
        ok(not answer.errno, f"{command.op}: what was spoilt is right as it stands", answer)
        abuse.must("policy-flush", {})
        abuse.must("sa-flush", {})
        abuse.policy, abuse.sa = abuse.ground()


if __name__ == "__main__":
    main()
