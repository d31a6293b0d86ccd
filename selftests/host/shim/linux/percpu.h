/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_LINUX_PERCPU_H
#define _SHIM_LINUX_PERCPU_H

#include <linux/slab.h>

#define alloc_percpu(type)		((type *)shim_alloc(sizeof(type) * SHIM_CPUS, true))
#define free_percpu(p)			free(p)
#define per_cpu_ptr(p, cpu)		((p) + (cpu))
#define this_cpu_ptr(p)			per_cpu_ptr(p, shim_cpu)
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < SHIM_CPUS; (cpu)++)

#endif /* _SHIM_LINUX_PERCPU_H */
