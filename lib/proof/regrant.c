#include "proof/regrant.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"

#define RULE CBANK__V1__GRANT_BASIS__GRANT_BASIS_RULE

typedef Cbank__V1__RecognitionGrant recognition_grant;
typedef Cbank__V1__RecognitionSource recognition_source;

void cbi_regrant_clear(cbi_regrant *regrant)
{
    cbi_free(regrant->list);
    *regrant = (cbi_regrant){0};
}

cbank_status cbi_regrant_note(cbi_regrant *regrant, cbi_regrant_kind kind, uint64_t position,
                              const char *field, const char *stated, const char *found,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_difference *to;

    if (regrant->count == CBI_REGRANT_DIFFERENCES_MAX)
        return CBANK_OK;
    CBI_TRY(cbi_grow(&regrant->list, sizeof(*to), regrant->count, &regrant->room,
                     CBI_REGRANT_DIFFERENCES_MAX, err));
    to = &regrant->list[regrant->count++];
    *to = (cbi_difference){.kind = kind, .position = position, .field = field};
    snprintf(to->stated, sizeof(to->stated), "%s", stated);
    snprintf(to->found, sizeof(to->found), "%s", found);
done:
    return status;
}

/* ---- one value against the other ---------------------------------------------------------- */

/* One row of the recognition being compared; the first error stops it all. */
typedef struct row {
    cbi_regrant *out;
    cbi_regrant_kind kind;
    uint64_t position;
    cbank_status status;
    cbank_error *err;
} row;

static void texts(row *it, const char *field, const char *stated, const char *found)
{
    if (it->status == CBANK_OK && strcmp(stated, found) != 0)
        it->status = cbi_regrant_note(it->out, it->kind, it->position, field, stated, found,
                                      it->err);
}

static void numbers(row *it, const char *field, uint64_t stated, uint64_t found)
{
    char left[24], right[24];

    snprintf(left, sizeof(left), "%llu", (unsigned long long)stated);
    snprintf(right, sizeof(right), "%llu", (unsigned long long)found);
    texts(it, field, left, right);
}

static void amounts(row *it, const char *field, int64_t stated, int64_t found)
{
    char left[CBI_MILLI_TEXT_MAX], right[CBI_MILLI_TEXT_MAX];

    cbi_milli_format(stated, left);
    cbi_milli_format(found, right);
    texts(it, field, left, right);
}

static void hashes(row *it, const char *field, ProtobufCBinaryData stated,
                   ProtobufCBinaryData found)
{
    char left[2 * CBI_HASH_SIZE + 1] = "", right[2 * CBI_HASH_SIZE + 1] = "";

    if (stated.len <= CBI_HASH_SIZE)
        cbi_hex_encode(cbi_message_bytes(stated), left);
    if (found.len <= CBI_HASH_SIZE)
        cbi_hex_encode(cbi_message_bytes(found), right);
    texts(it, field, left, right);
}

static const char *text_of(const char *field)
{
    return field == NULL ? "" : field;
}

/* ---- grants ------------------------------------------------------------------------------- */

/* The plan's grant that a row says it is. */
static const Cbank__V1__PlanGrant *proposed(const Cbank__V1__Plan *plan,
                                            const recognition_grant *grant, uint32_t *position)
{
    const Cbank__V1__PlanApplication *application;

    if (grant->application == 0 || grant->application > plan->n_applications)
        return NULL;
    application = plan->applications[grant->application - 1];
    for (size_t i = 0; i < application->n_grants; i++) {
        if (application->grants[i]->grant == grant->rule_grant) {
            *position = (uint32_t)i;
            return application->grants[i];
        }
    }
    return NULL;
}

static const recognition_grant *find_grant(const cbi_recognition_rows *rows, uint32_t application,
                                           uint32_t rule_grant)
{
    for (size_t i = 0; i < rows->grant_count; i++) {
        const recognition_grant *grant = rows->grants[i];

        if (grant->basis == RULE && grant->application == application &&
            grant->rule_grant == rule_grant)
            return grant;
    }
    return NULL;
}

