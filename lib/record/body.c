#include "record/body.h"

#include "base/limits.h"
#include "crypto/suite.h"
#include "record/case.h"
#include "record/consent.h"
#include "record/conversion.h"
#include "record/field.h"
#include "record/keybody.h"
#include "record/institution.h"
#include "record/organisation.h"
#include "record/publication.h"
#include "record/transfer.h"

#include <string.h>

static cbank_status check_account(const char *name, const char *account, cbank_error *err)
{
    return cbi_field_account(name, account, err);
}

static cbank_status check_hash(const char *name, ProtobufCBinaryData value, cbank_error *err)
{
    return cbi_field_hash(name, value, err);
}

static cbank_status check_key(const char *name, ProtobufCBinaryData key, cbank_error *err)
{
    return cbi_field_key(name, key, err);
}

static cbank_status check_signed_bytes(const char *name, ProtobufCBinaryData bytes,
                                       cbank_error *err)
{
    if (bytes.len == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, name, NULL);
    return CBANK_OK;
}

static cbank_status check_index(uint32_t index, cbank_error *err)
{
    if (index >= CBI_BATCH_RECORDS_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, index, "index", NULL);
    return CBANK_OK;
}

/* No chain has a deposit or an ending as its first entry. */
static cbank_status check_sequence(const char *name, uint64_t sequence, cbank_error *err)
{
    if (sequence == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, name, NULL);
    return CBANK_OK;
}

static cbank_status check_assurance(Cbank__V1__IdentityAssurance assurance, cbank_error *err)
{
    if (assurance == CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_UNSPECIFIED)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "assurance", NULL);
    return CBANK_OK;
}

static cbank_status check_account_opened(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__AccountOpened *opened = body;

    CBI_TRY(check_account("account", opened->account, err));
    if (cbi_message_text(opened->opened_by).size > 0)
        CBI_TRY(cbi_field_institution("opened_by", opened->opened_by, err));
    CBI_TRY(cbi_field_code("channel", opened->channel, err));
    CBI_TRY(check_hash("holder", opened->holder, err));
    CBI_TRY(check_assurance(opened->assurance, err));
done:
    return status;
}

/* An earlier statement by its leaf; without one nothing is named, not even by sequence. */
static cbank_status check_touched(uint64_t sequence, ProtobufCBinaryData leaf, cbank_error *err)
{
    if (leaf.len == 0 && sequence != 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "touched_leaf", NULL);
    return cbi_field_size("touched_leaf", leaf, CBI_HASH_SIZE, false, err);
}

static cbank_status check_identity_bound(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__IdentityBound *bound = body;

    CBI_TRY(check_account("account", bound->account, err));
    CBI_TRY(check_hash("holder", bound->holder, err));
    CBI_TRY(check_assurance(bound->assurance, err));
done:
    return status;
}

static cbank_status check_identity_corrected(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__IdentityCorrected *corrected = body;

    CBI_TRY(check_account("account", corrected->account, err));
    CBI_TRY(check_hash("holder", corrected->holder, err));
    CBI_TRY(check_assurance(corrected->assurance, err));
    CBI_TRY(check_touched(corrected->touched_sequence, corrected->touched_leaf, err));
done:
    return status;
}

static cbank_status check_identity_unbound(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__IdentityUnbound *unbound = body;

    CBI_TRY(check_account("account", unbound->account, err));
    CBI_TRY(check_touched(unbound->touched_sequence, unbound->touched_leaf, err));
done:
    return status;
}

static cbank_status check_account_changed(const void *body, cbank_error *err)
{
    const Cbank__V1__AccountChanged *changed = body;

    return check_account("account", changed->account, err);
}

static cbank_status check_merged_out(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__MergedOut *merged = body;

    CBI_TRY(check_account("account", merged->account, err));
    CBI_TRY(check_hash("into_tag", merged->into_tag, err));
done:
    return status;
}

