#include "ledger/ledger.h"

#include "bench.h"

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

TestSuite(ledger, .init = set_up, .fini = tear_down);

Test(ledger, an_empty_one_has_a_signed_checkpoint_of_size_zero)
{
    cbi_sealed sealed = bench_view(&it);
    cbi_hash empty;

    bench_works(cbi_digest_parts(it.hasher, NULL, 0, &empty, &bench_err));
    cr_assert_eq(sealed.size, 0);
    cr_assert(cbi_hash_equal(&sealed.root, &empty));
}

Test(ledger, is_not_created_twice)
{
    cbank_error error;

    bench_fails(cbi_ledger_create(it.store, &it.setup, &error), error, GUARD_EXISTS);
    bench_add(&it, "one", &college, 1);
    bench_fails(cbi_ledger_create(it.store, &it.setup, &error), error, LEDGER_EXISTS);
}

Test(ledger, a_creation_that_stopped_before_the_guard_can_be_repeated)
{
    bench_close_ledger(&it);
    cr_assert_eq(unlink(it.guard_path), 0);
    bench_works(cbi_ledger_create(it.store, &it.setup, &bench_err));
    bench_works(bench_reopen(&it, &bench_err));
}

Test(ledger, an_origin_that_is_not_one_is_refused)
{
    cbi_store *store;
    cbi_ledger_setup setup = it.setup;
    cbank_error error;

    setup.origin = "Bank Example";
    bench_works(cbi_store_open_memory(&store, &bench_err));
    bench_fails(cbi_ledger_create(store, &setup, &error), error, BAD_ORIGIN);
    cbi_store_close(store);
}

Test(ledger, a_store_without_one_or_of_another_bank_is_told_apart)
{
    cbi_store *empty;
    cbi_ledger *ledger = NULL;
    cbi_ledger_setup setup = it.setup;
    cbank_error error;
    cbi_private *sm2;

    bench_works(cbi_store_open_memory(&empty, &bench_err));
    bench_fails(cbi_ledger_open(empty, &setup, &ledger, &error), error, LEDGER_MISSING);
    cbi_store_close(empty);

    setup.origin = "other.example/credit/1";
    bench_fails(cbi_ledger_open(it.store, &setup, &ledger, &error), error, LEDGER_OTHER);
    setup = it.setup;
    bench_works(cbi_private_new(CBI_SUITE_SM3_SM2, &sm2, &bench_err));
    setup.log_key = sm2;
    bench_fails(cbi_ledger_open(it.store, &setup, &ledger, &error), error, LEDGER_OTHER);
    cbi_private_free(sm2);
}

Test(ledger, a_log_key_that_did_not_sign_the_guard_is_refused)
{
    cbi_ledger_setup setup = it.setup;
    cbi_ledger *ledger = NULL;
    cbi_private *other;
    cbank_error error;

    bench_works(cbi_private_new(CBI_SUITE_SHA256_ED25519, &other, &bench_err));
    setup.log_key = other;
    bench_fails(cbi_ledger_open(it.store, &setup, &ledger, &error), error, GUARD_FOREIGN);
    cbi_private_free(other);
}

Test(ledger, a_format_of_an_earlier_or_a_later_version_is_refused_by_its_number)
{
    const cbi_bytes key = cbi_bytes_of_text("ledger");
    cbank_buffer row = bench_get(&it, CBI_TABLE_META, key);
    const uint8_t own = row.data[0], others[] = {2, (uint8_t)(own + 1)};
    cbank_error error;

    for (size_t i = 0; i < sizeof(others); i++) {
        row.data[0] = others[i];
        bench_put(&it, CBI_TABLE_META, key, cbi_bytes_of_buffer(&row));
        bench_fails(bench_reopen(&it, &error), error, LEDGER_VERSION);
        cr_expect_eq(error.where, others[i]);
    }
    row.data[0] = own;
    bench_put(&it, CBI_TABLE_META, key, cbi_bytes_of_buffer(&row));
    bench_works(bench_reopen(&it, &bench_err));
    cbank_buffer_clear(&row);
}

