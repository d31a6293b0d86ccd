/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_LINUX_SWAB_H
#define _SHIM_LINUX_SWAB_H

#include_next <linux/swab.h>

#define swab16	__swab16

#endif /* _SHIM_LINUX_SWAB_H */
