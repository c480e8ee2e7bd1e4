#include "base/conveyor.h"

size_t cbi_conveyor_places(unsigned threads)
{
    return threads == 1 ? 1 : (size_t)CBI_CONVEYOR_AHEAD * threads;
}

void cbi_conveyor_begin(const cbi_conveyor_work *work, void *context, unsigned threads,
                        cbi_conveyor *out)
{
    *out = (cbi_conveyor){
        .work = work, .context = context, .places = cbi_conveyor_places(threads)};
    (void)pthread_mutex_init(&out->lock, NULL);
    (void)pthread_cond_init(&out->freed, NULL);
}

/* Under the lock, as all that follows but for the work itself. */
static void end_taking(cbi_conveyor *it)
{
    it->over = true;
    (void)pthread_cond_broadcast(&it->freed);
}

static void stop(cbi_conveyor *it, cbank_status status, const cbank_error *why)
{
    if (it->status == CBANK_OK) {
        it->status = status;
        it->error = *why;
    }
    end_taking(it);
}

/* Takes the next share as soon as there is a place for it; false if there is none. */
static bool take(cbi_conveyor *it, size_t *place)
{
    bool taken, last = false;

    while (!it->over && it->taken - it->settled == it->places)
        (void)pthread_cond_wait(&it->freed, &it->lock);
    *place = (size_t)(it->taken % it->places);
    taken = !it->over && it->work->take(it->context, *place, &last);
    it->taken += taken;
    if (!taken || last)
        end_taking(it);
    return taken;
}

static void settle(cbi_conveyor *it, void *worker, size_t place)
{
    cbank_status status = CBANK_OK;
    cbank_error error = {0};

    it->settling = true;
    if (it->status == CBANK_OK) {
        (void)pthread_mutex_unlock(&it->lock);
        status = it->work->settle(worker, place, &error);
        (void)pthread_mutex_lock(&it->lock);
    }
    if (status != CBANK_OK)
        stop(it, status, &error);
    it->settling = false;
    it->made[place] = false;
    it->settled++;
    (void)pthread_cond_signal(&it->freed);
}

static void hand_in(cbi_conveyor *it, void *worker, size_t place)
{
    it->made[place] = true;
    while (!it->settling && it->made[it->settled % it->places])
        settle(it, worker, (size_t)(it->settled % it->places));
}

/* The first one's state is everybody's. */
static bool agrees(cbi_conveyor *it, uint64_t state)
{
    if (!it->served)
        it->state = state;
    it->served = true;
    return it->state == state;
}

void cbi_conveyor_serve(cbi_conveyor *it, void *worker, uint64_t state)
{
    size_t place;

    (void)pthread_mutex_lock(&it->lock);
    while (agrees(it, state) && take(it, &place)) {
        (void)pthread_mutex_unlock(&it->lock);
        it->work->make(worker, place);
        (void)pthread_mutex_lock(&it->lock);
        hand_in(it, worker, place);
    }
    (void)pthread_mutex_unlock(&it->lock);
}

void cbi_conveyor_stop(cbi_conveyor *it, cbank_status status, const cbank_error *why)
{
    (void)pthread_mutex_lock(&it->lock);
    stop(it, status, why);
    (void)pthread_mutex_unlock(&it->lock);
}

cbank_status cbi_conveyor_end(cbi_conveyor *it, cbank_error *err)
{
    (void)pthread_cond_destroy(&it->freed);
    (void)pthread_mutex_destroy(&it->lock);
    if (it->status != CBANK_OK && err != NULL)
        *err = it->error;
    return it->status;
}
