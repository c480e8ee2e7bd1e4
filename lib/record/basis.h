/*
 * basis.h - the legal bases of a disclosure without a consent: a closed list, which is data.
 */
#ifndef CBI_RECORD_BASIS_H
#define CBI_RECORD_BASIS_H

#include "crypto/digest.h"

typedef struct cbi_basis {
    const char *code; /* "legal-duty" */
    const char *article;
    const char *zh;
    const char *en;
} cbi_basis;

/* NULL for a code that is not listed. */
const cbi_basis *cbi_basis_find(const char *code);
/* All codes, comma-separated: for messages. */
const char *cbi_basis_codes(void);

/* What a transcript's terms hold: H("cbank/v1/basis" | 00 | code). */
cbank_status cbi_basis_digest(cbi_hasher *hasher, const cbi_basis *basis, cbi_hash *out,
                              cbank_error *err);
/* The basis of that digest, or NULL. */
cbank_status cbi_basis_of_digest(cbi_hasher *hasher, cbi_bytes digest, const cbi_basis **out,
                                 cbank_error *err);

#endif
