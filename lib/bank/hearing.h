/*
 * hearing.h - an institution hears a case: the steps that it signs are entered one by one.
 */
#ifndef CBI_BANK_HEARING_H
#define CBI_BANK_HEARING_H

#include "bank/casebook.h"
#include "proof/casestep.h"

typedef struct cbi_heard {
    cbi_case_row row; /* after the step */
    bool known;       /* it had been entered before */
} cbi_heard;

/* How a step is to be entered. All borrowed. */
typedef struct cbi_hearing_order {
    cbi_bytes token;         /* empty: the step's own id */
    const cbi_hash *request; /* digest of what the token stands for; NULL: the step itself */
    int64_t now;
    bool dry_run;
} cbi_hearing_order;

/*
 * MALFORMED, BAD_SIGNATURE, KEY_NOT_VALID (another key than that of today), INVALID (another bank,
 * CASE_RECOGNITION), NOT_FOUND (case, account, record), STATE, CONFLICT (CASE_NUMBER, CASE_STALE),
 * DENIED, TOO_LARGE. The same file again changes nothing.
 */
cbank_status cbi_hearing_enter(cbi_bank *bank, cbi_bytes file, const cbi_hearing_order *asked,
                               cbi_heard *out, cbank_error *err);

/*
 * Whether a step was entered under the token for this request, before another one is signed for
 * it: that would be a second step. CONFLICT (TOKEN_CONFLICT) if it stood for another request.
 */
cbank_status cbi_hearing_find(cbi_bank *bank, const cbi_hearing_order *asked, bool *out,
                              cbank_error *err);

/* How many steps the case has; 0 if there is none. */
cbank_status cbi_hearing_steps(cbi_bank *bank, const char *institution, const char *number,
                               uint64_t *out, cbank_error *err);

/*
 * What its newest step but `back` says; `statement` and `step` hold it. Read from the newest on:
 * `named` begins as the head, and names the one before afterwards.
 */
cbank_status cbi_hearing_step_back(cbi_txn *txn, cbi_hasher *hasher, cbi_head *named,
                                   cbi_statement *statement, cbi_case_step *step, uint64_t *index,
                                   cbank_error *err);

/* INVALID (CASE_RECOGNITION) if the case that a recognition says it is of is another account's. */
cbank_status cbi_hearing_check_recognition(cbi_txn *txn, const Cbank__V1__RecognitionHead *head,
                                           cbank_error *err);

#endif
