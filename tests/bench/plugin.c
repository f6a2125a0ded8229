// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU plugin that counts the guest's instructions where no program in it can:
 * from the call of a function in the kernel to its return, from one wait for an
 * interrupt (wfi) to the next, and from there to where a program is back from
 * its system call. One processor, arm64, QEMU's plugin API version 1.
 *
 * Which calls: those made by the functions that $out/symbols calls "caller" to
 * those that it calls "callee"; of an "inner" callee the cost is also taken out
 * of the call around it, which gives a function's own cost. Nothing in the guest
 * is changed or slowed in its own terms: it executes the same instructions.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "marks.h"

/* The part of QEMU's documented plugin interface that is used; Debian packages no header. */
#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
typedef void (*tb_trans_fn)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*simple_fn)(qemu_plugin_id_t id);
typedef void (*exec_fn)(unsigned int cpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_fn fn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, exec_fn fn,
					    enum qemu_plugin_cb_flags flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
						enum qemu_plugin_op op, void *to, uint64_t n);
void qemu_plugin_reset(qemu_plugin_id_t id, simple_fn fn);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

EXPORT int qemu_plugin_version = 1;

#define MAX_SYMBOLS	64
#define MAX_SITES	1024
#define MAX_DEPTH	32

/* A call's target is entered so soon, also by way of a module's trampoline. */
#define ENTRY_WITHIN	6

#define WFI		0xd503207fU
#define IS_BL(op)	(((op) & 0xfc000000U) == 0x94000000U)
#define IS_BLR(op)	(((op) & 0xfffffc1fU) == 0xd63f0000U)

struct samples {
	uint32_t *value;
	size_t count, room;
};

enum kind { CALLER, CALLEE, INNER };

struct symbol {
	enum kind kind;
	uint64_t start, end;
	char name[64];
	struct samples total[WHO_COUNT];
	struct samples own[WHO_COUNT];
};

/* A call that has not returned. */
struct frame {
	uint64_t site;
	uint64_t begin;		/* count before the call instruction */
	uint64_t inner;		/* what inner callees took of it */
	struct symbol *callee;	/* NULL: none of ours */
};

static qemu_plugin_id_t self;
static char out[512];
static uint64_t count;		/* instructions executed */
static struct symbol symbols[MAX_SYMBOLS];
static size_t nr_symbols;
static uint64_t sites[MAX_SITES];
static size_t nr_sites;
static struct frame stack[MAX_DEPTH];
static size_t depth;
static unsigned int who;
static uint64_t slept;		/* count after the last wfi; 0: none since it was used */
static bool handled;		/* a callee returned since then */
static struct samples idle_to_idle[WHO_COUNT];
static struct samples idle_to_awake[WHO_COUNT];

static void add(struct samples *s, uint64_t value)
{
	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 1024;
		s->value = realloc(s->value, s->room * sizeof(*s->value));
		if (!s->value)
			abort();
	}
	s->value[s->count++] = value;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void write_samples(FILE *file, const char *what, unsigned int of, struct samples *s)
{
	static const char *const names[WHO_COUNT] = { "nobody", "gpiohub", "chardev", "timer" };

	if (!s->count)
		return;
	qsort(s->value, s->count, sizeof(*s->value), by_value);
	fprintf(file, "result %s %s %u.0 %u.0 %zu\n", what, names[of], s->value[0],
		s->value[s->count / 2], s->count);
}

static void write_spans(void)
{
	char path[600], what[80];
	unsigned int of;
	FILE *file;
	size_t i;

	snprintf(path, sizeof(path), "%s/spans", out);
	file = fopen(path, "w");
	if (!file)
		return;
	for (of = WHO_HUB; of < WHO_COUNT; of++) {
		for (i = 0; i < nr_symbols; i++) {
			snprintf(what, sizeof(what), "%s", symbols[i].name);
			write_samples(file, what, of, &symbols[i].total[of]);
			snprintf(what, sizeof(what), "%s-own", symbols[i].name);
			write_samples(file, what, of, &symbols[i].own[of]);
		}
		write_samples(file, "idle-to-idle", of, &idle_to_idle[of]);
		write_samples(file, "idle-to-awake", of, &idle_to_awake[of]);
	}
	fclose(file);
}

static void on_call(unsigned int cpu, void *data)
{
	(void)cpu;
	if (depth == MAX_DEPTH)
		depth = 0;	/* threads that slept inside: begin anew */
	stack[depth++] = (struct frame) { .site = *(uint64_t *)data, .begin = count };
}

static void on_entry(unsigned int cpu, void *data)
{
	struct frame *top = depth ? &stack[depth - 1] : NULL;

	(void)cpu;
	if (top && !top->callee && count - top->begin <= ENTRY_WITHIN)
		top->callee = data;
}

