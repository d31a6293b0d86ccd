# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's crypto user configuration: which driver is taken first. By hand, since few machines have a tool for it."""
import errno
import os
import socket
import struct

NETLINK_CRYPTO = 21
NEWALG, DELALG, UPDATEALG = 0x10, 0x11, 0x12
PRIORITY = 1
# with their masks: a hash of either kind will do
TYPES = {"aead": (3, 15), "ahash": (15, 14)}
FIRST = 100000	# before everything real


def request(kind, driver, alg_type=(0, 0), priority=None):
    """0 or an errno."""
    body = struct.pack("=64s64s64sIIII", b"", driver.encode(), b"", *alg_type, 0, 0)
    if priority is not None:
        body += struct.pack("=HHI", 8, PRIORITY, priority)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_CRYPTO) as s:
        s.sendto(struct.pack("=IHHII", 16 + len(body), kind, 5, 1, 0) + body, (0, 0))
        answer = s.recv(65536)
    return -struct.unpack_from("=i", answer, 16)[0]


def algorithms():
    """What /proc/crypto lists."""
    for text in open("/proc/crypto").read().split("\n\n"):
        alg = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
        if alg:
            yield {k.strip(): v.strip() for k, v in alg.items()}


def add(driver, alg_type):
    """Make an instance, and the first choice. One that is there is made the first choice."""
    err = request(NEWALG, driver, TYPES[alg_type], FIRST)
    return prefer(driver, FIRST) if err == errno.EEXIST else err


def prefer(driver, priority):
    """What is made of it is forgotten meanwhile."""
    return request(UPDATEALG, driver, (0, 0), priority)


def forget(driver):
    """Only instances can be forgotten, and only when nobody uses them."""
    return request(DELALG, driver)


def here():
    return os.path.exists("/sys/module/crypto_user")
