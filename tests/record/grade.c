/* Grades: what each kind may say. */
#include "record/grade.h"

#include <criterion/criterion.h>

#include "base/decimal.h"

#define SCORE CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE
#define LABEL CBANK__V1__GRADE_KIND__GRADE_KIND_LABEL
#define OUTCOME CBANK__V1__GRADE_KIND__GRADE_KIND_OUTCOME
#define PASSED CBANK__V1__OUTCOME__OUTCOME_PASSED

static const struct {
    const char *what;
    int kind;
    int64_t score;
    int64_t max;
    const char *label;
    int outcome;
    int64_t point;
    const char *point_scale;
    bool valid;
} CASES[] = {
    {"a score of its maximum", SCORE, 92500, 100000, "", 0, 0, "", true},
    {"nought of a maximum", SCORE, 0, 100000, "", 0, 0, "", true},
    {"all of a maximum", SCORE, 100000, 100000, "", 0, 0, "", true},
    {"a score with its label and outcome", SCORE, 92500, 100000, "优", PASSED, 0, "", true},
    {"a label", LABEL, 0, 0, "良", 0, 0, "", true},
    {"a label with an outcome", LABEL, 0, 0, "不及格", 3, 0, "", true},
    {"an outcome", OUTCOME, 0, 0, "", PASSED, 0, "", true},
    {"a score with a grade point", SCORE, 92500, 100000, "", 0, 4200, "5.0", true},
    {"a grade point of nought on a scale", SCORE, 0, 100000, "", 0, 0, "5.0", true},

    {"no kind", 0, 92500, 100000, "", 0, 0, "", false},
    {"a kind of the future", 4, 92500, 100000, "", 0, 0, "", false},
    {"a score without a maximum", SCORE, 92500, 0, "", 0, 0, "", false},
    {"a maximum below nought", SCORE, 0, -1, "", 0, 0, "", false},
    {"a maximum beyond counting", SCORE, 0, CBI_MILLI_MAX + 1, "", 0, 0, "", false},
    {"a score below nought", SCORE, -1, 100000, "", 0, 0, "", false},
    {"a score above its maximum", SCORE, 100001, 100000, "", 0, 0, "", false},
    {"a label that says nothing", LABEL, 0, 0, "", 0, 0, "", false},
    {"a label with a score", LABEL, 92500, 100000, "优", 0, 0, "", false},
    {"a label with a maximum", LABEL, 0, 100000, "优", 0, 0, "", false},
    {"an outcome that is not stated", OUTCOME, 0, 0, "", 0, 0, "", false},
    {"an outcome with a score", OUTCOME, 60000, 100000, "", PASSED, 0, "", false},
    {"an outcome with a label", OUTCOME, 0, 0, "通过", PASSED, 0, "", false},
    {"a grade point without its scale", SCORE, 92500, 100000, "", 0, 4200, "", false},
    {"a grade point below nought", SCORE, 92500, 100000, "", 0, -1, "5.0", false},
};

Test(grade, says_what_its_kind_says_and_nothing_that_contradicts_it)
{
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        Cbank__V1__Grade grade;
        cbank_error err = {0};

        cbank__v1__grade__init(&grade);
        grade.kind = (Cbank__V1__GradeKind)CASES[i].kind;
        grade.score_milli = CASES[i].score;
        grade.max_milli = CASES[i].max;
        grade.label = cbi_message_string(CASES[i].label);
        grade.outcome = (Cbank__V1__Outcome)CASES[i].outcome;
        grade.point_milli = CASES[i].point;
        grade.point_scale = cbi_message_string(CASES[i].point_scale);
        cr_expect_eq(cbi_grade_check(&grade, &err), CASES[i].valid ? CBANK_OK : CBANK_E_INVALID,
                     "%s: %s", CASES[i].what, err.detail);
        cr_expect(CASES[i].valid || err.object[0] != '\0', "%s", CASES[i].what);
    }
}

Test(grade, a_record_may_have_none)
{
    cr_expect_eq(cbi_grade_check(NULL, NULL), CBANK_OK);
}
