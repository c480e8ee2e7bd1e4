#include "api/sheetcrew.h"

#include <pthread.h>

#include "api/job.h"
#include "api/sheetrow.h"
#include "base/crew.h"
#include "base/memory.h"
#include "crypto/stint.h"

/* Rows that a clerk takes at once; and how many make another one worth having. */
#define SHARE_MAX 8u
#define WORTH_A_CLERK 256u
/* Shares that may be under way, a clerk: one is ruled on, others wait for those before them. */
#define AHEAD 3u
#define DESKS_MAX (AHEAD * CBI_CREW_MAX)

/* Some rows, which one clerk takes and rules on; any of them may settle what was found. */
typedef struct desk {
    bool ruled; /* and not settled */
    bool keeps; /* whether what is ruled may be kept */
    cbi_grades_share *share;
    cbi_sheet_finding findings[SHARE_MAX];
    size_t count;        /* that were ruled on */
    cbank_status status; /* with which taking or ruling ended */
    cbank_error error;
} desk;

/* Kept from step to step: the drafts are large. */
struct cbi_sheet_desks {
    desk *list[DESKS_MAX];
};

typedef struct crew {
    pthread_mutex_t lock; /* over all that follows, and over taking rows */
    pthread_cond_t freed; /* a share was settled, or there is nothing more to take */
    cbi_sheet *sheet;
    uint64_t until;    /* of the job's clock */
    uint64_t rows_max; /* of this stretch */
    uint64_t rows;     /* of all so far */
    size_t places;     /* desks, in turn, as shares are taken */
    uint64_t taken;    /* shares, so far */
    uint64_t settled;
    bool settling;       /* somebody is, who alone touches the rest of the sheet */
    uint64_t version;    /* of the store: the earliest by which a clerk rules */
    bool keeps;          /* as the last share left it */
    cbi_grid_step step;  /* the last */
    bool over;           /* there is nothing more to take, or something failed */
    cbank_status status;
    cbank_error error;
} crew;

typedef struct clerk {
    crew *crew;
    cbi_sheet_judge judge;
} clerk;

/* ---- desks --------------------------------------------------------------------------------- */

static cbank_status open_desk(desk **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (*out == NULL)
        CBI_TRY(cbi_alloc(1, sizeof(**out), out, err));
    if ((*out)->share == NULL)
        CBI_TRY(cbi_grades_share_new(SHARE_MAX, &(*out)->share, err));
done:
    return status;
}

static cbank_status open_desks(crew *all, unsigned clerks, cbank_error *err)
{
    cbi_sheet *sheet = all->sheet;
    cbank_status status = CBANK_OK;

    all->places = clerks == 1 ? 1 : (size_t)AHEAD * clerks;
    if (sheet->desks == NULL)
        CBI_TRY(cbi_alloc(1, sizeof(*sheet->desks), &sheet->desks, err));
    for (size_t i = 0; i < all->places; i++)
        CBI_TRY(open_desk(&sheet->desks->list[i], err));
done:
    return status;
}

void cbi_sheet_clear_desks(cbi_sheet *sheet)
{
    for (size_t i = 0; sheet->desks != NULL && i < DESKS_MAX; i++) {
        desk *it = sheet->desks->list[i];

        for (size_t row = 0; it != NULL && row < SHARE_MAX; row++)
            cbi_sheet_finding_clear(&it->findings[row]);
        if (it != NULL)
            cbi_grades_share_free(it->share);
        cbi_free(it);
    }
    cbi_free(sheet->desks);
    sheet->desks = NULL;
}

static desk *desk_of(const crew *all, uint64_t share)
{
    return all->sheet->desks->list[share % all->places];
}

/* ---- a clerk ------------------------------------------------------------------------------- */

static void stop(crew *it, cbank_status status, const cbank_error *error)
{
    if (it->status == CBANK_OK) {
        it->status = status;
        it->error = *error;
    }
    it->over = true;
    (void)pthread_cond_broadcast(&it->freed);
}

/* What is settled from now on may have been ruled on by this state of the store. */
static void note_version(clerk *it)
{
    crew *all = it->crew;
    uint64_t version = cbi_txn_version(it->judge.reader.txn);

    (void)pthread_mutex_lock(&all->lock);
    if (all->version == 0 || version < all->version)
        all->version = version;
    (void)pthread_mutex_unlock(&all->lock);
}

static void look_at_clock(crew *all)
{
    all->over = all->over || (all->taken > 0 && cbi_job_clock() > all->until);
}

/* Waits for a place, while there is something to take; under the lock. */
static bool await_place(crew *all)
{
    look_at_clock(all);
    while (!all->over && all->taken - all->settled == all->places) {
        (void)pthread_cond_wait(&all->freed, &all->lock);
        look_at_clock(all);
    }
    return !all->over;
}

/* The next rows; NULL if there are none, or the step is over. */
static desk *take(crew *all)
{
    cbi_grid_step step = CBI_GRID_ROW;
    desk *taken = NULL;

    (void)pthread_mutex_lock(&all->lock);
    if (await_place(all)) {
        taken = desk_of(all, all->taken++);
        taken->keeps = all->keeps;
        taken->status = cbi_grades_take(all->sheet->grades, taken->share, &step, &taken->error);
        all->step = step;
        all->rows += cbi_grades_share_count(taken->share);
        all->over = taken->status != CBANK_OK || step == CBI_GRID_MORE ||
                    step == CBI_GRID_DONE || all->rows >= all->rows_max;
        if (all->over)
            (void)pthread_cond_broadcast(&all->freed);
    }
    (void)pthread_mutex_unlock(&all->lock);
    return taken;
}

