# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# net.sh: two offices, their routers and an ISP between them, in network namespaces. Source it.
#
#	$HA lan0 --- lan0 $RA wan0 --- wan_a $ISP wan_b --- wan0 $RB lan0 --- lan0 $HB
#
#	LAN A 10.1.202.0/24 (.1 router, .10 host)   2001:db8:202::/64 (::1, ::10)
#	WAN A 192.168.90.0/24 (.1 router, .254 ISP) 2001:db8:90::/64  (::1, ::fe)
#	WAN B 192.168.80.0/24                       2001:db8:80::/64
#	LAN B 10.1.101.0/24                         2001:db8:101::/64
#
# Every address of a LAN belongs to its host, and 192.168.9x.0/24, 192.168.8x.0/24 below .200 and
# 2001:db8:90::/96, 2001:db8:80::/96 to the routers: tests take as many pairs of addresses as they
# like. The ISP has no route to the LANs: what should be sealed and is not gets nowhere.
#
# Which IPsec stack a router runs is STACK_A and STACK_B: culvert, xfrm or none. esp_pair describes a pair
# of SAs with its policies once for both; esp_apply installs what was described.

set -eu
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
NET_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=selftests/lib/tap.sh
. "$NET_DIR/../lib/tap.sh"

HA=cv-host-a RA=cv-router-a ISP=cv-isp RB=cv-router-b HB=cv-host-b
STACK_A=${STACK_A:-culvert} STACK_B=${STACK_B:-xfrm}
NET_WORK='' NET_MODULE=''
export HA RA ISP RB HB STACK_A STACK_B IPSECCTL

# on NAMESPACE COMMAND...
on() {
	nsenter --net="/run/netns/$1" -- "${@:2}"
}

# ctl NAMESPACE ARGUMENTS...: ipsecctl in a namespace
ctl() {
	nsenter --net="/run/netns/$1" -- "$IPSECCTL" "${@:2}"
}

# python NAME ARGUMENTS...: a Python program of ours, with the library in reach; its results become ours
python() {
	tap_from env PYTHONPATH="$NET_DIR/lib" /usr/bin/python3 "$NET_DIR/$1" "${@:2}"
}

# tap_from COMMAND...: take over the results of a program that speaks TAP without numbers
tap_from() {
	local line
	while IFS= read -r line; do
		case $line in
		"ok - "*) pass "${line#ok - }" ;;
		"not ok - "*) fail "${line#not ok - }" ;;
		*) echo "$line" ;;
		esac
	done < <("$@" 2>&1 || echo "not ok - $* ended with exit code $?")
}

# --- the module ---------------------------------------------------------------------------------

uses_culvert() {
	[ "$STACK_A" = culvert ] || [ "$STACK_B" = culvert ]
}

module_load() {
	[ ! -e /sys/module/ipsec ] || return 0
	if [ -n "${IPSEC_KO:-}" ]; then
		modinfo -F depends "$IPSEC_KO" | tr , '\n' | xargs -r modprobe -qa || true
		insmod "$IPSEC_KO" || return
	else
		modprobe ipsec || return
	fi
	NET_MODULE=1
}

# module_unload: everything that holds it must be gone
module_unload() {
	wait_for 30 rmmod ipsec
	NET_MODULE=''
}

# crypto_load: what all suites are made of, at once. For each template the kernel calls modprobe several
# times over, in vain; it is told not to until the script ends.
NET_MODPROBE=''
crypto_load() {
	modprobe -qa net-pf-16-proto-6 xfrm-type-{2,10}-50 \
		crypto-{ghash,sha1,sha256,sha384,sha512,md5,hmac,xcbc,cmac,cbc,ctr,ecb,cipher_null,gcm,rfc4106} \
		crypto-{rfc3686,ccm,cbcmac,rfc4309,rfc4543,camellia,twofish,blowfish,des3_ede} \
		crypto-{chacha20,poly1305,rfc7539esp,seqiv,echainiv,authenc,authencesn,stdrng} || return 0
	modprobe -qa crypto-aes || true
	NET_MODPROBE=$(</proc/sys/kernel/modprobe)
	echo >/proc/sys/kernel/modprobe
}

# --- namespaces ---------------------------------------------------------------------------------

