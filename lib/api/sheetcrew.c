#include "api/sheetcrew.h"

#include <pthread.h>

#include "api/job.h"
#include "api/sheetrow.h"
#include "base/memory.h"
#include "crypto/stint.h"

/* Rows that a clerk takes at once; */
#define SHARE_MAX 16u
/* with how many waiting another clerk is worth having, which is found out by reading them alone. */
#define WORTH_A_CLERK 256u

/* A clerk's rows, kept from step to step: the drafts are large. */
struct cbi_sheet_desk {
    cbi_grades_share *share;
    cbi_sheet_finding findings[SHARE_MAX];
};

typedef struct crew {
    cbi_sheet *sheet;
    uint64_t until; /* of the job's clock */

    pthread_mutex_t taking; /* over the file and what follows */
    uint64_t rows_max;      /* of this stretch */
    uint64_t rows;          /* of all so far */
    uint64_t shares;        /* taken */
    unsigned clerks;
    cbi_grid_step step; /* the last */
    bool over;

    pthread_mutex_t settling; /* over the sheet and what follows */
    pthread_cond_t turned;
    uint64_t turn; /* which share is settled next */
    cbank_status status;
    cbank_error error;
} crew;

typedef struct clerk {
    crew *crew;
    cbi_sheet_judge judge;
    struct cbi_sheet_desk *desk;

    /* The share at hand. */
    uint64_t number;
    size_t ruled;        /* rows of it */
    cbank_status status; /* with which taking or ruling ended */
    cbank_error error;
} clerk;

/* ---- desks --------------------------------------------------------------------------------- */

static cbank_status open_desk(struct cbi_sheet_desk **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (*out == NULL)
        CBI_TRY(cbi_alloc(1, sizeof(**out), out, err));
    if ((*out)->share == NULL)
        CBI_TRY(cbi_grades_share_new(SHARE_MAX, &(*out)->share, err));
done:
    return status;
}

void cbi_sheet_clear_desks(cbi_sheet *sheet)
{
    for (size_t i = 0; i < CBI_CREW_MAX; i++) {
        struct cbi_sheet_desk *desk = sheet->desks[i];

        if (desk == NULL)
            continue;
        for (size_t row = 0; row < SHARE_MAX; row++)
            cbi_sheet_finding_clear(&desk->findings[row]);
        cbi_grades_share_free(desk->share);
        cbi_free(desk);
        sheet->desks[i] = NULL;
    }
}

/* ---- a clerk ------------------------------------------------------------------------------- */

static void stop(crew *it, cbank_status status, const cbank_error *error)
{
    if (it->status == CBANK_OK) {
        it->status = status;
        it->error = *error;
    }
}

static cbank_status begin(clerk *it, cbank_error *err)
{
    crew *all = it->crew;
    cbi_sheet *sheet = all->sheet;
    struct cbi_sheet_desk **desk;
    cbank_status status = CBANK_OK;

    (void)pthread_mutex_lock(&all->taking);
    desk = &sheet->desks[all->clerks++];
    (void)pthread_mutex_unlock(&all->taking);
    CBI_TRY(open_desk(desk, err));
    it->desk = *desk;
    CBI_TRY(cbi_sheet_judge_begin(sheet, &it->judge, err));
    (void)pthread_mutex_lock(&all->settling);
    if (sheet->bank != NULL)
        cbi_docket_turn(&sheet->docket, cbi_txn_version(it->judge.reader.txn));
    it->judge.keeps = cbi_docket_keeps(&sheet->docket);
    (void)pthread_mutex_unlock(&all->settling);
done:
    return status;
}

/* The next rows; false if the step is over. */
static bool take(clerk *it)
{
    crew *all = it->crew;
    cbi_grid_step step = CBI_GRID_ROW;
    bool taken;

    (void)pthread_mutex_lock(&all->taking);
    all->over = all->over || (all->shares > 0 && cbi_job_clock() > all->until);
    taken = !all->over;
    if (taken) {
        it->number = all->shares++;
        it->status = cbi_grades_take(all->sheet->grades, it->desk->share, &step, &it->error);
        all->step = step;
        all->rows += cbi_grades_share_count(it->desk->share);
        all->over = it->status != CBANK_OK || step == CBI_GRID_MORE || step == CBI_GRID_DONE ||
                    all->rows >= all->rows_max;
    }
    (void)pthread_mutex_unlock(&all->taking);
    return taken;
}

