#include "ledger/guard.h"

#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bench it;

/* ---- a disk that takes its time ----------------------------------------------------------- */

static atomic_bool slow, failing;
static sem_t written, synced;

/* In front of the C library's: a slot's bytes are in the file, and not durable until `synced`. */
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    ssize_t done = syscall(SYS_pwrite64, fd, data, size, offset);

    if (size != CBI_GUARD_SLOT_SIZE || !atomic_load(&slow))
        return done;
    (void)sem_post(&written);
    (void)sem_wait(&synced);
    if (!atomic_load(&failing))
        return done;
    errno = EIO;
    return -1;
}

static void set_up(void)
{
    bench_open_memory(&it, CBI_SUITE_SHA256_ED25519);
    bench_close_ledger(&it);
}

static void tear_down(void)
{
    bench_close(&it);
}

TestSuite(guard, .init = set_up, .fini = tear_down);

/* A checkpoint of any size; the root is made of a number. */
static cbi_sealed signed_by(const cbi_private *key, const char *origin, uint64_t size, uint8_t root)
{
    cbi_sealed sealed = {.size = size, .root = {{root}}};

    bench_works(cbi_seal_note(origin, key, &sealed, &bench_err));
    return sealed;
}

static void put_slots(const cbi_sealed *first, const cbi_sealed *second)
{
    uint8_t bytes[CBI_GUARD_SIZE] = {0};

    memcpy(bytes, first->note, first->note_size);
    memcpy(bytes + CBI_GUARD_SLOT_SIZE, second->note, second->note_size);
    bench_write_guard(&it, bytes);
}

static cbank_status read_guard(cbi_sealed *out, cbank_error *err)
{
    cbi_guard guard;

    bench_works(cbi_guard_open(it.guard_path, BENCH_ORIGIN, cbi_private_public(it.key), &guard,
                               &bench_err));
    cbank_status status = cbi_guard_read(&guard, out, err);
    cbi_guard_close(&guard);
    return status;
}

Test(guard, is_readable_by_its_owner_only_and_leaves_no_other_file)
{
    struct stat file;
    char temporary[128];

    cr_assert_eq(stat(it.guard_path, &file), 0);
    cr_assert_eq(file.st_mode & 0777, 0600);
    cr_assert_eq(file.st_size, CBI_GUARD_SIZE);
    cr_assert_eq(file.st_nlink, 1);
    snprintf(temporary, sizeof temporary, "%s.new", it.guard_path);
    cr_assert_neq(access(temporary, F_OK), 0);
}

Test(guard, is_never_made_in_the_place_of_another)
{
    cbi_sealed sealed = signed_by(it.key, BENCH_ORIGIN, 9, 9);
    cbank_error error;

    bench_fails(cbi_guard_create(it.guard_path, &sealed, false, &error), error, GUARD_EXISTS);
    bench_works(read_guard(&sealed, &bench_err));
    cr_assert_eq(sealed.size, 0);
}

Test(guard, slots_are_written_in_turn_and_the_larger_size_wins)
{
    cbi_guard guard;
    cbi_sealed sealed;
    uint8_t before[CBI_GUARD_SIZE], after[CBI_GUARD_SIZE];

    bench_works(cbi_guard_open(it.guard_path, BENCH_ORIGIN, cbi_private_public(it.key), &guard,
                               &bench_err));
    for (uint64_t size = 1; size <= 5; size++) {
        size_t kept = size % 2 == 1 ? 0 : CBI_GUARD_SLOT_SIZE;
        cbi_sealed next = signed_by(it.key, BENCH_ORIGIN, size, (uint8_t)size);

        bench_read_guard(&it, before);
        bench_works(cbi_guard_write(&guard, &next, &bench_err));
        bench_read_guard(&it, after);
        cr_assert_eq(memcmp(before + kept, after + kept, CBI_GUARD_SLOT_SIZE), 0);
        bench_works(cbi_guard_read(&guard, &sealed, &bench_err));
        cr_assert_eq(sealed.size, size);
        bench_works(read_guard(&sealed, &bench_err));
        cr_assert_eq(sealed.size, size);
    }
    cbi_guard_close(&guard);
}

typedef struct writing {
    cbi_guard guard;
    cbi_sealed next;
    cbank_status status;
} writing;

static void *write_next(void *context)
{
    writing *w = context;
    cbank_error error;

    w->status = cbi_guard_write(&w->guard, &w->next, &error);
    return NULL;
}

/* The bytes are in the file, and EIO is said. */
static void spoil_write(cbi_guard *guard, const cbi_sealed *next)
{
    cbank_error error;

    (void)sem_init(&written, 0, 0);
    (void)sem_init(&synced, 0, 1);
    atomic_store(&failing, true);
    atomic_store(&slow, true);
    bench_fails(cbi_guard_write(guard, next, &error), error, GUARD_IO);
    atomic_store(&slow, false);
}

