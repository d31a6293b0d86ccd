#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""natt.py: NAT traversal. The ISP translates the clients' addresses and ports; both clients live in router B."""
from net import *

PORT, IKE = 7070, 4500
SERVER = {False: "192.168.90.1", True: "2001:db8:90::1"}
NAT = {False: "192.168.90.254", True: "2001:db8:90::fe"}
CLIENTS = {False: ("192.168.80.1", "192.168.80.65"), True: ("2001:db8:80::1", "2001:db8:80::1:1")}
VERSIONS = ((False, "IPv4"), (True, "IPv6"))
OUTSIDE = (40001, 40002)	# the clients' ports, as the NAT has them
INSIDE = (7001, 7002)	# of the clients' programs
SO_NO_CHECK, UDP_NO_CHECK6_RX = 11, 102
KEY = "0x" + os.urandom(20).hex()


def spi(i, out):
    """SPIs of client i; out as the server sees it."""
    return 0x2000 + 16 * i + out


def server_script(v6):
    lines = ["kernel policy flush", "kernel sa flush"]
    for i, port in enumerate(INSIDE):
        lines.append(f"kernel policy add comment=client{i} src-address={SERVER[v6]} dst-address={NAT[v6]} "
                     f"dst-port={port} protocol=PROTO level=unique")
    return lines


def set_server(v6, proto):
    script(RA, "\n".join(server_script(v6)).replace("PROTO", proto) + "\n")
    rows = {r["comment"]: r["id"] for r in policies(RA) if r.get("comment", "").startswith("client")}
    lines = []
    for i, port in enumerate(OUTSIDE):
        common = f"mode=transport enc-algorithm=aes-128-gcm enc-key={KEY} policy={rows[f'client{i}']} nat-traversal=yes"
        lines += [f"kernel sa add direction=in spi={spi(i, False)} src-address={NAT[v6]} dst-address={SERVER[v6]} "
                  f"src-port={port} dst-port={IKE} {common}",
                  f"kernel sa add direction=out spi={spi(i, True)} src-address={SERVER[v6]} dst-address={NAT[v6]} "
                  f"src-port={IKE} dst-port={port} {common}"]
    script(RA, "\n".join(lines) + "\n")


def set_clients(v6, proto):
    lines = []
    for i, client in enumerate(CLIENTS[v6]):
        for a, b, out in ((client, SERVER[v6], False), (SERVER[v6], client, True)):
            lines.append(f"xfrm state add src {a} dst {b} proto esp spi {spi(i, out)} reqid {i + 1} mode transport "
                         f"replay-window 32 aead rfc4106(gcm(aes)) {KEY} 128 encap espinudp {IKE} {IKE} 0.0.0.0")
            lines.append(f"xfrm policy add src {a} dst {b} proto {proto} dir {'in' if out else 'out'} "
                         f"tmpl proto esp reqid {i + 1} mode transport")
    run(RB, "ip", "xfrm", "state", "flush")
    run(RB, "ip", "xfrm", "policy", "flush")
    run(RB, "ip", "-batch", "-", stdin="\n".join(lines) + "\n")


def set_nat(v6):
    ip = "ip6" if v6 else "ip"
    nat = f"[{NAT[v6]}]" if v6 else NAT[v6]
    rules = "".join(f"{ip} saddr {c} udp sport {IKE} snat to {nat}:{p}\n" for c, p in zip(CLIENTS[v6], OUTSIDE))
    run(ISP, "nft", "-f", "-", stdin=f"flush ruleset\ntable {ip} nat {{\nchain post {{\n"
        f"type nat hook postrouting priority srcnat;\n{rules}}}\nchain forward {{\ntype filter hook forward priority 0;\n"
        "}\n}\n")


def sa_packets(s):
    return {k: v["packets"] for k, v in sas(RA).items() if k == s}.get(s)


