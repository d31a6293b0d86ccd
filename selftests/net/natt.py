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