# shellcheck disable=SC2329
net_down() {
	local ns pids
	[ -z "$NET_MODPROBE" ] || echo "$NET_MODPROBE" >/proc/sys/kernel/modprobe
	for ns in "$HA" "$RA" "$ISP" "$RB" "$HB"; do
		[ -e "/run/netns/$ns" ] || continue
		pids=$(ip netns pids "$ns")
		# shellcheck disable=SC2086
		[ -z "$pids" ] || kill -9 $pids 2>/dev/null || true
		ip netns del "$ns"
	done
	[ -z "$NET_MODULE" ] || module_unload || echo "# the module does not unload"
	[ -z "$NET_WORK" ] || rm -rf "$NET_WORK"
}

# What a namespace is told before its interfaces exist: no duplicate address detection, which waits.
net_sysctl='for f in all default; do
	echo 0 >/proc/sys/net/ipv6/conf/$f/accept_dad
	echo 0 >/proc/sys/net/ipv6/conf/$f/router_solicitations
	echo 0 >/proc/sys/net/ipv4/conf/$f/rp_filter
done
echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range'
net_sysctl_router=$net_sysctl'
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
echo 0 >/proc/sys/net/ipv6/icmp/ratelimit'

# lan ROUTER HOST NUMBER: IPv4 10.1.NUMBER.0/24, IPv6 2001:db8:NUMBER::/64. IPv6 neighbours do not answer
# for an address that is only routed to them, hence the route by way of the host.
net_lan() {
	ip -n "$1" -batch - <<-BATCH
		link set lo up
		link set lan0 up
		addr add 10.1.$3.1/24 dev lan0
		addr add 2001:db8:$3::1/64 dev lan0
		route add 2001:db8:$3::/96 via 2001:db8:$3::10
	BATCH
	ip -n "$2" -batch - <<-BATCH
		link set lo up
		link set lan0 up
		addr add 10.1.$3.10/24 dev lan0
		addr add 2001:db8:$3::10/64 dev lan0
		route add default via 10.1.$3.1
		route add default via 2001:db8:$3::1
		route add local 10.1.$3.64/26 dev lo
		route add local 10.1.$3.128/25 dev lo
		route add local 2001:db8:$3::1:0/112 dev lo
	BATCH
}

# net_wan ROUTER NUMBER
net_wan() {
	ip -n "$1" -batch - <<-BATCH
		link set wan0 up
		addr add 192.168.$2.1/24 dev wan0
		addr add 2001:db8:$2::1/64 dev wan0
		route add default via 192.168.$2.254
		route add default via 2001:db8:$2::fe
		route add local 192.168.$2.64/26 dev lo
		route add local 192.168.$2.128/26 dev lo
		route add local 2001:db8:$2::1:0/112 dev lo
	BATCH
}

# net_up: all of it; taken down again when the script ends
net_up() {
	local ns
	[ "$(id -u)" = 0 ] || skip_all "needs root"
	NET_WORK=$(mktemp -d)
	trap net_down EXIT
	trap 'exit 143' INT TERM
	if uses_culvert; then
		module_load || skip_all "no module to test: build it, or set IPSEC_KO"
		[ -x "${IPSECCTL:-}" ] || IPSECCTL=$(command -v ipsecctl) || skip_all "no ipsecctl"
	fi
	ip -batch - <<-BATCH
		netns add $HA
		netns add $RA
		netns add $ISP
		netns add $RB
		netns add $HB
	BATCH
	on "$HA" bash -c "$net_sysctl"
	on "$HB" bash -c "$net_sysctl"
	for ns in "$RA" "$ISP" "$RB"; do on "$ns" bash -c "$net_sysctl_router"; done
	ip -batch - <<-BATCH
		link add lan0 netns $HA type veth peer name lan0 netns $RA
		link add wan0 netns $RA type veth peer name wan_a netns $ISP
		link add wan0 netns $RB type veth peer name wan_b netns $ISP
		link add lan0 netns $HB type veth peer name lan0 netns $RB
	BATCH
	net_lan "$RA" "$HA" 202
	net_lan "$RB" "$HB" 101
	ip -n "$ISP" -batch - <<-BATCH
		link set lo up
		link set wan_a up
		link set wan_b up
		addr add 192.168.90.254/24 dev wan_a
		addr add 192.168.80.254/24 dev wan_b
		addr add 2001:db8:90::fe/64 dev wan_a
		addr add 2001:db8:80::fe/64 dev wan_b
		route add 2001:db8:90::/96 via 2001:db8:90::1
		route add 2001:db8:80::/96 via 2001:db8:80::1
	BATCH
	net_wan "$RA" 90
	net_wan "$RB" 80
	wait_for 30 on "$RA" ping -c 1 -W 1 192.168.80.1 &&
		wait_for 30 on "$RA" ping -c 1 -W 1 2001:db8:80::1 ||
		{ fail "the namespaces reach each other"; done_testing; }
}

