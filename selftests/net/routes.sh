#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Router B remembers the routes of what arrives: it is never behind the routing tables, their rules, marks and the
# reverse path filter, and holds no device that goes.
set -eu
STACK_A=xfrm STACK_B=culvert
. "$(dirname "$0")/lib/net.sh"
command -v nft >/dev/null || skip_all "needs nft"
net_up

on "$RB" nft -f - <<-'TEXT'
	table inet marks {
		chain prerouting {
			type filter hook prerouting priority mangle;
			udp dport 7071 meta mark set 7
		}
		counter elsewhere {}
		chain postrouting {
			type filter hook postrouting priority filter;
			oifname other udp dport { 7070, 7071 } counter name elsewhere
		}
	}
TEXT

crypto_load
esp_pair mode=tunnel
esp_pair mode=tunnel a=2001:db8:90::1 b=2001:db8:80::1 net_a=2001:db8:202::/64 net_b=2001:db8:101::/64
ok "the SAs and policies are accepted" esp_apply
python routes.py
done_testing