/* What is read while a slot is being written, and once that has succeeded or failed. */
static void read_meanwhile(bool fails, uint64_t *before, uint64_t *after)
{
    writing w = {.next = signed_by(it.key, BENCH_ORIGIN, 7, 7)};
    cbi_sealed sealed;
    pthread_t thread;

    (void)sem_init(&written, 0, 0);
    (void)sem_init(&synced, 0, 0);
    bench_works(cbi_guard_open(it.guard_path, BENCH_ORIGIN, cbi_private_public(it.key), &w.guard,
                               &bench_err));
    atomic_store(&failing, fails);
    atomic_store(&slow, true);
    cr_assert_eq(pthread_create(&thread, NULL, write_next, &w), 0);
    (void)sem_wait(&written);
    bench_works(cbi_guard_read(&w.guard, &sealed, &bench_err)); /* or waits for ever */
    *before = sealed.size;
    (void)sem_post(&synced);
    (void)pthread_join(thread, NULL);
    atomic_store(&slow, false);
    cr_assert_eq(w.status, fails ? CBANK_E_IO : CBANK_OK);
    bench_works(cbi_guard_read(&w.guard, &sealed, &bench_err));
    *after = sealed.size;
    cbi_guard_close(&w.guard);
}

Test(guard, while_a_note_is_written_the_one_before_is_read_and_nobody_waits, .timeout = 20)
{
    uint64_t before, after;

    read_meanwhile(false, &before, &after);
    cr_expect_eq(before, 0);
    cr_expect_eq(after, 7);
}

/* The file may show it, and lose it again with the power. */
Test(guard, a_note_whose_write_failed_is_not_read, .timeout = 20)
{
    uint64_t before, after;

    read_meanwhile(true, &before, &after);
    cr_expect_eq(before, 0);
    cr_expect_eq(after, 0);
}

Test(guard, after_a_write_that_failed_the_next_one_takes_the_same_slot, .timeout = 20)
{
    cbi_sealed again = signed_by(it.key, BENCH_ORIGIN, 7, 7), sealed;
    uint8_t first[CBI_GUARD_SIZE], second[CBI_GUARD_SIZE];
    cbi_guard guard;

    bench_works(cbi_guard_open(it.guard_path, BENCH_ORIGIN, cbi_private_public(it.key), &guard,
                               &bench_err));
    bench_read_guard(&it, first);
    for (unsigned i = 0; i < 2; i++) {
        spoil_write(&guard, &again);
        bench_works(cbi_guard_read(&guard, &sealed, &bench_err));
        cr_expect_eq(sealed.size, 0);
    }
    bench_works(cbi_guard_write(&guard, &again, &bench_err));
    bench_works(cbi_guard_read(&guard, &sealed, &bench_err));
    cr_expect_eq(sealed.size, 7);
    bench_read_guard(&it, second);
    cr_expect_eq(memcmp(first, second, CBI_GUARD_SLOT_SIZE), 0);
    cbi_guard_close(&guard);
}

/* It can only be of a process that found the one in doubt, and has made it durable with its own. */
Test(guard, what_another_process_writes_after_a_write_that_failed_is_read, .timeout = 20)
{
    cbi_sealed doubted = signed_by(it.key, BENCH_ORIGIN, 7, 7), sealed;
    cbi_sealed next = signed_by(it.key, BENCH_ORIGIN, 9, 9);
    cbi_guard guard, other;

    bench_works(cbi_guard_open(it.guard_path, BENCH_ORIGIN, cbi_private_public(it.key), &guard,
                               &bench_err));
    spoil_write(&guard, &doubted);
    bench_works(cbi_guard_open(it.guard_path, BENCH_ORIGIN, cbi_private_public(it.key), &other,
                               &bench_err));
    bench_works(cbi_guard_write(&other, &next, &bench_err));
    bench_works(cbi_guard_read(&guard, &sealed, &bench_err));
    cr_expect_eq(sealed.size, 9);
    cbi_guard_close(&other);
    cbi_guard_close(&guard);
}

/* The first `cut` bytes of one note, what follows of another, beside a whole one of size `old`. */
static void expect_torn(const uint8_t *head, const uint8_t *tail, size_t cut, const uint8_t *whole,
                        uint64_t old, uint64_t newer)
{
    uint8_t bytes[CBI_GUARD_SIZE] = {0};
    cbi_sealed beside = signed_by(it.key, BENCH_ORIGIN, old, 4);
    cbi_sealed sealed;

    memcpy(bytes, head, cut);
    memcpy(bytes + cut, tail + cut, CBI_GUARD_SLOT_SIZE - cut);
    memcpy(bytes + CBI_GUARD_SLOT_SIZE, beside.note, beside.note_size);
    bench_write_guard(&it, bytes);
    bench_works(read_guard(&sealed, &bench_err));
    bool is_whole = memcmp(bytes, whole, CBI_GUARD_SLOT_SIZE) == 0;
    cr_assert_eq(sealed.size, is_whole ? newer : old, "%d, cut at %zu", (int)newer, cut);
}

