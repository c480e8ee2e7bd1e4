/* turn.h - whose turn it is to write: one thread of the process at a time. */
#ifndef CBI_STORE_TURN_H
#define CBI_STORE_TURN_H

#include <pthread.h>

#include "base/error.h"

typedef struct cbi_turn {
    pthread_mutex_t lock;
} cbi_turn;

cbank_status cbi_turn_init(cbi_turn *turn, cbank_error *err);
void cbi_turn_clear(cbi_turn *turn);
/* Waits for other threads. STATE if it is this thread's turn already: it would wait for ever. */
cbank_status cbi_turn_take(cbi_turn *turn, cbank_error *err);
void cbi_turn_give(cbi_turn *turn);

#endif
