/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_LINUX_SLAB_H
#define _SHIM_LINUX_SLAB_H

#include <stdlib.h>
#include <linux/kernel.h>
#include "../shim.h"

typedef unsigned int gfp_t;

#define GFP_KERNEL	0
#define GFP_ATOMIC	0
#define GFP_NOWAIT	0
#define __GFP_NOWARN	0

#define struct_size(p, member, n)	(sizeof(*(p)) + sizeof((p)->member[0]) * (n))

#define kmalloc(size, gfp)	((void)(gfp), shim_alloc(size, false))
#define kzalloc(size, gfp)	((void)(gfp), shim_alloc(size, true))
#define kvmalloc(size, gfp)	kmalloc(size, gfp)
#define kvzalloc(size, gfp)	kzalloc(size, gfp)
#define kfree(p)		free((void *)(p))
#define kvfree(p)		free((void *)(p))

#endif /* _SHIM_LINUX_SLAB_H */
