/* Whoever waits leads or is answered, each once, and no call is lost. */
#include "ledger/queue.h"

#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static cbi_queue queue;

static void begin(void)
{
    cbi_queue_init(&queue);
}

static void end(void)
{
    cbi_queue_clear(&queue);
}

TestSuite(queue, .init = begin, .fini = end, .timeout = 60);

Test(queue, the_first_who_asks_leads_and_what_is_taken_is_in_order_of_arrival)
{
    cbi_act first = {0}, second = {0};

    cbi_queue_add(&queue, &first);
    cbi_queue_add(&queue, &second);
    cr_expect(cbi_queue_must_lead(&queue, &second));
    cr_expect_eq(cbi_queue_peek(&queue), &first);
    cr_expect_eq(cbi_queue_take(&queue), &first);
    cr_expect_not(first.waiting);
    cr_expect(second.waiting);
    cr_expect_eq(cbi_queue_take(&queue), &second);
    cr_expect_null(cbi_queue_take(&queue));
    first.next = &second;
    cbi_queue_pass_on(&queue);
    cbi_queue_finish(&first);
    cr_expect_not(cbi_queue_must_lead(&queue, &first));
    cr_expect_not(cbi_queue_must_lead(&queue, &second));
}

/* Its caller may be anywhere between adding it and waiting. */
Test(queue, an_act_that_is_finished_before_its_caller_waits_is_finished)
{
    cbi_act early = {0}, late = {0};

    cbi_queue_add(&queue, &early);
    cbi_queue_add(&queue, &late);
    cr_expect(cbi_queue_must_lead(&queue, &early));
    cr_expect_eq(cbi_queue_take(&queue), &early);
    cbi_queue_pass_on(&queue); /* calls the other, who leads before it looks */
    cr_expect(cbi_queue_must_lead(&queue, &late));
    cr_expect_eq(cbi_queue_take(&queue), &late);
    cbi_queue_pass_on(&queue);
    cbi_queue_finish(&late);
    cbi_queue_finish(&early);
    cr_expect_not(cbi_queue_must_lead(&queue, &late));
    cr_expect_not(cbi_queue_must_lead(&queue, &early));
}

/* ---- many ------------------------------------------------------------------------------------ */

#define THREADS 16u
#define EACH 500u
#define GROUP 5u /* so that the next leader finds some */

static atomic_uint leaders, led, done;

static void lead(void)
{
    cbi_act *acts = NULL, **end_of_list = &acts;

    cr_assert_eq(atomic_fetch_add(&leaders, 1), 0, "two lead at once");
    for (unsigned i = 0; i < GROUP && (*end_of_list = cbi_queue_take(&queue)) != NULL; i++) {
        (*end_of_list)->status++;
        end_of_list = &(*end_of_list)->next;
    }
    *end_of_list = NULL;
    atomic_fetch_sub(&leaders, 1);
    atomic_fetch_add(&led, 1);
    cbi_queue_pass_on(&queue);
    cbi_queue_finish(acts);
}

/* What it was is gone at once, so that a late touch of it is seen by the sanitizers. */
static void *call_often(void *context)
{
    for (unsigned i = 0; i < EACH; i++) {
        cbi_act *act = calloc(1, sizeof(*act));

        cbi_queue_add(&queue, act);
        while (cbi_queue_must_lead(&queue, act))
            lead();
        if ((unsigned)act->status == 1)
            atomic_fetch_add(&done, 1);
        memset(act, 0xa5, sizeof(*act));
        free(act);
    }
    return context;
}

Test(queue, of_many_callers_one_leads_at_a_time_and_each_act_is_done_once)
{
    pthread_t threads[THREADS];

    for (unsigned i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, call_often, NULL), 0);
    for (unsigned i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
    cr_expect_eq(atomic_load(&done), THREADS * EACH);
    cr_expect(atomic_load(&led) >= THREADS * EACH / GROUP);
    cr_expect_null(cbi_queue_peek(&queue));
}
