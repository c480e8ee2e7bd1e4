/* Which rows of a model others imply. */
#include "rules/model.h"

#include <criterion/criterion.h>

#define RECORDS 4

static cbank_error err;

static void ok(cbank_status status)
{
    cr_assert_eq(status, CBANK_OK, "%s %s", cbi_reason_word((cbi_reason)err.reason), err.object);
}

/* A cap over the applications from `first` on, each of 3 credits. */
static void limit(cbi_problem *p, uint32_t first, uint32_t count, int64_t number)
{
    cbi_limit limit = {.base = CBI_BASE_NUMBER, .number = number};

    ok(cbi_problem_add_limit(p, &limit, NULL, 0, &err));
    for (uint32_t i = 0; i < count; i++)
        ok(cbi_problem_add_entry(p, first + i, 1, &err));
}

/* Four records of 3 credits, and these caps: {first, count, number}. */
static uint32_t rows_left(const int64_t caps[][3], uint32_t count)
{
    cbi_problem problem = {.record_count = RECORDS};
    cbi_bucket bucket = {.parent = CBI_NONE, .max = -1};
    cbi_arena arena = {0};
    cbi_model model;

    problem.max = -1;
    ok(cbi_problem_add_bucket(&problem, &bucket, &err));
    for (uint32_t i = 0; i < RECORDS; i++) {
        cbi_application application = {.rule = i, .priority = i};

        ok(cbi_problem_add_application(&problem, &application, &i, 1, &err));
        ok(cbi_problem_add_grant(&problem, 3000, CBI_NONE, 0, &err));
        ok(cbi_problem_add_place(&problem, 0, &err));
    }
    for (uint32_t i = 0; i < count; i++)
        limit(&problem, (uint32_t)caps[i][0], (uint32_t)caps[i][1], caps[i][2]);
    ok(cbi_model_build(&arena, &problem, &model, &err));
    cbi_arena_clear(&arena);
    cbi_problem_clear(&problem);
    return model.row_count;
}

#define ROWS(...)                                                                                  \
    rows_left((const int64_t[][3]){__VA_ARGS__},                                                   \
              sizeof((const int64_t[][3]){__VA_ARGS__}) / sizeof(int64_t[3]))

Test(implied, a_tighter_cap_over_the_same_records_is_enough)
{
    cr_expect_eq(ROWS({0, 4, 9000}), 1u);
    cr_expect_eq(ROWS({0, 4, 9000}, {0, 4, 6000}), 1u);
    cr_expect_eq(ROWS({0, 4, 6000}, {0, 4, 6000}), 1u, "of two that are the same, one stays");
    cr_expect_eq(ROWS({0, 4, 6000}, {1, 3, 8000}), 1u, "over some of them, too");
    cr_expect_eq(ROWS({0, 4, 6000}, {1, 3, 5000}), 2u, "a tighter one over some says more");
}

Test(implied, caps_over_parts_imply_one_over_the_whole)
{
    cr_expect_eq(ROWS({0, 4, 6000}, {0, 2, 3000}, {2, 2, 3000}), 2u);
    cr_expect_eq(ROWS({0, 4, 5999}, {0, 2, 3000}, {2, 2, 3000}), 3u);
    cr_expect_eq(ROWS({0, 4, 9000}, {0, 2, 3000}), 1u, "the rest comes to six at the most");
    cr_expect_eq(ROWS({0, 4, 8999}, {0, 2, 3000}), 2u);
    cr_expect_eq(ROWS({0, 4, 6000}, {0, 3, 3000}, {1, 3, 3000}), 2u,
                 "what two see is let through by one of them, and the fourth comes to three");
    cr_expect_eq(ROWS({0, 4, 5999}, {0, 3, 3000}, {1, 3, 3000}), 3u);
}
