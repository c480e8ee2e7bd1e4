#include <string.h>

#include "author/items.h"
#include "author/value.h"
#include "base/decimal.h"
#include "base/limits.h"
#include "rules/word.h"

#define AT(field) offsetof(Cbank__V1__Rule, field)
#define GRANT(field) offsetof(Cbank__V1__Grant, field)
#define NODE(field) offsetof(Cbank__V1__AmountNode, field)
#define TERM(name) CBANK__V1__TERM_KIND__TERM_KIND_##name
#define MODE(name) CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_##name
#define CARRY(name) CBANK__V1__GRADE_CARRY__GRADE_CARRY_##name

/* ---- sources: a tree that becomes a list in preorder ---- */

typedef struct terms {
    cbi_form *form;
    Cbank__V1__Term *list[CBI_TERMS_MAX];
    size_t count;
} terms;

static Cbank__V1__Term *add_term(terms *all, const cbi_yaml_node *node)
{
    Cbank__V1__Term *term = cbi_form_message(all->form, &cbank__v1__term__descriptor);

    if (term == NULL)
        return NULL;
    if (all->count == CBI_TERMS_MAX) {
        cbi_form_fault(all->form, CBI_REASON_FIELD_COUNT, node, "sources", "%u", CBI_TERMS_MAX);
        return NULL;
    }
    all->list[all->count++] = term;
    return term;
}

/* The children of a map that combines; NULL for a selector. */
static const cbi_yaml_node *children_of(terms *all, const cbi_yaml_node *node,
                                        Cbank__V1__Term *term)
{
    static const cbi_form_field take_fields[] = {
        {.key = "take",
         .read = cbi_form_whole,
         .offset = offsetof(Cbank__V1__Term, take),
         .needed = true},
        {.key = "of", .needed = true},
    };
    static const cbi_form_field all_fields[] = {{.key = "all"}}, any_fields[] = {{.key = "any"}};

    if (cbi_yaml_get(node, "take") != NULL) {
        term->kind = TERM(TAKE);
        cbi_form_map(all->form, node, take_fields, 2, term);
        return cbi_yaml_get(node, "of");
    }
    if (cbi_yaml_get(node, "all") != NULL) {
        term->kind = TERM(ALL);
        cbi_form_map(all->form, node, all_fields, 1, term);
        return cbi_yaml_get(node, "all");
    }
    if (cbi_yaml_get(node, "any") != NULL) {
        term->kind = TERM(ANY);
        cbi_form_map(all->form, node, any_fields, 1, term);
        return cbi_yaml_get(node, "any");
    }
    return NULL;
}

static void read_term(terms *all, const cbi_yaml_node *node, unsigned depth)
{
    Cbank__V1__Term *term = add_term(all, node);
    const cbi_yaml_node *children;

    if (term == NULL)
        return;
    if (depth > CBI_NESTING_MAX) {
        cbi_form_fault(all->form, CBI_REASON_RULE_TREE, node, "sources", "at most %d levels",
                       CBI_NESTING_MAX);
        return;
    }
    children = children_of(all, node, term);
    if (children == NULL) {
        term->kind = TERM(SELECT);
        cbi_author_selector(all->form, node, &term->select, NULL);
        return;
    }
    if (!cbi_form_is(all->form, children, CBI_YAML_LIST))
        return;
    term->children = children->count;
    for (const cbi_yaml_node *child = children->first; child != NULL; child = child->next)
        read_term(all, child, depth + 1);
}

static void read_sources(cbi_form *form, const cbi_yaml_node *node, void *target,
                         const void *extra)
{
    terms all = {.form = form};
    Cbank__V1__Term **list;

    (void)extra;
    read_term(&all, node, 1);
    list = cbi_form_alloc(form, all.count + 1, sizeof(*list));
    if (list == NULL)
        return;
    memcpy(list, all.list, all.count * sizeof(*list));
    *(cbi_form_list_field *)target = (cbi_form_list_field){all.count, list};
}

/* ---- amounts ---- */

typedef struct amounts {
    cbi_form *form;
    Cbank__V1__AmountNode *list[CBI_AMOUNT_NODES_MAX];
    size_t count;
} amounts;

static void refuse_amount(cbi_form *form, const cbi_yaml_node *node)
{
    cbi_form_fault(form, CBI_REASON_FORM_VALUE, node, (const char *)node->text.data,
                   "3, as-is, ratio 2/3, per-hours 16, catalogue, listed ID, remainder");
}

