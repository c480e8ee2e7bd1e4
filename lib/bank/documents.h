/*
 * documents.h - whose an account is: documents that join it, are put right or leave it, and what
 * else the vault knows of its holder.
 *
 * Each act writes a statement with a commitment or without one that counted, so that every holder
 * of a transcript sees that something changed, and nobody what. What was true stays in the vault:
 * former names with their days, documents with the moment they ended.
 */
#ifndef CBI_BANK_DOCUMENTS_H
#define CBI_BANK_DOCUMENTS_H

#include "bank/account.h"
#include "bank/order.h"

typedef enum cbi_document_act {
    CBI_DOCUMENT_AMEND = 1, /* another name or other data; the commitment is made anew */
    CBI_DOCUMENT_BIND = 2,
    CBI_DOCUMENT_CORRECT = 3,
    CBI_DOCUMENT_UNBIND = 4,
} cbi_document_act;

/* All borrowed. */
typedef struct cbi_document_change {
    cbi_document_act act;
    const char *account;
    const Cbank__Api__V1__Person *stated; /* AMEND: names and data; documents are not looked at */
    const cbi_identity *document;         /* BIND, CORRECT: the right one */
    const cbi_identity *gone;             /* UNBIND, CORRECT; NULL: the account's first */
    Cbank__V1__IdentityAssurance assurance;
} cbi_document_change;

/*
 * NOT_FOUND (ACCOUNT_UNKNOWN, or DOCUMENT_NOT_HELD for one that leads elsewhere or nowhere);
 * CONFLICT (DOCUMENT_ELSEWHERE) for one that is another account's, which is for a merger to settle;
 * EXISTS for one that it has; STATE for the last one, or in a state that forbids it; INVALID.
 */
cbank_status cbi_documents_change(cbi_bank *bank, const cbi_document_change *change,
                                  const cbi_order *order, cbank_error *err);

/* The document that counts first; NULL if none is left. */
const Cbank__Api__V1__PersonDocument *cbi_documents_first(const Cbank__Api__V1__Person *person);
/* Whether this document was the person's once and has ended. */
bool cbi_documents_ended(const Cbank__Api__V1__Person *person, const char *type,
                         const char *number);

#endif
