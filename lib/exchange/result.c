#include "exchange/result.h"

#include <string.h>

#include "base/decimal.h"
#include "base/limits.h"
#include "exchange/cell.h"

#define FOOTER_CELLS 3 /* filled cells of a row that is the foot of a table, at most */

bool cbi_result_read(const cbi_profile *profile, cbi_bytes value, cbi_result *out)
{
    int64_t milli;

    *out = (cbi_result){.scale = ""};
    for (size_t i = 0; i < profile->word_count; i++) {
        if (cbi_texts_have(&profile->words[i].texts, value)) {
            out->kind = profile->words[i].kind;
            return true;
        }
    }
    for (size_t i = 0; i < profile->scale_count; i++) {
        const cbi_profile_scale *scale = &profile->scales[i];
        bool passed = cbi_texts_have(&scale->passed, value);

        out->scale = scale->name;
        out->kind = passed ? CBI_RESULT_PASSED : CBI_RESULT_FAILED;
        if (passed || cbi_texts_have(&scale->failed, value))
            return true;
        if (scale->max_milli == 0 || !cbi_milli_parse(value, &milli))
            continue;
        out->score_milli = milli;
        out->max_milli = scale->max_milli;
        out->kind = milli >= scale->pass_milli ? CBI_RESULT_PASSED : CBI_RESULT_FAILED;
        return milli >= 0 && milli <= scale->max_milli;
    }
    return false;
}

bool cbi_attempt_read(const cbi_profile *profile, cbi_bytes value, cbi_attempt_kind *out)
{
    *out = CBI_ATTEMPT_NORMAL;
    if (value.size == 0 || profile->attempt_count == 0)
        return true;
    for (size_t i = 0; i < profile->attempt_count; i++) {
        if (cbi_texts_have(&profile->attempts[i].texts, value)) {
            *out = profile->attempts[i].kind;
            return true;
        }
    }
    return false;
}

cbi_reason cbi_result_reason(cbi_result_kind kind)
{
    switch (kind) {
    case CBI_RESULT_ABSENT:
        return CBI_REASON_RESULT_ABSENT;
    case CBI_RESULT_DEFERRED:
        return CBI_REASON_RESULT_DEFERRED;
    case CBI_RESULT_CHEATED:
        return CBI_REASON_RESULT_CHEATED;
    case CBI_RESULT_EXEMPT:
        return CBI_REASON_RESULT_EXEMPT;
    case CBI_RESULT_RECOGNISED:
        return CBI_REASON_RESULT_RECOGNISED;
    case CBI_RESULT_PENDING:
        return CBI_REASON_RESULT_PENDING;
    case CBI_RESULT_PASSED:
    case CBI_RESULT_FAILED:
        break;
    }
    return CBI_REASON_NOT_PASSED;
}

/* The row's cell under a column of this name; empty if there is none. */
static cbi_bytes cell_under(const char *name, const cbi_bytes *columns, const cbi_grid_row *row,
                            char plain[CBI_TEXT_MAX + 1])
{
    for (size_t i = 0; i < row->count; i++) {
        if (cbi_bytes_equal(columns[i], cbi_bytes_of_text(name)) &&
            row->cells[i].size <= CBI_TEXT_MAX)
            return cbi_bytes_of(plain, cbi_cell_unwrap(row->cells[i], plain));
    }
    return cbi_bytes_of(NULL, 0);
}

static bool begins_with(cbi_bytes text, const char *prefix)
{
    size_t size = strlen(prefix);

    return text.size >= size && memcmp(text.data, prefix, size) == 0;
}

/* "合计", "制表人：..." in the first cell that is filled, and little beside it. */
static bool is_footer(const cbi_profile *profile, const cbi_grid_row *row)
{
    const cbi_bytes *first = NULL;
    size_t filled = 0;

    for (size_t i = 0; i < row->count; i++) {
        if (row->cells[i].size == 0)
            continue;
        first = first == NULL ? &row->cells[i] : first;
        filled++;
    }
    for (size_t i = 0; first != NULL && filled <= FOOTER_CELLS && i < profile->footers.count; i++) {
        if (begins_with(*first, profile->footers.items[i]))
            return true;
    }
    return false;
}

cbank_status cbi_result_pass_over(const cbi_profile *profile, const cbi_bytes *columns,
                                  const cbi_grid_row *row, cbank_error *err)
{
    char plain[CBI_TEXT_MAX + 1];

    if (is_footer(profile, row))
        return cbi_fail(err, CBI_REASON_ROW_FOOTER, 0, NULL, NULL);
    for (size_t i = 0; i < profile->skip_count; i++) {
        const cbi_profile_skip *skip = &profile->skips[i];
        cbi_bytes value = cell_under(skip->column, columns, row, plain);

        if (value.size > 0 && (skip->values.count == 0 || cbi_texts_have(&skip->values, value)))
            return cbi_fail(err, cbi_result_reason(skip->kind), 0, skip->column, NULL);
    }
    return CBANK_OK;
}
