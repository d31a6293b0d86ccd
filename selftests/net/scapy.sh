#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Scapy plays router B: it opens what Culvert sealed, seals what Culvert opens, and forges, repeats, cuts and bends
# packets that Culvert must drop, each under the counter that says why.
set -eu
STACK_B=none
. "$(dirname "$0")/lib/net.sh"
net_up
[ "$STACK_A" != culvert ] || ctl "$RA" kernel settings set ike-ports=500,4500

plan=$NET_WORK/plan
number=0
# planned PURPOSE WORDS...: a pair with addresses of its own
planned() {
	local purpose=$1 a b
	shift
	number=$((number + 1))
	case " $* " in
	*" mode=tunnel inner=v4 "*)
		a=10.1.202.$((128 + number)) b=10.1.101.$((128 + number))
		set -- "$@" net_a=$a/32 net_b=$b/32 ;;
	*" mode=tunnel inner=v6 "*)
		printf -v a '2001:db8:202::1:%x' $number
		printf -v b '2001:db8:101::1:%x' $number
		set -- "$@" "net_a=$a/128" "net_b=$b/128" ;;
	*" inner=v4 "*)
		a=192.168.90.$((64 + number)) b=192.168.80.$((64 + number))
		set -- "$@" "a=$a" "b=$b" ;;
	*)
		printf -v a '2001:db8:90::1:%x' $number
		printf -v b '2001:db8:80::1:%x' $number
		set -- "$@" "a=$a" "b=$b" ;;
	esac
	esp_pair "$@"
	echo "purpose=$purpose host_a=$a host_b=$b $ESP_PAIR" >>"$plan"
}

OUTER_V4="a=192.168.90.1 b=192.168.80.1" OUTER_V6="a=2001:db8:90::1 b=2001:db8:80::1"
# shellcheck disable=SC2086
for suite in $(all_suites); do
	planned exchange suite=$suite mode=tunnel inner=v4 $OUTER_V4
	planned exchange suite=$suite mode=tunnel inner=v6 $OUTER_V6
	planned exchange suite=$suite mode=transport inner=v4
	planned exchange suite=$suite mode=transport inner=v6
done
# what else scapy knows, each algorithm once
# shellcheck disable=SC2086
for suite in aes-128-ccm aes-256-ccm aes-128-ctr+sha256 aes-256-ctr+sha1 3des+md5 des+sha1 blowfish+sha256 \
	     aes-128-cbc+aes-cmac; do
	planned exchange suite=$suite mode=tunnel inner=v6 $OUTER_V4
	planned exchange suite=$suite mode=transport inner=v4
done
# shellcheck disable=SC2086
for suite in $AEADS aes-192-ccm; do
	# scapy knows extended sequence numbers with AEADs alone
	planned exchange suite=$suite mode=tunnel inner=v4 $OUTER_V6 esn=yes out_a=seq=$(((5 << 32) - 1)) in_a=seq=$(((5 << 32) - 2))
	planned exchange suite=$suite mode=tunnel inner=v6 $OUTER_V4 encap=4500
done
# shellcheck disable=SC2086
{
	planned attack suite=aes-128-gcm mode=tunnel inner=v4 $OUTER_V4
	planned attack suite=aes-128-cbc+sha256 mode=tunnel inner=v6 $OUTER_V6
	planned attack suite=chacha20poly1305 mode=tunnel inner=v6 $OUTER_V4
	planned attack suite=null+sha1 mode=tunnel inner=v4 $OUTER_V6
	planned attack suite=aes-256-ctr+sha512 mode=tunnel inner=v4 $OUTER_V4
	planned attack suite=3des+md5 mode=tunnel inner=v4 $OUTER_V4
}
crypto_load
ok "the SAs and policies are accepted" esp_apply
python scapy_peer.py "$plan"
done_testing
