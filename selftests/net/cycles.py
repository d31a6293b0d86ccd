#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Namespaces with a pair of SAs that end while an engine has their packets: cycles.py NUMBER"""
import sys

from net import *

PARAMETERS = "/sys/module/fake_engine/parameters/"
PORT = 7003
EACH = 3	# packets in the engine's hands when its namespace ends
AT_ONCE = 20	# namespaces that wait for the engine at a time


def parameter(name, value=None):
    with open(PARAMETERS + name, "r" if value is None else "w", encoding="ascii") as f:
        return int(f.read()) if value is None else f.write(value)


def holds():
    answered = parameter("answered") + parameter("refused")
    return parameter("asked") - answered


def begin(ns):
    """A namespace whose packets for 10.9.0.0/24 are sealed and would leave by a link to nobody."""
    subprocess.run(["ip", "-batch", "-"], text=True, check=True, input=f"netns add {ns}\n")
    subprocess.run(["ip", "-n", ns, "-batch", "-"], text=True, check=True, input="""
        link set lo up
        link add out type veth peer name nobody
        link set out up
        link set nobody up
        addr add 192.0.2.1/24 dev out
        neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev out
        route add default via 192.0.2.2
        """)
    ends = "src-address=192.0.2.1 dst-address=192.0.2.2"
    script(ns, f"""
        kernel sa add direction=out spi=0x1000 {ends} mode=tunnel enc-algorithm=aes-128-gcm enc-key=0x{bytes(20).hex()}
        kernel policy add dst-address=10.9.0.0/24 tunnel=yes sa-src-address=192.0.2.1 sa-dst-address=192.0.2.2
        """)


def send(ns):
    with inside(ns), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for i in range(EACH):
            s.sendto(bytes(50 + i), ("10.9.0.9", PORT))


def main():
    count = int(sys.argv[1])
    wrong = []
    parameter("mode", "late")
    begin("cv-cycle")	# tests the engine, which must answer then
    subprocess.run(["ip", "netns", "del", "cv-cycle"], check=True)
    for first in range(0, count, AT_ONCE):
        names = [f"cv-cycle-{i}" for i in range(first, min(first + AT_ONCE, count))]
        parameter("mode", "silent")
        for ns in names:
            begin(ns)
            send(ns)
        if not wait_for(lambda n=len(names): holds() == n * EACH):
            wrong.append(f"from {first} on: the engine holds {holds()}")
        for ns in names:
            subprocess.run(["ip", "netns", "del", ns], check=True)
        parameter("mode", ("late", "gone")[first // AT_ONCE % 2])
        if not wait_for(lambda: not holds()):
            wrong.append(f"from {first} on: the engine keeps {holds()}")
        if wrong:
            break
    ok(not wrong, f"{count} namespaces end with packets in the engine's hands", *wrong)


if __name__ == "__main__":
    main()
