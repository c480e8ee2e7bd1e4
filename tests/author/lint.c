/* What is allowed and hardly meant: each doubt is found, and depends on no order. */
#include "author/study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cbi_author *author;

static void end(void)
{
    cbi_author_free(author);
    author = NULL;
}

TestSuite(lint, .fini = end);

static void read_behind(const char *head, const char *text)
{
    static char whole[1 << 16];

    end();
    snprintf(whole, sizeof(whole), "%s%s", head, text);
    author = study_read_text(whole);
}

/* Whether the finding is there, about these two. */
static bool finds(cbi_reason reason, const char *object, const char *detail)
{
    const cbi_findings *findings = cbi_author_findings(author);

    for (uint32_t i = 0; i < findings->count; i++) {
        if (findings->items[i].reason == reason &&
            strcmp(findings->items[i].object, object) == 0 &&
            (detail == NULL || strcmp(findings->items[i].detail, detail) == 0))
            return true;
    }
    return false;
}

#define ROW(id, more, grade)                                                                       \
    "  - {id: " id more ", sources: {institutions: QCC, codes: M114, grade: " grade                \
    "}, grants: {course: C, amount: 3}}\n"

static void rules(const char *text)
{
    read_behind(STUDY_HEAD "rules:\n", text);
    study_is_good(author);
}

/* QCC MA 114: C- or below is blanket credit, D or above is MATH 115, which overlaps. */
Test(lint, rules_of_one_priority_that_meet_one_record_are_ambiguous)
{
    rules(ROW("A", "", "..1.7") ROW("B", "", "1.0.."));
    cr_expect(finds(CBI_REASON_LINT_OVERLAP, "A", "B"));
    rules(ROW("A", "", "..0.9") ROW("B", "", "1.0.."));
    cr_expect_not(finds(CBI_REASON_LINT_OVERLAP, "A", "B"), "the grades exclude each other");
    rules(ROW("A", ", priority: 1", "..1.7") ROW("B", "", "1.0.."));
    cr_expect_not(finds(CBI_REASON_LINT_OVERLAP, "A", "B"), "the smaller number wins");
    rules(ROW("A", ", effective: ..2024-12-31", "..1.7")
              ROW("B", ", effective: 2025-01-01..", "1.0.."));
    cr_expect_not(finds(CBI_REASON_LINT_OVERLAP, "A", "B"), "never in force together");
}

Test(lint, rules_meet_across_lists_wider_rules_and_exceptions)
{
#define G ", grants: {course: C, amount: 1}}\n"
    rules("  - {id: A, sources: {codes: [X, Y]}" G "  - {id: B, sources: {codes: [Y, Z]}" G);
    cr_expect(finds(CBI_REASON_LINT_OVERLAP, "A", "B"));
    rules("  - {id: A, sources: {codes: X}" G "  - {id: B, sources: {institutions: PXU}" G);
    cr_expect_not(finds(CBI_REASON_LINT_UNREACHABLE, "A", "B"));
    rules("  - {id: A, sources: {codes: X, institutions: PXU}" G
          "  - {id: B, sources: {types: course}" G);
    cr_expect(finds(CBI_REASON_LINT_OVERLAP, "A", "B"), "one asks for no code at all");
    rules("  - {id: A, sources: {codes: X, not: {institutions: PXU}}" G
          "  - {id: B, sources: {codes: X, institutions: PXU}" G);
    cr_expect_not(finds(CBI_REASON_LINT_OVERLAP, "A", "B"), "the one excepts the other");
    rules("  - {id: A, sources: {all: [{codes: X}, {codes: Y}]}" G
          "  - {id: B, sources: {all: [{codes: X}, {codes: Y}]}" G);
    cr_expect(finds(CBI_REASON_LINT_OVERLAP, "A", "B"), "several records together");
    rules("  - {id: A, sources: {all: [{codes: X}, {codes: Y}]}" G
          "  - {id: B, sources: {codes: X}" G);
    cr_expect_not(finds(CBI_REASON_LINT_OVERLAP, "A", "B"), "other sets of records");
}

static void rules_with(const char *sets, const char *text)
{
    static char whole[4096];

    snprintf(whole, sizeof(whole), "%s%srules:\n", STUDY_HEAD, sets);
    read_behind(whole, text);
    study_is_good(author);
}

