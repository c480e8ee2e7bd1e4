/* What a rule may ask of a record's other fields, and what a record answers. */
#include "rules/fieldtest.h"

#include <criterion/criterion.h>

#include <string.h>

#include "rules/word.h"

#define FIRST CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_FIRST_DAY
#define LAST CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_LAST_DAY
#define REFUSE CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_REFUSE

static Cbank__V1__CreditRecord record;
static Cbank__V1__Range range;
static char *values[8];
static cbank_error err;

static void start(void)
{
    cbank__v1__credit_record__init(&record);
    cbank__v1__range__init(&range);
}

TestSuite(fieldtest, .init = start);

/* A test of presence, of values up to NULL, of a range. */
static Cbank__V1__FieldTest present(const char *field)
{
    Cbank__V1__FieldTest test = CBANK__V1__FIELD_TEST__INIT;

    test.field = cbi_message_string(field);
    return test;
}

static Cbank__V1__FieldTest among(const char *field, const char *first, const char *second)
{
    Cbank__V1__FieldTest test = present(field);

    values[0] = cbi_message_string(first);
    values[1] = cbi_message_string(second);
    test.values = values;
    test.n_values = second == NULL ? 1 : 2;
    return test;
}

static Cbank__V1__FieldTest from(const char *field, int64_t min_milli)
{
    Cbank__V1__FieldTest test = present(field);

    range.bounded_below = true;
    range.min_milli = min_milli;
    test.range = &range;
    return test;
}

static bool holds(Cbank__V1__FieldTest test)
{
    cr_expect_eq(cbi_fieldtest_check(&test, &err), CBANK_OK, "%s: %s", test.field,
                 cbank_reason_name(err.reason));
    return cbi_fieldtest_holds(&test, &record, REFUSE);
}

static void refused(Cbank__V1__FieldTest test, cbi_reason reason)
{
    cr_expect_eq(cbi_fieldtest_check(&test, &err), CBANK_E_INVALID, "%s", test.field);
    cr_expect_str_eq(cbank_reason_name(err.reason), cbank_reason_name((int32_t)reason), "%s",
                     test.field);
}

Test(fieldtest, a_text_is_present_or_one_of_the_values)
{
    cr_expect_not(holds(present("role")), "not stated");
    record.role = cbi_message_string("tutor");
    cr_expect(holds(present("role")));
    cr_expect(holds(among("role", "student", "tutor")));
    cr_expect_not(holds(among("role", "student", NULL)));
}

Test(fieldtest, a_code_is_asked_by_value_or_by_value_in_its_scheme)
{
    Cbank__V1__Code area = CBANK__V1__CODE__INIT;

    area.scheme = cbi_message_string("GB/T 2260");
    area.value = cbi_message_string("360300");
    record.area = &area;
    cr_expect(holds(among("area", "360300", NULL)));
    cr_expect(holds(among("area/GB/T 2260", "360300", NULL)));
    cr_expect_not(holds(among("area/local", "360300", NULL)));
    cr_expect(holds(present("area/GB/T 2260")));
    cr_expect_not(holds(present("nature")));
}

Test(fieldtest, an_enum_is_asked_by_the_words_of_its_values)
{
    Cbank__V1__Grade grade = CBANK__V1__GRADE__INIT;

    record.assurance = CBANK__V1__ASSURANCE__ASSURANCE_DOCUMENT_SEEN;
    cr_expect(holds(among("assurance", "authority-checked", "document-seen")));
    cr_expect_not(holds(among("assurance", "stated", NULL)));
    cr_expect_not(holds(present("outcome")));
    record.grade = &grade;
    grade.outcome = CBANK__V1__OUTCOME__OUTCOME_FAILED;
    cr_expect(holds(among("outcome", "failed", NULL)));
}

Test(fieldtest, a_number_is_held_against_a_range_in_thousandths)
{
    Cbank__V1__Attendance attendance = CBANK__V1__ATTENDANCE__INIT;
    Cbank__V1__Placing placing = CBANK__V1__PLACING__INIT;

    cr_expect_not(holds(from("attendance", 800)));
    record.attendance = &attendance;
    attendance.permille = 799;
    cr_expect_not(holds(from("attendance", 800)));
    attendance.permille = 800;
    cr_expect(holds(from("attendance", 800)), "80 % counts");
    record.placing = &placing;
    placing.place_in_team = 3;
    cr_expect(holds(from("placing.place-in-team", 3000)));
    cr_expect_not(holds(from("placing.place-in-team", 3001)));
}

Test(fieldtest, a_day_that_is_known_to_the_month_is_read_as_the_rule_set_says)
{
    Cbank__V1__FieldTest test = from("ended", INT64_C(20240615) * 1000);

    record.ended_on = 20240600;
    cr_expect(cbi_fieldtest_holds(&test, &record, LAST));
    cr_expect_not(cbi_fieldtest_holds(&test, &record, FIRST));
    cr_expect_not(cbi_fieldtest_holds(&test, &record, REFUSE));
    cr_expect(holds(present("ended")), "it is there, however exact");
    cr_expect_eq(cbi_fieldtest_day(20240200, LAST), 20240229);
    cr_expect_eq(cbi_fieldtest_day(20230200, LAST), 20230228);
    cr_expect_eq(cbi_fieldtest_day(20240000, LAST), 20241231);
    cr_expect_eq(cbi_fieldtest_day(20240000, FIRST), 20240101);
    cr_expect_eq(cbi_fieldtest_day(20240630, REFUSE), 20240630);
    cr_expect_eq(cbi_fieldtest_day(20240600, REFUSE), 0);
    cr_expect_eq(cbi_fieldtest_day(0, LAST), 0);
}

