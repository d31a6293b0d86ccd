# SPDX-License-Identifier: GPL-2.0-or-later
"""Sockets in several network namespaces at once, captures, and results in TAP without numbers."""
import contextlib
import ctypes
import ipaddress
import json
import os
import re
import select
import socket
import struct
import subprocess
import time
import types

HA, RA, ISP = "cv-host-a", "cv-router-a", "cv-isp"
RB, HB = "cv-router-b", "cv-host-b"

CLONE_NEWNET = 0x40000000
IP_RECVERR, IP_MTU_DISCOVER, IP_PKTINFO = 11, 10, 8
IPV6_RECVPKTINFO, IPV6_PKTINFO, IPV6_FREEBIND, IPV6_DONTFRAG, IPV6_MTU_DISCOVER = 49, 50, 78, 62, 23
ICMP6_FILTER = 1
SO_RCVBUFFORCE = 33
UDP_ENCAP, UDP_ENCAP_ESPINUDP = 100, 2
LIMIT = 60.0	# seconds to wait for what must come: a slow machine is not a wrong one

libc = ctypes.CDLL(None, use_errno=True)


# --- results ------------------------------------------------------------------------------------

def note(text):
    for line in str(text).splitlines():
        print("#", line, flush=True)


def ok(good, name, *why):
    print("ok - " + name if good else "not ok - " + name, flush=True)
    if not good:
        for w in why:
            note(w)
    return bool(good)


def is_(got, want, name):
    return ok(got == want, name, f"got:  {got}", f"want: {want}")


