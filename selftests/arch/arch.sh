# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# arch.sh: what differs between the machines that Culvert is cross-built for, and their Debian packages. Source it.
#
# apt gets a state of its own for a foreign architecture: the system's dpkg never hears of it, and nothing is
# installed.

# arch_known s390x|arm64: its GNU triple, emulators, console and flavour of Debian's kernel
arch_known() {
	case $1 in
	s390x)
		ARCH_GNU=s390x-linux-gnu ARCH_USER=qemu-s390x ARCH_FLAVOUR=s390x ARCH_CONSOLE=ttysclp0
		ARCH_SYSTEM=(qemu-system-s390x -M s390-ccw-virtio -cpu max)
		;;
	arm64)
		ARCH_GNU=aarch64-linux-gnu ARCH_USER=qemu-aarch64 ARCH_FLAVOUR=arm64 ARCH_CONSOLE=ttyAMA0
		ARCH_SYSTEM=(qemu-system-aarch64 -M virt -cpu cortex-a57)
		;;
	*)
		echo "arch: s390x or arm64, not $1" >&2
		return 2
		;;
	esac
}

# arch_of KERNEL: the foreign architecture in the name of a kernel, such as 6.1-s390x; fails if it is this machine's
arch_of() {
	case $1 in
	*-s390x) echo s390x ;;
	*-arm64) echo arm64 ;;
	*) return 1 ;;
	esac
}

# The archive of Debian 12 that the system itself uses, in either format of apt's sources.
arch_archive() {
	cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk -v RS= '/Suites:.* bookworm( |\n)/' |
		sed -n 's/^URIs: *\([^ ]*\).*/\1/p'
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
		sed -n -E 's/^deb +(\[[^]]*\] +)?([^ ]+) +bookworm .*/\2/p'
}

# arch_apt ARCH FOLDER SUITE...: let `apt` speak for ARCH, with its state in FOLDER
arch_apt() {
	local arch=$1 a=$2 uri here
	shift 2
	here=$(dpkg --print-architecture) || return
	uri=$(arch_archive | head -n 1)
	[ -n "$uri" ] || { echo "arch: apt has no source with Debian 12" >&2; return 1; }
	mkdir -p "$a"/{lists/partial,cache/archives/partial,parts}
	: >"$a/status"
	printf '%s\n' 'Types: deb' "URIs: $uri" "Suites: $*" 'Components: main' \
		"Architectures: $arch $here" 'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' \
		>"$a/parts/foreign.sources"
	ARCH_APT=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$a/parts" -o "Dir::State=$a"
		  -o "Dir::State::status=$a/status" -o "Dir::State::Lists=$a/lists" -o "Dir::Cache=$a/cache"
		  -o "APT::Architecture=$arch" -o "APT::Architectures::=$arch" -o "APT::Architectures::=$here"
		  -o Acquire::Languages=none -o APT::Sandbox::User=root -o Debug::NoLocking=1)
	apt get -q update >&2
}

# apt get|cache ARGUMENT...: the system's, or what arch_apt made of it
ARCH_APT=()
apt() {
	"apt-$1" ${ARCH_APT[@]+"${ARCH_APT[@]}"} "${@:2}"
}