static cbank_status check_merged_in(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__MergedIn *merged = body;

    CBI_TRY(check_account("account", merged->account, err));
    CBI_TRY(check_account("from_account", merged->from_account, err));
    if (strcmp(merged->account, merged->from_account) == 0)
        return cbi_fail(err, CBI_REASON_FIELD_TWICE, 0, "from_account", NULL);
    CBI_TRY(check_hash("from_tag_random", merged->from_tag_random, err));
    CBI_TRY(check_sequence("from_sequence", merged->from_sequence, err));
    CBI_TRY(check_hash("from_leaf", merged->from_leaf, err));
done:
    return status;
}

static cbank_status check_unmerged(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__Unmerged *unmerged = body;

    CBI_TRY(check_account("account", unmerged->account, err));
    CBI_TRY(check_sequence("touched_sequence", unmerged->touched_sequence, err));
    CBI_TRY(check_hash("touched_leaf", unmerged->touched_leaf, err));
done:
    return status;
}

static cbank_status check_account_erased(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__AccountErased *erased = body;

    CBI_TRY(check_account("account", erased->account, err));
    if (erased->complete_on == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "complete_on", NULL);
    CBI_TRY(cbi_field_date("complete_on", erased->complete_on, err));
done:
    return status;
}

static cbank_status check_credit_deposited(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__CreditDeposited *deposited = body;

    CBI_TRY(check_account("account", deposited->account, err));
    CBI_TRY(check_hash("batch", deposited->batch, err));
    CBI_TRY(check_index(deposited->index, err));
    CBI_TRY(check_signed_bytes("record", deposited->record, err));
done:
    return status;
}

static cbank_status check_credit_changed(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__CreditChanged *changed = body;

    CBI_TRY(check_hash("batch", changed->batch, err));
    CBI_TRY(check_index(changed->index, err));
    CBI_TRY(check_sequence("touched_sequence", changed->touched_sequence, err));
    CBI_TRY(check_hash("touched_leaf", changed->touched_leaf, err));
    CBI_TRY(check_signed_bytes("change", changed->change, err));
done:
    return status;
}

static cbank_status check_enrolled(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__Enrolled *enrolled = body;

    CBI_TRY(check_account("account", enrolled->account, err));
    CBI_TRY(check_hash("batch", enrolled->batch, err));
    CBI_TRY(check_index(enrolled->index, err));
    CBI_TRY(check_signed_bytes("enrolment", enrolled->enrolment, err));
done:
    return status;
}

static cbank_status check_enrolment_changed(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__EnrolmentChanged *changed = body;

    CBI_TRY(check_account("account", changed->account, err));
    CBI_TRY(check_hash("batch", changed->batch, err));
    CBI_TRY(check_index(changed->index, err));
    CBI_TRY(check_sequence("touched_sequence", changed->touched_sequence, err));
    CBI_TRY(check_hash("touched_leaf", changed->touched_leaf, err));
    CBI_TRY(check_signed_bytes("change", changed->change, err));
done:
    return status;
}

static cbank_status check_claim_noted(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__ClaimNoted *noted = body;

    CBI_TRY(check_account("account", noted->account, err));
    CBI_TRY(check_hash("claim", noted->claim, err));
done:
    return status;
}

static cbank_status check_published(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__Published *published = body;

    CBI_TRY(cbi_publication_ref_check("publication", published->publication, true, err));
    CBI_TRY(cbi_field_institution("authority", published->authority, err));
    CBI_TRY(check_key("public_key", published->public_key, err));
done:
    return status;
}

static cbank_status check_publication_withdrawn(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__PublicationWithdrawn *withdrawn = body;

    CBI_TRY(cbi_publication_ref_check("publication", withdrawn->publication, true, err));
    CBI_TRY(cbi_field_institution("authority", withdrawn->authority, err));
    CBI_TRY(check_signed_bytes("request", withdrawn->request, err));
    CBI_TRY(check_key("public_key", withdrawn->public_key, err));
done:
    return status;
}

static cbank_status check_institution_admitted(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__InstitutionAdmitted *admitted = body;

    CBI_TRY(cbi_field_institution("institution", admitted->institution, err));
    CBI_TRY(cbi_field_names("names", admitted->names, admitted->n_names, err));
    CBI_TRY(cbi_organisation_ids_check(admitted->ids, admitted->n_ids, err));
    CBI_TRY(check_key("public_key", admitted->public_key, err));
done:
    return status;
}

