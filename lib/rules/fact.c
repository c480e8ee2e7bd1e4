#include "rules/fact.h"

#include "rules/reference.h"

#include "cbank/v1/plan.pb-c.h"

#include <string.h>

int cbi_fact_compare(const cbi_fact *a, const cbi_fact *b)
{
    if (a->awarded_on != b->awarded_on)
        return a->awarded_on < b->awarded_on ? -1 : 1;
    return strcmp(a->id, b->id);
}

const char *cbi_fact_type_word(Cbank__V1__RecordType type)
{
    static const char *const words[] = {
        [CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE] = "course",
        [CBANK__V1__RECORD_TYPE__RECORD_TYPE_CERTIFICATE] = "certificate",
        [CBANK__V1__RECORD_TYPE__RECORD_TYPE_TRAINING] = "training",
        [CBANK__V1__RECORD_TYPE__RECORD_TYPE_CONTEST] = "contest",
        [CBANK__V1__RECORD_TYPE__RECORD_TYPE_WORK] = "work",
        [CBANK__V1__RECORD_TYPE__RECORD_TYPE_COMMUNITY] = "community",
        [CBANK__V1__RECORD_TYPE__RECORD_TYPE_QUALIFICATION] = "qualification",
        [CBANK__V1__RECORD_TYPE__RECORD_TYPE_EXAM] = "exam",
        [CBANK__V1__RECORD_TYPE__RECORD_TYPE_PRACTICE] = "practice",
        [CBANK__V1__RECORD_TYPE__RECORD_TYPE_ACHIEVEMENT] = "achievement",
    };
    size_t at = (size_t)type;

    return at < sizeof(words) / sizeof(words[0]) && words[at] != NULL ? words[at] : "";
}

bool cbi_fact_amount(const cbi_fact *fact, const char *unit, int64_t *milli)
{
    for (size_t i = 0; i < fact->record->n_amounts; i++) {
        if (strcmp(fact->record->amounts[i]->unit, unit) != 0)
            continue;
        *milli = fact->record->amounts[i]->milli;
        return true;
    }
    return false;
}

bool cbi_fact_amount_in(const cbi_fact *fact, const char *unit, const cbi_reference *reference,
                        cbi_fraction *out, cbi_step *step)
{
    int64_t num = 0;

    step->kind = 0;
    out->den = 1;
    if (cbi_fact_amount(fact, unit, &num)) {
        out->num = num;
        return true;
    }
    for (size_t i = 0; reference != NULL && i < fact->record->n_amounts; i++) {
        const Cbank__V1__Amount *held = fact->record->amounts[i];

        if (!cbi_reference_unit(reference, held->unit, unit, &num, &out->den))
            continue;
        out->num = (__int128)held->milli * num;
        *step = (cbi_step){.kind = CBANK__V1__PLAN_STEP_KIND__PLAN_STEP_KIND_UNIT,
                           .from = held->unit,
                           .to = unit,
                           .from_milli = held->milli,
                           .to_milli = (int64_t)(out->num / out->den),
                           .from_label = "",
                           .to_label = ""};
        return true;
    }
    return false;
}

bool cbi_fact_is_whole(const cbi_fact *fact, Cbank__V1__UseScope scope)
{
    return fact->left == NULL || scope == CBANK__V1__USE_SCOPE__USE_SCOPE_COUNTED ||
           fact->left->milli[scope] == fact->left->whole;
}

bool cbi_fact_is_free(const cbi_fact *fact, Cbank__V1__UseScope scope)
{
    size_t at = (size_t)scope;

    return fact->left == NULL || scope == CBANK__V1__USE_SCOPE__USE_SCOPE_COUNTED ||
           (at < CBI_SCOPES && fact->left->milli[at] >= 0);
}

int64_t cbi_fact_share(const cbi_fact *fact, Cbank__V1__UseScope scope, int64_t milli)
{
    const cbi_left *left = fact->left;

    return cbi_fact_is_whole(fact, scope) || left->whole <= 0
               ? milli
               : (int64_t)((__int128)milli * left->milli[scope] / left->whole);
}

bool cbi_fact_left(const cbi_fact *fact, const char *unit, const char *own,
                   Cbank__V1__UseScope scope, int64_t *milli)
{
    const cbi_left *left = fact->left;
    bool stated = cbi_fact_amount(fact, unit, milli);

    if (cbi_fact_is_whole(fact, scope))
        return stated;
    if (strcmp(unit, own) == 0) {
        *milli = left->milli[scope];
        return true;
    }
    if (stated)
        *milli = cbi_fact_share(fact, scope, *milli);
    return stated;
}

static uint32_t days_of_month(uint32_t year, uint32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && leap);
}

uint32_t cbi_day_after(uint32_t day, uint32_t years, uint32_t months)
{
    uint32_t month = day / 100 % 100 - 1 + months % 12;
    uint32_t year = day / 10000 + years + months / 12 + month / 12;
    uint32_t last;

    month = month % 12 + 1;
    last = days_of_month(year, month);
    return year * 10000 + month * 100 + (day % 100 < last ? day % 100 : last);
}
