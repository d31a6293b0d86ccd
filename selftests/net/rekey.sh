#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Make before break: SAs are replaced again and again under a flow in either direction, between Culvert and XFRM and
# by turns of who begins. Not a packet is lost, doubled or out of order.
set -eu
STACK_A=culvert STACK_B=xfrm
. "$(dirname "$0")/lib/net.sh"
net_up
crypto_load
python rekey.py "${REKEYS:-10}"
done_testing
