#include "exchange/errorfile.h"

#include <csv.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "exchange/cell.h"

#define WORDS_MAX 1024 /* bytes of a message or remedy */
#define LONG_NUMBER 12 /* digits from which programs write 1.1E+17 */

static const char *const own_columns[] = {
    "错误行 error_row",
    "错误列 error_column",
    "错误原因 error_reason",
    "处理办法 error_remedy",
};
#define OWN_COUNT (sizeof(own_columns) / sizeof(own_columns[0]))

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_own(cbi_bytes column)
{
    for (size_t i = 0; i < OWN_COUNT; i++) {
        if (cbi_bytes_equal(column, cbi_bytes_of_text(own_columns[i])))
            return true;
    }
    return false;
}

/* A number that a spreadsheet program shows and saves as it stands. */
static bool is_plain_number(cbi_bytes cell)
{
    size_t digits = 0;
    size_t at;

    while (digits < cell.size && is_digit(cell.data[digits]))
        digits++;
    if (digits >= LONG_NUMBER || (digits > 1 && cell.data[0] == '0'))
        return false;
    if (digits == cell.size)
        return true;
    for (at = digits + 1; at < cell.size; at++) {
        if (!is_digit(cell.data[at]))
            return false;
    }
    return cell.data[digits] == '.' && at > digits + 1 && cell.data[at - 1] != '0';
}

/* True for what a program would run, or take for a date or a number and write otherwise. */
static bool needs_wrapping(cbi_bytes cell)
{
    if (cbi_cell_is_formula(cell))
        return true;
    return cell.size > 0 && is_digit(cell.data[0]) && !is_plain_number(cell);
}

/* Appends the cell in quotes, its own quotes doubled, and what separates it from the next. */
static cbank_status put_quoted(cbi_bytes cell, const char *separator, cbank_buffer *out,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t room = 2 * cell.size + 2;

    CBI_TRY(cbi_buffer_reserve(out, room, err));
    out->size += csv_write(out->data + out->size, room, cell.data, cell.size);
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text(separator), err));
done:
    return status;
}

/* ="..." with the quotes inside doubled; taken off first where the cell has it already. */
static cbank_status put_wrapped(cbi_bytes cell, const char *separator, cbank_buffer *out,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer wrapped = {0};
    char *plain = NULL;
    size_t size;

    CBI_TRY(cbi_alloc(1, cell.size + 1, &plain, err));
    size = cbi_cell_unwrap(cell, plain);
    CBI_TRY(cbi_buffer_append(&wrapped, cbi_bytes_of_text("="), err));
    CBI_TRY(put_quoted(cbi_bytes_of(plain, size), "", &wrapped, err));
    CBI_TRY(put_quoted(cbi_bytes_of_buffer(&wrapped), separator, out, err));
done:
    cbank_buffer_clear(&wrapped);
    cbi_wipe(plain, plain == NULL ? 0 : cell.size);
    cbi_free(plain);
    return status;
}

cbank_status cbi_errorfile_cell(cbi_bytes cell, const char *separator, cbank_buffer *out,
                                cbank_error *err)
{
    if (needs_wrapping(cell))
        return put_wrapped(cell, separator, out, err);
    return put_quoted(cell, separator, out, err);
}

cbank_status cbi_errorfile_begin(const cbi_bytes *columns, size_t count, cbank_buffer *out,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text("\xef\xbb\xbf"), err));
    for (size_t i = 0; i < count; i++) {
        if (!is_own(columns[i]))
            CBI_TRY(cbi_errorfile_cell(columns[i], ",", out, err));
    }
    for (size_t i = 0; i < OWN_COUNT; i++)
        CBI_TRY(cbi_errorfile_cell(cbi_bytes_of_text(own_columns[i]),
                                   i + 1 < OWN_COUNT ? "," : "\r\n", out, err));
done:
    return status;
}

cbank_status cbi_errorfile_row(const cbi_bytes *columns, size_t count, const cbi_grid_row *row,
                               const cbank_error *why, const char *lang, cbank_buffer *out,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    char message[WORDS_MAX];
    char remedy[WORDS_MAX];
    const char *words[] = {why->object, message, remedy};
    char number[24];

    cbank_error_text(why, lang, message, sizeof(message), remedy, sizeof(remedy));
    for (size_t i = 0; i < count; i++) {
        cbi_bytes cell = i < row->count ? row->cells[i] : cbi_bytes_of(NULL, 0);

        if (!is_own(columns[i]))
            CBI_TRY(cbi_errorfile_cell(cell, ",", out, err));
    }
    snprintf(number, sizeof(number), "%llu", (unsigned long long)row->number);
    CBI_TRY(cbi_errorfile_cell(cbi_bytes_of_text(number), "", out, err));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text(","), err));
        CBI_TRY(cbi_errorfile_cell(cbi_bytes_of_text(words[i]), "", out, err));
    }
    for (size_t i = count; i < row->count; i++) {
        CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text(","), err));
        CBI_TRY(cbi_errorfile_cell(row->cells[i], "", out, err));
    }
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text("\r\n"), err));
done:
    return status;
}
