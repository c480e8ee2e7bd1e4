/* Who may award what on which day, and who may sign for whom: days at both edges, one by one. */
#include "record/mandate.h"

#include <criterion/criterion.h>

#include <string.h>

#include "base/error.h"

#define TYPE(name) CBANK__V1__RECORD_TYPE__RECORD_TYPE_##name
#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name
#define POWER(name) CBANK__V1__SUCCESSION_POWER__SUCCESSION_POWER_##name

/* An institution with one of each grant, of which a test uses what it wants. */
static struct {
    Cbank__V1__DirectoryInstitution entry;
    Cbank__V1__Scope scope, *scopes[1];
    Cbank__V1__Licence licence, *licences[1];
    Cbank__V1__Delegation delegation, *delegations[1];
    Cbank__V1__Succession succession, *successions[1];
    Cbank__V1__RecordType types[1];
    Cbank__V1__SuccessionPower powers[1];
    Cbank__V1__LevelRange range, *ranges[1];
    Cbank__V1__Code field, *fields[1];
    char *texts[1];
} it;

static struct {
    Cbank__V1__CreditRecord record;
    Cbank__V1__Awarder awarder;
    Cbank__V1__Level level, *levels[1];
    Cbank__V1__Amount amount, *amounts[1];
    Cbank__V1__Code code, *codes[1];
} of;

static uint8_t grant_one[32] = {1}, grant_other[32] = {2};
static cbank_error err;

static char *text(const char *value)
{
    return cbi_message_string(value);
}

static void set_up(void)
{
    cbank__v1__directory_institution__init(&it.entry);
    it.entry.institution = text("STREET");
    cbank__v1__scope__init(&it.scope);
    cbank__v1__licence__init(&it.licence);
    cbank__v1__delegation__init(&it.delegation);
    cbank__v1__succession__init(&it.succession);
    it.scopes[0] = &it.scope;
    it.licences[0] = &it.licence;
    it.delegations[0] = &it.delegation;
    it.successions[0] = &it.succession;
    it.entry.scopes = it.scopes;
    it.entry.licences = it.licences;
    it.entry.delegations = it.delegations;
    it.entry.successions = it.successions;
    it.scope.granted_index = it.licence.granted_index = 10;
    it.delegation.granted_index = it.succession.granted_index = 10;
    it.delegation.signer = text("COLLEGE");
    it.delegation.grant = (ProtobufCBinaryData){32, grant_one};
    it.succession.institution = text("HEIR");
    it.succession.grant = (ProtobufCBinaryData){32, grant_other};
    cbank__v1__credit_record__init(&of.record);
    cbank__v1__awarder__init(&of.awarder);
    of.awarder.institution = text("STREET");
    of.record.awarded_by = &of.awarder;
    of.record.reference = text("1");
    of.record.type = TYPE(COMMUNITY);
    of.record.awarded_on = 20240630;
}

TestSuite(mandate, .init = set_up);

static cbi_reason awards(uint64_t index)
{
    cbank_status status = cbi_mandate_check_award(&it.entry, &of.record, index, &err);

    return status == CBANK_OK ? CBI_REASON_NONE : (cbi_reason)err.reason;
}

static cbi_reason awards_on(uint32_t day)
{
    of.record.awarded_on = day;
    return awards(CBI_MANDATE_NOW);
}

static cbi_reason signs(const char *code, uint64_t index, uint32_t day)
{
    const cbi_mandate_signer signer = {code, index, day, day};
    cbank_status status;
    cbi_mandate out;

    of.record.deposited_by = text(code);
    status = cbi_mandate_check_record(&it.entry, &of.record, &signer, &out, &err);
    return status == CBANK_OK ? CBI_REASON_NONE : (cbi_reason)err.reason;
}

static cbi_reason changes(const char *code, Cbank__V1__ChangeAction action)
{
    const cbi_mandate_signer signer = {code, CBI_MANDATE_NOW, 20240701, 20240701};
    cbank_status status;
    cbi_mandate out;

    status = cbi_mandate_check_change(&it.entry, of.record.type, action, &signer, &out, &err);
    return status == CBANK_OK ? CBI_REASON_NONE : (cbi_reason)err.reason;
}

Test(mandate, who_has_neither_scope_nor_licence_may_award_anything)
{
    cr_expect_eq(awards_on(0), CBI_REASON_NONE);
    cr_expect_eq(awards_on(18800101), CBI_REASON_NONE);
}

