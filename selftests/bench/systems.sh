# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# systems.sh: each system's tunnel from gw1 to gw2 and its rows. Sourced by guest.
#
# Both get the same: one SA per direction that is measured, window of 32, no ESN, policy check at the end, counters.

GCM_KEY=0x000102030405060708090a0b0c0d0e0fa0a1a2a3
TEMPLATE="tmpl src 192.168.0.1 dst 192.168.0.2 proto esp reqid 1 mode tunnel"
BATCH=$BENCH/batch

# --- XFRM, without esp4_offload: for packets that no hardware encrypts it only adds cost ----------

xfrm_sa() {
	local ns algorithm
	case $1 in
	null) algorithm=(enc 'ecb(cipher_null)' '' auth digest_null '') ;;
	gcm) algorithm=(aead 'rfc4106(gcm(aes))' "$GCM_KEY" 128) ;;
	esac
	for ns in gw1 gw2; do
		ip -n $ns xfrm state add src 192.168.0.1 dst 192.168.0.2 proto esp spi 0x1001 reqid 1 \
			mode tunnel replay-window 32 "${algorithm[@]}"
	done
	[ ! -e /sys/module/esp4_offload ] || { echo "guest: esp4_offload is loaded" >&2; exit 1; }
}

# xfrm_up null|gcm
xfrm_up() {
	local dir
	xfrm_sa "$1"
	# shellcheck disable=SC2086
	ip -n gw1 xfrm policy add src 10.1.0.0/24 dst 10.2.0.0/16 dir out priority 90000 $TEMPLATE
	for dir in fwd in; do
		# shellcheck disable=SC2086
		ip -n gw2 xfrm policy add src 10.1.0.0/24 dst 10.2.0.0/16 dir $dir priority 90000 $TEMPLATE
	done
}

# xfrm_nested N: N rows for the tunnel, of which only the broad one, the last to be asked, holds our packets
xfrm_nested() {
	xfrm_up gcm
	prefixes $(($1 - 1)) 10.2 | while read -r prefix; do
		echo "xfrm policy add src 10.1.0.0/24 dst $prefix dir out priority 1000 $TEMPLATE"
	done >"$BATCH"
	ip -n gw1 -batch "$BATCH"
}

# xfrm_unmatched N: N tunnels, in both directions that a forwarded packet is checked for, none of them for our packets
xfrm_unmatched() {
	prefixes "$1" 172.16 | while read -r prefix; do
		echo "xfrm policy add src 10.1.0.0/24 dst $prefix dir out priority 1000 $TEMPLATE"
		echo "xfrm policy add src $prefix dst 10.1.0.0/24 dir fwd priority 1000 $TEMPLATE"
	done >"$BATCH"
	ip -n gw1 -batch "$BATCH"
}

xfrm_down() {
	local ns
	for ns in gw1 gw2; do
		ip -n $ns xfrm policy flush
		ip -n $ns xfrm state flush
	done
}

# --- a flowtable on gw1: packets of a known flow go past policies, routing and most hooks ----------
# Not on gw2: there it is asked before the packet is open, and all it brings is the cost of conntrack.

flowtable_up() {
	in_ns gw1 nft -f - <<-'TEXT'
		table ip bench {
			flowtable fast { hook ingress priority filter; devices = { a0, b0 }; }
			chain forward {
				type filter hook forward priority filter;
				ip protocol udp flow add @fast
			}
		}
	TEXT
}

flowtable_down() {
	in_ns gw1 nft delete table ip bench
}

# --- Culvert ------------------------------------------------------------------------------------

culvert_load() {
	local needs
	[ ! -e /sys/module/ipsec ] || return 0
	IFS=, read -ra needs <<<"$(modinfo -F depends "$IPSEC_KO")"
	[ ${#needs[@]} = 0 ] || modprobe -a "${needs[@]}"
	insmod "$IPSEC_KO"
}

# ours NS: apply the script that was just written
ours() {
	in_ns "$1" "$IPSECCTL" -f "$BATCH"
}

# our_sa null|gcm out|in
our_sa() {
	local algorithm
	case $1 in
	null) algorithm='enc-algorithm=null auth-algorithm=null insecure=yes' ;;
	gcm) algorithm="enc-algorithm=aes-128-gcm enc-key=$GCM_KEY" ;;
	esac
	echo "/kernel sa add direction=$2 spi=0x1001 src-address=192.168.0.1 dst-address=192.168.0.2" \
		"mode=tunnel replay-window=32 $algorithm"
}

OUR_OUT='tunnel=yes sa-src-address=192.168.0.1 sa-dst-address=192.168.0.2'
OUR_IN='tunnel=yes sa-src-address=192.168.0.2 sa-dst-address=192.168.0.1'

# our_rows PREFIXES...: policies of gw1, in order
our_rows() {
	echo "/kernel policy"
	while read -r prefix; do
		echo "add src-address=10.1.0.0/24 dst-address=$prefix $OUR_OUT"
	done
}

# culvert_up null|gcm
culvert_up() {
	{ echo 10.2.0.0/16 | our_rows; our_sa "$1" out; } >"$BATCH"
	ours gw1
	{
		echo "/kernel policy add src-address=10.2.0.0/16 dst-address=10.1.0.0/24 $OUR_IN"
		our_sa "$1" in
	} >"$BATCH"
	ours gw2
}

culvert_nested() {
	{ { prefixes $(($1 - 1)) 10.2; echo 10.2.0.0/16; } | our_rows; our_sa gcm out; } >"$BATCH"
	ours gw1
}

culvert_unmatched() {
	prefixes "$1" 172.16 | our_rows >"$BATCH"
	ours gw1
}

culvert_down() {
	local ns
	for ns in gw1 gw2; do
		in_ns $ns "$IPSECCTL" kernel policy remove '[find where !default]'
		in_ns $ns "$IPSECCTL" kernel sa flush
	done
}

# prefixes N A.B: N prefixes of length 30 in A.B.0.0/16, none of which holds A.B.0.2
prefixes() {
	awk -v n="$1" -v top="$2" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "%s.%d.%d/30\n", top, int(i / 64), i % 64 * 4
	}'
}
