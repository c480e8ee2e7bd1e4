/*
 * claim.h - one item of a batch before the bank: judged first, then carried out.
 *
 * Judging reads only, and is done twice: over the whole batch before its first row is written, and
 * again inside the transaction that writes, because others may have written in between. What is
 * refused has a reason; only a store that fails stops the work.
 */
#ifndef CBI_BANK_CLAIM_H
#define CBI_BANK_CLAIM_H

#include "bank/holding.h"
#include "bank/person.h"
#include "bank/recall.h"
#include "record/enrolment.h"

#include "cbank/v1/directory.pb-c.h"

/* What becomes of an item; the numbers of cbank.api.v1.OutcomeKind. */
typedef enum cbi_outcome {
    CBI_OUTCOME_DEPOSITED = 1, /* acceptable; deposited once it is carried out */
    CBI_OUTCOME_UNCHANGED = 2,
    CBI_OUTCOME_CHANGED = 3,
    CBI_OUTCOME_REJECTED = 5,
} cbi_outcome;

/* The row of the awarder that was asked for last; for as long as one transaction. */
typedef struct cbi_awarder {
    Cbank__V1__DirectoryInstitution *row; /* NULL before */
} cbi_awarder;

/* An item and who brings it. All borrowed. */
typedef struct cbi_claim {
    const char *institution; /* that signs */
    const char *awarder;     /* whose record it is */
    int64_t now;             /* the caller's clock: a mandate holds on that day */
    const Cbank__V1__CreditRecord *record; /* one of the four */
    const Cbank__V1__CreditChange *change;
    const Cbank__V1__Enrolment *enrolment;
    const Cbank__V1__EnrolmentChange *enrolment_change;
    const char *reference;       /* the record's or enrolment's, or of what changes */
    const cbi_person *person;    /* of a record or an enrolment */
    cbank_error unfit;           /* why the person is not acceptable; reason 0 if it is */
    /* The record that the item before this one supersedes, or NULL: an amendment is such a pair. */
    const cbi_hash *superseded;
    cbi_awarder *last; /* shared by the claims of one transaction */
    const cbi_recall_view *recall; /* cbi_claim_recall; or NULL */
    cbi_fingerprint who;           /* for it */
} cbi_claim;

typedef struct cbi_ruling {
    cbi_outcome outcome;
    cbank_error why;     /* for CHANGED and REJECTED */
    cbi_account account; /* "" if it is to be opened */
    uint64_t entries;    /* of the chain of one that is open */
    bool opens;          /* the first one for somebody who is to have an account */
    uint64_t yearly;     /* records of the institution's this year, with this one; at most */
    uint64_t index;      /* unchanged, changed: where the record is; a change: what it touches */
    /* Of what a change touches: */
    uint64_t sequence;
    cbi_hash leaf;
    cbi_record_state next;
} cbi_ruling;

/*
 * The person may be recalled by this view, of the transaction in which it is ruled on; nothing but
 * ruling happens there. NULL: is looked for.
 */
void cbi_claim_recall(cbi_claim *claim, const cbi_recall_view *view);

/* Is it the caller's mistake, rather than the store's? */
bool cbi_claim_is_refusal(cbank_status status);
/* Rules on whose account it goes to. */
cbank_status cbi_claim_judge_person(const cbi_bank *bank, cbi_txn *txn, const cbi_claim *claim,
                                    bool open_accounts, cbi_ruling *out, cbank_error *err);
/* Rules on whether something may still be said of the account in `out`. */
cbank_status cbi_claim_judge_life(cbi_txn *txn, cbi_ruling *out);

/*
 * OK whatever the ruling is; another answer is the store's. `open_accounts`: a person whom the
 * bank does not know gets an account.
 */
cbank_status cbi_claim_judge(const cbi_bank *bank, cbi_txn *txn, cbi_hasher *hasher,
                             const cbi_claim *claim, bool open_accounts, cbi_ruling *out,
                             cbank_error *err);

/* MAC of what a claimed record says and of whom (holding.h). */
cbank_status cbi_claim_content(const cbi_bank *bank, const cbi_claim *claim, cbi_hash *out,
                               cbank_error *err);

/* The day of which a record's student number speaks: of the award, else of the exam or its end. */
uint32_t cbi_claim_day(const Cbank__V1__CreditRecord *record);

/* Where a claim stands in its batch, and the bytes that the institution signed. */
typedef struct cbi_claim_place {
    const cbi_hash *batch; /* id */
    uint32_t index;
    cbi_bytes bytes;            /* of the item */
    const cbi_hash *random;     /* of an opening */
    cbi_bytes token;
} cbi_claim_place;

/* On which terms an institution's batch opens accounts. */
cbi_opening_terms cbi_claim_opening_terms(const char *institution, cbi_bytes token);
/* The account of a person whom the bank does not know is opened. */
cbank_status cbi_claim_open_account(const cbi_bank *bank, cbi_append *append,
                                    const cbi_claim *claim, cbi_bytes token, cbi_ruling *ruling,
                                    cbank_error *err);
/*
 * Writes what was ruled DEPOSITED in this transaction: the account if need be, the statement, the
 * tables. `ruling` then has the account and, of a record, its index.
 */
cbank_status cbi_claim_carry_out(const cbi_bank *bank, cbi_append *append, const cbi_claim *claim,
                                 const cbi_claim_place *place, cbi_ruling *ruling,
                                 cbank_error *err);

#endif
