#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netlink_abuse.sh: requests that are ill, each refused with a text and without a trace.
. "$(dirname "$0")/lib/net.sh"

module_load || { fail "the module loads"; done_testing; }
ip netns add cv-abuse
tap_from ip netns exec cv-abuse env PYTHONPATH="$NET_DIR/lib" /usr/bin/python3 "$NET_DIR/netlink_abuse.py"
ip netns delete cv-abuse
ok "the module unloads" module_unload
done_testing
