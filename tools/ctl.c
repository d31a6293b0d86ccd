// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int ctl_open(struct ctl *ctl)
{
	if (ctl->nl)
		return CTL_OK;
	ctl->nl = ipsecnl_open();
	if (ctl->nl)
		return CTL_OK;
	if (errno == ENOENT)
		fprintf(stderr,
			"%s: the kernel module is not loaded, and could not be loaded on demand; "
			"try: modprobe ipsec\n",
			ctl->program);
	else
		fprintf(stderr, "%s: cannot talk to the kernel: %s\n", ctl->program,
			strerror(errno));
	return CTL_REFUSED;
}

int ctl_fault(const struct ctl *ctl, const struct fault *fault, int status)
{
	fault_print(fault, ctl->program, ctl->file, stderr);
	return status;
}

static const char *error_text(int error)
{
	switch (error) {
	case EPERM:
	case EACCES:
		return "not permitted; this needs CAP_NET_ADMIN in the initial user namespace "
		       "(root)";
	case EAGAIN:
		return "the table keeps changing; try again";
	case EMSGSIZE:
		return "the request is too big for one message";
	default:
		return strerror(error);
	}
}

void ctl_reason(const struct ipsecnl_error *error, const char *name, char *out, size_t size)
{
	size_t length = name ? strlen(name) : 0;
	const char *text = error->text;

	if (length && !strncmp(text, name, length) && !strncmp(text + length, ": ", 2))
		text += length + 2;
	snprintf(out, size, "%s", text[0] ? text : error_text(error->error));
}

int ctl_refused(const struct ctl *ctl, const char *what, const struct ipsecnl_error *error)
{
	char reason[480];
	struct fault fault;

	ctl_reason(error, NULL, reason, sizeof(reason));
	fault_set(&fault, 0, 0, what, "%s", reason);
	return ctl_fault(ctl, &fault, CTL_REFUSED);
}
