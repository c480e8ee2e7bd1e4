/* Grades on scales, by hand-computed cases: bands, and what a grade is on another scale. */
#include "rules/grade.h"

#include <criterion/criterion.h>

#include <string.h>

#define BANDS_MAX 8
#define TIE(name) CBANK__V1__TIE_BREAK__TIE_BREAK_##name

static Cbank__V1__GradeBand bands[2][BANDS_MAX];
static Cbank__V1__GradeBand *lists[2][BANDS_MAX];
static Cbank__V1__GradeScale scales[2];
static Cbank__V1__GradeMapping mapping;
static cbank_error err;

static void start(void)
{
    cbank__v1__grade_mapping__init(&mapping);
    mapping.from_scale = cbi_message_string("from");
    mapping.to_scale = cbi_message_string("to");
    mapping.method = CBANK__V1__MAPPING_METHOD__MAPPING_METHOD_DISTRIBUTION;
    for (size_t s = 0; s < 2; s++) {
        cbank__v1__grade_scale__init(&scales[s]);
        scales[s].step_milli = 10;
        scales[s].bands = lists[s];
    }
}

TestSuite(grade, .init = start);

static void band(size_t scale, const char *label, int64_t from, int64_t until, bool passed,
                 uint64_t count)
{
    Cbank__V1__GradeBand *out = &bands[scale][scales[scale].n_bands];

    cbank__v1__grade_band__init(out);
    out->label = cbi_message_string(label);
    out->from_milli = from;
    out->until_milli = until;
    out->value_milli = until;
    out->passed = passed;
    out->count = count;
    lists[scale][scales[scale].n_bands++] = out;
}

static Cbank__V1__Grade label(const char *text)
{
    Cbank__V1__Grade grade = CBANK__V1__GRADE__INIT;

    grade.kind = CBANK__V1__GRADE_KIND__GRADE_KIND_LABEL;
    grade.label = cbi_message_string(text);
    return grade;
}

static Cbank__V1__Grade score(int64_t milli)
{
    Cbank__V1__Grade grade = CBANK__V1__GRADE__INIT;

    grade.kind = CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE;
    grade.score_milli = milli;
    grade.max_milli = 100000;
    return grade;
}

/* What becomes of a grade; "" if it is refused. */
static const char *becomes(Cbank__V1__Grade grade, Cbank__V1__TieBreak tie)
{
    cbi_graded out = {0};

    mapping.tie_break = tie;
    if (cbi_grade_convert(&mapping, &scales[0], &scales[1], &grade, &out, &err) != CBANK_OK)
        return "";
    return out.band == NULL ? "-" : out.band->label;
}

/* 76.495 falls between 72.50-76.49 = C and 76.50-79.49 = C+, and is neither until it is rounded. */
Test(grade, a_score_is_rounded_to_the_precision_of_the_table_first)
{
    band(0, "C+", 76500, 79490, true, 0);
    band(0, "C", 72500, 76490, true, 0);
    cr_expect_eq(cbi_grade_round(&scales[0], 76495), 76500);
    cr_expect_str_eq(cbi_grade_band(&scales[0], 76495)->label, "C+");
    cr_expect_str_eq(cbi_grade_band(&scales[0], 76494)->label, "C");
    cr_expect_null(cbi_grade_band(&scales[0], 72494));
    scales[0].step_milli = 1;
    cr_expect_null(cbi_grade_band(&scales[0], 76495), "a gap, in thousandths");
    cr_expect_eq(cbi_grade_round(&scales[0], -5), -5);
}

/*
 * A 10, B 30, C 60 of 100; X 25, Y 50, Z 25. B is from 10 % to 40 %: X to 25 %, then Y; its middle
 * is 25 %, the border of the two. C is from 40 % to 100 %, its middle 70 %.
 */
static void fill(void)
{
    band(0, "A", 90000, 100000, true, 10);
    band(0, "B", 80000, 89990, true, 30);
    band(0, "C", 60000, 79990, true, 60);
    band(0, "F", 0, 59990, false, 900);
    band(1, "X", 0, 0, true, 25);
    band(1, "Y", 0, 0, true, 50);
    band(1, "Z", 0, 0, true, 25);
    band(1, "W", 0, 0, false, 10);
}

