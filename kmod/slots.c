// SPDX-License-Identifier: GPL-2.0
#include "slots.h"

#include <linux/mm.h>

int ipsec_slots_init(struct ipsec_slots *slots, size_t n, size_t size)
{
	int cpu;

	slots->cpu = alloc_percpu(void *);
	if (!slots->cpu)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		void *own = kvcalloc(n, size, GFP_KERNEL);

		if (!own) {
			ipsec_slots_exit(slots);
			return -ENOMEM;
		}
		*per_cpu_ptr(slots->cpu, cpu) = own;
	}
	return 0;
}

void ipsec_slots_exit(struct ipsec_slots *slots)
{
	int cpu;

	if (!slots->cpu)
		return;
	for_each_possible_cpu(cpu)
		kvfree(*per_cpu_ptr(slots->cpu, cpu));
	free_percpu(slots->cpu);
	slots->cpu = NULL;
}
