/*
 * lifecycle.h - which statement may follow which on one chain, and how a record's state moves.
 *
 * Two small state machines, each one table. The bank steps them before it writes; a verifier
 * steps them through the chain that it was shown. A refused step changes nothing.
 */
#ifndef CBI_RECORD_LIFECYCLE_H
#define CBI_RECORD_LIFECYCLE_H

#include "record/kind.h"

#include "cbank/v1/record.pb-c.h"
#include "cbank/v1/status.pb-c.h"

typedef enum cbi_life {
    CBI_LIFE_NONE = 0,      /* nothing on the chain yet */
    CBI_LIFE_ACTIVE = 1,    /* account open, institution admitted, bank created */
    CBI_LIFE_FROZEN = 2,    /* account: takes nothing new, but what it holds may change */
    CBI_LIFE_MERGED = 3,    /* account: the chain has ended and goes on in another */
    CBI_LIFE_SUSPENDED = 4, /* institution: neither its batches nor its keys are taken */
    CBI_LIFE_RESTRICTED = 5, /* account: kept, and used for nothing */
    CBI_LIFE_CLOSED = 6,     /* account: given up by the learner */
    CBI_LIFE_DECEASED = 7,   /* account: the learner has died */
    CBI_LIFE_ERASED = 8,     /* account: nothing is left but the chain's hashes */
    CBI_LIFE_ENDED = 9,      /* institution: merged or closed */
} cbi_life;

/* Why an account or institution of this life, which is not ACTIVE, is of no use. */
cbi_reason cbi_life_refusal(cbi_life life);
/* How a status file lists an account of this life: 0 if it does not. */
Cbank__V1__AccountState cbi_life_listed(cbi_life life);

/* One chain so far. Begins as {0}; the first kind tells whose chain it is. */
typedef struct cbi_lifecycle {
    cbi_life life;
    Cbank__V1__SubjectKind subject;
} cbi_lifecycle;

/* STATE, or UNSUPPORTED for an unknown kind. The caller names the object (cbi_error_name). */
cbank_status cbi_lifecycle_step(cbi_lifecycle *lifecycle, int kind, cbank_error *err);

/* The state of one deposited record: the numbers of cbank.v1.RecordState, and 0 while it holds. */
typedef enum cbi_record_state {
    CBI_RECORD_HELD = 0,
    CBI_RECORD_REVOKED = 1, /* final */
    CBI_RECORD_SUSPENDED = 2,
    CBI_RECORD_SUPERSEDED = 3, /* final */
} cbi_record_state;

/* Moves the state by one change. STATE if the change is not possible in it. */
cbank_status cbi_record_state_step(cbi_record_state *state, Cbank__V1__ChangeAction action,
                                   cbank_error *err);

#endif
