/*
 * regrant.h - a recognition held against its plan made again: where the two differ.
 *
 * What an institution grants of a plan is what granting.h makes of it, once more, under the rulings
 * that the recognition itself shows: a grant that is not there was refused, one of less was cut.
 */
#ifndef CBI_PROOF_REGRANT_H
#define CBI_PROOF_REGRANT_H

#include "proof/granting.h"

#define CBI_REGRANT_TEXT_MAX 80
#define CBI_REGRANT_DIFFERENCES_MAX 1000u

/* The numbers of cbank.api.v1.PlanDifferenceKind. */
typedef enum cbi_regrant_kind {
    CBI_REGRANT_PUBLICATION = 1,
    CBI_REGRANT_ENTRIES = 2,
    CBI_REGRANT_RECORD = 3,
    CBI_REGRANT_EARLIER = 4,
    CBI_REGRANT_PLAN = 5,
    CBI_REGRANT_SOURCE = 6,
    CBI_REGRANT_GRANT = 7,
} cbi_regrant_kind;

typedef struct cbi_difference {
    cbi_regrant_kind kind;
    uint64_t position;
    const char *field; /* static */
    char stated[CBI_REGRANT_TEXT_MAX]; /* in the recognition */
    char found[CBI_REGRANT_TEXT_MAX];
} cbi_difference;

/* Begins as {0}. */
typedef struct cbi_regrant {
    cbi_difference *list; /* at most CBI_REGRANT_DIFFERENCES_MAX; what is beyond is left out */
    uint32_t count, room;
} cbi_regrant;

/* Notes one; the texts are cut where they are too long. */
cbank_status cbi_regrant_note(cbi_regrant *regrant, cbi_regrant_kind kind, uint64_t position,
                              const char *field, const char *stated, const char *found,
                              cbank_error *err);

/*
 * Adds what differs: the plan's digest, and each source and grant that rests on a rule. Other
 * grants rest on no plan. MALFORMED for a plan that is none.
 */
cbank_status cbi_regrant_compare(cbi_hasher *hasher, cbi_bytes plan,
                                 const cbi_recognition *recognition, cbi_regrant *out,
                                 cbank_error *err);
void cbi_regrant_clear(cbi_regrant *regrant);

#endif
