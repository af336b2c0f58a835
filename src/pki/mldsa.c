/* mldsa.c - ML-DSA.Verify of FIPS 204, algorithms 3 and 8, with the names of the standard. Plain arithmetic modulo q: a check takes a millisecond. */
#include "pki/mldsa.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "util/err.h"

enum {
	Q = 8380417, N = 256, D = 13, MAX_K = 8, MAX_L = 7,
	INVERSE_OF_N = 8347681, ROOT = 1753,
	REJECTION_BYTES = 168 * 12, /* SHAKE128 for one polynomial: 256 of 3 bytes each with one refused in a thousand; more than twice that */
	BALL_BYTES = 136 * 8,
	MAX_W1_BYTES = MAX_K * N * 6 / 8
};

struct params {
	int level, k, l, tau, beta, omega;
	int32_t gamma1, gamma2;
	int z_bits, w1_bits, challenge_bytes;
};

static const struct params levels[] = {
	{ 44, 4, 4, 39, 78, 80, 1 << 17, (Q - 1) / 88, 18, 6, 32 },
	{ 65, 6, 5, 49, 196, 55, 1 << 19, (Q - 1) / 32, 20, 4, 48 },
	{ 87, 8, 7, 60, 120, 75, 1 << 19, (Q - 1) / 32, 20, 4, 64 },
};

struct poly {
	int32_t c[N]; /* 0..Q-1 unless said otherwise */
};

/* One check's memory; too large for the stack. */
struct work {
	int32_t zetas[N];
	struct poly t1[MAX_K], z[MAX_L], challenge, w, a, product;
	uint8_t hints[MAX_K][N];
	uint8_t stream[REJECTION_BYTES];
	uint8_t w1[MAX_W1_BYTES];
};

static const struct params *find_params(int level)
{
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (levels[i].level == level)
			return &levels[i];
	return NULL;
}

size_t mldsa_key_bytes(int level)
{
	const struct params *p = find_params(level);

	return p ? 32 + (size_t)p->k * 320 : 0;
}

static size_t signature_bytes(const struct params *p)
{
	return (size_t)(p->challenge_bytes + p->l * 32 * p->z_bits + p->omega + p->k);
}

/* ---- hashing ---- */

static int shake(const EVP_MD *md, const struct bytes *parts, size_t count, uint8_t *out, size_t out_len, struct err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestInit_ex(ctx, md, NULL) == 1;

	for (size_t i = 0; ok && i < count; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].p, parts[i].n) == 1;
	ok = ok && EVP_DigestFinalXOF(ctx, out, out_len) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : err_set(err, ERR_CRYPTO, "SHAKE failed");
}

static int h256(const struct bytes *parts, size_t count, uint8_t *out, size_t out_len, struct err *err)
{
	return shake(EVP_shake256(), parts, count, out, out_len, err);
}

/* ---- arithmetic ---- */

static int32_t mod_q(int64_t x)
{
	int64_t r = x % Q;

	return (int32_t)(r < 0 ? r + Q : r);
}

static int32_t mul(int32_t a, int32_t b)
{
	return (int32_t)((int64_t)a * b % Q);
}

static void make_zetas(int32_t zetas[N])
{
	int32_t powers[N];

	powers[0] = 1;
	for (int i = 1; i < N; i++)
		powers[i] = mul(powers[i - 1], ROOT);
	for (unsigned i = 0; i < N; i++) {
		unsigned reversed = 0;

		for (unsigned bit = 0; bit < 8; bit++)
			reversed |= ((i >> bit) & 1u) << (7 - bit);
		zetas[i] = powers[reversed];
	}
}

/* Algorithm 41 */
static void ntt(const int32_t zetas[N], struct poly *w)
{
	int m = 0;

	for (int len = 128; len >= 1; len /= 2)
		for (int start = 0; start < N; start += 2 * len) {
			int32_t zeta = zetas[++m];

			for (int j = start; j < start + len; j++) {
				int32_t t = mul(zeta, w->c[j + len]);

				w->c[j + len] = mod_q((int64_t)w->c[j] - t);
				w->c[j] = mod_q((int64_t)w->c[j] + t);
			}
		}
}

