#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# demo.sh [STACK/STACK...]: the demo itself, in a virtual machine; the script "run" beside it starts one. It stops with
# an error as soon as anything is not as it says.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ "${VM:-}" = 1 ] || { echo "demo.sh runs in a virtual machine: use run" >&2; exit 2; }
[ $# -gt 0 ] || set -- culvert/culvert culvert/xfrm

cd "$(mktemp -d)"
. "$here/stage.sh"

# --- one router's half of the tunnel ------------------------------------------------------------

# Both directions are one policy; it finds its SAs by their ends.
culvert_tunnel() { # ROUTER LAN WAN THEIR-LAN THEIR-WAN SPI-OUT KEY-OUT SPI-IN KEY-IN
	on "$1" "ipsecctl kernel policy add src-address=$2 dst-address=$4 tunnel=yes \\
    sa-src-address=$3 sa-dst-address=$5"
	on "$1" "ipsecctl kernel sa add direction=out spi=$6 src-address=$3 dst-address=$5 \\
    mode=tunnel enc-algorithm=aes-128-gcm enc-key=$7"
	on "$1" "ipsecctl kernel sa add direction=in spi=$8 src-address=$5 dst-address=$3 \\
    mode=tunnel enc-algorithm=aes-128-gcm enc-key=$9"
}

culvert_clear() {
	on "$1" "ipsecctl kernel policy flush; ipsecctl kernel sa flush"
}

culvert_look() {
	on "$1" "ipsecctl installed-sa print"
	on "$1" "ipsecctl statistics print detail | grep -v ': 0\$'"
}

xfrm_tunnel() {
	local dir
	on "$1" "ip xfrm policy add src $2 dst $4 dir out \\
    tmpl src $3 dst $5 proto esp mode tunnel"
	for dir in in fwd; do
		on "$1" "ip xfrm policy add src $4 dst $2 dir $dir \\
    tmpl src $5 dst $3 proto esp mode tunnel"
	done
	on "$1" "ip xfrm state add src $3 dst $5 proto esp spi $6 mode tunnel \\
    aead 'rfc4106(gcm(aes))' $7 128"
	on "$1" "ip xfrm state add src $5 dst $3 proto esp spi $8 mode tunnel \\
    aead 'rfc4106(gcm(aes))' $9 128 replay-window 32"
}

xfrm_clear() {
	on "$1" "ip xfrm policy flush; ip xfrm state flush"
}

xfrm_look() {
	on "$1" "ip -s xfrm state | grep -E '^src|proto esp|bytes.*packets'"
}

# --- what every pair of routers has to do -------------------------------------------------------

reach() { # OFFICE ADDRESS
	on "$1" "ping -c 3 -i 0.2 -W 5 $2 | grep -E 'bytes from|transmitted'"
	expect "all three packets are answered" grep -q ' 0% packet loss' output
}

# The kernel's own IPsec looks at packets after masquerade has changed them.
xfrm_needs_bypass() { # ROUTER OFFICE THEIR-LAN THEIR-ADDRESS
	step "Where XFRM stands, masquerade comes first: what $2 begins goes out unprotected"
	on_fails "$2" "ping -c 1 -W 2 $4 | grep From"
	step "XFRM needs the bypass rule that Culvert does without"
	on "$1" "nft insert rule ip nat postrouting ip daddr $3 accept"
}

traffic() {
	step "A capture at the provider, while the offices talk"
	start isp tcpdump.log "tcpdump -nn -U -s 100 -i to-router1 -w wan.pcap"
	local capture=$STARTED
	wait_until 30 isp "test -s wan.pcap"
	reach office1 10.1.101.10
	reach office2 10.1.202.10

	step "office1 downloads a file from office2: the checksums are the same"
	on office1 "curl -sS -o plan.bin http://10.1.101.10/plan.bin"
	on office1 "sha256sum plan.bin"
	on office2 "sha256sum plan.bin"
	expect "office1 has what office2 has" cmp office1/plan.bin office2/plan.bin

	step "office2's web server saw office1's own address: no address was translated"
	on office2 "tail -n 1 http.log"
	expect "the client's address is 10.1.202.10" grep -q '^10\.1\.202\.10 .*GET /plan.bin' output

	step "A load in each direction (the processor is emulated: no measure of speed)"
	on office1 "iperf3 -c 10.1.101.10 -t 1 | grep -E 'sender|receiver'"
	on office1 "iperf3 -c 10.1.101.10 -t 1 -R | grep -E 'sender|receiver'"

	kill "$capture"
	wait "$capture" || true
	step "What the provider saw of all this: ESP from router to router, and nothing else"
	on isp "tcpdump -nn -r wan.pcap -c 4 2>/dev/null"
	on isp "tcpdump --count -r wan.pcap esp 2>/dev/null"
	expect "the traffic passed the provider as ESP" grep -qE '^[0-9]{4,} packets' output
	on isp "tcpdump --count -r wan.pcap not esp and not arp 2>/dev/null"
	expect "nothing passed the provider but ESP" grep -q '^0 packets' output
	rm isp/wan.pcap office1/plan.bin
}

explain() {
	step "What would happen to a packet, and how large may it be? Ask the code that decides"
	on router1 "ipsecctl explain src-address=10.1.202.10 dst-address=10.1.101.10 protocol=tcp \\
    | grep -E 'SA:|payload-mtu|verdict'"
}

forgery() {
	step "A forger in the Internet sends office2 a clear packet in the name of office1: dropped"
	on isp "ip address add 10.1.202.66/32 dev lo; ip route add 10.1.101.0/24 via 192.168.80.1"
	on_fails isp "ping -c 1 -W 1 -I 10.1.202.66 10.1.101.10 | grep transmitted"
	in_ns isp "ip address del 10.1.202.66/32 dev lo; ip route del 10.1.101.0/24"
}

look() {
	step "The SAs and what they carried, and every packet that was dropped under its reason"
	"$1_look" router1
	"$2_look" router2
	if [ "$2" = culvert ]; then
		expect "the forged packet was counted" grep -q 'in-clear: 1$' output
	fi
}

name_of() {
	case $1 in culvert) echo "Culvert" ;; xfrm) echo "the kernel's own IPsec (XFRM)" ;; esac
}

