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
    {KIND(BANK_CREATED), "bank_created", SUBJECT(BANK), CLASS(OTHER), CBI_SIGNER_BANK, true,
     &cbank__v1__bank_created__descriptor},
};

const cbi_kind *cbi_kind_find(int kind)
{
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if ((int)KINDS[i].kind == kind)
            return &KINDS[i];
    }
    return NULL;
}
