/* test_nss.c - the suite over NSS softokn: initialisation arguments, no security officer of its own, two slots. */
#include "suite.h"

int main(void)
{
	return suite_run(&nss_kind);
}
