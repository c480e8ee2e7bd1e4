#include "rules/day.h"

#include "rules/fieldtest.h"

uint32_t cbi_day_of_target(const cbi_ruleset *ruleset, const cbi_asked *asked)
{
    return cbi_ruleset_date_rule(ruleset) == CBANK__V1__DATE_RULE__DATE_RULE_ADMISSION
               ? asked->admitted_on
               : asked->applied_on;
}

uint32_t cbi_day_of_record(const cbi_ruleset *ruleset, const cbi_fact *fact,
                           const cbi_asked *asked)
{
    uint32_t day = 0;

    switch (cbi_ruleset_date_rule(ruleset)) {
    case CBANK__V1__DATE_RULE__DATE_RULE_AWARD:
        return fact->awarded_on;
    case CBANK__V1__DATE_RULE__DATE_RULE_ASSESSMENT:
        if (fact->record->assessed_on != 0)
            day = cbi_fieldtest_day(fact->record->assessed_on, cbi_ruleset_partial_dates(ruleset));
        return day != 0 ? day : fact->awarded_on;
    default:
        return cbi_day_of_target(ruleset, asked);
    }
}
