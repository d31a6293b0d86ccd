#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# length.sh FILE.c...: name the functions of more than 60 lines; fail over 100. We aim at 40.
exec awk '
	FNR == 1 { start = 0 }
	/^[[:alpha:]_].*\(/ { head = $0; headline = FNR }
	/^\{/ { start = headline }
	/^\}/ && start {
		n = FNR - start + 1
		name = head
		sub(/\(.*/, "", name)
		sub(/.*[ *]/, "", name)
		if (n > 60)
			printf "%s:%d: %s has %d lines\n", FILENAME, start, name, n
		if (n > 100)
			bad = 1
		start = 0
	}
	END { exit bad }' "$@"
