/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one run of ipsecctl carries along. */
#ifndef CULVERT_CTL_H
#define CULVERT_CTL_H

#include <stdbool.h>

#include "fault.h"
#include "ipsecnl.h"

enum { CTL_OK, CTL_REFUSED, CTL_USAGE };

struct ctl {
	struct ipsecnl *nl;	/* opened by the first command that needs the kernel */
	const char *program;
	const char *file;	/* script in use, NULL on the command line */
	bool json;
};

/* Opens the client if need be: CTL_OK, or CTL_REFUSED with the reason printed. */
int ctl_open(struct ctl *ctl);

/* Prints the fault and answers @status. */
int ctl_fault(const struct ctl *ctl, const struct fault *fault, int status);

/* A refusal of the kernel that no word of a command explains. */
int ctl_refused(const struct ctl *ctl, const char *what, const struct ipsecnl_error *error);

/*
 * Why, in words: the kernel's own text, or what the error number means. The
 * text's "@name: " is left out, since the fault names that word itself.
 */
void ctl_reason(const struct ipsecnl_error *error, const char *name, char *out, size_t size);

#endif
