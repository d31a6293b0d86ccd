#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Both routers seal and open by the fake engine, and talk to each other by it, in each of its modes."""
import array
import fcntl
import struct
import termios

from net import *
from net import _kernels

PARAMETERS = "/sys/module/fake_engine/parameters/"
OPS = int(os.environ["OPS"])
COUNT = max(OPS // 4, 1)	# of datagrams each way: each is sealed once and opened once
UDP_SEGMENT = 103
SIZE, SEGMENTS, BURSTS = 64, 25, 8
IN_FLIGHT_MOST = 800		# a device's backlog has room for 1000
PORT = 7002
ENDS = {RA: ("192.168.90.1", "10.1.202.1"), RB: ("192.168.80.1", "10.1.101.1")}
NETS = {RA: "10.1.202.0/24", RB: "10.1.101.0/24"}
OTHER = {RA: RB, RB: RA}
KEYS = {"aes-128-gcm": 20, "aes-192-gcm": 28, "aes-256-gcm": 36, "aes-128-cbc": 16, "aes-192-cbc": 24, "aes-256-cbc": 32}
WINDOW = 64


class Engine:
    def __setitem__(self, name, value):
        with open(PARAMETERS + name, "w", encoding="ascii") as f:
            f.write(str(value))

    def __getitem__(self, name):
        with open(PARAMETERS + name, encoding="ascii") as f:
            return int(f.read())

    def holds(self):
        answered = self["answered"] + self["refused"]
        return self["asked"] - answered


engine = Engine()


def install(suite, esn="no", window=WINDOW):
    """One pair of SAs between the routers' offices, in place of what was there."""
    enc, _, auth = suite.partition("+")
    words = f"mode=tunnel enc-algorithm={enc} esn={esn} replay-window={window}"
    words += f" enc-key=0x{os.urandom(KEYS[enc]).hex()}"
    if auth:
        words += f" auth-algorithm={auth} auth-key=0x{os.urandom(32).hex()}"
    for ns in (RA, RB):
        text = "kernel policy flush\nkernel sa flush\n"
        us, them = ENDS[ns], ENDS[OTHER[ns]]
        for way, spi, src, dst in (("out", 0x1000 + (ns == RA), us, them), ("in", 0x1000 + (ns == RB), them, us)):
            text += f"kernel sa add direction={way} spi={spi} src-address={src[0]} dst-address={dst[0]} {words}\n"
        text += (f"kernel policy add src-address={NETS[ns]} dst-address={NETS[OTHER[ns]]} tunnel=yes "
                 f"sa-src-address={us[0]} sa-dst-address={them[0]}\n")
        script(ns, text)


def rows():
    return [sa for ns in (RA, RB) for sa in ctl_json(ns, "kernel", "sa", "print")]


def drivers():
    return {(sa["driver"].startswith("fake-"), sa["hw_aead"]) for sa in rows()}


def fallbacks():
    return sum(statistics(ns)["engine-fallbacks"] for ns in (RA, RB))


class Talk:
    """Numbered datagrams between the routers, both ways."""

    def __init__(self):
        self.sock = {ns: udp(ns, port=PORT) for ns in (RA, RB)}
        for t in self.sock.values():
            t.sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, SIZE)
            t.sock.setsockopt(socket.SOL_SOCKET, 32, 64 << 20)	# SO_SNDBUFFORCE
        self.anew()

    def anew(self):
        self.sent = {RA: 0, RB: 0}
        self.seen = {RA: set(), RB: set()}
        self.twice, self.behind = 0, 0
        self.top = {RA: -1, RB: -1}
        self.before = {ns: reasons(ns) for ns in (RA, RB)}

    def send(self, ns, count):
        first = self.sent[ns]
        for n in range(first, first + count, SEGMENTS):
            many = min(SEGMENTS, first + count - n)
            data = b"".join(struct.pack(">Q", n + i) + bytes(SIZE - 8) for i in range(many))
            self.sock[ns].send(data, ENDS[ns][1], ENDS[OTHER[ns]][1], PORT)
        self.sent[ns] += count

    def receive(self):
        for ns in (RA, RB):
            while (got := self.sock[ns].receive()):
                n = struct.unpack_from(">Q", got[0])[0]
                self.twice += n in self.seen[ns]
                self.seen[ns].add(n)
                self.behind = max(self.behind, self.top[ns] - n)
                self.top[ns] = max(self.top[ns], n)

    def drops(self):
        out = {}
        for ns in (RA, RB):
            for name, n in grown(self.before[ns], reasons(ns)).items():
                out[name] = out.get(name, 0) + n
        return out

    def received(self):
        return sum(len(s) for s in self.seen.values())

    def under_way(self):
        self.receive()
        return sum(self.sent.values()) - self.received() - sum(self.drops().values())

    def charged(self):
        """Bytes of packets that a sender still answers for: each leaves when its skb is freed, or passes a link."""
        total = 0
        for t in self.sock.values():
            left = array.array("i", [0])
            fcntl.ioctl(t.sock, termios.TIOCOUTQ, left)
            total += left[0]
        return total

    def run(self, count):
        """That many each way, never so many at once that a device's backlog is full."""
        self.anew()
        step = SEGMENTS * BURSTS
        for n in range(0, count, step):
            for ns in (RA, RB):
                self.send(ns, min(step, count - n))
            wait_for(lambda: self.under_way() <= IN_FLIGHT_MOST - 2 * step, step=0.01)
        wait_for(lambda: not self.under_way() and not engine.holds() and not self.charged(), step=0.02)

    def check(self, name, want_drops, behind):
        """Every packet has come once or was dropped for one of these reasons, and no skb is left."""
        drops = self.drops()
        lost = sum(self.sent.values()) - self.received()
        good = not self.twice and not engine.holds() and not self.charged() and lost == sum(drops.values())
        good &= set(drops) == set(want_drops) and behind[0] <= self.behind <= behind[1]
        ok(good, f"{name}: each of {sum(self.sent.values())} packets comes, or is counted as {want_drops or 'nothing else'}",
           f"received {self.received()}, twice {self.twice}, drops {drops}, the engine holds {engine.holds()}, "
           f"senders are charged {self.charged()} bytes, the last one behind by {self.behind}")