/* Algorithm 42 */
static void ntt_inverse(const int32_t zetas[N], struct poly *w)
{
	int m = N;

	for (int len = 1; len < N; len *= 2)
		for (int start = 0; start < N; start += 2 * len) {
			int32_t zeta = Q - zetas[--m];

			for (int j = start; j < start + len; j++) {
				int32_t t = w->c[j];

				w->c[j] = mod_q((int64_t)t + w->c[j + len]);
				w->c[j + len] = mul(zeta, mod_q((int64_t)t - w->c[j + len]));
			}
		}
	for (int j = 0; j < N; j++)
		w->c[j] = mul(w->c[j], INVERSE_OF_N);
}

/* ---- decoding ---- */

static uint32_t take_bits(const uint8_t *p, size_t first_bit, int count)
{
	uint32_t value = 0;

	for (int i = 0; i < count; i++) {
		size_t bit = first_bit + (size_t)i;

		value |= (uint32_t)((p[bit / 8] >> (bit % 8)) & 1) << i;
	}
	return value;
}

/* Algorithm 23: t1, scaled by 2^d and transformed, as it is needed. */
static void decode_key(const struct params *p, struct bytes key, struct work *work)
{
	for (int i = 0; i < p->k; i++) {
		for (int j = 0; j < N; j++)
			work->t1[i].c[j] = (int32_t)(take_bits(key.p + 32 + i * 320, (size_t)j * 10, 10) << D);
		ntt(work->zetas, &work->t1[i]);
	}
}

/* Algorithm 27 with the norm of algorithm 8, line 13. False when a coefficient is too large. */
static bool decode_z(const struct params *p, const uint8_t *in, struct work *work)
{
	for (int i = 0; i < p->l; i++)
		for (int j = 0; j < N; j++) {
			int32_t value = p->gamma1 - (int32_t)take_bits(in + (size_t)i * 32 * (size_t)p->z_bits, (size_t)(j * p->z_bits), p->z_bits);

			if (value >= p->gamma1 - p->beta || value <= -(p->gamma1 - p->beta))
				return false;
			work->z[i].c[j] = mod_q(value);
		}
	return true;
}

/* Algorithm 21: strictly one form a hint. */
static bool decode_hints(const struct params *p, const uint8_t *y, struct work *work)
{
	int index = 0;

	for (int i = 0; i < p->k; i++) {
		int first = index, end = y[p->omega + i];

		if (end < index || end > p->omega)
			return false;
		for (; index < end; index++) {
			if (index > first && y[index - 1] >= y[index])
				return false;
			work->hints[i][y[index]] = 1;
		}
	}
	for (; index < p->omega; index++)
		if (y[index] != 0)
			return false;
	return true;
}

/* ---- sampling ---- */

/* Algorithm 30: one entry of the matrix, already transformed. */
static int sample_matrix(struct work *work, struct bytes rho, int row, int column, struct err *err)
{
	const uint8_t place[2] = { (uint8_t)column, (uint8_t)row };
	const struct bytes parts[2] = { rho, { place, sizeof(place) } };
	int n = 0;

	if (shake(EVP_shake128(), parts, 2, work->stream, REJECTION_BYTES, err) != 0)
		return -1;
	for (size_t i = 0; n < N && i + 3 <= REJECTION_BYTES; i += 3) {
		int32_t value = work->stream[i] | work->stream[i + 1] << 8 | (work->stream[i + 2] & 0x7f) << 16;

		if (value < Q)
			work->a.c[n++] = value;
	}
	return n == N ? 0 : err_set(err, ERR_CRYPTO, "a matrix of ML-DSA could not be drawn");
}

/* Algorithm 29, transformed. */
static int sample_challenge(const struct params *p, struct work *work, const uint8_t *seed, struct err *err)
{
	const struct bytes parts[1] = { { seed, (size_t)p->challenge_bytes } };
	size_t at = 8;

	if (h256(parts, 1, work->stream, BALL_BYTES, err) != 0)
		return -1;
	for (int i = N - p->tau; i < N; i++) {
		int sign = i + p->tau - N, j;

		while (at < BALL_BYTES && work->stream[at] > i)
			at++;
		if (at == BALL_BYTES)
			return err_set(err, ERR_CRYPTO, "a challenge of ML-DSA could not be drawn");
		j = work->stream[at++];
		work->challenge.c[i] = work->challenge.c[j];
		work->challenge.c[j] = (work->stream[sign / 8] >> (sign % 8)) & 1 ? Q - 1 : 1;
	}
	ntt(work->zetas, &work->challenge);
	return 0;
}

