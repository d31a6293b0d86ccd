#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""nat.py FOLDER: tunnels beside source NAT and a filter. FOLDER/STEP.A and .B are the routers' tables at each step."""
import re
import sys

from net import *

PORT = 7070
IN, OUT = 1, 2	# IPSEC_SA_DIR_*
A = {False: "10.1.202.10", True: "2001:db8:202::10"}
B = {False: "10.1.101.10", True: "2001:db8:101::10"}
LAN_A = {False: "10.1.202.0/24", True: "2001:db8:202::/64"}
WAN_A = {False: "192.168.90.1", True: "2001:db8:90::1"}
WAN_B = {False: "192.168.80.1", True: "2001:db8:80::1"}
ISP_A = {False: "192.168.90.254", True: "2001:db8:90::fe"}
ISP_B = {False: "192.168.80.254", True: "2001:db8:80::fe"}
VIRTUAL = {False: "10.9.9.1", True: "2001:db8:99::1"}
VERSIONS = ((False, "IPv4"), (True, "IPv6"))
LANS = re.compile(r"^(10\.1\.|2001:db8:(202|101):)")


class Nft:
    """The rules in nft's words, and what they have counted."""
    name = "nft"
    rules = """
table inet gate {
    counter n_decrypted {}
    counter n_clear {}
    counter n_new {}
    counter n_established {}
    counter n_invalid {}
    chain forward {
        type filter hook forward priority filter; policy drop;
        meta ipsec exists counter name n_decrypted
        meta ipsec missing counter name n_clear
        meta ipsec exists ct state new counter name n_new
        meta ipsec exists ct state established counter name n_established
        ct state invalid counter name n_invalid
        ct state established,related accept
        meta ipsec exists accept
        iifname lan0 accept
    }
    chain postrouting {
        type nat hook postrouting priority srcnat;
        oifname wan0 masquerade
    }
}
"""

    def install(self, ns):
        run(ns, "nft", "-f", "-", stdin=self.rules)

    def virtual(self, ns):
        """In place of masquerade, an address as mode config gives it."""
        run(ns, "nft", "-f", "-", stdin="flush chain inet gate postrouting\n"
            f"add rule inet gate postrouting ip saddr {LAN_A[False]} oifname wan0 snat ip to {VIRTUAL[False]}\n"
            f"add rule inet gate postrouting ip6 saddr {LAN_A[True]} oifname wan0 snat ip6 to {VIRTUAL[True]}\n")

    def remove(self, ns):
        run(ns, "nft", "flush", "ruleset")

    def counts(self, ns):
        listed = json.loads(run(ns, "nft", "-j", "list", "counters"))["nftables"]
        return {c["counter"]["name"][2:]: c["counter"]["packets"] for c in listed if "counter" in c}


class Iptables:
    """The same in iptables' words."""
    name = "iptables"
    rules = """
*filter
:INPUT ACCEPT
:FORWARD DROP
:OUTPUT ACCEPT
-A FORWARD -m policy --dir in --pol ipsec -m comment --comment n_decrypted
-A FORWARD -m policy --dir in --pol none -m comment --comment n_clear
-A FORWARD -m policy --dir in --pol ipsec -m conntrack --ctstate NEW -m comment --comment n_new
-A FORWARD -m policy --dir in --pol ipsec -m conntrack --ctstate ESTABLISHED -m comment --comment n_established
-A FORWARD -m conntrack --ctstate INVALID -m comment --comment n_invalid
-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A FORWARD -m policy --dir in --pol ipsec -j ACCEPT
-A FORWARD -i lan0 -j ACCEPT
COMMIT
*nat
-A POSTROUTING -o wan0 -j MASQUERADE
COMMIT
"""

    def install(self, ns):
        for tool in ("iptables-nft-restore", "ip6tables-nft-restore"):
            run(ns, tool, stdin=self.rules)

    def virtual(self, ns):
        for tool, v6 in (("iptables-nft-restore", False), ("ip6tables-nft-restore", True)):
            run(ns, tool, "--noflush", stdin="*nat\n-F POSTROUTING\n"
                f"-A POSTROUTING -s {LAN_A[v6]} -o wan0 -j SNAT --to-source {VIRTUAL[v6]}\nCOMMIT\n")

    def remove(self, ns):
        run(ns, "nft", "flush", "ruleset")

    def counts(self, ns):
        sums = {}
        for tool in ("iptables-nft-save", "ip6tables-nft-save"):
            for n, name in re.findall(r"^\[(\d+):.*--comment n_(\w+)", run(ns, tool, "-c"), re.M):
                sums[name] = sums.get(name, 0) + int(n)
        return sums