# --- SAs and policies ---------------------------------------------------------------------------

# Suites by the names that Culvert gives them; with an integrity algorithm behind a +.
AEADS="aes-128-gcm aes-192-gcm aes-256-gcm chacha20poly1305"
CIPHERS="aes-128-cbc aes-192-cbc aes-256-cbc null"
HMACS="sha1 sha256 sha384 sha512"
# the others: each algorithm at least once, not each with each
OTHER_SUITES="aes-128-ccm aes-192-ccm aes-256-ccm aes-128-gmac aes-192-gmac aes-256-gmac
	aes-128-ctr+sha256 aes-192-ctr+aes-xcbc aes-256-ctr+sha512 camellia-128+aes-cmac camellia-192+sha384
	camellia-256+sha256 twofish+sha256-96 blowfish+sha1 3des+md5 3des+sha1 des+md5 aes-128-cbc+sha256-96
	aes-128-cbc+md5 aes-256-cbc+aes-xcbc aes-256-cbc+aes-cmac null+aes-cmac null+md5"

# algorithm → name at the kernel's crypto API, bytes of key with salt, bits of ICV
declare -A ALG_KERNEL=([chacha20poly1305]='rfc7539esp(chacha20,poly1305)' [null]='ecb(cipher_null)'
	[twofish]='cbc(twofish)' [blowfish]='cbc(blowfish)' [3des]='cbc(des3_ede)' [des]='cbc(des)'
	[sha1]='hmac(sha1)' [sha256]='hmac(sha256)' [sha256-96]='hmac(sha256)' [sha384]='hmac(sha384)'
	[sha512]='hmac(sha512)' [md5]='hmac(md5)' [aes-xcbc]='xcbc(aes)' [aes-cmac]='cmac(aes)')
declare -A ALG_KEY=([chacha20poly1305]=36 [null]=0 [twofish]=16 [blowfish]=16 [3des]=24 [des]=8
	[sha1]=20 [sha256]=32 [sha256-96]=32 [sha384]=48 [sha512]=64 [md5]=16 [aes-xcbc]=16 [aes-cmac]=16)
declare -A ALG_ICV=([sha1]=96 [sha256]=128 [sha256-96]=96 [sha384]=192 [sha512]=256 [md5]=96
	[aes-xcbc]=96 [aes-cmac]=96)
for NET_BITS in 128 192 256; do
	ALG_KERNEL+=([aes-$NET_BITS-gcm]='rfc4106(gcm(aes))' [aes-$NET_BITS-ccm]='rfc4309(ccm(aes))'
		[aes-$NET_BITS-gmac]='rfc4543(gcm(aes))' [aes-$NET_BITS-ctr]='rfc3686(ctr(aes))'
		[aes-$NET_BITS-cbc]='cbc(aes)' [camellia-$NET_BITS]='cbc(camellia)')
	ALG_KEY+=([aes-$NET_BITS-gcm]=$((NET_BITS / 8 + 4)) [aes-$NET_BITS-ccm]=$((NET_BITS / 8 + 3))
		[aes-$NET_BITS-gmac]=$((NET_BITS / 8 + 4)) [aes-$NET_BITS-ctr]=$((NET_BITS / 8 + 4))
		[aes-$NET_BITS-cbc]=$((NET_BITS / 8)) [camellia-$NET_BITS]=$((NET_BITS / 8)))
done

# all_suites: but OTHER_SUITES, one a line
all_suites() {
	local enc auth
	printf '%s\n' $AEADS
	for enc in $CIPHERS; do for auth in $HMACS; do echo "$enc+$auth"; done; done
}

