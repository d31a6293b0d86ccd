# SPDX-License-Identifier: GPL-2.0-or-later
# Every way to reach a menu.
kernel policy print
/kernel policy print
/kernel/policy/print
/ip ipsec kernel policy print
/ip/ipsec/kernel/policy print
ip ipsec installed-sa print
/kernel policy
print
sa print
..
sa print
/
statistics print detail
/ip ipsec kernel sa
print show-sensitive detail where spi=0x100 !hw-aead
statistics print
flush
/ip ipsec
kernel sa flush
ker pol pri
kernel s print
explain src-address=192.0.2.1 dst-address=198.51.100.1 protocol=tcp dst-port=80
/explain src-address=192.0.2.1 dst-address=198.51.100.1
monitor count=3 duration=10s
monitor
kernel settings set ike-ports=500,4500 hold-packets=8 acquire-timeout=30
kernel settings print
algorithm print
# and the ways to miss one
kernel
polcy print
kernel polcy print
peer print
statistics
installed-sa add
installed-sa print bytes
kernel policy prnit
kernel policy frobnicate
kernel settings print where hold-packets=1
statistics print where in-errors=0
monitor where
=
[find]
src-address=1.2.3.4
explain src-address=192.0.2.1
kernel settings set
kernel settings set hold-packets=65
kernel settings set ike-ports=0
kernel settings set ike-ports=1,2,3,4,5,6,7,8,9
kernel settings set acquire-timeout=5m5m
