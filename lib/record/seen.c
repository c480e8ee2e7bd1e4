#include "record/seen.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

#define DIGEST_KEPT 16
#define SLOTS_FIRST 64u

struct entry {
    uint8_t reference[DIGEST_KEPT];
    uint8_t content[DIGEST_KEPT];
    uint32_t row;
};

/*
 * Entries stand in the order of their rows. Slots hold their numbers, from 1, at a place that the
 * reference's digest gives or the next free one behind it; at most half of them are taken.
 */
struct cbi_seen {
    cbi_hasher *hasher;
    struct entry *entries;
    uint32_t *slots;
    uint32_t count;
    uint32_t slot_count; /* a power of two */
};

cbank_status cbi_seen_new(cbi_suite suite, cbi_seen **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_seen *seen = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*seen), &seen, err));
    CBI_TRY(cbi_hasher_new(suite, &seen->hasher, err));
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
    cbi_hasher_free(seen->hasher);
    cbi_free(seen->entries);
    cbi_free(seen->slots);
    cbi_free(seen);
}

/* The slot that holds the reference, or the free one where it belongs. */
static uint32_t *find_slot(uint32_t *slots, uint32_t slot_count, const struct entry *entries,
                           const uint8_t reference[DIGEST_KEPT])
{
    uint32_t at = cbi_get_u32(reference) & (slot_count - 1);

    while (slots[at] != 0 &&
           memcmp(entries[slots[at] - 1].reference, reference, DIGEST_KEPT) != 0)
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
        *find_slot(slots, slot_count, entries, entries[i].reference) = i + 1;
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

/* The same bytes for the same text; none at all for none. */
static cbank_status digest(cbi_seen *seen, cbi_bytes text, cbi_hash *out, cbank_error *err)
{
    if (text.size > 0)
        return cbi_digest_labelled(seen->hasher, "cbank/v1/seen", text, out, err);
    *out = (cbi_hash){{0}};
    return CBANK_OK;
}

/* What the row would be remembered as, and the one that had its reference before. */
static cbank_status look(cbi_seen *seen, cbi_bytes reference, cbi_bytes content,
                         struct entry *asked, const struct entry **before, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash name;
    cbi_hash said;
    uint32_t slot;

    CBI_TRY(digest(seen, reference, &name, err));
    CBI_TRY(digest(seen, content, &said, err));
    memcpy(asked->reference, name.bytes, DIGEST_KEPT);
    memcpy(asked->content, said.bytes, DIGEST_KEPT);
    slot = seen->count == 0
               ? 0
               : *find_slot(seen->slots, seen->slot_count, seen->entries, name.bytes);
    *before = slot == 0 ? NULL : &seen->entries[slot - 1];
done:
    return status;
}

static void tell(const struct entry *asked, const struct entry *before, uint64_t *first_row,
                 bool *same)
{
    *first_row = before == NULL ? 0 : before->row;
    *same = before != NULL && memcmp(before->content, asked->content, DIGEST_KEPT) == 0;
}

cbank_status cbi_seen_look(cbi_seen *seen, cbi_bytes reference, cbi_bytes content,
                           uint64_t *first_row, bool *same, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const struct entry *before;
    struct entry asked;

    CBI_TRY(look(seen, reference, content, &asked, &before, err));
    tell(&asked, before, first_row, same);
done:
    return status;
}

cbank_status cbi_seen_add(cbi_seen *seen, cbi_bytes reference, cbi_bytes content, uint64_t row,
                          uint64_t *first_row, bool *same, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const struct entry *before;
    struct entry asked;

    CBI_TRY(look(seen, reference, content, &asked, &before, err));
    tell(&asked, before, first_row, same);
    if (before != NULL)
        return CBANK_OK;
    if (seen->count == CBI_BATCH_RECORDS_MAX)
        return cbi_fail(err, CBI_REASON_TOO_MANY_ROWS, CBI_BATCH_RECORDS_MAX, NULL, NULL);
    if (seen->count == seen->slot_count / 2)
        CBI_TRY(grow(seen, err));
    asked.row = (uint32_t)row;
    seen->entries[seen->count++] = asked;
    *find_slot(seen->slots, seen->slot_count, seen->entries, asked.reference) = seen->count;
done:
    return status;
}
