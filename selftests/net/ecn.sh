#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the outer header says and what of it reaches the inner one: DSCP and ECN both ways (RFC 6040), DF, TTL, and the
# size that TFC padding gives to packets. NULL with SHA-256, so that a program can read and write what is inside.
set -eu
STACK_A=culvert STACK_B=none
. "$(dirname "$0")/lib/net.sh"
net_up

plan=$NET_WORK/plan
number=0
# planned NAME INNER OUTER WORDS...: a tunnel with addresses of its own; the words are those of both SAs
planned() {
	local name=$1 inner=$2 outer=$3 suite=null+sha256 a b ends="a=192.168.90.1 b=192.168.80.1"
	shift 3
	number=$((number + 1))
	case ${1:-} in suite=*) suite=${1#suite=}; shift ;; esac
	if [ "$inner" = v4 ]; then
		a=10.1.202.$((128 + number)) b=10.1.101.$((128 + number))
		set -- "net_a=$a/32" "net_b=$b/32" "sa_a=$*"
	else
		printf -v a '2001:db8:202::1:%x' $number
		printf -v b '2001:db8:101::1:%x' $number
		set -- "net_a=$a/128" "net_b=$b/128" "sa_a=$*"
	fi
	[ "$outer" = v4 ] || ends="a=2001:db8:90::1 b=2001:db8:80::1"
	# shellcheck disable=SC2086
	esp_pair mode=tunnel suite=$suite $ends "$@"
	echo "name=$name host_a=$a host_b=$b ${3#sa_a=} $ESP_PAIR" >>"$plan"
}

for inner in v4 v6; do
	for outer in v4 v6; do
		planned fields $inner $outer
		planned fields $inner $outer ecn=no
		planned fields $inner $outer dscp=zero
		planned fields $inner $outer decap-dscp=yes
	done
	planned fields $inner v4 ecn=no dscp=zero decap-dscp=yes
	for df in copy set clear; do planned df $inner v4 df=$df; done
	for suite in null+sha256 aes-128-gcm aes-256-cbc+sha256; do planned tfc $inner v4 suite=$suite tfc-pad=400; done
	planned tfc $inner v6 tfc-pad=399
done
crypto_load
# TTLs that nothing else has
on "$RA" sh -c 'echo 77 >/proc/sys/net/ipv4/ip_default_ttl; echo 78 >/proc/sys/net/ipv6/conf/all/hop_limit'
ok "the SAs and policies are accepted" esp_apply
python ecn.py "$plan"
done_testing
