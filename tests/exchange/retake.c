/* Of several attempts at one course one counts, by the school's policy: in a file, and across. */
#include "exchange/attempt.h"

#include <criterion/criterion.h>

#include <string.h>

#include "wire/message.h"

#define ROWS 4u

/* One learner's attempts at one course: which rows yield, as a text of '-' and 'x'. */
static const char *settle(cbi_retakes policy, const cbi_attempt *attempts, size_t count)
{
    static char out[ROWS + 1];
    cbi_retake *retake = NULL;
    uint64_t by;

    memset(out, 0, sizeof(out));
    cr_assert_eq(cbi_retake_new(CBI_SUITE_SHA256_ED25519, policy, &retake, NULL), CBANK_OK);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(cbi_retake_add(retake, cbi_bytes_of_text("190001"), cbi_bytes_of_text("A1"),
                                    &attempts[i], NULL),
                     CBANK_OK);
    cr_assert_eq(cbi_retake_settle(retake, NULL), CBANK_OK);
    for (size_t i = 0; i < count; i++)
        out[i] = cbi_retake_yields(retake, attempts[i].row, &by) ? 'x' : '-';
    cbi_retake_free(retake);
    return out;
}

static const cbi_attempt tried[] = {
    {.row = 2, .kind = CBI_ATTEMPT_NORMAL, .scale = 1, .rank = 61000, .when = 190101},
    {.row = 3, .kind = CBI_ATTEMPT_MAKEUP, .scale = 1, .rank = 78000, .when = 190101},
    {.row = 4, .kind = CBI_ATTEMPT_RETAKE, .scale = 1, .rank = 65000, .when = 190102},
};

Test(retake, the_policy_says_which_counts)
{
    cr_expect_str_eq(settle(CBI_RETAKES_BEST, tried, 3), "x-x");
    cr_expect_str_eq(settle(CBI_RETAKES_LAST, tried, 3), "xx-");
    cr_expect_str_eq(settle(CBI_RETAKES_FIRST, tried, 3), "-xx");
}

Test(retake, ordinary_attempts_alone_all_count)
{
    const cbi_attempt terms[] = {
        {.row = 2, .kind = CBI_ATTEMPT_NORMAL, .scale = 1, .rank = 61000, .when = 190101},
        {.row = 3, .kind = CBI_ATTEMPT_NORMAL, .scale = 1, .rank = 78000, .when = 190102}};

    cr_expect_str_eq(settle(CBI_RETAKES_BEST, terms, 2), "--");
}

Test(retake, on_different_scales_the_later_one_counts)
{
    const cbi_attempt mixed[] = {
        {.row = 2, .kind = CBI_ATTEMPT_NORMAL, .scale = 1, .rank = 99000, .when = 190101},
        {.row = 3, .kind = CBI_ATTEMPT_RETAKE, .scale = 2, .rank = 1, .when = 190102}};

    cr_expect_str_eq(settle(CBI_RETAKES_BEST, mixed, 2), "x-");
}

/* ---- across files -------------------------------------------------------------------------- */

typedef struct made {
    Cbank__V1__CreditRecord record;
    Cbank__V1__Grade grade;
    Cbank__V1__Code term;
} made;

static const Cbank__V1__CreditRecord *make(made *out, int64_t score, const char *label,
                                           const char *year, const char *term)
{
    *out = (made){.record = CBANK__V1__CREDIT_RECORD__INIT, .grade = CBANK__V1__GRADE__INIT,
                  .term = CBANK__V1__CODE__INIT};
    out->grade.kind = label[0] == '\0' ? CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE
                                       : CBANK__V1__GRADE_KIND__GRADE_KIND_LABEL;
    out->grade.scale = cbi_message_string(label[0] == '\0' ? "percent" : "five-level");
    out->grade.score_milli = score * 1000;
    out->grade.label = cbi_message_string(label);
    out->term.value = cbi_message_string(term);
    out->record.grade = &out->grade;
    out->record.term = &out->term;
    out->record.school_year = cbi_message_string(year);
    return &out->record;
}

static bool prevails(cbi_retakes policy, const Cbank__V1__CreditRecord *record,
                     const Cbank__V1__CreditRecord *before)
{
    cbi_profile profile = {0};
    bool answer;

    cr_assert_eq(cbi_profile_builtin(cbi_bytes_of_text("zhengfang"), &profile, NULL), CBANK_OK);
    profile.retakes = policy;
    answer = cbi_attempt_prevails(&profile, record, before);
    cbi_profile_clear(&profile);
    return answer;
}

Test(retake, a_later_file_is_judged_by_the_same_policy)
{
    made a, b;
    const Cbank__V1__CreditRecord *low = make(&a, 61, "", "1901-1902", "1");
    const Cbank__V1__CreditRecord *high = make(&b, 78, "", "1901-1902", "2");

    cr_expect(prevails(CBI_RETAKES_BEST, high, low));
    cr_expect(!prevails(CBI_RETAKES_BEST, low, high));
    cr_expect(!prevails(CBI_RETAKES_BEST, low, low), "the same is no better");
    cr_expect(prevails(CBI_RETAKES_LAST, high, low));
    cr_expect(!prevails(CBI_RETAKES_LAST, low, high));
    cr_expect(!prevails(CBI_RETAKES_FIRST, high, low));
}

Test(retake, words_have_the_order_of_their_scale)
{
    made a, b;
    const Cbank__V1__CreditRecord *pass = make(&a, 0, "及格", "1901-1902", "1");
    const Cbank__V1__CreditRecord *good = make(&b, 0, "优秀", "1901-1902", "1");

    cr_expect(prevails(CBI_RETAKES_BEST, good, pass));
    cr_expect(!prevails(CBI_RETAKES_BEST, pass, good));
}
