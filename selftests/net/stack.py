#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""stack.py PLAN: what the rest of the kernel does with packets that are sealed and opened beside it."""
import sys

from net import *

PORT = 7272
BULK = 64 << 10
SYN = 2
PPPOE, NARROW = 1400, 1300
TCP_MAXSEG, TCP_INFO = 2, 11
NO_ICMP = """
table inet deaf {
    counter dropped {}
    chain in {
        type filter hook HOOK priority filter;
        icmp type destination-unreachable icmp code frag-needed counter name dropped drop
        icmpv6 type packet-too-big counter name dropped drop
    }
}
"""


def nft(ns, rules):
    run(ns, "nft", "-f", "-", stdin=rules)


class Pairs:
    """The plan, by name."""

    def __init__(self, path):
        self.all = plan(path)

    def named(self, name):
        return [p for p in self.all if p.name == name]


def payload(p, mtu):
    """RFC 4303 in numbers: the longest packet that fits once it is sealed."""
    outer = 40 if is6(p.a) else 20
    head, block, icv = (16, 4, 16) if p.suite == "aes-128-gcm" else (24, 16, 16)
    room = mtu - outer - head - icv
    return room - room % block - 2 + (outer if p.mode == "transport" else 0)


def fitting(p, mtu):
    """The MSS for that."""
    return payload(p, mtu) - (60 if is6(p.host_a) else 40)


# --- TCP's largest segment ----------------------------------------------------------------------

def mss_of(tcp):
    """What a TCP header offers; None if it offers nothing."""
    options = tcp[20:(tcp[12] >> 4) * 4]
    while options and options[0]:
        if options[0] == 2:
            return int.from_bytes(options[2:4], "big")
        options = options[1 if options[0] == 1 else options[1]:]
    return None


class Offers:
    """The MSS of each SYN that comes to a host."""

    def __init__(self, ns, interface="lan0"):
        self.capture = Capture(ns, interface)

    def last(self, src):
        """The last one that an address offered."""
        seen = None

        def look():
            nonlocal seen
            for f in self.capture.frames():
                off = 40 if f.kind == b"\x86\xdd" else 20
                if f.proto == 6 and f.src == pack(src) and f.ip[off + 13] & SYN:
                    seen = mss_of(f.ip[off:])
            return seen is not None

        wait_for(look)
        return seen

    def close(self):
        self.capture.close()


def connect(ns_a, a, ns_b, b, maxseg=0):
    """A connection, and what it takes to make another between the same ends."""
    client, server, _ = tcp_pair(ns_a, a, ns_b, b, PORT, maxseg=maxseg)
    for s in (client, server):
        s.setblocking(False)
    return client, server


def stalled(sock):
    """Has its timer sent the same segment again, time after time?"""
    return sock.getsockopt(socket.IPPROTO_TCP, TCP_INFO, 8)[2] >= 3


def pump(sender, receiver, size, until=lambda: False):
    """Send that much; what arrives until it is all there, or something else has come to pass."""
    data, sent, got = os.urandom(size), 0, b""
    end = time.monotonic() + LIMIT
    while len(got) < size and not until() and time.monotonic() < end:
        select.select([receiver], [sender] if sent < size else [], [], 0.1)
        with contextlib.suppress(BlockingIOError):
            sent += sender.send(data[sent:sent + 65536])
        with contextlib.suppress(BlockingIOError):
            got += receiver.recv(1 << 17)
    return got, data


def carries(name, client, server):
    """A connection with as much data as takes both directions' windows; then it is closed."""
    for way, sender, receiver in (("there", client, server), ("back", server, client)):
        got, data = pump(sender, receiver, BULK)
        ok(got == data, f"{name}: {BULK >> 10} KiB arrive {way}", len(got))
    client.close()
    server.close()


def check_stall(p, version):
    """Both ways: what is too long is dropped, and nobody hears of it."""
    for name, ns_a, a, ns_b, b in (("A", HA, p.host_a, HB, p.host_b), ("B", HB, p.host_b, HA, p.host_a)):
        client, server = connect(ns_a, a, ns_b, b)
        got, data = pump(client, server, 500)
        is_(got, data, f"{version} from {name}, tcp-mss=no: a short segment arrives")
        got, _ = pump(client, server, BULK, lambda s=client: stalled(s))
        ok(not got and stalled(client), f"{version} from {name}, tcp-mss=no: long ones never do", len(got))
        client.close()
        server.close()


