#include "api/job.h"
#include "api/plan.h"
#include "api/volume.h"
#include "base/decimal.h"
#include "base/memory.h"
#include "base/text.h"
#include "exchange/cell.h"
#include "exchange/csvwrite.h"
#include "exchange/grid.h"
#include "rules/proposal.h"

#include <stdio.h>
#include <string.h>

#define OUTPUT_BYTES (64u * 1024)
#define WORDS_MAX 1024
#define LIST_MAX 512

/* The job behind cbank_plan_run_begin. */
typedef struct run_job {
    cbi_bank *bank;
    Cbank__Api__V1__PlanRunRequest *asked;
    cbi_planning planning;
    cbi_grid *grid;
    size_t column; /* of the account */
    bool begun;    /* the header is written */
    bool ended;    /* the last row was answered */
    cbank_buffer output;
    Cbank__Api__V1__PlanRunReply reply;
    cbi_hasher *hasher;
    cbi_volume before, after; /* of a comparison: both, or neither */
} run_job;

static const char *const columns[] = {"账户 account",   "结果 result",  "计入 counted",
                                      "要求 required",  "尚缺 missing", "缺在何处 lacking",
                                      "未采用 not_used", "说明 message", "变化 change",
                                      "原计入 counted_before",         "原缺 missing_before"};
#define COLUMN_COUNT 8u
#define COMPARED_COUNT (sizeof(columns) / sizeof(columns[0]))

static cbank_status feed(void *self, cbi_bytes bytes, cbank_error *err)
{
    run_job *job = self;

    return cbi_grid_feed(job->grid, bytes, err);
}

static cbank_status feed_end(void *self, cbank_error *err)
{
    run_job *job = self;

    return cbi_grid_end(job->grid, err);
}

/* ---- rows -------------------------------------------------------------------------------- */

static bool is_comparison(const run_job *job)
{
    return job->after.ruleset != NULL;
}

static cbank_status put_row(run_job *job, const char *const *cells, cbank_error *err)
{
    size_t count = is_comparison(job) ? COMPARED_COUNT : COLUMN_COUNT;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < count; i++)
        CBI_TRY(cbi_csv_write(cbi_bytes_of_text(cells[i] == NULL ? "" : cells[i]),
                              i + 1 < count ? "," : "\r\n", &job->output, err));
done:
    return status;
}

static cbank_status begin_output(run_job *job, cbank_error *err)
{
    size_t count;
    const cbi_bytes *names = cbi_grid_columns(job->grid, &count);
    cbank_status status = CBANK_OK;

    job->begun = true;
    for (size_t i = 0; i < count; i++) {
        if (cbi_bytes_equal(names[i], cbi_bytes_of_text("account")) ||
            cbi_bytes_equal(names[i], cbi_bytes_of_text("账户")) ||
            cbi_bytes_equal(names[i], cbi_bytes_of_text("学习账号")))
            job->column = i;
    }
    CBI_TRY(cbi_buffer_append(&job->output, cbi_bytes_of_text("\xef\xbb\xbf"), err));
    CBI_TRY(put_row(job, columns, err));
done:
    return status;
}

/* Appends "word amount" to a list, as long as there is room. */
static void list_up(char *list, const char *word, const char *amount)
{
    size_t used = strlen(list);

    if (used + strlen(word) + strlen(amount) + 4 < LIST_MAX)
        snprintf(list + used, LIST_MAX - used, "%s%s %s", used == 0 ? "" : "; ", word, amount);
}

static void list_missing(const Cbank__V1__Plan *plan, char list[LIST_MAX])
{
    char amount[CBI_MILLI_TEXT_MAX];

    for (size_t i = 0; i < plan->n_suggestions; i++) {
        cbi_milli_format(plan->suggestions[i]->amount_milli, amount);
        list_up(list, plan->suggestions[i]->bucket, amount);
    }
    for (size_t i = 0; i < plan->n_entry_points; i++) {
        if (plan->entry_points[i]->id[0] != '\0' || plan->entry_points[i]->missing_months == 0)
            continue;
        snprintf(amount, sizeof(amount), "%u", (unsigned)plan->entry_points[i]->missing_months);
        list_up(list, "months", amount);
    }
}

