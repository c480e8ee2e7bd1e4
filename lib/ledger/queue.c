#include "ledger/queue.h"

void cbi_queue_init(cbi_queue *queue)
{
    *queue = (cbi_queue){0};
    (void)pthread_mutex_init(&queue->lock, NULL);
}

void cbi_queue_clear(cbi_queue *queue)
{
    (void)pthread_mutex_destroy(&queue->lock);
}

void cbi_queue_add(cbi_queue *queue, cbi_act *act)
{
    act->waiting = true;
    act->called = act->finished = false;
    act->next = NULL;
    (void)pthread_mutex_init(&act->lock, NULL);
    (void)pthread_cond_init(&act->turned, NULL);
    (void)pthread_mutex_lock(&queue->lock);
    if (queue->first == NULL)
        queue->first = act;
    else
        queue->last->next = act;
    queue->last = act;
    (void)pthread_mutex_unlock(&queue->lock);
}

static bool begin_to_lead(cbi_queue *queue, const cbi_act *act)
{
    (void)pthread_mutex_lock(&queue->lock);
    bool may = act->waiting && !queue->led;
    queue->led |= may;
    (void)pthread_mutex_unlock(&queue->lock);
    return may;
}

/* A call that comes before its act waits for it is not lost. */
static bool wait_for_call(cbi_act *act)
{
    (void)pthread_mutex_lock(&act->lock);
    while (!act->called)
        (void)pthread_cond_wait(&act->turned, &act->lock);
    act->called = false;
    bool finished = act->finished;
    (void)pthread_mutex_unlock(&act->lock);
    return finished;
}

/* Once it is finished, the act is its caller's, who may free it when its lock is given back. */
static void call(cbi_act *act, bool finished)
{
    (void)pthread_mutex_lock(&act->lock);
    act->called = true;
    act->finished = finished;
    (void)pthread_cond_signal(&act->turned);
    (void)pthread_mutex_unlock(&act->lock);
}

bool cbi_queue_must_lead(cbi_queue *queue, cbi_act *act)
{
    do {
        if (begin_to_lead(queue, act))
            return true;
    } while (!wait_for_call(act));
    (void)pthread_cond_destroy(&act->turned);
    (void)pthread_mutex_destroy(&act->lock);
    return false;
}

const cbi_act *cbi_queue_peek(cbi_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    const cbi_act *act = queue->first;
    (void)pthread_mutex_unlock(&queue->lock);
    return act;
}

cbi_act *cbi_queue_take(cbi_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    cbi_act *act = queue->first;
    if (act != NULL) {
        queue->first = act->next;
        act->waiting = false;
        act->next = NULL;
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return act;
}

void cbi_queue_pass_on(cbi_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->led = false;
    /* The others would only find that this one leads; who comes before it wakes leads instead. */
    if (queue->first != NULL)
        call(queue->first, false);
    (void)pthread_mutex_unlock(&queue->lock);
}

/* Not under the queue's lock, which all who wake would have to wait for. */
void cbi_queue_finish(cbi_act *acts)
{
    while (acts != NULL) {
        cbi_act *next = acts->next;

        call(acts, true);
        acts = next;
    }
}
