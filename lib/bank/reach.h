/*
 * reach.h - what stands on a record or a recognition, however far: whom it reaches that it falls.
 *
 * A recognition stands on the records that it uses; a record stands on those that it says it is
 * based on, and on the recognition that granted it, at whatever institution and on whose account.
 * Rows of `recognition`, beside those of recognition.h, found by whoever falls:
 *   'b' | id of the record or recognition 32 | index of the record that stands on it -> 01
 */
#ifndef CBI_BANK_REACH_H
#define CBI_BANK_REACH_H

#include "bank/recognition.h"

#include "cbank/v1/record.pb-c.h"

/* A record that is deposited at `index` says what it stands on; and it is erased. */
cbank_status cbi_reach_note(cbi_txn *txn, const Cbank__V1__CreditRecord *record, uint64_t index,
                            cbank_error *err);
cbank_status cbi_reach_forget(cbi_txn *txn, const Cbank__V1__CreditRecord *record, uint64_t index,
                              cbank_error *err);
/* Whether the record says that it stands on this one. */
bool cbi_reach_names(const Cbank__V1__CreditRecord *record, cbi_bytes id);
/* Does it say that it stands on anything? */
bool cbi_reach_has_basis(const Cbank__V1__CreditRecord *record);
/* True if every row that the record asks for is there. */
bool cbi_reach_is_noted(cbi_txn *txn, const Cbank__V1__CreditRecord *record, uint64_t index);

/* ---- finding ----------------------------------------------------------------------------- */

/* One thing that stands, and would not. */
typedef struct cbi_reached {
    bool is_record;
    uint64_t number; /* of the recognition; of a record its index in the log */
    uint32_t depth;  /* 1: it stands on what falls itself; 0: it is left out */
} cbi_reached;

/* Begins as {0}. Asked about several things in turn it holds everything once. */
typedef struct cbi_reach {
    cbi_reached *list; /* those nearest to each that was asked about first */
    uint32_t count, room;
    uint64_t *seen; /* a hash table of what was met; 0 is an empty place */
    uint32_t places;
} cbi_reach;

/*
 * Adds what stands on the record at this index of the log, or on this recognition, while it holds
 * and stands. TOO_LARGE (REACH_TOO_WIDE) past CBI_REACH_MAX for one of them.
 */
cbank_status cbi_reach_of_record(cbi_txn *txn, cbi_hasher *hasher, uint64_t index, cbi_reach *out,
                                 cbank_error *err);
cbank_status cbi_reach_of_recognition(cbi_txn *txn, cbi_hasher *hasher, uint64_t number,
                                      cbi_reach *out, cbank_error *err);
/* The record at this index falls itself: it is no consequence. */
cbank_status cbi_reach_leave_out(cbi_reach *reach, uint64_t index, cbank_error *err);
/* How many there are, without those that are left out. */
uint32_t cbi_reach_total(const cbi_reach *reach);
void cbi_reach_clear(cbi_reach *reach);

/* ---- acting ------------------------------------------------------------------------------ */

/*
 * Inside of the act by which the record or the recognition falls: by the bank alone every
 * recognition that is reached is suspended and every record questioned, until its own institution
 * has decided. What was erased is left alone. As the two above.
 */
cbank_status cbi_reach_shake_record(cbi_append *append, uint64_t index, cbi_bytes token,
                                    cbank_error *err);
cbank_status cbi_reach_shake_recognition(cbi_append *append, uint64_t number, cbi_bytes token,
                                         cbank_error *err);

#endif
