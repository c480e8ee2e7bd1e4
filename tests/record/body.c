/* Statement bodies: every field that others rely on, spoilt on its own. */
#include "record/body.h"

#include <criterion/criterion.h>

#include "base/limits.h"
#include "record/sample.h"

static cbank_error err;
static sample_bodies bodies;

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

static cbank_status check(int kind)
{
    return cbi_body_check(cbi_kind_find(kind), sample_body(&bodies, kind), &err);
}

/* With `field` set to `value`, the body of that kind is refused for the field of that name. */
#define REFUSED(kind, message, field, ...)                                                         \
    do {                                                                                           \
        sample_bodies_init(&bodies);                                                               \
        cr_assert_eq(check(KIND(kind)), CBANK_OK, "%s %s", err.object, err.detail);                \
        bodies.message.field = __VA_ARGS__;                                                        \
        cr_expect_eq(check(KIND(kind)), CBANK_E_INVALID, #message "." #field);                     \
        cr_expect_str_eq(err.object, #field);                                                      \
    } while (0)

#define NONE sample_bytes(0, 0)
#define SHORT sample_bytes(0, 31)
#define LONG sample_bytes(0, 33)
#define TEXT(value) cbi_message_string(value)

Test(body, an_opened_account_has_a_number_a_holder_and_an_assurance)
{
    REFUSED(ACCOUNT_OPENED, account_opened, account, TEXT(""));
    REFUSED(ACCOUNT_OPENED, account_opened, account, TEXT("1234-5678-9012-3428"));
    REFUSED(ACCOUNT_OPENED, account_opened, opened_by, TEXT("pxu"));
    REFUSED(ACCOUNT_OPENED, account_opened, holder, NONE);
    REFUSED(ACCOUNT_OPENED, account_opened, holder, SHORT);
    REFUSED(ACCOUNT_OPENED, account_opened, holder, LONG);
    REFUSED(ACCOUNT_OPENED, account_opened, assurance, 0);
    sample_bodies_init(&bodies);
    bodies.account_opened.opened_by = TEXT(""); /* the bank itself */
    cr_expect_eq(check(KIND(ACCOUNT_OPENED)), CBANK_OK);
}

Test(body, a_change_of_an_account_names_it)
{
    REFUSED(ACCOUNT_FROZEN, account_changed, account, TEXT("1234567890123429"));
    REFUSED(ACCOUNT_UNFROZEN, account_changed, account, TEXT(""));
}

Test(body, a_document_that_joins_an_account_has_a_holder_and_an_assurance)
{
    REFUSED(IDENTITY_BOUND, identity_bound, account, TEXT("1"));
    REFUSED(IDENTITY_BOUND, identity_bound, holder, SHORT);
    REFUSED(IDENTITY_BOUND, identity_bound, assurance, 0);
    REFUSED(IDENTITY_CORRECTED, identity_corrected, account, TEXT("1"));
    REFUSED(IDENTITY_CORRECTED, identity_corrected, holder, NONE);
    REFUSED(IDENTITY_CORRECTED, identity_corrected, assurance, 0);
    REFUSED(IDENTITY_CORRECTED, identity_corrected, touched_leaf, LONG);
    REFUSED(IDENTITY_UNBOUND, identity_unbound, account, TEXT(""));
    REFUSED(IDENTITY_UNBOUND, identity_unbound, touched_leaf, SHORT);
    /* Of the first entry, and of a document that the log never named. */
    sample_bodies_init(&bodies);
    bodies.identity_unbound.touched_sequence = 0;
    cr_expect_eq(check(KIND(IDENTITY_UNBOUND)), CBANK_OK);
    bodies.identity_unbound.touched_leaf = NONE;
    cr_expect_eq(check(KIND(IDENTITY_UNBOUND)), CBANK_OK);
    bodies.identity_unbound.touched_sequence = 1;
    cr_expect_eq(check(KIND(IDENTITY_UNBOUND)), CBANK_E_INVALID);
}

Test(body, an_undone_merger_names_the_entry_that_it_undoes)
{
    REFUSED(UNMERGED, unmerged, account, TEXT("1"));
    REFUSED(UNMERGED, unmerged, touched_sequence, 0);
    REFUSED(UNMERGED, unmerged, touched_leaf, NONE);
}

Test(body, an_erasure_says_when_it_is_complete)
{
    REFUSED(ACCOUNT_ERASED, account_erased, account, TEXT("1"));
    REFUSED(ACCOUNT_ERASED, account_erased, complete_on, 0);
    REFUSED(ACCOUNT_ERASED, account_erased, complete_on, 20261301);
}

Test(body, says_which_account_it_is_about_and_whom_it_commits_to)
{
    static const int kinds[] = {KIND(ACCOUNT_OPENED),     KIND(IDENTITY_BOUND),
                                KIND(IDENTITY_CORRECTED), KIND(IDENTITY_UNBOUND),
                                KIND(ACCOUNT_CLOSED),     KIND(MERGED_IN),
                                KIND(CREDIT_DEPOSITED),   KIND(UNMERGED)};
    cbi_bytes holder;

    sample_bodies_init(&bodies);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const cbi_kind *kind = cbi_kind_find(kinds[i]);
        const void *body = sample_body(&bodies, kinds[i]);

        cr_expect_str_eq(cbi_body_account(kind, body),
                         kinds[i] == KIND(MERGED_IN) ? SAMPLE_OTHER_ACCOUNT : SAMPLE_ACCOUNT,
                         "%s", kind->word);
        cr_expect_eq(cbi_body_holder(kind, body, &holder), i < 3, "%s", kind->word);
    }
    cr_expect_null(cbi_body_account(cbi_kind_find(KIND(CREDIT_CHANGED)),
                                    sample_body(&bodies, KIND(CREDIT_CHANGED))));
}

Test(body, a_merger_names_both_sides)
{
    REFUSED(MERGED_OUT, merged_out, account, TEXT("1"));
    REFUSED(MERGED_OUT, merged_out, into_tag, SHORT);
    REFUSED(MERGED_IN, merged_in, account, TEXT("1"));
    REFUSED(MERGED_IN, merged_in, from_account, TEXT("1"));
    REFUSED(MERGED_IN, merged_in, from_account, TEXT(SAMPLE_OTHER_ACCOUNT));
    REFUSED(MERGED_IN, merged_in, from_tag_random, NONE);
    REFUSED(MERGED_IN, merged_in, from_sequence, 0);
    REFUSED(MERGED_IN, merged_in, from_leaf, LONG);
}

Test(body, a_deposit_names_its_place_in_a_batch_and_holds_the_record)
{
    REFUSED(CREDIT_DEPOSITED, credit_deposited, account, TEXT("1"));
    REFUSED(CREDIT_DEPOSITED, credit_deposited, batch, SHORT);
    REFUSED(CREDIT_DEPOSITED, credit_deposited, index, CBI_BATCH_RECORDS_MAX);
    REFUSED(CREDIT_DEPOSITED, credit_deposited, record, NONE);
    sample_bodies_init(&bodies);
    bodies.credit_deposited.index = CBI_BATCH_RECORDS_MAX - 1;
    cr_expect_eq(check(KIND(CREDIT_DEPOSITED)), CBANK_OK);
}

Test(body, a_change_names_its_deposit_by_sequence_and_leaf)
{
    REFUSED(CREDIT_CHANGED, credit_changed, batch, NONE);
    REFUSED(CREDIT_CHANGED, credit_changed, index, CBI_BATCH_RECORDS_MAX);
    REFUSED(CREDIT_CHANGED, credit_changed, touched_sequence, 0);
    REFUSED(CREDIT_CHANGED, credit_changed, touched_leaf, SHORT);
    REFUSED(CREDIT_CHANGED, credit_changed, change, NONE);
}

Test(body, an_enrolment_names_its_place_in_a_batch_and_holds_what_was_signed)
{
    REFUSED(ENROLLED, enrolled, account, TEXT("1"));
    REFUSED(ENROLLED, enrolled, batch, SHORT);
    REFUSED(ENROLLED, enrolled, index, CBI_BATCH_RECORDS_MAX);
    REFUSED(ENROLLED, enrolled, enrolment, NONE);
    REFUSED(ENROLMENT_CHANGED, enrolment_changed, account, TEXT(""));
    REFUSED(ENROLMENT_CHANGED, enrolment_changed, batch, NONE);
    REFUSED(ENROLMENT_CHANGED, enrolment_changed, touched_sequence, 0);
    REFUSED(ENROLMENT_ENDED, enrolment_changed, touched_leaf, LONG);
    REFUSED(ENROLMENT_ENDED, enrolment_changed, change, NONE);
}

Test(body, a_claim_is_noted_by_its_id_alone)
{
    REFUSED(CLAIM_ISSUED, claim_noted, account, TEXT("1"));
    REFUSED(CLAIM_ISSUED, claim_noted, claim, SHORT);
    REFUSED(CLAIM_WITHDRAWN, claim_noted, claim, NONE);
}

Test(body, a_step_of_a_case_says_whose_case_and_under_which_key)
{
    REFUSED(CASE_OPENED, case_moved, institution, TEXT(""));
    REFUSED(CASE_ACCEPTED, case_moved, number, TEXT(""));
    REFUSED(CASE_CLOSED, case_moved, step, NONE);
    REFUSED(CASE_WITHDRAWN, case_moved, public_key, SHORT);
}

Test(body, what_is_published_is_named_to_the_byte)
{
    REFUSED(PUBLISHED, published, publication, NULL);
    REFUSED(PUBLISHED, published, authority, TEXT(""));
    REFUSED(PUBLISHED, published, public_key, SHORT);
    REFUSED(PUBLICATION_WITHDRAWN, publication_withdrawn, publication, NULL);
    REFUSED(PUBLICATION_WITHDRAWN, publication_withdrawn, authority, TEXT("jx"));
    REFUSED(PUBLICATION_WITHDRAWN, publication_withdrawn, request, NONE);
    REFUSED(PUBLICATION_WITHDRAWN, publication_withdrawn, public_key, NONE);
    sample_bodies_init(&bodies);
    bodies.ref.digest = SHORT;
    cr_expect_eq(check(KIND(PUBLISHED)), CBANK_E_INVALID);
    cr_expect_str_eq(err.object, "publication");
}

Test(body, an_admitted_institution_has_a_code_a_name_and_a_key)
{
    REFUSED(INSTITUTION_ADMITTED, institution_admitted, institution, TEXT(""));
    REFUSED(INSTITUTION_ADMITTED, institution_admitted, institution, TEXT("anyone"));
    REFUSED(INSTITUTION_ADMITTED, institution_admitted, public_key, SHORT);
    sample_bodies_init(&bodies);
    bodies.institution_admitted.n_names = 0;
    cr_expect_eq(check(KIND(INSTITUTION_ADMITTED)), CBANK_E_INVALID);
    cr_expect_str_eq(err.object, "names");
}

Test(body, a_name_has_words_a_language_and_days_in_order)
{
    static const struct {
        const char *lang;
        const char *value;
        uint32_t from;
        uint32_t until;
        bool valid;
    } names[] = {
        {"zh", "萍乡学院", 20130418, 0, true},
        {"", "PXU", 0, 0, true},
        {"zh-Hans-CN", "萍乡学院", 19990000, 20130400, true},
        {"zh", "", 0, 0, false},
        {"z", "萍乡学院", 0, 0, false},
        {"中文", "萍乡学院", 0, 0, false},
        {"-zh", "萍乡学院", 0, 0, false},
        {"zh", "萍乡学院", 20131340, 0, false},
        {"zh", "萍乡学院", 0, 20130230, false},
        {"zh", "萍乡学院", 20130418, 20130417, false},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        sample_bodies_init(&bodies);
        bodies.name.lang = TEXT(names[i].lang);
        bodies.name.value = TEXT(names[i].value);
        bodies.name.from = names[i].from;
        bodies.name.until = names[i].until;
        cr_expect_eq(check(KIND(INSTITUTION_ADMITTED)),
                     names[i].valid ? CBANK_OK : CBANK_E_INVALID, "name %zu", i);
    }
}

Test(body, a_rotated_key_came_with_a_request)
{
    REFUSED(KEY_ROTATED, key_rotated, institution, TEXT("-"));
    REFUSED(KEY_ROTATED, key_rotated, public_key, sample_bytes(0, 64));
    REFUSED(KEY_ROTATED, key_rotated, request, NONE);
    REFUSED(INSTITUTION_SUSPENDED, institution_changed, institution, TEXT(""));
    REFUSED(INSTITUTION_RESUMED, institution_changed, institution, TEXT("x"));
}

Test(body, a_key_that_may_be_in_other_hands_is_dated_by_a_place_in_the_log)
{
    REFUSED(KEY_COMPROMISED, key_compromised, institution, TEXT("x"));
    REFUSED(KEY_COMPROMISED, key_compromised, public_key, SHORT);
    REFUSED(KEY_COMPROMISED, key_compromised, since_index, 0);
    REFUSED(KEY_COMPROMISED, key_compromised, since_at, -1);
    REFUSED(KEY_REPLACED, key_replaced, institution, TEXT(""));
    REFUSED(KEY_REPLACED, key_replaced, public_key, NONE);
    REFUSED(LOG_KEY_COMPROMISED, log_key_compromised, origin, TEXT(""));
    REFUSED(LOG_KEY_COMPROMISED, log_key_compromised, public_key, SHORT);
    REFUSED(LOG_KEY_COMPROMISED, log_key_compromised, since_size, 0);
    REFUSED(LOG_KEY_COMPROMISED, log_key_compromised, since_at, -1);
}

Test(body, a_new_log_key_commits_to_what_the_earlier_one_signed_last)
{
    REFUSED(LOG_KEY_BEGUN, log_key_begun, origin, TEXT(""));
    REFUSED(LOG_KEY_BEGUN, log_key_begun, epoch, 1);
    REFUSED(LOG_KEY_BEGUN, log_key_begun, earlier_key, SHORT);
    REFUSED(LOG_KEY_BEGUN, log_key_begun, public_key, NONE);
    REFUSED(LOG_KEY_BEGUN, log_key_begun, size, 0);
    REFUSED(LOG_KEY_BEGUN, log_key_begun, root, SHORT);
    REFUSED(LOG_KEY_BEGUN, log_key_begun, checkpoint, NONE);
    REFUSED(ROOT_KEY_SUCCEEDED, root_key_succeeded, origin, TEXT(""));
    REFUSED(ROOT_KEY_SUCCEEDED, root_key_succeeded, succession, NONE);
}

Test(body, what_is_said_of_an_institution_has_whole_days_and_nothing_twice)
{
    REFUSED(INSTITUTION_REGISTERED, institution_registered, institution, TEXT("x"));
    REFUSED(INSTITUTION_DESCRIBED, institution_described, institution, TEXT(""));
    REFUSED(INSTITUTION_DESCRIBED, institution_described, country, TEXT("cn"));
    REFUSED(SCOPE_GRANTED, scope_granted, institution, TEXT(""));
    REFUSED(SCOPE_GRANTED, scope_granted, scope, NULL);
    REFUSED(SCOPE_GRANTED, scope, from, 20240100);
    REFUSED(SCOPE_GRANTED, scope, until, 20231231);
    REFUSED(SCOPE_GRANTED, scope, until, 20240230);
    REFUSED(SCOPE_GRANTED, scope, granted_index, 1);
    REFUSED(LICENCE_GRANTED, licence, number, TEXT(""));
    REFUSED(LICENCE_GRANTED, licence, until, 20230000);
    REFUSED(DELEGATION_GRANTED, delegation, signer, TEXT("college"));
    REFUSED(SUCCESSION_GRANTED, succession, kind, 0);
    REFUSED(DELEGATION_ENDED, grant_ended, granted_index, 0);
    REFUSED(DELEGATION_ENDED, grant_ended, ended_on, 0);
    REFUSED(INSTITUTION_CLOSED, institution_ended, ended_on, 0);
    REFUSED(INSTITUTION_CLOSED, institution_ended, final_on, 20240629);
    sample_bodies_init(&bodies);
    bodies.types[1] = bodies.types[0];
    cr_expect_eq(check(KIND(SCOPE_GRANTED)), CBANK_E_INVALID);
    cr_expect_eq(check(KIND(DELEGATION_GRANTED)), CBANK_E_INVALID);
    bodies.powers[1] = bodies.powers[0];
    cr_expect_eq(check(KIND(SUCCESSION_GRANTED)), CBANK_E_INVALID);
    bodies.roles[1] = bodies.roles[0];
    cr_expect_eq(check(KIND(INSTITUTION_DESCRIBED)), CBANK_E_INVALID);
}

Test(body, nobody_delegates_to_itself_or_becomes_part_of_itself)
{
    sample_bodies_init(&bodies);
    bodies.delegation.signer = bodies.succession.institution = TEXT("PXU");
    bodies.institution_ended.into = TEXT("PXU");
    cr_expect_eq(check(KIND(DELEGATION_GRANTED)), CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_GRANT_SELF);
    cr_expect_eq(check(KIND(SUCCESSION_GRANTED)), CBANK_E_INVALID);
    cr_expect_eq(check(KIND(INSTITUTION_MERGED)), CBANK_E_INVALID);
}

Test(body, a_receipt_counts_at_least_one_item_and_no_more_than_a_batch_may_hold)
{
    REFUSED(BATCH_RECEIVED, batch_received, institution, TEXT(""));
    REFUSED(BATCH_RECEIVED, batch_received, batch, SHORT);
    REFUSED(BATCH_RECEIVED, batch_received, taken, 0);
    REFUSED(BATCH_RECEIVED, batch_received, taken, CBI_BATCH_RECORDS_MAX + 1);
    REFUSED(BATCH_RECEIVED, batch_received, taken, UINT32_MAX);
    REFUSED(BATCH_RECEIVED, batch_received, public_key, NONE);
    sample_bodies_init(&bodies);
    bodies.batch_received.taken = 0;
    bodies.batch_received.refused = CBI_BATCH_RECORDS_MAX;
    cr_expect_eq(check(KIND(BATCH_RECEIVED)), CBANK_OK);
}

Test(body, a_bank_begins_with_its_origin_its_suite_and_two_keys_of_that_suite)
{
    REFUSED(BANK_CREATED, bank_created, origin, TEXT(""));
    REFUSED(BANK_CREATED, bank_created, suite, 0);
    REFUSED(BANK_CREATED, bank_created, suite, 3);
    REFUSED(BANK_CREATED, bank_created, root_key, NONE);
    REFUSED(BANK_CREATED, bank_created, log_key, sample_bytes(0, 65));
    sample_bodies_init(&bodies);
    bodies.bank_created.suite = CBANK__V1__SUITE__SUITE_SM3_SM2;
    bodies.bank_created.root_key = sample_bytes(1, 65);
    bodies.bank_created.log_key = sample_bytes(2, 65);
    cr_expect_eq(check(KIND(BANK_CREATED)), CBANK_OK);
}
