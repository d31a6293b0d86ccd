# SPDX-License-Identifier: GPL-2.0-or-later
"""Generic netlink by hand, so that a test can send what no library would.

Spec reads Documentation/specs/ipsec.yaml and turns trees of names into attributes and back; Genl
is a socket of the family. A request that was refused is no exception: Answer has errno, the text,
and which byte of the request is to blame.
"""
import errno
import os
import socket
import struct

import yaml

SPEC = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "../../../Documentation/specs/ipsec.yaml")

NETLINK_GENERIC = 16
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 1, 10, 11
NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK, NLM_F_ECHO, NLM_F_DUMP_INTR = 1, 2, 4, 8, 16
NLM_F_DUMP, NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x300, 0x100, 0x200
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS, NLMSGERR_ATTR_MISS_TYPE = 1, 2, 5
GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_CMD_GETPOLICY = 16, 3, 10
NLA_F_NESTED, NLA_TYPE_MASK = 0x8000, 0x3fff

SIZES = {"u8": 1, "u16": 2, "u32": 4, "u64": 8}


def attr(number, payload, nested=False, length=None):
    """One attribute; length is what its header claims, if that is not the truth."""
    head = struct.pack("=HH", len(payload) + 4 if length is None else length,
                       number | (NLA_F_NESTED if nested else 0))
    return head + payload + bytes(-len(payload) % 4)


def attrs(data):
    """(number, payload) of each attribute."""
    while len(data) >= 4:
        length, number = struct.unpack_from("=HH", data)
        if length < 4 or length > len(data):
            raise ValueError(f"attribute {number} of {length} bytes in {len(data)}")
        yield number & NLA_TYPE_MASK, data[4:length]
        data = data[(length + 3) & ~3:]


class Attr:
    """An attribute of the specification."""

    def __init__(self, number, item):
        self.number, self.name, self.type = number, item["name"], item["type"]
        self.nest, self.multi = item.get("nested-attributes"), item.get("multi-attr", False)
        self.checks = item.get("checks", {})
        self.enum = item.get("enum")
        self.order = ">" if item.get("byte-order") == "big-endian" else "="

    def pack(self, value):
        if isinstance(value, bytes):
            return value
        if self.type in SIZES:
            return struct.pack(self.order + {1: "B", 2: "H", 4: "I", 8: "Q"}[SIZES[self.type]],
                               value)
        return {"flag": b"", "string": str(value).encode() + b"\0"}[self.type]

    def unpack(self, data):
        if self.type in SIZES:
            return struct.unpack(self.order + {1: "B", 2: "H", 4: "I", 8: "Q"}[SIZES[self.type]],
                                 data)[0]
        if self.type == "string":
            return data.rstrip(b"\0").decode()
        return True if self.type == "flag" else data