Test(grade, by_distribution_the_tie_break_takes_one_of_several)
{
    fill();
    cr_expect_str_eq(becomes(label("A"), TIE(BEST)), "X");
    cr_expect_str_eq(becomes(label("A"), TIE(WORST)), "X");
    cr_expect_str_eq(becomes(label("B"), TIE(BEST)), "X");
    cr_expect_str_eq(becomes(label("B"), TIE(WORST)), "Y");
    cr_expect_str_eq(becomes(label("B"), TIE(MIDDLE)), "X", "on the border the better one");
    cr_expect_str_eq(becomes(label("C"), TIE(BEST)), "Y");
    cr_expect_str_eq(becomes(label("C"), TIE(WORST)), "Z");
    cr_expect_str_eq(becomes(label("C"), TIE(MIDDLE)), "Y");
    cr_expect_str_eq(becomes(score(85000), TIE(WORST)), "Y", "a score has its band");
}

Test(grade, only_those_who_passed_are_compared)
{
    fill();
    cr_expect_str_eq(becomes(label("F"), TIE(BEST)), "");
    cr_expect_eq(err.reason, (int32_t)CBI_REASON_GRADE_UNMAPPED);
    cr_expect_str_eq(becomes(label("none"), TIE(BEST)), "");
    bands[1][0].count = bands[1][1].count = bands[1][2].count = 0;
    cr_expect_str_eq(becomes(label("A"), TIE(BEST)), "", "nobody is counted");
}

/* A third is no 0.333: 1 of 3 ends exactly where 333,333,333 of 999,999,999 ends. */
Test(grade, shares_are_compared_exactly)
{
    band(0, "A", 0, 0, true, 1);
    band(0, "B", 0, 0, true, 2);
    band(1, "X", 0, 0, true, 333333333);
    band(1, "Y", 0, 0, true, 666666666);
    cr_expect_str_eq(becomes(label("A"), TIE(WORST)), "X");
    cr_expect_str_eq(becomes(label("B"), TIE(BEST)), "Y");
    bands[1][0].count++;
    cr_expect_str_eq(becomes(label("B"), TIE(BEST)), "X", "one more, and they overlap");
}

Test(grade, the_better_grade_is_never_worse_after_conversion)
{
    static const Cbank__V1__TieBreak ties[] = {TIE(BEST), TIE(WORST), TIE(MIDDLE)};
    uint32_t state = 1;

    for (unsigned round = 0; round < 2000; round++) {
        int before = -1;

        scales[0].n_bands = scales[1].n_bands = 0;
        for (size_t s = 0; s < 2; s++) {
            static const char *const names[] = {"0", "1", "2", "3", "4", "5"};

            for (size_t i = 0; i < 6; i++) {
                state = state * 1664525u + 1013904223u;
                band(s, names[i], 0, 0, true, state >> 24 & 7);
            }
            bands[s][3].count++;
        }
        for (size_t i = 0; i < 6; i++) {
            const char *now = becomes(label(bands[0][i].label), ties[round % 3]);

            cr_assert_neq(now[0], '\0', "there is always one");
            cr_assert_geq(now[0] - '0', before, "round %u, grade %zu", round, i);
            before = now[0] - '0';
        }
    }
}

Test(grade, by_table_and_by_line)
{
    Cbank__V1__GradePair pair = CBANK__V1__GRADE_PAIR__INIT;
    Cbank__V1__GradePair *pairs[] = {&pair};
    Cbank__V1__Grade seven = score(7000);
    cbi_graded out = {0};

    fill();
    pair.from = cbi_message_string("A");
    pair.to = cbi_message_string("Z");
    mapping.pairs = pairs;
    mapping.n_pairs = 1;
    mapping.method = CBANK__V1__MAPPING_METHOD__MAPPING_METHOD_TABLE;
    cr_expect_str_eq(becomes(label("A"), TIE(UNSPECIFIED)), "Z");
    cr_expect_str_eq(becomes(label("B"), TIE(UNSPECIFIED)), "");
    /* 7 of 10 as a third of it, less one: 1.333..., rounded down and half up to 0.5. */
    mapping.method = CBANK__V1__MAPPING_METHOD__MAPPING_METHOD_LINEAR;
    mapping.num = 1;
    mapping.den = 3;
    mapping.offset_milli = -1000;
    mapping.step_milli = 500;
    mapping.round = CBANK__V1__ROUND_MODE__ROUND_MODE_DOWN;
    cr_expect_eq(cbi_grade_convert(&mapping, &scales[0], &scales[1], &seven, &out, &err),
                 CBANK_OK);
    cr_expect_eq(out.value_milli, 1000);
    mapping.round = CBANK__V1__ROUND_MODE__ROUND_MODE_HALF_UP;
    cr_expect_eq(cbi_grade_convert(&mapping, &scales[0], &scales[1], &seven, &out, &err),
                 CBANK_OK);
    cr_expect_eq(out.value_milli, 1500);
    mapping.den = 0;
    cr_expect_neq(cbi_grade_convert(&mapping, &scales[0], &scales[1], &seven, &out, &err),
                  CBANK_OK);
}