Test(mandate, both_edges_of_a_scope_belong_to_it)
{
    it.entry.n_scopes = 1;
    it.scope.from = 20240101;
    it.scope.until = 20241231;
    cr_expect_eq(awards_on(20231231), CBI_REASON_AWARD_SCOPE);
    cr_expect_eq(awards_on(20240101), CBI_REASON_NONE);
    cr_expect_eq(awards_on(20241231), CBI_REASON_NONE);
    cr_expect_eq(awards_on(20250101), CBI_REASON_AWARD_SCOPE);
    cr_expect_not_null(strstr(err.detail, "2024-01-01..2024-12-31"), "%s", err.detail);
    cr_expect_str_eq(err.object, "1");
}

Test(mandate, a_month_or_a_year_has_to_lie_in_it_whole)
{
    it.entry.n_licences = 1;
    it.licence.from = 20240101;
    it.licence.until = 20240630;
    cr_expect_eq(awards_on(20240600), CBI_REASON_NONE);
    cr_expect_eq(awards_on(20240200), CBI_REASON_NONE, "which has 29 days");
    cr_expect_eq(awards_on(20240700), CBI_REASON_AWARD_LICENCE);
    cr_expect_eq(awards_on(20240000), CBI_REASON_AWARD_DAY);
    it.licence.until = 20240629;
    cr_expect_eq(awards_on(20240600), CBI_REASON_AWARD_DAY);
    cr_expect_eq(awards_on(0), CBI_REASON_AWARD_DAY);
    it.licence.from = it.licence.until = 0;
    cr_expect_eq(awards_on(0), CBI_REASON_NONE);
}

Test(mandate, the_exam_or_the_end_stands_for_a_day_that_is_not_stated)
{
    it.entry.n_licences = 1;
    it.licence.until = 20240630;
    of.record.awarded_on = 0;
    of.record.assessed_on = 20240701;
    of.record.ended_on = 20240101;
    cr_expect_eq(awards(CBI_MANDATE_NOW), CBI_REASON_AWARD_LICENCE);
    of.record.assessed_on = 0;
    cr_expect_eq(awards(CBI_MANDATE_NOW), CBI_REASON_NONE);
}

Test(mandate, what_a_scope_restricts_it_restricts_only_where_the_record_states_it)
{
    it.entry.n_scopes = 1;
    it.types[0] = TYPE(COURSE);
    it.scope.types = it.types;
    it.scope.n_types = 1;
    cr_expect_eq(awards(CBI_MANDATE_NOW), CBI_REASON_AWARD_SCOPE);
    of.record.type = TYPE(COURSE);
    cr_expect_eq(awards(CBI_MANDATE_NOW), CBI_REASON_NONE);

    cbank__v1__level_range__init(&it.range);
    it.range.framework = text("ncrf");
    it.range.from_milli = 3000;
    it.range.until_milli = 4500;
    it.ranges[0] = &it.range;
    it.scope.levels = it.ranges;
    it.scope.n_levels = 1;
    cr_expect_eq(awards(CBI_MANDATE_NOW), CBI_REASON_NONE, "it states no level");
    cbank__v1__level__init(&of.level);
    of.level.framework = text("ncrf");
    of.level.level_milli = 4500;
    of.levels[0] = &of.level;
    of.record.levels = of.levels;
    of.record.n_levels = 1;
    cr_expect_eq(awards(CBI_MANDATE_NOW), CBI_REASON_NONE);
    of.level.level_milli = 4501;
    cr_expect_eq(awards(CBI_MANDATE_NOW), CBI_REASON_AWARD_SCOPE);
    of.level.level_milli = 2999;
    cr_expect_eq(awards(CBI_MANDATE_NOW), CBI_REASON_AWARD_SCOPE);
    of.record.n_levels = 0;

    it.texts[0] = text("hour");
    it.scope.units = it.texts;
    it.scope.n_units = 1;
    cbank__v1__amount__init(&of.amount);
    of.amount.unit = text("credit");
    of.amounts[0] = &of.amount;
    of.record.amounts = of.amounts;
    of.record.n_amounts = 1;
    cr_expect_eq(awards(CBI_MANDATE_NOW), CBI_REASON_AWARD_SCOPE);
    of.amount.unit = text("hour");
    cr_expect_eq(awards(CBI_MANDATE_NOW), CBI_REASON_NONE);
}

