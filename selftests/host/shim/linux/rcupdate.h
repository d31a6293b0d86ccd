/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RCU as strict as it can be: what is deferred is freed the moment no reader is left. */
#ifndef _SHIM_LINUX_RCUPDATE_H
#define _SHIM_LINUX_RCUPDATE_H

#include <linux/compiler.h>

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

#define rcu_access_pointer(p)		(p)
#define rcu_dereference_raw(p) \
	({ shim_step(); shim_loads++; __atomic_load_n(&(p), __ATOMIC_ACQUIRE); })
#define rcu_dereference(p)		rcu_dereference_raw(p)
#define rcu_assign_pointer(p, v) \
	({ shim_step(); __atomic_store_n(&(p), v, __ATOMIC_RELEASE); })
#define RCU_INIT_POINTER(p, v)		rcu_assign_pointer(p, v)

#define kfree_rcu(p, member)		shim_defer(p, NULL)
#define kvfree_rcu(p, member)		shim_defer(p, NULL)
#define call_rcu(head, func)		shim_defer(head, (void (*)(void *))(func))

static inline void rcu_read_lock(void)
{
	shim_readers++;
}

static inline void rcu_read_unlock(void)
{
	if (!--shim_readers)
		shim_reader_gone();
}

#endif /* _SHIM_LINUX_RCUPDATE_H */
