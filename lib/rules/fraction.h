/* fraction.h - thousandths that need not be whole, exactly. */
#ifndef CBI_RULES_FRACTION_H
#define CBI_RULES_FRACTION_H

#include <stdbool.h>
#include <stdint.h>

#define CBI_PARTS_MAX 1000000000 /* of a whole, in a ratio or a sum */

/* num / den, den above 0. */
typedef struct cbi_fraction {
    __int128 num;
    int64_t den;
} cbi_fraction;

/* The greatest one, of numbers that are not negative. */
__int128 cbi_common_divisor(__int128 a, __int128 b);
/* Adds; false, and the sum is left, if it would have more than CBI_PARTS_MAX parts. */
bool cbi_fraction_add(cbi_fraction *sum, cbi_fraction more);

#endif
