// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/ipsec_genl.h>

#include "codec.h"
#include "print.h"

static const struct name events[] = {
	{ "acquire", IPSEC_CMD_ACQUIRE },
	{ "expire", IPSEC_CMD_EXPIRE },
	{ "peer-change", IPSEC_CMD_PEER_CHANGE },
	{ "seq-near-overflow", IPSEC_CMD_SEQ_NEAR_OVERFLOW },
	{ "unknown-spi", IPSEC_CMD_UNKNOWN_SPI },
	{ NULL, 0 }
};

struct monitor {
	bool json;
	uint64_t seen;
	uint64_t count;		/* 0 = no end */
};

static void print_event_json(const char *event, const struct row *row, const struct tm *now)
{
	struct json_object *object = json_object_new_object();
	char stamp[40];

	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S%z", now);
	json_object_object_add(object, "time", json_object_new_string(stamp));
	json_object_object_add(object, "event", json_object_new_string(event));
	print_json(print_json_row(object, row, false), true);
}

static void print_event(const char *event, const struct row *row, const struct tm *now)
{
	char stamp[16];

	strftime(stamp, sizeof(stamp), "%H:%M:%S", now);
	printf("%s %s", stamp, event);
	print_words(row, false);
	putchar('\n');
	fflush(stdout);
}

static void take_event(uint8_t cmd, struct nlattr *const *attrs, void *arg)
{
	const char *event = names_text(events, cmd);
	const struct menu *menu = schema_menu(cmd == IPSEC_CMD_ACQUIRE ? "event acquire" :
		"event sa");
	struct monitor *monitor = arg;
	time_t now = time(NULL);
	struct row *row;
	struct tm local;

	if (!event || (monitor->count && monitor->seen >= monitor->count))
		return;
	row = codec_get_row(menu, attrs[menu->nest]);
	if (!row)
		return;
	localtime_r(&now, &local);
	if (monitor->json)
		print_event_json(event, row, &local);
	else
		print_event(event, row, &local);
	monitor->seen++;
	row_free(row);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Milliseconds to wait for the next event: -1 without an end, 0 at it. */
static int time_left(int64_t end)
{
	int64_t left = end - now_ms();

	if (!end)
		return -1;
	return left < 0 ? 0 : left > 3600000 ? 3600000 : (int)left;
}

static int watch(struct ctl *ctl, struct monitor *monitor, int64_t end)
{
	struct ipsecnl_error error = { 0 };
	int rc = 0, left;

	while (!rc && (!monitor->count || monitor->seen < monitor->count)) {
		left = time_left(end);
		if (!left)
			break;
		rc = ipsecnl_events(ctl->nl, left, take_event, monitor);
		/* the kernel dropped events that we were too slow for: say so and go on */
		if (rc == -ENOBUFS) {
			fprintf(stderr, "%s: events were lost\n", ctl->program);
			rc = 0;
		}
	}
	error.error = -rc;
	return rc ? ctl_refused(ctl, "monitor", &error) : CTL_OK;
}

int monitor_run(struct ctl *ctl, const struct command *command)
{
	const struct value *count = row_value(command->row, "count");
	const struct value *duration = row_value(command->row, "duration");
	struct monitor monitor = { .json = ctl->json, .count = count->set ? count->number : 0 };
	int64_t end = duration->set ? now_ms() + (int64_t)duration->number * 1000 : 0;
	struct ipsecnl_error error = { 0 };

	if (ctl_open(ctl))
		return CTL_REFUSED;
	error.error = -ipsecnl_listen(ctl->nl);
	if (error.error)
		return ctl_refused(ctl, "monitor", &error);
	fprintf(stderr, "%s: listening\n", ctl->program);
	return watch(ctl, &monitor, end);
}
