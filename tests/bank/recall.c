/* Who was found once is not looked for again; everybody else is. */
#include "bank/recall.h"
#include "bank/parcel.h"

#include <stdio.h>

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

TestSuite(recall, .init = begin, .fini = end, .timeout = 120);

static cbi_hash name_of(const char *type, const char *number, const char *name, uint32_t on)
{
    cbi_hasher *hasher = NULL;
    cbi_person person = {0};
    cbi_hash who;

    teller_works(cbi_hasher_new(CBI_SUITE_SHA256_ED25519, &hasher, &teller_err));
    teller_works(cbi_person_claimed(type, number, name, &person, &teller_err));
    person.on = on;
    teller_works(cbi_recall_name(hasher, &person, &who, &teller_err));
    cbi_person_clear(&person);
    cbi_hasher_free(hasher);
    return who;
}

Test(recall, a_person_is_document_and_name_and_of_a_student_number_the_day)
{
    const char *student = "student/" TELLER_COLLEGE;
    cbi_hash who = name_of(student, "1", "甲", 20250101), same = who;
    cbi_hash others[] = {name_of(student, "2", "甲", 20250101),
                         name_of(student, "1", "乙", 20250101),
                         name_of(student, "1", "", 20250101),
                         name_of(student, "1", "甲", 20250102),
                         name_of("student/ABC", "1", "甲", 20250101)};
    cbi_hash citizen = name_of(TELLER_DOCUMENT, TELLER_NUMBER, "甲", 20250101);

    same = name_of(student, "1", "甲", 20250101);
    cr_expect(cbi_hash_equal(&who, &same));
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        cr_expect_not(cbi_hash_equal(&who, &others[i]), "%zu", i);
    same = name_of(TELLER_DOCUMENT, TELLER_NUMBER, "甲", 20250102);
    cr_expect(cbi_hash_equal(&citizen, &same));
}

Test(recall, what_was_found_is_recalled_until_the_store_has_turned)
{
    cbi_hash who = name_of(TELLER_DOCUMENT, TELLER_NUMBER, "甲", 0);
    cbi_account account = {"1000000000000017"}, found;
    cbi_recall *recall = NULL;
    uint64_t entries;

    teller_works(cbi_recall_new(1000, &recall, &teller_err));
    cbi_recall_turn(recall, 7);
    cr_expect_not(cbi_recall_find(recall, &who, &found, &entries));
    cbi_recall_add(recall, &who, &account, 3);
    cbi_recall_turn(recall, 7);
    cr_assert(cbi_recall_find(recall, &who, &found, &entries));
    cr_expect_str_eq(found.digits, account.digits);
    cr_expect_eq(entries, 3);
    cbi_recall_turn(recall, 8);
    cr_expect_not(cbi_recall_find(recall, &who, &found, &entries));
    cbi_recall_free(recall);
}

Test(recall, where_there_are_few_nobody_is_recalled)
{
    cbi_hash who = name_of(TELLER_DOCUMENT, TELLER_NUMBER, "甲", 0);
    cbi_account account = {"1000000000000017"}, found;
    cbi_recall *recall = NULL;
    uint64_t entries;

    teller_works(cbi_recall_new(10, &recall, &teller_err));
    cr_assert_null(recall);
    cbi_recall_turn(recall, 7);
    cbi_recall_add(recall, &who, &account, 3);
    cr_expect_not(cbi_recall_find(recall, &who, &found, &entries));
    cbi_recall_free(recall);
}

/* Among many records of one learner, those that name somebody else are refused, each alone. */
Test(recall, a_name_that_does_not_fit_is_told_however_often_the_number_was_found)
{
    enum { MANY = 700, EVERY = 100 };
    cbi_account account = teller_open_account(&it, "student/" TELLER_COLLEGE, "1", "甲");
    parcel_answer answer;
    cbi_holding last;
    char reference[16];

    for (unsigned i = 0; i < MANY; i++) {
        snprintf(reference, sizeof(reference), "R%u", i);
        parcel_add(&p, &(parcel_record){.reference = reference,
                                        .number = "1",
                                        .name = i % EVERY == 99 ? "乙" : "甲"});
    }
    answer = parcel_send_most(&p, 1);
    cr_expect_eq(answer.intake.taken, MANY - MANY / EVERY);
    cr_expect_eq(answer.refused, MANY / EVERY);
    cr_expect_eq(answer.item, 99);
    cr_expect_str_eq(cbank_reason_name(answer.why.reason), "PERSON_CONFLICT");
    last = parcel_find(&it, "R698");
    cr_expect_str_eq(last.account, account.digits);
    cbi_holding_clear(&last);
}
