/*
 * 32,593 real enrolments (Open University Learning Analytics Dataset, CC BY 4.0) as the registry
 * left them: who passed, what they are worth, and that nothing is refused silently.
 */
#include "exchange/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME CBANK_SHARED_DATA "/data/samples/oulad-studentInfo.csv"
#define LEARNERS_MAX 32768

static char *const passed[] = {(char[]){"Pass"}, (char[]){"Distinction"}, NULL};

struct tally {
    int64_t milli;
    size_t withdrawn;
    size_t failed;
    size_t other;
    size_t learners;
    char numbers[LEARNERS_MAX][CBI_NUMBER_MAX + 1];
};

/* NULL, said aloud, where the data is not here; in CI it has to be. */
static char *read_sample(size_t *size)
{
    FILE *file = fopen(FILE_NAME, "rb");
    char *text;

    if (file == NULL) {
        fprintf(stderr, "SKIPPED: the sample of 32,593 enrolments is not here\n");
        cr_assert_null(getenv("CI"), "in CI the sample must be here");
        return NULL;
    }
    text = malloc(1u << 22);
    cr_assert_not_null(text);
    *size = fread(text, 1, 1u << 22, file);
    fclose(file);
    return text;
}

static void count(const cbi_row_draft *row, void *context)
{
    struct tally *tally = context;

    if (row->row_class == CBI_ROW_READY) {
        cr_assert_eq(row->record->n_amounts, 1);
        tally->milli += row->record->amounts[0]->milli;
        memcpy(tally->numbers[tally->learners++], row->holder->number, CBI_NUMBER_MAX + 1);
        return;
    }
    cr_assert_eq(row->row_class, CBI_ROW_SKIPPED, "row %d: %s %s", (int)row->row.number,
                 cbank_reason_name(row->why.reason), row->why.object);
    cr_assert_eq(row->why.reason, CBI_REASON_NOT_PASSED);
    tally->withdrawn += strcmp(row->why.detail, "Withdrawn") == 0;
    tally->failed += strcmp(row->why.detail, "Fail") == 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void import(const char *map, const char *constants)
{
    cbi_grades_options options = desk_options_for(map, passed, NULL);
    struct tally *tally = calloc(1, sizeof(*tally));
    size_t size = 0;
    size_t learners = 0;
    char *file = read_sample(&size);
    desk_result result;

    cr_assert_not_null(tally);
    if (file == NULL) {
        free(tally);
        return;
    }
    options.institution = "OU";
    options.constants = cbi_bytes_of_text(constants);
    result = desk_read(&options, cbi_bytes_of(file, size), 64 * 1024, count, tally);
    cr_expect_eq(result.status, CBANK_OK);
    qsort(tally->numbers, tally->learners, sizeof(tally->numbers[0]), compare);
    for (size_t i = 0; i < tally->learners; i++)
        learners += i == 0 || strcmp(tally->numbers[i], tally->numbers[i - 1]) != 0;
    fprintf(stderr,
            "oulad: %d rows, %d passed by %zu learners with %lld credits, "
            "%d skipped (%zu withdrawn, %zu failed), %d rejected\n",
            (int)result.counts.rows, (int)result.counts.ready, learners,
            (long long)tally->milli / 1000, (int)result.counts.skipped, tally->withdrawn,
            tally->failed, (int)result.counts.rejected);
    cr_expect_eq(result.counts.rows, 32593);
    cr_expect_eq(result.counts.ready, 15385);
    cr_expect_eq(result.counts.skipped, 32593 - 15385);
    cr_expect_eq(tally->withdrawn + tally->failed, result.counts.skipped);
    cr_expect_eq(result.counts.rejected, 0);
    cr_expect_eq(result.counts.blank, 0);
    cr_expect_eq(learners, 14581);
    cr_expect_eq(tally->milli, 1134445000);
    free(file);
    free(tally);
}

#define COLUMNS                                                                                    \
    "title=code_module,code=code_module,term=code_presentation,credits=studied_credits,"           \
    "outcome=final_result"

Test(oulad, the_passed_rows_are_ready_and_the_others_skipped_with_their_result)
{
    import("student_number=id_student," COLUMNS, "title_lang=en");
}

Test(oulad, the_same_with_the_student_number_as_the_document)
{
    import("id_number=id_student," COLUMNS, "title_lang=en,id_type=student/OU");
}
