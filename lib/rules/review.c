#include "rules/review.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "rules/proposal_part.h"

#define PREFIX_MIN 8 /* bytes of a record's id that will do */
#define PERMILLE_MAX 1000u

cbank_status cbi_review_fill(cbi_review *review, Cbank__V1__Finding *const *rows, size_t count,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(count, sizeof(*review->items), &review->items, err));
    CBI_TRY(cbi_alloc(count, sizeof(Cbank__V1__PlanFinding *), &review->list, err));
    for (size_t i = 0; i < count; i++) {
        Cbank__V1__PlanFinding *to = &review->items[review->count];

        if (rows[i]->conflict || rows[i]->n_records == 0 ||
            rows[i]->n_records > CBI_LEAVES_MAX || rows[i]->overlap_permille == 0)
            continue;
        cbank__v1__plan_finding__init(to);
        to->n_records = rows[i]->n_records;
        to->records = rows[i]->records;
        to->target = rows[i]->target;
        to->overlap_permille = rows[i]->overlap_permille;
        to->digest = rows[i]->signature_digest;
        review->list[review->count++] = to;
    }
done:
    return status;
}

void cbi_review_clear(cbi_review *review)
{
    cbi_free(review->items);
    cbi_free(review->list);
    *review = (cbi_review){0};
}

/* ---- in a proposal ------------------------------------------------------------------------ */

static cbank_status refuse(const Cbank__V1__PlanFinding *finding, const char *what,
                           cbank_error *err)
{
    char id[2 * PREFIX_MIN + 1] = "";

    if (finding->n_records > 0 && finding->records[0].len >= PREFIX_MIN)
        cbi_hex_encode(cbi_bytes_of(finding->records[0].data, PREFIX_MIN), id);
    return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "findings", "%s %s", what, id);
}

/* The one record of the account that the id begins. */
static cbank_status find_record(const cbi_answer *answer, const Cbank__V1__PlanFinding *finding,
                                ProtobufCBinaryData id, const cbi_source **out, cbank_error *err)
{
    *out = NULL;
    if (id.len < PREFIX_MIN || id.len > CBI_HASH_SIZE)
        return refuse(finding, "records", err);
    for (uint32_t i = 0; i < answer->proposal->source_count; i++) {
        const cbi_source *source = answer->sources[i];

        if (memcmp(source->record_id.bytes, id.data, id.len) != 0)
            continue;
        if (*out != NULL)
            return refuse(finding, "records", err);
        *out = source;
    }
    return *out == NULL ? refuse(finding, "records", err) : CBANK_OK;
}

static int by_id(const void *left, const void *right)
{
    const ProtobufCBinaryData *a = left, *b = right;

    return memcmp(a->data, b->data, CBI_HASH_SIZE);
}

static cbank_status take(cbi_answer *answer, const Cbank__V1__PlanFinding *from,
                         Cbank__V1__PlanFinding *to, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_source *source;

    if (from->n_records == 0 || from->n_records > CBI_LEAVES_MAX)
        return refuse(from, "records", err);
    if (from->overlap_permille == 0 || from->overlap_permille > PERMILLE_MAX)
        return refuse(from, "overlap_permille", err);
    if (from->digest.len != 0 && from->digest.len != CBI_HASH_SIZE)
        return refuse(from, "digest", err);
    *to = *from;
    CBI_TRY(cbi_arena_alloc(&answer->arena, from->n_records, sizeof(*to->records), &to->records,
                            err));
    for (size_t i = 0; i < from->n_records; i++) {
        CBI_TRY(find_record(answer, from, from->records[i], &source, err));
        to->records[i] = cbi_message_data(cbi_bytes_of_hash(&source->record_id));
    }
    qsort(to->records, to->n_records, sizeof(*to->records), by_id);
    for (size_t i = 1; i < to->n_records; i++)
        if (by_id(&to->records[i - 1], &to->records[i]) == 0)
            return refuse(from, "records", err);
done:
    return status;
}

/* First those about fewer records. */
static int compare_records(const Cbank__V1__PlanFinding *a, const Cbank__V1__PlanFinding *b)
{
    int order = 0;

    if (a->n_records != b->n_records)
        return a->n_records < b->n_records ? -1 : 1;
    for (size_t i = 0; i < a->n_records && order == 0; i++)
        order = by_id(&a->records[i], &b->records[i]);
    return order;
}

static int compare(const void *left, const void *right)
{
    const Cbank__V1__PlanFinding *a = *(Cbank__V1__PlanFinding *const *)left;
    const Cbank__V1__PlanFinding *b = *(Cbank__V1__PlanFinding *const *)right;
    int order = compare_records(a, b);

    if (order == 0)
        order = strcmp(a->target, b->target);
    if (order == 0 && a->overlap_permille != b->overlap_permille)
        order = a->overlap_permille < b->overlap_permille ? -1 : 1;
    return order != 0 ? order
                      : cbi_bytes_compare(cbi_message_bytes(a->digest),
                                          cbi_message_bytes(b->digest));
}

/* As rules have it: with ids as facts have them. */
static cbank_status name_records(cbi_answer *answer, const Cbank__V1__PlanFinding *finding,
                                 cbi_overlap *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const char **records;
    char *id;

    CBI_TRY(cbi_arena_alloc(&answer->arena, finding->n_records, sizeof(*records), &records, err));
    for (size_t i = 0; i < finding->n_records; i++) {
        CBI_TRY(cbi_arena_alloc(&answer->arena, 2 * CBI_HASH_SIZE + 1, 1, &id, err));
        cbi_hex_encode(cbi_message_bytes(finding->records[i]), id);
        records[i] = id;
    }
    *out = (cbi_overlap){records, (uint32_t)finding->n_records, finding->target,
                         finding->overlap_permille};
done:
    return status;
}

cbank_status cbi_answer_review(cbi_answer *answer, cbank_error *err)
{
    const cbi_proposal *proposal = answer->proposal;
    Cbank__V1__PlanFinding *items = NULL, **list = NULL;
    cbi_overlap *overlaps = NULL;
    cbank_status status = CBANK_OK;
    size_t count = proposal->finding_count, kept = 0;

    CBI_TRY(cbi_arena_alloc(&answer->arena, count, sizeof(*items), &items, err));
    CBI_TRY(cbi_arena_alloc(&answer->arena, count, sizeof(*list), &list, err));
    CBI_TRY(cbi_arena_alloc(&answer->arena, count, sizeof(*overlaps), &overlaps, err));
    for (size_t i = 0; i < count; i++) {
        CBI_TRY(take(answer, proposal->findings[i], &items[i], err));
        list[i] = &items[i];
    }
    if (count > 1)
        qsort(list, count, sizeof(*list), compare);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare(&list[kept - 1], &list[i]) == 0)
            continue;
        CBI_TRY(name_records(answer, list[i], &overlaps[kept], err));
        list[kept++] = list[i];
    }
    answer->question.overlaps = overlaps;
    answer->question.overlap_count = kept;
    answer->message.findings = list;
    answer->message.n_findings = kept;
done:
    return status;
}
