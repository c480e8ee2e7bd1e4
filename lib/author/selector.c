#include <stdlib.h>
#include <string.h>

#include "author/items.h"
#include "author/value.h"
#include "base/decimal.h"
#include "base/limits.h"
#include "base/text.h"
#include "rules/fieldtest.h"
#include "rules/grade.h"

#define AT(field) offsetof(Cbank__V1__Conditions, field)

/* ---- values of conditions ---- */

static int by_first_text(const void *a, const void *b)
{
    /* unit, code, field: the first text of each of these messages stands behind its base. */
    const char *left = *(char *const *)(*(const char *const *)a + sizeof(ProtobufCMessage));
    const char *right = *(char *const *)(*(const char *const *)b + sizeof(ProtobufCMessage));

    return strcmp(left, right);
}

/* A map from names to tests: each name goes to the message's first text. */
static void read_tests(cbi_form *form, const cbi_yaml_node *node, void *target,
                       const ProtobufCMessageDescriptor *type,
                       void (*read)(cbi_form *form, const cbi_yaml_node *node, void *message))
{
    cbi_form_list_field list = {0};
    void **messages;

    if (!cbi_form_is(form, node, CBI_YAML_MAP))
        return;
    messages = cbi_form_alloc(form, node->count + 1, sizeof(*messages));
    for (const cbi_yaml_node *item = node->first; item != NULL && messages != NULL;
         item = item->next) {
        void *message = cbi_form_message(form, type);
        char *name = (char *)(uintptr_t)item->key.data;

        if (message == NULL)
            return;
        memcpy((char *)message + sizeof(ProtobufCMessage), &name, sizeof(name));
        read(form, item, message);
        messages[list.count++] = message;
    }
    if (list.count > 1)
        qsort(messages, list.count, sizeof(*messages), by_first_text);
    list.items = messages;
    *(cbi_form_list_field *)target = list;
}

static void read_amount(cbi_form *form, const cbi_yaml_node *node, void *message)
{
    cbi_form_range(form, node, &((Cbank__V1__AmountTest *)message)->range, NULL);
}

static void read_amounts(cbi_form *form, const cbi_yaml_node *node, void *target,
                         const void *extra)
{
    (void)extra;
    read_tests(form, node, target, &cbank__v1__amount_test__descriptor, read_amount);
}

/* ---- grades ---- */

static const Cbank__V1__GradeScale *find_scale(const cbi_scalebook *book, const char *id)
{
    for (size_t i = 0; book != NULL && i < book->count; i++) {
        if (strcmp(book->scales[i]->id, id) == 0)
            return book->scales[i];
    }
    return NULL;
}

/* A label is the band's first score as a lower end, its last one as an upper end. */
static bool read_end(cbi_form *form, const char *scale, cbi_bytes text, bool upper, int64_t *out)
{
    const Cbank__V1__GradeScale *found = find_scale(form->scales, scale == NULL ? "" : scale);

    if (cbi_milli_parse(text, out))
        return true;
    for (size_t i = 0; found != NULL && i < found->n_bands; i++) {
        if (cbi_bytes_equal(cbi_message_text(found->bands[i]->label), text)) {
            cbi_interval band = cbi_grade_interval(found, found->bands[i]);

            *out = upper ? band.high : band.low;
            return true;
        }
    }
    return false;
}

static Cbank__V1__Range *read_grades(cbi_form *form, const cbi_yaml_node *node, const char *scale)
{
    Cbank__V1__Range *range = cbi_form_message(form, &cbank__v1__range__descriptor);
    cbi_bytes from, until;

    if (range == NULL || !cbi_form_is(form, node, CBI_YAML_TEXT))
        return NULL;
    cbi_value_split(node->text, &from, &until);
    range->bounded_below = from.size > 0;
    range->bounded_above = until.size > 0;
    if ((from.size > 0 && !read_end(form, scale, from, false, &range->min_milli)) ||
        (until.size > 0 && !read_end(form, scale, until, true, &range->max_milli)))
        cbi_form_fault(form, CBI_REASON_FORM_GRADE, node, (const char *)node->text.data, "%s",
                       scale == NULL ? "" : scale);
    return range;
}

