// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/ipsec_genl.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADERS	     (NLMSG_HDRLEN + GENL_HDRLEN)
#define FAULTS_SHOWN 20
#define RECEIVE_MAX  (1 << 17)
#define MARGIN_S     30
#define SA_BIT	     (1ULL << 32)
#define TRIES	     50

unsigned int fault_count;
uint16_t kernel_family;

static uint32_t groups[2];
static uint32_t last_seq;
static uint8_t received[RECEIVE_MAX] __attribute__((aligned(8)));

/* What was sent last, for who looks for the cause. */
static const uint8_t *sent;
static size_t sent_len;

void fault(const char *format, ...)
{
	va_list args;
	size_t i;

	if (fault_count++ >= FAULTS_SHOWN)
		return;
	printf("# fault: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n# request: ");
	for (i = 0; i < sent_len && i < 600; i++)
		printf("%02x", sent[i]);
	printf(i < sent_len ? "... (%zu bytes)\n" : "\n", sent_len);
	fflush(stdout);
}

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- messages ----------------------------------------------------------------------------- */

typedef void (*message_fn)(const struct nlmsghdr *nlh, void *arg);

/* Every message of a datagram. */
static void each_message(size_t len, message_fn fn, void *arg)
{
	const struct nlmsghdr *nlh = (const void *)received;

	while (NLMSG_OK(nlh, len)) {
		fn(nlh, arg);
		nlh = NLMSG_NEXT(nlh, len);
	}
	if (len)
		fault("%zu bytes of an answer are no message", len);
}

static const struct nlattr *attr_next(const struct nlattr *a)
{
	return (const void *)((const uint8_t *)a + NLA_ALIGN(a->nla_len));
}

static bool attr_ok(const struct nlattr *a, const uint8_t *end)
{
	const uint8_t *p = (const void *)a;

	return end - p >= NLA_HDRLEN && a->nla_len >= NLA_HDRLEN && a->nla_len <= end - p;
}

static const uint8_t *attr_data(const struct nlattr *a)
{
	return (const uint8_t *)a + NLA_HDRLEN;
}

static int attr_len(const struct nlattr *a)
{
	return a->nla_len - NLA_HDRLEN;
}

static int attr_type(const struct nlattr *a)
{
	return a->nla_type & NLA_TYPE_MASK;
}

static uint64_t attr_u64(const struct nlattr *a)
{
	uint64_t v = 0;

	memcpy(&v, attr_data(a), attr_len(a) < 8 ? attr_len(a) : 8);
	return v;
}

/* Is there one zero, and at its end? */
static bool is_string(const struct nlattr *a)
{
	size_t len = attr_len(a);

	return len && strnlen((const char *)attr_data(a), len) == len - 1;
}

static void check_attr(const struct nlattr *a, const struct set *set, const uint8_t *end);

/* What the kernel says must be of its own specification, and its padding tell nothing. */
static void check_attrs(const uint8_t *p, size_t len, const struct set *set)
{
	const struct nlattr *a = (const void *)p;
	const uint8_t *end = p + len;

	for (; attr_ok(a, end); a = attr_next(a)) {
		check_attr(a, set, end);
		if (end - (const uint8_t *)a <= (ptrdiff_t)NLA_ALIGN(a->nla_len))
			return;
	}
	if ((const uint8_t *)a != end)
		fault("%s: an answer ends within an attribute", set->name);
}

static void check_attr(const struct nlattr *a, const struct set *set, const uint8_t *end)
{
	const struct attr *known = table_attr(set, attr_type(a));
	const uint8_t *pad = attr_data(a) + attr_len(a);
	int size;

	if (!known) {
		fault("%s: an answer has attribute %d", set->name, attr_type(a));
		return;
	}
	for (; pad < (const uint8_t *)attr_next(a) && pad < end; pad++) {
		if (*pad)
			fault("%s %s: padding is not zero", set->name, known->name);
	}
	size = known->kind == KIND_FLAG ? 0 : kind_size(known->kind);
	if ((size || known->kind == KIND_FLAG) && attr_len(a) != size)
		fault("%s %s: an answer with %d bytes", set->name, known->name, attr_len(a));
	if (known->kind == KIND_STRING && !is_string(a))
		fault("%s %s: an answer that is no string", set->name, known->name);
	if (known->nest >= 0)
		check_attrs(attr_data(a), attr_len(a), &sets[known->nest]);
}

