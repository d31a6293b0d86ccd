#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each counter, provoked on purpose: it grows by the packets that were lost and no other does, and the reason behind it
# stands in the statistics, at the tracepoint and, where an SA is to blame, at the SA. The crypto errors need the
# test engine (make test-modules).
set -eu
STACK_A=culvert STACK_B=none
. "$(dirname "$0")/lib/net.sh"

# shellcheck disable=SC2329
cleanup() {
	net_down
	[ ! -e /sys/module/fake_engine ] || rmmod fake_engine
}

net_up
trap cleanup EXIT
crypto_load
ip -n "$RA" route add unreachable 203.0.113.0/24
ip -n "$ISP" -batch - <<-BATCH
	route add 10.1.202.0/24 via 192.168.90.1
	route add 2001:db8:202::/64 via 2001:db8:90::1 dev wan_a onlink
BATCH
# out of a namespace the kernel does not load it
modprobe -q sch_netem
export FAKE_ENGINE_KO=${FAKE_ENGINE_KO:-}
python counters.py
done_testing
