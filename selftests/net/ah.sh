#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# AH alone and around ESP: Culvert in router A, the kernel's XFRM in router B. Each integrity algorithm, both modes, IPv4
# and IPv6 and each inside the other, extended sequence numbers, IP options and extension headers; what is forged or
# repeated, or has only half of a bundle, is dropped. Scapy checks what Culvert sealed. AUTHS="…" takes only those.
set -eu
. "$(dirname "$0")/lib/net.sh"
net_up
modprobe -qa xfrm-type-{2,10}-51 ah4 ah6 || true

plan=$NET_WORK/plan
number=0 inner4=0 outer4=0
: >"$NET_WORK/A.script"
: >"$NET_WORK/B.script"

# sa_pair MODE PROTO A B AUTH: SAs of both stacks in both directions, and their SPIs and keys
sa_pair() {
	local mode=$1 proto=$2 a=$3 b=$4 auth=$5 key words xfrm dir src dst flags=''
	SPIS=''
	[ "$esn" = no ] || flags=" esn"
	[ "$proto" = ah ] && [[ $a != *:* ]] && flags+=" align4"
	[ "$mode" = transport ] || flags+=" af-unspec"
	for dir in ab ba; do
		if [ $dir = ab ]; then src=$a dst=$b; else src=$b dst=$a; fi
		NET_SPI=$((NET_SPI + 1))
		if [ "$proto" = ah ]; then
			random_key key "${ALG_KEY[$auth]}"
			words="ipsec-protocol=ah auth-algorithm=$auth auth-key=$key"
			xfrm="auth-trunc ${ALG_KERNEL[$auth]} $key ${ALG_ICV[$auth]}"
		else
			random_key key 20
			words="enc-algorithm=aes-128-gcm enc-key=$key"
			xfrm="aead rfc4106(gcm(aes)) $key 128"
		fi
		if [ $dir = ab ]; then words+=" direction=out"; else words+=" direction=in replay-window=64"; fi
		echo "kernel sa add spi=$NET_SPI src-address=$src dst-address=$dst mode=$mode esn=$esn $words" >>"$NET_WORK/A.script"
		echo "xfrm state add src $src dst $dst proto $proto spi $NET_SPI reqid $number mode $mode $xfrm" \
			"replay-window 64${flags:+ flag$flags}" >>"$NET_WORK/B.script"
		SPIS+=" ${proto}_$dir=$NET_SPI ${proto}_key_$dir=$key"
	done
}

# pair NAME PROTOCOLS MODE OUTER INNER AUTH
pair() {
	local name=$1 protocols=$2 mode=$3 outer=$4 inner=$5 auth=$6 a b host_a host_b spis='' tmpl_ab='' tmpl_ba='' m way
	number=$((number + 1))
	# ends of their own for each pair: an SA is found by them
	if [ "$outer" = v4 ]; then
		a=192.168.90.$((63 + ++outer4)) b=192.168.80.$((63 + outer4))
	else
		printf -v a '2001:db8:90::1:%x' $number
		printf -v b '2001:db8:80::1:%x' $number
	fi
	host_a=$a host_b=$b
	if [ "$mode" = tunnel ] && [ "$inner" = v4 ]; then
		host_a=10.1.202.$((63 + ++inner4)) host_b=10.1.101.$((63 + inner4))
	elif [ "$mode" = tunnel ]; then
		printf -v host_a '2001:db8:202::1:%x' $number
		printf -v host_b '2001:db8:101::1:%x' $number
	fi
	m=$mode
	if [ "$protocols" = esp,ah ]; then
		sa_pair "$mode" esp $a $b "$auth"
		spis+=$SPIS m=transport
		tmpl_ab="tmpl src $a dst $b proto esp reqid $number mode $mode "
		tmpl_ba="tmpl src $b dst $a proto esp reqid $number mode $mode "
	fi
	sa_pair $m ah $a $b "$auth"
	spis+=$SPIS
	tmpl_ab+="tmpl src $a dst $b proto ah reqid $number mode $m"
	tmpl_ba+="tmpl src $b dst $a proto ah reqid $number mode $m"
	way="tunnel=yes sa-src-address=$a sa-dst-address=$b"
	[ "$mode" = tunnel ] || way=''
	echo "kernel policy add src-address=$host_a dst-address=$host_b ipsec-protocols=$protocols $way" >>"$NET_WORK/A.script"
	echo "xfrm policy add src $host_b dst $host_a dir out $tmpl_ba" >>"$NET_WORK/B.script"
	echo "xfrm policy add src $host_a dst $host_b dir in $tmpl_ab" >>"$NET_WORK/B.script"
	[ "$mode" = transport ] ||
		echo "xfrm policy add src $host_a dst $host_b dir fwd $tmpl_ab" >>"$NET_WORK/B.script"
	echo "name=${name// /_} mode=$mode outer=$outer auth=$auth esn=$esn protocols=$protocols a=$a b=$b" \
		"host_a=$host_a host_b=$host_b$spis" >>"$plan"
}

# every NAME PROTOCOLS AUTH
every() {
	local outer inner
	for outer in v4 v6; do
		for inner in v4 v6; do
			# XFRM refuses to change the family under AH in transport mode
			[ "$2" = ah ] || [ $inner = $outer ] || continue
			pair "$1, tunnel, $inner in $outer" "$2" tunnel $outer $inner "$3"
		done
		pair "$1, transport, $outer" "$2" transport $outer $outer "$3"
	done
}

for auth in ${AUTHS-$HMACS md5 aes-xcbc aes-cmac}; do
	esn=no
	every "AH $auth" ah $auth
done
esn=yes
every "AH-ESN sha256" ah sha256
every "AH-ESN and ESP-ESN" esp,ah sha1
esn=no
every "AH and ESP" esp,ah sha256

crypto_load
ok "Culvert takes all SAs and policies" ctl "$RA" -f "$NET_WORK/A.script"
ok "XFRM takes them as well" ip -n "$RB" -batch "$NET_WORK/B.script"
python ah.py "$plan"
done_testing
