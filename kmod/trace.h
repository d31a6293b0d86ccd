/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoint ipsec:ipsec_drop, once for each packet dropped.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ipsec

#if !defined(_IPSEC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _IPSEC_TRACE_H

#include <linux/skbuff.h>
#include <linux/tracepoint.h>

TRACE_EVENT(ipsec_drop,
	TP_PROTO(const struct sk_buff *skb, const char *reason),
	TP_ARGS(skb, reason),
	TP_STRUCT__entry(
		__field(const void *, skbaddr)
		__field(unsigned int, len)
		__field(const char *, reason)
	),
	TP_fast_assign(
		__entry->skbaddr = skb;
		__entry->len = skb->len;
		__entry->reason = reason;
	),
	TP_printk("skbaddr=%p len=%u reason=%s", __entry->skbaddr, __entry->len, __entry->reason)
);

#endif /* _IPSEC_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
