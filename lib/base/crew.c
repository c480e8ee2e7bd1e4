#include "base/crew.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>

typedef struct duty {
    void (*work)(void *context);
    void *context;
} duty;

static unsigned count_cores(void)
{
    cpu_set_t cores;

    if (sched_getaffinity(0, sizeof(cores), &cores) != 0)
        return 1;
    return (unsigned)CPU_COUNT(&cores);
}

unsigned cbi_crew_size(uint64_t items, uint64_t least)
{
    uint64_t size = items / least;
    unsigned cores;

    if (size <= 1)
        return 1;
    cores = count_cores();
    if (size > cores)
        size = cores;
    return size < CBI_CREW_MAX ? (unsigned)size : CBI_CREW_MAX;
}

static void *serve(void *argument)
{
    const duty *it = argument;

    it->work(it->context);
    return NULL;
}

void cbi_crew_run(unsigned size, void (*work)(void *context), void *context)
{
    duty it = {.work = work, .context = context};
    pthread_t others[CBI_CREW_MAX];
    sigset_t all, before;
    unsigned count = 0;

    /* Signals are for the program's own threads. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    while (count + 1 < size && count < CBI_CREW_MAX &&
           pthread_create(&others[count], NULL, serve, &it) == 0)
        count++;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    work(context);
    for (unsigned i = 0; i < count; i++)
        (void)pthread_join(others[i], NULL);
}
