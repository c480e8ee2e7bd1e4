/* Somebody is erased, the bank compacted: none of the bytes that were theirs is in the file. */
#include "bank/erase.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bank/parcel.h"
#include "bank/upkeep.h"
#include "bank/vault.h"
#include "store/compaction.h"

#define PIECES_MAX 64u
#define OTHER_NUMBER "360321190001010033"

static teller it;

/* What the bank holds of one person, byte for byte. */
typedef struct held {
    cbank_buffer pieces[PIECES_MAX];
    size_t count;
} held;

static void keep(held *out, cbi_bytes bytes)
{
    cr_assert_lt(out->count, PIECES_MAX);
    teller_works(cbi_buffer_set(&out->pieces[out->count++], bytes, &teller_err));
}

static void keep_row(held *out, cbi_txn *txn, cbi_table table, cbi_bytes key)
{
    cbank_buffer value = {0};

    teller_works(cbi_txn_get(txn, table, key, &value, &teller_err));
    keep(out, cbi_bytes_of_buffer(&value));
    cbank_buffer_clear(&value);
}

/* The sealed person, the key it is found by, and of each entry the opening and the statement. */
static void keep_person(held *out, const char *account)
{
    cbi_identity document = {0};
    cbi_reader reader = {0};
    cbi_chain chain = {0};
    cbi_subject subject = cbi_account_subject(account);
    cbi_logged logged;
    cbi_hash key;

    teller_works(cbi_ledger_read_begin(it.bank->ledger, &reader, &teller_err));
    keep_row(out, reader.txn, CBI_TABLE_VAULT, cbi_bytes_of_text(account));
    teller_works(cbi_identity_normalise(cbi_bytes_of_text(TELLER_DOCUMENT),
                                        cbi_bytes_of_text(TELLER_NUMBER), &document, &teller_err));
    teller_works(cbi_vault_key(it.bank, &document, &key, &teller_err));
    keep(out, cbi_bytes_of_hash(&key));
    teller_works(cbi_history_chain(&reader, &subject, &chain, &teller_err));
    for (size_t i = 0; i < chain.count; i++) {
        uint8_t index[8];

        cbi_put_u64(index, chain.indices[i]);
        keep_row(out, reader.txn, CBI_TABLE_OPENING, cbi_bytes_of(index, sizeof(index)));
        teller_works(cbi_history_read(&reader, chain.indices[i], &logged, &teller_err));
        keep(out, logged.statement);
    }
    cbi_chain_clear(&chain);
    cbi_ledger_read_end(&reader);
}

static size_t count_in_file(const held *what)
{
    char path[128];
    struct stat file;
    size_t found = 0;
    uint8_t *bytes;
    int fd;

    snprintf(path, sizeof(path), "%s/store/data.mdb", it.path);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    cr_assert(fd >= 0 && fstat(fd, &file) == 0);
    bytes = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    cr_assert(bytes != MAP_FAILED);
    for (size_t i = 0; i < what->count; i++)
        found += memmem(bytes, (size_t)file.st_size, what->pieces[i].data,
                        what->pieces[i].size) != NULL;
    (void)munmap(bytes, (size_t)file.st_size);
    (void)close(fd);
    return found;
}

static void compact(void)
{
    cbi_compaction *compaction = NULL;
    bool more = true;

    teller_works(cbi_compaction_begin(it.bank->store, &compaction, &teller_err));
    while (more)
        teller_works(cbi_compaction_step(compaction, &more, &teller_err));
    cbi_compaction_end(compaction);
}

static void erase(void)
{
    const cbi_order order = {.actor = "op1", .approver = "op2", .reason = "request",
                             .document = "2026-12", .now = ++it.now};

    teller_works(cbi_erase_account(it.bank, it.account.digits, 0, &order, &teller_err));
}

static int64_t erased_at(void)
{
    cbi_txn *txn = teller_begin(&it, CBI_TXN_READ);
    int64_t at = 0;

    teller_works(cbi_upkeep_read(txn, CBI_UPKEEP_ERASED, &at, &teller_err));
    cbi_txn_abort(txn);
    return at;
}

