/* What one batch does within itself, before anything of it is written. */
#include "bank/tally.h"

#include "bank/teller.h"

#include <stdio.h>

#define ACCOUNT "1000000000001727"

static cbi_hasher *hasher;
static cbi_tally *tally;

static void begin(void)
{
    teller_works(cbi_hasher_new(CBI_SUITE_SHA256_ED25519, &hasher, &teller_err));
    teller_works(cbi_tally_new(0, true, &tally, &teller_err));
}

static void end(void)
{
    cbi_tally_free(tally);
    cbi_hasher_free(hasher);
}

TestSuite(tally, .init = begin, .fini = end);

/* A record for the account, ruled on when its chain had so many entries; 0: there was none yet. */
static cbi_ruling add(uint64_t item, uint64_t entries)
{
    static const Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    cbi_person person = {.document_count = 1};
    const cbi_claim claim = {.institution = TELLER_COLLEGE,
                             .awarder = TELLER_COLLEGE,
                             .reference = "R",
                             .record = &record,
                             .person = &person};
    cbi_ruling ruling = {.outcome = CBI_OUTCOME_DEPOSITED, .entries = entries};

    if (entries > 0)
        snprintf(ruling.account.digits, sizeof(ruling.account.digits), "%s", ACCOUNT);
    teller_works(cbi_tally_add(tally, NULL, hasher, item, &claim, &ruling, &teller_err));
    return ruling;
}

/* What an account has grown by is told from one state of it, whatever was read of it later. */
Test(tally, an_account_is_counted_from_when_it_was_first_looked_at)
{
    cbi_ruling first = add(0, 10), later = add(1, 14), earlier = add(2, 9);

    cr_expect_eq(first.entries, 10);
    cr_expect_eq(later.entries, 10);
    cr_expect_leq(earlier.entries, 10);
    cr_expect_eq(later.yearly, first.yearly + 1);
    cr_expect_eq(earlier.yearly, first.yearly + 2);
}

/* Others have opened it between two states by which a file is ruled on. */
Test(tally, who_had_no_account_is_counted_with_it_once_there_is_one)
{
    cr_expect_eq(add(0, 0).yearly, 1);
    cr_expect_eq(add(1, 0).yearly, 2);
    cr_expect_eq(add(2, 5).yearly, 4 + 3, "all entries but the first, and all of the file's");
    cr_expect_eq(add(3, 6).entries, 5);
    cr_expect_eq(add(4, 0).yearly, 4 + 5);
    cr_expect_eq(cbi_tally_strangers(tally), 1);
}

/* Who ruled on it has seen a later state than whoever counts: what came between is not left out. */
Test(tally, records_of_a_year_are_counted_together_with_the_entries_of_that_state)
{
    static const Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    cbi_person person = {.document_count = 1};
    const cbi_claim claim = {.institution = TELLER_COLLEGE,
                             .awarder = TELLER_COLLEGE,
                             .reference = "R",
                             .record = &record,
                             .person = &person};
    cbi_ruling ruling = {.outcome = CBI_OUTCOME_DEPOSITED, .entries = CBI_YEARLY_RECORDS_MAX + 9};
    cbi_txn *txn;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    (void)teller_issue(&it, "R-1", 1000);
    ruling.account = it.account;
    txn = teller_begin(&it, CBI_TXN_READ);
    teller_works(cbi_tally_add(tally, txn, hasher, 0, &claim, &ruling, &teller_err));
    cbi_txn_abort(txn);
    cr_expect_eq(ruling.outcome, CBI_OUTCOME_DEPOSITED);
    cr_expect_eq(ruling.entries, 2); /* the account was opened, and has a record */
    cr_expect_eq(ruling.yearly, 2);
    teller_close(&it);
}
