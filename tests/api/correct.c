/* Finding records and changing many of them in one signed batch. */
#include "reader.h"
#include "records.h"
#include "sheets.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name
#define STATUS(name) CBANK__API__V1__CREDIT_STATUS__CREDIT_STATUS_##name

/* Two classes of a course and another course; three learners in all. */
static const char grades[] =
    "姓名,身份证号,编号,课程号,课程,班次,学年,学期,学分\n"
    "甲一,360302190001010018,A1,JD1204,机床电气,JD1204-01,1901-1902,1,4\n"
    "乙二,360321190001010033,A2,JD1204,机床电气,JD1204-01,1901-1902,1,4\n"
    "丙三,362431190001010017,A3,JD1204,机床电气,JD1204-02,1901-1902,1,4\n"
    "甲一,360302190001010018,A4,JD1205,电工基础,JD1205-01,1901-1902,2,3\n";

static scene s;
static uint8_t batch[32];

static void import(const char *text)
{
    sheets_ask ask = sheets_plain(&s);
    sheets_import done;

    ask.map = "name=姓名,id_number=身份证号,reference=编号,code=课程号,title=课程,offering=班次,"
              "school_year=学年,term=学期,credits=学分";
    done = sheets_bring(&s, &ask, text, strlen(text));
    cr_assert_eq(done.status, CBANK_OK, "%s", cbank_reason_name(done.err.reason));
    cr_assert_eq(done.reply->rejected, 0);
    cr_assert_eq(done.reply->batch.len, sizeof(batch));
    memcpy(batch, done.reply->batch.data, sizeof(batch));
    sheets_clear_import(&done);
}

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
    import(grades);
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(correct, .init = begin, .fini = end);

static Cbank__Api__V1__CreditListReply *list(const Cbank__Api__V1__CreditListRequest *ask)
{
    return records_ask(&s, cbank_credit_list, ask, &cbank__api__v1__credit_list_reply__descriptor);
}

static size_t count_listed(const Cbank__Api__V1__CreditListRequest *ask)
{
    Cbank__Api__V1__CreditListReply *reply = list(ask);
    size_t count = reply->n_credits;

    scene_free(reply);
    return count;
}

/* Of all records that hold this state. */
static size_t count_status(Cbank__Api__V1__CreditStatus status)
{
    Cbank__Api__V1__CreditListRequest ask = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    Cbank__Api__V1__CreditListReply *reply;
    size_t count = 0;

    ask.limit = 1000;
    reply = list(&ask);
    for (size_t i = 0; i < reply->n_credits; i++)
        count += reply->credits[i]->status == status;
    scene_free(reply);
    return count;
}

typedef struct corrected {
    cbank_status status;
    cbank_error err;
    Cbank__Api__V1__CreditCorrectReply *reply; /* NULL unless OK */
} corrected;

static Cbank__Api__V1__CreditCorrectRequest asking(Cbank__Api__V1__CreditFilter *find,
                                                   Cbank__V1__ChangeAction action)
{
    Cbank__Api__V1__CreditCorrectRequest ask = CBANK__API__V1__CREDIT_CORRECT_REQUEST__INIT;

    ask.institution = scene_text(SCENE_INSTITUTION);
    ask.find = find;
    ask.action = action;
    ask.reason = scene_text("wrong-course");
    return ask;
}

static corrected correct(const Cbank__Api__V1__CreditCorrectRequest *ask)
{
    cbank_buffer bytes = scene_pack(ask), reply = {0};
    cbank_job *job = NULL;
    corrected out = {0};

    out.status =
        cbank_credit_correct_begin(s.bank, s.key, bytes.data, bytes.size, &job, &out.err);
    if (out.status == CBANK_OK)
        out.status = scene_run(job, NULL, 0, NULL, &reply, &out.err);
    if (out.status == CBANK_OK)
        out.reply = scene_unpack(&cbank__api__v1__credit_correct_reply__descriptor, &reply);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return out;
}

/* That it works, and changes and passes over so many. */
static void expect(const Cbank__Api__V1__CreditCorrectRequest *ask, size_t changed,
                   size_t passed_over)
{
    corrected done = correct(ask);

    cr_assert_eq(done.status, CBANK_OK, "%s %s", cbank_reason_name(done.err.reason),
                 done.err.object);
    cr_expect_eq(done.reply->changed, changed, "%zu changed", (size_t)done.reply->changed);
    cr_expect_eq(done.reply->passed_over, passed_over, "%zu passed over",
                 (size_t)done.reply->passed_over);
    cr_expect_eq(done.reply->n_affected, changed);
    scene_free(done.reply);
}

