/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong, with which word, and where it stands. */
#ifndef CULVERT_FAULT_H
#define CULVERT_FAULT_H

#include <stdio.h>

struct fault {
	unsigned int line;	/* 0: not from a script */
	unsigned int column;
	char word[96];		/* empty when no single word is to blame; never a secret */
	char text[480];		/* the reason, then what would be right */
};

/* Always returns -1, so that a check can end in "return fault_set(…)". */
__attribute__((format(printf, 5, 6)))
int fault_set(struct fault *fault, unsigned int line, unsigned int column, const char *word,
	      const char *format, ...);

/* "FILE:LINE:COLUMN: WORD: TEXT"; @file is used for faults of a script alone. */
void fault_print(const struct fault *fault, const char *program, const char *file, FILE *out);

#endif
