#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# order.sh FOLDER ORDER.TXT: a file may include only headers of files named before it, or its own. Every file has its
# place in the list, which is the layers of the kernel house, from the ground up.
awk 'NR == FNR { for (i = 1; i <= NF; i++) rank[$i] = ++n; next }
	FNR == 1 {
		f = FILENAME
		sub(/.*\//, "", f)
		sub(/\.[ch]$/, "", f)
		if (!(f in rank)) {
			printf "%s: has no place in order.txt\n", FILENAME
			bad = 1
		}
	}
	/^#[ \t]*include "/ {
		split($0, q, "\"")
		h = q[2]
		sub(/\.h$/, "", h)
		if (h != f && !(h in rank)) {
			printf "%s:%d: includes %s.h, which has no place in order.txt\n", FILENAME, FNR, h
			bad = 1
		} else if (h != f && rank[h] > rank[f]) {
			printf "%s:%d: %s may not include %s.h, which comes later\n", FILENAME, FNR, f, h
			bad = 1
		}
	}
	END { exit bad }' "$2" "$1"/*.[ch]
