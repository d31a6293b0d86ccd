#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The rest of the kernel around tunnels whose other end is XFRM: TCP's segments, options and extension headers, fragments,
# marks and routing tables, a VLAN and a bridge as WAN, conntrack zones, and a strict reverse path filter everywhere.
set -eu
. "$(dirname "$0")/lib/net.sh"
command -v nft conntrack >/dev/null || skip_all "needs nft and conntrack"
net_up

# Beside what net_up makes: three more ways from router A to the ISP, and another office whose addresses are those of A.
#	wan1 --- wan_c 192.168.91.0/24	VLAN 7 on wan0 192.168.92.0/24	br0 with port wan2 --- wan_d 192.168.93.0/24
HC=cv-host-c
export HC
trap 'ip netns del $HC 2>/dev/null; net_down' EXIT
ip netns add $HC
ip -batch - <<BATCH
	link add wan1 netns $RA type veth peer name wan_c netns $ISP
	link add wan2 netns $RA type veth peer name wan_d netns $ISP
	link add lan1 netns $RA type veth peer name lan0 netns $HC
BATCH
ok "a VLAN" ip -n "$RA" link add link wan0 name wan0.7 type vlan id 7
ip -n "$ISP" link add link wan_a name wan_a.7 type vlan id 7
ok "a bridge" ip -n "$RA" link add br0 type bridge
for n in 1:wan1:wan_c 2:wan0.7:wan_a.7 3:br0:wan_d; do
	IFS=: read -r n here there <<<"$n"
	ip -n "$RA" addr add 192.168.9$n.1/24 dev "$here"
	ip -n "$RA" link set "$here" up
	ip -n "$ISP" addr add 192.168.9$n.254/24 dev "$there"
	ip -n "$ISP" link set "$there" up
	ip -n "$RA" route add default via 192.168.9$n.254 table 9$n
	ip -n "$RA" rule add from 192.168.9$n.1 table 9$n
	ip -n "$RA" rule add fwmark 9$n table 9$n
done
ip -n "$RA" link set wan2 master br0 up
ip -n "$RA" -batch - <<BATCH
	addr add 10.77.0.1/24 dev lan1
	link set lan1 up
	rule add fwmark 2 table 202
	route add 10.1.202.0/24 via 10.77.0.2 dev lan1 table 202
	rule add fwmark 9 table 109
	route add 10.99.0.0/24 via 10.1.202.10 dev lan0 table 109
BATCH
ip -n "$HC" -batch - <<BATCH
	link set lo up
	link set lan0 up
	addr add 10.77.0.2/24 dev lan0
	addr add 10.1.202.10/32 dev lo
	route add default via 10.77.0.1
BATCH
ip -n "$HA" route add local 10.99.0.0/24 dev lo
for ns in "$HA" "$RA" "$RB" "$HB" "$HC"; do
	on "$ns" bash -c 'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 1 >$f; done'
done
# it looks at who asks for neighbours, too: not by an address that is elsewhere
on "$HC" bash -c 'echo 2 >/proc/sys/net/ipv4/conf/all/arp_announce'
# the filter looks the way back up with the mark that a rule gave; so does what is said of packets that are too long
on "$RA" bash -c 'echo 1 >/proc/sys/net/ipv4/conf/all/src_valid_mark; echo 1 >/proc/sys/net/ipv4/fwmark_reflect'

plan=$NET_WORK/plan
# pair NAME HOST_A HOST_B WORDS...: as esp_pair, between two addresses
pair() {
	local length=32
	case $2 in *:*) length=128 ;; esac
	esp_pair window=1024 "net_a=$2/$length" "net_b=$3/$length" "${@:4}"
	echo "name=$1 host_a=$2 host_b=$3 $ESP_PAIR" >>"$plan"
}
V4="a=192.168.90.1 b=192.168.80.1" V6="a=2001:db8:90::1 b=2001:db8:80::1"

# shellcheck disable=SC2086
{
	pair mss 10.1.202.65 10.1.101.65 $V4
	pair mss 2001:db8:202::1:65 2001:db8:101::1:65 $V6 suite=aes-128-cbc+sha256
	pair transport 192.168.90.66 192.168.80.66 mode=transport a=192.168.90.66 b=192.168.80.66
	pair transport 2001:db8:90::1:66 2001:db8:80::1:66 mode=transport a=2001:db8:90::1:66 b=2001:db8:80::1:66
	pair tunnel 10.1.202.67 10.1.101.67 $V4
	pair tunnel 2001:db8:202::1:67 2001:db8:101::1:67 $V6
	pair mark 10.1.202.70 10.1.101.70 $V4
	pair mark 10.1.202.71 10.1.101.71 $V4 out_a=mark=91
	pair mark 10.1.202.72 10.1.101.72 $V4 out_a=mark=92
	pair opened 10.99.0.1 10.1.101.73 $V4 in_a=mark=9
	pair opened 10.99.0.2 10.1.101.73 $V4
	pair wan 10.1.202.75 10.1.101.75 a=192.168.92.1 b=192.168.80.1
	pair wan 10.1.202.76 10.1.101.76 a=192.168.93.1 b=192.168.80.1
	pair zone 10.9.1.1 10.1.101.80 $V4 in_a=mark=1
	pair zone 10.9.2.1 10.1.101.80 $V4 in_a=mark=2
}

ok "the SAs and policies are accepted" esp_apply
python stack.py "$plan"
done_testing
