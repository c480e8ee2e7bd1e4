/*
 * publication.h - published data under its authority's signature: the head, then the pages.
 *
 * A page is opaque here, but for its size: lib/rules says what may stand in it. The id of a
 * publication is the payload id of its head, which binds the pages and names no key: whoever
 * compiles the same text gets the same id, whoever signs.
 */
#ifndef CBI_PROOF_PUBLICATION_H
#define CBI_PROOF_PUBLICATION_H

#include "proof/assembly.h"
#include "proof/envelope.h"
#include "wire/artefact.h"
#include "wire/message.h"

#include "cbank/v1/publication.pb-c.h"

#define CBI_PUBLICATION_TYPE_MAX 64

/* "application/vnd.cbank.ruleset.v1+protobuf" for a rule set; "" for no kind. */
void cbi_publication_type(int kind, char out[CBI_PUBLICATION_TYPE_MAX]);

/*
 * Values of a head: kind, id, edition, authority, titles, days, references. INVALID with the field
 * as object. `complete` asks for what finishing fills in as well: pages and digest.
 */
cbank_status cbi_publication_head_check(const Cbank__V1__PublicationHead *head, bool complete,
                                        cbank_error *err);

/* ---- making one -------------------------------------------------------------------------- */

typedef struct cbi_publication_builder {
    cbi_assembly assembly;
} cbi_publication_builder;

/* `out` is {0} before, and cleared whatever this answers. */
cbank_status cbi_publication_begin(cbi_suite suite, cbi_publication_builder *out,
                                   cbank_error *err);
/* A packed page, of 1 to CBI_PUBLICATION_PAGE_MAX bytes. */
cbank_status cbi_publication_add(cbi_publication_builder *builder, cbi_bytes page,
                                 cbank_error *err);
/*
 * Fills in version, pages and digest of a head that is right otherwise. The digest is lent by
 * `builder`. Pages can no longer be added; it may be called again.
 */
cbank_status cbi_publication_complete(cbi_publication_builder *builder,
                                      Cbank__V1__PublicationHead *head, cbank_error *err);
/* Completes the head, signs it and appends the file. */
cbank_status cbi_publication_finish(cbi_publication_builder *builder,
                                    Cbank__V1__PublicationHead *head, const cbi_private *key,
                                    cbank_buffer *file, cbank_error *err);
void cbi_publication_builder_clear(cbi_publication_builder *builder);

/* The id that a complete head has once it is signed: H("cbank/v1/payload" | 00 | head). */
cbank_status cbi_publication_head_id(cbi_hasher *hasher, const Cbank__V1__PublicationHead *head,
                                     cbi_hash *out, cbank_error *err);

/* ---- reading one ------------------------------------------------------------------------- */

/* The signed head alone, as a bank keeps it beside the pages. */
typedef struct cbi_publication {
    cbi_envelope envelope; /* lent */
    Cbank__V1__PublicationHead *head;
    cbi_hash id;
    cbi_artefact_reader parts; /* lent; of a file */
} cbi_publication;

/*
 * Form and values; checks no signature. `kind` is the one that is expected, or 0 for any that is
 * known. MALFORMED, UNSUPPORTED, TOO_LARGE. Empty on failure.
 */
cbank_status cbi_publication_parse(cbi_hasher *hasher, cbi_bytes envelope, int kind,
                                   cbi_publication *out, cbank_error *err);
/* The same of a whole file: besides, its pages are as many as the head says, none too large. */
cbank_status cbi_publication_open(cbi_hasher *hasher, cbi_bytes file, int kind,
                                  cbi_publication *out, cbank_error *err);
/* The authority's signature, then the digest of the pages. BAD_SIGNATURE. */
cbank_status cbi_publication_verify(cbi_hasher *hasher, const cbi_publication *publication,
                                    const cbi_public *key, cbank_error *err);
/* The digest alone: for who knows the id, and needs nobody's signature. BAD_SIGNATURE. */
cbank_status cbi_publication_check_body(cbi_hasher *hasher, const cbi_publication *publication,
                                        cbank_error *err);
/* The next page, lent; false at the end. */
bool cbi_publication_next(cbi_publication *publication, cbi_bytes *page);
void cbi_publication_clear(cbi_publication *publication);

#endif
