// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QEMU plugin: count how often each translation block runs, and between the two
 * instructions of mark.c write one line
 * "address instructions count" per block to the file OUT.0, then OUT.1, … Argument: out=OUT.
 *
 * A block is a straight run of instructions, so block counts times their lengths are
 * exact instruction counts.
 * Plugin API version 1, whose prototypes are here because distributions ship QEMU
 * without its header.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
typedef struct qemu_info_t qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

#define EXPORT __attribute__((visibility("default")))

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   void (*cb)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op, void *ptr,
					      uint64_t imm);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned int, void *), int flags,
					    void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv);

enum { INLINE_ADD_U64 = 0, NO_REGISTERS = 0 };
enum { MARK_ZERO = 1, MARK_KEEP = 2 };

struct block {
	uint64_t addr;
	uint64_t insns;
	uint64_t runs;
	struct block *next;
};

static struct block *blocks;
static const char *out = "tbprof";
static int dumps;

static void zero(void)
{
	for (struct block *b = blocks; b; b = b->next)
		b->runs = 0;
}

static void keep(void)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s.%d", out, dumps++);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		exit(1);
	}
	for (const struct block *b = blocks; b; b = b->next)
		if (b->runs)
			fprintf(f, "%016" PRIx64 " %" PRIu64 " %" PRIu64 "\n", b->addr, b->insns,
				b->runs);
	fclose(f);
}

static void at_mark(unsigned int cpu, void *data)
{
	(void)cpu;
	if ((uintptr_t)data == MARK_ZERO)
		zero();
	else
		keep();
}

/* Returns MARK_*, 0 for any other instruction. */
static unsigned int mark_of(const struct qemu_plugin_insn *insn)
{
	static const uint8_t nopl[] = {0x0f, 0x1f, 0x84, 0x00};
	const uint8_t *bytes = qemu_plugin_insn_data(insn);
	uint32_t imm;

	if (qemu_plugin_insn_size(insn) != 8 || memcmp(bytes, nopl, sizeof(nopl)))
		return 0;
	memcpy(&imm, bytes + 4, sizeof(imm));
	return imm == (0x5a170000 | MARK_ZERO) || imm == (0x5a170000 | MARK_KEEP) ? imm & 0xff : 0;
}

/* Blocks that QEMU translates again are counted as new ones; the reader adds them up. */
static void at_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	struct block *b = calloc(1, sizeof(*b));

	(void)id;
	if (!b)
		exit(1);
	b->addr = qemu_plugin_tb_vaddr(tb);
	b->insns = qemu_plugin_tb_n_insns(tb);
	b->next = blocks;
	blocks = b;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, INLINE_ADD_U64, &b->runs, 1);
	for (size_t i = 0; i < b->insns; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		unsigned int mark = mark_of(insn);

		if (mark)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_mark, NO_REGISTERS,
							       (void *)(uintptr_t)mark);
	}
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			out = strdup(argv[i] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, at_translation);
	return 0;
}
