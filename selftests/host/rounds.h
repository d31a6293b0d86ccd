/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _ROUNDS_H
#define _ROUNDS_H

#include <stdlib.h>

/* How often a test does what it would do @n times: $ROUNDS percent, for a machine that is slow. */
static inline unsigned int rounds(unsigned int n)
{
	const char *percent = getenv("ROUNDS");
	unsigned int some = percent ? n * strtoull(percent, NULL, 10) / 100 : n;

	return some ? some : 1;
}

#endif /* _ROUNDS_H */
