/* A spreadsheet of results in any encoding, and the file of its rejected rows. */
#include "base/text.h"
#include "exchange/errorfile.h"
#include "exchange/grades.h"
#include "fuzz/fuzz.h"

#define MAP                                                                                        \
    "name=姓名,id_number=证件号码,student_number=学号,title=课程名称,code=课程代码,credits=学分,"  \
    "hours=学时,score=成绩,score_max=满分,awarded=取得日期,school_year=学年,term=学期,outcome=结果"

static const cbi_secret secret = {"a secret that everybody knows"};

static void look(cbi_grades *grades, const cbi_row_draft *row, cbank_buffer *rejected)
{
    size_t count;
    const cbi_bytes *columns = cbi_grades_columns(grades, &count);
    char value[CBI_MASK_SIZE];

    fuzz_require((row->row_class == CBI_ROW_READY) == (row->why.reason == CBI_REASON_NONE),
                 "what is not ready says why");
    if (row->row_class == CBI_ROW_READY)
        fuzz_require(row->record->reference[0] != '\0' && row->record->n_title > 0,
                     "a row that is ready is a record");
    if (row->row_class != CBI_ROW_REJECTED)
        return;
    cbi_grades_show(grades, row->why.object, value);
    fuzz_require(cbi_text_is_clean(cbi_bytes_of_text(value)), "what is shown of a cell is clean");
    fuzz_require(cbi_errorfile_row(columns, count, &row->row, &row->why, value, "zh", rejected,
                                   NULL) == CBANK_OK,
                 "a row that is rejected can be written");
}

static void pull(cbi_grades *grades, bool *ended, cbank_buffer *rejected)
{
    const cbi_row_draft *row = NULL;
    cbi_grid_step step = CBI_GRID_HEADER;

    while (!*ended && step != CBI_GRID_MORE && step != CBI_GRID_DONE) {
        if (cbi_grades_next(grades, &step, &row, NULL) != CBANK_OK)
            *ended = true;
        else if (step == CBI_GRID_ROW)
            look(grades, row, rejected);
    }
}

void fuzz_grades(cbi_bytes input)
{
    static char word[] = "合格";
    static char *const passed[] = {word};
    cbi_grades_options options = {
        .suite = CBI_SUITE_SHA256_ED25519,
        .institution = "PXU",
        .institution_name = "示例学院",
        .reference_secret = &secret,
        .format = cbi_bytes_of_text("generic"),
        .map = cbi_bytes_of_text(MAP),
        .constants = cbi_bytes_of_text("id_type=cn-id"),
        .passed = passed,
        .passed_count = 1,
        .encoding = (cbi_encoding)fuzz_choose(&input, 3),
    };
    size_t piece = 1 + 16 * (size_t)fuzz_choose(&input, 256);
    cbank_buffer rejected = {0};
    cbi_grades *grades = NULL;
    bool ended = false;

    fuzz_require(cbi_grades_new(&options, &grades, NULL) == CBANK_OK, "the options are good");
    while (!ended && input.size > 0) {
        size_t size = piece < input.size ? piece : input.size;

        ended = cbi_grades_feed(grades, cbi_bytes_of(input.data, size), NULL) != CBANK_OK;
        input.data += size;
        input.size -= size;
        pull(grades, &ended, &rejected);
    }
    if (!ended && cbi_grades_end(grades, NULL) == CBANK_OK)
        pull(grades, &ended, &rejected);
    cbi_grades_free(grades);
    cbank_buffer_clear(&rejected);
}