# random_key VARIABLE BYTES: 0x and hexadecimal digits; from a pool, for a process each would take too long
NET_POOL=''
random_key() {
	local digits=$(($2 * 2))
	if [ ${#NET_POOL} -lt $digits ]; then
		NET_POOL=$(od -An -vtx1 -N4096 /dev/urandom)
		NET_POOL=${NET_POOL//[[:space:]]/}
	fi
	printf -v "$1" '0x%s' "${NET_POOL:0:digits}"
	NET_POOL=${NET_POOL:digits}
}

NET_SPI=$((0x1000))
NET_SCRIPT_A=() NET_SCRIPT_B=()

# esp_pair NAME=VALUE...: two SAs and the policies that use them, described once
#
#	mode=tunnel|transport	suite=aes-128-gcm|aes-128-cbc+sha256|…	esn=yes|no	window=N
#	a= b=			outer addresses of router A and B
#	net_a= net_b=		what is protected (tunnel); in transport mode the outer addresses
#	proto=			protected protocol	port_a= port_b=	protected ports
#	encap=PORT		UDP encapsulation (RFC 3948)
#	level=			level of Culvert's policies
#	sa_a= sa_b=		more words for the SAs of Culvert in router A or B
#	out_a= out_b= in_a= in_b=	more words for its outbound or inbound one alone
#	policy=no		no policies, only SAs
#
# Sets SPI_AB and SPI_BA, the SPIs from A to B and back, and ESP_PAIR, all of it in words for a plan.
esp_pair() {
	local mode=tunnel suite=aes-128-gcm esn=no window=64 a=192.168.90.1 b=192.168.80.1
	local net_a=10.1.202.0/24 net_b=10.1.101.0/24 proto='' port_a='' port_b='' encap='' level=''
	local sa_a='' sa_b='' out_a='' out_b='' in_a='' in_b='' policy=yes word enc auth=''
	local key_ab key_ba auth_ab='' auth_ba=''
	for word; do local "${word%%=*}=${word#*=}"; done
	[ "$mode" = tunnel ] || { net_a=$a net_b=$b; }
	enc=${suite%+*}
	case $suite in *+*) auth=${suite#*+} ;; esac
	SPI_AB=$((NET_SPI++)) SPI_BA=$((NET_SPI++))
	random_key key_ab "${ALG_KEY[$enc]}"
	random_key key_ba "${ALG_KEY[$enc]}"
	if [ -n "$auth" ]; then
		random_key auth_ab "${ALG_KEY[$auth]}"
		random_key auth_ba "${ALG_KEY[$auth]}"
	fi
	"esp_$STACK_A" A "$a" "$b" "$net_a" "$net_b" "$port_a" "$port_b" \
		$SPI_AB "$key_ab" "$auth_ab" $SPI_BA "$key_ba" "$auth_ba" "$sa_a" "$out_a" "$in_a"
	"esp_$STACK_B" B "$b" "$a" "$net_b" "$net_a" "$port_b" "$port_a" \
		$SPI_BA "$key_ba" "$auth_ba" $SPI_AB "$key_ab" "$auth_ab" "$sa_b" "$out_b" "$in_b"
	ESP_PAIR="mode=$mode suite=$suite esn=$esn window=$window a=$a b=$b net_a=$net_a net_b=$net_b encap=$encap"
	ESP_PAIR+=" spi_ab=$SPI_AB key_ab=$key_ab auth_ab=$auth_ab spi_ba=$SPI_BA key_ba=$key_ba auth_ba=$auth_ba"
}

# No stack: a program plays the router.
esp_none() {
	:
}

# esp_culvert SIDE US PEER OUR-NET PEER-NET OUR-PORT PEER-PORT OUT-SPI KEY AUTH IN-SPI KEY AUTH WORDS OUT-WORDS IN-WORDS
esp_culvert() {
	# shellcheck disable=SC2178
	local -n script=NET_SCRIPT_$1
	local common="mode=$mode enc-algorithm=$enc${auth:+ auth-algorithm=$auth} esn=$esn ${14}" out in row
	[ -z "$encap" ] || common+=" nat-traversal=yes src-port=$encap dst-port=$encap"
	out="kernel sa add direction=out spi=$8 src-address=$2 dst-address=$3 $common ${15}"
	in="kernel sa add direction=in spi=${11} src-address=$3 dst-address=$2 $common replay-window=$window ${16}"
	[ "$enc" = null ] || { out+=" enc-key=$9"; in+=" enc-key=${12}"; }
	[ -z "$auth" ] || { out+=" auth-key=${10}"; in+=" auth-key=${13}"; }
	if [ "$mode" = tunnel ]; then
		out+=" sel-src-address=$4 sel-dst-address=$5"
		in+=" sel-src-address=$5 sel-dst-address=$4"
	fi
	script+=("$out" "$in")
	[ "$policy" = yes ] || return 0
	row="kernel policy add src-address=$4 dst-address=$5 action=encrypt${level:+ level=$level}"
	row+="${proto:+ protocol=$proto}${6:+ src-port=$6}${7:+ dst-port=$7}"
	[ "$mode" = transport ] || row+=" tunnel=yes sa-src-address=$2 sa-dst-address=$3"
	script+=("$row")
}

# The same for XFRM, by ip -batch. The reqid ties policies to their SAs.
esp_xfrm() {
	# shellcheck disable=SC2178
	local -n script=NET_SCRIPT_$1
	local key_out key_in flags='' more='' sel tmpl dir fwd=fwd
	if [ -n "$auth" ]; then
		key_out="enc ${ALG_KERNEL[$enc]} \"${9#0x}\" auth-trunc ${ALG_KERNEL[$auth]} ${10} ${ALG_ICV[$auth]}"
		key_in="enc ${ALG_KERNEL[$enc]} \"${12#0x}\" auth-trunc ${ALG_KERNEL[$auth]} ${13} ${ALG_ICV[$auth]}"
		[ "$enc" = null ] || { key_out=${key_out/\"${9#0x}\"/$9}; key_in=${key_in/\"${12#0x}\"/${12}}; }
	else
		key_out="aead ${ALG_KERNEL[$enc]} $9 128"
		key_in="aead ${ALG_KERNEL[$enc]} ${12} 128"
	fi
	[ "$esn" = no ] || flags+=" esn"
	[ "$mode" = transport ] || flags+=" af-unspec"
	[ -z "$encap" ] || more=" encap espinudp $encap $encap 0.0.0.0"
	more=" replay-window $window${flags:+ flag$flags}$more"
	script+=("xfrm state add src $2 dst $3 proto esp spi $8 reqid $8 mode $mode $key_out$more")
	script+=("xfrm state add src $3 dst $2 proto esp spi ${11} reqid $8 mode $mode $key_in$more")
	[ "$policy" = yes ] || return 0
	[ "$mode" = tunnel ] || fwd=''
	sel=${proto:+ proto $proto}
	tmpl="tmpl src $2 dst $3 proto esp reqid $8 mode $mode"
	script+=("xfrm policy add src $4 dst $5$sel${6:+ sport $6}${7:+ dport $7} dir out $tmpl")
	tmpl="tmpl src $3 dst $2 proto esp reqid $8 mode $mode"
	for dir in in $fwd; do
		script+=("xfrm policy add src $5 dst $4$sel${7:+ sport $7}${6:+ dport $6} dir $dir $tmpl")
	done
}

# esp_step NAME PAIR...: the words of esp_pair, separated by commas; each router's script goes to $NET_WORK/NAME.A and .B
esp_step() {
	local name=$1 pair
	shift
	for pair; do
		# shellcheck disable=SC2086
		esp_pair ${pair//,/ }
	done
	for side in A B; do
		local -n script=NET_SCRIPT_$side
		printf '%s\n' "kernel policy flush" "kernel sa flush" "${script[@]}" >"$NET_WORK/$name.$side"
		script=()
	done
}

# esp_apply: install in both routers what was described since the last call
esp_apply() {
	esp_apply_side "$STACK_A" "$RA" A && esp_apply_side "$STACK_B" "$RB" B
}

esp_apply_side() {
	# shellcheck disable=SC2178
	local -n script=NET_SCRIPT_$3
	local file=$NET_WORK/$3.script
	[ ${#script[@]} -gt 0 ] || return 0
	printf '%s\n' "${script[@]}" >"$file"
	script=()
	case $1 in
	culvert) ctl "$2" -f "$file" ;;
	xfrm) ip -n "$2" -batch "$file" ;;
	esac
}

# esp_flush: both routers without SAs and policies
esp_flush() {
	esp_flush_side "$STACK_A" "$RA" && esp_flush_side "$STACK_B" "$RB"
}

esp_flush_side() {
	case $1 in
	culvert) printf 'kernel policy flush\nkernel sa flush\n' | ctl "$2" -f - ;;
	xfrm) ip -n "$2" -batch - <<<$'xfrm policy flush\nxfrm state flush' ;;
	esac
}
