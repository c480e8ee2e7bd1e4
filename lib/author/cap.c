#include <string.h>

#include "author/items.h"
#include "author/value.h"
#include "base/decimal.h"
#include "base/text.h"

#define AT(field) offsetof(Cbank__V1__Cap, field)
#define BASE(name) CBANK__V1__CAP_BASE__CAP_BASE_##name

/* ---- limits: "30", "50% of programme", "35% of bucket X", "1/3 of counted bucket X" ---- */

static bool begins(cbi_bytes text, const char *word, cbi_bytes *rest)
{
    size_t size = strlen(word);

    if (text.size < size || memcmp(text.data, word, size) != 0)
        return false;
    *rest = cbi_value_trim(cbi_bytes_of(text.data + size, text.size - size));
    return true;
}

static bool read_base(cbi_form *form, cbi_bytes text, Cbank__V1__Cap *cap)
{
    cbi_bytes bucket = cbi_bytes_of("", 0);
    char *copy;

    if (begins(text, "counted bucket ", &bucket))
        cap->of = BASE(COUNTED_BUCKET);
    else if (begins(text, "bucket ", &bucket))
        cap->of = BASE(BUCKET);
    else if (cbi_bytes_equal(text, cbi_bytes_of_text("programme")))
        cap->of = BASE(PROGRAMME);
    else if (cbi_bytes_equal(text, cbi_bytes_of_text("counted")))
        cap->of = BASE(COUNTED);
    else if (cbi_bytes_equal(text, cbi_bytes_of_text("counted part")))
        cap->of = BASE(COUNTED_PART);
    else
        return false;
    if (bucket.size == 0)
        return cap->of != BASE(BUCKET) && cap->of != BASE(COUNTED_BUCKET);
    copy = cbi_form_alloc(form, bucket.size + 1, 1);
    if (copy == NULL)
        return true;
    memcpy(copy, bucket.data, bucket.size);
    cap->bucket = copy;
    return true;
}

static void read_limit(cbi_form *form, const cbi_yaml_node *node, Cbank__V1__Cap *cap)
{
    static const char wanted[] = "30, 50%% of programme, 35%% of bucket X, 20%% of counted, "
                                 "40%% of counted part, 1/3 of counted bucket X";
    const char *text, *of;
    uint64_t count;

    if (!cbi_form_is(form, node, CBI_YAML_TEXT))
        return;
    text = (const char *)node->text.data;
    of = strstr(text, " of ");
    if (of != NULL) {
        if (!cbi_value_share(cbi_bytes_of(text, (size_t)(of - text)), &cap->num, &cap->den) ||
            !read_base(form, cbi_value_trim(cbi_bytes_of_text(of + 4)), cap))
            cbi_form_fault(form, cap->den == 0 ? CBI_REASON_RULE_DIVISOR : CBI_REASON_FORM_VALUE,
                           node, text, wanted);
        return;
    }
    cap->of = BASE(NUMBER);
    if (cap->measure != CBANK__V1__CAP_MEASURE__CAP_MEASURE_RECORDS) {
        if (!cbi_milli_parse(node->text, &cap->number) || cap->number < 0)
            cbi_form_fault(form, CBI_REASON_FORM_VALUE, node, text, wanted);
    } else if (!cbi_u64_parse(node->text, &count) || count > 1000000) {
        cbi_form_fault(form, CBI_REASON_FORM_VALUE, node, text, "3");
    } else {
        cap->number = (int64_t)count;
    }
}

