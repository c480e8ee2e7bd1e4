/* Usage: what becomes of records and conversions, script by script; what must not be possible. */
#include "record/usage_script.h"

#include <criterion/criterion.h>

#include "record/sample.h"

/* ---- records ----------------------------------------------------------------------------- */

Test(usage, a_record_that_nothing_happens_to_simply_holds)
{
    uint32_t record;

    script_begin();
    script_opened();
    record = script_award();
    script_good();
    cr_expect_eq(cbi_usage_listed(&the_script.usage, record), LISTED(UNSPECIFIED));
    cr_expect_null(cbi_usage_next(&the_script.usage, record, NULL));
    cbi_usage_clear(&the_script.usage);
}

Test(usage, doubt_of_the_bank_suspends_and_the_institution_settles_it)
{
    uint32_t one, two;

    script_begin();
    script_opened();
    one = script_award();
    two = script_award();
    script_questioned(one);
    script_questioned(two);
    script_changed(one, ACTION(REINSTATE));
    script_changed(two, ACTION(REVOKE));
    script_good();
    cr_expect_eq(cbi_usage_listed(&the_script.usage, one), LISTED(UNSPECIFIED));
    cr_expect_eq(cbi_usage_listed(&the_script.usage, two), LISTED(REVOKED));
    cbi_usage_clear(&the_script.usage);
}

/* ---- conversions ------------------------------------------------------------------------- */

Test(usage, what_is_consumed_shows_its_use_and_what_is_counted_simply_holds)
{
    uint32_t one, two, first;
    const cbi_use *use_of;

    script_begin();
    script_opened();
    one = script_award();
    two = script_award();
    first = script_converted(one, SCOPE(EVERYWHERE));
    script_converted(two, SCOPE(COUNTED));
    script_converted(two, SCOPE(COUNTED));
    script_good();
    cr_expect_eq(cbi_usage_listed(&the_script.usage, one), LISTED(CONSUMED));
    cr_expect_eq(cbi_usage_listed(&the_script.usage, two), LISTED(UNSPECIFIED));
    use_of = cbi_usage_next(&the_script.usage, one, NULL);
    cr_assert_not_null(use_of);
    cr_expect_eq(use_of->conversion, first);
    cr_expect_eq(use_of->scope, SCOPE(EVERYWHERE));
    cr_expect_null(cbi_usage_next(&the_script.usage, one, use_of));
    cbi_usage_clear(&the_script.usage);
}

