#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Traffic while things come and go, and drivers for the kernel's crypto API.

    lifecycle.py talk FILE			datagrams between the offices until killed; FILE has one line with
						rounds so far, datagrams received, frames in the clear at the ISP
    lifecycle.py algorithm add|del DRIVER	an instance of AEAD templates, preferred to all others
"""
import os
import socket
import struct
import sys

from net import *

PORT = 7001
BURST = 6
PAIRS = (("10.1.202.10", "10.1.101.10"), ("10.1.202.130", "10.1.101.130"))

NETLINK_CRYPTO = 21
CRYPTO_MSG_NEWALG, CRYPTO_MSG_DELALG = 16, 17
CRYPTOCFGA_PRIORITY_VAL = 1
CRYPTO_ALG_TYPE_AEAD, CRYPTO_ALG_TYPE_MASK = 3, 15
NLM_F_REQUEST, NLM_F_ACK, NLM_F_EXCL, NLM_F_CREATE = 1, 4, 0x200, 0x400
PRIORITY = 100000

SO_ATTACH_FILTER = 26
BPF = ((0x28, 0, 0, 12), (0x15, 0, 3, 0x0800), (0x30, 0, 0, 26), (0x15, 0, 1, 10), (0x06, 0, 0, 0x40000), (0x06, 0, 0, 0))


def algorithm(what, driver):
    """struct crypto_user_alg in a message of the kernel's crypto family."""
    new = what == "add"
    body = struct.pack("=64s64s64sIIII", b"", driver.encode(), b"", CRYPTO_ALG_TYPE_AEAD, CRYPTO_ALG_TYPE_MASK, 0, 0)
    if new:
        body += struct.pack("=HHI", 8, CRYPTOCFGA_PRIORITY_VAL, PRIORITY)
    flags = NLM_F_REQUEST | NLM_F_ACK | (NLM_F_EXCL | NLM_F_CREATE) * new
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_CRYPTO)
    s.send(struct.pack("=IHHII", 16 + len(body), CRYPTO_MSG_NEWALG if new else CRYPTO_MSG_DELALG, flags, 1, 0) + body)
    err = -struct.unpack_from("=i", s.recv(4096), 16)[0]
    if err:
        sys.exit(f"{what} {driver}: {os.strerror(err)}")


def clear_capture():
    """IPv4 from 10.0.0.0/8 at the WAN of router A: the offices' own packets, which the ISP must never see."""
    c = Capture(ISP, "wan_a")
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *i) for i in BPF))
    c.sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                      struct.pack("@HP", len(BPF), ctypes.addressof(code)))
    for _ in c.frames():
        pass
    return c


def talk(path):
    a, b = udp(HA, port=PORT), udp(HB, port=PORT)
    capture = clear_capture()
    rounds = received = clear = 0
    data = bytes(200)
    out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    while True:
        for src, dst in PAIRS:
            for sender, ends in ((a, (src, dst)), (b, (dst, src))):
                for _ in range(BURST):
                    try:
                        sender.send(data, *ends, PORT)
                    except OSError:
                        break	# its link is gone, for now
        received += a.empty() + b.empty()
        clear += sum(not f.outgoing for f in capture.frames())
        rounds += 1
        os.pwrite(out, b"%20d %20d %20d\n" % (rounds, received, clear), 0)
        time.sleep(0.05)


if sys.argv[1] == "talk":
    talk(sys.argv[2])
else:
    algorithm(*sys.argv[2:])
