/* What a hostile plan may cost whoever makes a recognition of it. */
#include "proof/granting.h"

#include <criterion/criterion.h>

#include <time.h>

#include "base/limits.h"
#include "base/memory.h"

#define GRANTS 1024

/* One rule that takes every record, and grants as often as may be. */
static cbank_buffer pack_plan(uint32_t records)
{
    Cbank__V1__Plan message = CBANK__V1__PLAN__INIT;
    Cbank__V1__PublicationRef ref = CBANK__V1__PUBLICATION_REF__INIT, *refs[1] = {&ref};
    Cbank__V1__PlanApplication application = CBANK__V1__PLAN_APPLICATION__INIT;
    Cbank__V1__PlanApplication *applications[1] = {&application};
    Cbank__V1__PlanSource sources[CBI_USES_MAX], *source_list[CBI_USES_MAX];
    Cbank__V1__PlanGrant grants[GRANTS], *grant_list[GRANTS];
    static uint8_t leaves[CBI_USES_MAX][CBI_HASH_SIZE];
    uint32_t positions[CBI_USES_MAX];
    cbank_buffer plan = {0};

    for (uint32_t i = 0; i < records; i++) {
        cbank__v1__plan_source__init(&sources[i]);
        cbi_put_u32(leaves[i], i + 1);
        sources[i].record = sources[i].leaf = (ProtobufCBinaryData){CBI_HASH_SIZE, leaves[i]};
        sources[i].sequence = records - i;
        sources[i].amount_milli = 1;
        source_list[i] = &sources[i];
        positions[i] = i;
    }
    for (size_t i = 0; i < GRANTS; i++) {
        cbank__v1__plan_grant__init(&grants[i]);
        grants[i].grant = (uint32_t)i;
        grants[i].amount_milli = grants[i].counted_milli = 1;
        grant_list[i] = &grants[i];
    }
    application.rule = cbi_message_string("R");
    application.effect = CBANK__V1__RULE_EFFECT__RULE_EFFECT_TRANSFER;
    application.force = CBANK__V1__FORCE__FORCE_BINDING;
    application.use_scope = CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE;
    application.leftover = CBANK__V1__LEFTOVER__LEFTOVER_KEPT;
    application.sources = positions;
    application.n_sources = records;
    application.grants = grant_list;
    application.n_grants = GRANTS;
    ref.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_RULE_SET;
    ref.id = cbi_message_string("rules");
    ref.edition = 1;
    ref.digest = (ProtobufCBinaryData){CBI_HASH_SIZE, leaves[0]};
    message.version = 1;
    message.unit = cbi_message_string("credit");
    message.rule_sets = refs;
    message.n_rule_sets = 1;
    message.goal = CBANK__V1__PLAN_GOAL__PLAN_GOAL_AWARD;
    message.sources = source_list;
    message.n_sources = records;
    message.applications = applications;
    message.n_applications = 1;
    cr_assert_eq(cbi_message_pack(&message, &plan, NULL), CBANK_OK);
    return plan;
}

/* Processor time to make a recognition of a plan of so many records; the least of three. */
static double cost(cbi_hasher *hasher, uint32_t records)
{
    const cbi_recognition_rows none = {0};
    cbank_buffer plan = pack_plan(records);
    double least = 0;

    for (int run = 0; run < 3; run++) {
        Cbank__V1__RecognitionHead head = CBANK__V1__RECOGNITION_HEAD__INIT;
        cbi_granting made = {0};
        clock_t begin = clock();
        cbank_error err = {0};
        double spent;

        head.unit = cbi_message_string("credit");
        cr_assert_eq(cbi_granting_make(hasher, cbi_bytes_of_buffer(&plan), NULL, 0, &none, &head,
                                       &made, &err),
                     CBANK_OK, "%s", err.object);
        spent = (double)(clock() - begin) / CLOCKS_PER_SEC;
        least = run == 0 || spent < least ? spent : least;
        cr_expect_eq(made.rows.source_count, records);
        for (uint32_t i = 1; i < records; i++)
            cr_assert_lt(made.rows.sources[i - 1]->sequence, made.rows.sources[i]->sequence);
        for (uint32_t i = 0; i < records; i++)
            cr_assert_eq(made.rows.grants[GRANTS - 1]->sources[i], i);
        cbi_granting_clear(&made);
    }
    cbank_buffer_clear(&plan);
    return least;
}

Test(granting, four_times_the_records_cost_about_four_times_as_much)
{
    cbi_hasher *hasher = NULL;
    double some, all;

    cr_assert_eq(cbi_hasher_new(CBI_SUITE_SHA256_ED25519, &hasher, NULL), CBANK_OK);
    some = cost(hasher, CBI_USES_MAX / 4);
    all = cost(hasher, CBI_USES_MAX);
    cr_expect_lt(all, 9 * some + 0.01, "%.4f s, %.4f s", some, all); /* not sixteen times */
    cbi_hasher_free(hasher);
}
