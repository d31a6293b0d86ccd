/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IPSEC_COMPAT_LINUX_NETLINK_H
#define _IPSEC_COMPAT_LINUX_NETLINK_H

#include_next <linux/netlink.h>

#ifndef NL_SET_ERR_MSG_FMT
/*
 * Before 6.3 an extack has no room for a text that is put together. It lies here from the error to
 * the answer a moment later; 32 other errors in that moment would overwrite it.
 */
#define NETLINK_MAX_FMTMSG_LEN 80

static inline char *ipsec_compat_extack_text(void)
{
	static char texts[32][NETLINK_MAX_FMTMSG_LEN];
	static atomic_t next;

	return texts[(unsigned int)atomic_inc_return(&next) % 32];
}

#define NL_SET_ERR_MSG_FMT(extack, fmt, args...) do {				\
	struct netlink_ext_ack *__extack = (extack);				\
	char *__text;								\
										\
	if (!__extack)								\
		break;								\
	__text = ipsec_compat_extack_text();					\
	snprintf(__text, NETLINK_MAX_FMTMSG_LEN, fmt, ##args);			\
	do_trace_netlink_extack(__text);					\
	__extack->_msg = __text;						\
} while (0)
#endif

#ifndef NL_SET_ERR_MSG_ATTR_FMT
#define NL_SET_ERR_MSG_ATTR_FMT(extack, attr, fmt, args...) do {		\
	NL_SET_ERR_MSG_FMT((extack), fmt, ##args);				\
	NL_SET_BAD_ATTR((extack), (attr));					\
} while (0)
#endif

#ifndef NL_SET_ERR_MSG_WEAK
#define NL_SET_ERR_MSG_WEAK(extack, msg) do {					\
	if ((extack) && !(extack)->_msg)					\
		NL_SET_ERR_MSG((extack), msg);					\
} while (0)
#endif

#endif /* _IPSEC_COMPAT_LINUX_NETLINK_H */
