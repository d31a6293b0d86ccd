# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# systems.sh: each system's tunnel from gw1 to gw2 and its rows. Sourced by guest.
#
# Both get the same: one SA per direction that is measured, window of 32, no ESN, policy check at the end, counters.

GCM_KEY=0x000102030405060708090a0b0c0d0e0fa0a1a2a3
KEY128=0x000102030405060708090a0b0c0d0e0f
KEY160=${KEY128}10111213
KEY256=${KEY160}1415161718191a1b1c1d1e1f
TEMPLATE="tmpl src 192.168.0.1 dst 192.168.0.2 proto esp reqid 1 mode tunnel"
TEMPLATE6="tmpl src fd00::1 dst fd00::2 proto esp reqid 1 mode tunnel"
BATCH=$BENCH/batch

# --- XFRM, without esp4_offload: for packets that no hardware encrypts it only adds cost ----------

# xfrm_algorithm SUITE: its words in ALGORITHM
xfrm_algorithm() {
	case $1 in
	null) ALGORITHM=(enc 'ecb(cipher_null)' '' auth digest_null '') ;;
	gcm*) ALGORITHM=(aead 'rfc4106(gcm(aes))' "$GCM_KEY" 128) ;;
	chacha) ALGORITHM=(aead 'rfc7539esp(chacha20,poly1305)' "${KEY256}a0a1a2a3" 128) ;;
	cbcsha1) ALGORITHM=(enc 'cbc(aes)' "$KEY128" auth-trunc 'hmac(sha1)' "$KEY160" 96) ;;
	cbcsha256) ALGORITHM=(enc 'cbc(aes)' "$KEY128" auth-trunc 'hmac(sha256)' "$KEY256" 128) ;;
	ahsha256) ALGORITHM=(auth-trunc 'hmac(sha256)' "$KEY256" 128) ;;
	esac
	[ "$1" != gcmnatt ] || ALGORITHM+=(encap espinudp 4500 4500 0.0.0.0)
}

xfrm_sa() {
	local ns between=(src 192.168.0.1 dst 192.168.0.2) proto=esp
	[ "$1" != gcm6 ] || between=(src fd00::1 dst fd00::2)
	[ "$1" != ahsha256 ] || proto=ah
	xfrm_algorithm "$1"
	for ns in gw1 gw2; do
		ip -n $ns xfrm state add "${between[@]}" proto $proto spi 0x1001 reqid 1 \
			mode tunnel replay-window 32 "${ALGORITHM[@]}"
	done
	[ ! -e /sys/module/esp4_offload ] || { echo "guest: esp4_offload is loaded" >&2; exit 1; }
}

# xfrm_up SUITE
xfrm_up() {
	local dir nets=(src 10.1.0.0/24 dst 10.2.0.0/16) template=$TEMPLATE
	[ "$1" != gcm6 ] || { nets=(src fd01::/64 dst fd02::/64); template=$TEMPLATE6; }
	[ "$1" != ahsha256 ] || template=${TEMPLATE/esp/ah}
	xfrm_sa "$1"
	# shellcheck disable=SC2086
	ip -n gw1 xfrm policy add "${nets[@]}" dir out priority 90000 $template
	for dir in fwd in; do
		# shellcheck disable=SC2086
		ip -n gw2 xfrm policy add "${nets[@]}" dir $dir priority 90000 $template
	done
	[ "$1" != gcmnatt ] || natt_socket
}

# natt_socket: XFRM opens ESP in UDP at a socket that was told so
natt_socket() {
	in_ns gw2 python3 - <<-'TEXT' &
		import signal, socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.setsockopt(socket.IPPROTO_UDP, 100, 2)	# UDP_ENCAP, UDP_ENCAP_ESPINUDP
		s.bind(("0.0.0.0", 4500))
		signal.pause()
	TEXT
	NATT_SOCKET=$!
	until [ -n "$(in_ns gw2 ss -Hlun 'sport = :4500')" ]; do sleep 0.1; done
}

