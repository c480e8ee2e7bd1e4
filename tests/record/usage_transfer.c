/* Usage: where records go when they are offered to another bank, and how they come back. */
#include "record/usage_script.h"

#include <criterion/criterion.h>

#include "record/sample.h"

Test(usage, every_ending_of_an_offer_frees_or_moves_each_record)
{
    static const struct {
        int kind;
        size_t named;
        int one, two;
    } ends[] = {
        {KIND(TRANSFER_ACCEPTED), 0, LISTED(TRANSFERRED), LISTED(TRANSFERRED)},
        {KIND(TRANSFER_PARTLY_ACCEPTED), 1, LISTED(TRANSFERRED), LISTED(UNSPECIFIED)},
        {KIND(TRANSFER_DECLINED), 0, LISTED(UNSPECIFIED), LISTED(UNSPECIFIED)},
        {KIND(TRANSFER_EXPIRED), 0, LISTED(UNSPECIFIED), LISTED(UNSPECIFIED)},
    };

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        uint32_t records[2], offer;

        script_begin();
        script_opened();
        records[0] = script_award();
        records[1] = script_award();
        offer = script_offered(records, 2);
        script_good();
        cr_expect_eq(cbi_usage_listed(&the_script.usage, records[0]), LISTED(TRANSFERRED),
                     "locked");
        cbi_usage_clear(&the_script.usage);
        script_ended(offer, ends[i].kind, records, ends[i].named);
        script_good();
        cr_expect_eq(cbi_usage_listed(&the_script.usage, records[0]), ends[i].one, "ending %zu", i);
        cr_expect_eq(cbi_usage_listed(&the_script.usage, records[1]), ends[i].two, "ending %zu", i);
        cbi_usage_clear(&the_script.usage);
        script_bad_at(script_ended(offer, ends[i].kind, records, ends[i].named),
                      CBI_REASON_NAMES_NOTHING);
    }
}

Test(usage, what_is_offered_is_neither_used_nor_offered_nor_amended)
{
    uint32_t record;

    script_begin();
    script_opened();
    record = script_award();
    script_offered(&record, 1);
    script_bad_at(script_converted(record, SCOPE(COUNTED)), CBI_REASON_RECORD_OFFERED);

    script_begin();
    script_opened();
    record = script_award();
    script_offered(&record, 1);
    script_bad_at(script_offered(&record, 1), CBI_REASON_RECORD_OFFERED);

    script_begin();
    script_opened();
    record = script_award();
    script_offered(&record, 1);
    script_bad_at(script_changed(record, ACTION(SUPERSEDE)), CBI_REASON_RECORD_OFFERED);

    script_begin(); /* but its institution may take it away wherever it is */
    script_opened();
    record = script_award();
    script_offered(&record, 1);
    script_changed(record, ACTION(REVOKE));
    script_good();
    cr_expect_eq(cbi_usage_listed(&the_script.usage, record), LISTED(REVOKED));
    cbi_usage_clear(&the_script.usage);
}

Test(usage, what_is_consumed_is_not_offered_and_what_is_counted_may_be)
{
    uint32_t record;

    script_begin();
    script_opened();
    record = script_award();
    script_converted(record, SCOPE(PROGRAMME));
    script_bad_at(script_offered(&record, 1), CBI_REASON_RECORD_USED_UP);

    script_begin();
    script_opened();
    record = script_award();
    script_converted(record, SCOPE(COUNTED));
    script_ended(script_offered(&record, 1), KIND(TRANSFER_ACCEPTED), NULL, 0);
    script_good();
    cbi_usage_clear(&the_script.usage);
}

Test(usage, what_has_gone_comes_back_only_by_what_it_went_under)
{
    uint32_t records[2], offer;

    script_begin();
    script_opened();
    records[0] = script_award();
    records[1] = script_award();
    offer = script_offered(records, 2);
    script_ended(offer, KIND(TRANSFER_ACCEPTED), NULL, 0);
    script_ended(offer, KIND(TRANSFER_RETURNED), &records[1], 1);
    script_good();
    cr_expect_eq(cbi_usage_listed(&the_script.usage, records[0]), LISTED(TRANSFERRED));
    cr_expect_eq(cbi_usage_listed(&the_script.usage, records[1]), LISTED(UNSPECIFIED));
    cbi_usage_clear(&the_script.usage);
    script_ended(offer, KIND(TRANSFER_RETURNED), &records[0], 1);
    script_good();
    cr_expect_eq(cbi_usage_listed(&the_script.usage, records[0]), LISTED(UNSPECIFIED));
    cbi_usage_clear(&the_script.usage);
    script_bad_at(script_ended(offer, KIND(TRANSFER_RETURNED), &records[0], 1),
                  CBI_REASON_RECORD_NOT_OFFERED);
}

