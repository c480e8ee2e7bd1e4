/*
 * ground.h - what a disclosure rests on: a live consent of the learner's, or a named legal basis.
 *
 * It is settled when the file is made, and held against the bank's state once more inside of the
 * transaction that lets the file out: what was withdrawn in between lets nothing out.
 */
#ifndef CBI_BANK_GROUND_H
#define CBI_BANK_GROUND_H

#include "bank/agent.h"
#include "bank/selection.h"
#include "record/basis.h"

#include "cbank/v1/plan.pb-c.h"

/* As somebody states it; "" or NULL is not stated. With neither, the newest consent that covers
 * what is asked is taken. */
typedef struct cbi_ground_terms {
    const char *consent; /* id */
    const char *basis;   /* code */
    const char *document; /* of the basis */
} cbi_ground_terms;

/* A record that is to be shown; of one that is not the bank's own, all zero. */
typedef struct cbi_ground_record {
    Cbank__V1__RecordType type;
    cbi_hash id;
} cbi_ground_record;

/* The records that a selection shows; freed with cbi_free. */
cbank_status cbi_ground_list(cbi_reader *reader, const cbi_selection *selection,
                             cbi_ground_record **out, size_t *count, cbank_error *err);

/* The records that count in a plan: a claim speaks of them without showing them. */
cbank_status cbi_ground_list_counted(cbi_reader *reader, const Cbank__V1__Plan *plan,
                                     cbi_ground_record **out, size_t *count, cbank_error *err);

/* What is to be disclosed. */
typedef struct cbi_ground_ask {
    const char *account;
    cbi_consent_ask terms;
    const cbi_ground_record *records;
    size_t record_count;
} cbi_ground_ask;

typedef struct cbi_ground {
    const cbi_basis *basis; /* NULL: the consent */
    cbi_consent_row consent;
    cbi_statement statement; /* of the consent */
    cbi_hash digest; /* for the transcript's terms */
} cbi_ground;

/*
 * `out` is {0} before, and cleared whatever the answer. DENIED (CONSENT_NEEDED and what does not
 * cover), NOT_FOUND (CONSENT_UNKNOWN), STATE (CONSENT_WITHDRAWN), INVALID (BASIS_UNKNOWN,
 * BASIS_DOCUMENT), ARGUMENT (GROUND_TWICE).
 */
cbank_status cbi_ground_settle(const cbi_bank *bank, cbi_txn *txn, cbi_hasher *hasher,
                               const cbi_ground_terms *terms, const cbi_ground_ask *ask,
                               cbi_ground *out, cbank_error *err);
/* Does it hold still? Reads what the transaction has. */
cbank_status cbi_ground_hold(const cbi_bank *bank, cbi_txn *txn, const cbi_ground *ground,
                             const cbi_ground_ask *ask, cbank_error *err);
void cbi_ground_clear(cbi_ground *ground);

/* The consent that was given; NULL under a legal basis. */
const Cbank__V1__ConsentGiven *cbi_ground_given(const cbi_ground *ground);
/* The last second that it lets anything be shown; 0 if it has none. */
int64_t cbi_ground_until(const cbi_ground *ground);

/* Until when a disclosure is valid that states no expiry. */
#define CBI_DISCLOSURE_DAYS 90
/* As long as is usual, and no longer than the consent. */
int64_t cbi_ground_expiry(const cbi_ground *ground, int64_t now);
/* What a disclosure states of itself; "" and 0 are not stated. INVALID, ARGUMENT. */
cbank_status cbi_ground_check_ask(const char *recipient, const char *purpose, int64_t expires_at,
                                  int64_t now, cbank_error *err);

#endif