def step(folder, name):
    for ns, side in ((RA, "A"), (RB, "B")):
        ctl(ns, "-f", f"{folder}/{name}.{side}")
        run(ns, "conntrack", "-F", check=False)


def sa_packets(ns, direction):
    """All packets of the SAs in one direction."""
    return sum(s["packets"] for s in sas(ns).values() if s["dir"] == direction)


def ping(ns, src, dst, v6):
    """Three, each after the answer to the one before."""
    p = Pinger(ns, v6)
    for seq in range(3):
        p.ping(src, dst, 77, seq, b"to and fro")
        if not wait_for(lambda: list(p.replies())):
            return False
    return True


def exchange(client, server):
    """A request and an answer, one packet each."""
    question, answer = os.urandom(900), os.urandom(1000)
    client.sendall(question)
    good = server.recv(2000) == question
    server.sendall(answer)
    return good and client.recv(2000) == answer


def tracked(ns, v6):
    """What conntrack knows of TCP connections."""
    return run(ns, "conntrack", "-L", "-f", "ipv6" if v6 else "ipv4", "-p", "tcp", check=False).stdout


def check_connections(fw):
    """From each side, ICMP and TCP: they work, and both routers know them by their own addresses."""
    for v6, version in VERSIONS:
        wanted, ends = [], []
        for ns, src, peer, dst in ((HA, A[v6], HB, B[v6]), (HB, B[v6], HA, A[v6])):
            name = f"{fw.name}, {version} from {'A' if ns == HA else 'B'}"
            ok(ping(ns, src, dst, v6), f"{name}: pings are answered")
            client, server, seen = tcp_pair(ns, src, peer, dst, PORT)
            ok(exchange(client, server), f"{name}: TCP works")
            is_(seen, src, f"{name}: the peer sees the source as it is")
            port = client.getsockname()[1]
            wanted.append(rf"ESTABLISHED src={src} dst={dst} sport={port} dport={PORT} src={dst} dst={src} .*\[ASSURED\]")
            ends += [client, server]
        for router in (RA, RB):
            known = tracked(router, v6)
            ok(all(re.search(w, known) for w in wanted),
               f"{fw.name}, {version}: router {router[-1].upper()} has them established and not translated", known)
        for s in ends:
            s.close()


def check_counts(fw):
    """All that the filter called decrypted was, and nothing else."""
    for ns in (RA, RB):
        name = f"{fw.name}, router {ns[-1].upper()}"
        # the last packets of closing connections may be on their way
        wait_for(lambda: (c := fw.counts(ns))["decrypted"] == sa_packets(ns, IN) and
                 c["clear"] == sa_packets(ns, OUT))
        c = fw.counts(ns)
        ok(c["decrypted"] >= 24, f"{name}: packets were decrypted", c)
        is_(c["decrypted"], sa_packets(ns, IN), f"{name}: 'ipsec' matched each decrypted packet once")
        is_(c["clear"], sa_packets(ns, OUT), f"{name}: and none of the clear ones")
        is_(c["new"], 4, f"{name}: only what the other side opened was new")
        is_(c["established"], c["decrypted"] - 4, f"{name}: all the rest was established")
        is_(c["invalid"], 0, f"{name}: nothing was invalid")


def check_others(fw):
    """What no policy names leaves by the router's own address."""
    for v6, version in VERSIONS:
        server = udp(ISP, v6, PORT)
        for ns, src, isp, wan in ((HA, A[v6], ISP_A[v6], WAN_A[v6]), (HB, B[v6], ISP_B[v6], WAN_B[v6])):
            router = RA if ns == HA else RB
            name = f"{fw.name}, {version} from {'A' if ns == HA else 'B'} to the ISP"
            before, client = fw.counts(router), udp(ns, v6)
            client.send(b"question", src, isp, PORT)
            got = server.wait()
            if not ok(got and got[1] == wan, f"{name}: comes masqueraded", got):
                continue
            server.send(b"answer", isp, got[1], got[2])
            got = client.wait()
            ok(got and got[0] == b"answer", f"{name}: is answered", got)
            is_(grown(before, fw.counts(router)), {"clear": 2},
                f"{name}: is nothing decrypted")


