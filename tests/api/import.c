/* A spreadsheet into the bank: what becomes of each of its rows, and what is said of it. */
#include "reader.h"
#include "sheets.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTCOME(name) CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_##name
#define NUMBER_1 "360302190001010018"
#define NUMBER_2 "360321190001010033"
#define ROW_1 "甲一," NUMBER_1 ",R-1,陶瓷工艺,3,通过\n"
#define ROW_2 "乙二," NUMBER_2 ",R-2,陶瓷工艺,2.5,通过\n"
#define BAD_ROW "丙三,360302190001010019,R-3,陶瓷工艺,3,通过\n" /* its check digit is wrong */
#define MAP_OUTCOME                                                                                \
    "name=姓名,id_number=身份证号,reference=编号,title=课程,credits=学分,outcome=结果"

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

TestSuite(import, .init = begin, .fini = end);

/* Of rows: all, and by class. */
typedef struct counts {
    uint64_t rows, deposited, unchanged, changed, skipped, rejected, opened;
} counts;

static void expect_equal(const Cbank__Api__V1__CreditImportReply *reply, const counts *wanted)
{
    cr_expect_eq(reply->rows, wanted->rows, "%zu rows", (size_t)reply->rows);
    cr_expect_eq(reply->deposited, wanted->deposited, "%zu deposited", (size_t)reply->deposited);
    cr_expect_eq(reply->unchanged, wanted->unchanged, "%zu unchanged", (size_t)reply->unchanged);
    cr_expect_eq(reply->changed, wanted->changed, "%zu changed", (size_t)reply->changed);
    cr_expect_eq(reply->skipped, wanted->skipped, "%zu skipped", (size_t)reply->skipped);
    cr_expect_eq(reply->rejected, wanted->rejected, "%zu rejected", (size_t)reply->rejected);
    cr_expect_eq(reply->accounts_opened, wanted->opened, "%zu opened",
                 (size_t)reply->accounts_opened);
}

/* Brings a text in, which must be possible; the caller clears the answer. */
static sheets_import bring(const char *text)
{
    sheets_import import = sheets_bring(&s, &ask, text, strlen(text));

    cr_assert_eq(import.status, CBANK_OK, "%s %s: %s", cbank_reason_name(import.err.reason),
                 import.err.object, import.err.detail);
    return import;
}

static void expect(const char *text, counts wanted)
{
    sheets_import import = bring(text);

    expect_equal(import.reply, &wanted);
    sheets_clear_import(&import);
}

/* ---- classes ------------------------------------------------------------------------------- */

Test(import, every_row_is_of_one_class)
{
    ask.map = MAP_OUTCOME;
    ask.passed = "通过";
    expect(SHEETS_HEADER ROW_1 ROW_2, (counts){.rows = 2, .deposited = 2, .opened = 2});
    ask.keep_going = true;
    expect(SHEETS_HEADER ROW_1 "乙二," NUMBER_2 ",R-2,陶瓷工艺,4,通过\n"
                               "乙二," NUMBER_2 ",R-4,陶瓷工艺,4,不通过\n"
                               "乙二," NUMBER_2 ",R-5,陶瓷工艺,4,通过\n" BAD_ROW,
           (counts){.rows = 5,
                    .deposited = 1,
                    .unchanged = 1,
                    .changed = 1,
                    .skipped = 1,
                    .rejected = 1});
}

Test(import, only_rejected_rows_stop_it)
{
    uint64_t size;

    ask.map = MAP_OUTCOME;
    ask.passed = "通过";
    expect(SHEETS_HEADER ROW_1, (counts){.rows = 1, .deposited = 1, .opened = 1});
    size = sheets_log_size(&s);
    expect(SHEETS_HEADER ROW_1 ROW_2 BAD_ROW, (counts){.rows = 3, .unchanged = 1, .rejected = 1});
    cr_expect_eq(sheets_log_size(&s), size);
    expect(SHEETS_HEADER "甲一," NUMBER_1 ",R-1,陶瓷工艺,9,通过\n"
                         "甲一," NUMBER_1 ",R-9,陶瓷工艺,9,缺考\n" ROW_2,
           (counts){.rows = 3, .deposited = 1, .changed = 1, .skipped = 1, .opened = 1});
}

Test(import, a_file_without_a_column_for_the_outcome_holds_passed_rows_only)
{
    expect(SHEETS_HEADER ROW_1 ROW_2, (counts){.rows = 2, .deposited = 2, .opened = 2});
    expect(SHEETS_HEADER ROW_1 ROW_2, (counts){.rows = 2, .unchanged = 2});
}

