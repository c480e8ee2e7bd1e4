#include "ledger/seal.h"

#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bench it;
static cbi_subject college;

static void set_up(void)
{
    bench_open_memory(&it, CBI_SUITE_SHA256_ED25519);
    college = bench_subject(INSTITUTION, "college");
}

static void tear_down(void)
{
    bench_close(&it);
}

TestSuite(seal, .init = set_up, .fini = tear_down);

/* A sealer of its own, as another process would have. */
static cbi_guard guard;
static cbi_sealer sealer;

static void open_sealer(void)
{
    bench_works(cbi_guard_open(it.guard_path, BENCH_ORIGIN, cbi_private_public(it.key), &guard,
                               &bench_err));
    sealer = (cbi_sealer){.store = it.store,
                          .guard = &guard,
                          .signers = {.key = it.key},
                          .hasher = it.hasher};
}

static void close_sealer(void)
{
    cbi_guard_close(&guard);
}

static uint64_t size_in_guard(void)
{
    cbi_sealed sealed;

    bench_works(cbi_guard_read(&guard, &sealed, &bench_err));
    return sealed.size;
}

/* The state after a stop must be one from which opening seals all six entries. */
static void check_resumes(void)
{
    close_sealer();
    bench_works(bench_reopen(&it, &bench_err));
    cbi_sealed sealed = bench_view(&it);
    cr_assert_eq(sealed.size, 6);
    bench_add(&it, "after", &college, 1);
    cr_assert_eq(bench_view(&it).size, 7);
    bench_works(bench_reopen(&it, &bench_err));
    cr_assert_eq(bench_view(&it).size, 7);
}

static void stop_after_append(void)
{
    bench_add(&it, "before", &college, 4);
    bench_close_ledger(&it);
    bench_append_unsealed(&it, &college, 2);
    open_sealer();
}

Test(seal, resumes_after_a_stop_between_append_and_check)
{
    stop_after_append();
    cr_assert_eq(size_in_guard(), 4);
    check_resumes();
}

Test(seal, resumes_after_a_stop_between_check_and_signing)
{
    cbi_sealing sealing;

    stop_after_append();
    bench_works(cbi_seal_check(&sealer, &sealing, &bench_err));
    cr_assert_eq(sealing.sealed.size, 6);
    cr_assert_eq(sealing.sealed.note_size, 0);
    cr_assert_eq(size_in_guard(), 4);
    check_resumes();
}

Test(seal, resumes_after_a_stop_between_signing_and_persisting)
{
    cbi_sealing sealing;

    stop_after_append();
    bench_works(cbi_seal_check(&sealer, &sealing, &bench_err));
    bench_works(cbi_seal_sign(&sealer, &sealing, &bench_err));
    cr_assert_eq(size_in_guard(), 4);
    check_resumes();
}

Test(seal, resumes_after_a_stop_within_the_write_of_the_guard)
{
    cbi_sealing sealing;
    uint8_t bytes[CBI_GUARD_SIZE];

    stop_after_append();
    bench_works(cbi_seal_check(&sealer, &sealing, &bench_err));
    bench_works(cbi_seal_sign(&sealer, &sealing, &bench_err));
    /* The slot that is to be written is the older one, of size 0. */
    bench_read_guard(&it, bytes);
    memcpy(bytes, sealing.sealed.note, 100);
    bench_write_guard(&it, bytes);
    cr_assert_eq(size_in_guard(), 4);
    check_resumes();
}

Test(seal, resumes_after_a_stop_between_persisting_and_answering)
{
    cbi_sealing sealing;

    stop_after_append();
    bench_works(cbi_seal_check(&sealer, &sealing, &bench_err));
    bench_works(cbi_seal_sign(&sealer, &sealing, &bench_err));
    bench_works(cbi_seal_persist(&sealer, &sealing, &bench_err));
    cr_assert_eq(size_in_guard(), 6);
    check_resumes();
}

Test(seal, signs_nothing_when_there_is_nothing_new)
{
    uint8_t before[CBI_GUARD_SIZE], after[CBI_GUARD_SIZE];

    bench_add(&it, "one", &college, 3);
    bench_read_guard(&it, before);
    bench_works(bench_reopen(&it, &bench_err));
    bench_read_guard(&it, after);
    cr_assert_eq(memcmp(before, after, sizeof before), 0);
}

