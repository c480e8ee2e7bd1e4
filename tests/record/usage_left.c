/* What is left of a record, beside what stands on it: for each scope of the two uses. */
#include <criterion/criterion.h>

#include "record/usage_script.h"

static const cbi_usage_aim aim = {
    .programme = "p", .unit = "credit", .framework = "gd", .level_milli = 5000};

static Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
static Cbank__V1__Amount amount = CBANK__V1__AMOUNT__INIT, *amounts[1] = {&amount};

/* An award of 4 credits, of which nothing has been used yet. */
static uint32_t begin(void)
{
    uint32_t award;

    script_begin();
    script_opened();
    award = script_award();
    amount.unit = cbi_message_string("credit");
    amount.milli = 4000;
    record.amounts = amounts;
    record.n_amounts = 1;
    the_script.entries[award].record = &record;
    return award;
}

static int64_t left_for(uint32_t award, int scope)
{
    const cbi_use *by;
    int64_t left, whole;

    cr_assert_eq(cbi_usage_left(&the_script.usage, award, &aim, (Cbank__V1__UseScope)scope, &left,
                                &whole, &by, &script_err),
                 CBANK_OK, "%d", script_err.reason);
    cr_expect_eq(by == NULL, left == 4000);
    return left;
}

Test(usage_left, the_wider_scope_decides_and_what_only_counts_uses_nothing)
{
    static const struct {
        const char *programme;
        int64_t level;
    } towards[] = {{"p", 5000}, {"q", 5000}, {"q", 6000}};

    for (int old = SCOPE(COUNTED); old <= SCOPE(EVERYWHERE); old++) {
        for (size_t t = 0; t < 3; t++) {
            uint32_t award = begin(), conversion = script_converted(award, old);

            the_script.uses[conversion][0].leftover = old == SCOPE(COUNTED) ? KEPT : LOST;
            script_ground(conversion, towards[t].programme, towards[t].level);
            script_good();
            for (int new = SCOPE(COUNTED); new <= SCOPE(EVERYWHERE); new++) {
                int wider = old > new ? old : new;
                bool meets = old != SCOPE(COUNTED) && new != SCOPE(COUNTED) &&
                             (wider == SCOPE(EVERYWHERE) ||
                              (wider == SCOPE(LEVEL) && towards[t].level == 5000) || t == 0);

                cr_expect_eq(left_for(award, new), meets ? -1 : 4000, "%d then %d towards %zu",
                             old, new, t);
            }
            cbi_usage_clear(&the_script.usage);
        }
    }
}

Test(usage_left, parts_are_taken_until_nothing_is_left_and_come_back)
{
    uint32_t award = begin(), first = script_converted(award, SCOPE(EVERYWHERE)), second;

    script_ground(first, "q", 5000);
    script_part(first, 2500, 1500);
    second = script_converted(award, SCOPE(EVERYWHERE));
    script_ground(second, "r", 5000);
    script_part(second, 1500, 0);
    script_good();
    cr_expect_eq(left_for(award, SCOPE(PROGRAMME)), -1);
    cbi_usage_clear(&the_script.usage);
    script_conversion_changed(first, KIND(CONVERSION_REVERSED), false);
    script_good();
    cr_expect_eq(left_for(award, SCOPE(PROGRAMME)), 2500, "what the first took, whatever the "
                                                          "second thought to be left");
    cbi_usage_clear(&the_script.usage);
}

Test(usage_left, without_the_recognition_nobody_knows_how_much)
{
    uint32_t award = begin(), conversion = script_converted(award, SCOPE(EVERYWHERE));
    const cbi_use *by;
    int64_t left, whole;

    the_script.uses[conversion][0].leftover = KEPT;
    script_good();
    cr_expect_eq(cbi_usage_left(&the_script.usage, award, &aim, SCOPE(PROGRAMME), &left, &whole,
                                &by, &script_err),
                 CBANK_E_NOT_FOUND);
    cr_expect_eq(script_err.reason, (int32_t)CBI_REASON_RECOGNITION_AWAY);
    cbi_usage_clear(&the_script.usage);
    the_script.uses[conversion][0].leftover = LOST;
    script_good();
    cr_expect_eq(left_for(award, SCOPE(PROGRAMME)), -1, "used up everywhere is used up");
    cbi_usage_clear(&the_script.usage);
}
