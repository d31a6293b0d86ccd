#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# netlink_race.sh: router A's tables are added to, deleted from, dumped and flushed at once, while packets pass.
# RACE_REQUESTS is how often each of the four asks.
set -eu
STACK_A=culvert STACK_B=culvert
. "$(dirname "$0")/lib/net.sh"
net_up
crypto_load
python netlink_race.py "${RACE_REQUESTS:-100}"
ok "the module leaves" module_unload
done_testing