/* "3", "as-is", "ratio 2/3", "per-hours 16" ... */
static void read_amount_text(cbi_form *form, const cbi_yaml_node *node, Cbank__V1__AmountNode *out)
{
    cbi_bytes word = node->text, value = cbi_bytes_of("", 0);
    const uint8_t *blank = memchr(word.data, ' ', word.size);
    int mode;

    if (cbi_milli_parse(node->text, &out->milli) && out->milli >= 0) {
        out->mode = MODE(FIXED);
        return;
    }
    if (blank != NULL) {
        word.size = (size_t)(blank - node->text.data);
        value = cbi_value_trim(cbi_bytes_of(blank, node->text.size - word.size));
    }
    mode = cbi_word_value(&cbank__v1__amount_mode__descriptor, word);
    out->mode = (Cbank__V1__AmountMode)mode;
    if (mode == MODE(RATIO)) {
        if (cbi_value_share(value, &out->num, &out->den))
            return;
        if (out->den == 0)
            cbi_form_fault(form, CBI_REASON_RULE_DIVISOR, node, "amount", "%.*s",
                           (int)value.size, (const char *)value.data);
        else
            refuse_amount(form, node);
    } else if (mode == MODE(PER_HOURS)) {
        if (!cbi_milli_parse(value, &out->milli))
            refuse_amount(form, node);
        else if (out->milli <= 0)
            cbi_form_fault(form, CBI_REASON_RULE_DIVISOR, node, "amount", "per-hours %.*s",
                           (int)value.size, (const char *)value.data);
    } else if (mode == MODE(LISTED) && value.size > 0) {
        out->catalogue = cbi_form_alloc(form, value.size + 1, 1);
        if (out->catalogue != NULL)
            memcpy(out->catalogue, value.data, value.size);
        else
            out->catalogue = cbi_message_string("");
    } else if (value.size > 0 || (mode != MODE(AS_IS) && mode != MODE(CATALOGUE) &&
                                  mode != MODE(REMAINDER))) {
        refuse_amount(form, node);
    }
}

static void read_mode(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    (void)extra;
    if (node->kind == CBI_YAML_TEXT && cbi_form_is(form, node, CBI_YAML_TEXT))
        read_amount_text(form, node, target);
}

/* What stands beside an amount, in a grant and in an amount written as a map. */
#define AMOUNT_KEYS                                                                                \
    {.key = "unit", .read = cbi_form_text, .offset = NODE(unit)},                                  \
        {.key = "max", .read = cbi_form_milli, .offset = NODE(max_milli)},                         \
        {.key = "round", .read = cbi_form_round, .offset = NODE(round)}

static const cbi_form_field AMOUNT_FIELDS[] = {
    {.key = "amount", .read = read_mode}, {.key = "lesser"}, {.key = "greater"}, AMOUNT_KEYS};

static void read_amount(amounts *all, const cbi_yaml_node *node, unsigned depth);

static void read_choices(amounts *all, const cbi_yaml_node *list, unsigned depth,
                         Cbank__V1__AmountNode *amount, Cbank__V1__AmountMode mode)
{
    if (!cbi_form_is(all->form, list, CBI_YAML_LIST))
        return;
    amount->mode = mode;
    amount->children = list->count;
    for (const cbi_yaml_node *child = list->first; child != NULL; child = child->next)
        read_amount(all, child, depth + 1);
}

static void read_amount(amounts *all, const cbi_yaml_node *node, unsigned depth)
{
    Cbank__V1__AmountNode *amount =
        cbi_form_message(all->form, &cbank__v1__amount_node__descriptor);
    const cbi_yaml_node *lesser = cbi_yaml_get(node, "lesser");
    const cbi_yaml_node *greater = cbi_yaml_get(node, "greater");

    if (amount == NULL)
        return;
    if (all->count == CBI_AMOUNT_NODES_MAX || depth > CBI_NESTING_MAX) {
        cbi_form_fault(all->form, CBI_REASON_RULE_TREE, node, "amount", "at most %d levels",
                       CBI_NESTING_MAX);
        return;
    }
    all->list[all->count++] = amount;
    if (node->kind == CBI_YAML_MAP)
        cbi_form_map(all->form, node, AMOUNT_FIELDS, 6, amount);
    else if (cbi_form_is(all->form, node, CBI_YAML_TEXT))
        read_amount_text(all->form, node, amount);
    if (lesser != NULL)
        read_choices(all, lesser, depth, amount, MODE(LESSER));
    else if (greater != NULL)
        read_choices(all, greater, depth, amount, MODE(GREATER));
}

/* ---- grants ---- */

