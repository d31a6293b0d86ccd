/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Golden files: golden/NAME.rsc goes in, golden/NAME.txt must come out. With
 * UPDATE_GOLDEN=1 in the environment the output becomes the new golden file.
 */
#ifndef GOLDEN_H
#define GOLDEN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN_DIR SOURCE_DIR "/selftests/host/golden/"

/* A whole file with a NUL behind it, or NULL. */
static inline char *golden_read(const char *path, size_t *length)
{
	FILE *file = fopen(path, "re");
	char *text = calloc(1, 1 << 20);

	*length = 0;
	if (file && text)
		*length = fread(text, 1, (1 << 20) - 1, file);
	if (file)
		fclose(file);
	if (file && text)
		return text;
	free(text);
	return NULL;
}

/* 0 if @shown is what the golden file says; else 1, and both are printed. */
static inline int golden_compare(const char *name, const char *shown)
{
	char path[512], *expected;
	size_t length;
	FILE *file;
	int rc = 0;

	snprintf(path, sizeof(path), GOLDEN_DIR "%s.txt", name);
	if (getenv("UPDATE_GOLDEN")) {
		file = fopen(path, "we");
		if (file && fputs(shown, file) >= 0 && !fclose(file))
			return 0;
		return 1;
	}
	expected = golden_read(path, &length);
	if (!expected || strcmp(expected, shown)) {
		fprintf(stderr, "--- %s\n%s+++ now\n%s", path, expected ? expected : "(none)\n", shown);
		rc = 1;
	}
	free(expected);
	return rc;
}

#endif
