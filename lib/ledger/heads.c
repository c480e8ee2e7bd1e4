#include "ledger/heads.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define SLOTS_FIRST 64u

typedef struct entry {
    uint32_t key_at; /* in `keys` */
    uint8_t key_size;
    bool owed;
    cbi_chain_end end;
} entry;

/*
 * Entries stand in the order in which they were set first. Slots hold their numbers, from 1, at a
 * place that the key gives or the next free one behind it; at most half of them are taken.
 */
struct cbi_heads {
    cbank_buffer keys; /* of the table `head` */
    entry *entries;
    uint32_t *slots;
    uint32_t count, owed;
    uint32_t slot_count; /* a power of two */
};

cbank_status cbi_heads_new(cbi_heads **out, cbank_error *err)
{
    return cbi_alloc(1, sizeof(**out), out, err);
}

void cbi_heads_free(cbi_heads *heads)
{
    if (heads == NULL)
        return;
    cbank_buffer_clear(&heads->keys);
    cbi_free(heads->entries);
    cbi_free(heads->slots);
    cbi_free(heads);
}

/* ---- the table ----------------------------------------------------------------------------- */

static cbi_bytes key_of(const cbi_heads *heads, const entry *it)
{
    return cbi_bytes_of(heads->keys.data + it->key_at, it->key_size);
}

static uint32_t place_of(cbi_bytes key)
{
    uint64_t mixed = key.size, piece;

    for (size_t at = 0; at < key.size; at += sizeof(piece)) {
        size_t left = key.size - at;

        piece = 0;
        memcpy(&piece, key.data + at, left < sizeof(piece) ? left : sizeof(piece));
        mixed = (mixed ^ piece) * 0x9e3779b97f4a7c15u;
        mixed ^= mixed >> 29;
    }
    return (uint32_t)(mixed >> 32);
}

/* The slot that holds the key, or the free one where it belongs. */
static uint32_t *find_slot(const cbi_heads *heads, cbi_bytes key)
{
    uint32_t at = place_of(key) & (heads->slot_count - 1);

    while (heads->slots[at] != 0 &&
           !cbi_bytes_equal(key_of(heads, &heads->entries[heads->slots[at] - 1]), key))
        at = (at + 1) & (heads->slot_count - 1);
    return &heads->slots[at];
}

static cbank_status grow(cbi_heads *heads, cbank_error *err)
{
    uint32_t slot_count = heads->slot_count == 0 ? SLOTS_FIRST : 2 * heads->slot_count;
    cbank_status status = CBANK_OK;
    uint32_t *slots = NULL;
    entry *entries = NULL;

    CBI_TRY(cbi_alloc(slot_count, sizeof(*slots), &slots, err));
    CBI_TRY(cbi_alloc_bytes(slot_count / 2 * sizeof(*entries), &entries, err));
    if (heads->count > 0)
        memcpy(entries, heads->entries, heads->count * sizeof(*entries));
    cbi_free(heads->entries);
    cbi_free(heads->slots);
    heads->entries = entries;
    heads->slots = slots;
    heads->slot_count = slot_count;
    slots = NULL;
    for (uint32_t i = 0; i < heads->count; i++)
        *find_slot(heads, key_of(heads, &entries[i])) = i + 1;
done:
    cbi_free(slots);
    return status;
}

const cbi_chain_end *cbi_heads_find(const cbi_heads *heads, const cbi_subject *subject)
{
    cbi_subject_key key;
    uint32_t number;

    if (heads->count == 0)
        return NULL;
    cbi_subject_key_of(subject, &key);
    number = *find_slot(heads, cbi_bytes_of(key.bytes, key.size));
    return number == 0 ? NULL : &heads->entries[number - 1].end;
}

cbank_status cbi_heads_set(cbi_heads *heads, const cbi_subject *subject, const cbi_chain_end *end,
                           bool owed, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_subject_key key;
    uint32_t *slot;
    entry *it;

    if (heads->count == heads->slot_count / 2)
        CBI_TRY(grow(heads, err));
    cbi_subject_key_of(subject, &key);
    slot = find_slot(heads, cbi_bytes_of(key.bytes, key.size));
    if (*slot == 0) {
        it = &heads->entries[heads->count];
        *it = (entry){.key_at = (uint32_t)heads->keys.size, .key_size = (uint8_t)key.size};
        CBI_TRY(cbi_buffer_append(&heads->keys, cbi_bytes_of(key.bytes, key.size), err));
        *slot = ++heads->count;
    }
    it = &heads->entries[*slot - 1];
    heads->owed = heads->owed - it->owed + owed;
    it->owed = owed;
    it->end = *end;
done:
    return status;
}

/* ---- what is owed -------------------------------------------------------------------------- */

size_t cbi_heads_count(const cbi_heads *heads)
{
    return heads->count;
}

size_t cbi_heads_count_owed(const cbi_heads *heads)
{
    return heads->owed;
}

/* A row to be put; `order` is of the bytes behind those that all keys begin with. */
typedef struct debt {
    uint64_t order;
    cbi_bytes key;
    entry *of;
} debt;

static int compare(const void *a, const void *b)
{
    const debt *one = a, *other = b;

    if (one->order != other->order)
        return one->order < other->order ? -1 : 1;
    return cbi_bytes_compare(one->key, other->key);
}

static size_t count_common(cbi_bytes a, cbi_bytes b, size_t most)
{
    size_t size = 0;

    while (size < most && size < a.size && size < b.size && a.data[size] == b.data[size])
        size++;
    return size;
}

static uint64_t order_of(cbi_bytes key, size_t from)
{
    uint8_t bytes[sizeof(uint64_t)] = {0};
    size_t left = key.size - from;

    memcpy(bytes, key.data + from, left < sizeof(bytes) ? left : sizeof(bytes));
    return cbi_get_u64(bytes);
}

/* All that are owed, in the order of their keys. */
static void sort_debts(cbi_heads *heads, debt *debts)
{
    size_t count = 0, common = CBI_KEY_MAX;

    for (uint32_t i = 0; i < heads->count; i++) {
        entry *it = &heads->entries[i];

        if (!it->owed)
            continue;
        debts[count] = (debt){.key = key_of(heads, it), .of = it};
        common = count_common(debts[count].key, debts[0].key, common);
        count++;
    }
    for (size_t i = 0; i < count; i++)
        debts[i].order = order_of(debts[i].key, common);
    qsort(debts, count, sizeof(*debts), compare);
}

cbank_status cbi_heads_put(cbi_heads *heads, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t count = heads->owed;
    debt *debts = NULL;

    if (count == 0)
        return CBANK_OK;
    CBI_TRY(cbi_alloc_bytes(count * sizeof(*debts), &debts, err));
    sort_debts(heads, debts);
    for (size_t i = 0; i < count; i++) {
        cbi_subject subject;

        (void)cbi_subject_from_key(debts[i].key, &subject);
        CBI_TRY(cbi_subject_write_head(txn, &subject, &debts[i].of->end.head, err));
        debts[i].of->owed = false;
        heads->owed--;
    }
done:
    cbi_free(debts);
    return status;
}
