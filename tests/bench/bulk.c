#include "work.h"

#include "bank.h"
#include "clock.h"
#include "folder.h"
#include "lmdb.h"
#include "report.h"
#include "rows.h"
#include "sqlite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 10000u
#define TURN 20000u       /* records that one caller stores before it is the other side's turn, */
#define TURN_OF_TWO 80000u /* that two callers store; and of a transaction of the peers */
#define TRANSACTION 20000u
#define RECORD_SIZE 300u  /* of the peers */
#define LEARNER_RECORDS 20u
#define HISTORIES 4000u
#define TOUCHED 50000u
#define FROM_EMPTY 200000u /* records with which the rate of a small bank is told */

/* One caller, who hears that a batch is sealed before the next one begins; or two colleges. */
enum { ALONE, TOGETHER, MANNERS };

typedef struct times {
    double bank, sqlite, lmdb;
    double bank_bytes, sqlite_bytes; /* written to the device meanwhile */
    double worked;                   /* processor time of the bank */
    uint64_t count;                  /* records of each */
} times;

static uint32_t at_least(uint64_t number, uint32_t least)
{
    return number < least ? least : (uint32_t)number;
}

/* ---- batches that are signed before the clock runs ------------------------------------------ */

static void sign_all(const bank *side, const folder *where, const rows *set)
{
    cbank_buffer file = {0};
    char name[64];

    for (uint64_t from = 0; from < set->count; from += set->batch) {
        uint64_t to = from + set->batch < set->count ? from + set->batch : set->count;

        bank_sign(side, set, from, to, &file);
        snprintf(name, sizeof(name), "batch-%llu", (unsigned long long)(from / set->batch));
        folder_write(where, name, &file);
    }
    cbank_buffer_clear(&file);
}

static double deposit(bank *side, const folder *where, const rows *set, uint64_t from,
                      uint64_t to)
{
    cbank_buffer file = {0};
    double taken = 0;

    for (; from < to; from += set->batch) {
        char name[64];
        double begin;

        snprintf(name, sizeof(name), "batch-%llu", (unsigned long long)(from / set->batch));
        folder_read(where, name, &file);
        begin = clock_now();
        bank_deposit(side, &file);
        taken += clock_now() - begin;
    }
    cbank_buffer_clear(&file);
    return taken;
}

/* ---- two callers --------------------------------------------------------------------------- */

typedef struct share {
    bank *side;
    const folder *where;
    const rows *set;
    atomic_ullong *next; /* record at which the next batch begins */
    uint64_t to;
} share;

static void *deposit_share(void *context)
{
    const share *it = context;
    uint64_t batch = it->set->batch;

    for (uint64_t from = atomic_fetch_add(it->next, batch); from < it->to;
         from = atomic_fetch_add(it->next, batch))
        (void)deposit(it->side, it->where, it->set, from, from + 1);
    return NULL;
}

static double deposit_together(bank *side, const folder *where, const rows *set, uint64_t from,
                               uint64_t to)
{
    atomic_ullong next = from;
    share whole = {side, where, set, &next, to};
    double begin = clock_now();
    pthread_t other;

    if (pthread_create(&other, NULL, deposit_share, &whole) != 0)
        exit(1);
    (void)deposit_share(&whole);
    pthread_join(other, NULL);
    return clock_now() - begin;
}

/* ---- by turns ------------------------------------------------------------------------------ */

static void store_peers(sqlite *peer, lmdb *bare, const rows *set, uint64_t from, uint64_t to,
                        times *out)
{
    double begin = clock_now(), written = clock_written();

    sqlite_store(peer, set, from, to, RECORD_SIZE, TRANSACTION);
    out->sqlite += clock_now() - begin;
    out->sqlite_bytes += clock_written() - written;
    if (bare == NULL)
        return;
    begin = clock_now();
    lmdb_append(bare, to - from, RECORD_SIZE, TRANSACTION);
    out->lmdb += clock_now() - begin;
}

