#include "exchange/attempt.h"

#include <string.h>

/* The better the earlier in the scale's list, for words; for scores their own number. */
static void rank(const cbi_profile *profile, const Cbank__V1__Grade *grade, cbi_attempt *out)
{
    bool score = grade->kind == CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE;

    for (size_t i = 0; i < profile->scale_count; i++) {
        const cbi_profile_scale *scale = &profile->scales[i];

        if (strcmp(scale->name, grade->scale) != 0)
            continue;
        out->scale = (uint32_t)(2 * i + score);
        out->rank = (uint32_t)grade->score_milli;
        for (size_t j = 0; !score && j < scale->passed.count; j++) {
            if (strcmp(scale->passed.items[j], grade->label) == 0)
                out->rank = (uint32_t)(scale->passed.count - j);
        }
    }
}

/* "2024-2025" and "1" as 202401; 0 if it is not stated. */
static uint32_t when_of(const Cbank__V1__CreditRecord *record)
{
    const char *year = record->school_year;
    const char *term = record->term == NULL ? "" : record->term->value;
    uint32_t value = 0;

    if (strspn(year, "0123456789") < 4)
        return 0;
    for (size_t i = 0; i < 4; i++)
        value = value * 10 + (uint32_t)(year[i] - '0');
    return value * 100 + (uint32_t)(term[0] >= '0' && term[0] <= '9' ? term[0] - '0' : 0);
}

void cbi_attempt_measure(const cbi_profile *profile, const Cbank__V1__CreditRecord *record,
                         cbi_attempt *out)
{
    out->when = when_of(record);
    if (record->grade != NULL)
        rank(profile, record->grade, out);
}

bool cbi_attempt_prevails(const cbi_profile *profile, const Cbank__V1__CreditRecord *record,
                          const Cbank__V1__CreditRecord *before)
{
    cbi_attempt now = {0}, then = {0};

    if (profile->retakes == CBI_RETAKES_FIRST)
        return false;
    cbi_attempt_measure(profile, record, &now);
    cbi_attempt_measure(profile, before, &then);
    if (profile->retakes == CBI_RETAKES_BEST && now.scale == then.scale)
        return now.rank > then.rank;
    return now.when == 0 || then.when == 0 || now.when >= then.when;
}
