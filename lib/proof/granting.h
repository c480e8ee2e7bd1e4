/*
 * granting.h - from a plan, which binds nobody, to what an institution recognises of it.
 *
 * Each grant of the plan is granted as proposed unless a ruling says less or no. Records that only
 * refused grants rest on are refused; all others become sources, in the order of their entries.
 */
#ifndef CBI_PROOF_GRANTING_H
#define CBI_PROOF_GRANTING_H

#include "proof/recognition.h"

#include "cbank/v1/plan.pb-c.h"

/* About one grant, by its positions. `milli` 0 refuses it. */
typedef struct cbi_ruling_on_grant {
    uint32_t application;
    uint32_t grant;
    int64_t milli;
    const Cbank__V1__Code *reason; /* of a refusal; lent */
    const char *document;
} cbi_ruling_on_grant;

/* Rows of its own and lent ones; begin with {0}. */
typedef struct cbi_granting {
    Cbank__V1__Plan *plan;
    cbi_hash digest;
    cbi_recognition_rows rows; /* its own arrays */
    void *memory;              /* of the rows that it made */
} cbi_granting;

/*
 * Reads the plan and fills the head's fields that it says; `more` are rows besides the plan's, with
 * positions among themselves, lent. INVALID for a ruling on what is not in the plan, for more than
 * was proposed, or where the two use one record; MALFORMED for a plan that is none.
 */
cbank_status cbi_granting_make(cbi_hasher *hasher, cbi_bytes plan,
                               const cbi_ruling_on_grant *rulings, size_t ruling_count,
                               const cbi_recognition_rows *more, Cbank__V1__RecognitionHead *head,
                               cbi_granting *out, cbank_error *err);
void cbi_granting_clear(cbi_granting *granting);

#endif