Test(import, nothing_in_nothing_out)
{
    uint64_t size = sheets_log_size(&s);
    sheets_import import;

    expect(SHEETS_HEADER, (counts){0});
    ask.map = MAP_OUTCOME;
    ask.passed = "优秀";
    import = bring(SHEETS_HEADER ROW_1 ROW_2);
    expect_equal(import.reply, &(counts){.rows = 2, .skipped = 2});
    cr_assert_eq(import.reply->n_skips, 1);
    cr_expect_str_eq(import.reply->skips[0]->reason, "NOT_PASSED");
    cr_expect_eq(import.reply->skips[0]->rows, 2);
    cr_expect_eq(import.reply->batch.len, 0);
    sheets_clear_import(&import);
    import = sheets_bring(&s, &ask, "", 0);
    cr_expect_eq(import.status, CBANK_E_MALFORMED);
    sheets_clear_import(&import);
    cr_expect_eq(sheets_log_size(&s), size);
}

Test(import, a_dry_run_says_what_would_be_and_writes_nothing)
{
    uint64_t size = sheets_log_size(&s);

    ask.dry_run = true;
    expect(SHEETS_HEADER ROW_1 "甲一," NUMBER_1 ",R-8,陶瓷工艺,1,\n" ROW_2,
           (counts){.rows = 3, .deposited = 3, .opened = 2});
    expect(SHEETS_HEADER ROW_1 BAD_ROW, (counts){.rows = 2, .rejected = 1});
    ask.keep_going = true;
    expect(SHEETS_HEADER ROW_1 BAD_ROW,
           (counts){.rows = 2, .deposited = 1, .rejected = 1, .opened = 1});
    cr_expect_eq(sheets_log_size(&s), size);
}

Test(import, the_sums_are_of_the_rows_that_were_deposited)
{
    sheets_import import = bring(SHEETS_HEADER ROW_1 ROW_2);

    cr_assert_eq(import.reply->n_totals, 1);
    cr_expect_str_eq(import.reply->totals[0]->unit, "credit");
    cr_expect_eq(import.reply->totals[0]->milli, 5500);
    sheets_clear_import(&import);
    import = bring(SHEETS_HEADER ROW_1 ROW_2);
    cr_expect_eq(import.reply->n_totals, 0);
    sheets_clear_import(&import);
}

Test(import, reads_gb18030_as_well)
{
    /* "姓名,身份证号,编号,课程,学分\n甲一,...,R-1,陶瓷工艺,3\n" */
    static const char text[] = "\xd0\xd5\xc3\xfb,\xc9\xed\xb7\xdd\xd6\xa4\xba\xc5,\xb1\xe0\xba\xc5,"
                               "\xbf\xce\xb3\xcc,\xd1\xa7\xb7\xd6\n"
                               "\xbc\xd7\xd2\xbb," NUMBER_1 ",R-1,"
                               "\xcc\xd5\xb4\xc9\xb9\xa4\xd2\xd5,3\n";

    ask.encoding = "gb18030";
    expect(text, (counts){.rows = 1, .deposited = 1, .opened = 1});
    ask.encoding = "utf-8";
    expect("姓名,身份证号,编号,课程,学分\n甲一," NUMBER_1 ",R-1,陶瓷工艺,3\n",
           (counts){.rows = 1, .unchanged = 1});
}

/* ---- reasons ------------------------------------------------------------------------------- */

/* That a text's only error is about this row and column, for this reason, in both languages. */
static void expect_error(const char *text, uint64_t row, Cbank__Api__V1__OutcomeKind outcome,
                         const char *column, const char *reason)
{
    for (int chinese = 0; chinese < 2; chinese++) {
        const Cbank__Api__V1__RowError *error;
        sheets_import import;

        ask.lang = chinese ? "zh" : "en";
        import = bring(text);
        cr_assert_eq(import.reply->n_errors, 1, "%s: %zu", reason, import.reply->n_errors);
        error = import.reply->errors[0];
        cr_expect_eq(error->row, row, "%s: row %zu", reason, (size_t)error->row);
        cr_expect_eq(error->outcome, outcome);
        cr_expect_str_eq(error->column, column);
        cr_expect_str_eq(error->reason, reason);
        cr_expect_eq((error->message[0] & 0x80) != 0, chinese, "%s", error->message);
        cr_expect_eq((error->remedy[0] & 0x80) != 0, chinese, "%s", error->remedy);
        cr_expect_null(strstr(error->message, "190001"), "a number is nobody's business");
        sheets_clear_import(&import);
    }
}

