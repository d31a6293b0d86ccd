#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""hardware.py STEP [SUITE...]: make the kernel prefer the drivers of $ENGINE, see which ones SAs have, undo it."""
import sys

import cryptouser
from net import *

ENGINE = os.environ["ENGINE"]
MADE = f"/run/hardware.{ENGINE}"
VIRTIO, VIRTIO_PRIORITY = "virtio_crypto_aes_cbc", 150
# cryptd takes only what answers at once, and these say that they may not
SYNC = ((r"rfc4106-gcm-aesni[-a-z0-9]*", "rfc4106(gcm_base(ctr(aes-generic),ghash-generic))"),
        (r"(ctr|cbc)-aes-aesni[-a-z0-9]*", r"\1(aes-generic)"))


def drivers():
    return {(s["driver"], s["hw_aead"]) for s in ctl_json(RA, "kernel", "sa", "print")}


def driver_of(algs, suite, esn):
    """What an SA of it gets now."""
    words = ""
    for kind, alg in zip(("enc", "auth"), suite.split("+")):
        size = algs[alg]["key_bits"] // 8 + algs[alg]["salt_bytes"]
        words += f" {kind}-algorithm={alg} {kind}-key=0x{os.urandom(size).hex()}"
    script(RA, f"kernel sa flush\nkernel sa add spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 direction=out esn={esn} "
               f"{words}\n")
    (driver, _), = drivers()
    ctl(RA, "kernel", "sa", "flush")
    return driver


def prepare(suites):
    """From the drivers that these suites have without it."""
    made = []
    algs = {a["name"]: a for a in ctl_json(RA, "algorithm", "print")}
    if ENGINE == "virtio_crypto":
        is_(cryptouser.prefer(VIRTIO, cryptouser.FIRST), 0, f"{VIRTIO} becomes the first choice")
    for esn in ("no", "yes"):
        for suite in suites:
            driver = driver_of(algs, suite, esn)
            # what was made of another AES is in the way
            while ENGINE == "virtio_crypto" and VIRTIO not in driver and wait_for(lambda: not cryptouser.forget(driver), 10):
                driver = driver_of(algs, suite, esn)
            if ENGINE in driver:
                continue
            if ENGINE == "cryptd":
                for pattern, plain in SYNC:
                    driver = re.sub(pattern, plain, driver)
            driver = f"{ENGINE}({driver})"
            err = cryptouser.add(driver, "aead")
            ok(not err, f"{driver} can be had", os.strerror(err))
            made.append(driver)
    with open(MADE, "w", encoding="ascii") as f:
        f.write("\n".join(made))


def check():
    got = drivers()
    want = VIRTIO if ENGINE == "virtio_crypto" else ENGINE + "("
    ok(got and all(want in d and hw for d, hw in got), f"{ENGINE}: every SA says that it has it", got)
    late = {a["driver"] for a in cryptouser.algorithms() if a.get("async") == "yes"}
    is_({d for d, _ in got} - late, set(), f"{ENGINE}: and the kernel, that it answers later")


def forget():
    if ENGINE == "virtio_crypto":
        cryptouser.prefer(VIRTIO, VIRTIO_PRIORITY)
        return
    left = set(open(MADE, encoding="ascii").read().split())

    def gone():
        left.difference_update([d for d in left if not cryptouser.forget(d)])
        return not left

    wait_for(gone)
    is_(left, set(), f"{ENGINE}: nothing holds it any more")


if sys.argv[1] == "prepare":
    prepare(sys.argv[2:])
elif sys.argv[1] == "drivers":
    check()
else:
    forget()
