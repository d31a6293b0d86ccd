#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A router whose filter puts every connection on an nft flowtable: what a policy wants never gets there, leaves it when
# the policy comes later, and all else stays on it.
set -eu
STACK_B=culvert
. "$(dirname "$0")/lib/net.sh"
command -v nft conntrack >/dev/null || skip_all "needs nft and conntrack"
net_up
modprobe -qa nft_flow_offload nf_flow_table_inet || true

# so that clear packets between the LANs would arrive
ip -n "$ISP" route add 10.1.202.0/24 via 192.168.90.1
ip -n "$ISP" route add 10.1.101.0/24 via 192.168.80.1
ip -n "$ISP" route add 2001:db8:202::/64 via 2001:db8:90::1 dev wan_a onlink
ip -n "$ISP" route add 2001:db8:101::/64 via 2001:db8:80::1 dev wan_b onlink

# Each step of the program installs the next script in both routers.
v6_ends=a=2001:db8:90::1,b=2001:db8:80::1
esp_step none
esp_step lan mode=tunnel "$v6_ends,net_a=2001:db8:202::/64,net_b=2001:db8:101::/64"
esp_step use level=use "level=use,$v6_ends,net_a=2001:db8:202::/64,net_b=2001:db8:101::/64"
esp_step wan net_a=192.168.90.1/32 "$v6_ends,net_a=2001:db8:90::1/128,net_b=2001:db8:101::/64"

python flowtable.py "$NET_WORK"
done_testing
