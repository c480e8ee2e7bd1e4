/*
 * tile.h - inner nodes of the tree, kept so that a proof need not hash the whole log.
 *
 * Hash n of level L is the root of the 256^L leaves that begin at n * 256^L; levels begin at 1,
 * because level 0 is hashed from the rows. A tile is 256 hashes of a level in a row of `tile`:
 * level u8 | number u64 -> hashes. The last tile of a level is rewritten as it grows.
 */
#ifndef CBI_LEDGER_TILE_H
#define CBI_LEDGER_TILE_H

#include "proof/tree.h"
#include "store/store.h"

#define CBI_TILE_WIDTH 256u
#define CBI_TILE_LEVEL_BITS 8u
#define CBI_TILE_LEVELS 7u /* 256^7 leaves are 2^56 */

/* A whole tile; an empty row if there is none. */
cbank_status cbi_tile_load(cbi_txn *txn, unsigned level, uint64_t tile, cbank_buffer *row,
                           cbank_error *err);

/* Hashes `first` to `first + count` of a level, all in one tile. CORRUPT if they are not there. */
cbank_status cbi_tile_read(cbi_txn *txn, unsigned level, uint64_t first, size_t count,
                           cbi_hash *out, cbank_error *err);

/* Writes hash `number` of a level after the ones before it. CORRUPT if those are not there. */
cbank_status cbi_tile_write(cbi_txn *txn, unsigned level, uint64_t number, const cbi_hash *hash,
                            cbank_error *err);

/*
 * How many levels get a hash when a tree grows to `size`, and that hash for one of them: the root
 * of the newest 256^level leaves, of which `before` holds all but the last, `leaf`.
 */
unsigned cbi_tile_levels_completed(uint64_t size);
cbank_status cbi_tile_newest(cbi_hasher *hasher, const cbi_frontier *before, const cbi_hash *leaf,
                             unsigned level, cbi_hash *out, cbank_error *err);

#endif
