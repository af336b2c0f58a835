/*
 * clock.h - time is injected: whoever needs "now" is given a clock.
 *
 * Times are int64_t milliseconds since 1970-01-01T00:00:00Z (UTC), everywhere in kyso.
 */
#ifndef KYSO_UTIL_CLOCK_H
#define KYSO_UTIL_CLOCK_H

#include <stdint.h>

struct clock {
	int64_t (*now_ms)(const struct clock *clock);
	int64_t fixed_ms; /* of clock_fixed */
};

struct clock clock_system(void);
struct clock clock_fixed(int64_t now_ms); /* stands still; set fixed_ms to move it */

static inline int64_t clock_now_ms(const struct clock *clock)
{
	return clock->now_ms(clock);
}

#endif
