/* clock.c - see clock.h. */
#include "util/clock.h"

#include <time.h>

static int64_t system_now_ms(const struct clock *clock)
{
	struct timespec ts;

	(void)clock;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t fixed_now_ms(const struct clock *clock)
{
	return clock->fixed_ms;
}

struct clock clock_system(void)
{
	return (struct clock){ .now_ms = system_now_ms };
}

struct clock clock_fixed(int64_t now_ms)
{
	return (struct clock){ .now_ms = fixed_now_ms, .fixed_ms = now_ms };
}
