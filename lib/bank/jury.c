#include "bank/jury.h"

#include <stdatomic.h>

#include "bank/capacity.h"
#include "base/conveyor.h"
#include "base/memory.h"
#include "crypto/stint.h"

/* Items that a juror takes at once; and how many make another one worth having. */
#define SHARE_MAX 32u
#define WORTH_A_JUROR 256u
/* A unit that was ruled on. */
typedef struct finding {
    cbi_unit unit;
    bool decided; /* in an earlier run, or refused when all were judged; and not ruled on */
    bool ready;   /* to be written as it is */
    cbi_hash content;
} finding;

/* Some items, which one juror takes and rules on; any of them may settle what was found. */
typedef struct share {
    bool stands;       /* whether rulings may still be kept */
    cbank_buffer room; /* of its items */
    cbi_batch items;
    finding *findings;
    size_t count;
    cbank_status status; /* with which reading or ruling ended */
    cbank_error error;
} share;

typedef struct jury {
    cbi_conveyor conveyor;
    cbi_deposit *deposit; /* its batch is whose who takes, the rest whose who settles */
    uint64_t until;
    uint64_t size; /* items of a share */
    share shares[CBI_CONVEYOR_PLACES_MAX];
    atomic_bool stands; /* as the last share left it */
} jury;

typedef struct juror {
    jury *jury;
    cbi_txn *txn;
    cbi_hasher *hasher;
    cbi_awarder last;
    cbi_recall_view recall;
} juror;

/* ---- a juror ------------------------------------------------------------------------------- */

static cbank_status begin(juror *it, cbank_error *err)
{
    const cbi_bank *bank = it->jury->deposit->bank;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_hasher_new(bank->config.suite, &it->hasher, err));
    CBI_TRY(cbi_txn_begin(bank->store, CBI_TXN_READ, &it->txn, err));
    it->recall = cbi_recall_look(bank, it->txn);
done:
    return status;
}

static void end(juror *it)
{
    cbi_awarder_clear(&it->last);
    cbi_txn_abort(it->txn);
    cbi_hasher_free(it->hasher);
}

static void empty_findings(share *it)
{
    for (size_t i = 0; i < it->count; i++)
        cbi_unit_empty(&it->findings[i].unit);
    it->count = 0;
}

/* The next items, while there are any. */
static bool take(void *context, size_t place, bool *last)
{
    jury *all = context;
    cbi_batch *batch = &all->deposit->batch;
    uint64_t left = all->until - batch->next;
    share *taken = &all->shares[place];

    if (batch->next >= all->until)
        return false;
    taken->stands = atomic_load(&all->stands);
    taken->status = cbi_batch_share(batch, left < all->size ? left : all->size, &taken->room,
                                    &taken->items, &taken->error);
    *last = taken->status != CBANK_OK || batch->next >= all->until;
    return true;
}

static cbank_status find_content(const cbi_bank *bank, const cbi_unit *unit, cbi_hash *out,
                                 cbank_error *err)
{
    const cbi_identity *document = &unit->persons[0].documents[0];

    return cbi_holding_content_of(bank, cbi_batch_item_bytes(unit->items[0].item), document->type,
                                  document->number, out, err);
}

static cbank_status rule_next(juror *it, share *taken, const cbi_judge *judge, cbank_error *err)
{
    const cbi_deposit *deposit = it->jury->deposit;
    finding *found = &taken->findings[taken->count];
    cbank_status status = CBANK_OK;

    found->decided = found->ready = false;
    CBI_TRY(cbi_unit_read(it->hasher, &taken->items, &found->unit, err));
    found->decided = found->unit.first < deposit->intake.next ||
                     cbi_outcome_refuses((cbi_outcome)deposit->items[found->unit.first].outcome);
    if (!found->decided) {
        CBI_TRY(cbi_unit_rule(judge, it->txn, &found->unit, err));
        found->ready = taken->stands && found->unit.count == 1 &&
                       cbi_ready_suits(&found->unit.claims[0], &found->unit.rulings[0]);
    }
    if (found->ready)
        CBI_TRY(find_content(deposit->bank, &found->unit, &found->content, err));
    taken->count++;
done:
    if (status != CBANK_OK)
        cbi_unit_clear(&found->unit);
    return status;
}

static void rule(void *worker, size_t place)
{
    juror *it = worker;
    share *taken = &it->jury->shares[place];
    cbi_judge judge = cbi_deposit_judge_of(it->jury->deposit);

    empty_findings(taken); /* of the share that had its place before */
    judge.hasher = it->hasher;
    judge.last = &it->last;
    judge.recall = &it->recall;
    while (taken->status == CBANK_OK && cbi_batch_has_next(&taken->items))
        taken->status = rule_next(it, taken, &judge, &taken->error);
}

