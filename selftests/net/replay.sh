#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sequence numbers: replay windows of all sizes exact to the packet, forgery that must not move them, extended
# numbers past 2^32 in both directions, and the hard end of numbers outbound.
set -eu
STACK_A=culvert STACK_B=none
. "$(dirname "$0")/lib/net.sh"
net_up
crypto_load
python replay_peer.py
done_testing
