#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""routes.py: packets from host A, opened by router B, and where that router sends them."""
from net import *

PORT, MARKED = 7070, 7071
A = {False: "10.1.202.10", True: "2001:db8:202::10"}
B = {False: "10.1.101.10", True: "2001:db8:101::10"}
ROUTER_A = {False: "192.168.90.1", True: "2001:db8:90::1"}
WARM = 5


def ip(*words):
    return run(RB, "ip", *words)


def elsewhere():
    """Packets of ours that router B sent to its other device."""
    return json.loads(run(RB, "nft", "-j", "list", "counter", "inet", "marks", "elsewhere"))["nftables"][1]["counter"]["packets"]


def other_up():
    ip("link", "add", "other", "type", "veth", "peer", "name", "sink")
    ip("link", "set", "sink", "up")
    ip("link", "set", "other", "arp", "off", "up")


class Way:
    """From host A to host B by the tunnel."""

    def __init__(self, v6):
        self.v6, self.name = v6, "IPv6" if v6 else "IPv4"
        self.sender = udp(HA, v6)
        self.receivers = {port: udp(HB, v6, port) for port in (PORT, MARKED)}

    def send(self, port=PORT):
        word = os.urandom(16)
        self.sender.send(word, A[self.v6], B[self.v6], port)
        return word

    def arrives(self, port=PORT, limit=LIMIT):
        word = self.send(port)
        got = self.receivers[port].wait(limit)
        return bool(got) and got[0] == word

    def warm(self, port=PORT):
        return all(self.arrives(port) for _ in range(WARM))

    def leaves_elsewhere(self, port=PORT):
        """The very next packet does, and does not come to host B as well."""
        before = elsewhere()
        self.send(port)
        return wait_for(lambda: elsewhere() == before + 1) and not self.receivers[port].wait(0.2)


def test_replaced(way):
    ok(way.warm(), f"{way.name}: packets arrive")
    ip("route", "add", B[way.v6], "dev", "other")
    ok(way.leaves_elsewhere(), f"{way.name}: a new route counts from the next packet on")
    ip("route", "del", B[way.v6], "dev", "other")
    ok(way.warm(), f"{way.name}: a route that is gone counts no more")


def test_rule(way):
    version = "-6" if way.v6 else "-4"
    way.warm(MARKED)
    ip(version, "route", "add", "default", "dev", "other", "table", "7")
    ip(version, "rule", "add", "fwmark", "7", "lookup", "7", "pref", "100")
    ok(way.leaves_elsewhere(MARKED) and way.arrives() and way.leaves_elsewhere(MARKED),
       f"{way.name}: a mark chooses the way, packet by packet")
    ip(version, "rule", "add", "dport", str(PORT), "lookup", "7", "pref", "99")
    ok(way.leaves_elsewhere() and way.leaves_elsewhere(), f"{way.name}: so does a rule for a port")
    ip(version, "rule", "del", "pref", "99")
    ip(version, "rule", "del", "pref", "100")
    ok(way.warm() and way.warm(MARKED), f"{way.name}: rules that are gone count no more")


def test_device_goes(way):
    ip("route", "add", B[way.v6], "dev", "other")
    way.leaves_elsewhere()
    ip("link", "del", "other")
    ok(way.warm(), f"{way.name}: a device goes and its routes with it")
    other_up()


def test_path_filter(way):
    """IPv6 has none."""
    ip("route", "add", ROUTER_A[way.v6], "dev", "other")
    way.warm()
    run(RB, "sysctl", "-qw", "net.ipv4.conf.wan0.rp_filter=1")
    ok(wait_for(lambda: not way.arrives(limit=0.5)), f"{way.name}: the reverse path filter comes to know a sender")
    run(RB, "sysctl", "-qw", "net.ipv4.conf.wan0.rp_filter=0")
    ip("route", "del", ROUTER_A[way.v6], "dev", "other")
    ok(wait_for(lambda: way.arrives(limit=0.5)), f"{way.name}: and forgets it")


def main():
    other_up()
    ways = [Way(False), Way(True)]
    for way in ways:
        test_replaced(way)
        test_rule(way)
        test_device_goes(way)
    test_path_filter(ways[0])


main()
