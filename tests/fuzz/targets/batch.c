/* Batch files, as they come and as their institution would have signed them. */
#include "fuzz/fuzz.h"

static void read_batch(cbi_bytes file, const cbi_private *key)
{
    cbi_hasher *hasher = fuzz_story()->world->hasher;
    const cbi_bulk source = cbi_bulk_of(file);
    cbi_batch batch = {0};
    cbi_batch_item item = {0};
    cbank_status status = CBANK_OK;
    uint64_t count = 0;

    CBI_TRY(cbi_batch_open(hasher, &source, &batch, NULL));
    CBI_TRY(cbi_batch_verify(hasher, &batch, cbi_private_public(key), NULL, NULL));
    CBI_TRY(cbi_batch_next(hasher, &batch, &item, NULL));
    while (item.item != NULL) {
        fuzz_require((item.record == NULL) != (item.change == NULL),
                     "an item is a record or a change");
        count++;
        cbi_batch_item_clear(&item);
        CBI_TRY(cbi_batch_next(hasher, &batch, &item, NULL));
    }
    fuzz_require(count == batch.head.head->count, "a batch holds what it counts");
done:
    cbi_batch_clear(&batch);
}

void fuzz_batch(cbi_bytes input)
{
    const cbi_private *key = fuzz_story()->world->own.keys[0].key;
    cbank_buffer file = {0};

    read_batch(input, key);
    if (fuzz_sign(input, CBI_BATCH_TYPE, &cbank__v1__batch_head__descriptor, fuzz_count_batch,
                  &key, 1, &file))
        read_batch(cbi_bytes_of_buffer(&file), key);
    cbank_buffer_clear(&file);
}
