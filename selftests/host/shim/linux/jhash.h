/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Not the kernel's hash, but one as even. */
#ifndef _SHIM_LINUX_JHASH_H
#define _SHIM_LINUX_JHASH_H

#include <linux/types.h>

static inline u32 jhash2(const u32 *word, u32 count, u32 seed)
{
	u64 h = seed;

	while (count--) {
		h = (h ^ *word++) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 29;
	}
	return h ^ h >> 32;
}

#endif /* _SHIM_LINUX_JHASH_H */
