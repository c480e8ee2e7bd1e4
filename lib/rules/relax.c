/* The relaxation that bound.h describes: its rows, its blocks, and who pays for what. */
#include "rules/bound.h"

#define UNITS_MAX ((int64_t)1 << 20)
#define SHARES 60 /* a weight that one of several grants may bring is split into these */

struct relax {
    cbi_arena *arena;
    const cbi_model *model;
    const cbi_problem *problem;
    cbi_bound *bound;
    struct paid *place_paid;
    struct paid *application_paid;
    uint32_t place_count, application_count;
};

/* A charge and who pays it, before charges are sorted by payer. */
struct paid {
    uint32_t payer;
    cbi_charge charge;
};

static int64_t gcd(int64_t a, int64_t b)
{
    a = a < 0 ? -a : a;
    b = b < 0 ? -b : b;
    while (b != 0) {
        int64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t ceil_div(int64_t a, int64_t b)
{
    return a / b + (a % b > 0);
}

static uint32_t application_of(const cbi_problem *problem, uint32_t place)
{
    return problem->grants[problem->places[place].grant].application;
}

/* Of a record that several share, the one that most applications want. */
static uint32_t busiest_record(const cbi_model *model, const cbi_application *application)
{
    const cbi_problem *problem = model->problem;
    uint32_t best = CBI_NONE;
    uint32_t most = 0;

    for (uint32_t i = 0; i < application->records.count; i++) {
        uint32_t record = problem->members[application->records.first + i];
        uint32_t wanted = model->record_first[record + 1] - model->record_first[record];

        if (best == CBI_NONE || wanted > most) {
            best = record;
            most = wanted;
        }
    }
    return best;
}

static cbank_status build_blocks(struct relax *relax, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bound *bound = relax->bound;
    const cbi_problem *problem = relax->problem;
    uint32_t *number; /* of the block of each record, from 1 */

    CBI_TRY(cbi_arena_alloc(relax->arena, problem->record_count, sizeof(*number), &number, err));
    CBI_TRY(cbi_arena_alloc(relax->arena, problem->application_count, sizeof(*bound->block_of),
                            &bound->block_of, err));
    CBI_TRY(cbi_arena_alloc(relax->arena, problem->application_count,
                            sizeof(*bound->block_applications), &bound->block_applications, err));
    CBI_TRY(cbi_arena_alloc(relax->arena, (size_t)problem->record_count + 2,
                            sizeof(*bound->block_first), &bound->block_first, err));
    for (uint32_t i = 0; i < problem->application_count; i++) {
        uint32_t record = busiest_record(relax->model, &problem->applications[i]);

        if (number[record] == 0)
            number[record] = ++bound->block_count;
        bound->block_of[i] = number[record] - 1;
        bound->block_first[number[record] + 1]++;
    }
    for (uint32_t i = 2; i <= bound->block_count; i++)
        bound->block_first[i] += bound->block_first[i - 1];
    for (uint32_t i = 0; i < problem->application_count; i++)
        bound->block_applications[bound->block_first[bound->block_of[i] + 1]++] = i;
done:
    return status;
}

static void pay_place(struct relax *relax, uint32_t place, cbi_charge charge)
{
    relax->place_paid[relax->place_count++] = (struct paid){place, charge};
}

static void pay_application(struct relax *relax, uint32_t application, uint32_t price)
{
    relax->application_paid[relax->application_count++] =
        (struct paid){application, {.price = price, .fixed = 1}};
}

static void add_price(struct relax *relax, int64_t limit_num, int64_t limit_den, int64_t greatest)
{
    cbi_bound *bound = relax->bound;
    int64_t step = bound->typical * 256 / greatest;

    step = step < 1 ? 1 : step > UNITS_MAX ? UNITS_MAX : step;
    bound->prices[bound->price_count++] = (cbi_price){limit_num, limit_den, step, 0, 0};
}

/* How many grants of the term's application have a place in the row. */
static uint32_t grants_in_row(const cbi_model *model, const cbi_row *row, const cbi_term *term)
{
    const cbi_problem *problem = model->problem;
    uint32_t application = application_of(problem, term->place);
    uint32_t last = CBI_NONE;
    uint32_t count = 0;

    for (uint32_t i = row->first; i < row->first + row->count; i++) {
        uint32_t grant = problem->places[model->terms[i].place].grant;

        if (problem->grants[grant].application == application && grant != last) {
            last = grant;
            count++;
        }
    }
    return count;
}

/* The charge of a term in the row's raw numbers. */
static cbi_charge raw_charge(const cbi_model *model, const cbi_row *row, const cbi_term *term)
{
    const cbi_problem *problem = model->problem;
    int64_t amount = problem->grants[problem->places[term->place].grant].amount;
    cbi_charge charge = {.fixed = term->fixed, .linear = term->per * amount};

    if (row->records)
        charge.fixed = floor_div(term->fixed * SHARES, grants_in_row(model, row, term));
    return charge;
}

static int64_t par_of(const struct relax *relax, const cbi_row *row, int64_t unit)
{
    const cbi_model *model = relax->model;

    for (uint32_t i = row->first; i < row->first + row->count; i++) {
        cbi_charge charge = raw_charge(model, row, &model->terms[i]);
        int64_t use = (charge.fixed + charge.linear) / unit;

        if (use > 0)
            return CBI_BOUND_ONE * relax->bound->amounts[model->terms[i].place] / use;
    }
    return 0;
}

static void add_row(struct relax *relax, const cbi_row *row)
{
    const cbi_model *model = relax->model;
    int64_t common = 0;
    int64_t greatest = 1;
    int64_t limit = row->records ? row->limit * SHARES : row->limit;
    int64_t shrink;
    int64_t par = 0;

    for (uint32_t i = row->first; i < row->first + row->count; i++) {
        cbi_charge charge = raw_charge(model, row, &model->terms[i]);

        common = gcd(gcd(common, charge.fixed), charge.linear);
    }
    for (uint32_t i = row->first; i < row->first + row->count; i++) {
        cbi_charge charge = raw_charge(model, row, &model->terms[i]);
        int64_t size = (charge.fixed + charge.linear) / common;

        size = size < 0 ? -size : size;
        greatest = size > greatest ? size : greatest;
    }
    shrink = ceil_div(greatest, UNITS_MAX);
    for (uint32_t i = row->first; i < row->first + row->count; i++) {
        cbi_charge charge = raw_charge(model, row, &model->terms[i]);

        charge.price = relax->bound->price_count;
        charge.fixed = floor_div(charge.fixed / common, shrink);
        charge.linear = floor_div(charge.linear / common, shrink);
        pay_place(relax, model->terms[i].place, charge);
    }
    /* Where a credit costs so much here, nothing that the row sees is worth anything. */
    if (!row->records)
        par = par_of(relax, row, common * shrink);
    if (row->cuts)
        add_price(relax, limit, common * shrink, ceil_div(greatest, shrink));
    else
        add_price(relax, floor_div(limit, common), shrink, ceil_div(greatest, shrink));
    relax->bound->prices[relax->bound->price_count - 1].par = par;
    if (!row->records && !row->cuts && shrink == 1)
        relax->bound->prices[relax->bound->price_count - 1].grain = common;
}

/* True if the applications lie in one block, which takes one of them anyhow. */
static bool in_one_block(const cbi_bound *bound, const uint32_t *applications, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (bound->block_of[applications[i]] != bound->block_of[applications[0]])
            return false;
    return true;
}

/* One use of a record, or of a group. */
static void add_exclusion(struct relax *relax, const uint32_t *applications, uint32_t count)
{
    if (in_one_block(relax->bound, applications, count))
        return;
    for (uint32_t i = 0; i < count; i++)
        pay_application(relax, applications[i], relax->bound->price_count);
    add_price(relax, 1, 1, 1);
}

static void add_course(struct relax *relax, uint32_t course)
{
    const cbi_model *model = relax->model;
    const cbi_problem *problem = relax->problem;
    uint32_t first = model->course_first[course];
    uint32_t count = model->course_first[course + 1] - first;

    if (count < 2)
        return;
    for (uint32_t i = first; i < first + count; i++) {
        cbi_span places = problem->grants[model->course_grants[i]].places;

        for (uint32_t p = places.first; p < places.first + places.count; p++)
            pay_place(relax, p, (cbi_charge){.price = relax->bound->price_count, .fixed = 1});
    }
    add_price(relax, 1, 1, 1);
}

static cbank_status sort_paid(struct relax *relax, const struct paid *paid, uint32_t count,
                              uint32_t payers, cbi_charges *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_arena_alloc(relax->arena, (size_t)payers + 2, sizeof(*out->first), &out->first,
                            err));
    CBI_TRY(cbi_arena_alloc(relax->arena, count, sizeof(*out->list), &out->list, err));
    for (uint32_t i = 0; i < count; i++)
        out->first[paid[i].payer + 2]++;
    for (uint32_t i = 2; i <= payers; i++)
        out->first[i] += out->first[i - 1];
    for (uint32_t i = 0; i < count; i++)
        out->list[out->first[paid[i].payer + 1]++] = paid[i].charge;
done:
    return status;
}

static cbank_status build_prices(struct relax *relax, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_problem *problem = relax->problem;
    const cbi_model *model = relax->model;
    cbi_bound *bound = relax->bound;
    size_t prices = (size_t)model->row_count + problem->record_count + problem->group_count +
                    problem->course_count;
    size_t shared = model->record_first[problem->record_count] +
                    (size_t)model->group_first[problem->application_count];

    CBI_TRY(cbi_arena_alloc(relax->arena, prices, sizeof(*bound->prices), &bound->prices, err));
    CBI_TRY(cbi_arena_alloc(relax->arena, (size_t)model->term_count + problem->place_count,
                            sizeof(*relax->place_paid), &relax->place_paid, err));
    CBI_TRY(cbi_arena_alloc(relax->arena, shared, sizeof(*relax->application_paid),
                            &relax->application_paid, err));
    for (uint32_t i = 0; i < model->row_count; i++)
        add_row(relax, &model->rows[i]);
    for (uint32_t i = 0; i < problem->record_count; i++)
        add_exclusion(relax, model->record_applications + model->record_first[i],
                      model->record_first[i + 1] - model->record_first[i]);
    for (uint32_t i = 0; i < problem->group_count; i++)
        add_exclusion(relax, problem->members + problem->groups[i].applications.first,
                      problem->groups[i].applications.count);
    for (uint32_t i = 0; i < problem->course_count; i++)
        add_course(relax, i);
    CBI_TRY(sort_paid(relax, relax->place_paid, relax->place_count, problem->place_count,
                      &bound->of_place, err));
    CBI_TRY(sort_paid(relax, relax->application_paid, relax->application_count,
                      problem->application_count, &bound->of_application, err));
done:
    return status;
}

static cbank_status build_amounts(struct relax *relax, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_problem *problem = relax->problem;
    cbi_bound *bound = relax->bound;
    int64_t common = 0;
    int64_t greatest = 1;
    int64_t sum = 0;

    CBI_TRY(cbi_arena_alloc(relax->arena, problem->place_count, sizeof(*bound->amounts),
                            &bound->amounts, err));
    for (uint32_t i = 0; i < problem->grant_count; i++) {
        common = gcd(common, problem->grants[i].amount);
        greatest = problem->grants[i].amount > greatest ? problem->grants[i].amount : greatest;
    }
    bound->unit = common == 0 ? 1 : common * ceil_div(greatest / common, UNITS_MAX);
    for (uint32_t i = 0; i < problem->place_count; i++) {
        bound->amounts[i] =
            ceil_div(problem->grants[problem->places[i].grant].amount, bound->unit);
        sum += bound->amounts[i];
    }
    bound->typical = problem->place_count == 0 ? 1 : ceil_div(sum, problem->place_count);
done:
    return status;
}

static cbank_status build_values(struct relax *relax, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_problem *problem = relax->problem;
    cbi_bound *bound = relax->bound;
    cbi_arena *arena = relax->arena;
    uint32_t wants = problem->bucket_count + 1 + problem->residency_count;

    bound->value_count = bound->price_count + wants + CBI_MEASURES;
    CBI_TRY(cbi_arena_alloc(arena, bound->value_count, sizeof(int64_t), &bound->values, err));
    CBI_TRY(cbi_arena_alloc(arena, bound->value_count, sizeof(int64_t), &bound->best, err));
    CBI_TRY(cbi_arena_alloc(arena, wants, sizeof(int64_t), &bound->weights, err));
    CBI_TRY(cbi_arena_alloc(arena, wants, sizeof(int64_t), &bound->counted, err));
    CBI_TRY(cbi_arena_alloc(arena, wants, 1, &bound->active, err));
    CBI_TRY(cbi_arena_alloc(arena, problem->application_count, sizeof(int64_t), &bound->worth,
                            err));
    CBI_TRY(cbi_arena_alloc(arena, bound->block_count, sizeof(int64_t), &bound->block_worth, err));
    CBI_TRY(cbi_arena_alloc(arena, bound->block_count, sizeof(uint32_t), &bound->block_choice,
                            err));
    CBI_TRY(cbi_arena_alloc(arena, problem->grant_count, sizeof(uint32_t), &bound->grant_choice,
                            err));
    CBI_TRY(cbi_arena_alloc(arena, problem->grant_count, 1, &bound->grant_full, err));
    CBI_TRY(cbi_arena_alloc(arena, bound->price_count, sizeof(int64_t), &bound->gaps, err));
done:
    return status;
}

cbank_status cbi_bound_build(cbi_arena *arena, const cbi_position *position, cbi_bound *out,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bound bound = {.model = position->model, .position = position};
    struct relax relax = {
        .arena = arena,
        .model = position->model,
        .problem = position->model->problem,
        .bound = &bound,
    };

    CBI_TRY(build_amounts(&relax, err));
    CBI_TRY(build_blocks(&relax, err));
    CBI_TRY(build_prices(&relax, err));
    CBI_TRY(build_values(&relax, err));
    *out = bound;
done:
    return status;
}
