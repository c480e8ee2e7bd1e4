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

/* Blanks that people type around a cell: ASCII, no-break space, ideographic space. */
static size_t blank_size(const uint8_t *at, size_t size)
{
    if (size >= 1 && (*at == ' ' || (*at >= '\t' && *at <= '\r')))
        return 1;
    if (size >= 2 && memcmp(at, "\xc2\xa0", 2) == 0)
        return 2;
    if (size >= 3 && (memcmp(at, "\xe3\x80\x80", 3) == 0 || memcmp(at, "\xef\xbb\xbf", 3) == 0))
        return 3;
    return 0;
}

static size_t last_blank_size(cbi_bytes cell)
{
    for (size_t width = 1; width <= 3 && width <= cell.size; width++) {
        if (blank_size(cell.data + cell.size - width, width) == width)
            return width;
    }
    return 0;
}

cbi_bytes cbi_cell_trim(cbi_bytes cell)
{
    size_t blank;

    while ((blank = blank_size(cell.data, cell.size)) > 0) {
        cell.data += blank;
        cell.size -= blank;
    }
    while ((blank = last_blank_size(cell)) > 0)
        cell.size -= blank;
    return cell;
}

/* '0123: the apostrophe by which spreadsheet programs keep a number as text. */
static bool is_marked_number(cbi_bytes cell)
{
    if (cell.size < 2 || cell.data[0] != '\'')
        return false;
    for (size_t i = 1; i < cell.size; i++) {
        bool last = i == cell.size - 1 && (cell.data[i] == 'X' || cell.data[i] == 'x');

        if (!last && (cell.data[i] < '0' || cell.data[i] > '9'))
            return false;
    }
    return true;
}

bool cbi_cell_narrow(char *text, size_t *size)
{
    size_t narrow = 0;

    for (size_t i = 0; i < *size; narrow++) {
        const uint8_t *at = (const uint8_t *)text + i;
        bool wide = *size - i >= 3 && at[0] == 0xef && at[1] == 0xbc &&
                    ((at[2] >= 0x90 && at[2] <= 0x99) || at[2] == 0x8e);

        if (!wide && at[0] != '.' && (at[0] < '0' || at[0] > '9'))
            return false;
        i += wide ? 3 : 1;
    }
    for (size_t i = 0, to = 0; i < *size; to++) {
        const uint8_t *at = (const uint8_t *)text + i;
        bool wide = at[0] == 0xef;

        text[to] = wide ? (char)(at[2] - 0x60) : text[i]; /* U+FF10 is '0', U+FF0E is '.' */
        i += wide ? 3 : 1;
    }
    *size = narrow;
    text[narrow] = '\0';
    return true;
}

size_t cbi_cell_unwrap(cbi_bytes cell, char *out)
{
    size_t size;

    if (is_marked_number(cell))
        cell = cbi_bytes_of(cell.data + 1, cell.size - 1);
    size = copy_wrapped(cell, out);

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

bool cbi_cell_is_error(cbi_bytes text)
{
    static const char *const errors[] = {"#N/A",  "#REF!",  "#VALUE!", "#DIV/0!",
                                         "#NAME?", "#NULL!", "#NUM!",   "#####"};

    if (text.size == 0 || text.data[0] != '#') /* as most are not */
        return false;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (cbi_bytes_equal(text, cbi_bytes_of_text(errors[i])))
            return true;
    }
    return false;
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
