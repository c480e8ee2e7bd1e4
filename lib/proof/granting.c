#include "proof/granting.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "record/conversion.h"

typedef Cbank__V1__RecognitionSource recognition_source;
typedef Cbank__V1__RecognitionGrant recognition_grant;

/* What the plan's rows become; one block, so that one free is enough. */
typedef struct making {
    const Cbank__V1__Plan *plan;
    const cbi_ruling_on_grant *rulings;
    size_t ruling_count;
    recognition_source *sources; /* one for each of the plan's */
    bool *used;
    recognition_grant *grants;
    Cbank__V1__Amount *amounts;
    Cbank__V1__Code *targets;
    uint32_t *positions; /* of the grants' sources */
    size_t position_count;
    Cbank__V1__RecognitionRefusal *refusals;
    char *unit;
} making;

static cbank_status wrong(const char *what, uint64_t where, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_FIELD_VALUE, where, what, NULL);
}

/* ---- the plan ---------------------------------------------------------------------------- */

static cbank_status check_application(const Cbank__V1__Plan *plan, size_t position,
                                      cbank_error *err)
{
    const Cbank__V1__PlanApplication *application = plan->applications[position];

    if (application->rule_set >= plan->n_rule_sets || application->n_sources == 0 ||
        application->n_sources > CBI_USES_MAX ||
        application->use_scope == CBANK__V1__USE_SCOPE__USE_SCOPE_UNSPECIFIED)
        return wrong("applications", position, err);
    for (size_t i = 0; i < application->n_sources; i++) {
        if (application->sources[i] >= plan->n_sources)
            return wrong("applications", position, err);
    }
    for (size_t i = 0; i < application->n_grants; i++) {
        if (application->grants[i]->counted_milli < 0 ||
            application->grants[i]->counted_milli > INT64_MAX / CBI_RECOGNITION_ROWS_MAX)
            return wrong("grants", i, err);
    }
    return CBANK_OK;
}

static cbank_status check_plan(const Cbank__V1__Plan *plan, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t grants = 0;

    if (plan->version != 1)
        return cbi_fail(err, CBI_REASON_FILE_VERSION, plan->version, "plan", NULL);
    for (size_t i = 0; i < plan->n_sources; i++) {
        if (plan->sources[i]->record.len != CBI_HASH_SIZE ||
            plan->sources[i]->leaf.len != CBI_HASH_SIZE || plan->sources[i]->amount_milli < 0)
            return wrong("sources", i, err);
    }
    for (size_t i = 0; i < plan->n_applications; i++) {
        CBI_TRY(check_application(plan, i, err));
        grants += plan->applications[i]->n_grants;
    }
    if (grants > CBI_RECOGNITION_ROWS_MAX)
        return wrong("grants", grants, err);
done:
    return status;
}

static void fill_head(const Cbank__V1__Plan *plan, const cbi_hash *digest,
                      Cbank__V1__RecognitionHead *head)
{
    head->origin = plan->origin;
    head->account = plan->account;
    head->account_tag = plan->account_tag;
    head->sequences = plan->sequences;
    head->programme = plan->programme;
    head->rule_sets = plan->rule_sets;
    head->n_rule_sets = plan->n_rule_sets;
    head->goal = plan->goal;
    head->as_of = plan->as_of;
    head->applied_on = plan->applied_on;
    head->admitted_on = plan->admitted_on;
    head->awarded_from = plan->awarded_from;
    head->awarded_until = plan->awarded_until;
    head->with_advisory = plan->with_advisory;
    head->work_limit = plan->work_limit;
    if (plan->replaces.len > 0)
        head->replaces = plan->replaces;
    head->plan_digest = cbi_message_data(cbi_bytes_of_hash(digest));
}

/* ---- grants ------------------------------------------------------------------------------ */

static const cbi_ruling_on_grant *find_ruling(const making *it, size_t application, size_t grant)
{
    for (size_t i = 0; i < it->ruling_count; i++) {
        if (it->rulings[i].application == application && it->rulings[i].grant == grant)
            return &it->rulings[i];
    }
    return NULL;
}

