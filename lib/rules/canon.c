#include "rules/canon.h"

#define FIRST_ROUNDS 60 /* for the prices that all questions begin with */
#define ASK_ROUNDS 8

struct canon {
    cbi_explore *search;
    const cbi_problem *problem;
    const cbi_model *model;
    cbi_position *position;
    uint32_t *user; /* of each record in the best plan: an application, or CBI_NONE */
    int64_t *prices; /* around each of the four measures */
    bool stopped;
    cbank_error *err;
};

static void find_users(struct canon *c)
{
    const cbi_plan *best = &c->search->best;

    for (uint32_t r = 0; r < c->problem->record_count; r++) {
        c->user[r] = CBI_NONE;
        for (uint32_t i = c->model->record_first[r]; i < c->model->record_first[r + 1]; i++)
            if (best->chosen[c->model->record_applications[i]])
                c->user[r] = c->model->record_applications[i];
    }
}

static void find_prices(struct canon *c)
{
    cbi_bound *bound = &c->search->bound;

    for (uint32_t aim = 0; aim < CBI_MEASURES; aim++) {
        c->search->target.aim = aim;
        cbi_bound_aim(bound, &c->search->target);
        cbi_bound_prime(bound);
        cbi_bound_refute(bound, FIRST_ROUNDS);
        cbi_bound_save(bound, c->prices + (size_t)aim * bound->value_count);
    }
}

/* True if prices around one measure alone show that there is no such plan. */
static bool is_refuted(struct canon *c, uint32_t aim)
{
    cbi_bound *bound = &c->search->bound;

    c->search->target.aim = aim;
    bound->target = c->search->target;
    cbi_bound_restore(bound, c->prices + (size_t)aim * bound->value_count);
    return cbi_bound_refute(bound, ASK_ROUNDS);
}

/* Is there a plan with the best measures from the present position on? It is the best one then. */
static cbank_status ask(struct canon *c, bool *there)
{
    cbank_status status = CBANK_OK;
    cbi_explore_end end;

    *there = false;
    for (uint32_t aim = 0; aim < CBI_MEASURES; aim++)
        if (is_refuted(c, aim))
            return CBANK_OK;
    CBI_TRY(cbi_explore_run(c->search, &end, c->err));
    c->stopped |= end == CBI_EXPLORE_STOPPED;
    *there = end == CBI_EXPLORE_REACHED;
    if (*there)
        find_users(c);
done:
    return status;
}

static bool is_open(const struct canon *c, uint32_t application)
{
    return c->position->state[application] == CBI_OPEN;
}

static bool any_open(const struct canon *c, uint32_t record)
{
    for (uint32_t i = c->model->record_first[record]; i < c->model->record_first[record + 1]; i++)
        if (is_open(c, c->model->record_applications[i]))
            return true;
    return false;
}

/* Closes the applications of a record; only those of this rule, or all but those. */
static void close_rules(struct canon *c, uint32_t record, uint32_t rule, bool but)
{
    for (uint32_t i = c->model->record_first[record]; i < c->model->record_first[record + 1];
         i++) {
        uint32_t application = c->model->record_applications[i];

        if (is_open(c, application) && (c->problem->applications[application].rule == rule) != but)
            cbi_position_close(c->position, application);
    }
}

/* The oldest records. */
static cbank_status settle_records(struct canon *c)
{
    cbank_status status = CBANK_OK;
    int64_t due = c->search->best.measures.records;

    for (uint32_t r = 0; r < c->problem->record_count && !c->stopped; r++) {
        bool there = c->user[r] != CBI_NONE;

        c->search->must[r] = 1;
        if (!there && due > 0 && any_open(c, r))
            CBI_TRY(ask(c, &there));
        due -= there;
        c->search->must[r] = there;
        if (!there && !c->stopped)
            close_rules(c, r, CBI_NONE, true);
    }
done:
    return status;
}

/* The smallest rank above `after` of the open applications of a record. */
static uint32_t next_rule(const struct canon *c, uint32_t record, uint32_t after)
{
    uint32_t next = CBI_NONE;

    for (uint32_t i = c->model->record_first[record]; i < c->model->record_first[record + 1];
         i++) {
        uint32_t application = c->model->record_applications[i];
        uint32_t rule = c->problem->applications[application].rule;

        if (is_open(c, application) && (after == CBI_NONE || rule > after) && rule < next)
            next = rule;
    }
    return next;
}

static cbank_status settle_rules(struct canon *c)
{
    cbank_status status = CBANK_OK;

    for (uint32_t r = 0; r < c->problem->record_count && !c->stopped; r++) {
        uint32_t rule = CBI_NONE;

        if (c->user[r] == CBI_NONE)
            continue;
        while (!c->stopped &&
               (rule = next_rule(c, r, rule)) < c->problem->applications[c->user[r]].rule) {
            uint32_t mark = cbi_position_mark(c->position);
            bool there;

            close_rules(c, r, rule, true);
            CBI_TRY(ask(c, &there));
            if (there)
                break;
            cbi_position_back(c->position, mark);
        }
        close_rules(c, r, c->problem->applications[c->user[r]].rule, true);
    }
done:
    return status;
}

