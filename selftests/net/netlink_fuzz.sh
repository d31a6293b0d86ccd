#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netlink_fuzz.sh: random requests, half of them spoilt (fuzz/). FUZZ_MESSAGES says how many, FUZZ_SEED which.
. "$(dirname "$0")/lib/net.sh"

[ -x "${NETLINK_FUZZ:-}" ] || skip_all "no fuzzer: make test-tools builds it"
module_load || { fail "the module loads"; done_testing; }
# the kernel gets its modprobe back
trap net_down EXIT
crypto_load
ip netns add cv-fuzz
ip -n cv-fuzz link set lo up
tap_from ip netns exec cv-fuzz "$NETLINK_FUZZ" -n "${FUZZ_MESSAGES:-100000}" -s "${FUZZ_SEED:-$((RANDOM << 15 | RANDOM))}"
ip netns delete cv-fuzz
is "no text was cut short" "$(dmesg | grep -c 'truncated extack')" 0
ok "the module unloads" module_unload
done_testing
