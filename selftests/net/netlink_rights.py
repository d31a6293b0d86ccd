#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may ask and who may listen: every command and both groups, from every kind of caller.

A caller is a process of its own. What it may is a table here; nothing else may be.
"""
import ctypes
import errno
import os
import socket
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


def other_net():
    """In a network namespace that others than the caller's user namespace own."""
    call(libc.unshare(CLONE_NEWNET))


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


KEY = bytes(range(101, 121))
SA = {"src": bytes([192, 0, 2, 1]), "dst": bytes([192, 0, 2, 2]), "spi": 0x1000, "dir": 1, "enc": "aes-128-gcm",
      "enc-key": KEY}
# Requests that only a missing right can stop; the others are tried empty.
RIGHT = {
    ("policy-new", "do"): {"policy": {"action": 1}},
    ("policy-flush", "do"): {},
    ("spi-alloc", "do"): {"sa": {"src": SA["src"], "dst": SA["dst"]}},
    ("sa-new", "do"): {"sa": {**SA, "spi": 0x2000}},
    ("sa-get", "do"): {"sa": {"spi": 0x1000, "dst": SA["dst"], "show-keys": True}},
    ("sa-get", "dump"): {"sa": {"show-keys": True}},
    ("settings-set", "do"): {"settings": {"hold-packets": 3}},
    ("explain", "do"): {"explain": {"src": SA["src"], "dst": SA["dst"]}},
}


def ask_all(spec, genl=None):
    """errno of every command, do and dump; and with it what was shown: keys, anything or nothing."""
    genl = genl or Genl(spec)
    out = {}
    for op in spec.yaml["operations"]["list"]:
        for kind, flags in (("do", NLM_F_ACK), ("dump", NLM_F_DUMP)):
            if kind in op:
                answer = genl.request(op["name"], RIGHT.get((op["name"], kind), b""), flags)
                keys = any(k.endswith("-key") for _, t in answer.messages for k in t.get("sa", {}))
                out[op["name"], kind] = answer.errno, "keys" if keys else "something" if answer.messages else ""
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


def from_nobody(spec):
    """A socket that a process without rights opened and handed over."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    genl = Genl(spec)

    def hand_over():
        made = Genl(spec)
        return socket.send_fds(theirs, [b"x"], [made.sock.fileno()])

    in_child(nobody, hand_over)
    _, fds, _, _ = socket.recv_fds(ours, 1, 1)
    genl.sock.close()
    genl.sock = socket.socket(fileno=fds[0])
    genl.sock.settimeout(60)
    return genl


def elsewhere(spec, admin):
    """Root in another network namespace: it has tables of its own, sees none of ours, and is not told of ours."""
    r, w = os.pipe()

    def look():
        genl, listener = Genl(spec), Genl(spec)
        for group in ("acquire", "event"):
            listener.join(group)
        os.write(w, b"x")
        shown = [t for op in ("policy-get", "sa-get") for _, t in genl.dump(op).messages
                 if t.get("policy", {}).get("flags") != spec.enums["policy-flags"]["builtin"]]
        one = genl.request("sa-get", RIGHT["sa-get", "do"]).errno
        return shown, one, list(listener.events(4))

    pid = os.fork()
    if not pid:
        # an event of ours, once somebody listens there
        os.read(r, 1)
        admin = Genl(spec)
        admin.request("sa-new", {"sa": {**SA, "spi": 0x3000, "hard-time-s": 1}})
        os._exit(0)
    here = Genl(spec)
    here.join("event")
    got = in_child(other_net, look)
    os.waitpid(pid, 0)
    is_(got, ([], errno.ENOENT, []), "root in another network namespace sees and hears nothing of ours")
    told = [name for name, _ in here.events(2)]
    is_(told, ["expire"], "what it did not hear was told here")


def main():
    spec = Spec()
    admin = Genl(spec)
    ground = (("policy-new", {"policy": {"action": 2}}), ("sa-new", {"sa": SA}))
    for op, tree in ground:
        answer = admin.request(op, tree)
        ok(not answer.errno, f"the administrator: {op}", answer)

    def tables():
        return [[t for _, t in admin.dump(op).messages if t.get("sa", {}).pop("add-time-ms", 1)]
                for op in ("policy-get", "sa-get")] + [admin.request("settings-get").one("settings")]

    before = tables()
    callers = [
        # name, how it becomes one, may ask, may listen; another network namespace is one where our tables are not
        ("root", lambda: None, True, True),
        ("CAP_NET_ADMIN alone", lambda: keep_caps(CAP_NET_ADMIN), True, True),
        ("CAP_NET_RAW alone", lambda: keep_caps(CAP_NET_RAW), False, False),
        ("root without capabilities", keep_caps, False, False),
        ("nobody", nobody, False, False),
        ("root of a child user namespace, in our network namespace", new_user, False, False),
        # the namespace is its own, and what happens there is told to it
        ("root of a child user namespace, in a network namespace of its own", lambda: new_user(CLONE_NEWNET),
         False, True),
        ("CAP_NET_ADMIN of that user namespace", lambda: (new_user(CLONE_NEWNET), keep_caps(CAP_NET_ADMIN)),
         False, True),
        ("CAP_NET_RAW of that user namespace", lambda: (new_user(CLONE_NEWNET), keep_caps(CAP_NET_RAW)), False, False),
        ("nobody of that user namespace", lambda: (new_user(CLONE_NEWNET), keep_caps()), False, False),
        ("CAP_NET_ADMIN of a child user namespace, in our network namespace",
         lambda: (new_user(), keep_caps(CAP_NET_ADMIN)), False, False),
        ("nobody of that one", lambda: (new_user(), keep_caps()), False, False),
        ("root of a child user namespace, in a network namespace of others", lambda: (other_net(), new_user()),
         False, False),
    ]
    for name, prepare, may_ask, may_listen in callers:
        got = in_child(prepare, lambda: ask_all(spec))
        if not isinstance(got, dict):
            ok(False, name, got)
            continue
        wrong = {k: v for k, v in got.items() if (v[0] == errno.EPERM) == may_ask or (v[1] and not may_ask)}
        # An administrator's flush without attributes is right: it must not spoil what comes after.
        if may_ask:
            note(f"{name}: flushed")
            is_({got["sa-get", kind][1] for kind in ("do", "dump")}, {"keys"}, f"{name} is shown keys when asking")
            for op in ("policy-flush", "sa-flush"):
                admin.request(op)
            for op, tree in ground:
                admin.request(op, tree)
            before = tables()
        ok(not wrong and len(got) == 20, f"{name} {'may' if may_ask else 'may not'} ask", wrong, len(got))
        want = {g: 0 if may_listen else errno.EPERM for g in ("acquire", "event")}
        is_(in_child(prepare, lambda: join_all(spec)), want, f"{name} {'may' if may_listen else 'may not'} listen")
        is_(tables(), before, f"{name}: the tables stay")

    # A socket that the administrator opened does not lend its rights to who sends on it, nor the other way round.
    lent = Genl(spec)
    got = in_child(nobody, lambda: ask_all(spec, lent))
    ok(set(got.values()) == {(errno.EPERM, "")}, "nobody may not ask on the administrator's socket", got)
    lent.close()
    got = ask_all(spec, from_nobody(spec))
    ok(set(got.values()) == {(errno.EPERM, "")}, "nor the administrator on a socket that nobody opened", got)
    is_(tables(), before, "the tables stay")
    elsewhere(spec, admin)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
