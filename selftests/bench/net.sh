# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# net.sh: the road of the bench, and the means to send on it. Sourced by guest.
#
#	gen ----10.1.0.0/24---- gw1 ----192.168.0.0/24---- gw2 ----10.3.0.0/24---- sink
#	   g0                a0     b0                   c0     d0               s0
#
# Packets go from 10.1.0.2 to 10.2.0.2, which gw2 routes to the sink. Their Ethernet addresses are made up where
# they shall end: the sink's device counts the frame and its IP layer drops it at once.
# One CPU, so that a packet's whole way is done before the next is made: guest time is instructions.

BENCH=/run/bench
NOBODY=02:00:00:00:00:99

# in_ns NS COMMAND...: without a mount namespace of its own, unlike ip netns exec
in_ns() {
	local ns=$1
	shift
	nsenter --net="/run/netns/$ns" "$@"
}

mac() { cat "$BENCH/$1/class/net/$2/address"; }

net_up() {
	local ns
	for ns in gen gw1 gw2 sink; do
		ip netns add $ns
		mkdir -p $BENCH/$ns
		in_ns $ns mount -t sysfs sysfs $BENCH/$ns
		in_ns $ns sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
			net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.default.router_solicitations=0
		ip -n $ns link set lo up
	done
	ip link add g0 netns gen type veth peer name a0 netns gw1
	ip link add b0 netns gw1 type veth peer name c0 netns gw2
	ip link add d0 netns gw2 type veth peer name s0 netns sink
	ip -n gen addr add 10.1.0.3/24 dev g0
	ip -n gw1 addr add 10.1.0.1/24 dev a0
	ip -n gw1 addr add 192.168.0.1/24 dev b0
	ip -n gw2 addr add 192.168.0.2/24 dev c0
	ip -n gw2 addr add 10.3.0.1/24 dev d0
	ip -n sink addr add 10.3.0.2/24 dev s0
	ip -n gen link set g0 up
	ip -n gw1 link set a0 up
	ip -n gw1 link set b0 up
	ip -n gw2 link set c0 up
	ip -n gw2 link set d0 up
	ip -n sink link set s0 up
	ip -n gw1 route add 10.2.0.0/16 via 192.168.0.2
	ip -n gw2 route add 10.2.0.0/16 via 10.3.0.2
	ip -n gw2 route add 10.1.0.0/24 via 192.168.0.1
	ip -n gw1 addr add fd00::1/64 dev b0 nodad
	ip -n gw2 addr add fd00::2/64 dev c0 nodad
	ip -n gw2 addr add fd03::1/64 dev d0 nodad
	ip -n gw1 route add fd02::/64 via fd00::2
	ip -n gw2 route add fd02::/64 via fd03::2
	ip -n gw2 route add fd01::/64 via fd00::1
	ip -n gw1 neigh replace 10.1.0.2 lladdr "$(mac gen g0)" dev a0 nud permanent
	ip -n gw2 neigh replace 192.168.0.1 lladdr "$(mac gw1 b0)" dev c0 nud permanent
	ip -n gw2 neigh replace 10.3.0.2 lladdr $NOBODY dev d0 nud permanent
	ip -n gw2 neigh replace fd03::2 lladdr $NOBODY dev d0 nud permanent
}

# quiet: wait until the stack has told its neighbours of its addresses, which it does more than once
quiet() {
	local seen=''
	counters
	until [ "$seen" = "$WIRE_PACKETS $SINK_PACKETS" ]; do
		seen="$WIRE_PACKETS $SINK_PACKETS"
		sleep 10
		counters
	done
}

# road half|full: packets end as they enter gw2, or at the sink
road() {
	local to=$NOBODY
	HOP=$1
	[ "$1" = half ] || to=$(mac gw2 c0)
	ip -n gw1 neigh replace 192.168.0.2 lladdr "$to" dev b0 nud permanent
	ip -n gw1 neigh replace fd00::2 lladdr "$to" dev b0 nud permanent
}

# --- the generator ------------------------------------------------------------------------------

pg() {
	echo "$2" >"/proc/net/pktgen/$1" || { echo "guest: pktgen refuses '$2' for $1" >&2; exit 1; }
}