def check_default(fw):
    """Nobody else gets in."""
    run(ISP, "ip", "route", "add", "10.1.202.0/24", "via", WAN_A[False])
    before, server = fw.counts(RA), udp(HA, port=PORT)
    udp(ISP).send(b"let me in", ISP_A[False], A[False], PORT)
    wait_for(lambda: grown(before, fw.counts(RA)))
    is_(grown(before, fw.counts(RA)), {"clear": 1}, f"{fw.name}: a stranger's packet meets the filter as clear")
    udp(HB).send(b"me too", B[False], A[False], PORT)
    got = server.wait()
    is_(got and got[0], b"me too", f"{fw.name}: and ends there, while the peer's gets in")
    run(ISP, "ip", "route", "del", "10.1.202.0/24")


def check_translated(fw, what, seen_as, capture):
    """A policy that names what source NAT makes of the LAN."""
    for v6, version in VERSIONS:
        name = f"{fw.name}, {version} by the {what} address"
        out, into = sa_packets(RA, OUT), sa_packets(RA, IN)
        list(capture.frames())
        ok(ping(HA, A[v6], B[v6], v6), f"{name}: pings are answered")
        client, server, seen = tcp_pair(HA, A[v6], HB, B[v6], PORT)
        ok(exchange(client, server), f"{name}: TCP works")
        is_(seen, seen_as[v6], f"{name}: that is what the peer sees")
        known = tracked(RA, v6)
        ok(re.search(rf"ESTABLISHED src={A[v6]} .* src={B[v6]} dst={seen_as[v6]} .*\[ASSURED\]", known),
           f"{name}: established in conntrack", known)
        client.close()
        server.close()
        ok(sa_packets(RA, OUT) - out >= 7 and sa_packets(RA, IN) - into >= 6, f"{name}: all went through the SAs")
        check_wire(name, capture)


def check_wire(name, capture):
    """Of what came by, nothing has an address of a LAN, and ESP was there."""
    frames = [f for f in capture.frames() if not f.quiet()]
    told = {(str(ipaddress.ip_address(f.src)), str(ipaddress.ip_address(f.dst)), f.proto) for f in frames}
    leaks = [t for t in told if LANS.match(t[0]) or LANS.match(t[1])]
    ok(not leaks and any(f.esp for f in frames), f"{name}: the ISP sees ESP and no address of a LAN", leaks)


def check_reverse_path(fw):
    """rp_filter would drop the peer's LAN on the WAN, were it not decrypted: its route points elsewhere."""
    for ns, net in ((RA, "10.1.101.0/24"), (RB, "10.1.202.0/24")):
        run(ns, "ip", "link", "add", "far0", "up", "type", "dummy")
        run(ns, "ip", "route", "add", net, "dev", "far0")
    ok(ping(HA, A[False], B[False], False) and ping(HB, B[False], A[False], False),
       f"{fw.name}: the reverse path filter lets decrypted packets in")
    for ns in (RA, RB):
        run(ns, "ip", "link", "del", "far0")


def check(fw, folder):
    capture = Capture(ISP, "wan_a")
    step(folder, "lan")
    for ns in (RA, RB):
        fw.install(ns)
    check_connections(fw)
    check_counts(fw)
    check_others(fw)
    check_wire(fw.name, capture)
    check_default(fw)
    check_reverse_path(fw)
    step(folder, "wan")
    check_translated(fw, "WAN", WAN_A, capture)
    step(folder, "virtual")
    fw.virtual(RA)
    check_translated(fw, "virtual", VIRTUAL, capture)
    for ns in (RA, RB):
        is_(reasons(ns), {}, f"{fw.name}: router {ns[-1].upper()} dropped nothing")
        fw.remove(ns)
    capture.close()


for kind in (Nft(), Iptables()):
    check(kind, sys.argv[1])