# xfrm_sas N: N inbound SAs, of which one is ours
xfrm_sas() {
	xfrm_up gcm
	spis "$1" | while read -r spi; do
		echo "xfrm state add src 192.168.0.1 dst 192.168.0.2 proto esp spi $spi reqid 2 mode tunnel" \
			"replay-window 32 aead rfc4106(gcm(aes)) $GCM_KEY 128"
	done >"$BATCH"
	ip -n gw2 -batch "$BATCH"
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
	[ -z "${NATT_SOCKET:-}" ] || { kill "$NATT_SOCKET"; wait "$NATT_SOCKET" || true; NATT_SOCKET=''; }
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

# our_sa SUITE out|in [SPI]
our_sa() {
	local algorithm ends='src-address=192.168.0.1 dst-address=192.168.0.2'
	case $1 in
	null) algorithm='enc-algorithm=null auth-algorithm=null insecure=yes' ;;
	gcm*) algorithm="enc-algorithm=aes-128-gcm enc-key=$GCM_KEY" ;;
	chacha) algorithm="enc-algorithm=chacha20poly1305 enc-key=${KEY256}a0a1a2a3" ;;
	cbcsha1) algorithm="enc-algorithm=aes-128-cbc enc-key=$KEY128 auth-algorithm=sha1 auth-key=$KEY160" ;;
	cbcsha256) algorithm="enc-algorithm=aes-128-cbc enc-key=$KEY128 auth-algorithm=sha256 auth-key=$KEY256" ;;
	esac
	[ "$1" != ahsha256 ] || algorithm="ipsec-protocol=ah auth-algorithm=sha256 auth-key=$KEY256"
	[ "$1" != gcmnatt ] || algorithm+=' nat-traversal=yes src-port=4500 dst-port=4500'
	[ "$1" != gcm6 ] || ends='src-address=fd00::1 dst-address=fd00::2'
	echo "/kernel sa add direction=$2 spi=${3:-0x1001} $ends mode=tunnel replay-window=32 $algorithm"
}

OUR_OUT='tunnel=yes sa-src-address=192.168.0.1 sa-dst-address=192.168.0.2'
OUR_IN='tunnel=yes sa-src-address=192.168.0.2 sa-dst-address=192.168.0.1'

# our_rows [PROTOCOL] <PREFIXES: policies of gw1, in order
our_rows() {
	echo "/kernel policy"
	while read -r prefix; do
		echo "add src-address=10.1.0.0/24 dst-address=$prefix ipsec-protocols=${1:-esp} $OUR_OUT"
	done
}

# culvert_up6: GCM, IPv6 in IPv6
culvert_up6() {
	{
		echo "/kernel policy add src-address=fd01::/64 dst-address=fd02::/64 tunnel=yes" \
			"sa-src-address=fd00::1 sa-dst-address=fd00::2"
		our_sa gcm6 out
	} >"$BATCH"
	ours gw1
	{
		echo "/kernel policy add src-address=fd02::/64 dst-address=fd01::/64 tunnel=yes" \
			"sa-src-address=fd00::2 sa-dst-address=fd00::1"
		our_sa gcm6 in
	} >"$BATCH"
	ours gw2
}

# culvert_sas N: as xfrm_sas
culvert_sas() {
	local spi
	culvert_up gcm
	spis "$1" | while read -r spi; do our_sa gcm in "$spi"; done >"$BATCH"
	ours gw2
}

# culvert_up SUITE
culvert_up() {
	local protocol=esp
	[ "$1" != ahsha256 ] || protocol=ah
	{ echo 10.2.0.0/16 | our_rows $protocol; our_sa "$1" out; } >"$BATCH"
	ours gw1
	{
		echo "/kernel policy add src-address=10.2.0.0/16 dst-address=10.1.0.0/24 ipsec-protocols=$protocol $OUR_IN"
		our_sa "$1" in
	} >"$BATCH"
	[ "$1" != gcmnatt ] || in_ns gw2 "$IPSECCTL" kernel settings set ike-ports=4500
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

# spis N: N - 1 of them, in no order
spis() {
	awk -v n="$1" 'BEGIN { for (i = 1; i < n; i++) printf "0x%x\n", 65536 + i * 40503 % 4194304 }'
}

# prefixes N A.B: N prefixes of length 30 from A.B.0.4 on
prefixes() {
	awk -v n="$1" -v top="$2" 'BEGIN {
		split(top, byte, ".")
		for (i = 1; i <= n; i++)
			printf "%d.%d.%d.%d/30\n", byte[1], byte[2] + int(i / 16384), int(i / 64) % 256, i % 64 * 4
	}'
}
