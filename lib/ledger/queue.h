/*
 * queue.h - acts that wait, and which of the waiting callers does the work.
 *
 * There is no thread of our own: a caller whose act waits while nobody leads becomes the leader,
 * takes acts until its transaction is full, and finishes them all.
 */
#ifndef CBI_LEDGER_QUEUE_H
#define CBI_LEDGER_QUEUE_H

#include <pthread.h>

#include "ledger/act.h"

typedef struct cbi_queue {
    pthread_mutex_t lock;
    cbi_act *first; /* waiting, in order of arrival */
    cbi_act *last;
    bool led;
} cbi_queue;

void cbi_queue_init(cbi_queue *queue);
void cbi_queue_clear(cbi_queue *queue);

/* The act waits for its turn; it stays where it is until it is finished. */
void cbi_queue_add(cbi_queue *queue, cbi_act *act);
/* Waits until the act is finished (false), or until the caller must lead (true). */
bool cbi_queue_must_lead(cbi_queue *queue, cbi_act *act);

/* For the leader: the act that waits longest, or NULL; peeking leaves it where it is. */
const cbi_act *cbi_queue_peek(cbi_queue *queue);
cbi_act *cbi_queue_take(cbi_queue *queue);
/* For the leader: its transaction is over, another may lead. */
void cbi_queue_pass_on(cbi_queue *queue);
/* Gives a list of taken acts back to their callers. */
void cbi_queue_finish(cbi_act *acts);

#endif