Test(seal, writes_the_guard_again_after_a_write_that_failed)
{
    cbi_sealing sealing;
    uint8_t before[CBI_GUARD_SIZE], after[CBI_GUARD_SIZE];
    cbank_error error;

    stop_after_append();
    bench_works(cbi_seal_check(&sealer, &sealing, &bench_err));
    bench_works(cbi_seal_sign(&sealer, &sealing, &bench_err));
    int fd = guard.fd;
    guard.fd = open(it.guard_path, O_RDONLY);
    bench_fails(cbi_seal_persist(&sealer, &sealing, &error), error, GUARD_IO);
    close(guard.fd);
    guard.fd = fd;

    /* The file may show a note that is not durable: here it was written after all. */
    bench_works(cbi_guard_write(&guard, &sealing.sealed, &bench_err));
    bench_read_guard(&it, before);
    bench_works(cbi_seal_run(&sealer, NULL, &bench_err));
    bench_read_guard(&it, after);
    cr_assert_neq(memcmp(before, after, sizeof before), 0);
    cr_assert_eq(size_in_guard(), 6);
    cr_assert_not(sealer.in_doubt);
    check_resumes();
}

Test(seal, refuses_a_store_that_is_behind_the_guard_and_signs_nothing)
{
    cbank_error error;
    uint8_t before[CBI_GUARD_SIZE], after[CBI_GUARD_SIZE];

    bench_add(&it, "one", &college, 3);
    cbank_buffer old = bench_get(&it, CBI_TABLE_META, cbi_bytes_of_text("tree"));
    bench_add(&it, "two", &college, 1);
    bench_close_ledger(&it);
    bench_put(&it, CBI_TABLE_META, cbi_bytes_of_text("tree"), cbi_bytes_of_buffer(&old));
    bench_delete(&it, CBI_TABLE_RECORD, bench_number(3));
    bench_read_guard(&it, before);
    bench_fails(bench_reopen(&it, &error), error, STORE_BEHIND);
    cr_assert_eq(error.status, CBANK_E_ROLLBACK);
    cr_assert_null(it.ledger);
    bench_read_guard(&it, after);
    cr_assert_eq(memcmp(before, after, sizeof before), 0);
    cbank_buffer_clear(&old);
}

Test(seal, is_probed_without_a_signature_or_a_write)
{
    uint8_t before[CBI_GUARD_SIZE], after[CBI_GUARD_SIZE];
    cbank_error error;

    bench_add(&it, "one", &college, 3);
    bench_append_unsealed(&it, &college, 2);
    bench_close_ledger(&it);
    bench_read_guard(&it, before);
    bench_works(cbi_ledger_probe(it.store, &it.setup, &bench_err)); /* opening would seal it */
    bench_delete(&it, CBI_TABLE_RECORD, bench_number(4));
    bench_fails(cbi_ledger_probe(it.store, &it.setup, &error), error, LEDGER_ROW_MISSING);
    bench_read_guard(&it, after);
    cr_assert_eq(memcmp(before, after, sizeof before), 0);
    cr_assert_eq(remove(it.guard_path), 0);
    bench_fails(cbi_ledger_probe(it.store, &it.setup, &error), error, GUARD_MISSING);
}

Test(seal, refuses_another_history_of_the_same_size_or_larger)
{
    bench other;
    cbi_subject stranger = bench_subject(INSTITUTION, "stranger");
    cbank_error error;

    bench_add(&it, "one", &college, 3);
    bench_open_memory(&other, CBI_SUITE_SHA256_ED25519);
    for (size_t size = 3; size <= 4; size++) {
        bench_append_unsealed(&other, &stranger, size == 3 ? 3 : 1);
        cbi_ledger *ledger = NULL;
        bench_fails(cbi_ledger_open(other.store, &it.setup, &ledger, &error), error,
                    HISTORY_DIFFERS);
        cr_assert_eq(error.status, CBANK_E_ROLLBACK);
        cr_assert_null(ledger);
    }
    bench_close(&other);
}

Test(seal, refuses_a_forged_tree_state_while_open_and_when_opening)
{
    cbank_error error;
    bench_act act = bench_make_act("two", &college, 1);

    bench_add(&it, "one", &college, 5);
    uint64_t size = bench_view(&it).size;
    bench_flip(&it, CBI_TABLE_META, cbi_bytes_of_text("tree"), 48 + 7); /* in the frontier */
    bench_fails(cbi_ledger_submit(it.ledger, &act.act, &error), error, TREE_DIFFERS);
    cr_assert_eq(error.status, CBANK_E_CORRUPT);
    cr_assert_eq(bench_view(&it).size, size);
    bench_fails(bench_reopen(&it, &error), error, TREE_DIFFERS);
    cbank_buffer_clear(&act.act.result);
}

