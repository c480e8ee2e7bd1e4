/*
 * parcel.h - batches made by hand at a college, honest and otherwise, and what the bank says.
 *
 * Whoever is not named has a student number of the college, and no account before.
 */
#ifndef CBI_TESTS_BANK_PARCEL_H
#define CBI_TESTS_BANK_PARCEL_H

#include "bank/deposit.h"
#include "bank/teller.h"

typedef struct parcel {
    teller *it;
    cbi_batch_builder builder;
} parcel;

/* A record; what is not given is as it should be. */
typedef struct parcel_record {
    const char *reference;
    const char *type;   /* "student/PXU" */
    const char *number; /* the reference */
    const char *name;   /* "" */
    const char *opened; /* the number in the opening: `number` */
    const char *awarder;
    const char *depositor;
    int64_t milli; /* 1000 */
    uint32_t revision;
    const cbi_hash *supersedes;
} parcel_record;

void parcel_begin(parcel *out, teller *it);
/* Each answers the id that the item has. */
cbi_hash parcel_add(parcel *it, const parcel_record *record);
cbi_hash parcel_plain(parcel *it, const char *reference);
cbi_hash parcel_change(parcel *it, const cbi_hash *record, const char *reference,
                       Cbank__V1__ChangeAction action);
/* A SUPERSEDE and the next revision, of a plain record. */
cbi_hash parcel_amend(parcel *it, const cbi_hash *record, const char *reference, int64_t milli);
/* Signed by the college, under this number of its own; ends the parcel. */
cbank_buffer parcel_sign(parcel *it, uint64_t number);

typedef struct parcel_answer {
    cbank_status status;
    cbank_error err;
    uint64_t refused;
    cbank_error why;   /* of the first refusal, */
    uint64_t item;     /* and which item it was */
    cbi_intake intake; /* {0} if nothing was written */
} parcel_answer;

/* Terms under which a stranger's account is opened and a refusal stops everything. */
cbi_deposit_terms parcel_terms(teller *it);
parcel_answer parcel_hand_in(teller *it, const cbi_deposit_terms *terms, const cbank_buffer *file);
/* Signs, hands in under parcel_terms, and clears. */
parcel_answer parcel_send(parcel *it, uint64_t number);
/* The same though items may be refused. */
parcel_answer parcel_send_most(parcel *it, uint64_t number);

/* Entries of the log. */
uint64_t parcel_log_size(teller *it);
/* That handing in was no failure, but an item was refused, so that nothing was written. */
#define parcel_stopped(it, answer, size, item_number, reason_name)                                 \
    do {                                                                                           \
        parcel_answer got = (answer);                                                              \
        cr_expect_eq(got.status, CBANK_OK);                                                        \
        cr_expect_str_eq(cbank_reason_name(got.why.reason), #reason_name);                         \
        cr_expect_eq(got.item, (uint64_t)(item_number));                                           \
        cr_expect_eq(parcel_log_size(it), size);                                                   \
    } while (0)

/* What the bank holds under a reference of the college. */
cbi_holding parcel_find(teller *it, const char *reference);
cbi_record_state parcel_state(teller *it, const cbi_holding *holding);

#endif
