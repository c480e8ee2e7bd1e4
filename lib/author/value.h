/*
 * value.h - numbers, shares and ranges as authors write them, exactly.
 *
 * "4.5"; "2/3", "75%", "0.67", "30/16 * 9/30"; "2..", "..59.9", "60..100", "4.5" for itself alone.
 */
#ifndef CBI_AUTHOR_VALUE_H
#define CBI_AUTHOR_VALUE_H

#include "base/bytes.h"

#include "cbank/v1/ruleset.pb-c.h"

/* In lowest terms, both at most CBI_RATIO_MAX; false also for a divisor of zero (`*den` is 0). */
bool cbi_value_share(cbi_bytes text, int64_t *num, int64_t *den);
/* A share in whole thousandths: "80%" is 800. */
bool cbi_value_permille(cbi_bytes text, int64_t *out);
/* A decimal, or with `percent` a share in thousandths. */
bool cbi_value_number(cbi_bytes text, bool percent, int64_t *milli);

/* Splits "A..B"; both the same where there is no "..", an empty text for an open side. */
void cbi_value_split(cbi_bytes text, cbi_bytes *from, cbi_bytes *until);
/* `out` has been initialised. */
bool cbi_value_range(cbi_bytes text, bool percent, Cbank__V1__Range *out);
/* Full days, "2024-01-01..2024-12-31"; 0 for an open side. */
bool cbi_value_days(cbi_bytes text, uint32_t *from, uint32_t *until);
bool cbi_value_day(cbi_bytes text, uint32_t *out);

/* Without blanks at its ends. */
cbi_bytes cbi_value_trim(cbi_bytes text);

#endif
