/* A recognition against its plan: what follows from it is the same, and every change is named. */
#include "proof/regrant.h"

#include <criterion/criterion.h>

#include <string.h>

#define RULE CBANK__V1__GRANT_BASIS__GRANT_BASIS_RULE

static cbank_error err;
static cbi_hasher *hasher;
static cbank_buffer plan;
static cbi_granting granting;
static Cbank__V1__RecognitionHead head;
static cbi_recognition recognition;

static uint8_t hashes[6][32];

static ProtobufCBinaryData hash(int number)
{
    memset(hashes[number], number + 1, 32);
    return (ProtobufCBinaryData){32, hashes[number]};
}

/* A rule on each of two records: 3 of the first's 4 become a course, the other's 2 go anywhere. */
static void pack_plan(void)
{
    Cbank__V1__Plan message = CBANK__V1__PLAN__INIT;
    Cbank__V1__PublicationRef ref = CBANK__V1__PUBLICATION_REF__INIT, *refs[1] = {&ref};
    Cbank__V1__PlanSource sources[2], *source_list[2] = {&sources[0], &sources[1]};
    Cbank__V1__PlanApplication applications[2];
    Cbank__V1__PlanApplication *list[2] = {&applications[0], &applications[1]};
    Cbank__V1__PlanGrant grants[2], *grant_list[2] = {&grants[0], &grants[1]};
    uint32_t positions[2] = {0, 1};

    for (int i = 0; i < 2; i++) {
        cbank__v1__plan_source__init(&sources[i]);
        cbank__v1__plan_application__init(&applications[i]);
        cbank__v1__plan_grant__init(&grants[i]);
        sources[i].record = hash(2 * i);
        sources[i].leaf = hash(2 * i + 1);
        sources[i].sequence = (uint64_t)i + 1;
        sources[i].amount_milli = i == 0 ? 4000 : 2000;
        applications[i].rule = cbi_message_string(i == 0 ? "R-1" : "R-2");
        applications[i].effect = CBANK__V1__RULE_EFFECT__RULE_EFFECT_TRANSFER;
        applications[i].force = CBANK__V1__FORCE__FORCE_BINDING;
        applications[i].use_scope = CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE;
        applications[i].leftover = CBANK__V1__LEFTOVER__LEFTOVER_KEPT;
        applications[i].sources = &positions[i];
        applications[i].n_sources = 1;
        applications[i].grants = &grant_list[i];
        applications[i].n_grants = 1;
        grants[i].bucket = cbi_message_string("core");
        grants[i].amount_milli = grants[i].counted_milli = i == 0 ? 3000 : 2000;
    }
    grants[0].course = cbi_message_string("MATH");
    ref.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_RULE_SET;
    ref.id = cbi_message_string("rules");
    ref.edition = 1;
    ref.digest = hash(4);
    message.version = 1;
    message.unit = cbi_message_string("credit");
    message.rule_sets = refs;
    message.n_rule_sets = 1;
    message.goal = CBANK__V1__PLAN_GOAL__PLAN_GOAL_AWARD;
    message.sources = source_list;
    message.n_sources = 2;
    message.applications = list;
    message.n_applications = 2;
    cr_assert_eq(cbi_message_pack(&message, &plan, &err), CBANK_OK, "%s", err.object);
}

/* What an institution makes of it under these rulings. */
static void grant(const cbi_ruling_on_grant *rulings, size_t count)
{
    const cbi_recognition_rows none = {0};

    cbank__v1__recognition_head__init(&head);
    head.unit = cbi_message_string("credit");
    cr_assert_eq(cbi_granting_make(hasher, cbi_bytes_of_buffer(&plan), rulings, count, &none, &head,
                                   &granting, &err),
                 CBANK_OK);
    recognition = (cbi_recognition){.head = &head, .rows = granting.rows};
}

static void begin(void)
{
    cr_assert_eq(cbi_hasher_new(CBI_SUITE_SHA256_ED25519, &hasher, &err), CBANK_OK);
    pack_plan();
}

static void end(void)
{
    cbi_granting_clear(&granting);
    cbank_buffer_clear(&plan);
    cbi_hasher_free(hasher);
}

TestSuite(regrant, .init = begin, .fini = end);

/* All that differs is one thing of this kind and field; NULL: nothing does. */
static void expect(cbi_regrant_kind kind, const char *field)
{
    cbi_regrant found = {0};

    cr_assert_eq(cbi_regrant_compare(hasher, cbi_bytes_of_buffer(&plan), &recognition, &found,
                                     &err),
                 CBANK_OK);
    if (field == NULL) {
        cr_expect_eq(found.count, 0, "%s", found.count > 0 ? found.list[0].field : "");
    } else {
        cr_assert_eq(found.count, 1, "%s: %u", field, (unsigned)found.count);
        cr_expect_eq(found.list[0].kind, kind);
        cr_expect_str_eq(found.list[0].field, field);
        cr_expect_str_neq(found.list[0].stated, found.list[0].found);
    }
    cbi_regrant_clear(&found);
}

Test(regrant, what_follows_from_the_plan_is_the_same)
{
    grant(NULL, 0);
    expect(0, NULL);
}

