/*
 * chunk.h - as many items of a batch as fit one commit, carried out in an act.
 */
#ifndef CBI_BANK_CHUNK_H
#define CBI_BANK_CHUNK_H

#include "bank/deposit.h"

/* Items of a chunk, or one more where the last two are an amendment. */
#define CBI_CHUNK_ITEMS_MAX 10000u

/*
 * What the bank answered before under this token, for a batch of one chunk; `*found` is false if
 * nothing. It may have been committed and then not sealed, so it is sealed before it is answered.
 * CONFLICT if another request was made under the token.
 */
cbank_status cbi_chunk_find(cbi_bank *bank, cbi_bytes token, const cbi_hash *request,
                            cbi_deposited *items, size_t capacity, cbi_hash *batch,
                            size_t *out_count, bool *found, cbank_error *err);

/* Submits the next chunk and updates the deposit's intake and items. */
cbank_status cbi_chunk_write(cbi_deposit *deposit, int64_t now, cbank_error *err);

#endif
