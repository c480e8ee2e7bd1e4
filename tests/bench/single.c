#include "work.h"

#include "bank.h"
#include "clock.h"
#include "folder.h"
#include "lmdb.h"
#include "report.h"
#include "rows.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define CALLERS 64u
#define ALONE 400u
#define EACH 60u

typedef struct caller {
    bank *side;
    char (*accounts)[BANK_ACCOUNT_MAX];
    cbank_buffer *ready; /* batches of one record, or NULL: each is signed here */
    unsigned first, count;
} caller;

static void *call(void *context)
{
    const caller *it = context;

    for (unsigned i = it->first; i < it->first + it->count; i++) {
        char reference[ROWS_REFERENCE_MAX];

        if (it->ready != NULL) {
            bank_deposit(it->side, &it->ready[i]);
            continue;
        }
        snprintf(reference, sizeof(reference), "single-%u", i);
        bank_issue(it->side, it->accounts[i % CALLERS], reference);
    }
    return NULL;
}

/* Records a second of so many callers at once. */
static double rate(caller *model, unsigned callers, unsigned each)
{
    pthread_t threads[CALLERS];
    caller all[CALLERS];
    double begin = clock_now();

    for (unsigned i = 0; i < callers; i++) {
        all[i] = *model;
        all[i].first = model->first + i * each;
        all[i].count = each;
        if (pthread_create(&threads[i], NULL, call, &all[i]) != 0)
            exit(1);
    }
    for (unsigned i = 0; i < callers; i++)
        pthread_join(threads[i], NULL);
    model->first += callers * each;
    return callers * each / (clock_now() - begin);
}

/* One caller, beside the least that a durable transaction costs, by turns. */
static double measure_alone(caller *model, const folder *where)
{
    double bank_times[ALONE], bare_times[ALONE], alone, bare;
    lmdb *peer = lmdb_create(where->path);

    for (unsigned i = 0; i < ALONE; i++) {
        double begin = clock_now();

        model->count = 1;
        (void)call(model);
        model->first++;
        bank_times[i] = clock_now() - begin;
        begin = clock_now();
        lmdb_put(peer, i);
        bare_times[i] = clock_now() - begin;
    }
    lmdb_close(peer);
    alone = 1 / clock_median(bank_times, ALONE);
    bare = 1 / clock_median(bare_times, ALONE);
    report_add(&(report_row){.work = "one record, one caller, durable", .figure = alone,
                             .unit = "records/s", .peer = "LMDB put of 8 bytes",
                             .peer_figure = bare, .target = 0.5});
    return alone;
}

static void measure_many(caller *model, const char *work, double target)
{
    double alone = rate(model, 1, ALONE);
    double many = rate(model, CALLERS, EACH);

    report_add(&(report_row){.work = work, .figure = many, .unit = "records/s",
                             .peer = "one caller", .peer_figure = alone, .target = target});
}

void work_single(const bench_work *it)
{
    enum { READY = ALONE + CALLERS * EACH };
    rows set = {.order = ROWS_RANDOM, .seed = 5, .learners = CALLERS, .count = READY, .batch = 1};
    char accounts[CALLERS][BANK_ACCOUNT_MAX];
    cbank_buffer *ready = calloc(READY, sizeof(*ready));
    caller model = {.accounts = accounts};
    folder where;
    bank side;

    if (ready == NULL)
        exit(1);
    folder_make(&where, it->folder, "single");
    bank_create(&side, where.path, it->suite);
    bank_welcome(&side, 0, CALLERS, accounts);
    model.side = &side;
    (void)measure_alone(&model, &where);
    measure_many(&model, "64 callers at once, each record signed and verified", 6);
    for (unsigned i = 0; i < READY; i++)
        bank_sign(&side, &set, i, i + 1, &ready[i]);
    model.ready = ready;
    model.first = 0;
    measure_many(&model, "64 callers at once, ready-signed records", 18);
    for (unsigned i = 0; i < READY; i++)
        cbank_buffer_clear(&ready[i]);
    free(ready);
    bank_close(&side);
    cbank_key_close(side.key);
    folder_remove(&where);
}
