#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How long a packet may be: byte by byte around the edge, with and without "don't fragment", forwarded and local, what
# its sender is told, what a narrower link on the way changes and what a forged message about one does not, and TCP.
set -eu
. "$(dirname "$0")/lib/net.sh"
net_up

plan=$NET_WORK/plan
number=0
# The window is wide: TCP is sealed on two CPUs at once, and a busy host may stop either for a while.
V4="a=192.168.90.1 b=192.168.80.1" V6="a=2001:db8:90::1 b=2001:db8:80::1"

# tunnel SUITE OUTER INNER
tunnel() {
	local a b ends=$V4
	number=$((number + 1))
	if [ "$3" = v4 ]; then
		a=10.1.202.$((63 + number)) b=10.1.101.$((63 + number))
		set -- "$@" net_a=$a/32 net_b=$b/32
	else
		printf -v a '2001:db8:202::1:%x' $number
		printf -v b '2001:db8:101::1:%x' $number
		set -- "$@" "net_a=$a/128" "net_b=$b/128"
	fi
	[ "$2" = v4 ] || ends=$V6
	# shellcheck disable=SC2086
	esp_pair window=1024 suite="$1" $ends "${@:4}"
	echo "host_a=$a host_b=$b $ESP_PAIR" >>"$plan"
}

# transport SUITE OUTER
transport() {
	local a b
	number=$((number + 1))
	if [ "$2" = v4 ]; then
		a=192.168.90.$((63 + number)) b=192.168.80.$((63 + number))
	else
		printf -v a '2001:db8:90::1:%x' $number
		printf -v b '2001:db8:80::1:%x' $number
	fi
	esp_pair window=1024 mode=transport suite="$1" "a=$a" "b=$b"
	echo "host_a=$a host_b=$b $ESP_PAIR" >>"$plan"
}

for suite in aes-128-gcm aes-128-cbc+sha256; do
	for outer in v4 v6; do
		tunnel $suite $outer v4
		tunnel $suite $outer v6
		transport $suite $outer
	done
done
# from router to router: the clear packets and the sealed ones have the same addresses
for ends in "a=192.168.90.190 b=192.168.80.190" "a=2001:db8:90::1:f0 b=2001:db8:80::1:f0"; do
	a=${ends#a=} a=${a% *} b=${ends#*b=} prefix=32
	case $a in *:*) prefix=128 ;; esac
	# shellcheck disable=SC2086
	esp_pair window=1024 $ends net_a=$a/$prefix net_b=$b/$prefix
	echo "host_a=$a host_b=$b $ESP_PAIR" >>"$plan"
done
# for TCP: the hosts' and the routers' own addresses
# shellcheck disable=SC2086
esp_pair window=1024 $V4 net_a=10.1.202.0/28 net_b=10.1.101.0/28
# shellcheck disable=SC2086
esp_pair window=1024 $V6 net_a=2001:db8:202::/112 net_b=2001:db8:101::/112

ok "the SAs and policies are accepted" esp_apply
python mtu.py "$plan"
done_testing
