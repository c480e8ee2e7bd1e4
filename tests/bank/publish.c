/* What the bank signs for everybody: the directory that partners pin, the status they refresh. */
#include <criterion/criterion.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "bank/counter.h"
#include "bank/disclosure.h"
#include "bank/institution.h"
#include "bank/publish.h"
#include "bank/teller.h"
#include "proof/statusfile.h"
#include "proof/verify.h"

static const cbi_suite suites[] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};

static cbi_publication publish_directory(teller *it)
{
    cbi_publication publication = {0};

    teller_works(cbi_publish_directory(it->bank, it->root_key, it->now, 0, &publication,
                                       &teller_err));
    return publication;
}

static cbi_publication publish_status(teller *it)
{
    cbi_publication publication = {0};

    teller_works(cbi_publish_status(it->bank, it->now, 0, &publication, &teller_err));
    return publication;
}

static cbi_directory read_directory(teller *it)
{
    cbi_publication publication = publish_directory(it);
    cbi_directory directory = {0};

    teller_works(cbi_directory_open(cbi_bytes_of_buffer(&publication.file), NULL, it->now,
                                    &directory, &teller_err));
    cbi_publish_clear(&publication);
    return directory;
}

static cbi_statusfile read_status(teller *it, const cbi_directory *directory)
{
    cbi_publication publication = publish_status(it);
    cbi_statusfile file = {0};

    teller_works(cbi_statusfile_open(cbi_bytes_of_buffer(&publication.file), directory, it->now,
                                     &file, &teller_err));
    cbi_publish_clear(&publication);
    return file;
}

Test(publish, the_directory_names_every_institution_with_its_keys)
{
    for (size_t i = 0; i < 2; i++) {
        const cbi_directory_institution *college, *vouched;
        cbi_directory directory;
        teller it;

        teller_open(&it, suites[i]);
        teller_vouch(&it, "ZZU");
        teller_vouch(&it, "AAU");
        directory = read_directory(&it);
        cr_expect_eq(directory.institution_count, 3);
        cr_expect_str_eq(directory.origin, it.bank->config.origin);
        cr_expect_eq(directory.head->number, 1);
        cr_expect_eq(directory.head->expires_at, it.now + 365 * 86400);
        college = cbi_directory_find(&directory, cbi_bytes_of_text(TELLER_COLLEGE));
        vouched = cbi_directory_find(&directory, cbi_bytes_of_text("ZZU"));
        cr_assert(college != NULL && vouched != NULL);
        cr_expect_not(college->keys[0].vouched, "it signed its own request");
        cr_expect(vouched->keys[0].vouched, "only the bank says so");
        cr_expect(cbi_public_equal(&college->keys[0].key, cbi_private_public(it.college_key)));
        cbi_directory_clear(&directory);
        teller_close(&it);
    }
}

Test(publish, a_bank_without_institutions_has_a_directory_too)
{
    cbi_directory directory;
    cbi_txn *txn;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    txn = teller_begin(&it, CBI_TXN_WRITE);
    teller_works(cbi_txn_delete(txn, CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE),
                                &teller_err));
    teller_commit(txn);
    directory = read_directory(&it);
    cr_expect_eq(directory.institution_count, 0);
    cbi_directory_clear(&directory);
    teller_close(&it);
}

Test(publish, more_institutions_than_a_page_of_the_store_holds)
{
    enum { PLACES = 1203 };
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbi_directory directory;
    cbi_txn *txn;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    txn = teller_begin(&it, CBI_TXN_WRITE);
    teller_works(cbi_institution_read(txn, TELLER_COLLEGE, &row, &teller_err));
    for (int i = 1; i < PLACES; i++) {
        Cbank__V1__InstitutionKey key = *row->keys[0], *keys[1] = {&key};
        Cbank__V1__DirectoryInstitution copy = *row;
        cbank_buffer bytes = {0};
        char code[16];

        snprintf(code, sizeof(code), "C%04d", i);
        key.request = (ProtobufCBinaryData){0}; /* it is another's */
        copy.institution = code;
        copy.keys = keys;
        teller_works(cbi_message_pack(&copy, &bytes, &teller_err));
        teller_works(cbi_txn_put(txn, CBI_TABLE_INSTITUTION, cbi_bytes_of_text(code),
                                 cbi_bytes_of_buffer(&bytes), &teller_err));
        cbank_buffer_clear(&bytes);
    }
    cbi_message_free(row);
    teller_commit(txn);
    directory = read_directory(&it);
    cr_expect_eq(directory.institution_count, PLACES);
    cbi_directory_clear(&directory);
    teller_close(&it);
}