static cbank_status check_key_rotated(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__KeyRotated *rotated = body;

    CBI_TRY(cbi_field_institution("institution", rotated->institution, err));
    CBI_TRY(check_key("public_key", rotated->public_key, err));
    CBI_TRY(check_signed_bytes("request", rotated->request, err));
done:
    return status;
}

static cbank_status check_institution_changed(const void *body, cbank_error *err)
{
    const Cbank__V1__InstitutionChanged *changed = body;

    return cbi_field_institution("institution", changed->institution, err);
}

static cbank_status check_batch_received(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__BatchReceived *received = body;
    uint64_t items = (uint64_t)received->taken + received->unchanged + received->refused;

    CBI_TRY(cbi_field_institution("institution", received->institution, err));
    CBI_TRY(check_hash("batch", received->batch, err));
    if (items == 0 || items > CBI_BATCH_RECORDS_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, items, "taken", NULL);
    CBI_TRY(check_key("public_key", received->public_key, err));
done:
    return status;
}

static cbank_status check_bank_created(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__BankCreated *created = body;
    size_t key_size;

    CBI_TRY(cbi_field_text("origin", created->origin, CBI_ORIGIN_MAX, err));
    CBI_TRY(cbi_field_names("names", created->names, created->n_names, err));
    if (!cbi_suite_is_known((int)created->suite))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "suite", "%d", (int)created->suite);
    key_size = cbi_suite_public_size((cbi_suite)created->suite);
    CBI_TRY(cbi_field_size("root_key", created->root_key, key_size, true, err));
    CBI_TRY(cbi_field_size("log_key", created->log_key, key_size, true, err));
done:
    return status;
}

