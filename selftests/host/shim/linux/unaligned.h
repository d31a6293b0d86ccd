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

#endif /* _SHIM_LINUX_UNALIGNED_H */