static cbank_status check_rulings(const making *it, cbank_error *err)
{
    for (size_t i = 0; i < it->ruling_count; i++) {
        const cbi_ruling_on_grant *ruling = &it->rulings[i];
        const Cbank__V1__PlanApplication *application;

        if (ruling->application >= it->plan->n_applications)
            return wrong("rulings", i, err);
        application = it->plan->applications[ruling->application];
        if (ruling->grant >= application->n_grants || ruling->milli < 0 ||
            ruling->milli > application->grants[ruling->grant]->counted_milli ||
            find_ruling(it, ruling->application, ruling->grant) != ruling)
            return wrong("rulings", i, err);
    }
    return CBANK_OK;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return left < right ? -1 : left > right;
}

static void fill_grant(making *it, size_t position, size_t grant, int64_t milli,
                       recognition_grant *out, size_t row)
{
    const Cbank__V1__PlanApplication *application = it->plan->applications[position];
    const Cbank__V1__PlanGrant *proposed = application->grants[grant];
    Cbank__V1__Amount *amount = &it->amounts[row];
    Cbank__V1__Code *target = &it->targets[row];

    cbank__v1__recognition_grant__init(out);
    cbank__v1__amount__init(amount);
    cbank__v1__code__init(target);
    amount->unit = it->unit;
    amount->milli = milli;
    if (cbi_message_text(proposed->course).size > 0) {
        target->scheme = cbi_message_string("course");
        target->value = proposed->course;
        out->target = target;
    }
    out->effect = application->effect == CBANK__V1__RULE_EFFECT__RULE_EFFECT_EXEMPT
                      ? CBANK__V1__GRANT_EFFECT__GRANT_EFFECT_EXEMPT
                      : CBANK__V1__GRANT_EFFECT__GRANT_EFFECT_TRANSFER;
    out->bucket = proposed->bucket;
    out->amount = amount;
    out->grade = proposed->grade;
    out->basis = CBANK__V1__GRANT_BASIS__GRANT_BASIS_RULE;
    out->rule_set = application->rule_set;
    out->rule = application->rule;
    out->application = (uint32_t)position + 1;
    out->rule_grant = proposed->grant;
    out->sources = it->positions + it->position_count;
    out->n_sources = application->n_sources;
    for (size_t i = 0; i < application->n_sources; i++)
        out->sources[i] = application->sources[i];
    it->position_count += application->n_sources;
}

/* What the grants of an application take: from its records in their order, as far as each goes. */
static void take_sources(making *it, const Cbank__V1__PlanApplication *application, int64_t total)
{
    for (size_t i = 0; i < application->n_sources; i++) {
        recognition_source *source = &it->sources[application->sources[i]];
        int64_t has = it->plan->sources[application->sources[i]]->amount_milli;
        bool kept = application->leftover == CBANK__V1__LEFTOVER__LEFTOVER_KEPT;
        int64_t used = kept && total < has ? total : has;

        it->used[application->sources[i]] = true;
        source->scope = application->use_scope;
        source->leftover =
            kept ? CBANK__V1__LEFTOVER__LEFTOVER_KEPT : CBANK__V1__LEFTOVER__LEFTOVER_LOST;
        source->used_milli = used;
        source->left_milli = kept ? has - used : 0;
        if (application->use_scope == CBANK__V1__USE_SCOPE__USE_SCOPE_COUNTED) {
            source->leftover = CBANK__V1__LEFTOVER__LEFTOVER_KEPT;
            source->used_milli = 0;
            source->left_milli = has;
        }
        total -= total < has ? total : has;
    }
}

static void refuse_sources(making *it, const Cbank__V1__PlanApplication *application,
                           const cbi_ruling_on_grant *ruling, cbi_recognition_rows *rows)
{
    for (size_t i = 0; i < application->n_sources; i++) {
        Cbank__V1__RecognitionRefusal *row = &it->refusals[rows->refusal_count];

        cbank__v1__recognition_refusal__init(row);
        row->record = it->plan->sources[application->sources[i]]->record;
        row->code = (Cbank__V1__Code *)(uintptr_t)ruling->reason; /* packing only reads */
        row->rule_set = application->rule_set;
        row->rule = application->rule;
        row->document = cbi_message_string(ruling->document);
        if (ruling->reason == NULL)
            row->reason = CBANK__V1__REFUSAL_REASON__REFUSAL_REASON_NOT_BETTER;
        rows->refusals[rows->refusal_count++] = row;
    }
}

