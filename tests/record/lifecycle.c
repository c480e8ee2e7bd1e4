/* What may follow what: the whole matrix, written out a second time. */
#include "record/lifecycle.h"

#include <criterion/criterion.h>


#include "cbank/v1/status.pb-c.h"

#define OPENED 101
#define FROZEN 105
#define UNFROZEN 106
#define OUT 109
#define IN 110
#define DEPOSITED 121
#define CHANGED 122
#define RECOGNISED 131
#define CONVERSION_SUSPENDED 132
#define CONVERSION_REINSTATED 133
#define CONVERSION_REVERSED 134
#define REPLACED 135
#define NOTED 136
#define QUESTIONED 137
#define OFFERED 141
#define ACCEPTED 142
#define PARTLY 143
#define DECLINED 144
#define EXPIRED 145
#define RETURNED 146
#define TAKEN_OVER 147
#define GIVEN_BACK 148
#define ADMITTED 401
#define ROTATED 402
#define SUSPENDED 403
#define RESUMED 404
#define RECEIVED 405
#define RECOGNITION_RECEIVED 406
#define RECOGNITION_CHANGE_RECEIVED 407
#define CREATED 601
#define ANSWERED 641

/* What others decide about what an account holds, and the ends of what was begun. */
#define DECISIONS                                                                                  \
    CONVERSION_SUSPENDED, CONVERSION_REINSTATED, CONVERSION_REVERSED, QUESTIONED, ACCEPTED,        \
        PARTLY, DECLINED, EXPIRED, RETURNED
/* What is begun with them. */
#define BEGINNINGS RECOGNISED, REPLACED, NOTED, OFFERED, TAKEN_OVER, GIVEN_BACK
#define RECEIPTS RECEIVED, RECOGNITION_RECEIVED, RECOGNITION_CHANGE_RECEIVED

/* After the kinds of `path`, exactly the kinds of `next` may follow. */
static const struct {
    int path[4];
    int next[24];
    cbi_reason refusal; /* of every other kind of the same chain that does not open one */
} CASES[] = {
    {{0}, {OPENED, ADMITTED, CREATED}, CBI_REASON_CHAIN_NOT_OPENED},
    {{OPENED},
     {DEPOSITED, CHANGED, FROZEN, IN, OUT, DECISIONS, BEGINNINGS},
     CBI_REASON_ACCOUNT_NOT_FROZEN},
    {{OPENED, DEPOSITED},
     {DEPOSITED, CHANGED, FROZEN, IN, OUT, DECISIONS, BEGINNINGS},
     CBI_REASON_ACCOUNT_NOT_FROZEN},
    {{OPENED, IN},
     {DEPOSITED, CHANGED, FROZEN, IN, OUT, DECISIONS, BEGINNINGS},
     CBI_REASON_ACCOUNT_NOT_FROZEN},
    {{OPENED, FROZEN}, {CHANGED, UNFROZEN, DECISIONS}, CBI_REASON_ACCOUNT_FROZEN},
    {{OPENED, FROZEN, CHANGED}, {CHANGED, UNFROZEN, DECISIONS}, CBI_REASON_ACCOUNT_FROZEN},
    {{OPENED, FROZEN, UNFROZEN},
     {DEPOSITED, CHANGED, FROZEN, IN, OUT, DECISIONS, BEGINNINGS},
     CBI_REASON_ACCOUNT_NOT_FROZEN},
    {{OPENED, OUT}, {0}, CBI_REASON_ACCOUNT_MERGED},
    {{ADMITTED}, {RECEIPTS, ROTATED, SUSPENDED}, CBI_REASON_INSTITUTION_NOT_SUSPENDED},
    {{ADMITTED, ROTATED, RECEIVED},
     {RECEIPTS, ROTATED, SUSPENDED},
     CBI_REASON_INSTITUTION_NOT_SUSPENDED},
    {{ADMITTED, SUSPENDED}, {RESUMED}, CBI_REASON_INSTITUTION_SUSPENDED},
    {{ADMITTED, SUSPENDED, RESUMED},
     {RECEIPTS, ROTATED, SUSPENDED},
     CBI_REASON_INSTITUTION_NOT_SUSPENDED},
    {{CREATED}, {ANSWERED}, CBI_REASON_CHAIN_OPENED_TWICE},
};

static const int KINDS[] = {OPENED, FROZEN,  UNFROZEN,  OUT,     IN,       DEPOSITED, CHANGED,
                            DECISIONS, BEGINNINGS, ADMITTED, ROTATED, SUSPENDED, RESUMED,
                            RECEIPTS, CREATED, ANSWERED};

static bool among(const int *list, size_t count, int kind)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == kind)
            return true;
    }
    return false;
}

/* Why `kind` is refused on the chain that `path` made. */
static cbi_reason expected_refusal(size_t row, int kind)
{
    int first = CASES[row].path[0];

    if (first != 0 && first / 100 != kind / 100)
        return CBI_REASON_CHAIN_OF_ANOTHER;
    if (first != 0 && cbi_kind_find(kind)->opens)
        return CBI_REASON_CHAIN_OPENED_TWICE;
    return CASES[row].refusal;
}

