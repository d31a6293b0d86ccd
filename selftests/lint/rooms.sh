#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# rooms.sh ROOMS.TXT: no program's room includes what another room keeps to itself. Run at the top.
set -eu
bad=0
declare -A may=()
while IFS=: read -r room allowed; do
	case $room in '#'* | '') continue ;; esac
	may[$room]=" $room $allowed "
done <"$1"

for dir in userspace/*/ tools/; do
	dir=${dir%/}
	[ -d "$dir" ] || continue
	[ -n "${may[$dir]:-}" ] || { echo "$dir: has no line in $1"; bad=1; continue; }
	while IFS=: read -r file line text; do
		header=${text#*\"}
		header=${header%%\"*}
		from=
		for room in "${!may[@]}"; do
			[ -e "$room/${header##*/}" ] && from+=" $room"
		done
		found=0
		for room in $from; do
			[[ ${may[$dir]} != *" $room "* ]] || found=1
		done
		[ $found = 1 ] || { echo "$file:$line: $dir may not include \"$header\" (found in:${from:- nowhere})"; bad=1; }
	done < <(grep -nHE '^#[[:space:]]*include "' "$dir"/*.[ch] 2>/dev/null || true)
	[ "$dir" = userspace/crypto ] || ! grep -nH '#[[:space:]]*include <openssl/' "$dir"/*.[ch] 2>/dev/null ||
		{ echo "$dir: only userspace/crypto includes OpenSSL"; bad=1; }
done
exit $bad
