/* Rules, groups and caps of an instance. */
#include "reader.h"

#include "base/limits.h"

#include <stdio.h>
#include <string.h>

static const reader_word amount_modes[] = {
    {"fixed", CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_FIXED},
    {"as_is", CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_AS_IS},
    {"ratio", CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_RATIO},
    {"per_hours", CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_PER_HOURS},
    {"catalogue", CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_CATALOGUE},
    {"remainder", CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_REMAINDER},
    {"lesser", CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_LESSER},
    {"greater", CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_GREATER},
    {NULL, 0},
}, round_modes[] = {
    {"down", CBANK__V1__ROUND_MODE__ROUND_MODE_DOWN},
    {"up", CBANK__V1__ROUND_MODE__ROUND_MODE_UP},
    {"half_up", CBANK__V1__ROUND_MODE__ROUND_MODE_HALF_UP},
    {"half_down", CBANK__V1__ROUND_MODE__ROUND_MODE_HALF_DOWN},
    {"half_even", CBANK__V1__ROUND_MODE__ROUND_MODE_HALF_EVEN},
    {NULL, 0},
}, effects[] = {
    {"transfer", CBANK__V1__RULE_EFFECT__RULE_EFFECT_TRANSFER},
    {"exempt", CBANK__V1__RULE_EFFECT__RULE_EFFECT_EXEMPT},
    {"does_not_transfer", CBANK__V1__RULE_EFFECT__RULE_EFFECT_DOES_NOT_TRANSFER},
    {NULL, 0},
}, whens[] = {
    {"later", CBANK__V1__BLOCK_WHEN__BLOCK_WHEN_LATER},
    {"earlier", CBANK__V1__BLOCK_WHEN__BLOCK_WHEN_EARLIER},
    {"ever", CBANK__V1__BLOCK_WHEN__BLOCK_WHEN_EVER},
    {NULL, 0},
}, parts[] = {
    {"institution", CBANK__V1__CAP_PART__CAP_PART_INSTITUTION},
    {"type", CBANK__V1__CAP_PART__CAP_PART_TYPE},
    {"code", CBANK__V1__CAP_PART__CAP_PART_CODE},
    {"id", CBANK__V1__CAP_PART__CAP_PART_RECORD},
    {"rule", CBANK__V1__CAP_PART__CAP_PART_RULE},
    {"year", CBANK__V1__CAP_PART__CAP_PART_YEAR},
    {"term", CBANK__V1__CAP_PART__CAP_PART_TERM},
    {NULL, 0},
}, bases[] = {
    {"programme", CBANK__V1__CAP_BASE__CAP_BASE_PROGRAMME},
    {"counted", CBANK__V1__CAP_BASE__CAP_BASE_COUNTED},
    {"counted_part", CBANK__V1__CAP_BASE__CAP_BASE_COUNTED_PART},
    {NULL, 0},
}, measures[] = {
    {"credits", CBANK__V1__CAP_MEASURE__CAP_MEASURE_AMOUNT},
    {"records", CBANK__V1__CAP_MEASURE__CAP_MEASURE_RECORDS},
    {NULL, 0},
}, keeps[] = {
    {"any", CBANK__V1__GROUP_KEEP__GROUP_KEEP_ANY},
    {"highest", CBANK__V1__GROUP_KEEP__GROUP_KEEP_HIGHEST},
    {NULL, 0},
}, grants_modes[] = {
    {"any", CBANK__V1__GRANTS_MODE__GRANTS_MODE_ANY},
    {"all", CBANK__V1__GRANTS_MODE__GRANTS_MODE_ALL},
    {NULL, 0},
};

