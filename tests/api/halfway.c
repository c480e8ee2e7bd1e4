/* A batch too large for one commit: stopped half way, taken up again, handed in by two at once. */
#include "reader.h"
#include "sheets.h"

#include <criterion/criterion.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static scene s;
static sheets_ask ask;

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
    ask = sheets_plain(&s);
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(halfway, .init = begin, .fini = end);

enum { ROWS = 8000 };  /* more than one chunk holds */
static uint64_t reached; /* by the first one */

/* Steps until the first chunk is written, and closes the job. */
static void leave_half_way(const cbank_buffer *batch)
{
    cbank_job *job = sheets_begin_deposit(s.bank, &ask);
    cbank_job_state state = CBANK_JOB_MORE;
    Cbank__Api__V1__Progress *progress;
    cbank_buffer reply = {0};
    bool written = false;

    cr_assert_eq(cbank_job_feed(job, batch->data, batch->size, NULL), CBANK_OK);
    cr_assert_eq(cbank_job_feed_end(job, NULL), CBANK_OK);
    while (!written) {
        cr_assert_eq(cbank_job_step(job, 0, &state, NULL), CBANK_OK);
        cr_assert_eq(state, CBANK_JOB_MORE, "it has not come to its end");
        cr_assert_eq(cbank_job_progress(job, &reply, NULL), CBANK_OK);
        progress = scene_unpack(&cbank__api__v1__progress__descriptor, &reply);
        written = strcmp(progress->stage, "write") == 0 && progress->done > 0;
        reached = progress->done;
        scene_free(progress);
    }
    cbank_buffer_clear(&reply);
    cbank_job_close(job);
}

static Cbank__Api__V1__BatchInfo *only_batch(void)
{
    Cbank__Api__V1__BatchListReply *list;
    Cbank__Api__V1__BatchShowRequest show = CBANK__API__V1__BATCH_SHOW_REQUEST__INIT;
    Cbank__Api__V1__BatchInfo *info;
    cbank_buffer bytes, reply = {0};

    cr_assert_eq(cbank_batch_list(s.bank, NULL, 0, &reply, NULL), CBANK_OK);
    list = scene_unpack(&cbank__api__v1__batch_list_reply__descriptor, &reply);
    cr_assert_eq(list->n_batches, 1);
    show.batch = list->batches[0]->batch;
    bytes = scene_pack(&show);
    cr_assert_eq(cbank_batch_show(s.bank, bytes.data, bytes.size, &reply, NULL), CBANK_OK);
    cbank_buffer_clear(&bytes);
    scene_free(list);
    info = scene_unpack(&cbank__api__v1__batch_info__descriptor, &reply);
    cbank_buffer_clear(&reply);
    return info;
}

static void expect_batch(Cbank__Api__V1__BatchState state, uint32_t taken, uint32_t refused)
{
    Cbank__Api__V1__BatchInfo *info = only_batch();

    cr_expect_eq(info->state, state);
    cr_expect_eq(info->records, ROWS);
    cr_expect_eq(info->taken, taken);
    cr_expect_eq(info->refused, refused);
    cr_expect_eq(info->received_at != 0,
                 state == CBANK__API__V1__BATCH_STATE__BATCH_STATE_RECEIVED);
    scene_free(info);
}

/* The account of the first row. */
static void first_account(char account[17])
{
    Cbank__Api__V1__CreditListRequest request = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    Cbank__Api__V1__CreditListReply *list;

    request.limit = 1;
    list = records_ask(&s, cbank_credit_list, &request,
                       &cbank__api__v1__credit_list_reply__descriptor);
    cr_assert_eq(list->n_credits, 1);
    strcpy(account, list->credits[0]->account);
    scene_free(list);
}

/* That each of the rows is there, and none twice. */
static void expect_every_row_once(void)
{
    Cbank__Api__V1__CreditListRequest request = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    Cbank__Api__V1__CreditListReply *list;
    static bool seen[ROWS + 1];
    size_t count = 0;

    memset(seen, 0, sizeof(seen));
    request.limit = 1000;
    do {
        list = records_ask(&s, cbank_credit_list, &request,
                           &cbank__api__v1__credit_list_reply__descriptor);
        for (size_t i = 0; i < list->n_credits; i++) {
            long row = strtol(list->credits[i]->record->reference, NULL, 10);

            cr_assert(row > 0 && row <= ROWS && !seen[row], "%ld", row);
            seen[row] = true;
            count++;
        }
        request.after = list->next;
        scene_free(list);
    } while (request.after != 0);
    cr_expect_eq(count, ROWS);
}

/* That handing the batch in answers these counts; accounts are opened for all that are new. */
static void expect_counts(const cbank_buffer *batch, uint64_t deposited, uint64_t unchanged)
{
    sheets_deposit answer = sheets_hand_in(s.bank, &ask, batch);

    cr_assert_eq(answer.status, CBANK_OK, "%s %s", cbank_reason_name(answer.err.reason),
                 answer.err.object);
    cr_expect_eq(answer.reply->deposited, deposited);
    cr_expect_eq(answer.reply->unchanged, unchanged);
    cr_expect_eq(answer.reply->rejected, 0);
    cr_expect_eq(answer.reply->accounts_opened, deposited);
    sheets_clear_deposit(&answer);
}