/* Sets of records: at the first difference the smaller record, or the set that goes on, is less. */
static bool set_is_less(const struct canon *c, uint32_t left, uint32_t right)
{
    cbi_span a = c->problem->applications[left].records;
    cbi_span b = c->problem->applications[right].records;

    for (uint32_t i = 0; i < a.count && i < b.count; i++)
        if (c->problem->members[a.first + i] != c->problem->members[b.first + i])
            return c->problem->members[a.first + i] < c->problem->members[b.first + i];
    return a.count > b.count;
}

/* The least set of the record's open applications that are not marked as asked for. */
static uint32_t next_set(const struct canon *c, uint32_t record, const uint8_t *asked)
{
    uint32_t next = CBI_NONE;

    for (uint32_t i = c->model->record_first[record]; i < c->model->record_first[record + 1];
         i++) {
        uint32_t application = c->model->record_applications[i];

        if (is_open(c, application) && !asked[application] &&
            (next == CBI_NONE || set_is_less(c, application, next)))
            next = application;
    }
    return next;
}

static cbank_status settle_sets(struct canon *c, uint8_t *asked)
{
    cbank_status status = CBANK_OK;

    for (uint32_t r = 0; r < c->problem->record_count && !c->stopped; r++) {
        uint32_t next;

        if (c->user[r] == CBI_NONE || c->position->state[c->user[r]] == CBI_CHOSEN)
            continue;
        while (!c->stopped && (next = next_set(c, r, asked)) != CBI_NONE &&
               set_is_less(c, next, c->user[r])) {
            uint32_t mark = cbi_position_mark(c->position);
            bool there = cbi_position_choose(c->position, next);

            asked[next] = 1;
            if (there)
                CBI_TRY(ask(c, &there));
            if (there)
                break;
            cbi_position_back(c->position, mark);
            cbi_position_close(c->position, next);
        }
        if (!c->stopped)
            cbi_position_choose(c->position, c->user[r]);
    }
done:
    return status;
}

static cbank_status settle_grant(struct canon *c, uint32_t grant)
{
    cbank_status status = CBANK_OK;
    cbi_span places = c->problem->grants[grant].places;

    for (uint32_t p = places.first; p < places.first + places.count && !c->stopped; p++) {
        uint32_t mark = cbi_position_mark(c->position);
        bool there = c->search->best.placed[grant] == p;

        if (c->position->placed[grant] != CBI_NONE || c->position->barred[p])
            continue;
        if (!there && cbi_position_place(c->position, p)) {
            CBI_TRY(ask(c, &there));
            if (there)
                continue;
        }
        cbi_position_back(c->position, mark);
        if (there)
            cbi_position_place(c->position, p);
        else if (!c->stopped)
            cbi_position_bar(c->position, p);
    }
done:
    return status;
}

static cbank_status settle_grants(struct canon *c, uint32_t *order, uint32_t *count)
{
    cbank_status status = CBANK_OK;

    for (uint32_t r = 0; r < c->problem->record_count && !c->stopped; r++) {
        const cbi_application *application;

        if (c->user[r] == CBI_NONE)
            continue;
        application = &c->problem->applications[c->user[r]];
        if (c->problem->members[application->records.first] != r)
            continue;
        for (uint32_t i = 0; i < application->grants.count && !c->stopped; i++) {
            CBI_TRY(settle_grant(c, application->grants.first + i));
            order[(*count)++] = application->grants.first + i;
        }
    }
done:
    return status;
}

cbank_status cbi_canon_find(cbi_explore *search, bool *done, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_measures best = search->best.measures;
    struct canon c = {
        .search = search,
        .problem = search->model->problem,
        .model = search->model,
        .position = &search->position,
        .err = err,
    };
    cbi_arena arena = {0};
    cbi_cut_end end = CBI_CUT_FOUND;
    uint32_t *order;
    uint8_t *asked;
    uint32_t count = 0;

    CBI_TRY(cbi_arena_alloc(&arena, c.problem->record_count, sizeof(*c.user), &c.user, err));
    CBI_TRY(cbi_arena_alloc(&arena, (size_t)CBI_MEASURES * search->bound.value_count,
                            sizeof(*c.prices), &c.prices, err));
    CBI_TRY(cbi_arena_alloc(&arena, c.problem->grant_count, sizeof(*order), &order, err));
    CBI_TRY(cbi_arena_alloc(&arena, c.problem->application_count, 1, &asked, err));
    search->target = (cbi_target){
        .at = {best.missing, best.counted, best.earned, best.records},
        .held = {true, true, true, true},
    };
    find_users(&c);
    find_prices(&c);
    CBI_TRY(settle_records(&c));
    CBI_TRY(settle_rules(&c));
    CBI_TRY(settle_sets(&c, asked));
    CBI_TRY(settle_grants(&c, order, &count));
    if (!c.stopped && c.model->any_cut)
        CBI_TRY(cbi_cut_canonical(&search->cut, &search->best, order, count, &end, err));
    *done = !c.stopped && end == CBI_CUT_FOUND && !search->gave_up;
done:
    cbi_position_back(&search->position, 0);
    cbi_arena_clear(&arena);
    return status;
}