static const cbi_form_field PART_FIELDS[] = {
    {.key = "range"}, /* read once the scale is known */
    {.key = "scale",
     .read = cbi_form_text,
     .offset = offsetof(Cbank__V1__PartTest, scale)},
};

static void read_part(cbi_form *form, const cbi_yaml_node *node, void *message)
{
    Cbank__V1__PartTest *part = message;
    const cbi_yaml_node *range = node;

    if (node->kind == CBI_YAML_MAP) {
        cbi_form_map(form, node, PART_FIELDS, 2, part);
        range = cbi_yaml_get(node, "range");
    }
    if (range != NULL && !cbi_bytes_equal(range->text, cbi_bytes_of_text("*")))
        part->range = read_grades(form, range, part->scale);
}

static void read_parts(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    (void)extra;
    read_tests(form, node, target, &cbank__v1__part_test__descriptor, read_part);
}

/* ---- other fields of the record ---- */

static void read_day_range(cbi_form *form, const cbi_yaml_node *node, Cbank__V1__FieldTest *test)
{
    Cbank__V1__Range *range = cbi_form_message(form, &cbank__v1__range__descriptor);
    uint32_t days[2] = {0};

    if (range == NULL)
        return;
    cbi_form_days(form, node, days, NULL);
    range->bounded_below = days[0] != 0;
    range->bounded_above = days[1] != 0;
    range->min_milli = days[0] * INT64_C(1000);
    range->max_milli = days[1] * INT64_C(1000);
    test->range = range;
}

static void read_field(cbi_form *form, const cbi_yaml_node *node, void *message)
{
    Cbank__V1__FieldTest *test = message;

    if (node->kind == CBI_YAML_TEXT && cbi_bytes_equal(node->text, cbi_bytes_of_text("*")))
        return; /* it is enough that something stands there */
    switch (cbi_fieldtest_kind_of(node->key)) {
    case CBI_FIELDTEST_NONE:
        cbi_form_fault(form, CBI_REASON_RULE_FIELD, node, test->field, NULL);
        break;
    case CBI_FIELDTEST_NUMBER:
        if (strcmp(test->field, "attendance") == 0)
            cbi_form_percent_range(form, node, &test->range, NULL);
        else
            cbi_form_range(form, node, &test->range, NULL);
        break;
    case CBI_FIELDTEST_DAY:
        read_day_range(form, node, test);
        break;
    default:
        cbi_form_texts(form, node, &test->n_values, NULL);
    }
}

static void read_fields(cbi_form *form, const cbi_yaml_node *node, void *target,
                        const void *extra)
{
    (void)extra;
    read_tests(form, node, target, &cbank__v1__field_test__descriptor, read_field);
}

/* ---- beside the target ---- */

static const cbi_form_field TARGET_FIELDS[] = {
    {.key = "difference",
     .read = cbi_form_range,
     .offset = offsetof(Cbank__V1__TargetTest, difference)},
    {.key = "share",
     .read = cbi_form_percent_range,
     .offset = offsetof(Cbank__V1__TargetTest, share)},
};

static void read_target(cbi_form *form, const cbi_yaml_node *node, void *message)
{
    Cbank__V1__TargetTest *test = message;

    if (strcmp(test->unit, "own") == 0)
        test->unit = cbi_message_string("");
    cbi_form_map(form, node, TARGET_FIELDS, 2, test);
}

static void read_targets(cbi_form *form, const cbi_yaml_node *node, void *target,
                         const void *extra)
{
    (void)extra;
    read_tests(form, node, target, &cbank__v1__target_test__descriptor, read_target);
}

