/*
 * script.h - what the rows of one record are made of: prepared without a writer, then written.
 *
 * Preparing is most of the work, and depends on the log only in the index that the statement will
 * have and the tag of its account; what turns out otherwise is prepared again by whoever writes.
 */
#ifndef CBI_BANK_SCRIPT_H
#define CBI_BANK_SCRIPT_H

#include "bank/ready.h"

/* Begins as {0}; may be prepared again and again. */
typedef struct cbi_script {
    uint64_t index; /* of the statement */
    cbank_buffer statement;
    cbi_hash digest; /* of it */
    cbi_prepacked packed;
    bool has_before;
    cbi_chain_end before; /* of the account's chain, as the newest commit has it */
    cbank_buffer opening; /* sealed for that index */
} cbi_script;

void cbi_script_clear(cbi_script *script);

/*
 * All but `packed` and `before`. `at` is the time that the statement states; the record's account
 * is known.
 */
cbank_status cbi_script_prepare(const cbi_bank *bank, cbi_hasher *hasher, int64_t at,
                                const cbi_ready_batch *batch, const cbi_ready_record *record,
                                uint64_t index, cbi_script *out, cbank_error *err);
/*
 * `before` as a snapshot has it, which has to be of the commit that the writer stands on; what was
 * read of it is kept in `known`. None if there is no randomness; that is no failure.
 */
cbank_status cbi_script_find_before(cbi_txn *txn, cbi_hasher *hasher, cbi_heads *known,
                                    const cbi_ready_record *record, cbi_script *script,
                                    cbank_error *err);
/* Writes statement, opening and reference; `index` and `leaf` are the statement's. */
cbank_status cbi_script_write(const cbi_bank *bank, cbi_append *append,
                              const cbi_ready_record *record, cbi_script *script, uint64_t *index,
                              cbi_hash *leaf, cbank_error *err);

#endif
