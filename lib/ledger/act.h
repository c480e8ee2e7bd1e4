/*
 * act.h - what a caller wants done: a check, which may refuse, then a write.
 *
 * Acts of several callers share one transaction. Each is checked against what those before it
 * left; one that fails its check is taken out alone. So a check writes nothing, and a write fails
 * only for the store, which undoes the whole transaction for all of them.
 *
 * An act is embedded in the caller's own struct, which its functions reach from the pointer.
 */
#ifndef CBI_LEDGER_ACT_H
#define CBI_LEDGER_ACT_H

#include <pthread.h>

#include "ledger/append.h"

/* So that a token's row fits a value of the store. */
#define CBI_ACT_RESULT_MAX (60u * 1024)
/* What one act may dirty: as much again is room for those that share its transaction. */
#define CBI_ACT_DIRTY_MAX (CBI_TXN_DIRTY_MAX / 2)

typedef struct cbi_act cbi_act;

struct cbi_act {
    /* The caller fills these. */
    uint8_t token[CBI_TOKEN_SIZE]; /* random: the same again means the same act */
    cbi_hash request;              /* digest: the same token with another one is a CONFLICT */
    int64_t now;                   /* the caller's clock; statements carry append->at (append.h) */
    bool takes_away; /* closes or erases: done also on a full disk, in the space kept for it */
    /* Records and accounts are added, and nothing is changed that was there; `write` may clear it,
     * not set it. Rulings that were made before it stand, after a look (append.h). */
    bool only_adds;
    cbank_status (*check)(cbi_act *act, cbi_append *append, cbank_error *err);
    cbank_status (*write)(cbi_act *act, cbi_append *append, cbank_error *err);

    /* What came of it. */
    cbank_buffer result; /* filled by write, kept with the token; the caller clears it */
    bool alone;          /* no other act has written in its transaction */
    bool replayed;       /* done before under this token; `result` is what was answered then */

    /* The queue's own. */
    bool waiting;          /* in the queue; under its lock */
    pthread_mutex_t lock;  /* over the next three: the act's own, so that nobody waits for others */
    pthread_cond_t turned; /* its caller waits here, alone */
    bool called;           /* to look again, since it last looked */
    bool finished;         /* status, error and result are final */
    cbank_status status;
    cbank_error error;
    cbi_act *next;
};

#endif
