// SPDX-License-Identifier: GPL-2.0-or-later
#include "codec.h"

#include <arpa/inet.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ipsec_genl.h>

static int put_number(struct nl_msg *msg, int attr, enum prop_wire wire, uint64_t number)
{
	switch (wire) {
	case WIRE_U8:
		return nla_put_u8(msg, attr, (uint8_t)number);
	case WIRE_U16:
		return nla_put_u16(msg, attr, (uint16_t)number);
	case WIRE_U64:
		return nla_put_u64(msg, attr, number);
	case WIRE_BE16:
		return nla_put_u16(msg, attr, htons((uint16_t)number));
	case WIRE_BE32:
		return nla_put_u32(msg, attr, htonl((uint32_t)number));
	case WIRE_U32:
		break;
	}
	return nla_put_u32(msg, attr, (uint32_t)number);
}

static int put_addr(struct nl_msg *msg, const struct prop *prop, const struct addr *addr)
{
	int rc;

	if (!addr->family)
		return 0;
	rc = nla_put(msg, prop->attr, (int)addr_bytes(addr), addr->bytes);
	if (!rc && prop->type == PROP_PREFIX)
		rc = nla_put_u8(msg, prop->attr2, addr->len);
	return rc;
}

static int put_pair(struct nl_msg *msg, const struct prop *prop, const struct value *value)
{
	int rc = 0;

	if (value->low != VALUE_NOT_GIVEN)
		rc = put_number(msg, prop->attr, prop->wire, value->low);
	return rc ? rc : put_number(msg, prop->attr2, prop->wire, value->high);
}

static int put_port_list(struct nl_msg *msg, const struct prop *prop, const struct value *value)
{
	uint16_t ports[VALUE_PORTS_MAX];

	for (size_t i = 0; i < value->count; i++)
		ports[i] = htons(value->ports[i]);
	return nla_put(msg, prop->attr, (int)(value->count * sizeof(ports[0])), ports);
}

static int put_value(struct nl_msg *msg, const struct prop *prop, const struct value *value)
{
	switch (prop->type) {
	case PROP_ADDRESS:
	case PROP_PREFIX:
		return put_addr(msg, prop, &value->addr);
	case PROP_PORTS:
	case PROP_LIMIT:
	case PROP_TIME_LIMIT:
		return put_pair(msg, prop, value);
	case PROP_PORT_LIST:
		return put_port_list(msg, prop, value);
	case PROP_TEXT:
	case PROP_WORD:
		return nla_put_string(msg, prop->attr, value->text);
	case PROP_KEY:
		return nla_put(msg, prop->attr, (int)value->size, value->bytes);
	case PROP_PRESENT:
		return value->number ? nla_put_flag(msg, prop->attr) : 0;
	default:
		return put_number(msg, prop->attr, prop->wire, value->number);
	}
}

/* Bits of one flag word are gathered where its first property stands. */
static int put_bits(struct nl_msg *msg, const struct row *row, const struct prop *first)
{
	const struct prop *prop;
	uint32_t word = 0;
	bool any = false;

	for (prop = row->menu->props; prop->name; prop++) {
		const struct value *value = row_at(row, prop);

		if (prop->type != PROP_BIT || prop->attr != first->attr)
			continue;
		if (prop < first && value->set)
			return 0;
		any = any || value->set;
		if (value->set && value->number)
			word |= prop->bit;
	}
	return any ? nla_put_u32(msg, first->attr, word) : 0;
}

int codec_put_row(struct nl_msg *msg, const struct row *row)
{
	for (const struct prop *prop = row->menu->props; prop->name; prop++) {
		const struct value *value = row_at(row, prop);
		int rc;

		if (!value->set || !prop->attr)
			continue;
		rc = prop->type == PROP_BIT ? put_bits(msg, row, prop) :
					      put_value(msg, prop, value);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int codec_put_nest(struct nl_msg *msg, int type, const struct row *row)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);
	int rc;

	if (!nest)
		return -NLE_NOMEM;
	rc = codec_put_row(msg, row);
	if (rc < 0)
		return rc;
	return nla_nest_end_keep_empty(msg, nest);
}

