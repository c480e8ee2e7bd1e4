/* A batch is signed on the institution's side, where there is no bank, and deposited elsewhere. */
#include "sheets.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

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

    scene_rotate(&s, next);
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
