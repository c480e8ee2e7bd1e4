/* Transfers: where a record may be, and the bodies and answers, each field spoilt on its own. */
#include "record/transfer.h"

#include <criterion/criterion.h>

#include "base/limits.h"
#include "record/body.h"
#include "record/sample.h"

static cbank_error err;
static sample_bodies bodies;

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define OUTCOME(name) CBANK__V1__TRANSFER_OUTCOME__TRANSFER_OUTCOME_##name
#define NONE sample_bytes(0, 0)
#define SHORT sample_bytes(0, 31)
#define TEXT(value) cbi_message_string(value)
#define NO (-1)

Test(whereabouts, a_record_is_here_offered_or_away_and_never_in_two_places)
{
    /* kind, and for a record that it lists and one that it does not: from each place to where */
    static const struct {
        int kind;
        int named[3], others[3];
    } moves[] = {
        /*               here offered away       here offered away */
        {KIND(TRANSFER_OFFERED), {CBI_WHERE_OFFERED, NO, NO}, {NO, NO, NO}},
        {KIND(TRANSFER_ACCEPTED), {NO, NO, NO}, {NO, CBI_WHERE_AWAY, NO}},
        {KIND(TRANSFER_PARTLY_ACCEPTED), {NO, CBI_WHERE_AWAY, NO}, {NO, CBI_WHERE_HERE, NO}},
        {KIND(TRANSFER_DECLINED), {NO, NO, NO}, {NO, CBI_WHERE_HERE, NO}},
        {KIND(TRANSFER_EXPIRED), {NO, NO, NO}, {NO, CBI_WHERE_HERE, NO}},
        {KIND(TRANSFER_RETURNED), {NO, NO, CBI_WHERE_HERE}, {NO, NO, NO}},
        {KIND(TRANSFER_GIVEN_BACK), {CBI_WHERE_AWAY, NO, NO}, {NO, NO, NO}},
        {KIND(CONVERSION_RECOGNISED), {NO, NO, NO}, {NO, NO, NO}},
    };

    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        for (int place = 0; place < 3; place++) {
            for (int named = 0; named < 2; named++) {
                int to = named ? moves[i].named[place] : moves[i].others[place];
                cbi_whereabouts where = (cbi_whereabouts)place;
                cbank_status status = cbi_whereabouts_step(&where, moves[i].kind, named, &err);

                cr_expect_eq(status, to == NO ? CBANK_E_STATE : CBANK_OK, "%zu %d %d", i, place,
                             named);
                cr_expect_eq((int)where, to == NO ? place : to, "%zu %d %d", i, place, named);
            }
        }
    }
}

static cbank_status check(int kind)
{
    return cbi_body_check(cbi_kind_find(kind), sample_body(&bodies, kind), &err);
}

