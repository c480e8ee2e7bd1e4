/*
 * result.h - what a row of a campus system's export says: passed or not, by the school's profile.
 *
 * Nothing is guessed: a word that the profile does not know is refused, and a blank result never
 * counts as passed.
 */
#ifndef CBI_EXCHANGE_RESULT_H
#define CBI_EXCHANGE_RESULT_H

#include "exchange/mapping.h"

typedef struct cbi_result {
    cbi_result_kind kind;
    const char *scale;   /* of the profile; "" where a word has none */
    int64_t score_milli; /* a score, where max_milli is not 0 */
    int64_t max_milli;
} cbi_result;

/* One value of a result column. False for what the profile does not know. */
bool cbi_result_read(const cbi_profile *profile, cbi_bytes value, cbi_result *out);
/* One value of 考试性质; an empty one is an ordinary attempt. False as above. */
bool cbi_attempt_read(const cbi_profile *profile, cbi_bytes value, cbi_attempt_kind *out);

/* Why a row is passed over, for a kind other than PASSED. */
cbi_reason cbi_result_reason(cbi_result_kind kind);

/*
 * A row that the profile passes over as a whole, because of what a column of `columns` holds or
 * because it is the foot of a table; fails with why, and the column as object. OK otherwise.
 */
cbank_status cbi_result_pass_over(const cbi_profile *profile, const cbi_bytes *columns,
                                  const cbi_grid_row *row, cbank_error *err);

#endif
