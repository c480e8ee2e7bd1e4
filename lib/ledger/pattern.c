#include "ledger/pattern.h"

#include <string.h>

#include "base/memory.h"
#include "cbank/v1/statement.pb-c.h"
#include "wire/delta.h"

#define KEPT_MAX 8u
/* Statements after which a new pattern is thought of, the first time in a transaction and then. */
#define FIRST_LOOK 8u
#define LOOK_EVERY 64u
/* Bytes that a pattern has at least, and that it must save of each statement. */
#define PATTERN_MIN 64u
#define WORTH_A_PATTERN 32u
/* What a row has more than the delta (logged.h), at most. */
#define ROW_MORE 6u

struct cbi_patterns {
    uint64_t count; /* rows of the table */
    struct kept {
        uint64_t number;
        cbi_delta_pattern pattern;
    } kept[KEPT_MAX]; /* the newest of them */
    size_t kept_count, current;

    uint64_t seen, due; /* statements, and at how many the next look is taken */
    cbi_entry sample_entry;
    cbank_buffer sample; /* a statement to compare with at the next look; empty: none */
    cbi_delta_pattern sampled;
};

/* ---- reading ------------------------------------------------------------------------------- */

static cbank_status load(cbi_txn *txn, uint64_t number, cbank_buffer *out, cbank_error *err)
{
    cbank_status status;
    uint8_t key[8];

    cbi_put_u64(key, number);
    status = cbi_txn_get(txn, CBI_TABLE_PATTERN, cbi_bytes_of(key, sizeof(key)), out, err);
    if (status == CBANK_E_NOT_FOUND ||
        (status == CBANK_OK && (out->size == 0 || out->size > CBI_DELTA_PATTERN_MAX)))
        return cbi_fail(err, CBI_REASON_LEDGER_ROW_DAMAGED, number,
                        cbi_table_name(CBI_TABLE_PATTERN), NULL);
    return status;
}

cbank_status cbi_pattern_read(cbi_txn *txn, uint64_t number, cbi_pattern *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (number != 0 && out->number == number)
        return CBANK_OK;
    out->number = 0;
    CBI_TRY(load(txn, number, &out->bytes, err));
    out->number = number;
done:
    return status;
}

void cbi_pattern_clear(cbi_pattern *pattern)
{
    cbank_buffer_clear(&pattern->bytes);
    *pattern = (cbi_pattern){0};
}

/* ---- packing ------------------------------------------------------------------------------- */

static cbank_status begin(cbi_txn *txn, cbi_patterns **out, cbank_error *err)
{
    cbi_patterns *patterns = NULL;
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(1, sizeof(*patterns), &patterns, err));
    patterns->due = FIRST_LOOK;
    CBI_TRY(cbi_txn_count(txn, CBI_TABLE_PATTERN, &patterns->count, err));
    for (uint64_t i = 0; i < KEPT_MAX && i < patterns->count; i++) {
        struct kept *kept = &patterns->kept[patterns->kept_count++];

        kept->number = patterns->count - i;
        status = load(txn, kept->number, &bytes, err);
        if (status == CBANK_E_CORRUPT) { /* bank check tells; nobody need stop writing for it */
            patterns->kept_count--;
            continue;
        }
        CBI_TRY(status);
        cbi_delta_set(&kept->pattern, cbi_bytes_of_buffer(&bytes));
    }
    status = CBANK_OK;
    *out = patterns;
    patterns = NULL;
done:
    cbank_buffer_clear(&bytes);
    cbi_patterns_free(patterns);
    return status;
}

void cbi_patterns_free(cbi_patterns *patterns)
{
    if (patterns == NULL)
        return;
    cbank_buffer_clear(&patterns->sample);
    cbi_free(patterns);
}

uint64_t cbi_patterns_newest(const cbi_patterns *patterns)
{
    return patterns->count;
}

cbank_status cbi_patterns_copy(const cbi_patterns *from, cbi_patterns **to, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (*to == NULL)
        CBI_TRY(cbi_alloc(1, sizeof(**to), to, err));
    **to = *from;
    (*to)->sample = (cbank_buffer){0}; /* the writer's, who alone looks around */
done:
    return status;
}

/* With the pattern that served last if that serves well, else with the best. */
static void pack(cbi_patterns *patterns, cbi_bytes statement, cbi_packed *out)
{
    size_t enough = statement.size - statement.size / 3, room = statement.size - ROW_MORE;
    size_t first = patterns->current, tried = 0, best = 0;

    out->number = 0;
    out->size = statement.size;
    for (size_t i = 0; i < patterns->kept_count && out->size > enough; i++) {
        size_t size;

        tried = (first + i) % patterns->kept_count;
        size = cbi_delta_write(&patterns->kept[tried].pattern, statement, out->delta, room);
        if (size == 0)
            continue;
        best = tried;
        out->number = patterns->kept[best].number;
        out->size = size;
        room = size - 1;
    }
    if (out->number == 0)
        return;
    patterns->current = best;
    if (tried != best) /* what was tried since has written over it */
        out->size = cbi_delta_write(&patterns->kept[best].pattern, statement, out->delta,
                                    sizeof(out->delta));
}

/* The place of the oldest, once all are taken. */
static struct kept *take_place(cbi_patterns *patterns)
{
    size_t oldest = 0;

