/* The fold over all chains, as a transcript of any length asks for it; and by whose word. */
#include "proof/conversion.h"

#include <criterion/criterion.h>

#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "record/kind.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define SCOPE(name) CBANK__V1__USE_SCOPE__USE_SCOPE_##name

/* Processor time to settle an account of so many withheld awards; the least of three. */
static double cost(uint32_t count)
{
    Cbank__V1__TranscriptHead head = CBANK__V1__TRANSCRIPT_HEAD__INIT;
    Cbank__V1__Chain chain = CBANK__V1__CHAIN__INIT, *chains[] = {&chain};
    cbi_verdict verdict = {.transcript.head = &head, .item_count = count};
    uint64_t joins[1] = {0};
    double least = 0;

    chain.items = count;
    head.n_chains = 1;
    head.chains = chains;
    verdict.joins = joins;
    cr_assert_eq(cbi_alloc(count, sizeof(*verdict.items), &verdict.items, NULL), CBANK_OK);
    for (uint32_t i = 0; i < count; i++) {
        verdict.items[i].sequence = i;
        verdict.items[i].entry_class = CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD;
    }
    for (int run = 0; run < 3; run++) {
        clock_t begin = clock();
        double spent;

        cr_assert_eq(cbi_conversion_settle(&verdict, NULL), CBANK_OK);
        spent = (double)(clock() - begin) / CLOCKS_PER_SEC;
        least = run == 0 || spent < least ? spent : least;
    }
    cbi_free(verdict.items);
    return least;
}

Test(conversion, four_times_the_entries_cost_four_times_as_much)
{
    double some = cost(CBI_TRANSCRIPT_ENTRIES_MAX / 4), all = cost(CBI_TRANSCRIPT_ENTRIES_MAX);

    cr_expect_lt(all, 10 * some + 0.01, "%.4f s, %.4f s", some, all); /* not sixteen times */
}

/* ---- by whose word ----------------------------------------------------------------------- */

enum { OPENED, RECORD, FIRST, END, SECOND, ITEMS };

/* A record that a conversion used, what became of the conversion, and another one. */
typedef struct life {
    cbi_verdict verdict;
    cbi_verdict_item items[ITEMS];
    Cbank__V1__TranscriptHead head;
    Cbank__V1__Chain chain, *chains[1];
    uint64_t joins[1];
    cbi_decision decision; /* whatever it is about: a decision that is at hand */
    Cbank__V1__ConversionRecognised recognised[2];
    Cbank__V1__RecordUse uses[2], *use_list[2];
    Cbank__V1__ConversionChanged changed;
    Cbank__V1__ConversionReplaced replaced;
    uint8_t ids[2][CBI_HASH_SIZE];
} life;

static void fill_item(life *it, int at, int kind, void *body)
{
    cbi_verdict_item *item = &it->items[at];

    *item = (cbi_verdict_item){.sequence = (uint64_t)at, .shown = true};
    item->statement.kind = cbi_kind_find(kind);
    item->statement.body = body;
    item->entry_class = (uint8_t)item->statement.kind->entry_class;
    item->leaf.bytes[0] = (uint8_t)(at + 1);
}

static ProtobufCBinaryData leaf_of(life *it, int at)
{
    return (ProtobufCBinaryData){CBI_HASH_SIZE, it->items[at].leaf.bytes};
}

static void fill_conversion(life *it, int at, size_t which, int scope)
{
    Cbank__V1__ConversionRecognised *body = &it->recognised[which];

    fill_item(it, at, KIND(CONVERSION_RECOGNISED), body);
    cbank__v1__conversion_recognised__init(body);
    cbank__v1__record_use__init(&it->uses[which]);
    it->uses[which].sequence = RECORD;
    it->uses[which].leaf = leaf_of(it, RECORD);
    it->uses[which].scope = (Cbank__V1__UseScope)scope;
    it->uses[which].leftover = CBANK__V1__LEFTOVER__LEFTOVER_LOST;
    it->use_list[which] = &it->uses[which];
    it->ids[which][0] = (uint8_t)(which + 1);
    body->recognition = (ProtobufCBinaryData){CBI_HASH_SIZE, it->ids[which]};
    body->uses = &it->use_list[which];
    body->n_uses = 1;
}

