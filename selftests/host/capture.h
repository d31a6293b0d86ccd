/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a function prints, as a string. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdio.h>

struct capture {
	FILE **stream;
	FILE *before;
	FILE *memory;
	char *text;
	size_t size;
};

/* From here on *stream (stdout or stderr) goes into memory. */
static inline void capture_start(struct capture *capture, FILE **stream)
{
	capture->stream = stream;
	capture->before = *stream;
	capture->memory = open_memstream(&capture->text, &capture->size);
	*stream = capture->memory;
}

/* Ends it; the caller frees the text. */
static inline char *capture_end(struct capture *capture)
{
	*capture->stream = capture->before;
	fclose(capture->memory);
	return capture->text;
}

#endif
