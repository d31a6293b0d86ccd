/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_LINUX_STRING_H
#define _SHIM_LINUX_STRING_H

#include <string.h>
#include <linux/types.h>

static inline ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size);

	if (len == size)
		return -E2BIG;
	memcpy(dst, src, len + 1);
	return len;
}

#endif /* _SHIM_LINUX_STRING_H */
