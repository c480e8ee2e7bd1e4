#include "exchange/mask.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "exchange/cell.h"

#define PHONE_DIGITS 11u /* so many in a row may be somebody's number in any column */
#define CUT_MARK "\xe2\x80\xa6"

/* How many characters are shown in front and at the end. */
typedef struct rule {
    bool hides;
    size_t front;
    size_t back;
} rule;

/* Digits of either width; blanks and dashes between them do not make them another number. */
static bool has_long_number(cbi_bytes cell)
{
    size_t digits = 0;

    for (size_t i = 0; i < cell.size && digits < PHONE_DIGITS; i++) {
        const uint8_t *at = cell.data + i;
        bool wide = cell.size - i >= 3 && at[0] == 0xef && at[1] == 0xbc && at[2] >= 0x90 &&
                    at[2] <= 0x99;

        if (wide)
            i += 2;
        if (wide || (*at >= '0' && *at <= '9'))
            digits++;
        else if (*at != ' ' && *at != '-')
            digits = 0;
    }
    return digits == PHONE_DIGITS;
}

static rule of_number(size_t characters)
{
    size_t front = characters / 3;

    return (rule){true, front < 6 ? front : 6, characters >= 8 ? 2 : 0};
}

static rule choose_rule(const cbi_sheet_field *field, cbi_bytes cell)
{
    size_t characters = cbi_text_characters(cell);

    switch (field == NULL ? CBI_SHEET_TITLE : field->id) {
    case CBI_SHEET_NAME:
        return (rule){true, 1, 0};
    case CBI_SHEET_BORN:
        return (rule){true, 4, 0};
    case CBI_SHEET_ID_NUMBER:
    case CBI_SHEET_STUDENT_NUMBER:
    case CBI_SHEET_PHONE:
    case CBI_SHEET_FAMILY_PHONE:
    case CBI_SHEET_CERTIFICATE_NUMBER:
        return of_number(characters);
    default:
        return has_long_number(cell) ? of_number(characters) : (rule){false, characters, 0};
    }
}

void cbi_mask_cell(const cbi_sheet_field *field, cbi_bytes cell, char out[CBI_MASK_SIZE])
{
    char plain[CBI_TEXT_MAX + 1];
    size_t used = 0, shown, characters;
    rule show;

    if (cell.size > CBI_TEXT_MAX)
        cell.size = CBI_TEXT_MAX;
    cell = cbi_bytes_of(plain, cbi_cell_unwrap(cell, plain));
    show = choose_rule(field, cell);
    characters = cbi_text_characters(cell);
    for (shown = 0; cell.size > 0 && shown < CBI_MASK_CHARACTERS; shown++) {
        bool clean;
        size_t size = cbi_text_first(cell, &clean);

        if (shown >= show.front && shown + show.back < characters) {
            out[used++] = '*';
        } else if (!clean) {
            out[used++] = '?';
        } else {
            memcpy(out + used, cell.data, size);
            used += size;
        }
        cell = cbi_bytes_of(cell.data + size, cell.size - size);
    }
    if (cell.size > 0) {
        memcpy(out + used, CUT_MARK, sizeof(CUT_MARK) - 1);
        used += sizeof(CUT_MARK) - 1;
    }
    out[used] = '\0';
    explicit_bzero(plain, sizeof(plain));
}

bool cbi_mask_hides(const cbi_sheet_field *field, cbi_bytes cell)
{
    return cell.size > 0 &&
           (choose_rule(field, cell).hides || cbi_text_characters(cell) > CBI_MASK_CHARACTERS);
}

/* An error's object is cut to what it holds. */
static bool is_called(const cbi_assignment *assignment, const char *column)
{
    const char *name = cbi_assignment_name(assignment);
    size_t size = strlen(column);

    if (size + 4 < sizeof(((cbank_error *)0)->object))
        return strcmp(name, column) == 0;
    return strncmp(name, column, size) == 0;
}

void cbi_mask_in_row(const cbi_mapping *mapping, const cbi_grid_row *row, const char *column,
                     char out[CBI_MASK_SIZE])
{
    size_t count;
    const cbi_assignment *list = cbi_mapping_list(mapping, &count);

    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        if (list[i].column != CBI_MAPPING_ABSENT && is_called(&list[i], column)) {
            cbi_mask_cell(list[i].field, cbi_assignment_value(&list[i], row), out);
            return;
        }
    }
}
