#include "exchange/mapping.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define WIDE_NAME_MAX 64 /* bytes of a column's name with its number */

/* The columns of one turn: where each is, and what it is called. */
struct cbi_mapping_turn {
    size_t columns[CBI_MAPPING_MAX];
    char names[CBI_MAPPING_MAX][WIDE_NAME_MAX];
};

bool cbi_assignment_is_wide(const cbi_assignment *assignment)
{
    return assignment->column != CBI_MAPPING_CONSTANT && assignment->names.count > 0 &&
           strchr(assignment->names.items[0], '#') != NULL;
}

/* "SUB#_GRADE" of subject 3 is "SUB3_GRADE". */
static void write_name(const char *pattern, size_t number, char out[WIDE_NAME_MAX])
{
    const char *mark = strchr(pattern, '#');
    int size = mark == NULL ? snprintf(out, WIDE_NAME_MAX, "%s", pattern)
                            : snprintf(out, WIDE_NAME_MAX, "%.*s%zu%s", (int)(mark - pattern),
                                       pattern, number, mark + 1);

    if (size < 0 || size >= WIDE_NAME_MAX)
        out[0] = '\0';
}

/* Where the assignment's column of this number is; `count` if nowhere. */
static size_t find_numbered(const cbi_assignment *assignment, size_t number,
                            const cbi_bytes *columns, size_t count, char name[WIDE_NAME_MAX])
{
    for (size_t i = 0; i < assignment->names.count; i++) {
        write_name(assignment->names.items[i], number, name);
        for (size_t at = 0; *name != '\0' && at < count; at++) {
            if (cbi_bytes_equal(columns[at], cbi_bytes_of_text(name)))
                return at;
        }
    }
    return count;
}

bool cbi_assignment_has_number(const cbi_assignment *assignment, size_t number,
                               const cbi_bytes *columns, size_t count)
{
    char name[WIDE_NAME_MAX];

    return find_numbered(assignment, number, columns, count, name) < count;
}

static void fill_turn(const cbi_mapping *mapping, size_t number, const cbi_bytes *columns,
                      size_t count, struct cbi_mapping_turn *out)
{
    for (size_t i = 0; i < mapping->count; i++) {
        size_t at;

        if (!cbi_assignment_is_wide(&mapping->list[i]))
            continue;
        at = find_numbered(&mapping->list[i], number, columns, count, out->names[i]);
        out->columns[i] = at == count ? CBI_MAPPING_ABSENT : at;
    }
}

/* As many subjects as there are columns for one that every file must have. */
static size_t count_turns(const cbi_mapping *mapping, const cbi_bytes *columns, size_t count)
{
    size_t turns = 0;

    for (size_t i = 0; i < mapping->count; i++) {
        const cbi_assignment *assignment = &mapping->list[i];

        for (size_t n = 1; cbi_assignment_is_wide(assignment) && !assignment->optional &&
                           n <= CBI_MAPPING_TURNS_MAX;
             n++) {
            if (n > turns && cbi_assignment_has_number(assignment, n, columns, count))
                turns = n;
        }
    }
    return turns;
}

cbank_status cbi_mapping_bind_turns(cbi_mapping *mapping, const cbi_bytes *columns, size_t count,
                                    cbank_error *err)
{
    cbank_status status = CBANK_OK;

    mapping->turn_count = count_turns(mapping, columns, count);
    if (mapping->turn_count == 0)
        return CBANK_OK;
    CBI_TRY(cbi_alloc(mapping->turn_count, sizeof(*mapping->turns), &mapping->turns, err));
    for (size_t i = 0; i < mapping->turn_count; i++)
        fill_turn(mapping, i + 1, columns, count, &mapping->turns[i]);
    cbi_mapping_turn(mapping, 0);
done:
    return status;
}

void cbi_mapping_turn(cbi_mapping *mapping, size_t turn)
{
    const struct cbi_mapping_turn *now = &mapping->turns[turn];

    for (size_t i = 0; i < mapping->count; i++) {
        cbi_assignment *assignment = &mapping->list[i];

        if (!cbi_assignment_is_wide(assignment))
            continue;
        assignment->column = now->columns[i];
        assignment->text = now->names[i];
    }
}

bool cbi_mapping_turn_is_empty(const cbi_mapping *mapping, const cbi_grid_row *row)
{
    for (size_t i = 0; i < mapping->count; i++) {
        if (cbi_assignment_is_wide(&mapping->list[i]) &&
            cbi_assignment_value(&mapping->list[i], row).size > 0)
            return false;
    }
    return true;
}