static void expect_refused(const Cbank__Api__V1__CreditCorrectRequest *ask, cbank_status status,
                           const char *reason)
{
    corrected done = correct(ask);

    cr_expect_eq(done.status, status, "%d", (int)done.status);
    cr_expect_str_eq(cbank_reason_name(done.err.reason), reason);
    if (done.reply != NULL)
        scene_free(done.reply);
}

/* ---- finding ------------------------------------------------------------------------------- */

Test(correct, a_list_is_of_what_all_conditions_hold_for)
{
    Cbank__Api__V1__CreditListRequest ask = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;

    ask.code = scene_text("JD1204");
    cr_expect_eq(count_listed(&ask), 3);
    ask.offering = scene_text("JD1204-01");
    cr_expect_eq(count_listed(&ask), 2);
    ask.term = scene_text("2");
    cr_expect_eq(count_listed(&ask), 0);
    ask.term = scene_text("1");
    ask.school_year = scene_text("1901-1902");
    ask.batch = (ProtobufCBinaryData){sizeof(batch), batch};
    cr_expect_eq(count_listed(&ask), 2);
    ask.school_year = scene_text("1901-190");
    cr_expect_eq(count_listed(&ask), 0, "a beginning is not the whole");
    ask.institution = scene_text("OTHER");
    cr_expect_eq(count_listed(&ask), 0);
}

Test(correct, a_text_that_stands_in_another_field_does_not_count)
{
    Cbank__Api__V1__CreditListRequest ask = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;

    ask.code = scene_text("JD1204-01");
    cr_expect_eq(count_listed(&ask), 0);
}

/* ---- changing ------------------------------------------------------------------------------ */

Test(correct, a_class_that_was_wrongly_imported_is_revoked_in_one_batch)
{
    Cbank__Api__V1__CreditFilter find = CBANK__API__V1__CREDIT_FILTER__INIT;
    Cbank__Api__V1__CreditCorrectRequest ask = asking(&find, ACTION(REVOKE));
    corrected done;

    find.offering = scene_text("JD1204-01");
    done = correct(&ask);
    cr_assert_eq(done.status, CBANK_OK);
    cr_assert_eq(done.reply->n_affected, 2);
    cr_expect_str_eq(done.reply->affected[0]->reference, "A1");
    cr_expect_str_eq(done.reply->affected[1]->reference, "A2");
    cr_expect_eq(strlen(done.reply->affected[0]->account), 16);
    cr_expect_eq(done.reply->batch.len, 32);
    scene_free(done.reply);
    cr_expect_eq(count_status(STATUS(REVOKED)), 2);
    cr_expect_eq(count_status(STATUS(HELD)), 2);
    expect(&ask, 0, 2); /* once more changes nothing */
    find.offering = scene_text("");
    find.code = scene_text("JD1204");
    expect(&ask, 1, 2);
}

Test(correct, a_preview_names_what_it_would_touch_and_writes_nothing)
{
    Cbank__Api__V1__CreditFilter find = CBANK__API__V1__CREDIT_FILTER__INIT;
    Cbank__Api__V1__CreditCorrectRequest ask = asking(&find, ACTION(SUSPEND));
    uint64_t size = sheets_log_size(&s);

    find.batch = (ProtobufCBinaryData){sizeof(batch), batch};
    ask.dry_run = true;
    expect(&ask, 4, 0);
    cr_expect_eq(sheets_log_size(&s), size);
    ask.dry_run = false;
    expect(&ask, 4, 0);
    expect(&ask, 0, 4);
    ask.action = ACTION(REINSTATE);
    expect(&ask, 4, 0);
    cr_expect_eq(count_status(STATUS(HELD)), 4);
}

