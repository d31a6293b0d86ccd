# SPDX-License-Identifier: GPL-2.0-or-later
/kernel policy
add src-adress=10.0.0.0/8
add banana=1
add src-address=10.0.0.1/8
add src-address=10.0.0.0/33
add src-address=10.0.0.0/
add src-address=10.0.0.0/-1
add src-address=2001:db8::1/32
add src-address=2001:db8::/129
add src-address=10.0.0/8
add src-address=example.com
add src-address=
add src-address=10.0.0.0/8 dst-address=::/0
add src-address=10.0.0.0/8 src-address=10.0.0.0/8
add action=encyrpt
add action=drop
add action=banana
add action=Encrypt
add level=requier
add ipsec-protocols=esp,
add ipsec-protocols=esp,ip
add protocol=tpc
add protocol=256
add protocol=-1
add dst-port=80
add protocol=gre dst-port=80
add protocol=tcp dst-port=65536
add protocol=tcp dst-port=90-80
add protocol=tcp dst-port=80,90
add protocol=tcp dst-port=80-
add protocol=icmp src-port=256
add tunnel=maybe
add tunnel=yes
add tunnel=yes sa-src-address=192.0.2.1
add tunnel=yes sa-src-address=192.0.2.1 sa-dst-address=2001:db8::1
add tunnel=yes sa-src-address=192.0.2.0/24 sa-dst-address=192.0.2.1
add comment=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
add comment="a\nb"
add cookie=18446744073709551616
add cookie=0x
add place-before=x
add place-before=-1
add place-before=[remove 0]
add place-before=0 place-before=1
add id=7
add out-packets=1
add destination=0
add !comment
add comment~x
add x
add 0
set
set 0
set comment=x
set 0 1 comment=x
set id=0 comment=x
set id=x comment=x
set 0,,1 comment=x
set 3-1 comment=x
set 0 place-before=1
set 0 in-bytes=1
set [find comment~"("] comment=x
set [find bogus=1] comment=x
set [find comnent=1] comment=x
set [find action=drop] comment=x
set [comment=x] comment=x
remove
remove 0 comment=x
remove x
move 0
move 0 x
move 0 1 2
flush comment=x
flush builtin=perhaps
print comment=x
print where comment
print where comment=x detail
print where [find]
print detal
print show-sensitive
add tcp-mss=63
add tcp-mss=65536
add tcp-mss=automatic