Test(publish, only_the_root_key_signs_the_directory)
{
    cbi_publication publication = {0};
    cbank_error err = {0};
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_fails(cbi_publish_directory(it.bank, it.college_key, it.now, 0, &publication, &err),
                 err, NOT_THE_ROOT_KEY);
    teller_fails(
        cbi_publish_directory(it.bank, it.bank->log_key.key, it.now, 0, &publication, &err), err,
        NOT_THE_ROOT_KEY);
    cr_expect_eq(publication.file.size, 0);
    publication = publish_directory(&it);
    cr_expect_eq(publication.number, 1, "a refusal takes no number");
    cbi_publish_clear(&publication);
    teller_close(&it);
}

Test(publish, an_expiry_must_be_ahead)
{
    cbi_publication publication = {0};
    cbank_error err = {0};
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_fails(cbi_publish_directory(it.bank, it.root_key, it.now, it.now, &publication, &err),
                 err, TIME_ORDER);
    teller_fails(cbi_publish_status(it.bank, it.now, it.now - 1, &publication, &err), err,
                 TIME_ORDER);
    teller_close(&it);
}

Test(publish, numbers_go_up_across_reopening)
{
    cbi_publication publication;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    publication = publish_directory(&it);
    cbi_publish_clear(&publication);
    publication = publish_status(&it);
    cr_expect_eq(publication.number, 1, "status files count for themselves");
    cbi_publish_clear(&publication);
    cbi_bank_close(it.bank);
    teller_works(cbi_bank_open(it.path, (cbi_bytes){0}, &it.bank, &teller_err));
    publication = publish_directory(&it);
    cr_expect_eq(publication.number, 2);
    cbi_publish_clear(&publication);
    teller_close(&it);
}

#define THREADS 4
#define FILES 8

typedef struct press {
    teller *it;
    uint64_t numbers[FILES];
} press;

static void *print_many(void *argument)
{
    press *self = argument;

    for (int i = 0; i < FILES; i++) {
        cbi_publication publication = {0};

        if (cbi_publish_directory(self->it->bank, self->it->root_key, self->it->now, 0,
                                  &publication, NULL) == CBANK_OK)
            self->numbers[i] = publication.number;
        cbi_publish_clear(&publication);
    }
    return NULL;
}

