/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all requests share: nests read with every fault named in the words of the
 * command line, and answers begun.
 */
#ifndef _IPSEC_NL_H
#define _IPSEC_NL_H

#include <net/genetlink.h>
#include <linux/ipsec_genl.h>
#include "notify.h"
#include "pernet.h"

/**
 * struct ipsec_nl_nest - the attributes of one kind of object
 * @max: the highest; below 64
 * @policy: what the core checks before we see a request
 * @names: the word of the command line for each
 */
struct ipsec_nl_nest {
	int max;
	const struct nla_policy *policy;
	const char *const *names;
};

/* An attribute that answers carry and requests may not, in a policy. */
#define IPSEC_NL_ANSWER(word) \
	{ .type = NLA_REJECT, .reject_message = word ": the kernel tells it and does not take it" }

#define IPSEC_NL_ADDR	NLA_POLICY_RANGE(NLA_BINARY, 4, 16)

/**
 * ipsec_nl_parse() - the attributes of a nest by number
 * @nest: what kind
 * @tb: nest->max + 1 pointers, filled completely
 * @attr: the nest, checked by the core against nest->policy; NULL is empty
 * @allowed: bits of the attributes that this request takes
 * @required: bits of those that it cannot do without
 *
 * Refuses what is given twice, not taken or missing. 0 or -EINVAL.
 */
int ipsec_nl_parse(const struct ipsec_nl_nest *nest, const struct nlattr **tb,
		   const struct nlattr *attr, u64 allowed, u64 required,
		   struct netlink_ext_ack *extack);

/**
 * ipsec_nl_only() - the attribute @type of a request that has one object
 * @word: what to call it
 *
 * Returns NULL if it is missing or there are several.
 */
const struct nlattr *ipsec_nl_only(const struct genl_info *info, int type, const char *word);

/**
 * ipsec_nl_addr() - an address
 * @attr: of @nest
 * @family: out, AF_INET or AF_INET6
 */
int ipsec_nl_addr(const struct ipsec_nl_nest *nest, const struct nlattr *attr,
		  union ipsec_addr *addr, u8 *family, struct netlink_ext_ack *extack);

/**
 * ipsec_nl_pair() - two addresses of one family, each of one host
 * @src: number of the first attribute
 * @dst: number of the second
 * @src_addr: stays if @src is not given
 * @dst_addr: stays if @dst is not given
 * @family: of what is there already, or 0 if both are given; of both afterwards
 */
int ipsec_nl_pair(const struct ipsec_nl_nest *nest, const struct nlattr **tb, int src, int dst,
		  union ipsec_addr *src_addr, union ipsec_addr *dst_addr, u8 *family,
		  struct netlink_ext_ack *extack);

/**
 * ipsec_nl_prefixes() - source and destination prefix of a selector
 * @first: number of the source address; its length, the destination address and
 *	   its length follow
 * @sel: what is not given stays
 */
int ipsec_nl_prefixes(const struct ipsec_nl_nest *nest, const struct nlattr **tb, int first,
		      struct ipsec_selector *sel, struct netlink_ext_ack *extack);

/* Put the prefixes, numbered as above; nothing if the family is any. 0 or -EMSGSIZE. */
int ipsec_nl_put_prefixes(struct sk_buff *msg, int first, const struct ipsec_selector *sel);

/* Put a u64 as all our nests do: number 1 is the pad. 0 or -EMSGSIZE. */
static inline int ipsec_nl_put_u64(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, 1);
}

/**
 * ipsec_nl_begin() - one message of an answer
 * @req: the request
 * @cmd: command the message carries
 * @attr: the nest it begins with
 * @nest: out
 *
 * Returns NULL if there is no room. To be ended with nla_nest_end() and nlmsg_end().
 */
struct nlmsghdr *ipsec_nl_begin(struct sk_buff *msg, const struct nlmsghdr *req, u32 portid,
				int flags, u8 cmd, int attr, struct nlattr **nest);

/**
 * ipsec_nl_error() - see that a refusal has a text
 *
 * Returns @err.
 */
int ipsec_nl_error(struct netlink_ext_ack *extack, int err);

/* Say a sentence that lives as long as the module. Returns -EINVAL. */
int ipsec_nl_say(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *sentence);

#endif /* _IPSEC_NL_H */
