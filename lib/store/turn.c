#include "store/turn.h"

#include <errno.h>

cbank_status cbi_turn_init(cbi_turn *turn, cbank_error *err)
{
    pthread_mutexattr_t attributes;
    int code = pthread_mutexattr_init(&attributes);

    if (code == 0) {
        (void)pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
        code = pthread_mutex_init(&turn->lock, &attributes);
        (void)pthread_mutexattr_destroy(&attributes);
    }
    if (code != 0)
        return cbi_fail(err, CBI_REASON_INTERNAL, 0, "mutex", "%d", code);
    return CBANK_OK;
}

void cbi_turn_clear(cbi_turn *turn)
{
    (void)pthread_mutex_destroy(&turn->lock);
}

cbank_status cbi_turn_take(cbi_turn *turn, cbank_error *err)
{
    if (pthread_mutex_lock(&turn->lock) == EDEADLK)
        return cbi_fail(err, CBI_REASON_WRITER_TWICE, 0, NULL, NULL);
    return CBANK_OK;
}

void cbi_turn_give(cbi_turn *turn)
{
    (void)pthread_mutex_unlock(&turn->lock);
}
