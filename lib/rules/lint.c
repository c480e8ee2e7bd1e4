#include "rules/lint.h"

#include <string.h>

#include "base/limits.h"
#include "rules/fieldtest.h"

#define KIND(name) CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_##name
#define EFFECT(name) CBANK__V1__RULE_EFFECT__RULE_EFFECT_##name
#define BASE(name) CBANK__V1__CAP_BASE__CAP_BASE_##name

/* ---- rules alone ---- */

/* Awards until this day, valid so many years, are over before the rules begin. */
static bool is_outdated(const Cbank__V1__Selector *select, uint32_t from)
{
    const Cbank__V1__Conditions *want =
        select == NULL || select->n_layers == 0 ? NULL : select->layers[0];

    return want != NULL && want->awarded_until != 0 && want->max_age_years != 0 &&
           want->awarded_until + want->max_age_years * 10000 < from;
}

static bool is_out_of_force(const Cbank__V1__PublicationHead *head, const Cbank__V1__Rule *rule)
{
    return (rule->effective_until != 0 && rule->effective_until < head->effective_from) ||
           (head->effective_until != 0 && rule->effective_from > head->effective_until);
}

/* The amount of another unit, taken for as much of the programme's. */
static const char *foreign_unit(const Cbank__V1__Rule *rule)
{
    for (size_t i = 0; i < rule->n_grants; i++) {
        for (size_t k = 0; k < rule->grants[i]->n_amount; k++) {
            const Cbank__V1__AmountNode *node = rule->grants[i]->amount[k];

            if (node->mode == CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_AS_IS && node->unit[0] != '\0' &&
                strcmp(node->unit, "credit") != 0)
                return node->unit;
        }
    }
    return NULL;
}

static bool grants_nothing(const Cbank__V1__Rule *rule)
{
    for (size_t i = 0; i < rule->n_grants; i++) {
        const Cbank__V1__Grant *grant = rule->grants[i];

        if (grant->n_amount != 1 ||
            grant->amount[0]->mode != CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_FIXED ||
            grant->amount[0]->milli != 0)
            return false;
    }
    return rule->n_grants > 0 && rule->effect != EFFECT(ATTENDANCE_WAIVED);
}

static cbank_status lint_rule(const Cbank__V1__PublicationHead *head, const Cbank__V1__Rule *rule,
                              cbi_spot spot, cbi_findings *findings, cbank_error *err)
{
    const char *unit = foreign_unit(rule);
    cbank_status status = CBANK_OK;
    bool outdated = is_out_of_force(head, rule);

    for (size_t i = 0; i < rule->n_source; i++)
        outdated = outdated || is_outdated(rule->source[i]->select, head->effective_from);
    if (outdated)
        CBI_TRY(cbi_findings_add(findings, CBI_SEVERITY_WARNING, CBI_REASON_LINT_DATES, spot,
                                 rule->id, err, "%u..%u", head->effective_from,
                                 head->effective_until));
    if (unit != NULL)
        CBI_TRY(cbi_findings_add(findings, CBI_SEVERITY_WARNING, CBI_REASON_LINT_UNITS, spot,
                                 rule->id, err, "as-is: %s", unit));
    if (grants_nothing(rule))
        CBI_TRY(cbi_findings_add(findings, CBI_SEVERITY_WARNING, CBI_REASON_LINT_NOTHING, spot,
                                 rule->id, err, NULL));
done:
    return status;
}

/* ---- caps ---- */

static bool is_never(const Cbank__V1__Cap *cap)
{
    bool transfers = cap->n_effects == 0;

    for (size_t i = 0; i < cap->n_effects; i++)
        transfers = transfers || cap->effects[i] == EFFECT(TRANSFER) ||
                    cap->effects[i] == EFFECT(EXEMPT);
    if (!transfers)
        return true;
    return (cap->of == BASE(COUNTED) || cap->of == BASE(COUNTED_PART) ||
            cap->of == BASE(COUNTED_BUCKET)) &&
           cap->den > 0 && cap->num >= cap->den;
}

static cbank_status lint_cap(const Cbank__V1__Cap *cap, cbi_spot spot, cbi_findings *findings,
                             cbank_error *err)
{
    bool always = cap->of == BASE(NUMBER) ? cap->number == 0 : cap->num == 0;

    if (is_never(cap))
        return cbi_findings_add(findings, CBI_SEVERITY_WARNING, CBI_REASON_LINT_CAP_NEVER, spot,
                                cap->id, err, "%lld/%lld", (long long)cap->num,
                                (long long)cap->den);
    if (always)
        return cbi_findings_add(findings, CBI_SEVERITY_NOTE, CBI_REASON_LINT_CAP_ALWAYS, spot,
                                cap->id, err, NULL);
    return CBANK_OK;
}

static cbank_status lint_ruleset(const Cbank__V1__PublicationHead *head,
                                 const cbi_content *content, cbi_findings *findings,
                                 cbank_error *err)
{
    const cbi_items *caps = &content->lists[CBI_RULESET_CAPS];
    const cbi_items *rules = &content->lists[CBI_RULESET_RULES];
    cbank_status status = CBANK_OK;
    Cbank__V1__Rule *rule = NULL;
    Cbank__V1__Cap *cap = NULL;

    for (uint32_t i = 0; i < caps->count; i++) {
        CBI_TRY(cbi_message_parse(&cbank__v1__cap__descriptor, caps->list[i].bytes, &cap, err));
        CBI_TRY(lint_cap(cap, caps->list[i].spot, findings, err));
        cbi_message_free(cap);
        cap = NULL;
    }
    for (uint32_t i = 0; i < rules->count; i++) {
        CBI_TRY(cbi_message_parse(&cbank__v1__rule__descriptor, rules->list[i].bytes, &rule, err));
        CBI_TRY(lint_rule(head, rule, rules->list[i].spot, findings, err));
        cbi_message_free(rule);
        rule = NULL;
    }
    CBI_TRY(cbi_lint_overlap(head, content, findings, err));
    CBI_TRY(cbi_lint_chains(head, content, findings, err));
done:
    cbi_message_free(cap);
    cbi_message_free(rule);
    return status;
}

cbank_status cbi_lint(const Cbank__V1__PublicationHead *head, const cbi_content *content,
                      cbi_findings *findings, cbank_error *err)
{
    switch ((int)content->kind) {
    case KIND(RULE_SET):
        return lint_ruleset(head, content, findings, err);
    case KIND(SCALES):
        return cbi_lint_scales(content, findings, err);
    case KIND(UNITS):
        return cbi_lint_units(content, findings, err);
    case KIND(PROGRAMME):
        return cbi_lint_programme(content, findings, err);
    default:
        return CBANK_OK;
    }
}
