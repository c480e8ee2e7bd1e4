#include "work.h"

#include "bank.h"
#include "clock.h"
#include "folder.h"
#include "report.h"
#include "rows.h"
#include "signatures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEARNERS 64u
#define BATCHES 8u
#define BATCH_RECORDS 5u /* of each learner in each batch */
#define RECORDS (BATCHES * BATCH_RECORDS)
#define SECONDS 1.0
#define ROUNDS 5u

/* Learners with forty records each, from eight batches. */
static void settle(bank *side, char (*accounts)[BANK_ACCOUNT_MAX])
{
    cbank_buffer file = {0};

    bank_welcome(side, 0, LEARNERS, accounts);
    for (unsigned i = 0; i < BATCHES; i++) {
        rows set = {.order = ROWS_ROSTER, .seed = 100 + i, .learners = LEARNERS,
                    .count = LEARNERS * BATCH_RECORDS, .batch = LEARNERS * BATCH_RECORDS};

        bank_sign(side, &set, 0, set.count, &file);
        bank_deposit(side, &file);
    }
    cbank_buffer_clear(&file);
}

/* Transcripts a second of one core, under one verifier. */
static double verify_again(bank *side, cbank_buffer *files)
{
    cbank_verifier *verifier = bank_verifier(side);
    double begin, taken;
    unsigned long count = 0;

    for (unsigned i = 0; i < LEARNERS; i++) /* all that can be seen before is seen */
        bank_verify(verifier, &files[i]);
    begin = clock_worked();
    do {
        bank_verify(verifier, &files[count++ % LEARNERS]);
        taken = clock_worked() - begin;
    } while (taken < SECONDS);
    cbank_verifier_close(verifier);
    return (double)count / taken;
}

/* The same, where each meets the signatures for the first time. */
static double verify_first(bank *side, cbank_buffer *files)
{
    double taken = 0;

    for (unsigned i = 0; i < LEARNERS; i++) {
        cbank_verifier *verifier = bank_verifier(side);
        double begin = clock_worked();

        bank_verify(verifier, &files[i]);
        taken += clock_worked() - begin;
        cbank_verifier_close(verifier);
    }
    return LEARNERS / taken;
}

typedef struct figures {
    double compact[ROUNDS], first[ROUNDS], again[ROUNDS], peer[ROUNDS];
} figures;

static void add(const char *suite, const char *work, double figure, double peer, double target)
{
    char full[128];

    snprintf(full, sizeof(full), "verify transcripts of 40, %s, %s", suite, work);
    report_add(&(report_row){.work = full, .figure = figure, .unit = "transcripts/s a core",
                             .peer = "40 signature checks", .peer_figure = peer,
                             .target = target});
}

static void report_figures(const bench_work *it, const char *suite, bool sm2, figures *all)
{
    double compact = clock_median(all->compact, ROUNDS);
    double peer = clock_median(all->peer, ROUNDS);

    add(suite, "compact, one signature", compact, peer, sm2 ? 20 : 25);
    add(suite, "8 batches, first time", clock_median(all->first, ROUNDS), peer, sm2 ? 0 : 3.5);
    add(suite, "8 batches, heads seen before", clock_median(all->again, ROUNDS), peer,
        sm2 ? 0 : 15);
    if (it->credentials > 0 && !sm2)
        report_add(&(report_row){.work = "verify credits, 40 to a transcript",
                                 .figure = compact * RECORDS, .unit = "credits/s a core",
                                 .peer = "@digitalbazaar/vc", .peer_figure = it->credentials,
                                 .target = 250});
}

static void measure_suite(const bench_work *it, const char *suite)
{
    bool sm2 = strstr(suite, "sm2") != NULL;
    char accounts[LEARNERS][BANK_ACCOUNT_MAX];
    cbank_buffer compact[LEARNERS] = {{0}}, full[LEARNERS] = {{0}};
    figures all;
    folder where;
    bank side;

    folder_make(&where, it->folder, suite);
    bank_create(&side, where.path, suite);
    settle(&side, accounts);
    for (unsigned i = 0; i < LEARNERS; i++) {
        bank_transcript(&side, accounts[i], true, &compact[i]);
        bank_transcript(&side, accounts[i], false, &full[i]);
    }
    report_say("%s: transcripts of 40: compact %zu bytes, with evidence %zu", suite,
               compact[0].size, full[0].size);
    for (unsigned i = 0; i < ROUNDS; i++) { /* by turns */
        all.peer[i] = signatures_checked(sm2, SECONDS) / RECORDS;
        all.compact[i] = verify_again(&side, compact);
        all.first[i] = verify_first(&side, full);
        all.again[i] = verify_again(&side, full);
    }
    report_figures(it, suite, sm2, &all);
    for (unsigned i = 0; i < LEARNERS; i++) {
        cbank_buffer_clear(&compact[i]);
        cbank_buffer_clear(&full[i]);
    }
    bank_close(&side);
    cbank_key_close(side.key);
    folder_remove(&where);
}

void work_verify(const bench_work *it)
{
    measure_suite(it, "sha256-ed25519");
    measure_suite(it, "sm3-sm2");
}
