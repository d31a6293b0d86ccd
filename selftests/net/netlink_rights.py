#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may ask and who may listen: every command and both groups, from every kind of caller.

A caller is a process of its own. What it may is a table here; nothing else may be.
"""
import ctypes
import errno
import os
import struct
import sys

from genl import *
from net import is_, note, ok

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
CAP_NET_ADMIN, CAP_NET_RAW = 12, 13
libc = ctypes.CDLL(None, use_errno=True)


def call(result):
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def keep_caps(*caps):
    """Give up every capability but these."""
    mask = sum(1 << c for c in caps)
    head = struct.pack("=Ii", 0x20080522, 0)
    call(libc.capset(head, struct.pack("=IIIIII", mask, mask, 0, 0, 0, 0)))


def new_user(*more):
    """Root of a new user namespace, which is nobody outside."""
    call(libc.unshare(CLONE_NEWUSER | sum(more)))
    with open("/proc/self/setgroups", "w", encoding="ascii") as f:
        f.write("deny")
    for name in ("uid_map", "gid_map"):
        with open("/proc/self/" + name, "w", encoding="ascii") as f:
            f.write("0 0 1")


def nobody():
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)


def in_child(prepare, body):
    """What body returns, from a process that prepared itself."""
    r, w = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            prepare()
            out = repr(body())
        except BaseException as e:
            out = repr(f"{type(e).__name__}: {e}")
        os.write(w, out.encode())
        os._exit(0)
    os.close(w)
    with os.fdopen(r, encoding="utf-8") as f:
        out = f.read()
    os.waitpid(pid, 0)
    return eval(out, {})


def ask_all(spec, genl=None):
    """errno of every command, do and dump."""
    genl = genl or Genl(spec)
    out = {}
    for op in spec.yaml["operations"]["list"]:
        for kind, flags in (("do", NLM_F_ACK), ("dump", NLM_F_DUMP)):
            if kind in op:
                out[op["name"], kind] = genl.request(op["name"], b"", flags).errno
    return out


def join_all(spec):
    out = {}
    for group in ("acquire", "event"):
        genl = Genl(spec)
        try:
            genl.join(group)
            out[group] = 0
        except OSError as e:
            out[group] = e.errno
    return out


def main():
    spec = Spec()
    admin = Genl(spec)
    sa = {"src": bytes([192, 0, 2, 1]), "dst": bytes([192, 0, 2, 2]), "spi": 0x1000, "dir": 1, "enc": "aes-128-gcm",
          "enc-key": bytes(range(20))}
    for op, tree in (("policy-new", {"policy": {"action": 2}}), ("sa-new", {"sa": sa})):
        answer = admin.request(op, tree)
        ok(not answer.errno, f"the administrator: {op}", answer)

    def tables():
        return [[t for _, t in admin.dump(op).messages if t.get("sa", {}).pop("add-time-ms", 1)]
                for op in ("policy-get", "sa-get")]

    before = tables()
    callers = [
        # name, how it becomes one, may ask, may listen
        ("root", lambda: None, True, True),
        ("CAP_NET_ADMIN alone", lambda: keep_caps(CAP_NET_ADMIN), True, True),
        ("CAP_NET_RAW alone", lambda: keep_caps(CAP_NET_RAW), False, False),
        ("root without capabilities", keep_caps, False, False),
        ("nobody", nobody, False, False),
        ("root of a child user namespace, in our network namespace", new_user, False, False),
        # the namespace is its own, and what happens there is told to it
        ("root of a child user namespace, in a network namespace of its own", lambda: new_user(CLONE_NEWNET),
         False, True),
        ("nobody of that user namespace", lambda: (new_user(CLONE_NEWNET), keep_caps()), False, False),
    ]
    for name, prepare, may_ask, may_listen in callers:
        got = in_child(prepare, lambda: ask_all(spec))
        if not isinstance(got, dict):
            ok(False, name, got)
            continue
        wrong = {k: v for k, v in got.items() if (v == errno.EPERM) == may_ask}
        # An administrator's flush without attributes is right: it must not spoil what comes after.
        if may_ask:
            note(f"{name}: flushed")
            for op, tree in (("policy-new", {"policy": {"action": 2}}), ("sa-new", {"sa": sa})):
                admin.request(op, tree)
            before = tables()
        ok(not wrong and len(got) == 20, f"{name} {'may' if may_ask else 'may not'} ask", wrong, len(got))
        want = {g: 0 if may_listen else errno.EPERM for g in ("acquire", "event")}
        is_(in_child(prepare, lambda: join_all(spec)), want, f"{name} {'may' if may_listen else 'may not'} listen")
        is_(tables(), before, f"{name}: the tables stay")

    # A socket that the administrator opened does not lend its rights to who sends on it, nor the other way round.
    lent = Genl(spec)
    got = in_child(nobody, lambda: ask_all(spec, lent))
    ok(set(got.values()) == {errno.EPERM}, "nobody may not ask on the administrator's socket", got)
    is_(tables(), before, "the tables stay")


if __name__ == "__main__":
    main()
    sys.stdout.flush()
