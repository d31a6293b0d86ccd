/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events of the kernel module as they happen. */
#ifndef CULVERT_MONITOR_H
#define CULVERT_MONITOR_H

#include "command.h"
#include "ctl.h"

/* Until interrupted, or the command's count or duration is reached. CTL_*. */
int monitor_run(struct ctl *ctl, const struct command *command);

#endif