static void on_return(unsigned int cpu, void *data)
{
	uint64_t site = *(uint64_t *)data, total;
	size_t at = depth;
	struct frame *f;

	(void)cpu;
	while (at && stack[at - 1].site != site)
		at--;
	if (!at)
		return;
	depth = at - 1;
	f = &stack[depth];
	total = count - f->begin - 1;	/* without the call instruction */
	if (depth)
		stack[depth - 1].inner += f->callee && f->callee->kind == INNER ? total : f->inner;
	if (f->callee && f->callee->kind == CALLEE)
		handled = true;
	if (f->callee && who) {
		add(&f->callee->total[who], total);
		if (f->callee->kind == CALLEE)
			add(&f->callee->own[who], total - f->inner);
	}
}

static void on_wfi(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	/* Not the interrupts of others, such as the kernel's own tick. */
	if (who && slept && handled)
		add(&idle_to_idle[who], count - slept);
	slept = count + 1;
	handled = false;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);

static void again(qemu_plugin_id_t id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
}

/* Lines of "caller|callee|inner START END NAME", addresses in hex without 0x. */
static void load_symbols(void)
{
	char path[600], kind[16];
	struct symbol s;
	FILE *file;

	snprintf(path, sizeof(path), "%s/symbols", out);
	file = fopen(path, "r");
	if (!file) {
		fprintf(stderr, "bench plugin: no %s\n", path);
		return;
	}
	memset(&s, 0, sizeof(s));
	while (nr_symbols < MAX_SYMBOLS &&
	       fscanf(file, "%15s %" SCNx64 " %" SCNx64 " %63s", kind, &s.start, &s.end,
		      s.name) == 4) {
		s.kind = !strcmp(kind, "caller") ? CALLER : !strcmp(kind, "inner") ? INNER : CALLEE;
		symbols[nr_symbols++] = s;
	}
	fclose(file);
	/* What is translated already does not know of them: translate it again. */
	qemu_plugin_reset(self, again);
}

static void on_mark(unsigned int cpu, void *data)
{
	unsigned int mark = (uintptr_t)data;

	(void)cpu;
	switch (mark / 16) {
	case MARK_LOAD:
		load_symbols();
		break;
	case MARK_BEGIN:
		who = mark % 16;
		slept = 0;
		break;
	case MARK_END:
		who = WHO_NOBODY;
		write_spans();
		break;
	case MARK_AWAKE:
		if (who && slept)
			add(&idle_to_awake[who], count - slept);
		slept = 0;
		break;
	}
}

/* The place of a call site in the table; made if it is new. */
static uint64_t *find_site(uint64_t address, bool make)
{
	size_t i;

	for (i = 0; i < nr_sites; i++)
		if (sites[i] == address)
			return &sites[i];
	if (!make || nr_sites == MAX_SITES)
		return NULL;
	sites[nr_sites] = address;
	return &sites[nr_sites++];
}

/* One of ours begins here, or one of our callers calls or is returned to. */
static void watch_calls(struct qemu_plugin_insn *insn, uint64_t address, uint32_t op)
{
	uint64_t *site;
	size_t i;

	for (i = 0; i < nr_symbols; i++) {
		struct symbol *s = &symbols[i];

		if (address < s->start || address >= s->end)
			continue;
		if (s->kind != CALLER && address == s->start)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_entry,
							       QEMU_PLUGIN_CB_NO_REGS, s);
		if (s->kind != CALLER)
			continue;
		site = find_site(address - 4, false);
		if (site)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_return,
							       QEMU_PLUGIN_CB_NO_REGS, site);
		site = IS_BL(op) || IS_BLR(op) ? find_site(address, true) : NULL;
		if (site)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_call,
							       QEMU_PLUGIN_CB_NO_REGS, site);
	}
}

static void watch(struct qemu_plugin_insn *insn)
{
	unsigned int mark;
	uint32_t op;

	memcpy(&op, qemu_plugin_insn_data(insn), sizeof(op));
	watch_calls(insn, qemu_plugin_insn_vaddr(insn), op);
	if (op == WFI)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_wfi, QEMU_PLUGIN_CB_NO_REGS, NULL);
	mark = (op - MARK_INSTRUCTION(MARK_BASE)) >> 5;
	if (mark < MARK_VERBS * 16 && op == MARK_INSTRUCTION(MARK_BASE + mark))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, QEMU_PLUGIN_CB_NO_REGS,
						       (void *)(uintptr_t)mark);
	qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &count, 1);
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t i;

	(void)id;
	for (i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
		watch(qemu_plugin_tb_get_insn(tb, i));
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc,
			       char **argv)
{
	int i;

	(void)info;
	self = id;
	for (i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			snprintf(out, sizeof(out), "%s", argv[i] + 4);
	if (!*out) {
		fprintf(stderr, "bench plugin: needs out=DIRECTORY\n");
		return -1;
	}
	again(id);
	return 0;
}
