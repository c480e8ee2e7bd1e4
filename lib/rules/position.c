#include "rules/position.h"

enum { STEP_STATE, STEP_BARRED, STEP_PLACED, STEP_USED };

/* One change, with what was there before. */
struct cbi_step {
    uint32_t kind;
    uint32_t index;
    int64_t before;
};

cbank_status cbi_position_build(cbi_arena *arena, const cbi_model *model, cbi_position *out,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_problem *problem = model->problem;
    cbi_position position = {.model = model};
    size_t steps = (size_t)problem->application_count + problem->place_count +
                   problem->grant_count + model->term_count;

    CBI_TRY(cbi_arena_alloc(arena, problem->application_count, 1, &position.state, err));
    CBI_TRY(cbi_arena_alloc(arena, problem->place_count, 1, &position.barred, err));
    CBI_TRY(cbi_arena_alloc(arena, problem->grant_count, sizeof(*position.placed),
                            &position.placed, err));
    CBI_TRY(cbi_arena_alloc(arena, problem->grant_count, sizeof(*position.open), &position.open,
                            err));
    CBI_TRY(cbi_arena_alloc(arena, problem->application_count, sizeof(*position.live),
                            &position.live, err));
    CBI_TRY(cbi_arena_alloc(arena, model->row_count, sizeof(*position.used), &position.used, err));
    CBI_TRY(cbi_arena_alloc(arena, problem->grant_count, sizeof(*position.forced),
                            &position.forced, err));
    CBI_TRY(cbi_arena_alloc(arena, problem->application_count, sizeof(*position.gain),
                            &position.gain, err));
    CBI_TRY(cbi_arena_alloc(arena, steps, sizeof(*position.trail), &position.trail, err));
    for (uint32_t i = 0; i < problem->grant_count; i++) {
        position.placed[i] = CBI_NONE;
        position.open[i] = problem->grants[i].places.count;
    }
    for (uint32_t i = 0; i < problem->application_count; i++)
        position.live[i] = problem->applications[i].grants.count;
    *out = position;
done:
    return status;
}

uint32_t cbi_position_mark(const cbi_position *position)
{
    return position->trail_count;
}

static void note(cbi_position *position, uint32_t kind, uint32_t index, int64_t before)
{
    position->trail[position->trail_count++] = (struct cbi_step){kind, index, before};
}

static uint32_t application_of(const cbi_position *position, uint32_t place)
{
    const cbi_problem *problem = position->model->problem;

    return problem->grants[problem->places[place].grant].application;
}

void cbi_position_back(cbi_position *position, uint32_t mark)
{
    const cbi_problem *problem = position->model->problem;

    while (position->trail_count > mark) {
        const struct cbi_step *step = &position->trail[--position->trail_count];

        switch (step->kind) {
        case STEP_STATE:
            position->state[step->index] = (uint8_t)step->before;
            break;
        case STEP_BARRED:
            position->barred[step->index] = 0;
            if (position->open[problem->places[step->index].grant]++ == 0)
                position->live[application_of(position, step->index)]++;
            break;
        case STEP_PLACED:
            position->placed[step->index] = CBI_NONE;
            break;
        default:
            position->used[step->index] = step->before;
            break;
        }
    }
    position->forced_count = 0;
}

bool cbi_position_is_pending(const cbi_position *position, uint32_t grant)
{
    uint32_t application = position->model->problem->grants[grant].application;

    return position->state[application] == CBI_CHOSEN && position->placed[grant] == CBI_NONE &&
           position->open[grant] > 0;
}

static void queue(cbi_position *position, uint32_t place)
{
    for (uint32_t i = 0; i < position->forced_count; i++)
        if (position->forced[i] == place)
            return;
    position->forced[position->forced_count++] = place;
}

/* Grants of a chosen application that have no choice left are to be placed. */
static void force(cbi_position *position, uint32_t application)
{
    const cbi_problem *problem = position->model->problem;
    const cbi_application *chosen = &problem->applications[application];

    if (!chosen->all && position->live[application] > 1)
        return;
    for (uint32_t g = chosen->grants.first; g < chosen->grants.first + chosen->grants.count; g++) {
        cbi_span places = problem->grants[g].places;

        if (position->placed[g] != CBI_NONE || position->open[g] != 1)
            continue;
        for (uint32_t p = places.first; p < places.first + places.count; p++)
            if (!position->barred[p])
                queue(position, p);
    }
}

