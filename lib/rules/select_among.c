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

/*
 * What those of later days have in the programme's unit, as far as they say or published ratios
 * lead there; false if that cannot be added up.
 */
static bool sum_later(const cbi_asking *ask, cbi_fraction *out)
{
    const cbi_reading *reading = ask->reading;
    cbi_step step;

    *out = (cbi_fraction){0, 1};
    for (uint32_t i = 0; i < reading->fact_count; i++) {
        const cbi_fact *other = reading->facts[i];
        cbi_fraction have = {0, 1};

        if (other->awarded_on > ask->fact->awarded_on &&
            cbi_fact_amount_in(other, reading->unit, ask->reference, &have, &step) &&
            !cbi_fraction_add(out, have))
            return false;
    }
    return true;
}

/* Of records of one day all are among the last, or none is: there is no order between them. */
static cbi_choice is_among_last(cbi_asking *ask)
{
    cbi_fraction later;

    if (ask->want->last_milli == 0)
        return CBI_CHOICE_YES;
    if (!sum_later(ask, &later))
        return cbi_ask_doubt(ask, "last", NULL);
    return later.num < (__int128)ask->want->last_milli * later.den
               ? CBI_CHOICE_YES
               : cbi_ask_refuse_range(ask, "last", NULL, (int64_t)(later.num / later.den), false);
}

cbi_choice cbi_ask_among(cbi_asking *ask)
{
    cbi_choice held = is_among_last(ask);

    return held == CBI_CHOICE_NO ? held : cbi_ask_both(held, catalogues_hold(ask));
}
