/*
 * gate.h - counts the transactions that are under way, and can keep new ones out until none is.
 *
 * LMDB's map may change size, and its environment be closed, only while no transaction lives;
 * LMDB itself does not check.
 */
#ifndef CBI_STORE_GATE_H
#define CBI_STORE_GATE_H

#include <pthread.h>

#include "base/error.h"

typedef struct cbi_gate {
    pthread_mutex_t lock;
    pthread_cond_t change;
    unsigned inside;
    bool shut;
} cbi_gate;

cbank_status cbi_gate_init(cbi_gate *gate, cbank_error *err);
void cbi_gate_clear(cbi_gate *gate);

/* Waits while the gate is shut. */
void cbi_gate_enter(cbi_gate *gate);
void cbi_gate_leave(cbi_gate *gate);

/*
 * Shuts the gate and waits until nobody is inside, but not for ever: whoever is inside may be
 * waiting for the caller. False, and the gate is open again, when the time is up.
 */
bool cbi_gate_shut(cbi_gate *gate, unsigned timeout_ms);
/* Shuts the gate for good and waits as long as it takes. */
void cbi_gate_shut_for_good(cbi_gate *gate);
void cbi_gate_open(cbi_gate *gate);

#endif
