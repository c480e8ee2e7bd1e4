/* What of an account is shown, what is withheld, and what the bank shows to nobody. */
#include <criterion/criterion.h>

#include "bank/errand.h"
#include "bank/panel.h"
#include "bank/stranger.h"
#include "proof/assembly.h"

Test(selection, only_the_records_that_are_asked_for_are_shown_and_every_change)
{
    cbi_disclosure_terms terms;
    teller_id shown, withheld, revoked;
    stranger other;
    teller it;
    char *only[2];

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    shown = teller_issue(&it, "A", 1000);
    withheld = teller_issue(&it, "B", 2000);
    revoked = teller_issue(&it, "C", 4000);
    teller_change(&it, withheld.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    teller_change(&it, revoked.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    terms = stranger_asks(&it);
    only[0] = shown.text;
    only[1] = revoked.text;
    terms.only = only;
    terms.only_count = 2;
    stranger_show(&it, &terms, &other);
    cr_expect_eq(other.transcript.items, 6);
    cr_expect_eq(other.transcript.shown, 5);
    cr_expect(other.verdict.items[1].shown);
    cr_expect_not(other.verdict.items[2].shown, "withheld");
    cr_expect_eq(other.verdict.items[2].state, CBI_RECORD_REVOKED, "and still revoked");
    cr_expect(other.verdict.items[3].shown);
    cr_expect_eq(cbi_totals_of(&other.verdict.totals, "credit"), 1000);
    cr_expect_eq(other.verdict.transcript.head->terms->completeness,
                 CBANK__V1__COMPLETENESS__COMPLETENESS_SELECTION);
    cr_expect_eq(other.verdict.transcript.head->batches, 4, "none for what is withheld");
    stranger_leave(&other);
    teller_close(&it);
}

Test(selection, is_refused_for_what_is_not_there)
{
    cbi_disclosure_terms terms;
    cbi_account neighbour;
    cbank_error err = {0};
    teller_id id;
    char *only[1];
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    id = teller_issue(&it, "A", 1000);
    neighbour = teller_open_account(&it, "passport/GBR", "AB1234567", "");
    terms = stranger_asks(&it);
    terms.account = "1234567890123428";
    teller_fails(stranger_refuse(&it, &terms, &err), err, ACCOUNT_UNKNOWN);
    terms.account = neighbour.digits;
    only[0] = id.text;
    terms.only = only;
    terms.only_count = 1;
    teller_fails(stranger_refuse(&it, &terms, &err), err, RECORD_UNKNOWN);
    only[0] = cbi_message_string("17");
    teller_fails(stranger_refuse(&it, &terms, &err), err, RECORD_ID_FORM);
    teller_close(&it);
}

Test(selection, a_frozen_account_is_shown_to_nobody)
{
    cbi_disclosure_terms terms;
    cbank_error err = {0};
    stranger other;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_freeze(&it, true);
    terms = stranger_asks(&it);
    teller_fails(stranger_refuse(&it, &terms, &err), err, ACCOUNT_FROZEN);
    teller_freeze(&it, false);
    terms = stranger_asks(&it);
    stranger_show(&it, &terms, &other);
    cr_expect_eq(other.verdict.item_count, 3, "opened, frozen, unfrozen");
    stranger_leave(&other);
    teller_close(&it);
}

Test(selection, a_batch_that_is_only_partly_deposited_is_not_shown)
{
    cbi_disclosure_terms terms;
    cbank_error err = {0};
    cbi_intake intake;
    cbi_txn *txn;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_issue(&it, "A", 1000);
    txn = teller_begin(&it, CBI_TXN_WRITE);
    teller_works(cbi_intake_read(txn, 1, &intake, &teller_err));
    intake.received_at = 0;
    teller_works(cbi_intake_write(txn, &intake, &teller_err));
    teller_commit(txn);
    terms = stranger_asks(&it);
    teller_fails(stranger_refuse(&it, &terms, &err), err, BATCH_UNDER_WAY);
    terms.evidence = false;
    teller_fails(stranger_refuse(&it, &terms, &err), err, BATCH_UNDER_WAY);

    /* Received, but in a commit that no checkpoint holds yet. */
    txn = teller_begin(&it, CBI_TXN_WRITE);
    intake.received_at = it.now;
    intake.receipt_index = 100;
    teller_works(cbi_intake_write(txn, &intake, &teller_err));
    teller_commit(txn);
    teller_fails(stranger_refuse(&it, &terms, &err), err, BATCH_UNDER_WAY);
    teller_close(&it);
}

/* Entries of a small bank: bank, college, account, A, its receipt. */
static void erase(teller *it, uint64_t index)
{
    cbi_txn *txn = teller_begin(it, CBI_TXN_ERASE);
    cbi_hasher *hasher = NULL;

    teller_works(cbi_hasher_new(it->bank->config.suite, &hasher, &teller_err));
    teller_works(cbi_logged_erase(txn, hasher, index, &teller_err));
    teller_commit(txn);
    cbi_hasher_free(hasher);
}

Test(selection, an_erased_award_is_withheld)
{
    cbi_disclosure_terms terms;
    stranger other;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_issue(&it, "A", 1000);
    teller_issue(&it, "B", 2000);
    erase(&it, 3);
    terms = stranger_asks(&it);
    stranger_show(&it, &terms, &other);
    cr_expect_not(other.verdict.items[1].shown);
    cr_expect(other.verdict.items[2].shown);
    cr_expect_eq(cbi_totals_of(&other.transcript.totals, "credit"), 2000);
    stranger_leave(&other);
    teller_close(&it);
}

Test(selection, is_refused_where_what_it_needs_was_erased)
{
    cbi_disclosure_terms terms;
    cbank_error err = {0};
    uint8_t index[8] = {0, 0, 0, 0, 0, 0, 0, 2};
    stranger other;
    cbi_txn *txn;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    terms = stranger_asks(&it);
    txn = teller_begin(&it, CBI_TXN_ERASE);
    teller_works(cbi_txn_delete(txn, CBI_TABLE_VAULT, cbi_bytes_of_text(it.account.digits),
                                &teller_err));
    teller_commit(txn);
    teller_fails(stranger_refuse(&it, &terms, &err), err, DISCLOSURE_ERASED);
    terms.show_name = terms.show_birth = false;
    stranger_show(&it, &terms, &other);
    cr_expect_str_eq(other.verdict.transcript.head->holder->document_number, TELLER_NUMBER);
    stranger_leave(&other);
    txn = teller_begin(&it, CBI_TXN_ERASE);
    teller_works(cbi_txn_delete(txn, CBI_TABLE_OPENING, cbi_bytes_of(index, 8), &teller_err));
    teller_commit(txn);
    teller_fails(stranger_refuse(&it, &terms, &err), err, DISCLOSURE_ERASED);
    terms.show_number = false;
    erase(&it, 2);
    teller_fails(stranger_refuse(&it, &terms, &err), err, DISCLOSURE_ERASED);
    teller_close(&it);
}

Test(selection, shows_as_many_entries_as_it_may_and_no_more)
{
    cbi_disclosure_terms terms;
    cbank_error err = {0};
    stranger other;
    teller_id ids[95];
    teller it;
    char *only[95];

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    for (size_t i = 0; i < 4; i++)
        teller_issue_many(&it, it.account.digits, 1000, NULL);
    teller_issue_many(&it, it.account.digits, 95, ids);
    terms = stranger_asks(&it);
    stranger_show(&it, &terms, &other);
    cr_expect_eq(other.verdict.shown, CBI_TRANSCRIPT_SHOWN_MAX);
    stranger_leave(&other);
    teller_issue(&it, "one more", 1000);
    terms = stranger_asks(&it);
    teller_fails(stranger_refuse(&it, &terms, &err), err, TRANSCRIPT_TOO_LONG);
    for (size_t i = 0; i < 95; i++)
        only[i] = ids[i].text;
    terms.only = only;
    terms.only_count = 95;
    stranger_show(&it, &terms, &other);
    cr_expect_eq(other.verdict.shown, 96);
    cr_expect_eq(other.verdict.item_count, CBI_TRANSCRIPT_SHOWN_MAX + 1);
    stranger_leave(&other);
    teller_close(&it);
}

/* One part more, without the pages of what was recognised. */
static void copy_without_pages(cbi_assembly *assembly, cbi_bytes part)
{
    Cbank__V1__RecognitionEvidence *message = NULL;
    cbank_buffer bytes = {0};
    size_t pages;

    teller_works(cbi_message_parse(&cbank__v1__recognition_evidence__descriptor, part, &message,
                                   &teller_err));
    pages = message->n_pages;
    message->n_pages = 0;
    teller_works(cbi_message_pack(message, &bytes, &teller_err));
    teller_works(cbi_assembly_add(assembly, cbi_bytes_of_buffer(&bytes), &teller_err));
    message->n_pages = pages;
    cbi_message_free(message);
    cbank_buffer_clear(&bytes);
}

/*
 * As a bank would write it that does not want to show what an institution has signed: the first
 * recognition without its pages, or not at all.
 */
static cbank_buffer conceal(const teller *it, const cbank_buffer *file, bool all)
{
    const cbi_private *key = it->bank->log_key.key;
    cbi_assembly assembly = {0};
    cbi_transcript transcript = {0};
    cbank_buffer out = {0};
    cbi_hash digest;
    cbi_bytes part;

    teller_works(cbi_transcript_open(cbi_bytes_of_buffer(file), &transcript, &teller_err));
    Cbank__V1__TranscriptHead head = *transcript.head;

    teller_works(cbi_assembly_begin(it->bank->config.suite, &assembly, &teller_err));
    for (uint32_t i = 0; cbi_artefact_next(&transcript.file.parts, &part); i++) {
        if (i != head.batches)
            teller_works(cbi_assembly_add(&assembly, part, &teller_err));
        else if (!all)
            copy_without_pages(&assembly, part);
    }
    head.recognitions -= all;
    teller_works(cbi_assembly_digest(&assembly, &digest, &teller_err));
    head.body_digest = cbi_message_data(cbi_bytes_of_hash(&digest));
    teller_works(cbi_assembly_finish(&assembly, CBI_TRANSCRIPT_TYPE, &head, &key, 1, &out,
                                     &teller_err));
    cbi_assembly_clear(&assembly);
    cbi_transcript_clear(&transcript);
    return out;
}

Test(selection, the_pages_of_a_recognition_are_left_out_only_for_a_record_that_is_withheld)
{
    cbi_disclosure_terms terms;
    teller_id ids[2];
    char *only[1];
    stranger other;
    teller it;
    cbank_buffer cut;
    cbank_error err;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    ids[0] = teller_issue(&it, "A", 3500);
    ids[1] = teller_issue(&it, "B", 1000);
    panel_recognise(&it, "1", ids, 2, CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE);
    terms = stranger_asks(&it);
    only[0] = ids[0].text;
    for (size_t withheld = 0; withheld < 2; withheld++) {
        terms.only = withheld ? only : NULL;
        terms.only_count = withheld;
        stranger_show(&it, &terms, &other);
        cut = conceal(&it, &other.transcript.file, false);
        cbank_buffer_clear(&other.transcript.file);
        other.transcript.file = cut;
        if (withheld)
            teller_works(stranger_judge(&other, &teller_err));
        else
            teller_fails(stranger_judge(&other, &err), err, EVIDENCE_DIFFERS);
        stranger_leave(&other);
    }
    teller_close(&it);
}

Test(selection, who_changed_a_recognition_is_held_against_who_made_it)
{
    cbi_disclosure_terms terms;
    cbi_recognised made, changed;
    teller_id id;
    stranger other;
    teller it;
    cbank_buffer cut;
    cbank_error err;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    id = teller_issue(&it, "A", 3500);
    made = panel_recognise(&it, "1", &id, 1, CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE);
    teller_works(panel_change(&it, &made.row.id,
                              CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_REVERSE, &changed,
                              &teller_err));
    terms = stranger_asks(&it);
    stranger_show(&it, &terms, &other);
    cr_expect_eq(other.verdict.decision_count, 2);
    cut = conceal(&it, &other.transcript.file, true);
    cbank_buffer_clear(&other.transcript.file);
    other.transcript.file = cut;
    teller_fails(stranger_judge(&other, &err), err, EVIDENCE_DIFFERS);
    stranger_leave(&other);
    teller_close(&it);
}

/* A statement that no act of the bank would write. */
typedef struct lie {
    cbi_act act;
    const char *account;
    const cbi_recognised *touched;
    const cbi_hash *by;
} lie;

static cbank_status check_nothing(cbi_act *act, cbi_append *append, cbank_error *err)
{
    (void)act, (void)append, (void)err;
    return CBANK_OK;
}

static cbank_status write_replaced(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const lie *told = (const lie *)(const void *)act;
    Cbank__V1__ConversionReplaced body = CBANK__V1__CONVERSION_REPLACED__INIT;

    body.account = cbi_message_string(told->account);
    body.touched_sequence = told->touched->row.sequence;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&told->touched->row.leaf));
    body.by = cbi_message_data(cbi_bytes_of_hash(told->by));
    return cbi_errand_append(
        append,
        &(cbi_errand_statement){
            .subject = cbi_account_subject(told->account),
            .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CONVERSION_REPLACED,
            .token = cbi_bytes_of(told->act.token, CBI_TOKEN_SIZE),
            .body = &body},
        NULL, NULL, err);
}

