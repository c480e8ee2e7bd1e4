/* A spreadsheet comes in while others write: what was ruled on rows holds as it is written. */
#include "sheets.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAP "student_number=学号,reference=编号,title=课程,credits=学分"
#define HEADER "学号,编号,课程,学分\n"

static scene s;
static sheets_ask ask;

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
    ask = sheets_plain(&s);
    ask.map = MAP;
    ask.encoding = "utf-8"; /* so that nothing is held back to find it */
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(meanwhile, .init = begin, .fini = end, .timeout = 120);

/* So many rows of learners of their own, of which `half` have been read. */
static cbank_job *read_half(const char *text, size_t half)
{
    cbank_job_state state = CBANK_JOB_MORE;
    cbank_job *job = NULL;

    cr_assert_eq(sheets_begin_import(&s, &ask, &job, NULL), CBANK_OK);
    cr_assert_eq(cbank_job_feed(job, (const uint8_t *)text, half, NULL), CBANK_OK);
    while (state != CBANK_JOB_NEEDS_INPUT)
        cr_assert_eq(cbank_job_step(job, 1000, &state, NULL), CBANK_OK);
    return job;
}

static sheets_import read_rest(cbank_job *job, const char *text, size_t half)
{
    sheets_import import = sheets_end_import(job, text + half, strlen(text) - half);

    cr_assert_eq(import.status, CBANK_OK, "%s", cbank_reason_name(import.err.reason));
    return import;
}

/* Somebody else's import of one row. */
static void others_bring(const char *row)
{
    sheets_ask others = sheets_plain(&s);
    char text[256];
    sheets_import import;

    others.map = MAP;
    snprintf(text, sizeof(text), HEADER "%s\n", row);
    import = sheets_bring(&s, &others, text, strlen(text));
    cr_assert_eq(import.status, CBANK_OK);
    cr_assert_eq(import.reply->deposited, 1);
    sheets_clear_import(&import);
}

typedef struct counts {
    uint64_t deposited, unchanged, rejected, opened;
} counts;

/*
 * Others bring a row after so many bytes of a file of `rows`, or after all of them were read and
 * before its end is told.
 */
static void expect(size_t rows, bool all_read, const char *row, counts wanted)
{
    char *text = sheets_rows(rows);
    size_t half = all_read ? strlen(text) : strlen(text) / 2;
    cbank_job *job = read_half(text, half);
    sheets_import import;
    uint64_t before;

    others_bring(row);
    before = sheets_log_size(&s);
    import = read_rest(job, text, half);
    cr_expect_eq(import.reply->rows, rows);
    cr_expect_eq(import.reply->deposited, wanted.deposited, "%zu deposited",
                 (size_t)import.reply->deposited);
    cr_expect_eq(import.reply->unchanged, wanted.unchanged);
    cr_expect_eq(import.reply->rejected, wanted.rejected);
    cr_expect_eq(import.reply->accounts_opened, wanted.opened);
    if (wanted.rejected > 0) {
        cr_assert_eq(import.reply->n_errors, wanted.rejected);
        cr_expect_eq(import.reply->errors[0]->row, 6);
        cr_expect_str_eq(import.reply->errors[0]->column, "编号");
        cr_expect_str_eq(import.reply->errors[0]->reason, "REFERENCE_TAKEN");
    }
    if (wanted.deposited == 0)
        cr_expect_eq(sheets_log_size(&s), before, "nothing was written");
    sheets_clear_import(&import);
    free(text);
}

Test(meanwhile, a_reference_that_others_take_stops_the_whole)
{
    expect(700, false, "S5,5,木工,3", (counts){.rejected = 1});
}

Test(meanwhile, it_does_so_when_all_rows_have_been_read)
{
    expect(700, true, "S5,5,木工,3", (counts){.rejected = 1});
}

Test(meanwhile, it_is_refused_alone_if_that_was_asked_for)
{
    ask.keep_going = true;
    expect(700, false, "S5,5,木工,3", (counts){.deposited = 699, .rejected = 1, .opened = 699});
}

Test(meanwhile, the_same_row_from_somebody_else_is_there_already)
{
    expect(700, false, "S5,5,陶瓷工艺,2", (counts){.deposited = 699, .unchanged = 1, .opened = 699});
}

Test(meanwhile, an_account_that_others_open_is_not_opened_again)
{
    expect(700, false, "S5,another,陶瓷工艺,2", (counts){.deposited = 700, .opened = 699});
}

/* The first chunk of so many could be written before anybody looks at the last row. */
Test(meanwhile, all_or_nothing_holds_for_many_chunks)
{
    char *text = sheets_rows(12000), *last = strstr(text, "S12000,");
    size_t half = strlen(text);
    cbank_job *job;
    sheets_import import;
    uint64_t before;

    cr_assert_not_null(last);
    job = read_half(text, half);
    others_bring("S12000,12000,木工,3");
    before = sheets_log_size(&s);
    import = read_rest(job, text, half);
    cr_expect_eq(import.reply->deposited, 0);
    cr_expect_eq(import.reply->rejected, 1);
    cr_expect_eq(import.reply->errors[0]->row, 12001);
    cr_expect_eq(sheets_log_size(&s), before);
    sheets_clear_import(&import);
    free(text);
}

/* Where nobody writes meanwhile it comes to the same, in however many pieces it is fed. */
Test(meanwhile, pieces_make_no_difference)
{
    enum { ROWS = 700 };

    for (size_t piece = 7; piece < 40000; piece *= 11) {
        char *text = sheets_rows(ROWS);
        size_t size = strlen(text), half = 0;
        cbank_job *job = NULL;
        cbank_job_state state = CBANK_JOB_MORE;
        sheets_import import;

        cr_assert_eq(sheets_begin_import(&s, &ask, &job, NULL), CBANK_OK);
        for (; half + piece < size; half += piece) {
            cr_assert_eq(cbank_job_feed(job, (uint8_t *)text + half, piece, NULL), CBANK_OK);
            state = CBANK_JOB_MORE;
            while (state != CBANK_JOB_NEEDS_INPUT)
                cr_assert_eq(cbank_job_step(job, 0, &state, NULL), CBANK_OK);
        }
        import = read_rest(job, text, half);
        cr_expect_eq(import.reply->rows, ROWS);
        cr_expect_eq(import.reply->deposited, piece == 7 ? ROWS : 0);
        cr_expect_eq(import.reply->unchanged, piece == 7 ? 0 : ROWS);
        sheets_clear_import(&import);
        free(text);
    }
}
