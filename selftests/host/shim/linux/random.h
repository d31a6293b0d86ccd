/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_LINUX_RANDOM_H
#define _SHIM_LINUX_RANDOM_H

#include <stdlib.h>
#include <linux/types.h>

static inline u32 get_random_u32(void)
{
	return (u32)random() << 16 ^ random();
}

static inline void get_random_bytes(void *buf, int len)
{
	u8 *p = buf;

	while (len--)
		*p++ = random();
}

#endif /* _SHIM_LINUX_RANDOM_H */
