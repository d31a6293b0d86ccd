// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netlink_fuzz [-n MESSAGES] [-s SEED]: requests to the family in this network namespace, half of
 * them spoilt. Each must be answered, a refusal must have a text and leave the tables as they were,
 * and in the end all must go. Results are lines of TAP without numbers.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/genetlink.h>
#include <linux/ipsec_genl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"

#define HEADERS	       (NLMSG_HDRLEN + GENL_HDRLEN)
#define BATCH_MAX      16
#define BATCH_ROOM     (MESSAGE_MAX * 2)
#define COMPARE_EVERY  20	/* datagrams */
#define DUMP_EVERY     100
#define TABLES_MAX     200
#define WORDS_MAX      32
#define LIMIT_S	       60	/* for what must come */

struct message {
	const struct cmd *cmd;
	size_t len;
	bool silent;		/* so short or so long that nobody reads it */
	bool textless;		/* the core refuses it before there is a place for a text */
	bool idle;		/* no request, or to nobody */
	bool last;		/* what comes behind it would be misread */
};

static struct {
	uint64_t sent, silent, refused, compared;
	uint64_t done[CMDS_MAX], tried[CMDS_MAX];
	uint64_t errors[256];
	const char *words[WORDS_MAX];
	uint64_t spoilt[WORDS_MAX], heard;
} seen;

static uint8_t batch[BATCH_ROOM] __attribute__((aligned(8)));
static uint32_t seq;

static void count_word(const char *word)
{
	int i;

	if (!word)
		return;
	for (i = 0; i < WORDS_MAX - 1 && seen.words[i] && strcmp(seen.words[i], word); i++)
		;
	seen.words[i] = word;
	seen.spoilt[i]++;
}

/* --- one message -------------------------------------------------------------------------- */

static const struct cmd *any_cmd(void)
{
	for (;;) {
		const struct cmd *cmd = chance(20) ? table_cmd(IPSEC_CMD_TRANSACT) :
						     &cmds[random_below(cmd_count)];

		if (cmd && chance(object_weight(cmd)))
			return cmd;
	}
}

static void spoil_headers(struct message *m, struct nlmsghdr *nlh, struct genlmsghdr *genl)
{
	count_word("message header");
	switch (random_below(7)) {
	case 0:
		genl->cmd = chance(80) ? random_below(32) : random_u64();
		break;
	case 1:
		genl->version = random_u64();
		break;
	case 2:
		genl->reserved = random_u64();
		break;
	case 3:
		nlh->nlmsg_flags |= 1 << random_below(16);
		break;
	case 4:
		nlh->nlmsg_flags |= NLM_F_DUMP;
		break;
	case 5:
		nlh->nlmsg_flags &= ~NLM_F_REQUEST;
		m->idle = true;
		break;
	case 6:
		/* of nobody; not another family, which might take it */
		nlh->nlmsg_type = chance(50) ? random_below(NLMSG_MIN_TYPE) : UINT16_MAX;
		m->idle = true;
		m->textless = true;
	}
}

static void cut(struct message *m, struct nlmsghdr *nlh)
{
	count_word("cut off");
	m->last = true;
	switch (random_below(3)) {
	case 0:
		m->len = NLMSG_HDRLEN + random_below(m->len - NLMSG_HDRLEN + 1);
		m->textless |= m->len < HEADERS;
		nlh->nlmsg_len = m->len;
		break;
	case 1:
		nlh->nlmsg_len = m->len + 1 + random_below(100);
		m->silent = true;
		break;
	case 2:
		nlh->nlmsg_len = random_below(NLMSG_HDRLEN);
		m->silent = true;
	}
}

static void flip(uint8_t *data, size_t len)
{
	int n = 1 + random_below(4);

	count_word("flipped bits");
	while (n--)
		data[NLMSG_HDRLEN + random_below(len - NLMSG_HDRLEN)] ^= 1 << random_below(8);
}

static struct message build(uint8_t *to, size_t room)
{
	struct message m = { .cmd = any_cmd() };
	uint16_t flags = chance(30) ? NLM_F_ECHO : 0;
	struct node *list = NULL;
	int spoils;

	if (m.cmd->dumps && (!m.cmd->does || chance(30)))
		flags |= NLM_F_DUMP;
	tree_reset();
	if (!(flags & NLM_F_DUMP) || chance(20))
		object_request(&list, m.cmd);
	for (spoils = chance(50) ? 1 + random_below(3) : 0; spoils; spoils--)
		count_word(tree_spoil(&list, table_set("main")));
	m.len = kernel_begin(to, m.cmd->number, flags, ++seq);
	m.len += tree_emit(list, to + m.len, room - m.len);
	((struct nlmsghdr *)to)->nlmsg_len = m.len;
	if (chance(4))
		spoil_headers(&m, (void *)to, (void *)(to + NLMSG_HDRLEN));
	if (chance(4))
		flip(to, m.len);
	if (chance(3))
		cut(&m, (void *)to);
	return m;
}

