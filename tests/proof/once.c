/* A bank that writes again what an institution has signed once. */
#include "proof/once.h"

#include <criterion/criterion.h>

#include <string.h>

#include "proof/story.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name

static story it;
static cbi_verify_terms terms;

static void start(void)
{
    story_begin(&it, CBI_SUITE_SHA256_ED25519);
    terms = (cbi_verify_terms){.recipient = cbi_bytes_of_text(PAPER_RECIPIENT), .at = WORLD_AT};
}

static void end(void)
{
    story_end(&it);
}

TestSuite(once, .init = start, .fini = end);

/* Suspended, reinstated and suspended again: the reinstatement of then does not count now. */
Test(once, a_reinstatement_is_not_used_a_second_time)
{
    const world_entry *late = &it.learner.chain.entries[STORY_LATE];
    world_batch *batch = world_batch_new(it.world, &it.world->own);
    cbi_reason reason;

    world_take(it.world, &it.world->own, &it.learner, late, ACTION(SUSPEND));
    world_change(it.world, batch, &it.learner, late, ACTION(REINSTATE));
    world_sign(it.world, batch);
    world_deposit(it.world, batch);
    world_take(it.world, &it.world->own, &it.learner, late, ACTION(SUSPEND));
    for (int evidence = 0; evidence < 2; evidence++)
        cr_expect_eq(paper_answer_to(it.world,
                                     paper_make(it.world, &it.learner,
                                                &(paper_terms){.evidence = evidence != 0}),
                                     &terms, &reason),
                     CBANK_OK);
    world_deposit(it.world, batch);
    for (int evidence = 0; evidence < 2; evidence++)
        paper_refused(it.world,
                      paper_make(it.world, &it.learner,
                                 &(paper_terms){.evidence = evidence != 0}),
                      &terms, CBI_REASON_EVIDENCE_DIFFERS);
}

/* Nor under the pretext that it is said again after a merger that was undone. */
Test(once, it_is_not_said_again_on_the_chain_that_it_stands_on)
{
    const world_entry *late = &it.friend.chain.entries[1];
    world_batch *batch = world_batch_new(it.world, &it.world->own);
    world_learner other;

    world_take(it.world, &it.world->own, &it.friend, late, ACTION(SUSPEND));
    world_change(it.world, batch, &it.friend, late, ACTION(REINSTATE));
    world_sign(it.world, batch);
    world_deposit(it.world, batch);
    world_take(it.world, &it.world->own, &it.friend, late, ACTION(SUSPEND));
    world_open(it.world, &other, it.friend.type, it.friend.number, it.friend.name);
    world_merge(it.world, &it.friend, &other);
    world_unmerge(it.world, &other);
    world_deposit(it.world, batch);
    paper_refused(it.world,
                  paper_make(it.world, &it.friend, &(paper_terms){.evidence = true}), &terms,
                  CBI_REASON_EVIDENCE_DIFFERS);
}

/* ---- recognitions -------------------------------------------------------------------------- */

static Cbank__V1__ConversionRecognised recognised[2];
static Cbank__V1__ConversionChanged changed[3]; /* the last one by the bank alone */
static uint8_t ids[4][CBI_HASH_SIZE] = {{1}, {2}, {3}, {4}};
static cbi_verdict_item items[5];
static cbi_kind kinds[4];

static ProtobufCBinaryData id(size_t i)
{
    return (ProtobufCBinaryData){CBI_HASH_SIZE, ids[i]};
}

static void put(size_t item, size_t kind, int number, const void *body)
{
    kinds[kind].kind = (Cbank__V1__StatementKind)number;
    items[item].shown = true;
    items[item].sequence = item;
    items[item].statement.kind = &kinds[kind];
    items[item].statement.body = (void *)(uintptr_t)body;
}

/* Recognised, suspended, reinstated, reversed, recognised; by decisions of their own or none. */
static cbi_verdict lay_out(void)
{
    for (size_t i = 0; i < 3; i++)
        cbank__v1__conversion_changed__init(&changed[i]);
    for (size_t i = 0; i < 2; i++) {
        cbank__v1__conversion_recognised__init(&recognised[i]);
        recognised[i].recognition = id(i);
        changed[i].change = id(2 + i);
    }
    memset(items, 0, sizeof(items));
    put(0, 0, KIND(CONVERSION_RECOGNISED), &recognised[0]);
    put(1, 1, KIND(CONVERSION_SUSPENDED), &changed[0]);
    put(2, 2, KIND(CONVERSION_REINSTATED), &changed[1]);
    put(3, 3, KIND(CONVERSION_REVERSED), &changed[2]);
    put(4, 0, KIND(CONVERSION_RECOGNISED), &recognised[1]);
    return (cbi_verdict){.items = items, .item_count = 5, .shown = 5};
}

Test(once, a_recognition_that_was_reversed_is_not_entered_again)
{
    cbi_verdict verdict = lay_out();
    cbank_error err = {0};

    cr_expect_eq(cbi_once_check(&verdict, &err), CBANK_OK);
    recognised[1].recognition = id(0);
    cr_expect_eq(cbi_once_check(&verdict, &err), CBANK_E_BAD_SEMANTICS);
    cr_expect_eq(err.reason, CBI_REASON_EVIDENCE_DIFFERS);
    cr_expect_eq(err.where, 4);
}

Test(once, a_change_of_a_recognition_is_made_once)
{
    cbi_verdict verdict = lay_out();
    cbank_error err = {0};

    for (size_t i = 2; i < 4; i++) {
        changed[2].change = id(i);
        cr_expect_eq(cbi_once_check(&verdict, &err), CBANK_E_BAD_SEMANTICS);
        cr_expect_eq(err.where, 3);
    }
    items[3].shown = false; /* withheld: it says nothing */
    cr_expect_eq(cbi_once_check(&verdict, &err), CBANK_OK);
}