Test(usage, a_record_is_used_once_within_its_scope)
{
    /* scopes, whether programme and level are the same, and whether the second use is refused */
    static const struct {
        int one, other;
        const char *programme;
        int64_t level;
        bool refused;
    } cases[] = {
        {SCOPE(EVERYWHERE), SCOPE(EVERYWHERE), "q", 6000, true},
        {SCOPE(EVERYWHERE), SCOPE(PROGRAMME), "q", 6000, true},
        {SCOPE(PROGRAMME), SCOPE(EVERYWHERE), "q", 6000, true},
        {SCOPE(LEVEL), SCOPE(PROGRAMME), "q", 5000, true},
        {SCOPE(LEVEL), SCOPE(LEVEL), "q", 6000, false},
        {SCOPE(PROGRAMME), SCOPE(PROGRAMME), "p", 5000, true},
        {SCOPE(PROGRAMME), SCOPE(PROGRAMME), "q", 5000, false},
        {SCOPE(COUNTED), SCOPE(EVERYWHERE), "p", 5000, false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t record, first, second;

        script_begin();
        script_opened();
        record = script_award();
        first = script_converted(record, cases[i].one);
        second = script_converted(record, cases[i].other);
        script_ground(first, "p", 5000);
        script_ground(second, cases[i].programme, cases[i].level);
        if (cases[i].refused) {
            script_bad_at(second, CBI_REASON_RECORD_USED_UP);
            continue;
        }
        script_good();
        cbi_usage_clear(&the_script.usage);
    }
}

Test(usage, without_the_recognitions_only_a_use_everywhere_can_be_told)
{
    uint32_t record;

    script_begin();
    script_opened();
    record = script_award();
    script_converted(record, SCOPE(PROGRAMME));
    script_converted(record, SCOPE(PROGRAMME));
    script_good();
    cbi_usage_clear(&the_script.usage);
    script_bad_at(script_converted(record, SCOPE(EVERYWHERE)), CBI_REASON_RECORD_USED_UP);
}

Test(usage, parts_of_a_record_are_used_until_nothing_is_left)
{
    static Cbank__V1__CreditRecord whole;
    static Cbank__V1__Amount amount, *amounts[1] = {&amount};
    uint32_t record, parts[3];

    cbank__v1__credit_record__init(&whole);
    cbank__v1__amount__init(&amount);
    amount.unit = cbi_message_string("credit");
    amount.milli = 6000;
    whole.amounts = amounts;
    whole.n_amounts = 1;
    for (int over = 0; over < 2; over++) {
        script_begin();
        script_opened();
        record = script_award();
        the_script.entries[record].record = &whole;
        for (int i = 0; i < 3; i++) {
            parts[i] = script_converted(record, SCOPE(EVERYWHERE));
            script_ground(parts[i], "p", 5000);
            script_part(parts[i], 2000 + (i == 2 ? over : 0), 4000 - 2000 * i);
        }
        if (over) {
            script_bad_at(parts[2], CBI_REASON_RECORD_USED_UP);
            continue;
        }
        script_good();
        cr_expect(cbi_usage_is_consumed(&the_script.usage, record));
        cbi_usage_clear(&the_script.usage);
    }
}

Test(usage, reversing_and_replacing_release_what_was_used_and_suspending_does_not)
{
    static const struct {
        int kind;
        bool released;
    } ends[] = {{KIND(CONVERSION_REVERSED), true},
                {KIND(CONVERSION_REPLACED), true},
                {KIND(CONVERSION_SUSPENDED), false}};

    for (size_t i = 0; i < 3; i++) {
        uint32_t record, again;

        script_begin();
        script_opened();
        record = script_award();
        script_conversion_changed(script_converted(record, SCOPE(EVERYWHERE)), ends[i].kind, false);
        again = script_converted(record, SCOPE(EVERYWHERE));
        if (!ends[i].released) {
            script_bad_at(again, CBI_REASON_RECORD_USED_UP);
            continue;
        }
        script_good();
        cr_expect_eq(cbi_usage_next(&the_script.usage, record, NULL)->conversion, again);
        cbi_usage_clear(&the_script.usage);
    }
}

Test(usage, the_bank_alone_may_take_away_but_not_give)
{
    static const struct {
        int kind;
        bool possible;
    } acts[] = {{KIND(CONVERSION_SUSPENDED), true},
                {KIND(CONVERSION_REVERSED), false},
                {KIND(CONVERSION_REINSTATED), false}};

    for (size_t i = 0; i < 3; i++) {
        uint32_t conversion, at;

        script_begin();
        script_opened();
        conversion = script_converted(script_award(), SCOPE(EVERYWHERE));
        if (acts[i].kind == KIND(CONVERSION_REINSTATED))
            script_conversion_changed(conversion, KIND(CONVERSION_SUSPENDED), false);
        at = script_conversion_changed(conversion, acts[i].kind, true);
        if (!acts[i].possible) {
            script_bad_at(at, CBI_REASON_NAMES_NOTHING);
            continue;
        }
        script_good();
        cr_expect_eq(the_script.entries[conversion].conversion, CBI_CONVERSION_SUSPENDED);
        cbi_usage_clear(&the_script.usage);
    }
}

Test(usage, what_the_bank_noted_only_the_bank_changes)
{
    for (int alone = 0; alone < 2; alone++) {
        uint32_t note, at;

        script_begin();
        script_opened();
        note = script_converted(script_award(), SCOPE(EVERYWHERE));
        the_script.entries[note].kind = KIND(CONVERSION_NOTED);
        cbank__v1__conversion_noted__init(&the_script.bodies[note].noted);
        the_script.bodies[note].noted.uses = the_script.use_lists[note];
        the_script.bodies[note].noted.n_uses = 1;
        at = script_conversion_changed(note, KIND(CONVERSION_REVERSED), alone);
        if (!alone) {
            script_bad_at(at, CBI_REASON_NAMES_NOTHING);
            continue;
        }
        script_good();
        cbi_usage_clear(&the_script.usage);
    }
}

Test(usage, only_what_holds_is_used_and_what_is_used_takes_its_conversions_along)
{
    uint32_t record, conversion;

    script_begin(); /* used after it was revoked */
    script_opened();
    record = script_award();
    script_changed(record, ACTION(REVOKE));
    script_bad_at(script_converted(record, SCOPE(COUNTED)), CBI_REASON_RECORD_NOT_HELD);

    script_begin(); /* revoked, and the conversion goes on */
    script_opened();
    record = script_award();
    conversion = script_converted(record, SCOPE(COUNTED));
    script_changed(record, ACTION(SUSPEND));
    script_bad_at(conversion, CBI_REASON_RECORD_NOT_HELD);

    script_begin(); /* suspended along with it */
    script_opened();
    record = script_award();
    conversion = script_converted(record, SCOPE(EVERYWHERE));
    script_changed(record, ACTION(SUSPEND));
    script_conversion_changed(conversion, KIND(CONVERSION_SUSPENDED), true);
    script_good();
    cbi_usage_clear(&the_script.usage);

    script_bad_at(script_conversion_changed(conversion, KIND(CONVERSION_REINSTATED), false),
                  CBI_REASON_RECORD_NOT_HELD);

    script_begin(); /* the record first, then the conversion */
    script_opened();
    record = script_award();
    conversion = script_converted(record, SCOPE(EVERYWHERE));
    script_changed(record, ACTION(SUSPEND));
    script_conversion_changed(conversion, KIND(CONVERSION_SUSPENDED), true);
    script_changed(record, ACTION(REINSTATE));
    script_conversion_changed(conversion, KIND(CONVERSION_REINSTATED), false);
    script_good();
    cbi_usage_clear(&the_script.usage);
}

Test(usage, a_reference_names_an_earlier_award_by_sequence_and_leaf)
{
    uint32_t record, at;

    script_begin(); /* another leaf */
    script_opened();
    record = script_award();
    at = script_converted(record, SCOPE(EVERYWHERE));
    the_script.uses[at][0].leaf = script_leaf(at);
    script_bad_at(at, CBI_REASON_NAMES_NOTHING);

    script_begin(); /* a later entry */
    script_opened();
    at = script_converted(0, SCOPE(EVERYWHERE));
    record = script_award();
    script_use(at, 0, record, SCOPE(EVERYWHERE), LOST);
    script_bad_at(at, CBI_REASON_NAMES_NOTHING);

    script_begin(); /* no award */
    script_opened();
    script_bad_at(script_converted(0, SCOPE(EVERYWHERE)), CBI_REASON_NAMES_NOTHING);

    script_begin(); /* far beyond the chain */
    script_opened();
    at = script_converted(script_award(), SCOPE(EVERYWHERE));
    the_script.uses[at][0].sequence = UINT64_MAX;
    script_bad_at(at, CBI_REASON_NAMES_NOTHING);

    script_begin(); /* a change of what is no conversion */
    script_opened();
    record = script_award();
    script_bad_at(script_conversion_changed(record, KIND(CONVERSION_SUSPENDED), false),
                  CBI_REASON_NAMES_NOTHING);
}

Test(usage, a_withheld_award_is_followed_all_the_same)
{
    uint32_t record;

    script_begin();
    script_opened();
    record = script_award();
    the_script.entries[record].kind = 0;
    the_script.entries[record].body = NULL;
    script_converted(record, SCOPE(EVERYWHERE));
    script_good();
    cr_expect_eq(cbi_usage_listed(&the_script.usage, record), LISTED(CONSUMED));
    cbi_usage_clear(&the_script.usage);
}

Test(usage, no_record_has_more_uses_than_the_limit)
{
    static cbi_usage_entry entries[2 + CBI_RECORD_USES_MAX + 1];
    uint32_t first;

    script_begin();
    script_opened();
    first = script_converted(script_award(), SCOPE(COUNTED));
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
        entries[i] = the_script.entries[i < 2 ? i : first];
    the_script.usage.entries = entries;
    the_script.chains[0].count = 2 + CBI_RECORD_USES_MAX;
    script_good();
    cbi_usage_clear(&the_script.usage);
    the_script.chains[0].count++;
    cr_expect_eq(cbi_usage_settle(&the_script.usage, &script_err), CBANK_E_TOO_LARGE);
}

/* ---- merged accounts --------------------------------------------------------------------- */

static uint32_t merged(uint64_t joined_at)
{
    the_script.chains[the_script.usage.chain_count].merged_into = 1;
    the_script.chains[the_script.usage.chain_count].joined_at = joined_at;
    the_script.usage.chain_count++;
    return script_opened();
}

Test(usage, a_conversion_may_use_records_of_an_account_merged_in_before)
{
    for (uint64_t joined_at = 1; joined_at < 4; joined_at++) {
        uint32_t conversion, record;

        script_begin();
        script_opened();
        script_award();
        conversion = script_converted(1, SCOPE(EVERYWHERE)); /* sequence 2 */
        script_award();
        merged(joined_at);
        record = script_award();
        script_use(conversion, 0, record, SCOPE(EVERYWHERE), LOST);
        if (joined_at > 1) {
            script_bad_at(conversion, CBI_REASON_NAMES_NOTHING);
            continue;
        }
        script_good();
        cr_expect_eq(cbi_usage_listed(&the_script.usage, record), LISTED(CONSUMED));
        cbi_usage_clear(&the_script.usage);
    }
}

Test(usage, what_a_merged_chain_used_cannot_be_used_again_where_it_went)
{
    uint32_t conversion, record;

    script_begin();
    script_opened();
    script_award();
    conversion = script_converted(1, SCOPE(EVERYWHERE));
    merged(1);
    record = script_award();
    script_converted(record, SCOPE(EVERYWHERE));
    script_use(conversion, 0, record, SCOPE(EVERYWHERE), LOST);
    script_bad_at(conversion, CBI_REASON_RECORD_USED_UP);
}

Test(usage, what_went_with_a_merger_undone_may_be_gone)
{
    uint32_t conversion;

    script_begin();
    script_opened();
    conversion = script_converted(0, SCOPE(EVERYWHERE));
    the_script.uses[conversion][0].leaf = sample_bytes(7, 32);
    the_script.entries[conversion].detached = true;
    script_good();
    cbi_usage_clear(&the_script.usage);
}
