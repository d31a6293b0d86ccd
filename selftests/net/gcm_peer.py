# SPDX-License-Identifier: GPL-2.0-or-later
"""A peer of router A that seals and opens ESP with AES-GCM itself, so that it may use any sequence number."""
import itertools
import json
import os
import struct
import subprocess

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from net import *

A, B = "192.168.90.1", "192.168.80.1"
HOST_A, HOST_B = "10.1.202.10", "10.1.101.10"
PORT_A, PORT_B = 7001, 7002
STATES = {1: "larval", 2: "mature", 3: "dying", 4: "dead"}
POLICY = ("kernel policy add src-address=10.1.202.0/24 dst-address=10.1.101.0/24 action=encrypt tunnel=yes "
          f"sa-src-address={A} sa-dst-address={B}\n")

_spis = itertools.count(0x2000)


class Sa:
    """One SA as both ends know it. With esn the high half of the number is part of what is authentic."""

    def __init__(self, out, esn=False, spi=None):
        self.out, self.esn, self.spi = out, esn, spi or next(_spis)
        self.key = os.urandom(20)

    def words(self, more=""):
        """What adds it to router A."""
        ends = (A, B) if self.out else (B, A)
        return (f"kernel sa add direction={'out' if self.out else 'in'} spi={self.spi} src-address={ends[0]} "
                f"dst-address={ends[1]} mode=tunnel enc-algorithm=aes-128-gcm enc-key=0x{self.key.hex()} "
                f"esn={'yes' if self.esn else 'no'} {more}\n")

    def aad(self, seq):
        return struct.pack(">IQ" if self.esn else ">II", self.spi, seq if self.esn else seq & 0xffffffff)

    def seal(self, seq, inner, next_header=4):
        iv = os.urandom(8)
        pad = -(len(inner) + 2) % 4
        plain = inner + bytes(range(1, pad + 1)) + bytes([pad, next_header])
        sealed = AESGCM(self.key[:16]).encrypt(self.key[16:] + iv, plain, self.aad(seq))
        return struct.pack(">II", self.spi, seq & 0xffffffff) + iv + sealed

    def open(self, seq, esp):
        """The inner packet; an exception if it is not authentic under this number."""
        plain = AESGCM(self.key[:16]).decrypt(self.key[16:] + esp[8:16], esp[16:], self.aad(seq))
        return plain[:-2 - plain[-2]]


def install(*words, policy=True):
    """These SAs, and the one policy, in the place of all others."""
    script(RA, "kernel policy flush\nkernel sa flush\n" + (POLICY if policy else "") + "".join(words))


def udp_packet(data):
    """From host B to host A, without UDP checksum."""
    head = struct.pack(">HHHH", PORT_B, PORT_A, 8 + len(data), 0) + data
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(head), 0, 0, 64, 17, 0) + pack(HOST_B) + pack(HOST_A)
    return ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:] + head


class Wire:
    """Host A, the peer, and what router A counts."""

    def __init__(self):
        self.raw = raw_sender(RB)
        self.host = udp(HA, port=PORT_A)
        self.capture = Capture(ISP, "wan_a")
        self.before = reasons(RA)

    def into(self, packets):
        """ESP to router A."""
        for esp in packets:
            self.raw.sendto(ip_packet(B, A, 50, esp), (A, 0))

    def from_host(self, sizes, port=PORT_B):
        """UDP to host B, in IP packets of these sizes."""
        for size in sizes:
            self.host.send(os.urandom(size - 28), HOST_A, HOST_B, port)

    def sealed(self):
        """ESP from router A since the last call."""
        return [f for f in self.capture.frames() if f.esp and f.src == pack(A)]

    def expect(self, name, delivered, counted):
        """Exactly so many packets reach host A (or, as a list, pass the wire) and so many are counted."""
        got, out, now = 0, [], {}

        def settled():
            nonlocal got, now
            got += self.host.empty()
            out.extend(self.sealed())
            now = grown(self.before, reasons(RA))
            return got + len(out) >= delivered and sum(now.values()) >= sum(counted.values())

        wait_for(settled)
        good = got + len(out) == delivered and now == counted
        ok(good, name, f"passed {got} in, {len(out)} out, want {delivered}; counted {now}, want {counted}")
        self.before = {k: self.before.get(k, 0) + v for k, v in now.items()} | {
            k: v for k, v in self.before.items() if k not in now}
        return out


class Monitor:
    """ipsecctl --json monitor in router A, from when it listens until it is closed."""

    def __init__(self):
        with inside(RA):
            self.process = subprocess.Popen([os.environ["IPSECCTL"], "--json", "monitor"], text=True,
                                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = self.process.stderr.readline()
        if "listening" not in line:
            raise RuntimeError("monitor: " + line)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.events, self.rest = [], ""

    def read(self):
        """All events so far."""
        try:
            while (data := os.read(self.process.stdout.fileno(), 65536)):
                self.rest += data.decode()
        except BlockingIOError:
            pass
        *lines, self.rest = self.rest.split("\n")
        self.events += [json.loads(line) for line in lines if line]
        return self.events

    def of(self, kind, spi=None):
        return [e for e in self.read() if e["event"] == kind and (spi is None or int(e["spi"], 16) == spi)]

    def wait(self, kind, spi=None, count=1):
        """These events, once that many have come."""
        wait_for(lambda: len(self.of(kind, spi)) >= count)
        return self.of(kind, spi)

    def close(self):
        self.process.terminate()
        self.process.wait()


def state(sa):
    """Of the SA in router A, or "gone"."""
    found = sas(RA).get(sa.spi)
    return STATES[found["state"]] if found else "gone"
