#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# map.sh: the map in Documentation/index.rst names every file of kmod, and none that is not there.
set -eu
page=Documentation/index.rst
files=$(find kmod -maxdepth 1 -name '*.[ch]' | sed 's|^kmod/||; s|\.[ch]$||' | sort -u)
named=$(sed -n '/^The module$/,$s/^``\([a-z_0-9]*\)``$/\1/p' $page | sort)
wrong=$(comm -3 <(echo "$files") <(echo "$named") |
	sed -e "s|^\t|$page names what is not in kmod: |; t" -e "s|^|$page does not name kmod/|")
[ -z "$wrong" ] || { echo "$wrong"; exit 1; }
