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

/* Lines that are not the same in both, in the manner of diff. */
static inline void golden_diff(const char *old, const char *now)
{
	while (*old || *now) {
		size_t lold = strcspn(old, "\n"), lnow = strcspn(now, "\n");

		if (lold != lnow || strncmp(old, now, lold))
			fprintf(stderr, "# - %.*s\n# + %.*s\n", (int)lold, old, (int)lnow, now);
		old += lold + (old[lold] == '\n');
		now += lnow + (now[lnow] == '\n');
	}
}

/* 0 if @shown is what the golden file says; else 1, and the difference is printed. */
static inline int golden_compare(const char *name, const char *shown)
{
	char path[512], *expected;
	size_t length;
	FILE *file;
	int rc;

	snprintf(path, sizeof(path), GOLDEN_DIR "%s.txt", name);
	if (getenv("UPDATE_GOLDEN")) {
		file = fopen(path, "we");
		if (file && fputs(shown, file) >= 0 && !fclose(file))
			return 0;
		return 1;
	}
	expected = golden_read(path, &length);
	rc = !expected || strcmp(expected, shown);
	if (rc)
		golden_diff(expected ? expected : "", shown);
	free(expected);
	return rc;
}

#endif