/* ---- the check ---- */

/* Algorithms 36 and 40. */
static int32_t use_hint(const struct params *p, bool hint, int32_t r)
{
	int32_t m = (Q - 1) / (2 * p->gamma2);
	int32_t r0 = r % (2 * p->gamma2), r1;

	if (r0 > p->gamma2)
		r0 -= 2 * p->gamma2;
	if (r - r0 == Q - 1) {
		r1 = 0;
		r0--;
	} else {
		r1 = (r - r0) / (2 * p->gamma2);
	}
	if (!hint)
		return r1;
	return r0 > 0 ? (r1 + 1) % m : (r1 + m - 1) % m;
}

/* Row i of w' = NTT^-1(A NTT(z) - NTT(c) NTT(t1 2^d)), hinted and packed. */
static int make_row(const struct params *p, struct work *work, struct bytes rho, int i, struct err *err)
{
	for (int j = 0; j < N; j++)
		work->w.c[j] = mod_q(-(int64_t)mul(work->challenge.c[j], work->t1[i].c[j]));
	for (int s = 0; s < p->l; s++) {
		if (sample_matrix(work, rho, i, s, err) != 0)
			return -1;
		for (int j = 0; j < N; j++)
			work->w.c[j] = mod_q((int64_t)work->w.c[j] + mul(work->a.c[j], work->z[s].c[j]));
	}
	ntt_inverse(work->zetas, &work->w);
	for (int j = 0; j < N; j++) {
		uint32_t value = (uint32_t)use_hint(p, work->hints[i][j], work->w.c[j]);

		for (int bit = 0; bit < p->w1_bits; bit++) {
			size_t at = ((size_t)i * N + (size_t)j) * (size_t)p->w1_bits + (size_t)bit;

			work->w1[at / 8] |= (uint8_t)(((value >> bit) & 1u) << (at % 8));
		}
	}
	return 0;
}

/* mu = H(H(pk, 64) || 0 || 0 || M, 64): pure mode, no context (algorithm 3). */
static int message_representative(struct bytes key, struct bytes message, uint8_t mu[64], struct err *err)
{
	static const uint8_t domain[2] = { 0, 0 };
	uint8_t tr[64];
	const struct bytes parts[3] = { { tr, sizeof(tr) }, { domain, sizeof(domain) }, message };

	return h256(&key, 1, tr, sizeof(tr), err) != 0 ? -1 : h256(parts, 3, mu, 64, err);
}

static int verify(const struct params *p, struct work *work, struct bytes key, struct bytes message, struct bytes signature, struct err *err)
{
	const uint8_t *z = signature.p + p->challenge_bytes;
	uint8_t mu[64], again[64];
	const struct bytes parts[2] = { { mu, sizeof(mu) }, { work->w1, (size_t)(p->k * N * p->w1_bits / 8) } };

	make_zetas(work->zetas);
	if (!decode_z(p, z, work) || !decode_hints(p, z + (size_t)p->l * 32 * (size_t)p->z_bits, work))
		return 1;
	decode_key(p, key, work);
	for (int i = 0; i < p->l; i++)
		ntt(work->zetas, &work->z[i]);
	if (sample_challenge(p, work, signature.p, err) != 0 || message_representative(key, message, mu, err) != 0)
		return -1;
	for (int i = 0; i < p->k; i++)
		if (make_row(p, work, (struct bytes){ key.p, 32 }, i, err) != 0)
			return -1;
	if (h256(parts, 2, again, (size_t)p->challenge_bytes, err) != 0)
		return -1;
	return memcmp(again, signature.p, (size_t)p->challenge_bytes) == 0 ? 0 : 1;
}

int mldsa_verify(int level, struct bytes key, struct bytes message, struct bytes signature, struct err *err)
{
	const struct params *p = find_params(level);
	struct work *work;
	int result;

	if (!p || key.n != mldsa_key_bytes(level))
		return err_set(err, ERR_KEY_UNSUPPORTED, "an ML-DSA key of %zu bytes is not supported", key.n);
	if (signature.n != signature_bytes(p))
		return 1;
	work = calloc(1, sizeof(*work));
	if (!work)
		return err_set(err, ERR_NO_MEMORY, "no memory to check an ML-DSA signature");
	result = verify(p, work, key, message, signature, err);
	free(work);
	return result;
}