static const cbi_form_field CAP_FIELDS[] = {
    {.key = "id", .read = cbi_form_text, .offset = AT(id), .needed = true},
    {.key = "records", .read = cbi_author_selector, .offset = AT(records)},
    {.key = "rules", .read = cbi_form_texts, .offset = AT(n_rules)},
    {.key = "effects",
     .read = cbi_form_words,
     .offset = AT(n_effects),
     .extra = &cbank__v1__rule_effect__descriptor},
    {.key = "buckets", .read = cbi_form_texts, .offset = AT(n_buckets)},
    {.key = "measure",
     .read = cbi_form_word,
     .offset = AT(measure),
     .extra = &cbank__v1__cap_measure__descriptor},
    {.key = "limit", .needed = true}, /* read once the measure is known */
    {.key = "per",
     .read = cbi_form_words,
     .offset = AT(n_per),
     .extra = &cbank__v1__cap_part__descriptor},
    {.key = "year_start", .read = cbi_form_monthday, .offset = AT(year_start)},
    {.key = "term_starts", .read = cbi_form_monthdays, .offset = AT(n_term_starts)},
    {.key = "day",
     .read = cbi_form_word,
     .offset = AT(day),
     .extra = &cbank__v1__cap_day__descriptor},
    {.key = "over",
     .read = cbi_form_word,
     .offset = AT(over),
     .extra = &cbank__v1__cap_over__descriptor},
    {.key = "except", .read = cbi_form_texts, .offset = AT(n_except)},
    {.key = "beside", .read = cbi_author_selector, .offset = AT(beside)},
    {.key = "document", .read = cbi_form_text, .offset = AT(document)},
};
const cbi_form_type cbi_author_caps = CBI_FORM_TYPE(cap, CAP_FIELDS);

/* Periods go by the day of the award, and years begin on the first of January, unless said. */
static void complete_period(Cbank__V1__Cap *cap)
{
    bool year = false, term = false;

    for (size_t i = 0; i < cap->n_per; i++) {
        year = year || cap->per[i] == CBANK__V1__CAP_PART__CAP_PART_YEAR;
        term = term || cap->per[i] == CBANK__V1__CAP_PART__CAP_PART_TERM;
    }
    if (year && cap->year_start == 0)
        cap->year_start = 101;
    if ((year || term) && cap->day == CBANK__V1__CAP_DAY__CAP_DAY_UNSPECIFIED)
        cap->day = CBANK__V1__CAP_DAY__CAP_DAY_AWARDED;
}

void cbi_author_cap(cbi_form *form, const cbi_yaml_node *node, Cbank__V1__Cap *cap)
{
    const cbi_yaml_node *limit = cbi_yaml_get(node, "limit");

    cap->measure = CBANK__V1__CAP_MEASURE__CAP_MEASURE_AMOUNT;
    cap->over = CBANK__V1__CAP_OVER__CAP_OVER_REFUSE;
    cbi_form_map(form, node, CAP_FIELDS, sizeof(CAP_FIELDS) / sizeof(CAP_FIELDS[0]), cap);
    if (limit != NULL)
        read_limit(form, limit, cap);
    complete_period(cap);
}

/* ---- groups ---- */

static const cbi_form_field GROUP_FIELDS[] = {
    {.key = "id",
     .read = cbi_form_text,
     .offset = offsetof(Cbank__V1__Group, id),
     .needed = true},
    {.key = "members",
     .read = cbi_author_selector,
     .offset = offsetof(Cbank__V1__Group, members)},
    {.key = "keep",
     .read = cbi_form_word,
     .offset = offsetof(Cbank__V1__Group, keep),
     .extra = &cbank__v1__group_keep__descriptor,
     .needed = true},
    {.key = "per",
     .read = cbi_form_words,
     .offset = offsetof(Cbank__V1__Group, n_per),
     .extra = &cbank__v1__cap_part__descriptor},
    {.key = "document",
     .read = cbi_form_text,
     .offset = offsetof(Cbank__V1__Group, document)},
};
const cbi_form_type cbi_author_groups = CBI_FORM_TYPE(group, GROUP_FIELDS);

static const cbi_form_field ALIAS_FIELDS[] = {
    {.key = "id",
     .read = cbi_form_text,
     .offset = offsetof(Cbank__V1__AliasSet, id),
     .needed = true},
    {.key = "codes",
     .read = cbi_form_texts,
     .offset = offsetof(Cbank__V1__AliasSet, n_codes),
     .needed = true},
};
const cbi_form_type cbi_author_aliases = CBI_FORM_TYPE(alias_set, ALIAS_FIELDS);

static const cbi_form_field INSTITUTION_FIELDS[] = {
    {.key = "id",
     .read = cbi_form_text,
     .offset = offsetof(Cbank__V1__InstitutionGroup, id),
     .needed = true},
    {.key = "institutions",
     .read = cbi_form_texts,
     .offset = offsetof(Cbank__V1__InstitutionGroup, n_institutions),
     .needed = true},
};
const cbi_form_type cbi_author_institution_groups =
    CBI_FORM_TYPE(institution_group, INSTITUTION_FIELDS);
