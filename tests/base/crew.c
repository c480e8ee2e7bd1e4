#include "base/crew.h"

#include <criterion/criterion.h>

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

enum { ITEMS = 100000 };

typedef struct heap {
    pthread_mutex_t lock;
    unsigned next, threads;
    unsigned done[ITEMS];
} heap;

static void work(void *context)
{
    heap *it = context;
    unsigned item;

    (void)pthread_mutex_lock(&it->lock);
    it->threads++;
    while (it->next < ITEMS) {
        item = it->next++;
        (void)pthread_mutex_unlock(&it->lock);
        it->done[item]++;
        (void)pthread_mutex_lock(&it->lock);
    }
    (void)pthread_mutex_unlock(&it->lock);
}

Test(crew, has_done_everything_once_when_it_returns)
{
    for (unsigned size = 1; size <= CBI_CREW_MAX; size++) {
        static heap it;

        it = (heap){.lock = PTHREAD_MUTEX_INITIALIZER};
        cbi_crew_run(size, work, &it);
        cr_assert(it.threads >= 1 && it.threads <= size);
        for (unsigned item = 0; item < ITEMS; item++)
            cr_assert_eq(it.done[item], 1, "%u of %u threads", item, size);
    }
}

Test(crew, is_no_larger_than_its_work_nor_than_its_limit)
{
    cr_expect_eq(cbi_crew_size(0, 100), 1);
    cr_expect_eq(cbi_crew_size(199, 100), 1);
    cr_expect_leq(cbi_crew_size(299, 100), 2);
    cr_expect_leq(cbi_crew_size(UINT64_MAX, 1), CBI_CREW_MAX);
    cr_expect_geq(cbi_crew_size(UINT64_MAX, 1), 1);
}

static void look_at_signals(void *context)
{
    sigset_t blocked;

    (void)pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    if (sigismember(&blocked, SIGTERM) == 1)
        ++*(unsigned *)context; /* of the two, one thread at the most */
}

Test(crew, leaves_signals_to_the_threads_of_the_program)
{
    unsigned blocked = 0;
    sigset_t after;

    cbi_crew_run(2, look_at_signals, &blocked);
    cr_expect_eq(blocked, 1);
    (void)pthread_sigmask(SIG_SETMASK, NULL, &after);
    cr_expect_eq(sigismember(&after, SIGTERM), 0);
}
