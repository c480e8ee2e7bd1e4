/* A batch is signed on the institution's side, where there is no bank, and deposited elsewhere. */
#include "reader.h"
#include "sheets.h"

#include <criterion/criterion.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TWO                                                                                        \
    SHEETS_HEADER "甲一,360302190001010018,R-1,陶瓷工艺,3,\n"                                       \
                  "乙二,360321190001010033,R-2,陶瓷工艺,2.5,\n"

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

TestSuite(deposit, .init = begin, .fini = end);

/* That handing in this batch fails so, and writes nothing. */
static void expect_refused(const cbank_buffer *batch, cbank_status wanted, const char *reason)
{
    uint64_t size = sheets_log_size(&s);
    sheets_deposit answer = sheets_hand_in(s.bank, &ask, batch);

    cr_expect_eq(answer.status, wanted, "%d", answer.status);
    cr_expect_str_eq(cbank_reason_name(answer.err.reason), reason);
    cr_expect_eq(sheets_log_size(&s), size);
    sheets_clear_deposit(&answer);
}

/* That handing it in answers these counts. */
static void expect_counts(const cbank_buffer *batch, uint64_t deposited, uint64_t unchanged,
                          uint64_t rejected, uint64_t opened)
{
    sheets_deposit answer = sheets_hand_in(s.bank, &ask, batch);

    cr_assert_eq(answer.status, CBANK_OK, "%s %s", cbank_reason_name(answer.err.reason),
                 answer.err.object);
    cr_expect_eq(answer.reply->deposited, deposited, "%zu deposited",
                 (size_t)answer.reply->deposited);
    cr_expect_eq(answer.reply->unchanged, unchanged, "%zu unchanged",
                 (size_t)answer.reply->unchanged);
    cr_expect_eq(answer.reply->rejected, rejected, "%zu rejected", (size_t)answer.reply->rejected);
    cr_expect_eq(answer.reply->accounts_opened, opened, "%zu opened",
                 (size_t)answer.reply->accounts_opened);
    sheets_clear_deposit(&answer);
}

Test(deposit, takes_what_was_signed_without_a_bank)
{
    sheets_import signing = sheets_sign(&ask, TWO, strlen(TWO));
    sheets_deposit answer;

    cr_assert_eq(signing.status, CBANK_OK);
    cr_expect_eq(signing.reply->deposited, 2);
    cr_expect_eq(signing.reply->root.len, 32);
    answer = sheets_hand_in(s.bank, &ask, &signing.output);
    cr_assert_eq(answer.status, CBANK_OK);
    cr_expect_eq(answer.reply->records, 2);
    cr_expect_eq(answer.reply->deposited, 2);
    cr_expect_eq(answer.reply->accounts_opened, 2);
    cr_expect_eq(answer.reply->batch_number, signing.reply->batch_number);
    cr_expect_eq(memcmp(answer.reply->batch.data, signing.reply->batch.data, 32), 0);
    sheets_clear_deposit(&answer);
    sheets_clear_import(&signing);
}

Test(deposit, the_same_batch_again_is_unchanged_and_writes_nothing)
{
    cbank_buffer batch = sheets_batch(&ask, TWO);
    uint64_t size;

    expect_counts(&batch, 2, 0, 0, 2);
    size = sheets_log_size(&s);
    expect_counts(&batch, 0, 2, 0, 0);
    cr_expect_eq(sheets_log_size(&s), size);
    cbank_buffer_clear(&batch);
}

/* Signed twice, it says the same twice: the records are there already. */
Test(deposit, the_same_rows_signed_again_are_unchanged)
{
    cbank_buffer batch = sheets_batch(&ask, TWO);
    sheets_import import;

    expect_counts(&batch, 2, 0, 0, 2);
    cbank_buffer_clear(&batch);
    batch = sheets_batch(&ask, TWO);
    expect_counts(&batch, 0, 2, 0, 0);
    import = sheets_bring(&s, &ask, TWO, strlen(TWO));
    cr_assert_eq(import.status, CBANK_OK);
    cr_expect_eq(import.reply->unchanged, 2);
    sheets_clear_import(&import);
    cbank_buffer_clear(&batch);
}

Test(deposit, a_batch_for_another_bank_is_not_ours)
{
    cbank_buffer batch;

    ask.origin = "other.example/credit/sha256-ed25519/1";
    batch = sheets_batch(&ask, TWO);
    expect_refused(&batch, CBANK_E_INVALID, "FOR_ANOTHER_BANK");
    cbank_buffer_clear(&batch);
}

Test(deposit, a_batch_number_is_used_once)
{
    cbank_buffer batch;

    ask.number = 17;
    batch = sheets_batch(&ask, TWO);
    expect_counts(&batch, 2, 0, 0, 2);
    cbank_buffer_clear(&batch);
    batch = sheets_batch(&ask, TWO);
    expect_refused(&batch, CBANK_E_CONFLICT, "BATCH_NUMBER_TAKEN");
    cbank_buffer_clear(&batch);
}