static bool get_number(const struct nlattr *attr, enum prop_wire wire, uint64_t *number)
{
	static const int sizes[] = {
		[WIRE_U32] = 4, [WIRE_U8] = 1, [WIRE_U16] = 2, [WIRE_U64] = 8,
		[WIRE_BE16] = 2, [WIRE_BE32] = 4,
	};
	uint64_t wide;
	uint32_t word;
	uint16_t half;

	if (!attr || nla_len(attr) < sizes[wire])
		return false;
	switch (sizes[wire]) {
	case 1:
		*number = *(const uint8_t *)nla_data(attr);
		break;
	case 2:
		memcpy(&half, nla_data(attr), sizeof(half));
		*number = wire == WIRE_BE16 ? ntohs(half) : half;
		break;
	case 4:
		memcpy(&word, nla_data(attr), sizeof(word));
		*number = wire == WIRE_BE32 ? ntohl(word) : word;
		break;
	default:
		memcpy(&wide, nla_data(attr), sizeof(wide));
		*number = wide;
	}
	return true;
}

static bool get_addr(const struct prop *prop, struct nlattr *const *attrs, struct value *value)
{
	const struct nlattr *attr = attrs[prop->attr];
	uint64_t len;

	if (!attr || !addr_from_bytes(&value->addr, nla_data(attr), (size_t)nla_len(attr)))
		return false;
	if (prop->type == PROP_PREFIX && get_number(attrs[prop->attr2], WIRE_U8, &len) &&
	    len <= value->addr.len)
		value->addr.len = (uint8_t)len;
	return true;
}

static bool get_text(const struct nlattr *attr, struct value *value)
{
	if (!attr)
		return false;
	value->text = strndup(nla_data(attr), (size_t)nla_len(attr));
	return value->text;
}

static bool get_key(const struct nlattr *attr, struct value *value)
{
	if (!attr)
		return false;
	value->size = (size_t)nla_len(attr);
	value->bytes = malloc(value->size + 1);
	if (value->bytes)
		memcpy(value->bytes, nla_data(attr), value->size);
	return value->bytes;
}

static bool get_pair(const struct prop *prop, struct nlattr *const *attrs, struct value *value)
{
	bool low = get_number(attrs[prop->attr], prop->wire, &value->low);
	bool high = get_number(attrs[prop->attr2], prop->wire, &value->high);

	if (prop->type == PROP_PORTS && low && !high)
		value->high = value->low;
	/* two limits of 0 are none */
	if (prop->type != PROP_PORTS && !value->low && !value->high)
		return false;
	return low || high;
}

static bool get_port_list(const struct nlattr *attr, struct value *value)
{
	uint16_t port;

	if (!attr)
		return false;
	for (int at = 0; at + 2 <= nla_len(attr) && value->count < VALUE_PORTS_MAX; at += 2) {
		memcpy(&port, (const char *)nla_data(attr) + at, sizeof(port));
		value->ports[value->count++] = ntohs(port);
	}
	return true;
}

static bool get_value(const struct prop *prop, struct nlattr *const *attrs, struct value *value)
{
	const struct nlattr *attr = attrs[prop->attr];

	switch (prop->type) {
	case PROP_ADDRESS:
	case PROP_PREFIX:
		return get_addr(prop, attrs, value);
	case PROP_PORTS:
	case PROP_LIMIT:
	case PROP_TIME_LIMIT:
		return get_pair(prop, attrs, value);
	case PROP_PORT_LIST:
		return get_port_list(attr, value);
	case PROP_TEXT:
	case PROP_WORD:
		return get_text(attr, value);
	case PROP_KEY:
		return get_key(attr, value);
	case PROP_PRESENT:
		value->number = 1;
		return attr;
	case PROP_BIT:
		if (!get_number(attr, WIRE_U32, &value->number))
			return false;
		value->number = (value->number & prop->bit) != 0;
		return true;
	default:
		return get_number(attr, prop->wire, &value->number);
	}
}

static uint16_t highest_attr(const struct menu *menu)
{
	uint16_t highest = 0;

	for (const struct prop *prop = menu->props; prop->name; prop++) {
		if (prop->attr > highest)
			highest = prop->attr;
		if (prop->attr2 > highest)
			highest = prop->attr2;
	}
	return highest;
}

