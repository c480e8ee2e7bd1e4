/* A search finds what matches, wherever it may pause, and reads no more than it has to. */
#include <criterion/criterion.h>

#include <string.h>

#include "bank/search.h"
#include "bank/teller.h"
#include "bank/telling.h"

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

/* A street's centre, for which the college signs. */
static void enter_street(teller *it)
{
    Cbank__V1__InstitutionRegistered body = CBANK__V1__INSTITUTION_REGISTERED__INIT;
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT, *names[1] = {&name};
    Cbank__V1__Delegation delegation = CBANK__V1__DELEGATION__INIT;
    const cbi_new_grant grant = {.delegation = &delegation};
    const cbi_notice notice = {.code = "STREET", .now = it->now};

    name.value = cbi_message_string("街道学习中心");
    body.institution = cbi_message_string("STREET");
    body.names = names;
    body.n_names = 1;
    delegation.signer = cbi_message_string(TELLER_COLLEGE);
    teller_works(cbi_telling_register(it->bank, &notice, &body, &teller_err));
    teller_works(cbi_telling_grant(it->bank, &notice, &grant, &teller_err));
}

static void issue_for_street(teller *it, const char *reference)
{
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT, *titles[1] = {&title};
    Cbank__V1__Awarder awarder = CBANK__V1__AWARDER__INIT;
    const cbi_desk_draft draft = {it->account.digits, &record};
    const cbi_desk_order order = {
        .institution = TELLER_COLLEGE, .key = it->college_key, .now = ++it->now};
    cbi_desk_result result;
    cbi_hash batch;

    title.value = cbi_message_string("书法");
    awarder.institution = cbi_message_string("STREET");
    record.awarded_by = &awarder;
    record.reference = cbi_message_string(reference);
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COMMUNITY;
    record.title = titles;
    record.n_title = 1;
    teller_works(cbi_desk_issue(it->bank, &order, &draft, 1, &result, &batch, &teller_err));
}

Test(search, of_an_institution_reads_its_batches_and_those_of_who_signs_for_it)
{
    cbi_search_terms all = anything(), terms = all;
    found whole, own, street, none;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_vouch(&it, "OTHER");
    enter_street(&it);
    for (size_t i = 0; i < 40; i++)
        teller_freeze(&it, i % 2 == 0); /* what is no batch's */
    (void)teller_issue(&it, "A", 1000);
    issue_for_street(&it, "A"); /* a reference of its own */
    (void)teller_issue(&it, "B", 1000);
    whole = look(&it, &all, 0, 1000);
    cr_assert_eq(whole.count, 3);

    terms.institution = TELLER_COLLEGE;
    own = look(&it, &terms, 0, 1);
    cr_assert_eq(own.count, 2);
    cr_expect_eq(own.indices[0], whole.indices[0]);
    cr_expect_eq(own.indices[1], whole.indices[2]);
    cr_expect_leq(own.looked, 6);
    terms.institution = "STREET";
    street = look(&it, &terms, 0, 2);
    cr_assert_eq(street.count, 1);
    cr_expect_eq(street.indices[0], whole.indices[1]);
    cr_expect_leq(street.looked, 6);
    street = look(&it, &terms, whole.indices[1] + 1, 2);
    cr_expect_eq(street.count, 0);
    for (size_t i = 0; i < 2; i++) {
        terms.institution = i == 0 ? "OTHER" : "NOBODY";
        none = look(&it, &terms, 0, 1);
        cr_expect_eq(none.count, 0);
        cr_expect_eq(none.looked, 0);
    }
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