Test(ledger, both_suites_work_alike)
{
    bench sm;

    bench_open_memory(&sm, CBI_SUITE_SM3_SM2);
    bench_add(&sm, "one", &college, 300);
    bench_works(bench_reopen(&sm, &bench_err));
    cr_assert_eq(bench_view(&sm).size, 300);
    cr_assert_eq(cbi_ledger_suite(sm.ledger), CBI_SUITE_SM3_SM2);
    bench_close(&sm);
}

/* Adoption. */

static cbank_status adopt(const cbi_sealed *sealed, cbank_error *err)
{
    bench_close_ledger(&it);
    return cbi_ledger_adopt(it.store, &it.setup, cbi_sealed_note(sealed), err);
}

Test(ledger, a_lost_guard_is_made_anew_from_a_checkpoint_and_sealed)
{
    bench_add(&it, "one", &college, 270);
    cbi_sealed sealed = bench_view(&it);
    bench_add(&it, "two", &college, 5);
    cr_assert_eq(unlink(it.guard_path), 0);
    bench_works(adopt(&sealed, &bench_err));
    bench_works(bench_reopen(&it, &bench_err));
    cr_assert_eq(bench_view(&it).size, 275);
}

Test(ledger, a_damaged_guard_can_be_replaced_by_adoption)
{
    uint8_t zeros[CBI_GUARD_SIZE] = {0};

    bench_add(&it, "one", &college, 2);
    cbi_sealed sealed = bench_view(&it);
    bench_write_guard(&it, zeros);
    bench_works(adopt(&sealed, &bench_err));
    bench_works(bench_reopen(&it, &bench_err));
}

Test(ledger, an_adopted_checkpoint_must_be_signed_by_the_log_key)
{
    cbank_error error;

    bench_add(&it, "one", &college, 2);
    cbi_sealed sealed = bench_view(&it);
    sealed.note[sealed.note_size - 10] ^= 1;
    cr_assert_neq(adopt(&sealed, &error), CBANK_OK);
    bench_works(bench_reopen(&it, &bench_err));
}

Test(ledger, an_adopted_checkpoint_must_be_extended_by_the_tree)
{
    cbi_sealed beyond = {.size = 9, .root = {{1}}};
    cbi_sealed other = {.size = 2, .root = {{1}}};
    cbank_error error;

    bench_add(&it, "one", &college, 2);
    cr_assert_eq(unlink(it.guard_path), 0);
    bench_works(cbi_seal_note(BENCH_ORIGIN, it.key, &beyond, &bench_err));
    bench_fails(adopt(&beyond, &error), error, STORE_BEHIND);
    bench_works(cbi_seal_note(BENCH_ORIGIN, it.key, &other, &bench_err));
    bench_fails(adopt(&other, &error), error, HISTORY_DIFFERS);
    cr_assert_neq(access(it.guard_path, F_OK), 0);
}

Test(ledger, adoption_never_goes_behind_a_good_guard)
{
    cbank_error error;

    bench_add(&it, "one", &college, 2);
    cbi_sealed old = bench_view(&it);
    bench_add(&it, "two", &college, 2);
    bench_fails(adopt(&old, &error), error, GUARD_NEWER);
    bench_works(bench_reopen(&it, &bench_err));
    cr_assert_eq(bench_view(&it).size, 4);
}

Test(ledger, adoption_does_not_hide_a_guard_of_another_history)
{
    cbi_sealed forged = {.size = 1, .root = {{7}}};
    uint8_t bytes[CBI_GUARD_SIZE] = {0};
    cbank_error error;

    bench_add(&it, "one", &college, 2);
    cbi_sealed sealed = bench_view(&it);
    bench_works(cbi_seal_note(BENCH_ORIGIN, it.key, &forged, &bench_err));
    memcpy(bytes, forged.note, forged.note_size);
    bench_write_guard(&it, bytes);
    bench_fails(adopt(&sealed, &error), error, HISTORY_DIFFERS);
}