static bool close_application(cbi_position *position, uint32_t application)
{
    if (position->state[application] == CBI_CHOSEN)
        return false;
    if (position->state[application] == CBI_OPEN) {
        note(position, STEP_STATE, application, CBI_OPEN);
        position->state[application] = CBI_CLOSED;
    }
    return true;
}

static bool bar(cbi_position *position, uint32_t place)
{
    const cbi_problem *problem = position->model->problem;
    uint32_t grant = problem->places[place].grant;
    uint32_t application = problem->grants[grant].application;
    const cbi_application *of = &problem->applications[application];

    if (position->barred[place] || position->state[application] == CBI_CLOSED)
        return true;
    if (position->placed[grant] == place)
        return false;
    note(position, STEP_BARRED, place, 0);
    position->barred[place] = 1;
    if (--position->open[grant] == 0)
        position->live[application]--;
    if (position->live[application] < (of->all ? of->grants.count : 1))
        return close_application(position, application);
    if (position->state[application] == CBI_CHOSEN && position->open[grant] <= 1 &&
        position->placed[grant] == CBI_NONE)
        force(position, application);
    return true;
}

/* True if a grant of the application stands in the row. */
static bool stands_in(const cbi_position *position, uint32_t application, uint32_t row)
{
    const cbi_model *model = position->model;
    cbi_span grants = model->problem->applications[application].grants;

    for (uint32_t g = grants.first; g < grants.first + grants.count; g++) {
        uint32_t place = position->placed[g];

        if (place == CBI_NONE)
            continue;
        for (uint32_t i = model->place_first[place]; i < model->place_first[place + 1]; i++)
            if (model->terms[model->place_terms[i]].row == row)
                return true;
    }
    return false;
}

/* Bars what the row has no room for any more. */
static bool squeeze(cbi_position *position, uint32_t index)
{
    const cbi_model *model = position->model;
    const cbi_row *row = &model->rows[index];
    int64_t room = row->limit - position->used[index];

    if (row->falls || row->greatest <= room)
        return true;
    if (room < 0)
        return false;
    for (uint32_t i = row->first; i < row->first + row->count; i++) {
        const cbi_term *term = &model->terms[i];
        uint32_t grant = model->problem->places[term->place].grant;
        uint32_t application = model->problem->grants[grant].application;

        if (term->least <= room || position->barred[term->place] ||
            position->placed[grant] != CBI_NONE || position->state[application] == CBI_CLOSED ||
            (row->records && stands_in(position, application, index)))
            continue;
        if (!bar(position, term->place))
            return false;
    }
    return true;
}

static bool bar_grant(cbi_position *position, uint32_t grant, uint32_t but)
{
    cbi_span places = position->model->problem->grants[grant].places;

    for (uint32_t p = places.first; p < places.first + places.count; p++)
        if (p != but && !bar(position, p))
            return false;
    return true;
}

static bool take(cbi_position *position, uint32_t place)
{
    const cbi_model *model = position->model;
    const cbi_problem *problem = model->problem;
    uint32_t grant = problem->places[place].grant;
    uint32_t application = problem->grants[grant].application;
    uint32_t course = problem->grants[grant].course;

    if (position->placed[grant] == place)
        return true;
    if (position->placed[grant] != CBI_NONE || position->barred[place])
        return false;
    for (uint32_t i = model->place_first[place]; i < model->place_first[place + 1]; i++) {
        const cbi_term *term = &model->terms[model->place_terms[i]];

        if (model->rows[term->row].records && stands_in(position, application, term->row))
            continue;
        note(position, STEP_USED, term->row, position->used[term->row]);
        position->used[term->row] += term->least;
    }
    note(position, STEP_PLACED, grant, 0);
    position->placed[grant] = place;
    if (!bar_grant(position, grant, place))
        return false;
    for (uint32_t i = model->place_first[place]; i < model->place_first[place + 1]; i++)
        if (!squeeze(position, model->terms[model->place_terms[i]].row))
            return false;
    if (course == CBI_NONE)
        return true;
    for (uint32_t i = model->course_first[course]; i < model->course_first[course + 1]; i++)
        if (model->course_grants[i] != grant &&
            !bar_grant(position, model->course_grants[i], CBI_NONE))
            return false;
    return true;
}