/* One term and those below it, in preorder; the nesting is bounded by CBI_NESTING_MAX. */
static void read_term(reader *r, Cbank__V1__Rule *rule, const json_t *object,
                      unsigned depth)
{
    Cbank__V1__Term *term = MAKE(r, Cbank__V1__Term, cbank__v1__term__init);
    const json_t *list = NULL;

    reader_keys(object, " select all any n of ", "term");
    if (depth > CBI_NESTING_MAX || rule->n_source == CBI_TERMS_MAX)
        instance_fail("too many terms", rule->id);
    rule->source[rule->n_source++] = term;
    if (json_object_get(object, "select") != NULL) {
        term->kind = CBANK__V1__TERM_KIND__TERM_KIND_SELECT;
        term->select = reader_selector(r, json_object_get(object, "select"));
    } else if ((list = json_object_get(object, "all")) != NULL) {
        term->kind = CBANK__V1__TERM_KIND__TERM_KIND_ALL;
    } else if ((list = json_object_get(object, "any")) != NULL) {
        term->kind = CBANK__V1__TERM_KIND__TERM_KIND_ANY;
    } else if ((list = json_object_get(object, "of")) != NULL) {
        term->kind = CBANK__V1__TERM_KIND__TERM_KIND_TAKE;
        term->take = (uint32_t)reader_size(object, "n");
    } else {
        instance_fail("no term", rule->id);
    }
    term->children = (uint32_t)json_array_size(list);
    for (uint32_t i = 0; i < term->children; i++)
        read_term(r, rule, json_array_get(list, i), depth + 1);
}

/* One node and those below it, in preorder. */
static void read_amount(reader *r, Cbank__V1__Grant *grant, const json_t *object,
                        unsigned depth)
{
    Cbank__V1__AmountNode *node =
        MAKE(r, Cbank__V1__AmountNode, cbank__v1__amount_node__init);
    const json_t *round = json_object_get(object, "round");
    const json_t *list = json_object_get(object, "of");

    reader_keys(object, " mode credits num den hours of max round ", "amount");
    if (depth > CBI_NESTING_MAX || grant->n_amount == CBI_TERMS_MAX)
        instance_fail("too many amounts", "");
    grant->amount[grant->n_amount++] = node;
    node->mode = reader_one_of(amount_modes, json_object_get(object, "mode"), "mode");
    if (node->mode == CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_FIXED)
        node->milli = reader_size(object, "credits");
    if (node->mode == CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_PER_HOURS)
        node->milli = reader_size(object, "hours") * 1000;
    if (node->mode == CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_RATIO) {
        node->num = reader_size(object, "num");
        node->den = reader_size(object, "den");
    }
    node->max_milli = reader_number(object, "max", 0);
    if (json_object_get(object, "max") != NULL && node->max_milli == 0) {
        node->mode = CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_FIXED; /* nothing at all */
        return;
    }
    if (round != NULL) {
        reader_keys(round, " mode step ", "round");
        node->round = reader_one_of(round_modes, json_object_get(round, "mode"), "round");
        node->step_milli = reader_size(round, "step");
    }
    node->children = (uint32_t)json_array_size(list);
    for (uint32_t i = 0; i < node->children; i++)
        read_amount(r, grant, json_array_get(list, i), depth + 1);
}

static Cbank__V1__Grant *read_grant(reader *r, const json_t *object)
{
    Cbank__V1__Grant *out = MAKE(r, Cbank__V1__Grant, cbank__v1__grant__init);
    const json_t *target = json_object_get(object, "target");

    reader_keys(object, " target amount ", "grant");
    reader_keys(target, " course buckets ", "target");
    if (json_object_get(target, "course") != NULL)
        out->course = reader_text(target, "course");
    else
        out->buckets =
            reader_texts(r, json_object_get(target, "buckets"), "buckets", &out->n_buckets);
    out->amount = reader_make(r, CBI_TERMS_MAX, sizeof(*out->amount));
    read_amount(r, out, json_object_get(object, "amount"), 1);
    return out;
}

