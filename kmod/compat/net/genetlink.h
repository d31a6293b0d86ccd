/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IPSEC_COMPAT_NET_GENETLINK_H
#define _IPSEC_COMPAT_NET_GENETLINK_H

#include <linux/version.h>
#include_next <net/genetlink.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
/* Before 6.2 do and dump of one command were not told apart. */
#define genl_split_ops genl_ops
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
/* Before 6.6 a dump's information has the attributes itself, at the same name. */
#define genl_info_dump(cb) genl_dumpit_info(cb)
#endif

#ifndef GENL_MCAST_CAP_NET_ADMIN
/* Kernels without the check in the right place understand this one in the same field. */
#define GENL_MCAST_CAP_NET_ADMIN GENL_UNS_ADMIN_PERM
#endif

#endif /* _IPSEC_COMPAT_NET_GENETLINK_H */