static int64_t milli_of(const recognition_grant *grant)
{
    return grant->amount == NULL ? 0 : grant->amount->milli;
}

/* Its records, one by one, as both name them. */
static void compare_named(row *it, const recognition_grant *stated,
                          const cbi_recognition_rows *own, const recognition_grant *found,
                          const cbi_recognition_rows *made)
{
    numbers(it, "sources", stated->n_sources, found->n_sources);
    for (size_t i = 0; i < stated->n_sources && i < found->n_sources; i++)
        hashes(it, "sources", own->sources[stated->sources[i]]->record,
               made->sources[found->sources[i]]->record);
}

static void compare_grades(row *it, const Cbank__V1__Grade *stated, const Cbank__V1__Grade *found)
{
    cbank_buffer left = {0}, right = {0};

    if (stated != NULL && it->status == CBANK_OK)
        it->status = cbi_message_pack(stated, &left, it->err);
    if (found != NULL && it->status == CBANK_OK)
        it->status = cbi_message_pack(found, &right, it->err);
    if (!cbi_bytes_equal(cbi_bytes_of_buffer(&left), cbi_bytes_of_buffer(&right)))
        texts(it, "grade", stated == NULL ? "" : text_of(stated->label),
              found == NULL ? " " : text_of(found->label));
    cbank_buffer_clear(&left);
    cbank_buffer_clear(&right);
}

static void compare_grant(row *it, const recognition_grant *stated, const cbi_recognition_rows *own,
                          const recognition_grant *found, const cbi_recognition_rows *made)
{
    numbers(it, "rule_set", stated->rule_set, found->rule_set);
    texts(it, "rule", text_of(stated->rule), text_of(found->rule));
    numbers(it, "effect", stated->effect, found->effect);
    texts(it, "target", stated->target == NULL ? "" : text_of(stated->target->value),
          found->target == NULL ? "" : text_of(found->target->value));
    texts(it, "bucket", text_of(stated->bucket), text_of(found->bucket));
    texts(it, "unit", stated->amount == NULL ? "" : text_of(stated->amount->unit),
          found->amount == NULL ? "" : text_of(found->amount->unit));
    amounts(it, "amount", milli_of(stated), milli_of(found));
    compare_grades(it, stated->grade, found->grade);
    compare_named(it, stated, own, found, made);
}

/* ---- sources ------------------------------------------------------------------------------ */

static const recognition_source *find_source(const cbi_recognition_rows *rows,
                                             ProtobufCBinaryData record)
{
    for (size_t i = 0; i < rows->source_count; i++) {
        if (cbi_bytes_equal(cbi_message_bytes(rows->sources[i]->record), cbi_message_bytes(record)))
            return rows->sources[i];
    }
    return NULL;
}

static void compare_source(row *it, const recognition_source *stated,
                           const recognition_source *found)
{
    numbers(it, "sequence", stated->sequence, found->sequence);
    hashes(it, "leaf", stated->leaf, found->leaf);
    numbers(it, "scope", stated->scope, found->scope);
    numbers(it, "leftover", stated->leftover, found->leftover);
    amounts(it, "used", stated->used_milli, found->used_milli);
    amounts(it, "left", stated->left_milli, found->left_milli);
}

/* ---- all ---------------------------------------------------------------------------------- */

/* The rulings under which the plan becomes what the recognition shows. */
static size_t find_rulings(const Cbank__V1__Plan *plan, const cbi_recognition_rows *rows,
                           cbi_ruling_on_grant *out)
{
    size_t count = 0;

    for (uint32_t a = 0; a < plan->n_applications; a++) {
        for (uint32_t g = 0; g < plan->applications[a]->n_grants; g++) {
            const Cbank__V1__PlanGrant *proposal = plan->applications[a]->grants[g];
            const recognition_grant *grant = find_grant(rows, a + 1, proposal->grant);
            int64_t milli = grant == NULL ? 0 : milli_of(grant);

            if (grant == NULL || (milli >= 0 && milli < proposal->counted_milli))
                out[count++] = (cbi_ruling_on_grant){.application = a, .grant = g, .milli = milli};
        }
    }
    return count;
}