/* By the word of the institution that recognised, where its decision is at hand. */
static void prove(life *it, int at)
{
    it->items[at].decision = &it->decision;
    it->items[at].proven = CBI_PROVEN_INSTITUTION;
}

static void begin_life(life *it, int kind, int scope)
{
    static uint8_t change[CBI_HASH_SIZE] = {9};

    *it = (life){.verdict = {.items = it->items, .item_count = ITEMS}};
    cbank__v1__transcript_head__init(&it->head);
    cbank__v1__chain__init(&it->chain);
    it->chain.items = ITEMS;
    it->chains[0] = &it->chain;
    it->head.chains = it->chains;
    it->head.n_chains = 1;
    it->verdict.transcript.head = &it->head;
    it->verdict.joins = it->joins;
    fill_item(it, OPENED, KIND(ACCOUNT_OPENED), NULL);
    fill_item(it, RECORD, KIND(CREDIT_DEPOSITED), NULL);
    it->items[RECORD].proven = CBI_PROVEN_INSTITUTION;
    fill_conversion(it, FIRST, 0, scope);
    fill_conversion(it, SECOND, 1, scope);
    if (kind == KIND(CONVERSION_REPLACED)) {
        fill_item(it, END, kind, &it->replaced);
        cbank__v1__conversion_replaced__init(&it->replaced);
        it->replaced.touched_sequence = FIRST;
        it->replaced.touched_leaf = leaf_of(it, FIRST);
        it->replaced.by = it->recognised[1].recognition;
        return;
    }
    fill_item(it, END, kind, &it->changed);
    cbank__v1__conversion_changed__init(&it->changed);
    it->changed.touched_sequence = FIRST;
    it->changed.touched_leaf = leaf_of(it, FIRST);
    it->changed.change = (ProtobufCBinaryData){CBI_HASH_SIZE, change};
}

static cbi_proven settle(life *it)
{
    cbank_error err = {0};

    cr_assert_eq(cbi_conversion_settle(&it->verdict, &err), CBANK_OK, "%s %llu",
                 cbi_reason_word((cbi_reason)err.reason), (unsigned long long)err.where);
    return it->items[RECORD].proven;
}

Test(conversion, what_a_reversal_sets_free_proves_no_more_than_the_reversal)
{
    life it;

    begin_life(&it, KIND(CONVERSION_REVERSED), SCOPE(EVERYWHERE));
    cr_expect_eq(settle(&it), CBI_PROVEN_BANK, "the bank's word alone");
    begin_life(&it, KIND(CONVERSION_REVERSED), SCOPE(EVERYWHERE));
    prove(&it, END);
    cr_expect_eq(settle(&it), CBI_PROVEN_INSTITUTION);
    begin_life(&it, KIND(CONVERSION_REVERSED), SCOPE(EVERYWHERE));
    prove(&it, END);
    it.items[END].proven = CBI_PROVEN_VOUCHED;
    cr_expect_eq(settle(&it), CBI_PROVEN_VOUCHED);
    begin_life(&it, KIND(CONVERSION_REVERSED), SCOPE(COUNTED));
    cr_expect_eq(settle(&it), CBI_PROVEN_INSTITUTION, "what was only counted was free before");
}

Test(conversion, what_a_replacement_sets_free_proves_no_more_than_the_replacement)
{
    life it;

    begin_life(&it, KIND(CONVERSION_REPLACED), SCOPE(EVERYWHERE));
    cr_expect_eq(settle(&it), CBI_PROVEN_BANK);
    begin_life(&it, KIND(CONVERSION_REPLACED), SCOPE(EVERYWHERE));
    prove(&it, SECOND);
    cr_expect_eq(settle(&it), CBI_PROVEN_INSTITUTION);
}

Test(conversion, a_reinstated_one_proves_no_more_than_its_reinstatement)
{
    life it;

    for (int proven = 0; proven < 2; proven++) {
        begin_life(&it, KIND(CONVERSION_SUSPENDED), SCOPE(EVERYWHERE));
        fill_item(&it, SECOND, KIND(CONVERSION_REINSTATED), &it.changed);
        prove(&it, FIRST);
        if (proven)
            prove(&it, SECOND);
        cr_expect_eq(settle(&it), CBI_PROVEN_INSTITUTION, "what it uses is not free");
        cr_expect_eq(it.items[FIRST].proven, proven ? CBI_PROVEN_INSTITUTION : CBI_PROVEN_BANK);
    }
}
