/* near.h - comparing doubles, which cmocka's assert_float_equal narrows. */
#ifndef KYSO_TEST_SIGN_NEAR_H
#define KYSO_TEST_SIGN_NEAR_H

#include "test.h"

#include <math.h>

static inline void assert_near(double a, double b, double within)
{
	if (!(fabs(a - b) <= within))
		fail_msg("%.6g is not %.6g", a, b);
}

#endif
