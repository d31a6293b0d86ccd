#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What runs out of memory: at the first allocation, the second, and so on until none fails.

    memory.py requests		the tables must be as before, or as the request wanted them
    memory.py packets		each packet comes or is lost, and the next one passes

Needs a kernel with fault injection and a debugfs: that of make uml DEBUG=1.
"""
import array
import errno
import fcntl
import sys
import termios

from esp import SUITE, Esp, udp_packet
from genl import *
from net import *

DEBUGFS = "/sys/kernel/debug/"
ENDS = {"src": bytes([192, 0, 2, 1]), "dst": bytes([192, 0, 2, 2])}
BACK = {"src": ENDS["dst"], "dst": ENDS["src"]}
SA = {"mode": 2, "dir": 2, "enc": "aes-128-gcm", "enc-key": bytes(range(20)), **ENDS}
MOST = 3000


class Memory:
    def __init__(self):
        self.spec = Spec()
        self.genl = Genl(self.spec)
        self.nth = os.open("/proc/thread-self/fail-nth", os.O_RDWR)

    def must(self, op, tree=None, flags=NLM_F_ACK):
        answer = self.genl.request(op, tree, flags)
        if answer.errno:
            raise RuntimeError(f"{op} {tree}: {answer}")
        return answer

    def tables(self):
        out = []
        for op in ("policy-get", "sa-get"):
            for _, tree in self.genl.dump(op).messages:
                tree.get("sa", {}).pop("add-time-ms", None)
                out.append(tree)
        return out, self.must("settings-get").messages

    def by_id(self):
        return [self.genl.request("policy-get", {"policy": {"id": t["policy"]["id"]}}).errno
                for _, t in self.genl.dump("policy-get").messages]

    def send(self, op, payload, n):
        """What came of the request when the nth allocation failed; None if there were less."""
        genl = self.genl
        os.write(self.nth, str(n).encode())
        try:
            genl.send(genl.family, self.spec.ops[op], payload, NLM_F_ACK | NLM_F_ECHO)
        except OSError as e:
            os.write(self.nth, b"0")
            return e.errno
        left = os.pread(self.nth, 16, 0).strip()
        os.write(self.nth, b"0")
        # An answer may be what there was no memory for: the socket then says that it lost something.
        try:
            answer = genl.collect(lambda data: data)
        except OSError as e:
            return e.errno
        return None if left != b"0" else answer.errno

    def exhaust(self, name, op, tree, ground):
        payload = self.spec.encode("main", tree)
        failed, done, faults = 0, 0, []
        for n in range(1, MOST):
            ground()
            before = self.tables()
            code = self.send(op, payload, n)
            if code is None:
                break
            now = self.tables()
            failed += bool(code)
            done += not code
            # Without memory for the answer the request may still have been done: then it was done whole.
            if now != before and code not in (0, errno.ENOBUFS):
                faults.append(f"allocation {n}: errno {code}, and the tables have changed")
            if any(self.by_id()):
                faults.append(f"allocation {n}: a row is not found by its id")
        ok(code is None and failed > 1 and not faults,
           f"{name}: of {failed + done} allocations {failed} are missed, each without a trace", *faults[:10], code)


class Ground:
    """Rows and SAs to begin with."""

    def __init__(self, memory):
        self.memory, self.ids = memory, {}

    def anew(self):
        m = self.memory
        m.must("policy-flush")
        m.must("sa-flush")
        for n in "abc":
            answer = m.must("policy-new", {"policy": {"comment": n}}, NLM_F_ACK | NLM_F_ECHO)
            self.ids[n] = answer.one("policy")["id"]
        m.must("sa-new", {"sa": {**SA, "spi": 0x1000}})
        m.must("spi-alloc", {"sa": {**BACK, "spi": 0x4000, "hard-time-s": 3600}})

    def stays(self):
        """What fails leaves it."""


def requests():
    m = Memory()
    ground = Ground(m)

    def op(cmd, tree=None):
        out = {"cmd": m.spec.ops[cmd]}
        if tree is not None:
            out["policy" if cmd.startswith("policy") else "sa"] = tree
        return out

    mature = {**SA, **BACK, "dir": 1, "spi": 0x4000}
    flush = [op("policy-flush"), op("sa-flush"), op("policy-new", {"comment": "n"}),
             op("sa-new", {**SA, "spi": 0x1000})]
    m.exhaust("policy-new", "policy-new", {"policy": {"src": ENDS["src"], "src-port-min": 7, "src-port-max": 900,
                                                      "proto": 6}}, ground.anew)
    m.exhaust("sa-new", "sa-new", {"sa": {**SA, "spi": 0x1001}}, ground.anew)
    m.exhaust("sa-new in place of a larval SA", "sa-new", {"sa": mature}, ground.anew)
    m.exhaust("spi-alloc", "spi-alloc", {"sa": BACK}, ground.anew)
    m.exhaust("flush and add anew", "transact", {"ops": {"op": flush}}, ground.anew)
    ground.anew()
    a, b, c = (ground.ids[n] for n in "abc")
    m.exhaust("settings-set", "settings-set", {"settings": {"hold-packets": 5}}, ground.stays)
    m.exhaust("policy-set", "policy-set", {"policy": {"id": b, "comment": "B", "src": ENDS["src"]}}, ground.stays)
    m.exhaust("policy-move", "policy-move", {"policy": {"id": c, "place": 3, "place-id": a}}, ground.stays)
    many = [op("policy-new", {"comment": "n", "place": 3, "place-id": b}),
            op("policy-set", {"id": b, "comment": "BB", "dst": ENDS["src"]}),
            op("policy-set", {"id": c, "comment": "CC"}), op("sa-new", {**SA, "spi": 0x1002}), op("sa-new", mature),
            op("policy-del", {"id": a}), op("sa-del", {"spi": 0x1000, "dst": ENDS["dst"]})]
    m.exhaust("a transaction", "transact", {"ops": {"op": many}}, ground.stays)


class Fault:
    """with Fault(n) as f: the nth allocation of this thread fails; then f.hit tells whether there was one."""

    def __init__(self, n):
        self.n, self.hit = n, False

    def __enter__(self):
        self.file = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
        os.write(self.file, str(self.n).encode())
        return self

    def __exit__(self, *_):
        self.hit = os.pread(self.file, 16, 0).strip() == b"0"
        os.write(self.file, b"0")
        os.close(self.file)


def exhaust(name, attempt, after=lambda: True):
    """attempt() in the face of each fault; after() must be true each time."""
    wrong, refused = [], 0
    for n in range(1, MOST):
        with Fault(n) as fault:
            try:
                attempt()
            except OSError:
                refused += 1
        if not fault.hit:
            break
        if not after():
            wrong.append(f"allocation {n}: it does not go on after that")
    ok(n > 1 and not fault.hit and not wrong, f"{name}: {n - 1} allocations are missed, each without harm", *wrong[:10])


UDP_SEGMENT = 103
PORT = 7004
TUN = ("192.0.2.1", "192.0.2.2")
OURS, THEIRS = "10.1.202.1", "10.1.101.1"


def install():
    """Between the routers sealing for both families; at router A also an SA whose packets a program makes."""
    keys = {spi: f"enc-algorithm=aes-128-gcm enc-key=0x{os.urandom(20).hex()}" for spi in (0x1000, 0x1001)}
    ends = {RA: ("192.168.90.1", "10.1.202.0/24", "2001:db8:202::/64"),
            RB: ("192.168.80.1", "10.1.101.0/24", "2001:db8:101::/64")}
    for ns, other in ((RA, RB), (RB, RA)):
        us, them = ends[ns], ends[other]
        text = ""
        for way, spi, src, dst in (("out", 0x1000 + (ns == RA), us, them), ("in", 0x1000 + (ns == RB), them, us)):
            text += (f"kernel sa add mode=tunnel direction={way} spi={spi} src-address={src[0]} dst-address={dst[0]} "
                     f"{keys[spi]}\n")
        for family in (1, 2):
            text += (f"kernel policy add src-address={us[family]} dst-address={them[family]} tunnel=yes "
                     f"sa-src-address={us[0]} sa-dst-address={them[0]}\n")
        script(ns, text)


def send_each(name, v6, sizes):
    """Datagrams of router A, sealed in the sender's own call."""
    a, b = udp(RA, v6, PORT), udp(RB, v6, PORT)
    src, dst = ("2001:db8:202::1", "2001:db8:101::1") if v6 else (OURS, THEIRS)
    for what, size, segment in sizes:
        a.sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, segment)

        def attempt(size=size):
            a.send(bytes(size), src, dst, PORT)

        def after():
            b.empty()
            attempt()
            return b.wait() and wait_for(lambda: not charged(a.sock), step=0.001)

        wait_for(after)	# routes and neighbours are known from here on
        exhaust(f"{name}: {what}", attempt, after)
        b.empty()


