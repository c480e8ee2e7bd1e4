/*
 * enrolment.h - enrolments as the bank holds them: under which reference, and how they stand.
 *
 * Rows of `enrolment`:
 *   'r' | institution | 00 | reference -> the row below
 *   'a' | account | index u64          -> institution | 00 | reference
 *   'i' | id 32                        -> institution | 00 | reference
 * The account is the one on whose chain the enrolment was entered. What its terms are is what its
 * newest statement says. People name an enrolment as they name a record: holding.h.
 */
#ifndef CBI_BANK_ENROLMENT_H
#define CBI_BANK_ENROLMENT_H

#include "bank/holding.h"
#include "record/enrolment.h"

typedef struct cbi_enrolment_row {
    cbi_account account;
    char institution[CBI_INSTITUTION_CODE_MAX + 1];
    char reference[CBI_REFERENCE_MAX + 1];
    uint64_t index; /* of its first statement */
    uint64_t sequence;
    cbi_hash leaf;
    cbi_hash id;
    uint64_t newest; /* index of its newest statement */
    cbi_enrolment_state state;
    uint32_t revision;
    cbi_hash content; /* MAC of what was said first, and of whom */
    cbi_hash changed; /* MAC of the newest change; zero without one */
} cbi_enrolment_row;

/* NOT_FOUND (ENROLMENT_UNKNOWN). */
cbank_status cbi_enrolment_find(cbi_txn *txn, const char *institution, const char *reference,
                                cbi_enrolment_row *out, cbank_error *err);
cbank_status cbi_enrolment_by_id(cbi_txn *txn, const cbi_hash *id, cbi_enrolment_row *out,
                                 cbank_error *err);
/* By its display id. INVALID (ENROLMENT_ID) for another form. */
cbank_status cbi_enrolment_named(cbi_txn *txn, cbi_hasher *hasher, const char *display_id,
                                 cbi_enrolment_row *out, cbank_error *err);
/* The account's first one whose statement is at `index` or later; of its own chain. */
cbank_status cbi_enrolment_from(cbi_txn *txn, const char *account, uint64_t index,
                                cbi_enrolment_row *out, bool *found, cbank_error *err);
/* The institution's one of the least reference above `reference`. */
cbank_status cbi_enrolment_after(cbi_txn *txn, const char *institution, const char *reference,
                                 cbi_enrolment_row *out, bool *found, cbank_error *err);
/* Enrolments of an account's own chain, as far as CBI_ENROLMENTS_MAX. */
cbank_status cbi_enrolment_count(cbi_txn *txn, const char *account, size_t *out,
                                 cbank_error *err);

cbank_status cbi_enrolment_write(cbi_txn *txn, const cbi_enrolment_row *row, cbank_error *err);
cbank_status cbi_enrolment_drop(cbi_txn *txn, const cbi_enrolment_row *row, cbank_error *err);

/* What one of its statements says. Owns all of it; end with cbi_enrolment_saying_clear. */
typedef struct cbi_enrolment_saying {
    cbi_statement statement;
    Cbank__V1__Enrolment *enrolment; /* one of the two */
    Cbank__V1__EnrolmentChange *change;
    const Cbank__V1__EnrolmentTerms *terms;
    uint64_t index;
    uint64_t sequence;
    cbi_hash leaf;
    cbi_hash id; /* of the item */
} cbi_enrolment_saying;
/* NOT_FOUND (ENROLMENT_UNKNOWN) for another statement, or what is erased. */
cbank_status cbi_enrolment_take(cbi_hasher *hasher, const cbi_logged *logged,
                                cbi_enrolment_saying *out, cbank_error *err);
cbank_status cbi_enrolment_read(cbi_txn *txn, cbi_hasher *hasher, uint64_t index,
                                cbi_enrolment_saying *out, cbank_error *err);
void cbi_enrolment_saying_clear(cbi_enrolment_saying *saying);

/* MACs of what is said, without salt and commitment: the same content has the same one. */
cbank_status cbi_enrolment_content(const cbi_bank *bank, const Cbank__V1__Enrolment *enrolment,
                                   const char *type, const char *number, cbi_hash *out,
                                   cbank_error *err);
cbank_status cbi_enrolment_change_content(const cbi_bank *bank,
                                          const Cbank__V1__EnrolmentChange *change, cbi_hash *out,
                                          cbank_error *err);

/* For `check`: the row of a key that begins with 'r'; and whether another key leads to its row. */
bool cbi_enrolment_decode(cbi_bytes key, cbi_bytes value, cbi_enrolment_row *out);
bool cbi_enrolment_led_to(cbi_txn *txn, cbi_bytes key, cbi_bytes value);

#endif