Test(lint, a_name_with_an_at_sign_is_what_it_stands_for)
{
    const char *sets = "institution_groups: [{id: g, institutions: [PXU, JXU]}, "
                       "{id: h, institutions: ['@g', GXU]}]\n"
                       "aliases: [{id: e, codes: [E1, 'PXU E2']}, {id: f, codes: [F1]}]\n";

    rules_with(sets, "  - {id: A, sources: {institutions: '@g', codes: X}" G
                     "  - {id: B, sources: {institutions: GXU, codes: X}" G);
    cr_expect_not(finds(CBI_REASON_LINT_OVERLAP, "A", "B"), "the group does not hold it");
    rules_with(sets, "  - {id: A, sources: {institutions: '@h', codes: X}" G
                     "  - {id: B, sources: {institutions: JXU, codes: X}" G);
    cr_expect(finds(CBI_REASON_LINT_OVERLAP, "A", "B"), "a group in the group does");
    rules_with(sets, "  - {id: A, sources: {codes: '@e'}" G "  - {id: B, sources: {codes: '@f'}" G);
    cr_expect_not(finds(CBI_REASON_LINT_OVERLAP, "A", "B"), "they share no code");
    rules_with(sets, "  - {id: A, sources: {codes: '@e'}" G "  - {id: B, sources: {codes: E2}" G);
    cr_expect(finds(CBI_REASON_LINT_OVERLAP, "A", "B"), "at one institution they do");
    rules_with(sets, "  - {id: A, priority: 1, sources: {institutions: '@h', codes: '@e'}" G
                     "  - {id: B, priority: 2, sources: {institutions: [PXU, GXU], codes: E1}" G);
    cr_expect(finds(CBI_REASON_LINT_UNREACHABLE, "B", "A"), "the set leaves it nothing");
    rules_with(sets, "  - {id: A, priority: 1, sources: {codes: '@e'}" G
                     "  - {id: B, priority: 2, sources: {codes: E2}" G);
    cr_expect_not(finds(CBI_REASON_LINT_UNREACHABLE, "B", "A"), "E2 of others is left to it");
}

Test(lint, an_institution_and_a_code_meet_whatever_each_leaves_open)
{
    rules("  - {id: A, sources: {codes: X}" G "  - {id: B, sources: {institutions: PXU}" G);
    cr_expect(finds(CBI_REASON_LINT_OVERLAP, "A", "B"));
}

Test(lint, a_rule_that_another_leaves_nothing_is_unreachable)
{
    rules("  - {id: N, priority: 1, effect: does-not-transfer, sources: {codes: [X, Y]}}\n"
          "  - {id: A, sources: {codes: X, institutions: PXU}" G);
    cr_expect(finds(CBI_REASON_LINT_UNREACHABLE, "A", "N"));
    rules("  - {id: N, priority: 200, effect: does-not-transfer, sources: {codes: X}}\n"
          "  - {id: A, sources: {codes: X}" G);
    cr_expect_not(finds(CBI_REASON_LINT_UNREACHABLE, "A", "N"), "the larger number says nothing");
    rules("  - {id: A, priority: 1, sources: {codes: X, grade: 60..}" G
          "  - {id: B, priority: 2, sources: {codes: X, grade: 70..80}" G);
    cr_expect(finds(CBI_REASON_LINT_UNREACHABLE, "B", "A"));
    rules("  - {id: A, priority: 1, sources: {codes: X, grade: 60..}" G
          "  - {id: B, priority: 2, sources: {codes: X}" G);
    cr_expect_not(finds(CBI_REASON_LINT_UNREACHABLE, "B", "A"), "what is below 60 is left to it");
}

Test(lint, dates_caps_units_and_amounts_that_say_nothing)
{
    rules("  - {id: D, effective: ..2020-01-01, sources: {codes: X}" G
          "  - {id: O, sources: {codes: Y, awarded: ..2010-01-01, max_age: 7 years}" G
          "  - {id: U, sources: {codes: U}, grants: {course: C, amount: as-is, unit: point}}\n"
          "  - {id: Z, sources: {codes: Z}, grants: {course: C, amount: 0}}\n"
          "caps:\n"
          "  - {id: never, limit: 100% of counted}\n"
          "  - {id: no, effects: does-not-transfer, limit: 30}\n"
          "  - {id: zero, limit: 0}\n"
          "  - {id: good, limit: 50% of programme}\n");
    cr_expect(finds(CBI_REASON_LINT_DATES, "D", NULL));
    cr_expect(finds(CBI_REASON_LINT_DATES, "O", NULL));
    cr_expect(finds(CBI_REASON_LINT_UNITS, "U", NULL));
    cr_expect(finds(CBI_REASON_LINT_NOTHING, "Z", NULL));
    cr_expect(finds(CBI_REASON_LINT_CAP_NEVER, "never", NULL));
    cr_expect(finds(CBI_REASON_LINT_CAP_NEVER, "no", NULL));
    cr_expect(finds(CBI_REASON_LINT_CAP_ALWAYS, "zero", NULL));
    cr_expect_eq(cbi_author_findings(author)->count, 7);
}

