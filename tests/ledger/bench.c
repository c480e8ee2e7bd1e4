#include "bench.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define QUOTA (1024ull * 1024 * 1024)

_Thread_local cbank_error bench_err;

static void make_folder(bench *it)
{
    *it = (bench){0};
    snprintf(it->folder, sizeof it->folder, "%s/cbank-ledger-XXXXXX", P_tmpdir);
    cr_assert_not_null(mkdtemp(it->folder));
    snprintf(it->guard_path, sizeof it->guard_path, "%s/guard", it->folder);
    snprintf(it->store_path, sizeof it->store_path, "%s/store", it->folder);
}

static void begin(bench *it, cbi_suite suite)
{
    bench_works(cbi_private_new(suite, &it->key, &bench_err));
    bench_works(cbi_hasher_new(suite, &it->hasher, &bench_err));
    it->setup = (cbi_ledger_setup){
        .origin = BENCH_ORIGIN, .guard_path = it->guard_path, .log_key = it->key};
    bench_works(cbi_ledger_create(it->store, &it->setup, &bench_err));
    bench_works(cbi_ledger_open(it->store, &it->setup, &it->ledger, &bench_err));
}

void bench_open_memory(bench *it, cbi_suite suite)
{
    make_folder(it);
    bench_works(cbi_store_open_memory(&it->store, &bench_err));
    begin(it, suite);
}

void bench_open_disk(bench *it)
{
    make_folder(it);
    bench_works(cbi_store_create(it->store_path, QUOTA, &bench_err));
    bench_works(cbi_store_open(it->store_path, QUOTA, &it->store, &bench_err));
    begin(it, CBI_SUITE_SHA256_ED25519);
}

static int drop(const char *path, const struct stat *file, int type, struct FTW *at)
{
    (void)file;
    (void)type;
    (void)at;
    return remove(path);
}

void bench_close(bench *it)
{
    alarm(5); /* a test that failed within a transaction would wait here for ever */
    cbi_ledger_close(it->ledger);
    cbi_store_close(it->store);
    alarm(0);
    cbi_private_free(it->key);
    cbi_hasher_free(it->hasher);
    nftw(it->folder, drop, 16, FTW_DEPTH | FTW_PHYS);
}

void bench_close_ledger(bench *it)
{
    cbi_ledger_close(it->ledger);
    it->ledger = NULL;
}

cbank_status bench_reopen(bench *it, cbank_error *err)
{
    bench_close_ledger(it);
    return cbi_ledger_open(it->store, &it->setup, &it->ledger, err);
}

cbi_subject bench_subject(uint8_t kind, const char *id)
{
    return (cbi_subject){.kind = kind, .id = cbi_bytes_of_text(id)};
}

cbi_hash bench_randomness(const cbi_subject *subject)
{
    cbi_hash randomness;

    memset(randomness.bytes, 0x5a, sizeof randomness.bytes);
    memcpy(randomness.bytes, subject->id.data,
           subject->id.size < CBI_HASH_SIZE ? subject->id.size : CBI_HASH_SIZE);
    return randomness;
}

cbank_status bench_append(cbi_append *append, const cbi_subject *subject, uint64_t from,
                          size_t count, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash randomness = bench_randomness(subject);
    char text[64];

    for (uint64_t i = from; i < from + count; i++) {
        snprintf(text, sizeof text, "statement %llu", (unsigned long long)i);
        CBI_TRY(cbi_append_statement(append, subject, AWARD, cbi_bytes_of_text(text), &randomness,
                                     NULL, NULL, err));
    }
done:
    return status;
}

void bench_append_unsealed(bench *it, const cbi_subject *subject, size_t count)
{
    cbi_append append;

    bench_works(cbi_append_begin(it->store, it->hasher, CBI_TXN_WRITE, &append,
                                 &bench_err));
    bench_works(cbi_append_set_time(&append, BENCH_TIME, &bench_err));
    bench_works(bench_append(&append, subject, append.state.frontier.size, count, &bench_err));
    bench_works(cbi_append_commit(&append, &bench_err));
    cbi_append_clear(&append);
}

