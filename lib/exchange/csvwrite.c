#include "exchange/csvwrite.h"

#include <csv.h>

#include "base/memory.h"
#include "exchange/cell.h"

#define LONG_NUMBER 12 /* digits from which programs write 1.1E+17 */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
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

cbank_status cbi_csv_write(cbi_bytes cell, const char *separator, cbank_buffer *out,
                           cbank_error *err)
{
    if (needs_wrapping(cell))
        return put_wrapped(cell, separator, out, err);
    return put_quoted(cell, separator, out, err);
}