def check_udp(v6, version, zero):
    """Datagrams from both clients; the answers find their ways back."""
    name = f"{version}, UDP without checksum" if zero else f"{version}, UDP"
    server = udp(RA, v6, PORT)
    if zero and v6:
        server.sock.setsockopt(socket.IPPROTO_UDP, UDP_NO_CHECK6_RX, 1)
    talkers = [udp(RB, v6, port) for port in INSIDE]
    if zero:
        for t in talkers:
            t.sock.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
            if v6:
                t.sock.setsockopt(socket.IPPROTO_UDP, 101, 1)	# UDP_NO_CHECK6_TX
                t.sock.setsockopt(socket.IPPROTO_UDP, UDP_NO_CHECK6_RX, 1)
    before = [sa_packets(spi(i, True)) for i in (0, 1)]
    asked, ends = [], []
    for i, t in enumerate(talkers):
        t.send(b"question %d" % i, CLIENTS[v6][i], SERVER[v6], PORT)
        got = server.wait()
        ends.append(got)
        asked.append(got and got[0] == b"question %d" % i and got[1:3] == (NAT[v6], INSIDE[i]))
    if ok(all(asked), f"{name}: both clients are heard, behind one address", ends):
        # the answers in the other order
        for i in (1, 0):
            server.send(b"answer %d" % i, SERVER[v6], ends[i][1], ends[i][2])
        got = [t.wait() for t in talkers]
        is_([g and g[0] for g in got], [b"answer 0", b"answer 1"], f"{name}: each gets its own answer")
        is_([sa_packets(spi(i, True)) - before[i] for i in (0, 1)], [1, 1], f"{name}: by the SA its question came from")
    for t in talkers + [server]:
        t.sock.close()


def check_tcp(v6, version):
    for i, port in enumerate(INSIDE):
        client, server, _ = tcp_pair(RB, CLIENTS[v6][i], RA, SERVER[v6], PORT, port)
        question, answer = os.urandom(1000), os.urandom(1000)
        with client, server:
            client.sendall(question)
            got = server.recv(2000)
            server.sendall(answer)
            ok(got == question and client.recv(2000) == answer, f"{version}, TCP, client {i}: to and fro")


def events(limit=1.0):
    return [(n, t["sa"]) for n, t in kernel_events.events(limit) if n == "peer-change"]


def seal_one(v6, capture):
    """A packet that client 0 sealed and the NAT did not let through: its UDP payload."""
    talker = udp(RB, v6, INSIDE[0])
    table = "ip6" if v6 else "ip"
    run(ISP, "nft", "add", "rule", table, "nat", "forward", "udp", "dport", str(IKE), "drop")
    list(capture.frames())
    talker.send(b"fresh", CLIENTS[v6][0], SERVER[v6], PORT)
    frames = wait_for(lambda: [f for f in capture.frames() if f.esp])
    run(ISP, "nft", "flush", "chain", table, "nat", "forward")
    talker.sock.close()
    return frames[0].esp


def check_peer_change(v6, version, capture):
    server, elsewhere = udp(RA, v6, PORT), udp(ISP, v6, 45000)
    esp = seal_one(v6, capture)
    forged = esp[:-1] + bytes([esp[-1] ^ 1])
    before = reasons(RA)
    elsewhere.send(forged, NAT[v6], SERVER[v6], IKE)
    wait_for(lambda: grown(before, reasons(RA)))
    is_(grown(before, reasons(RA)), {"in-icv-bad": 1}, f"{version}: a forged packet from another port is dropped")
    is_(events(), [], f"{version}: and reports nothing")
    elsewhere.send(esp, NAT[v6], SERVER[v6], IKE)
    got = server.wait()
    is_(got and got[0], b"fresh", f"{version}: an authentic one is delivered")
    told = events()
    ok(len(told) == 1 and told[0][1].get("encap-sport") == 45000 and told[0][1]["spi"] == spi(0, False),
       f"{version}: and reports the new port", told)
    before = reasons(RA)
    udp(ISP, v6, 45001).send(esp, NAT[v6], SERVER[v6], IKE)
    wait_for(lambda: grown(before, reasons(RA)))
    is_(grown(before, reasons(RA)), {"in-replay-seen": 1}, f"{version}: its replay from a third port is dropped")
    is_(events(), [], f"{version}: and reports nothing")
    # a NAT with another address, and no checksum, which IPv6 must bear as well
    esp, other = seal_one(v6, capture), "2001:db8:90::aa" if v6 else "192.168.90.210"
    ip = ip_packet(other, SERVER[v6], 17, struct.pack(">HHHH", 45002, IKE, 8 + len(esp), 0) + esp)
    before = reasons(RA)
    raw_sender(ISP, v6).sendto(ip, (SERVER[v6], 0))
    told = events(5.0)
    ok(len(told) == 1 and told[0][1].get("encap-sport") == 45002, f"{version}: from another address: reported",
       told, grown(before, reasons(RA)))
    server.sock.close()
    elsewhere.sock.close()


