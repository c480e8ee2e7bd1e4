/* Enrolments and their changes: what an institution may sign about who studies what. */
#include "record/enrolment.h"

#include <criterion/criterion.h>

#include <string.h>

#include "record/credit.h"
#include "record/sample.h"

static cbank_error err;
static sample_enrolment sample;

#define TEXT(value) cbi_message_string(value)
#define ACTION(name) CBANK__V1__ENROLMENT_ACTION__ENROLMENT_ACTION_##name

/* The sample with one thing spoilt is refused, naming the field. */
#define REFUSED(check, message, object_, spoil)                                                    \
    do {                                                                                           \
        sample_enrolment_init(&sample);                                                            \
        cr_assert_eq(check(&sample.message, &err), CBANK_OK, "%s %s", err.object, err.detail);     \
        spoil;                                                                                     \
        cr_expect_eq(check(&sample.message, &err), CBANK_E_INVALID, #spoil);                       \
        cr_expect_str_eq(err.object, object_, #spoil ": %s", err.object);                          \
    } while (0)
#define REFUSED_ENROLMENT(object_, spoil)                                                          \
    REFUSED(cbi_enrolment_check, enrolment, object_, spoil)
#define REFUSED_CHANGE(object_, spoil)                                                             \
    REFUSED(cbi_enrolment_change_check, change, object_, spoil)

Test(enrolment, is_built_and_read_back)
{
    Cbank__V1__Enrolment *read = NULL;
    Cbank__V1__EnrolmentChange *change = NULL;
    cbank_buffer bytes = {0};

    sample_enrolment_init(&sample);
    cr_assert_eq(cbi_enrolment_build(&sample.enrolment, &bytes, &err), CBANK_OK);
    cr_assert_eq(cbi_enrolment_parse(cbi_bytes_of_buffer(&bytes), &read, &err), CBANK_OK);
    cr_expect_str_eq(read->terms->programme->id, "pxhlxy/nursing-3-2");
    cr_expect_eq(read->terms->programme->edition, 2u);
    cr_expect_str_eq(read->terms->cohort, "2022");
    cbi_message_free(read);
    cbank_buffer_clear(&bytes);
    cr_assert_eq(cbi_enrolment_change_build(&sample.change, &bytes, &err), CBANK_OK);
    cr_assert_eq(cbi_enrolment_change_parse(cbi_bytes_of_buffer(&bytes), &change, &err), CBANK_OK);
    cr_expect_eq(change->since, 20250630u);
    cbi_message_free(change);
    cbank_buffer_clear(&bytes);
}

Test(enrolment, says_whose_it_is_and_where)
{
    REFUSED_ENROLMENT("salt", sample.enrolment.salt.len = 15);
    REFUSED_ENROLMENT("holder", sample.enrolment.holder.len = 0);
    REFUSED_ENROLMENT("institution", sample.enrolment.institution = TEXT("pxu"));
    REFUSED_ENROLMENT("reference", sample.enrolment.reference = TEXT(""));
    REFUSED_ENROLMENT("continues", sample.enrolment.continues.len = 31);
    sample_enrolment_init(&sample);
    sample.enrolment.continues.len = 0;
    cr_expect_eq(cbi_enrolment_check(&sample.enrolment, &err), CBANK_OK);
    sample.enrolment.version = 2;
    cr_expect_eq(cbi_enrolment_check(&sample.enrolment, &err), CBANK_E_UNSUPPORTED);
}

Test(enrolment, pins_one_edition_of_one_programme_and_a_cohort)
{
    REFUSED_ENROLMENT("terms", sample.enrolment.terms = NULL);
    REFUSED_ENROLMENT("programme", sample.terms.programme = NULL);
    REFUSED_ENROLMENT("programme", sample.programme.edition = 0);
    REFUSED_ENROLMENT("programme", sample.programme.digest.len = 0);
    REFUSED_ENROLMENT("programme",
                      sample.programme.kind =
                          CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_RULE_SET);
    REFUSED_ENROLMENT("cohort", sample.terms.cohort = TEXT(""));
    REFUSED_ENROLMENT("started_on", sample.terms.started_on = 0);
    REFUSED_ENROLMENT("started_on", sample.terms.started_on = 20220231);
    REFUSED_ENROLMENT("planned_end", sample.terms.planned_end = 20210000);
    REFUSED_ENROLMENT("stage", sample.terms.stage = 0);
    REFUSED_ENROLMENT("stage", sample.terms.stage = CBI_STAGE_MAX + 1);
    REFUSED_ENROLMENT("level", sample.code.value = TEXT(""));
    REFUSED_ENROLMENT("calendar", sample.terms.calendar = TEXT("a\tb"));
}

Test(enrolment, a_change_says_what_it_changes_from_when_and_all_terms_again)
{
    REFUSED_CHANGE("salt", sample.change.salt.len = 0);
    REFUSED_CHANGE("enrolment", sample.change.enrolment.len = 0);
    REFUSED_CHANGE("revision", sample.change.revision = 1);
    REFUSED_CHANGE("action", sample.change.action = 0);
    REFUSED_CHANGE("terms", sample.change.terms = NULL);
    REFUSED_CHANGE("since", sample.change.since = 0);
    REFUSED_CHANGE("since", sample.change.since = 20220831);
    REFUSED_CHANGE("next_institution", sample.change.next_institution = TEXT("nowhere"));
}

Test(enrolment, changes_follow_one_another_and_nothing_follows_the_end)
{
    cbi_enrolment_state state = CBI_ENROLMENT_ACTIVE;
    uint32_t revision = 1;

    sample_enrolment_init(&sample);
    sample.change.action = ACTION(CHANGE);
    sample.change.revision = 3;
    cr_expect_eq(cbi_enrolment_step(&state, &revision, &sample.change, &err), CBANK_E_CONFLICT);
    sample.change.revision = 2;
    cr_expect_eq(cbi_enrolment_step(&state, &revision, &sample.change, &err), CBANK_OK);
    cr_expect_eq(cbi_enrolment_step(&state, &revision, &sample.change, &err), CBANK_E_CONFLICT,
                 "the same change twice");
    sample.change.revision = 3;
    sample.change.action = ACTION(END);
    cr_expect_eq(cbi_enrolment_step(&state, &revision, &sample.change, &err), CBANK_OK);
    cr_expect_eq((int)state, CBI_ENROLMENT_ENDED);
    sample.change.revision = 4;
    cr_expect_eq(cbi_enrolment_step(&state, &revision, &sample.change, &err), CBANK_E_STATE);
}

Test(enrolment, signed_bytes_that_break_a_rule_are_malformed)
{
    Cbank__V1__Enrolment *read = NULL;
    cbank_buffer bytes = {0};

    sample_enrolment_init(&sample);
    sample.terms.stage = 0;
    cr_assert_eq(cbi_message_pack(&sample.enrolment, &bytes, &err), CBANK_OK);
    cr_expect_eq(cbi_enrolment_parse(cbi_bytes_of_buffer(&bytes), &read, &err),
                 CBANK_E_MALFORMED);
    cr_expect_str_eq(err.object, "stage");
    cr_expect_null(read);
    cbank_buffer_clear(&bytes);
}

/* No item of a batch can be taken for one of another kind. */
Test(enrolment, the_same_bytes_have_another_digest_as_each_kind_of_item)
{
    cbi_hasher *hasher = NULL;
    cbi_hash digests[4];

    cr_assert_eq(cbi_hasher_new(CBI_SUITE_SHA256_ED25519, &hasher, &err), CBANK_OK);
    for (int kind = 0; kind < 4; kind++) {
        cr_assert_eq(cbi_credit_item_digest(hasher, (cbi_item_kind)kind,
                                            cbi_bytes_of_text("the same"), &digests[kind], &err),
                     CBANK_OK);
        for (int other = 0; other < kind; other++)
            cr_expect(!cbi_hash_equal(&digests[kind], &digests[other]));
    }
    cbi_hasher_free(hasher);
}
