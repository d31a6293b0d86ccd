#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Explain tells what really happens: random packets against random tables in router A, each asked about beforehand.
# EXPLAIN_PACKETS says how many, EXPLAIN_SEED which (100,000 take twenty minutes in an emulated machine).
set -eu
STACK_A=culvert STACK_B=none
. "$(dirname "$0")/lib/net.sh"
net_up
crypto_load
# What leaves router A has been seen there, and ends.
ip -n "$ISP" -batch - <<-BATCH
	route add blackhole 10.1.0.0/16
	route add blackhole 192.168.80.0/28
	route add blackhole 2001:db8:202::/64
	route add blackhole 2001:db8:101::/64
BATCH
python explain.py "${EXPLAIN_PACKETS:-4000}" "${EXPLAIN_SEED:-$((RANDOM << 15 | RANDOM))}"
done_testing
