/* Cases: which step follows which, and that an end is an end. */
#include <criterion/criterion.h>

#include <string.h>

#include "record/case.h"
#include "record/kind.h"

#define ACT(name) CBANK__V1__CASE_ACT__CASE_ACT_##name
#define RESULT(name) CBANK__V1__CASE_RESULT__CASE_RESULT_##name
#define ACTS 13
#define RESULTS 3
#define STATES 11

static cbi_case_state after(cbi_case_state state, Cbank__V1__CaseAct act,
                            Cbank__V1__CaseResult result)
{
    cbank_error err = {0};

    cr_assert_eq(cbi_case_state_step(&state, act, result, &err), CBANK_OK, "%s, act %d",
                 cbi_case_state_word(state), (int)act);
    return state;
}

static bool may(cbi_case_state state, Cbank__V1__CaseAct act, Cbank__V1__CaseResult result)
{
    cbi_case_state moved = state;
    cbank_error err = {0};
    cbank_status status = cbi_case_state_step(&moved, act, result, &err);

    if (status != CBANK_OK) {
        cr_expect_eq(moved, state, "a refused step changes nothing");
        cr_expect_eq(err.reason, CBI_REASON_CASE_STATE);
        cr_expect_str_eq(err.detail, cbi_case_state_word(state));
    }
    return status == CBANK_OK;
}

Test(case, a_whole_life)
{
    cbi_case_state state = after(CBI_CASE_NONE, ACT(OPEN), RESULT(UNSPECIFIED));

    cr_expect_eq(state, CBI_CASE_SUBMITTED);
    state = after(state, ACT(RETURN), RESULT(UNSPECIFIED));
    cr_expect_eq(state, CBI_CASE_RETURNED);
    state = after(state, ACT(ADD_EVIDENCE), RESULT(UNSPECIFIED));
    cr_expect_eq(state, CBI_CASE_SUBMITTED, "it is submitted again");
    state = after(state, ACT(ACCEPT), RESULT(UNSPECIFIED));
    state = after(state, ACT(ADD_EVIDENCE), RESULT(UNSPECIFIED));
    cr_expect_eq(state, CBI_CASE_ACCEPTED);
    for (int i = 0; i < 3; i++)
        state = after(state, ACT(FIND), RESULT(UNSPECIFIED));
    cr_expect_eq(state, CBI_CASE_IN_REVIEW);
    state = after(state, ACT(DECIDE), RESULT(UNSPECIFIED));
    state = after(state, ACT(OPEN_NOTICE), RESULT(UNSPECIFIED));
    state = after(state, ACT(CLOSE_NOTICE), RESULT(STANDS));
    cr_expect_eq(state, CBI_CASE_EFFECTIVE);
    state = after(state, ACT(APPEAL), RESULT(UNSPECIFIED));
    state = after(state, ACT(DECIDE_APPEAL), RESULT(AGAIN));
    cr_expect_eq(state, CBI_CASE_IN_REVIEW, "what falls is decided again");
    state = after(state, ACT(DECIDE), RESULT(UNSPECIFIED));
    state = after(state, ACT(CLOSE), RESULT(UNSPECIFIED));
    cr_expect_eq(state, CBI_CASE_CLOSED);
}

Test(case, an_end_is_an_end_and_everything_else_has_a_way_on)
{
    for (int state = 0; state < STATES; state++) {
        unsigned ways = 0;

        for (int act = 0; act < ACTS; act++) {
            for (int result = 0; result < RESULTS; result++)
                ways += may((cbi_case_state)state, (Cbank__V1__CaseAct)act,
                            (Cbank__V1__CaseResult)result);
        }
        cr_expect_eq(ways == 0, cbi_case_is_ended((cbi_case_state)state), "%s",
                     cbi_case_state_word((cbi_case_state)state));
    }
}

/* Every state is reached from an application, and from every state an end is. */
Test(case, every_state_is_reached_and_ends)
{
    bool reached[STATES] = {true}, ends[STATES] = {false};

    ends[CBI_CASE_WITHDRAWN] = ends[CBI_CASE_CLOSED] = true;
    for (int round = 0; round < STATES; round++) {
        for (int i = 0; i < STATES * ACTS * RESULTS; i++) {
            int from = i / (ACTS * RESULTS);
            cbi_case_state to = (cbi_case_state)from;

            if (cbi_case_state_step(&to, (Cbank__V1__CaseAct)(i / RESULTS % ACTS),
                                    (Cbank__V1__CaseResult)(i % RESULTS), NULL) != CBANK_OK)
                continue;
            reached[to] = reached[to] || reached[from];
            ends[from] = ends[from] || ends[to];
        }
    }
    for (int state = 0; state < STATES; state++)
        cr_expect(reached[state] && ends[state], "%s", cbi_case_state_word((cbi_case_state)state));
}

Test(case, nothing_is_decided_that_was_not_accepted_and_nothing_taken_back_that_was_decided)
{
    cr_expect_not(may(CBI_CASE_SUBMITTED, ACT(DECIDE), RESULT(UNSPECIFIED)));
    cr_expect_not(may(CBI_CASE_RETURNED, ACT(ACCEPT), RESULT(UNSPECIFIED)));
    cr_expect_not(may(CBI_CASE_DECIDED, ACT(WITHDRAW), RESULT(UNSPECIFIED)));
    cr_expect_not(may(CBI_CASE_NOTICE, ACT(CLOSE), RESULT(UNSPECIFIED)));
    cr_expect_not(may(CBI_CASE_NOTICE, ACT(CLOSE_NOTICE), RESULT(UNSPECIFIED)));
    cr_expect_not(may(CBI_CASE_APPEALED, ACT(CLOSE), RESULT(UNSPECIFIED)));
    cr_expect_not(may(CBI_CASE_NONE, ACT(ACCEPT), RESULT(UNSPECIFIED)));
    cr_expect_not(may(CBI_CASE_SUBMITTED, ACT(OPEN), RESULT(UNSPECIFIED)));
}

Test(case, each_act_has_a_kind_of_its_own_and_no_other_kind_an_act)
{
    for (int act = ACT(OPEN); act <= ACT(CLOSE); act++) {
        const cbi_kind *kind = cbi_kind_find(cbi_case_kind((Cbank__V1__CaseAct)act));

        cr_assert_not_null(kind);
        cr_expect_eq(strncmp(kind->word, "case_", 5), 0);
        cr_expect_eq(kind->opens, act == ACT(OPEN));
        cr_expect_eq((int)cbi_case_act((int)kind->kind), act);
    }
    cr_expect_eq(cbi_case_act(CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_PUBLISHED),
                 ACT(UNSPECIFIED));
    cr_expect_eq(cbi_case_act(300), ACT(UNSPECIFIED));
}
