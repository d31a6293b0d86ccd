# SPDX-License-Identifier: GPL-2.0-or-later
/kernel policy
add
add src-address=10.1.202.0/24 dst-address=10.1.101.0/24 action=encrypt tunnel=yes \
    sa-src-address=192.168.90.1 sa-dst-address=192.168.80.1 level=unique \
    ipsec-protocols=esp comment="site \"two\"" cookie=18446744073709551615
add src-address=2001:db8:1::/48 dst-address=::/0 action=none
add src-address=192.0.2.1 dst-address=any action=discard
add protocol=tcp src-port=any dst-port=80-90
add protocol=17 dst-port=53
add protocol=all
add protocol=icmp src-port=8 dst-port=0
add protocol=icmpv6 src-port=128-129
add protocol=255 src-port=any
add ipsec-protocols=ah,esp
add place-before=0
add place-before=[find comment="the first"]
add place-before=[ find where !default ]
add comment=""
add src-a=10.0.0.0/8
set 0 comment=x
set 0,2-4 action=none level=use
set numbers=7 comment=x
set id=7 src-address=any
set [find] comment=x
set [find where comment~"^a.*" protocol=tcp and !invalid] action=discard
set action=none [find default]
set [find spi=1] comment=x
remove 0
remove [find src-address=10.0.0.0/8]
remove numbers=[find comment=x]
move 3 0
move 3,4 destination=0
move [find comment=x] destination=[find comment=y]
flush
flush builtin=yes
print
print stats
print terse where action=encrypt
print count-only where protocol!=tcp out-packets=0
print detail where invalid
