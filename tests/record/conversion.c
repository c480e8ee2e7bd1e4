/* Conversions: their state, which uses meet, and their bodies, each field spoilt on its own. */
#include "record/conversion.h"

#include <criterion/criterion.h>

#include "base/limits.h"
#include "record/body.h"
#include "record/sample.h"

static cbank_error err;
static sample_bodies bodies;

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define SCOPE(name) CBANK__V1__USE_SCOPE__USE_SCOPE_##name
#define NO (-1)

Test(conversion_state, a_conversion_moves_only_as_its_table_allows)
{
    /* state by kind 132 to 135: where it goes, or NO */
    static const int MOVES[4][4] = {
        /*                           suspended reinstated reversed replaced */
        [CBI_CONVERSION_STANDS] = {CBI_CONVERSION_SUSPENDED, NO, CBI_CONVERSION_REVERSED,
                                   CBI_CONVERSION_REPLACED},
        [CBI_CONVERSION_SUSPENDED] = {NO, CBI_CONVERSION_STANDS, CBI_CONVERSION_REVERSED,
                                      CBI_CONVERSION_REPLACED},
        [CBI_CONVERSION_REVERSED] = {NO, NO, NO, NO},
        [CBI_CONVERSION_REPLACED] = {NO, NO, NO, NO},
    };

    for (int from = 0; from < 4; from++) {
        for (int k = 0; k < 4; k++) {
            cbi_conversion_state state = (cbi_conversion_state)from;
            cbank_status status =
                cbi_conversion_state_step(&state, KIND(CONVERSION_SUSPENDED) + k, &err);
            int to = MOVES[from][k];

            cr_expect_eq(status, to == NO ? CBANK_E_STATE : CBANK_OK, "%d by %d", from, k);
            cr_expect_eq((int)state, to == NO ? from : to, "%d by %d", from, k);
        }
    }
}

Test(conversion_state, what_is_suspended_stays_used_and_what_is_reversed_is_free)
{
    cr_expect(cbi_conversion_uses(CBI_CONVERSION_STANDS));
    cr_expect(cbi_conversion_uses(CBI_CONVERSION_SUSPENDED));
    cr_expect_not(cbi_conversion_uses(CBI_CONVERSION_REVERSED));
    cr_expect_not(cbi_conversion_uses(CBI_CONVERSION_REPLACED));
}

Test(conversion_scopes, the_wider_scope_decides_and_what_is_counted_meets_nothing)
{
    /* both scopes, and whether they meet in: one programme; one level; neither */
    static const struct {
        int one, other;
        bool programme, level, neither;
    } pairs[] = {
        {SCOPE(COUNTED), SCOPE(EVERYWHERE), false, false, false},
        {SCOPE(COUNTED), SCOPE(COUNTED), false, false, false},
        {SCOPE(PROGRAMME), SCOPE(PROGRAMME), true, false, false},
        {SCOPE(PROGRAMME), SCOPE(LEVEL), true, true, false},
        {SCOPE(LEVEL), SCOPE(LEVEL), true, true, false},
        {SCOPE(PROGRAMME), SCOPE(EVERYWHERE), true, true, true},
        {SCOPE(LEVEL), SCOPE(EVERYWHERE), true, true, true},
        {SCOPE(EVERYWHERE), SCOPE(EVERYWHERE), true, true, true},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        for (int swapped = 0; swapped < 2; swapped++) {
            int one = swapped ? pairs[i].other : pairs[i].one;
            int other = swapped ? pairs[i].one : pairs[i].other;

            cr_expect_eq(cbi_conversion_scopes_meet(one, other, true, true), pairs[i].programme);
            cr_expect_eq(cbi_conversion_scopes_meet(one, other, false, true), pairs[i].level);
            cr_expect_eq(cbi_conversion_scopes_meet(one, other, false, false), pairs[i].neither);
        }
    }
}

static cbank_status check(int kind)
{
    return cbi_body_check(cbi_kind_find(kind), sample_body(&bodies, kind), &err);
}

