#include "rules/difference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/memory.h"
#include "rules/order.h"
#include "rules/word.h"
#include "wire/field.h"

/* ---- names ------------------------------------------------------------------------------- */

/* By which fields an item is known; 0 ends the list. The numbers are those of the schema. */
#define NAMES_MAX 3
static const uint32_t NAMES[7][CBI_CONTENT_LISTS][NAMES_MAX] = {
    [1] = {[1] = {1}, [2] = {1}, [3] = {1}, [4] = {1}, [5] = {1}},
    [2] = {[1] = {1}, [2] = {1, 2, 3}},
    [3] = {[2] = {1}, [4] = {1}, [5] = {1}},
    [4] = {[1] = {3, 1, 9}},
    [5] = {[1] = {1}, [2] = {1, 2}},
    [6] = {[1] = {1}, [2] = {1, 2}},
};

static cbi_field find(cbi_bytes message, uint32_t number)
{
    size_t offset = 0;
    cbi_field field;

    while (cbi_field_next(message, &offset, &field) && field.number <= number) {
        if (field.number == number)
            return field;
    }
    return (cbi_field){.bytes = cbi_bytes_of("", 0)};
}

/* An item with what it is compared by. */
typedef struct entry {
    cbi_field names[NAMES_MAX];
    cbi_bytes item;
    uint32_t position;
} entry;

static int compare_names(const entry *a, const entry *b)
{
    for (size_t i = 0; i < NAMES_MAX; i++) {
        const cbi_field *left = &a->names[i], *right = &b->names[i];
        int order = cbi_bytes_compare(left->bytes, right->bytes);

        if (order == 0 && left->value != right->value)
            order = (int64_t)left->value < (int64_t)right->value ? -1 : 1;
        if (order != 0)
            return order;
    }
    return 0;
}

static int by_name(const void *left, const void *right)
{
    const entry *a = left, *b = right;
    int order = compare_names(a, b);

    return order != 0 ? order : (a->position > b->position) - (a->position < b->position);
}

static cbank_status sort_items(int kind, unsigned list, const cbi_items *items, entry **out,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(items->count, sizeof(**out), out, err));
    for (uint32_t i = 0; i < items->count; i++) {
        entry *to = &(*out)[i];

        to->item = items->list[i].bytes;
        to->position = i;
        for (size_t k = 0; k < NAMES_MAX; k++) {
            to->names[k] = (cbi_field){.bytes = cbi_bytes_of("", 0)};
            if (NAMES[kind][list][k] != 0)
                to->names[k] = find(to->item, NAMES[kind][list][k]);
            if (to->names[k].form == CBI_FIELD_NUMBER)
                to->names[k].bytes = cbi_bytes_of("", 0);
            else
                to->names[k].value = 0;
        }
        if (NAMES[kind][list][0] == 0)
            to->names[0].value = i; /* by its place */
    }
    if (items->count > 1)
        qsort(*out, items->count, sizeof(**out), by_name);
done:
    return status;
}

void cbi_difference_name(int kind, unsigned list, cbi_bytes item,
                         char out[CBI_DIFFERENCE_TEXT_MAX])
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t k = 0; k < NAMES_MAX && NAMES[kind][list][k] != 0; k++) {
        cbi_field field = find(item, NAMES[kind][list][k]);
        const char *between = k == 0 ? "" : "/";
        int wrote;

        if (field.form == CBI_FIELD_BYTES)
            wrote = snprintf(out + used, CBI_DIFFERENCE_TEXT_MAX - used, "%s%.*s", between,
                             (int)field.bytes.size, (const char *)field.bytes.data);
        else if (field.number != 0)
            wrote = snprintf(out + used, CBI_DIFFERENCE_TEXT_MAX - used, "%s%lld", between,
                             (long long)field.value);
        else
            continue;
        if (wrote < 0 || used + (size_t)wrote >= CBI_DIFFERENCE_TEXT_MAX)
            return;
        used += (size_t)wrote;
    }
}

/* ---- items ------------------------------------------------------------------------------- */

static cbank_status add(cbi_changes *out, unsigned list, cbi_bytes before, cbi_bytes after,
                        cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_grow(&out->list, sizeof(*out->list), out->count, &out->room,
                     2 * CBI_PUBLICATION_ITEMS_MAX, err));
    out->list[out->count++] = (cbi_change){.list = list, .before = before, .after = after};
done:
    return status;
}

