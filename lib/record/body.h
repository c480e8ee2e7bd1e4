/* body.h - checks of what a statement is about, field by field. */
#ifndef CBI_RECORD_BODY_H
#define CBI_RECORD_BODY_H

#include "record/kind.h"

/*
 * INVALID with the field as object. So whoever reads a body may rely on the size of its digests,
 * keys and account numbers. `body` is the struct that `kind->body` describes. Bytes that an
 * institution signed (record, change, request) are only required to be there: they have their own
 * parsers.
 */
cbank_status cbi_body_check(const cbi_kind *kind, const void *body, cbank_error *err);

/* The account that the body says it is about (its field `account`); NULL if it names none. */
const char *cbi_body_account(const cbi_kind *kind, const void *body);

/* The holder commitment of a statement about the account's holder; false if it has none. */
bool cbi_body_holder(const cbi_kind *kind, const void *body, cbi_bytes *out);

#endif