Test(seal, refuses_a_forged_frontier_beside_a_true_root)
{
    cbank_error error;

    bench_add(&it, "one", &college, 5);
    bench_flip(&it, CBI_TABLE_META, cbi_bytes_of_text("tree"), 48 + 7);
    bench_fails(bench_reopen(&it, &error), error, TREE_DIFFERS);
}

Test(seal, refuses_a_forged_root_beside_a_true_frontier)
{
    cbank_error error;

    bench_add(&it, "one", &college, 5);
    bench_flip(&it, CBI_TABLE_META, cbi_bytes_of_text("tree"), 16);
    bench_fails(bench_reopen(&it, &error), error, TREE_DIFFERS);
}

Test(seal, refuses_rows_that_changed_between_commit_and_signing)
{
    cbank_error error;

    bench_close_ledger(&it);
    bench_append_unsealed(&it, &college, 5);
    bench_flip(&it, CBI_TABLE_RECORD, bench_number(2), 90);
    bench_fails(bench_reopen(&it, &error), error, TREE_DIFFERS);
}

Test(seal, refuses_rows_that_vanished_between_commit_and_signing)
{
    cbank_error error;

    bench_close_ledger(&it);
    bench_append_unsealed(&it, &college, 5);
    bench_delete(&it, CBI_TABLE_RECORD, bench_number(4));
    bench_fails(bench_reopen(&it, &error), error, LEDGER_ROW_MISSING);
}

Test(seal, refuses_when_the_guard_is_missing)
{
    cbank_error error;

    cr_assert_eq(unlink(it.guard_path), 0);
    bench_fails(bench_reopen(&it, &error), error, GUARD_MISSING);
}

Test(seal, refuses_a_guard_that_went_back_under_an_open_ledger)
{
    uint8_t old[CBI_GUARD_SIZE];
    cbank_error error;
    cbi_sealed sealed;
    bench_act act = bench_make_act("three", &college, 1);

    bench_add(&it, "one", &college, 1);
    bench_read_guard(&it, old);
    bench_add(&it, "two", &college, 1);
    bench_write_guard(&it, old);
    bench_fails(cbi_ledger_view(it.ledger, &sealed, &error), error, GUARD_WENT_BACK);
    bench_fails(cbi_ledger_submit(it.ledger, &act.act, &error), error, GUARD_WENT_BACK);
    cbank_buffer_clear(&act.act.result);
}

Test(seal, takes_up_an_older_guard_that_the_tree_extends)
{
    uint8_t old[CBI_GUARD_SIZE];

    bench_add(&it, "one", &college, 300);
    bench_read_guard(&it, old);
    bench_add(&it, "two", &college, 300);
    bench_close_ledger(&it);
    bench_write_guard(&it, old);
    bench_works(bench_reopen(&it, &bench_err));
    cr_assert_eq(bench_view(&it).size, 600);
}

Test(seal, refuses_an_older_copy_of_the_store_that_was_put_back)
{
    bench disk;
    char backup[128], copy[128];
    cbi_store *store = NULL;
    cbi_ledger *ledger = NULL;
    cbank_error error;

    bench_open_disk(&disk);
    bench_add(&disk, "one", &college, 3);
    snprintf(backup, sizeof backup, "%s/backup", disk.folder);
    snprintf(copy, sizeof copy, "%s/copy", disk.folder);
    bench_works(cbi_store_backup(disk.store, backup, &bench_err));
    bench_add(&disk, "two", &college, 1);
    bench_close_ledger(&disk);

    bench_works(cbi_store_restore(backup, copy, 64u << 20, &bench_err));
    bench_works(cbi_store_open(copy, 64u << 20, &store, &bench_err));
    bench_fails(cbi_ledger_open(store, &disk.setup, &ledger, &error), error, STORE_BEHIND);

    /* Even if it was written to until it is as long as what was signed. */
    cbi_store *original = disk.store;
    cbi_subject stranger = bench_subject(INSTITUTION, "stranger");
    disk.store = store;
    bench_append_unsealed(&disk, &stranger, 2);
    bench_fails(cbi_ledger_open(store, &disk.setup, &ledger, &error), error, HISTORY_DIFFERS);
    disk.store = original;
    cbi_store_close(store);
    bench_works(bench_reopen(&disk, &bench_err));
    bench_close(&disk);
}

Test(seal, the_note_of_a_commit_rides_in_the_next_one)
{
    cbi_sealed first;

    bench_add(&it, "one", &college, 3);
    first = bench_view(&it);
    bench_add(&it, "two", &college, 1);
    cbank_buffer note = bench_get(&it, CBI_TABLE_NOTE, bench_number(3));
    cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&note), cbi_sealed_note(&first)));
    cbank_buffer_clear(&note);
}