/* So that whatever else the machine does meets everybody; half the time one caller, half two. */
static void store(bank *side, sqlite *peer, lmdb *bare, const folder *where, const rows *set,
                  times out[static MANNERS])
{
    uint64_t to;

    for (uint64_t from = 0; from < set->count; from = to) {
        bool together = out[TOGETHER].count < out[ALONE].count;
        times *mine = &out[together ? TOGETHER : ALONE];
        double written = clock_written(), worked = clock_worked();

        to = from + (together ? TURN_OF_TWO : TURN);
        if (to > set->count)
            to = set->count;
        mine->bank += together ? deposit_together(side, where, set, from, to)
                               : deposit(side, where, set, from, to);
        mine->bank_bytes += clock_written() - written;
        mine->worked += clock_worked() - worked;
        store_peers(peer, bare, set, from, to, mine);
        mine->count += to - from;
    }
}

/* ---- rows of the report -------------------------------------------------------------------- */

static void report_times(const char *work, const times taken[static MANNERS], double target)
{
    static const char *const callers[MANNERS] = {"one caller", "two callers"};

    for (unsigned i = 0; i < MANNERS; i++) {
        double count = (double)taken[i].count;
        char name[160];

        if (taken[i].count == 0)
            continue;
        snprintf(name, sizeof(name), "%s, %s", work, callers[i]);
        report_add(&(report_row){.work = name, .figure = count / taken[i].bank,
                                 .unit = "records/s", .peer = "SQLite, unsigned",
                                 .peer_figure = count / taken[i].sqlite, .target = target});
        report_add(&(report_row){.work = name, .figure = taken[i].worked / count * 1e6,
                                 .unit = "us of processor a record"});
        if (taken[i].sqlite_bytes > 0)
            report_add(&(report_row){.work = name, .figure = taken[i].bank_bytes / count,
                                     .unit = "bytes to the device", .peer = "SQLite, unsigned",
                                     .peer_figure = taken[i].sqlite_bytes / count});
        if (taken[i].lmdb > 0)
            report_add(&(report_row){.work = name, .figure = count / taken[i].bank,
                                     .unit = "records/s", .peer = "LMDB append, unsigned",
                                     .peer_figure = count / taken[i].lmdb});
    }
}

static void report_postgres(const bench_work *it, const rows *set, const times *taken)
{
    if (it->postgres > 0 && set->order == ROWS_RANDOM)
        report_add(&(report_row){.work = "bulk deposit, random order",
                                 .figure = (double)taken->count / taken->bank,
                                 .unit = "records/s", .peer = "PostgreSQL COPY, unsigned",
                                 .peer_figure = it->postgres});
}

/* Histories of twenty records a second of one core. */
static void measure_history(bank *side, const rows *set, char (*accounts)[BANK_ACCOUNT_MAX],
                            double target)
{
    char work[96];
    uint64_t found = 0, bytes = 0;
    double begin;

    for (unsigned i = 0; i < HISTORIES; i++) /* which fills the cache, too */
        found += bank_history_count(side, accounts[(uint64_t)i * 7919 % set->learners],
                                    LEARNER_RECORDS);
    begin = clock_worked();
    for (unsigned i = 0; i < HISTORIES; i++)
        bytes += bank_history(side, accounts[(uint64_t)i * 7919 % set->learners],
                              LEARNER_RECORDS);
    if (bytes < found * RECORD_SIZE)
        exit(1);
    snprintf(work, sizeof(work), "history of 20 records of %llu, %s order",
             (unsigned long long)set->count, rows_order_name(set->order));
    report_add(&(report_row){.work = work,
                             .figure = (double)found / LEARNER_RECORDS / (clock_worked() - begin),
                             .unit = "histories/s a core", .target = target});
}

