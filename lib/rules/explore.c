#include "rules/explore.h"

#include "rules/measure.h"

#include <string.h>

#define ROOT_ROUNDS 60
#define NODE_ROUNDS 3
#define SAVED_MAX ((size_t)1 << 20) /* multipliers kept for the way back */

/* One way to go on. */
struct cbi_branch {
    uint32_t application; /* CBI_NONE: none of the block, or the grant is left unplaced */
    uint32_t place;       /* CBI_NONE: not decided yet */
    int64_t loss;
};

/* A position that was entered, and the ways from it that are not tried yet. */
struct cbi_frame {
    uint32_t mark;
    uint32_t block;  /* what the branches decide: a block, or a grant */
    uint32_t grant;
    uint32_t first;  /* branches */
    uint32_t count;
    uint32_t next;
};

cbank_status cbi_explore_build(cbi_arena *arena, const cbi_model *model, cbi_goal goal,
                              uint64_t work_max, cbi_explore *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_problem *problem = model->problem;
    cbi_explore search = {.model = model, .goal = goal, .work_max = work_max};
    size_t branches;

    CBI_TRY(cbi_position_build(arena, model, &search.position, err));
    CBI_TRY(cbi_bound_build(arena, &search.position, &search.bound, err));
    search.depth_max = search.bound.block_count + problem->grant_count + 2;
    branches = (size_t)2 * problem->place_count + problem->application_count + search.depth_max;
    CBI_TRY(cbi_arena_alloc(arena, problem->record_count, 1, &search.must, err));
    CBI_TRY(cbi_arena_alloc(arena, search.depth_max, sizeof(*search.frames), &search.frames, err));
    CBI_TRY(cbi_arena_alloc(arena, branches, sizeof(*search.branches), &search.branches, err));
    search.saved_levels = (uint32_t)(SAVED_MAX / (search.bound.value_count + 1));
    if (search.saved_levels > search.depth_max)
        search.saved_levels = search.depth_max;
    CBI_TRY(cbi_arena_alloc(arena, (size_t)search.saved_levels * search.bound.value_count,
                            sizeof(*search.saved), &search.saved, err));
    CBI_TRY(cbi_plan_begin(&search.best, problem, err));
    CBI_TRY(cbi_plan_begin(&search.draft, problem, err));
    search.cut = (cbi_cut){.model = model, .work_max = work_max};
    *out = search;
    out->bound.position = &out->position;
    search.best = (cbi_plan){0};
    search.draft = (cbi_plan){0};
done:
    cbi_plan_clear(&search.best);
    cbi_plan_clear(&search.draft);
    return status;
}

void cbi_explore_clear(cbi_explore *search)
{
    cbi_plan_clear(&search->best);
    cbi_plan_clear(&search->draft);
    cbi_cut_clear(&search->cut);
}

uint64_t cbi_explore_work(const cbi_explore *search)
{
    return search->bound.work + search->cut.work + search->swept;
}

/* Every record that has to be used still can be. */
static bool musts_stand(const cbi_explore *search, bool decided)
{
    const cbi_model *model = search->model;

    for (uint32_t r = 0; r < model->problem->record_count; r++) {
        bool stands = !search->must[r];

        for (uint32_t i = model->record_first[r]; !stands && i < model->record_first[r + 1]; i++) {
            uint8_t state = search->position.state[model->record_applications[i]];

            stands = state == CBI_CHOSEN || (!decided && state == CBI_OPEN);
        }
        if (!stands)
            return false;
    }
    return true;
}

/* Takes what the position has chosen as a plan; keeps it if it is good enough. */
static cbank_status take_plan(cbi_explore *search, bool *reached, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_problem *problem = search->model->problem;
    cbi_plan *draft = &search->draft;
    cbi_cut_end end;

    *reached = false;
    if (!musts_stand(search, true))
        return CBANK_OK;
    for (uint32_t i = 0; i < problem->application_count; i++)
        draft->chosen[i] = search->position.state[i] == CBI_CHOSEN;
    memcpy(draft->placed, search->position.placed, problem->grant_count * sizeof(*draft->placed));
    CBI_TRY(cbi_cut_best(&search->cut, search->goal, draft, &end, err));
    search->gave_up |= end == CBI_CUT_GIVEN_UP;
    if (end != CBI_CUT_FOUND)
        return CBANK_OK;
    cbi_plan_measure(problem, draft);
    *reached = cbi_target_is_reached(&search->target, &draft->measures);
    if (*reached || cbi_measures_compare(search->goal, &draft->measures,
                                         &search->best.measures) < 0)
        cbi_plan_copy(&search->best, draft);
done:
    return status;
}

