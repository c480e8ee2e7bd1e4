#include "record/usage.h"

#include "base/memory.h"
#include "record/usage_part.h"

/* ---- finding ----------------------------------------------------------------------------- */

static size_t chain_of(const cbi_usage *usage, uint32_t entry)
{
    size_t chain = 0;

    while (entry >= usage->starts[chain + 1])
        chain++;
    return chain;
}

/* Had this chain been merged into `goal`, however far, before `sequence` there? */
static bool reaches(const cbi_usage *usage, size_t chain, size_t goal, uint64_t sequence)
{
    while (chain != 0 && chain != goal) {
        size_t into = usage->chains[chain].merged_into - 1; /* always a chain before it */

        if (into == goal)
            return usage->chains[chain].joined_at < sequence;
        chain = into;
    }
    return false;
}

bool cbi_usage_find(const cbi_usage *usage, uint32_t from, uint64_t sequence, cbi_bytes leaf,
                    uint32_t *out)
{
    size_t own = chain_of(usage, from);
    uint64_t position = from - usage->starts[own];

    for (size_t c = 0; c < usage->chain_count; c++) {
        uint32_t entry = usage->starts[c] + (uint32_t)sequence;
        bool earlier = c == own
                           ? sequence < position
                           : sequence < usage->chains[c].count && reaches(usage, c, own, position);

        if (earlier && cbi_bytes_equal(leaf, cbi_bytes_of_hash(&usage->entries[entry].leaf))) {
            *out = entry;
            return true;
        }
    }
    return false;
}

/* ---- uses -------------------------------------------------------------------------------- */

static bool stands(const cbi_usage *usage, const cbi_use *use)
{
    return cbi_conversion_uses(usage->entries[use->conversion].conversion);
}

const cbi_use *cbi_usage_next(const cbi_usage *usage, uint32_t entry, const cbi_use *use)
{
    uint32_t next = use == NULL ? usage->entries[entry].first_use : use->next;

    while (next != 0 && !stands(usage, &usage->uses[next - 1]))
        next = usage->uses[next - 1].next;
    return next == 0 ? NULL : &usage->uses[next - 1];
}

bool cbi_usage_is_consumed(const cbi_usage *usage, uint32_t entry)
{
    const cbi_use *use = NULL;

    while ((use = cbi_usage_next(usage, entry, use)) != NULL) {
        if (use->scope != CBANK__V1__USE_SCOPE__USE_SCOPE_COUNTED)
            return true;
    }
    return false;
}

/* ---- all --------------------------------------------------------------------------------- */

static uint32_t count_entries(const cbi_usage *usage)
{
    return usage->starts[usage->chain_count];
}

static cbank_status prepare(cbi_usage *usage, cbank_error *err)
{
    size_t total = 0, count;

    CBI_REQUIRE(usage->chain_count > 0 && usage->chain_count <= CBI_TRANSCRIPT_CHAINS_MAX, err);
    for (size_t c = 0; c < usage->chain_count; c++)
        usage->starts[c + 1] = usage->starts[c] + usage->chains[c].count;
    for (uint32_t i = 0; i < count_entries(usage); i++) {
        cbi_usage_entry *entry = &usage->entries[i];

        entry->state = CBI_RECORD_HELD;
        entry->where = CBI_WHERE_HERE;
        entry->conversion = CBI_CONVERSION_STANDS;
        entry->offer = entry->first_use = 0;
        entry->answered = false;
        (void)cbi_usage_uses_of(entry, &count);
        total += count;
    }
    return cbi_alloc(total, sizeof(*usage->uses), &usage->uses, err);
}

cbank_status cbi_usage_settle(cbi_usage *usage, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t at = 0;

    CBI_TRY(prepare(usage, err));
    /* A chain comes before the one it was merged into, where its records may change again. */
    for (size_t c = usage->chain_count; c-- > 0;) {
        for (at = usage->starts[c]; at < usage->starts[c + 1]; at++)
            CBI_TRY(cbi_usage_step(usage, at, err));
    }
    /* What stands, stands on records that hold. */
    for (at = 0; at < count_entries(usage); at++) {
        if (usage->entries[at].conversion == CBI_CONVERSION_STANDS)
            CBI_TRY(cbi_usage_check_ground(usage, at, err));
    }
done:
    if (status != CBANK_OK) {
        if (err != NULL && at < count_entries(usage))
            err->where = at - usage->starts[chain_of(usage, at)];
        cbi_usage_clear(usage);
    }
    return status;
}

void cbi_usage_clear(cbi_usage *usage)
{
    cbi_free(usage->uses);
    usage->uses = NULL;
    usage->use_count = 0;
}

Cbank__V1__RecordState cbi_record_listed(cbi_record_state state, cbi_whereabouts where,
                                         bool consumed)
{
    if (state == CBI_RECORD_REVOKED || state == CBI_RECORD_SUPERSEDED)
        return (Cbank__V1__RecordState)state; /* the numbers are the same */
    if (where != CBI_WHERE_HERE)
        return CBANK__V1__RECORD_STATE__RECORD_STATE_TRANSFERRED;
    if (state != CBI_RECORD_HELD)
        return (Cbank__V1__RecordState)state;
    return consumed ? CBANK__V1__RECORD_STATE__RECORD_STATE_CONSUMED
                    : CBANK__V1__RECORD_STATE__RECORD_STATE_UNSPECIFIED;
}

Cbank__V1__RecordState cbi_usage_listed(const cbi_usage *usage, uint32_t entry)
{
    return cbi_record_listed(usage->entries[entry].state, usage->entries[entry].where,
                             cbi_usage_is_consumed(usage, entry));
}
