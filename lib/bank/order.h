/*
 * order.h - who orders an act, who has approved it, and why.
 *
 * Operators are handles, never names. A reason is a code; what cannot be said in one is a note:
 * the vault keeps its text sealed, beside the statement that holds its digest.
 */
#ifndef CBI_BANK_ORDER_H
#define CBI_BANK_ORDER_H

#include "bank/errand.h"

/* What is NULL or "" is not stated. All borrowed. */
typedef struct cbi_order {
    const char *actor;
    const char *approver;
    const char *reason;
    const char *document; /* number of the decision */
    const char *note;
    cbi_bytes token;
    int64_t now;
    bool dry_run;
} cbi_order;

/* ARGUMENT for a handle or a reason that is no word; INVALID for a note that is no clean text. */
cbank_status cbi_order_check(const cbi_order *order, cbank_error *err);
/* DENIED (APPROVER_NEEDED) unless two operators stand for it. */
cbank_status cbi_order_check_two(const cbi_order *order, cbank_error *err);

/* Digest of an act, for its token: its word, what it is about, and the order. */
cbank_status cbi_order_digest(const cbi_bank *bank, const cbi_order *order, const char *word,
                              const cbi_bytes *parts, size_t count, cbi_hash *out,
                              cbank_error *err);

/* The note of one act, with the randomness that its digest needs. Begin with {0}. */
typedef struct cbi_note_seal {
    const char *text; /* "" if there is none */
    cbi_hash random;
    cbi_hash digest;
} cbi_note_seal;
/* Fills the statement's actor, approver, reason, digest, document and token. */
cbank_status cbi_order_state(cbi_hasher *hasher, const cbi_order *order, cbi_bytes token,
                             cbi_note_seal *seal, cbi_errand_statement *out, cbank_error *err);
/* H("cbank/v1/reason" | 00 | random 32 | text). */
cbank_status cbi_order_digest_note(cbi_hasher *hasher, const cbi_hash *random, cbi_bytes text,
                                   cbi_hash *out, cbank_error *err);

#endif