class Spec:
    def __init__(self):
        with open(SPEC, encoding="utf-8") as f:
            self.yaml = yaml.load(f, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.sets = {}
        for s in self.yaml["attribute-sets"]:
            number, members = 0, {}
            for item in s["attributes"]:
                number = item.get("value", number + 1)
                members[item["name"]] = Attr(number, item)
            self.sets[s["name"]] = members
        self.ops = {op["name"]: i + 1 for i, op in enumerate(self.yaml["operations"]["list"])}
        self.op_names = {v: k for k, v in self.ops.items()}
        self.enums = {}
        for d in self.yaml["definitions"]:
            if "entries" not in d:
                continue
            names = [e["name"] if isinstance(e, dict) else e for e in d["entries"]]
            start = d.get("value-start", 0)
            self.enums[d["name"]] = {n: 1 << i if d["type"] == "flags" else i + start
                                     for i, n in enumerate(names)}

    def encode(self, set_name, tree):
        """tree: {name: value}, a list for what comes several times, or a list of pairs."""
        out = b""
        for name, value in tree.items() if isinstance(tree, dict) else tree:
            a = self.sets[set_name][name]
            for v in value if isinstance(value, list) and a.multi else [value]:
                if a.nest and not isinstance(v, bytes):
                    out += attr(a.number, self.encode(a.nest, v), nested=True)
                else:
                    out += attr(a.number, a.pack(v), nested=bool(a.nest))
        return out

    def decode(self, set_name, data):
        by_number = {a.number: a for a in self.sets[set_name].values()}
        out = {}
        for number, payload in attrs(data):
            a = by_number[number]
            if a.type == "pad":
                continue
            value = self.decode(a.nest, payload) if a.nest else a.unpack(payload)
            if a.multi:
                out.setdefault(a.name, []).append(value)
            else:
                out[a.name] = value
        return out


class Answer:
    """What came of a request: messages [(cmd, tree)], or a refusal."""

    def __init__(self):
        self.errno, self.text, self.offset, self.missing = 0, None, None, None
        self.messages, self.interrupted = [], False

    def __str__(self):
        if not self.errno:
            return f"success, {len(self.messages)} messages"
        return f"{errno.errorcode.get(self.errno, self.errno)} {self.text!r} at {self.offset}"

    def one(self, name):
        return self.messages[0][1][name]

    def read_tlvs(self, data):
        for number, payload in attrs(data):
            if number == NLMSGERR_ATTR_MSG:
                self.text = payload.rstrip(b"\0").decode()
            elif number == NLMSGERR_ATTR_OFFS:
                self.offset = struct.unpack("=I", payload)[0]
            elif number == NLMSGERR_ATTR_MISS_TYPE:
                self.missing = struct.unpack("=I", payload)[0]


class Genl:
    """A socket; it stays in the namespace it was made in."""

    def __init__(self, spec, size=1 << 18):
        """size: of the buffer for what is received; a dump comes in parts of about that size."""
        self.spec, self.size = spec, size
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 << 20)
        self.sock.bind((0, 0))
        self.sock.settimeout(60)
        self.seq = 0
        self.family, self.groups = self.find_family()

    def close(self):
        self.sock.close()

    def send(self, family, cmd, payload, flags=NLM_F_ACK, version=1, reserved=0):
        self.seq += 1
        body = struct.pack("=BBH", cmd, version, reserved) + payload
        self.sock.send(struct.pack("=IHHII", 16 + len(body), family, NLM_F_REQUEST | flags,
                                   self.seq, 0) + body)

    def send_raw(self, family, body, flags=NLM_F_ACK):
        self.seq += 1
        self.sock.send(struct.pack("=IHHII", 16 + len(body), family, NLM_F_REQUEST | flags,
                                   self.seq, 0) + body)

    def messages(self):
        data = self.sock.recv(self.size)
        while len(data) >= 16:
            length, kind, flags, seq, _ = struct.unpack_from("=IHHII", data)
            yield kind, flags, seq, data[16:length]
            data = data[(length + 3) & ~3:]

    def error(self, answer, flags, body):
        answer.errno = -struct.unpack_from("=i", body)[0]
        if flags & NLM_F_ACK_TLVS:
            length = struct.unpack_from("=I", body, 4)[0]
            answer.read_tlvs(body[20 if flags & NLM_F_CAPPED else 4 + ((length + 3) & ~3):])
        return answer

    def collect(self, parse, dump=False):
        """All that answers the last request."""
        answer = Answer()
        while True:
            for kind, flags, seq, body in self.messages():
                if seq != self.seq:
                    continue
                answer.interrupted |= bool(flags & NLM_F_DUMP_INTR)
                if kind == NLMSG_ERROR:
                    return self.error(answer, flags, body)
                if kind == NLMSG_DONE:
                    answer.errno = -struct.unpack_from("=i", body)[0]
                    if flags & NLM_F_ACK_TLVS:
                        answer.read_tlvs(body[4:])
                    return answer
                answer.messages.append((body[0], parse(body[4:])))

    def find_family(self):
        self.send(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, attr(2, self.spec.yaml["name"].encode() + b"\0"))
        answer = self.collect(lambda data: dict(attrs(data)))
        if answer.errno:
            raise OSError(answer.errno, "the family is not there")
        tree = answer.messages[0][1]
        groups = {}
        for _, group in attrs(tree[7]):
            g = dict(attrs(group))
            groups[g[1].rstrip(b"\0").decode()] = struct.unpack("=I", g[2])[0]
        return struct.unpack("=H", tree[1])[0], groups

    def request(self, op, tree=None, flags=NLM_F_ACK):
        """tree: of the set main, or bytes as they shall be sent."""
        payload = tree if isinstance(tree, bytes) else self.spec.encode("main", tree or {})
        self.send(self.family, op if isinstance(op, int) else self.spec.ops[op], payload, flags)
        return self.collect(lambda data: self.spec.decode("main", data))

    def dump(self, op, tree=None):
        return self.request(op, tree, NLM_F_DUMP)

    def join(self, group):
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, self.groups[group])

    def events(self, limit):
        """(name, tree) of events until none came for @limit seconds."""
        self.sock.settimeout(limit)
        try:
            while True:
                for kind, _, _, body in self.messages():
                    if kind == self.family:
                        yield self.spec.op_names[body[0]], self.spec.decode("main", body[4:])
        except TimeoutError:
            return
        finally:
            self.sock.settimeout(60)