/* ---- keys ---------------------------------------------------------------------------------- */

static void rotate(const cbank_key *next)
{
    Cbank__Api__V1__RotationRequest rotation = CBANK__API__V1__ROTATION_REQUEST__INIT;
    Cbank__Api__V1__RotateRequest request = CBANK__API__V1__ROTATE_REQUEST__INIT;
    Cbank__Api__V1__RequestReply *signing;
    cbank_buffer bytes, reply = {0};

    rotation.origin = s.origin;
    rotation.institution = scene_text(SCENE_INSTITUTION);
    bytes = scene_pack(&rotation);
    cr_assert_eq(cbank_institution_rotation(s.key, next, bytes.data, bytes.size, &reply, NULL),
                 CBANK_OK);
    cbank_buffer_clear(&bytes);
    signing = scene_unpack(&cbank__api__v1__request_reply__descriptor, &reply);
    request.file = signing->file;
    bytes = scene_pack(&request);
    cr_assert_eq(cbank_institution_rotate(s.bank, bytes.data, bytes.size, &reply, NULL),
                 CBANK_OK);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    scene_free(signing);
}

static void suspend(bool suspended)
{
    Cbank__Api__V1__InstitutionChangeRequest request =
        CBANK__API__V1__INSTITUTION_CHANGE_REQUEST__INIT;
    cbank_buffer bytes, reply = {0};

    request.institution = scene_text(SCENE_INSTITUTION);
    bytes = scene_pack(&request);
    cr_assert_eq((suspended ? cbank_institution_suspend
                            : cbank_institution_resume)(s.bank, bytes.data, bytes.size, &reply,
                                                        NULL),
                 CBANK_OK);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
}

/* However early the batch says it was signed: the bank has not received it under that key. */
Test(deposit, a_key_that_was_rotated_away_signs_no_more)
{
    cbank_key *next = scene_key(s.suite);
    cbank_buffer batch = sheets_batch(&ask, TWO);

    rotate(next);
    expect_refused(&batch, CBANK_E_KEY_NOT_VALID, "INSTITUTION_SIGNER");
    cbank_buffer_clear(&batch);
    ask.key = next;
    batch = sheets_batch(&ask, TWO);
    expect_counts(&batch, 2, 0, 0, 2);
    cbank_buffer_clear(&batch);
    cbank_key_close(next);
}

Test(deposit, a_strangers_key_never_signed_for_the_institution)
{
    cbank_key *stranger = scene_key(s.suite);
    cbank_buffer batch;

    ask.key = stranger;
    batch = sheets_batch(&ask, TWO);
    expect_refused(&batch, CBANK_E_BAD_SIGNATURE, "BAD_SIGNATURE");
    cbank_buffer_clear(&batch);
    ask.key = s.key;
    ask.institution = "NOBODY";
    batch = sheets_batch(&ask, TWO);
    expect_refused(&batch, CBANK_E_NOT_FOUND, "INSTITUTION_MISSING");
    cbank_buffer_clear(&batch);
    cbank_key_close(stranger);
}

Test(deposit, nothing_is_taken_from_a_suspended_institution)
{
    cbank_buffer batch = sheets_batch(&ask, TWO);

    suspend(true);
    expect_refused(&batch, CBANK_E_STATE, "INSTITUTION_SUSPENDED");
    suspend(false);
    expect_counts(&batch, 2, 0, 0, 2);
    cbank_buffer_clear(&batch);
}

Test(deposit, one_changed_byte_anywhere_is_refused)
{
    cbank_buffer batch = sheets_batch(&ask, TWO);
    uint64_t size = sheets_log_size(&s);
    sheets_deposit answer;

    for (size_t i = 0; i < batch.size; i++) {
        batch.data[i] ^= (uint8_t)(1u << (i % 8));
        answer = sheets_hand_in(s.bank, &ask, &batch);
        cr_assert_neq(answer.status, CBANK_OK, "byte %zu", i);
        cr_assert_str_neq(cbank_reason_name(answer.err.reason), "INSTITUTION_SIGNER");
        batch.data[i] ^= (uint8_t)(1u << (i % 8));
    }
    cr_expect_eq(sheets_log_size(&s), size);
    printf("deposit: %zu bytes of a batch, each changed in turn, each refused\n", batch.size);
    expect_counts(&batch, 2, 0, 0, 2);
    cbank_buffer_clear(&batch);
}

/* ---- what the caller asks for -------------------------------------------------------------- */

