#include "exchange/errorfile.h"

#include <stdio.h>
#include <string.h>

#include "exchange/csvwrite.h"

#define WORDS_MAX 1024 /* bytes of a message or remedy */

static const char *const own_columns[] = {
    "错误行 error_row",
    "错误列 error_column",
    "错误内容 error_value",
    "错误原因 error_reason",
    "处理办法 error_remedy",
};
#define OWN_COUNT (sizeof(own_columns) / sizeof(own_columns[0]))

static bool is_own(cbi_bytes column)
{
    for (size_t i = 0; i < OWN_COUNT; i++) {
        if (cbi_bytes_equal(column, cbi_bytes_of_text(own_columns[i])))
            return true;
    }
    return false;
}

cbank_status cbi_errorfile_begin(const cbi_bytes *columns, size_t count, cbank_buffer *out,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text(CBI_CSV_MARK), err));
    for (size_t i = 0; i < count; i++) {
        if (!is_own(columns[i]))
            CBI_TRY(cbi_csv_write(columns[i], ",", out, err));
    }
    for (size_t i = 0; i < OWN_COUNT; i++)
        CBI_TRY(cbi_csv_write(cbi_bytes_of_text(own_columns[i]), i + 1 < OWN_COUNT ? "," : "\r\n",
                              out, err));
done:
    return status;
}

cbank_status cbi_errorfile_row(const cbi_bytes *columns, size_t count, const cbi_grid_row *row,
                               const cbank_error *why, const char *value, const char *lang,
                               cbank_buffer *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    char message[WORDS_MAX];
    char remedy[WORDS_MAX];
    const char *words[] = {why->object, value, message, remedy};
    char number[24];

    cbank_error_text(why, lang, message, sizeof(message), remedy, sizeof(remedy));
    for (size_t i = 0; i < count; i++) {
        cbi_bytes cell = i < row->count ? row->cells[i] : cbi_bytes_of(NULL, 0);

        if (!is_own(columns[i]))
            CBI_TRY(cbi_csv_write(cell, ",", out, err));
    }
    snprintf(number, sizeof(number), "%llu", (unsigned long long)row->number);
    CBI_TRY(cbi_csv_write(cbi_bytes_of_text(number), "", out, err));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text(","), err));
        CBI_TRY(cbi_csv_write(cbi_bytes_of_text(words[i]), "", out, err));
    }
    for (size_t i = count; i < row->count; i++) {
        CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text(","), err));
        CBI_TRY(cbi_csv_write(row->cells[i], "", out, err));
    }
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text("\r\n"), err));
done:
    return status;
}