Test(lint, conversions_that_lead_back_to_where_they_began)
{
    rules("  - {id: A, sources: {codes: X}, grants: {course: Y, amount: 1}}\n"
          "  - {id: B, sources: {codes: Y}, grants: {course: Z, amount: 1}}\n"
          "  - {id: C, sources: {codes: Z}, grants: {course: X, amount: 1}}\n"
          "  - {id: D, sources: {codes: Z}, grants: {course: W, amount: 1}}\n");
    cr_expect(finds(CBI_REASON_LINT_CHAIN, "X", "Y"));
    cr_expect(finds(CBI_REASON_LINT_CHAIN, "Z", "X"));
    cr_expect_not(finds(CBI_REASON_LINT_CHAIN, "Z", "W"));
    rules("  - {id: A, sources: {institutions: PXU, codes: X}, grants: {course: Y, amount: 1}}\n"
          "  - {id: B, sources: {institutions: JXU, codes: Y}, grants: {course: X, amount: 1}}\n");
    cr_expect_not(study_finds(author, CBI_REASON_LINT_CHAIN, 0), "the codes of others");
}

#define SCALES                                                                                     \
    "kind: scales\nid: s\nedition: 1\nauthority: GDCB\ntitle: {zh: 成绩}\nstanding: own\n"         \
    "effective: 2024-01-01..\nzone: \"+08:00\"\nscales:\n"

/* 76.495 falls between 72.50-76.49 = C and 76.50-79.49 = C+ unless it is rounded first. */
Test(lint, grade_bands_leave_nothing_out_and_take_nothing_twice)
{
    static const char form[] = "  - {id: s, scores: 0..100, pass: 60, step: %s, bands: ["
                               "{label: A, value: 4, scores: %s, passed: yes}, "
                               "{label: B, value: 0, scores: %s}]}\n";
    static const struct {
        const char *step, *upper, *lower;
        cbi_reason reason;
    } cases[] = {
        {"1", "60..100", "0..59", CBI_REASON_NONE},
        {"0.01", "60..100", "0..59.99", CBI_REASON_NONE},
        {"0.001", "60..100", "0..59.99", CBI_REASON_LINT_GAP},
        {"1", "60..100", "0..58", CBI_REASON_LINT_GAP},
        {"1", "60..99", "0..59", CBI_REASON_LINT_GAP},
        {"1", "60..100", "1..59", CBI_REASON_LINT_GAP},
        {"1", "60..100", "0..60", CBI_REASON_LINT_BANDS},
        {"1", "60..101", "0..59", CBI_REASON_LINT_BANDS},
        {"1", "50..100", "0..49", CBI_REASON_LINT_PASS},
    };
    char text[1024];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(text, sizeof(text), form, cases[i].step, cases[i].upper, cases[i].lower);
        read_behind(SCALES, text);
        if (cases[i].reason == CBI_REASON_NONE)
            cr_expect_eq(cbi_author_findings(author)->count, 0, "%zu", i);
        else
            cr_expect(finds(cases[i].reason, "s", NULL), "%zu", i);
    }
}