Test(lifecycle, exactly_what_the_table_allows_may_follow)
{
    size_t steps = 0;

    for (size_t row = 0; row < sizeof(CASES) / sizeof(CASES[0]); row++) {
        for (size_t k = 0; k < sizeof(KINDS) / sizeof(KINDS[0]); k++) {
            cbi_lifecycle lifecycle = {0};
            cbi_lifecycle before;
            cbank_error err = {0};

            for (size_t i = 0; i < 4 && CASES[row].path[i] != 0; i++)
                cr_assert_eq(cbi_lifecycle_step(&lifecycle, CASES[row].path[i], &err), CBANK_OK);
            before = lifecycle;
            steps++;
            if (among(CASES[row].next, 24, KINDS[k])) {
                cr_expect_eq(cbi_lifecycle_step(&lifecycle, KINDS[k], &err), CBANK_OK,
                             "row %zu, kind %d", row, KINDS[k]);
                continue;
            }
            cr_expect_eq(cbi_lifecycle_step(&lifecycle, KINDS[k], &err), CBANK_E_STATE,
                         "row %zu, kind %d", row, KINDS[k]);
            cr_expect_eq(err.reason, (int32_t)expected_refusal(row, KINDS[k]),
                         "row %zu, kind %d: %d", row, KINDS[k], (int)err.reason);
            cr_expect_eq(lifecycle.life, before.life, "a refused step moves nothing");
        }
    }
    cr_expect_eq(steps, 13 * 31);
}

Test(lifecycle, the_matrix_above_leaves_out_no_kind)
{
    const ProtobufCEnumDescriptor *kinds = &cbank__v1__statement_kind__descriptor;

    for (unsigned i = 0; i < kinds->n_values; i++) {
        int kind = kinds->values[i].value;

        cr_expect(kind == 0 || among(KINDS, sizeof(KINDS) / sizeof(KINDS[0]), kind), "%d", kind);
    }
}

Test(lifecycle, an_unknown_kind_is_unsupported)
{
    cbi_lifecycle lifecycle = {0};
    cbank_error err = {0};

    cr_expect_eq(cbi_lifecycle_step(&lifecycle, 999, &err), CBANK_E_UNSUPPORTED);
    cr_expect_eq(lifecycle.life, CBI_LIFE_NONE);
}

#define REVOKE CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE
#define SUSPEND CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND
#define REINSTATE CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REINSTATE
#define NO (-1)

Test(record_state, a_record_moves_only_as_its_changes_allow)
{
    /* state by action: where it goes, or NO */
    static const int MOVES[4][5] = {
        /*                      none REVOKE SUSPEND REINSTATE SUPERSEDE */
        [CBI_RECORD_HELD] = {NO, CBI_RECORD_REVOKED, CBI_RECORD_SUSPENDED, NO,
                             CBI_RECORD_SUPERSEDED},
        [CBI_RECORD_REVOKED] = {NO, NO, NO, NO, NO},
        [CBI_RECORD_SUSPENDED] = {NO, CBI_RECORD_REVOKED, NO, CBI_RECORD_HELD,
                                  CBI_RECORD_SUPERSEDED},
        [CBI_RECORD_SUPERSEDED] = {NO, NO, NO, NO, NO},
    };

    for (int from = 0; from < 4; from++) {
        for (int action = 0; action < 5; action++) {
            cbi_record_state state = (cbi_record_state)from;
            cbank_status status =
                cbi_record_state_step(&state, (Cbank__V1__ChangeAction)action, NULL);

            if (MOVES[from][action] == NO) {
                cr_expect_neq(status, CBANK_OK, "%d by %d", from, action);
                cr_expect_eq((int)state, from, "%d by %d", from, action);
                continue;
            }
            cr_expect_eq(status, CBANK_OK, "%d by %d", from, action);
            cr_expect_eq((int)state, MOVES[from][action], "%d by %d", from, action);
        }
    }
}

Test(record_state, each_refusal_has_its_own_reason)
{
    static const struct {
        cbi_record_state state;
        Cbank__V1__ChangeAction action;
        cbi_reason reason;
    } refusals[] = {
        {CBI_RECORD_REVOKED, REINSTATE, CBI_REASON_RECORD_FINAL},
        {CBI_RECORD_SUPERSEDED, REVOKE, CBI_REASON_RECORD_FINAL},
        {CBI_RECORD_SUSPENDED, SUSPEND, CBI_REASON_RECORD_SUSPENDED},
        {CBI_RECORD_HELD, REINSTATE, CBI_REASON_RECORD_NOT_SUSPENDED},
    };

    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        cbi_record_state state = refusals[i].state;
        cbank_error err = {0};

        cr_expect_eq(cbi_record_state_step(&state, refusals[i].action, &err), CBANK_E_STATE);
        cr_expect_eq(err.reason, (int32_t)refusals[i].reason);
    }
}

Test(record_state, the_numbers_are_those_of_a_status_file)
{
    cr_expect_eq((int)CBI_RECORD_HELD, (int)CBANK__V1__RECORD_STATE__RECORD_STATE_UNSPECIFIED);
    cr_expect_eq((int)CBI_RECORD_REVOKED, (int)CBANK__V1__RECORD_STATE__RECORD_STATE_REVOKED);
    cr_expect_eq((int)CBI_RECORD_SUSPENDED,
                 (int)CBANK__V1__RECORD_STATE__RECORD_STATE_SUSPENDED);
    cr_expect_eq((int)CBI_RECORD_SUPERSEDED,
                 (int)CBANK__V1__RECORD_STATE__RECORD_STATE_SUPERSEDED);
}
