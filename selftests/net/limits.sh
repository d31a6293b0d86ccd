#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The life of SAs: limits in packets, bytes and seconds exact at n - 1, n and n + 1 in both directions, events, SAs
# that a packet asks for while it is held, larval ones, and the newest of several.
set -eu
STACK_A=culvert STACK_B=none
. "$(dirname "$0")/lib/net.sh"
net_up
crypto_load
python limits_peer.py
done_testing
