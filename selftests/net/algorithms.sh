#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a router is told of algorithms: which there are and who drives them, which its kernel lacks, which do not go
# together, and which key is of the wrong length.
set -eu
STACK_B=none
. "$(dirname "$0")/lib/net.sh"
net_up

# sa WORDS...: an SA with these algorithms, the only one; prints what Culvert says to that
sa() {
	ctl "$RA" kernel sa flush
	ctl "$RA" kernel sa add direction=out spi=0x1000 src-address=192.168.90.1 dst-address=192.168.80.1 "$@" 2>&1 || true
}

# forget PATTERN: unload kernel modules, those that use others first
forget() {
	local m
	for _ in 1 2 3 4; do
		for m in $(awk -v p="$1" '$1 ~ p { print $1 }' /proc/modules); do rmmod "$m" 2>/dev/null || true; done
	done
	! grep -qE "$1" /proc/modules
}

key16='' key32='' key=''
random_key key16 16
random_key key32 32
if ! forget '^camellia'; then
	skip "a kernel without Camellia" "it does not go away"
else
	NET_MODPROBE=$(</proc/sys/kernel/modprobe)
	echo >/proc/sys/kernel/modprobe
	modprobe -qa crypto-{aes,sha256,hmac,cbc,authenc} || true
	like "the kernel lacks it, and Culvert says so" \
		"$(sa enc-algorithm=camellia-128 enc-key="$key16" auth-algorithm=sha256 auth-key="$key32")" \
		'this kernel lacks authenc\(hmac\(sha256\),cbc\(camellia\)\): load or build it'
	is "the list names it without a driver" \
		"$(ctl "$RA" --json algorithm print | jq -r '.[] | select(.driver == null) | .name' | grep -c '^camellia-...$')" 3
	echo "$NET_MODPROBE" >/proc/sys/kernel/modprobe
	NET_MODPROBE=''
fi
is "the kernel loads it when an SA wants it" \
	"$(sa enc-algorithm=camellia-128 enc-key="$key16" auth-algorithm=sha256 auth-key="$key32")" ""

crypto_load
list=$(ctl "$RA" --json algorithm print)
is "all algorithms are listed" "$(jq -r '[.[].name] | length' <<<"$list")" 33
is "each has a driver" "$(jq -r '.[] | select(.driver == null) | .name' <<<"$list")" ""
is "no driver has failed its test" "$(ctl "$RA" --json statistics print | jq -r .engine_fallbacks)" 0
# an SA of each, with a key as long as the list says
ctl "$RA" kernel sa flush
while read -r name kind bytes; do
	case $name/$kind in
	null/*) continue ;;
	*/auth) words="enc-algorithm=null auth-algorithm=$name auth-key" ;;
	*/aead) words="enc-algorithm=$name enc-key" ;;
	*/enc) words="auth-algorithm=sha256 auth-key=$key32 enc-algorithm=$name enc-key" ;;
	esac
	random_key key "$bytes"
	NET_SPI=$((NET_SPI + 1))
	echo "kernel sa add direction=out spi=$NET_SPI src-address=192.168.90.1 dst-address=192.168.80.1 $words=$key"
done < <(jq -r '.[] | "\(.name) \(.kind) \(.key_bits / 8 + .salt_bytes)"' <<<"$list") >"$NET_WORK/each"
ok "an SA with each of them" ctl "$RA" -f "$NET_WORK/each"
is "and they are there" "$(ctl "$RA" kernel sa print count-only)" 31
like "a key is not a byte longer" "$(sa enc-algorithm=aes-128-ccm enc-key="${key32:0:42}")" 'is 20 bytes; aes-128-ccm takes 19'
like "no AEAD with integrity beside it" "$(sa enc-algorithm=aes-128-ccm enc-key="${key32:0:40}" \
	auth-algorithm=sha256-96 auth-key="$key32")" 'integrity of its own'
like "no counter mode without integrity" "$(sa enc-algorithm=aes-128-ctr enc-key="${key32:0:42}" auth-algorithm=null)" 'integrity'
done_testing
