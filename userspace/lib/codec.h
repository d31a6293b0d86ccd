/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows as netlink attributes, in both directions, by the schema's tables. */
#ifndef CULVERT_CODEC_H
#define CULVERT_CODEC_H

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "row.h"

/* Appends the properties that are set, without the nest around them. 0 or -NLE_*. */
int codec_put_row(struct nl_msg *msg, const struct row *row);

/* Appends the nest @type with the row in it. */
int codec_put_nest(struct nl_msg *msg, int type, const struct row *row);

/* The row of the nest of @menu in a message: NULL if there is none or no memory. */
struct row *codec_get_row(const struct menu *menu, const struct nlattr *nest);

/*
 * What stands at @offset of a request of ours, which is how the kernel names the
 * attribute it refuses: @op counts the operations of a transaction (0 for any
 * other request), @attr is the row's attribute or 0. False if nothing is there.
 */
bool codec_locate(const struct nlmsghdr *request, size_t offset, size_t *op, uint16_t *attr);

/* The property of that attribute which the row has set, or else the first there is. */
const struct prop *codec_prop(const struct row *row, uint16_t attr);

#endif
