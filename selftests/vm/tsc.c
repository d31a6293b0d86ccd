// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Print the rate of this machine's time stamp counter in kHz.  An emulated CPU shows the host's
 * counter; a guest that calibrates it by itself on a busy host can be wrong by a factor of five.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#if defined(__x86_64__) || defined(__i386__)
#include <x86intrin.h>

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* Read both clocks as close together as can be: keep the tightest of many attempts. */
static void sample(int64_t *ns, int64_t *ticks)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < 1000; i++) {
		int64_t before = now_ns();
		int64_t tick = (int64_t)__rdtsc();
		int64_t after = now_ns();

		if (after - before >= best)
			continue;
		best = after - before;
		*ns = before;
		*ticks = tick;
	}
}

int main(void)
{
	struct timespec pause = { .tv_nsec = 50000000 };
	int64_t ns0 = 0, ns1 = 0, t0 = 0, t1 = 0;

	sample(&ns0, &t0);
	nanosleep(&pause, NULL);
	sample(&ns1, &t1);
	printf("%lld\n", (long long)((double)(t1 - t0) * 1e6 / (double)(ns1 - ns0) + 0.5));
	return 0;
}
#else
int main(void)
{
	return 1;
}
#endif
