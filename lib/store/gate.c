#include "store/gate.h"

#include <errno.h>
#include <time.h>

cbank_status cbi_gate_init(cbi_gate *gate, cbank_error *err)
{
    pthread_condattr_t attributes;
    int code = pthread_mutex_init(&gate->lock, NULL);

    if (code != 0)
        return cbi_fail(err, CBI_REASON_INTERNAL, 0, "mutex", "%d", code);
    code = pthread_condattr_init(&attributes);
    if (code == 0) {
        (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        code = pthread_cond_init(&gate->change, &attributes);
        (void)pthread_condattr_destroy(&attributes);
    }
    if (code != 0) {
        (void)pthread_mutex_destroy(&gate->lock);
        return cbi_fail(err, CBI_REASON_INTERNAL, 0, "condition", "%d", code);
    }
    gate->inside = 0;
    gate->shut = false;
    return CBANK_OK;
}

void cbi_gate_clear(cbi_gate *gate)
{
    (void)pthread_cond_destroy(&gate->change);
    (void)pthread_mutex_destroy(&gate->lock);
}

void cbi_gate_enter(cbi_gate *gate)
{
    (void)pthread_mutex_lock(&gate->lock);
    while (gate->shut)
        (void)pthread_cond_wait(&gate->change, &gate->lock);
    gate->inside++;
    (void)pthread_mutex_unlock(&gate->lock);
}

void cbi_gate_leave(cbi_gate *gate)
{
    (void)pthread_mutex_lock(&gate->lock);
    gate->inside--;
    if (gate->shut && gate->inside == 0)
        (void)pthread_cond_broadcast(&gate->change);
    (void)pthread_mutex_unlock(&gate->lock);
}

bool cbi_gate_shut(cbi_gate *gate, unsigned timeout_ms)
{
    struct timespec until;
    bool empty;
    int code = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    (void)pthread_mutex_lock(&gate->lock);
    while (gate->shut)
        (void)pthread_cond_wait(&gate->change, &gate->lock);
    gate->shut = true;
    while (gate->inside > 0 && code != ETIMEDOUT)
        code = pthread_cond_timedwait(&gate->change, &gate->lock, &until);
    empty = gate->inside == 0;
    if (!empty) {
        gate->shut = false;
        (void)pthread_cond_broadcast(&gate->change);
    }
    (void)pthread_mutex_unlock(&gate->lock);
    return empty;
}

void cbi_gate_shut_for_good(cbi_gate *gate)
{
    (void)pthread_mutex_lock(&gate->lock);
    while (gate->shut)
        (void)pthread_cond_wait(&gate->change, &gate->lock);
    gate->shut = true;
    while (gate->inside > 0)
        (void)pthread_cond_wait(&gate->change, &gate->lock);
    (void)pthread_mutex_unlock(&gate->lock);
}

void cbi_gate_open(cbi_gate *gate)
{
    (void)pthread_mutex_lock(&gate->lock);
    gate->shut = false;
    (void)pthread_cond_broadcast(&gate->change);
    (void)pthread_mutex_unlock(&gate->lock);
}