Test(publish, no_two_directories_share_a_number)
{
    bool seen[THREADS * FILES + 1] = {false};
    press presses[THREADS];
    pthread_t threads[THREADS];
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    for (int i = 0; i < THREADS; i++) {
        presses[i] = (press){.it = &it};
        cr_assert_eq(pthread_create(&threads[i], NULL, print_many, &presses[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        for (int n = 0; n < FILES; n++) {
            uint64_t number = presses[i].numbers[n];

            cr_assert(number >= 1 && number <= THREADS * FILES);
            cr_expect_not(seen[number], "%llu twice", (unsigned long long)number);
            seen[number] = true;
        }
    }
    teller_close(&it);
}

Test(publish, the_status_of_a_bank_where_all_holds_is_empty)
{
    cbi_directory directory;
    cbi_statusfile file;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_issue(&it, "A", 1000);
    directory = read_directory(&it);
    file = read_status(&it, &directory);
    cr_expect_eq(file.records.count, 0);
    cr_expect_eq(file.accounts.count, 0);
    cr_expect_eq(file.head->pages, 0);
    cr_expect_eq(file.head->expires_at, it.now + 7 * 86400);
    cbi_statusfile_clear(&file);
    cbi_directory_clear(&directory);
    teller_close(&it);
}

static cbi_hash record_id(teller *it, const char *id)
{
    cbi_holding holding = {0};
    cbi_reader reader;
    cbi_hash out;

    teller_works(cbi_ledger_read_begin(it->bank->ledger, &reader, &teller_err));
    teller_works(cbi_holding_find(reader.txn, reader.hasher, id, &holding, &teller_err));
    out = holding.id;
    cbi_holding_clear(&holding);
    cbi_ledger_read_end(&reader);
    return out;
}

Test(publish, the_status_lists_nothing_that_no_checkpoint_holds_yet)
{
    cbi_directory directory;
    cbi_statusfile file;
    cbi_txn *txn;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    txn = teller_begin(&it, CBI_TXN_WRITE);
    teller_works(cbi_holding_put_state(txn, 100, CBI_RECORD_REVOKED, &teller_err));
    teller_commit(txn);
    directory = read_directory(&it);
    file = read_status(&it, &directory);
    cr_expect_eq(file.records.count, 0);
    cbi_statusfile_clear(&file);
    cbi_directory_clear(&directory);
    teller_close(&it);
}

Test(publish, the_status_lists_what_no_longer_simply_holds)
{
    for (size_t i = 0; i < 2; i++) {
        teller_id held, revoked, suspended, amended;
        cbi_directory directory;
        cbi_statusfile file;
        cbi_hash id;
        teller it;

        teller_open(&it, suites[i]);
        held = teller_issue(&it, "A", 1000);
        revoked = teller_issue(&it, "B", 1000);
        suspended = teller_issue(&it, "C", 1000);
        amended = teller_issue(&it, "D", 1000);
        teller_change(&it, revoked.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
        teller_change(&it, suspended.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND);
        teller_amend(&it, amended.text, 2000);
        teller_freeze(&it, true);
        directory = read_directory(&it);
        file = read_status(&it, &directory);
        cr_expect_eq(file.records.count, 3);
        cr_expect_eq(file.accounts.count, 1);
        id = record_id(&it, held.text);
        cr_expect_eq((int)cbi_statusfile_record(&file, &id), 0);
        id = record_id(&it, revoked.text);
        cr_expect_eq((int)cbi_statusfile_record(&file, &id), CBI_RECORD_REVOKED);
        id = record_id(&it, suspended.text);
        cr_expect_eq((int)cbi_statusfile_record(&file, &id), CBI_RECORD_SUSPENDED);
        id = record_id(&it, amended.text);
        cr_expect_eq((int)cbi_statusfile_record(&file, &id), CBI_RECORD_SUPERSEDED);
        cr_expect_eq(file.accounts.items[0].state,
                     CBANK__V1__ACCOUNT_STATE__ACCOUNT_STATE_FROZEN);
        cbi_statusfile_clear(&file);
        cbi_directory_clear(&directory);
        teller_close(&it);
    }
}

Test(publish, the_status_goes_over_several_pages)
{
    enum { RECORDS = 2048 };
    cbi_directory directory;
    cbi_statusfile file;
    cbi_txn *txn;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_issue_many(&it, it.account.digits, 1000, NULL);
    teller_issue_many(&it, it.account.digits, 1000, NULL);
    teller_issue_many(&it, it.account.digits, 100, NULL);
    txn = teller_begin(&it, CBI_TXN_WRITE);
    for (uint64_t index = 3, left = RECORDS; left > 0; index++) {
        if (index == 1003 || index == 2004) /* receipts stand between */
            continue;
        teller_works(cbi_holding_put_state(txn, index, CBI_RECORD_REVOKED, &teller_err));
        left--;
    }
    teller_commit(txn);
    directory = read_directory(&it);
    file = read_status(&it, &directory);
    cr_expect_eq(file.records.count, RECORDS);
    cr_expect_eq(file.head->pages, 2, "1,024 a page");
    cbi_statusfile_clear(&file);
    cbi_directory_clear(&directory);
    teller_close(&it);
}

static cbank_status verify_fresh(teller *it, cbi_bytes transcript, cbi_bytes status_bytes,
                                 cbi_verdict *out, cbank_error *err)
{
    cbi_directory directory = read_directory(it);
    cbi_trust trust = {.directory = &directory};
    cbi_verify_terms terms = {.at = it->now, .status = status_bytes};
    cbank_status status = cbi_verify_transcript(transcript, &trust, &terms, out, err);

    cbi_verdict_clear(out);
    cbi_directory_clear(&directory);
    return status;
}

Test(publish, an_older_transcript_is_stale_once_the_status_says_so)
{
    cbi_disclosure transcript = {0};
    cbi_publication before, after;
    cbi_disclosure_terms terms;
    cbi_verdict verdict = {0};
    cbank_error err = {0};
    teller_id id;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    id = teller_issue(&it, "A", 1000);
    terms = (cbi_disclosure_terms){.ground = {.basis = "legal-duty", .document = "教字1号"},
                                   .account = it.account.digits,
                                   .recipient = "",
                                   .purpose = "",
                                   .now = it.now,
                                   .evidence = true};
    teller_works(cbi_disclosure_issue(it.bank, &terms, &transcript, &teller_err));
    before = publish_status(&it);
    teller_change(&it, id.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    after = publish_status(&it);
    teller_works(verify_fresh(&it, cbi_bytes_of_buffer(&transcript.file),
                              cbi_bytes_of_buffer(&before.file), &verdict, &teller_err));
    teller_fails(verify_fresh(&it, cbi_bytes_of_buffer(&transcript.file),
                              cbi_bytes_of_buffer(&after.file), &verdict, &err),
                 err, ENDED_SINCE);
    cbi_publish_clear(&before);
    cbi_publish_clear(&after);
    cbi_disclosure_clear(&transcript);
    teller_close(&it);
}
