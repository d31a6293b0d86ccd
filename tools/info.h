/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that ask the kernel one question: statistics, settings, get-spi, explain. */
#ifndef CULVERT_INFO_H
#define CULVERT_INFO_H

#include "command.h"
#include "ctl.h"

/* Each answers CTL_*, with the reason printed. */
int info_statistics(struct ctl *ctl, const struct command *command);
int info_settings(struct ctl *ctl, const struct command *command);
int info_get_spi(struct ctl *ctl, const struct command *command);
int info_explain(struct ctl *ctl, const struct command *command);

#endif