Test(regrant, what_the_institution_refused_or_cut_is_its_right)
{
    Cbank__V1__Code reason = CBANK__V1__CODE__INIT;
    const cbi_ruling_on_grant rulings[] = {{.application = 0, .grant = 0, .milli = 1500},
                                           {.application = 1, .grant = 0, .reason = &reason}};

    grant(rulings, 2);
    cr_expect_eq(granting.rows.grant_count, 1u);
    expect(0, NULL);
}

Test(regrant, every_tampered_grant_is_named)
{
    Cbank__V1__RecognitionGrant kept;
    Cbank__V1__Grade grade = CBANK__V1__GRADE__INIT;
    Cbank__V1__Code other = CBANK__V1__CODE__INIT;
    Cbank__V1__Amount more = CBANK__V1__AMOUNT__INIT;

    grant(NULL, 0);
    kept = *recognition.rows.grants[0];
    other.value = cbi_message_string("ART");
    grade.label = cbi_message_string("A");
    more.unit = cbi_message_string("credit");
    more.milli = 3001;
    recognition.rows.grants[0]->bucket = cbi_message_string("free");
    expect(CBI_REGRANT_GRANT, "bucket");
    *recognition.rows.grants[0] = kept;
    recognition.rows.grants[0]->target = &other;
    expect(CBI_REGRANT_GRANT, "target");
    *recognition.rows.grants[0] = kept;
    recognition.rows.grants[0]->rule = cbi_message_string("R-9");
    expect(CBI_REGRANT_GRANT, "rule");
    *recognition.rows.grants[0] = kept;
    recognition.rows.grants[0]->effect = CBANK__V1__GRANT_EFFECT__GRANT_EFFECT_EXEMPT;
    expect(CBI_REGRANT_GRANT, "effect");
    *recognition.rows.grants[0] = kept;
    recognition.rows.grants[0]->grade = &grade;
    expect(CBI_REGRANT_GRANT, "grade");
    *recognition.rows.grants[0] = kept;
    recognition.rows.grants[0]->amount = &more;
    expect(CBI_REGRANT_GRANT, "amount");
    *recognition.rows.grants[0] = kept;
    recognition.rows.grants[0]->application = 3;
    {
        cbi_regrant found = {0};

        cr_assert_eq(cbi_regrant_compare(hasher, cbi_bytes_of_buffer(&plan), &recognition, &found,
                                         &err),
                     CBANK_OK);
        cr_assert_geq(found.count, 1u, "the plan has no third application");
        cr_expect_str_eq(found.list[0].field, "application");
        cbi_regrant_clear(&found);
    }
}

Test(regrant, a_grant_that_is_granted_twice_is_named)
{
    Cbank__V1__RecognitionGrant *twice[3];

    grant(NULL, 0);
    twice[0] = recognition.rows.grants[0];
    twice[1] = recognition.rows.grants[1];
    twice[2] = recognition.rows.grants[0];
    recognition.rows.grants = twice;
    recognition.rows.grant_count = 3;
    recognition.rows.grants[2] = &(Cbank__V1__RecognitionGrant){0};
    *recognition.rows.grants[2] = *twice[0];
    expect(CBI_REGRANT_GRANT, "application");
}

Test(regrant, every_tampered_source_is_named)
{
    Cbank__V1__RecognitionSource kept;

    grant(NULL, 0);
    kept = *recognition.rows.sources[0];
    cr_expect_eq(kept.used_milli, 3000);
    cr_expect_eq(kept.left_milli, 1000);
    recognition.rows.sources[0]->left_milli = 2000;
    expect(CBI_REGRANT_SOURCE, "left");
    *recognition.rows.sources[0] = kept;
    recognition.rows.sources[0]->used_milli = 1;
    expect(CBI_REGRANT_SOURCE, "used");
    *recognition.rows.sources[0] = kept;
    recognition.rows.sources[0]->scope = CBANK__V1__USE_SCOPE__USE_SCOPE_PROGRAMME;
    expect(CBI_REGRANT_SOURCE, "scope");
    *recognition.rows.sources[0] = kept;
    recognition.rows.sources[0]->leftover = CBANK__V1__LEFTOVER__LEFTOVER_LOST;
    expect(CBI_REGRANT_SOURCE, "leftover");
    *recognition.rows.sources[0] = kept;
    recognition.rows.sources[0]->sequence = 7;
    expect(CBI_REGRANT_SOURCE, "sequence");
}

Test(regrant, another_plan_is_named_even_if_it_grants_the_same)
{
    static uint8_t other[32] = {9};

    grant(NULL, 0);
    head.plan_digest = (ProtobufCBinaryData){32, other};
    expect(CBI_REGRANT_PLAN, "plan_digest");
}

Test(regrant, what_rests_on_no_rule_is_not_asked_of_the_plan)
{
    const cbi_ruling_on_grant ruling = {.application = 1, .grant = 0};

    grant(&ruling, 1);
    recognition.rows.grants[0]->basis = CBANK__V1__GRANT_BASIS__GRANT_BASIS_AGREEMENT;
    recognition.rows.grants[0]->bucket = cbi_message_string("elsewhere");
    expect(0, NULL);
}
