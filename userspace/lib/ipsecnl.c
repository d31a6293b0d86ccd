// SPDX-License-Identifier: GPL-2.0-or-later
#include "ipsecnl.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/ipsec_genl.h>

/* A script of ten thousand rows is one message of a few megabytes. */
#define SEND_BUFFER (64 * 1024 * 1024)
#define RECEIVE_BUFFER (1024 * 1024)

struct ipsecnl {
	struct nl_sock *sock;
	int family;
};

/* State of one request or one round of events. */
struct exchange {
	ipsecnl_handler *handler;
	void *arg;
	struct ipsecnl_error *error;
	bool done;
	bool interrupted;
};

static int nl_errno(int error)
{
	switch (-error) {
	case NLE_OBJ_NOTFOUND:
		return ENOENT;
	case NLE_NOMEM:
		return ENOMEM;
	case NLE_PERM:
	case NLE_NOACCESS:
		return EPERM;
	case NLE_MSG_TOOSHORT:
	case NLE_MSGSIZE:
		return EMSGSIZE;
	default:
		return EIO;
	}
}

static void set_options(struct nl_sock *sock)
{
	int fd = nl_socket_get_fd(sock), on = 1, size = SEND_BUFFER;

	/* an error must not carry the whole request back, keys included */
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	size = RECEIVE_BUFFER;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

struct ipsecnl *ipsecnl_open(void)
{
	struct ipsecnl *nl = calloc(1, sizeof(*nl));
	int rc;

	if (!nl)
		return NULL;
	nl->sock = nl_socket_alloc();
	if (!nl->sock) {
		free(nl);
		errno = ENOMEM;
		return NULL;
	}
	rc = genl_connect(nl->sock);
	if (!rc) {
		set_options(nl->sock);
		/* the kernel loads the module by itself if it can find it */
		rc = nl->family = genl_ctrl_resolve(nl->sock, IPSEC_GENL_NAME);
	}
	if (rc >= 0)
		return nl;
	ipsecnl_close(nl);
	errno = nl_errno(rc);
	return NULL;
}

void ipsecnl_close(struct ipsecnl *nl)
{
	if (!nl)
		return;
	nl_socket_free(nl->sock);
	free(nl);
}

struct nl_msg *ipsecnl_msg_new(const struct ipsecnl *nl, uint8_t cmd, int flags, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_size(size + NLMSG_HDRLEN + GENL_HDRLEN + 64);

	if (!msg)
		return NULL;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl ? nl->family : 0, 0, flags, cmd,
			 IPSEC_GENL_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

void ipsecnl_msg_free(struct nl_msg *msg)
{
	if (!msg)
		return;
	explicit_bzero(nlmsg_hdr(msg), nlmsg_get_max_size(msg));
	nlmsg_free(msg);
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct exchange *exchange = arg;
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct nlattr *attrs[IPSEC_A_MAX + 1];
	struct genlmsghdr *genl;

	if (!genlmsg_valid_hdr(nlh, 0))
		return NL_SKIP;
	genl = genlmsg_hdr(nlh);
	if (nla_parse(attrs, IPSEC_A_MAX, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0),
		      NULL) < 0)
		return NL_SKIP;
	if (exchange->handler)
		exchange->handler(genl->cmd, attrs, exchange->arg);
	explicit_bzero(genlmsg_user_hdr(genl), (size_t)genlmsg_attrlen(genl, 0));
	return NL_OK;
}

/* The texts behind an error, and behind the end of a dump that failed. */
static void read_extack(struct nlmsghdr *nlh, size_t skip, struct ipsecnl_error *error)
{
	struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1], *text;
	char *start = (char *)nlmsg_data(nlh) + NLMSG_ALIGN(skip);
	int length = (int)((char *)nlh + nlh->nlmsg_len - start);

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || length <= 0)
		return;
	if (nla_parse(attrs, NLMSGERR_ATTR_MAX, (struct nlattr *)start, length, NULL) < 0)
		return;
	text = attrs[NLMSGERR_ATTR_MSG];
	if (text)
		snprintf(error->text, sizeof(error->text), "%.*s", nla_len(text),
			 (char *)nla_data(text));
	if (attrs[NLMSGERR_ATTR_OFFS])
		error->offset = nla_get_u32(attrs[NLMSGERR_ATTR_OFFS]);
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)((char *)err - NLMSG_HDRLEN);
	struct exchange *exchange = arg;
	size_t skip = sizeof(*err);

	(void)from;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && err->msg.nlmsg_len > sizeof(err->msg))
		skip += err->msg.nlmsg_len - sizeof(err->msg);
	exchange->error->error = -err->error;
	read_extack(nlh, skip, exchange->error);
	exchange->done = true;
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct exchange *exchange = arg;

	/* a warning; the request's attributes never come back, see set_options() */
	read_extack(nlmsg_hdr(msg), sizeof(struct nlmsgerr), exchange->error);
	exchange->done = true;
	return NL_STOP;
}