/* Where the size gets one digit more, all that follows moves by one, the name of the signer too. */
Test(guard, a_slot_torn_at_any_byte_loses_to_the_other)
{
    static const uint64_t newer[] = {5, 10, 11, 100, 101, 1000};

    for (size_t i = 0; i < sizeof(newer) / sizeof(*newer); i++) {
        uint8_t before[CBI_GUARD_SLOT_SIZE] = {0}, after[CBI_GUARD_SLOT_SIZE] = {0};
        cbi_sealed older = signed_by(it.key, BENCH_ORIGIN, newer[i] - 2, 3);
        cbi_sealed next = signed_by(it.key, BENCH_ORIGIN, newer[i], 5);

        memcpy(before, older.note, older.note_size);
        memcpy(after, next.note, next.note_size);
        for (size_t cut = 0; cut < CBI_GUARD_SLOT_SIZE; cut++) {
            expect_torn(after, before, cut, after, newer[i] - 1, newer[i]);
            expect_torn(before, after, cut, after, newer[i] - 1, newer[i]);
        }
    }
}

Test(guard, two_checkpoints_of_one_size_with_two_roots_are_refused)
{
    cbi_sealed a = signed_by(it.key, BENCH_ORIGIN, 4, 1);
    cbi_sealed b = signed_by(it.key, BENCH_ORIGIN, 4, 2);
    cbi_sealed sealed;
    cbank_error error;

    put_slots(&a, &b);
    bench_fails(read_guard(&sealed, &error), error, GUARD_FORKED);
    put_slots(&a, &a);
    bench_works(read_guard(&sealed, &bench_err));
}

Test(guard, of_another_bank_or_key_is_refused)
{
    cbi_private *stranger;
    cbi_sealed sealed;
    cbank_error error;

    bench_works(cbi_private_new(CBI_SUITE_SHA256_ED25519, &stranger, &bench_err));
    cbi_sealed by_other_key = signed_by(stranger, BENCH_ORIGIN, 7, 7);
    cbi_sealed of_other_bank = signed_by(it.key, "other.example/credit/1", 8, 8);
    put_slots(&by_other_key, &of_other_bank);
    bench_fails(read_guard(&sealed, &error), error, GUARD_FOREIGN);
    cbi_private_free(stranger);
}

Test(guard, any_flipped_bit_of_its_only_note_is_noticed)
{
    uint8_t bytes[CBI_GUARD_SIZE];
    cbi_sealed sealed;

    bench_read_guard(&it, bytes);
    size_t size = strlen((const char *)bytes);
    cr_assert_gt(size, 100);
    for (size_t bit = 0; bit < 8 * size; bit += 3) {
        cbank_error error;
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        bench_write_guard(&it, bytes);
        bench_fails(read_guard(&sealed, &error), error, GUARD_FOREIGN);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    bench_write_guard(&it, bytes);
    bench_works(read_guard(&sealed, &bench_err));
}

Test(guard, a_note_with_anything_but_zeros_after_it_is_no_note)
{
    uint8_t bytes[CBI_GUARD_SIZE];
    cbi_sealed sealed;
    cbank_error error;

    bench_read_guard(&it, bytes);
    bytes[CBI_GUARD_SLOT_SIZE - 1] = 'x';
    bench_write_guard(&it, bytes);
    bench_fails(read_guard(&sealed, &error), error, GUARD_FOREIGN);
}

Test(guard, cut_short_is_refused)
{
    cbi_sealed sealed;
    cbank_error error;

    cr_assert_eq(truncate(it.guard_path, CBI_GUARD_SIZE - 1), 0);
    bench_fails(read_guard(&sealed, &error), error, GUARD_FOREIGN);
}

Test(guard, a_new_file_in_its_place_is_noticed_when_it_is_locked)
{
    cbi_sealed sealed = signed_by(it.key, BENCH_ORIGIN, 1, 1);
    cbi_guard guard;
    cbank_error error;

    bench_works(cbi_guard_open(it.guard_path, BENCH_ORIGIN, cbi_private_public(it.key), &guard,
                               &bench_err));
    bench_works(cbi_guard_lock(&guard, &bench_err));
    cbi_guard_unlock(&guard);
    bench_works(cbi_guard_create(it.guard_path, &sealed, true, &bench_err));
    bench_fails(cbi_guard_lock(&guard, &error), error, GUARD_REPLACED);
    cbi_guard_close(&guard);
}

Test(guard, notes_of_both_suites_and_the_longest_origin_fit_a_slot)
{
    static const cbi_suite suites[] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};
    char origin[CBI_ORIGIN_MAX + 1];

    memset(origin, 'a', CBI_ORIGIN_MAX);
    origin[10] = '/';
    origin[CBI_ORIGIN_MAX] = '\0';
    for (size_t i = 0; i < 2; i++) {
        cbi_private *key;
        bench_works(cbi_private_new(suites[i], &key, &bench_err));
        cbi_sealed sealed = signed_by(key, origin, (uint64_t)INT64_MAX, 1);
        cr_assert_leq(sealed.note_size, CBI_GUARD_SLOT_SIZE);
        cbi_private_free(key);
    }
}
