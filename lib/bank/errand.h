/*
 * errand.h - what every act of the bank does the same way: tokens, digests, statements.
 */
#ifndef CBI_BANK_ERRAND_H
#define CBI_BANK_ERRAND_H

#include "bank/bank.h"

/* The caller's token, or a new one if it is empty. ARGUMENT if it is of another size. */
cbank_status cbi_errand_token(cbi_bytes token, uint8_t out[CBI_TOKEN_SIZE], cbank_error *err);

/* The same ARGUMENT, for a token that is kept for later. */
cbank_status cbi_errand_check_token(cbi_bytes token, cbank_error *err);

/* Digest of what was asked, for the token: length-prefixed parts, so that no two share one. */
cbank_status cbi_errand_digest(const cbi_bank *bank, const cbi_bytes *parts, size_t count,
                               cbi_hash *out, cbank_error *err);

/* A reason as the log keeps it: a code of the scheme "cbank", or NULL for "". */
const Cbank__V1__Code *cbi_errand_reason(const char *word, Cbank__V1__Code *code);
/* ARGUMENT unless it is "" or a word of [a-z0-9.-]: free text never enters the log. */
cbank_status cbi_errand_check_reason(const char *word, cbank_error *err);

/* One statement. NULL and {0} are not stated. */
typedef struct cbi_errand_statement {
    cbi_subject subject;
    int kind;
    const char *actor;
    const char *approver;
    const char *reason;
    const cbi_hash *reason_digest;
    const char *document;
    cbi_bytes token;
    const void *body;
    const cbi_hash *randomness; /* of the subject's tag, for its first statement */
} cbi_errand_statement;

/*
 * Whether a statement can be made of it: for whatever a caller states, before the act is submitted,
 * since a write that fails undoes what others have written with it. INVALID, MALFORMED, ARGUMENT.
 */
cbank_status cbi_errand_try(const cbi_errand_statement *statement, cbank_error *err);

/* Its bytes, with a new salt and this time (appended); `subject` and `randomness` are not used. */
cbank_status cbi_errand_build(const cbi_errand_statement *statement, int64_t at, cbank_buffer *out,
                              cbank_error *err);
/* Builds it with the append's time, and appends it. */
cbank_status cbi_errand_append(cbi_append *append, const cbi_errand_statement *statement,
                               uint64_t *out_index, cbi_hash *out_leaf, cbank_error *err);

#endif
