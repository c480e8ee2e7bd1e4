/*
 * holding.h - a credit record as the bank holds it: where, for whom, and whether it still holds.
 *
 * A row of `reference` is institution | 00 | reference -> index u64 | content MAC 16, of the
 * newest revision. A row of `state` is 's' | index u64 -> state u8, for records that no longer
 * simply hold. People name a record "<log index>-<first 16 hexadecimal digits of its id>".
 */
#ifndef CBI_BANK_HOLDING_H
#define CBI_BANK_HOLDING_H

#include "bank/account.h"
#include "bank/gap.h"
#include "record/lifecycle.h"
#include "record/transfer.h"

#include "cbank/v1/record.pb-c.h"

#define CBI_DISPLAY_ID_MAX 40
/* Of a content's MAC, which is only ever compared with one other; the rest of it is zero. */
#define CBI_CONTENT_SIZE 16u
#define CBI_REFERENCE_ROW_SIZE (8u + CBI_CONTENT_SIZE)

/* Owns the statement and the record. End with cbi_holding_clear. */
typedef struct cbi_holding {
    uint64_t index;
    uint64_t sequence; /* on the account's chain */
    cbi_hash leaf;
    cbi_hash id;
    cbi_statement statement;
    char *account; /* on whose chain it is; lent */
    const Cbank__V1__CreditDeposited *deposited; /* NULL: another bank's, which was received */
    const Cbank__V1__CreditReceived *received;
    Cbank__V1__CreditRecord *record;
    cbi_record_state state;
    cbi_whereabouts where;
} cbi_holding;

/* NOT_FOUND (RECORD_UNKNOWN) if the entry at `index` is no record, or is erased. */
cbank_status cbi_holding_read(cbi_txn *txn, cbi_hasher *hasher, uint64_t index, cbi_holding *out,
                              cbank_error *err);
/* The same from a row that has been read. */
cbank_status cbi_holding_take(cbi_txn *txn, cbi_hasher *hasher, const cbi_logged *logged,
                              cbi_holding *out, cbank_error *err);

/* What is taken one after the other, as rows of the log are read. Begin with {0}; owns nothing. */
typedef struct cbi_holding_series {
    bool many;   /* in a read transaction: looks for what does not simply hold in gaps (gap.h) */
    bool unread; /* nobody looks into records: they are not parsed, and `record` is NULL */
    cbi_gap states, places;
} cbi_holding_series;
cbank_status cbi_holding_take_one(cbi_holding_series *series, cbi_txn *txn, cbi_hasher *hasher,
                                  const cbi_logged *logged, cbi_holding *out, cbank_error *err);

/* By its display id, whose digits are checked. INVALID for another form, NOT_FOUND. */
cbank_status cbi_holding_find(cbi_txn *txn, cbi_hasher *hasher, const char *display_id,
                              cbi_holding *out, cbank_error *err);
void cbi_holding_clear(cbi_holding *holding);

/* The parts of a display id: "17-0123456789abcdef". */
bool cbi_holding_split_id(const char *text, uint64_t *index, uint8_t start[8]);
void cbi_holding_display_id(uint64_t index, const cbi_hash *id, char out[CBI_DISPLAY_ID_MAX]);

/* What stands under a reference: index and content MAC. NOT_FOUND. */
cbank_status cbi_holding_by_reference(cbi_txn *txn, const char *institution,
                                      const char *reference, uint64_t *index, cbi_hash *content,
                                      cbank_error *err);
/* Whether anything does (cbi_txn_has). */
bool cbi_holding_has_reference(cbi_txn *txn, const char *institution, const char *reference);
cbank_status cbi_holding_put_reference(cbi_txn *txn, const char *institution,
                                       const char *reference, uint64_t index,
                                       const cbi_hash *content, cbank_error *err);

cbank_status cbi_holding_drop_reference(cbi_txn *txn, const char *institution,
                                        const char *reference, cbank_error *err);

/* STATE (RECORD_OFFERED, RECORD_AWAY) unless it is in this bank. */
cbank_status cbi_holding_check_here(const cbi_holding *holding, cbank_error *err);

cbank_status cbi_holding_state(cbi_txn *txn, uint64_t index, cbi_record_state *out,
                               cbank_error *err);
/* The same of many in a read transaction (gap.h). */
cbank_status cbi_holding_find_state(cbi_gap *gap, cbi_txn *txn, uint64_t index,
                                    cbi_record_state *out, cbank_error *err);
cbank_status cbi_holding_put_state(cbi_txn *txn, uint64_t index, cbi_record_state state,
                                   cbank_error *err);

/* MAC of what a record says and of whom: the same content has the same one. */
cbank_status cbi_holding_content(const cbi_bank *bank, const Cbank__V1__CreditRecord *record,
                                 const char *type, const char *number, cbi_hash *out,
                                 cbank_error *err);
/* The same of a record's bytes, which have been parsed as one. */
cbank_status cbi_holding_content_of(const cbi_bank *bank, cbi_bytes record, const char *type,
                                    const char *number, cbi_hash *out, cbank_error *err);

#endif
