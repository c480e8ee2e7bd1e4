/*
 * correction.h - what an institution changes of records that the bank holds, as items of a batch.
 */
#ifndef CBI_BANK_CORRECTION_H
#define CBI_BANK_CORRECTION_H

#include "bank/signing.h"
#include "ledger/history.h"

/* All borrowed. */
typedef struct cbi_correction {
    const char *institution;
    Cbank__V1__ChangeAction action;
    const Cbank__V1__CreditRecord *amendment; /* of SUPERSEDE: what is stated anew (overlay.h) */
    const char *reason;
    const char *document;
    int64_t now; /* a mandate must hold on that day */
} cbi_correction;

/* INVALID or ARGUMENT for what no record can be corrected by. */
cbank_status cbi_correction_check(const cbi_correction *correction, cbank_error *err);

/*
 * Adds a change, or an amendment's two items. DENIED: another institution's record; STATE: not
 * possible any more, or already so, or the amendment changes nothing (ALREADY_SO). Nothing is
 * added then, and the object is the record's id.
 */
cbank_status cbi_correction_add(const cbi_bank *bank, cbi_reader *reader,
                                const cbi_correction *correction, const cbi_holding *holding,
                                cbi_batch_builder *builder, cbank_error *err);

#endif
