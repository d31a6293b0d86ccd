/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where packets enter from the stack. The only file that knows.
 */
#ifndef _IPSEC_HOOK_H
#define _IPSEC_HOOK_H

#include <linux/types.h>

struct ipsec_pernet;

/* Register those of the namespace's netfilter hooks that IPSEC_ARM_* @what means. Sleeps. */
int ipsec_hook_arm(struct ipsec_pernet *pn, u8 what);

/* Unregister all; on return no packet is inside any more. Sleeps. */
void ipsec_hook_disarm(struct ipsec_pernet *pn);

#endif /* _IPSEC_HOOK_H */