def charged(sock):
    """Bytes of packets whose skb is not free yet."""
    left = array.array("i", [0])
    fcntl.ioctl(sock, termios.TIOCOUTQ, left)
    return left[0]


def tun(ns):
    """A device whose packets the kernel receives in the writer's own call."""
    with inside(ns):
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(fd, 0x400454ca, struct.pack("=16sH22x", b"tun0", 0x1001))	# TUNSETIFF, IFF_TUN | IFF_NO_PI
    run(ns, "ip", "-batch", "-", stdin=f"link set tun0 up\naddr add {TUN[0]}/24 dev tun0\n")
    return fd


def receive_each():
    """ESP for router A, opened in the call that hands it over."""
    key = os.urandom(32)
    script(RA, f"kernel sa add mode=tunnel direction=in spi=0x2000 src-address={TUN[1]} dst-address={TUN[0]} {SUITE} "
               f"auth-key=0x{key.hex()}\n"
               f"kernel policy add src-address={TUN[0]}/32 dst-address=10.7.0.0/24 tunnel=yes "
               f"sa-src-address={TUN[0]} sa-dst-address={TUN[1]}\n")
    esp, fd, sock = Esp(0x2000, key, TUN[1], TUN[0]), tun(RA), udp(RA, port=PORT + 1)
    number = iter(range(1, 1 << 20))

    def attempt(size=100):
        inner = udp_packet("10.7.0.7", TUN[0], PORT, PORT + 1, bytes(size))
        os.write(fd, ip4_sum(esp.packet(next(number), inner)))

    def after():
        sock.empty()
        attempt()
        return sock.wait()

    ok(after(), "inbound: a packet is opened in the writer's call")
    exhaust("inbound: a small packet", attempt, after)
    exhaust("inbound: a large packet", lambda: attempt(1300), after)
    os.close(fd)


def ip4_sum(packet):
    return packet[:10] + struct.pack(">H", checksum(packet[:10] + bytes(2) + packet[12:20])) + packet[12:]


def packets():
    install()
    sizes = (("a small packet", 100, 0), ("a large one", 1350, 0), ("one in fragments", 5000, 0),
             ("one that is segmented", 2500, 100))
    send_each("outbound", False, sizes)
    send_each("outbound, IPv6", True, sizes)
    receive_each()


def main():
    # pages only where nobody may wait: others are the test's own
    for name, value in (("failslab/ignore-gfp-wait", "N"), ("failslab/verbose", "0"), ("fail_page_alloc/verbose", "0")):
        with open(DEBUGFS + name, "w", encoding="ascii") as f:
            f.write(value)
    {"requests": requests, "packets": packets}[sys.argv[1]]()


if __name__ == "__main__":
    main()
