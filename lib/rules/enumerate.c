/* Which sets of records a rule's terms can take. */
#include "rules/compile.h"

#include "base/limits.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* Sets of leaves, one bit a leaf: the ways to satisfy a term. */
struct ways {
    uint64_t *masks;
    uint32_t count;
};

struct enumeration {
    cbi_compile *compile;
    uint32_t rule;
    const Cbank__V1__Rule *message;
    size_t at; /* the next term in preorder */
    const Cbank__V1__Selector *leaves[CBI_LEAVES_MAX];
    uint32_t leaf_count;
    uint32_t *matches[CBI_LEAVES_MAX]; /* records that the leaf selects, ascending */
    uint32_t match_count[CBI_LEAVES_MAX];
    uint32_t twin[CBI_LEAVES_MAX]; /* an earlier leaf that selects the same, or CBI_NONE */
    uint32_t assignments;
    bool joint; /* findings about several records may decide: asked again once a set is whole */
    cbank_error *err;
};

static cbank_status refuse(struct enumeration *e)
{
    return cbi_fail(e->err, CBI_REASON_RULE_SOURCE, e->at, e->message->id, NULL);
}

static cbank_status too_many(struct enumeration *e, uint64_t limit)
{
    return cbi_fail(e->err, CBI_REASON_PLAN_TOO_LARGE, limit, e->message->id, NULL);
}

static cbank_status new_ways(struct enumeration *e, uint64_t count, struct ways *out)
{
    if (count > CBI_COMBINATIONS_MAX)
        return too_many(e, CBI_COMBINATIONS_MAX);
    out->count = 0;
    return cbi_arena_alloc(&e->compile->arena, (size_t)count, sizeof(*out->masks), &out->masks,
                           e->err);
}

/* Every way of the one with every way of the other. */
static cbank_status multiply(struct enumeration *e, const struct ways *a, const struct ways *b,
                             struct ways *out)
{
    cbank_status status = CBANK_OK;
    struct ways product;

    CBI_TRY(new_ways(e, (uint64_t)a->count * b->count, &product));
    for (uint32_t i = 0; i < a->count; i++)
        for (uint32_t k = 0; k < b->count; k++)
            product.masks[product.count++] = a->masks[i] | b->masks[k];
    *out = product;
done:
    return status;
}

static cbank_status join(struct enumeration *e, const struct ways *a, const struct ways *b,
                         struct ways *out)
{
    cbank_status status = CBANK_OK;
    struct ways sum;

    CBI_TRY(new_ways(e, (uint64_t)a->count + b->count, &sum));
    for (uint32_t i = 0; i < a->count; i++)
        sum.masks[sum.count++] = a->masks[i];
    for (uint32_t i = 0; i < b->count; i++)
        sum.masks[sum.count++] = b->masks[i];
    *out = sum;
done:
    return status;
}

static cbank_status expand(struct enumeration *e, unsigned depth, struct ways *out);

/*
 * Exactly `take` of the children: taken[k] holds the ways to satisfy k of those seen so far, and
 * no other of them.
 */
static cbank_status expand_children(struct enumeration *e, uint32_t children, uint32_t take,
                                    unsigned depth, struct ways *out)
{
    cbank_status status = CBANK_OK;
    struct ways taken[CBI_LEAVES_MAX + 1] = {{0}};

    if (children == 0 || children > CBI_LEAVES_MAX || take == 0)
        return refuse(e);
    CBI_TRY(new_ways(e, 1, &taken[0]));
    taken[0].masks[taken[0].count++] = 0;
    for (uint32_t i = 0; i < children; i++) {
        struct ways child;

        CBI_TRY(expand(e, depth + 1, &child));
        for (uint32_t k = i < take ? i + 1 : take; k > 0; k--) {
            struct ways more;

            CBI_TRY(multiply(e, &taken[k - 1], &child, &more));
            CBI_TRY(join(e, &taken[k], &more, &taken[k]));
        }
    }
    if (take > children)
        *out = (struct ways){0};
    else
        *out = taken[take];
done:
    return status;
}

