#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The module comes and goes many times, and so do routers with packets in the hands of an engine.
set -eu
STACK_A=culvert STACK_B=culvert
. "$(dirname "$0")/lib/net.sh"
[ -e "${FAKE_ENGINE_KO:-}" ] || skip_all "no engine to test with: make test-modules builds it"
LOADS=${LOADS:-1000} TEARDOWNS=${TEARDOWNS:-500}

# shellcheck disable=SC2329
cleanup() {
	local mode=/sys/module/fake_engine/parameters/mode
	[ ! -e $mode ] || echo gone >$mode
	net_down
	[ ! -e /sys/module/fake_engine ] || rmmod fake_engine
}

# Pages in use, once all that waits for a grace period or a worker has had its time.
in_use() {
	local _
	for _ in 1 2 3; do echo 3 >/proc/sys/vm/drop_caches; sleep 0.3; done
	awk '/^(SUnreclaim|Percpu|VmallocUsed):/ { n += $2 } END { print n }' /proc/meminfo
}

# KASAN keeps what was freed, up to a share of all memory, to see who still uses it (mm/kasan/quarantine.c).
quarantine() {
	if grep -q ' kasan_quarantine_put$' /proc/kallsyms; then
		awk '$1 == "MemTotal:" { print int($2 / 32) }' /proc/meminfo
	else
		echo 0
	fi
}

cycle() {
	local i
	for ((i = 0; i < $1; i++)); do
		insmod "$IPSEC_KO" && rmmod ipsec || return
	done
}

net_up
trap cleanup EXIT
crypto_load
ok "the module leaves" module_unload
ok "it comes and goes" cycle 20
before=$(in_use)
ok "$LOADS times" cycle "$LOADS"
cmp_ok "and leaves no memory behind" $(($(in_use) - before)) -lt $((LOADS * 2 + 512 + $(quarantine)))

module_load
ok "the engine is there" insmod "$FAKE_ENGINE_KO"
python cycles.py "$TEARDOWNS"
ok "the module leaves after that" module_unload
ok "nothing holds the engine" wait_for 30 rmmod fake_engine
done_testing
