// SPDX-License-Identifier: GPL-2.0-or-later
#include "rsc.h"

#include <stdlib.h>
#include <string.h>

#define RSC_WORD_MAX 4095
#define RSC_END (-1)

/* A word as it grows; on the stack and wiped, since it may become a key. */
struct word_text {
	size_t used;
	char bytes[RSC_WORD_MAX + 1];
};

void rsc_reader_init(struct rsc_reader *reader, const char *text, size_t length)
{
	*reader = (struct rsc_reader){
		.text = text, .length = length, .line = 1, .column = 1, .script = true,
	};
}

static int raw_peek(const struct rsc_reader *reader)
{
	return reader->at < reader->length ? (unsigned char)reader->text[reader->at] : RSC_END;
}

static void raw_skip(struct rsc_reader *reader)
{
	if (reader->text[reader->at] == '\n') {
		reader->line++;
		reader->column = 1;
	} else {
		reader->column++;
	}
	reader->at++;
}

/* Length of a backslash and line end at the reader's place, 0 if there is none. */
static size_t fold_length(const struct rsc_reader *reader)
{
	const char *text = reader->text + reader->at;
	size_t left = reader->length - reader->at;

	if (left >= 2 && text[0] == '\\' && text[1] == '\n')
		return 2;
	if (left >= 3 && text[0] == '\\' && text[1] == '\r' && text[2] == '\n')
		return 3;
	return 0;
}