static void rule(clerk *it, desk *taken)
{
    size_t count = cbi_grades_share_count(taken->share);

    it->judge.keeps = taken->keeps;
    for (taken->count = 0; taken->count < count; taken->count++) {
        const cbi_row_draft *row = cbi_grades_draft(taken->share, taken->count);
        cbank_error error = {0};
        cbank_status status = CBANK_OK;

        if (row->row_class == CBI_ROW_READY)
            status = cbi_sheet_rule(it->crew->sheet, &it->judge, row,
                                    &taken->findings[taken->count], &error);
        if (status != CBANK_OK) {
            taken->status = status;
            taken->error = error;
            return;
        }
    }
}

/* ---- in order ------------------------------------------------------------------------------ */

static cbank_status settle_row(clerk *it, desk *next, size_t which, cbank_error *err)
{
    cbi_sheet *sheet = it->crew->sheet;
    const cbi_row_draft *row = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_grades_settle(sheet->grades, next->share, which, &row, err));
    CBI_TRY(cbi_sheet_settle(sheet, &it->judge, row, &next->findings[which], err));
done:
    return status;
}

static cbank_status settle_share(clerk *it, desk *next, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < next->count; i++)
        CBI_TRY(settle_row(it, next, i, err));
    status = next->status;
    if (status != CBANK_OK && err != NULL)
        *err = next->error;
done:
    return status;
}

/*
 * Hands in a share. Who finds nobody settling settles all whose turn it is, in their order, and
 * nobody waits for it. What failed in one has ended the whole: those behind it come to nothing.
 */
static void hand_in(clerk *it, desk *ruled)
{
    crew *all = it->crew;

    (void)pthread_mutex_lock(&all->lock);
    ruled->ruled = true;
    while (!all->settling && desk_of(all, all->settled)->ruled) {
        desk *next = desk_of(all, all->settled);
        cbank_status status = CBANK_OK;
        cbank_error error = {0};
        uint64_t version = all->version;

        all->settling = true;
        if (all->status == CBANK_OK) {
            (void)pthread_mutex_unlock(&all->lock);
            if (all->sheet->bank != NULL)
                cbi_docket_turn(&all->sheet->docket, version);
            status = settle_share(it, next, &error);
            (void)pthread_mutex_lock(&all->lock);
        }
        if (status != CBANK_OK)
            stop(all, status, &error);
        all->settling = false;
        all->keeps = cbi_docket_keeps(&all->sheet->docket);
        next->ruled = false;
        all->settled++;
        (void)pthread_cond_signal(&all->freed);
    }
    (void)pthread_mutex_unlock(&all->lock);
}

/* ---- the crew ------------------------------------------------------------------------------ */

static void serve(void *context)
{
    clerk it = {.crew = context};
    cbank_error error = {0};
    cbank_status status;

    cbi_stint_begin();
    status = cbi_sheet_judge_begin(it.crew->sheet, &it.judge, &error);
    if (status == CBANK_OK) {
        if (it.crew->sheet->bank != NULL)
            note_version(&it);
        for (desk *taken = take(it.crew); taken != NULL; taken = take(it.crew)) {
            rule(&it, taken);
            hand_in(&it, taken);
        }
    } else {
        (void)pthread_mutex_lock(&it.crew->lock);
        stop(it.crew, status, &error);
        (void)pthread_mutex_unlock(&it.crew->lock);
    }
    cbi_sheet_judge_end(&it.judge);
    cbi_stint_end();
}

static cbank_status run(crew *all, unsigned clerks, uint64_t rows_max, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(open_desks(all, clerks, err));
    all->taken = all->settled = 0;
    all->over = false;
    all->rows_max = rows_max;
    all->keeps = cbi_docket_keeps(&all->sheet->docket);
    cbi_crew_run(clerks, serve, all);
    if (all->status != CBANK_OK && err != NULL)
        *err = all->error;
    status = all->status;
done:
    return status;
}

cbank_status cbi_sheet_take_rows(cbi_sheet *sheet, uint32_t budget_ms, bool *wants,
                                 cbank_error *err)
{
    crew all = {.lock = PTHREAD_MUTEX_INITIALIZER,
                .freed = PTHREAD_COND_INITIALIZER,
                .sheet = sheet,
                .until = cbi_job_clock() + budget_ms,
                .step = CBI_GRID_ROW};
    bool many = sheet->pace >= WORTH_A_CLERK;
    cbank_status status = CBANK_OK;

    *wants = false;
    if (!many) { /* one alone finds out how many there are */
        CBI_TRY(run(&all, 1, WORTH_A_CLERK, err));
        many = all.rows >= WORTH_A_CLERK && all.step == CBI_GRID_ROW &&
               cbi_job_clock() <= all.until;
    }
    if (many)
        CBI_TRY(run(&all, cbi_crew_size(CBI_GRID_ROWS_MAX, WORTH_A_CLERK), UINT64_MAX, err));
    sheet->pace = all.rows;
    *wants = all.step == CBI_GRID_MORE;
    if (all.step == CBI_GRID_DONE)
        CBI_TRY(cbi_sheet_complete(sheet, err));
done:
    (void)pthread_cond_destroy(&all.freed);
    (void)pthread_mutex_destroy(&all.lock);
    return status;
}