/* An old answer to one offer must not end a later one of the same record. */
Test(usage, an_answer_ends_the_offer_that_it_names_and_no_other)
{
    uint32_t record, first;

    script_begin();
    script_opened();
    record = script_award();
    first = script_offered(&record, 1);
    script_ended(first, KIND(TRANSFER_DECLINED), NULL, 0);
    script_offered(&record, 1);
    script_bad_at(script_ended(first, KIND(TRANSFER_DECLINED), NULL, 0), CBI_REASON_NAMES_NOTHING);

    script_begin();
    script_opened();
    record = script_award();
    first = script_offered(&record, 1);
    script_ended(first, KIND(TRANSFER_ACCEPTED), NULL, 0);
    script_ended(first, KIND(TRANSFER_RETURNED), &record, 1);
    script_ended(script_offered(&record, 1), KIND(TRANSFER_ACCEPTED), NULL, 0);
    script_bad_at(script_ended(first, KIND(TRANSFER_RETURNED), &record, 1),
                  CBI_REASON_NAMES_NOTHING);
}

Test(usage, only_a_bank_with_an_answer_ends_what_was_not_offered_by_letter)
{
    for (int letter = 0; letter < 2; letter++) {
        for (int answer = 0; answer < 2; answer++) {
            uint32_t record, offer, at;

            script_begin();
            script_opened();
            record = script_award();
            offer = script_offered(&record, 1);
            the_script.bodies[offer].offered.by_letter = letter;
            at = script_ended(offer, KIND(TRANSFER_EXPIRED), NULL, 0);
            if (!answer)
                the_script.bodies[at].ended.answer.len = 0;
            if (letter == answer) {
                script_bad_at(at, CBI_REASON_NAMES_NOTHING);
                continue;
            }
            script_good();
            cbi_usage_clear(&the_script.usage);
        }
    }
}

Test(usage, a_list_that_names_what_was_not_offered_is_refused)
{
    uint32_t records[2], offer;

    script_begin();
    script_opened();
    records[0] = script_award();
    records[1] = script_award();
    offer = script_offered(&records[0], 1);
    script_bad_at(script_ended(offer, KIND(TRANSFER_PARTLY_ACCEPTED), &records[1], 1),
                  CBI_REASON_NAMES_NOTHING);

    script_begin();
    script_opened();
    records[0] = script_award();
    offer = script_offered(&records[0], 1);
    script_bad_at(script_ended(offer, KIND(TRANSFER_PARTLY_ACCEPTED), NULL, 0),
                  CBI_REASON_NAMES_NOTHING);

    script_begin();
    script_opened();
    records[0] = script_award();
    offer = script_offered(&records[0], 1);
    script_bad_at(script_ended(offer, KIND(TRANSFER_ACCEPTED), records, 1),
                  CBI_REASON_NAMES_NOTHING);
}

static uint32_t received(const char *origin)
{
    uint32_t at = script_add(KIND(CREDIT_RECEIVED), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD);

    cbank__v1__credit_received__init(&the_script.bodies[at].received);
    the_script.bodies[at].received.origin = cbi_message_string(origin);
    the_script.bodies[at].received.transfer = sample_bytes(3, 32);
    return at;
}

static uint32_t given_back(uint32_t record, const char *origin)
{
    uint32_t at = script_add(KIND(TRANSFER_GIVEN_BACK), CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_USE);

    cbank__v1__transfer_given_back__init(&the_script.bodies[at].given_back);
    the_script.bodies[at].given_back.origin = cbi_message_string(origin);
    the_script.bodies[at].given_back.transfer = sample_bytes(3, 32);
    script_refer(at, 0, record);
    the_script.bodies[at].given_back.records = the_script.ref_lists[at];
    the_script.bodies[at].given_back.n_records = 1;
    return at;
}

Test(usage, what_came_from_another_bank_goes_back_there_and_nowhere_else)
{
    uint32_t record;

    script_begin();
    script_opened();
    record = received("one.example/credit");
    given_back(record, "one.example/credit");
    script_good();
    cr_expect_eq(cbi_usage_listed(&the_script.usage, record), LISTED(TRANSFERRED));
    cbi_usage_clear(&the_script.usage);
    script_bad_at(given_back(record, "one.example/credit"), CBI_REASON_RECORD_AWAY);

    script_begin();
    script_opened();
    record = received("one.example/credit");
    script_bad_at(given_back(record, "two.example/credit"), CBI_REASON_NAMES_NOTHING);

    script_begin();
    script_opened();
    script_bad_at(given_back(script_award(), "one.example/credit"), CBI_REASON_NAMES_NOTHING);

    script_begin();
    script_opened();
    record = received("one.example/credit");
    script_converted(record, SCOPE(EVERYWHERE));
    script_bad_at(given_back(record, "one.example/credit"), CBI_REASON_RECORD_USED_UP);
}
