/* Where a record stands: among what catalogues list, and among the account's others. */
#include "rules/listed.h"
#include "rules/select_part.h"

/* Listed on the day in one of the catalogues; where one is not at hand, it might be there. */
static cbi_choice catalogues_hold(cbi_asking *ask)
{
    const Cbank__V1__Conditions *want = ask->want;
    const cbi_reading *reading = ask->reading;
    bool all = true;

    if (want->n_catalogues == 0)
        return CBI_CHOICE_YES;
    for (size_t i = 0; i < want->n_catalogues; i++) {
        const char *id = want->catalogues[i];

        if (!cbi_reference_has_catalogue(ask->reference, id))
            all = false;
        else if (cbi_listed_entry(ask->reference, id, ask->fact,
                                  cbi_day_of_record(reading->ruleset, ask->fact,
                                                    &reading->asked)) != NULL)
            return CBI_CHOICE_YES;
    }
    return all ? cbi_ask_refuse(ask, "catalogues", ask->fact->record->code[0] == '\0')
               : cbi_ask_doubt(ask, "catalogues", NULL);
}

/* What others have in the programme's unit, as far as they say or published ratios lead there. */
static __int128 worth_of(const cbi_asking *ask, const cbi_fact *fact)
{
    cbi_fraction have = {0, 1};
    cbi_step step;

    return cbi_fact_amount_in(fact, ask->reading->unit, ask->reference, &have, &step)
               ? have.num / have.den
               : 0;
}

/* Of records of one day all are among the last, or none is: there is no order between them. */
static cbi_choice is_among_last(cbi_asking *ask)
{
    const cbi_reading *reading = ask->reading;
    __int128 later = 0;

    for (uint32_t i = 0; ask->want->last_milli != 0 && i < reading->fact_count; i++)
        if (reading->facts[i]->awarded_on > ask->fact->awarded_on)
            later += worth_of(ask, reading->facts[i]);
    return later < ask->want->last_milli || ask->want->last_milli == 0
               ? CBI_CHOICE_YES
               : cbi_ask_refuse_range(ask, "last", NULL, (int64_t)later, false);
}

cbi_choice cbi_ask_among(cbi_asking *ask)
{
    cbi_choice held = is_among_last(ask);

    return held == CBI_CHOICE_NO ? held : cbi_ask_both(held, catalogues_hold(ask));
}