static void measure_check(bank *side, uint64_t records)
{
    char work[96];
    double begin = clock_now();
    uint64_t entries = bank_check(side);

    snprintf(work, sizeof(work), "bank check over %llu entries", (unsigned long long)entries);
    report_add(&(report_row){.work = work, .figure = (double)records / (clock_now() - begin),
                             .unit = "records/s", .target = 650000});
}

static void measure_disk(const bank *side, uint64_t before, uint64_t records)
{
    report_add(&(report_row){.work = "store, a record, without what there was before",
                             .figure = (double)(bank_file_size(side) - before) / (double)records,
                             .unit = "bytes", .target = 560, .at_most = true});
}

/* ---- works --------------------------------------------------------------------------------- */

/* From text to acknowledged, beside the same records as a ready batch. */
static void measure_import(const bench_work *it)
{
    rows set = {.order = ROWS_RANDOM, .seed = 77, .batch = BATCH};
    cbank_buffer sheet = {0};
    folder where;
    bank side;
    double begin, imported, deposited;

    set.count = it->records < 100000 ? it->records : 100000;
    set.learners = at_least(set.count / LEARNER_RECORDS, 1);
    folder_make(&where, it->folder, "import");
    bank_create(&side, where.path, it->suite);
    bank_welcome(&side, 0, set.learners, NULL);
    sign_all(&side, &where, &set);
    deposited = deposit(&side, &where, &set, 0, set.count);
    set.seed++;
    if (!rows_sheet(&set, 0, set.count, &sheet))
        exit(1);
    begin = clock_now();
    bank_import(&side, &sheet);
    imported = clock_now() - begin;
    report_add(&(report_row){.work = "import of a spreadsheet, text to acknowledged",
                             .figure = (double)set.count / imported, .unit = "records/s",
                             .peer = "bulk deposit", .peer_figure = (double)set.count / deposited,
                             .target = 0.6});
    cbank_buffer_clear(&sheet);
    bank_close(&side);
    cbank_key_close(side.key);
    folder_remove(&where);
}

static void measure_order(const bench_work *it, rows_order order)
{
    rows set = {.order = order, .seed = (uint64_t)order + 1, .count = it->records, .batch = BATCH};
    char (*accounts)[BANK_ACCOUNT_MAX];
    char work[96];
    sqlite *peer;
    folder where;
    lmdb *bare;
    times taken[MANNERS] = {{0}};
    bank side;
    uint64_t before;

    set.learners = at_least(set.count / LEARNER_RECORDS, 1);
    accounts = calloc(set.learners, sizeof(*accounts));
    if (accounts == NULL)
        exit(1);
    folder_make(&where, it->folder, rows_order_name(order));
    folder_warm(&where, 512);
    bank_create(&side, where.path, it->suite);
    bank_welcome(&side, 0, set.learners, accounts);
    before = bank_file_size(&side);
    sign_all(&side, &where, &set);
    peer = sqlite_create(where.path);
    bare = lmdb_create(where.path);
    store(&side, peer, bare, &where, &set, taken);
    snprintf(work, sizeof(work), "bulk deposit of %llu, %s order", (unsigned long long)set.count,
             rows_order_name(order));
    report_times(work, taken, 2);
    report_postgres(it, &set, &taken[TOGETHER]);
    sqlite_close(peer);
    lmdb_close(bare);
    measure_disk(&side, before, set.count);
    if (order != ROWS_LOCAL)
        measure_history(&side, &set, accounts, order == ROWS_RANDOM ? 20000 : 40000);
    if (order == ROWS_RANDOM)
        measure_check(&side, set.count);
    bank_close(&side);
    cbank_key_close(side.key);
    folder_remove(&where);
    free(accounts);
}

