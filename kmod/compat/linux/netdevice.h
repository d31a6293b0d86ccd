/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Linux 6.10 made dummy devices an allocation of their own.
 */
#ifndef _IPSEC_COMPAT_LINUX_NETDEVICE_H
#define _IPSEC_COMPAT_LINUX_NETDEVICE_H

#include_next <linux/netdevice.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#include <linux/slab.h>

static inline struct net_device *ipsec_alloc_netdev_dummy(int sizeof_priv)
{
	struct net_device *dev = kzalloc(sizeof(*dev) + sizeof_priv, GFP_KERNEL);

	if (dev)
		init_dummy_netdev(dev);
	return dev;
}

static inline void ipsec_free_netdev_dummy(struct net_device *dev)
{
	kfree(dev);
}
#else
#define ipsec_alloc_netdev_dummy	alloc_netdev_dummy
#define ipsec_free_netdev_dummy		free_netdev
#endif

#endif /* _IPSEC_COMPAT_LINUX_NETDEVICE_H */
