/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_LINUX_JIFFIES_H
#define _SHIM_LINUX_JIFFIES_H

extern unsigned long jiffies;

#define time_after(a, b)	((long)((b) - (a)) < 0)

#endif /* _SHIM_LINUX_JIFFIES_H */
