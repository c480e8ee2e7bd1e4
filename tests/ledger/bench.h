/* bench.h - a ledger to work on: a store, a log key, a guard, and acts that add statements. */
#ifndef CBI_TESTS_LEDGER_BENCH_H
#define CBI_TESTS_LEDGER_BENCH_H

#include <criterion/criterion.h>

#include "ledger/ledger.h"
#include "ledger/seal.h"

#define BENCH_ORIGIN "bank.example/credit/test/1"
#define BENCH_TIME 1764000000

/* The numbers of cbank.v1.SubjectKind. */
enum { LEARNER = 1, DISCLOSURE = 2, CASE = 3, INSTITUTION = 4 };
/* Of cbank.v1.EntryClass. */
enum { AWARD = 1 };

typedef struct bench {
    char folder[64];
    char guard_path[96];
    char store_path[96]; /* of a store on disk */
    cbi_private *key;
    cbi_ledger_setup setup;
    cbi_store *store;
    cbi_ledger *ledger;
    cbi_hasher *hasher;
} bench;

/* Created and opened. */
void bench_open_memory(bench *it, cbi_suite suite);
void bench_open_disk(bench *it);
void bench_close(bench *it);
/* What opening says; the ledger must be closed. */
cbank_status bench_reopen(bench *it, cbank_error *err);
void bench_close_ledger(bench *it);

cbi_subject bench_subject(uint8_t kind, const char *id);
/* Whatever the subject, the same for the same id, and never zero. */
cbi_hash bench_randomness(const cbi_subject *subject);

/* An act that adds `count` statements about `subject`. */
typedef struct bench_act {
    cbi_act act;
    cbi_subject subject;
    size_t count;
    bool refuse;      /* in its check */
    bool break_store; /* in its write */
    uint64_t first_index;
} bench_act;
bench_act bench_make_act(const char *token, const cbi_subject *subject, size_t count);
/* Submits one that must succeed. */
void bench_add(bench *it, const char *token, const cbi_subject *subject, size_t count);

/* Statements `from` to `from + count`, with a text made of the number. */
cbank_status bench_append(cbi_append *append, const cbi_subject *subject, uint64_t from,
                          size_t count, cbank_error *err);
/* Step 1 alone: committed and not sealed. */
void bench_append_unsealed(bench *it, const cbi_subject *subject, size_t count);

/* Rows as a stranger with access to the store would read and change them. */
cbank_buffer bench_get(bench *it, cbi_table table, cbi_bytes key);
void bench_put(bench *it, cbi_table table, cbi_bytes key, cbi_bytes value);
void bench_delete(bench *it, cbi_table table, cbi_bytes key);
/* Flips a bit of one row's value. */
void bench_flip(bench *it, cbi_table table, cbi_bytes key, size_t offset);
/* The key of a row by its number, big-endian; overwritten by the next call but three. */
cbi_bytes bench_number(uint64_t number);

cbi_sealed bench_view(bench *it);
/* Bytes of the guard file. */
void bench_read_guard(bench *it, uint8_t bytes[CBI_GUARD_SIZE]);
void bench_write_guard(bench *it, const uint8_t bytes[CBI_GUARD_SIZE]);

/* That a call failed for this reason and no other. */
#define bench_fails(status, err, reason_name)                                                      \
    cr_assert((status) == cbi_reason_status(CBI_REASON_##reason_name) &&                           \
                  (err).reason == CBI_REASON_##reason_name,                                        \
              "%s (%s), not " #reason_name, cbank_reason_name((err).reason), (err).detail)
#define bench_works(expr)                                                                          \
    cr_assert_eq((expr), CBANK_OK, "%s: %s %s", cbank_reason_name(bench_err.reason),               \
                 bench_err.object, bench_err.detail)

/* What calls that must work write their reason to. */
extern _Thread_local cbank_error bench_err;

#endif
