#include "rules/state.h"

#include <string.h>

int64_t *cbi_state_slots(const cbi_sweep *sweep, cbi_state *state)
{
    return (int64_t *)&state->key[sweep->stages->flag_words];
}

static uint64_t *used_of(const cbi_sweep *sweep, cbi_state *state)
{
    return &state->key[sweep->key_words];
}

/* The state cannot use `number` of what the slot has; of `number` raw ones, `grain` are a unit. */
static void lose(const cbi_sweep *sweep, cbi_state *state, uint32_t slot, int64_t number,
                 int64_t grain)
{
    for (uint32_t m = 0; m < sweep->price_count; m++) {
        int64_t price = sweep->prices[m].of_slot[slot];

        if (price != 0)
            state->loss[m] += cbi_tail_cost(price, number, grain);
        if (state->loss[m] > CBI_LOSS_MAX)
            state->loss[m] = CBI_LOSS_MAX;
    }
}

static bool is_within(const cbi_sweep *sweep, const cbi_state *state)
{
    for (uint32_t m = 0; m < sweep->price_count; m++)
        if (state->loss[m] > sweep->prices[m].allowed)
            return false;
    return true;
}

/* The same with what the later stages lose at least. */
static bool stays_within(const cbi_sweep *sweep, cbi_state *state, uint32_t number)
{
    const int64_t *slots = cbi_state_slots(sweep, state);

    for (uint32_t m = 0; m < sweep->price_count; m++) {
        const struct cbi_sweep_prices *prices = &sweep->prices[m];
        int64_t loss = state->loss[m];

        for (uint32_t i = 0; i < prices->tail_count && loss <= prices->allowed; i++) {
            const cbi_tail *tail = &prices->tails[i];
            int64_t at = slots[tail->slot];
            uint32_t level =
                at == CBI_SLOT_FREE ? tail->levels - 1 : (uint32_t)(at / tail->grain);

            loss += tail->losses[tail->behind[number] + level];
        }
        if (loss > prices->allowed)
            return false;
    }
    return true;
}

/* ---- what a way does to a state ---------------------------------------------------------- */

static bool move_row(const cbi_sweep *sweep, cbi_state *state, const cbi_touch *touch,
                     int64_t by)
{
    const cbi_slot *slot = &sweep->stages->slots[touch->slot];
    int64_t *at = &cbi_state_slots(sweep, state)[touch->slot];
    int64_t limit = slot->grain > 0 ? slot->limit / slot->grain * slot->grain : slot->limit;

    if (*at == CBI_SLOT_FREE) {
        if (slot->grain > 0 && by < touch->most)
            lose(sweep, state, touch->slot, touch->most - by, slot->grain);
        return true;
    }
    *at += by;
    if (*at + touch->down > limit)
        return false;
    if (*at + touch->up > limit)
        return true;
    if (slot->grain > 0)
        lose(sweep, state, touch->slot, limit - *at - touch->up, slot->grain);
    *at = CBI_SLOT_FREE;
    return true;
}

static void add_lack(const cbi_sweep *sweep, cbi_state *state, uint32_t home, int64_t lack)
{
    if (home == CBI_NONE)
        state->lack += lack;
    else
        cbi_state_slots(sweep, state)[home] += lack;
}

static void move_leaf(const cbi_sweep *sweep, cbi_state *state, uint32_t number, int64_t by)
{
    const cbi_slot *slot = &sweep->stages->slots[number];
    int64_t *at = &cbi_state_slots(sweep, state)[number];
    int64_t over;

    if (*at == CBI_SLOT_FREE) {
        add_lack(sweep, state, slot->home, -by);
        return;
    }
    over = *at + by > slot->limit ? *at + by - slot->limit : 0;
    add_lack(sweep, state, slot->home, over - by);
    *at += by - over;
    if (over > 0)
        lose(sweep, state, number, over, sweep->stages->bound->unit);
}