static void replace_by(teller *it, const cbi_recognised *touched, const cbi_hash *by)
{
    lie told = {.account = it->account.digits, .touched = touched, .by = by};

    told.act.now = ++it->now;
    told.act.check = check_nothing;
    told.act.write = write_replaced;
    teller_works(cbi_random(told.act.token, sizeof(told.act.token), &teller_err));
    teller_works(cbi_ledger_submit(it->bank->ledger, &told.act, &teller_err));
    cbank_buffer_clear(&told.act.result);
}

/* What a conversion has used comes back only with the one that is put in its place. */
Test(selection, nothing_is_replaced_by_what_is_not_there_or_does_not_say_so)
{
    cbi_hash nobody = {{7}};
    cbi_disclosure_terms terms;
    cbi_recognised made, other_made;
    teller_id ids[2];
    stranger other;
    teller it;
    cbank_error err;

    for (int row = 0; row < 2; row++) {
        teller_open(&it, CBI_SUITE_SHA256_ED25519);
        ids[0] = teller_issue(&it, "A", 3500);
        ids[1] = teller_issue(&it, "B", 1000);
        made = panel_recognise(&it, "1", ids, 1, CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE);
        if (row == 0) {
            replace_by(&it, &made, &nobody);
        } else {
            other_made = panel_recognise(&it, "2", &ids[1], 1,
                                         CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE);
            replace_by(&it, &made, &other_made.row.id);
        }
        terms = stranger_asks(&it);
        stranger_meet(&it, &other);
        teller_works(cbi_disclosure_issue(it.bank, &terms, &other.transcript, &teller_err));
        teller_fails(stranger_judge(&other, &err), err, EVIDENCE_DIFFERS);
        stranger_leave(&other);
        teller_close(&it);
    }
}
