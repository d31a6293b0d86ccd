/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_LINUX_KERNEL_H
#define _SHIM_LINUX_KERNEL_H

#include <asm/byteorder.h>
#include <stdio.h>
#include <linux/types.h>

#define container_of(ptr, type, member)	((type *)((char *)(ptr) - offsetof(type, member)))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define round_down(n, to)	((n) & ~((to) - 1))
#define ALIGN(n, to)		round_down((n) + (to) - 1, to)
#define BITS_PER_LONG		((int)sizeof(long) * CHAR_BIT)

#define min(a, b) \
	({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a < _b ? _a : _b; })
#define max(a, b) \
	({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a > _b ? _a : _b; })
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))

#define clamp_t(type, n, lo, hi)	min_t(type, max_t(type, n, lo), hi)

#endif /* _SHIM_LINUX_KERNEL_H */