static Cbank__V1__Rule *read_rule(reader *r, const json_t *object)
{
    Cbank__V1__Rule *out = MAKE(r, Cbank__V1__Rule, cbank__v1__rule__init);
    const json_t *grants = json_object_get(object, "grants");
    const json_t *blocked = json_object_get(object, "blocked_by");

    reader_keys(object, " id priority effect source grants grants_mode blocked_by ", "rule");
    out->id = reader_text(object, "id");
    out->priority = (uint32_t)reader_size(object, "priority");
    out->force = CBANK__V1__FORCE__FORCE_BINDING;
    out->effect = reader_one_of(effects, json_object_get(object, "effect"), "effect");
    out->grants_mode = reader_one_or(grants_modes, object, "grants_mode",
                               CBANK__V1__GRANTS_MODE__GRANTS_MODE_ANY);
    out->source = reader_make(r, CBI_TERMS_MAX, sizeof(*out->source));
    read_term(r, out, json_object_get(object, "source"), 1);
    out->grants = reader_make(r, json_array_size(grants), sizeof(*out->grants));
    for (size_t i = 0; i < json_array_size(grants); i++)
        out->grants[out->n_grants++] = read_grant(r, json_array_get(grants, i));
    if (blocked != NULL) {
        reader_keys(blocked, " select when ", "blocked_by");
        out->blocked_by = MAKE(r, Cbank__V1__Blocking, cbank__v1__blocking__init);
        out->blocked_by->select = reader_selector(r, json_object_get(blocked, "select"));
        out->blocked_by->when = reader_one_of(whens, json_object_get(blocked, "when"), "when");
    }
    return out;
}

static Cbank__V1__Group *read_group(reader *r, const json_t *object)
{
    Cbank__V1__Group *out = MAKE(r, Cbank__V1__Group, cbank__v1__group__init);

    reader_keys(object, " id members keep ", "group");
    out->id = reader_text(object, "id");
    out->members = reader_selector(r, json_object_get(object, "members"));
    out->keep = reader_one_or(keeps, object, "keep", CBANK__V1__GROUP_KEEP__GROUP_KEEP_ANY);
    return out;
}

static void read_limit(reader *r, Cbank__V1__Cap *out, const json_t *limit)
{
    const json_t *percent = json_object_get(limit, "percent");
    const json_t *of = json_object_get(limit, "of");

    (void)r;
    reader_keys(limit, " number percent of ", "limit");
    if (percent == NULL) {
        out->of = CBANK__V1__CAP_BASE__CAP_BASE_NUMBER;
        out->number = reader_size(limit, "number");
        return;
    }
    out->num = json_integer_value(json_array_get(percent, 0));
    out->den = json_integer_value(json_array_get(percent, 1));
    if (json_is_string(of)) {
        out->of = reader_one_of(bases, of, "of");
        return;
    }
    reader_keys(of, " bucket counted_bucket ", "of");
    if (json_object_get(of, "bucket") != NULL) {
        out->of = CBANK__V1__CAP_BASE__CAP_BASE_BUCKET;
        out->bucket = reader_text(of, "bucket");
    } else {
        out->of = CBANK__V1__CAP_BASE__CAP_BASE_COUNTED_BUCKET;
        out->bucket = reader_text(of, "counted_bucket");
    }
}

static void read_scope(reader *r, Cbank__V1__Cap *out, const json_t *scope)
{
    const json_t *list;

    reader_keys(scope, " records rules effects buckets ", "scope");
    out->records = reader_selector(r, json_object_get(scope, "records"));
    if ((list = json_object_get(scope, "rules")) != NULL)
        out->rules = reader_texts(r, list, "rules", &out->n_rules);
    if ((list = json_object_get(scope, "buckets")) != NULL)
        out->buckets = reader_texts(r, list, "buckets", &out->n_buckets);
    list = json_object_get(scope, "effects");
    out->effects = reader_make(r, json_array_size(list), sizeof(*out->effects));
    for (size_t i = 0; i < json_array_size(list); i++)
        out->effects[out->n_effects++] = reader_one_of(effects, json_array_get(list, i), "effects");
}

