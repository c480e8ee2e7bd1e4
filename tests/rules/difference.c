/* Two editions: what bears the same name is compared, whatever else moves it in the order. */
#include "rules/difference.h"

#include <criterion/criterion.h>

#include <stdio.h>

#define COURSES CBI_PROGRAMME_COURSES

static cbank_error err;
static cbi_content before = {.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME};
static cbi_content after = {.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME};
static cbi_changes changes;

static void add(cbi_content *to, const char *code, int64_t milli, const char *bucket)
{
    Cbank__V1__ProgrammeCourse course = CBANK__V1__PROGRAMME_COURSE__INIT;
    char *buckets[1] = {cbi_message_string(bucket)};

    course.code = cbi_message_string(code);
    course.amount_milli = milli;
    course.buckets = buckets;
    course.n_buckets = 1;
    cr_assert_eq(cbi_content_add(to, COURSES, &course, (cbi_spot){0}, &err), CBANK_OK);
}

static void end(void)
{
    cbi_changes_clear(&changes);
    cbi_content_clear(&before);
    cbi_content_clear(&after);
}

TestSuite(difference, .fini = end);

Test(difference, the_order_of_items_changes_nothing)
{
    char code[16];

    for (int i = 0; i < 50; i++) {
        snprintf(code, sizeof(code), "C%d", i);
        add(&before, code, 1000 * i + 1000, "core");
    }
    for (int i = 50; i-- > 0;) {
        snprintf(code, sizeof(code), "C%d", i);
        add(&after, code, 1000 * i + 1000, "core");
    }
    cr_assert_eq(cbi_difference_find(&before, &after, &changes, &err), CBANK_OK);
    cr_expect_eq(changes.count, 0u);
}

Test(difference, what_is_new_gone_and_changed_is_told_with_its_fields)
{
    cbi_field_change field;
    char name[CBI_DIFFERENCE_TEXT_MAX];
    unsigned at = 0;

    add(&before, "A", 2000, "core");
    add(&before, "B", 2500, "core");
    add(&after, "B", 3000, "free");
    add(&after, "C", 2000, "core");
    cr_assert_eq(cbi_difference_find(&before, &after, &changes, &err), CBANK_OK);
    cr_assert_eq(changes.count, 3u);
    cr_expect_null(changes.list[0].after.data, "A is gone");
    cr_expect_null(changes.list[2].before.data, "C is new");
    cbi_difference_name((int)before.kind, COURSES, changes.list[1].after, name);
    cr_expect_str_eq(name, "B");
    cr_assert(cbi_difference_field(&cbank__v1__programme_course__descriptor,
                                   changes.list[1].before, changes.list[1].after, &at, &field));
    cr_expect_str_eq(field.name, "amount_milli");
    cr_expect_str_eq(field.before, "2.5");
    cr_expect_str_eq(field.after, "3");
    cr_assert(cbi_difference_field(&cbank__v1__programme_course__descriptor,
                                   changes.list[1].before, changes.list[1].after, &at, &field));
    cr_expect_str_eq(field.before, "core");
    cr_expect_str_eq(field.after, "free");
    cr_expect_not(cbi_difference_field(&cbank__v1__programme_course__descriptor,
                                       changes.list[1].before, changes.list[1].after, &at,
                                       &field));
}
