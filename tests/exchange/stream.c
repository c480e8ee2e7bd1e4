/* A file of a million rows goes through in bounded memory and in seconds. */
#include "exchange/desk.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define ROWS 1000000u
#define PIECE_ROWS 500u

#if defined(__SANITIZE_ADDRESS__)
#define SLOWER 8 /* and memory says nothing */
#else
#define SLOWER 1
#endif

/* Of the processor, so that a busy machine makes no difference. */
static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static uint64_t drain(cbi_grades *grades)
{
    const cbi_row_draft *row;
    cbi_grid_step step;
    uint64_t rows = 0;

    do {
        cr_assert_eq(cbi_grades_next(grades, &step, &row, NULL), CBANK_OK);
        rows += step == CBI_GRID_ROW;
    } while (step == CBI_GRID_HEADER || step == CBI_GRID_ROW);
    return rows;
}

Test(stream, a_million_rows_take_less_than_256_mib_and_ten_seconds, .timeout = 300)
{
    cbi_grades_options options = desk_options(
        "student_number=学号,name=姓名,title=课程名称,code=课程号,school_year=学年,term=学期,"
        "credits=学分,score=成绩,score_max=满分");
    static char piece[PIECE_ROWS * 128];
    cbi_grades *grades = NULL;
    struct rusage usage;
    uint64_t rows = 0;
    uint64_t bytes = 0;
    double begin = seconds();
    double took;

    cr_assert_eq(cbi_grades_new(&options, &grades, NULL), CBANK_OK);
    cr_assert_eq(cbi_grades_feed(
                     grades,
                     cbi_bytes_of_text("学号,姓名,课程号,课程名称,学年,学期,学分,成绩,满分\r\n"),
                     NULL),
                 CBANK_OK);
    for (unsigned row = 0; row < ROWS; row += PIECE_ROWS) {
        size_t size = 0;

        for (unsigned i = row; i < row + PIECE_ROWS; i++)
            size += (size_t)snprintf(piece + size, sizeof(piece) - size,
                                     "%08u,钱三元,C%04u,大学语文,2024-2025,%u,2.5,%u,100\r\n",
                                     i / 40, i % 40, 1 + i % 2, 60 + i % 41);
        cr_assert_eq(cbi_grades_feed(grades, cbi_bytes_of(piece, size), NULL), CBANK_OK);
        bytes += size;
        rows += drain(grades);
    }
    cr_assert_eq(cbi_grades_end(grades, NULL), CBANK_OK);
    rows += drain(grades);
    took = seconds() - begin;
    cr_expect_eq(cbi_grades_count(grades).ready, ROWS);
    cr_expect_eq(rows, ROWS);
    cbi_grades_free(grades);
    cr_assert_eq(getrusage(RUSAGE_SELF, &usage), 0);
    fprintf(stderr, "stream: %u rows, %llu MB in %.1f s of the processor, at most %ld MiB\n", ROWS,
            (unsigned long long)bytes / 1000000, took, usage.ru_maxrss / 1024);
    cr_expect_lt(took, 10.0 * SLOWER);
    if (SLOWER == 1)
        cr_expect_lt(usage.ru_maxrss, 256 * 1024);
}
