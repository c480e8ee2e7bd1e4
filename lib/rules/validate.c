#include "rules/validate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "record/publication.h"
#include "rules/order.h"
#include "wire/field.h"

#define KIND(name) CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_##name

bool cbi_known_has(const cbi_known *known, cbi_known_kind kind, cbi_bytes name)
{
    static const char *const units[] = {"credit", "hour", "point"};

    for (size_t i = 0; kind == CBI_KNOWN_UNITS && i < sizeof(units) / sizeof(units[0]); i++) {
        if (cbi_bytes_equal(name, cbi_bytes_of_text(units[i])))
            return true;
    }
    return known->open[kind] || cbi_names_has(&known->names[kind], name);
}

void cbi_known_clear(cbi_known *known)
{
    for (unsigned kind = 0; kind < CBI_KNOWN_KINDS; kind++)
        cbi_names_clear(&known->names[kind]);
    *known = (cbi_known){0};
}

/* What an item is named by: the first text of its bytes, which is field 1 in all of these. */
static cbi_bytes name_of(cbi_bytes item)
{
    size_t offset = 0;
    cbi_field field;

    if (cbi_field_next(item, &offset, &field) && field.number == 1 &&
        field.form == CBI_FIELD_BYTES)
        return field.bytes;
    return cbi_bytes_of("", 0);
}

static cbank_status add_list(cbi_known *known, cbi_known_kind kind, const cbi_items *items,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (uint32_t i = 0; i < items->count; i++)
        CBI_TRY(cbi_names_add(&known->names[kind], name_of(items->list[i].bytes), err));
    cbi_names_sort(&known->names[kind]);
done:
    return status;
}

cbank_status cbi_known_add(cbi_known *known, const char *id, const cbi_content *content,
                           cbank_error *err)
{
    cbank_status status = CBANK_OK;

    switch ((int)content->kind) {
    case KIND(UNITS):
        return add_list(known, CBI_KNOWN_UNITS, &content->lists[CBI_UNITS_UNITS], err);
    case KIND(SCALES):
        return add_list(known, CBI_KNOWN_SCALES, &content->lists[CBI_SCALES_SCALES], err);
    case KIND(FRAMEWORK):
        CBI_TRY(cbi_names_add(&known->names[CBI_KNOWN_FRAMEWORKS], cbi_bytes_of_text(id), err));
        cbi_names_sort(&known->names[CBI_KNOWN_FRAMEWORKS]);
        break;
    case KIND(CATALOGUE):
        CBI_TRY(cbi_names_add(&known->names[CBI_KNOWN_CATALOGUES], cbi_bytes_of_text(id), err));
        cbi_names_sort(&known->names[CBI_KNOWN_CATALOGUES]);
        break;
    case KIND(RULE_SET):
        CBI_TRY(add_list(known, CBI_KNOWN_INSTITUTION_GROUPS,
                         &content->lists[CBI_RULESET_INSTITUTION_GROUPS], err));
        CBI_TRY(add_list(known, CBI_KNOWN_ALIASES, &content->lists[CBI_RULESET_ALIASES], err));
        CBI_TRY(add_list(known, CBI_KNOWN_CAPS, &content->lists[CBI_RULESET_CAPS], err));
        CBI_TRY(add_list(known, CBI_KNOWN_RULES, &content->lists[CBI_RULESET_RULES], err));
        break;
    case KIND(PROGRAMME):
        CBI_TRY(add_list(known, CBI_KNOWN_BUCKETS, &content->lists[CBI_PROGRAMME_BUCKETS], err));
        break;
    default:
        break;
    }
done:
    return status;
}

/*
 * A framework, or a catalogue, is known by its name alone. Of the others, what is referred to may
 * not be at hand.
 */
static cbank_status add_uses(Cbank__V1__PublicationRef *const *uses, size_t count,
                             cbi_known *known, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < count; i++) {
        if (uses[i]->kind == KIND(FRAMEWORK))
            CBI_TRY(cbi_names_add(&known->names[CBI_KNOWN_FRAMEWORKS],
                                  cbi_bytes_of_text(uses[i]->id), err));
        if (uses[i]->kind == KIND(CATALOGUE))
            CBI_TRY(cbi_names_add(&known->names[CBI_KNOWN_CATALOGUES],
                                  cbi_bytes_of_text(uses[i]->id), err));
        if (uses[i]->kind == KIND(UNITS) && known->names[CBI_KNOWN_UNITS].count == 0)
            known->open[CBI_KNOWN_UNITS] = true;
        if (uses[i]->kind == KIND(SCALES) && known->names[CBI_KNOWN_SCALES].count == 0)
            known->open[CBI_KNOWN_SCALES] = true;
    }
    cbi_names_sort(&known->names[CBI_KNOWN_FRAMEWORKS]);
    cbi_names_sort(&known->names[CBI_KNOWN_CATALOGUES]);
done:
    return status;
}

/* ---- items ---- */

static void validate_item(cbi_validator *validator, int kind, unsigned list, void *message)
{
    if (kind == KIND(PROGRAMME))
        cbi_validate_programme_item(validator, list, message);
    else if (kind != KIND(RULE_SET))
        cbi_validate_reference_item(validator, kind, list, message);
    else if (list == CBI_RULESET_INSTITUTION_GROUPS)
        cbi_validate_institution_group(validator, message);
    else if (list == CBI_RULESET_ALIASES)
        cbi_validate_alias_set(validator, message);
    else if (list == CBI_RULESET_GROUPS)
        cbi_validate_group(validator, message);
    else if (list == CBI_RULESET_CAPS)
        cbi_validate_cap(validator, message);
    else
        cbi_validate_rule(validator, message);
}