Test(lint, a_distribution_counts_enough_students_over_enough_years)
{
    static const char form[] =
        "  - {id: a, scores: 0..10, pass: 5, step: 1, counted: %s, bands: ["
        "{label: P, value: 1, passed: yes, count: %s}]}\n"
        "  - {id: b, scores: 0..10, pass: 5, step: 1, counted: 2020-01-01..2022-12-31, bands: ["
        "{label: Q, value: 1, passed: yes, count: 500}]}\n"
        "mappings: [{from: a, to: b, method: distribution, tie_break: middle}]\n";
    char text[1024];

    snprintf(text, sizeof(text), form, "2020-01-01..2021-12-31", "50");
    read_behind(SCALES, text);
    cr_expect_eq(cbi_author_findings(author)->count, 0);
    snprintf(text, sizeof(text), form, "2020-01-01..2020-12-31", "49");
    read_behind(SCALES, text);
    cr_expect(finds(CBI_REASON_LINT_COUNTS, "a", "49"));
    cr_expect(finds(CBI_REASON_LINT_YEARS, "a", NULL));
    snprintf(text, sizeof(text), form, "2020-01-01..2021-12-31", "0");
    read_behind(SCALES, text);
    cr_expect_gt(cbi_author_findings(author)->found[CBI_SEVERITY_ERROR], 0);
}

Test(lint, ratios_of_units_agree_with_each_other)
{
    static const char form[] =
        "kind: units\nid: u\nedition: 1\nauthority: GDCB\ntitle: {zh: 单位}\nstanding: own\n"
        "effective: 2024-01-01..\nzone: \"+08:00\"\nunits: [{id: ucts}, {id: ects}, {id: us}]\n"
        "ratios:\n  - {unit: ucts, other: ects, ratio: 3/2}\n"
        "  - {unit: ucts, other: us, ratio: 1}\n  - {unit: us, other: ects, ratio: %s}\n";
    char text[1024];

    snprintf(text, sizeof(text), form, "3/2");
    read_behind("", text);
    cr_expect_eq(cbi_author_findings(author)->count, 0);
    snprintf(text, sizeof(text), form, "2");
    read_behind("", text);
    cr_expect_gt(cbi_author_findings(author)->found[CBI_SEVERITY_WARNING], 0);
    cr_expect(study_finds(author, CBI_REASON_LINT_RATIOS, 0));
}

Test(lint, a_programme_can_be_met)
{
    static const char form[] =
        "kind: programme\nid: p\nedition: 1\nauthority: PXU\ntitle: {zh: 方案}\nstanding: own\n"
        "effective: 2024-01-01..\ndate: admission\nzone: \"+08:00\"\nunit: credit\ntotal: 60\n"
        "buckets:\n  - {id: m, max: 20}\n  - {id: a, parent: m, min: 12}\n"
        "  - {id: b, parent: m, min: %s}\n";
    char text[1024];

    snprintf(text, sizeof(text), form, "8");
    read_behind("", text);
    cr_expect_eq(cbi_author_findings(author)->count, 0);
    snprintf(text, sizeof(text), form, "8.5");
    read_behind("", text);
    cr_expect(finds(CBI_REASON_LINT_MINIMA, "m", "20.5 > 20"));
}

/* ---- no order ---- */

#define MANY 60

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What is found, without places, as one text. */
static char *found(unsigned step)
{
    static const char *const grades[] = {"..60", "60..", "50..70", "..49", "90.."};
    char *lines[2000], *text = calloc(1, 1 << 16), *whole = calloc(1, 1 << 18), *out;
    const cbi_findings *findings;
    size_t size = 0;

    for (unsigned i = 0, n = 0; i < MANY; i++, n = (n + step) % MANY)
        size += (size_t)sprintf(text + size,
                                "  - {id: R%02u, priority: %u, sources: {codes: C%u, grade: %s}" G,
                                n, 1 + n % 2, n % 7, grades[n % 5]);
    rules(text);
    findings = cbi_author_findings(author);
    cr_assert_lt(findings->count, 2000);
    for (uint32_t i = 0; i < findings->count; i++) {
        lines[i] = calloc(1, 128);
        snprintf(lines[i], 128, "%s %s %s\n", cbi_reason_word(findings->items[i].reason),
                 findings->items[i].object, findings->items[i].detail);
    }
    qsort(lines, findings->count, sizeof(*lines), by_text);
    out = whole;
    for (uint32_t i = 0; i < findings->count; i++) {
        out += sprintf(out, "%s", lines[i]);
        free(lines[i]);
    }
    free(text);
    return whole;
}

Test(lint, texts_that_differ_only_in_order_have_the_same_findings)
{
    static const unsigned steps[] = {1, 59, 7, 13, 31};
    char *first = found(1);

    cr_expect_gt(strlen(first), 100, "there is something to find");
    for (size_t i = 1; i < sizeof(steps) / sizeof(steps[0]); i++) {
        char *other = found(steps[i]);

        cr_expect_str_eq(first, other);
        free(other);
    }
    free(first);
}
