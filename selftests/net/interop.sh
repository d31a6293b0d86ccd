#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The suites in wide use, tunnel and transport, IPv4 and IPv6 and each inside the other, without and with extended
# sequence numbers, and in UDP, and with TFC padding; every other algorithm in a tunnel, in transport mode and with ESN. Culvert in router A,
# the kernel's XFRM in router B, all SAs alive at once. SUITES="…" takes only those in full, OTHERS="…" those in brief;
# STACK_A=xfrm runs it between two XFRMs, which tells whether the test itself is right.
set -eu
. "$(dirname "$0")/lib/net.sh"
net_up
[ "$STACK_A" != culvert ] || ctl "$RA" kernel settings set ike-ports=500,4500
[ "$STACK_B" != culvert ] || ctl "$RB" kernel settings set ike-ports=500,4500

plan=$NET_WORK/plan
number=0
V4_TUNNEL="a=192.168.90.1 b=192.168.80.1" V6_TUNNEL="a=2001:db8:90::1 b=2001:db8:80::1"

# tunnel SUITE OUTER INNER NAME WORDS...: each has host addresses of its own
tunnel() {
	local suite=$1 outer=$2 inner=$3 name=$4 a b ends=$V4_TUNNEL
	shift 4
	number=$((number + 1))
	if [ "$inner" = v4 ]; then
		a=10.1.202.$((63 + ++inner4)) b=10.1.101.$((63 + inner4))
		set -- "$@" net_a=$a/32 net_b=$b/32
	else
		printf -v a '2001:db8:202::1:%x' $number
		printf -v b '2001:db8:101::1:%x' $number
		set -- "$@" "net_a=$a/128" "net_b=$b/128"
	fi
	[ "$outer" = v4 ] || ends=$V6_TUNNEL
	# shellcheck disable=SC2086
	esp_pair mode=tunnel suite="$suite" $ends "$@"
	planned "$name: $suite, tunnel, $inner in $outer" "$HA" $a "$HB" $b
}

# transport SUITE OUTER NAME WORDS...: each has router addresses of its own
transport() {
	local suite=$1 outer=$2 name=$3 a b
	shift 3
	number=$((number + 1))
	if [ "$outer" = v4 ]; then
		a=192.168.90.$((63 + ++outer4)) b=192.168.80.$((63 + outer4))
	else
		printf -v a '2001:db8:90::1:%x' $number
		printf -v b '2001:db8:80::1:%x' $number
	fi
	esp_pair mode=transport suite="$suite" a="$a" b="$b" "$@"
	planned "$name: $suite, transport, $outer" "$RA" "$a" "$RB" "$b"
}

# planned NAME NAMESPACE ADDRESS NAMESPACE ADDRESS
planned() {
	echo "name=${1// /_} ns_a=$2 host_a=$3 ns_b=$4 host_b=$5 $ESP_PAIR" >>"$plan"
}

inner4=0 outer4=0
for suite in ${SUITES-$(all_suites) aes-256-ctr+sha256 aes-128-ccm}; do
	for esn in no yes; do
		name=ESP
		[ $esn = no ] || name=ESP-ESN
		for outer in v4 v6; do
			tunnel $suite $outer v4 $name esn=$esn
			tunnel $suite $outer v6 $name esn=$esn
			transport $suite $outer $name esn=$esn
		done
	done
done
for suite in ${OTHERS-$OTHER_SUITES}; do
	tunnel $suite v4 v4 ESP
	tunnel $suite v6 v6 ESP-ESN esn=yes
	transport $suite v4 ESP-ESN esn=yes
	transport $suite v6 ESP
done
for suite in aes-128-gcm aes-256-cbc+sha256; do
	for outer in v4 v6; do
		tunnel $suite $outer v4 UDP encap=4500
		tunnel $suite $outer v6 UDP encap=4500
		transport $suite $outer UDP encap=4500
	done
done

# more than the path bears, and less
for suite in aes-128-gcm 3des+sha1; do
	tunnel $suite v4 v4 TFC out_a=tfc-pad=9000
	tunnel $suite v6 v6 TFC out_a=tfc-pad=1300
done
crypto_load
ok "all SAs and policies are accepted by both stacks" esp_apply
python interop.py "$plan"
done_testing
