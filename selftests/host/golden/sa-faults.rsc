# SPDX-License-Identifier: GPL-2.0-or-later
/kernel sa
add
add direction=up
add direction=out spi=255 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=null
add direction=out spi=0x100000000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=null
add direction=out spi=0x1000 dst-address=192.0.2.2 enc-algorithm=null
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=aes-128
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=serpent-256
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=2001:db8::1 enc-algorithm=null
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=aes-128-gcm
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=aes-128-gcm enc-key=0x000102030405060708090a0b0c0d0e0f
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=aes-128-gcm enc-key=0x000102030405060708090a0b0c0d0e0f10111213 auth-algorithm=sha1
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=aes-128-gcm enc-key=0x000102030405060708090a0b0c0d0e0f10111213 auth-key=0x00
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=aes-128-cbc enc-key=0x000102030405060708090a0b0c0d0e0f
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=aes-128-cbc enc-key=0x00 auth-algorithm=sha1
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=aes-128-cbc enc-key=0x000102030405060708090a0b0c0d0e0f auth-algorithm=sha1
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=null enc-key=0x00 auth-algorithm=sha1
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=null auth-algorithm=null
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=null auth-algorithm=null insecure=yes src-port=4500
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=null auth-algorithm=null insecure=yes replay-window=31
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=null auth-algorithm=null insecure=yes replay-window=0 esn=yes
add direction=out spi=0x1000 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=null auth-algorithm=null insecure=yes sel-src-address=10.0.0.0/8 sel-dst-address=::/0
add enc-key=000102
add enc-key=0x0
add enc-key=0x0g
add enc-key=0x
add enc-key=@/dev/null
add enc-key=@/nowhere/key
add replay-window=4097
add lifetime=30m/24m
add lifetime=24m/30m/36m
add lifetime=5m1h
add lifetime=m
add lifetime=1:2
add lifebytes=1X
add lifebytes=20000000T
add src-port=0
add tfc-pad=65536
add mark=4294967296
add state=mature
add esn=true
set 0 enc-key=0x00
set 0 spi=0x1000
remove spi=0x1000
remove dst-address=192.0.2.1
remove 0 spi=0x1000 dst-address=192.0.2.1
get-spi src-address=192.0.2.1
get-spi src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=null
get-spy src-address=192.0.2.1
