/*
 * docket.h - what was ruled on the records of a batch while the batch was being made here.
 *
 * The rows of a spreadsheet are ruled on before anything is signed (api/sheet.h). Where nobody has
 * written since, or only added what changes nothing, the batch that comes of them need not be read
 * and ruled on again: every record is to be deposited, and is kept ready for that (ready.h). It is
 * personal data, and wiped.
 */
#ifndef CBI_BANK_DOCKET_H
#define CBI_BANK_DOCKET_H

#include "bank/claim.h"
#include "bank/ready.h"
#include "bank/signing.h"

/* Begins as {0}, and then keeps nothing. One thread at a time. */
typedef struct cbi_docket {
    cbi_ready *ready; /* NULL: nothing that was ruled counts */
    uint64_t version; /* of the store (store.h): the earliest by which it was; 0: nothing was yet */
    uint64_t items;   /* of the batch so far */
    uint64_t kept;    /* of them */
    uint64_t strangers; /* persons without an account, which whoever rules says at the end */
} cbi_docket;

cbank_status cbi_docket_begin(cbi_docket *docket, cbank_error *err);
/* Nothing counts any more: a batch that changes what is there is ruled on as a whole. */
void cbi_docket_drop(cbi_docket *docket);

/* Whether anything counts. */
bool cbi_docket_keeps(const cbi_docket *docket);

/* What comes next is ruled on by this version. */
void cbi_docket_turn(cbi_docket *docket, uint64_t version);

/* What is made of a record to be kept, by any thread. */
typedef struct cbi_docket_entry {
    bool kept; /* else it is read and ruled on once more by whoever writes */
    cbi_hash content;
} cbi_docket_entry;
cbank_status cbi_docket_prepare(const cbi_bank *bank, const cbi_claim *claim,
                                const cbi_ruling *ruling, const cbi_signing_holder *holder,
                                const cbi_signing_record *record, cbi_docket_entry *out,
                                cbank_error *err);
/* The next item of the batch is this record, ruled DEPOSITED. */
cbank_status cbi_docket_add(cbi_docket *docket, const cbi_claim *claim, const cbi_ruling *ruling,
                            const cbi_signing_record *record, const cbi_docket_entry *entry,
                            cbank_error *err);

/*
 * Whether all of it holds as this transaction sees the store: nothing was written since, or there
 * was only added, and nothing of what was touches a record.
 */
cbank_status cbi_docket_holds(cbi_docket *docket, const cbi_bank *bank, cbi_txn *txn, bool *holds,
                              cbank_error *err);

#endif
