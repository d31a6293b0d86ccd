#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""mtu.py PLAN: the longest packets that pass each pair of SAs, and what is said of those that do not."""
import hashlib
import sys
import threading

from net import *

PORT = 7171
LINK, NARROW = 1500, 1300
BELOW, ABOVE = 20, 4
PMTUDISC_PROBE = 3
IP_MTU, IPV6_MTU = 14, 24
IPV6_LEAST = 1280
BULK = 2 << 20


def udp_packet(src, dst, size, df):
    """A packet of that many bytes."""
    v6 = is6(src)
    data = os.urandom(size - (48 if v6 else 28))
    udp_len = len(data) + 8
    head = struct.pack(">HHHH", PORT + 1, PORT, udp_len, 0)
    total = checksum(pack(src) + pack(dst) + struct.pack(">II", udp_len, 17) + head + data) or 0xffff
    packet = ip_packet(src, dst, 17, head[:6] + total.to_bytes(2, "big") + data)
    if df and not v6:
        packet = packet[:6] + b"\x40\x00" + packet[8:]
    return packet, data


class Way:
    """From A to B by one pair of SAs."""

    def __init__(self, p):
        self.a, self.b, self.tunnel = p.host_a, p.host_b, p.mode == "tunnel"
        self.v6, self.outer6 = is6(self.a), is6(p.a)
        self.outer_a, self.outer_b, self.spi = p.a, p.b, int(p.spi_ab)
        self.gcm = p.suite == "aes-128-gcm"
        self.routers = p.host_a == p.a
        self.ns_a, self.ns_b = (RA, RB) if self.routers else (HA, HB)
        inner = ("IPv6" if self.v6 else "IPv4") + " in " + ("IPv6" if self.outer6 else "IPv4")
        self.name = f"{p.suite}, " + ("tunnel, " + inner if self.tunnel else "transport, " + inner[:4]) + \
            (" between routers" if self.tunnel and self.routers else "")

    def edge(self, mtu):
        """RFC 4303 in numbers: header, IV, trailer of 2, padding to the block, ICV."""
        outer = 40 if self.outer6 else 20
        head, block, icv = (16, 4, 16) if self.gcm else (24, 16, 16)
        room = mtu - outer - head - icv
        return room - room % block - 2 + (0 if self.tunnel else outer)

    def told(self, mtu):
        """What a sender is told; no IPv6 packet need be shorter than the least MTU of all."""
        return max(self.edge(mtu), IPV6_LEAST) if self.v6 else self.edge(mtu)

    def explained(self):
        told = ctl_json(RA, "explain", f"src-address={self.a}", f"dst-address={self.b}", "protocol=udp")
        return told.get("payload_mtu")


class Sender:
    """Sends whole packets past what its own host knows of path MTUs; hears what routers say of them."""

    def __init__(self, way):
        self.sock = raw_sender(way.ns_a, way.v6)
        level, option = (socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER) if way.v6 else (socket.IPPROTO_IP, IP_MTU_DISCOVER)
        self.sock.setsockopt(level, option, PMTUDISC_PROBE)
        self.way = way
        family, proto = (socket.AF_INET6, 58) if way.v6 else (socket.AF_INET, 1)
        self.icmp = make(way.ns_a, family, socket.SOCK_RAW, proto)
        self.receiver = udp(way.ns_b, way.v6, PORT)

    def close(self):
        for s in (self.sock, self.icmp, self.receiver.sock):
            s.close()

    def send(self, size, df):
        """Data of the packet, or None if the kernel says it is too long."""
        packet, data = udp_packet(self.way.a, self.way.b, size, df)
        try:
            self.sock.sendto(packet, (self.way.b, 0))
        except OSError as e:
            if e.errno != 90:	# EMSGSIZE
                raise
            return None
        return data

    def answers(self):
        """(length of the packet, MTU) of each message that has come."""
        found = []
        while True:
            try:
                data = self.icmp.recv(65535)
            except BlockingIOError:
                return found
            if self.way.v6:
                if data[0] == 2 and data[8 + 24:8 + 40] == pack(self.way.b):
                    found.append((40 + int.from_bytes(data[12:14], "big"), int.from_bytes(data[4:8], "big")))
            else:
                data = data[(data[0] & 15) * 4:]
                if data[:2] == b"\x03\x04" and data[8 + 16:8 + 20] == pack(self.way.b):
                    found.append((int.from_bytes(data[10:12], "big"), int.from_bytes(data[6:8], "big")))

    def sweep(self, sizes, df):
        """Sizes that arrive, and those that were refused with the MTU that was told."""
        sent, refused, arrived, lost = {}, {}, set(), set(sizes)
        for size in sizes:
            data = self.send(size, df)
            if data is None:
                refused[size] = "EMSGSIZE"
            else:
                sent[data] = size
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            while (got := self.receiver.receive()):
                if got[0] in sent:
                    arrived.add(sent[got[0]])
            refused.update(self.answers())
            lost = set(sizes) - arrived - set(refused)
            if not lost:
                break
            select.select([self.receiver.sock, self.icmp], [], [], 0.1)
        return arrived, refused, lost