    if (patterns->kept_count < KEPT_MAX) {
        oldest = patterns->kept_count++;
    } else {
        for (size_t i = 1; i < KEPT_MAX; i++) {
            if (patterns->kept[i].number < patterns->kept[oldest].number)
                oldest = i;
        }
    }
    patterns->current = oldest;
    return &patterns->kept[oldest];
}

/* Not where rows were lost, and the number of the next one is taken. */
static cbank_status keep_pattern(cbi_patterns *patterns, cbi_txn *txn, cbi_bytes bytes,
                                 bool *out_kept, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct kept *kept;
    uint8_t key[8];

    cbi_put_u64(key, patterns->count + 1);
    status = cbi_txn_append(txn, CBI_TABLE_PATTERN, cbi_bytes_of(key, sizeof(key)), bytes, err);
    *out_kept = status != CBANK_E_EXISTS;
    if (!*out_kept)
        return CBANK_OK;
    CBI_TRY(status);
    kept = take_place(patterns);
    kept->number = ++patterns->count;
    cbi_delta_set(&kept->pattern, bytes);
done:
    return status;
}

/* A pattern of what this statement shares with the sample, if that is worth it. */
static cbank_status look(cbi_patterns *patterns, cbi_txn *txn, cbi_bytes statement,
                         cbi_packed *out, cbank_error *err)
{
    size_t now = out->size, size;
    uint8_t shared[CBI_DELTA_PATTERN_MAX];
    cbank_status status = CBANK_OK;
    bool kept = false;
    cbi_bytes bytes;

    cbi_delta_set(&patterns->sampled, cbi_bytes_of_buffer(&patterns->sample));
    bytes = cbi_bytes_of(shared, cbi_delta_shared(&patterns->sampled, statement, shared));
    if (bytes.size < PATTERN_MIN || now <= WORTH_A_PATTERN)
        return CBANK_OK;
    cbi_delta_set(&patterns->sampled, bytes);
    size = cbi_delta_write(&patterns->sampled, statement, out->delta, now - WORTH_A_PATTERN);
    if (size > 0)
        CBI_TRY(keep_pattern(patterns, txn, bytes, &kept, err));
    if (kept) {
        out->number = patterns->count;
        out->size = size;
    } else {
        pack(patterns, statement, out);
    }
done:
    return status;
}

static bool is_like(const cbi_entry *a, const cbi_entry *b)
{
    return a->subject_kind == b->subject_kind && a->entry_class == b->entry_class;
}

/* What two cases have in common, or two disclosures, may be one person's. */
static bool is_comparable(const cbi_entry *entry)
{
    return entry->subject_kind == CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER;
}

/* Takes a look when it is due and there is another subject's statement to compare with. */
static cbank_status look_around(cbi_patterns *patterns, cbi_txn *txn, const cbi_entry *entry,
                                cbi_bytes statement, cbi_packed *out, cbank_error *err)
{
    bool like = patterns->sample.size > 0 && is_like(entry, &patterns->sample_entry);
    cbank_status status = CBANK_OK;

    patterns->seen++;
    if (like && (patterns->seen < patterns->due ||
                 cbi_hash_equal(&entry->tag, &patterns->sample_entry.tag)))
        return CBANK_OK;
    if (like) {
        CBI_TRY(look(patterns, txn, statement, out, err));
        patterns->due = patterns->seen + LOOK_EVERY;
    }
    patterns->sample_entry = *entry;
    CBI_TRY(cbi_buffer_set(&patterns->sample, statement, err));
done:
    return status;
}

static bool is_packable(cbi_bytes statement)
{
    return statement.size >= CBI_PATTERN_STATEMENT_MIN &&
           statement.size <= CBI_PATTERN_STATEMENT_MAX;
}

cbank_status cbi_patterns_prepack(cbi_patterns *copy, cbi_bytes statement, cbi_prepacked *out,
                                  cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_packed packed;

    out->done = false;
    if (!is_packable(statement))
        return CBANK_OK;
    pack(copy, statement, &packed);
    cbi_buffer_rewind(&out->delta);
    if (packed.number != 0)
        CBI_TRY(cbi_buffer_set(&out->delta, cbi_bytes_of(packed.delta, packed.size), err));
    out->newest = copy->count;
    out->number = packed.number;
    out->done = true;
done:
    return status;
}

static void take_prepacked(const cbi_prepacked *before, cbi_bytes statement, cbi_packed *out)
{
    out->number = before->number;
    out->size = statement.size;
    if (out->number == 0)
        return;
    out->size = before->delta.size;
    memcpy(out->delta, before->delta.data, before->delta.size);
}

cbank_status cbi_patterns_pack(cbi_patterns **patterns, cbi_txn *txn, const cbi_entry *entry,
                               cbi_bytes statement, const cbi_prepacked *before, cbi_packed *out,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;

    out->number = 0;
    if (!is_packable(statement))
        return CBANK_OK;
    if (*patterns == NULL)
        CBI_TRY(begin(txn, patterns, err));
    if (before != NULL && before->done && before->newest == (*patterns)->count)
        take_prepacked(before, statement, out);
    else
        pack(*patterns, statement, out);
    if (is_comparable(entry))
        CBI_TRY(look_around(*patterns, txn, entry, statement, out, err));
done:
    return status;
}