static void check_message(const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_type == kernel_family && nlh->nlmsg_len >= HEADERS)
		check_attrs((const uint8_t *)nlh + HEADERS, nlh->nlmsg_len - HEADERS, &sets[0]);
	else
		fault("an answer of type %d, %u bytes", nlh->nlmsg_type, nlh->nlmsg_len);
}

/* --- requests ----------------------------------------------------------------------------- */

struct answers {
	struct request *requests;
	int count, open;
	message_fn each;	/* or NULL */
	void *arg;
};

static struct request *find(struct answers *answers, uint32_t seq)
{
	int i;

	for (i = 0; i < answers->count; i++) {
		if (answers->requests[i].seq == seq)
			return &answers->requests[i];
	}
	return NULL;
}

static void read_tlvs(struct request *r, const uint8_t *p, const uint8_t *end)
{
	const struct nlattr *a;

	for (a = (const void *)p; attr_ok(a, end); a = attr_next(a)) {
		if (attr_type(a) == NLMSGERR_ATTR_MSG)
			snprintf(r->text, sizeof(r->text), "%.*s", attr_len(a), attr_data(a));
		else if (attr_type(a) == NLMSGERR_ATTR_MISS_TYPE)
			r->missing = attr_u64(a);
	}
}

static void read_end(const struct nlmsghdr *nlh, struct request *r)
{
	const uint8_t *p = NLMSG_DATA(nlh), *end = (const uint8_t *)nlh + nlh->nlmsg_len;
	bool done = nlh->nlmsg_type == NLMSG_DONE;
	int error;

	memcpy(&error, p, sizeof(error));
	r->error = -error;
	if (error > 0)
		fault("an answer says %d", error);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		read_tlvs(r, p + (done ? sizeof(error) : sizeof(struct nlmsgerr)), end);
}

static void read_answer(const struct nlmsghdr *nlh, void *arg)
{
	struct answers *answers = arg;
	struct request *r = find(answers, nlh->nlmsg_seq);

	if (nlh->nlmsg_type != NLMSG_ERROR && nlh->nlmsg_type != NLMSG_DONE) {
		check_message(nlh);
		if (r && nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			r->interrupted = true;
		if (answers->each)
			answers->each(nlh, answers->arg);
		return;
	}
	if (!r)
		return;		/* of a request that was cut off */
	if (r->answered)
		fault("request %u is answered twice", r->seq);
	else
		answers->open--;
	r->answered = true;
	read_end(nlh, r);
}

/* The kernel works while we send, and on dumps while we read: what is not there now will not be. */
static void ask(int sock, const uint8_t *data, size_t len, struct answers *answers)
{
	ssize_t n;

	sent = data;
	sent_len = len;
	answers->open = answers->count;
	if (send(sock, data, len, 0) != (ssize_t)len)
		die("send");
	for (;;) {
		n = recv(sock, received, sizeof(received), MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			die("recv");
		each_message(n, read_answer, answers);
	}
	if (answers->open)
		fault("%d of %d requests are not answered", answers->open, answers->count);
}

void kernel_ask(int sock, const uint8_t *data, size_t len, struct request *requests, int count)
{
	struct answers answers = { .requests = requests, .count = count };

	ask(sock, data, len, &answers);
}

size_t kernel_begin(uint8_t *to, uint8_t cmd, uint16_t flags, uint32_t seq)
{
	struct nlmsghdr nlh = { .nlmsg_type = kernel_family, .nlmsg_len = HEADERS, .nlmsg_seq = seq,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags };
	struct genlmsghdr genl = { .cmd = cmd, .version = IPSEC_GENL_VERSION };

	memcpy(to, &nlh, sizeof(nlh));
	memcpy(to + NLMSG_HDRLEN, &genl, sizeof(genl));
	return HEADERS;
}

static struct request ask_each(int sock, uint8_t cmd, uint16_t flags, const struct node *list,
			       message_fn each, void *arg)
{
	static uint8_t data[MESSAGE_MAX] __attribute__((aligned(8)));
	struct request r = { .seq = --last_seq };
	struct answers answers = { .requests = &r, .count = 1, .each = each, .arg = arg };
	size_t len = kernel_begin(data, cmd, flags, r.seq);

	len += tree_emit(list, data + len, sizeof(data) - len);
	((struct nlmsghdr *)data)->nlmsg_len = len;
	ask(sock, data, len, &answers);
	return r;
}

struct request kernel_request(int sock, uint8_t cmd, uint16_t flags, const struct node *list)
{
	return ask_each(sock, cmd, flags, list, NULL, NULL);
}

/* --- sockets ------------------------------------------------------------------------------ */

static void read_groups(const struct nlattr *nest)
{
	const struct nlattr *group = (const void *)attr_data(nest), *a;
	const uint8_t *end = attr_data(nest) + attr_len(nest);
	int n = 0;

	for (; attr_ok(group, end) && n < 2; group = attr_next(group)) {
		const uint8_t *group_end = attr_data(group) + attr_len(group);

		for (a = (const void *)attr_data(group); attr_ok(a, group_end); a = attr_next(a)) {
			if (attr_type(a) == CTRL_ATTR_MCAST_GRP_ID)
				groups[n++] = attr_u64(a);
		}
	}
}

static void read_family(const struct nlmsghdr *nlh, void *arg)
{
	const uint8_t *end = (const uint8_t *)nlh + nlh->nlmsg_len;
	const struct nlattr *a = (const void *)((const uint8_t *)nlh + HEADERS);

	(void)arg;
	if (nlh->nlmsg_type != GENL_ID_CTRL)
		return;
	for (; attr_ok(a, end); a = attr_next(a)) {
		if (attr_type(a) == CTRL_ATTR_FAMILY_ID)
			kernel_family = attr_u64(a);
		else if (attr_type(a) == CTRL_ATTR_MCAST_GROUPS)
			read_groups(a);
	}
}

static void find_family(int sock)
{
	uint8_t data[64] __attribute__((aligned(8)));
	struct node *name = NULL;
	size_t len = kernel_begin(data, CTRL_CMD_GETFAMILY, 0, 1);
	ssize_t n;

	tree_reset();
	tree_add(&name, CTRL_ATTR_FAMILY_NAME, IPSEC_GENL_NAME, sizeof(IPSEC_GENL_NAME));
	len += tree_emit(name, data + len, sizeof(data) - len);
	((struct nlmsghdr *)data)->nlmsg_len = len;
	((struct nlmsghdr *)data)->nlmsg_type = GENL_ID_CTRL;
	send(sock, data, len, 0);
	while ((n = recv(sock, received, sizeof(received), MSG_DONTWAIT)) > 0)
		each_message(n, read_family, NULL);
	if (!kernel_family) {
		errno = ENOENT;
		die("the family");
	}
}

int kernel_open(void)
{
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int one = 1, room = 32 << 20;

	if (sock < 0 || setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)) ||
	    setsockopt(sock, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)) ||
	    setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(sock, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)))
		die("socket");
	if (!kernel_family)
		find_family(sock);
	return sock;
}