Test(import, names_row_column_and_reason_of_what_it_rejects)
{
    expect_error(SHEETS_HEADER ROW_1 BAD_ROW, 3, OUTCOME(REJECTED), "身份证号", "BAD_CHECK_DIGIT");
    expect_error(SHEETS_HEADER "甲一," NUMBER_1 ",R-1,陶瓷工艺,三,\n", 2, OUTCOME(REJECTED),
                 "学分", "BAD_AMOUNT");
    expect_error(SHEETS_HEADER ROW_1 "甲一," NUMBER_1 ",R-1,陶瓷工艺,5,\n", 3, OUTCOME(REJECTED),
                 "编号", "DUPLICATE_IN_FILE");
    expect_error(SHEETS_HEADER "甲一," NUMBER_1 ",R-1,陶瓷工艺,5,\n"
                               "某人," NUMBER_1 ",R-2,陶瓷工艺,5,\n",
                 3, OUTCOME(REJECTED), "姓名", "PERSON_CONFLICT");
    ask.open_accounts = false;
    expect_error(SHEETS_HEADER ROW_1, 2, OUTCOME(REJECTED), "身份证号", "LEARNER_UNKNOWN");
}

Test(import, names_row_column_and_reason_of_what_contradicts_the_bank)
{
    char account[17];

    scene_learner(&s, "甲一", NUMBER_1, account);
    expect(SHEETS_HEADER ROW_1, (counts){.rows = 1, .deposited = 1});
    expect_error(SHEETS_HEADER "某人," NUMBER_1 ",R-2,陶瓷工艺,5,\n", 2, OUTCOME(REJECTED),
                 "姓名", "PERSON_CONFLICT");
    expect_error(SHEETS_HEADER ROW_1 "甲一," NUMBER_1 ",R-1,陶瓷工艺,5,\n", 3, OUTCOME(REJECTED),
                 "编号", "DUPLICATE_IN_FILE");
    expect_error(SHEETS_HEADER "甲一," NUMBER_1 ",R-1,陶瓷工艺,5,\n", 2, OUTCOME(CHANGED), "编号",
                 "REFERENCE_TAKEN");
}

Test(import, the_error_file_imports_again_once_it_is_mended)
{
    sheets_import import = bring(SHEETS_HEADER ROW_1 BAD_ROW ROW_2);
    char *text, *digit;

    cr_assert_eq(import.reply->rejected, 1);
    cr_assert_neq(import.output.size, 0);
    text = calloc(1, import.output.size + 1);
    cr_assert_not_null(text);
    memcpy(text, import.output.data, import.output.size);
    cr_expect_not_null(strstr(text, "身份证号"), "it names the column");
    cr_expect_null(strstr(text, NUMBER_1), "only the rows that were rejected are in it");
    sheets_clear_import(&import);
    expect(text, (counts){.rows = 1, .rejected = 1});
    digit = strstr(text, "360302190001010019");
    cr_assert_not_null(digit);
    memcpy(digit, NUMBER_1, strlen(NUMBER_1));
    expect(text, (counts){.rows = 1, .deposited = 1, .opened = 1});
    free(text);
}

Test(import, more_rows_than_a_year_takes_are_rejected_one_by_one)
{
    enum { ROWS = 1026 };
    char *text = malloc(ROWS * 64);
    size_t size;
    sheets_import import;

    cr_assert_not_null(text);
    ask.map = "student_number=学号,reference=编号,title=课程,credits=学分";
    size = (size_t)sprintf(text, "学号,编号,课程,学分\n");
    for (int i = 0; i < ROWS; i++)
        size += (size_t)sprintf(text + size, "S1,%d,陶瓷工艺,2\n", i);
    import = bring(text);
    expect_equal(import.reply, &(counts){.rows = ROWS, .rejected = 2});
    cr_assert_eq(import.reply->n_errors, 2);
    cr_expect_eq(import.reply->errors[0]->row, ROWS);
    cr_expect_str_eq(import.reply->errors[0]->reason, "YEARLY_LIMIT");
    cr_expect_str_eq(import.reply->errors[0]->column, "学号");
    sheets_clear_import(&import);
    free(text);
}

