#include "record/seen.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

#define SLOTS_FIRST 64u

struct entry {
    cbi_fingerprint reference;
    cbi_fingerprint content;
    uint32_t row;
};

/*
 * Entries stand in the order of their rows. Slots hold their numbers, from 1, at a place that the
 * reference's fingerprint gives or the next free one behind it; at most half of them are taken.
 */
struct cbi_seen {
    cbi_fingerprint_key key;
    struct entry *entries;
    uint32_t *slots;
    uint32_t count;
    uint32_t slot_count; /* a power of two */
};

cbank_status cbi_seen_new(cbi_seen **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_seen *seen = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*seen), &seen, err));
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
    cbi_free(seen->entries);
    cbi_free(seen->slots);
    cbi_free(seen);
}

/* The slot that holds the reference, or the free one where it belongs. */
static uint32_t *find_slot(uint32_t *slots, uint32_t slot_count, const struct entry *entries,
                           const cbi_fingerprint *reference)
{
    uint32_t at = cbi_get_u32(reference->bytes) & (slot_count - 1);

    while (slots[at] != 0 && !cbi_fingerprint_equal(&entries[slots[at] - 1].reference, reference))
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static cbank_status grow(cbi_seen *seen, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t slot_count = seen->slot_count == 0 ? SLOTS_FIRST : 2 * seen->slot_count;
    struct entry *entries = NULL;
    uint32_t *slots = NULL;

    CBI_TRY(cbi_alloc(slot_count, sizeof(*slots), &slots, err));
    CBI_TRY(cbi_alloc(slot_count / 2, sizeof(*entries), &entries, err));
    if (seen->count > 0)
        memcpy(entries, seen->entries, seen->count * sizeof(*entries));
    for (uint32_t i = 0; i < seen->count; i++)
        *find_slot(slots, slot_count, entries, &entries[i].reference) = i + 1;
    cbi_free(seen->entries);
    cbi_free(seen->slots);
    seen->entries = entries;
    seen->slots = slots;
    seen->slot_count = slot_count;
    slots = NULL;
done:
    cbi_free(slots);
    return status;
}

/* The same for the same text; zeros for none. */
static cbi_fingerprint fingerprint(const cbi_seen *seen, cbi_bytes text)
{
    return text.size > 0 ? cbi_fingerprint_of(&seen->key, text) : (cbi_fingerprint){{0}};
}

/* What the row would be remembered as; answers the one that had its reference before, or NULL. */
static const struct entry *look(const cbi_seen *seen, cbi_bytes reference, cbi_bytes content,
                                struct entry *asked)
{
    uint32_t slot;

    asked->reference = fingerprint(seen, reference);
    asked->content = fingerprint(seen, content);
    if (seen->count == 0)
        return NULL;
    slot = *find_slot(seen->slots, seen->slot_count, seen->entries, &asked->reference);
    return slot == 0 ? NULL : &seen->entries[slot - 1];
}

static void tell(const struct entry *asked, const struct entry *before, uint64_t *first_row,
                 bool *same)
{
    *first_row = before == NULL ? 0 : before->row;
    *same = before != NULL && cbi_fingerprint_equal(&before->content, &asked->content);
}

void cbi_seen_look(const cbi_seen *seen, cbi_bytes reference, cbi_bytes content,
                   uint64_t *first_row, bool *same)
{
    struct entry asked;
    const struct entry *before = look(seen, reference, content, &asked);

    tell(&asked, before, first_row, same);
}

cbank_status cbi_seen_add(cbi_seen *seen, cbi_bytes reference, cbi_bytes content, uint64_t row,
                          uint64_t *first_row, bool *same, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct entry asked;
    const struct entry *before = look(seen, reference, content, &asked);

    tell(&asked, before, first_row, same);
    if (before != NULL)
        return CBANK_OK;
    if (seen->count == CBI_BATCH_RECORDS_MAX)
        return cbi_fail(err, CBI_REASON_TOO_MANY_ROWS, CBI_BATCH_RECORDS_MAX, NULL, NULL);
    if (seen->count == seen->slot_count / 2)
        CBI_TRY(grow(seen, err));
    asked.row = (uint32_t)row;
    seen->entries[seen->count++] = asked;
    *find_slot(seen->slots, seen->slot_count, seen->entries, &asked.reference) = seen->count;
done:
    return status;
}
