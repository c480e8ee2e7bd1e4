#include "bank/scribe.h"

#include <pthread.h>

#include "bank/claim.h"
#include "base/crew.h"
#include "base/memory.h"
#include "crypto/stint.h"
#include "store/ahead.h"

/* Items of a share, and shares that may be prepared ahead of the writer. */
#define SHARE 32u
#define SHEETS 16u
/* As many keep up with one writer; and how many items make another one worth having. */
#define SCRIBES_MAX 3u
#define WORTH_A_SCRIBE 256u
/* What a record adds to the store, and some. */
#define RECORD_BYTES 1024u

typedef enum sheet_state { FREE, TAKEN, DONE } sheet_state;

/* A share's scripts. While it is TAKEN it is of one thread alone, even if the writer has passed. */
typedef struct sheet {
    sheet_state state;
    uint64_t share;
    size_t count;
    struct line {
        bool ready;
        cbi_ready_record record;
        uint64_t index; /* that its statement will probably have */
        cbi_script script;
    } lines[SHARE];
    cbank_status status; /* with which preparing ended */
    cbank_error error;
} sheet;

struct cbi_scribes {
    const cbi_scribes_work *work;
    pthread_mutex_t lock; /* over all that follows, the ready records, and whose a sheet is */
    pthread_cond_t done;  /* a share, for the writer */
    pthread_cond_t room;  /* for shares, or it is over: for scribes */
    bool writer_waits;
    unsigned idle;            /* scribes that wait */
    cbi_patterns *patterns;   /* of the writer's, a copy; NULL: none so far */
    uint64_t taken;   /* shares */
    uint64_t written; /* shares that the writer is done with */
    uint64_t index;   /* of the next share's first statement */
    bool over;
    bool wrote_ahead; /* some scribe has, or does */
    sheet *sheets;
    uint64_t sheet_count;

    pthread_t writer;
    cbi_hasher *hasher; /* the writer's, as are the next ones */
    uint64_t current;   /* share that it is at; UINT64_MAX: none yet */
    void (*write)(cbi_scribes *scribes, void *context);
    void *context;
};

static uint64_t count_shares(const cbi_scribes_work *work)
{
    return (work->end - work->first + SHARE - 1) / SHARE;
}

/* What one thread prepares with. */
typedef struct desk {
    cbi_hasher *hasher;
    /* Of a scribe, not of the writer, who sees what it has written: */
    cbi_txn *txn;
    cbi_heads *known;       /* chains that were read */
    cbi_patterns *patterns; /* a copy of its own, which may be older; NULL: none so far */
} desk;

/* ---- preparing ------------------------------------------------------------------------------- */

/*
 * The next share, under the lock; NULL if there is none, or no sheet is free: a writer who asked
 * nothing of a share has passed it while somebody may still be at it.
 */
static sheet *take(cbi_scribes *all)
{
    const cbi_scribes_work *work = all->work;
    uint64_t item = work->first + all->taken * SHARE;
    sheet *it = &all->sheets[all->taken % all->sheet_count];

    if (all->taken == count_shares(work) || all->taken >= all->written + all->sheet_count ||
        it->state == TAKEN)
        return NULL;
    it->share = all->taken++;
    it->state = TAKEN;
    it->status = CBANK_OK;
    it->count = work->end - item < SHARE ? (size_t)(work->end - item) : SHARE;
    for (size_t i = 0; i < it->count; i++, item++) {
        struct line *line = &it->lines[i];
        bool deposits = work->items[item].outcome == CBI_OUTCOME_DEPOSITED;

        line->ready = deposits && cbi_ready_find(work->ready, (uint32_t)item, &line->record);
        all->index += line->ready && line->record.opens; /* the account first */
        line->index = all->index;
        all->index += deposits;
    }
    return it;
}

