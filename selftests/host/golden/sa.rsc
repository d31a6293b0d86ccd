# SPDX-License-Identifier: GPL-2.0-or-later
/kernel sa
add direction=out spi=0x1000 src-address=192.168.90.1 dst-address=192.168.80.1 mode=tunnel \
    enc-algorithm=aes-128-gcm enc-key=0x000102030405060708090a0b0c0d0e0f10111213
add direction=in spi=4096 src-address=2001:db8::1 dst-address=2001:db8::2 \
    enc-algorithm=aes-256-cbc enc-key=\
    0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f \
    auth-algorithm=sha256 auth-key=\
    0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1F \
    replay-window=1024 esn=yes policy=7 sel-src-address=10.0.0.0/8 sel-dst-address=any \
    sel-protocol=tcp lifetime=24m/30m lifebytes=1G lifepackets=10/20 nat-traversal=yes \
    src-port=4500 dst-port=1024 df=set ecn=no dscp=zero decap-dscp=yes tfc-pad=1400 \
    mark=0x10 seq=4294967296 cookie=9
add direction=in spi=0xffffffff src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=null \
    auth-algorithm=null insecure=yes replay-window=0
add direction=out spi=256 src-address=192.0.2.1 dst-address=192.0.2.2 enc-algorithm=null \
    auth-algorithm=sha1 auth-key=0x000102030405060708090a0b0c0d0e0f10111213 nat-traversal=yes
# RouterOS writes null beside an AEAD
add direction=out spi=256 src-address=192.0.2.1 dst-address=192.0.2.2 auth-algorithm=null \
    enc-algorithm=chacha20poly1305 lifetime=1h enc-key=\
    0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223
set id=3 lifetime=00:30:00 lifebytes=none
set [find spi=0x100] lifepackets=5 cookie=3 src-port=4501
set 0 lifetime=0/1w2d3h4m5s
remove spi=0x1000 dst-address=192.168.80.1
remove [find state=dying]
flush
get-spi src-address=192.0.2.1 dst-address=192.0.2.2
get-spi src-address=192.0.2.1 dst-address=192.0.2.2 spi=0x2000 mode=tunnel policy=3 lifetime=30s
print
print show-sensitive
print stats where direction=in spi=256
