/*
 * kind.h - the kinds of statement, one row each.
 *
 * The table is the only place that knows which chain a kind belongs to, what class its entry
 * has, what its body is and whose signature it rests on. A kind without a row is not supported.
 */
#ifndef CBI_RECORD_KIND_H
#define CBI_RECORD_KIND_H

#include "wire/message.h"

#include "cbank/v1/case.pb-c.h"
#include "cbank/v1/consent.pb-c.h"
#include "cbank/v1/conversion.pb-c.h"
#include "cbank/v1/statement.pb-c.h"
#include "cbank/v1/transfer.pb-c.h"

/* Whose word a statement is, besides the bank's, which signs everything it holds. */
typedef enum cbi_signer {
    CBI_SIGNER_BANK = 1,    /* the bank alone */
    CBI_SIGNER_BATCH = 2,   /* the awarding institution, through its batch */
    CBI_SIGNER_REQUEST = 3, /* the institution, through its request; without it, bank-vouched */
    CBI_SIGNER_DECISION = 4, /* the recognising institution, through its decision; a suspension may
                                be the bank's alone */
    CBI_SIGNER_PARTNER = 5, /* another bank, through its transcript or answer; or a letter */
    CBI_SIGNER_AUTHORITY = 6, /* the authority that publishes, through what it signed */
    CBI_SIGNER_STEP = 7,      /* the institution that hears a case, through the step it signed */
} cbi_signer;

typedef struct cbi_kind {
    Cbank__V1__StatementKind kind;
    const char *word; /* "credit_deposited": for messages */
    Cbank__V1__SubjectKind subject;
    Cbank__V1__EntryClass entry_class;
    cbi_signer signer;
    bool opens; /* comes first on its chain, and only first */
    const ProtobufCMessageDescriptor *body;
} cbi_kind;

/* NULL for a kind that is not supported. */
const cbi_kind *cbi_kind_find(int kind);

#endif
