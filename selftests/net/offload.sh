#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Large pieces: TCP that leaves its host in packets of 64 KiB, and is put together again where it was opened, through ESP in
# UDP and AH, with engines that answer at once or later; datagrams in UDP that a device has merged.
set -eu
. "$(dirname "$0")/lib/net.sh"
net_up
modprobe -qa xfrm-type-{2,10}-{50,51} ah4 ah6 || true
crypto_load
modprobe -qa cryptd crypto_user || true
python offload.py
done_testing
