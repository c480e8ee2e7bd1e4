/* A school's ways as data: read strictly, and every mistake has its place in the file. */
#include "exchange/profile.h"
#include "exchange/builtin.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static cbi_profile profile;
static cbank_error err;

static void end(void)
{
    cbi_profile_clear(&profile);
}

TestSuite(profile, .fini = end);

static cbank_status parse(const char *yaml)
{
    cbi_profile_clear(&profile);
    memset(&err, 0, sizeof(err));
    return cbi_profile_parse(cbi_bytes_of_text(yaml), "school.yaml", &profile, &err);
}

/* The file is refused for this, at "line:column". */
static void refuses(const char *yaml, cbi_reason reason, const char *place)
{
    char object[64];

    snprintf(object, sizeof(object), "school.yaml:%s", place);
    cr_expect_neq(parse(yaml), CBANK_OK, "%s", yaml);
    cr_expect_str_eq(cbank_reason_name(err.reason), cbank_reason_name((int32_t)reason), "%s", yaml);
    cr_expect_str_eq(err.object, object, "%s: %s", yaml, err.detail);
    cr_expect_eq(profile.columns.count, 0, "nothing is left of it");
}

#define BEGIN "profile: p\n"

Test(profile, all_that_it_can_say_is_taken)
{
    cr_assert_eq(parse(BEGIN "columns:\n  title: [课程, 名称]\n  result: [成绩]\nneeds: [title]\n"
                             "set:\n  type: course\nvalues:\n  成绩: {A: 优秀}\n"
                             "scales:\n  p: {max: 100, pass: 60, passed: [优], failed: [差]}\n"
                             "words:\n  absent: [缺考]\nattempts:\n  makeup: [补考]\n"
                             "skip:\n  备注: {recognised: filled}\n  状态: {failed: [作废]}\n"
                             "retakes: last\ndates: month\nseparate: [PE]\nfooters: [合计]\n"
                             "roster:\n  name: [姓名]\nroster_needs: [name]\n"),
                 CBANK_OK, "%s %s %s", cbank_reason_name(err.reason), err.object, err.detail);
    cr_expect_eq(profile.columns.count, 2);
    cr_expect_str_eq(profile.columns.items[0].names.items[1], "名称");
    cr_expect_eq(profile.scales[0].pass_milli, 60000);
    cr_expect_eq(profile.skips[0].values.count, 0, "whatever fills it");
    cr_expect_eq(profile.skips[1].kind, CBI_RESULT_FAILED);
    cr_expect_eq(profile.retakes, CBI_RETAKES_LAST);
    cr_expect_eq(profile.dates, CBI_DATES_MONTH);
    cr_expect_eq(profile.attempts[0].kind, CBI_ATTEMPT_MAKEUP);
    cr_expect_str_eq(profile.values.items[0].to, "优秀");
    cr_expect(cbi_texts_have(&profile.separate, cbi_bytes_of_text("PE")));
}

Test(profile, a_word_that_it_does_not_know_is_a_mistake_and_no_wish)
{
    refuses(BEGIN "colums:\n  title: [T]\n", CBI_REASON_PROFILE_KEY, "2:1");
    refuses(BEGIN "columns:\n  titel: [T]\n", CBI_REASON_PROFILE_FIELD, "3:3");
    refuses(BEGIN "words:\n  absend: [缺考]\n", CBI_REASON_PROFILE_KEY, "3:3");
    refuses(BEGIN "attempts:\n  again: [补考]\n", CBI_REASON_PROFILE_KEY, "3:3");
    refuses(BEGIN "retakes: newest\n", CBI_REASON_PROFILE_KEY, "2:10");
    refuses(BEGIN "dates: short\n", CBI_REASON_PROFILE_KEY, "2:8");
    refuses(BEGIN "skip:\n  备注: {gone: filled}\n", CBI_REASON_PROFILE_KEY, "3:8");
    refuses(BEGIN "set:\n  typ: course\n", CBI_REASON_PROFILE_FIELD, "3:3");
}

Test(profile, a_value_of_another_kind_is_refused_where_it_stands)
{
    refuses(BEGIN "columns: [title]\n", CBI_REASON_PROFILE_KIND, "2:10");
    refuses(BEGIN "retakes: [last]\n", CBI_REASON_PROFILE_KIND, "2:10");
    refuses(BEGIN "scales:\n  p: 100\n", CBI_REASON_PROFILE_KIND, "3:6");
    refuses(BEGIN "scales:\n  p: {max: many, pass: 60}\n", CBI_REASON_PROFILE_NUMBER, "3:12");
    refuses(BEGIN "scales:\n  p: {max: 100}\n", CBI_REASON_PROFILE_SCALE, "3:3");
}

Test(profile, it_has_a_name)
{
    refuses("columns:\n  title: [T]\n", CBI_REASON_PROFILE_EMPTY, "1:1");
}

Test(profile, what_is_needed_is_among_the_columns)
{
    cr_expect_neq(parse(BEGIN "columns:\n  title: [T]\nneeds: [credits]\n"), CBANK_OK);
    cr_expect_eq(strncmp(err.object, "school.yaml:4:", 14), 0, "%s", err.object);
}

Test(profile, those_that_come_with_the_library_are_whole_and_go_by_their_names)
{
    for (const cbi_builtin *at = cbi_builtins; at->name != NULL; at++) {
        cbi_profile_clear(&profile);
        cr_assert_eq(cbi_profile_builtin(cbi_bytes_of_text(at->name), &profile, &err), CBANK_OK,
                     "%s: %s", err.object, err.detail);
        cr_expect_str_eq(profile.name, at->name);
        cr_expect_gt(profile.columns.needed.count + profile.roster.needed.count +
                         profile.enrolments.needed.count,
                     0, "%s", at->name);
    }
    cbi_profile_clear(&profile);
    cr_expect_eq(cbi_profile_builtin(cbi_bytes_of_text("generic"), &profile, &err),
                 CBANK_E_UNSUPPORTED, "which is no profile");
}

/* A profile cut anywhere is refused or read; what is refused leaves nothing and has a place. */
Test(profile, a_file_that_was_cut_is_never_half_read)
{
    for (const cbi_builtin *at = cbi_builtins; at->name != NULL; at++) {
        for (size_t size = 0; size < at->size; size += 1 + size / 64) {
            cbi_profile_clear(&profile);
            memset(&err, 0, sizeof(err));
            if (cbi_profile_parse(cbi_bytes_of(at->data, size), "cut", &profile, &err) == CBANK_OK)
                continue;
            cr_expect_null(profile.name);
            cr_expect_eq(strncmp(err.object, "cut", 3), 0, "%s at %zu: %s", at->name, size,
                         err.object);
        }
    }
}
