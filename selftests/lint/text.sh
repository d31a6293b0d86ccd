#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# text.sh FILE...: what holds for every text file: licence line, no stray white space, width of C lines, no loose ends,
# nothing of the machine it was written on.
set -eu
bad=0

# complain MESSAGE LINES
complain() {
	[ -n "$2" ] || return 0
	while IFS= read -r line; do echo "$1: $line"; done <<<"$2"
	bad=1
}

sources=() licensed=()
for f; do
	case $f in
	*.c | *.h) sources+=("$f"); licensed+=("$f") ;;
	LICENSE | *.md | *.rst | *.txt | *.json | *.pcap | .gitignore | */TESTS) ;;
	*) licensed+=("$f") ;;
	esac
done

complain 'no SPDX licence line' "$(for f in "${licensed[@]}"; do
	head -n 2 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0' || echo "$f"; done)"
complain 'no newline at the end' "$(for f; do [ -z "$(tail -c 1 "$f")" ] || echo "$f"; done)"
complain 'white space at the end' "$(grep -nHP '[ \t\r]$' -- "$@")"
complain 'loose end' "$(grep -nHwE 'TOD[O]|FIXM[E]|XX[X]' -- "$@")"
complain 'path of one machine' "$(grep -nHE '(^|[^[:alnum:]_.}*/-])/(wor[k]|roo[t]|home/[a-z]+)/' -- "$@")"
complain 'host of a package archive' "$(grep -nHE 'deb\.debia[n]\.org|registry\.npm[j]s|pypi\.or[g]' -- "$@")"
if [ ${#sources[@]} -gt 0 ]; then
	complain 'indented by spaces' "$(grep -nHE '^ {2,}[^ *]' -- "${sources[@]}")"
	complain 'over 100 columns' "$(for f in "${sources[@]}"; do
		expand "$f" | awk -v f="$f" 'length > 100 { print f ":" NR }'; done)"
	complain 'kernel version outside kmod/compat' "$(grep -nHE 'LINUX_VERSION_CODE|KERNEL_VERSION' -- "${sources[@]}" |
		grep -v '^kmod/compat/')"
fi
exit $bad
