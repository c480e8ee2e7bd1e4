/*
 * conveyor.h - shares of one piece of work: taken one after the other, made by several threads at
 * once, and settled in the order in which they were taken.
 *
 * Whoever has made a share hands it in and takes the next one. Whoever finds nobody settling
 * settles all whose turn it is, and nobody waits for it. So what comes of it is the same however
 * many threads there are. What failed in one share ends the whole: those behind it come to nothing.
 */
#ifndef CBI_BASE_CONVEYOR_H
#define CBI_BASE_CONVEYOR_H

#include <pthread.h>

#include "base/crew.h"
#include "base/error.h"

/* Shares under way, a thread: one is made, others wait for those before them. */
#define CBI_CONVEYOR_AHEAD 3u
#define CBI_CONVEYOR_PLACES_MAX (CBI_CONVEYOR_AHEAD * CBI_CREW_MAX)

/* `context` is the whole's, `worker` the thread's own. A place is free again once it is settled. */
typedef struct cbi_conveyor_work {
    /* Puts the next share there, one thread at a time; false if there is none. `*last`: it is. */
    bool (*take)(void *context, size_t place, bool *last);
    /* Makes it, beside others; what fails is told when it is settled. */
    void (*make)(void *worker, size_t place);
    /* Settles it, one thread at a time, beside those that take and make. */
    cbank_status (*settle)(void *worker, size_t place, cbank_error *err);
} cbi_conveyor_work;

typedef struct cbi_conveyor {
    const cbi_conveyor_work *work;
    void *context;
    size_t places;
    pthread_mutex_t lock; /* over all that follows, and taking */
    pthread_cond_t freed; /* a share was settled, or there is nothing more to take */
    uint64_t taken;       /* shares, so far */
    uint64_t settled;
    bool made[CBI_CONVEYOR_PLACES_MAX]; /* and not settled */
    bool settling;                      /* somebody is */
    bool over;      /* there is nothing more to take, or something failed */
    bool served;    /* somebody has begun, */
    uint64_t state; /* who reads this */
    cbank_status status;
    cbank_error error;
} cbi_conveyor;

/* How many places there are for so many threads. */
size_t cbi_conveyor_places(unsigned threads);

/* `work` and `context` are borrowed. Every conveyor that is begun is ended. */
void cbi_conveyor_begin(const cbi_conveyor_work *work, void *context, unsigned threads,
                        cbi_conveyor *out);
/*
 * What a thread does until nothing is left for it; every thread that can, once. `state` names what
 * it reads: whoever settles a share reads what it was made from, so who finds another state than
 * the first one did leaves all to the others.
 */
void cbi_conveyor_serve(cbi_conveyor *conveyor, void *worker, uint64_t state);
/* A thread cannot begin, for which the whole fails. */
void cbi_conveyor_stop(cbi_conveyor *conveyor, cbank_status status, const cbank_error *why);
/* When all threads have returned: what failed first, in the order of the shares. */
cbank_status cbi_conveyor_end(cbi_conveyor *conveyor, cbank_error *err);

#endif