static cbank_status merge(unsigned list, const entry *before, uint32_t before_count,
                          const entry *after, uint32_t after_count, cbi_changes *out,
                          cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t b = 0, a = 0;

    while (b < before_count || a < after_count) {
        int order = b == before_count  ? 1
                    : a == after_count ? -1
                                       : compare_names(&before[b], &after[a]);

        if (order < 0) {
            CBI_TRY(add(out, list, before[b++].item, (cbi_bytes){0}, err));
        } else if (order > 0) {
            CBI_TRY(add(out, list, (cbi_bytes){0}, after[a++].item, err));
        } else {
            if (!cbi_bytes_equal(before[b].item, after[a].item))
                CBI_TRY(add(out, list, before[b].item, after[a].item, err));
            b++;
            a++;
        }
    }
done:
    return status;
}

cbank_status cbi_difference_find(const cbi_content *before, const cbi_content *after,
                                 cbi_changes *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    entry *left = NULL, *right = NULL;

    for (unsigned list = 1; list < CBI_CONTENT_LISTS; list++) {
        if (cbi_content_item_type((int)before->kind, list) == NULL)
            continue;
        CBI_TRY(sort_items((int)before->kind, list, &before->lists[list], &left, err));
        CBI_TRY(sort_items((int)before->kind, list, &after->lists[list], &right, err));
        CBI_TRY(merge(list, left, before->lists[list].count, right, after->lists[list].count, out,
                      err));
        cbi_free(left);
        cbi_free(right);
        left = right = NULL;
    }
done:
    cbi_free(left);
    cbi_free(right);
    return status;
}

void cbi_changes_clear(cbi_changes *changes)
{
    cbi_free(changes->list);
    *changes = (cbi_changes){0};
}

/* ---- fields ------------------------------------------------------------------------------ */

/* All of one number: they stand together. */
static cbi_bytes slice_of(cbi_bytes message, uint32_t number)
{
    size_t offset = 0, begin = 0, end = 0, before;
    cbi_field field;

    for (before = 0; cbi_field_next(message, &offset, &field); before = offset) {
        if (field.number != number)
            continue;
        if (end == 0)
            begin = before;
        end = offset;
    }
    return end == 0 ? cbi_bytes_of("", 0) : cbi_bytes_of(message.data + begin, end - begin);
}

static bool is_thousandths(const char *name)
{
    size_t size = strlen(name);

    return size > 6 && strcmp(name + size - 6, "_milli") == 0;
}

/* One value as text; "" for a message. */
static void write_value(const ProtobufCFieldDescriptor *type, const cbi_field *field, char *out,
                        size_t size)
{
    char word[CBI_WORD_TEXT_MAX > CBI_MILLI_TEXT_MAX ? CBI_WORD_TEXT_MAX : CBI_MILLI_TEXT_MAX] = "";

    if (type->type == PROTOBUF_C_TYPE_STRING)
        snprintf(out, size, "%.*s", (int)field->bytes.size, (const char *)field->bytes.data);
    else if (type->type == PROTOBUF_C_TYPE_ENUM)
        cbi_word_of(type->descriptor, (int)field->value, word);
    else if (field->form == CBI_FIELD_NUMBER && is_thousandths(type->name))
        cbi_milli_format((int64_t)field->value, word);
    else if (field->form == CBI_FIELD_NUMBER)
        snprintf(word, sizeof(word), "%lld", (long long)field->value);
    if (type->type != PROTOBUF_C_TYPE_STRING)
        snprintf(out, size, "%s", word);
}

/* All values of a field, with commas between. Packed lists are not written out. */
static void write_values(const ProtobufCFieldDescriptor *type, cbi_bytes slice,
                         char out[CBI_DIFFERENCE_TEXT_MAX])
{
    size_t offset = 0, used = 0;
    cbi_field field;

    out[0] = '\0';
    while (cbi_field_next(slice, &offset, &field) && used + 3 < CBI_DIFFERENCE_TEXT_MAX) {
        if (used > 0)
            used += (size_t)snprintf(out + used, CBI_DIFFERENCE_TEXT_MAX - used, ", ");
        write_value(type, &field, out + used, CBI_DIFFERENCE_TEXT_MAX - used);
        used = strlen(out);
    }
}

bool cbi_difference_field(const ProtobufCMessageDescriptor *type, cbi_bytes before,
                          cbi_bytes after, unsigned *at, cbi_field_change *out)
{
    for (; *at < type->n_fields; (*at)++) {
        const ProtobufCFieldDescriptor *field = &type->fields[*at];
        cbi_bytes left = slice_of(before, field->id), right = slice_of(after, field->id);

        if (cbi_bytes_equal(left, right))
            continue;
        out->name = field->name;
        write_values(field, left, out->before);
        write_values(field, right, out->after);
        (*at)++;
        return true;
    }
    return false;
}
