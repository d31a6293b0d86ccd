# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# tap.sh: write a test in bash that speaks TAP. Source it; call done_testing at the end.
#
#	ok "the module loads" insmod "$IPSEC_KO"
#	not_ok "but not twice" insmod "$IPSEC_KO"
#	is "one packet came in" "$(count)" 1
#	like "the reason is told" "$message" 'unknown algorithm'
#	wait_for 20 ping -c 1 -W 1 10.0.0.2
#	done_testing
#
# Exit code: 0 all passed, 1 something failed, 4 everything skipped. A script that dies on its way
# (set -e) leaves no plan, and whoever runs it counts that as a failure.

TAP_COUNT=0 TAP_FAILED=0 TAP_SKIPPED=0 TAP_PLAN=''

# tap_plan N: say beforehand how many results there will be.
tap_plan() {
	TAP_PLAN=$1
	echo "1..$1"
}

note() {
	echo "$*" | sed 's/^/# /'
}

pass() {
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT - $1"
}

fail() {
	TAP_COUNT=$((TAP_COUNT + 1))
	TAP_FAILED=$((TAP_FAILED + 1))
	echo "not ok $TAP_COUNT - $1"
}

# skip NAME REASON: one result that could not be had here.
skip() {
	TAP_COUNT=$((TAP_COUNT + 1))
	TAP_SKIPPED=$((TAP_SKIPPED + 1))
	echo "ok $TAP_COUNT - $1 # SKIP ${2:-}"
}

# skip_all REASON: end here, this test makes no sense on this machine.
skip_all() {
	echo "1..0 # SKIP $1"
	exit 4
}

# ok NAME COMMAND...: passes if the command succeeds; its output is shown only when it does not.
ok() {
	local name=$1 out rc=0
	shift
	out=$("$@" 2>&1) || rc=$?
	if [ $rc = 0 ]; then
		pass "$name"
	else
		fail "$name"
		note "command: $*"
		note "exit code: $rc"
		[ -z "$out" ] || note "$out"
		return 0
	fi
}

# not_ok NAME COMMAND...: passes if the command fails with an ordinary exit code.
not_ok() {
	local name=$1 out rc=0
	shift
	out=$("$@" 2>&1) || rc=$?
	if [ $rc -gt 0 ] && [ $rc -lt 124 ]; then
		pass "$name"
	else
		fail "$name"
		note "command: $*"
		note "exit code: $rc, wanted a failure"
		[ -z "$out" ] || note "$out"
	fi
	return 0
}

# is NAME GOT WANT
is() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1"
		note "got:  $2"
		note "want: $3"
	fi
}

isnt() {
	if [ "$2" != "$3" ]; then
		pass "$1"
	else
		fail "$1"
		note "got what it must not be: $2"
	fi
}

# like NAME GOT REGEX (extended)
like() {
	if [[ $2 =~ $3 ]]; then
		pass "$1"
	else
		fail "$1"
		note "got: $2"
		note "want a match of: $3"
	fi
}

unlike() {
	if [[ ! $2 =~ $3 ]]; then
		pass "$1"
	else
		fail "$1"
		note "got: $2"
		note "want no match of: $3"
	fi
}

# cmp_ok NAME A OP B, with OP one of -eq -ne -lt -le -gt -ge
cmp_ok() {
	if test "$2" "$3" "$4"; then
		pass "$1"
	else
		fail "$1"
		note "not true: $2 $3 $4"
	fi
}

# wait_for SECONDS COMMAND...: until the command succeeds; fails after SECONDS. Be generous: a machine
# that is slow, not wrong, must pass.
wait_for() {
	local until=$((SECONDS + $1))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $until ] || return 1
		sleep 0.1
	done
}

done_testing() {
	[ -n "$TAP_PLAN" ] || echo "1..$TAP_COUNT"
	if [ "$TAP_FAILED" -gt 0 ]; then
		note "$TAP_FAILED of $TAP_COUNT failed"
		exit 1
	fi
	if [ -n "$TAP_PLAN" ] && [ "$TAP_PLAN" != "$TAP_COUNT" ]; then
		note "planned $TAP_PLAN, ran $TAP_COUNT"
		exit 1
	fi
	[ "$TAP_COUNT" -gt 0 ] || exit 1
	[ "$TAP_SKIPPED" -lt "$TAP_COUNT" ] || exit 4
	exit 0
}