def protocol_errors():
    s = [statistics(ns) for ns in (RA, RB)]
    return sum(x["in-state-protocol-errors"] + x["out-state-protocol-errors"] for x in s)


def traffic(talk, suite, esn):
    """All that goes on while an engine works, however badly."""
    name = f"{suite}{', esn' if esn == 'yes' else ''}"
    engine["mode"] = "late"
    install(suite, esn)
    is_(drivers(), {(True, True)}, f"{name}: all four SAs have the engine, and say so")
    for mode, drops, behind, errors in (
            ("now", (), (0, 0), 0),
            ("late", (), (0, 0), 0),
            ("shuffled", (), (1, WINDOW - 1), 0),
            ("busy", ("in-crypto-busy", "out-crypto-busy"), (0, 0), 1),
            ("full", ("in-crypto-busy", "out-crypto-busy"), (0, 0), 1)):
        engine["mode"] = mode
        before, asked = protocol_errors(), engine["asked"]
        talk.run(COUNT)
        talk.check(f"{name}: {mode}", set(drops), behind)
        asked = engine["asked"] - asked
        ok(COUNT * 3 <= asked <= COUNT * 4, f"{name}: {mode}: the engine was asked", asked)
        is_(protocol_errors() - before, sum(talk.drops().values()) * errors, f"{name}: {mode}: so say the counters")
    is_(drivers(), {(True, True)}, f"{name}: nothing of that makes the SAs leave the engine")


def too_late(talk):
    """A chunk is longer than the window: what comes behind it is too old, and told so."""
    install("aes-128-gcm", window=WINDOW)
    engine["mode"], engine["depth"] = "shuffled", 200
    talk.run(COUNT)
    talk.check("disorder beyond the window", {"in-replay-old"}, (0, WINDOW - 1))
    engine["depth"] = 32


def errors(talk):
    """An engine that has no memory is kept, one that fails is left for software."""
    install("aes-128-gcm")
    engine["mode"], engine["error"] = "failing", 12
    talk.run(COUNT)
    talk.check("out of memory now and then", {"in-no-memory", "out-no-memory"}, (0, 0))
    is_(drivers(), {(True, True)}, "that is no reason to leave the engine")
    engine["error"] = 5
    for suite in ("aes-128-gcm", "aes-128-cbc+sha256"):
        engine["mode"] = "late"
        install(suite)
        had = fallbacks()
        engine["mode"] = "failing"
        for _ in range(30):
            talk.run(50)
            if drivers() == {(False, False)}:
                break
        talk.check(f"{suite}: input/output errors", set(talk.drops()) & {"in-crypto-error", "out-crypto-error"}, (0, 0))
        is_(drivers(), {(False, False)}, f"{suite}: all four SAs go on by software")
        is_(fallbacks() - had, 4, f"{suite}: and each is counted")
        asked = engine["asked"]
        talk.run(100)
        talk.check(f"{suite}: by software", set(), (0, 0))
        is_(engine["asked"], asked, f"{suite}: the engine is not asked any more")


def lies():
    """Known answers tell; each driver is asked once for each algorithm."""
    engine["mode"] = "wrong"
    had = fallbacks()
    install("aes-192-gcm")
    is_(drivers(), {(False, False)}, "an engine with wrong answers gets no SA")
    is_(fallbacks() - had, 4, "each SA that went to software is counted")
    engine["mode"] = "now"
    install("aes-192-gcm")
    is_(drivers(), {(False, False)}, "it is not trusted later either")


