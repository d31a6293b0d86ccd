/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An SA as attributes: what each request takes, finding one, putting one into an
 * answer.
 */
#ifndef _IPSEC_NL_SA_H
#define _IPSEC_NL_SA_H

#include "nl.h"

extern const struct nla_policy ipsec_nl_sa_attrs[IPSEC_A_SA_MAX + 1];
extern const struct ipsec_nl_nest ipsec_nl_sa_nest;

/**
 * ipsec_nl_sa_parse() - the attributes of an IPSEC_A_SA nest
 * @cmd: the command, which decides what it takes and needs
 * @tb: IPSEC_A_SA_MAX + 1 pointers
 */
int ipsec_nl_sa_parse(u8 cmd, const struct nlattr **tb, const struct nlattr *attr,
		      struct netlink_ext_ack *extack);

/* The protocol of an SA; absent is ESP. 0 or -EINVAL. */
int ipsec_nl_sa_proto(const struct nlattr *attr, u8 *proto, struct netlink_ext_ack *extack);

/**
 * ipsec_nl_sa_find() - the SA that @tb names by id, or by SPI, destination and protocol
 *
 * The caller holds sad->mutex. Returns an ERR_PTR if there is none.
 */
struct ipsec_sa *ipsec_nl_sa_find(struct ipsec_sad *sad, const struct nlattr **tb,
				  struct netlink_ext_ack *extack);

/* Put an SA's attributes, keys if @keys. The caller holds sad->mutex. 0 or -EMSGSIZE. */
int ipsec_nl_sa_put(struct sk_buff *msg, struct ipsec_sa *sa, bool keys);

/* Wipe the keys of an IPSEC_A_SA nest in the request it came in. */
void ipsec_nl_sa_wipe(const struct nlattr *nest);

#endif /* _IPSEC_NL_SA_H */
