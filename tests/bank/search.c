/* A search finds what matches, wherever it may pause, and reads no more than it has to. */
#include <criterion/criterion.h>

#include <string.h>

#include "bank/search.h"
#include "bank/teller.h"

#define FOUND_MAX 64

typedef struct found {
    uint64_t indices[FOUND_MAX];
    size_t count;
    uint64_t looked;
} found;

/* Everything a search finds, pausing with a new reader after every `budget` entries. */
static found look(teller *it, const cbi_search_terms *terms, uint64_t from, uint32_t budget)
{
    cbi_search search = {0};
    cbi_holding holding = {0};
    cbi_reader reader = {0};
    found out = {0};
    bool hit;

    teller_works(cbi_ledger_read_begin(it->bank->ledger, &reader, &teller_err));
    teller_works(cbi_search_begin(&reader, terms, from, &search, &teller_err));
    while (!cbi_search_is_over(&search)) {
        cbi_ledger_read_end(&reader);
        teller_works(cbi_ledger_read_begin(it->bank->ledger, &reader, &teller_err));
        teller_works(cbi_search_next(&search, &reader, budget, &holding, &hit, &teller_err));
        if (hit) {
            cr_assert_lt(out.count, FOUND_MAX);
            out.indices[out.count++] = holding.index;
            cbi_holding_clear(&holding);
        }
    }
    out.looked = search.looked;
    cr_expect_eq(search.looked, search.total);
    cbi_search_clear(&search);
    cbi_ledger_read_end(&reader);
    return out;
}

static cbi_search_terms anything(void)
{
    return (cbi_search_terms){
        .account = "", .institution = "", .code = "", .offering = "", .school_year = "",
        .term = ""};
}

static void expect_same(const found *a, const found *b)
{
    cr_assert_eq(a->count, b->count, "%zu, %zu", a->count, b->count);
    cr_expect_eq(memcmp(a->indices, b->indices, a->count * sizeof(a->indices[0])), 0);
}

Test(search, pauses_anywhere)
{
    cbi_search_terms terms = anything();
    found whole, pieces;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_issue_many(&it, it.account.digits, 9, NULL);
    (void)teller_issue(&it, "A", 1000);
    whole = look(&it, &terms, 0, 1000);
    cr_expect_eq(whole.count, 10);
    for (uint32_t budget = 1; budget < 6; budget++) {
        pieces = look(&it, &terms, 0, budget);
        expect_same(&whole, &pieces);
    }
    pieces = look(&it, &terms, whole.indices[4] + 1, 2);
    cr_assert_eq(pieces.count, 5);
    cr_expect_eq(pieces.indices[0], whole.indices[5]);
    teller_close(&it);
}

Test(search, of_an_account_or_a_batch_reads_neither_more_nor_less)
{
    cbi_search_terms all = anything(), terms;
    cbi_holding holding = {0};
    cbi_account other;
    found whole, narrow;
    teller_id id;
    cbi_txn *txn;
    teller it;
    cbi_hasher *hasher;
    cbi_hash batch;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    other = teller_open_account(&it, "passport/GBR", "AB1234567", "");
    teller_issue_many(&it, other.digits, 5, NULL);
    id = teller_issue(&it, "A", 1000);
    teller_issue_many(&it, other.digits, 5, NULL);
    whole = look(&it, &all, 0, 1000);
    cr_expect_eq(whole.count, 11);

    terms = all;
    terms.account = it.account.digits;
    narrow = look(&it, &terms, 0, 1);
    cr_expect_eq(narrow.count, 1);
    cr_expect_eq(narrow.looked, 2, "opened, deposited");

    teller_works(cbi_hasher_new(CBI_SUITE_SHA256_ED25519, &hasher, &teller_err));
    txn = teller_begin(&it, CBI_TXN_READ);
    teller_works(cbi_holding_find(txn, hasher, id.text, &holding, &teller_err));
    memcpy(batch.bytes, holding.deposited->batch.data, sizeof(batch.bytes));
    cbi_holding_clear(&holding);
    cbi_txn_abort(txn);
    cbi_hasher_free(hasher);
    terms = all;
    terms.batch = cbi_bytes_of_hash(&batch);
    narrow = look(&it, &terms, 0, 1);
    cr_expect_eq(narrow.count, 1);
    cr_expect_leq(narrow.looked, 2);
    teller_close(&it);
}

Test(search, is_refused_for_what_is_not_there)
{
    cbi_search_terms terms = anything();
    const cbi_hash nothing = {{1}};
    cbi_search search = {0};
    cbi_reader reader = {0};
    cbank_error err;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_works(cbi_ledger_read_begin(it.bank->ledger, &reader, &teller_err));
    terms.account = "1234567890123428";
    teller_fails(cbi_search_begin(&reader, &terms, 0, &search, &err), err, ACCOUNT_UNKNOWN);
    terms.account = "";
    terms.batch = cbi_bytes_of_hash(&nothing);
    teller_fails(cbi_search_begin(&reader, &terms, 0, &search, &err), err, BATCH_UNKNOWN);
    terms.batch.size--;
    teller_fails(cbi_search_begin(&reader, &terms, 0, &search, &err), err, BAD_ARGUMENT);
    cbi_ledger_read_end(&reader);
    teller_close(&it);
}
