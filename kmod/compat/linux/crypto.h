/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Linux 6.3 gave completion callbacks their data instead of the request.
 */
#ifndef _IPSEC_COMPAT_LINUX_CRYPTO_H
#define _IPSEC_COMPAT_LINUX_CRYPTO_H

#include_next <linux/crypto.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define IPSEC_CRYPTO_CALLBACK(name, handler)				\
	static void name(struct crypto_async_request *areq, int err)	\
	{								\
		handler(areq->data, err);				\
	}
#else
#define IPSEC_CRYPTO_CALLBACK(name, handler)				\
	static void name(void *data, int err)				\
	{								\
		handler(data, err);					\
	}
#endif

#endif /* _IPSEC_COMPAT_LINUX_CRYPTO_H */