Test(halfway, goes_on_with_the_same_file_after_the_bank_is_opened_again)
{
    Cbank__Api__V1__TranscriptIssueRequest request;
    cbank_buffer batch = sheets_batch_of(&ask, ROWS), file;
    cbank_error err;
    char account[17];

    leave_half_way(&batch);
    scene_reopen(&s);
    expect_batch(CBANK__API__V1__BATCH_STATE__BATCH_STATE_UNDER_WAY, reached, 0);
    first_account(account);
    request = reader_asks(account);
    records_fails(records_refuse(&s, cbank_transcript_issue, &request, &err), err, CBANK_E_STATE,
                  "BATCH_UNDER_WAY");
    expect_counts(&batch, ROWS - reached, reached);
    expect_batch(CBANK__API__V1__BATCH_STATE__BATCH_STATE_RECEIVED, ROWS, 0);
    expect_every_row_once();
    file = reader_receive(&s, &request);
    cr_expect_neq(file.size, 0);
    expect_counts(&batch, 0, ROWS);
    cbank_buffer_clear(&file);
    cbank_buffer_clear(&batch);
}

/* The rest could not be taken any more: what was taken gets its receipt while the key is valid. */
Test(halfway, is_ended_when_the_institution_changes_its_key)
{
    cbank_key *next = scene_key(s.suite);
    Cbank__Api__V1__TranscriptIssueRequest request;
    cbank_buffer batch = sheets_batch_of(&ask, ROWS), file;
    cbank_verifier *verifier;
    reader_verdict verdict;
    sheets_deposit answer;
    char account[17];

    leave_half_way(&batch);
    scene_rotate(&s, next);
    expect_batch(CBANK__API__V1__BATCH_STATE__BATCH_STATE_RECEIVED, reached,
                 ROWS - reached);
    answer = sheets_hand_in(s.bank, &ask, &batch);
    cr_expect_eq(answer.status, CBANK_E_KEY_NOT_VALID);
    sheets_clear_deposit(&answer);
    first_account(account);
    request = reader_asks(account);
    file = reader_receive(&s, &request);
    verifier = reader_open(&s);
    verdict = reader_verify(verifier, &file, NULL);
    cr_expect_eq(verdict.status, CBANK_OK, "%s", cbank_reason_name(verdict.err.reason));
    reader_clear(&verdict);
    cbank_verifier_close(verifier);
    cbank_buffer_clear(&file);
    cbank_buffer_clear(&batch);
    cbank_key_close(next);
}

typedef struct carrier {
    cbank_bank *bank;
    const cbank_buffer *batch;
    cbank_status status;
} carrier;

static void *carry(void *what)
{
    carrier *it = what;
    sheets_deposit answer = sheets_hand_in(it->bank, &ask, it->batch);

    it->status = answer.status;
    sheets_clear_deposit(&answer);
    return NULL;
}

Test(halfway, two_threads_with_the_same_batch_put_each_record_in_once)
{
    cbank_buffer batch = sheets_batch_of(&ask, ROWS);
    carrier carriers[2];
    pthread_t threads[2];

    for (int i = 0; i < 2; i++) {
        carriers[i] = (carrier){.bank = s.bank, .batch = &batch};
        cr_assert_eq(pthread_create(&threads[i], NULL, carry, &carriers[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        cr_expect(carriers[i].status == CBANK_OK || carriers[i].status == CBANK_E_BUSY, "%d",
                  carriers[i].status);
    }
    expect_batch(CBANK__API__V1__BATCH_STATE__BATCH_STATE_RECEIVED, ROWS, 0);
    expect_every_row_once();
    cbank_buffer_clear(&batch);
}

/* In a process of its own: 0 if the answer is one of those that may be. */
static int carry_alone(const cbank_buffer *batch)
{
    cbank_bank *bank = NULL;
    carrier it = {.batch = batch};

    if (cbank_bank_open(s.path, NULL, 0, &bank, NULL) != CBANK_OK)
        return 1;
    it.bank = bank;
    carry(&it);
    cbank_bank_close(bank);
    return it.status == CBANK_OK || it.status == CBANK_E_BUSY ? 0 : 2;
}

Test(halfway, two_processes_with_the_same_batch_put_each_record_in_once)
{
    cbank_buffer batch = sheets_batch_of(&ask, ROWS);
    pid_t children[2];
    int code;

    cbank_bank_close(s.bank);
    s.bank = NULL;
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        cr_assert_geq(children[i], 0);
        if (children[i] == 0)
            _exit(carry_alone(&batch));
    }
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(waitpid(children[i], &code, 0), children[i]);
        cr_expect(WIFEXITED(code) && WEXITSTATUS(code) == 0, "%d", code);
    }
    scene_reopen(&s);
    expect_batch(CBANK__API__V1__BATCH_STATE__BATCH_STATE_RECEIVED, ROWS, 0);
    expect_every_row_once();
    cbank_buffer_clear(&batch);
}