/* Leaves that what can still be counted does not overfill are all alike. */
static void free_leaves(const cbi_sweep *sweep, cbi_state *state, int64_t counted)
{
    const cbi_stages *stages = sweep->stages;
    int64_t *slots = cbi_state_slots(sweep, state);
    int64_t rest = sweep->counted_most - state->counted;

    rest = counted < rest ? counted : rest;
    for (uint32_t i = 0; i < sweep->first_row; i++) {
        int64_t up = sweep->up[i] < rest ? sweep->up[i] : rest;

        if (stages->slots[i].kind == CBI_SLOT_LEAF && slots[i] != CBI_SLOT_FREE &&
            slots[i] + up <= stages->slots[i].limit)
            slots[i] = CBI_SLOT_FREE;
    }
}

static void move_want(const cbi_sweep *sweep, cbi_state *state, const cbi_touch *touch,
                      int64_t by)
{
    const cbi_slot *slot = &sweep->stages->slots[touch->slot];
    int64_t *at = &cbi_state_slots(sweep, state)[touch->slot];

    *at += by;
    if (*at <= slot->limit)
        return;
    lose(sweep, state, touch->slot, *at - slot->limit, sweep->stages->bound->unit);
    *at = slot->limit;
}

/* False if a row is over its limit for good. */
static bool move(const cbi_sweep *sweep, cbi_state *state, const cbi_touch *touch, int64_t by)
{
    switch (sweep->stages->slots[touch->slot].kind) {
    case CBI_SLOT_ROW:
        return move_row(sweep, state, touch, by);
    case CBI_SLOT_LEAF:
        move_leaf(sweep, state, touch->slot, by);
        return true;
    default:
        move_want(sweep, state, touch, by);
        return true;
    }
}

static void use_records(const cbi_sweep *sweep, cbi_state *state, const cbi_way *way)
{
    const cbi_problem *problem = sweep->stages->model->problem;
    cbi_span records = problem->applications[way->application].records;

    for (uint32_t i = 0; i < records.count; i++) {
        uint32_t record = problem->members[records.first + i];

        used_of(sweep, state)[record / 64] |= (uint64_t)1 << (63 - record % 64);
    }
}

bool cbi_state_follow(const cbi_sweep *sweep, cbi_state *state, uint32_t number, uint32_t index)
{
    const cbi_stages *stages = sweep->stages;
    const cbi_stage *stage = &stages->stages[number];
    const cbi_way *way = &stages->ways[index];
    const cbi_target *target = &sweep->target;
    const uint64_t *flags = cbi_stages_flags(stages, index);
    const uint64_t *wanted = cbi_stages_wanted(stages, number);

    for (uint32_t i = 0; i < stages->flag_words; i++) {
        if ((state->key[i] & flags[i]) != 0)
            return false;
        state->key[i] = (state->key[i] | flags[i]) & wanted[i];
    }
    state->counted += way->counted;
    state->earned += way->earned;
    state->records += way->records;
    for (uint32_t m = 0; m < sweep->price_count; m++)
        state->loss[m] += sweep->prices[m].of_way[index];
    if ((target->held[CBI_RECORDS] && state->records > target->at[CBI_RECORDS]) ||
        (target->held[CBI_COUNTED] &&
         state->counted + stage->counted < target->at[CBI_COUNTED]) ||
        (target->held[CBI_EARNED] && state->earned + stage->earned < target->at[CBI_EARNED]) ||
        !is_within(sweep, state))
        return false;
    for (uint32_t i = 0; i < stage->touches.count; i++)
        if (!move(sweep, state, &stages->touches[stage->touches.first + i],
                  stages->numbers[way->numbers + i]))
            return false;
    if (!stays_within(sweep, state, number))
        return false;
    free_leaves(sweep, state, stage->counted);
    if (way->application != CBI_NONE)
        use_records(sweep, state, way);
    return true;
}

