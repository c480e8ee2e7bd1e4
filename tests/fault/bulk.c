/*
 * bulk - a large spreadsheet is killed while it comes in, round after round.
 *
 * It is large enough to be ruled on, prepared and hashed again by several threads, and is one
 * commit: all of it is there afterwards, or nothing. The same file again brings what is missing,
 * once more brings nothing, and a check of the whole bank finds nothing.
 *
 * --states N: rounds.
 */
#include "harness.h"
#include "message.h"
#include "world.h"

#include "cbank/api/v1/credit.pb-c.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_A_BANK 5
#define ROWS 3000u
#define LEARNERS 500u
#define ROW_MAX 96
/* How long it takes is measured where it is not cut off; before that, so many seconds. */
#define TAKES_FIRST 0.15

/* A 公民身份号码 of the year 1900. */
static void write_number(unsigned learner, char out[static 19])
{
    static const unsigned weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    unsigned sum = 0;

    snprintf(out, 19, "36030219000101%03u", 100 + learner % 900);
    for (size_t i = 0; i < sizeof(weights) / sizeof(*weights); i++)
        sum += weights[i] * (unsigned)(out[i] - '0');
    out[17] = "10X98765432"[sum % 11];
    out[18] = '\0';
}

static void write_sheet(unsigned long round, cbank_buffer *out)
{
    char number[19];

    out->capacity = (ROWS + 1) * ROW_MAX;
    out->data = malloc(out->capacity);
    if (out->data == NULL)
        _exit(WORLD_BROKEN);
    out->size = (size_t)snprintf((char *)out->data, ROW_MAX, "编号,证件号码,课程,学分\n");
    for (unsigned i = 0; i < ROWS; i++) {
        write_number(i * 7 % LEARNERS, number);
        out->size += (size_t)snprintf((char *)out->data + out->size, ROW_MAX,
                                      "r%lu-%u,%s,课程 %u,2\n", round, i, number, i);
    }
}

/* How many of the rows were new, and how many were there. */
static cbank_status import(world *it, const cbank_buffer *sheet, uint64_t *deposited,
                           uint64_t *unchanged)
{
    Cbank__Api__V1__CreditImportRequest request = CBANK__API__V1__CREDIT_IMPORT_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat format = CBANK__API__V1__SHEET_FORMAT__INIT;
    Cbank__Api__V1__CreditImportReply *answer = NULL;
    cbank_buffer bytes = {0}, output = {0}, reply = {0};
    cbank_status status = message_no_memory(it);
    cbank_job *job = NULL;

    format.format = message_lend("generic");
    format.map = message_lend("reference=编号,id_number=证件号码,title=课程,credits=学分");
    request.institution = message_lend(WORLD_INSTITUTION);
    request.sheet = &format;
    request.open_accounts = true;
    if (message_pack(&request, &bytes))
        status = cbank_credit_import_begin(it->bank, it->key, bytes.data, bytes.size, &job,
                                           &it->err);
    if (status == CBANK_OK)
        status = world_run(it, job, sheet, &output, &reply);
    if (status == CBANK_OK) {
        answer = message_unpack(&cbank__api__v1__credit_import_reply__descriptor, &reply);
        if (answer == NULL)
            status = message_no_memory(it);
    }
    if (status == CBANK_OK) {
        *deposited = answer->deposited;
        *unchanged = answer->unchanged;
    }
    message_drop(answer);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&output);
    cbank_buffer_clear(&reply);
    return status;
}

/* Somebody imports, and is killed after so many seconds; false if that failed before. */
static bool cut_off(world *it, const cbank_buffer *sheet, double after)
{
    struct timespec time = {.tv_sec = (time_t)after,
                            .tv_nsec = (long)((after - (double)(time_t)after) * 1e9)};
    uint64_t deposited, unchanged;
    pid_t child = harness_child();

    if (child == 0) {
        world_must(it, world_open(it), "a writer opens");
        world_must(it, import(it, sheet, &deposited, &unchanged), "a writer");
        world_close(it);
        _exit(0);
    }
    (void)nanosleep(&time, NULL);
    (void)kill(child, SIGKILL);
    return harness_wait(child) != WORLD_BROKEN;
}

static bool look(world *it, const cbank_buffer *sheet, double *takes)
{
    uint64_t deposited = 0, unchanged = 0;
    double began = harness_clock();

    if (world_open(it) != CBANK_OK || import(it, sheet, &deposited, &unchanged) != CBANK_OK)
        return false;
    if (deposited > 0)
        *takes = harness_clock() - began;
    if (deposited + unchanged != ROWS || (deposited != 0 && unchanged != 0)) {
        fprintf(stderr, "  %llu were missing, %llu there\n", (unsigned long long)deposited,
                (unsigned long long)unchanged);
        return false;
    }
    return import(it, sheet, &deposited, &unchanged) == CBANK_OK && unchanged == ROWS &&
           deposited == 0 && world_check(it) == CBANK_OK;
}

static void run_rounds(harness *campaign, unsigned long first, unsigned long end)
{
    char folder[WORLD_PATH_MAX];
    uint64_t seed = first;
    double takes = TAKES_FIRST;
    world it;

    snprintf(folder, sizeof(folder), "%s/%lu", campaign->folder, first);
    if (mkdir(folder, 0700) != 0)
        _exit(WORLD_BROKEN);
    world_create(&it, folder);
    world_close(&it);
    for (unsigned long round = first; round < end; round++) {
        /* In the second half of it, where it is written, or just behind. */
        double after = takes * (0.5 + (double)(harness_random(&seed) % 1000) / 1000);
        cbank_buffer sheet = {0};
        bool good;

        write_sheet(round, &sheet);
        it.err = (cbank_error){0};
        good = cut_off(&it, &sheet, after) && look(&it, &sheet, &takes);
        harness_judge(campaign, good, "round %lu: %s %s %s", round,
                      cbank_reason_name(it.err.reason), it.err.object, it.err.detail);
        world_close(&it);
        cbank_buffer_clear(&sheet);
    }
    world_end(&it);
    harness_remove(folder);
}

static void work(harness *campaign, unsigned worker)
{
    (void)worker;
    for (;;) {
        unsigned long first = harness_next(campaign) * ROUNDS_A_BANK, end = first + ROUNDS_A_BANK;

        if (first >= campaign->states)
            return;
        run_rounds(campaign, first, end < campaign->states ? end : campaign->states);
    }
}

int main(int argc, char **argv)
{
    harness campaign;

    harness_begin(&campaign, "bulk", 60, argc, argv);
    harness_spread(&campaign, work);
    return harness_end(&campaign);
}
