#include "bank/jury.h"

#include <pthread.h>

#include "bank/capacity.h"
#include "base/crew.h"
#include "base/memory.h"
#include "crypto/stint.h"

/* Items that a juror takes at once; and how many make another one worth having. */
#define SHARE_MAX 32u
#define WORTH_A_JUROR 256u

typedef struct jury {
    pthread_mutex_t lock; /* over all that follows, and the deposit */
    pthread_cond_t turned;
    cbi_deposit *deposit;
    uint64_t until;
    uint64_t share;  /* items of one */
    uint64_t shares; /* taken so far */
    uint64_t turn;   /* which of them is settled next */
    bool over;       /* there is nothing more to take, or something failed */
    cbank_status status;
    cbank_error error;
} jury;

/* A unit that was ruled on. */
typedef struct finding {
    cbi_unit unit;
    bool decided; /* in an earlier run, and not ruled on */
    bool ready;   /* to be written as it is */
    cbi_hash content;
} finding;

typedef struct juror {
    jury *jury;
    cbi_txn *txn;
    cbi_hasher *hasher;
    cbi_awarder last;
    cbi_recall_view recall;

    /* The share at hand. */
    uint64_t number;
    bool stands;       /* whether rulings may still be kept */
    cbank_buffer room; /* of its items */
    cbi_batch items;
    finding *findings;
    size_t count;
    cbank_status status; /* with which reading or ruling ended */
    cbank_error error;
} juror;

static void stop(jury *it, cbank_status status, const cbank_error *error)
{
    if (it->status == CBANK_OK) {
        it->status = status;
        it->error = *error;
    }
    it->over = true;
}

/* ---- a juror ------------------------------------------------------------------------------- */

static cbank_status begin(juror *it, cbank_error *err)
{
    const cbi_deposit *deposit = it->jury->deposit;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc((size_t)it->jury->share + 1, sizeof(*it->findings), &it->findings, err));
    CBI_TRY(cbi_hasher_new(deposit->bank->config.suite, &it->hasher, err));
    CBI_TRY(cbi_txn_begin(deposit->bank->store, CBI_TXN_READ, &it->txn, err));
    it->recall = cbi_recall_look(deposit->bank, it->txn);
done:
    return status;
}

static void end(juror *it)
{
    cbi_awarder_clear(&it->last);
    cbi_txn_abort(it->txn);
    cbi_hasher_free(it->hasher);
    cbi_free(it->findings);
    cbank_buffer_clear(&it->room);
}

/* The next items; false if there are none. */
static bool take(juror *it)
{
    jury *all = it->jury;
    cbi_batch *batch = &all->deposit->batch;
    uint64_t left;

    (void)pthread_mutex_lock(&all->lock);
    all->over = all->over || batch->next >= all->until;
    if (all->over) {
        (void)pthread_mutex_unlock(&all->lock);
        return false;
    }
    left = all->until - batch->next;
    it->number = all->shares++;
    it->stands = all->deposit->stands;
    it->count = 0;
    it->status = cbi_batch_share(batch, left < all->share ? left : all->share, &it->room,
                                 &it->items, &it->error);
    (void)pthread_mutex_unlock(&all->lock);
    return true;
}

static cbank_status find_content(const cbi_bank *bank, const cbi_unit *unit, cbi_hash *out,
                                 cbank_error *err)
{
    const cbi_identity *document = &unit->persons[0].documents[0];

    return cbi_holding_content_of(bank, cbi_batch_item_bytes(unit->items[0].item), document->type,
                                  document->number, out, err);
}

static cbank_status rule_next(juror *it, const cbi_judge *judge, cbank_error *err)
{
    const cbi_deposit *deposit = it->jury->deposit;
    finding *found = &it->findings[it->count];
    cbank_status status = CBANK_OK;

    found->decided = found->ready = false;
    CBI_TRY(cbi_unit_read(it->hasher, &it->items, &found->unit, err));
    found->decided = found->unit.first < deposit->intake.next;
    if (!found->decided) {
        CBI_TRY(cbi_unit_rule(judge, it->txn, &found->unit, err));
        found->ready = it->stands && found->unit.count == 1 &&
                       cbi_ready_suits(&found->unit.claims[0], &found->unit.rulings[0]);
    }
    if (found->ready)
        CBI_TRY(find_content(deposit->bank, &found->unit, &found->content, err));
    it->count++;
done:
    if (status != CBANK_OK)
        cbi_unit_clear(&found->unit);
    return status;
}

static void rule(juror *it)
{
    cbi_judge judge = cbi_deposit_judge_of(it->jury->deposit);

    judge.hasher = it->hasher;
    judge.last = &it->last;
    judge.recall = &it->recall;
    while (it->status == CBANK_OK && cbi_batch_has_next(&it->items))
        it->status = rule_next(it, &judge, &it->error);
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

/* When it is this share's turn. What failed in one before it has ended the whole. */
static void settle(juror *it)
{
    jury *all = it->jury;
    cbank_error error = {0};
    cbank_status status = CBANK_OK;

    (void)pthread_mutex_lock(&all->lock);
    while (all->turn != it->number)
        (void)pthread_cond_wait(&all->turned, &all->lock);
    for (size_t i = 0; i < it->count && all->status == CBANK_OK; i++) {
        status = settle_unit(it, &it->findings[i], &error);
        if (status != CBANK_OK)
            stop(all, status, &error);
    }
    if (it->status != CBANK_OK)
        stop(all, it->status, &it->error);
    all->turn++;
    (void)pthread_cond_broadcast(&all->turned);
    (void)pthread_mutex_unlock(&all->lock);
    for (size_t i = 0; i < it->count; i++)
        cbi_unit_clear(&it->findings[i].unit);
}

/* ---- the jury ------------------------------------------------------------------------------ */

/* All items are ruled on by one state of the store, or by this one and later ones. */
static void compare_version(juror *it)
{
    cbi_deposit *deposit = it->jury->deposit;

    (void)pthread_mutex_lock(&it->jury->lock);
    if (cbi_txn_version(it->txn) != deposit->version)
        deposit->one_version = false;
    (void)pthread_mutex_unlock(&it->jury->lock);
}

static void serve(void *context)
{
    juror it = {.jury = context};
    cbank_error error = {0};
    cbank_status status;

    cbi_stint_begin();
    status = begin(&it, &error);
    if (status == CBANK_OK) {
        compare_version(&it);
        while (take(&it)) {
            rule(&it);
            settle(&it);
        }
    } else {
        (void)pthread_mutex_lock(&it.jury->lock);
        stop(it.jury, status, &error);
        (void)pthread_mutex_unlock(&it.jury->lock);
    }
    end(&it);
    cbi_stint_end();
}

cbank_status cbi_jury_judge(cbi_deposit *deposit, uint64_t until, cbank_error *err)
{
    uint64_t count = until - deposit->judged;
    jury all = {.lock = PTHREAD_MUTEX_INITIALIZER,
                .turned = PTHREAD_COND_INITIALIZER,
                .deposit = deposit,
                .until = until,
                .share = count < SHARE_MAX ? count : SHARE_MAX};

    cbi_crew_run(cbi_crew_size(count, WORTH_A_JUROR), serve, &all);
    (void)pthread_cond_destroy(&all.turned);
    (void)pthread_mutex_destroy(&all.lock);
    if (all.status != CBANK_OK && err != NULL)
        *err = all.error;
    return all.status;
}
