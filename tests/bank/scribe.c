/* Records whose rows are prepared by others are written as by one alone. */
#include "bank/check.h"
#include "bank/chunk.h"
#include "bank/parcel.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static teller it;
static parcel p;

static void begin(void)
{
    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    parcel_begin(&p, &it);
}

static void end(void)
{
    cbi_batch_builder_clear(&p.builder);
    teller_close(&it);
}

TestSuite(scribe, .init = begin, .fini = end, .timeout = 120);

enum { LEARNERS = 90, EACH = 11, MANY = LEARNERS * EACH };

/* Records of learners by turns, of whom every third has an account; judged. */
static void judge_many(cbi_deposit *out, char name, cbank_buffer *file)
{
    cbi_deposit_terms terms = parcel_terms(&it);
    char reference[16], number[16];
    cbi_bulk source;
    bool more = true;

    for (unsigned i = 0; i < MANY; i++) {
        snprintf(reference, sizeof(reference), "%c%u", name, i);
        snprintf(number, sizeof(number), "%u", 1000 + i % LEARNERS);
        parcel_add(&p, &(parcel_record){.reference = reference, .number = number});
    }
    *file = parcel_sign(&p, (uint64_t)(unsigned char)name);
    parcel_begin(&p, &it);
    source = cbi_bulk_of(cbi_bytes_of_buffer(file));
    teller_works(cbi_deposit_open(it.bank, &source, &terms, out, &teller_err));
    while (more)
        teller_works(cbi_deposit_judge(out, 1000, &more, &teller_err));
    cr_assert(out->stands);
}

static void open_every_third(void)
{
    char number[16];

    for (unsigned i = 0; i < LEARNERS; i += 3) {
        snprintf(number, sizeof(number), "%u", 1000 + i);
        teller_open_account(&it, "student/" TELLER_COLLEGE, number, "");
    }
}

/* Each record stands where it should on the chain of its learner, and its opening opens. */
static void check_records(const cbi_deposit *deposit, char name, uint64_t before)
{
    cbi_txn *txn = teller_begin(&it, CBI_TXN_READ);

    for (unsigned i = 0; i < MANY; i++) {
        Cbank__V1__Opening *opening = NULL;
        char reference[16], number[16];
        cbi_holding holding;

        snprintf(reference, sizeof(reference), "%c%u", name, i);
        snprintf(number, sizeof(number), "%u", 1000 + i % LEARNERS);
        holding = parcel_find(&it, reference);
        cr_assert_eq(holding.index, deposit->items[i].index);
        cr_assert_eq(holding.deposited->index, i);
        cr_assert_eq(holding.sequence, before + i / LEARNERS);
        teller_works(cbi_vault_get_opening(it.bank, txn, holding.index, &opening, &teller_err));
        cr_assert_str_eq(opening->number, number);
        cbi_vault_free_opening(opening);
        cbi_holding_clear(&holding);
    }
    cbi_txn_abort(txn);
}

/* Log and tables bear each other out, heads and sealed openings among them. */
static void check_bank(void)
{
    cbi_check *check = NULL;
    bool more = true;

    teller_works(cbi_check_begin(it.bank, &check, &teller_err));
    while (more)
        teller_works(cbi_check_step(check, &more, &teller_err));
    cr_expect_eq(cbi_check_total(check), 0);
    cbi_check_end(check);
}

static void deposit_and_check(char name)
{
    cbi_deposit deposit = {0};
    cbank_buffer file;
    bool more;

    open_every_third();
    judge_many(&deposit, name, &file);
    teller_works(cbi_deposit_write(&deposit, ++it.now, &more, &teller_err));
    cr_expect(deposit.stands);
    cr_expect_not(more);
    cr_expect_eq(deposit.intake.opened, LEARNERS - (LEARNERS + 2) / 3);
    check_records(&deposit, name, 1);
    check_bank();
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

Test(scribe, on_all_cores_every_record_gets_its_own_rows)
{
    deposit_and_check('A');
}

Test(scribe, on_one_core_the_writer_does_all)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    cr_assert_eq(sched_setaffinity(0, sizeof(one), &one), 0);
    deposit_and_check('A');
}