def wait_for(condition, limit=LIMIT, step=0.05):
    """Until the condition is true; its last value."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(step)


def plan(path):
    """The lines of a plan: words NAME=VALUE become attributes."""
    with open(path) as f:
        return [types.SimpleNamespace(**dict(w.split("=", 1) for w in line.split())) for line in f]


# --- namespaces and commands --------------------------------------------------------------------

@contextlib.contextmanager
def inside(ns):
    """In that namespace, with this thread; sockets stay where they were made."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + ns, os.O_RDONLY)
    try:
        if libc.setns(there, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns " + ns)
        yield
    finally:
        libc.setns(home, CLONE_NEWNET)
        os.close(home)
        os.close(there)


def run(ns, *words, check=True, stdin=None):
    """Output of a command in a namespace."""
    with inside(ns):
        p = subprocess.run(words, capture_output=True, text=True, input=stdin)
    if check and p.returncode:
        raise RuntimeError(f"{' '.join(words)}: exit code {p.returncode}\n{p.stdout}{p.stderr}")
    return p.stdout if check else p


def ctl(ns, *words, stdin=None):
    return run(ns, os.environ["IPSECCTL"], *words, stdin=stdin)


def ctl_json(ns, *words):
    return json.loads(ctl(ns, "--json", *words) or "null")


def script(ns, text):
    """Several changes of Culvert's tables in one transaction."""
    return ctl(ns, "-f", "-", stdin=text)


_kernels = {}


def kernel(ns):
    """The netlink family in a namespace: for what is asked so often that a process each would take too long."""
    if ns not in _kernels:
        from genl import Genl, Spec
        with inside(ns):
            _kernels[ns] = Genl(next(iter(_kernels.values())).spec if _kernels else Spec())
    return _kernels[ns]


def statistics(ns):
    """All counters but the reasons."""
    s = dict(kernel(ns).request("stats-get").one("stats"))
    del s["reasons"]
    return s


def reasons(ns):
    """Why packets were dropped, and how many; those that are not zero."""
    s = kernel(ns).request("stats-get").one("stats")
    return {r["name"]: r["value"] for r in s["reasons"]["reason"] if r["value"]}


def sas(ns):
    """SPI → SA, as the specification names its attributes."""
    return {tree["sa"]["spi"]: tree["sa"] for _, tree in kernel(ns).dump("sa-get").messages}


def policies(ns):
    """All rows in order."""
    return [tree["policy"] for _, tree in kernel(ns).dump("policy-get").messages]


def grown(before, after):
    """What counters grew by."""
    return {k: v - before.get(k, 0) for k, v in after.items() if v != before.get(k, 0)}


NO_DROPS = {"in-no-sa"}				# the rest of the kernel has them
UNTRACED = {"in-queue-full", "out-segment"}	# the kernel has freed the packet when we learn of it


class Ledger:
    """What a router lost since the last look: by the 25 counters, by reason, and as the tracepoint tells it."""

    def __init__(self, ns):
        self.ns = ns
        if not os.path.exists("/sys/kernel/tracing/trace"):
            subprocess.run(("mount", "-t", "tracefs", "nodev", "/sys/kernel/tracing"), check=True)
        self.dir = "/sys/kernel/tracing/instances/culvert"
        os.makedirs(self.dir, exist_ok=True)
        self.enable(1)
        self.pipe = os.open(self.dir + "/trace_pipe", os.O_RDONLY | os.O_NONBLOCK)
        self.rest = ""
        self.traced = {}
        self.start()

    def enable(self, on):
        with open(self.dir + "/events/ipsec/ipsec_drop/enable", "w", encoding="ascii") as f:
            f.write(str(on))

    def start(self):
        self.read_trace()
        self.traced = {}
        self.counters, self.reasons = statistics(self.ns), reasons(self.ns)

    def read_trace(self):
        try:
            while (data := os.read(self.pipe, 65536)):
                self.rest += data.decode()
        except BlockingIOError:
            pass
        *lines, self.rest = self.rest.split("\n")
        for line in lines:
            _, found, reason = line.partition(" reason=")
            if found and " ipsec_drop: " in line:
                self.traced[reason] = self.traced.get(reason, 0) + 1

    def lost(self):
        """(counters, reasons, traced reasons), each what it grew by."""
        self.read_trace()
        counters = {k: v for k, v in grown(self.counters, statistics(self.ns)).items() if k.startswith(("in-", "out-"))}
        return counters, grown(self.reasons, reasons(self.ns)), dict(self.traced)

    def balances(self, sent, received, name):
        """What did not arrive was dropped here, each packet under one reason; the tracepoint told of it, too."""
        counters, why, traced = self.lost()
        drops = {reason: n for reason, n in why.items() if reason not in NO_DROPS}
        return ok(sum(drops.values()) == sent - received and sum(counters.values()) == sum(why.values()) and
                  traced == {reason: n for reason, n in drops.items() if reason not in UNTRACED},
                  name, f"{sent} sent, {received} received", counters, why, traced)

    def close(self):
        self.enable(0)
        os.close(self.pipe)
        os.rmdir(self.dir)


# --- sockets ------------------------------------------------------------------------------------

def is6(addr):
    return ":" in addr


def pack(addr):
    return ipaddress.ip_address(addr).packed


def pktinfo(src):
    """Ancillary data that makes a packet leave from this address."""
    if is6(src):
        return (socket.IPPROTO_IPV6, IPV6_PKTINFO, pack(src) + bytes(4))
    return (socket.IPPROTO_IP, IP_PKTINFO, bytes(4) + pack(src) + bytes(4))


def make(ns, family, kind, proto=0):
    with inside(ns):
        s = socket.socket(family, kind, proto)
    s.setblocking(False)
    s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    return s


class Talker:
    """A socket of a namespace that sends from, and receives at, any of its addresses."""

    def __init__(self, ns, v6, kind, proto=0, port=0):
        self.ns, self.v6 = ns, v6
        s = make(ns, socket.AF_INET6 if v6 else socket.AF_INET, kind, proto)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if v6:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1) if kind == socket.SOCK_DGRAM else None
            s.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
            s.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        else:
            s.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        if kind == socket.SOCK_DGRAM:
            s.bind(("", port))
        self.sock = s

    def send(self, data, src, dst, port=0):
        return self.sock.sendmsg([data], [pktinfo(src)], 0, (dst, port))

    def receive(self):
        """(data, source, its port, destination) or None."""
        try:
            data, anc, _, peer = self.sock.recvmsg(65535, 256)
        except BlockingIOError:
            return None
        dst = None
        for level, kind, value in anc:
            if (level, kind) == (socket.IPPROTO_IPV6, IPV6_PKTINFO):
                dst = str(ipaddress.ip_address(value[:16]))
            elif (level, kind) == (socket.IPPROTO_IP, IP_PKTINFO):
                dst = str(ipaddress.ip_address(value[8:12]))
        return data, str(ipaddress.ip_address(peer[0].split("%")[0])), peer[1], dst

    def wait(self, limit=LIMIT):
        """As receive, but the next one that comes."""
        return self.receive() if select.select([self.sock], [], [], limit)[0] else None

    def empty(self):
        """Throw away what has come; how many."""
        n = 0
        while self.receive():
            n += 1
        return n


