/* world.h - a person, a time-stamp authority and a one-page PDF, for the tests of signing in memory. */
#ifndef KYSO_TEST_SIGN_WORLD_H
#define KYSO_TEST_SIGN_WORLD_H

#include "../pki/fixture.h"

#include "pki/issue.h"
#include "pki/tsp.h"
#include "sign/signing.h"
#include "util/workfile.h"

struct sign_world {
	struct cert *cert, *tsa_cert, *root;
	struct signer *signer, *tsa, *authority;
	struct sign_outside outside;
	unsigned stamps; /* how many were asked for */
	bool no_stamp, no_material;
};

void sign_world_open(struct sign_world *world);
void sign_world_close(struct sign_world *world);
/* A work file over a one-page PDF; with_eol false = it stops at %%EOF. */
struct workfile *sign_world_file(bool with_eol);
struct sign_job sign_world_job(struct sign_world *world, enum sign_level level);

#endif
