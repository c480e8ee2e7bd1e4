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
    act->step = CBI_ACT_WAITING;
    act->next = NULL;
    (void)pthread_cond_init(&act->turned, NULL);
    (void)pthread_mutex_lock(&queue->lock);
    if (queue->first == NULL)
        queue->first = act;
    else
        queue->last->next = act;
    queue->last = act;
    (void)pthread_mutex_unlock(&queue->lock);
}

bool cbi_queue_must_lead(cbi_queue *queue, cbi_act *act)
{
    (void)pthread_mutex_lock(&queue->lock);
    while (act->step != CBI_ACT_FINISHED && (queue->led || act->step == CBI_ACT_TAKEN))
        (void)pthread_cond_wait(&act->turned, &queue->lock);
    bool must_lead = act->step != CBI_ACT_FINISHED;
    if (must_lead)
        queue->led = true;
    else
        (void)pthread_cond_destroy(&act->turned);
    (void)pthread_mutex_unlock(&queue->lock);
    return must_lead;
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
        act->step = CBI_ACT_TAKEN;
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
        (void)pthread_cond_signal(&queue->first->turned);
    (void)pthread_mutex_unlock(&queue->lock);
}

void cbi_queue_finish(cbi_queue *queue, cbi_act *acts)
{
    (void)pthread_mutex_lock(&queue->lock);
    while (acts != NULL) {
        /* Once finished, the act is its caller's, who may free it when the lock is given back. */
        cbi_act *next = acts->next;
        acts->step = CBI_ACT_FINISHED;
        (void)pthread_cond_signal(&acts->turned);
        acts = next;
    }
    (void)pthread_mutex_unlock(&queue->lock);
}