Test(mandate, a_field_and_an_area_are_beginnings)
{
    it.entry.n_scopes = 1;
    cbank__v1__code__init(&it.field);
    it.field.scheme = text("isced-f");
    it.field.value = text("091");
    it.fields[0] = &it.field;
    it.scope.fields = it.fields;
    it.scope.n_fields = 1;
    cbank__v1__code__init(&of.code);
    of.code.scheme = text("isced-f");
    of.code.value = text("0913");
    of.codes[0] = &of.code;
    of.record.classifications = of.codes;
    of.record.n_classifications = 1;
    cr_expect_eq(awards(CBI_MANDATE_NOW), CBI_REASON_NONE);
    of.code.value = text("0921");
    cr_expect_eq(awards(CBI_MANDATE_NOW), CBI_REASON_AWARD_SCOPE);
    of.code.scheme = text("profession");
    cr_expect_eq(awards(CBI_MANDATE_NOW), CBI_REASON_NONE, "of another scheme nothing is said");
    of.record.n_classifications = it.scope.n_fields = 0;

    it.texts[0] = text("3603");
    it.scope.areas = it.texts;
    it.scope.n_areas = 1;
    of.record.area = &of.code;
    of.code.value = text("360302");
    cr_expect_eq(awards(CBI_MANDATE_NOW), CBI_REASON_NONE);
    of.code.value = text("360402");
    cr_expect_eq(awards(CBI_MANDATE_NOW), CBI_REASON_AWARD_SCOPE);
}

/* A verifier reads the same entry as of the position of the receipt. */
Test(mandate, what_was_granted_or_ended_later_did_not_count_yet)
{
    it.entry.n_licences = 1;
    it.licence.from = 20250101;
    cr_expect_eq(awards(9), CBI_REASON_NONE, "no licence was asked for then");
    cr_expect_eq(awards(10), CBI_REASON_AWARD_LICENCE);
    it.licence.from = 20240101;
    it.licence.ended_index = 20;
    it.licence.ended_on = 20240331;
    cr_expect_eq(awards(19), CBI_REASON_NONE);
    cr_expect_eq(awards(20), CBI_REASON_AWARD_LICENCE);
    it.licence.until = 20240131;
    cr_expect_eq(awards_on(20240229), CBI_REASON_AWARD_LICENCE, "no end prolongs it");
}

Test(mandate, the_last_day_of_an_institution_is_its_own)
{
    it.entry.status = CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_CLOSED;
    it.entry.status_index = 15;
    it.entry.ended_on = 20240630;
    it.entry.final_on = 20240731;
    cr_expect_eq(awards_on(20240630), CBI_REASON_NONE);
    cr_expect_eq(awards_on(20240701), CBI_REASON_AWARD_AFTER_END);
    cr_expect_eq(awards(14), CBI_REASON_NONE, "it had not been said then");
    cr_expect(!cbi_mandate_is_over(&it.entry, CBI_MANDATE_NOW, 20240731));
    cr_expect(cbi_mandate_is_over(&it.entry, CBI_MANDATE_NOW, 20240801));
    cr_expect(!cbi_mandate_is_over(&it.entry, 14, 20240801));
}

Test(mandate, who_states_no_role_has_all)
{
    Cbank__V1__InstitutionRole roles[] = {
        CBANK__V1__INSTITUTION_ROLE__INSTITUTION_ROLE_RECOGNISES};

    cr_expect(cbi_mandate_has_role(&it.entry,
                                   CBANK__V1__INSTITUTION_ROLE__INSTITUTION_ROLE_AWARDS));
    it.entry.roles = roles;
    it.entry.n_roles = 1;
    cr_expect(cbi_mandate_has_role(&it.entry, roles[0]));
    cr_expect(!cbi_mandate_has_role(&it.entry,
                                    CBANK__V1__INSTITUTION_ROLE__INSTITUTION_ROLE_AWARDS));
}

Test(mandate, a_delegate_signs_while_the_delegation_holds_and_never_by_another_grant)
{
    it.entry.n_delegations = 1;
    it.delegation.from = 20240101;
    it.delegation.until = 20241231;
    cr_expect_eq(signs("COLLEGE", CBI_MANDATE_NOW, 20240701), CBI_REASON_DELEGATION_MISSING,
                 "the record names no grant");
    of.record.delegation = (ProtobufCBinaryData){32, grant_other};
    cr_expect_eq(signs("COLLEGE", CBI_MANDATE_NOW, 20240701), CBI_REASON_DELEGATION_MISSING);
    of.record.delegation = (ProtobufCBinaryData){32, grant_one};
    cr_expect_eq(signs("COLLEGE", CBI_MANDATE_NOW, 20240101), CBI_REASON_NONE);
    cr_expect_eq(signs("COLLEGE", CBI_MANDATE_NOW, 20241231), CBI_REASON_NONE);
    cr_expect_eq(signs("COLLEGE", CBI_MANDATE_NOW, 20231231), CBI_REASON_DELEGATION_PERIOD);
    cr_expect_eq(signs("COLLEGE", CBI_MANDATE_NOW, 20250101), CBI_REASON_DELEGATION_PERIOD);
    cr_expect_eq(signs("COLLEGE", 9, 20240701), CBI_REASON_DELEGATION_MISSING);
    cr_expect_eq(signs("OTHER", CBI_MANDATE_NOW, 20240701), CBI_REASON_DELEGATION_MISSING);
    it.types[0] = TYPE(COURSE);
    it.delegation.types = it.types;
    it.delegation.n_types = 1;
    cr_expect_eq(signs("COLLEGE", CBI_MANDATE_NOW, 20240701), CBI_REASON_DELEGATION_TYPE);
}

