// SPDX-License-Identifier: GPL-2.0-or-later
// A pointer into a packet dies when the packet may move to another buffer.
@@
local idexpression p;
expression skb, e;
identifier fld;
@@
  p = \( ip_hdr(skb) \| ipv6_hdr(skb) \| udp_hdr(skb) \| icmp_hdr(skb) \| icmp6_hdr(skb) \| tcp_hdr(skb) \|
	 ip_esp_hdr(skb) \| ip_auth_hdr(skb) \| skb_network_header(skb) \| skb_transport_header(skb) \|
	 skb_inner_network_header(skb) \| inner_ip_hdr(skb) \| skb_mac_header(skb) \|
	 skb->data \| skb->data + e \| (void *)(skb->data + e) \| (void *)skb->data \|
	 (struct iphdr *)skb->data \| (struct ipv6hdr *)skb->data \|
	 skb_push(skb, e) \| skb_pull(skb, e) \| skb_put(skb, e) \)
  ... when != p = e
(
  pskb_may_pull(skb, ...)
|
  pskb_network_may_pull(skb, ...)
|
  __pskb_pull_tail(skb, ...)
|
  pskb_pull(skb, ...)
|
  pskb_trim(skb, ...)
|
  skb_linearize(skb)
|
  skb_cow(skb, ...)
|
  skb_cow_head(skb, ...)
|
  skb_cow_data(skb, ...)
|
  skb_ensure_writable(skb, ...)
|
  skb_vlan_push(skb, ...)
|
  pskb_expand_head(skb, ...)
|
  skb_unclone(skb, ...)
|
  iptunnel_pull_header(skb, ...)
|
  ipsec_mode_room(skb, ...)
)
  ... when != p = e
(
* p->fld
|
* *p
|
* p[...]
)
