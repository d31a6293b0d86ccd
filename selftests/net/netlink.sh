#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netlink.sh: what requests do to the tables, who may send them, and what listeners are told.
. "$(dirname "$0")/lib/net.sh"

module_load || { fail "the module loads"; done_testing; }
for part in tables rights; do
	ip netns add cv-netlink
	tap_from ip netns exec cv-netlink env PYTHONPATH="$NET_DIR/lib" /usr/bin/python3 "$NET_DIR/netlink_$part.py"
	ip netns delete cv-netlink
done
ok "the module unloads" module_unload
done_testing