static void put_application(making *it, size_t position, cbi_recognition_rows *rows)
{
    const Cbank__V1__PlanApplication *application = it->plan->applications[position];
    const cbi_ruling_on_grant *refused = NULL;
    size_t before = rows->grant_count;
    int64_t total = 0;

    for (size_t g = 0; g < application->n_grants; g++) {
        const cbi_ruling_on_grant *ruling = find_ruling(it, position, g);
        int64_t milli = ruling == NULL ? application->grants[g]->counted_milli : ruling->milli;

        if (ruling != NULL && milli == 0) {
            refused = ruling;
            continue;
        }
        fill_grant(it, position, g, milli, &it->grants[rows->grant_count], rows->grant_count);
        rows->grants[rows->grant_count] = &it->grants[rows->grant_count];
        rows->grant_count++;
        total += milli;
    }
    if (rows->grant_count > before)
        take_sources(it, application, total);
    else if (refused != NULL)
        refuse_sources(it, application, refused, rows);
}

/* ---- rows -------------------------------------------------------------------------------- */

/* A source on its way to its place: the plan's by their numbers, then those besides. */
typedef struct placing {
    recognition_source *row;
    uint32_t number;
} placing;

static int compare_placings(const void *a, const void *b)
{
    const placing *left = a, *right = b;
    int order = cbi_entry_ref_compare(left->row->sequence, left->row->leaf, right->row->sequence,
                                      right->row->leaf);

    return order != 0 ? order : compare_numbers(&left->number, &right->number);
}

/* Sources in their order; `places` has by number where each is. */
static cbank_status sort_sources(making *it, const cbi_recognition_rows *more, uint32_t *places,
                                 cbi_recognition_rows *rows, cbank_error *err)
{
    uint32_t own = (uint32_t)it->plan->n_sources;
    placing *list = NULL;
    cbank_status status = CBANK_OK;
    size_t count = 0;

    CBI_TRY(cbi_alloc(own + more->source_count, sizeof(*list), &list, err));
    for (uint32_t i = 0; i < own; i++) {
        if (it->used[i])
            list[count++] = (placing){&it->sources[i], i};
    }
    for (uint32_t i = 0; i < more->source_count; i++)
        list[count++] = (placing){more->sources[i], own + i};
    if (count > CBI_USES_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_FIELD_COUNT, CBI_USES_MAX, "sources", NULL));
    if (count > 0)
        qsort(list, count, sizeof(*list), compare_placings);
    for (size_t i = 0; i < count; i++) {
        rows->sources[i] = list[i].row;
        places[list[i].number] = (uint32_t)i;
    }
    rows->source_count = count;
done:
    cbi_free(list);
    return status;
}

/* Grants name sources by the places that they have now. */
static cbank_status place_sources(making *it, size_t own_grants, const cbi_recognition_rows *more,
                                  cbi_recognition_rows *rows, cbank_error *err)
{
    uint32_t *places = NULL, own = (uint32_t)it->plan->n_sources;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(own + more->source_count, sizeof(*places), &places, err));
    CBI_TRY(sort_sources(it, more, places, rows, err));
    for (size_t g = 0; g < rows->grant_count; g++) {
        recognition_grant *grant = rows->grants[g];
        uint32_t first = g < own_grants ? 0 : own;

        for (size_t i = 0; i < grant->n_sources; i++) {
            if (g >= own_grants && grant->sources[i] >= more->source_count)
                CBI_TRY(wrong("sources", g, err));
            grant->sources[i] = places[first + grant->sources[i]];
        }
        if (grant->n_sources > 1)
            qsort(grant->sources, grant->n_sources, sizeof(uint32_t), compare_numbers);
    }
done:
    cbi_free(places);
    return status;
}

static size_t count_positions(const Cbank__V1__Plan *plan, size_t *grants)
{
    size_t positions = 0;

    *grants = 0;
    for (size_t i = 0; i < plan->n_applications; i++) {
        *grants += plan->applications[i]->n_grants;
        positions += plan->applications[i]->n_grants * plan->applications[i]->n_sources;
    }
    return positions;
}

