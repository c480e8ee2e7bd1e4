#include "rules/grade.h"

#include <string.h>

#include "base/decimal.h"

#define ROUND(name) CBANK__V1__ROUND_MODE__ROUND_MODE_##name
#define METHOD(name) CBANK__V1__MAPPING_METHOD__MAPPING_METHOD_##name
#define TIE(name) CBANK__V1__TIE_BREAK__TIE_BREAK_##name

static __int128 floor_divide(__int128 num, __int128 den)
{
    __int128 whole = num / den;

    return num % den < 0 ? whole - 1 : whole;
}

/* num / den, which is above 0, as a number of whole steps. */
static __int128 round_to(__int128 num, __int128 den, Cbank__V1__RoundMode mode)
{
    __int128 down = floor_divide(num, den), rest = num - down * den;

    switch (mode) {
    case ROUND(UP):
        return down + (rest > 0);
    case ROUND(HALF_UP):
        return down + (2 * rest >= den);
    case ROUND(HALF_DOWN):
        return down + (2 * rest > den);
    case ROUND(HALF_EVEN):
        return down + (2 * rest > den || (2 * rest == den && down % 2 != 0));
    default:
        return down;
    }
}

bool cbi_grade_has_scores(const Cbank__V1__GradeScale *scale)
{
    for (size_t i = 0; i < scale->n_bands; i++) {
        if (scale->bands[i]->from_milli != 0 || scale->bands[i]->until_milli != 0)
            return true;
    }
    return false;
}

int64_t cbi_grade_round(const Cbank__V1__GradeScale *scale, int64_t score_milli)
{
    int64_t step = scale->step_milli > 0 ? scale->step_milli : 1;

    return (int64_t)(round_to(score_milli, step, ROUND(HALF_UP)) * step);
}

const Cbank__V1__GradeBand *cbi_grade_band(const Cbank__V1__GradeScale *scale,
                                           int64_t score_milli)
{
    int64_t score = cbi_grade_round(scale, score_milli);

    for (size_t i = 0; i < scale->n_bands; i++) {
        if (score >= scale->bands[i]->from_milli && score <= scale->bands[i]->until_milli)
            return scale->bands[i];
    }
    return NULL;
}

static const Cbank__V1__GradeBand *find_label(const Cbank__V1__GradeScale *scale,
                                              const char *label)
{
    for (size_t i = 0; i < scale->n_bands; i++) {
        if (strcmp(scale->bands[i]->label, label) == 0)
            return scale->bands[i];
    }
    return NULL;
}

const Cbank__V1__GradeBand *cbi_grade_find(const Cbank__V1__GradeScale *scale,
                                           const Cbank__V1__Grade *grade)
{
    if (cbi_message_text(grade->label).size > 0)
        return find_label(scale, grade->label);
    return grade->kind == CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE
               ? cbi_grade_band(scale, grade->score_milli)
               : NULL;
}

cbi_interval cbi_grade_interval(const Cbank__V1__GradeScale *scale,
                                const Cbank__V1__GradeBand *band)
{
    return cbi_grade_has_scores(scale) ? (cbi_interval){band->from_milli, band->until_milli}
                                       : (cbi_interval){band->value_milli, band->value_milli};
}

/* ---- by distribution ---- */

static uint64_t passed_of(const Cbank__V1__GradeBand *band)
{
    return band->passed ? band->count : 0;
}

static uint64_t sum_of(const Cbank__V1__GradeScale *scale)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < scale->n_bands; i++)
        sum += passed_of(scale->bands[i]);
    return sum;
}

/* A share of all who passed, from `from` to `until` of `of`. */
typedef struct share {
    uint64_t from, until, of;
} share;

static share share_of(const Cbank__V1__GradeScale *scale, const Cbank__V1__GradeBand *band)
{
    share out = {.of = sum_of(scale)};

    for (size_t i = 0; i < scale->n_bands && scale->bands[i] != band; i++)
        out.from += passed_of(scale->bands[i]);
    out.until = out.from + passed_of(band);
    return out;
}

/* a / b < c / d */
static bool is_less(unsigned __int128 a, uint64_t b, unsigned __int128 c, uint64_t d)
{
    return a * d < c * b;
}

/* More than a point in common. */
static bool overlap(const share *a, const share *b)
{
    return is_less(a->from, a->of, b->until, b->of) && is_less(b->from, b->of, a->until, a->of);
}