static const cbi_form_field GRADE_FIELDS[] = {
    {.key = "score", .read = cbi_form_milli, .offset = offsetof(Cbank__V1__Grade, score_milli)},
    {.key = "of", .read = cbi_form_milli, .offset = offsetof(Cbank__V1__Grade, max_milli)},
    {.key = "label", .read = cbi_form_text, .offset = offsetof(Cbank__V1__Grade, label)},
    {.key = "scale", .read = cbi_form_text, .offset = offsetof(Cbank__V1__Grade, scale)},
    {.key = "outcome",
     .read = cbi_form_word,
     .offset = offsetof(Cbank__V1__Grade, outcome),
     .extra = &cbank__v1__outcome__descriptor},
};

/* "as-is", "mean" ...; or the grade itself, as a map. */
static void read_grade(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    Cbank__V1__Grant *grant = target;
    Cbank__V1__Grade *grade;

    (void)extra;
    if (node->kind != CBI_YAML_MAP) {
        cbi_form_word(form, node, &grant->grade, &cbank__v1__grade_carry__descriptor);
        return;
    }
    grade = cbi_form_message(form, &cbank__v1__grade__descriptor);
    if (grade == NULL)
        return;
    cbi_form_map(form, node, GRADE_FIELDS, 5, grade);
    grade->kind = cbi_yaml_get(node, "score") != NULL   ? CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE
                  : cbi_yaml_get(node, "label") != NULL ? CBANK__V1__GRADE_KIND__GRADE_KIND_LABEL
                                                        : CBANK__V1__GRADE_KIND__GRADE_KIND_OUTCOME;
    grant->grade = CARRY(FIXED);
    grant->fixed_grade = grade;
}

static const cbi_form_field GRANT_FIELDS[] = {
    {.key = "course", .read = cbi_form_text, .offset = GRANT(course)},
    {.key = "buckets", .read = cbi_form_texts, .offset = GRANT(n_buckets)},
    {.key = "amount"},
    {.key = "unit"},
    {.key = "max"},
    {.key = "round"},
    {.key = "grade", .read = read_grade},
    {.key = "grade_scale", .read = cbi_form_text, .offset = GRANT(grade_scale)},
    {.key = "catalogue", .read = cbi_form_text, .offset = GRANT(catalogue)},
};

static const cbi_form_field *grant_amount_field(const char *key)
{
    for (size_t i = 3; i < 6; i++) {
        if (strcmp(AMOUNT_FIELDS[i].key, key) == 0)
            return &AMOUNT_FIELDS[i];
    }
    return NULL;
}

static void read_grant_amount(cbi_form *form, const cbi_yaml_node *node, Cbank__V1__Grant *grant)
{
    static const char *const keys[] = {"unit", "max", "round"};
    const cbi_yaml_node *amount = cbi_yaml_get(node, "amount");
    Cbank__V1__AmountNode **list;
    amounts all = {.form = form};

    if (amount != NULL)
        read_amount(&all, amount, 1);
    for (size_t i = 0; i < 3; i++) {
        const cbi_yaml_node *value = cbi_yaml_get(node, keys[i]);
        const cbi_form_field *field = grant_amount_field(keys[i]);

        if (value == NULL)
            continue;
        if (all.count == 0)
            cbi_form_fault(form, CBI_REASON_FORM_MISSING, value, "amount", NULL);
        else
            field->read(form, value, (char *)all.list[0] + field->offset, field->extra);
    }
    list = cbi_form_alloc(form, all.count + 1, sizeof(*list));
    if (list == NULL)
        return;
    memcpy(list, all.list, all.count * sizeof(*list));
    grant->amount = list;
    grant->n_amount = all.count;
}

static void read_grants(cbi_form *form, const cbi_yaml_node *node, void *target,
                        const void *extra)
{
    bool one = node->kind == CBI_YAML_MAP;
    const cbi_yaml_node *item = one ? node : node->first;
    size_t count = one ? 1 : node->count;
    Cbank__V1__Grant **grants;

    (void)extra;
    if (!one && !cbi_form_is(form, node, CBI_YAML_LIST))
        return;
    grants = cbi_form_alloc(form, count + 1, sizeof(*grants));
    for (size_t i = 0; i < count && grants != NULL; i++, item = item->next) {
        grants[i] = cbi_form_message(form, &cbank__v1__grant__descriptor);
        if (grants[i] == NULL)
            return;
        grants[i]->grade = CARRY(NONE);
        cbi_form_map(form, item, GRANT_FIELDS, sizeof(GRANT_FIELDS) / sizeof(GRANT_FIELDS[0]),
                     grants[i]);
        read_grant_amount(form, item, grants[i]);
    }
    *(cbi_form_list_field *)target = (cbi_form_list_field){count, grants};
}

