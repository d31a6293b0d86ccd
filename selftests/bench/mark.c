// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mark WORD: write a line to stdout between the two instructions that tbprof.c looks for:
 * "zero the counts", "keep them".
 */
#include <stdio.h>
#include <unistd.h>

/* nopl 0x5a17000N(%rax,%rax,1): does nothing, and no compiler makes it */
#define MARK(n) \
	__asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00; .long 0x5a170000 + " #n ::: "memory")

int main(int argc, char **argv)
{
	char line[256];
	ssize_t done;
	int len;

	if (argc != 2)
		return 2;
	len = snprintf(line, sizeof(line), "%s\n", argv[1]);
	MARK(1);
	done = write(STDOUT_FILENO, line, len);
	MARK(2);
	if (done == len)
		return 0;
	perror("mark");
	return 1;
}
