#include "record/seen.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/series.h"

#define SLOTS_FIRST 64u

struct entry {
    cbi_fingerprint reference;
    uint32_t row;
};

/*
 * Entries stand in the order of their rows. Slots hold their numbers, from 1, at a place that the
 * reference's fingerprint gives or the next free one behind it; at most half of them are taken.
 */
struct cbi_seen {
    cbi_fingerprint_key key;
    cbi_series entries;
    cbi_series contents; /* their fingerprints; empty if none are kept */
    bool keeps_contents;
    uint32_t *slots;
    uint32_t slot_count; /* a power of two */
};

cbank_status cbi_seen_new(bool contents, cbi_seen **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_seen *seen = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*seen), &seen, err));
    seen->entries.item_size = sizeof(struct entry);
    seen->contents.item_size = sizeof(cbi_fingerprint);
    seen->keeps_contents = contents;
    CBI_TRY(cbi_fingerprint_draw(&seen->key, err));
    *out = seen;
    seen = NULL;
done:
    cbi_seen_free(seen);
    return status;
}

void cbi_seen_free(cbi_seen *seen)
{
    if (seen == NULL)
        return;
    cbi_fingerprint_wipe(&seen->key);
    cbi_series_clear(&seen->entries);
    cbi_series_clear(&seen->contents);
    cbi_free(seen->slots);
    cbi_free(seen);
}

static struct entry *entry_at(const cbi_seen *seen, uint32_t number)
{
    return cbi_series_at(&seen->entries, number - 1);
}

/* The slot that holds the reference, or the free one where it belongs. */
static uint32_t *find_slot(const cbi_seen *seen, const cbi_fingerprint *reference)
{
    uint32_t at = cbi_get_u32(reference->bytes) & (seen->slot_count - 1);
    uint32_t *slots = seen->slots;

    while (slots[at] != 0 &&
           !cbi_fingerprint_equal(&entry_at(seen, slots[at])->reference, reference))
        at = (at + 1) & (seen->slot_count - 1);
    return &slots[at];
}

static cbank_status grow(cbi_seen *seen, cbank_error *err)
{
    uint32_t slot_count = seen->slot_count == 0 ? SLOTS_FIRST : 2 * seen->slot_count;
    cbank_status status = CBANK_OK;
    uint32_t *slots = NULL;

    CBI_TRY(cbi_alloc(slot_count, sizeof(*slots), &slots, err));
    cbi_free(seen->slots);
    seen->slots = slots;
    seen->slot_count = slot_count;
    for (uint32_t number = 1; number <= seen->entries.count; number++)
        *find_slot(seen, &entry_at(seen, number)->reference) = number;
done:
    return status;
}

/* The same for the same text; zeros for none. */
static cbi_fingerprint fingerprint(const cbi_seen *seen, cbi_bytes text)
{
    return text.size > 0 ? cbi_fingerprint_of(&seen->key, text) : (cbi_fingerprint){{0}};
}

/* The number of the entry that had this reference before; 0 for none. */
static uint32_t look(const cbi_seen *seen, const cbi_fingerprint *reference)
{
    return seen->entries.count == 0 ? 0 : *find_slot(seen, reference);
}

static void tell(const cbi_seen *seen, uint32_t before, cbi_bytes content, uint64_t *first_row,
                 bool *same)
{
    cbi_fingerprint asked;

    *first_row = before == 0 ? 0 : entry_at(seen, before)->row;
    *same = before != 0;
    if (before == 0 || !seen->keeps_contents)
        return;
    asked = fingerprint(seen, content);
    *same = cbi_fingerprint_equal(cbi_series_at(&seen->contents, before - 1), &asked);
}

void cbi_seen_look(const cbi_seen *seen, cbi_bytes reference, cbi_bytes content,
                   uint64_t *first_row, bool *same)
{
    cbi_fingerprint asked = fingerprint(seen, reference);

    tell(seen, look(seen, &asked), content, first_row, same);
}

/* There is room in both, or nothing is added to either. */
static cbank_status reserve(cbi_seen *seen, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (seen->entries.count == seen->slot_count / 2)
        CBI_TRY(grow(seen, err));
    CBI_TRY(cbi_series_reserve(&seen->entries, err));
    if (seen->keeps_contents)
        CBI_TRY(cbi_series_reserve(&seen->contents, err));
done:
    return status;
}

cbank_status cbi_seen_add(cbi_seen *seen, cbi_bytes reference, cbi_bytes content, uint64_t row,
                          uint64_t *first_row, bool *same, cbank_error *err)
{
    struct entry asked = {.reference = fingerprint(seen, reference), .row = (uint32_t)row};
    uint32_t before = look(seen, &asked.reference);
    cbank_status status = CBANK_OK;

    tell(seen, before, content, first_row, same);
    if (before != 0)
        return CBANK_OK;
    if (seen->entries.count == CBI_BATCH_RECORDS_MAX)
        return cbi_fail(err, CBI_REASON_TOO_MANY_ROWS, CBI_BATCH_RECORDS_MAX, NULL, NULL);
    CBI_TRY(reserve(seen, err));
    *(struct entry *)cbi_series_next(&seen->entries) = asked;
    if (seen->keeps_contents)
        *(cbi_fingerprint *)cbi_series_next(&seen->contents) = fingerprint(seen, content);
    *find_slot(seen, &asked.reference) = seen->entries.count;
done:
    return status;
}