def check_port(v6, version):
    """What comes to the port: keepalives end here, IKE reaches its socket."""
    before, ike, peer = reasons(RA), udp(RA, v6, IKE), udp(ISP, v6)
    for data in (b"\xff", b"\xff", b"\0\0\0\0IKE"):
        peer.send(data, NAT[v6], SERVER[v6], IKE)
    got = ike.wait()
    is_(got and got[0], b"\0\0\0\0IKE", f"{version}: keepalives are swallowed, IKE is not")
    is_(ike.empty(), 0, f"{version}: and nothing else came")
    is_(grown(before, reasons(RA)), {}, f"{version}: nor was it counted as a drop")
    ike.sock.close()


def check_warning():
    """An SA behind a port that packets are not taken from is of no use: its owner hears of it."""
    words = ("kernel", "sa", "add", "direction=in", "spi=0x9000", f"src-address={NAT[False]}",
             f"dst-address={SERVER[False]}", "nat-traversal=yes", "src-port=4500", f"dst-port={IKE}",
             "enc-algorithm=aes-128-gcm", f"enc-key={KEY}")
    p = run(RA, os.environ["IPSECCTL"], *words, check=False)
    ok(p.returncode == 0 and f"{IKE} is none of ike-ports" in p.stderr, "a port that is none of ike-ports: a warning", p)
    ctl(RA, "kernel", "sa", "flush")
    ctl(RA, "kernel", "settings", "set", f"ike-ports=500,{IKE}")
    p = run(RA, os.environ["IPSECCTL"], *words, check=False)
    ok(p.returncode == 0 and not p.stderr, "and none once it is", p)


# --- one row for all clients ------------------------------------------------------------------------

INNER = ("10.1.101.64", "10.1.101.65")	# of the clients' programs, in tunnels
HOST = "10.1.202.10"


def shared_sa(i, port, s, out, words=""):
    """An SA of client i behind that port of the NAT, for the only row."""
    a, b, sport, dport = NAT[False], SERVER[False], port, IKE
    if out:
        a, b, sport, dport = b, a, dport, sport
    return (f"kernel sa add direction={'out' if out else 'in'} spi={s} src-address={a} dst-address={b} src-port={sport} "
            f"dst-port={dport} enc-algorithm=aes-128-gcm enc-key={KEY} nat-traversal=yes {words}\n")


def shared_row(row, mode):
    script(RA, f"kernel policy flush\nkernel sa flush\nkernel policy add comment=all level=unique {row}\n")
    number = next(r["id"] for r in policies(RA) if r.get("comment") == "all")
    words = f"mode={mode} policy={number}"
    script(RA, "".join(shared_sa(i, port, spi(i, out), out, words) for i, port in enumerate(OUTSIDE)
                       for out in (False, True)))
    return words


def explained(**flow):
    got = ctl_json(RA, "explain", *(f"{k.replace('_', '-')}={v}" for k, v in flow.items()))
    return got.get("spi") and int(got["spi"], 16), got.get("reason")


def shared_flow(port):
    return explained(src_address=SERVER[False], dst_address=NAT[False], protocol="udp", src_port=PORT, dst_port=port)