Test(correct, what_was_imported_with_four_credits_for_two_is_amended_for_the_whole_class)
{
    Cbank__Api__V1__CreditFilter find = CBANK__API__V1__CREDIT_FILTER__INIT;
    Cbank__Api__V1__CreditCorrectRequest ask = asking(&find, ACTION(SUPERSEDE));
    Cbank__Api__V1__CreditListRequest held = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    Cbank__V1__CreditRecord amendment = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__V1__Amount two = CBANK__V1__AMOUNT__INIT, *amounts[] = {&two};
    Cbank__Api__V1__CreditListReply *reply;
    corrected done;

    two.unit = scene_text("credit");
    two.milli = 2000;
    amendment.amounts = amounts;
    amendment.n_amounts = 1;
    ask.amendment = &amendment;
    find.code = scene_text("JD1204");
    done = correct(&ask);
    cr_assert_eq(done.status, CBANK_OK, "%s", cbank_reason_name(done.err.reason));
    cr_assert_eq(done.reply->n_affected, 3);
    cr_expect_eq(done.reply->affected[0]->revision, 2);
    cr_expect_neq(done.reply->affected[0]->replaced_by[0], '\0');
    scene_free(done.reply);
    held.code = scene_text("JD1204");
    held.limit = 1000;
    reply = list(&held);
    cr_assert_eq(reply->n_credits, 6);
    for (size_t i = 0; i < reply->n_credits; i++) {
        bool old = reply->credits[i]->record->revision == 1;

        cr_expect_eq(reply->credits[i]->status, old ? STATUS(SUPERSEDED) : STATUS(HELD));
        cr_expect_eq(reply->credits[i]->record->amounts[0]->milli, old ? 4000 : 2000);
        cr_expect_str_eq(reply->credits[i]->record->title[0]->value, "机床电气");
    }
    scene_free(reply);
    expect(&ask, 0, 6); /* three are superseded, three say so already */
}

Test(correct, ids_that_are_named_must_all_change)
{
    Cbank__Api__V1__CreditListRequest all = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    Cbank__Api__V1__CreditCorrectRequest ask = asking(NULL, ACTION(REVOKE));
    Cbank__Api__V1__CreditListReply *reply = list(&all);
    char *ids[] = {reply->credits[0]->id, reply->credits[1]->id};
    uint64_t size;

    ask.ids = ids;
    ask.n_ids = 1;
    expect(&ask, 1, 0);
    ask.n_ids = 2;
    size = sheets_log_size(&s);
    expect_refused(&ask, CBANK_E_STATE, "RECORD_FINAL");
    cr_expect_eq(sheets_log_size(&s), size);
    ids[0] = ids[1];
    expect_refused(&ask, CBANK_E_INVALID, "CHANGED_TWICE");
    cr_expect_eq(sheets_log_size(&s), size);
    scene_free(reply);
}

Test(correct, more_than_one_commit_holds_are_still_one_batch)
{
    enum { MANY = 5000 };
    Cbank__Api__V1__CreditFilter find = CBANK__API__V1__CREDIT_FILTER__INIT;
    Cbank__Api__V1__CreditCorrectRequest ask = asking(&find, ACTION(REVOKE));
    Cbank__Api__V1__BatchShowRequest show = CBANK__API__V1__BATCH_SHOW_REQUEST__INIT;
    Cbank__Api__V1__BatchInfo *info;
    sheets_ask signing = sheets_plain(&s);
    cbank_buffer many;
    sheets_deposit in;
    corrected done;

    signing.number = 77;
    many = sheets_batch_of(&signing, MANY);
    in = sheets_hand_in(s.bank, &signing, &many);
    cr_assert_eq(in.status, CBANK_OK);
    cr_assert(in.reply->deposited + in.reply->rejected == MANY && in.reply->rejected == 0, "%zu",
              (size_t)in.reply->rejected);
    find.batch = in.reply->batch;
    done = correct(&ask);
    cr_assert_eq(done.status, CBANK_OK, "%s", cbank_reason_name(done.err.reason));
    cr_expect_eq(done.reply->changed, MANY);
    show.batch = done.reply->batch;
    info = records_ask(&s, cbank_batch_show, &show, &cbank__api__v1__batch_info__descriptor);
    cr_expect_eq(info->records, MANY);
    cr_expect_eq(info->taken, MANY);
    scene_free(info);
    scene_free(done.reply);
    expect(&ask, 0, MANY);
    sheets_clear_deposit(&in);
    cbank_buffer_clear(&many);
}

/* ---- refused ------------------------------------------------------------------------------- */