static void rule(clerk *it)
{
    struct cbi_sheet_desk *desk = it->desk;
    size_t count = cbi_grades_share_count(desk->share);

    for (it->ruled = 0; it->ruled < count; it->ruled++) {
        const cbi_row_draft *row = cbi_grades_draft(desk->share, it->ruled);
        cbank_error error = {0};
        cbank_status status = CBANK_OK;

        if (row->row_class == CBI_ROW_READY)
            status = cbi_sheet_rule(it->crew->sheet, &it->judge, row, &desk->findings[it->ruled],
                                    &error);
        if (status != CBANK_OK) {
            it->status = status;
            it->error = error;
            return;
        }
    }
}

static cbank_status settle_row(clerk *it, size_t which, cbank_error *err)
{
    cbi_sheet *sheet = it->crew->sheet;
    const cbi_row_draft *row = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_grades_settle(sheet->grades, it->desk->share, which, &row, err));
    CBI_TRY(cbi_sheet_settle(sheet, &it->judge, row, &it->desk->findings[which], err));
done:
    return status;
}

/* When it is this share's turn. What failed in one before it has ended the whole. */
static void settle(clerk *it)
{
    crew *all = it->crew;
    cbank_error error = {0};
    cbank_status status = CBANK_OK;

    (void)pthread_mutex_lock(&all->settling);
    while (all->turn != it->number)
        (void)pthread_cond_wait(&all->turned, &all->settling);
    for (size_t i = 0; i < it->ruled && all->status == CBANK_OK; i++) {
        status = settle_row(it, i, &error);
        if (status != CBANK_OK)
            stop(all, status, &error);
    }
    if (it->status != CBANK_OK)
        stop(all, it->status, &it->error);
    status = all->status;
    it->judge.keeps = cbi_docket_keeps(&all->sheet->docket);
    all->turn++;
    (void)pthread_cond_broadcast(&all->turned);
    (void)pthread_mutex_unlock(&all->settling);
    if (status == CBANK_OK)
        return;
    (void)pthread_mutex_lock(&all->taking);
    all->over = true;
    (void)pthread_mutex_unlock(&all->taking);
}

static void serve(void *context)
{
    clerk it = {.crew = context};
    cbank_error error = {0};
    cbank_status status;

    cbi_stint_begin();
    status = begin(&it, &error);
    if (status == CBANK_OK) {
        while (take(&it)) {
            rule(&it);
            settle(&it);
        }
    } else {
        (void)pthread_mutex_lock(&it.crew->settling);
        stop(it.crew, status, &error);
        (void)pthread_mutex_unlock(&it.crew->settling);
    }
    cbi_sheet_judge_end(&it.judge);
    cbi_stint_end();
}

/* ---- the crew ------------------------------------------------------------------------------ */

static void run(crew *all, unsigned size, uint64_t rows_max)
{
    all->clerks = 0;
    all->over = false;
    all->rows_max = rows_max;
    cbi_crew_run(size, serve, all);
}

cbank_status cbi_sheet_take_rows(cbi_sheet *sheet, uint32_t budget_ms, bool *wants,
                                 cbank_error *err)
{
    crew all = {.sheet = sheet,
                .until = cbi_job_clock() + budget_ms,
                .taking = PTHREAD_MUTEX_INITIALIZER,
                .settling = PTHREAD_MUTEX_INITIALIZER,
                .turned = PTHREAD_COND_INITIALIZER,
                .step = CBI_GRID_ROW};
    bool many = sheet->pace >= WORTH_A_CLERK;
    cbank_status status = CBANK_OK;

    *wants = false;
    if (!many) {
        run(&all, 1, WORTH_A_CLERK);
        many = all.rows >= WORTH_A_CLERK && all.status == CBANK_OK &&
               all.step == CBI_GRID_ROW && cbi_job_clock() <= all.until;
    }
    if (many)
        run(&all, cbi_crew_size(CBI_GRID_ROWS_MAX, WORTH_A_CLERK), UINT64_MAX);
    sheet->pace = all.rows;
    if (all.status != CBANK_OK && err != NULL)
        *err = all.error;
    CBI_TRY(all.status);
    *wants = all.step == CBI_GRID_MORE;
    if (all.step == CBI_GRID_DONE)
        CBI_TRY(cbi_sheet_complete(sheet, err));
done:
    (void)pthread_cond_destroy(&all.turned);
    (void)pthread_mutex_destroy(&all.settling);
    (void)pthread_mutex_destroy(&all.taking);
    return status;
}