def ask(talker, i, server, data):
    talker.send(data, CLIENTS[False][i], SERVER[False], PORT)
    got = server.wait()
    return got and got[0] == data


def check_shared_row():
    """Their selectors are the same: a reply goes where its question came from, and nowhere else."""
    words = shared_row(f"src-address={SERVER[False]} dst-address={NAT[False]} protocol=udp", "transport")
    set_clients(False, "udp")
    server, talkers = udp(RA, False, PORT), [udp(RB, False, port) for port in INSIDE]

    def answer(i, data, by=server):
        try:
            by.send(data, SERVER[False], NAT[False], INSIDE[i])
        except PermissionError:
            return "refused"
        got = talkers[i].wait()
        return got and got[0]

    before = reasons(RA)
    is_([answer(i, b"unasked", udp(RA, False, PORT + 1)) for i in (0, 1)], ["refused"] * 2, "one row: nothing is said to whoever it may be for")
    is_(grown(before, reasons(RA)), {"out-peer-unknown": 2}, "one row: and that is counted")
    is_(shared_flow(INSIDE[0] + 9), (None, "out-peer-unknown"), "one row: explain says the same")
    ok(all(ask(t, i, server, b"question %d" % i) for i, t in enumerate(talkers)), "one row: both clients are heard")
    is_([answer(i, b"answer %d" % i) for i in (0, 1, 0)], [b"answer 0", b"answer 1", b"answer 0"],
        "one row: each gets its answers")
    is_([shared_flow(port)[0] for port in INSIDE], [spi(0, True), spi(1, True)], "one row: explain tells them apart")

    # client 0 has new SAs, and its are the newest now
    script(RA, "".join(shared_sa(0, OUTSIDE[0], spi(4, out), out, words) for out in (False, True)))
    for a, b, out in ((CLIENTS[False][0], SERVER[False], False), (SERVER[False], CLIENTS[False][0], True)):
        run(RB, "ip", "xfrm", "state", "add", "src", a, "dst", b, "proto", "esp", "spi", str(spi(4, out)), "reqid", "1", "mode",
            "transport", "aead", "rfc4106(gcm(aes))", KEY, "128", "encap", "espinudp", str(IKE), str(IKE), "0.0.0.0")
    is_([answer(i, b"rekeyed %d" % i) for i in (0, 1)], [b"rekeyed 0", b"rekeyed 1"], "one row: rekeying confuses nobody")
    is_([shared_flow(port)[0] for port in INSIDE], [spi(4, True), spi(1, True)], "one row: the newest SA of each is used")
    ctl(RA, "kernel", "sa", "set", f"[find spi=0x{spi(4, True):08x}]", "dst-port=41001")
    is_([shared_flow(port)[0] for port in INSIDE], [spi(4, True), spi(1, True)], "one row: a port that changes takes its flows along")
    ctl(RA, "kernel", "sa", "set", f"[find spi=0x{spi(4, True):08x}]", f"dst-port={OUTSIDE[0]}")

    check_same_ports(talkers[0], server)

    before = reasons(RA)
    for i in (0, 4):
        ctl(RA, "kernel", "sa", "remove", f"[find spi=0x{spi(i, True):08x}]")
    ok(ask(talkers[1], 1, server, b"alone"), "one row: one client is left")
    is_([answer(i, b"left %d" % i) for i in (0, 1)], ["refused", b"left 1"], "one row: and does not get what was the other's")
    is_(grown(before, reasons(RA)), {"out-peer-unknown": 1}, "one row: that is counted")
    for t in talkers + [server]:
        t.sock.close()


