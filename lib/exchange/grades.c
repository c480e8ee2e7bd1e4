#include "exchange/grades.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "exchange/cell.h"
#include "record/seen.h"
#include "record/code.h"
#include "record/credit.h"

struct cbi_grades {
    cbi_grades_options options;
    cbi_grid *grid;
    cbi_mapping *mapping;
    cbi_draft *draft;
    cbi_seen *seen;
    cbank_buffer content; /* of the row in hand */
    cbi_row_draft row;
    cbi_grades_counts counts;
};

/* ---- options ---- */

static cbank_status check_options(const cbi_grades *grades, cbank_error *err)
{
    const cbi_grades_options *options = &grades->options;
    bool outcome = cbi_mapping_find(grades->mapping, CBI_SHEET_OUTCOME) != NULL;
    bool reference = cbi_mapping_find(grades->mapping, CBI_SHEET_REFERENCE) != NULL;

    if (!cbi_institution_code_is_valid(cbi_bytes_of_text(options->institution)))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "institution", "[A-Z0-9][A-Z0-9.-]*");
    if (outcome != (options->passed_count > 0) || (!outcome && options->failed_count > 0))
        return cbi_fail(err, CBI_REASON_MAP_RESULT, 0, outcome ? "passed" : "outcome", NULL);
    if (!reference && options->reference_secret == NULL)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "reference_secret", NULL);
    return CBANK_OK;
}

/* A campus format will bring lists of its own here, to go before what the caller maps. */
static cbank_status check_format(cbi_bytes format, cbank_error *err)
{
    if (cbi_bytes_equal(format, cbi_bytes_of_text("generic")))
        return CBANK_OK;
    return cbi_fail(err, CBI_REASON_UNKNOWN_FORMAT, 0, NULL, NULL);
}

static cbank_status open_grid(cbi_grades *grades, cbank_error *err)
{
    const cbi_grid_options options = {.encoding = grades->options.encoding,
                                      .sheet = grades->options.sheet,
                                      .fits = cbi_mapping_fits,
                                      .context = grades->mapping};

    return cbi_grid_new(&options, &grades->grid, err);
}

cbank_status cbi_grades_new(const cbi_grades_options *options, cbi_grades **out,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_grades *grades = NULL;

    CBI_TRY(check_format(options->format, err));
    CBI_TRY(cbi_alloc(1, sizeof(*grades), &grades, err));
    grades->options = *options;
    CBI_TRY(cbi_mapping_new(options->map, options->constants, &grades->mapping, err));
    CBI_TRY(check_options(grades, err));
    CBI_TRY(open_grid(grades, err));
    CBI_TRY(cbi_alloc(1, sizeof(*grades->draft), &grades->draft, err));
    cbi_draft_init(grades->draft, grades->mapping, options->institution,
                   options->institution_name);
    CBI_TRY(cbi_seen_new(options->suite, &grades->seen, err));
    *out = grades;
    grades = NULL;
done:
    cbi_grades_free(grades);
    return status;
}

void cbi_grades_free(cbi_grades *grades)
{
    if (grades == NULL)
        return;
    cbi_grid_free(grades->grid);
    cbi_mapping_free(grades->mapping);
    if (grades->draft != NULL)
        cbi_draft_clear(grades->draft);
    cbi_free(grades->draft);
    cbi_seen_free(grades->seen);
    cbank_buffer_clear(&grades->content);
    cbi_free(grades);
}

cbank_status cbi_grades_feed(cbi_grades *grades, cbi_bytes bytes, cbank_error *err)
{
    return cbi_grid_feed(grades->grid, bytes, err);
}

cbank_status cbi_grades_end(cbi_grades *grades, cbank_error *err)
{
    return cbi_grid_end(grades->grid, err);
}

const cbi_bytes *cbi_grades_columns(const cbi_grades *grades, size_t *count)
{
    return cbi_grid_columns(grades->grid, count);
}

cbi_grades_counts cbi_grades_count(const cbi_grades *grades)
{
    cbi_grades_counts counts = grades->counts;

    counts.blank = cbi_grid_blank_rows(grades->grid);
    return counts;
}

const char *cbi_grades_source(const cbi_grades *grades, cbi_sheet_id id)
{
    const cbi_assignment *source = cbi_mapping_find(grades->mapping, id);
    size_t count;

    return source == NULL ? cbi_sheet_fields(&count)[id].word : cbi_assignment_name(source);
}

/* ---- one row ---- */

static bool is_listed(cbi_bytes value, char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (cbi_bytes_equal(value, cbi_bytes_of_text(list[i])))
            return true;
    }
    return false;
}

/* Where nothing says passed or failed, the grade itself has to be there. */
static cbank_status require_grade(const cbi_grades *grades, cbank_error *err)
{
    static const cbi_sheet_id results[] = {CBI_SHEET_SCORE, CBI_SHEET_GRADE};
    const cbi_assignment *empty = NULL;

    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
        const cbi_assignment *source = cbi_mapping_find(grades->mapping, results[i]);

        if (source == NULL)
            continue;
        if (cbi_assignment_value(source, &grades->row.row).size > 0)
            return CBANK_OK;
        empty = source;
    }
    if (empty == NULL)
        return CBANK_OK;
    return cbi_fail(err, CBI_REASON_MISSING_RESULT, 0, cbi_assignment_name(empty), NULL);
}

