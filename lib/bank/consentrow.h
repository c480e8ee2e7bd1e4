/*
 * consentrow.h - a learner's second chain as a table, so that nobody walks it to look something up.
 *
 * Rows of `consent`: 'c' | account | sequence u64 -> a consent, mandate or disclosure that begins
 * there, as it is now; 'v' | code 12 -> account | sequence of the disclosure; 't' | transcript id
 * -> state u8 | expiry u64 | account | sequence, for disclosures that are not valid as they say.
 * All of it can be made again from the log, and a check does so.
 *
 * People name consents and agents as they name records: "<log index>-<16 digits of the leaf>".
 */
#ifndef CBI_BANK_CONSENTROW_H
#define CBI_BANK_CONSENTROW_H

#include "bank/errand.h"
#include "bank/holding.h"
#include "record/code.h"
#include "record/consent.h"

#include "cbank/v1/status.pb-c.h"

typedef struct cbi_consent_row {
    cbi_account account;
    uint64_t sequence;
    uint64_t index;
    cbi_hash leaf;
    cbi_consent_state state;
    int64_t ended_at; /* 0 while it stands */
    /* Of a disclosure: its consent's sequence plus one, 0 under a legal basis; and the statement
     * that says so, which is the newest extension's. Of a consent: its agent's. */
    uint64_t parent;
    uint64_t ground_index;
    cbi_hash transcript;
    cbi_verification code;
} cbi_consent_row;

cbi_subject cbi_consent_subject(const char *account);

/* The row that this statement begins; false if it begins none. */
bool cbi_consent_row_begin(int kind, const void *body, cbi_consent_row *out);
/* What becomes of a row by a statement that touches it. As cbi_consent_step. */
cbank_status cbi_consent_row_step(cbi_consent_row *row, int kind, const void *body, int64_t at,
                                  uint64_t index, cbank_error *err);

cbank_status cbi_consent_row_write(cbi_txn *txn, const cbi_consent_row *row, cbank_error *err);
/* STATE (SECOND_CHAIN_TOUCHED) if nothing begins there. */
cbank_status cbi_consent_row_read(cbi_txn *txn, const char *account, uint64_t sequence,
                                  cbi_consent_row *out, cbank_error *err);
/* The first row at or after `sequence`; `*found` is false at the end. */
cbank_status cbi_consent_row_next(cbi_txn *txn, const char *account, uint64_t sequence,
                                  cbi_consent_row *out, bool *found, cbank_error *err);
/* NOT_FOUND (DISCLOSURE_UNKNOWN). */
cbank_status cbi_consent_row_by_code(cbi_txn *txn, const char *code, cbi_consent_row *out,
                                     cbank_error *err);
bool cbi_consent_code_taken(cbi_txn *txn, const char *code);
/* By what people call it. NOT_FOUND (CONSENT_UNKNOWN, AGENT_UNKNOWN). */
cbank_status cbi_consent_row_by_id(cbi_txn *txn, cbi_hasher *hasher, const char *account,
                                   const char *id, cbi_consent_thing thing, cbi_consent_row *out,
                                   cbank_error *err);
void cbi_consent_row_id(const cbi_consent_row *row, char out[CBI_DISPLAY_ID_MAX]);
/* The statement at `index`: the one that began the row, or `ground_index`. */
cbank_status cbi_consent_row_statement(cbi_txn *txn, cbi_hasher *hasher, uint64_t index,
                                       cbi_statement *out, cbank_error *err);
/* For erasing: the row that begins there, if any, and what leads to it. */
cbank_status cbi_consent_row_drop(cbi_txn *txn, const char *account, uint64_t sequence,
                                  cbank_error *err);

/* For a check: whether the rows are what `row` says; and whether a 'v' or 't' leads to its row. */
cbank_status cbi_consent_row_is(cbi_txn *txn, const cbi_consent_row *row, bool *out,
                                cbank_error *err);
cbank_status cbi_consent_row_led_to(cbi_txn *txn, cbi_bytes key, cbi_bytes value, bool *out,
                                    cbank_error *err);
bool cbi_consent_row_decode(cbi_bytes key, cbi_bytes value, cbi_consent_row *out);

/* One that the bank has not given out. Two are the same once in 2^55. */
cbank_status cbi_consent_new_code(cbi_txn *txn, cbi_verification *out, cbank_error *err);

/* For a status file: the next disclosure that is not valid as it says, in the order of their ids;
 * `after` is NULL for the first. */
cbank_status cbi_consent_next_listed(cbi_txn *txn, const cbi_hash *after, cbi_hash *transcript,
                                     Cbank__V1__DisclosureState *state, int64_t *expires_at,
                                     bool *found, cbank_error *err);

#endif
