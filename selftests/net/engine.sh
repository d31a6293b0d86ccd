#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A crypto engine that answers late, out of order, with refusals, errors or lies, or not at all (selftests/kmod): what
# becomes of each packet, of SAs, routers and the module with packets in its hands. OPS operations of each kind.
set -eu
STACK_A=culvert STACK_B=culvert
. "$(dirname "$0")/lib/net.sh"
[ -e "${FAKE_ENGINE_KO:-}" ] || skip_all "no engine to test with: make test-modules builds it"
export OPS=${OPS:-1200}

# shellcheck disable=SC2329
cleanup() {
	local mode=/sys/module/fake_engine/parameters/mode
	# what it holds would keep the namespaces for ever
	[ ! -e $mode ] || echo gone >$mode
	net_down
	[ ! -e /sys/module/fake_engine ] || rmmod fake_engine
}

net_up
trap cleanup EXIT
crypto_load
# a router waits for packets in the engine's hands as long as it takes
echo 60 >/proc/sys/net/core/netdev_unregister_timeout_secs
ok "the engine is there" insmod "$FAKE_ENGINE_KO"
python engine.py
NET_MODULE=''
ok "nothing holds the engine" wait_for 30 rmmod fake_engine
ok "the memory of operations is gone" eval "[ ! -e /sys/kernel/slab/ipsec_crypt_op ] && ! grep -q '^ipsec_crypt_op ' /proc/slabinfo"
done_testing