/* A record whose account is not known yet has to wait for the writer. */
static cbank_status prepare(const cbi_scribes *all, sheet *it, const desk *at, cbank_error *err)
{
    const cbi_scribes_work *work = all->work;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < it->count; i++) {
        struct line *line = &it->lines[i];

        if (!line->ready || line->record.account.digits[0] == '\0')
            continue;
        CBI_TRY(cbi_script_prepare(work->bank, at->hasher, work->at, work->batch, &line->record,
                                   line->index, &line->script, err));
        if (at->txn != NULL)
            CBI_TRY(cbi_script_find_before(at->txn, at->hasher, at->known, &line->record,
                                           &line->script, err));
        if (at->patterns != NULL)
            CBI_TRY(cbi_patterns_prepack(at->patterns,
                                         cbi_bytes_of_buffer(&line->script.statement),
                                         &line->script.packed, err));
    }
done:
    return status;
}

/* Under the lock: the writer's patterns, if they are newer. Without memory the older ones serve. */
static void update_patterns(const cbi_patterns *newest, cbi_patterns **own)
{
    if (newest != NULL &&
        (*own == NULL || cbi_patterns_newest(*own) != cbi_patterns_newest(newest)))
        (void)cbi_patterns_copy(newest, own, NULL);
}

/* Prepares a share that was taken under the lock, which is given back for it. */
static void prepare_taken(cbi_scribes *all, sheet *it, const desk *at)
{
    cbank_error error = {0};
    cbank_status status;

    (void)pthread_mutex_unlock(&all->lock);
    status = prepare(all, it, at, &error);
    (void)pthread_mutex_lock(&all->lock);
    it->state = DONE;
    it->status = status;
    it->error = error;
    if (all->writer_waits)
        (void)pthread_cond_signal(&all->done);
    if (it->share < all->written && all->idle > 0) /* somebody may wait for this sheet */
        (void)pthread_cond_broadcast(&all->room);
}

/* ---- a scribe -------------------------------------------------------------------------------- */

/* The first scribe does so, while the writer prepares what it needs itself. */
static void write_ahead(cbi_scribes *all, cbi_txn *txn)
{
    bool first;

    (void)pthread_mutex_lock(&all->lock);
    first = !all->wrote_ahead;
    all->wrote_ahead = true;
    (void)pthread_mutex_unlock(&all->lock);
    if (first)
        cbi_ahead_write(txn, (all->work->end - all->work->first) * RECORD_BYTES);
}

static void prepare_all(cbi_scribes *all, desk *at)
{
    sheet *it;

    (void)pthread_mutex_lock(&all->lock);
    while (!all->over && all->taken < count_shares(all->work)) {
        it = take(all);
        if (it != NULL) {
            update_patterns(all->patterns, &at->patterns);
            prepare_taken(all, it, at);
        } else {
            all->idle++;
            (void)pthread_cond_wait(&all->room, &all->lock);
            all->idle--;
        }
    }
    (void)pthread_mutex_unlock(&all->lock);
}

/* Who cannot begin leaves all to the writer. */
static void scribble(cbi_scribes *all)
{
    const cbi_bank *bank = all->work->bank;
    desk at = {0};

    cbi_stint_begin();
    if (cbi_hasher_new(bank->config.suite, &at.hasher, NULL) == CBANK_OK &&
        cbi_heads_new(&at.known, NULL) == CBANK_OK &&
        cbi_txn_begin(bank->store, CBI_TXN_READ, &at.txn, NULL) == CBANK_OK) {
        write_ahead(all, at.txn);
        prepare_all(all, &at);
    }
    cbi_txn_abort(at.txn);
    cbi_patterns_free(at.patterns);
    cbi_heads_free(at.known);
    cbi_hasher_free(at.hasher);
    cbi_stint_end();
}

/* ---- the writer ------------------------------------------------------------------------------ */