static bool leave_grant(cbi_explore *search, uint32_t grant)
{
    cbi_span places = search->model->problem->grants[grant].places;

    for (uint32_t p = places.first; p < places.first + places.count; p++)
        if (!cbi_position_bar(&search->position, p))
            return false;
    return true;
}

/* Carries out what the bound would choose, as far as it contradicts nothing. */
static bool follow_choice(cbi_explore *search)
{
    const cbi_problem *problem = search->model->problem;
    cbi_position *position = &search->position;

    for (uint32_t b = 0; b < search->bound.block_count; b++) {
        uint32_t application = search->bound.block_choice[b];
        cbi_span grants;

        if (application == CBI_NONE)
            continue;
        if (!cbi_position_choose(position, application))
            return false;
        grants = problem->applications[application].grants;
        for (uint32_t g = grants.first; g < grants.first + grants.count; g++) {
            uint32_t place = search->bound.grant_choice[g];

            if (place != CBI_NONE ? !cbi_position_place(position, place)
                                  : position->placed[g] == CBI_NONE && !leave_grant(search, g))
                return false;
        }
    }
    return true;
}

/* If the bound's own choice keeps all rows it may be a plan already. */
static cbank_status try_choice(cbi_explore *search, bool *reached, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t mark = cbi_position_mark(&search->position);

    *reached = false;
    for (uint32_t i = 0; i < search->bound.price_count; i++)
        if (search->bound.gaps[i] > 0)
            return CBANK_OK;
    if (follow_choice(search))
        status = take_plan(search, reached, err);
    cbi_position_back(&search->position, mark);
    return status;
}

/* Closes applications and bars places that no plan which reaches the target can have. */
static bool filter(cbi_explore *search)
{
    const cbi_bound *bound = &search->bound;
    const cbi_problem *problem = search->model->problem;
    cbi_position *position = &search->position;

    for (uint32_t a = 0; a < problem->application_count; a++) {
        if (position->state[a] == CBI_OPEN &&
            cbi_bound_is_lost(bound, bound->block_worth[bound->block_of[a]] - bound->worth[a]) &&
            !cbi_position_close(position, a))
            return false;
    }
    return true;
}

/* How much worse the block's second best way is than its best; -1 if the block is decided. */
static int64_t regret_of(const cbi_explore *search, uint32_t block)
{
    const cbi_bound *bound = &search->bound;
    int64_t best = 0; /* none of them */
    int64_t second = INT64_MIN;
    bool open = false;

    for (uint32_t i = bound->block_first[block]; i < bound->block_first[block + 1]; i++) {
        uint32_t application = bound->block_applications[i];
        int64_t worth;

        if (search->position.state[application] == CBI_CHOSEN)
            return -1;
        if (search->position.state[application] != CBI_OPEN)
            continue;
        open = true;
        worth = bound->worth[application];
        if (worth > best) {
            second = best;
            best = worth;
        } else if (worth > second) {
            second = worth;
        }
    }
    return open ? best - second : -1;
}

static bool is_in_conflict(const cbi_explore *search, uint32_t application)
{
    const cbi_bound *bound = &search->bound;
    cbi_span grants = search->model->problem->applications[application].grants;

    for (uint32_t i = bound->of_application.first[application];
         i < bound->of_application.first[application + 1]; i++)
        if (bound->gaps[bound->of_application.list[i].price] > 0)
            return true;
    for (uint32_t g = grants.first; g < grants.first + grants.count; g++) {
        uint32_t place = bound->grant_choice[g];

        for (uint32_t i = place == CBI_NONE ? 0 : bound->of_place.first[place];
             place != CBI_NONE && i < bound->of_place.first[place + 1]; i++)
            if (bound->gaps[bound->of_place.list[i].price] > 0)
                return true;
    }
    return false;
}

