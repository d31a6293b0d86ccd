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
    family = socket.AF_INET6 if is6(a) else socket.AF_INET
    with make(ns_b, family, socket.SOCK_STREAM) as listener:
        client = make(ns_a, family, socket.SOCK_STREAM)
        for s in (listener, client):
            s.settimeout(LIMIT)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if is6(a):
                s.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        if maxseg:
            client.setsockopt(socket.IPPROTO_TCP, TCP_MAXSEG, maxseg)
        listener.bind((b, PORT))
        listener.listen()
        client.bind((a, 0))
        client.connect((b, PORT))
        server, _ = listener.accept()
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
        for way, sender, receiver in (("there", client, server), ("back", server, client)):
            got, data = pump(sender, receiver, BULK)
            ok(got == data, f"{version} from {name}, {what}: {BULK >> 10} KiB arrive {way}", len(got))
        client.close()
        server.close()


def set_mss(value):
    ctl(RA, "kernel", "policy", "set", "[find where !default]", f"tcp-mss={value}")


def check_transport(p):
    """The router's own connections: what its socket came to think of the peer, less the time stamp option."""
    client, server = connect(RA, p.host_a, RB, p.host_b)
    is_(client.getsockopt(socket.IPPROTO_TCP, TCP_MAXSEG), fitting(p, PPPOE) - 12,
        "transport mode, tcp-mss=auto: the router's own socket sends no longer segments")
    for way, sender, receiver in (("there", client, server), ("back", server, client)):
        got, data = pump(sender, receiver, BULK)
        ok(got == data, f"transport mode, tcp-mss=auto: {BULK >> 10} KiB arrive {way}", len(got))
    client.close()
    server.close()


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


pairs = Pairs(sys.argv[1])
check_mss(pairs)
is_({k for k in reasons(RA)} - {"out-too-big"}, set(), "nothing was dropped for another reason")