/* "REFUSAL_REASON_USED_UP" is "used_up". */
static void word_of(Cbank__V1__RefusalReason reason, char out[64])
{
    const ProtobufCEnumDescriptor *reasons = &cbank__v1__refusal_reason__descriptor;
    const char *name = "";
    size_t i = 0;

    for (unsigned k = 0; k < reasons->n_values; k++) {
        if (reasons->values[k].value == (int)reason)
            name = reasons->values[k].name + strlen("REFUSAL_REASON_");
    }
    for (; name[i] != '\0' && i < 63; i++)
        out[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
    out[i] = '\0';
}

/* Each reason once, and how many records it is the reason for. */
static void list_refused(const Cbank__V1__Plan *plan, char list[LIST_MAX])
{
    size_t counts[CBANK__V1__REFUSAL_REASON__REFUSAL_REASON_NOT_AT_HAND + 1] = {0};
    char word[64], number[24];

    for (size_t i = 0; i < plan->n_refusals; i++) {
        if ((size_t)plan->refusals[i]->reason < sizeof(counts) / sizeof(counts[0]))
            counts[plan->refusals[i]->reason]++;
    }
    for (size_t r = 1; r < sizeof(counts) / sizeof(counts[0]); r++) {
        if (counts[r] == 0)
            continue;
        word_of((Cbank__V1__RefusalReason)r, word);
        snprintf(number, sizeof(number), "%zu", counts[r]);
        list_up(list, word, number);
    }
}

static const char *judge(run_job *job, const Cbank__V1__Plan *plan)
{
    if (cbi_plan_message_is_met(plan)) {
        job->reply.met++;
        return "met";
    }
    if (!plan->optimal && plan->bound->missing_milli == 0) {
        job->reply.undecided++;
        return "undecided";
    }
    job->reply.not_met++;
    return "not_met";
}

static int rank(uint64_t a, uint64_t b, bool more_is_better)
{
    return a == b ? 0 : (a > b) == more_is_better ? 1 : -1;
}

/* Above 0 if the plan of now is better: the measures in the order of the goal. */
static int compare_measures(Cbank__V1__PlanGoal goal, const Cbank__V1__PlanMeasures *now,
                            const Cbank__V1__PlanMeasures *then)
{
    int missing =
        rank((uint64_t)now->missing_milli, (uint64_t)then->missing_milli, false);
    int counted = rank((uint64_t)now->counted_milli, (uint64_t)then->counted_milli, true);
    bool credit = goal == CBANK__V1__PLAN_GOAL__PLAN_GOAL_CREDIT;
    int order = credit ? counted : missing;

    if (order == 0)
        order = credit ? missing : counted;
    if (order == 0)
        order = rank((uint64_t)now->earned_milli, (uint64_t)then->earned_milli, true);
    return order != 0 ? order : rank(now->records, then->records, false);
}

/* Whether the same rules are applied to the same records. */
static bool applies_the_same(const Cbank__V1__Plan *a, const Cbank__V1__Plan *b)
{
    if (a->n_applications != b->n_applications || a->n_sources != b->n_sources)
        return false;
    for (size_t i = 0; i < a->n_applications; i++) {
        const Cbank__V1__PlanApplication *x = a->applications[i], *y = b->applications[i];

        if (strcmp(x->rule, y->rule) != 0 || x->n_sources != y->n_sources ||
            x->n_grants != y->n_grants ||
            memcmp(x->sources, y->sources, x->n_sources * sizeof(*x->sources)) != 0)
            return false;
        for (size_t g = 0; g < x->n_grants; g++) {
            if (x->grants[g]->counted_milli != y->grants[g]->counted_milli ||
                strcmp(x->grants[g]->bucket, y->grants[g]->bucket) != 0 ||
                strcmp(x->grants[g]->course, y->grants[g]->course) != 0)
                return false;
        }
    }
    return true;
}

static const char *judge_change(run_job *job, const Cbank__V1__Plan *now,
                                const Cbank__V1__Plan *then)
{
    int order = compare_measures(now->goal, now->measures, then->measures);

    if (order != 0) {
        job->reply.better += order > 0;
        job->reply.worse += order < 0;
        return order > 0 ? "better" : "worse";
    }
    if (applies_the_same(now, then)) {
        job->reply.same++;
        return "same";
    }
    job->reply.other++;
    return "other";
}

/* `then` is empty where there is nothing to compare with. */
static cbank_status tell_plan(run_job *job, const char *account, cbi_bytes bytes, cbi_bytes then,
                              cbank_error *err)
{
    char counted_then[CBI_MILLI_TEXT_MAX], missing_then[CBI_MILLI_TEXT_MAX];
    Cbank__V1__Plan *before = NULL;
    const char *cells[COMPARED_COUNT] = {NULL};
    char counted[CBI_MILLI_TEXT_MAX], required[CBI_MILLI_TEXT_MAX], missing[CBI_MILLI_TEXT_MAX];
    char lacking[LIST_MAX] = "", refused[LIST_MAX] = "";
    Cbank__V1__Plan *plan = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_parse(&cbank__v1__plan__descriptor, bytes, &plan, err));
    cbi_milli_format(plan->measures->counted_milli, counted);
    cbi_milli_format(plan->required_milli, required);
    cbi_milli_format(plan->measures->missing_milli, missing);
    list_missing(plan, lacking);
    list_refused(plan, refused);
    memcpy(cells,
           (const char *[COLUMN_COUNT]){account, judge(job, plan), counted, required, missing,
                                        lacking, refused, ""},
           COLUMN_COUNT * sizeof(*cells));
    if (then.size > 0) {
        CBI_TRY(cbi_message_parse(&cbank__v1__plan__descriptor, then, &before, err));
        cbi_milli_format(before->measures->counted_milli, counted_then);
        cbi_milli_format(before->measures->missing_milli, missing_then);
        cells[COLUMN_COUNT] = judge_change(job, plan, before);
        cells[COLUMN_COUNT + 1] = counted_then;
        cells[COLUMN_COUNT + 2] = missing_then;
    }
    CBI_TRY(put_row(job, cells, err));
done:
    cbi_message_free(plan);
    cbi_message_free(before);
    return status;
}