# pktgen holds on to a packet it has sent, so the first router must clone it and copy its data, unless it can be told
# not to (since 6.7). Where it cannot, namespace gen is a router in front of gw1 and does that copying, for all alike.
generator_up() {
	modprobe pktgen
	# Before 6.4 a softirq thread that was woken, by a timer's tick say, gets all packets until the scheduler
	# pleases: first in line, it leaves no queue behind when pktgen is done.
	chrt -f -p 50 "$(pgrep -x ksoftirqd/0)"
	pg kpktgend_0 rem_device_all
	pg kpktgend_0 "add_device g0"
	pg g0 "flag !SHARED"
	if grep -q '^Result: OK: flags' /proc/net/pktgen/g0; then
		GENERATOR=g0
		pg g0 "dst_mac $(mac gw1 a0)"
	else
		GENERATOR=p0
		ip link add p0 type dummy
		ip link set p0 up
		ip route add 10.2.0.0/16 via 10.1.0.1
		ip neigh replace 10.1.0.1 lladdr "$(mac gw1 a0)" dev g0 nud permanent
		pg kpktgend_0 rem_device_all
		pg kpktgend_0 "add_device p0"
		pg p0 "xmit_mode netif_receive"
		pg p0 "dst_mac $(mac gen p0)"
	fi
	pg $GENERATOR "delay 0"
	pg $GENERATOR "src_min 10.1.0.2"
	pg $GENERATOR "src_max 10.1.0.2"
	pg $GENERATOR "dst_min 10.2.0.2"
	pg $GENERATOR "dst_max 10.2.0.2"
	pg $GENERATOR "udp_src_min 1000"
	pg $GENERATOR "udp_dst_min 2000"
	pg $GENERATOR "udp_dst_max 2000"
	generator_flows 1
}

# generator_family 4|6
generator_family() {
	if [ "$1" = 6 ]; then
		pg $GENERATOR "src6 fd01::2"
		pg $GENERATOR "dst6 fd02::2"
	else
		pg $GENERATOR "flag !IPV6"
	fi
}

# generator_flows N: the source port goes through N values
generator_flows() {
	pg $GENERATOR "udp_src_max $((999 + $1))"
}

counters() {
	read -r WIRE_PACKETS <$BENCH/gw2/class/net/c0/statistics/rx_packets
	read -r WIRE_BYTES <$BENCH/gw2/class/net/c0/statistics/rx_bytes
	read -r SINK_PACKETS <$BENCH/sink/class/net/s0/statistics/rx_packets
	read -r SINK_BYTES <$BENCH/sink/class/net/s0/statistics/rx_bytes
}

# settle COUNT: the last packets may still be on their way when pktgen is done
settle() {
	local tries packets at=$BENCH/gw2/class/net/c0 from=$WIRE_PACKETS
	[ "$HOP" = half ] || { at=$BENCH/sink/class/net/s0; from=$SINK_PACKETS; }
	for ((tries = 0; tries < 100; tries++)); do
		read -r packets <"$at/statistics/rx_packets"
		[ "$packets" -lt $((from + $1)) ] || return 0
		sleep 0.01
	done
}

# arrived clear|sealed COUNT SIZE: did all packets since the last counters reach the end of the road as they should?
# A packet that was dropped on its way would be a cheap one.
arrived() {
	local wp=$WIRE_PACKETS wb=$WIRE_BYTES sp=$SINK_PACKETS sb=$SINK_BYTES n=$2 clear=$(($2 * $3))
	counters
	wp=$((WIRE_PACKETS - wp)) wb=$((WIRE_BYTES - wb)) sp=$((SINK_PACKETS - sp)) sb=$((SINK_BYTES - sb))
	ARRIVED="sent $n of $3 bytes, on the wire $wp packets with $wb bytes, at the sink $sp with $sb"
	[ $wp = "$n" ] || return 1
	if [ "$1" = clear ]; then [ $wb = $clear ]; else [ $wb -gt $clear ]; fi || return 1
	[ "$HOP" = half ] || { [ $sp = "$n" ] && [ $sb = $clear ]; }
}

# send COUNT SIZE: returns when all are sent; what pktgen took goes to USEC
send() {
	local result
	pg $GENERATOR "count $1"
	pg $GENERATOR "pkt_size $2"
	${MARK:-echo} start >/proc/net/pktgen/pgctrl
	while read -r result; do
		case $result in 'Result: OK: '*) USEC=${result#Result: OK: }; USEC=${USEC%%(*}; return ;; esac
	done </proc/net/pktgen/$GENERATOR
	echo "guest: pktgen failed: $result" >&2
	exit 1
}