/* ---- in order ------------------------------------------------------------------------------ */

static cbank_status keep_ready(cbi_deposit *deposit, const finding *found, cbank_error *err)
{
    const cbi_unit *unit = &found->unit;
    const Cbank__V1__BatchItem *item = unit->items[0].item;
    const cbi_claim *claim = &unit->claims[0];
    cbi_ready_record record;
    cbank_status status = CBANK_OK;

    if (claim->record == NULL || unit->count != 1)
        deposit->stands = false;
    if (!deposit->stands || !found->ready || unit->rulings[0].outcome != CBI_OUTCOME_DEPOSITED)
        return CBANK_OK;
    record = cbi_ready_record_of(claim, &unit->rulings[0]);
    record.item = (uint32_t)unit->first;
    record.content = found->content;
    record.bytes = cbi_message_bytes(item->record);
    (void)cbi_hash_from(cbi_message_bytes(item->opening->random), &record.random); /* checked: 32 */
    CBI_TRY(cbi_ready_add(deposit->ready, &record, err));
done:
    cbi_wipe(&record, sizeof(record));
    return status;
}

static cbank_status settle_unit(juror *it, finding *found, cbank_error *err)
{
    cbi_deposit *deposit = it->jury->deposit;
    cbi_unit *unit = &found->unit;
    cbank_status status = CBANK_OK;

    deposit->judged += unit->count;
    if (found->decided)
        return CBANK_OK;
    CBI_TRY(cbi_unit_settle(deposit->tally, it->txn, it->hasher, unit, err));
    CBI_TRY(keep_ready(deposit, found, err));
    for (size_t i = 0; i < unit->count; i++) {
        const cbi_ruling *ruling = &unit->rulings[i];

        deposit->items[unit->first + i] =
            (cbi_deposited){.outcome = (uint8_t)ruling->outcome,
                            .change = unit->claims[i].person == NULL,
                            .amends = unit->claims[i].superseded != NULL,
                            .index = ruling->index};
        if (cbi_outcome_refuses(ruling->outcome))
            cbi_deposit_note_refusal(deposit, unit, i);
    }
done:
    return status;
}

static cbank_status settle(void *worker, size_t place, cbank_error *err)
{
    juror *it = worker;
    share *next = &it->jury->shares[place];
    cbi_deposit *deposit = it->jury->deposit;
    cbank_status status = CBANK_OK;

    if (cbi_txn_version(it->txn) != deposit->version) /* whoever ruled has the same */
        deposit->one_version = false;
    for (size_t i = 0; i < next->count; i++)
        CBI_TRY(settle_unit(it, &next->findings[i], err));
    atomic_store(&it->jury->stands, deposit->stands);
    status = next->status;
    if (status != CBANK_OK && err != NULL)
        *err = next->error;
done:
    return status;
}

/* ---- the jury ------------------------------------------------------------------------------ */

static const cbi_conveyor_work work = {.take = take, .make = rule, .settle = settle};

static void serve(void *context)
{
    juror it = {.jury = context};
    cbank_error error = {0};
    cbank_status status;

    cbi_stint_begin();
    status = begin(&it, &error);
    if (status == CBANK_OK)
        cbi_conveyor_serve(&it.jury->conveyor, &it, cbi_txn_version(it.txn));
    else
        cbi_conveyor_stop(&it.jury->conveyor, status, &error);
    end(&it);
    cbi_stint_end();
}

static cbank_status find_places(jury *all, unsigned jurors, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < cbi_conveyor_places(jurors); i++)
        CBI_TRY(cbi_alloc((size_t)all->size + 1, sizeof(finding), &all->shares[i].findings, err));
done:
    return status;
}

static void clear_places(jury *all)
{
    for (size_t i = 0; i < CBI_CONVEYOR_PLACES_MAX; i++) {
        finding *findings = all->shares[i].findings;

        for (size_t j = 0; findings != NULL && j <= all->size; j++)
            cbi_unit_clear(&findings[j].unit);
        cbi_free(findings);
        cbank_buffer_clear(&all->shares[i].room);
    }
}

cbank_status cbi_jury_judge(cbi_deposit *deposit, uint64_t until, cbank_error *err)
{
    uint64_t count = until - deposit->judged;
    unsigned jurors = cbi_crew_size(count, WORTH_A_JUROR);
    jury all = {.deposit = deposit,
                .until = until,
                .stands = deposit->stands,
                .size = count < SHARE_MAX ? count : SHARE_MAX};
    cbank_status status = CBANK_OK;

    CBI_TRY(find_places(&all, jurors, err));
    cbi_conveyor_begin(&work, &all, jurors, &all.conveyor);
    cbi_crew_run(jurors, serve, &all);
    CBI_TRY(cbi_conveyor_end(&all.conveyor, err));
done:
    clear_places(&all);
    return status;
}
