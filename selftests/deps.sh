#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# deps.sh: see that everything building, testing and the demo need is here. On Debian as root, install what is
# missing; else name it and fail. Silent when nothing is.
set -eu

packages=(
	# building
	build-essential pkg-config flex bison bc libelf-dev libssl-dev pahole kmod
	libnl-3-dev libnl-genl-3-dev libjson-c-dev
	# the virtual machine
	qemu-system-x86 busybox-static cpio xz-utils zstd
	# tests in it
	iproute2 nftables iptables tcpdump iperf3 conntrack ethtool procps iputils-ping curl socat jq
	python3 python3-scapy python3-cryptography python3-yaml
	# tests outside
	libcmocka-dev libgcrypt20 sparse shellcheck mandoc cppcheck codespell coccinelle
)
# other architectures: what a system has no package of is skipped there
cross_packages=(
	gcc-s390x-linux-gnu libc6-dev-s390x-cross gcc-aarch64-linux-gnu libc6-dev-arm64-cross
	qemu-user qemu-system-misc qemu-system-arm musl-tools
)

# missing_packages NAME...
missing_packages() {
	local name state
	declare -A here=()
	while read -r name state; do
		[ "$state" != installed ] || here[${name%%:*}]=1
	done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null)
	for name; do
		[ -n "${here[$name]:-}" ] || echo "$name"
	done
}

# Elsewhere: the programs and libraries themselves, by the name that everyone gives them.
missing_things() {
	local t
	for t in gcc make pkg-config flex bison bc pahole depmod qemu-system-x86_64 busybox cpio xz zstd \
		 ip nft iptables tcpdump iperf3 conntrack ethtool ping curl socat jq python3 sparse; do
		PATH=$PATH:/usr/sbin:/sbin command -v $t >/dev/null || echo $t
	done
	for t in libelf libcrypto libnl-3.0 libnl-genl-3.0 json-c cmocka; do
		pkg-config --exists $t 2>/dev/null || echo "$t (development files)"
	done
	for t in scapy cryptography yaml; do
		/usr/bin/python3 -c "import $t" 2>/dev/null || echo "$t (for /usr/bin/python3)"
	done
}

if ! command -v apt-get >/dev/null; then
	mapfile -t missing < <(missing_things)
	[ ${#missing[@]} -gt 0 ] || exit 0
	echo "Please install these, which Culvert's build and tests need:"
	printf '  %s\n' "${missing[@]}"
	exit 1
fi >&2

export DEBIAN_FRONTEND=noninteractive
lock='DPkg::Lock::Timeout=600'
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# apt_try NAME...; leaves why not in the log
apt_try() {
	apt-get install -y --no-install-recommends "$@" -o $lock >"$log" 2>&1
}

apt_install() {
	echo "deps: installing $*"
	apt_try "$@" && return
	# A fresh machine has no package lists, an old one has stale ones.
	apt-get update -o $lock >"$log" 2>&1 || true
	apt_try "$@"
}

mapfile -t missing < <(missing_packages "${packages[@]}")
mapfile -t cross < <(missing_packages "${cross_packages[@]}")
if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" != 0 ]; then
	echo "Please run, as root:"
	echo "  apt-get install -y --no-install-recommends ${missing[*]} ${cross[*]}"
	exit 1
fi >&2
[ ${#missing[@]} = 0 ] || apt_install "${missing[@]}" || { cat "$log" >&2; exit 1; }
if [ ${#cross[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && ! apt_install "${cross[@]}"; then
	# one by one, since one that is unknown keeps all from being installed
	for name in "${cross[@]}"; do
		apt_try "$name" ||
			echo "deps: $(tail -n 1 "$log"); the tests that need it are skipped"
	done
fi