/* The block to decide next, or CBI_NONE if all are. */
static uint32_t choose_block(const cbi_explore *search)
{
    const cbi_bound *bound = &search->bound;
    uint32_t best = CBI_NONE;
    int64_t best_regret = -1;
    bool best_conflict = false;

    for (uint32_t b = 0; b < bound->block_count; b++) {
        int64_t regret = regret_of(search, b);
        bool conflict;

        if (regret < 0)
            continue;
        conflict = bound->block_choice[b] != CBI_NONE &&
                   is_in_conflict(search, bound->block_choice[b]);
        if (best != CBI_NONE &&
            (conflict != best_conflict ? best_conflict : regret <= best_regret))
            continue;
        best = b;
        best_regret = regret;
        best_conflict = conflict;
    }
    return best;
}

static void add_branch(cbi_explore *search, struct cbi_frame *frame, uint32_t application,
                       uint32_t place, int64_t loss)
{
    struct cbi_branch branch = {application, place, loss};
    uint32_t at = frame->first + frame->count;

    if (cbi_bound_is_lost(&search->bound, loss))
        return;
    while (at > frame->first && search->branches[at - 1].loss > loss) {
        search->branches[at] = search->branches[at - 1];
        at--;
    }
    search->branches[at] = branch;
    frame->count++;
}

static void branch_block(cbi_explore *search, struct cbi_frame *frame)
{
    const cbi_bound *bound = &search->bound;
    const cbi_problem *problem = search->model->problem;
    int64_t best = bound->block_worth[frame->block];

    for (uint32_t i = bound->block_first[frame->block]; i < bound->block_first[frame->block + 1];
         i++) {
        uint32_t application = bound->block_applications[i];
        const cbi_application *of = &problem->applications[application];
        int64_t worth = bound->worth[application];
        cbi_span places = problem->grants[of->grants.first].places;
        int64_t best_place;

        if (search->position.state[application] != CBI_OPEN)
            continue;
        if (of->grants.count > 1) {
            add_branch(search, frame, application, CBI_NONE, best - worth);
            continue;
        }
        best_place =
            cbi_bound_place_worth(bound, bound->grant_choice[of->grants.first]);
        for (uint32_t p = places.first; p < places.first + places.count; p++)
            if (!search->position.barred[p])
                add_branch(search, frame, application, p,
                           best - worth + best_place - cbi_bound_place_worth(bound, p));
    }
    add_branch(search, frame, CBI_NONE, CBI_NONE, best);
}

static void branch_grant(cbi_explore *search, struct cbi_frame *frame)
{
    const cbi_problem *problem = search->model->problem;
    const cbi_grant *grant = &problem->grants[frame->grant];
    const uint8_t *barred = search->position.barred;
    uint32_t end = grant->places.first + grant->places.count;
    int64_t best = INT64_MIN;

    for (uint32_t p = grant->places.first; p < end; p++) {
        int64_t worth = barred[p] ? INT64_MIN : cbi_bound_place_worth(&search->bound, p);

        best = worth > best ? worth : best;
    }
    for (uint32_t p = grant->places.first; p < end; p++)
        if (!barred[p])
            add_branch(search, frame, grant->application, p,
                       best - cbi_bound_place_worth(&search->bound, p));
    if (!problem->applications[grant->application].all &&
        search->position.live[grant->application] > 1)
        add_branch(search, frame, CBI_NONE, CBI_NONE, best > 0 ? best : 0);
}

/* A grant of a chosen application that is still to be decided, or CBI_NONE. */
static uint32_t find_pending(const cbi_explore *search)
{
    const cbi_bound *bound = &search->bound;
    const cbi_problem *problem = search->model->problem;

    for (uint32_t b = 0; b < bound->block_count; b++) {
        uint32_t application = bound->block_choice[b];
        cbi_span grants;

        if (application == CBI_NONE || search->position.state[application] != CBI_CHOSEN)
            continue;
        grants = problem->applications[application].grants;
        for (uint32_t g = grants.first; g < grants.first + grants.count; g++)
            if (cbi_position_is_pending(&search->position, g))
                return g;
    }
    return CBI_NONE;
}

static int64_t *saved_at(const cbi_explore *search, uint32_t depth)
{
    return &search->saved[(size_t)depth * search->bound.value_count];
}