int kernel_listen(void)
{
	struct sockaddr_nl name = { .nl_family = AF_NETLINK };
	int sock = kernel_open();
	int i;

	/* without a name it would pass for the kernel, which is not told what it says */
	if (bind(sock, (void *)&name, sizeof(name)))
		die("bind");

	for (i = 0; i < 2; i++) {
		if (setsockopt(sock, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i],
			       sizeof(groups[i])))
			die("groups");
	}
	return sock;
}

static void hear(const struct nlmsghdr *nlh, void *arg)
{
	check_message(nlh);
	++*(int *)arg;
}

int kernel_hear(int sock)
{
	int count = 0;
	ssize_t n;

	while ((n = recv(sock, received, sizeof(received), MSG_DONTWAIT)) > 0)
		each_message(n, hear, &count);
	return count;
}

/* --- learning ----------------------------------------------------------------------------- */

static const struct nlattr *inner(const struct nlmsghdr *nlh, const uint8_t **end)
{
	const struct nlattr *top = (const void *)((const uint8_t *)nlh + HEADERS);

	*end = attr_data(top) + attr_len(top);
	return (const void *)attr_data(top);
}

static void learn_alg(const struct nlmsghdr *nlh, void *arg)
{
	struct alg alg = {};
	const uint8_t *end;
	const struct nlattr *a;
	bool here = false;

	(void)arg;
	for (a = inner(nlh, &end); attr_ok(a, end); a = attr_next(a)) {
		switch (attr_type(a)) {
		case IPSEC_A_ALG_NAME:
			snprintf(alg.name, sizeof(alg.name), "%.*s", attr_len(a), attr_data(a));
			break;
		case IPSEC_A_ALG_KIND:
			alg.kind = attr_u64(a);
			break;
		case IPSEC_A_ALG_KEY_BITS:
			alg.key_len += attr_u64(a) / 8;
			break;
		case IPSEC_A_ALG_SALT_BYTES:
			alg.key_len += attr_u64(a);
			break;
		case IPSEC_A_ALG_DRIVER:
			here = true;
		}
	}
	if (here && world.alg_count < ALGS_MAX)
		world.algs[world.alg_count++] = alg;
}

