/* An account and those merged into it, found from whatever a caller calls an account. */
#include "bank/family.h"
#include "bank/teller.h"

Test(family, what_is_no_account_number_is_nobodys)
{
    static const char *const WORDS[] = {"", "1", "100000000000019", "10000000000001950"};
    cbi_family family = {0};
    cbi_reader reader = {0};
    cbi_account found;
    cbank_error err;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    teller_works(cbi_ledger_read_begin(it.bank->ledger, &reader, &teller_err));
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        char *word = strdup(WORDS[i]); /* so that reading past its end is noticed */

        teller_fails(cbi_family_root(reader.txn, word, &found, &err), err, ACCOUNT_UNKNOWN);
        teller_fails(cbi_family_parent(reader.txn, word, &found, &err), err, ACCOUNT_UNKNOWN);
        teller_fails(cbi_family_read(&reader, word, &family, &err), err, ACCOUNT_UNKNOWN);
        cbi_family_clear(&family);
        free(word);
    }
    cbi_ledger_read_end(&reader);
    teller_close(&it);
}