static void play(cbi_suite suite)
{
    held theirs = {0};
    teller_id id;

    teller_open(&it, suite);
    (void)teller_open_account(&it, TELLER_DOCUMENT, OTHER_NUMBER, "乙");
    id = teller_issue(&it, "R-1", 2000);
    keep_person(&theirs, it.account.digits);
    (void)teller_amend(&it, id.text, 3000);
    (void)teller_issue(&it, "R-2", 1000);
    cr_expect_eq(erased_at(), 0);
    erase();
    cr_expect_gt(erased_at(), 0);
    cr_expect_gt(count_in_file(&theirs), 0, "deleting alone leaves bytes behind");
    compact();
    cr_expect_eq(count_in_file(&theirs), 0);
    (void)teller_open_account(&it, TELLER_DOCUMENT, TELLER_NUMBER, TELLER_NAME);
    /* The same document is looked up under the same key again; all else stays gone. */
    cr_expect_leq(count_in_file(&theirs), 1);
    for (size_t i = 0; i < theirs.count; i++)
        cbank_buffer_clear(&theirs.pieces[i]);
    teller_close(&it);
}

Test(erase, leaves_no_byte_in_the_file_once_it_is_compacted)
{
    play(CBI_SUITE_SHA256_ED25519);
}

Test(erase, nor_in_the_other_suite)
{
    play(CBI_SUITE_SM3_SM2);
}

/* ---- from which file it came ---------------------------------------------------------------- */

/* A batch from a file that is called after somebody; its number. */
static uint64_t send_named(uint64_t number, const char *reference, const char *beside)
{
    Cbank__Api__V1__BatchSource source = CBANK__API__V1__BATCH_SOURCE__INIT;
    cbi_deposit_terms terms = parcel_terms(&it);
    parcel_answer answer;
    cbank_buffer file;
    parcel p;

    source.file_name = cbi_message_string(TELLER_NAME ".csv");
    terms.source = &source;
    parcel_begin(&p, &it);
    parcel_add(&p, &(parcel_record){.reference = reference,
                                    .type = TELLER_DOCUMENT,
                                    .number = TELLER_NUMBER,
                                    .name = TELLER_NAME});
    if (beside != NULL)
        parcel_add(&p, &(parcel_record){.reference = beside,
                                        .type = TELLER_DOCUMENT,
                                        .number = OTHER_NUMBER,
                                        .name = "乙"});
    file = parcel_sign(&p, number);
    answer = parcel_hand_in(&it, &terms, &file);
    cr_assert_eq(answer.status, CBANK_OK, "%s",
                 cbi_reason_word((cbi_reason)answer.err.reason));
    cr_assert_gt(answer.intake.taken, 0);
    cbank_buffer_clear(&file);
    return answer.intake.number;
}

static bool is_named(uint64_t batch)
{
    cbi_txn *txn = teller_begin(&it, CBI_TXN_READ);
    Cbank__Api__V1__BatchSource *source = NULL;
    cbank_status status = cbi_vault_get_source(it.bank, txn, batch, &source, &teller_err);

    cbi_message_free(source);
    cbi_txn_abort(txn);
    cr_assert(status == CBANK_OK || status == CBANK_E_NOT_FOUND);
    return status == CBANK_OK;
}

Test(erase, the_name_of_a_file_that_was_about_nobody_else_goes_along)
{
    uint64_t own, shared;
    cbi_account other;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    other = teller_open_account(&it, TELLER_DOCUMENT, OTHER_NUMBER, "乙");
    own = send_named(1, "A", NULL);
    shared = send_named(2, "B", "C");
    cr_assert(is_named(own) && is_named(shared));
    erase();
    cr_expect_not(is_named(own));
    cr_expect(is_named(shared), "it is another one's as well");
    it.account = other;
    erase();
    cr_expect_not(is_named(shared), "and nobody's once all have gone");
    teller_close(&it);
}