/*
 * A policy row with no addresses but a family is for any address of it; so is
 * the open end of a row whose other end names one.
 */
static void settle_family(struct row *row, const struct nlattr *nest)
{
	const struct nlattr *attr = nla_find(nla_data(nest), nla_len(nest), IPSEC_A_POLICY_FAMILY);
	uint64_t family;

	if (row->menu->nest != IPSEC_A_POLICY || !get_number(attr, WIRE_U8, &family))
		return;
	if (family != AF_INET && family != AF_INET6)
		return;
	for (const struct prop *prop = row->menu->props; prop->name; prop++) {
		struct value *value = row_at(row, prop);

		if (prop->type == PROP_PREFIX && !value->set)
			*value = (struct value){ .set = true, .addr.family = (uint8_t)family };
	}
}

struct row *codec_get_row(const struct menu *menu, const struct nlattr *nest)
{
	uint16_t highest = highest_attr(menu);
	struct nlattr **attrs;
	struct row *row;

	if (!nest)
		return NULL;
	attrs = calloc((size_t)highest + 1, sizeof(*attrs));
	row = row_new(menu);
	if (!attrs || !row || nla_parse_nested(attrs, highest, (struct nlattr *)nest, NULL) < 0) {
		free(attrs);
		row_free(row);
		return NULL;
	}
	for (const struct prop *prop = menu->props; prop->name; prop++) {
		struct value *value = row_at(row, prop);

		if (prop->attr)
			value->set = get_value(prop, attrs, value);
	}
	free(attrs);
	settle_family(row, nest);
	if (menu->derive)
		menu->derive(row);
	return row;
}

/* The attribute around @at in a stream of them; nested ones are entered by the caller. */
static const struct nlattr *attr_around(const struct nlattr *first, int length, const char *at,
					size_t *before)
{
	const struct nlattr *attr;
	int left;

	*before = 0;
	nla_for_each_attr(attr, (struct nlattr *)first, length, left) {
		if (at >= (const char *)attr && at < (const char *)attr + NLA_ALIGN(attr->nla_len))
			return attr;
		(*before)++;
	}
	return NULL;
}

static const struct nlattr *inside(const struct nlattr *attr, const char *at, size_t *before)
{
	if (at < (const char *)nla_data(attr))
		return NULL;
	return attr_around(nla_data(attr), nla_len(attr), at, before);
}

/* All operations in the IPSEC_A_OPS attributes in front of @stop. */
static size_t ops_before(const struct nlattr *first, int length, const struct nlattr *stop)
{
	const struct nlattr *attr, *op;
	size_t count = 0;
	int left, rest;

	nla_for_each_attr(attr, (struct nlattr *)first, length, left) {
		if (attr == stop)
			break;
		nla_for_each_nested(op, (struct nlattr *)attr, rest)
			count++;
	}
	return count;
}

bool codec_locate(const struct nlmsghdr *request, size_t offset, size_t *op, uint16_t *attr)
{
	const struct nlattr *first = genlmsg_attrdata(nlmsg_data(request), 0);
	int length = genlmsg_attrlen(nlmsg_data(request), 0);
	const char *at = (const char *)request + offset;
	const struct nlattr *found;
	size_t before;

	*op = 0;
	*attr = 0;
	found = attr_around(first, length, at, &before);
	if (!found)
		return false;
	if (nla_type(found) == IPSEC_A_OPS) {
		*op = ops_before(first, length, found);
		found = inside(found, at, &before);
		if (!found)
			return true;
		*op += before;
		found = inside(found, at, &before);
		if (!found)
			return true;
	}
	found = inside(found, at, &before);
	if (found)
		*attr = (uint16_t)nla_type(found);
	return true;
}

const struct prop *codec_prop(const struct row *row, uint16_t attr)
{
	const struct prop *first = NULL;

	for (const struct prop *prop = row->menu->props; attr && prop->name; prop++) {
		if (prop->attr != attr && prop->attr2 != attr)
			continue;
		if (row_at(row, prop)->set)
			return prop;
		if (!first)
			first = prop;
	}
	return first;
}
