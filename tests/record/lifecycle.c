/* What may follow what: the whole matrix, written out a second time. */
#include "record/lifecycle.h"

#include <criterion/criterion.h>

#include <string.h>


#include "cbank/v1/status.pb-c.h"

/* Letters for kinds, so that a state's whole row can be read at a glance. */
static const struct {
    char letter;
    int kind;
} KINDS[] = {
    {'O', 101}, /* opened */
    {'b', 102}, /* document bound, */
    {'c', 103}, /* corrected, */
    {'u', 104}, /* unbound */
    {'F', 105}, /* frozen */
    {'f', 106}, /* unfrozen */
    {'R', 107}, /* restricted */
    {'r', 108}, /* released */
    {'<', 109}, /* merged out */
    {'>', 110}, /* merged in */
    {'/', 111}, /* unmerged */
    {'C', 112}, /* closed */
    {'o', 113}, /* reopened */
    {'D', 114}, /* deceased */
    {'E', 115}, /* erased */
    {'+', 121}, /* deposited */
    {'-', 122}, /* changed */
    {'n', 125}, /* enrolled, */
    {'m', 126}, /* enrolment changed, */
    {'l', 127}, /* ended */
    {'V', 131}, /* conversion recognised, */
    {'v', 132}, /* suspended, */
    {'w', 133}, /* reinstated, */
    {'x', 134}, /* reversed, */
    {'W', 135}, /* replaced, */
    {'N', 136}, /* noted */
    {'q', 137}, /* credit questioned */
    {'T', 141}, /* transfer offered, */
    {'a', 142}, /* accepted, */
    {'p', 143}, /* partly, */
    {'d', 144}, /* declined, */
    {'e', 145}, /* expired, */
    {'g', 146}, /* returned */
    {'G', 147}, /* credit received */
    {'H', 148}, /* given back */
    {'1', 201}, /* consent given, */
    {'2', 202}, /* withdrawn */
    {'3', 203}, /* agent authorised, */
    {'4', 204}, /* ended */
    {'5', 205}, /* disclosure issued, */
    {'6', 206}, /* extended, */
    {'7', 207}, /* withdrawn */
    {'!', 250}, /* claim issued */
    {'?', 251}, /* withdrawn */
    {'0', 301}, /* case opened */
    {'8', 302}, /* returned */
    {'9', 303}, /* accepted */
    {'*', 304}, /* evidence added */
    {',', 305}, /* finding */
    {'.', 306}, /* decided */
    {':', 307}, /* notice opened */
    {';', 308}, /* closed */
    {'[', 309}, /* appealed */
    {']', 310}, /* appeal decided */
    {'^', 311}, /* withdrawn */
    {'_', 312}, /* closed */
    {'A', 401}, /* admitted */
    {'k', 402}, /* key rotated */
    {'S', 403}, /* suspended */
    {'s', 404}, /* resumed */
    {'t', 405}, /* batch received */
    {'i', 406}, /* recognition received */
    {'j', 407}, /* change of one received */
    {'K', 448}, /* key replaced */
    {'X', 449}, /* key compromised */
    {'&', 408}, /* registered */
    {'h', 409}, /* described */
    {'(', 410}, /* scope granted, */
    {')', 411}, /* ended */
    {'$', 412}, /* licence granted, */
    {'Z', 413}, /* ended */
    {'J', 414}, /* delegation granted, */
    {'I', 415}, /* ended */
    {'M', 416}, /* merged */
    {'@', 417}, /* closed */
    {'U', 418}, /* succession granted, */
    {'=', 419}, /* ended */
    {'P', 501}, /* published */
    {'Q', 502}, /* withdrawn */
    {'B', 601}, /* bank created */
    {'L', 602}, /* log key begun */
    {'Y', 603}, /* root key succeeded */
    {'y', 604}, /* log key compromised */
    {'z', 641}, /* transfer answered */
};
#define KIND_COUNT (sizeof(KINDS) / sizeof(KINDS[0]))