static const struct {
    const ProtobufCMessageDescriptor *body;
    cbank_status (*check)(const void *body, cbank_error *err);
} CHECKS[] = {
    {&cbank__v1__account_opened__descriptor, check_account_opened},
    {&cbank__v1__identity_bound__descriptor, check_identity_bound},
    {&cbank__v1__identity_corrected__descriptor, check_identity_corrected},
    {&cbank__v1__identity_unbound__descriptor, check_identity_unbound},
    {&cbank__v1__account_changed__descriptor, check_account_changed},
    {&cbank__v1__merged_out__descriptor, check_merged_out},
    {&cbank__v1__merged_in__descriptor, check_merged_in},
    {&cbank__v1__unmerged__descriptor, check_unmerged},
    {&cbank__v1__account_erased__descriptor, check_account_erased},
    {&cbank__v1__credit_deposited__descriptor, check_credit_deposited},
    {&cbank__v1__credit_changed__descriptor, check_credit_changed},
    {&cbank__v1__conversion_recognised__descriptor, cbi_conversion_check_recognised},
    {&cbank__v1__conversion_changed__descriptor, cbi_conversion_check_changed},
    {&cbank__v1__conversion_replaced__descriptor, cbi_conversion_check_replaced},
    {&cbank__v1__conversion_noted__descriptor, cbi_conversion_check_noted},
    {&cbank__v1__credit_questioned__descriptor, cbi_conversion_check_questioned},
    {&cbank__v1__decision_received__descriptor, cbi_conversion_check_received},
    {&cbank__v1__case_moved__descriptor, cbi_case_check_moved},
    {&cbank__v1__transfer_offered__descriptor, cbi_transfer_check_offered},
    {&cbank__v1__transfer_ended__descriptor, cbi_transfer_check_ended},
    {&cbank__v1__credit_received__descriptor, cbi_transfer_check_received},
    {&cbank__v1__transfer_given_back__descriptor, cbi_transfer_check_given_back},
    {&cbank__v1__transfer_answered__descriptor, cbi_transfer_check_answered},
    {&cbank__v1__enrolled__descriptor, check_enrolled},
    {&cbank__v1__enrolment_changed__descriptor, check_enrolment_changed},
    {&cbank__v1__claim_noted__descriptor, check_claim_noted},
    {&cbank__v1__agent_authorised__descriptor, cbi_consent_check_authorised},
    {&cbank__v1__agent_ended__descriptor, cbi_consent_check_agent_ended},
    {&cbank__v1__consent_given__descriptor, cbi_consent_check_given},
    {&cbank__v1__consent_withdrawn__descriptor, cbi_consent_check_withdrawn},
    {&cbank__v1__disclosure_issued__descriptor, cbi_consent_check_issued},
    {&cbank__v1__disclosure_extended__descriptor, cbi_consent_check_extended},
    {&cbank__v1__disclosure_withdrawn__descriptor, cbi_consent_check_recalled},
    {&cbank__v1__published__descriptor, check_published},
    {&cbank__v1__publication_withdrawn__descriptor, check_publication_withdrawn},
    {&cbank__v1__institution_admitted__descriptor, check_institution_admitted},
    {&cbank__v1__key_rotated__descriptor, check_key_rotated},
    {&cbank__v1__key_replaced__descriptor, cbi_keybody_check_key_replaced},
    {&cbank__v1__key_compromised__descriptor, cbi_keybody_check_key_compromised},
    {&cbank__v1__institution_changed__descriptor, check_institution_changed},
    {&cbank__v1__institution_registered__descriptor, cbi_institution_check_registered},
    {&cbank__v1__institution_described__descriptor, cbi_institution_check_described},
    {&cbank__v1__scope_granted__descriptor, cbi_institution_check_scope_granted},
    {&cbank__v1__licence_granted__descriptor, cbi_institution_check_licence_granted},
    {&cbank__v1__delegation_granted__descriptor, cbi_institution_check_delegation_granted},
    {&cbank__v1__succession_granted__descriptor, cbi_institution_check_succession_granted},
    {&cbank__v1__grant_ended__descriptor, cbi_institution_check_grant_ended},
    {&cbank__v1__institution_ended__descriptor, cbi_institution_check_ended},
    {&cbank__v1__batch_received__descriptor, check_batch_received},
    {&cbank__v1__bank_created__descriptor, check_bank_created},
    {&cbank__v1__log_key_begun__descriptor, cbi_keybody_check_log_key_begun},
    {&cbank__v1__root_key_succeeded__descriptor, cbi_keybody_check_root_key_succeeded},
    {&cbank__v1__log_key_compromised__descriptor,
     cbi_keybody_check_log_key_compromised},
};

const char *cbi_body_account(const cbi_kind *kind, const void *body)
{
    const char *account = NULL;

    for (unsigned i = 0; i < kind->body->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &kind->body->fields[i];

        if (field->type == PROTOBUF_C_TYPE_STRING && field->label == PROTOBUF_C_LABEL_NONE &&
            strcmp(field->name, "account") == 0)
            memcpy(&account, (const uint8_t *)body + field->offset, sizeof(account));
    }
    return account;
}

bool cbi_body_holder(const cbi_kind *kind, const void *body, cbi_bytes *out)
{
    if (kind->body == &cbank__v1__account_opened__descriptor)
        *out = cbi_message_bytes(((const Cbank__V1__AccountOpened *)body)->holder);
    else if (kind->body == &cbank__v1__identity_bound__descriptor)
        *out = cbi_message_bytes(((const Cbank__V1__IdentityBound *)body)->holder);
    else if (kind->body == &cbank__v1__identity_corrected__descriptor)
        *out = cbi_message_bytes(((const Cbank__V1__IdentityCorrected *)body)->holder);
    else
        return false;
    return true;
}

cbank_status cbi_body_check(const cbi_kind *kind, const void *body, cbank_error *err)
{
    for (size_t i = 0; i < sizeof(CHECKS) / sizeof(CHECKS[0]); i++) {
        if (CHECKS[i].body == kind->body)
            return CHECKS[i].check(body, err);
    }
    return cbi_fail(err, CBI_REASON_INTERNAL, 0, "body", "%s", kind->word);
}
