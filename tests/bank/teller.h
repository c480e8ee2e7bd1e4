/*
 * teller.h - a bank on disk with a college and a learner, and what is done at its counter.
 *
 * What must work is asserted here, so that a test reads as what it is about. Times are the
 * teller's own: one second more for every act.
 */
#ifndef CBI_TESTS_BANK_TELLER_H
#define CBI_TESTS_BANK_TELLER_H

#include <criterion/criterion.h>

#include "bank/desk.h"

#define TELLER_TIME 1764000000
#define TELLER_COLLEGE "PXU"
#define TELLER_NAME "学生甲"
#define TELLER_DOCUMENT "cn-id"
#define TELLER_NUMBER "36030218900101001X"
#define TELLER_BORN_ON 18900101u

typedef struct teller {
    char folder[64]; /* all of it */
    char path[96];   /* of the bank */
    cbi_bank *bank;
    cbi_private *root_key;
    cbi_private *college_key;
    cbi_account account;
    int64_t now;
} teller;

typedef struct teller_id {
    char text[CBI_DISPLAY_ID_MAX];
} teller_id;

/* The bank is founded, the college admitted by its own request, the learner's account opened. */
void teller_open(teller *it, cbi_suite suite);
/* The same with another origin: "HOST/credit/SUITE/1". */
void teller_open_at(teller *it, cbi_suite suite, const char *host);
/* The same, the college having this key, which is copied; NULL: a new one. */
void teller_open_with(teller *it, cbi_suite suite, const char *host, const cbi_private *key);
/* The bank alone: no college, no learner. */
void teller_open_elsewhere(teller *it, cbi_suite suite, const char *host);
void teller_close(teller *it);

/* Another account, of another person. */
cbi_account teller_open_account(teller *it, const char *type, const char *number,
                                const char *name);
void teller_freeze(teller *it, bool freeze);
/* One of the statements that change an account's state. */
void teller_change_account(teller *it, const char *account, int kind);
/* Admits an institution on the bank's word alone, with a key of its own. */
void teller_vouch(teller *it, const char *code);

/* A record of `milli` thousandths of a credit in a batch of its own; its display id. */
teller_id teller_issue(teller *it, const char *reference, int64_t milli);
/* What becomes of it, whether it is deposited or not. */
cbi_outcome teller_try_issue(teller *it, const char *reference, int64_t milli);
/* One that says what it is based on, and the recognition that granted it; NULL for none. */
teller_id teller_issue_based(teller *it, const char *account, const char *reference,
                             const char *based_on, const cbi_hash *recognition);
/*
 * `count` records in one batch, with references of their own; a year later if there are hundreds.
 * Their ids, if `ids` is not NULL.
 */
void teller_issue_many(teller *it, const char *account, size_t count, teller_id *ids);
void teller_change(teller *it, const char *id, Cbank__V1__ChangeAction action);
/* Replaces the record; the new one's id. */
teller_id teller_amend(teller *it, const char *id, int64_t milli);

/* A write outside every act, as a stranger with access to the store would. */
cbi_txn *teller_begin(teller *it, cbi_txn_mode mode);
void teller_commit(cbi_txn *txn);

/* What calls that must work write their reason to. */
extern cbank_error teller_err;
#define teller_works(expr)                                                                         \
    cr_assert_eq((expr), CBANK_OK, "%s: %s %s",                                                    \
                 cbi_reason_word((cbi_reason)teller_err.reason), teller_err.object,                \
                 teller_err.detail)
/* That a call failed for this reason and no other. */
#define teller_fails(status, err, reason_name)                                                     \
    cr_assert((status) == cbi_reason_status(CBI_REASON_##reason_name) &&                           \
                  (err).reason == CBI_REASON_##reason_name,                                        \
              "%s (%s), not " #reason_name, cbi_reason_word((cbi_reason)(err).reason),             \
              (err).detail)

#endif
