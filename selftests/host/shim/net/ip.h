/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_NET_IP_H
#define _SHIM_NET_IP_H

#include <linux/ip.h>

#define IP_OFFSET	0x1fff

#endif /* _SHIM_NET_IP_H */