def route_mtu(way):
    """What a socket in A that sends to B takes the path MTU for."""
    s = make(way.ns_a, socket.AF_INET6 if way.v6 else socket.AF_INET, socket.SOCK_DGRAM)
    with s:
        if way.v6:
            s.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        s.bind((way.a, 0))
        s.connect((way.b, PORT))
        return s.getsockopt(socket.IPPROTO_IPV6, IPV6_MTU) if way.v6 else s.getsockopt(socket.IPPROTO_IP, IP_MTU)


def check_edge(way):
    """Byte by byte with DF, which every longer IPv6 packet has."""
    edge, sender = way.edge(LINK), Sender(way)
    if way.tunnel:
        is_(way.explained(), edge, f"{way.name}: explain tells the longest packet")
    sizes = range(edge - BELOW, edge + ABOVE + 1)
    arrived, refused, lost = sender.sweep(sizes, True)
    ok(not lost, f"{way.name}: each either arrives or is answered", sorted(lost))
    is_(sorted(arrived), list(range(edge - BELOW, edge + 1)), f"{way.name}: up to {edge} bytes pass")
    want = {s: "EMSGSIZE" if way.routers else edge for s in range(edge + 1, edge + ABOVE + 1)}
    is_(refused, want, f"{way.name}: the sender of a longer one is told {edge}")
    if way.routers:
        is_(route_mtu(way), edge, f"{way.name}: so the path MTU of later ones is {edge}")
        arrived, refused, lost = sender.sweep([edge], True)
        is_((arrived, refused), ({edge}, {}), f"{way.name}: of which {edge} bytes still pass")
    sender.close()


def check_fragments(way):
    """Without DF, what is too long arrives in fragments."""
    if way.v6:
        return
    edge, sender = way.edge(LINK), Sender(way)
    sizes = list(range(edge - BELOW, edge + ABOVE + 1)) + [LINK]
    arrived, refused, lost = sender.sweep(sizes, False)
    is_((sorted(arrived), refused), (sizes, {}), f"{way.name}: without DF all arrive")
    sender.close()


def check_long(way):
    """What a host cuts itself, because it is longer than any packet, arrives as well."""
    sender, receiver = udp(way.ns_a, way.v6, PORT + 2), udp(way.ns_b, way.v6, PORT + 2)
    data = os.urandom(4000)

    def arrives():
        try:
            sender.send(data, way.a, way.b, PORT + 2)
        except OSError as e:
            if e.errno != 90:
                raise
        got = receiver.wait(1)
        return got and got[0] == data

    ok(wait_for(arrives, 15), f"{way.name}: a datagram of {len(data)} bytes arrives")
    sender.sock.close()
    receiver.sock.close()


