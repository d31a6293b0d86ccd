/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_ASM_BARRIER_H
#define _SHIM_ASM_BARRIER_H

#include <linux/compiler.h>

#endif /* _SHIM_ASM_BARRIER_H */
