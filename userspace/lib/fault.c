// SPDX-License-Identifier: GPL-2.0-or-later
#include "fault.h"

#include <stdarg.h>
#include <string.h>

/* Words come from files and terminals: nothing in them may drive the terminal. */
static void copy_printable(char *out, size_t size, const char *text)
{
	size_t length = strlen(text), i;

	for (i = 0; i < length && i + 1 < size; i++) {
		unsigned char c = (unsigned char)text[i];

		out[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	out[i] = '\0';
	if (length >= size && size > 4)
		memcpy(out + size - 4, "...", 4);
}

int fault_set(struct fault *fault, unsigned int line, unsigned int column, const char *word,
	      const char *format, ...)
{
	char text[sizeof(fault->text)];
	va_list args;

	fault->line = line;
	fault->column = column;
	copy_printable(fault->word, sizeof(fault->word), word ? word : "");
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	copy_printable(fault->text, sizeof(fault->text), text);
	return -1;
}

void fault_print(const struct fault *fault, const char *program, const char *file, FILE *out)
{
	if (fault->line && file)
		fprintf(out, "%s:%u:%u: ", file, fault->line, fault->column);
	else
		fprintf(out, "%s: ", program);
	if (fault->word[0])
		fprintf(out, "%s: ", fault->word);
	fprintf(out, "%s\n", fault->text);
}