/* What others decide about what an account holds, and the ends of what was begun; what begins. */
#define ENDS "-mlvwxqapdeg"
#define BEGINNINGS "nVWNTGH"
#define SECOND "1234567!?"
#define STEPS "89*,.:;[]^_" /* of a case: which of them follow, its own table says */
#define OPEN "bcuFRCDE<>/+" ENDS BEGINNINGS
/* What is said of an institution whatever has become of it; all that follows while it is active. */
#define TOLD "Xh()$ZIU="
#define ADMITTED "tijkKSJM@" TOLD

/* After the kinds of `path`, exactly the kinds of `next` may follow. */
static const struct {
    const char *path;
    const char *next;
    cbi_reason refusal; /* of the other kinds of the same chain that do not open one */
} CASES[] = {
    {"", "O135!0A&PB", CBI_REASON_CHAIN_NOT_OPENED},
    {"O", OPEN, CBI_REASON_ACCOUNT_NOT_SO},
    {"O+b>c/u", OPEN, CBI_REASON_ACCOUNT_NOT_SO},
    {"OFf", OPEN, CBI_REASON_ACCOUNT_NOT_SO},
    {"ORr", OPEN, CBI_REASON_ACCOUNT_NOT_SO},
    {"OCo", OPEN, CBI_REASON_ACCOUNT_NOT_SO},
    {"ODo", OPEN, CBI_REASON_ACCOUNT_NOT_SO},
    {"O</", OPEN, CBI_REASON_ACCOUNT_NOT_SO},
    {"OF", "bcu/fRDE" ENDS, CBI_REASON_ACCOUNT_FROZEN},
    {"OF-bcu/", "bcu/fRDE" ENDS, CBI_REASON_ACCOUNT_FROZEN},
    {"OR", "crDE" ENDS, CBI_REASON_ACCOUNT_RESTRICTED},
    {"OFR-c", "crDE" ENDS, CBI_REASON_ACCOUNT_RESTRICTED},
    {"OC", "oDE" ENDS, CBI_REASON_ACCOUNT_CLOSED},
    {"OC-", "oDE" ENDS, CBI_REASON_ACCOUNT_CLOSED},
    {"OD", "oE" ENDS, CBI_REASON_ACCOUNT_DECEASED},
    {"OFD-", "oE" ENDS, CBI_REASON_ACCOUNT_DECEASED},
    {"ORD", "oE" ENDS, CBI_REASON_ACCOUNT_DECEASED},
    {"OCD", "oE" ENDS, CBI_REASON_ACCOUNT_DECEASED},
    {"O<", "/E", CBI_REASON_ACCOUNT_MERGED},
    {"OE", "", CBI_REASON_ACCOUNT_ERASED},
    {"O<E", "", CBI_REASON_ACCOUNT_ERASED},
    {"OFE", "", CBI_REASON_ACCOUNT_ERASED},
    {"ORE", "", CBI_REASON_ACCOUNT_ERASED},
    {"ODE", "", CBI_REASON_ACCOUNT_ERASED},
    {"OCE", "", CBI_REASON_ACCOUNT_ERASED},
    {"A", ADMITTED, CBI_REASON_INSTITUTION_NOT_SUSPENDED},
    {"AktijXK", ADMITTED, CBI_REASON_INSTITUTION_NOT_SUSPENDED},
    {"&", ADMITTED, CBI_REASON_INSTITUTION_NOT_SUSPENDED},
    {"&h()$ZJIU=", ADMITTED, CBI_REASON_INSTITUTION_NOT_SUSPENDED},
    {"AS", "sM@" TOLD, CBI_REASON_INSTITUTION_SUSPENDED},
    {"ASXh()$ZIU=", "sM@" TOLD, CBI_REASON_INSTITUTION_SUSPENDED},
    {"ASs", ADMITTED, CBI_REASON_INSTITUTION_NOT_SUSPENDED},
    {"AM", "stij" TOLD, CBI_REASON_INSTITUTION_ENDED},
    {"A@", "stij" TOLD, CBI_REASON_INSTITUTION_ENDED},
    {"AS@", "stij" TOLD, CBI_REASON_INSTITUTION_ENDED},
    {"A@tijhU", "stij" TOLD, CBI_REASON_INSTITUTION_ENDED},
    {"A@s", ADMITTED, CBI_REASON_INSTITUTION_NOT_SUSPENDED},
    {"!", SECOND, CBI_REASON_INTERNAL},
    {"1", SECOND, CBI_REASON_INTERNAL},
    {"3142", SECOND, CBI_REASON_INTERNAL},
    {"567", SECOND, CBI_REASON_INTERNAL},
    {"0", STEPS, CBI_REASON_CHAIN_OPENED_TWICE},
    {"0" STEPS, STEPS, CBI_REASON_CHAIN_OPENED_TWICE},
    {"P", "PQ", CBI_REASON_INTERNAL},
    {"PQ", "PQ", CBI_REASON_INTERNAL},
    {"B", "LYyz", CBI_REASON_CHAIN_OPENED_TWICE},
    {"BLYyz", "LYyz", CBI_REASON_CHAIN_OPENED_TWICE},
};