def check_clamped(p, version, what, want, a_way=HA, offers=None, maxseg=0):
    """Both ends are offered no more, and what they send then arrives."""
    for name, ns_a, a, ns_b, b in (("A", a_way, p.host_a, HB, p.host_b), ("B", HB, p.host_b, a_way, p.host_a)):
        client, server = connect(ns_a, a, ns_b, b, maxseg)
        seen = offers[ns_b].last(a), offers[ns_a].last(b)
        is_(seen, (min(want, maxseg or want), want), f"{version} from {name}, {what}: SYN and its answer offer {want}"
            + (f", and never more than {maxseg}" if maxseg else ""))
        carries(f"{version} from {name}, {what}", client, server)


def set_mss(value):
    ctl(RA, "kernel", "policy", "set", "[find where !default]", f"tcp-mss={value}")


def check_transport(p):
    """The router's own connections: what its socket came to think of the peer, less the time stamp option."""
    client, server = connect(RA, p.host_a, RB, p.host_b)
    is_(client.getsockopt(socket.IPPROTO_TCP, TCP_MAXSEG), fitting(p, PPPOE) - 12,
        "transport mode, tcp-mss=auto: the router's own socket sends no longer segments")
    carries("transport mode, tcp-mss=auto", client, server)


def check_learned(ps, offers):
    """Where routers on the way do tell of a narrower link, later connections start with that."""
    nft(ISP, "flush ruleset")
    run(ISP, "ip", "link", "set", "wan_b", "mtu", str(NARROW))
    for p in ps:
        version = "IPv6" if is6(p.host_a) else "IPv4"
        s = udp(HA, is6(p.host_a))
        s.sock.setsockopt(*((socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER) if is6(p.host_a) else
                            (socket.IPPROTO_IP, IP_MTU_DISCOVER)), 3)	# PROBE: with DF, and no question

        def told(s=s, p=p):
            s.send(bytes(payload(p, PPPOE) - 48), p.host_a, p.host_b, PORT)
            return ctl_json(RA, "explain", f"src-address={p.host_a}", f"dst-address={p.host_b}").get(
                "payload_mtu") == payload(p, NARROW)

        ok(wait_for(told), f"{version}: the router learns of a narrower link")
        check_clamped(p, version, "tcp-mss=auto, narrower link", fitting(p, NARROW), offers=offers)
        s.sock.close()
    run(ISP, "ip", "link", "set", "wan_b", "mtu", "1500")


def tcp_header(src, dst, sport, flags, options):
    """With a good checksum and four bytes of data."""
    head = struct.pack(">HHIIBBHHH", sport, PORT, 1, 0, (20 + len(options)) << 2, flags, 1000, 0, 0) + options + b"data"
    total = checksum(pack(src) + pack(dst) + struct.pack(">II", len(head), 6) + head)
    return head[:16] + total.to_bytes(2, "big") + head[18:]


def odd_packets(src, dst):
    """(name, whole packet, its TCP header, the same as it must arrive): MSS 1460 becomes 1000."""
    def case(name, flags, options, wanted, around=lambda p: p):
        nonlocal sport
        sport += 1
        tcp = tcp_header(src, dst, sport, flags, options)
        return name, sport, around(ip_packet(src, dst, 6, tcp)), tcp_header(src, dst, sport, flags, wanted)

    def options6(p):
        """Hop by hop, destination options."""
        inner = p[40:]
        extra = bytes((60, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4, 0, 0, 0, 0))
        return p[:4] + (len(extra) + len(inner)).to_bytes(2, "big") + b"\0" + p[7:40] + extra + inner

    def options4(p):
        """Eight bytes of no operation."""
        return b"\x47" + p[1:2] + (len(p) + 8).to_bytes(2, "big") + p[4:20] + b"\1" * 8 + p[20:]

    sport = 20000
    high, low = b"\2\4\5\xb4", b"\2\4\3\xe8"
    yield case("at an odd offset", SYN, b"\1" + high + b"\1\1\0", b"\1" + low + b"\1\1\0")
    yield case("behind other options", SYN | 16, b"\1\3\3\7\4\2" + high + b"\1\0", b"\1\3\3\7\4\2" + low + b"\1\0")
    yield case("none, and none is added", SYN, b"\1\1\1\1", b"\1\1\1\1")
    yield case("without SYN, where it means nothing", 16, high, high)
    yield case("in a list that breaks off before it", SYN, b"\5\0\1\1" + high, b"\5\0\1\1" + high)
    yield case("behind options of IP", SYN, high, low, options6 if is6(src) else options4)
    yield case("in a first fragment", SYN, high, low, lambda p: list(fragments(p, 24)))