/* With `field` set to `value`, the body of that kind is refused for the field of that name. */
#define REFUSED_FOR(name, kind, field, ...)                                                        \
    do {                                                                                           \
        sample_bodies_init(&bodies);                                                               \
        cr_assert_eq(check(KIND(kind)), CBANK_OK, "%s %s", err.object, err.detail);                \
        bodies.field = __VA_ARGS__;                                                                \
        cr_expect_eq(check(KIND(kind)), CBANK_E_INVALID, #field);                                  \
        cr_expect_str_eq(err.object, name);                                                        \
    } while (0)
#define NONE sample_bytes(0, 0)
#define SHORT sample_bytes(0, 31)
#define TEXT(value) cbi_message_string(value)

Test(conversion_body, a_recognised_one_names_account_recognition_and_uses)
{
    REFUSED_FOR("account", CONVERSION_RECOGNISED, conversion_recognised.account, TEXT("1"));
    REFUSED_FOR("recognition", CONVERSION_RECOGNISED, conversion_recognised.recognition, NONE);
    REFUSED_FOR("uses", CONVERSION_RECOGNISED, conversion_recognised.n_uses, 0);
    REFUSED_FOR("uses", CONVERSION_RECOGNISED, uses[0].sequence, 0);
    REFUSED_FOR("uses", CONVERSION_RECOGNISED, uses[1].leaf, SHORT);
    REFUSED_FOR("scope", CONVERSION_RECOGNISED, uses[1].scope, 0);
    REFUSED_FOR("leftover", CONVERSION_RECOGNISED, uses[0].leftover, 0);
    REFUSED_FOR("leftover", CONVERSION_RECOGNISED, uses[0].scope, SCOPE(COUNTED));
}

Test(conversion_body, a_letter_says_who_recognised_under_which_number_and_when)
{
    static uint8_t salt[CBI_SALT_SIZE], scan[CBI_HASH_SIZE];
    Cbank__V1__OutsideNotice notice = CBANK__V1__OUTSIDE_NOTICE__INIT;

    notice.salt = (ProtobufCBinaryData){sizeof(salt), salt};
    notice.recogniser = TEXT("省外学院");
    notice.document = TEXT("2026-7");
    notice.on = 20260300; /* the month is all that some letters say */
    cr_expect_eq(cbi_conversion_check_notice(&notice, &err), CBANK_OK);
    notice.scan_digest = (ProtobufCBinaryData){sizeof(scan), scan};
    notice.programme = TEXT("护理");
    cr_expect_eq(cbi_conversion_check_notice(&notice, &err), CBANK_OK);
#define REFUSES(name, field, value)                                                                \
    do {                                                                                           \
        Cbank__V1__OutsideNotice wrong = notice;                                                   \
        wrong.field = value;                                                                       \
        cr_expect_eq(cbi_conversion_check_notice(&wrong, &err), CBANK_E_INVALID);                  \
        cr_expect_str_eq(err.object, name);                                                        \
    } while (0)
    REFUSES("salt", salt.len, 15);
    REFUSES("recogniser", recogniser, TEXT(""));
    REFUSES("recogniser", recogniser, TEXT("\xe2\x80\xae""turned"));
    REFUSES("document", document, TEXT(""));
    REFUSES("on", on, 0);
    REFUSES("on", on, 20261301);
    REFUSES("programme", programme, TEXT("two\nlines"));
    REFUSES("scan_digest", scan_digest.len, 31);
#undef REFUSES
}

Test(conversion_body, uses_stand_in_order_and_each_once)
{
    REFUSED_FOR("uses", CONVERSION_RECOGNISED, uses[0].sequence, 5);
    cr_expect_eq(err.reason, CBI_REASON_USES_ORDER);
    REFUSED_FOR("uses", CONVERSION_RECOGNISED, uses[1].sequence, 3);
    cr_expect_eq(err.reason, CBI_REASON_USES_ORDER);
    REFUSED_FOR("uses", CONVERSION_NOTED, uses[1].sequence, 3);
    /* Accounts that were merged have one sequence for several records: then the leaf orders. */
    sample_bodies_init(&bodies);
    bodies.uses[1].sequence = 3;
    bodies.uses[1].leaf = sample_bytes(6, 32);
    cr_expect_eq(check(KIND(CONVERSION_RECOGNISED)), CBANK_OK);
}

Test(conversion_body, no_more_uses_than_a_statement_holds)
{
    static Cbank__V1__RecordUse uses[CBI_USES_MAX + 1], *list[CBI_USES_MAX + 1];

    sample_bodies_init(&bodies);
    for (size_t i = 0; i <= CBI_USES_MAX; i++) {
        uses[i] = bodies.uses[0];
        uses[i].sequence = i + 1;
        list[i] = &uses[i];
    }
    bodies.conversion_recognised.uses = list;
    bodies.conversion_recognised.n_uses = CBI_USES_MAX;
    cr_expect_eq(check(KIND(CONVERSION_RECOGNISED)), CBANK_OK);
    bodies.conversion_recognised.n_uses = CBI_USES_MAX + 1;
    cr_expect_eq(check(KIND(CONVERSION_RECOGNISED)), CBANK_E_INVALID);
}

Test(conversion_body, a_change_names_the_conversion_and_may_be_the_banks)
{
    REFUSED_FOR("account", CONVERSION_SUSPENDED, conversion_changed.account, TEXT(""));
    REFUSED_FOR("touched_sequence", CONVERSION_REVERSED, conversion_changed.touched_sequence, 0);
    REFUSED_FOR("touched_sequence", CONVERSION_REINSTATED, conversion_changed.touched_leaf, SHORT);
    REFUSED_FOR("change", CONVERSION_SUSPENDED, conversion_changed.change, SHORT);
    sample_bodies_init(&bodies);
    bodies.conversion_changed.change = NONE;
    cr_expect_eq(check(KIND(CONVERSION_SUSPENDED)), CBANK_OK);
    REFUSED_FOR("account", CONVERSION_REPLACED, conversion_replaced.account, TEXT("x"));
    REFUSED_FOR("touched_sequence", CONVERSION_REPLACED, conversion_replaced.touched_leaf, NONE);
    REFUSED_FOR("by", CONVERSION_REPLACED, conversion_replaced.by, NONE);
}

Test(conversion_body, notes_doubts_and_receipts_name_what_they_are_about)
{
    REFUSED_FOR("account", CONVERSION_NOTED, conversion_noted.account, TEXT(""));
    REFUSED_FOR("notice", CONVERSION_NOTED, conversion_noted.notice, NONE);
    REFUSED_FOR("uses", CONVERSION_NOTED, conversion_noted.n_uses, 0);
    REFUSED_FOR("account", CREDIT_QUESTIONED, credit_questioned.account, TEXT(""));
    REFUSED_FOR("touched_sequence", CREDIT_QUESTIONED, credit_questioned.touched_leaf, SHORT);
    REFUSED_FOR("institution", RECOGNITION_RECEIVED, decision_received.institution, TEXT("x"));
    REFUSED_FOR("decision", RECOGNITION_CHANGE_RECEIVED, decision_received.decision, SHORT);
    REFUSED_FOR("public_key", RECOGNITION_RECEIVED, decision_received.public_key, SHORT);
}
