#include "exchange/retake.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define KEY 16 /* bytes of a digest of learner and course */

typedef struct entry {
    uint8_t key[KEY];
    uint32_t row;
    uint32_t rank;
    uint32_t when;
    uint16_t scale;
    uint8_t kind;
    uint8_t unused;
} entry;

/* A row that does not count, and the one that does in its place. */
typedef struct yielded {
    uint32_t row;
    uint32_t by;
} yielded;

struct cbi_retake {
    cbi_hasher *hasher;
    cbi_retakes policy;
    cbank_buffer entries;
    cbank_buffer yielding; /* sorted by row */
};

cbank_status cbi_retake_new(cbi_suite suite, cbi_retakes policy, cbi_retake **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_retake *retake = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*retake), &retake, err));
    retake->policy = policy;
    CBI_TRY(cbi_hasher_new(suite, &retake->hasher, err));
    *out = retake;
    retake = NULL;
done:
    cbi_retake_free(retake);
    return status;
}

void cbi_retake_free(cbi_retake *retake)
{
    if (retake == NULL)
        return;
    cbi_hasher_free(retake->hasher);
    cbank_buffer_clear(&retake->entries);
    cbank_buffer_clear(&retake->yielding);
    cbi_free(retake);
}

cbank_status cbi_retake_add(cbi_retake *retake, cbi_bytes learner, cbi_bytes course,
                            const cbi_attempt *attempt, cbank_error *err)
{
    const cbi_bytes parts[] = {learner, cbi_bytes_of("", 1), course};
    entry next = {.row = (uint32_t)attempt->row,
                  .rank = attempt->rank,
                  .when = attempt->when,
                  .scale = (uint16_t)attempt->scale,
                  .kind = (uint8_t)attempt->kind};
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    CBI_TRY(cbi_digest_parts(retake->hasher, parts, 3, &digest, err));
    memcpy(next.key, digest.bytes, KEY);
    CBI_TRY(cbi_buffer_append(&retake->entries, cbi_bytes_of(&next, sizeof(next)), err));
done:
    return status;
}

static int compare_entries(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    int order = memcmp(x->key, y->key, KEY);

    return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

static int compare_yielded(const void *a, const void *b)
{
    const yielded *x = a, *y = b;

    return (x->row > y->row) - (x->row < y->row);
}

/* Later by term, else by the kind of attempt (a makeup follows its exam), else by the row. */
static bool is_later(const entry *a, const entry *b)
{
    if (a->when != b->when && a->when != 0 && b->when != 0)
        return a->when > b->when;
    if (a->kind != b->kind)
        return a->kind > b->kind;
    return a->row > b->row;
}

static bool is_preferred(cbi_retakes policy, const entry *a, const entry *b)
{
    if (policy == CBI_RETAKES_FIRST)
        return !is_later(a, b);
    if (policy == CBI_RETAKES_BEST && a->scale == b->scale && a->rank != b->rank)
        return a->rank > b->rank;
    return is_later(a, b);
}

/* One learner's attempts at one course. */
static cbank_status settle_group(cbi_retake *retake, const entry *group, size_t count,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool repeated = false;
    size_t best = 0;

    for (size_t i = 0; i < count; i++) {
        repeated =
            repeated || group[i].kind == CBI_ATTEMPT_MAKEUP || group[i].kind == CBI_ATTEMPT_RETAKE;
        if (i > 0 && is_preferred(retake->policy, &group[i], &group[best]))
            best = i;
    }
    for (size_t i = 0; repeated && i < count; i++) {
        const yielded row = {group[i].row, group[best].row};

        if (i != best)
            CBI_TRY(cbi_buffer_append(&retake->yielding, cbi_bytes_of(&row, sizeof(row)), err));
    }
done:
    return status;
}

cbank_status cbi_retake_settle(cbi_retake *retake, cbank_error *err)
{
    entry *entries = (entry *)(void *)retake->entries.data;
    size_t count = retake->entries.size / sizeof(*entries);
    cbank_status status = CBANK_OK;
    size_t end;

    if (count > 1)
        qsort(entries, count, sizeof(*entries), compare_entries);
    for (size_t at = 0; at < count; at = end) {
        for (end = at + 1; end < count && memcmp(entries[at].key, entries[end].key, KEY) == 0;)
            end++;
        CBI_TRY(settle_group(retake, entries + at, end - at, err));
    }
    cbank_buffer_clear(&retake->entries);
    if (retake->yielding.size > sizeof(yielded))
        qsort(retake->yielding.data, retake->yielding.size / sizeof(yielded), sizeof(yielded),
              compare_yielded);
done:
    return status;
}

bool cbi_retake_yields(const cbi_retake *retake, uint64_t row, uint64_t *by)
{
    const yielded wanted = {(uint32_t)row, 0};
    const yielded *found =
        retake->yielding.size == 0
            ? NULL
            : bsearch(&wanted, retake->yielding.data, retake->yielding.size / sizeof(wanted),
                      sizeof(wanted), compare_yielded);

    if (found != NULL)
        *by = found->by;
    return found != NULL;
}