Test(deposit, without_leave_to_open_accounts_a_stranger_stops_it)
{
    cbank_buffer batch = sheets_batch(&ask, TWO);
    uint64_t size;
    char account[17];

    scene_learner(&s, "甲一", "360302190001010018", account);
    size = sheets_log_size(&s);
    ask.open_accounts = false;
    expect_counts(&batch, 0, 0, 1, 0);
    cr_expect_eq(sheets_log_size(&s), size);
    ask.keep_going = true;
    expect_counts(&batch, 1, 0, 1, 0);
    cbank_buffer_clear(&batch);
}

Test(deposit, a_refused_item_is_reported_in_the_language_that_was_asked_for)
{
    cbank_buffer batch = sheets_batch(&ask, TWO);
    const Cbank__Api__V1__RowError *error;
    sheets_deposit answer;
    char account[17];

    scene_learner(&s, "另一个人", "360321190001010033", account);
    for (int chinese = 0; chinese < 2; chinese++) {
        ask.lang = chinese ? "zh" : "en";
        answer = sheets_hand_in(s.bank, &ask, &batch);
        cr_assert_eq(answer.status, CBANK_OK);
        cr_assert_eq(answer.reply->n_errors, 1);
        error = answer.reply->errors[0];
        cr_expect_eq(error->row, 2);
        cr_expect_eq(error->outcome, CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_REJECTED);
        cr_expect_str_eq(error->reason, "PERSON_CONFLICT");
        cr_expect_not_null(strstr(error->message, chinese ? "姓名" : "another name"));
        cr_expect_neq(error->remedy[0], '\0');
        sheets_clear_deposit(&answer);
    }
    cbank_buffer_clear(&batch);
}

Test(deposit, a_dry_run_says_what_would_be_and_writes_nothing)
{
    cbank_buffer batch = sheets_batch(&ask, TWO);
    uint64_t size = sheets_log_size(&s);

    ask.dry_run = true;
    expect_counts(&batch, 2, 0, 0, 2);
    ask.open_accounts = false;
    expect_counts(&batch, 0, 0, 2, 0);
    cr_expect_eq(sheets_log_size(&s), size);
    cbank_buffer_clear(&batch);
}

Test(deposit, a_token_has_sixteen_bytes)
{
    Cbank__Api__V1__CreditDepositRequest request = CBANK__API__V1__CREDIT_DEPOSIT_REQUEST__INIT;
    cbank_job *job = NULL;
    cbank_buffer bytes;

    request.token.data = (uint8_t *)scene_text("short");
    request.token.len = 5;
    bytes = scene_pack(&request);
    cr_expect_eq(cbank_credit_deposit_begin(s.bank, bytes.data, bytes.size, &job, NULL),
                 CBANK_E_ARGUMENT);
    cr_expect_null(job);
    cbank_buffer_clear(&bytes);
}

/* ---- more than one chunk ------------------------------------------------------------------- */

enum { ROWS = 4600, CHUNK = 4095 };

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

Test(deposit, closed_half_way_goes_on_with_the_same_file_after_the_bank_is_opened_again)
{
    Cbank__Api__V1__TranscriptIssueRequest request;
    cbank_buffer batch = sheets_batch_of(&ask, ROWS), file;
    cbank_error err;
    char account[17];

    leave_half_way(&batch);
    scene_reopen(&s);
    expect_batch(CBANK__API__V1__BATCH_STATE__BATCH_STATE_UNDER_WAY, CHUNK, 0);
    first_account(account);
    request = reader_asks(account);
    records_fails(records_refuse(&s, cbank_transcript_issue, &request, &err), err, CBANK_E_STATE,
                  "BATCH_UNDER_WAY");
    expect_counts(&batch, ROWS - CHUNK, CHUNK, 0, ROWS - CHUNK);
    expect_batch(CBANK__API__V1__BATCH_STATE__BATCH_STATE_RECEIVED, ROWS, 0);
    expect_every_row_once();
    file = reader_receive(&s, &request);
    cr_expect_neq(file.size, 0);
    expect_counts(&batch, 0, ROWS, 0, 0);
    cbank_buffer_clear(&file);
    cbank_buffer_clear(&batch);
}

/* The rest could not be taken any more: what was taken gets its receipt while the key is valid. */
Test(deposit, closed_half_way_is_ended_when_the_institution_changes_its_key)
{
    cbank_key *next = scene_key(s.suite);
    Cbank__Api__V1__TranscriptIssueRequest request;
    cbank_buffer batch = sheets_batch_of(&ask, ROWS), file;
    cbank_verifier *verifier;
    reader_verdict verdict;
    char account[17];

    leave_half_way(&batch);
    rotate(next);
    expect_batch(CBANK__API__V1__BATCH_STATE__BATCH_STATE_RECEIVED, CHUNK, ROWS - CHUNK);
    expect_refused(&batch, CBANK_E_KEY_NOT_VALID, "INSTITUTION_SIGNER");
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

Test(deposit, two_threads_with_the_same_batch_put_each_record_in_once)
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

Test(deposit, two_processes_with_the_same_batch_put_each_record_in_once)
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