def check_odd(p):
    """SYNs as no kernel makes them; where they arrive their checksums hold."""
    for ns_a, a, ns_b, b in ((HA, p.host_a, HB, p.host_b), (HB, p.host_b, HA, p.host_a)):
        v6 = is6(a)
        sender, receiver = raw_sender(ns_a, v6), Talker(ns_b, v6, socket.SOCK_RAW, socket.IPPROTO_TCP)
        for name, sport, packet, want in odd_packets(a, b):
            for part in packet if isinstance(packet, list) else [packet]:
                sender.sendto(part, (b, 0))
            got = None

            def arrived(sport=sport):
                nonlocal got
                while (r := receiver.receive()):
                    data = r[0] if v6 else r[0][(r[0][0] & 15) * 4:]
                    if data[:2] == sport.to_bytes(2, "big"):
                        got = data
                return got

            wait_for(arrived)
            is_(got and got.hex(), want.hex(), f"IPv{6 if v6 else 4} from {ns_a[-1].upper()}: MSS {name}")
        sender.close()
        receiver.sock.close()


def check_clear(offers):
    """What level=use lets go clear for want of an SA is clamped to a number, too."""
    run(ISP, "ip", "route", "add", "10.1.202.67", "via", "192.168.90.1")
    ctl(RA, "kernel", "policy", "add", "src-address=10.1.202.67", "dst-address=192.168.90.254", "level=use", "tunnel=yes",
        "sa-src-address=192.168.90.1", "sa-dst-address=192.168.80.9", "tcp-mss=900", "comment=clear")
    client, server = connect(HA, "10.1.202.67", ISP, "192.168.90.254")
    is_((offers[ISP].last("10.1.202.67"), offers[HA].last("192.168.90.254")), (900, 900),
        "level=use without an SA: SYN and its answer offer 900")
    client.close()
    server.close()
    ctl(RA, "kernel", "policy", "remove", "[find comment=clear]")
    run(ISP, "ip", "route", "del", "10.1.202.67")


def check_refused():
    """What would mean nothing."""
    row = ("kernel", "policy", "add", "src-address=10.99.0.0/16", "dst-address=10.98.0.0/16", "tcp-mss=auto", "action=none")
    with inside(RA):
        p = subprocess.run([os.environ["IPSECCTL"], *row], capture_output=True, text=True, check=False)
    ok(p.returncode == 1 and "only for action=encrypt" in p.stderr, "tcp-mss is refused where nothing is protected", p)


def check_mss(pairs):
    ps, offers = pairs.named("mss"), {HA: Offers(HA), HB: Offers(HB), ISP: Offers(ISP, "wan_a")}
    run(RA, "ip", "link", "set", "wan0", "mtu", str(PPPOE))
    run(ISP, "ip", "link", "set", "wan_a", "mtu", str(PPPOE))
    nft(ISP, NO_ICMP.replace("HOOK", "output"))
    for ns in (HA, HB):
        nft(ns, NO_ICMP.replace("HOOK", "input"))
    for p in ps:
        check_stall(p, "IPv6" if is6(p.host_a) else "IPv4")
    set_mss("auto")
    for p in ps:
        version = "IPv6" if is6(p.host_a) else "IPv4"
        check_clamped(p, version, "tcp-mss=auto", fitting(p, PPPOE), offers=offers)
    check_transport(pairs.named("transport")[0])
    check_learned(ps, offers)
    set_mss(1000)
    check_clamped(ps[0], "IPv4", "tcp-mss=1000", 1000, offers=offers)
    check_clamped(ps[0], "IPv4", "tcp-mss=1000", 1000, offers=offers, maxseg=700)
    for p in ps:
        check_odd(p)
    check_clear(offers)
    check_refused()
    set_mss("no")
    for ns in (HA, HB, ISP):
        nft(ns, "flush ruleset")
    for ns, link in ((RA, "wan0"), (ISP, "wan_a")):
        run(ns, "ip", "link", "set", link, "mtu", "1500")
    for o in offers.values():
        o.close()


