/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of the kernel's menus that no single property can state. */
#ifndef CULVERT_MENUS_CHECK_H
#define CULVERT_MENUS_CHECK_H

#include "row.h"

int menus_check_policy(struct row *row, enum verb verb, struct fault *fault);
int menus_check_sa(struct row *row, enum verb verb, struct fault *fault);
int menus_check_explain(struct row *row, enum verb verb, struct fault *fault);
void menus_derive_installed(struct row *row);

#endif