def check_same_ports(talker, server):
    """Flows that nothing tells apart: who was heard last, in an authentic packet, gets the answers."""
    def answered():
        server.send(b"whose", SERVER[False], NAT[False], INSIDE[0])
        got = talker.wait()
        return got and CLIENTS[False].index(got[3])

    list(wire.frames())
    heard = []
    for i in (0, 1, 0, 1):
        if ask(talker, i, server, b"me %d" % i):
            heard.append(answered())
    is_(heard, [0, 1, 0, 1], "the same ports: the last one heard is answered")
    old = next(f.esp for f in wire.frames() if f.esp and f.src == pack(CLIENTS[False][0]))
    before = reasons(RA)
    udp(ISP, False, 45003).send(old, NAT[False], SERVER[False], IKE)
    wait_for(lambda: grown(before, reasons(RA)))
    is_((grown(before, reasons(RA)), answered()), ({"in-replay-seen": 1}, 1), "the same ports: a replay is not heard")
    ask(talker, 0, server, b"me again")


def check_shared_tunnel():
    """The same with a tunnel's row without ports: echo requests, and TCP."""
    shared_row(f"src-address=10.1.202.0/24 dst-address=10.1.101.0/24 tunnel=yes sa-src-address={SERVER[False]} "
               f"sa-dst-address={NAT[False]}", "tunnel")
    lines = ["xfrm state flush", "xfrm policy flush"]
    for i, client in enumerate(CLIENTS[False]):
        for a, b, out in ((client, SERVER[False], False), (SERVER[False], client, True)):
            net = [f"{INNER[i]}/32", "10.1.202.0/24"]
            lines.append(f"xfrm state add src {a} dst {b} proto esp spi {spi(i, out)} reqid {i + 1} mode tunnel "
                         f"replay-window 32 aead rfc4106(gcm(aes)) {KEY} 128 encap espinudp {IKE} {IKE} 0.0.0.0")
            for way in ("fwd", "in") if out else ("out",):
                lines.append(f"xfrm policy add src {net[out]} dst {net[not out]} dir {way} tmpl src {a} dst {b} proto esp "
                             f"reqid {i + 1} mode tunnel")
    run(RB, "ip", "-batch", "-", stdin="\n".join(lines) + "\n")
    pinger, before = Pinger(HB, False), reasons(RA)
    packets = [sa_packets(spi(i, True)) for i in (0, 1)]
    got = []
    for n in range(4):
        pinger.ping(INNER[n % 2], HOST, 100 + n % 2, n, b"ping")
        wait_for(lambda: got.extend(pinger.replies()) or len(got) > n)
    is_([g[:2] for g in got], [(100, 0), (101, 1), (100, 2), (101, 3)], "one tunnel row: echo replies find both clients")
    for i in (0, 1):
        client, server, _ = tcp_pair(HB, INNER[i], HA, HOST, PORT, 7003)
        with client, server:
            server.sendall(b"hello")
            is_(client.recv(10), b"hello", f"one tunnel row: TCP of client {i}")
    is_(grown(before, reasons(RA)), {}, "one tunnel row: nothing is lost")
    ok(all(sa_packets(spi(i, True)) - packets[i] > 3 for i in (0, 1)), "one tunnel row: by the SAs of both")
    udp(HA, False).send(b"hello?", HOST, INNER[0], 9)
    wait_for(lambda: grown(before, reasons(RA)))
    is_(grown(before, reasons(RA)), {"out-peer-unknown": 1}, "one tunnel row: no guess where a new flow belongs")


check_warning()
kernel(RA)
with inside(RA):
    from genl import Genl
    kernel_events = Genl(kernel(RA).spec)
for group in kernel_events.groups:
    kernel_events.join(group)
encap = [encap_socket(RB, IKE, v6) for v6 in (False, True)]
wire = Capture(ISP, "wan_b")
for v6, version in VERSIONS:
    set_nat(v6)
    for proto in ("udp", "tcp"):
        set_server(v6, proto)
        set_clients(v6, proto)
        if proto == "tcp":
            check_tcp(v6, version)
            continue
        for zero in (False, True):
            check_udp(v6, version, zero)
        is_(reasons(RA), {}, f"{version}: nothing was dropped") if not v6 else None
        check_peer_change(v6, version, wire)
    check_port(v6, version)
set_nat(False)
check_shared_row()
check_shared_tunnel()