/*
 * Looks at the position. Either nothing below it is left to be done, or the frame has branches.
 */
static cbank_status enter(cbi_explore *search, uint32_t depth, struct cbi_frame *frame,
                          bool *reached, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bound *bound = &search->bound;

    *reached = false;
    frame->count = 0;
    frame->next = 0;
    if (!musts_stand(search, false) || !cbi_position_stands(&search->position) ||
        cbi_bound_refute(bound, depth == 0 ? ROOT_ROUNDS : NODE_ROUNDS))
        return CBANK_OK;
    cbi_bound_find_gaps(bound);
    CBI_TRY(try_choice(search, reached, err));
    if (*reached || !filter(search))
        return CBANK_OK;
    frame->grant = find_pending(search);
    if (frame->grant != CBI_NONE) {
        branch_grant(search, frame);
    } else {
        frame->block = choose_block(search);
        if (frame->block == CBI_NONE)
            return take_plan(search, reached, err);
        branch_block(search, frame);
    }
    if (depth < search->saved_levels)
        cbi_bound_save(bound, saved_at(search, depth));
done:
    return status;
}

static bool close_block(cbi_explore *search, uint32_t block)
{
    const cbi_bound *bound = &search->bound;

    for (uint32_t i = bound->block_first[block]; i < bound->block_first[block + 1]; i++)
        if (!cbi_position_close(&search->position, bound->block_applications[i]))
            return false;
    return true;
}

static bool follow_branch(cbi_explore *search, const struct cbi_frame *frame,
                          const struct cbi_branch *branch)
{
    cbi_position *position = &search->position;

    if (branch->application == CBI_NONE && frame->grant == CBI_NONE)
        return close_block(search, frame->block);
    if (branch->application == CBI_NONE)
        return leave_grant(search, frame->grant);
    if (!cbi_position_choose(position, branch->application))
        return false;
    return branch->place == CBI_NONE || cbi_position_place(position, branch->place);
}

/* Asks for more than the best plan has; false if that is not wanted, or not possible. */
static bool raise_target(cbi_explore *search)
{
    cbi_target *target = &search->target;
    const cbi_measures *best = &search->best.measures;
    int64_t values[] = {best->missing, best->counted, best->earned, best->records};

    if (search->step == 0 || (search->step < 0 && values[target->aim] + search->step < 0))
        return false;
    target->at[target->aim] = values[target->aim] + search->step;
    search->bound.target = *target;
    return true;
}

cbank_status cbi_explore_run(cbi_explore *search, cbi_explore_end *end, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct cbi_frame *frames = search->frames;
    uint32_t mark = cbi_position_mark(&search->position);
    uint32_t depth = 0;
    bool reached;

    *end = CBI_EXPLORE_EXHAUSTED;
    frames[0] = (struct cbi_frame){.mark = mark};
    CBI_TRY(enter(search, 0, &frames[0], &reached, err));
    for (;;) {
        struct cbi_frame *frame = &frames[depth];
        const struct cbi_branch *branch;

        if (reached && raise_target(search)) {
            /* The next plan has to be better still; this position may hold it. */
            CBI_TRY(enter(search, depth, frame, &reached, err));
            continue;
        }
        if (reached || cbi_explore_work(search) > search->work_max) {
            *end = reached ? CBI_EXPLORE_REACHED : CBI_EXPLORE_STOPPED;
            break;
        }
        if (frame->next == frame->count) {
            cbi_position_back(&search->position, frame->mark);
            if (depth-- == 0)
                break;
            continue;
        }
        if (frame->next > 0 && depth < search->saved_levels)
            cbi_bound_restore(&search->bound, saved_at(search, depth));
        branch = &search->branches[frame->first + frame->next++];
        frames[depth + 1] = (struct cbi_frame){.mark = cbi_position_mark(&search->position),
                                               .first = frame->first + frame->count};
        if (!follow_branch(search, frame, branch)) {
            cbi_position_back(&search->position, frames[depth + 1].mark);
            continue;
        }
        depth++;
        CBI_TRY(enter(search, depth, &frames[depth], &reached, err));
    }
done:
    cbi_position_back(&search->position, mark);
    return status;
}
