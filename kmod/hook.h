/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where packets enter from the stack. The only file that knows.
 */
#ifndef _IPSEC_HOOK_H
#define _IPSEC_HOOK_H

struct ipsec_pernet;

/* Register the namespace's netfilter hooks. Sleeps; 0 or a negative errno. */
int ipsec_hook_arm(struct ipsec_pernet *pn);

/* Unregister them; on return no packet is inside any more. Sleeps. */
void ipsec_hook_disarm(struct ipsec_pernet *pn);

#endif /* _IPSEC_HOOK_H */