static int kind_of(char letter)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (KINDS[i].letter == letter)
            return KINDS[i].kind;
    }
    cr_assert_fail("no kind %c", letter);
    return 0;
}

/* Why `letter` is refused on the chain that `path` made. */
static cbi_reason expected_refusal(size_t row, char letter)
{
    char first = CASES[row].path[0];
    int kind = kind_of(letter);

    if (first != '\0' && kind_of(first) / 100 != kind / 100)
        return CBI_REASON_CHAIN_OF_ANOTHER;
    if (first != '\0' && cbi_kind_find(kind)->opens)
        return CBI_REASON_CHAIN_OPENED_TWICE;
    if (letter == 'f' && CASES[row].refusal == CBI_REASON_ACCOUNT_NOT_SO)
        return CBI_REASON_ACCOUNT_NOT_FROZEN;
    return CASES[row].refusal;
}

Test(lifecycle, exactly_what_the_table_allows_may_follow)
{
    for (size_t row = 0; row < sizeof(CASES) / sizeof(CASES[0]); row++) {
        for (size_t k = 0; k < KIND_COUNT; k++) {
            cbi_lifecycle lifecycle = {0};
            cbi_lifecycle before;
            cbank_error err = {0};

            for (const char *step = CASES[row].path; *step != '\0'; step++)
                cr_assert_eq(cbi_lifecycle_step(&lifecycle, kind_of(*step), &err), CBANK_OK,
                             "%s: %c", CASES[row].path, *step);
            before = lifecycle;
            if (strchr(CASES[row].next, KINDS[k].letter) != NULL) {
                cr_expect_eq(cbi_lifecycle_step(&lifecycle, KINDS[k].kind, &err), CBANK_OK,
                             "%s, then %c", CASES[row].path, KINDS[k].letter);
                continue;
            }
            cr_expect_eq(cbi_lifecycle_step(&lifecycle, KINDS[k].kind, &err), CBANK_E_STATE,
                         "%s, then %c", CASES[row].path, KINDS[k].letter);
            cr_expect_eq(err.reason, (int32_t)expected_refusal(row, KINDS[k].letter),
                         "%s, then %c: %d", CASES[row].path, KINDS[k].letter, (int)err.reason);
            cr_expect_eq(lifecycle.life, before.life, "a refused step moves nothing");
        }
    }
}

Test(lifecycle, every_state_of_an_account_is_listed_or_is_open)
{
    static const struct {
        const char *path;
        int listed;
    } states[] = {{"O", 0},   {"OF", 1},  {"OR", 1},  {"O<", 2},
                  {"OC", 3},  {"OD", 3},  {"OE", 3},  {"OFf", 0}};

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        cbi_lifecycle lifecycle = {0};

        for (const char *step = states[i].path; *step != '\0'; step++)
            cr_assert_eq(cbi_lifecycle_step(&lifecycle, kind_of(*step), NULL), CBANK_OK);
        cr_expect_eq((int)cbi_life_listed(lifecycle.life), states[i].listed, "%s",
                     states[i].path);
    }
}

Test(lifecycle, the_matrix_above_leaves_out_no_kind)
{
    const ProtobufCEnumDescriptor *kinds = &cbank__v1__statement_kind__descriptor;

    for (unsigned i = 0; i < kinds->n_values; i++) {
        int kind = kinds->values[i].value;
        bool found = kind == 0;

        for (size_t k = 0; k < KIND_COUNT; k++)
            found = found || KINDS[k].kind == kind;
        cr_expect(found, "%d", kind);
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
