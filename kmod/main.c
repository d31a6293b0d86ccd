// SPDX-License-Identifier: GPL-2.0
/*
 * Culvert: IPsec beside the kernel's own. Init and exit in order.
 */
#include "crypt.h"
#include "handoff.h"
#include "hook.h"
#include "kat.h"
#include "netlink.h"
#include "pernet.h"
#include "sa.h"

#include <linux/ipsec_genl.h>
#include <linux/module.h>
#include <net/genetlink.h>

static int __init ipsec_init(void)
{
	int err;

	err = ipsec_sa_init();
	if (err)
		return err;
	err = ipsec_kat_init();
	if (err)
		goto err_sa;
	err = ipsec_crypt_init();
	if (err)
		goto err_kat;
	err = ipsec_handoff_init();
	if (err)
		goto err_crypt;
	err = ipsec_pernet_register(ipsec_hook_arm, ipsec_hook_disarm);
	if (err)
		goto err_handoff;
	err = ipsec_netlink_init();
	if (err)
		goto err_pernet;
	return 0;

err_pernet:
	ipsec_pernet_unregister();
err_handoff:
	ipsec_handoff_exit();
err_crypt:
	ipsec_crypt_exit();
err_kat:
	ipsec_kat_exit();
err_sa:
	ipsec_sa_exit();
	return err;
}

/* Requests stop, then packets, then operations in flight: nothing is left that could call us. */
static void __exit ipsec_exit(void)
{
	ipsec_netlink_exit();
	ipsec_pernet_unregister();
	ipsec_sa_exit();
	ipsec_handoff_exit();
	ipsec_crypt_exit();
	ipsec_kat_exit();
}

module_init(ipsec_init);
module_exit(ipsec_exit);

MODULE_DESCRIPTION("Culvert IPsec: ESP with its own policy table and SA database");
MODULE_LICENSE("GPL");
MODULE_ALIAS_GENL_FAMILY(IPSEC_GENL_NAME);
