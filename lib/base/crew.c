#include "base/crew.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>

/* Enough for what is done here; the system's own measure would count against a limit of memory. */
#define STACK_BYTES ((size_t)2 * 1024 * 1024)

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
    pthread_attr_t attributes;
    sigset_t all, before;
    unsigned count = 0;

    if (size <= 1 || pthread_attr_init(&attributes) != 0) {
        work(context);
        return;
    }
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);

    /* Signals are for the program's own threads. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    while (count + 1 < size && count < CBI_CREW_MAX &&
           pthread_create(&others[count], &attributes, serve, &it) == 0)
        count++;
    (void)pthread_attr_destroy(&attributes);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    work(context);
    for (unsigned i = 0; i < count; i++)
        (void)pthread_join(others[i], NULL);
}