def tcp(ns_a, a, ns_b, b):
    """Send many bytes; do their checksums agree?"""
    family = socket.AF_INET6 if is6(a) else socket.AF_INET
    listener, client = make(ns_b, family, socket.SOCK_STREAM), make(ns_a, family, socket.SOCK_STREAM)
    listener.settimeout(LIMIT)
    client.settimeout(LIMIT)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if is6(a):
        for s in (listener, client):
            s.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
    listener.bind((b, PORT))
    listener.listen()
    sent, got = os.urandom(BULK), hashlib.sha256()

    def serve():
        with contextlib.suppress(OSError):
            server, _ = listener.accept()
            server.settimeout(LIMIT)
            with server:
                while (data := server.recv(1 << 17)):
                    got.update(data)

    t = threading.Thread(target=serve)
    t.start()
    try:
        client.bind((a, 0))
        client.connect((b, PORT))
        client.sendall(sent)
    except OSError as e:
        note(e)
    client.close()
    t.join()
    listener.close()
    return got.digest() == hashlib.sha256(sent).digest()


def check_tcp(ways):
    for what, ns_a, ns_b, ends in (
            ("from host to host", HA, HB, (("10.1.202.10", "10.1.101.10"), ("2001:db8:202::10", "2001:db8:101::10"))),
            ("from the router itself", RA, HB, (("10.1.202.1", "10.1.101.10"), ("2001:db8:202::1", "2001:db8:101::10"))),
            ("to the router itself", HB, RA, (("10.1.101.10", "10.1.202.1"), ("2001:db8:101::10", "2001:db8:202::1")))):
        for a, b in ends:
            ok(tcp(ns_a, a, ns_b, b), f"TCP over IPv{6 if is6(a) else 4} {what}: {BULK >> 20} MiB arrive intact")
    for w in ways:
        if w.routers:
            ok(tcp(w.ns_a, w.a, w.ns_b, w.b), f"{w.name}: TCP delivers {BULK >> 20} MiB intact")
            ok(tcp(w.ns_b, w.b, w.ns_a, w.a), f"{w.name}: and as much the other way")


# --- a narrower link ----------------------------------------------------------------------------

def forge(way, spi, mtu):
    """A packet of this SPI was too big."""
    quoted = ip_packet(way.outer_a, way.outer_b, 50, struct.pack(">II", spi, 1) + bytes(1400))
    too_big(quoted if way.outer6 else quoted[:6] + b"\x40\x00" + quoted[8:], mtu)


def check_forged(way):
    forge(way, way.spi ^ 0x5a5a0000, 1400)
    is_(way.explained(), way.edge(LINK), f"{way.name}: a message about an SPI that is none of ours changes nothing")
    forge(way, way.spi, 1400)
    is_(way.explained(), way.edge(1400), f"{way.name}: one about ours does")
    forge(way, way.spi, 1450)
    is_(way.explained(), way.edge(1400), f"{way.name}: one of more than that is not believed")


def check_narrow(way):
    """The ISP's link to B is narrow, and it says so of what we sealed."""
    sender, edge = Sender(way), way.edge(NARROW)

    def learned():
        sender.send(way.told(1400), True)
        return way.explained() == edge

    ok(wait_for(learned), f"{way.name}: explain learns what passes the narrow link", f"got: {way.explained()}, want: {edge}")
    told = way.told(NARROW)
    wait_for(sender.answers, 1)
    arrived, refused, lost = sender.sweep(range(told - 3, told + 4), True)
    is_(sorted(arrived), list(range(told - 3, told + 1)), f"{way.name}: up to {told} bytes pass it")
    is_(refused, {s: told for s in range(told + 1, told + 4)}, f"{way.name}: the sender of a longer one is told {told}")
    sender.close()


ways = [Way(p) for p in plan(sys.argv[1])]
for w in ways:
    check_edge(w)
    check_fragments(w)
    check_long(w)
check_tcp(ways)

# the path MTU is the peer's: one pair for each outer family and version inside is enough
few = [w for w in ways if w.gcm and not w.routers]
for family in (False, True):
    check_forged(next(w for w in few if w.outer6 == family))
    check_forged(next(w for w in ways if w.routers and w.tunnel and w.outer6 == family))
run(ISP, "ip", "link", "set", "wan_b", "mtu", str(NARROW))
for w in few:
    check_narrow(w)
is_({k for k in reasons(RA)} - {"out-too-big"}, set(), "nothing was dropped for another reason")