/* What the caller asked wrongly, or the store does not give, is no row's own fault. */
static bool is_of_the_row(cbank_status status)
{
    return status / 100 == 2 || status / 100 == 3;
}

/* Once, or with either edition. */
static cbank_status plan_twice(run_job *job, cbank_buffer *plan, cbank_buffer *then,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (is_comparison(job)) {
        job->planning.draft = &job->before;
        CBI_TRY(cbi_planning_make(job->bank, &job->planning, then, err));
        job->planning.draft = &job->after;
    }
    CBI_TRY(cbi_planning_make(job->bank, &job->planning, plan, err));
done:
    return status;
}

static cbank_status answer_row(run_job *job, const cbi_grid_row *row, cbank_error *err)
{
    char account[CBI_NUMBER_MAX + 1] = "", message[WORDS_MAX];
    cbank_buffer plan = {0}, then = {0};
    cbank_error why = {0};
    cbank_status status = CBANK_OK;

    if (job->column < row->count && row->cells[job->column].size <= CBI_NUMBER_MAX)
        (void)cbi_cell_unwrap(row->cells[job->column], account);
    job->planning.account = account;
    job->reply.accounts++;
    status = plan_twice(job, &plan, &then, &why);
    if (status == CBANK_OK) {
        status = tell_plan(job, account, cbi_bytes_of_buffer(&plan), cbi_bytes_of_buffer(&then),
                           err);
    } else if (is_of_the_row(status)) {
        job->reply.failed++;
        cbank_error_text(&why, job->asked->lang, message, sizeof(message), NULL, 0);
        status = put_row(job,
                         (const char *[COMPARED_COUNT]){account, "error", "", "", "", "", "",
                                                        message},
                         err);
    } else if (err != NULL) {
        *err = why;
    }
    cbank_buffer_clear(&plan);
    cbank_buffer_clear(&then);
    return status;
}

/* ---- the job ----------------------------------------------------------------------------- */

static cbank_status step_once(run_job *job, cbank_job_state *state, cbank_error *err)
{
    cbi_grid_step next;
    cbi_grid_row row;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_grid_next(job->grid, &next, &row, err));
    *state = CBANK_JOB_MORE;
    switch (next) {
    case CBI_GRID_MORE:
        *state = CBANK_JOB_NEEDS_INPUT;
        break;
    case CBI_GRID_HEADER:
        CBI_TRY(begin_output(job, err));
        break;
    case CBI_GRID_ROW:
        CBI_TRY(answer_row(job, &row, err));
        break;
    case CBI_GRID_DONE:
        job->ended = true;
        break;
    }