# --- options, extension headers, fragments -------------------------------------------------------

HOP, ROUTING, DEST = 0, 43, 60


def udp_in(src, dst, data):
    """UDP from and to PORT."""
    head = struct.pack(">HHHH", PORT, PORT, 8 + len(data), 0)
    total = checksum(pack(src) + pack(dst) + struct.pack(">II", 8 + len(data), 17) + head + data) or 0xffff
    return head[:6] + total.to_bytes(2, "big") + data


def with_options(src, dst, options, data):
    """IPv4 with those options, a multiple of 4."""
    body = udp_in(src, dst, data)
    return struct.pack(">BBHHHBBH", 0x45 + len(options) // 4, 0, 20 + len(options) + len(body), 0x4242, 0, 64, 17, 0) + \
        pack(src) + pack(dst) + options + body


def with_headers(src, dst, headers, data):
    """IPv6 with a chain of (type, what follows its first two bytes)."""
    body, proto = udp_in(src, dst, data), 17
    for kind, content in reversed(headers):
        body, proto = bytes((proto, (len(content) + 2) // 8 - 1)) + content + body, kind
    return ip_packet(src, dst, proto, body)


OPTIONS = {
    "no operation": b"\1\1\1\1",
    "stream identifier": b"\x88\4\x12\x34",
    "router alert": b"\x94\4\0\0",
    "record route": b"\7\x0b\4" + bytes(8) + b"\0",
    "time stamp": b"\x44\x0c\5\0" + bytes(8),
}
HEADERS = {
    "hop by hop": [(HOP, b"\5\2\0\0\1\0")],
    "destination options": [(DEST, b"\x1e\4\1\2\3\4")],
    "routing header": [(ROUTING, bytes(6))],
    "all three": [(HOP, b"\1\4\0\0\0\0"), (DEST, b"\1\4\0\0\0\0"), (ROUTING, bytes(6)), (DEST, b"\1\4\0\0\0\0")],
    "routing header under way": [(ROUTING, b"\4\1\0\0\0\0" + bytes(16))],
}
# What no router on the way changes: not the TTL and its checksum, nor what it writes into options.
WRITTEN = ("record route", "time stamp")


def cases(src, dst):
    """(name, packet, data)"""
    for name, what in (HEADERS if is6(src) else OPTIONS).items():
        data = os.urandom(40)
        yield name, (with_headers if is6(src) else with_options)(src, dst, what, data), data


def unchanged(packet):
    return packet[:7] + packet[8:] if packet[0] >> 4 == 6 else packet[:8] + packet[9:10] + packet[12:]


def seen(capture, data):
    """The packet of a capture that ends with that."""
    found = None

    def look():
        nonlocal found
        found = next((f.ip for f in capture.frames() if f.proto is not None and f.ip.endswith(data)), found)
        return found

    wait_for(look)
    return found


def check_tunnel_headers(p):
    for ns_a, a, ns_b, b in ((HA, p.host_a, HB, p.host_b), (HB, p.host_b, HA, p.host_a)):
        sender, capture = raw_sender(ns_a, is6(a)), Capture(ns_b, "lan0")
        receiver = udp(ns_b, is6(b), PORT)
        for name, packet, data in cases(a, b):
            title = f"IPv{6 if is6(a) else 4} tunnel from {ns_a[-1].upper()}, {name}"
            sender.sendto(packet, (b, 0))
            got = seen(capture, data)
            if name in WRITTEN:
                # each router puts in its word, and moves the pointer
                want = OPTIONS[name][2] + 8
                is_(got and got[22], want, f"{title}: both routers have written into it")
            else:
                is_(got and unchanged(got).hex(), unchanged(packet).hex(), f"{title}: arrives as it was sent")
        # nobody accepts a routing header under way
        wanted, got = len(OPTIONS) if not is6(a) else len(HEADERS) - 1, 0
        while got < wanted and receiver.wait():
            got += 1
        is_(got, wanted, f"IPv{6 if is6(a) else 4} tunnel from {ns_a[-1].upper()}: and is delivered")
        for s in (sender, capture.sock, receiver.sock):
            s.close()


def check_transport_headers(p):
    """Between the routers: what stands in front of ESP is what the peer's socket is told of."""
    v6 = is6(p.a)
    for ns_a, a, ns_b, b in ((RA, p.a, RB, p.b), (RB, p.b, RA, p.a)):
        sender, receiver = raw_sender(ns_a, v6), udp(ns_b, v6, PORT)
        sender.bind((a, 0))	# XFRM asks its policies for the socket's address, not the packet's
        for option in (53, 56, 58) if v6 else (6,):	# IPV6_RECVHOPOPTS, _RECVRTHDR, _RECVDSTOPTS; IP_RECVOPTS
            receiver.sock.setsockopt(socket.IPPROTO_IPV6 if v6 else socket.IPPROTO_IP, option, 1)
        for name, packet, data in cases(a, b):
            if name in WRITTEN or "under way" in name:
                continue
            sender.sendto(packet, (b, 0))
            got, told = None, []
            if select.select([receiver.sock], [], [], LIMIT)[0]:
                got, told, _, _ = receiver.sock.recvmsg(2000, 1000)
            told = [c[2] for c in told if c[1] in ((54, 57, 59) if v6 else (6,))]
            want = [packet[20:24]] if not v6 else [h for _, h in HEADERS[name]]
            told = [t[2:] for t in told] if v6 else told
            is_((got, sorted(told)), (data, sorted(want)),
                f"IPv{6 if v6 else 4} transport from {ns_a[-1].upper()}, {name}: arrives with it")
        sender.close()
        receiver.sock.close()


def check_fragments(p, state):
    """What comes in fragments is sealed or put together, what becomes too long is cut: all arrives, either way."""
    v6 = is6(p.host_a)
    for ns_a, a, ns_b, b in ((HA, p.host_a, HB, p.host_b), (HB, p.host_b, HA, p.host_a)):
        sender, receiver = raw_sender(ns_a, v6), udp(ns_b, v6, PORT)
        for name, size, cut, turn in (("long ones", 4000, 1152, 1), ("the last one first", 3000, 1000, -1),
                                      ("small ones", 1200, 64, 1), ("none, but too long with ESP", 1440, 0, 1)):
            if not cut and v6:
                continue
            data = os.urandom(size)
            packet = ip_packet(a, b, 17, udp_in(a, b, data))
            for part in (list(fragments(packet, cut)) if cut else [packet])[::turn]:
                sender.sendto(part, (b, 0))
            got = receiver.wait()
            ok(got and got[0] == data, f"IPv{6 if v6 else 4} from {ns_a[-1].upper()}, {state}, fragments: {name}")
        sender.close()
        receiver.sock.close()


def check_narrow_fragments(p):
    """Sealed packets that routers on the way cut."""
    for ns_a, a, ns_b, b, link in ((HA, p.host_a, HB, p.host_b, "wan_b"), (HB, p.host_b, HA, p.host_a, "wan_a")):
        run(ISP, "ip", "link", "set", link, "mtu", str(NARROW))
        sender, receiver, data = raw_sender(ns_a), udp(ns_b, False, PORT), os.urandom(1350)
        sender.sendto(ip_packet(a, b, 17, udp_in(a, b, data)), (b, 0))
        got = receiver.wait()
        ok(got and got[0] == data, f"IPv4 from {ns_a[-1].upper()}: what the ISP cuts arrives")
        sender.close()
        receiver.sock.close()
        run(ISP, "ip", "link", "set", link, "mtu", "1500")


# --- marks, tables, other WANs -------------------------------------------------------------------

WANS = {"wan_a": "the default route", "wan_c": "another device", "wan_a.7": "a VLAN", "wan_d": "a bridge"}


def talk(name, ns_a, a, ns_b, b):
    carries(name, *connect(ns_a, a, ns_b, b))


def check_ways(pairs):
    """Which device sealed packets leave by: that of the SA's mark, or of its address."""
    for p, link in zip(pairs.named("mark") + pairs.named("wan"), ("wan_a", "wan_c", "wan_a.7", "wan_a.7", "wan_d")):
        captures = {n: Capture(ISP, n) for n in WANS}
        name = ("mark, " if p.name == "mark" else "address, ") + WANS[link]
        talk(f"{name}, from A", HA, p.host_a, HB, p.host_b)
        talk(f"{name}, from B", HB, p.host_b, HA, p.host_a)
        used = {n for n, c in captures.items() for f in c.frames()
                if f.esp and not f.outgoing and f.spi == int(p.spi_ab)}
        # a VLAN's frames pass the device below it without their tag
        is_(used - ({"wan_a"} if link == "wan_a.7" else set()), {link}, f"{name}: sealed packets leave by it")
        for c in captures.values():
            c.close()


MARKS = """
table inet marks {
    counter marked {}
    chain forward {
        type filter hook forward priority filter;
        meta mark 9 meta ipsec exists counter name marked
    }
}
"""


def check_opened_mark(pairs):
    """An inbound SA's mark chooses rules and routes for what it opened."""
    nft(RA, MARKS)
    marked, plain = pairs.named("opened")
    host, isp = udp(HA, False, PORT), Capture(ISP, "wan_a")
    sender = udp(HB)
    for p in (plain, marked):
        sender.send(b"to " + p.host_a.encode(), p.host_b, p.host_a, PORT)
    got = host.wait()
    is_(got and got[0], b"to " + marked.host_a.encode(), "opened packets are routed by their SA's mark")
    lost = seen(isp, b"to " + plain.host_a.encode())
    ok(lost, "and without one by the main table")
    counters = json.loads(run(RA, "nft", "-j", "list", "counters"))["nftables"]
    is_([c["counter"]["packets"] for c in counters if "counter" in c], [1], "nft sees the mark")
    nft(RA, "flush ruleset")
    for s in (host.sock, sender.sock, isp.sock):
        s.close()


ZONES = """
table inet zones {
    chain pre {
        type filter hook prerouting priority raw;
        iifname lan0 ct zone set 1
        iifname lan1 meta mark set 2 ct zone set 2
        iifname wan0 meta ipsec exists meta mark 1 ct zone set 1
        iifname wan0 meta ipsec exists meta mark 2 ct zone set 2
    }
    chain post {
        type nat hook postrouting priority srcnat;
        ct zone 1 snat ip to 10.9.1.1
        ct zone 2 snat ip to 10.9.2.1
    }
}
"""


def check_zones(pairs):
    """Two offices with the same addresses and ports behind one router: NAT and marks keep them apart."""
    nft(RA, ZONES)
    first, second = pairs.named("zone")
    b, ends = first.host_b, []
    for ns, p in ((HA, first), (os.environ["HC"], second)):
        client, server, peer = tcp_pair(ns, "10.1.202.10", HB, b, PORT, 5555)
        is_(peer, p.host_a, f"conntrack zones: the peer sees {p.host_a}")
        ends.append((client, server))
    for (client, server), name in zip(ends, ("one", "two")):
        for s in (client, server):
            s.setblocking(False)
        for way, sender, receiver in (("there", client, server), ("back", server, client)):
            got, data = pump(sender, receiver, BULK)
            ok(got == data, f"conntrack zones, {name}: {BULK >> 10} KiB arrive {way}", len(got))
    known = run(RA, "conntrack", "-L", "-p", "tcp", check=False).stdout
    is_(sorted(re.findall(rf"ESTABLISHED src=10.1.202.10 dst={b} sport=5555 dport={PORT} .*dst=(10.9.[12].1) .*zone=([12])",
                          known)), [("10.9.1.1", "1"), ("10.9.2.1", "2")], "conntrack zones: one connection in each")
    for s in (s for pair in ends for s in pair):
        s.close()


pairs = Pairs(sys.argv[1])
check_mss(pairs)
for pair in pairs.named("tunnel"):
    check_tunnel_headers(pair)
    check_fragments(pair, "no conntrack")
for pair in pairs.named("transport"):
    check_transport_headers(pair)
check_narrow_fragments(pairs.named("tunnel")[0])
check_ways(pairs)
check_opened_mark(pairs)
check_zones(pairs)
for pair in pairs.named("tunnel"):
    check_fragments(pair, "conntrack")
is_({k for k in reasons(RA)} - {"out-too-big"}, set(), "nothing was dropped for another reason")