Test(mandate, a_successor_amends_and_revokes_as_far_as_its_powers_go_and_awards_nothing)
{
    it.entry.n_successions = 1;
    it.powers[0] = POWER(AMEND);
    it.succession.powers = it.powers;
    it.succession.n_powers = 1;
    of.record.delegation = (ProtobufCBinaryData){32, grant_other};
    cr_expect_eq(signs("HEIR", CBI_MANDATE_NOW, 20240701), CBI_REASON_SUCCESSION_POWER,
                 "a first award is no amendment");
    of.record.supersedes = (ProtobufCBinaryData){32, grant_one};
    cr_expect_eq(signs("HEIR", CBI_MANDATE_NOW, 20240701), CBI_REASON_NONE);
    cr_expect_eq(changes("HEIR", ACTION(SUPERSEDE)), CBI_REASON_NONE);
    cr_expect_eq(changes("HEIR", ACTION(REVOKE)), CBI_REASON_SUCCESSION_POWER);
    it.powers[0] = POWER(REVOKE);
    cr_expect_eq(changes("HEIR", ACTION(REVOKE)), CBI_REASON_NONE);
    cr_expect_eq(changes("HEIR", ACTION(SUSPEND)), CBI_REASON_NONE);
    cr_expect_eq(changes("HEIR", ACTION(REINSTATE)), CBI_REASON_NONE);
    cr_expect_eq(changes("HEIR", ACTION(SUPERSEDE)), CBI_REASON_SUCCESSION_POWER);
    cr_expect_eq(changes("OTHER", ACTION(REVOKE)), CBI_REASON_DELEGATION_MISSING);
    it.succession.until = 20240630;
    cr_expect_eq(changes("HEIR", ACTION(REVOKE)), CBI_REASON_DELEGATION_PERIOD);
}

Test(mandate, a_batch_that_was_received_past_midnight_counts_for_the_day_before)
{
    const cbi_mandate_signer late = {"COLLEGE", CBI_MANDATE_NOW, 20250101, 20241231};
    cbi_mandate out;

    it.entry.n_delegations = 1;
    it.delegation.until = 20241231;
    of.record.delegation = (ProtobufCBinaryData){32, grant_one};
    of.record.deposited_by = text("COLLEGE");
    cr_expect_eq(cbi_mandate_check_record(&it.entry, &of.record, &late, &out, &err), CBANK_OK);
    cr_expect_eq(out.delegation, &it.delegation);
    cr_expect(!cbi_mandate_is_own(&out), "it carries no request");
}

Test(mandate, what_somebody_handed_on_to_himself_with_a_stolen_key_is_no_grant_for_the_bank)
{
    static uint8_t request[] = "asked";
    Cbank__V1__InstitutionKey key = CBANK__V1__INSTITUTION_KEY__INIT, *keys[1] = {&key};

    it.entry.n_delegations = 1;
    it.entry.keys = keys;
    it.entry.n_keys = 1;
    key.from_index = 3;
    key.until_index = 20;
    key.compromised_since = 10;
    of.record.delegation = (ProtobufCBinaryData){32, grant_one};
    cr_expect_eq(signs("COLLEGE", CBI_MANDATE_NOW, 20240701), CBI_REASON_NONE,
                 "the bank's own word needs no key");
    it.delegation.request = (ProtobufCBinaryData){sizeof(request), request};
    cr_expect_eq(signs("COLLEGE", CBI_MANDATE_NOW, 20240701), CBI_REASON_GRANT_KEY_LOST);
    cr_expect_eq(err.where, 10);
    cr_expect_eq(changes("COLLEGE", ACTION(REVOKE)), CBI_REASON_GRANT_KEY_LOST);
    cr_expect_eq(signs("COLLEGE", 30, 20240701), CBI_REASON_NONE, "a verifier weighs it himself");
    key.compromised_since = 11;
    cr_expect_eq(signs("COLLEGE", CBI_MANDATE_NOW, 20240701), CBI_REASON_NONE, "lost later");
}