void cbi_state_begin(const cbi_sweep *sweep, cbi_state *state)
{
    const cbi_stages *stages = sweep->stages;

    state->link = CBI_NONE;
    for (uint32_t i = 0; i < stages->slot_count; i++) {
        /* What can be taken off a row is not known here: as much as you like. */
        cbi_touch all = {.slot = i, .up = sweep->up[i], .down = INT64_MIN / 2};

        if (stages->slots[i].kind == CBI_SLOT_ROW)
            move_row(sweep, state, &all, 0);
        if (stages->slots[i].kind == CBI_SLOT_LEAF)
            add_lack(sweep, state, stages->slots[i].home, stages->slots[i].limit);
    }
    free_leaves(sweep, state, INT64_MAX);
}

/* ---- which of two states is better ------------------------------------------------------- */

void cbi_state_plan(const cbi_sweep *sweep, uint32_t link, cbi_plan *plan)
{
    const cbi_stages *stages = sweep->stages;
    const cbi_problem *problem = stages->model->problem;

    memset(plan->chosen, 0, plan->application_count);
    memset(plan->counted, 0, plan->grant_count * sizeof(*plan->counted));
    for (uint32_t i = 0; i < plan->grant_count; i++)
        plan->placed[i] = CBI_NONE;
    for (; link != CBI_NONE; link = sweep->links[link].before) {
        const cbi_way *way = &stages->ways[sweep->links[link].way];

        if (way->application == CBI_NONE)
            continue;
        plan->chosen[way->application] = 1;
        for (uint32_t i = 0; i < way->places.count; i++) {
            uint32_t place = stages->places[way->places.first + i];
            uint32_t grant = problem->places[place].grant;

            plan->placed[grant] = place;
            plan->counted[grant] = problem->grants[grant].amount;
        }
    }
}

static int compare_used(const cbi_sweep *sweep, cbi_state *a, cbi_state *b)
{
    for (size_t i = 0; i < sweep->used_words; i++) {
        uint64_t in_a = used_of(sweep, a)[i];
        uint64_t in_b = used_of(sweep, b)[i];

        if (in_a != in_b)
            return in_a > in_b ? -1 : 1;
    }
    return 0;
}

static bool has_same_records(const cbi_problem *problem, uint32_t left, uint32_t right)
{
    cbi_span a = problem->applications[left].records;
    cbi_span b = problem->applications[right].records;

    return a.count == b.count && memcmp(problem->members + a.first, problem->members + b.first,
                                        a.count * sizeof(*problem->members)) == 0;
}

/*
 * Where the two took the same sets of records, stage by stage: the oldest record under different
 * rules decides, or else the oldest whose grants stand elsewhere. 0: sets differ, too.
 */
static int compare_stages(const cbi_sweep *sweep, uint32_t left, uint32_t right)
{
    const cbi_way *ways = sweep->stages->ways;
    const cbi_problem *problem = sweep->stages->model->problem;
    uint32_t oldest = CBI_NONE;
    bool rules = false; /* some record is under different rules */
    int order = 0;

    for (; left != right; left = sweep->links[left].before, right = sweep->links[right].before) {
        uint32_t a = sweep->links[left].way;
        uint32_t b = sweep->links[right].way;
        const cbi_application *of_a = &problem->applications[ways[a].application];
        uint32_t rule_a, rule_b, record;

        if (a == b)
            continue;
        if (ways[a].application == CBI_NONE || ways[b].application == CBI_NONE ||
            !has_same_records(problem, ways[a].application, ways[b].application))
            return 0;
        rule_a = of_a->rule;
        rule_b = problem->applications[ways[b].application].rule;
        record = problem->members[of_a->records.first];
        if (rule_a == rule_b ? rules || record > oldest : rules && record > oldest)
            continue; /* an older one, or a rule, decides */
        rules |= rule_a != rule_b;
        oldest = record;
        order = rule_a != rule_b ? (rule_a < rule_b ? -1 : 1) : (a < b ? -1 : 1);
    }
    return order;
}

