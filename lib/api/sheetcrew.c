#include "api/sheetcrew.h"

#include <stdatomic.h>

#include "api/job.h"
#include "api/sheetrow.h"
#include "base/conveyor.h"
#include "base/memory.h"
#include "crypto/stint.h"

/* Rows that a clerk takes at once; and how many make another one worth having. */
#define SHARE_MAX 8u
#define WORTH_A_CLERK 256u

/* Some rows, which one clerk takes and rules on; any of them may settle what was found. */
typedef struct desk {
    bool keeps; /* whether what is ruled may be kept */
    cbi_grades_share *share;
    cbi_sheet_finding findings[SHARE_MAX];
    size_t count;        /* that were ruled on */
    cbank_status status; /* with which taking or ruling ended */
    cbank_error error;
} desk;

/* Kept from step to step: the drafts are large. */
struct cbi_sheet_desks {
    desk *list[CBI_CONVEYOR_PLACES_MAX];
};

typedef struct crew {
    cbi_conveyor conveyor;
    cbi_sheet *sheet;  /* its file is whose who takes, the rest whose who settles */
    uint64_t until;    /* of the job's clock */
    uint64_t rows_max; /* of this stretch */
    uint64_t rows;     /* of all so far */
    bool begun;        /* this stretch: some are taken, however late it is */
    cbi_grid_step step; /* the last */
    atomic_bool keeps;  /* as the last share left it */
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

    if (sheet->desks == NULL)
        CBI_TRY(cbi_alloc(1, sizeof(*sheet->desks), &sheet->desks, err));
    for (size_t i = 0; i < cbi_conveyor_places(clerks); i++)
        CBI_TRY(open_desk(&sheet->desks->list[i], err));
done:
    return status;
}

void cbi_sheet_clear_desks(cbi_sheet *sheet)
{
    for (size_t i = 0; sheet->desks != NULL && i < CBI_CONVEYOR_PLACES_MAX; i++) {
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

/* ---- a clerk ------------------------------------------------------------------------------- */

/* The next rows, unless the step is over. */
static bool take(void *context, size_t place, bool *last)
{
    crew *all = context;
    desk *taken = all->sheet->desks->list[place];
    cbi_grid_step step = CBI_GRID_ROW;

    if (all->begun && cbi_job_clock() > all->until)
        return false;
    all->begun = true;
    taken->keeps = atomic_load(&all->keeps);
    taken->status = cbi_grades_take(all->sheet->grades, taken->share, &step, &taken->error);
    all->step = step;
    all->rows += cbi_grades_share_count(taken->share);
    *last = taken->status != CBANK_OK || step == CBI_GRID_MORE || step == CBI_GRID_DONE ||
            all->rows >= all->rows_max;
    return true;
}

/* Of the store, as the clerk sees it; 0 without one. */
static uint64_t version_of(const clerk *it)
{
    return it->crew->sheet->bank == NULL ? 0 : cbi_txn_version(it->judge.reader.txn);
}

static void rule(void *worker, size_t place)
{
    clerk *it = worker;
    desk *taken = it->crew->sheet->desks->list[place];
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

static cbank_status settle(void *worker, size_t place, cbank_error *err)
{
    clerk *it = worker;
    cbi_sheet *sheet = it->crew->sheet;
    desk *next = sheet->desks->list[place];
    cbank_status status = CBANK_OK;

    cbi_docket_turn(&sheet->docket, version_of(it)); /* whoever ruled has the same */
    for (size_t i = 0; i < next->count; i++)
        CBI_TRY(settle_row(it, next, i, err));
    atomic_store(&it->crew->keeps, cbi_docket_keeps(&sheet->docket));
    status = next->status;
    if (status != CBANK_OK && err != NULL)
        *err = next->error;
done:
    return status;
}

/* ---- the crew ------------------------------------------------------------------------------ */

static const cbi_conveyor_work work = {.take = take, .make = rule, .settle = settle};

static void serve(void *context)
{
    clerk it = {.crew = context};
    cbank_error error = {0};
    cbank_status status;

    cbi_stint_begin();
    status = cbi_sheet_judge_begin(it.crew->sheet, &it.judge, &error);
    if (status == CBANK_OK)
        cbi_conveyor_serve(&it.crew->conveyor, &it, version_of(&it));
    else
        cbi_conveyor_stop(&it.crew->conveyor, status, &error);
    cbi_sheet_judge_end(&it.judge);
    cbi_stint_end();
}

static cbank_status run(crew *all, unsigned clerks, uint64_t rows_max, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(open_desks(all, clerks, err));
    all->begun = false;
    all->rows_max = rows_max;
    atomic_store(&all->keeps, cbi_docket_keeps(&all->sheet->docket));
    cbi_conveyor_begin(&work, all, clerks, &all->conveyor);
    cbi_crew_run(clerks, serve, all);
    CBI_TRY(cbi_conveyor_end(&all->conveyor, err));
done:
    return status;
}

cbank_status cbi_sheet_take_rows(cbi_sheet *sheet, uint32_t budget_ms, bool *wants,
                                 cbank_error *err)
{
    crew all = {.sheet = sheet,
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
    return status;
}