/* The first band that reaches the point `num / den`: on a border the better one. */
static const Cbank__V1__GradeBand *at_point(const Cbank__V1__GradeScale *to,
                                            unsigned __int128 num, uint64_t den)
{
    for (size_t i = 0; i < to->n_bands; i++) {
        share target = share_of(to, to->bands[i]);

        if (target.until > target.from && !is_less(target.until, target.of, num, den))
            return to->bands[i];
    }
    return NULL;
}

static const Cbank__V1__GradeBand *by_share(const share *source, const Cbank__V1__GradeScale *to,
                                            Cbank__V1__TieBreak tie)
{
    const Cbank__V1__GradeBand *found = NULL;

    if (tie == TIE(MIDDLE) || source->until == source->from)
        return at_point(to, (unsigned __int128)source->from + source->until, 2 * source->of);
    for (size_t i = 0; i < to->n_bands; i++) {
        share target = share_of(to, to->bands[i]);

        if (!overlap(source, &target))
            continue;
        if (tie == TIE(BEST))
            return to->bands[i];
        found = to->bands[i];
    }
    return found;
}

/* ---- all methods ---- */

static cbank_status refuse(const Cbank__V1__GradeMapping *mapping, const char *what,
                           cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_GRADE_UNMAPPED, 0, mapping->from_scale, "%s: %s",
                    mapping->to_scale, what);
}

static cbank_status by_distribution(const Cbank__V1__GradeMapping *mapping,
                                    const Cbank__V1__GradeScale *from,
                                    const Cbank__V1__GradeScale *to,
                                    const Cbank__V1__GradeBand *band, cbi_graded *out,
                                    cbank_error *err)
{
    share source = share_of(from, band);

    if (!band->passed)
        return refuse(mapping, band->label, err);
    if (source.of == 0 || sum_of(to) == 0)
        return refuse(mapping, "count", err);
    out->band = by_share(&source, to, mapping->tie_break);
    return out->band == NULL ? refuse(mapping, band->label, err) : CBANK_OK;
}

static cbank_status by_table(const Cbank__V1__GradeMapping *mapping,
                             const Cbank__V1__GradeScale *to, const Cbank__V1__GradeBand *band,
                             cbi_graded *out, cbank_error *err)
{
    for (size_t i = 0; i < mapping->n_pairs; i++) {
        if (strcmp(mapping->pairs[i]->from, band->label) == 0)
            out->band = find_label(to, mapping->pairs[i]->to);
    }
    return out->band == NULL ? refuse(mapping, band->label, err) : CBANK_OK;
}

static cbank_status by_line(const Cbank__V1__GradeMapping *mapping,
                            const Cbank__V1__GradeScale *to, int64_t value, cbi_graded *out,
                            cbank_error *err)
{
    __int128 exact, steps;

    if (mapping->den <= 0 || mapping->step_milli <= 0)
        return refuse(mapping, "ratio", err);
    exact = (__int128)value * mapping->num + (__int128)mapping->offset_milli * mapping->den;
    steps = round_to(exact, (__int128)mapping->den * mapping->step_milli, mapping->round);
    steps *= mapping->step_milli;
    if (steps > CBI_MILLI_MAX || steps < -CBI_MILLI_MAX)
        return refuse(mapping, "number", err);
    out->value_milli = (int64_t)steps;
    out->band = cbi_grade_band(to, out->value_milli);
    return CBANK_OK;
}

cbank_status cbi_grade_convert(const Cbank__V1__GradeMapping *mapping,
                               const Cbank__V1__GradeScale *from, const Cbank__V1__GradeScale *to,
                               const Cbank__V1__Grade *grade, cbi_graded *out, cbank_error *err)
{
    const Cbank__V1__GradeBand *band = cbi_grade_find(from, grade);
    bool score = grade->kind == CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE;
    cbi_graded graded = {0};
    cbank_status status = CBANK_OK;

    if (mapping->method == METHOD(LINEAR) && (score || band != NULL)) {
        CBI_TRY(by_line(mapping, to, score ? grade->score_milli : band->value_milli, &graded,
                        err));
        *out = graded;
        return CBANK_OK;
    }
    if (band == NULL)
        return refuse(mapping, grade->label, err);
    if (mapping->method == METHOD(DISTRIBUTION))
        CBI_TRY(by_distribution(mapping, from, to, band, &graded, err));
    else
        CBI_TRY(by_table(mapping, to, band, &graded, err));
    graded.value_milli = graded.band->value_milli;
    *out = graded;
done:
    return status;
}