static struct request ask_with(int sock, const struct cmd *cmd, uint64_t numbers)
{
	const struct set *set = &sets[cmd->set];
	uint8_t value[512];
	struct node *list = NULL, *top;
	int i;

	tree_reset();
	top = tree_add(&list, cmd->object | NLA_F_NESTED, NULL, 0);
	for (i = 0; i < set->count; i++) {
		const struct attr *a = &set->attrs[i];

		if (numbers & 1ULL << a->number)
			tree_add(&top->child, a->number | (a->nest >= 0 ? NLA_F_NESTED : 0), value,
				 object_value(set, a, value));
	}
	return kernel_request(sock, cmd->number, 0, list);
}

/* The kernel says so itself: what it refuses by name, and what it misses. */
static void learn_cmd(int sock, const struct cmd *cmd)
{
	const struct set *set = &sets[cmd->set];
	uint64_t *needs = &world.needs[cmd->number];
	struct request r;
	int i;

	for (i = 0; i < set->count; i++) {
		const struct attr *a = &set->attrs[i];

		if (a->kind == KIND_PAD || a->kind == KIND_NEST)
			continue;
		r = ask_with(sock, cmd, 1ULL << a->number);
		if (!strstr(r.text, "not take it"))
			world.takes[cmd->number] |= 1ULL << a->number;
	}
	/* a value that happens to be wrong may be refused first */
	for (i = 0; i < TRIES; i++) {
		r = ask_with(sock, cmd, *needs);
		if (r.missing)
			*needs |= 1ULL << r.missing;
	}
}

static void learn_part(int sock, const struct cmd *cmd)
{
	uint32_t number = cmd->number;
	struct node *list = NULL, *top, *op;
	struct request r;

	tree_reset();
	top = tree_add(&list, IPSEC_A_OPS | NLA_F_NESTED, NULL, 0);
	op = tree_add(&top->child, IPSEC_A_OP | NLA_F_NESTED, NULL, 0);
	tree_add(&op->child, IPSEC_A_OP_CMD, &number, sizeof(number));
	r = kernel_request(sock, IPSEC_CMD_TRANSACT, 0, list);
	world.in_transaction[number] = !strstr(r.text, "cannot be part");
}

void kernel_learn(int sock)
{
	int i;

	ask_each(sock, IPSEC_CMD_ALG_GET, NLM_F_DUMP, NULL, learn_alg, NULL);
	for (i = 0; i < cmd_count; i++) {
		if (cmds[i].set >= 0 && cmds[i].object != IPSEC_A_OPS)
			learn_cmd(sock, &cmds[i]);
		learn_part(sock, &cmds[i]);
	}
}

/* --- tables ------------------------------------------------------------------------------- */

static uint64_t hash(uint64_t h, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len--)
		h = (h ^ *p++) * 0x100000001b3;
	return h;
}

static struct row *row_add(struct snapshot *s)
{
	struct row *row = &s->rows[s->count];

	if (s->count == ROWS_MAX)
		return NULL;
	s->count++;
	*row = (struct row) { .hash = 0xcbf29ce484222325 };
	return row;
}

static void look_policy(const struct nlmsghdr *nlh, void *arg)
{
	struct row *row = row_add(arg);
	const struct nlattr *a;
	const uint8_t *end;

	for (a = inner(nlh, &end); row && attr_ok(a, end); a = attr_next(a)) {
		if (attr_type(a) == IPSEC_A_POLICY_ID)
			row->id = attr_u64(a);
		if (attr_type(a) != IPSEC_A_POLICY_LAST_HIT_MS &&
		    attr_type(a) != IPSEC_A_POLICY_PAD)
			row->hash = hash(row->hash, a, a->nla_len);
	}
	if (row && world.policy_count < LIVE_MAX)
		world.policies[world.policy_count++] = row->id;
}

static bool is_near(uint64_t limit_s, uint64_t age_ms)
{
	return limit_s && age_ms / 1000 + MARGIN_S >= limit_s;
}

