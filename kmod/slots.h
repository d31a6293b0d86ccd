/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An array for each CPU, of what is longer than per-CPU memory may be.
 */
#ifndef _IPSEC_SLOTS_H
#define _IPSEC_SLOTS_H

#include <linux/percpu.h>
#include <linux/types.h>

/**
 * struct ipsec_slots - an array for each CPU
 * @cpu: each CPU's; NULL = none
 */
struct ipsec_slots {
	void * __percpu *cpu;
};

/* @n zeroed slots of @size bytes for each CPU. Sleeps; 0 or -ENOMEM. */
int ipsec_slots_init(struct ipsec_slots *slots, size_t n, size_t size);
/* Such as never were initialised are allowed. */
void ipsec_slots_exit(struct ipsec_slots *slots);

#endif /* _IPSEC_SLOTS_H */