def udp(ns, v6=False, port=0):
    return Talker(ns, v6, socket.SOCK_DGRAM, 0, port)


def tcp_pair(ns, src, peer_ns, dst, port, sport=0, maxseg=0):
    """A connection's opener, its other end, and how the opener looks from there. The opener may offer a @maxseg."""
    family = socket.AF_INET6 if is6(dst) else socket.AF_INET
    listener, client = make(peer_ns, family, socket.SOCK_STREAM), make(ns, family, socket.SOCK_STREAM)
    for s in (listener, client):
        s.settimeout(LIMIT)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is6(dst):
            s.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
    if maxseg:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, maxseg)
    with listener:
        listener.bind((dst, port))
        listener.listen()
        client.bind((src, sport))
        client.connect((dst, port))
        server, peer = listener.accept()
    server.settimeout(LIMIT)
    return client, server, peer[0]


def xfrm_counts(ns):
    """SPI → packets of an XFRM stack."""
    out = {}
    for state in run(ns, "ip", "-s", "xfrm", "state").split("\nsrc "):
        spi = re.search(r"spi 0x([0-9a-f]+)", state)
        packets = re.search(r"lifetime current:\s+\d+\(bytes\), (\d+)\(packets\)", state)
        if spi and packets:
            out[int(spi[1], 16)] = int(packets[1])
    return out


def encap_socket(ns, port, v6=False):
    """What XFRM needs to take ESP out of UDP (RFC 3948); keep it as long as that shall go on."""
    t = udp(ns, v6, port)
    t.sock.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
    # struct xfrm_userpolicy_info: this socket's own packets pass every policy, as IKE's do
    for way in (0, 1):
        policy = struct.pack("=40xH14x64x32xIIBBBB4x", socket.AF_INET6 if v6 else socket.AF_INET, 0, 0, way, 0, 0, 0)
        t.sock.setsockopt(*((socket.IPPROTO_IPV6, 35) if v6 else (socket.IPPROTO_IP, 17)), policy)
    return t


def checksum(data):
    s = sum(struct.unpack(f">{len(data) // 2}H", data[:len(data) & ~1]))
    if len(data) & 1:
        s += data[-1] << 8
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


class Pinger(Talker):
    """Echo requests from any address of a namespace."""

    def __init__(self, ns, v6):
        super().__init__(ns, v6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6 if v6 else socket.IPPROTO_ICMP)
        if v6:
            # echo replies alone: a set bit blocks
            self.sock.setsockopt(socket.IPPROTO_ICMPV6, ICMP6_FILTER,
                                 struct.pack("=8I", *[0xffffffff & ~((i == 4) << 1) for i in range(8)]))

    def ping(self, src, dst, ident, seq, data):
        head = struct.pack(">BBHHH", 128 if self.v6 else 8, 0, 0, ident, seq)
        if not self.v6:
            head = struct.pack(">BBHHH", 8, 0, checksum(head + data), ident, seq)
        self.send(head + data, src, dst)

    def replies(self):
        """All echo replies that have come: (ident, seq, data)."""
        while (got := self.receive()):
            data = got[0] if self.v6 else got[0][(got[0][0] & 15) * 4:]
            kind, _, _, ident, seq = struct.unpack(">BBHHH", data[:8])
            if kind == (129 if self.v6 else 0):
                yield ident, seq, data[8:]


# --- what is on the wire ------------------------------------------------------------------------

