/* decimal.h - exact quantities in thousandths: "3.5" is 3500. */
#ifndef CBI_BASE_DECIMAL_H
#define CBI_BASE_DECIMAL_H

#include "base/bytes.h"

#define CBI_MILLI_MAX 1000000000000ll /* a thousand million units */
#define CBI_MILLI_TEXT_MAX 32

/*
 * Digits, at most one point, at most three decimals, an optional leading '-'. Nothing is rounded
 * or guessed: "3.1415", "1e3", "3,5", "" and " 3" are refused. False beyond CBI_MILLI_MAX.
 */
bool cbi_milli_parse(cbi_bytes text, int64_t *out);

/* Shortest form: 3500 is "3.5", 4000 is "4". `out` holds CBI_MILLI_TEXT_MAX. */
void cbi_milli_format(int64_t milli, char *out);

/* False on overflow. */
bool cbi_milli_add(int64_t a, int64_t b, int64_t *out);

#endif
