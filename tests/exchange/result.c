/* A result is what the school's profile says of it, and nothing is guessed. */
#include "exchange/result.h"

#include <criterion/criterion.h>

static cbi_profile profile;

static void begin(void)
{
    cr_assert_eq(cbi_profile_builtin(cbi_bytes_of_text("qiangzhi"), &profile, NULL), CBANK_OK);
}

static void end(void)
{
    cbi_profile_clear(&profile);
}

TestSuite(result, .init = begin, .fini = end);

static cbi_result read(const char *value)
{
    cbi_result out = {0};

    if (!cbi_result_read(&profile, cbi_bytes_of_text(value), &out))
        out.kind = 0;
    return out;
}

static cbi_attempt_kind attempt(const char *value)
{
    cbi_attempt_kind kind;

    return cbi_attempt_read(&profile, cbi_bytes_of_text(value), &kind) ? kind : 0;
}

Test(result, a_score_passes_from_the_pass_mark_on)
{
    cr_expect_eq(read("60").kind, CBI_RESULT_PASSED);
    cr_expect_eq(read("60").score_milli, 60000);
    cr_expect_eq(read("60").max_milli, 100000);
    cr_expect_eq(read("59.9").kind, CBI_RESULT_FAILED);
    cr_expect_eq(read("0").kind, CBI_RESULT_FAILED);
    cr_expect_eq(read("100.5").kind, 0, "above the maximum is no score");
    cr_expect_eq(read("-1").kind, 0);
}

Test(result, a_word_is_of_the_scale_that_lists_it)
{
    cr_expect_eq(read("良好").kind, CBI_RESULT_PASSED);
    cr_expect_str_eq(read("良好").scale, "five-level");
    cr_expect_str_eq(read("合格").scale, "two-level");
    cr_expect_eq(read("不合格").kind, CBI_RESULT_FAILED);
    cr_expect_eq(read("缺考").kind, CBI_RESULT_ABSENT);
    cr_expect_eq(read("作弊").kind, CBI_RESULT_CHEATED);
    cr_expect_eq(read("免修").kind, CBI_RESULT_EXEMPT);
}

Test(result, what_the_profile_does_not_know_is_refused)
{
    static const char *const values[] = {"六十", "60分", "A", " 及格", "60,5", "1e2"};

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        cr_expect_eq(read(values[i]).kind, 0, "%s", values[i]);
}

Test(result, the_kind_of_an_attempt_is_read_too)
{
    cr_expect_eq(attempt(""), CBI_ATTEMPT_NORMAL);
    cr_expect_eq(attempt("补考二"), CBI_ATTEMPT_MAKEUP);
    cr_expect_eq(attempt("重修"), CBI_ATTEMPT_RETAKE);
    cr_expect_eq(attempt("免修"), CBI_ATTEMPT_EXEMPT);
    cr_expect_eq(attempt("再考"), 0);
}