static size_t round_up(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

/* Everything in one block. */
static cbank_status reserve(making *it, const cbi_recognition_rows *more, cbi_granting *out,
                            cbank_error *err)
{
    size_t sources = it->plan->n_sources, grants, positions, refused = 0;
    size_t sizes[7], total = 0;
    cbank_status status = CBANK_OK;
    uint8_t *at;

    positions = count_positions(it->plan, &grants);
    for (size_t i = 0; i < it->plan->n_applications; i++)
        refused += it->plan->applications[i]->n_sources;
    sizes[0] = round_up(sources * sizeof(*it->sources));
    sizes[1] = round_up(sources * sizeof(*it->used));
    sizes[2] = round_up(grants * sizeof(*it->grants));
    sizes[3] = round_up(grants * sizeof(*it->amounts));
    sizes[4] = round_up(grants * sizeof(*it->targets));
    sizes[5] = round_up(positions * sizeof(*it->positions));
    sizes[6] = round_up(refused * sizeof(*it->refusals));
    for (size_t i = 0; i < 7; i++)
        total += sizes[i];
    CBI_TRY(cbi_alloc(total, 1, &out->memory, err));
    at = out->memory;
    it->sources = (void *)at;
    it->used = (void *)(at += sizes[0]);
    it->grants = (void *)(at += sizes[1]);
    it->amounts = (void *)(at += sizes[2]);
    it->targets = (void *)(at += sizes[3]);
    it->positions = (void *)(at += sizes[4]);
    it->refusals = (void *)(at + sizes[5]);
    CBI_TRY(cbi_alloc(sources + more->source_count, sizeof(*out->rows.sources), &out->rows.sources,
                      err));
    CBI_TRY(
        cbi_alloc(grants + more->grant_count, sizeof(*out->rows.grants), &out->rows.grants, err));
    CBI_TRY(cbi_alloc(refused + more->refusal_count, sizeof(*out->rows.refusals),
                      &out->rows.refusals, err));
done:
    return status;
}

static void fill_sources(making *it)
{
    for (size_t i = 0; i < it->plan->n_sources; i++) {
        cbank__v1__recognition_source__init(&it->sources[i]);
        it->sources[i].record = it->plan->sources[i]->record;
        it->sources[i].sequence = it->plan->sources[i]->sequence;
        it->sources[i].leaf = it->plan->sources[i]->leaf;
    }
}

cbank_status cbi_granting_make(cbi_hasher *hasher, cbi_bytes plan,
                               const cbi_ruling_on_grant *rulings, size_t ruling_count,
                               const cbi_recognition_rows *more, Cbank__V1__RecognitionHead *head,
                               cbi_granting *out, cbank_error *err)
{
    making it = {.rulings = rulings, .ruling_count = ruling_count, .unit = head->unit};
    cbank_status status = CBANK_OK;
    size_t own;

    CBI_TRY(cbi_message_parse(&cbank__v1__plan__descriptor, plan, &out->plan, err));
    it.plan = out->plan;
    CBI_TRY(check_plan(it.plan, err));
    CBI_TRY(check_rulings(&it, err));
    CBI_TRY(cbi_recognition_plan_digest(hasher, plan, &out->digest, err));
    fill_head(it.plan, &out->digest, head);
    CBI_TRY(reserve(&it, more, out, err));
    fill_sources(&it);
    for (size_t i = 0; i < it.plan->n_applications; i++)
        put_application(&it, i, &out->rows);
    own = out->rows.grant_count;
    for (size_t i = 0; i < more->grant_count; i++)
        out->rows.grants[out->rows.grant_count++] = more->grants[i];
    for (size_t i = 0; i < more->refusal_count; i++)
        out->rows.refusals[out->rows.refusal_count++] = more->refusals[i];
    CBI_TRY(place_sources(&it, own, more, &out->rows, err));
    out->rows.findings = more->findings;
    out->rows.finding_count = more->finding_count;
    out->rows.evidence = more->evidence;
    out->rows.evidence_count = more->evidence_count;
done:
    if (status != CBANK_OK)
        cbi_granting_clear(out);
    return status;
}

void cbi_granting_clear(cbi_granting *granting)
{
    cbi_message_free(granting->plan);
    cbi_free(granting->rows.sources);
    cbi_free(granting->rows.grants);
    cbi_free(granting->rows.refusals);
    cbi_free(granting->memory);
    *granting = (cbi_granting){0};
}