/* ---- rules ---- */

static const cbi_form_field BLOCKING_FIELDS[] = {
    {.key = "records",
     .read = cbi_author_selector,
     .offset = offsetof(Cbank__V1__Blocking, select),
     .needed = true},
    {.key = "when",
     .read = cbi_form_word,
     .offset = offsetof(Cbank__V1__Blocking, when),
     .extra = &cbank__v1__block_when__descriptor,
     .needed = true},
};
static const cbi_form_type BLOCKING = CBI_FORM_TYPE(blocking, BLOCKING_FIELDS);

#define DEFAULT_KEYS                                                                               \
    {.key = "priority", .read = cbi_form_whole, .offset = AT(priority)},                           \
        {.key = "effect",                                                                          \
         .read = cbi_form_word,                                                                    \
         .offset = AT(effect),                                                                     \
         .extra = &cbank__v1__rule_effect__descriptor},                                            \
        {.key = "force",                                                                           \
         .read = cbi_form_word,                                                                    \
         .offset = AT(force),                                                                      \
         .extra = &cbank__v1__force__descriptor},                                                  \
        {.key = "place",                                                                           \
         .read = cbi_form_word,                                                                    \
         .offset = AT(grants_mode),                                                                \
         .extra = &cbank__v1__grants_mode__descriptor},                                            \
        {.key = "use",                                                                             \
         .read = cbi_form_word,                                                                    \
         .offset = AT(use_scope),                                                                  \
         .extra = &cbank__v1__use_scope__descriptor},                                              \
        {.key = "leftover",                                                                        \
         .read = cbi_form_word,                                                                    \
         .offset = AT(leftover),                                                                   \
         .extra = &cbank__v1__leftover__descriptor},                                               \
        {.key = "document", .read = cbi_form_text, .offset = AT(document)}

static const cbi_form_field DEFAULT_FIELDS[] = {DEFAULT_KEYS};
static const cbi_form_field FIELDS[] = {
    {.key = "id", .read = cbi_form_text, .offset = AT(id), .needed = true},
    {.key = "sources", .read = read_sources, .offset = AT(n_source), .needed = true},
    {.key = "grants", .read = read_grants, .offset = AT(n_grants)},
    DEFAULT_KEYS,
    {.key = "blocked_by", .read = cbi_form_sub, .offset = AT(blocked_by), .extra = &BLOCKING},
    {.key = "effective", .read = cbi_form_days, .offset = AT(effective_from)},
};
const cbi_form_type cbi_author_rules = CBI_FORM_TYPE(rule, FIELDS);

void cbi_author_defaults_begin(cbi_rule_defaults *out)
{
    cbank__v1__rule__init(&out->rule);
    out->rule.priority = 100;
    out->rule.effect = CBANK__V1__RULE_EFFECT__RULE_EFFECT_TRANSFER;
    out->rule.force = CBANK__V1__FORCE__FORCE_BINDING;
    out->rule.grants_mode = CBANK__V1__GRANTS_MODE__GRANTS_MODE_ANY;
    out->rule.use_scope = CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE;
    out->rule.leftover = CBANK__V1__LEFTOVER__LEFTOVER_LOST;
}

void cbi_author_defaults(cbi_form *form, const cbi_yaml_node *node, cbi_rule_defaults *out)
{
    cbi_form_map(form, node, DEFAULT_FIELDS, sizeof(DEFAULT_FIELDS) / sizeof(DEFAULT_FIELDS[0]),
                 &out->rule);
}

/* What a rule that says no would have by default means nothing there; what was written stays. */
void cbi_author_rule(cbi_form *form, const cbi_yaml_node *node, Cbank__V1__Rule *rule)
{
    cbi_form_map(form, node, FIELDS, sizeof(FIELDS) / sizeof(FIELDS[0]), rule);
    if (rule->effect != CBANK__V1__RULE_EFFECT__RULE_EFFECT_DOES_NOT_TRANSFER)
        return;
    if (cbi_yaml_get(node, "place") == NULL)
        rule->grants_mode = CBANK__V1__GRANTS_MODE__GRANTS_MODE_UNSPECIFIED;
    if (cbi_yaml_get(node, "use") == NULL)
        rule->use_scope = CBANK__V1__USE_SCOPE__USE_SCOPE_UNSPECIFIED;
    if (cbi_yaml_get(node, "leftover") == NULL)
        rule->leftover = CBANK__V1__LEFTOVER__LEFTOVER_UNSPECIFIED;
}
