/* test_softhsm.c - the suite over SoftHSM2. */
#include "suite.h"

int main(void)
{
	return suite_run(&softhsm_kind);
}
