/*
 * logged.h - one row of the log: an entry and the statement it stands for.
 *
 * A row of `record` is index u64 -> previous index of the same subject u64 (all ones for the
 * first) | entry without its statement digest 75 | form u8 | the statement, or its digest once
 * the statement is erased, or the number of a pattern and the statement's size, as varints, and
 * a delta from the pattern (pattern.h, wire/delta.h). The digest of a statement is never stored
 * beside it: whoever reads a row hashes the bytes, so a row cannot claim to be what it is not.
 */
#ifndef CBI_LEDGER_LOGGED_H
#define CBI_LEDGER_LOGGED_H

#include "ledger/pattern.h"
#include "ledger/subject.h"

#define CBI_NO_INDEX UINT64_MAX

typedef struct cbi_logged {
    uint64_t index;
    uint64_t previous_index; /* of the same subject; CBI_NO_INDEX for its first entry */
    cbi_entry entry;
    cbi_hash leaf;
    bool erased;
    cbi_bytes statement; /* lent from the row; empty once erased */
} cbi_logged;

/* Replaces `row`; reads everything but `index` and `leaf`. */
cbank_status cbi_logged_encode(const cbi_logged *logged, cbank_buffer *row, cbank_error *err);
/* The same with the statement packed (pattern.h). */
cbank_status cbi_logged_encode_packed(const cbi_logged *logged, const cbi_packed *packed,
                                      cbank_buffer *row, cbank_error *err);

/* The size of the row with its statement as it is, if that is packed; else 0. */
size_t cbi_logged_packed_size(cbi_bytes row);
/* The number of its pattern then; else 0. */
uint64_t cbi_logged_pattern(cbi_bytes row);
/* Whose it is, of a row that has not been decoded; zero of what is too short to be one. */
cbi_hash cbi_logged_tag(cbi_bytes row);
/*
 * Appends that row to `out`, which has room for it: nothing it held is moved. `pattern` is the one
 * used last. CORRUPT.
 */
cbank_status cbi_logged_unpack(cbi_txn *txn, uint64_t index, cbi_bytes row, cbi_pattern *pattern,
                               cbank_buffer *out, cbank_error *err);

/*
 * Of a row that is not packed. Hashes the statement and the entry. CORRUPT if the row has not the
 * form above.
 */
cbank_status cbi_logged_decode(cbi_hasher *hasher, uint64_t index, cbi_bytes row, cbi_logged *out,
                               cbank_error *err);

/* The row as it is stored, packed or not. CORRUPT (LEDGER_ROW_MISSING). */
cbank_status cbi_logged_get(cbi_txn *txn, uint64_t index, cbank_buffer *row, cbank_error *err);

/* Reads and decodes; `row` holds what `out` lends. CORRUPT also if the row is missing. */
cbank_status cbi_logged_read(cbi_txn *txn, cbi_hasher *hasher, uint64_t index, cbank_buffer *row,
                             cbi_logged *out, cbank_error *err);

/*
 * The same of a row that was read before in this transaction, where it had this leaf, and this
 * digest of its statement: nothing is hashed.
 */
cbank_status cbi_logged_read_again(cbi_txn *txn, uint64_t index, const cbi_hash *statement,
                                   const cbi_hash *leaf, cbank_buffer *row, cbi_logged *out,
                                   cbank_error *err);

/* Of an entry that was read: whether it is the one that `named` names, which is moved on. */
cbank_status cbi_logged_follow(const cbi_logged *logged, cbi_head *named, cbank_error *err);

/*
 * One step along a chain: reads the entry that `named` names, a head or what a later entry said of
 * it, and makes `named` name the entry before; after sequence 0 it names nothing. CORRUPT
 * (CHAIN_BROKEN) if the row is not the entry that is named.
 */
cbank_status cbi_logged_step_back(cbi_txn *txn, cbi_hasher *hasher, cbi_head *named,
                                  cbank_buffer *row, cbi_logged *out, cbank_error *err);

/* Puts the digest in the place of the statement; the leaf stays what it was. Erased: no change. */
cbank_status cbi_logged_erase(cbi_txn *txn, cbi_hasher *hasher, uint64_t index, cbank_error *err);

/*
 * Reads rows page by page in order, for whoever hashes a stretch of the log. Begin with {0} and
 * set `next` and `end`; clear with cbi_logged_scan_clear.
 */
typedef struct cbi_logged_scan {
    uint64_t next;
    uint64_t end; /* one past the last */
    cbi_page page;
    size_t row; /* of the page */
    cbank_buffer plain; /* the row given last, if it was packed */
    cbi_pattern pattern;
} cbi_logged_scan;

/* Gives row `next`, which must exist, and moves on; what `out` lends lives until the next call. */
cbank_status cbi_logged_scan_next(cbi_logged_scan *scan, cbi_txn *txn, cbi_hasher *hasher,
                                  cbi_logged *out, cbank_error *err);
void cbi_logged_scan_clear(cbi_logged_scan *scan);

#endif