static void note_sa(struct live_sa *sa, const struct nlattr *a)
{
	switch (attr_type(a)) {
	case IPSEC_A_SA_ID:
		sa->id = attr_u64(a);
		break;
	case IPSEC_A_SA_SPI:
		sa->spi = attr_u64(a);
		break;
	case IPSEC_A_SA_PROTO:
		sa->proto = attr_u64(a);
		break;
	case IPSEC_A_SA_DST:
		sa->dst_len = attr_len(a) < 16 ? attr_len(a) : 16;
		memcpy(sa->dst, attr_data(a), sa->dst_len);
	}
}

static void look_sa(const struct nlmsghdr *nlh, void *arg)
{
	struct row *row = row_add(arg);
	uint64_t soft = 0, hard = 0, age = 0;
	struct live_sa sa = {};
	const struct nlattr *a;
	const uint8_t *end;

	for (a = inner(nlh, &end); row && attr_ok(a, end); a = attr_next(a)) {
		int type = attr_type(a);

		note_sa(&sa, a);
		if (type == IPSEC_A_SA_SOFT_TIME_S)
			soft = attr_u64(a);
		else if (type == IPSEC_A_SA_HARD_TIME_S)
			hard = attr_u64(a);
		else if (type == IPSEC_A_SA_ADD_TIME_MS)
			age = attr_u64(a);
		else if (type == IPSEC_A_SA_ENC_KEY || type == IPSEC_A_SA_AUTH_KEY)
			fault("a dump shows a key");
		if (type != IPSEC_A_SA_ADD_TIME_MS && type != IPSEC_A_SA_USE_TIME_MS &&
		    type != IPSEC_A_SA_PAD)
			row->hash = hash(row->hash, a, a->nla_len);
	}
	if (!row)
		return;
	row->id = sa.id | SA_BIT;
	row->moving = is_near(soft, age) || is_near(hard, age);
	if (world.sa_count < LIVE_MAX)
		world.sas[world.sa_count++] = sa;
}

static void look_settings(const struct nlmsghdr *nlh, void *arg)
{
	struct row *row = row_add(arg);

	if (row)
		row->hash = hash(row->hash, (const uint8_t *)nlh + HEADERS,
				 nlh->nlmsg_len - HEADERS);
}

void kernel_look(int sock, struct snapshot *snapshot)
{
	struct request policies, sas;

	do {
		snapshot->count = 0;
		world.policy_count = 0;
		world.sa_count = 0;
		ask_each(sock, IPSEC_CMD_SETTINGS_GET, 0, NULL, look_settings, snapshot);
		policies = ask_each(sock, IPSEC_CMD_POLICY_GET, NLM_F_DUMP, NULL, look_policy,
				    snapshot);
		sas = ask_each(sock, IPSEC_CMD_SA_GET, NLM_F_DUMP, NULL, look_sa, snapshot);
	} while (policies.interrupted || sas.interrupted);
}

static bool is_moving(const struct snapshot *s, uint64_t id)
{
	int i;

	for (i = 0; i < s->count; i++) {
		if (s->rows[i].moving && s->rows[i].id == id)
			return true;
	}
	return false;
}

/* The next row from @i on whose time is not near. */
static int settled(const struct snapshot *s, const struct snapshot *other, int i)
{
	while (i < s->count && (s->rows[i].moving || is_moving(other, s->rows[i].id)))
		i++;
	return i;
}

bool kernel_same(const struct snapshot *a, const struct snapshot *b)
{
	int i = settled(a, b, 0), j = settled(b, a, 0);

	while (i < a->count && j < b->count && a->rows[i].hash == b->rows[j].hash) {
		i = settled(a, b, i + 1);
		j = settled(b, a, j + 1);
	}
	return i == a->count && j == b->count;
}

static void look_alive(const struct nlmsghdr *nlh, void *arg)
{
	uint64_t *alive = arg;
	const struct nlattr *a;
	const uint8_t *end;

	for (a = inner(nlh, &end); attr_ok(a, end); a = attr_next(a)) {
		if (attr_type(a) == IPSEC_A_STAT_POLICIES)
			alive[0] = attr_u64(a);
		else if (attr_type(a) == IPSEC_A_STAT_SAS)
			alive[1] = attr_u64(a);
	}
}

void kernel_alive(int sock, uint64_t *policies, uint64_t *sas)
{
	uint64_t alive[2] = { UINT64_MAX, UINT64_MAX };

	ask_each(sock, IPSEC_CMD_STATS_GET, 0, NULL, look_alive, alive);
	*policies = alive[0];
	*sas = alive[1];
}
