/* Credit records and changes: what an institution may sign. */
#include "record/credit.h"

#include <criterion/criterion.h>

#include <string.h>

#include "record/sample.h"

static cbank_error err;
static sample_record sample;

#define TEXT(value) cbi_message_string(value)
#define TYPE cbi_bytes_of_text("cn-id")
#define NUMBER cbi_bytes_of_text("440524188001010014")

static cbank_status check(void)
{
    memset(&err, 0, sizeof(err));
    return cbi_credit_record_check(&sample.record, &err);
}

static Cbank__V1__CreditChange sample_change(void)
{
    Cbank__V1__CreditChange change;

    cbank__v1__credit_change__init(&change);
    change.version = 1;
    change.salt = sample_bytes(0, 16);
    change.record = sample_bytes(1, 32);
    change.action = CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE;
    return change;
}

/* The content of the sample as it is now; the caller clears it. */
static cbank_buffer content_of(cbi_bytes type, cbi_bytes number)
{
    cbank_buffer content = {0};

    cr_assert_eq(cbi_credit_content(&sample.record, type, number, &content, &err), CBANK_OK);
    return content;
}

/* The same, made of the record's bytes without unpacking them. */
static void expect_content_of_bytes(cbi_bytes type, cbi_bytes number)
{
    cbank_buffer bytes = {0}, found = {0}, expected = content_of(type, number);

    cr_assert_eq(cbi_credit_record_build(&sample.record, &bytes, &err), CBANK_OK, "%s %s",
                 err.object, err.detail);
    cr_assert_eq(cbi_credit_content_of(cbi_bytes_of_buffer(&bytes), type, number, &found, &err),
                 CBANK_OK);
    cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&found), cbi_bytes_of_buffer(&expected)));
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&found);
    cbank_buffer_clear(&expected);
}

Test(credit, content_is_the_same_of_a_record_and_of_its_bytes)
{
    cbi_bytes type = cbi_bytes_of_text("cn-id"), number = cbi_bytes_of_text("1");

    sample_record_init(&sample);
    expect_content_of_bytes(type, number);
    sample.record.revision = 2;
    sample.record.supersedes = sample_bytes(3, 32);
    expect_content_of_bytes(type, number);
    sample.record.deposited_by = TEXT("PXU-9");
    expect_content_of_bytes(type, cbi_bytes_of_text(""));
    sample.record.delegation = sample_bytes(5, 32);
    expect_content_of_bytes(cbi_bytes_of_text("passport"), number);
}

Test(credit, a_record_is_built_and_read_back)
{
    Cbank__V1__CreditRecord *read = NULL;
    cbank_buffer bytes = {0};

    sample_record_init(&sample);
    cr_assert_eq(cbi_credit_record_build(&sample.record, &bytes, &err), CBANK_OK, "%s %s",
                 err.object, err.detail);
    cr_assert_eq(cbi_credit_record_parse(cbi_bytes_of_buffer(&bytes), &read, &err), CBANK_OK);
    cr_expect_str_eq(read->reference, "2024-MATH-0017");
    cr_expect_eq(read->amounts[0]->milli, 3500);
    cr_expect_eq(read->expires_on, 20290000);
    cbi_message_free(read);
    cbank_buffer_clear(&bytes);
}

Test(credit, the_least_that_a_record_must_say_is_enough)
{
    sample_record_init(&sample);
    cbank__v1__credit_record__init(&sample.record);
    cbank__v1__awarder__init(&sample.awarded_by);
    sample.awarded_by.institution = TEXT("PXU");
    sample.title.lang = TEXT("");
    sample.record.version = 1;
    sample.record.salt = sample_bytes(0, 16);
    sample.record.holder = sample_bytes(1, 32);
    sample.record.reference = TEXT("1");
    sample.record.revision = 1;
    sample.record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_WORK;
    sample.record.awarded_by = &sample.awarded_by;
    sample.record.n_title = 1;
    sample.record.title = sample.titles;
    cr_expect_eq(check(), CBANK_OK, "%s %s", err.object, err.detail);
}

