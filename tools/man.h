/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manual page: a template with the schema's tables put in. */
#ifndef CULVERT_MAN_H
#define CULVERT_MAN_H

#include <stdio.h>

/*
 * Copies the template; a line "@MENU kernel policy@" becomes that menu's
 * commands and properties, "@PROPERTIES event sa@" its properties alone.
 * 0, or -1 when the template names a menu that is not there.
 */
int man_write(FILE *template, FILE *out);

#endif
