#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ah.py PLAN: traffic over AH and over bundles of ESP and AH, and what must be refused."""
import re
import sys

from esp import udp_packet
from net import *

PORT = 7777
SIZES = (0, 1, 3, 100, 1201)


class Pair:
    def __init__(self, p):
        self.__dict__.update(vars(p))
        self.name = p.name.replace("_", " ")
        self.tunnel = p.mode == "tunnel"
        self.bundle = p.protocols == "esp,ah"
        self.v6 = is6(p.host_a)
        self.ns_a, self.ns_b = (HA, HB) if self.tunnel else (RA, RB)
        self.spis = [int(v) for k, v in vars(p).items() if re.fullmatch("(ah|esp)_(ab|ba)", k)]


sockets = {}


def side(ns, v6):
    if (ns, v6) not in sockets:
        sockets[ns, v6] = udp(ns, v6, PORT)
    return sockets[ns, v6]


def receive(ns, v6, data, limit=LIMIT / 4):
    """Until this very datagram comes. What else comes is thrown away."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        got = side(ns, v6).wait(limit)
        if got and got[0] == data:
            return got
    return None


def xfrm_errors(ns):
    with inside(ns):
        lines = [line.split() for line in open("/proc/thread-self/net/xfrm_stat")]
    return {name: int(n) for name, n in lines if int(n)}


def exchange(p):
    """Datagrams both ways; what did not come."""
    lost = []
    for size in SIZES:
        data = os.urandom(size)
        side(p.ns_b, p.v6)
        side(p.ns_a, p.v6).send(data, p.host_a, p.host_b, PORT)
        if not receive(p.ns_b, p.v6, data):
            lost.append(f"{size} bytes from A")
            break
        side(p.ns_b, p.v6).send(data, p.host_b, p.host_a, PORT)
        if not receive(p.ns_a, p.v6, data):
            lost.append(f"{size} bytes from B")
            break
    return lost


def traffic(pairs, capture):
    frames = {}
    for p in pairs:
        errors = exchange(p)
        frames[p.name] = [f for f in capture.frames() if not f.quiet()]
        errors += [f"on the wire: protocol {f.proto}, not AH" for f in frames[p.name] if f.proto != 51][:2]
        p.errors = errors
    culvert, xfrm = sas(RA), xfrm_counts(RB)
    for p in pairs:
        for spi in p.spis:
            got = culvert[spi]["packets"], culvert[spi]["errors"], xfrm.get(spi)
            if got != (len(SIZES), 0, len(SIZES)):
                p.errors.append(f"SPI {spi:#x}: Culvert counts {got[0]} and {got[1]} errors, XFRM {got[2]}")
        ok(not p.errors, p.name, *p.errors)
    is_(reasons(RA), {}, "Culvert counts no drop")
    is_(xfrm_errors(RB), {}, "XFRM counts no error")
    return frames


# --- Scapy ---------------------------------------------------------------------------------------

SCAPY = {"md5": "HMAC-MD5-96", "sha1": "HMAC-SHA1-96", "sha256": "SHA2-256-128", "sha384": "SHA2-384-192",
         "sha512": "SHA2-512-256", "aes-cmac": "AES-CMAC-96"}


def scapy_checks(pairs, frames):
    """What Culvert sealed, by a third implementation."""
    try:
        import logging
        logging.getLogger("scapy").setLevel(logging.ERROR)
        from scapy.layers.inet import IP
        from scapy.layers.inet6 import IPv6
        from scapy.layers.ipsec import AH, SecurityAssociation
    except ImportError:
        note("no Scapy here: nothing is checked against it")
        return
    for p in pairs:
        if p.bundle or p.esn == "yes" or p.auth not in SCAPY:
            continue
        outer = IPv6 if is6(p.a) else IP
        more = {"tunnel_header": outer(src=p.a, dst=p.b)} if p.tunnel else {}
        sa = SecurityAssociation(AH, spi=int(p.ah_ab), auth_algo=SCAPY[p.auth],
                                 auth_key=bytes.fromhex(p.ah_key_ab[2:]), **more)
        sent = [f for f in frames[p.name] if f.src == pack(p.a)]
        errors = [] if len(sent) == len(SIZES) else [f"{len(sent)} frames, not {len(SIZES)}"]
        for f in sent:
            try:
                sa.decrypt(outer(f.ip))
            except Exception as e:
                errors.append(f"{type(e).__name__}: {e}: {f.ip.hex()}")
        ok(not errors, f"Scapy verifies {p.name}", *errors[:2])


# --- options and extension headers ---------------------------------------------------------------

def with_options(packet, options):
    options += bytes(-len(options) % 4)
    head = bytes([0x45 + len(options) // 4]) + packet[1:2]
    head += (len(packet) + len(options)).to_bytes(2, "big") + packet[4:20]
    return head + options + packet[20:]


def with_extensions(packet, *exts):
    """exts: (type, bytes from the third on)"""
    chain, after = b"", packet[6]
    for kind, body in reversed(exts):
        assert (len(body) + 2) % 8 == 0
        chain = bytes([after, (len(body) + 2) // 8 - 1]) + body + chain
        after = kind
    return packet[:4] + (len(packet) - 40 + len(chain)).to_bytes(2, "big") + bytes([after]) + packet[7:40] + chain + \
        packet[40:]


HOP = (0, bytes.fromhex("05020000 0100"))			# router alert, padding
HOP_MUTABLE = (0, bytes.fromhex("3e080102030405060708 01020000"))	# an unknown option that may change
DEST = (60, bytes.fromhex("1e0801020304050607081e00"  "0100"))	# unknown options that may not


def special_cases(addr):
    routing = (43, bytes.fromhex("000000000000") + pack(addr))	# type 0, all stops visited
    return {
        4: {"router alert": bytes.fromhex("94040000"), "record route": bytes([7, 23, 4]) + bytes(20) + b"\x00",
            "timestamp": bytes([68, 12, 5, 0]) + bytes(8), "an unknown option": bytes.fromhex("9e06010203040101"),
            "basic security and no operation": bytes.fromhex("01820b000000000000000000")},
        6: {"hop-by-hop": [HOP], "a mutable hop-by-hop option": [HOP_MUTABLE],
            "hop-by-hop and destination options": [HOP, DEST],
            "destination options in front of a routing header": [DEST, routing],
            "a routing header at its end": [routing]},
    }


def special(pairs):
    """Both stacks take the same parts of a header as mutable."""
    for v6 in (False, True):
        p = next(p for p in pairs if not p.tunnel and not p.bundle and p.v6 == v6 and p.auth == "sha256")
        for src_ns, dst_ns, src, dst in ((RA, RB, p.host_a, p.host_b), (RB, RA, p.host_b, p.host_a)):
            raw = raw_sender(src_ns, v6)
            raw.bind((src, 0))	# XFRM asks its policies before it sees the packet
            for name, more in special_cases(dst)[6 if v6 else 4].items():
                data = os.urandom(50)
                packet = udp_packet(src, dst, PORT, PORT, data)
                packet = with_extensions(packet, *more) if v6 else with_options(packet, more)
                raw.sendto(packet, (dst, 0))
                what = f"{'IPv6' if v6 else 'IPv4'} with {name}, {'from' if src_ns == RA else 'to'} Culvert"
                ok(receive(dst_ns, v6, data, LIMIT / 8), what, f"Culvert: {reasons(RA)}", f"XFRM: {xfrm_errors(RB)}")


def sizes(pairs, capture):
    """Sealed packets are as long as the path takes, and no longer; what is larger is cut behind AH in IPv4."""
    for p in (next(p for p in pairs if p.tunnel and p.bundle == bundle and p.outer == outer and not p.v6)
              for bundle, outer in ((False, "v4"), (False, "v6"), (True, "v4"))):
        answer = ctl_json(RA, "explain", f"src-address={p.host_a}", f"dst-address={p.host_b}", "protocol=udp")
        mtu = answer["payload_mtu"]
        ok(answer.get("ah_spi" if p.bundle else "spi") == f"0x{int(p.ah_ab):08x}", f"explain names the AH SA: {p.name}",
           answer)
        list(capture.frames())
        data = os.urandom(mtu - 28)
        side(HA, False).send(data, p.host_a, p.host_b, PORT)
        came = receive(HB, False, data)
        longest = max((len(f.ip) for f in capture.frames() if f.proto == 51), default=0)
        # ESP with an AEAD leaves up to 3 bytes of padding
        ok(came and 1500 - longest < (4 if p.bundle else 1), f"{mtu} bytes fit the path: {p.name}", f"outer {longest}")
        data = os.urandom(4000)
        side(HA, False).send(data, p.host_a, p.host_b, PORT)
        ok(receive(HB, False, data), f"a datagram of 4000 bytes arrives: {p.name}", reasons(RA), xfrm_errors(RB))
        side(HB, False).send(data, p.host_b, p.host_a, PORT)
        ok(receive(HA, False, data), f"and one the other way: {p.name}", reasons(RA), xfrm_errors(RB))


def path_mtu(pairs):
    """Errors about AH packets: believed if they quote one that was sent, and mean less than is known."""
    for p in (next(p for p in pairs if p.tunnel and p.bundle == bundle and p.outer == outer and not p.v6 and p.auth == "sha256")
              for bundle, outer in ((False, "v4"), (False, "v6"), (True, "v4"))):
        def payload_mtu():
            return ctl_json(RA, "explain", f"src-address={p.host_a}", f"dst-address={p.host_b}", "protocol=udp")["payload_mtu"]

        def error(spi, mtu, a=p.a, b=p.b):
            head = struct.pack(">BBHII", 50 if p.bundle else 4, 5, 0, spi, 1)
            quoted = ip_packet(a, b, 51, head + bytes(1400))
            too_big(quoted if is6(a) else quoted[:6] + b"\x40\x00" + quoted[8:], mtu)
            return payload_mtu()

        before, spi = payload_mtu(), int(p.ah_ab)
        other = "2001:db8:80::1:ff00" if is6(p.b) else "192.168.80.2"
        is_([error(spi ^ 0x100000, 1400), error(spi, 1400, b=other), error(int(p.ah_ba), 1400)], [before] * 3,
            f"an error about another SPI, peer or direction changes nothing: {p.name}")
        after = error(spi, 1400)
        # ESP's padding takes the rest
        ok(abs(before - after - 100) < (4 if p.bundle else 1), f"one about an AH packet that was sent does: {p.name}",
           before, after)
        is_(error(spi, 1450), after, f"one of more than that does not: {p.name}")
        data = os.urandom(after - 28)
        side(HA, False).send(data, p.host_a, p.host_b, PORT)
        ok(receive(HB, False, data), f"what fits that arrives: {p.name}", reasons(RA), xfrm_errors(RB))


# --- what must be refused ------------------------------------------------------------------------

def dropped(name, action, **want):
    before = reasons(RA)
    action()
    want = {k.replace("_", "-"): v for k, v in want.items()}
    got = wait_for(lambda: (g := grown(before, reasons(RA))) and sum(g.values()) >= sum(want.values()) and g)
    is_(got, want, name)


def refused(pairs, capture):
    """A packet from B, caught in front of A, comes again: as it is, and changed."""
    for p in (next(p for p in pairs if not p.tunnel and p.bundle == bundle and p.outer == outer)
              for bundle in (False, True) for outer in ("v4", "v6")):
        list(capture.frames())
        data = os.urandom(64)
        side(RB, p.v6).send(data, p.host_b, p.host_a, PORT)
        receive(RA, p.v6, data)
        good = next(f.ip for f in capture.frames() if f.proto == 51 and f.src == pack(p.b))
        raw, head = raw_sender(ISP, p.v6), 40 if p.v6 else 20
        spi = int(p.ah_ba)

        def send(packet):
            raw.sendto(packet, (p.a, 0))

        before = sas(RA)[spi]
        dropped(f"repeated: {p.name}", lambda: send(good), in_replay_seen=1)
        is_(sas(RA)[spi]["replays"], before["replays"] + 1, "and counted on the SA")
        fresh = good[:head + 8] + (int.from_bytes(good[head + 8:head + 12], "big") + 9).to_bytes(4, "big") + good[head + 12:]
        dropped(f"another sequence number: {p.name}", lambda: send(fresh), in_icv_bad=1)
        for what, at in (("ICV", head + 12), ("payload", len(good) - 1), ("source address", 15 if not p.v6 else 23)):
            bent = fresh[:at] + bytes([fresh[at] ^ 1]) + fresh[at + 1:]
            dropped(f"changed {what}: {p.name}", lambda: send(bent), in_icv_bad=1)
        dropped(f"a wrong length of AH: {p.name}",
                lambda: send(fresh[:head + 1] + bytes([fresh[head + 1] + 3]) + fresh[head + 2:]), in_short=1)
        is_(sas(RA)[spi]["seq"], before["seq"], f"no forged packet moves the window: {p.name}")
        is_(exchange(p), [], f"and good ones still arrive: {p.name}")


def halves(pairs):
    """XFRM sends only one half of what the bundle asks for, or AH where none is asked for."""
    for p in (next(p for p in pairs if p.bundle and p.tunnel == tunnel and p.outer == "v4" and not p.v6)
              for tunnel in (False, True)):
        reqid = re.search(rf"spi 0x0*{int(p.ah_ba):x} reqid (\d+)", run(RB, "ip", "xfrm", "state"))[1]
        for left, mode in (("esp", p.mode), ("ah", "transport")):
            run(RB, "ip", "xfrm", "policy", "update", "src", p.host_b, "dst", p.host_a, "dir", "out", "tmpl", "src", p.b, "dst",
                p.a, "proto", left, "reqid", reqid, "mode", mode)
            if left == "ah" and p.tunnel:
                continue	# AH alone carries a packet of other addresses: there is no such SA
            dropped(f"{left} alone: {p.name}",
                    lambda: side(p.ns_b, p.v6).send(b"half", p.host_b, p.host_a, PORT), in_sa_not_of_policy=1)
        run(RB, "ip", "xfrm", "policy", "update", "src", p.host_b, "dst", p.host_a, "dir", "out", "tmpl", "src", p.b, "dst", p.a,
            "proto", "esp", "reqid", reqid, "mode", p.mode, "tmpl", "src", p.b, "dst", p.a, "proto", "ah", "reqid", reqid,
            "mode", "transport")
        is_(exchange(p), [], f"both again: {p.name}")
        row = next(r["id"] for r in ctl_json(RA, "kernel", "policy", "print") if r.get("src_address", "") .startswith(p.host_a))
        ctl(RA, "kernel", "policy", "set", f"id={row}", "ipsec-protocols=esp")
        dropped(f"more than the policy asks for: {p.name}",
                lambda: side(p.ns_b, p.v6).send(b"more", p.host_b, p.host_a, PORT), in_sa_not_of_policy=1)
        ctl(RA, "kernel", "policy", "set", f"id={row}", "ipsec-protocols=esp,ah")


def acquires(pairs):
    """An acquire says which of the two is missing; what was held goes on when it is there."""
    p = next(p for p in pairs if p.bundle and p.tunnel and p.outer == "v4" and not p.v6 and p.esn == "no")
    shown = {s["spi"]: s for s in ctl_json(RA, "kernel", "sa", "print", "show-sensitive")}
    for proto in ("ah", "esp"):
        spi = f"0x{int(getattr(p, proto + '_ab')):08x}"
        s = shown[spi]
        with inside(RA):
            monitor = subprocess.Popen([os.environ["IPSECCTL"], "--json", "monitor", "count=1", "duration=60s"],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while "listening" not in monitor.stderr.readline():
            pass
        ctl(RA, "kernel", "sa", "remove", f"[find spi={spi}]")
        answer = ctl_json(RA, "explain", f"src-address={p.host_a}", f"dst-address={p.host_b}", "protocol=udp")
        is_((answer.get("missing_sas"), answer.get("reason")), (proto, "out-no-sa"), f"explain tells that {proto} is missing")
        data = os.urandom(40)
        side(HA, False).send(data, p.host_a, p.host_b, PORT)
        event = json.loads(monitor.communicate()[0] or "{}")
        is_((event.get("event"), event.get("missing_sas")), ("acquire", proto), f"acquire asks for {proto}")
        crypto = f"enc-algorithm={s['enc_algorithm']} enc-key={s['enc_key']}" if proto == "esp" else \
            f"ipsec-protocol=ah auth-algorithm={s['auth_algorithm']} auth-key={s['auth_key']}"
        script(RA, f"kernel sa add direction=out spi={spi} src-address={p.a} dst-address={p.b} mode={s['mode']} "
                   f"seq={s['seq'] + 10} {crypto}\n")
        ok(receive(HB, False, data), f"the held packet arrives when {proto} is there", reasons(RA), xfrm_errors(RB))
    larval = ctl(RA, "kernel", "sa", "get-spi", f"src-address={p.b}", f"dst-address={p.a}", "ipsec-protocol=ah").strip()
    got = [s["ipsec_protocol"] for s in ctl_json(RA, "kernel", "sa", "print") if s["spi"] == larval]
    is_(got, ["ah"], "get-spi makes a larval AH SA")


def main():
    pairs = [Pair(p) for p in plan(sys.argv[1])]
    capture = Capture(ISP, "wan_a")
    frames = traffic(pairs, capture)
    scapy_checks(pairs, frames)
    special(pairs)
    sizes(pairs, capture)
    path_mtu(pairs)
    refused(pairs, capture)
    halves(pairs)
    acquires(pairs)


main()