static void serve(void *context)
{
    cbi_scribes *all = context;

    if (!pthread_equal(all->writer, pthread_self())) {
        scribble(all);
        return;
    }
    all->write(all, all->context);
    (void)pthread_mutex_lock(&all->lock);
    all->over = true;
    (void)pthread_cond_broadcast(&all->room);
    (void)pthread_mutex_unlock(&all->lock);
}

cbank_status cbi_scribes_run(const cbi_scribes_work *work, cbi_hasher *hasher,
                             void (*write)(cbi_scribes *scribes, void *context), void *context,
                             cbank_error *err)
{
    unsigned size = cbi_crew_size(work->end - work->first, WORTH_A_SCRIBE);
    uint64_t shares = count_shares(work);
    cbi_scribes all = {.work = work,
                       .lock = PTHREAD_MUTEX_INITIALIZER,
                       .done = PTHREAD_COND_INITIALIZER,
                       .room = PTHREAD_COND_INITIALIZER,
                       .index = work->index,
                       .sheet_count = shares < SHEETS ? shares : SHEETS,
                       .writer = pthread_self(),
                       .hasher = hasher,
                       .current = UINT64_MAX,
                       .write = write,
                       .context = context};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(all.sheet_count, sizeof(*all.sheets), &all.sheets, err));
    cbi_crew_run(size > 1 + SCRIBES_MAX ? 1 + SCRIBES_MAX : size, serve, &all);
    for (size_t i = 0; i < all.sheet_count; i++) {
        for (size_t line = 0; line < SHARE; line++)
            cbi_script_clear(&all.sheets[i].lines[line].script);
    }
    cbi_wipe(all.sheets, all.sheet_count * sizeof(*all.sheets));
done:
    cbi_free(all.sheets);
    cbi_patterns_free(all.patterns);
    (void)pthread_cond_destroy(&all.room);
    (void)pthread_cond_destroy(&all.done);
    (void)pthread_mutex_destroy(&all.lock);
    return status;
}

/*
 * Under the lock: the shares before the current one are written. Scribes that wait are woken once
 * half of the sheets are free, so that they have more to do than to wake.
 */
static void give_back(cbi_scribes *all)
{
    if (all->written < all->current)
        all->written = all->current;
    if (all->idle > 0 && all->taken <= all->written + all->sheet_count / 2)
        (void)pthread_cond_broadcast(&all->room);
}

/* Under the lock. While a scribe is at the share that is wanted, the writer does one behind it. */
static void wait_for(cbi_scribes *all, const sheet *wanted)
{
    const desk at = {.hasher = all->hasher};
    sheet *it;

    while (all->taken <= all->current || wanted->state != DONE) {
        it = take(all);
        if (it != NULL) {
            prepare_taken(all, it, &at);
        } else {
            all->writer_waits = true;
            (void)pthread_cond_wait(&all->done, &all->lock);
            all->writer_waits = false;
        }
    }
}

cbank_status cbi_scribes_next(cbi_scribes *scribes, uint64_t item, const cbi_patterns *patterns,
                              cbi_ready_record *out_record, cbi_script **out_script,
                              cbank_error *err)
{
    uint64_t place = item - scribes->work->first;
    struct line *line;
    sheet *it = &scribes->sheets[place / SHARE % scribes->sheet_count];

    if (scribes->current != place / SHARE) {
        scribes->current = place / SHARE;
        (void)pthread_mutex_lock(&scribes->lock);
        update_patterns(patterns, &scribes->patterns);
        give_back(scribes);
        wait_for(scribes, it);
        (void)pthread_mutex_unlock(&scribes->lock);
        if (it->status != CBANK_OK) /* by a scribe; what the writer cannot do either, it tells */
            it->status = prepare(scribes, it, &(desk){.hasher = scribes->hasher}, &it->error);
    }
    if (it->status != CBANK_OK) {
        if (err != NULL)
            *err = it->error;
        return it->status;
    }
    line = &it->lines[place % SHARE];
    *out_record = line->record;
    *out_script = line->ready ? &line->script : NULL;
    return CBANK_OK;
}