static Cbank__V1__Cap *read_cap(reader *r, const json_t *object)
{
    Cbank__V1__Cap *out = MAKE(r, Cbank__V1__Cap, cbank__v1__cap__init);
    const json_t *list;

    reader_keys(object, " id scope measure limit per year_start term_starts over except ", "cap");
    out->id = reader_text(object, "id");
    out->measure = reader_one_of(measures, json_object_get(object, "measure"), "measure");
    out->over = reader_one_or(reader_overs, object, "over", CBANK__V1__CAP_OVER__CAP_OVER_REFUSE);
    read_scope(r, out, json_object_get(object, "scope"));
    read_limit(r, out, json_object_get(object, "limit"));
    list = json_object_get(object, "per");
    out->per = reader_make(r, json_array_size(list), sizeof(*out->per));
    for (size_t i = 0; i < json_array_size(list); i++)
        out->per[out->n_per++] = reader_one_of(parts, json_array_get(list, i), "per");
    if (json_object_get(object, "year_start") != NULL)
        out->year_start = reader_month_day(json_object_get(object, "year_start"));
    list = json_object_get(object, "term_starts");
    out->term_starts = reader_make(r, json_array_size(list), sizeof(*out->term_starts));
    for (size_t i = 0; i < json_array_size(list); i++)
        out->term_starts[out->n_term_starts++] = reader_month_day(json_array_get(list, i));
    if ((list = json_object_get(object, "except")) != NULL)
        out->except = reader_texts(r, list, "except", &out->n_except);
    return out;
}

/* A maximum of 0 is a cap of its own: 0 in a message says that there is none. */
static Cbank__V1__Cap *read_zero(reader *r, const json_t *object, const char *bucket)
{
    Cbank__V1__Cap *out = MAKE(r, Cbank__V1__Cap, cbank__v1__cap__init);
    char *id = reader_make(r, 1, strlen(bucket) + 8);

    sprintf(id, "max/%s", bucket);
    out->id = id;
    out->measure = CBANK__V1__CAP_MEASURE__CAP_MEASURE_AMOUNT;
    out->of = CBANK__V1__CAP_BASE__CAP_BASE_NUMBER;
    out->over = reader_one_or(reader_overs, object, "over", CBANK__V1__CAP_OVER__CAP_OVER_REFUSE);
    if (bucket[0] != '\0') {
        out->buckets = reader_make(r, 1, sizeof(*out->buckets));
        out->buckets[out->n_buckets++] = (char *)(uintptr_t)bucket;
    }
    return out;
}

static bool is_zero(const json_t *object)
{
    return json_object_get(object, "max") != NULL && reader_number(object, "max", 0) == 0;
}

void reader_rules(reader *r, const json_t *document)
{
    Cbank__V1__RuleSetPage page;
    const json_t *programme = json_object_get(document, "programme");
    const json_t *buckets = json_object_get(programme, "buckets");
    const json_t *rules = json_object_get(document, "rules");
    const json_t *groups = json_object_get(document, "groups");
    const json_t *caps = json_object_get(document, "caps");
    cbank_buffer bytes = {0};
    cbank_error err = {0};

    cbank__v1__rule_set_page__init(&page);
    page.groups = reader_make(r, json_array_size(groups), sizeof(*page.groups));
    for (size_t i = 0; i < json_array_size(groups); i++)
        page.groups[page.n_groups++] = read_group(r, json_array_get(groups, i));
    page.caps = reader_make(r, json_array_size(caps) + json_array_size(buckets) + 1,
                     sizeof(*page.caps));
    for (size_t i = 0; i < json_array_size(caps); i++)
        page.caps[page.n_caps++] = read_cap(r, json_array_get(caps, i));
    if (is_zero(programme))
        page.caps[page.n_caps++] = read_zero(r, programme, "");
    for (size_t i = 0; i < json_array_size(buckets); i++)
        if (is_zero(json_array_get(buckets, i)))
            page.caps[page.n_caps++] = read_zero(r, json_array_get(buckets, i),
                                                 reader_text(json_array_get(buckets, i), "id"));
    page.rules = reader_make(r, json_array_size(rules), sizeof(*page.rules));
    for (size_t i = 0; i < json_array_size(rules); i++)
        page.rules[page.n_rules++] = read_rule(r, json_array_get(rules, i));
    if (cbi_message_pack(&page, &bytes, &err) != CBANK_OK ||
        cbi_ruleset_new(&r->in->ruleset, &err) != CBANK_OK ||
        cbi_ruleset_add(r->in->ruleset, cbi_bytes_of_buffer(&bytes), &err) != CBANK_OK ||
        cbi_ruleset_finish(r->in->ruleset, &err) != CBANK_OK)
        instance_fail(cbi_reason_word((cbi_reason)err.reason), err.object);
    cbank_buffer_clear(&bytes);
}
