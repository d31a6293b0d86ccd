/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_LINUX_COMPILER_H
#define _SHIM_LINUX_COMPILER_H

#include <linux/kernel.h>
#include "../shim.h"

#define READ_ONCE(x)		({ shim_step(); *(const volatile __typeof__(x) *)&(x); })
#define WRITE_ONCE(x, v)	({ shim_step(); *(volatile __typeof__(x) *)&(x) = (v); })
#define smp_load_acquire(p)	({ shim_step(); __atomic_load_n(p, __ATOMIC_ACQUIRE); })
#define smp_store_release(p, v)	({ shim_step(); __atomic_store_n(p, v, __ATOMIC_RELEASE); })
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)

#endif /* _SHIM_LINUX_COMPILER_H */
