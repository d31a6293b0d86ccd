/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_LINUX_LOG2_H
#define _SHIM_LINUX_LOG2_H

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	unsigned long p = 1;

	while (p < n)
		p *= 2;
	return p;
}

#endif /* _SHIM_LINUX_LOG2_H */