#define REFUSED_FOR(name, kind, field, ...)                                                        \
    do {                                                                                           \
        sample_bodies_init(&bodies);                                                               \
        cr_assert_eq(check(KIND(kind)), CBANK_OK, "%s %s", err.object, err.detail);                \
        bodies.field = __VA_ARGS__;                                                                \
        cr_expect_eq(check(KIND(kind)), CBANK_E_INVALID, #field);                                  \
        cr_expect_str_eq(err.object, name);                                                        \
    } while (0)

Test(transfer_body, an_offer_names_its_goal_its_due_date_and_its_records)
{
    REFUSED_FOR("account", TRANSFER_OFFERED, transfer_offered.account, TEXT(""));
    REFUSED_FOR("to", TRANSFER_OFFERED, transfer_offered.to, TEXT(""));
    REFUSED_FOR("to", TRANSFER_OFFERED, transfer_offered.to, TEXT("JX-BANK"));
    REFUSED_FOR("to", TRANSFER_OFFERED, transfer_offered.by_letter, true);
    REFUSED_FOR("due_at", TRANSFER_OFFERED, transfer_offered.due_at, 0);
    REFUSED_FOR("records", TRANSFER_OFFERED, transfer_offered.n_records, 0);
    REFUSED_FOR("records", TRANSFER_OFFERED, refs[0].sequence, 0);
    REFUSED_FOR("records", TRANSFER_OFFERED, refs[1].leaf, SHORT);
    REFUSED_FOR("records", TRANSFER_OFFERED, refs[1].sequence, 3);
    cr_expect_eq(err.reason, CBI_REASON_USES_ORDER);
    sample_bodies_init(&bodies);
    bodies.transfer_offered.to = TEXT("JX-BANK");
    bodies.transfer_offered.by_letter = true;
    cr_expect_eq(check(KIND(TRANSFER_OFFERED)), CBANK_OK);
}

Test(transfer_body, an_end_names_the_offer)
{
    REFUSED_FOR("account", TRANSFER_ACCEPTED, transfer_ended.account, TEXT("1"));
    REFUSED_FOR("touched_sequence", TRANSFER_DECLINED, transfer_ended.touched_sequence, 0);
    REFUSED_FOR("touched_leaf", TRANSFER_EXPIRED, transfer_ended.touched_leaf, NONE);
    REFUSED_FOR("answer", TRANSFER_RETURNED, transfer_ended.answer, SHORT);
    REFUSED_FOR("records", TRANSFER_PARTLY_ACCEPTED, refs[0].sequence, 7);
    sample_bodies_init(&bodies);
    bodies.transfer_ended.n_records = 0;
    bodies.transfer_ended.answer = NONE;
    cr_expect_eq(check(KIND(TRANSFER_DECLINED)), CBANK_OK);
}

Test(transfer_body, what_is_received_and_given_back_names_where_it_comes_from)
{
    REFUSED_FOR("account", CREDIT_RECEIVED, credit_received.account, TEXT(""));
    REFUSED_FOR("origin", CREDIT_RECEIVED, credit_received.origin, TEXT(""));
    REFUSED_FOR("transfer", CREDIT_RECEIVED, credit_received.transfer, NONE);
    REFUSED_FOR("batch", CREDIT_RECEIVED, credit_received.batch, SHORT);
    REFUSED_FOR("index", CREDIT_RECEIVED, credit_received.index, CBI_BATCH_RECORDS_MAX);
    REFUSED_FOR("record", CREDIT_RECEIVED, credit_received.record, NONE);
    REFUSED_FOR("account", TRANSFER_GIVEN_BACK, transfer_given_back.account, TEXT(""));
    REFUSED_FOR("origin", TRANSFER_GIVEN_BACK, transfer_given_back.origin, TEXT(""));
    REFUSED_FOR("transfer", TRANSFER_GIVEN_BACK, transfer_given_back.transfer, NONE);
    REFUSED_FOR("records", TRANSFER_GIVEN_BACK, transfer_given_back.n_records, 0);
    REFUSED_FOR("origin", TRANSFER_ANSWERED, transfer_answered.origin, TEXT(""));
    REFUSED_FOR("transfer", TRANSFER_ANSWERED, transfer_answered.transfer, SHORT);
    REFUSED_FOR("outcome", TRANSFER_ANSWERED, transfer_answered.outcome, 0);
    REFUSED_FOR("answer", TRANSFER_ANSWERED, transfer_answered.answer, NONE);
}

/* ---- answers ----------------------------------------------------------------------------- */

static struct {
    Cbank__V1__TransferAnswer message;
    ProtobufCBinaryData records[2];
    Cbank__V1__TransferRefusal refusal, *refusals[1];
    Cbank__V1__Code reason;
} answer;

static void answer_init(int outcome, size_t records, size_t refusals)
{
    cbank__v1__transfer_answer__init(&answer.message);
    cbank__v1__transfer_refusal__init(&answer.refusal);
    cbank__v1__code__init(&answer.reason);
    answer.reason.scheme = TEXT("cbank");
    answer.reason.value = TEXT("not-accepted");
    answer.refusal.record = sample_bytes(4, 32);
    answer.refusal.reason = &answer.reason;
    answer.refusals[0] = &answer.refusal;
    answer.records[0] = sample_bytes(2, 32);
    answer.records[1] = sample_bytes(3, 32);
    answer.message.version = 1;
    answer.message.salt = sample_bytes(0, 16);
    answer.message.origin = TEXT("other.example/credit/sha256-ed25519/1");
    answer.message.to = TEXT("bank.example/credit/sha256-ed25519/1");
    answer.message.transfer = sample_bytes(1, 32);
    answer.message.offer = sample_bytes(5, 32);
    answer.message.outcome = outcome;
    answer.message.records = answer.records;
    answer.message.n_records = records;
    answer.message.refusals = answer.refusals;
    answer.message.n_refusals = refusals;
    answer.message.at = 1790000000;
}

Test(transfer_answer, each_outcome_has_the_lists_that_it_needs)
{
    static const struct {
        int outcome;
        bool taken, refused;
    } good[] = {
        {OUTCOME(ACCEPTED), true, false}, {OUTCOME(PARTLY), true, true},
        {OUTCOME(DECLINED), false, true}, {OUTCOME(DECLINED), false, false},
        {OUTCOME(EXPIRED), false, false}, {OUTCOME(EXPIRED), false, true},
        {OUTCOME(RETURNED), true, false},
    };

    for (int outcome = 0; outcome < 7; outcome++) {
        for (int lists = 0; lists < 4; lists++) {
            bool taken = (lists & 1) != 0, refused = (lists & 2) != 0, expected = false;

            for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
                expected = expected || (good[i].outcome == outcome && good[i].taken == taken &&
                                        good[i].refused == refused);
            answer_init(outcome, taken ? 2 : 0, refused ? 1 : 0);
            cr_expect_eq(cbi_transfer_check_answer(&answer.message, &err) == CBANK_OK, expected,
                         "outcome %d, lists %d", outcome, lists);
        }
    }
}

#define SPOILT(name, field, ...)                                                                   \
    do {                                                                                           \
        answer_init(OUTCOME(PARTLY), 2, 1);                                                        \
        cr_assert_eq(cbi_transfer_check_answer(&answer.message, &err), CBANK_OK);                  \
        answer.field = __VA_ARGS__;                                                                \
        cr_expect_eq(cbi_transfer_check_answer(&answer.message, &err), CBANK_E_INVALID, #field);   \
        cr_expect_str_eq(err.object, name);                                                        \
    } while (0)

Test(transfer_answer, every_field_that_others_rely_on_is_checked)
{
    SPOILT("salt", message.salt, NONE);
    SPOILT("origin", message.origin, TEXT(""));
    SPOILT("to", message.to, TEXT(""));
    SPOILT("transfer", message.transfer, SHORT);
    SPOILT("offer", message.offer, NONE);
    SPOILT("records", records[1], SHORT);
    SPOILT("refusals", refusal.record, NONE);
    SPOILT("reason", refusal.reason, NULL);
    SPOILT("at", message.at, 0);
}
