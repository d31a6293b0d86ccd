#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Masquerade on both WANs and a filter that drops by default, in the words of nft and of iptables, and not one rule that
# leaves the tunnel out: what a policy names is protected, the rest is translated, and filters can tell the two apart.
set -eu
STACK_B=culvert
. "$(dirname "$0")/lib/net.sh"
command -v nft iptables-nft-restore conntrack >/dev/null || skip_all "needs nft, iptables-nft and conntrack"
net_up

for ns in "$HA" "$RA" "$ISP" "$RB" "$HB"; do
	on "$ns" bash -c 'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 1 >$f; done'
done

# Each step of the program installs the next script in both routers.
v6_ends=a=2001:db8:90::1,b=2001:db8:80::1
esp_step lan mode=tunnel "$v6_ends,net_a=2001:db8:202::/64,net_b=2001:db8:101::/64"
esp_step wan net_a=192.168.90.1/32 "$v6_ends,net_a=2001:db8:90::1/128,net_b=2001:db8:101::/64"
esp_step virtual net_a=10.9.9.1/32 "net_a=2001:db8:99::1/128,net_b=2001:db8:101::/64"

python nat.py "$NET_WORK"
done_testing