class Frame:
    """A captured Ethernet frame: the outermost IP packet of it, and ESP if that is what it carries."""
    __slots__ = ("raw", "kind", "ip", "src", "dst", "proto", "esp", "outgoing")

    def __init__(self, raw, outgoing):
        self.raw, self.outgoing = raw, outgoing
        self.kind = raw[12:14]
        self.ip = raw[14:]
        self.esp = self.proto = self.src = self.dst = None
        if self.kind == b"\x08\x00":
            self.ip = self.ip[:int.from_bytes(self.ip[2:4], "big")]
            self.proto, off = self.ip[9], (self.ip[0] & 15) * 4
            self.src, self.dst = self.ip[12:16], self.ip[16:20]
        elif self.kind == b"\x86\xdd":
            self.ip = self.ip[:40 + int.from_bytes(self.ip[4:6], "big")]
            self.proto, off = self.ip[6], 40
            self.src, self.dst = self.ip[8:24], self.ip[24:40]
        if self.proto == 50:
            self.esp = self.ip[off:]
        elif self.proto == 17 and self.ip[off + 2:off + 4] == b"\x11\x94" and self.ip[off + 8:off + 12] != bytes(4):
            self.esp = self.ip[off + 8:]

    @property
    def spi(self):
        return int.from_bytes(self.esp[:4], "big")

    @property
    def seq(self):
        return int.from_bytes(self.esp[4:8], "big")

    def quiet(self):
        """Talk between neighbours, not traffic."""
        if self.proto == 58 and self.ip[40] in (130, 131, 132, 133, 134, 135, 136, 143):
            return True
        if self.proto == 0 and self.kind == b"\x86\xdd" and self.dst[0] == 0xff:
            return True
        return self.kind not in (b"\x08\x00", b"\x86\xdd")


class Capture:
    """Everything that passes an interface."""

    def __init__(self, ns, interface):
        with inside(ns):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            self.sock.bind((interface, 3))
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 128 << 20)

    def frames(self):
        """What has been captured since the last call."""
        while True:
            try:
                raw, addr = self.sock.recvfrom(70000)
            except BlockingIOError:
                return
            yield Frame(raw, addr[2] == 4)

    def close(self):
        self.sock.close()


def ip_packet(src, dst, proto, payload, tos=0):
    """A packet for raw_sender(); it leaves IPv4's checksum to the kernel."""
    if is6(src):
        return struct.pack(">IHBB", 6 << 28 | tos << 20, len(payload), proto, 64) + pack(src) + pack(dst) + payload
    return struct.pack(">BBHHHBBH", 0x45, tos, 20 + len(payload), 0, 0, 64, proto, 0) + pack(src) + pack(dst) + payload


def too_big(quoted, mtu):
    """From the ISP to the sender of that packet: it was too big. Returns when it must have been read."""
    v6 = quoted[0] >> 4 == 6
    src, addr = ("2001:db8:90::fe", quoted[8:24]) if v6 else ("192.168.90.254", quoted[12:16])
    to = str(ipaddress.ip_address(addr))
    if v6:
        body = struct.pack(">BBHI", 2, 0, 0, mtu) + quoted[:96]
        total = checksum(pack(src) + addr + struct.pack(">II", len(body), 58) + body)
    else:
        body = struct.pack(">BBHHH", 3, 4, 0, 0, mtu) + quoted[:96]
        total = checksum(body)
    with raw_sender(ISP, v6) as s:
        s.sendto(ip_packet(src, to, 58 if v6 else 1, body[:2] + total.to_bytes(2, "big") + body[4:]), (to, 0))
    p = Pinger(ISP, v6)
    p.ping(src, to, 7, 7, b"after it")
    wait_for(lambda: list(p.replies()))
    p.sock.close()


def fragments(packet, size):
    """The same packet in fragments with at most that many bytes behind their header; a multiple of 8."""
    v6 = packet[0] >> 4 == 6
    head, body = (packet[:40], packet[40:]) if v6 else (packet[:20], packet[20:])
    ident = int.from_bytes(os.urandom(2), "big")
    for off in range(0, len(body), size):
        part, more = body[off:off + size], off + size < len(body)
        if v6:
            part = struct.pack(">BBHI", head[6], 0, off | more, ident) + part
            yield head[:4] + len(part).to_bytes(2, "big") + b"\x2c" + head[7:] + part
        else:
            yield (head[:2] + (20 + len(part)).to_bytes(2, "big") + ident.to_bytes(2, "big") +
                   (off // 8 | more << 13).to_bytes(2, "big") + head[8:] + part)


def raw_sender(ns, v6=False):
    """A socket that sends whole IP packets as they are."""
    if v6:
        s = make(ns, socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
        s.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        s.setsockopt(socket.IPPROTO_IPV6, 36, 1)	# IPV6_HDRINCL
    else:
        s = make(ns, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    return s
