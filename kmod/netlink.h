/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family: requests in, answers out.
 */
#ifndef _IPSEC_NETLINK_H
#define _IPSEC_NETLINK_H

/* Register the family. Sleeps; 0 or a negative errno. */
int ipsec_netlink_init(void);
void ipsec_netlink_exit(void);

#endif /* _IPSEC_NETLINK_H */
