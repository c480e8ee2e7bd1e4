/*
 * grade.h - grades on scales: which band a score falls in, and what a grade is on another scale.
 *
 * By distribution (Egracons): students who passed are lined up from the best to the worst. A grade
 * covers the share of them who have it; on the other scale that share covers one grade or several,
 * of which the named tie-break takes one. Shares are compared as fractions, exactly.
 */
#ifndef CBI_RULES_GRADE_H
#define CBI_RULES_GRADE_H

#include "wire/message.h"

#include "cbank/v1/reference.pb-c.h"

/* A number that is known as far as this, in thousandths; both ends are in it. */
typedef struct cbi_interval {
    int64_t low, high;
} cbi_interval;

/* Whether its bands are ranges of scores, or labels alone. */
bool cbi_grade_has_scores(const Cbank__V1__GradeScale *scale);
/* In the scale's own precision, half up: 76.495 is 76.5 where the step is 0.01. */
int64_t cbi_grade_round(const Cbank__V1__GradeScale *scale, int64_t score_milli);
/* The band of a score once it is rounded; NULL where the scale leaves a gap. */
const Cbank__V1__GradeBand *cbi_grade_band(const Cbank__V1__GradeScale *scale,
                                           int64_t score_milli);
/* The band of a grade, by its label or its score; NULL if the scale has none. */
const Cbank__V1__GradeBand *cbi_grade_find(const Cbank__V1__GradeScale *scale,
                                           const Cbank__V1__Grade *grade);

/* Where a band lies: from its first score to its last; in a scale of labels alone, at its worth. */
cbi_interval cbi_grade_interval(const Cbank__V1__GradeScale *scale,
                                const Cbank__V1__GradeBand *band);

typedef struct cbi_graded {
    const Cbank__V1__GradeBand *band; /* of the other scale; NULL where a number falls in none */
    int64_t value_milli;              /* the band's worth, or the number */
} cbi_graded;

/*
 * What a grade is on the other scale. INVALID if it is on no band, did not pass where only those
 * who passed are compared, has no pair in a table, or comes to a number beyond all limits.
 */
cbank_status cbi_grade_convert(const Cbank__V1__GradeMapping *mapping,
                               const Cbank__V1__GradeScale *from, const Cbank__V1__GradeScale *to,
                               const Cbank__V1__Grade *grade, cbi_graded *out, cbank_error *err);

#endif
