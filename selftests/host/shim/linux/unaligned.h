/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_LINUX_UNALIGNED_H
#define _SHIM_LINUX_UNALIGNED_H

#include <string.h>
#include <asm/byteorder.h>
#include <linux/types.h>

static inline void put_unaligned_be64(u64 value, void *p)
{
	__be64 big = cpu_to_be64(value);

	memcpy(p, &big, sizeof(big));
}

static inline void put_unaligned_be16(u16 value, void *p)
{
	__be16 big = cpu_to_be16(value);

	memcpy(p, &big, sizeof(big));
}

static inline u16 get_unaligned_be16(const void *p)
{
	__be16 big;

	memcpy(&big, p, sizeof(big));
	return be16_to_cpu(big);
}

#endif /* _SHIM_LINUX_UNALIGNED_H */