/* OK for a row that passed. One that did not is skipped, and need not be right otherwise. */
static cbank_status judge_result(cbi_grades *grades, cbank_error *err)
{
    const cbi_grades_options *options = &grades->options;
    const cbi_assignment *source = cbi_mapping_find(grades->mapping, CBI_SHEET_OUTCOME);
    cbi_bytes value = cbi_assignment_value(source, &grades->row.row);
    char plain[CBI_TEXT_MAX + 1];

    if (source == NULL)
        return require_grade(grades, err);
    if (value.size == 0)
        return cbi_fail(err, CBI_REASON_MISSING_RESULT, 0, cbi_assignment_name(source), NULL);
    if (value.size > CBI_TEXT_MAX)
        return cbi_assignment_fail(source, CBI_REASON_UNKNOWN_RESULT, value, err);
    value = cbi_bytes_of(plain, cbi_cell_unwrap(value, plain));
    if (is_listed(value, options->passed, options->passed_count))
        return CBANK_OK;
    if (options->failed_count > 0 && !is_listed(value, options->failed, options->failed_count))
        return cbi_assignment_fail(source, CBI_REASON_UNKNOWN_RESULT, value, err);
    grades->row.row_class = CBI_ROW_SKIPPED;
    return cbi_assignment_fail(source, CBI_REASON_NOT_PASSED, value, err);
}

/* A reference is there once in a file; the same row again is passed over. */
static cbank_status judge_reference(cbi_grades *grades, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__CreditRecord *record = &grades->draft->record;
    const cbi_identity *holder = &grades->draft->holder;
    const cbi_assignment *source = cbi_mapping_find(grades->mapping, CBI_SHEET_REFERENCE);
    uint64_t first_row = 0;
    bool same = false;

    CBI_TRY(cbi_credit_content(record, cbi_bytes_of_text(holder->type),
                               cbi_bytes_of_text(holder->number), &grades->content, err));
    CBI_TRY(cbi_seen_add(grades->seen, cbi_bytes_of_text(record->reference),
                         cbi_bytes_of_buffer(&grades->content), grades->row.row.number, &first_row,
                         &same, err));
    if (first_row == 0)
        goto done;
    if (same)
        grades->row.row_class = CBI_ROW_SKIPPED;
    status = cbi_fail(err, CBI_REASON_DUPLICATE_IN_FILE, first_row,
                      source == NULL ? "reference" : cbi_assignment_name(source), "%s",
                      record->reference);
done:
    return status;
}

static cbank_status judge_row(cbi_grades *grades, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_draft *draft = grades->draft;
    const cbi_assignment *reference = cbi_mapping_find(grades->mapping, CBI_SHEET_REFERENCE);
    size_t columns;

    cbi_grid_columns(grades->grid, &columns);
    if (grades->row.row.count != columns)
        return cbi_fail(err, CBI_REASON_ROW_CELLS, columns, NULL, "%zu", grades->row.row.count);
    CBI_TRY(judge_result(grades, err));
    CBI_TRY(cbi_draft_fill(draft, &grades->row.row, err));
    if (reference == NULL)
        CBI_TRY(cbi_draft_compose_reference(draft, grades->options.suite,
                                            grades->options.reference_secret, err));
    CBI_TRY(cbi_draft_check(draft, err));
    CBI_TRY(judge_reference(grades, err));
done:
    return status;
}

/* True for what is wrong with this row, false for what stops the work. */
static bool is_about_row(const cbank_error *why)
{
    return why->status / 100 == 2 && why->reason != CBI_REASON_TOO_MANY_ROWS;
}

static cbank_status take_row(cbi_grades *grades, cbank_error *err)
{
    cbi_row_draft *row = &grades->row;
    cbi_draft *draft = grades->draft;
    cbank_status status;

    row->row_class = CBI_ROW_REJECTED;
    row->why = (cbank_error){0};
    status = judge_row(grades, &row->why);
    if (status != CBANK_OK && !is_about_row(&row->why)) {
        if (err != NULL)
            *err = row->why;
        return status;
    }
    if (status == CBANK_OK)
        row->row_class = CBI_ROW_READY;
    row->record = &draft->record;
    row->holder = &draft->holder;
    row->student = &draft->student;
    row->name = draft->name;
    grades->counts.rows++;
    grades->counts.ready += row->row_class == CBI_ROW_READY;
    grades->counts.skipped += row->row_class == CBI_ROW_SKIPPED;
    grades->counts.rejected += row->row_class == CBI_ROW_REJECTED;
    return CBANK_OK;
}

cbank_status cbi_grades_next(cbi_grades *grades, cbi_grid_step *step, const cbi_row_draft **out,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_bytes *columns;
    size_t count;

    CBI_TRY(cbi_grid_next(grades->grid, step, &grades->row.row, err));
    if (*step == CBI_GRID_HEADER) {
        columns = cbi_grid_columns(grades->grid, &count);
        CBI_TRY(cbi_mapping_bind(grades->mapping, columns, count, err));
    }
    if (*step == CBI_GRID_ROW) {
        CBI_TRY(take_row(grades, err));
        *out = &grades->row;
    }
done:
    return status;
}
