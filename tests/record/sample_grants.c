/* Bodies of what is said of an institution. */
#include "sample.h"

static char *text(const char *value)
{
    return cbi_message_string(value);
}

void sample_grants_init(sample_bodies *sample)
{
    sample->types[0] = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COMMUNITY;
    sample->types[1] = CBANK__V1__RECORD_TYPE__RECORD_TYPE_TRAINING;
    cbank__v1__scope__init(&sample->scope);
    sample->scope.types = sample->types;
    sample->scope.n_types = 2;
    sample->scope.from = 20240101;
    sample->scope.until = 20261231;
    sample->scope.document = text("教职〔2024〕1号");
    cbank__v1__scope_granted__init(&sample->scope_granted);
    sample->scope_granted.institution = text("PXU");
    sample->scope_granted.scope = &sample->scope;
    cbank__v1__licence__init(&sample->licence);
    sample->licence.number = text("教民136030170000001");
    sample->licence.from = 20240101;
    cbank__v1__licence_granted__init(&sample->licence_granted);
    sample->licence_granted.institution = text("PXU");
    sample->licence_granted.licence = &sample->licence;
    cbank__v1__delegation__init(&sample->delegation);
    sample->delegation.signer = text("COLLEGE");
    sample->delegation.types = sample->types;
    sample->delegation.n_types = 2;
    sample->delegation.from = 20240101;
    sample->delegation.until = 20241231;
    cbank__v1__delegation_granted__init(&sample->delegation_granted);
    sample->delegation_granted.institution = text("PXU");
    sample->delegation_granted.delegation = &sample->delegation;
    sample->powers[0] = CBANK__V1__SUCCESSION_POWER__SUCCESSION_POWER_AMEND;
    sample->powers[1] = CBANK__V1__SUCCESSION_POWER__SUCCESSION_POWER_REVOKE;
    cbank__v1__succession__init(&sample->succession);
    sample->succession.institution = text("COLLEGE");
    sample->succession.kind = CBANK__V1__SUCCESSION_KIND__SUCCESSION_KIND_SUCCESSOR;
    sample->succession.powers = sample->powers;
    sample->succession.n_powers = 2;
    cbank__v1__succession_granted__init(&sample->succession_granted);
    sample->succession_granted.institution = text("PXU");
    sample->succession_granted.succession = &sample->succession;
    cbank__v1__grant_ended__init(&sample->grant_ended);
    sample->grant_ended.institution = text("PXU");
    sample->grant_ended.granted_index = 7;
    sample->grant_ended.ended_on = 20240630;
    cbank__v1__institution_ended__init(&sample->institution_ended);
    sample->institution_ended.institution = text("PXU");
    sample->institution_ended.ended_on = 20240630;
    sample->institution_ended.final_on = 20240731;
    sample->institution_ended.into = text("COLLEGE");
    cbank__v1__institution_registered__init(&sample->institution_registered);
    sample->institution_registered.institution = text("PXU");
    sample->institution_registered.names = sample->names;
    sample->institution_registered.n_names = 1;
    sample->institution_registered.parent = text("COLLEGE");
    cbank__v1__institution_described__init(&sample->institution_described);
    sample->institution_described.institution = text("PXU");
    sample->institution_described.names = sample->names;
    sample->institution_described.n_names = 1;
    sample->roles[0] = CBANK__V1__INSTITUTION_ROLE__INSTITUTION_ROLE_AWARDS;
    sample->roles[1] = CBANK__V1__INSTITUTION_ROLE__INSTITUTION_ROLE_SERVICE_POINT;
    sample->institution_described.roles = sample->roles;
    sample->institution_described.n_roles = 2;
    sample->institution_described.parent = text("COLLEGE");
    sample->institution_described.country = text("CHN");
}
