/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where packets enter from the stack. The only file that knows.
 */
#ifndef _IPSEC_HOOK_H
#define _IPSEC_HOOK_H

struct net;

/* Register the namespace's netfilter hooks. Sleeps; 0 or a negative errno. */
int ipsec_hook_arm(struct net *net);

/* Unregister them; on return no packet is inside any more. Sleeps. */
void ipsec_hook_disarm(struct net *net);

#endif /* _IPSEC_HOOK_H */