static cbank_status check(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const bench_act *it = (const bench_act *)act;

    (void)append;
    return it->refuse ? cbi_fail(err, CBI_REASON_BAD_DATE, 7, "refused", NULL) : CBANK_OK;
}

static cbank_status write_statements(cbi_act *act, cbi_append *append, cbank_error *err)
{
    bench_act *it = (bench_act *)act;
    uint8_t index[8];

    it->first_index = append->state.frontier.size;
    cbi_put_u64(index, it->first_index);
    if (it->break_store)
        return cbi_fail(err, CBI_REASON_DISK_FULL, 0, "store", NULL);
    cbank_status status = bench_append(append, &it->subject, it->first_index, it->count, err);
    if (status != CBANK_OK)
        return status;
    return cbi_buffer_set(&act->result, cbi_bytes_of(index, sizeof index), err);
}

bench_act bench_make_act(const char *token, const cbi_subject *subject, size_t count)
{
    bench_act made = {.act = {.now = BENCH_TIME, .check = check, .write = write_statements},
                      .subject = *subject,
                      .count = count};

    memcpy(made.act.token, token, strlen(token) < CBI_TOKEN_SIZE ? strlen(token) : CBI_TOKEN_SIZE);
    made.act.request = bench_randomness(subject);
    return made;
}

void bench_add(bench *it, const char *token, const cbi_subject *subject, size_t count)
{
    bench_act made = bench_make_act(token, subject, count);

    bench_works(cbi_ledger_submit(it->ledger, &made.act, &bench_err));
    cbank_buffer_clear(&made.act.result);
}

cbank_buffer bench_get(bench *it, cbi_table table, cbi_bytes key)
{
    cbank_buffer value = {0};
    cbi_txn *txn;

    bench_works(cbi_txn_begin(it->store, CBI_TXN_READ, &txn, &bench_err));
    bench_works(cbi_txn_get(txn, table, key, &value, &bench_err));
    cbi_txn_abort(txn);
    return value;
}

void bench_put(bench *it, cbi_table table, cbi_bytes key, cbi_bytes value)
{
    cbi_txn *txn;

    bench_works(cbi_txn_begin(it->store, CBI_TXN_WRITE, &txn, &bench_err));
    bench_works(cbi_txn_put(txn, table, key, value, &bench_err));
    bench_works(cbi_txn_commit(txn, &bench_err));
}

void bench_delete(bench *it, cbi_table table, cbi_bytes key)
{
    cbi_txn *txn;

    bench_works(cbi_txn_begin(it->store, CBI_TXN_WRITE, &txn, &bench_err));
    cr_assert(cbi_txn_has(txn, table, key));
    bench_works(cbi_txn_delete(txn, table, key, &bench_err));
    bench_works(cbi_txn_commit(txn, &bench_err));
}

void bench_flip(bench *it, cbi_table table, cbi_bytes key, size_t offset)
{
    cbank_buffer value = bench_get(it, table, key);

    cr_assert_lt(offset, value.size);
    value.data[offset] ^= 1;
    bench_put(it, table, key, cbi_bytes_of_buffer(&value));
    cbank_buffer_clear(&value);
}

cbi_bytes bench_number(uint64_t number)
{
    static uint8_t keys[4][8];
    static unsigned turn;

    turn = (turn + 1) % 4;
    cbi_put_u64(keys[turn], number);
    return cbi_bytes_of(keys[turn], sizeof keys[turn]);
}

cbi_sealed bench_view(bench *it)
{
    cbi_sealed sealed;

    bench_works(cbi_ledger_view(it->ledger, &sealed, &bench_err));
    return sealed;
}

void bench_read_guard(bench *it, uint8_t bytes[CBI_GUARD_SIZE])
{
    int fd = open(it->guard_path, O_RDONLY);

    cr_assert_eq(read(fd, bytes, CBI_GUARD_SIZE), CBI_GUARD_SIZE);
    close(fd);
}

void bench_write_guard(bench *it, const uint8_t bytes[CBI_GUARD_SIZE])
{
    int fd = open(it->guard_path, O_WRONLY);

    cr_assert_eq(pwrite(fd, bytes, CBI_GUARD_SIZE, 0), CBI_GUARD_SIZE);
    close(fd);
}
