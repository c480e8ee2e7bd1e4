/*
 * batch.h - a batch of credit records, enrolments and changes under one signature of their
 * institution.
 *
 * Record id = leaf hash H(00 | item digest) of the item in the batch's tree; the item digest is
 * H(label | 00 | bytes) with a label for each kind of item. The batch's own id is the id of its
 * signed head.
 */
#ifndef CBI_PROOF_BATCH_H
#define CBI_PROOF_BATCH_H

#include "proof/assembly.h"
#include "proof/envelope.h"
#include "proof/stream.h"
#include "proof/tree.h"
#include "record/credit.h"
#include "record/enrolment.h"
#include "record/identity.h"
#include "wire/message.h"

#include "cbank/v1/batch.pb-c.h"

#define CBI_BATCH_TYPE CBI_ENVELOPE_TYPE("batch")

cbank_status cbi_batch_item_id(cbi_hasher *hasher, cbi_item_kind kind, cbi_bytes bytes,
                               cbi_hash *out, cbank_error *err);
/* What an item holds, and the bytes that the institution signs; a record, if it holds nothing. */
cbi_item_kind cbi_batch_item_kind(const Cbank__V1__BatchItem *item);
cbi_bytes cbi_batch_item_bytes(const Cbank__V1__BatchItem *item);

/* ---- making one -------------------------------------------------------------------------- */

typedef struct cbi_batch_builder {
    cbi_assembly assembly;
    cbi_hasher *hasher;
    cbi_frontier tree; /* of the ids: as many as there are items */
    cbi_hash last_id;
    uint32_t version; /* 2 once an item needs it */
} cbi_batch_builder;

/* `out` is {0} before, and cleared whatever this answers. */
cbank_status cbi_batch_begin(cbi_suite suite, cbi_batch_builder *out, cbank_error *err);
/* Adds an item; its record or change has been checked. Its id is `last_id` then. */
cbank_status cbi_batch_add(cbi_batch_builder *builder, const Cbank__V1__BatchItem *item,
                           cbank_error *err);
/* The same in two steps, of which any thread may do the first. Begins as {0}; reusable. */
typedef struct cbi_batch_part {
    cbi_hash id;
    cbank_buffer bytes; /* of the item */
    uint32_t version;   /* of the batch that it needs */
} cbi_batch_part;
cbank_status cbi_batch_part_make(cbi_hasher *hasher, const Cbank__V1__BatchItem *item,
                                 cbi_batch_part *out, cbank_error *err);
/* Wipes. */
void cbi_batch_part_clear(cbi_batch_part *part);
cbank_status cbi_batch_add_part(cbi_batch_builder *builder, const cbi_batch_part *part,
                                cbank_error *err);

typedef struct cbi_batch_terms {
    const char *institution;
    const char *origin;
    uint64_t number;
    int64_t at;
} cbi_batch_terms;
/* Appends the file. INVALID if the batch is empty. */
cbank_status cbi_batch_finish(cbi_batch_builder *builder, const cbi_batch_terms *terms,
                              const cbi_private *key, cbank_buffer *file, cbank_error *err);
/* The same where the file may be too large for memory: its beginning, and all of it. */
cbank_status cbi_batch_seal(cbi_batch_builder *builder, const cbi_batch_terms *terms,
                            const cbi_private *key, cbank_buffer *begin, cbank_error *err);
cbi_bulk cbi_batch_bulk(const cbi_batch_builder *builder, const cbank_buffer *begin);
void cbi_batch_builder_clear(cbi_batch_builder *builder);

/* ---- reading one ------------------------------------------------------------------------- */

/* The signed head alone, as it stands in a batch file and in a transcript's evidence. */
typedef struct cbi_batch_head {
    cbi_envelope envelope; /* lent */
    Cbank__V1__BatchHead *head;
    cbi_hash id;
    cbi_hash root;
} cbi_batch_head;

/* Of a payload alone: `out->envelope` stays as it is. MALFORMED, UNSUPPORTED. Empty on failure. */
cbank_status cbi_batch_head_read(cbi_hasher *hasher, cbi_bytes payload, cbi_batch_head *out,
                                 cbank_error *err);

/* Form and values; checks no signature. MALFORMED, UNSUPPORTED. Empty on failure. */
cbank_status cbi_batch_head_parse(cbi_hasher *hasher, cbi_bytes envelope, cbi_batch_head *out,
                                  cbank_error *err);
void cbi_batch_head_clear(cbi_batch_head *head);

typedef struct cbi_batch {
    cbi_batch_head head; /* lends from `parts` */
    cbi_stream parts;
    uint64_t next;       /* position of the next item */
    uint64_t mark, mark_offset; /* an item at or before it, and where that stands */
} cbi_batch;

/* Form of container and head. Lends what `file` does, until it is cleared. */
cbank_status cbi_batch_open(cbi_hasher *hasher, const cbi_bulk *file, cbi_batch *out,
                            cbank_error *err);
/* The ids of a batch's items, as they are kept: in pages, each a full subtree but the last. */
#define CBI_BATCH_PAGE_IDS 1024u
typedef struct cbi_batch_ids {
    cbi_spool *spool;   /* 32 bytes each; lent */
    cbank_buffer roots; /* of the pages; the caller clears it */
} cbi_batch_ids;

/*
 * The institution's signature, then the body's digest, count and root. Appends to `ids` if that is
 * not NULL. BAD_SIGNATURE; MALFORMED for an item that is none.
 */
cbank_status cbi_batch_verify(cbi_hasher *hasher, const cbi_batch *batch, const cbi_public *key,
                              cbi_batch_ids *ids, cbank_error *err);
void cbi_batch_clear(cbi_batch *batch);

/*
 * One item, strictly parsed and checked; exactly one of what it may hold is not NULL, in the memory
 * of `item`. Personal.
 */
typedef struct cbi_batch_item {
    Cbank__V1__BatchItem *item;
    Cbank__V1__CreditRecord *record;
    Cbank__V1__CreditChange *change;
    Cbank__V1__Enrolment *enrolment;
    Cbank__V1__EnrolmentChange *enrolment_change;
    cbi_identity document; /* of whom a record or an enrolment is, as its opening says */
} cbi_batch_item;

/*
 * The next item; `out` is {0}, or has held another one, whose memory is used again. At the end
 * status OK and all NULL, as on failure. MALFORMED, UNSUPPORTED or TOO_LARGE for what
 * it holds, BAD_HOLDER if an opening does not open its record. After cbi_batch_verify only.
 */
cbank_status cbi_batch_next(cbi_hasher *hasher, cbi_batch *batch, cbi_batch_item *out,
                            cbank_error *err);
/* Whether there is one. */
bool cbi_batch_has_next(const cbi_batch *batch);
/*
 * The next items, so many and one more where the last begins an amendment, as a batch of their own
 * for another thread: `out` lends from `room`, which is replaced, and from `batch`. Never cleared.
 */
cbank_status cbi_batch_share(cbi_batch *batch, uint64_t count, cbank_buffer *room, cbi_batch *out,
                             cbank_error *err);
/* Goes to the item of this position. */
cbank_status cbi_batch_seek(cbi_batch *batch, uint64_t position, cbank_error *err);
/* Wipes whom it is about, and empties it, but for the memory that the next one may use. */
void cbi_batch_item_empty(cbi_batch_item *item);
void cbi_batch_item_clear(cbi_batch_item *item);

#endif
