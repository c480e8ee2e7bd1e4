#include "exchange/desk.h"

#include <iconv.h>
#include <stdio.h>
#include <string.h>

static const cbi_secret secret = {{0x5e, 0xc7, 0xe7}};

static size_t length(char *const *list)
{
    size_t count = 0;

    while (list != NULL && list[count] != NULL)
        count++;
    return count;
}

cbi_grades_options desk_options_for(const char *map, char *const *passed, char *const *failed)
{
    return (cbi_grades_options){
        .suite = CBI_SUITE_SHA256_ED25519,
        .institution = "PXU",
        .institution_name = "萍乡学院",
        .reference_secret = &secret,
        .format = cbi_bytes_of_text("generic"),
        .map = cbi_bytes_of_text(map),
        .passed = passed,
        .passed_count = length(passed),
        .failed = failed,
        .failed_count = length(failed),
    };
}

cbi_grades_options desk_options(const char *map)
{
    return desk_options_for(map, NULL, NULL);
}

static void note_row(desk_result *result, const cbi_row_draft *draft)
{
    desk_row *row = &result->rows[result->count];

    if (result->count == DESK_ROWS_MAX)
        return;
    result->count++;
    row->number = draft->row.number;
    row->row_class = draft->row_class;
    row->why = draft->why;
    if (draft->row_class != CBI_ROW_READY)
        return;
    snprintf(row->reference, sizeof(row->reference), "%s", draft->record->reference);
    snprintf(row->holder, sizeof(row->holder), "%s:%s", draft->holder->type,
             draft->holder->number);
    snprintf(row->name, sizeof(row->name), "%s", draft->name);
}

static cbank_status pull(cbi_grades *grades, desk_result *result, desk_look *look, void *context)
{
    cbi_grid_step step;
    const cbi_row_draft *row = NULL;
    cbank_status status;

    do {
        status = cbi_grades_next(grades, &step, &row, &result->err);
        if (status != CBANK_OK)
            return status;
        if (step == CBI_GRID_ROW) {
            note_row(result, row);
            if (look != NULL)
                look(row, context);
        }
    } while (step == CBI_GRID_ROW || step == CBI_GRID_HEADER);
    return CBANK_OK;
}

desk_result desk_read(const cbi_grades_options *options, cbi_bytes file, size_t piece,
                      desk_look *look, void *context)
{
    desk_result result = {0};
    cbi_grades *grades = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_grades_new(options, &grades, &result.err));
    for (size_t at = 0; at < file.size; at += piece) {
        size_t size = file.size - at < piece ? file.size - at : piece;

        CBI_TRY(cbi_grades_feed(grades, cbi_bytes_of(file.data + at, size), &result.err));
        CBI_TRY(pull(grades, &result, look, context));
    }
    CBI_TRY(cbi_grades_end(grades, &result.err));
    CBI_TRY(pull(grades, &result, look, context));
done:
    if (grades != NULL)
        result.counts = cbi_grades_count(grades);
    cbi_grades_free(grades);
    result.status = status;
    cr_expect_eq(result.err.status, (int32_t)status, "the error says what the call answered");
    return result;
}

desk_result desk_read_text(const cbi_grades_options *options, const char *file)
{
    return desk_read(options, cbi_bytes_of_text(file), SIZE_MAX / 2, NULL, NULL);
}

void desk_rejects(const cbi_grades_options *options, const char *file, cbi_reason reason,
                  const char *column)
{
    desk_result result = desk_read_text(options, file);

    cr_assert_eq(result.status, CBANK_OK, "%s: %s %s", file, cbank_reason_name(result.err.reason),
                 result.err.object);
    cr_assert_eq(result.count, 1, "%s", file);
    cr_expect_eq(result.rows[0].row_class, CBI_ROW_REJECTED, "%s", file);
    cr_expect_str_eq(cbank_reason_name(result.rows[0].why.reason),
                     cbank_reason_name((int32_t)reason), "%s", file);
    cr_expect_str_eq(result.rows[0].why.object, column, "%s", file);
}

cbank_buffer desk_encode(const char *utf8, const char *encoding)
{
    cbank_buffer out = {0};
    iconv_t converter = iconv_open(encoding, "UTF-8");
    size_t left = strlen(utf8);
    size_t room = 4 * left + 4;
    char *copy = strdup(utf8);
    char *from = copy;
    char *to;

    cr_assert(converter != (iconv_t)-1 && copy != NULL);
    cr_assert_eq(cbi_buffer_reserve(&out, room, NULL), CBANK_OK);
    to = (char *)out.data;
    cr_assert(iconv(converter, &from, &left, &to, &room) != (size_t)-1, "%s", encoding);
    out.size = (size_t)((uint8_t *)to - out.data);
    iconv_close(converter);
    free(copy);
    return out;
}
