/* warm.h - loads what OpenSSL would load when first used, for processes that give up opening files (the worker's cage). */
#ifndef KYSO_PKI_WARM_H
#define KYSO_PKI_WARM_H

#include "util/defer.h"

struct err;

/*
 * Reads OpenSSL's configuration, loads its providers, fetches every digest and verifies one (wrong) signature of each kind of key.
 * Afterwards reading and checking certificates and CMS opens no file. To be called once, before threads; a second call does no harm.
 */
NODISCARD int pki_warm_up(struct err *err);

#endif