static cbank_status validate_list(const cbi_content *content, unsigned list,
                                  cbi_validator *validator, cbank_error *err)
{
    const ProtobufCMessageDescriptor *type = cbi_content_item_type((int)content->kind, list);
    const cbi_items *items = &content->lists[list];
    cbank_status status = CBANK_OK;
    char item[CBI_ID_MAX + 1];
    void *message = NULL;

    for (uint32_t i = 0; i < items->count; i++) {
        cbi_bytes name = name_of(items->list[i].bytes);

        snprintf(item, sizeof(item), "%.*s", (int)(name.size < CBI_ID_MAX ? name.size : CBI_ID_MAX),
                 (const char *)name.data);
        validator->item = item[0] != '\0' ? item : cbi_content_list_name((int)content->kind, list);
        validator->spot = items->list[i].spot;
        CBI_TRY(cbi_message_parse(type, items->list[i].bytes, &message, err));
        validate_item(validator, (int)content->kind, list, message);
        cbi_message_free(message);
        message = NULL;
        CBI_TRY(validator->status);
    }
done:
    cbi_message_free(message);
    return status;
}

/* ---- names that stand twice ---- */

static int by_name(const void *a, const void *b)
{
    const cbi_item *left = a, *right = b;
    int order = cbi_bytes_compare(name_of(left->bytes), name_of(right->bytes));

    if (order != 0)
        return order;
    if (left->spot.file != right->spot.file)
        return left->spot.file < right->spot.file ? -1 : 1;
    return left->spot.at.line < right->spot.at.line ? -1
                                                    : left->spot.at.line > right->spot.at.line;
}

/* Lists whose items are named by their first text alone. */
static bool is_named(int kind, unsigned list)
{
    return kind == KIND(RULE_SET) ||
           (kind == KIND(PROGRAMME) && list != CBI_PROGRAMME_TERMS &&
            list != CBI_PROGRAMME_RESIDENCY) ||
           (kind == KIND(UNITS) && list == CBI_UNITS_UNITS) ||
           (kind == KIND(SCALES) && list == CBI_SCALES_SCALES);
}

static cbank_status find_named_twice(const cbi_content *content, unsigned list,
                                     cbi_validator *validator, cbank_error *err)
{
    const cbi_items *items = &content->lists[list];
    cbank_status status = CBANK_OK;
    cbi_item *sorted = NULL;

    CBI_TRY(cbi_alloc(items->count, sizeof(*sorted), &sorted, err));
    memcpy(sorted, items->list, items->count * sizeof(*sorted));
    qsort(sorted, items->count, sizeof(*sorted), by_name);
    validator->item = cbi_content_list_name((int)content->kind, list);
    for (uint32_t i = 1; i < items->count; i++) {
        cbi_bytes name = name_of(sorted[i].bytes);

        if (!cbi_bytes_equal(name_of(sorted[i - 1].bytes), name))
            continue;
        validator->spot = sorted[i].spot;
        cbi_complain(validator, CBI_REASON_FIELD_TWICE, "", "%.*s", (int)name.size,
                     (const char *)name.data);
    }
    status = validator->status;
done:
    cbi_free(sorted);
    return status;
}

/* The others are in order, so that what is the same stands together. */
static cbank_status find_twice(const cbi_content *content, unsigned list,
                               cbi_validator *validator, cbank_error *err)
{
    const cbi_items *items = &content->lists[list];

    if (items->count < 2 || (content->kind == KIND(PROGRAMME) && list == CBI_PROGRAMME_RESIDENCY))
        return CBANK_OK;
    if (is_named((int)content->kind, list))
        return find_named_twice(content, list, validator, err);
    validator->item = cbi_content_list_name((int)content->kind, list);
    for (uint32_t i = 1; i < items->count; i++) {
        if (cbi_order_compare((int)content->kind, list, items->list[i - 1].bytes,
                              items->list[i].bytes) != 0)
            continue;
        validator->spot = items->list[i].spot;
        cbi_complain(validator, CBI_REASON_FIELD_TWICE, "", NULL);
    }
    return validator->status;
}

static void check_whole(const cbi_content *content, cbi_validator *validator)
{
    unsigned main = cbi_content_main_list((int)content->kind);
    bool empty = true;

    /* Items that could not be read are missed by nobody. */
    if (validator->findings->found[CBI_SEVERITY_ERROR] > 0)
        return;
    validator->item = cbi_publication_word((int)content->kind);
    validator->spot = (cbi_spot){1, {1, 1}};
    for (unsigned list = 1; list < CBI_CONTENT_LISTS; list++)
        empty = empty && content->lists[list].count == 0;
    if (content->kind == KIND(PROGRAMME) && content->lists[CBI_PROGRAMME_TERMS].count == 0)
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "terms", NULL);
    else if (empty || (content->lists[main].count == 0 && content->kind != KIND(RULE_SET) &&
                       content->kind != KIND(PROGRAMME)))
        cbi_complain(validator, CBI_REASON_FIELD_MISSING,
                     cbi_content_list_name((int)content->kind, main), NULL);
}

cbank_status cbi_validate(const cbi_content *content, Cbank__V1__PublicationRef *const *uses,
                          size_t use_count, cbi_known *known, cbi_findings *findings,
                          cbank_error *err)
{
    cbi_validator validator = {.findings = findings, .known = known, .err = err};
    cbank_status status = CBANK_OK;

    CBI_TRY(add_uses(uses, use_count, known, err));
    CBI_TRY(cbi_known_add(known, "", content, err));
    check_whole(content, &validator);
    for (unsigned list = 1; list < CBI_CONTENT_LISTS; list++) {
        CBI_TRY(find_twice(content, list, &validator, err));
        CBI_TRY(validate_list(content, list, &validator, err));
    }
    CBI_TRY(cbi_validate_loops(content, &validator, err));
done:
    return status;
}
