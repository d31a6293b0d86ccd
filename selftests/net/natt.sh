#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# NAT traversal: two clients with XFRM behind one NAT and a router with Culvert before it, in transport mode with a row for
# each, and with one row for both; peers whose address changes; keepalives.
set -eu
. "$(dirname "$0")/lib/net.sh"
command -v nft >/dev/null || skip_all "needs nft"
net_up
modprobe -qa net-pf-16-proto-6 xfrm-type-{2,10}-50 || true

# no route for the replies to what the NAT hides
ip -n "$RA" route add unreachable 192.168.80.0/24
ip -n "$RA" route add unreachable 2001:db8:80::/64

python natt.py
done_testing
