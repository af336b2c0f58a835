/* suite.h - the cases that every soft token must pass; test_softhsm.c and test_nss.c run them. */
#ifndef KYSO_TEST_SUITE_H
#define KYSO_TEST_SUITE_H

#include "soft_token.h"

/* Runs all cases over a token of this kind; returns what main returns. */
int suite_run(const struct soft_token_kind *kind);

#endif