static cbank_status compare_rows(const Cbank__V1__Plan *plan, const cbi_recognition_rows *own,
                                 const cbi_recognition_rows *made, cbi_regrant *out,
                                 cbank_error *err)
{
    bool by_rule[CBI_USES_MAX] = {false};
    cbank_status status = CBANK_OK;

    for (uint32_t i = 0; i < own->grant_count; i++) {
        const recognition_grant *stated = own->grants[i];
        row it = {.out = out, .kind = CBI_REGRANT_GRANT, .position = i, .err = err};
        const recognition_grant *found;
        uint32_t position;

        if (stated->basis != RULE)
            continue;
        for (size_t k = 0; k < stated->n_sources; k++)
            by_rule[stated->sources[k]] = true;
        found = find_grant(made, stated->application, stated->rule_grant);
        if (proposed(plan, stated, &position) == NULL || found == NULL)
            texts(&it, "application", text_of(stated->rule), "");
        else if (find_grant(own, stated->application, stated->rule_grant) != stated)
            texts(&it, "application", "twice", "once");
        else
            compare_grant(&it, stated, own, found, made);
        CBI_TRY(it.status);
    }
    for (uint32_t i = 0; i < own->source_count; i++) {
        const recognition_source *found = find_source(made, own->sources[i]->record);
        row it = {.out = out, .kind = CBI_REGRANT_SOURCE, .position = i, .err = err};

        if (!by_rule[i])
            continue;
        if (found == NULL)
            hashes(&it, "record", own->sources[i]->record, (ProtobufCBinaryData){0});
        else
            compare_source(&it, own->sources[i], found);
        CBI_TRY(it.status);
    }
done:
    return status;
}

static bool rests_on_rules(const cbi_recognition_rows *rows)
{
    for (size_t i = 0; i < rows->grant_count; i++) {
        if (rows->grants[i]->basis == RULE)
            return true;
    }
    return false;
}

cbank_status cbi_regrant_compare(cbi_hasher *hasher, cbi_bytes plan,
                                 const cbi_recognition *recognition, cbi_regrant *out,
                                 cbank_error *err)
{
    Cbank__V1__RecognitionHead head = CBANK__V1__RECOGNITION_HEAD__INIT;
    row whole = {.out = out, .kind = CBI_REGRANT_PLAN, .err = err};
    const cbi_recognition_rows *own = &recognition->rows, none = {0};
    Cbank__V1__Plan *message = NULL;
    cbi_ruling_on_grant *rulings = NULL;
    cbi_granting granting = {0};
    cbank_status status = CBANK_OK;
    size_t count = 0;

    CBI_TRY(cbi_message_parse(&cbank__v1__plan__descriptor, plan, &message, err));
    for (size_t i = 0; i < message->n_applications; i++)
        count += message->applications[i]->n_grants;
    CBI_TRY(cbi_alloc(count, sizeof(*rulings), &rulings, err));
    count = find_rulings(message, own, rulings);
    head.unit = recognition->head->unit;
    CBI_TRY(cbi_granting_make(hasher, plan, rulings, count, &none, &head, &granting, err));
    hashes(&whole, "plan_digest", recognition->head->plan_digest, head.plan_digest);
    texts(&whole, "unit", text_of(recognition->head->unit), text_of(message->unit));
    CBI_TRY(whole.status);
    if (rests_on_rules(own))
        CBI_TRY(compare_rows(message, own, &granting.rows, out, err));
done:
    cbi_granting_clear(&granting);
    cbi_free(rulings);
    cbi_message_free(message);
    return status;
}