int cbi_state_compare(cbi_sweep *sweep, cbi_state *a, cbi_state *b)
{
    const cbi_problem *problem = sweep->stages->model->problem;
    int order = compare_used(sweep, a, b);

    sweep->compared++;
    if (order == 0)
        order = compare_stages(sweep, a->link, b->link);
    if (order != 0)
        return order;
    sweep->work += 1 + problem->application_count / 64;
    cbi_state_plan(sweep, a->link, &sweep->left);
    cbi_state_plan(sweep, b->link, &sweep->right);
    return cbi_plan_compare(problem, &sweep->left, &sweep->right);
}

/* True if with the same rows and flags `a` lacks no more than `b`, whatever is added to both. */
static bool lacks_no_more(const cbi_sweep *sweep, cbi_state *a, cbi_state *b)
{
    const cbi_stages *stages = sweep->stages;
    const int64_t *in_a = cbi_state_slots(sweep, a);
    const int64_t *in_b = cbi_state_slots(sweep, b);

    for (uint32_t i = 0; i < sweep->first_row; i++)
        if (in_a[i] != in_b[i] && (in_a[i] < in_b[i]) == (stages->slots[i].kind == CBI_SLOT_WANT))
            return false;
    return a->lack <= b->lack;
}

bool cbi_state_is_better(cbi_sweep *sweep, cbi_state *a, cbi_state *b)
{
    if (a->counted < b->counted || a->earned < b->earned || a->records > b->records ||
        !lacks_no_more(sweep, a, b))
        return false;
    return a->counted > b->counted || a->earned > b->earned || a->records < b->records ||
           cbi_state_compare(sweep, a, b) < 0;
}

static uint64_t mix(uint64_t hash, uint64_t number)
{
    hash = (hash ^ number) * 0xff51afd7ed558ccdu;
    return hash ^ hash >> 32;
}

uint64_t cbi_state_hash(const cbi_sweep *sweep, cbi_state *state)
{
    const int64_t *slots = cbi_state_slots(sweep, state);
    uint64_t hash = 0x9e3779b97f4a7c15u;

    for (uint32_t i = 0; i < sweep->stages->flag_words; i++)
        hash = mix(hash, state->key[i]);
    for (uint32_t i = sweep->first_row; i < sweep->stages->slot_count; i++)
        hash = mix(hash, (uint64_t)slots[i]);
    return hash;
}

bool cbi_state_is_alike(const cbi_sweep *sweep, cbi_state *a, cbi_state *b)
{
    uint32_t rows = sweep->stages->slot_count - sweep->first_row;

    return a->hash == b->hash &&
           memcmp(a->key, b->key, sweep->stages->flag_words * sizeof(*a->key)) == 0 &&
           memcmp(cbi_state_slots(sweep, a) + sweep->first_row,
                  cbi_state_slots(sweep, b) + sweep->first_row,
                  rows * sizeof(int64_t)) == 0;
}

int64_t cbi_state_missing(const cbi_sweep *sweep, cbi_state *state)
{
    const cbi_stages *stages = sweep->stages;
    const cbi_problem *problem = stages->model->problem;
    int64_t *slots = cbi_state_slots(sweep, state);
    int64_t missing;
    int64_t apart = 0; /* what residencies lack */

    /* Slots of buckets stand with children before parents. */
    for (uint32_t i = 0; i < sweep->first_row; i++) {
        const cbi_slot *slot = &stages->slots[i];
        int64_t lack;

        if (slot->kind != CBI_SLOT_WANT)
            continue;
        lack = slot->limit - slots[i];
        if (slot->of > problem->bucket_count) {
            apart = lack > apart ? lack : apart;
            continue;
        }
        lack = slots[slot->lack] > lack ? slots[slot->lack] : lack;
        add_lack(sweep, state, slot->home, lack);
    }
    missing = problem->total - state->counted;
    missing = state->lack > missing ? state->lack : missing;
    missing = apart > missing ? apart : missing;
    return missing > 0 ? missing : 0;
}
