#include "rules/content.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "rules/order.h"
#include "wire/field.h"

#define KINDS 7
#define LIST(name, type, limit) {name, &cbank__v1__##type##__descriptor, limit}

typedef struct list_row {
    const char *name;
    const ProtobufCMessageDescriptor *type;
    uint32_t limit;
} list_row;

static const struct {
    const ProtobufCMessageDescriptor *page;
    unsigned main;
    list_row lists[CBI_CONTENT_LISTS];
} KIND_ROWS[KINDS] = {
    [1] = {&cbank__v1__rule_set_page__descriptor,
           CBI_RULESET_RULES,
           {{0},
            LIST("institution_groups", institution_group, CBI_INSTITUTION_GROUPS_MAX),
            LIST("aliases", alias_set, CBI_ALIAS_SETS_MAX),
            LIST("groups", group, CBI_GROUPS_MAX),
            LIST("caps", cap, CBI_CAPS_MAX),
            LIST("rules", rule, CBI_RULES_MAX)}},
    [2] = {&cbank__v1__framework_page__descriptor,
           CBI_FRAMEWORK_LEVELS,
           {{0},
            LIST("levels", framework_level, CBI_LEVELS_MAX),
            LIST("crosswalks", crosswalk, CBI_CROSSWALKS_MAX)}},
    [3] = {&cbank__v1__programme_page__descriptor,
           CBI_PROGRAMME_COURSES,
           {{0},
            LIST("terms", programme_terms, 1),
            LIST("buckets", bucket, CBI_BUCKETS_MAX),
            LIST("residency", residency, CBI_RESIDENCIES_MAX),
            LIST("entry_points", entry_point, CBI_ENTRY_POINTS_MAX),
            LIST("courses", programme_course, CBI_PUBLICATION_ITEMS_MAX)}},
    [4] = {&cbank__v1__catalogue_page__descriptor,
           CBI_CATALOGUE_ENTRIES,
           {{0}, LIST("entries", catalogue_entry, CBI_PUBLICATION_ITEMS_MAX)}},
    [5] = {&cbank__v1__unit_page__descriptor,
           CBI_UNITS_UNITS,
           {{0},
            LIST("units", unit, CBI_UNITS_MAX),
            LIST("ratios", unit_ratio, CBI_UNITS_MAX *CBI_UNITS_MAX)}},
    [6] = {&cbank__v1__scale_page__descriptor,
           CBI_SCALES_SCALES,
           {{0},
            LIST("scales", grade_scale, CBI_SCALES_MAX),
            LIST("mappings", grade_mapping, CBI_MAPPINGS_MAX)}},
};

static const list_row *row_of(int kind, unsigned list)
{
    static const list_row none = {"", NULL, 0};

    if (kind <= 0 || kind >= KINDS || list >= CBI_CONTENT_LISTS ||
        KIND_ROWS[kind].lists[list].type == NULL)
        return &none;
    return &KIND_ROWS[kind].lists[list];
}

const ProtobufCMessageDescriptor *cbi_content_page_type(int kind)
{
    return kind <= 0 || kind >= KINDS ? NULL : KIND_ROWS[kind].page;
}

const ProtobufCMessageDescriptor *cbi_content_item_type(int kind, unsigned list)
{
    return row_of(kind, list)->type;
}

uint32_t cbi_content_limit(int kind, unsigned list)
{
    return row_of(kind, list)->limit;
}

unsigned cbi_content_main_list(int kind)
{
    return kind <= 0 || kind >= KINDS ? 0 : KIND_ROWS[kind].main;
}

const char *cbi_content_list_name(int kind, unsigned list)
{
    return row_of(kind, list)->name;
}

static cbank_status keep(cbi_content *content, unsigned list, cbi_bytes bytes, cbi_spot spot,
                         cbank_error *err)
{
    const list_row *row = row_of((int)content->kind, list);
    cbi_items *items = &content->lists[list];
    cbank_status status = CBANK_OK;

    if (items->count == row->limit)
        return cbi_fail(err, CBI_REASON_FIELD_COUNT, row->limit, row->name, NULL);
    CBI_TRY(cbi_grow(&items->list, sizeof(*items->list), items->count, &items->room, row->limit,
                     err));
    items->list[items->count++] = (cbi_item){bytes, spot};
done:
    return status;
}

cbank_status cbi_content_add(cbi_content *content, unsigned list, const void *message,
                             cbi_spot spot, cbank_error *err)
{
    cbank_buffer packed = {0};
    cbank_status status = CBANK_OK;
    uint8_t *bytes;

    CBI_TRY(cbi_message_pack(message, &packed, err));
    if (packed.size > CBI_PUBLICATION_PAGE_MAX - 16)
        CBI_TRY(cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_PUBLICATION_PAGE_MAX - 16,
                         row_of((int)content->kind, list)->name, NULL));
    CBI_TRY(cbi_arena_alloc(&content->arena, packed.size + 1, 1, &bytes, err));
    if (packed.size > 0)
        memcpy(bytes, packed.data, packed.size);
    CBI_TRY(keep(content, list, cbi_bytes_of(bytes, packed.size), spot, err));
done:
    cbank_buffer_clear(&packed);
    return status;
}

static cbank_status check_place(const cbi_content *content, unsigned list, cbank_error *err)
{
    const cbi_items *items = &content->lists[list];
    const char *name = row_of((int)content->kind, list)->name;

    for (unsigned later = list + 1; later < CBI_CONTENT_LISTS; later++) {
        if (content->lists[later].count > 0)
            return cbi_fail(err, CBI_REASON_PAGE_ORDER, items->count, name, NULL);
    }
    if (items->count > 1 &&
        cbi_order_compare((int)content->kind, list, items->list[items->count - 2].bytes,
                          items->list[items->count - 1].bytes) > 0)
        return cbi_fail(err, CBI_REASON_PAGE_ORDER, items->count, name, NULL);
    return CBANK_OK;
}

cbank_status cbi_content_take(cbi_content *content, cbi_bytes page, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_spot nowhere = {0};
    size_t offset = 0;
    cbi_field field;

    CBI_TRY(cbi_message_check(cbi_content_page_type((int)content->kind), page, err));
    while (cbi_field_next(page, &offset, &field)) {
        CBI_TRY(keep(content, field.number, field.bytes, nowhere, err));
        CBI_TRY(check_place(content, field.number, err));
    }
done:
    return status;
}

cbank_status cbi_content_sort(cbi_content *content, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (unsigned list = 1; list < CBI_CONTENT_LISTS; list++)
        CBI_TRY(cbi_order_sort((int)content->kind, list, &content->lists[list], err));
done:
    return status;
}

cbank_status cbi_content_page(const cbi_content *content, cbi_content_cursor *cursor,
                              cbank_buffer *page, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    cbi_buffer_rewind(page);
    for (; cursor->list < CBI_CONTENT_LISTS; cursor->list++, cursor->item = 0) {
        const cbi_items *items = &content->lists[cursor->list];

        for (; cursor->item < items->count; cursor->item++) {
            cbi_bytes item = items->list[cursor->item].bytes;

            if (page->size + item.size + 8 > CBI_PUBLICATION_PAGE_MAX)
                goto done;
            CBI_TRY(cbi_field_write_bytes(page, cursor->list, item, err));
        }
    }
done:
    return status;
}

void cbi_content_clear(cbi_content *content)
{
    for (unsigned list = 0; list < CBI_CONTENT_LISTS; list++)
        cbi_free(content->lists[list].list);
    cbi_arena_clear(&content->arena);
    *content = (cbi_content){0};
}
