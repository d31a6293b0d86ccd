/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a test may see and change of the kernel that it plays. One thread runs at
 * a time; tests that use two hand over in @shim_hook.
 */
#ifndef _SHIM_H
#define _SHIM_H

#include <linux/types.h>

/* Pointers that were followed under RCU. */
extern unsigned long shim_loads;
/* Nodes of trees that were compared. */
extern unsigned long shim_compares;
/* Called before each load or store that other CPUs can see the order of. */
extern void (*shim_hook)(void);
/* The allocation after so many more fails, once; negative: none does. */
extern long shim_fail_after;
/* Readers in rcu_read_lock(). */
extern unsigned int shim_readers;
/* Of shim_cpus. */
extern unsigned int shim_cpu;

#define SHIM_CPUS	4

static inline void shim_step(void)
{
	if (shim_hook)
		shim_hook();
}

/* Zeroed or filled with rubbish; NULL if it is to fail. */
void *shim_alloc(size_t size, bool zero);
/* Call func(head), or free(head) without a function, when no reader is left. */
void shim_defer(void *head, void (*func)(void *head));
void shim_reader_gone(void);

#endif /* _SHIM_H */