Test(correct, says_why_not)
{
    Cbank__Api__V1__CreditFilter find = CBANK__API__V1__CREDIT_FILTER__INIT;
    Cbank__Api__V1__CreditCorrectRequest ask = asking(&find, ACTION(REVOKE));
    Cbank__V1__CreditRecord amendment = CBANK__V1__CREDIT_RECORD__INIT;

    expect_refused(&ask, CBANK_E_ARGUMENT, "FILTER_EMPTY");
    ask.find = NULL;
    expect_refused(&ask, CBANK_E_ARGUMENT, "FILTER_EMPTY");
    ask.find = &find;
    find.code = scene_text("JD9999");
    expect_refused(&ask, CBANK_E_NOT_FOUND, "NOTHING_FOUND");
    ask.reason = scene_text("because I say so");
    expect_refused(&ask, CBANK_E_ARGUMENT, "BAD_ARGUMENT");
    ask.reason = scene_text("error");
    ask.amendment = &amendment;
    expect_refused(&ask, CBANK_E_ARGUMENT, "BAD_ARGUMENT");
    ask.action = ACTION(SUPERSEDE);
    expect_refused(&ask, CBANK_E_INVALID, "OVERLAY_EMPTY");
    amendment.reference = scene_text("R");
    expect_refused(&ask, CBANK_E_INVALID, "OVERLAY_NAME");
    ask.amendment = NULL;
    ask.action = ACTION(REVOKE);
    ask.institution = scene_text("NOBODY");
    expect_refused(&ask, CBANK_E_NOT_FOUND, "INSTITUTION_MISSING");
}

Test(correct, nobody_changes_anothers_records)
{
    Cbank__Api__V1__CreditListRequest all = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    Cbank__Api__V1__CreditFilter find = CBANK__API__V1__CREDIT_FILTER__INIT;
    Cbank__Api__V1__CreditCorrectRequest ask = asking(&find, ACTION(REVOKE));
    Cbank__Api__V1__CreditListReply *reply = list(&all);
    cbank_key *own = s.key, *other = scene_key("sha256-ed25519");
    char *ids[] = {reply->credits[0]->id};

    scene_admit(&s, "OTHER", other);
    ask.institution = scene_text("OTHER");
    find.code = scene_text("JD1204");
    expect_refused(&ask, CBANK_E_KEY_NOT_VALID, "INSTITUTION_SIGNER");
    s.key = other;
    expect_refused(&ask, CBANK_E_NOT_FOUND, "NOTHING_FOUND");
    ask.find = NULL;
    ask.ids = ids;
    ask.n_ids = 1;
    expect_refused(&ask, CBANK_E_DENIED, "RECORD_FOREIGN");
    s.key = own;
    cbank_key_close(other);
    scene_free(reply);
}

Test(correct, the_same_token_gives_the_same_answer)
{
    Cbank__Api__V1__CreditFilter find = CBANK__API__V1__CREDIT_FILTER__INIT;
    Cbank__Api__V1__CreditCorrectRequest ask = asking(&find, ACTION(SUPERSEDE));
    Cbank__V1__CreditRecord amendment = CBANK__V1__CREDIT_RECORD__INIT;
    corrected first, again;
    uint64_t size;

    amendment.language = scene_text("zh");
    ask.amendment = &amendment;
    ask.token = (ProtobufCBinaryData){16, (uint8_t *)scene_text("a token of mine.")};
    find.offering = scene_text("JD1204-01");
    first = correct(&ask);
    cr_assert_eq(first.status, CBANK_OK);
    size = sheets_log_size(&s);
    again = correct(&ask);
    cr_assert_eq(again.status, CBANK_OK);
    cr_expect_eq(sheets_log_size(&s), size);
    cr_assert_eq(again.reply->n_affected, 2);
    for (size_t i = 0; i < 2; i++) {
        cr_expect_str_eq(again.reply->affected[i]->id, first.reply->affected[i]->id);
        cr_expect_str_eq(again.reply->affected[i]->replaced_by,
                         first.reply->affected[i]->replaced_by);
    }
    cr_expect_eq(memcmp(again.reply->batch.data, first.reply->batch.data, 32), 0);
    ask.action = ACTION(REVOKE);
    ask.amendment = NULL;
    expect_refused(&ask, CBANK_E_CONFLICT, "TOKEN_CONFLICT");
    scene_free(first.reply);
    scene_free(again.reply);
}
