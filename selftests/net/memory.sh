#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Memory runs out: at the first allocation of a request or a packet, at the second, and so on until none is missed.
# Needs a kernel with fault injection.
set -eu
STACK_A=culvert STACK_B=culvert
. "$(dirname "$0")/lib/net.sh"
[ -e /proc/self/fail-nth ] && [ -d /sys/kernel/debug/fail_page_alloc ] || skip_all "this kernel injects no faults"
net_up
crypto_load
python memory.py requests
python memory.py packets
ok "the module leaves" module_unload
done_testing
