# SPDX-License-Identifier: GPL-2.0-or-later
"""ESP with null encryption and HMAC-SHA2-256-128 (RFC 4303, 2410, 4868), by the standard library alone."""
import hmac
import struct

from net import ip_packet, is6

SUITE = "enc-algorithm=null auth-algorithm=sha256"


def udp_packet(src, dst, sport, dport, data, tos=0):
    """An IP packet with UDP; no checksum over IPv4."""
    from net import checksum, pack
    head = struct.pack(">HHHH", sport, dport, 8 + len(data), 0)
    if is6(src):
        pseudo = pack(src) + pack(dst) + struct.pack(">II", 8 + len(data), 17)
        head = head[:6] + struct.pack(">H", checksum(pseudo + head + data) or 0xffff)
    return ip4_checksum(ip_packet(src, dst, 17, head + data, tos))


def icmp_packet(src, dst, kind, data, code=0):
    """An ICMP message over IPv4."""
    from net import checksum
    message = struct.pack(">BBH", kind, code, 0) + data
    message = message[:2] + struct.pack(">H", checksum(message)) + message[4:]
    return ip4_checksum(ip_packet(src, dst, 1, message))


def ip4_checksum(packet):
    """What no kernel fills in for a packet inside another."""
    from net import checksum
    if packet[0] >> 4 != 4:
        return packet
    return packet[:10] + struct.pack(">H", checksum(packet[:20])) + packet[12:]


class Esp:
    """One SA."""

    def __init__(self, spi, key, src, dst, esn=False):
        self.spi, self.key, self.src, self.dst, self.esn = spi, key, src, dst, esn

    def icv(self, covered, seq):
        high = struct.pack(">I", seq >> 32) if self.esn else b""
        return hmac.digest(self.key, covered + high, "sha256")[:16]

    def seal(self, seq, data, next_header=4):
        pad = -(len(data) + 2) % 4
        covered = struct.pack(">II", self.spi, seq & 0xffffffff) + data + bytes(range(1, pad + 1))
        covered += bytes([pad, next_header])
        return covered + self.icv(covered, seq)

    def packet(self, seq, data, next_header=None, **more):
        """The same with its outer header."""
        if next_header is None:
            next_header = 41 if data[:1] and data[0] >> 4 == 6 else 4
        return ip_packet(self.src, self.dst, 50, self.seal(seq, data, next_header), **more)

    def open(self, esp, high=0):
        """(payload, next header); ValueError if it is not authentic."""
        covered, icv = esp[:-16], esp[-16:]
        if not hmac.compare_digest(icv, self.icv(covered, high << 32)):
            raise ValueError("the ICV is wrong")
        return covered[8:-2 - covered[-2]], covered[-1]
