#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The policy table: order, actions, levels, ports and protocols, both directions from one row, the inbound check, IKE's
# bypass, built-in rows and what rows count; explain has to agree. Culvert in router A, XFRM in router B.
set -eu
STACK_A=culvert STACK_B=xfrm
. "$(dirname "$0")/lib/net.sh"
net_up
crypto_load

# Addresses .16 to .31 are behind the hosts, which keep silent about them. The ISP knows the way to the LANs here: a
# packet that leaves in the clear arrives.
ip -n "$RA" route add 10.1.202.16/28 via 10.1.202.10
ip -n "$RB" route add 10.1.101.16/28 via 10.1.101.10
ip -n "$ISP" -batch - <<-BATCH
	route add blackhole 169.254.0.0/16
	route add 10.1.202.0/24 via 192.168.90.1
	route add 10.1.101.0/24 via 192.168.80.1
	route add 2001:db8:202::/64 via 2001:db8:90::1 dev wan_a onlink
	route add 2001:db8:101::/64 via 2001:db8:80::1 dev wan_b onlink
BATCH

# Router B opens three SAs and takes clear packets too. Which SA it seals with is the inner source's choice:
# .20/30 0x4001, .24/30 0x4002, .28/30 0x4003; .16/30 goes clear. No replay window: A begins anew with each table.
key=''
random_key key 20
{
	for n in 1 2 3; do
		aead="mode tunnel aead rfc4106(gcm(aes)) $key 128 replay-window 0 flag af-unspec"
		echo "xfrm state add src 192.168.90.1 dst 192.168.80.1 proto esp spi 0x300$n reqid $n $aead"
		echo "xfrm state add src 192.168.80.1 dst 192.168.90.1 proto esp spi 0x400$n reqid $n $aead"
		echo "xfrm policy add src 10.1.101.$((16 + 4 * n))/30 dst 10.1.202.0/24 dir out" \
			"tmpl src 192.168.80.1 dst 192.168.90.1 proto esp reqid $n mode tunnel"
	done
	for nets in "src 10.1.202.0/24 dst 10.1.101.0/24" "src 2001:db8:202::/64 dst 2001:db8:101::/64"; do
		echo "xfrm policy add $nets dir fwd" \
			"tmpl src 192.168.90.1 dst 192.168.80.1 proto esp mode tunnel level use"
	done
} >"$NET_WORK/xfrm"
ok "router B has its SAs and policies" ip -n "$RB" -batch "$NET_WORK/xfrm"
python policy.py "$key"
done_testing