static bool settle(cbi_position *position)
{
    while (position->forced_count > 0)
        if (!take(position, position->forced[--position->forced_count]))
            return false;
    return true;
}

static bool close_others(cbi_position *position, const uint32_t *applications, uint32_t count,
                         uint32_t but)
{
    for (uint32_t i = 0; i < count; i++)
        if (applications[i] != but && !close_application(position, applications[i]))
            return false;
    return true;
}

bool cbi_position_choose(cbi_position *position, uint32_t application)
{
    const cbi_model *model = position->model;
    const cbi_problem *problem = model->problem;
    const cbi_application *chosen = &problem->applications[application];

    if (position->state[application] != CBI_OPEN)
        return position->state[application] == CBI_CHOSEN;
    note(position, STEP_STATE, application, CBI_OPEN);
    position->state[application] = CBI_CHOSEN;
    for (uint32_t i = 0; i < chosen->records.count; i++) {
        uint32_t record = problem->members[chosen->records.first + i];
        uint32_t first = model->record_first[record];

        if (!close_others(position, model->record_applications + first,
                          model->record_first[record + 1] - first, application))
            return false;
    }
    for (uint32_t i = model->group_first[application]; i < model->group_first[application + 1];
         i++) {
        cbi_span span = problem->groups[model->groups[i]].applications;

        if (!close_others(position, problem->members + span.first, span.count, application))
            return false;
    }
    force(position, application);
    return settle(position);
}

bool cbi_position_close(cbi_position *position, uint32_t application)
{
    return close_application(position, application);
}

bool cbi_position_place(cbi_position *position, uint32_t place)
{
    return take(position, place) && settle(position);
}

bool cbi_position_bar(cbi_position *position, uint32_t place)
{
    return bar(position, place) && settle(position);
}

/* The most that each application could still take off the row, one place a grant. */
static void find_gains(const cbi_position *position, const cbi_row *row)
{
    const cbi_model *model = position->model;
    const cbi_problem *problem = model->problem;

    for (uint32_t a = 0; a < problem->application_count; a++)
        position->gain[a] = 0;
    for (uint32_t i = row->first; i < row->first + row->count;) {
        uint32_t grant = problem->places[model->terms[i].place].grant;
        uint32_t application = problem->grants[grant].application;
        int64_t least = 0;

        for (; i < row->first + row->count &&
               problem->places[model->terms[i].place].grant == grant;
             i++)
            if (!position->barred[model->terms[i].place] && model->terms[i].least < least)
                least = model->terms[i].least;
        if (position->placed[grant] == CBI_NONE && position->state[application] != CBI_CLOSED)
            position->gain[application] -= least;
    }
}

/*
 * A record serves one application. So what all of them can take off is at most the sum over the
 * records of the largest share, an application's gain being spread over its records.
 */
static bool can_come_right(const cbi_position *position, const cbi_row *row, int64_t over)
{
    const cbi_model *model = position->model;
    const cbi_problem *problem = model->problem;

    find_gains(position, row);
    for (uint32_t r = 0; over > 0 && r < problem->record_count; r++) {
        int64_t most = 0;

        for (uint32_t i = model->record_first[r]; i < model->record_first[r + 1]; i++) {
            uint32_t application = model->record_applications[i];
            int64_t records = problem->applications[application].records.count;
            int64_t share = (position->gain[application] + records - 1) / records;

            most = share > most ? share : most;
        }
        over -= most;
    }
    return over <= 0;
}

bool cbi_position_stands(const cbi_position *position)
{
    const cbi_model *model = position->model;

    for (uint32_t i = 0; i < model->row_count; i++) {
        const cbi_row *row = &model->rows[i];
        int64_t over = position->used[i] - row->limit;

        if (row->falls && over > 0 && !can_come_right(position, row, over))
            return false;
    }
    return true;
}
