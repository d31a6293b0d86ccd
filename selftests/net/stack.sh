#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The rest of the kernel around tunnels whose other end is XFRM: how long TCP makes its segments.
set -eu
. "$(dirname "$0")/lib/net.sh"
command -v nft >/dev/null || skip_all "needs nft"
net_up

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
}

ok "the SAs and policies are accepted" esp_apply
python stack.py "$plan"
done_testing
