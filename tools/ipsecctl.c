// SPDX-License-Identifier: GPL-2.0-or-later
/* Culvert's command line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "complete.h"
#include "ctl.h"
#include "man.h"
#include "run.h"

#ifndef CULVERT_VERSION
#define CULVERT_VERSION "0.1"
#endif

/* A script larger than this is not one. */
#define SCRIPT_MAX (256UL * 1024 * 1024)

struct options {
	const char *file;
	bool check_only;
	bool json;
};

static void usage(FILE *out)
{
	fputs("usage: ipsecctl [--json] COMMAND name=value …\n"
	      "       ipsecctl [-n] -f FILE\n"
	      "\n"
	      "  -f, --file FILE   apply a script (- is standard input)\n"
	      "  -n, --check       check only, change nothing, ask no kernel\n"
	      "  -j, --json        print JSON\n"
	      "  -h, --help        this, or help on the COMMAND that follows\n"
	      "  -V, --version     version\n"
	      "\n", out);
}

static int bad_usage(const struct ctl *ctl, const char *arg, const char *reason)
{
	struct fault fault;

	fault_set(&fault, 0, 0, arg, "%s", reason);
	return ctl_fault(ctl, &fault, CTL_USAGE);
}

static int help(const struct ctl *ctl, char *const *words, size_t count)
{
	if (!count)
		usage(stdout);
	if (complete_help(words, count, stdout))
		return CTL_OK;
	return bad_usage(ctl, words[0], "no help on this; see \"ipsecctl --help\"");
}

static int write_man(const struct ctl *ctl, const char *path)
{
	FILE *template = fopen(path, "re");
	int rc;

	if (!template) {
		fprintf(stderr, "%s: %s: %s\n", ctl->program, path, strerror(errno));
		return CTL_REFUSED;
	}
	rc = man_write(template, stdout);
	fclose(template);
	return rc ? CTL_REFUSED : CTL_OK;
}

/* The whole file in memory of its own, to be wiped: scripts hold keys. */
static char *read_file(FILE *file, size_t *length)
{
	size_t size = 65536, got;
	char *text = malloc(size), *grown;

	*length = 0;
	while (text && (got = fread(text + *length, 1, size - *length, file))) {
		*length += got;
		if (*length < size)
			continue;
		grown = size < SCRIPT_MAX ? malloc(2 * size) : NULL;
		if (grown)
			memcpy(grown, text, *length);
		explicit_bzero(text, size);
		free(text);
		text = grown;
		size *= 2;
		errno = EFBIG;
	}
	if (text && ferror(file)) {
		explicit_bzero(text, size);
		free(text);
		text = NULL;
	}
	return text;
}

static int apply_file(struct ctl *ctl, const struct options *options)
{
	bool standard = !strcmp(options->file, "-");
	FILE *file = standard ? stdin : fopen(options->file, "re");
	size_t length = 0;
	char *text = NULL;
	int rc;

	if (file) {
		/* no copy of the script in a buffer that nobody wipes */
		setvbuf(file, NULL, _IONBF, 0);
		text = read_file(file, &length);
	}
	if (!text) {
		fprintf(stderr, "%s: %s: %s\n", ctl->program, options->file, strerror(errno));
		if (file && !standard)
			fclose(file);
		return CTL_REFUSED;
	}
	if (!standard)
		fclose(file);
	ctl->file = standard ? "stdin" : options->file;
	rc = run_script(ctl, text, length, options->check_only);
	explicit_bzero(text, length);
	free(text);
	return rc;
}

/* So that keys do not stay in the process list while the command runs. */
static void hide_arguments(char **words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *value = strstr(words[i], "-key=");

		if (value)
			explicit_bzero(value + 5, strlen(value + 5));
	}
}

static int apply_words(struct ctl *ctl, const struct options *options, char **words, size_t count)
{
	char context[COMMAND_PATH_MAX] = "", list[COMMAND_PATH_MAX + 80];
	struct command *command = NULL;
	struct rsc_stmt stmt;
	struct fault fault;
	int rc;

	if (rsc_from_args(words, count, &stmt, &fault))
		return ctl_fault(ctl, &fault, CTL_USAGE);
	rc = command_parse(&stmt, context, &command, &fault);
	hide_arguments(words, count);
	rsc_stmt_free(&stmt);
	if (rc)
		return ctl_fault(ctl, &fault, CTL_USAGE);
	if (!command->action) {
		snprintf(list, sizeof(list), "a command must follow; see \"%s --help %s\"",
			 ctl->program, context);
		fault_set(&fault, 0, 0, context, "%s", list);
		rc = ctl_fault(ctl, &fault, CTL_USAGE);
	} else if (!options->check_only) {
		rc = run_command(ctl, command);
	}
	command_free(command);
	return rc;
}

static bool is_option(const char *arg, const char *letter, const char *word)
{
	return !strcmp(arg, letter) || !strcmp(arg, word);
}

/* Takes an option that sets something: the number of arguments used, 0 if it is none. */
static size_t take_option(struct options *options, char **args, size_t count)
{
	if (is_option(args[0], "-j", "--json")) {
		options->json = true;
		return 1;
	}
	if (is_option(args[0], "-n", "--check")) {
		options->check_only = true;
		return 1;
	}
	if (is_option(args[0], "-f", "--file") && count > 1) {
		options->file = args[1];
		return 2;
	}
	if (!strcmp(args[0], "-nf") && count > 1) {
		options->check_only = true;
		options->file = args[1];
		return 2;
	}
	return 0;
}

static int run(struct ctl *ctl, char **args, size_t count)
{
	struct options options = { .file = NULL };
	size_t used;

	while (count && args[0][0] == '-' && (used = take_option(&options, args, count))) {
		args += used;
		count -= used;
	}
	ctl->json = options.json;
	if (count && is_option(args[0], "-h", "--help"))
		return help(ctl, args + 1, count - 1);
	if (count && is_option(args[0], "-V", "--version")) {
		puts("ipsecctl (Culvert) " CULVERT_VERSION);
		return CTL_OK;
	}
	if (count == 2 && !strcmp(args[0], "--complete")) {
		complete_line(args[1], stdout);
		return CTL_OK;
	}
	if (count == 2 && !strcmp(args[0], "--man"))
		return write_man(ctl, args[1]);
	if (count && is_option(args[0], "-f", "--file"))
		return bad_usage(ctl, args[0], "a file name must follow, or - for standard input");
	if (count && args[0][0] == '-')
		return bad_usage(ctl, args[0], "no such option; see \"ipsecctl --help\"");
	if (options.file)
		return count ? bad_usage(ctl, args[0], "a script and a command together; leave "
						       "one out") :
			       apply_file(ctl, &options);
	if (!count) {
		usage(stderr);
		return CTL_USAGE;
	}
	return apply_words(ctl, &options, args, count);
}

int main(int argc, char **argv)
{
	struct ctl ctl = { .program = "ipsecctl" };
	int rc;

	/* --json may come last, too: it is what one adds to a line just typed */
	while (argc > 2 && (!strcmp(argv[argc - 1], "--json") || !strcmp(argv[argc - 1], "-j"))) {
		ctl.json = true;
		argc--;
	}
	if (ctl.json) {
		argv[0] = (char *)"--json";
		rc = run(&ctl, argv, (size_t)argc);
	} else {
		rc = run(&ctl, argv + 1, argc ? (size_t)argc - 1 : 0);
	}
	ipsecnl_close(ctl.nl);
	return rc;
}