/* Bounded by CBI_NESTING_MAX. */
static cbank_status expand(struct enumeration *e, unsigned depth, struct ways *out)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__Term *term;

    if (depth > CBI_NESTING_MAX || e->at >= e->message->n_source)
        return refuse(e);
    term = e->message->source[e->at++];
    switch (term->kind) {
    case CBANK__V1__TERM_KIND__TERM_KIND_SELECT:
        if (term->children != 0)
            return refuse(e);
        if (e->leaf_count == CBI_LEAVES_MAX)
            return too_many(e, CBI_LEAVES_MAX);
        CBI_TRY(new_ways(e, 1, out));
        out->masks[out->count++] = (uint64_t)1 << e->leaf_count;
        e->leaves[e->leaf_count++] = term->select;
        return CBANK_OK;
    case CBANK__V1__TERM_KIND__TERM_KIND_ALL:
        return expand_children(e, term->children, term->children, depth, out);
    case CBANK__V1__TERM_KIND__TERM_KIND_ANY:
        return expand_children(e, term->children, 1, depth, out);
    case CBANK__V1__TERM_KIND__TERM_KIND_TAKE:
        return expand_children(e, term->children, term->take, depth, out);
    default:
        return refuse(e);
    }
done:
    return status;
}

/* What is used up within the rule's scope is not there; that it does not transfer uses nothing. */
static bool is_there(const struct enumeration *e, const cbi_fact *fact)
{
    return e->message->effect == CBANK__V1__RULE_EFFECT__RULE_EFFECT_DOES_NOT_TRANSFER ||
           cbi_fact_is_free(fact, e->message->use_scope);
}

/* Whether a finding about several records is about this one too. */
static bool is_found_jointly(const struct enumeration *e, const cbi_fact *fact)
{
    const cbi_question *question = e->compile->question;

    for (size_t i = 0; e->joint && i < question->overlap_count; i++) {
        const cbi_overlap *overlap = &question->overlaps[i];

        for (uint32_t k = 0; overlap->record_count > 1 && k < overlap->record_count; k++)
            if (strcmp(overlap->records[k], fact->id) == 0)
                return true;
    }
    return false;
}

/* What cannot be told gives nothing: that a record does not transfer may be so, then. */
static bool is_selected(const struct enumeration *e, uint32_t leaf, const cbi_fact *fact)
{
    cbi_choice choice = cbi_select(&e->compile->reading, e->leaves[leaf], fact, NULL);

    return choice == CBI_CHOICE_YES ||
           (choice == CBI_CHOICE_UNKNOWN &&
            (is_found_jointly(e, fact) ||
             e->message->effect == CBANK__V1__RULE_EFFECT__RULE_EFFECT_DOES_NOT_TRANSFER));
}

/* Whether two leaves ask the same. */
static cbank_status compare_leaves(const struct enumeration *e, uint32_t a, uint32_t b, bool *same)
{
    cbank_buffer one = {0}, other = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_pack(e->leaves[a], &one, e->err));
    CBI_TRY(cbi_message_pack(e->leaves[b], &other, e->err));
    *same = cbi_bytes_equal(cbi_bytes_of_buffer(&one), cbi_bytes_of_buffer(&other));
done:
    cbank_buffer_clear(&one);
    cbank_buffer_clear(&other);
    return status;
}

/*
 * Leaves that select the same records are twins; where what a leaf selects hangs on what others
 * take, they have to ask the same too.
 */
static cbank_status find_twin(struct enumeration *e, uint32_t leaf)
{
    cbank_status status = CBANK_OK;

    e->twin[leaf] = CBI_NONE;
    for (uint32_t i = 0; i < leaf; i++) {
        bool same = e->match_count[i] == e->match_count[leaf] &&
                    memcmp(e->matches[i], e->matches[leaf],
                           e->match_count[leaf] * sizeof(uint32_t)) == 0;

        if (same && e->joint)
            CBI_TRY(compare_leaves(e, i, leaf, &same));
        if (same)
            e->twin[leaf] = i;
    }
done:
    return status;
}

