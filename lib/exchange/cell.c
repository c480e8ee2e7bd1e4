#include "exchange/cell.h"

#include <string.h>

#include "base/time.h"

#define PERSONAL_DIGITS 6 /* so many digits in a row may be somebody's number */

/* The size of what stands in ="..." with its quotes made single, or SIZE_MAX if it is no such. */
static size_t copy_wrapped(cbi_bytes cell, char *out)
{
    size_t size = 0;

    if (cell.size < 3 || memcmp(cell.data, "=\"", 2) != 0 || cell.data[cell.size - 1] != '"')
        return SIZE_MAX;
    for (size_t i = 2; i < cell.size - 1; i++) {
        if (cell.data[i] == '"' && (++i == cell.size - 1 || cell.data[i] != '"'))
            return SIZE_MAX;
        out[size++] = (char)cell.data[i];
    }
    return size;
}

size_t cbi_cell_unwrap(cbi_bytes cell, char *out)
{
    size_t size = copy_wrapped(cell, out);

    if (size == SIZE_MAX) {
        size = cell.size;
        if (size > 0)
            memcpy(out, cell.data, size);
    }
    out[size] = '\0';
    return size;
}

bool cbi_cell_is_formula(cbi_bytes text)
{
    return text.size > 0 && text.data[0] != '\0' && strchr("=+-@", text.data[0]) != NULL;
}

bool cbi_cell_looks_personal(cbi_bytes text)
{
    size_t digits = 0;

    for (size_t i = 0; i < text.size && digits < PERSONAL_DIGITS; i++)
        digits = text.data[i] >= '0' && text.data[i] <= '9' ? digits + 1 : 0;
    return digits == PERSONAL_DIGITS;
}

static bool take_number(cbi_bytes *text, size_t digits_min, size_t digits_max, uint32_t *out)
{
    size_t digits = 0;
    uint32_t value = 0;

    while (digits < text->size && digits < digits_max && text->data[digits] >= '0' &&
           text->data[digits] <= '9')
        value = value * 10 + (text->data[digits++] - '0');
    text->data += digits;
    text->size -= digits;
    *out = value;
    return digits >= digits_min && value > 0;
}

static bool take_mark(cbi_bytes *text, const char *mark)
{
    size_t size = strlen(mark);

    if (text->size < size || memcmp(text->data, mark, size) != 0)
        return false;
    text->data += size;
    text->size -= size;
    return true;
}

/* How the parts of a date are told apart; `closed` marks stand behind each part. */
static const struct style {
    const char *marks[3];
    size_t digits_min; /* of month and day */
    bool closed;
} styles[] = {
    {{"-", "-", ""}, 1, false},
    {{"/", "/", ""}, 1, false},
    {{".", ".", ""}, 1, false},
    {{"年", "月", "日"}, 1, true},
    {{"", "", ""}, 2, false},
};

static bool read_date(cbi_bytes text, const struct style *style, uint32_t *out)
{
    uint32_t part[3] = {0, 0, 0};

    for (int i = 0; i < 3; i++) {
        size_t digits_min = i == 0 ? 4 : style->digits_min;

        if (!take_number(&text, digits_min, i == 0 ? 4 : 2, &part[i]))
            return false;
        if (text.size == 0 && !style->closed)
            break;
        if (!take_mark(&text, style->marks[i]))
            return false;
        if (text.size == 0 && style->closed)
            break;
    }
    *out = part[0] * 10000 + part[1] * 100 + part[2];
    return text.size == 0 && cbi_date_is_valid(*out);
}

bool cbi_cell_date(cbi_bytes text, uint32_t *out)
{
    for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++) {
        if (read_date(text, &styles[i], out))
            return true;
    }
    return false;
}