done:
    return status;
}

static cbank_status step(void *self, uint32_t budget_ms, cbank_job_state *state, cbank_error *err)
{
    run_job *job = self;
    uint64_t until = cbi_job_clock() + budget_ms;
    cbank_status status = CBANK_OK;

    *state = CBANK_JOB_MORE;
    while (!job->ended && *state == CBANK_JOB_MORE && job->output.size < OUTPUT_BYTES) {
        CBI_TRY(step_once(job, state, err));
        if (cbi_job_clock() >= until)
            break;
    }
    if (*state == CBANK_JOB_MORE &&
        (job->output.size >= OUTPUT_BYTES || (job->ended && job->output.size > 0)))
        *state = CBANK_JOB_HAS_OUTPUT;
    else if (job->ended)
        *state = CBANK_JOB_DONE;
done:
    return status;
}

static cbank_status read(void *self, cbank_buffer *output, cbank_error *err)
{
    run_job *job = self;
    cbank_status status = cbi_buffer_set(output, cbi_bytes_of_buffer(&job->output), err);

    cbi_buffer_rewind(&job->output);
    return status;
}

static void progress(const void *self, const char **stage, uint64_t *done, uint64_t *total)
{
    const run_job *job = self;

    *stage = "plan";
    *done = job->reply.accounts;
    *total = job->ended ? job->reply.accounts : 0;
}

static cbank_status finish(void *self, cbank_buffer *reply, cbank_error *err)
{
    run_job *job = self;

    return cbi_face_reply(&job->reply, reply, err);
}

static void close_job(void *self)
{
    run_job *job = self;

    cbi_grid_free(job->grid);
    cbi_volume_clear(&job->before);
    cbi_volume_clear(&job->after);
    cbi_hasher_free(job->hasher);
    cbank_buffer_clear(&job->output);
    cbi_message_free(job->asked);
    cbi_free(job);
}

static const cbi_job_kind run_kind = {.feed = feed,
                                      .feed_end = feed_end,
                                      .step = step,
                                      .read = read,
                                      .progress = progress,
                                      .finish = finish,
                                      .close = close_job};

static cbank_status open_editions(run_job *job, cbank_error *err)
{
    cbi_bytes before = cbi_message_bytes(job->asked->before);
    cbi_bytes after = cbi_message_bytes(job->asked->after);
    cbank_status status = CBANK_OK;
    cbi_reader reader = {0};

    if (before.size == 0 && after.size == 0)
        return CBANK_OK;
    CBI_TRY(cbi_hasher_new(job->bank->config.suite, &job->hasher, err));
    CBI_TRY(cbi_volume_of_rules(job->hasher, before, &job->before, err));
    CBI_TRY(cbi_volume_of_rules(job->hasher, after, &job->after, err));
    CBI_TRY(cbi_ledger_read_begin(job->bank->ledger, &reader, err));
    CBI_TRY(cbi_shelf_refer(reader.txn, job->before.publication.head, job->before.ruleset, err));
    CBI_TRY(cbi_shelf_refer(reader.txn, job->after.publication.head, job->after.ruleset, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbank_plan_run_begin(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                  cbank_job **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    run_job *job = NULL;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && out != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    cbank__api__v1__plan_run_reply__init(&job->reply);
    job->bank = inner;
    CBI_TRY(cbi_face_request(&cbank__api__v1__plan_run_request__descriptor, request, request_size,
                             &job->asked, err));
    if (job->asked->question == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "question", NULL));
    CBI_TRY(cbi_plan_question(job->asked->question, &job->planning, err));
    CBI_TRY(cbi_face_check_list("findings", job->asked->question->n_findings, 0, err));
    CBI_TRY(open_editions(job, err));
    CBI_TRY(cbi_grid_new(&(cbi_grid_options){.encoding = CBI_ENCODING_UNDECIDED, .sheet = ""},
                         &job->grid, err));
    status = cbi_job_new(&run_kind, job, bank, out, err);
    job = NULL; /* the job's now, whatever it answered */
done:
    if (job != NULL)
        close_job(job);
    return status;
}
