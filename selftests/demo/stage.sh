# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# stage.sh: how the demo shows itself, and the network it plays in. Source it in a folder of its own.

if [ -n "${DEMO_COLOR:-}" ]; then
	BOLD=$'\e[1m' DIM=$'\e[2m' PLAIN=$'\e[0m'
else
	BOLD='' DIM='' PLAIN=''
fi
STEP=0
STAGE=$PWD

# act TEXT: what comes next
act() {
	printf '\n%s--- %s%s\n' "$BOLD" "$1" "$PLAIN"
}

# step TEXT: what the commands below do, in one line
step() {
	STEP=$((STEP + 1))
	printf '\n%s%2d. %s%s\n' "$BOLD" $STEP "$1" "$PLAIN"
}

# broken TEXT: the demo does not do what it says
broken() {
	printf '\n%sThe demo fails here: %s%s\n' "$BOLD" "$1" "$PLAIN"
	exit 1
}

# expect TEXT COMMAND...: a condition that is true if all is well
expect() {
	local text=$1
	shift
	"$@" >/dev/null 2>&1 || broken "$text"
}

# show WHERE COMMAND: as one would type it there
show() {
	local line prompt="$1#"
	while IFS= read -r line; do
		printf '%13s %s\n' "$prompt" "$line"
		prompt=''
	done <<<"$2"
}

# Output stands under its command, without empty lines; the last one is also in the file output.
under() {
	sed -u -e "w $STAGE/output" -e '/^[[:space:]]*$/d' -e "s/^\(.*\)\$/              $DIM\1$PLAIN/"
}

# in_ns WHERE COMMAND: run it in that namespace and the folder of the same name; in the machine itself if that is "vm"
in_ns() {
	local ns=()
	[ "$1" = vm ] || ns=(ip netns exec "$1")
	(cd "$STAGE/$1" && exec "${ns[@]}" bash -eu -o pipefail -c "$2" </dev/null)
}

# on WHERE COMMAND: show it, run it, and stop the demo if it fails
on() {
	show "$1" "$2"
	in_ns "$1" "$2" 2>&1 | under || broken "$2"
}

# on_fails WHERE COMMAND: the same for a command that has to fail
on_fails() {
	show "$1" "$2"
	if in_ns "$1" "$2" 2>&1 | under; then
		broken "$2 (it should not succeed)"
	fi
}

# start WHERE LOG COMMAND: show it, and leave it running; STARTED is its process
start() {
	show "$1" "$3 >$2 2>&1 &"
	(cd "$STAGE/$1" && eval "exec ip netns exec $1 $3" >"$2" 2>&1 </dev/null) &
	STARTED=$!
}

# wait_until SECONDS WHERE COMMAND: wait for a condition, silently
wait_until() {
	local until=$((SECONDS + $1))
	while ! in_ns "$2" "$3" >/dev/null 2>&1; do
		[ $SECONDS -lt $until ] || broken "no success within $1 s: $3"
		sleep 0.1
	done
}

# office1 - router1 - isp - router2 - office2; the isp also stands for the Internet, 203.0.113.1
build_network() {
	local ns
	mkdir vm office1 router1 isp router2 office2
	ip -batch - <<-BATCH
		netns add office1
		netns add router1
		netns add isp
		netns add router2
		netns add office2
		link add eth0 netns office1 type veth peer name lan netns router1
		link add wan netns router1 type veth peer name to-router1 netns isp
		link add to-router2 netns isp type veth peer name wan netns router2
		link add lan netns router2 type veth peer name eth0 netns office2
	BATCH
	for ns in office1 router1 isp router2 office2; do
		ip netns exec $ns sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.disable_ipv6=1 \
			net.ipv6.conf.default.disable_ipv6=1
	done
	host office1 eth0 10.1.202.10/24
	host router1 lan 10.1.202.1/24 wan 192.168.90.1/24
	host isp to-router1 192.168.90.254/24 to-router2 192.168.80.254/24 lo 203.0.113.1/32
	host router2 lan 10.1.101.1/24 wan 192.168.80.1/24
	host office2 eth0 10.1.101.10/24
	ip -n office1 route add default via 10.1.202.1
	ip -n router1 route add default via 192.168.90.254
	ip -n router2 route add default via 192.168.80.254
	ip -n office2 route add default via 10.1.101.1
}

# host NS [DEVICE ADDRESS]...
host() {
	local ns=$1
	shift
	{
		echo "link set lo up"
		while [ $# -gt 0 ]; do
			echo "link set $1 up"
			echo "address add $2 dev $1"
			shift 2
		done
	} | ip -n "$ns" -batch -
}

picture() {
	cat <<-'PICTURE'

	   office1         router1             isp             router2         office2
	 10.1.202.10 -- .1 192.168.90.1 -- Internet -- 192.168.80.1 .1 -- 10.1.101.10
	                masquerade  ========= tunnel =========  masquerade
	PICTURE
}