static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct exchange *exchange = arg;
	int error = 0;

	exchange->done = true;
	if (nlmsg_datalen(nlh) >= (int)sizeof(error))
		memcpy(&error, nlmsg_data(nlh), sizeof(error));
	if (error < 0) {
		exchange->error->error = -error;
		read_extack(nlh, sizeof(error), exchange->error);
	}
	return NL_OK;
}

static int on_interrupted(struct nl_msg *msg, void *arg)
{
	struct exchange *exchange = arg;

	(void)msg;
	exchange->interrupted = true;
	return NL_OK;
}

static int no_seq_check(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

static struct nl_cb *callbacks(struct exchange *exchange)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);

	if (!cb)
		return NULL;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, exchange);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, exchange);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, exchange);
	nl_cb_set(cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_interrupted, exchange);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, exchange);
	return cb;
}

int ipsecnl_request(struct ipsecnl *nl, struct nl_msg *msg, ipsecnl_handler *handler, void *arg,
		    struct ipsecnl_error *error)
{
	struct exchange exchange = { .handler = handler, .arg = arg, .error = error };
	struct nl_cb *cb = callbacks(&exchange);
	int rc;

	memset(error, 0, sizeof(*error));
	if (!cb) {
		error->error = ENOMEM;
		return -ENOMEM;
	}
	rc = nl_send_auto(nl->sock, msg);
	while (rc >= 0 && !exchange.done)
		rc = nl_recvmsgs(nl->sock, cb);
	nl_cb_put(cb);
	if (!error->error && rc < 0 && !exchange.done)
		error->error = nl_errno(rc);
	if (!error->error && exchange.interrupted)
		error->error = EAGAIN;
	return -error->error;
}

int ipsecnl_listen(struct ipsecnl *nl)
{
	static const char *const groups[] = { IPSEC_GENL_MCGRP_ACQUIRE, IPSEC_GENL_MCGRP_EVENT };

	int ids[2], rc;

	/* find both before joining one: an event would break into the second look-up */
	for (size_t i = 0; i < 2; i++) {
		ids[i] = genl_ctrl_resolve_grp(nl->sock, IPSEC_GENL_NAME, groups[i]);
		if (ids[i] < 0)
			return -nl_errno(ids[i]);
	}
	for (size_t i = 0; i < 2; i++) {
		rc = nl_socket_add_membership(nl->sock, ids[i]);
		if (rc < 0)
			return -nl_errno(rc);
	}
	return nl_socket_set_nonblocking(nl->sock) < 0 ? -EIO : 0;
}

int ipsecnl_events(struct ipsecnl *nl, int timeout_ms, ipsecnl_handler *handler, void *arg)
{
	struct pollfd fd = { .fd = nl_socket_get_fd(nl->sock), .events = POLLIN };
	struct ipsecnl_error error = { 0 };
	struct exchange exchange = { .handler = handler, .arg = arg, .error = &error };
	struct nl_cb *cb;
	int rc;

	rc = poll(&fd, 1, timeout_ms);
	if (rc <= 0)
		return rc < 0 && errno != EINTR ? -errno : 0;
	cb = callbacks(&exchange);
	if (!cb)
		return -ENOMEM;
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, no_seq_check, NULL);
	rc = nl_recvmsgs(nl->sock, cb);
	nl_cb_put(cb);
	if (rc == -NLE_NOMEM)
		return -ENOBUFS;
	return rc < 0 && rc != -NLE_AGAIN ? -nl_errno(rc) : 0;
}
