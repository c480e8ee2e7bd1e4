/*
 * offered.h - an offer of another bank as its file tells it: which records, whose, and which of
 * them are not taken.
 *
 * A record is not taken if the bank says so, if it does not hold, or if its institution has put it
 * into this bank already: what would count twice here stays there. What an earlier transfer has
 * brought is taken no second time; and as long as it is here, no answer may set it free there.
 * What no key that is known here has signed (signatory.h) ends the answer, which would stand for
 * ever, while the key may yet be brought in; or it is not taken, if the bank says so.
 */
#ifndef CBI_BANK_OFFERED_H
#define CBI_BANK_OFFERED_H

#include "bank/person.h"
#include "bank/receive.h"

typedef struct cbi_offered_record {
    const cbi_verdict_item *item;
    const char *refused; /* the reason, a code; NULL: it is taken */
} cbi_offered_record;

/* Begin with {0}; end with cbi_offered_clear. */
typedef struct cbi_offered {
    const cbi_verdict *verdict; /* lent */
    const cbi_verdict_item *item;
    const Cbank__V1__TransferOffered *body;
    cbi_offered_record *records; /* as many as the offer names */
    size_t count;
    /* Once it is judged: */
    size_t taken;
    Cbank__V1__TransferOutcome outcome;
    cbi_person person;   /* whose they are, if any is taken */
    cbi_account account; /* "" if it is to be opened */
} cbi_offered;

/* The bank that offers. */
const char *cbi_offered_origin(const cbi_offered *offered);

/* Finds the offer to this bank. INVALID (TRANSFER_NO_OFFER), UNSUPPORTED (TRANSFER_SUITE),
 * TOO_LARGE. */
cbank_status cbi_offered_read(const cbi_bank *bank, const cbi_verdict *verdict, cbi_offered *out,
                              cbank_error *err);
void cbi_offered_clear(cbi_offered *offered);

/*
 * What becomes of it, as the transaction has the bank: may be asked again. CONFLICT
 * (TRANSFER_ANSWERED, TRANSFER_TAKEN, TRANSFER_HELD), DENIED (TRANSFER_UNPROVEN, TRANSFER_KEY,
 * TRANSFER_KEY_OVER), BAD_HOLDER
 * (TRANSFER_HOLDER), NOT_FOUND (LEARNER_UNKNOWN), STATE.
 */
cbank_status cbi_offered_judge(const cbi_bank *bank, cbi_txn *txn, cbi_hasher *hasher,
                               const cbi_receive_terms *terms, cbi_offered *it, cbank_error *err);

#endif