Test(import, only_the_institutions_key_of_today_may_sign)
{
    cbank_key *stranger = scene_key(s.suite);
    sheets_import import;

    ask.key = stranger;
    import = sheets_bring(&s, &ask, SHEETS_HEADER ROW_1, strlen(SHEETS_HEADER ROW_1));
    cr_expect_eq(import.status, CBANK_E_KEY_NOT_VALID);
    sheets_clear_import(&import);
    cbank_key_close(stranger);
    ask.key = s.key;
    ask.token = "short";
    import = sheets_bring(&s, &ask, SHEETS_HEADER ROW_1, strlen(SHEETS_HEADER ROW_1));
    cr_expect_eq(import.status, CBANK_E_ARGUMENT);
    sheets_clear_import(&import);
}

/* ---- amendments ---------------------------------------------------------------------------- */

#define CHANGED_1 "甲一," NUMBER_1 ",R-1,陶瓷工艺,9,通过\n"

/* The only account, and its transcript as somebody else reads it. */
static reader_verdict read_transcript(const char *account)
{
    Cbank__Api__V1__TranscriptIssueRequest request = reader_asks(account);
    cbank_buffer file = reader_receive(&s, &request);
    cbank_verifier *verifier = reader_open(&s);
    reader_verdict verdict = reader_verify(verifier, &file, NULL);

    cr_assert_eq(verdict.status, CBANK_OK, "%s", cbank_reason_name(verdict.err.reason));
    cbank_verifier_close(verifier);
    cbank_buffer_clear(&file);
    return verdict;
}

Test(import, changed_rows_become_amendments_if_asked_for)
{
    reader_verdict verdict;
    char account[17];
    size_t held = 0, superseded = 0;

    scene_learner(&s, "甲一", NUMBER_1, account);
    expect(SHEETS_HEADER ROW_1, (counts){.rows = 1, .deposited = 1});
    ask.amend = true;
    expect(SHEETS_HEADER CHANGED_1 ROW_2,
           (counts){.rows = 2, .deposited = 1, .changed = 1, .opened = 1});
    expect(SHEETS_HEADER CHANGED_1 ROW_2, (counts){.rows = 2, .unchanged = 2});
    verdict = read_transcript(account);
    for (size_t i = 0; i < verdict.report->n_items; i++) {
        const Cbank__Api__V1__VerdictItem *item = verdict.report->items[i];

        if (item->record == NULL)
            continue;
        held += strcmp(item->status, "held") == 0;
        superseded += strcmp(item->status, "superseded") == 0;
    }
    cr_expect_eq(held, 1);
    cr_expect_eq(superseded, 1);
    cr_expect_eq(verdict.report->totals[0]->milli, 9000);
    reader_clear(&verdict);
    expect(SHEETS_HEADER ROW_1, (counts){.rows = 1, .changed = 1});
}

Test(import, an_amendment_to_somebody_else_is_rejected)
{
    expect(SHEETS_HEADER ROW_1, (counts){.rows = 1, .deposited = 1, .opened = 1});
    ask.amend = true;
    expect_error(SHEETS_HEADER "乙二," NUMBER_2 ",R-1,陶瓷工艺,3,\n", 2, OUTCOME(REJECTED),
                 "身份证号", "AMENDMENT_HOLDER");
}

Test(import, what_was_revoked_is_not_amended)
{
    Cbank__Api__V1__CreditListRequest request = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    Cbank__Api__V1__CreditListReply *list;

    expect(SHEETS_HEADER ROW_1, (counts){.rows = 1, .deposited = 1, .opened = 1});
    list = records_ask(&s, cbank_credit_list, &request,
                       &cbank__api__v1__credit_list_reply__descriptor);
    records_change(&s, list->credits[0]->id, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    scene_free(list);
    ask.amend = true;
    expect(SHEETS_HEADER ROW_1, (counts){.rows = 1, .unchanged = 1});
    expect_error(SHEETS_HEADER CHANGED_1, 2, OUTCOME(REJECTED), "编号", "RECORD_FINAL");
}

Test(import, holds_in_the_other_suite_too)
{
    scene_end(&s);
    scene_begin(&s, "sm3-sm2");
    ask = sheets_plain(&s);
    expect(SHEETS_HEADER ROW_1 ROW_2, (counts){.rows = 2, .deposited = 2, .opened = 2});
    expect(SHEETS_HEADER ROW_1 ROW_2, (counts){.rows = 2, .unchanged = 2});
}