play() { # STACK STACK
	if [ "$1" = "$2" ]; then
		act "Both routers run $(name_of "$1")"
	else
		act "router1 runs $(name_of "$1"), router2 $(name_of "$2")"
	fi
	step "Two fresh keys, AES-128 and salt, one for each direction"
	show router1 "KEY1=0x\$(openssl rand -hex 20) KEY2=0x\$(openssl rand -hex 20)"
	KEY1=0x$(openssl rand -hex 20) KEY2=0x$(openssl rand -hex 20)
	export KEY1 KEY2
	step "The tunnel on router1: what is protected, and the SA of each direction"
	"$1_tunnel" router1 10.1.202.0/24 192.168.90.1 10.1.101.0/24 192.168.80.1 0x1000 '$KEY1' 0x2000 '$KEY2'
	step "The same on router2, mirrored"
	"$2_tunnel" router2 10.1.101.0/24 192.168.80.1 10.1.202.0/24 192.168.90.1 0x2000 '$KEY2' 0x1000 '$KEY1'
	[ "$1" != xfrm ] || xfrm_needs_bypass router1 office1 10.1.101.0/24 10.1.101.10
	[ "$2" != xfrm ] || xfrm_needs_bypass router2 office2 10.1.202.0/24 10.1.202.10
	traffic
	[ "$1$2" != culvertculvert ] || explain
	[ "$2" != culvert ] || forgery
	look "$1" "$2"
}

# --- the play -----------------------------------------------------------------------------------

echo "Culvert: two offices and a tunnel, on Linux $(uname -r). Each prompt says where a command runs."
picture
build_network
"$here/../vm/hwcrypto"

step "Both routers hide their office from the Internet by masquerade"
for router in router1 router2; do
	on $router "nft add table ip nat
nft add chain ip nat postrouting '{ type nat hook postrouting priority srcnat; }'
nft add rule ip nat postrouting oifname wan masquerade"
done

step "So each office reaches the Internet, but not the other one"
on office1 "ping -c 1 -W 5 203.0.113.1 | grep 'bytes from'"
on office2 "ping -c 1 -W 5 203.0.113.1 | grep 'bytes from'"
on_fails office1 "ping -c 1 -W 2 10.1.101.10 | grep From"

case " $*" in
*culvert*)
	mkdir bin
	install "$IPSECCTL" bin/ipsecctl
	cp "$IPSEC_KO" vm/ipsec.ko
	export PATH=$STAGE/bin:$PATH
	step "Culvert's kernel module"
	on vm "insmod ipsec.ko && lsmod | grep ipsec"
	;;
esac

head -c 2M /dev/urandom >office2/plan.bin
step "office2 has a web server and a measuring one"
start office2 http.log "python3 -u -m http.server 80"
on office2 "iperf3 -s -D"
wait_until 60 office2 "curl -sS -o /dev/null http://10.1.101.10/"

played=''
for pair; do
	if [ -n "$played" ]; then
		act "The routers forget the tunnel"
		"${played%/*}_clear" router1
		"${played#*/}_clear" router2
	fi
	play "${pair%/*}" "${pair#*/}"
	played=$pair
done
act "All of it worked. The virtual machine and everything in it vanish now."