Test(fieldtest, of_a_list_one_item_is_enough)
{
    Cbank__V1__Attribute one = CBANK__V1__ATTRIBUTE__INIT, two = CBANK__V1__ATTRIBUTE__INIT;
    Cbank__V1__Attribute *both[] = {&one, &two};
    Cbank__V1__SupportingDocument scan = CBANK__V1__SUPPORTING_DOCUMENT__INIT;
    Cbank__V1__SupportingDocument *scans[] = {&scan};

    one.key = two.key = cbi_message_string("county");
    one.value = cbi_message_string("上栗");
    two.value = cbi_message_string("芦溪");
    record.attributes = both;
    record.n_attributes = 2;
    cr_expect(holds(among("attribute/county", "芦溪", NULL)));
    cr_expect_not(holds(among("attribute/county", "安源", NULL)));
    cr_expect_not(holds(present("attribute/town")));
    cr_expect_not(holds(present("evidence")));
    record.evidence = scans;
    record.n_evidence = 1;
    cr_expect(holds(present("evidence")), "a document without a kind is one");
    cr_expect_not(holds(present("recognition")));
    record.recognition = cbi_message_data(cbi_bytes_of("x", 1));
    cr_expect(holds(present("recognition")));
}

Test(fieldtest, a_test_that_makes_no_sense_is_refused)
{
    Cbank__V1__FieldTest both = among("role", "a", NULL);

    refused(present("rolle"), CBI_REASON_RULE_FIELD);
    refused(present(""), CBI_REASON_RULE_FIELD);
    refused(present("role/x"), CBI_REASON_RULE_FIELD);
    refused(present("attribute/"), CBI_REASON_RULE_FIELD);
    refused(from("role", 1), CBI_REASON_FIELD_VALUE);
    refused(among("attendance", "80", NULL), CBI_REASON_FIELD_VALUE);
    refused(among("assurance", "sure", NULL), CBI_REASON_FIELD_VALUE);
    refused(among("role", "b", "a"), CBI_REASON_RULE_ORDER);
    refused(among("role", "a", "a"), CBI_REASON_RULE_ORDER);
    refused(among("role", "", NULL), CBI_REASON_BAD_UTF8);
    both.range = &range;
    refused(both, CBI_REASON_FIELD_VALUE);
    both = from("attendance", 900);
    range.bounded_above = true;
    range.max_milli = 800;
    refused(both, CBI_REASON_RULE_RANGE);
}

Test(fieldtest, every_word_of_the_table_is_found_and_reads_an_empty_record)
{
    static const char *const words[] = {
#define FIELD_TEXT(word, ...) word,
#define FIELD_WORD FIELD_TEXT
#define FIELD_CODE FIELD_TEXT
#define FIELD_NUMBER FIELD_TEXT
#define FIELD_DAY FIELD_TEXT
#define FIELD_LIST FIELD_TEXT
#include "rules/fieldtest.def"
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        cr_expect_neq(cbi_fieldtest_kind_of(cbi_bytes_of_text(words[i])), CBI_FIELDTEST_NONE);
        cr_expect_not(holds(present(words[i])), "%s of an empty record", words[i]);
        for (size_t j = 0; j < i; j++)
            cr_expect_str_neq(words[i], words[j]);
    }
}

Test(word, an_enum_reads_as_people_write_it)
{
    const ProtobufCEnumDescriptor *type = &cbank__v1__rule_effect__descriptor;
    char text[160];

    for (unsigned i = 1; i < type->n_values; i++) {
        cbi_word_of(type, type->values[i].value, text);
        cr_expect_eq(cbi_word_value(type, cbi_bytes_of_text(text)), type->values[i].value);
    }
    cr_expect_eq(cbi_word_value(type, cbi_bytes_of_text("does-not-transfer")),
                 CBANK__V1__RULE_EFFECT__RULE_EFFECT_DOES_NOT_TRANSFER);
    cr_expect_eq(cbi_word_value(type, cbi_bytes_of_text("does_not_transfer")), 0);
    cr_expect_eq(cbi_word_value(type, cbi_bytes_of_text("Transfer")), 0);
    cr_expect_eq(cbi_word_value(type, cbi_bytes_of_text("unspecified")), 0);
    cr_expect_eq(cbi_word_value(type, cbi_bytes_of_text("")), 0);
    cbi_word_of(type, 99, text);
    cr_expect_str_empty(text);
    cbi_word_list(type, text, sizeof(text));
    cr_expect_str_eq(text, "transfer, exempt, does-not-transfer, attendance-waived");
    cbi_word_list(type, text, 12);
    cr_expect_str_eq(text, "transfer, e");
}
