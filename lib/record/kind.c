#include "record/kind.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define SUBJECT(name) CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_##name
#define CLASS(name) CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_##name

static const cbi_kind KINDS[] = {
    {KIND(ACCOUNT_OPENED), "account_opened", SUBJECT(LEARNER), CLASS(ACCOUNT), CBI_SIGNER_BANK,
     true, &cbank__v1__account_opened__descriptor},
    {KIND(ACCOUNT_FROZEN), "account_frozen", SUBJECT(LEARNER), CLASS(ACCOUNT), CBI_SIGNER_BANK,
     false, &cbank__v1__account_changed__descriptor},
    {KIND(ACCOUNT_UNFROZEN), "account_unfrozen", SUBJECT(LEARNER), CLASS(ACCOUNT),
     CBI_SIGNER_BANK, false, &cbank__v1__account_changed__descriptor},
    {KIND(MERGED_OUT), "merged_out", SUBJECT(LEARNER), CLASS(ACCOUNT), CBI_SIGNER_BANK, false,
     &cbank__v1__merged_out__descriptor},
    {KIND(MERGED_IN), "merged_in", SUBJECT(LEARNER), CLASS(ACCOUNT), CBI_SIGNER_BANK, false,
     &cbank__v1__merged_in__descriptor},
    {KIND(CREDIT_DEPOSITED), "credit_deposited", SUBJECT(LEARNER), CLASS(AWARD),
     CBI_SIGNER_BATCH, false, &cbank__v1__credit_deposited__descriptor},
    {KIND(CREDIT_CHANGED), "credit_changed", SUBJECT(LEARNER), CLASS(CHANGE), CBI_SIGNER_BATCH,
     false, &cbank__v1__credit_changed__descriptor},
    {KIND(CONVERSION_RECOGNISED), "conversion_recognised", SUBJECT(LEARNER), CLASS(USE),
     CBI_SIGNER_DECISION, false, &cbank__v1__conversion_recognised__descriptor},
    {KIND(CONVERSION_SUSPENDED), "conversion_suspended", SUBJECT(LEARNER), CLASS(CHANGE),
     CBI_SIGNER_DECISION, false, &cbank__v1__conversion_changed__descriptor},
    {KIND(CONVERSION_REINSTATED), "conversion_reinstated", SUBJECT(LEARNER), CLASS(CHANGE),
     CBI_SIGNER_DECISION, false, &cbank__v1__conversion_changed__descriptor},
    {KIND(CONVERSION_REVERSED), "conversion_reversed", SUBJECT(LEARNER), CLASS(CHANGE),
     CBI_SIGNER_DECISION, false, &cbank__v1__conversion_changed__descriptor},
    {KIND(CONVERSION_REPLACED), "conversion_replaced", SUBJECT(LEARNER), CLASS(CHANGE),
     CBI_SIGNER_DECISION, false, &cbank__v1__conversion_replaced__descriptor},
    {KIND(CONVERSION_NOTED), "conversion_noted", SUBJECT(LEARNER), CLASS(USE), CBI_SIGNER_BANK,
     false, &cbank__v1__conversion_noted__descriptor},
    {KIND(CREDIT_QUESTIONED), "credit_questioned", SUBJECT(LEARNER), CLASS(CHANGE),
     CBI_SIGNER_BANK, false, &cbank__v1__credit_questioned__descriptor},
    {KIND(TRANSFER_OFFERED), "transfer_offered", SUBJECT(LEARNER), CLASS(USE), CBI_SIGNER_BANK,
     false, &cbank__v1__transfer_offered__descriptor},
    {KIND(TRANSFER_ACCEPTED), "transfer_accepted", SUBJECT(LEARNER), CLASS(USE),
     CBI_SIGNER_PARTNER, false, &cbank__v1__transfer_ended__descriptor},
    {KIND(TRANSFER_PARTLY_ACCEPTED), "transfer_partly_accepted", SUBJECT(LEARNER), CLASS(USE),
     CBI_SIGNER_PARTNER, false, &cbank__v1__transfer_ended__descriptor},
    {KIND(TRANSFER_DECLINED), "transfer_declined", SUBJECT(LEARNER), CLASS(USE),
     CBI_SIGNER_PARTNER, false, &cbank__v1__transfer_ended__descriptor},
    {KIND(TRANSFER_EXPIRED), "transfer_expired", SUBJECT(LEARNER), CLASS(USE),
     CBI_SIGNER_PARTNER, false, &cbank__v1__transfer_ended__descriptor},
    {KIND(TRANSFER_RETURNED), "transfer_returned", SUBJECT(LEARNER), CLASS(USE),
     CBI_SIGNER_PARTNER, false, &cbank__v1__transfer_ended__descriptor},
    {KIND(CREDIT_RECEIVED), "credit_received", SUBJECT(LEARNER), CLASS(AWARD),
     CBI_SIGNER_PARTNER, false, &cbank__v1__credit_received__descriptor},
    {KIND(TRANSFER_GIVEN_BACK), "transfer_given_back", SUBJECT(LEARNER), CLASS(USE),
     CBI_SIGNER_BANK, false, &cbank__v1__transfer_given_back__descriptor},
    {KIND(INSTITUTION_ADMITTED), "institution_admitted", SUBJECT(INSTITUTION), CLASS(OTHER),
     CBI_SIGNER_REQUEST, true, &cbank__v1__institution_admitted__descriptor},
    {KIND(KEY_ROTATED), "key_rotated", SUBJECT(INSTITUTION), CLASS(OTHER), CBI_SIGNER_REQUEST,
     false, &cbank__v1__key_rotated__descriptor},
    {KIND(INSTITUTION_SUSPENDED), "institution_suspended", SUBJECT(INSTITUTION), CLASS(OTHER),
     CBI_SIGNER_BANK, false, &cbank__v1__institution_changed__descriptor},
    {KIND(INSTITUTION_RESUMED), "institution_resumed", SUBJECT(INSTITUTION), CLASS(OTHER),
     CBI_SIGNER_BANK, false, &cbank__v1__institution_changed__descriptor},
    {KIND(BATCH_RECEIVED), "batch_received", SUBJECT(INSTITUTION), CLASS(OTHER), CBI_SIGNER_BANK,
     false, &cbank__v1__batch_received__descriptor},
    {KIND(RECOGNITION_RECEIVED), "recognition_received", SUBJECT(INSTITUTION), CLASS(OTHER),
     CBI_SIGNER_BANK, false, &cbank__v1__decision_received__descriptor},
    {KIND(RECOGNITION_CHANGE_RECEIVED), "recognition_change_received", SUBJECT(INSTITUTION),
     CLASS(OTHER), CBI_SIGNER_BANK, false, &cbank__v1__decision_received__descriptor},
    {KIND(BANK_CREATED), "bank_created", SUBJECT(BANK), CLASS(OTHER), CBI_SIGNER_BANK, true,
     &cbank__v1__bank_created__descriptor},
    {KIND(TRANSFER_ANSWERED), "transfer_answered", SUBJECT(BANK), CLASS(OTHER), CBI_SIGNER_BANK,
     false, &cbank__v1__transfer_answered__descriptor},
};

const cbi_kind *cbi_kind_find(int kind)
{
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if ((int)KINDS[i].kind == kind)
            return &KINDS[i];
    }
    return NULL;
}