static void read_age(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    Cbank__V1__Conditions *want = target;
    uint32_t months = 0;

    cbi_form_months(form, node, &months, extra);
    if (months % 12 == 0)
        want->max_age_years = months / 12;
    else
        want->max_age_months = months;
}

static void read_overlap(cbi_form *form, const cbi_yaml_node *node, void *target,
                         const void *extra)
{
    int64_t permille;

    (void)extra;
    if (!cbi_form_is(form, node, CBI_YAML_TEXT))
        return;
    if (cbi_value_permille(node->text, &permille) && permille <= 1000)
        *(uint32_t *)target = (uint32_t)permille;
    else
        cbi_form_fault(form, CBI_REASON_FORM_VALUE, node, (const char *)node->text.data, "80%%");
}

static const cbi_form_field FIELDS[] = {
    {.key = "types", .read = cbi_form_texts, .offset = AT(n_types)},
    {.key = "institutions", .read = cbi_form_texts, .offset = AT(n_institutions)},
    {.key = "codes", .read = cbi_form_texts, .offset = AT(n_codes)},
    {.key = "grade"}, /* read once its scale is known */
    {.key = "grade_scale", .read = cbi_form_text, .offset = AT(grade_scale)},
    {.key = "framework", .read = cbi_form_text, .offset = AT(framework)},
    {.key = "level", .read = cbi_form_range, .offset = AT(level)},
    {.key = "fields", .read = cbi_form_texts, .offset = AT(n_field_prefixes)},
    {.key = "categories", .read = cbi_form_codes, .offset = AT(n_categories)},
    {.key = "amounts", .read = read_amounts, .offset = AT(n_amounts)},
    {.key = "hours_per_credit", .read = cbi_form_range, .offset = AT(hours_per_credit)},
    {.key = "awarded", .read = cbi_form_days, .offset = AT(awarded_from)},
    {.key = "max_age", .read = read_age},
    {.key = "parts", .read = read_parts, .offset = AT(n_parts)},
    {.key = "overlap", .read = read_overlap, .offset = AT(overlap_permille)},
    {.key = "level_reaches_target", .read = cbi_form_yes, .offset = AT(level_reaches_target)},
    {.key = "to_target", .read = read_targets, .offset = AT(n_to_target)},
    {.key = "where", .read = read_fields, .offset = AT(n_fields)},
    {.key = "catalogues", .read = cbi_form_texts, .offset = AT(n_catalogues)},
    {.key = "last", .read = cbi_form_milli, .offset = AT(last_milli)},
    {.key = "ids", .read = cbi_form_texts, .offset = AT(n_records)},
    {.key = "not"}, /* the next layer */
};

void cbi_author_selector(cbi_form *form, const cbi_yaml_node *node, void *target,
                         const void *extra)
{
    Cbank__V1__Selector *selector = cbi_form_message(form, &cbank__v1__selector__descriptor);
    Cbank__V1__Conditions **layers =
        cbi_form_alloc(form, CBI_NESTING_MAX + 1, sizeof(*layers));
    const cbi_yaml_node *grade;

    (void)extra;
    if (selector == NULL || layers == NULL)
        return;
    selector->layers = layers;
    for (; node != NULL; node = cbi_yaml_get(node, "not")) {
        Cbank__V1__Conditions *want = cbi_form_message(form, &cbank__v1__conditions__descriptor);

        if (want == NULL)
            return;
        if (selector->n_layers == CBI_NESTING_MAX) {
            cbi_form_fault(form, CBI_REASON_RULE_TREE, node, "not", "at most %d levels",
                           CBI_NESTING_MAX);
            return;
        }
        cbi_form_map(form, node, FIELDS, sizeof(FIELDS) / sizeof(FIELDS[0]), want);
        grade = cbi_yaml_get(node, "grade");
        if (grade != NULL)
            want->grade = read_grades(form, grade, want->grade_scale);
        layers[selector->n_layers++] = want;
    }
    memcpy(target, &selector, sizeof(selector));
}