/* --- what came of it ---------------------------------------------------------------------- */

static bool is_known(int error)
{
	static const int known[] = { 0, EINVAL, ERANGE, ENOENT, EEXIST, EOPNOTSUPP, EBUSY, ENOSPC };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (known[i] == error)
			return true;
	}
	return false;
}

/* A command that is not there, and a second dump at a time, are refused where there is no text. */
static bool needs_text(const struct message *m, int error)
{
	return error && !m->textless && error != EOPNOTSUPP && error != EBUSY;
}

static void judge(const struct message *m, const struct request *r)
{
	if (!r->answered)
		return;		/* told already */
	if (!is_known(r->error))
		fault("%s: error %d (%s) %s", m->cmd->name, r->error, strerror(r->error), r->text);
	if (needs_text(m, r->error) && !*r->text)
		fault("%s: %s without a text", m->cmd->name, strerror(r->error));
	seen.errors[r->error & 255]++;
	seen.refused += !!r->error;
	seen.tried[m->cmd->number]++;
	seen.done[m->cmd->number] += !r->error && !m->idle;
}

static void send_batch(int sock, int most, struct request *first, const char **name)
{
	struct request requests[BATCH_MAX] = {};
	struct message messages[BATCH_MAX] = {};
	int count = 0, answered = 0, i;
	size_t len = 0;

	while (count < most && len < MESSAGE_MAX) {
		struct message *m = &messages[count];

		*m = build(batch + len, MESSAGE_MAX);
		requests[count++].seq = seq;
		answered += !m->silent;
		len += NLMSG_ALIGN(m->len);
		if (m->last) {
			len -= NLMSG_ALIGN(m->len) - m->len;
			break;
		}
	}
	kernel_ask(sock, batch, len, requests, answered);
	for (i = 0; i < answered; i++)
		judge(&messages[i], &requests[i]);
	seen.sent += count;
	seen.silent += count - answered;
	*first = requests[0];
	*name = messages[0].cmd->name;
}

/* A request between two looks at the tables: refused, it must not have changed them. */
static void send_compared(int sock)
{
	static struct snapshot before, after;
	struct request r;
	const char *name;

	kernel_look(sock, &before);
	send_batch(sock, 1, &r, &name);
	if (r.answered && !r.error)
		return;
	kernel_look(sock, &after);
	seen.compared++;
	if (!kernel_same(&before, &after))
		fault("%s: %s (%s), and the tables have changed", name, strerror(r.error), r.text);
}

/* A dump that is left in its middle, by a socket that goes or stays. */
static void leave_dump(int *slow)
{
	const uint8_t cmd = chance(50) ? IPSEC_CMD_SA_GET : IPSEC_CMD_POLICY_GET;
	uint8_t data[HEADERS] __attribute__((aligned(8))), part[1024];
	struct nlmsghdr *nlh = (void *)data;
	int parts = random_below(3);

	if (*slow >= 0 && chance(50)) {
		close(*slow);
		*slow = -1;
	}
	if (*slow < 0)
		*slow = kernel_open();
	kernel_begin(data, cmd, NLM_F_DUMP, 1);
	nlh->nlmsg_len = sizeof(data);
	if (write(*slow, data, sizeof(data)) < 0)
		fault("dump: %s", strerror(errno));
	while (parts-- && recv(*slow, part, sizeof(part), MSG_DONTWAIT) > 0)
		;
	/* what stays unread shall not pile up */
	while (chance(50) && recv(*slow, part, sizeof(part), MSG_DONTWAIT) > 0)
		;
}

static void trim(int sock)
{
	static struct snapshot tables;

	kernel_look(sock, &tables);
	if (world.policy_count > TABLES_MAX)
		kernel_request(sock, IPSEC_CMD_POLICY_FLUSH, 0, NULL);
	if (world.sa_count > TABLES_MAX)
		kernel_request(sock, IPSEC_CMD_SA_FLUSH, 0, NULL);
}

