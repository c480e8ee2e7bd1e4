/* fixture.h - keys from raw bytes, hexadecimal, and the tally of a set of vectors. */
#ifndef CBI_TESTS_CRYPTO_FIXTURE_H
#define CBI_TESTS_CRYPTO_FIXTURE_H

#include <criterion/criterion.h>

#include "crypto/key.h"

/* Both suites, for what must hold in each. */
#define FIXTURE_SUITES 2
extern const cbi_suite fixture_suites[FIXTURE_SUITES];

/* Replaces `out` by the bytes of `hex`; "-" is none. The bytes are lent from `out`. */
cbi_bytes fixture_hex(const char *hex, cbank_buffer *out);
void fixture_assert_hash(const cbi_hash *hash, const char *hex);

cbi_private *fixture_key(cbi_suite suite);
/* The private key whose raw bytes these are, without its public half. */
cbi_private *fixture_key_of(cbi_suite suite, cbi_bytes raw);
/* Appends a PEM block. */
void fixture_pem(const char *name, cbi_bytes der, cbank_buffer *out);

typedef struct fixture_tally {
    size_t run;
    size_t passed;
    size_t skipped;
} fixture_tally;

/* Counts one case; a failed one is named aloud. */
void fixture_count(fixture_tally *tally, bool passed, const char *name, long number);
/* Prints the tally; every case must have passed, and there must be as many as `wanted`. */
void fixture_report(const char *set, const fixture_tally *tally, size_t wanted);

#endif