def silence():
    """It never answers its test: it is refused in the end, what it holds stays valid memory."""
    engine["mode"] = "silent"
    start = time.monotonic()
    install("aes-256-gcm")
    ok(time.monotonic() - start > 9, "an engine that says nothing is waited for, for a while")
    is_(drivers(), {(False, False)}, "then it gets no SA")
    is_(engine.holds(), 1, "it still has the packet of its test")
    start = time.monotonic()
    install("aes-256-gcm")
    ok(time.monotonic() - start < 9, "nobody waits for it twice")
    with inside(RA):
        p = subprocess.Popen([os.environ["IPSECCTL"], "kernel", "sa", "add", "spi=0x900", "src-address=192.0.2.1",
                              "dst-address=192.0.2.2", "direction=in", "enc-algorithm=aes-192-cbc",
                              "enc-key=0x" + "11" * 24, "auth-algorithm=sha256", "auth-key=0x" + "22" * 32])
    ok(wait_for(lambda: engine.holds() == 2), "another one waits for its test")
    p.kill()
    start = time.monotonic()
    p.wait()
    ok(time.monotonic() - start < 8, "it can be killed meanwhile")
    is_([sa for sa in rows() if sa["spi"] == "0x00000900"], [], "without an SA")
    ok(run(RA, "rmmod", "ipsec", check=False).returncode, "the module stays as long as the engine may call it")
    ok(run(RA, "rmmod", "fake_engine", check=False).returncode, "the engine stays as long as it is used")
    engine["mode"] = "late"
    ok(wait_for(lambda: not engine.holds()), "late answers find someone at home")


def hold(talk, suite="aes-128-gcm"):
    """Packets in the engine's hands, in both routers, sealed and opened."""
    engine["mode"] = "late"
    install(suite)
    talk.run(100)
    engine["mode"] = "silent"
    for ns in (RA, RB):
        talk.send(ns, 100)
    return wait_for(lambda: engine.holds() == 200)


def let_go(talk, mode):
    engine["mode"] = mode
    return wait_for(lambda: not engine.holds() and not talk.charged(), step=0.02)


def alive():
    """SAs whose memory is not free yet, listed or not."""
    return sum(statistics(ns)["sas"] for ns in (RA, RB))


def flush(talk):
    for mode in ("late", "gone"):
        ok(hold(talk), f"200 packets are in the engine's hands; then {mode}")
        for ns in (RA, RB):
            script(ns, "kernel policy flush\nkernel sa flush\n")
        is_(rows(), [], "SAs are flushed meanwhile")
        ok(alive(), "but live as long as their packets", alive())
        ok(let_go(talk, mode), "all packets are given back", engine.holds(), talk.charged())
        ok(wait_for(lambda: not alive()), "then none is left", alive())
    engine["mode"] = "late"


def remove_module(talk):
    for mode in ("late", "gone"):
        ok(hold(talk), f"200 packets are in the engine's hands; then {mode}")
        # the sockets of the family hold the module
        for genl in list(_kernels.values()):
            genl.close()
        _kernels.clear()
        p = subprocess.Popen(["rmmod", "ipsec"])
        time.sleep(1)
        is_(p.poll(), None, "the module waits for them")
        ok(let_go(talk, mode), "all packets are given back", engine.holds(), talk.charged())
        is_(p.wait(LIMIT), 0, "then it goes")
        subprocess.run(["insmod", os.environ["IPSEC_KO"]], check=True)
    engine["mode"] = "late"


def remove_router(talk):
    ok(hold(talk), "200 packets are in the engine's hands")
    talk.sock.pop(RB).sock.close()
    _kernels.pop(RB).close()
    run(ISP, "ip", "netns", "del", RB)
    time.sleep(1)
    is_(engine.holds(), 200, "a router goes, the engine has its packets still")
    is_(statistics(RA)["sas"], 2, "the other router is as it was")
    ok(let_go(talk, "gone"), "all packets are given back", engine.holds(), talk.charged())
    ok(wait_for(lambda: run(ISP, "ip", "link", "show", "wan_b", check=False).returncode), "and the router is gone")
    engine["mode"] = "late"


def main():
    talk = Talk()
    lies()
    silence()
    traffic(talk, "aes-128-gcm", "no")
    traffic(talk, "aes-128-cbc+sha256", "yes")
    too_late(talk)
    errors(talk)
    flush(talk)
    remove_module(talk)
    remove_router(talk)
    for genl in _kernels.values():
        genl.close()
    is_(subprocess.run(["rmmod", "ipsec"], check=False).returncode, 0, "the module leaves")


if __name__ == "__main__":
    main()