/* Accounts that others opened meanwhile move every index that was thought of. */
Test(scribe, what_was_prepared_for_another_place_is_prepared_again)
{
    cbi_deposit first = {0}, second = {0};
    cbank_buffer files[2];
    bool more;

    judge_many(&first, 'A', &files[0]);
    judge_many(&second, 'B', &files[1]);
    teller_works(cbi_deposit_write(&first, ++it.now, &more, &teller_err));
    teller_works(cbi_deposit_write(&second, ++it.now, &more, &teller_err));
    cr_expect(second.stands);
    cr_expect_eq(second.intake.opened, 0);
    check_records(&first, 'A', 1);
    check_records(&second, 'B', 1 + EACH);
    check_bank();
    cbi_deposit_clear(&first);
    cbi_deposit_clear(&second);
    cbank_buffer_clear(&files[0]);
    cbank_buffer_clear(&files[1]);
}

/* ---- scribes that are held up -------------------------------------------------------------- */

static atomic_bool held_up;
static pthread_t writer;
static atomic_uint steps; /* of the writer: locks that it gave back */

/* Until the writer has come about as far as there are sheets, or waits. */
static void fall_behind(unsigned more)
{
    unsigned from = atomic_load(&steps);

    for (unsigned i = 0; i < 400 && atomic_load(&steps) - from < 20 + more; i++)
        (void)usleep(20);
}

/* In front of the C library's: now and then another thread than the writer's falls behind. */
int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    static atomic_uintptr_t real;
    static _Thread_local unsigned drawn = 1;
    int code;

    if (atomic_load(&real) == 0)
        atomic_store(&real, (uintptr_t)dlsym(RTLD_NEXT, "pthread_mutex_unlock"));
    code = ((int (*)(pthread_mutex_t *))atomic_load(&real))(mutex);
    if (!atomic_load(&held_up))
        return code;
    if (pthread_equal(writer, pthread_self()))
        atomic_fetch_add(&steps, 1);
    else if ((drawn = drawn * 1103515245 + 12345) >> 16 & 1)
        fall_behind(drawn >> 20 & 15);
    return code;
}

enum { SHARE = 32, LONG = 9000 };

/* Records of learners by turns; of every share, or of every third one. */
static cbank_buffer sign_long(uint64_t number, bool all)
{
    char reference[16], learner[16];
    cbank_buffer file;

    for (unsigned i = 0; i < LONG; i++) {
        if (!all && i / SHARE % 3 != 1)
            continue;
        snprintf(reference, sizeof(reference), "L%u", i);
        snprintf(learner, sizeof(learner), "%u", 1000 + i % LEARNERS);
        parcel_add(&p, &(parcel_record){.reference = reference, .number = learner});
    }
    file = parcel_sign(&p, number);
    parcel_begin(&p, &it);
    return file;
}

/* What the writer asks nothing of, it leaves behind while somebody may still be at it. */
Test(scribe, a_share_that_nobody_asks_for_is_given_out_again_when_it_is_done)
{
    cbank_buffer some = sign_long(1, false), whole = sign_long(2, true);
    cbi_deposit_terms terms = parcel_terms(&it);
    parcel_answer answer = parcel_hand_in(&it, &terms, &some);

    cr_assert_eq(answer.status, CBANK_OK);
    writer = pthread_self();
    terms = parcel_terms(&it);
    atomic_store(&held_up, true);
    answer = parcel_hand_in(&it, &terms, &whole);
    atomic_store(&held_up, false);
    cr_assert_eq(answer.status, CBANK_OK, "%s", cbank_reason_name(answer.err.reason));
    cr_expect_gt(answer.intake.unchanged, LONG / 4);
    cr_expect_eq(answer.intake.taken + answer.intake.unchanged, LONG);
    check_bank();
    cbank_buffer_clear(&some);
    cbank_buffer_clear(&whole);
}
