#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# cocci.sh RULE FILE...: what the semantic patch cocci/RULE.cocci finds, as FILE:LINE: text; fails if it finds
# something. First the rule must find every line of bad/RULE.c that says `bad`, and none besides.
set -eu
here=$(dirname "$0")
rule=$1 bad=$(dirname "$0")/bad/$1.c
shift

# matches FILE...: a match is a line that the rule's context diff takes away
matches() {
	local out
	out=$(spatch --very-quiet --no-includes --cocci-file "$here/cocci/$rule.cocci" "$@" 2>&1) ||
		{ echo "$out"; echo "$rule.cocci: spatch failed"; return 1; }
	awk '	/^--- / { file = $2; next }
		/^\+\+\+ / { next }
		/^@@ / { split($2, at, ","); line = -at[1]; next }
		/^-/ { printf "%s:%d: %s\n", file, line++, substr($0, 2); next }
		/^ / { line++; next }
		/[^ ]/ { print "spatch: " $0 }' <<<"$out"
}

found=$(matches "$bad" | sed 's/^[^:]*:\([0-9]*\):.*/\1/')
want=$(grep -n '/\* bad \*/$' "$bad" | cut -d: -f1)
if [ -z "$want" ] || [ "$found" != "$want" ]; then
	echo "$rule.cocci finds lines" $found "of $bad, and must find" $want
	exit 1
fi
found=$(matches "$@") || { echo "$found"; exit 1; }
[ -z "$found" ] || { echo "$found"; exit 1; }
