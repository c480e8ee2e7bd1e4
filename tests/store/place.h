/* place.h - somewhere to put stores, rows to put into them, and both engines to run on. */
#ifndef CBI_TESTS_STORE_PLACE_H
#define CBI_TESTS_STORE_PLACE_H

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "store/store.h"

#define MIB (1024u * 1024)
#define QUOTA (64ull * MIB)

/* The engines that every behaviour is tested on. */
typedef enum place_engine { PLACE_MEMORY, PLACE_LMDB } place_engine;
struct criterion_test_params place_engines(void);

/* A new store on that engine; place_leave closes it and removes what place_path has named. */
cbi_store *place_open(place_engine engine);
void place_leave(cbi_store *store);
/* A path in this test's own folder. The text lives until eight more are asked for. */
const char *place_path(const char *name);
/* A new store on disk at place_path("store"), and the same opened again. */
cbi_store *place_create(uint64_t quota_bytes);
cbi_store *place_reopen(uint64_t quota_bytes);

/* The test fails unless it works. */
cbi_txn *place_begin(cbi_store *store, cbi_txn_mode mode);
void place_commit(cbi_txn *txn);

/* Keys and values of the row with that number: eight bytes, big-endian, and `size` bytes. */
cbi_bytes place_key(uint64_t number);
cbi_bytes place_value(uint64_t number, size_t size);
cbi_bytes place_text(const char *text);

/* One row put in a transaction of its own. */
cbank_status place_put(cbi_store *store, uint64_t number, size_t size, cbank_error *err);
/* True if the row is there with that value. */
bool place_is(cbi_txn *txn, cbi_table table, cbi_bytes key, cbi_bytes value);
bool place_has(cbi_store *store, uint64_t number);
uint64_t place_count(cbi_store *store, cbi_table table);

/* `status` is what a call answered that must fail for that reason and say so in `err`. */
#define place_fails(status, err, reason_name)                                                      \
    cr_assert((cbank_status)(status) == cbi_reason_status(CBI_REASON_##reason_name) &&             \
                  (err).reason == CBI_REASON_##reason_name,                                        \
              "%s: %s, not " #reason_name, cbank_reason_name((err).reason), (err).detail)

#endif
