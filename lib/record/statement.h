/*
 * statement.h - the bytes of one act: read strictly, written once.
 *
 * A statement is serialised once, then stored, shipped and hashed as bytes. Everybody who reads
 * one reads it through cbi_statement_parse, the bank that wrote it included.
 */
#ifndef CBI_RECORD_STATEMENT_H
#define CBI_RECORD_STATEMENT_H

#include "base/limits.h"
#include "record/kind.h"

#define CBI_STATEMENT_VERSION 1

/* A statement that holds together. Owns message and body in it; end with cbi_statement_clear. */
typedef struct cbi_statement {
    const cbi_kind *kind;
    Cbank__V1__Statement *message;
    void *body; /* the struct that kind->body describes; see cbi_statement_body */
} cbi_statement;

/*
 * TOO_LARGE past CBI_STATEMENT_MAX; UNSUPPORTED for an unknown version, kind or field; MALFORMED
 * for everything else: the form of statement and body, a class that is not the kind's, sizes of
 * salt, token and digests, a time before 1970, and what cbi_body_check refuses.
 */
cbank_status cbi_statement_parse(cbi_bytes bytes, cbi_statement *out, cbank_error *err);
/*
 * The same within `holder` (wire/message.h), which owns message and body then: never cleared. Lends
 * from `bytes`.
 */
cbank_status cbi_statement_parse_within(void *holder, cbi_bytes bytes, cbi_statement *out,
                                        cbank_error *err);
void cbi_statement_clear(cbi_statement *statement);

/*
 * The body as a struct of that type, or NULL if the statement has another:
 *     const Cbank__V1__MergedIn *merged =
 *         cbi_statement_body(&statement, &cbank__v1__merged_in__descriptor);
 */
const void *cbi_statement_body(const cbi_statement *statement,
                               const ProtobufCMessageDescriptor *type);

/* What a new statement says. All borrowed; what is {0} or NULL is not stated. */
typedef struct cbi_statement_draft {
    int kind;
    uint8_t salt[CBI_SALT_SIZE];
    int64_t at;
    const char *actor;
    const char *approver;
    const Cbank__V1__Code *reason;
    const cbi_hash *reason_digest;
    const char *document;
    cbi_bytes token; /* CBI_TOKEN_SIZE bytes, or none */
    const void *body;
} cbi_statement_draft;

/*
 * Packs the statement (appended). INVALID with the field as object, MALFORMED for text that may
 * not be signed, TOO_LARGE; `out` is unchanged then. The result passes cbi_statement_parse.
 */
cbank_status cbi_statement_build(const cbi_statement_draft *draft, cbank_buffer *out,
                                 cbank_error *err);

#endif
