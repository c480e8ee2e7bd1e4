/* A clock that is wrong is refused, and one that is right again is gone on with. */
#include "scene.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <time.h>

#define DAY 86400

/* What the machine's clock is wrong by. Each test has a process of its own. */
static int64_t wrong_by;

/* In the place of the C library's, for all that is linked into the tests. */
time_t time(time_t *out)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    now.tv_sec += (time_t)wrong_by;
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}

static scene s;
static unsigned people;

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(clock, .init = begin, .fini = end);

/* Somebody opens an account; which reason stands against it, or "". */
static const char *write_something(void)
{
    Cbank__Api__V1__LearnerOpenRequest request = CBANK__API__V1__LEARNER_OPEN_REQUEST__INIT;
    Cbank__Api__V1__Person person = CBANK__API__V1__PERSON__INIT, *persons[] = {&person};
    Cbank__Api__V1__PersonName name = CBANK__API__V1__PERSON_NAME__INIT, *names[] = {&name};
    Cbank__Api__V1__PersonDocument document = CBANK__API__V1__PERSON_DOCUMENT__INIT;
    Cbank__Api__V1__PersonDocument *documents[] = {&document};
    char number[16];
    cbank_buffer bytes, reply = {0};
    cbank_error err = {0};

    snprintf(number, sizeof(number), "%09u", 100000000 + ++people);
    name.value = scene_text("甲一");
    name.kind = CBANK__API__V1__NAME_KIND__NAME_KIND_CURRENT;
    document.type = scene_text("passport/GBR");
    document.number = number;
    person.names = names;
    person.n_names = 1;
    person.documents = documents;
    person.n_documents = 1;
    request.persons = persons;
    request.n_persons = 1;
    request.assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN;
    bytes = scene_pack(&request);
    (void)!cbank_learner_open(s.bank, bytes.data, bytes.size, &reply, &err);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return cbank_reason_name(err.reason);
}

static cbank_status ask(uint32_t day, bool dry_run, Cbank__Api__V1__ClockReply *out)
{
    Cbank__Api__V1__ClockRequest request = CBANK__API__V1__CLOCK_REQUEST__INIT;
    Cbank__Api__V1__ClockReply *answer;
    cbank_buffer bytes, reply = {0};
    cbank_error err = {0};
    cbank_status status;

    request.confirm = day;
    request.dry_run = dry_run;
    bytes = scene_pack(&request);
    status = cbank_bank_clock(s.bank, bytes.data, bytes.size, &reply, &err);
    if (status == CBANK_OK) {
        answer = scene_unpack(&cbank__api__v1__clock_reply__descriptor, &reply);
        *out = *answer;
        scene_free(answer);
    }
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}

static uint32_t day_of(int64_t away)
{
    time_t then = time(NULL) + (time_t)away;
    struct tm day;

    gmtime_r(&then, &day);
    return (uint32_t)((day.tm_year + 1900) * 10000 + (day.tm_mon + 1) * 100 + day.tm_mday);
}

static bool is_sound(void)
{
    cbank_job *job = NULL;
    cbank_buffer reply = {0};
    cbank_error err = {0};
    Cbank__Api__V1__CheckReply *answer;
    bool ok;

    cr_assert_eq(cbank_bank_check_begin(s.bank, &job, &err), CBANK_OK);
    cr_assert_eq(scene_run(job, NULL, 0, NULL, &reply, &err), CBANK_OK);
    answer = scene_unpack(&cbank__api__v1__check_reply__descriptor, &reply);
    ok = answer->ok;
    scene_free(answer);
    cbank_buffer_clear(&reply);
    return ok;
}

Test(clock, one_that_is_right_needs_no_confirmation)
{
    Cbank__Api__V1__ClockReply told;

    cr_assert_eq(ask(0, false, &told), CBANK_OK);
    cr_expect_not(told.refused);
    cr_expect_not(told.stands_still);
    cr_expect_geq(told.clock, told.newest);
    cr_expect_eq(told.taken, told.newest);
    cr_assert_eq(ask(day_of(0), false, &told), CBANK_OK);
    cr_expect_eq(told.taken, told.newest, "nothing is changed");
}

Test(clock, after_it_was_a_year_ahead_the_bank_goes_on_once_the_date_is_confirmed)
{
    Cbank__Api__V1__ClockReply told;

    wrong_by = 365 * (int64_t)DAY;
    cr_expect_str_eq(write_something(), "");
    wrong_by = 0;
    cr_expect_str_eq(write_something(), "CLOCK_BEHIND");
    cr_assert_eq(ask(0, false, &told), CBANK_OK);
    cr_expect(told.refused);
    cr_expect_lt(told.clock, told.newest);
    cr_expect_eq(ask(day_of(-5 * DAY), false, &told), CBANK_E_INVALID);
    cr_expect_eq(ask(day_of(365 * (int64_t)DAY), false, &told), CBANK_E_INVALID);
    cr_assert_eq(ask(day_of(0), true, &told), CBANK_OK);
    cr_expect_not(told.refused, "what it would be");
    cr_expect_str_eq(write_something(), "CLOCK_BEHIND", "a dry run confirms nothing");
    cr_assert_eq(ask(day_of(0), false, &told), CBANK_OK);
    cr_expect(told.stands_still && !told.refused);
    cr_expect_str_eq(write_something(), "");
    scene_reopen(&s);
    cr_expect_str_eq(write_something(), "");
    wrong_by = -2 * DAY;
    cr_expect_str_eq(write_something(), "CLOCK_BEHIND", "it may not fall meanwhile");
    wrong_by = 366 * (int64_t)DAY;
    cr_expect_str_eq(write_something(), "");
    cr_assert_eq(ask(0, false, &told), CBANK_OK);
    cr_expect_not(told.stands_still);
    cr_expect(is_sound());
}

Test(clock, one_that_is_years_ahead_gets_nothing_into_the_log_unless_the_bank_has_slept)
{
    Cbank__Api__V1__ClockReply told;

    wrong_by = 3650 * (int64_t)DAY;
    cr_expect_str_eq(write_something(), "CLOCK_AHEAD");
    wrong_by = 0;
    cr_expect_str_eq(write_something(), "");
    wrong_by = 3650 * (int64_t)DAY;
    cr_assert_eq(ask(day_of(0), false, &told), CBANK_OK);
    cr_expect_not(told.refused);
    cr_expect_str_eq(write_something(), "");
    cr_expect(is_sound());
}
