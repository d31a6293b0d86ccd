/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_LINUX_MUTEX_H
#define _SHIM_LINUX_MUTEX_H

#include <assert.h>
#include <linux/kernel.h>

struct mutex {
	bool held;
};

#define mutex_init(m)		((m)->held = false)
#define mutex_destroy(m)	assert(!(m)->held)
#define mutex_lock(m)		({ assert(!(m)->held); (m)->held = true; })
#define mutex_unlock(m)		({ assert((m)->held); (m)->held = false; })
#define lockdep_assert_held(m)	assert((m)->held)

#endif /* _SHIM_LINUX_MUTEX_H */
