/* withdrawal.h - an authority's word that an edition of its is in force no more. */
#ifndef CBI_PROOF_WITHDRAWAL_H
#define CBI_PROOF_WITHDRAWAL_H

#include "proof/envelope.h"

#include "cbank/v1/publication.pb-c.h"

#define CBI_WITHDRAWAL_TYPE CBI_ENVELOPE_TYPE("withdrawal")

/* Signs and appends the file, an artefact without parts. INVALID. */
cbank_status cbi_withdrawal_make(Cbank__V1__PublicationWithdrawal *withdrawal,
                                 const cbi_private *key, cbank_buffer *file, cbank_error *err);

typedef struct cbi_withdrawal {
    cbi_bytes bytes;       /* the serialised envelope, as it enters the log; lent */
    cbi_envelope envelope; /* lent */
    Cbank__V1__PublicationWithdrawal *message;
} cbi_withdrawal;

/* File, or envelope alone; form and values, no signature. MALFORMED, UNSUPPORTED. */
cbank_status cbi_withdrawal_open(cbi_bytes file, cbi_withdrawal *out, cbank_error *err);
cbank_status cbi_withdrawal_parse(cbi_bytes envelope, cbi_withdrawal *out, cbank_error *err);
void cbi_withdrawal_clear(cbi_withdrawal *withdrawal);

#endif