/* The sample with one thing spoilt is refused, naming the field. */
#define REFUSED(object_, spoil)                                                                    \
    do {                                                                                           \
        sample_record_init(&sample);                                                               \
        cr_assert_eq(check(), CBANK_OK);                                                           \
        spoil;                                                                                     \
        cr_expect_eq(check(), CBANK_E_INVALID, #spoil);                                            \
        cr_expect_str_eq(err.object, object_, #spoil ": %s", err.object);                          \
    } while (0)

Test(credit, which_record_it_is_must_be_said)
{
    char reference[CBI_REFERENCE_MAX + 2];

    memset(reference, 'x', sizeof(reference));
    reference[CBI_REFERENCE_MAX + 1] = '\0';
    REFUSED("salt", sample.record.salt.len = 15);
    REFUSED("salt", sample.record.salt.len = 0);
    REFUSED("holder", sample.record.holder.len = 31);
    REFUSED("holder", sample.record.holder.len = 0);
    REFUSED("reference", sample.record.reference = TEXT(""));
    REFUSED("reference", sample.record.reference = reference);
    REFUSED("reference", sample.record.reference = TEXT("a\tb"));
    REFUSED("reference", sample.record.reference = TEXT("a\xff"));
    REFUSED("revision", sample.record.revision = 0);
    REFUSED("supersedes", sample.record.revision = 1);
    REFUSED("supersedes", sample.record.supersedes.len = 0);
    REFUSED("supersedes", sample.record.supersedes.len = 33);

    reference[CBI_REFERENCE_MAX] = '\0';
    sample_record_init(&sample);
    sample.record.reference = reference;
    cr_expect_eq(check(), CBANK_OK);
}

Test(credit, another_version_is_unsupported)
{
    sample_record_init(&sample);
    sample.record.version = 2;
    cr_expect_eq(check(), CBANK_E_UNSUPPORTED);
    cr_expect_str_eq(err.object, "CreditRecord");
}

Test(credit, who_awards_what_must_be_said)
{
    REFUSED("type", sample.record.type = 0);
    REFUSED("awarded_by", sample.record.awarded_by = NULL);
    REFUSED("awarded_by", sample.awarded_by.institution = TEXT(""));
    REFUSED("awarded_by", sample.awarded_by.institution = TEXT("萍乡学院"));
    REFUSED("country", sample.awarded_by.country = TEXT("CN"));
    REFUSED("country", sample.awarded_by.country = TEXT("chn"));
    REFUSED("ids", sample.id.value = TEXT("0136010403"));
    REFUSED("co_awarded_by", sample.co_awarded_by.name = TEXT(""));
    REFUSED("co_awarded_by", sample.co_awarded_by.institution = TEXT("x"));
    REFUSED("deposited_by", sample.record.deposited_by = TEXT("x"));
    REFUSED("deposited_by", sample.record.deposited_by = TEXT(""));
    REFUSED("delegation", sample.record.delegation.len = 20);
    REFUSED("title", sample.record.n_title = 0);
    REFUSED("title", sample.title.value = TEXT(""));
    REFUSED("title", sample.title.lang = TEXT("Chinese!"));
    REFUSED("language", sample.record.language = TEXT("1"));
}

Test(credit, amounts_are_one_number_a_unit_and_never_below_nought)
{
    REFUSED("unit", sample.amounts[0].unit = TEXT(""));
    REFUSED("unit", sample.amounts[0].unit = TEXT("学分"));
    REFUSED("amounts", sample.amounts[0].unit = TEXT("hour"));
    REFUSED("amounts", sample.amounts[1].milli = -1);
    REFUSED("amounts", sample.amounts[1].milli = 1000000000001);
    sample_record_init(&sample);
    sample.amounts[1].milli = 1000000000000;
    sample.amounts[0].milli = 0;
    cr_expect_eq(check(), CBANK_OK);
    sample.record.n_amounts = 0;
    cr_expect_eq(check(), CBANK_OK, "a record may be worth no credit");
}

Test(credit, grades_components_and_levels_hold_together)
{
    REFUSED("grade", sample.grade.score_milli = 100001);
    REFUSED("grade", sample.grade.kind = 0);
    REFUSED("components", sample.component.title = TEXT(""));
    REFUSED("framework", sample.level.framework = TEXT(""));
    REFUSED("levels", sample.level.level_milli = -1);
    REFUSED("levels", sample.level.level_milli = 100001);
    REFUSED("basis", sample.level.basis = 0);
    sample_record_init(&sample);
    sample.level.level_milli = 4500;
    cr_expect_eq(check(), CBANK_OK, "half levels exist");
    sample.level.level_milli = 0;
    cr_expect_eq(check(), CBANK_OK, "and a level nought");
    sample.component.amount = NULL;
    sample.component.grade = NULL;
    cr_expect_eq(check(), CBANK_OK, "a part may only have a name");
}

Test(credit, a_code_has_a_scheme_and_a_value)
{
    REFUSED("category", sample.code.value = TEXT(""));
    REFUSED("category", sample.code.scheme = TEXT(""));
    sample_record_init(&sample);
    sample.record.category = NULL;
    sample.record.term = NULL;
    sample.record.retention = &sample.code;
    sample.code.value = TEXT("");
    cr_expect_eq(check(), CBANK_E_INVALID);
    cr_expect_str_eq(err.object, "retention");
}

Test(credit, days_exist_and_come_in_order)
{
    REFUSED("started_on", sample.record.started_on = 20240230);
    REFUSED("ended_on", sample.record.ended_on = 20241300);
    REFUSED("assessed_on", sample.record.assessed_on = 1);
    REFUSED("awarded_on", sample.record.awarded_on = 20240432);
    REFUSED("expires_on", sample.record.expires_on = 20240001);
    REFUSED("checked_on", sample.evidence.checked_on = 99999999);
    REFUSED("ended_on", sample.record.ended_on = 20240225);
    REFUSED("expires_on", sample.record.expires_on = 20240630);
    REFUSED("expires_on", sample.record.expires_on = 20240600);
    REFUSED("expires_on", sample.record.expires_on = 20230000);
}

Test(credit, days_are_compared_only_as_far_as_they_are_known)
{
    static const struct {
        uint32_t started;
        uint32_t ended;
    } orders[] = {
        {20240226, 20240226}, {20240226, 20240000}, {20240226, 20240200}, {20240200, 20240201},
        {20240000, 20240101}, {20240000, 20240000}, {20240226, 0},        {0, 18800101},
    };

    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        sample_record_init(&sample);
        sample.record.started_on = orders[i].started;
        sample.record.ended_on = orders[i].ended;
        cr_expect_eq(check(), CBANK_OK, "%u before %u", orders[i].started, orders[i].ended);
    }
}

Test(credit, circumstances_and_grounds_are_possible)
{
    REFUSED("attendance", sample.attendance.permille = 1001);
    REFUSED("attendance", sample.attendance.attended = 21);
    REFUSED("placing", sample.placing.place_in_team = 4);
    REFUSED("project", sample.project.name = TEXT(""));
    REFUSED("evidence", sample.evidence.digest.len = 0);
    REFUSED("evidence", sample.evidence.digest.len = 31);
    REFUSED("based_on", sample.based_on.record.len = 0);
    REFUSED("based_on", sample.based_on.digest = sample_bytes(1, 16));
    REFUSED("recognition", sample.record.recognition.len = 31);
}

Test(credit, attributes_are_at_most_sixteen_words_with_values_and_none_twice)
{
    Cbank__V1__Attribute *many[17];

    REFUSED("attributes", sample.attributes[0].key = TEXT(""));
    REFUSED("attributes", sample.attributes[0].key = TEXT("A"));
    REFUSED("attributes", sample.attributes[0].value = TEXT(""));
    REFUSED("attributes", sample.attributes[0].key = TEXT("b"));
    cr_expect_eq(err.reason, CBI_REASON_FIELD_TWICE);
    for (size_t i = 0; i < 17; i++)
        many[i] = &sample.attributes[0];
    REFUSED("attributes", sample.record.attributes = many; sample.record.n_attributes = 17);
    cr_expect_eq(err.reason, CBI_REASON_FIELD_COUNT);
}

Test(credit, what_a_check_refuses_is_malformed_once_it_is_signed)
{
    Cbank__V1__CreditRecord *read = NULL;
    cbank_buffer bytes = {0};

    sample_record_init(&sample);
    sample.record.started_on = 20240629;
    cr_expect_eq(cbi_credit_record_build(&sample.record, &bytes, &err), CBANK_E_INVALID);
    cr_expect_eq(bytes.size, 0);
    cr_assert_eq(cbi_message_pack(&sample.record, &bytes, &err), CBANK_OK);
    cr_expect_eq(cbi_credit_record_parse(cbi_bytes_of_buffer(&bytes), &read, &err),
                 CBANK_E_MALFORMED);
    cr_expect_null(read);
    cr_expect_str_eq(err.object, "ended_on");
    cr_expect_str_eq(err.detail, cbi_reason_word(CBI_REASON_DATE_ORDER));
    cr_expect_eq(cbi_credit_record_parse(cbi_bytes_of_buffer(&bytes), &read, NULL),
                 CBANK_E_MALFORMED, "with no error to fill");
    cbank_buffer_clear(&bytes);
}

Test(credit, text_that_may_not_be_signed_is_not_built)
{
    cbank_buffer bytes = {0};

    sample_record_init(&sample);
    sample.record.catalogue = TEXT("two\nlines");
    cr_expect_eq(cbi_credit_record_build(&sample.record, &bytes, &err), CBANK_E_MALFORMED);
    cr_expect_eq(bytes.size, 0);
    cbank_buffer_clear(&bytes);
}

Test(credit, a_record_too_large_for_a_statement_is_told_so)
{
    static char long_text[CBI_TEXT_MAX];
    Cbank__V1__Code codes[60];
    Cbank__V1__Code *list[60];
    Cbank__V1__CreditRecord *read = NULL;
    cbank_buffer bytes = {0};

    memset(long_text, 'x', sizeof(long_text) - 1);
    sample_record_init(&sample);
    for (size_t i = 0; i < 60; i++) {
        codes[i] = sample.code;
        codes[i].label = long_text;
        list[i] = &codes[i];
    }
    sample.record.n_classifications = 60;
    sample.record.classifications = list;
    cr_expect_eq(cbi_credit_record_build(&sample.record, &bytes, &err), CBANK_E_TOO_LARGE);
    cr_expect_eq(bytes.size, 0);
    cr_assert_eq(cbi_message_pack(&sample.record, &bytes, &err), CBANK_OK);
    cr_expect_eq(cbi_credit_record_parse(cbi_bytes_of_buffer(&bytes), &read, &err),
                 CBANK_E_TOO_LARGE);
    cbank_buffer_clear(&bytes);
}

Test(change, names_a_record_and_one_of_four_actions)
{
    Cbank__V1__CreditChange change = sample_change();
    Cbank__V1__CreditChange *read = NULL;
    cbank_buffer bytes = {0};

    for (int action = 1; action <= 4; action++) {
        change.action = (Cbank__V1__ChangeAction)action;
        cr_expect_eq(cbi_credit_change_check(&change, &err), CBANK_OK);
    }
    cr_assert_eq(cbi_credit_change_build(&change, &bytes, &err), CBANK_OK);
    cr_assert_eq(cbi_credit_change_parse(cbi_bytes_of_buffer(&bytes), &read, &err), CBANK_OK);
    cr_expect_eq((int)read->action, 4);
    cbi_message_free(read);
    cbank_buffer_clear(&bytes);
}

Test(change, anything_else_is_refused)
{
    Cbank__V1__CreditChange change = sample_change();
    Cbank__V1__Code reason;

    change.action = 0;
    cr_expect_eq(cbi_credit_change_check(&change, &err), CBANK_E_INVALID);
    cr_expect_str_eq(err.object, "action");
    change.action = (Cbank__V1__ChangeAction)5;
    cr_expect_eq(cbi_credit_change_check(&change, &err), CBANK_E_INVALID);
    change = sample_change();
    change.record.len = 31;
    cr_expect_eq(cbi_credit_change_check(&change, &err), CBANK_E_INVALID);
    cr_expect_str_eq(err.object, "record");
    change = sample_change();
    change.salt.len = 0;
    cr_expect_eq(cbi_credit_change_check(&change, &err), CBANK_E_INVALID);
    cr_expect_str_eq(err.object, "salt");
    change = sample_change();
    cbank__v1__code__init(&reason);
    change.reason = &reason;
    cr_expect_eq(cbi_credit_change_check(&change, &err), CBANK_E_INVALID);
    cr_expect_str_eq(err.object, "reason");
    change = sample_change();
    change.version = 0;
    cr_expect_eq(cbi_credit_change_check(&change, &err), CBANK_E_UNSUPPORTED);
}

Test(digest, a_record_and_a_change_of_the_same_bytes_have_other_digests)
{
    cbi_hasher *hasher = NULL;
    cbi_bytes bytes = cbi_bytes_of_text("the same bytes");
    cbi_bytes whole = cbi_bytes_of("cbank/v1/record\0the same bytes", 30);
    cbi_hash record;
    cbi_hash change;
    cbi_hash expected;

    cr_assert_eq(cbi_hasher_new(CBI_SUITE_SHA256_ED25519, &hasher, &err), CBANK_OK);
    cr_assert_eq(cbi_credit_item_digest(hasher, false, bytes, &record, &err), CBANK_OK);
    cr_assert_eq(cbi_credit_item_digest(hasher, true, bytes, &change, &err), CBANK_OK);
    cr_assert_eq(cbi_digest_parts(hasher, &whole, 1, &expected, &err), CBANK_OK);
    cr_expect(cbi_hash_equal(&record, &expected));
    cr_expect(!cbi_hash_equal(&record, &change));
    cbi_hasher_free(hasher);
}

Test(content, does_not_depend_on_what_is_new_in_every_deposit)
{
    cbank_buffer first;
    cbank_buffer again;

    sample_record_init(&sample);
    first = content_of(TYPE, NUMBER);
    sample.record.salt = sample_bytes(7, 16);
    sample.record.holder = sample_bytes(7, 32);
    sample.record.revision = 1;
    sample.record.supersedes.len = 0;
    again = content_of(TYPE, NUMBER);
    cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&first), cbi_bytes_of_buffer(&again)));
    cr_expect_eq(sample.record.salt.len, 16, "the record itself is not touched");
    cbank_buffer_clear(&first);
    cbank_buffer_clear(&again);
}

Test(content, is_another_for_another_person_or_another_word)
{
    cbank_buffer first;
    cbank_buffer other;

    sample_record_init(&sample);
    first = content_of(TYPE, NUMBER);
    other = content_of(TYPE, cbi_bytes_of_text("360302190001010018"));
    cr_expect(!cbi_bytes_equal(cbi_bytes_of_buffer(&first), cbi_bytes_of_buffer(&other)));
    cbank_buffer_clear(&other);
    other = content_of(cbi_bytes_of_text("cn-id4"), cbi_bytes_of_text("40524188001010014"));
    cr_expect(!cbi_bytes_equal(cbi_bytes_of_buffer(&first), cbi_bytes_of_buffer(&other)));
    cbank_buffer_clear(&other);
    sample.amounts[0].milli = 3501;
    other = content_of(TYPE, NUMBER);
    cr_expect(!cbi_bytes_equal(cbi_bytes_of_buffer(&first), cbi_bytes_of_buffer(&other)));
    cbank_buffer_clear(&other);
    cbank_buffer_clear(&first);
}