/* On a fast machine a flush may come before the end of every SA: one more, for a second. */
static void await_expiry(int sock, int listener)
{
	static const uint8_t host[] = { 192, 0, 2, 1 };
	const uint64_t second = 1;
	time_t end = time(NULL) + LIMIT_S;
	struct node *list = NULL, *top;

	tree_reset();
	top = tree_add(&list, IPSEC_A_SA | NLA_F_NESTED, NULL, 0);
	tree_add(&top->child, IPSEC_A_SA_SRC, host, sizeof(host));
	tree_add(&top->child, IPSEC_A_SA_DST, host, sizeof(host));
	tree_add(&top->child, IPSEC_A_SA_HARD_TIME_S, &second, sizeof(second));
	kernel_request(sock, IPSEC_CMD_SPI_ALLOC, 0, list);
	while (!(seen.heard += kernel_hear(listener)) && time(NULL) < end)
		usleep(50000);
}

static void run(int sock, uint64_t count)
{
	int listener = kernel_listen(), slow = -1;
	uint64_t datagrams, step = count / 10 + 1, told = step;
	struct request r;
	const char *name;

	for (datagrams = 0; seen.sent < count; datagrams++) {
		if (datagrams % COMPARE_EVERY == 0)
			send_compared(sock);
		else
			send_batch(sock, chance(50) ? 1 : 1 + random_below(BATCH_MAX), &r, &name);
		if (datagrams % DUMP_EVERY == 0) {
			trim(sock);
			leave_dump(&slow);
			seen.heard += kernel_hear(listener);
		}
		if (seen.sent < told)
			continue;
		printf("# %" PRIu64 " messages\n", seen.sent);
		fflush(stdout);
		told += step;
	}
	await_expiry(sock, listener);
	if (slow >= 0)
		close(slow);
	close(listener);
}

/* --- results ------------------------------------------------------------------------------ */

static int failed;

static void ok(bool good, const char *name)
{
	printf("%sok - %s\n", good ? "" : "not ", name);
	failed |= !good;
}

/* All rows and SAs go when told to, those too that wait for a grace period. */
static bool all_gone(int sock)
{
	struct node *list = NULL, *top;
	uint64_t policies, sas;
	time_t end = time(NULL) + LIMIT_S;

	tree_reset();
	top = tree_add(&list, IPSEC_A_POLICY | NLA_F_NESTED, NULL, 0);
	tree_add(&top->child, IPSEC_A_POLICY_BUILTIN, NULL, 0);
	kernel_request(sock, IPSEC_CMD_POLICY_FLUSH, 0, list);
	kernel_request(sock, IPSEC_CMD_SA_FLUSH, 0, NULL);
	do {
		kernel_alive(sock, &policies, &sas);
		if (!policies && !sas)
			return true;
		usleep(50000);
	} while (time(NULL) < end);
	printf("# %" PRIu64 " policies and %" PRIu64 " SAs are left\n", policies, sas);
	return false;
}

static bool each_was_done(void)
{
	bool good = true;
	int i;

	for (i = 0; i < cmd_count; i++) {
		printf("# %s: %" PRIu64 " of %" PRIu64 " were done\n", cmds[i].name,
		       seen.done[cmds[i].number], seen.tried[cmds[i].number]);
		good &= seen.done[cmds[i].number] > 0;
	}
	return good;
}

static void tell(void)
{
	int i;

	for (i = 0; i < 256; i++) {
		if (i && seen.errors[i])
			printf("# %s: %" PRIu64 "\n", strerror(i), seen.errors[i]);
	}
	for (i = 0; i < WORDS_MAX && seen.words[i]; i++)
		printf("# spoilt %s: %" PRIu64 "\n", seen.words[i], seen.spoilt[i]);
	printf("# %" PRIu64 " messages, %" PRIu64 " refused, %" PRIu64 " that nobody reads, "
	       "%" PRIu64 " refusals compared with the tables, %" PRIu64 " events\n",
	       seen.sent, seen.refused, seen.silent, seen.compared, seen.heard);
}

int main(int argc, char **argv)
{
	uint64_t count = 100000, seed = time(NULL) ^ (uint64_t)getpid() << 32;
	time_t start = time(NULL);
	int sock, o;

	while ((o = getopt(argc, argv, "n:s:")) != -1) {
		if (o == 'n')
			count = strtoull(optarg, NULL, 0);
		else if (o == 's')
			seed = strtoull(optarg, NULL, 0);
		else
			return 2;
	}
	printf("# seed %" PRIu64 "\n", seed);
	fflush(stdout);
	random_seed(seed);
	sock = kernel_open();
	kernel_learn(sock);
	run(sock, count);
	tell();
	printf("# %ld s\n", (long)(time(NULL) - start));
	ok(!fault_count, "every message is answered, every refusal has a text and leaves no trace");
	ok(each_was_done(), "every command was done, too");
	ok(seen.compared && seen.refused && seen.silent, "and refused");
	ok(seen.heard, "SAs expired meanwhile, and that was told");
	ok(all_gone(sock), "then all rows and SAs go");
	close(sock);
	return failed;
}