/* The records that a leaf selects; where a rule has one leaf, only those it was found for. */
static cbank_status match_leaf(struct enumeration *e, uint32_t leaf)
{
    cbank_status status = CBANK_OK;
    cbi_compile *compile = e->compile;
    const cbi_known_rule *rule = &compile->rules[e->rule];
    bool found_only = e->message->n_source == 1;
    uint32_t count = found_only ? rule->facts.count : compile->problem.record_count;

    CBI_TRY(cbi_arena_alloc(&compile->arena, count, sizeof(uint32_t), &e->matches[leaf], e->err));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t record = found_only ? compile->found[rule->facts.first + i] : i;

        if (is_there(e, compile->facts[record]) &&
            cbi_rule_is_in_force(compile, e->rule, record, NULL) &&
            is_selected(e, leaf, compile->facts[record]))
            e->matches[leaf][e->match_count[leaf]++] = record;
    }
    status = find_twin(e, leaf);
done:
    return status;
}

static bool asks_for_overlap(const Cbank__V1__Selector *selector)
{
    for (size_t i = 0; selector != NULL && i < selector->n_layers; i++)
        if (selector->layers[i]->overlap_permille != 0)
            return true;
    return false;
}

/* Several records, conditions on what they cover, and a finding about several. */
static bool is_joint(const struct enumeration *e)
{
    const cbi_question *question = e->compile->question;
    bool asks = false, found = false;

    for (uint32_t i = 0; i < e->leaf_count; i++)
        asks = asks || asks_for_overlap(e->leaves[i]);
    for (size_t i = 0; asks && e->leaf_count > 1 && i < question->overlap_count; i++)
        found = found || question->overlaps[i].record_count > 1;
    return found;
}

/* Whether each record is selected where it was taken, as one of these. */
static bool stands_together(struct enumeration *e, const uint32_t *leaves, const uint32_t *taken,
                            uint32_t count)
{
    cbi_reading *reading = &e->compile->reading;
    const cbi_fact *facts[CBI_LEAVES_MAX];
    bool stands = true;

    for (uint32_t i = 0; i < count; i++)
        facts[i] = e->compile->facts[taken[i]];
    reading->together = facts;
    reading->together_count = count;
    for (uint32_t i = 0; i < count && stands; i++)
        stands = cbi_select(reading, e->leaves[leaves[i]], facts[i], NULL) == CBI_CHOICE_YES;
    reading->together = NULL;
    reading->together_count = 0;
    return stands;
}

static int compare_records(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;

    return left < right ? -1 : left > right;
}

static cbank_status add_candidate(struct enumeration *e, const uint32_t *records, uint32_t count)
{
    cbank_status status = CBANK_OK;
    cbi_compile *compile = e->compile;
    cbi_candidate candidate = {
        .rule = e->rule, .first = compile->set_count, .count = count, .application = CBI_NONE};

    if (compile->candidate_count == CBI_PLAN_APPLICATIONS_MAX)
        return too_many(e, CBI_PLAN_APPLICATIONS_MAX);
    CBI_TRY(cbi_grow(&compile->candidates, sizeof(candidate), compile->candidate_count,
                     &compile->candidate_room, CBI_PLAN_APPLICATIONS_MAX, e->err));
    for (uint32_t i = 0; i < count; i++) {
        CBI_TRY(cbi_grow(&compile->sets, sizeof(*compile->sets), compile->set_count,
                         &compile->set_room, CBI_PLAN_ITEMS_MAX, e->err));
        compile->sets[compile->set_count++] = records[i];
    }
    qsort(compile->sets + candidate.first, count, sizeof(*compile->sets), compare_records);
    compile->candidates[compile->candidate_count++] = candidate;
done:
    return status;
}

/*
 * Gives each leaf of the way a record of its own, in every possible manner. Leaves that select the
 * same take theirs in rising order, so that no set is met more often than need be.
 */
