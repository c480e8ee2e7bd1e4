#include "rules/carry.h"

#include <string.h>

#define CARRY(name) CBANK__V1__GRADE_CARRY__GRADE_CARRY_##name
#define SCORE CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE

static bool are_alike(const Cbank__V1__Grade *a, const Cbank__V1__Grade *b)
{
    return a->kind == b->kind && a->score_milli == b->score_milli &&
           a->max_milli == b->max_milli && a->outcome == b->outcome &&
           strcmp(a->label, b->label) == 0 && strcmp(a->scale, b->scale) == 0;
}

/* The one grade that all records have. */
static bool as_is(const cbi_carrying *carrying, Cbank__V1__Grade *out)
{
    const Cbank__V1__Grade *first =
        carrying->fact_count == 0 ? NULL : carrying->facts[0]->record->grade;

    for (size_t i = 0; first != NULL && i < carrying->fact_count; i++) {
        const Cbank__V1__Grade *grade = carrying->facts[i]->record->grade;

        if (grade == NULL || !are_alike(first, grade))
            return false;
    }
    if (first == NULL)
        return false;
    *out = *first;
    return true;
}

/* Of scores on one scale, half up to a thousandth. */
static bool mean(const cbi_carrying *carrying, bool weighted, Cbank__V1__Grade *out)
{
    const Cbank__V1__Grade *first =
        carrying->fact_count == 0 ? NULL : carrying->facts[0]->record->grade;
    __int128 sum = 0, weights = 0;

    if (carrying->fact_count == 1)
        return as_is(carrying, out);
    for (size_t i = 0; first != NULL && i < carrying->fact_count; i++) {
        const Cbank__V1__Grade *grade = carrying->facts[i]->record->grade;
        int64_t weight = 1;

        if (grade == NULL || grade->kind != SCORE || grade->max_milli != first->max_milli ||
            strcmp(grade->scale, first->scale) != 0 ||
            (weighted && !cbi_fact_amount(carrying->facts[i], carrying->unit, &weight)))
            return false;
        sum += (__int128)grade->score_milli * weight;
        weights += weight;
    }
    if (weights <= 0)
        return false;
    cbank__v1__grade__init(out);
    out->kind = SCORE;
    out->score_milli = (int64_t)((2 * sum + weights) / (2 * weights));
    out->max_milli = first->max_milli;
    out->scale = first->scale;
    return true;
}

static bool find_grade(const cbi_carrying *carrying, Cbank__V1__Grade *out)
{
    switch (carrying->grant->grade) {
    case CARRY(AS_IS):
        return as_is(carrying, out);
    case CARRY(MEAN):
        return mean(carrying, false, out);
    case CARRY(WEIGHTED_MEAN):
        return mean(carrying, true, out);
    case CARRY(FIXED):
        if (carrying->grant->fixed_grade != NULL)
            *out = *carrying->grant->fixed_grade;
        return carrying->grant->fixed_grade != NULL;
    case CARRY(PASSED):
        cbank__v1__grade__init(out);
        out->kind = CBANK__V1__GRADE_KIND__GRADE_KIND_OUTCOME;
        out->outcome = CBANK__V1__OUTCOME__OUTCOME_PASSED;
        return true;
    default:
        return false;
    }
}

bool cbi_carry(const cbi_carrying *carrying, Cbank__V1__Grade *out, cbi_step *step)
{
    const char *scale = carrying->grant->grade_scale;
    Cbank__V1__Grade found;

    step->kind = 0;
    if (!find_grade(carrying, &found))
        return false;
    if (scale[0] == '\0' || strcmp(found.scale, scale) == 0) {
        *out = found;
        return true;
    }
    return cbi_reference_carry(carrying->reference, &found, scale, out, step);
}