/* The next character once folded lines are joined. */
static int peek(struct rsc_reader *reader)
{
	size_t fold;

	while ((fold = fold_length(reader))) {
		while (fold--)
			raw_skip(reader);
		while (raw_peek(reader) == ' ' || raw_peek(reader) == '\t')
			raw_skip(reader);
	}
	return raw_peek(reader);
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_name(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.';
}

static void skip_line(struct rsc_reader *reader)
{
	while (raw_peek(reader) != RSC_END && raw_peek(reader) != '\n')
		raw_skip(reader);
}

static int refuse(struct rsc_reader *reader, struct fault *fault, const char *word,
		  const char *reason)
{
	return fault_set(fault, reader->script ? reader->line : 0, reader->column, word, "%s",
			 reason);
}

static int append(struct rsc_reader *reader, struct word_text *text, int c, struct fault *fault)
{
	if (c == '\0')
		return refuse(reader, fault, NULL, "a NUL byte; a script is plain text");
	if (text->used == RSC_WORD_MAX)
		return refuse(reader, fault, NULL, "a word of more than 4095 bytes");
	text->bytes[text->used++] = (char)c;
	text->bytes[text->used] = '\0';
	return 0;
}

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The character after a backslash inside quotes, as RouterOS writes them. */
static int lex_escape(struct rsc_reader *reader, struct word_text *text, struct fault *fault)
{
	static const char from[] = "\"\\nrt$?_";
	static const char to[] = "\"\\\n\r\t$? ";
	int c = raw_peek(reader), high = hex_digit(c), low;
	const char *found = c > 0 ? strchr(from, c) : NULL;

	if (found) {
		raw_skip(reader);
		return append(reader, text, to[found - from], fault);
	}
	if (high >= 0 && reader->at + 1 < reader->length) {
		low = hex_digit((unsigned char)reader->text[reader->at + 1]);
		if (low >= 0) {
			raw_skip(reader);
			raw_skip(reader);
			return append(reader, text, high << 4 | low, fault);
		}
	}
	return refuse(reader, fault, NULL,
		      "unknown escape; known are \\\" \\\\ \\n \\r \\t \\$ \\? \\_ and two hex "
		      "digits");
}

static bool ends_word(int c, bool in_list)
{
	return c == RSC_END || c == '\n' || c == ';' || is_blank(c) || (in_list && c == ']');
}

static int lex_quoted(struct rsc_reader *reader, struct word_text *text, bool in_list,
		      struct fault *fault)
{
	struct rsc_reader start = *reader;
	int c;

	raw_skip(reader);
	while ((c = peek(reader)) != '"') {
		if (c == RSC_END)
			return refuse(&start, fault, NULL, "this quote is never closed");
		raw_skip(reader);
		if (c == '\\' ? lex_escape(reader, text, fault) : append(reader, text, c, fault))
			return -1;
	}
	raw_skip(reader);
	if (!ends_word(peek(reader), in_list))
		return refuse(reader, fault, NULL, "text right after a closing quote; put a blank "
						   "between");
	return 0;
}

static int lex_plain(struct rsc_reader *reader, struct word_text *text, bool in_list,
		     struct fault *fault)
{
	int c;

	while (!ends_word(c = peek(reader), in_list)) {
		if (c == '"')
			return refuse(reader, fault, text->bytes,
				      "a quote inside a word; quote the whole value");
		raw_skip(reader);
		if (append(reader, text, c, fault))
			return -1;
	}
	return 0;
}

static int lex_list(struct rsc_reader *reader, struct rsc_word *word, struct fault *fault);

/* What stands after "name=", or a bare word. */
static int lex_value(struct rsc_reader *reader, struct rsc_word *word, struct word_text *text,
		     bool in_list, struct fault *fault)
{
	int c = peek(reader);

	word->value_column = reader->column;
	if (c == '[' && !in_list)
		return lex_list(reader, word, fault);
	if (c == '[')
		return refuse(reader, fault, NULL, "a list inside a list");
	if (c == '$' || c == '(' || c == '{' ||
	    (c == ':' && !word->name && !in_list && !text->used))
		return refuse(reader, fault, NULL,
			      "variables, expressions and commands of the scripting language are "
			      "not supported; write the value");
	if (c == '"' && !text->used) {
		if (lex_quoted(reader, text, in_list, fault))
			return -1;
	} else if (lex_plain(reader, text, in_list, fault)) {
		return -1;
	}
	word->value = strdup(text->bytes);
	return word->value ? 0 : refuse(reader, fault, NULL, "out of memory");
}

/* Turns what was read so far into the name of "name=", and forgets it. */
static int take_name(struct rsc_reader *reader, struct rsc_word *word, struct word_text *text,
		     enum rsc_op op, struct fault *fault)
{
	word->name = strdup(text->bytes);
	if (!word->name)
		return refuse(reader, fault, NULL, "out of memory");
	word->op = op;
	text->used = 0;
	text->bytes[0] = '\0';
	return 0;
}

/* The operator at the reader's place and its length, or RSC_BARE. */
static enum rsc_op operator_at(struct rsc_reader *reader, size_t *length)
{
	int c = peek(reader);

	*length = 1;
	if (c == '=')
		return RSC_EQ;
	if (c == '~')
		return RSC_MATCH;
	if (c == '!' && reader->at + 1 < reader->length && reader->text[reader->at + 1] == '=') {
		*length = 2;
		return RSC_NE;
	}
	return RSC_BARE;
}

static int lex_word_text(struct rsc_reader *reader, struct rsc_word *word, struct word_text *text,
			 bool in_list, struct fault *fault)
{
	enum rsc_op op;
	size_t length;

	if (peek(reader) == '!') {
		raw_skip(reader);
		if (lex_plain(reader, text, in_list, fault))
			return -1;
		if (!text->used)
			return refuse(reader, fault, "!", "a property name must follow");
		return take_name(reader, word, text, RSC_NOT, fault);
	}
	while (is_name(peek(reader))) {
		if (append(reader, text, peek(reader), fault))
			return -1;
		raw_skip(reader);
	}
	op = operator_at(reader, &length);
	if (op == RSC_BARE)
		return lex_value(reader, word, text, in_list, fault);
	if (!text->used)
		return refuse(reader, fault, NULL, "a value without a name in front of it");
	while (length--)
		raw_skip(reader);
	if (take_name(reader, word, text, op, fault))
		return -1;
	return lex_value(reader, word, text, in_list, fault);
}

static int lex_word(struct rsc_reader *reader, struct rsc_word *word, bool in_list,
		    struct fault *fault)
{
	struct word_text text;
	int rc;

	text.used = 0;
	text.bytes[0] = '\0';
	*word = (struct rsc_word){
		.op = RSC_BARE, .line = reader->script ? reader->line : 0, .column = reader->column,
	};
	rc = lex_word_text(reader, word, &text, in_list, fault);
	explicit_bzero(&text, sizeof(text));
	return rc;
}

static void wipe_text(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

static struct rsc_word *add_word(struct rsc_word **words, size_t *count)
{
	struct rsc_word *grown = reallocarray(*words, *count + 1, sizeof(**words));

	if (!grown)
		return NULL;
	*words = grown;
	grown[*count] = (struct rsc_word){ .op = RSC_BARE };
	return &grown[(*count)++];
}

static int lex_list(struct rsc_reader *reader, struct rsc_word *word, struct fault *fault)
{
	struct rsc_reader start = *reader;
	struct rsc_word *item;
	int c;

	raw_skip(reader);
	for (;;) {
		while (is_blank(c = peek(reader)))
			raw_skip(reader);
		if (c == ']')
			break;
		if (c == RSC_END || c == '\n' || c == ';')
			return refuse(&start, fault, NULL, "this bracket is never closed");
		item = add_word(&word->items, &word->count);
		if (!item)
			return refuse(reader, fault, NULL, "out of memory");
		if (lex_word(reader, item, true, fault))
			return -1;
	}
	raw_skip(reader);
	if (!word->count)
		return refuse(&start, fault, "[]", "an empty list; rows are named by [find …]");
	if (!ends_word(peek(reader), false))
		return refuse(reader, fault, NULL, "text right after a bracket; put a blank "
						   "between");
	return 0;
}

/* To the next word of this statement: false at its end. */
static bool next_word(struct rsc_reader *reader)
{
	int c;

	while (is_blank(c = peek(reader)))
		raw_skip(reader);
	if (c == '#')
		skip_line(reader);
	return c != '#' && c != '\n' && c != ';' && c != RSC_END;
}

/*
 * "/kernel/policy/add" in front of a statement is "/kernel policy add": each
 * part a word of its own, the first one with the "/" that means the root.
 */
static int split_path(struct rsc_stmt *stmt, struct fault *fault)
{
	struct rsc_word *first = stmt->words, *part;
	size_t from = 0, length, parts = 0;
	char *path;

	if (!stmt->count || first->op != RSC_BARE || first->items || !strchr(first->value, '/'))
		return 0;
	path = first->value;
	for (size_t at = 1; path[0] && path[at]; at++)
		parts += path[at] == '/' && path[at + 1];
	part = reallocarray(stmt->words, stmt->count + parts, sizeof(*part));
	if (!part)
		return fault_set(fault, 0, 0, NULL, "out of memory");
	stmt->words = part;
	memmove(part + 1 + parts, part + 1, (stmt->count - 1) * sizeof(*part));
	memset(part + 1, 0, parts * sizeof(*part));
	stmt->count += parts;
	for (size_t i = 0; i <= parts; i++, part++) {
		length = strcspn(path + from + !i, "/") + !i;
		*part = (struct rsc_word){
			.op = RSC_BARE, .value = strndup(path + from, length),
			.line = stmt->words->line,
			.column = stmt->words->column + (unsigned int)from,
		};
		if (!part->value)
			break;
		from += length + 1;
	}
	free(path);
	return part == stmt->words + parts + 1 ? 0 :
	       fault_set(fault, 0, 0, NULL, "out of memory");
}

int rsc_read(struct rsc_reader *reader, struct rsc_stmt *stmt, struct fault *fault)
{
	struct rsc_word *word;

	*stmt = (struct rsc_stmt){ NULL, 0 };
	while (!next_word(reader)) {
		if (raw_peek(reader) == RSC_END)
			return 0;
		raw_skip(reader);
	}
	do {
		word = add_word(&stmt->words, &stmt->count);
		if (!word)
			refuse(reader, fault, NULL, "out of memory");
		if (!word || lex_word(reader, word, false, fault)) {
			rsc_stmt_free(stmt);
			skip_line(reader);
			return -1;
		}
	} while (next_word(reader));
	if (!split_path(stmt, fault))
		return 1;
	rsc_stmt_free(stmt);
	return -1;
}

/* Does a shell argument need the lexer, or is it one word as it stands? */
static bool is_text(const char *arg)
{
	size_t name = strcspn(arg, "=~");

	if (arg[0] == '[' || arg[0] == '"')
		return true;
	if (arg[name] && (arg[name + 1] == '[' || arg[name + 1] == '"'))
		return true;
	return strcspn(arg, " \t\n;") < name;
}

static int words_from_text(const char *text, struct rsc_stmt *stmt, struct fault *fault)
{
	struct rsc_reader reader;
	struct rsc_word *word;

	rsc_reader_init(&reader, text, strlen(text));
	reader.script = false;
	while (next_word(&reader)) {
		word = add_word(&stmt->words, &stmt->count);
		if (!word)
			return refuse(&reader, fault, NULL, "out of memory");
		if (lex_word(&reader, word, false, fault))
			return -1;
	}
	if (raw_peek(&reader) != RSC_END)
		return refuse(&reader, fault, NULL, "one command at a time; use -f for several");
	return 0;
}

static int word_from_arg(const char *arg, struct rsc_stmt *stmt, struct fault *fault)
{
	struct rsc_word *word = add_word(&stmt->words, &stmt->count);
	struct rsc_reader reader;
	size_t name = 0, length;

	if (!word)
		return fault_set(fault, 0, 0, NULL, "out of memory");
	while (is_name((unsigned char)arg[name]))
		name++;
	rsc_reader_init(&reader, arg + name, strlen(arg + name));
	word->op = operator_at(&reader, &length);
	if (arg[0] == '!' && arg[1] && arg[1] != '=') {
		word->op = RSC_NOT;
		word->name = strdup(arg + 1);
		return word->name ? 0 : fault_set(fault, 0, 0, NULL, "out of memory");
	}
	if (word->op != RSC_BARE && !name)
		return fault_set(fault, 0, 0, NULL, "a value without a name in front of it");
	if (word->op != RSC_BARE)
		word->name = strndup(arg, name);
	word->value = strdup(word->op == RSC_BARE ? arg : arg + name + length);
	if (!word->value || (word->op != RSC_BARE && !word->name))
		return fault_set(fault, 0, 0, NULL, "out of memory");
	return 0;
}

/* Joins the arguments of a list that the shell took apart: [find comment=x]. */
static char *join_list(char *const *args, size_t count, size_t *used)
{
	size_t size = 1, last = 0;
	char *text;

	while (last < count && !strchr(args[last], ']'))
		last++;
	if (last == count)
		last = 0;
	for (size_t i = 0; i <= last; i++)
		size += strlen(args[i]) + 1;
	text = calloc(1, size);
	if (!text)
		return NULL;
	for (size_t i = 0; i <= last; i++) {
		strcat(text, args[i]);
		if (i < last)
			strcat(text, " ");
	}
	*used = last + 1;
	return text;
}

int rsc_from_args(char *const *args, size_t count, struct rsc_stmt *stmt, struct fault *fault)
{
	size_t used;
	char *text;
	int rc = 0;

	*stmt = (struct rsc_stmt){ NULL, 0 };
	for (size_t i = 0; !rc && i < count; i += used) {
		used = 1;
		if (!is_text(args[i])) {
			rc = word_from_arg(args[i], stmt, fault);
			continue;
		}
		text = strchr(args[i], '[') ? join_list(args + i, count - i, &used) :
					      strdup(args[i]);
		rc = text ? words_from_text(text, stmt, fault) :
			    fault_set(fault, 0, 0, NULL, "out of memory");
		if (text)
			explicit_bzero(text, strlen(text));
		free(text);
	}
	if (!rc)
		rc = split_path(stmt, fault);
	if (rc)
		rsc_stmt_free(stmt);
	return rc;
}

static void free_words(struct rsc_word *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (words[i].items)
			free_words(words[i].items, words[i].count);
		wipe_text(words[i].name);
		wipe_text(words[i].value);
	}
	free(words);
}

void rsc_stmt_free(struct rsc_stmt *stmt)
{
	free_words(stmt->words, stmt->count);
	*stmt = (struct rsc_stmt){ NULL, 0 };
}