static cbank_status assign(struct enumeration *e, const uint32_t *leaves, uint32_t count)
{
    cbank_status status = CBANK_OK;
    uint32_t at[CBI_LEAVES_MAX] = {0}; /* what each leaf tries next */
    uint32_t taken[CBI_LEAVES_MAX];
    uint32_t depth = 0;

    for (;;) {
        uint32_t leaf = leaves[depth];
        bool clash = false;
        uint32_t record;

        if (at[depth] == e->match_count[leaf]) {
            if (depth == 0)
                break;
            depth--;
            continue;
        }
        if (++e->assignments > CBI_ASSIGNMENTS_MAX)
            return too_many(e, CBI_ASSIGNMENTS_MAX);
        record = e->matches[leaf][at[depth]++];
        for (uint32_t i = 0; i < depth; i++)
            clash |= taken[i] == record || (e->twin[leaf] == leaves[i] && taken[i] > record);
        if (clash)
            continue;
        taken[depth] = record;
        if (depth + 1 == count) {
            if (!e->joint || stands_together(e, leaves, taken, count))
                CBI_TRY(add_candidate(e, taken, count));
            continue;
        }
        at[++depth] = 0;
    }
done:
    return status;
}

static int compare_sets(const cbi_compile *compile, const cbi_candidate *a,
                        const cbi_candidate *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (uint32_t i = 0; i < a->count; i++)
        if (compile->sets[a->first + i] != compile->sets[b->first + i])
            return compile->sets[a->first + i] < compile->sets[b->first + i] ? -1 : 1;
    return 0;
}

/* Sorts the sets of this rule by merging, and drops those that are there twice. */
static cbank_status drop_doubles(struct enumeration *e, uint32_t first)
{
    cbank_status status = CBANK_OK;
    cbi_compile *compile = e->compile;
    uint32_t count = compile->candidate_count - first;
    cbi_candidate *items = compile->candidates + first;
    cbi_candidate *spare;
    uint32_t kept = 0;

    if (count < 2)
        return CBANK_OK;
    CBI_TRY(cbi_arena_alloc(&compile->arena, count, sizeof(*spare), &spare, e->err));
    for (uint32_t width = 1; width < count; width *= 2) {
        for (uint32_t low = 0; low < count; low += 2 * width) {
            uint32_t middle = low + width < count ? low + width : count;
            uint32_t high = middle + width < count ? middle + width : count;
            uint32_t i = low;
            uint32_t k = middle;

            for (uint32_t out = low; out < high; out++)
                spare[out] = k == high || (i < middle && compare_sets(compile, &items[i],
                                                                      &items[k]) <= 0)
                                 ? items[i++]
                                 : items[k++];
        }
        memcpy(items, spare, count * sizeof(*items));
    }
    for (uint32_t i = 0; i < count; i++)
        if (kept == 0 || compare_sets(compile, &items[kept - 1], &items[i]) != 0)
            items[kept++] = items[i];
    compile->candidate_count = first + kept;
done:
    return status;
}

cbank_status cbi_enumerate_rule(cbi_compile *compile, uint32_t rule, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct enumeration e = {
        .compile = compile, .rule = rule, .message = compile->rules[rule].message, .err = err};
    uint32_t first = compile->candidate_count;
    struct ways ways;

    cbi_read_rule(compile, rule);
    CBI_TRY(expand(&e, 1, &ways));
    if (e.at != e.message->n_source)
        return refuse(&e);
    e.joint = is_joint(&e);
    compile->reading.open = e.joint;
    for (uint32_t i = 0; i < e.leaf_count; i++)
        CBI_TRY(match_leaf(&e, i));
    compile->reading.open = false;
    for (uint32_t i = 0; i < ways.count; i++) {
        uint32_t leaves[CBI_LEAVES_MAX];
        uint32_t count = 0;

        for (uint32_t k = 0; k < e.leaf_count; k++)
            if (ways.masks[i] >> k & 1)
                leaves[count++] = k;
        CBI_TRY(assign(&e, leaves, count));
    }
    status = drop_doubles(&e, first);
done:
    return status;
}