void work_rows(const bench_work *it)
{
    rows set = {.order = ROWS_RANDOM, .seed = ROWS_RANDOM + 1, .count = it->records,
                .batch = BATCH};
    char path[FOLDER_PATH_MAX + 16], number[ROWS_NUMBER_SIZE], reference[ROWS_REFERENCE_MAX];
    FILE *out;

    set.learners = at_least(set.count / LEARNER_RECORDS, 1);
    snprintf(path, sizeof(path), "%s/rows.tsv", it->folder);
    out = fopen(path, "w");
    if (out == NULL)
        exit(1);
    for (uint64_t record = 0; record < set.count; record++) {
        rows_number(rows_learner(&set, record), number);
        rows_reference(&set, record, reference);
        fprintf(out, "%s\t%s\t%0*llu\n", number, reference, (int)RECORD_SIZE,
                (unsigned long long)record);
    }
    if (fclose(out) != 0)
        exit(1);
}

void work_bulk(const bench_work *it)
{
    measure_order(it, ROWS_RANDOM);
    measure_order(it, ROWS_LOCAL);
    measure_order(it, ROWS_ROSTER);
    measure_import(it);
}

/* Records a second of one caller beside those of one caller while the bank was empty. */
static void report_growth(const char *work, const times *taken, double from_empty)
{
    if (taken->count == 0 || from_empty <= 0)
        return;
    report_add(&(report_row){.work = work, .figure = (double)taken->count / taken->bank,
                             .unit = "records/s", .peer = "the same from empty",
                             .peer_figure = from_empty, .target = 0.75});
}

/* So many of the learners get more, on top of everything. */
static void measure_on_top(const bench_work *it, bank *side, sqlite *peer, const folder *where,
                           const rows *base, uint32_t touched, double from_empty, double target)
{
    rows set = {.order = ROWS_RANDOM, .seed = base->seed + touched, .learners = touched,
                .batch = BATCH};
    times taken[MANNERS] = {{0}};
    char work[96];

    set.count = it->records < 200000 ? it->records : 200000;
    sign_all(side, where, &set);
    store(side, peer, NULL, where, &set, taken);
    snprintf(work, sizeof(work), "bulk deposit on top of %llu, %u learners touched",
             (unsigned long long)base->count, touched);
    report_times(work, taken, target);
    if (touched == base->learners)
        report_growth(work, &taken[ALONE], from_empty);
}

void work_base(const bench_work *it)
{
    rows base = {.order = ROWS_RANDOM, .seed = 11, .count = it->base, .batch = BATCH};
    cbank_buffer file = {0};
    sqlite *peer;
    folder where;
    bank side;
    uint64_t before, timed = 0;
    double taken = 0;
    char (*accounts)[BANK_ACCOUNT_MAX];

    base.learners = at_least(base.count / LEARNER_RECORDS, 1);
    accounts = calloc(base.learners, sizeof(*accounts));
    if (accounts == NULL)
        exit(1);
    folder_make(&where, it->folder, "base");
    bank_create(&side, where.path, it->suite);
    bank_welcome(&side, 0, base.learners, accounts);
    before = bank_file_size(&side);
    peer = sqlite_create(where.path);
    for (uint64_t from = 0; from < base.count; from += BATCH) {
        uint64_t to = from + BATCH < base.count ? from + BATCH : base.count;
        double begin;

        bank_sign(&side, &base, from, to, &file);
        begin = clock_now();
        bank_deposit(&side, &file);
        if (to <= FROM_EMPTY) {
            taken += clock_now() - begin;
            timed = to;
        }
        sqlite_store(peer, &base, from, to, RECORD_SIZE, TRANSACTION);
    }
    cbank_buffer_clear(&file);
    measure_disk(&side, before, base.count);
    measure_history(&side, &base, accounts, 20000);
    measure_check(&side, base.count);
    if (base.learners > TOUCHED)
        measure_on_top(it, &side, peer, &where, &base, TOUCHED, 0, 3);
    measure_on_top(it, &side, peer, &where, &base, base.learners,
                   taken > 0 ? (double)timed / taken : 0, 2);
    sqlite_close(peer);
    bank_close(&side);
    cbank_key_close(side.key);
    folder_remove(&where);
    free(accounts);
}
