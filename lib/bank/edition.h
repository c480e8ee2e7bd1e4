/*
 * edition.h - which editions of published data the bank knows, and which one is in force.
 *
 * Rows of `publication`:
 *   'e' | kind u8 | id | 00 | edition u32 -> the row below
 *   'd' | digest 32                       -> the key of that row without its 'e'
 *   'u' | kind u8 | id                    -> digest 32 | next u32: an upload that is under way
 * Rows of `body`: digest 32 | page u32 -> page 0 is the envelope, the pages of the file follow.
 * The chain of a publication is what counts; the rows can be derived again from it and the heads.
 */
#ifndef CBI_BANK_EDITION_H
#define CBI_BANK_EDITION_H

#include "bank/bank.h"
#include "proof/publication.h"
#include "record/publication.h"

typedef struct cbi_edition {
    int kind;
    char id[CBI_PUBLICATION_ID_MAX + 1];
    uint32_t edition;
    char authority[CBI_INSTITUTION_CODE_MAX + 1];
    cbi_hash digest;
    uint64_t index; /* of the statement that published it, and its time */
    int64_t at;
    uint64_t withdrawn_index; /* 0: it is not */
    int64_t withdrawn_at;
    uint32_t withdrawn_from; /* in force no more from this day on; 0: never */
    uint32_t effective_from;
    uint32_t effective_until; /* 0: no end */
    int date_rule;
    uint32_t pages;
    uint64_t items;
} cbi_edition;

/* What was known: what the log held at that size, and had been told before that time. */
typedef struct cbi_knowing {
    uint64_t size;
    int64_t before;
} cbi_knowing;
/* All that is known now. */
extern const cbi_knowing cbi_knowing_all;

/* Edition 0 is the newest. NOT_FOUND (PUBLICATION_UNKNOWN). */
cbank_status cbi_edition_read(cbi_txn *txn, int kind, const char *id, uint32_t edition,
                              cbi_edition *out, cbank_error *err);
/* By the payload id of its head. NOT_FOUND. */
cbank_status cbi_edition_find(cbi_txn *txn, const cbi_hash *digest, cbi_edition *out,
                              cbank_error *err);
/* The next in the order of kind, id and edition; begin with kind 0, id "" and edition 0. */
cbank_status cbi_edition_after(cbi_txn *txn, int kind, const char *id, uint32_t edition,
                               cbi_edition *out, bool *found, cbank_error *err);

bool cbi_edition_is_known(const cbi_edition *edition, const cbi_knowing *known);
/* Known, of that day, and not withdrawn for it as far as is known. */
bool cbi_edition_holds(const cbi_edition *edition, const cbi_knowing *known, uint32_t day);
/* The highest edition that holds on a day. NOT_FOUND (UNKNOWN, or NOT_IN_FORCE). */
cbank_status cbi_edition_in_force(cbi_txn *txn, int kind, const char *id, const cbi_knowing *known,
                                  uint32_t day, cbi_edition *out, cbank_error *err);

cbank_status cbi_edition_write(cbi_txn *txn, const cbi_edition *edition, cbank_error *err);

/* Its signed head, which lends `envelope`. CORRUPT if it is not the one that was published. */
cbank_status cbi_edition_head(cbi_txn *txn, cbi_hasher *hasher, const cbi_edition *edition,
                              cbank_buffer *envelope, cbi_publication *out, cbank_error *err);
/* A page, from 0. */
cbank_status cbi_edition_page(cbi_txn *txn, const cbi_edition *edition, uint32_t page,
                              cbank_buffer *out, cbank_error *err);

/* `out` holds 36 bytes. */
cbi_bytes cbi_edition_body_key(const cbi_hash *digest, uint32_t page, uint8_t *out);
/* The subject of its chain; `room` is lent to it. */
cbi_subject cbi_edition_subject(int kind, const char *id, char room[CBI_PUBLICATION_SUBJECT_MAX]);

#endif
