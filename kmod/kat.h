/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Known-answer tests: no driver carries a packet before it gave one right answer.
 */
#ifndef _IPSEC_KAT_H
#define _IPSEC_KAT_H

#include "alg.h"

struct crypto_aead;

/* Sleeps; 0 or -ENOMEM. */
int ipsec_kat_init(void);

/**
 * ipsec_kat_run() - seal and open one known packet on a fresh transform
 * @suite: what @tfm was made for
 * @tfm: not yet keyed; keyed with the test's keys, the caller keys it anew
 *
 * A forged ICV must be refused as well. The answer is remembered per driver
 * name and suite, so that each is tested once; an error of the driver is not.
 * Sleeps. Returns 0, -EBADMSG if an answer was wrong, or the driver's error.
 *
 * -ETIMEDOUT: the driver does not answer; -EINTR: the caller is being killed
 * meanwhile. Then @tfm is NULL: the driver still has a request, and when it lets
 * go of that the transform is freed. Until then this module stays loaded.
 */
int ipsec_kat_run(const struct ipsec_suite *suite, struct crypto_aead **tfm);

/**
 * ipsec_kat_exit() - forget the results; call at module exit
 */
void ipsec_kat_exit(void);

#endif /* _IPSEC_KAT_H */
