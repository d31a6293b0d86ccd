#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The suites in use through drivers that answer later: cryptd, pcrypt, and QEMU's virtio-crypto, for hardware. Culvert in
# router A, the kernel's XFRM in router B. Which driver an SA has is told truly; what is sealed and opened by it is right.
set -eu
. "$(dirname "$0")/lib/net.sh"
net_up
crypto_load
modprobe -qa cryptd pcrypt crypto_user || true
[ -e /sys/module/crypto_user ] || skip_all "needs crypto_user, to say which driver is preferred"

plan=$NET_WORK/plan
export ENGINE

# pairs SUITE...: in a tunnel, in transport mode and with ESN, IPv4 and IPv6
pairs() {
	local suite n=0 esn
	: >"$plan"
	for suite; do
		for esn in no yes; do
			n=$((n + 1))
			esp_pair mode=tunnel suite="$suite" esn=$esn net_a=10.1.202.$((63 + n))/32 net_b=10.1.101.$((63 + n))/32
			echo "name=$ENGINE:_$suite,_esn=$esn,_tunnel ns_a=$HA host_a=10.1.202.$((63 + n)) ns_b=$HB" \
				"host_b=10.1.101.$((63 + n)) $ESP_PAIR" >>"$plan"
			esp_pair mode=transport suite="$suite" esn=$esn a=2001:db8:90::1:$n b=2001:db8:80::1:$n
			echo "name=$ENGINE:_$suite,_esn=$esn,_transport ns_a=$RA host_a=2001:db8:90::1:$n ns_b=$RB" \
				"host_b=2001:db8:80::1:$n $ESP_PAIR" >>"$plan"
		done
	done
}

# through NAME SUITE...
through() {
	ENGINE=$1
	shift
	pairs "$@"
	python hardware.py prepare "$@"
	if esp_apply; then pass "$ENGINE: both stacks take all SAs and policies"; else fail "$ENGINE: esp_apply"; fi
	python hardware.py drivers
	python interop.py "$plan"
	is "$ENGINE: no SA was left by it" "$(ctl "$RA" --json statistics print | jq .engine_fallbacks)" 0
	python hardware.py drivers
	esp_flush
	python hardware.py forget
}

through cryptd aes-128-gcm aes-256-gcm chacha20poly1305 aes-128-cbc+sha1 aes-256-cbc+sha256 3des+md5
through pcrypt aes-128-gcm aes-128-ccm chacha20poly1305 aes-256-cbc+sha512
if modprobe -q virtio_crypto && grep -q "^driver.*: virtio_crypto_aes_cbc$" /proc/crypto; then
	through virtio_crypto aes-128-cbc+sha1 aes-192-cbc+sha384 aes-256-cbc+sha256
else
	skip "virtio_crypto" "there is no such device"
fi
rmmod virtio_crypto 2>/dev/null || true
done_testing
