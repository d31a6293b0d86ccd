/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_LINUX_XARRAY_H
#define _SHIM_LINUX_XARRAY_H

#include <linux/slab.h>

struct xarray {
	void **slot;
	unsigned long size;
};

struct xa_limit {
	u32 max;
	u32 min;
};

#define XA_FLAGS_ALLOC1		0
#define XA_LIMIT(lo, hi)	((struct xa_limit) { .min = (lo), .max = (hi) })

#define xa_init_flags(xa, flags)	(*(xa) = (struct xarray) { NULL, 0 })
void xa_destroy(struct xarray *xa);
void *xa_load(struct xarray *xa, unsigned long index);
void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *xa_erase(struct xarray *xa, unsigned long index);
int xa_reserve(struct xarray *xa, unsigned long index, gfp_t gfp);
void xa_release(struct xarray *xa, unsigned long index);
int xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		    gfp_t gfp);

#endif /* _SHIM_LINUX_XARRAY_H */
