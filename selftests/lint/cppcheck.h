/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cppcheck must know of kernel macros: a loop sets its cursor, a callback is a function. */
void *anything(const void *);

#define list_for_each_entry(pos, head, member) \
	for ((pos) = anything(head); (pos); (pos) = anything(pos))
#define list_for_each_entry_safe(pos, next, head, member) \
	for ((pos) = anything(head), (next) = anything(pos); (pos); \
	     (pos) = (next), (next) = anything(pos))
#define list_for_each_entry_rcu(pos, head, member, ...)	list_for_each_entry(pos, head, member)
#define list_for_each_entry_continue(pos, head, member) \
	for ((pos) = anything(pos); (pos); (pos) = anything(pos))
#define list_for_each_entry_safe_reverse(pos, next, head, member) \
	list_for_each_entry_safe(pos, next, head, member)
#define hlist_for_each_entry(pos, head, member)		list_for_each_entry(pos, head, member)
#define hlist_for_each_entry_safe(pos, next, head, member) \
	list_for_each_entry_safe(pos, next, head, member)
#define hlist_for_each_entry_rcu(pos, head, member, ...) \
	list_for_each_entry(pos, head, member)
#define rhl_for_each_entry_rcu(pos, node, list, member) \
	list_for_each_entry(pos, list, member)
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < 64; (cpu)++)
#define xa_for_each(xa, index, entry) \
	for ((index) = 0, (entry) = anything(xa); (entry); (index)++, (entry) = anything(entry))
#define nla_for_each_nested(pos, nla, rem) \
	nla_for_each_attr(pos, nla, 64, rem)
#define nla_for_each_attr(pos, head, len, rem) \
	for ((pos) = anything(head), (rem) = (len); (rem) > 0; \
	     (rem)--, (pos) = anything(pos))
#define IPSEC_CRYPTO_CALLBACK(name, func) \
	void name(struct crypto_async_request *req, int err) { func(req->data, err); }
