// SPDX-License-Identifier: GPL-2.0-or-later
/* sources: kmod/spd.c kmod/tuple.c kmod/bucket.c kmod/ports.c kmod/place.c kmod/selector.c */
/* sources: shim/shim.c */
/*
 * A reader and a writer, cut into each other at every load and store that the
 * other can see. What a lookup returns must have been the first row at some moment
 * while it ran; what it walks over must not be freed, which AddressSanitizer sees.
 */
#include "spd_model.h"

#include <pthread.h>
#include <semaphore.h>

#define ROWS		24
#define CHANGES		20000
#define ANSWERS		4096

enum { WRITER, READER };

/* One of the two runs; the other waits for its turn. */
static sem_t turn[2];
static __thread int self;
static bool over;
static unsigned int one_in;

static struct model *m;
/* What the table will be when the change under way is done. */
static struct model *after;
static bool changing;

/* The lookup under way, and each row that was the first for it at some moment so far. */
static bool looking;
static struct ipsec_flow flow;
static struct ipsec_sp *answer[ANSWERS];
static unsigned int answers;
static unsigned long lookups, contested, handovers;

static void hand_over(void)
{
	if (over || below(one_in))
		return;
	handovers++;
	sem_post(&turn[!self]);
	sem_wait(&turn[self]);
}

static void note_answer(const struct model *table)
{
	assert_in_range(answers, 0, ANSWERS - 1);
	answer[answers++] = model_first(table->row, table->count, &flow);
}

static void look_up_once(void)
{
	struct ipsec_sp *sp;
	unsigned int i;

	flow = random_flow(m->count && below(8) ? &m->row[below(m->count)]->sel : NULL);
	answers = 0;
	note_answer(m);
	if (changing)
		note_answer(after);
	looking = true;
	rcu_read_lock();
	sp = ipsec_spd_lookup(&m->spd, &flow);
	for (i = 0; i < answers && answer[i] != sp; i++)
		;
	assert_in_range(i, 0, answers - 1);
	/* it can still be used */
	assert_true(!sp || ipsec_selector_match(&sp->sel, &flow));
	rcu_read_unlock();
	looking = false;
	lookups++;
	for (i = 1; i < answers && answer[i] == answer[0]; i++)
		;
	contested += i < answers;
}

static void *reader(void *unused)
{
	(void)unused;
	self = READER;
	sem_wait(&turn[READER]);
	while (!over) {
		look_up_once();
		hand_over();
	}
	return NULL;
}

static void begin(void)
{
	changing = true;
	if (looking)
		note_answer(after);
}

static void end(void)
{
	memcpy(m->row, after->row, after->count * sizeof(after->row[0]));
	m->count = after->count;
	changing = false;
	hand_over();
}

static void add(unsigned int at, struct ipsec_sp *sp)
{
	struct ipsec_sp *ref;
	u8 place = place_name(m->row, m->count, at, &ref);

	model_insert(after, at, sp);
	begin();
	assert_int_equal(ipsec_spd_add(&m->spd, sp, place, ref), 0);
	end();
}

static void drop(unsigned int at)
{
	struct ipsec_sp *sp = after->row[at];

	model_remove(after, at);
	begin();
	/* as one who bumps the generation only later: the row outlives our call */
	rcu_read_lock();
	ipsec_spd_del(&m->spd, sp);
	hand_over();
	end();
	rcu_read_unlock();
}

static void move(unsigned int at, unsigned int to)
{
	struct ipsec_sp *sp = after->row[at], *ref;
	u8 place;

	model_remove(after, at);
	place = place_name(after->row, after->count, to, &ref);
	model_insert(after, to, sp);
	begin();
	assert_int_equal(ipsec_spd_move(&m->spd, sp, place, ref), 0);
	end();
}

/* The new row with another selector before the old one, then the old one away. */
static void replace(unsigned int at)
{
	struct ipsec_sp *sp = ipsec_spd_sp_new();

	sp->id = m->row[at]->id;
	sp->sel = m->row[at]->sel;
	if (sp->sel.dst_len)
		sp->sel.dst_len--;
	ipsec_selector_mask(&sp->sel.dst, sp->sel.dst_len);
	add(at, sp);
	drop(at + 1);
}

static struct ipsec_sp *near_row(void)
{
	struct ipsec_sp *sp = ipsec_spd_sp_new();

	sp->sel = random_selector();
	if (m->count && below(2)) {
		sp->sel = m->row[below(m->count)]->sel;
		random_ports(&sp->sel.sport_min, &sp->sel.sport_max);
		random_ports(&sp->sel.dport_min, &sp->sel.dport_max);
	}
	return sp;
}

static void change(void)
{
	switch (m->count < ROWS / 2 ? 0 : m->count > ROWS ? 1 : below(4)) {
	case 0:
		add(below(m->count + 1), near_row());
		break;
	case 1:
		drop(below(m->count));
		break;
	case 2:
		move(below(m->count), below(m->count));
		break;
	case 3:
		replace(below(m->count));
		break;
	}
}

static void race(unsigned int changes, unsigned int hand_over_one_in, void (*change_once)(void))
{
	pthread_t thread;
	unsigned int i;

	m = model_new();
	after = calloc(1, sizeof(*after));
	one_in = hand_over_one_in;
	over = false;
	lookups = contested = handovers = 0;
	sem_init(&turn[WRITER], 0, 0);
	sem_init(&turn[READER], 0, 0);
	self = WRITER;
	assert_int_equal(pthread_create(&thread, NULL, reader, NULL), 0);
	shim_hook = hand_over;
	for (i = 0; i < changes; i++)
		change_once();
	over = true;
	sem_post(&turn[READER]);
	pthread_join(thread, NULL);
	shim_hook = NULL;
	print_message("# %lu lookups, %lu of them with more than one right answer, %lu handovers\n",
		      lookups, contested, handovers);
	assert_true(lookups > 1000 && contested > 100);
	model_check(m);
	model_free(m);
	free(after);
}

static void lookups_see_one_moment(void **state)
{
	(void)state;
	race(CHANGES, 3, change);
	race(CHANGES, 30, change);
}

/*
 * Prefixes around one address, each length in a table of its own, and as many
 * elsewhere, so that a table's first row is not the one that counts. Always at the
 * same place near one end, which uses the ranks up: they change under the lookup.
 */
static void crowd(unsigned int at)
{
	static const u32 nets[] = { 10, 10, 11 };
	struct ipsec_sp *sp;

	if (m->count < 12 || (m->count < 20 && below(2))) {
		sp = ipsec_spd_sp_new();
		sp->sel.family = AF_INET;
		sp->sel.dst.a4 = htonl(pick(nets) << 24);
		sp->sel.dst_len = 8 + below(6);
		add(min(at, m->count), sp);
	} else if (below(4)) {
		drop(below(m->count - 1));
	} else if (below(2)) {
		move(below(m->count), at);
	} else {
		replace(below(3));
	}
}

static void crowd_front(void)
{
	crowd(1);
}

static void crowd_back(void)
{
	crowd(max(m->count, 2U) - 2);
}

static void lookups_see_one_moment_while_ranks_change(void **state)
{
	(void)state;
	race(CHANGES, 3, crowd_back);
	race(CHANGES * 2, 30, crowd_back);
	race(CHANGES, 3, crowd_front);
	race(CHANGES * 4, 12, crowd_front);
	race(CHANGES * 2, 60, crowd_front);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lookups_see_one_moment),
		cmocka_unit_test(lookups_see_one_moment_while_ranks_change),
	};

	srandom(1);
	return cmocka_run_group_tests_name("spd_race", tests, NULL, NULL);
}
