/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One command, or a script of them, carried out. */
#ifndef CULVERT_RUN_H
#define CULVERT_RUN_H

#include "command.h"
#include "ctl.h"

/* Carries out a command that stands alone. CTL_*. */
int run_command(struct ctl *ctl, const struct command *command);

/* Checks the whole script, then, unless @check_only, applies it. CTL_*. */
int run_script(struct ctl *ctl, const char *text, size_t length, bool check_only);

#endif
