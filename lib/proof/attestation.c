#include "proof/attestation.h"

#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "proof/assembly.h"
#include "proof/checkpoint.h"
#include "proof/freshness.h"
#include "record/code.h"
#include "record/field.h"
#include "record/publication.h"

#define LIST_MAX 64u
#define RESULT(name) CBANK__V1__CLAIM_RESULT__CLAIM_RESULT_##name

/* ---- values ------------------------------------------------------------------------------ */

static cbank_status check_titles(const char *field, Cbank__V1__LangText *const *titles,
                                 size_t count, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_count(field, count, LIST_MAX, err));
    for (size_t i = 0; i < count; i++)
        CBI_TRY(cbi_field_text(field, titles[i]->value, CBI_TEXT_MAX, err));
done:
    return status;
}

static cbank_status check_requirement(const Cbank__V1__ClaimHead *head, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_publication_ref_check("requirement", head->requirement, true, err));
    CBI_TRY(check_titles("title", head->title, head->n_title, err));
    CBI_TRY(cbi_field_count("rule_sets", head->n_rule_sets, LIST_MAX, err));
    for (size_t i = 0; i < head->n_rule_sets; i++)
        CBI_TRY(cbi_publication_ref_check("rule_sets", head->rule_sets[i], true, err));
    CBI_TRY(cbi_field_date("from", head->from, err));
    CBI_TRY(cbi_field_date("until", head->until, err));
    CBI_TRY(cbi_field_date_order("until", head->from, head->until, err));
    CBI_TRY(cbi_field_date("as_of", head->as_of, err));
    CBI_TRY(cbi_field_text("unit", head->unit, CBI_WORD_MAX, err));
    CBI_TRY(cbi_field_count("parts", head->n_parts, CBI_BUCKETS_MAX, err));
    CBI_TRY(cbi_field_size("plan_digest", head->plan_digest, CBI_HASH_SIZE, true, err));
done:
    return status;
}

/* What is said fits together: nobody fulfils who lacks something in all. */
static cbank_status check_result(const Cbank__V1__ClaimHead *head, cbank_error *err)
{
    if (head->required_milli < 0 || head->reached_milli < 0)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "required", NULL);
    if (head->result < RESULT(MET) || head->result > RESULT(UNDECIDED))
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "result", NULL);
    if (head->result == RESULT(MET) && head->reached_milli < head->required_milli)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "result", NULL);
    return CBANK_OK;
}

static cbank_status check_head(const Cbank__V1__ClaimHead *head, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (!cbi_verification_is_valid(cbi_message_text(head->code)))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "code", NULL);
    if (!cbi_origin_is_valid(cbi_message_text(head->origin)))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "origin", NULL);
    if (!cbi_recipient_is_valid(cbi_message_text(head->recipient)))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "recipient", NULL);
    CBI_TRY(cbi_field_code("purpose", head->purpose, err));
    if (head->issued_at <= 0 || head->expires_at < head->issued_at)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "expires_at", NULL);
    CBI_TRY(cbi_field_size("consent", head->consent, CBI_HASH_SIZE, false, err));
    if (head->size == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "size", NULL);
    CBI_TRY(cbi_field_size("root", head->root, CBI_HASH_SIZE, true, err));
    CBI_TRY(check_requirement(head, err));
    CBI_TRY(check_result(head, err));
    if (cbi_message_text(head->attested_by).size > 0)
        CBI_TRY(cbi_field_institution("attested_by", head->attested_by, err));
done:
    return status;
}

cbank_status cbi_attestation_make(Cbank__V1__ClaimHead *head, const cbi_private *key,
                                  cbank_buffer *file, cbank_error *err)
{
    cbi_assembly assembly = {0};
    cbank_status status = CBANK_OK;

    head->version = 1;
    CBI_TRY(check_head(head, err));
    CBI_TRY(cbi_assembly_begin(cbi_private_public(key)->suite, &assembly, err));
    CBI_TRY(cbi_assembly_finish(&assembly, CBI_CLAIM_TYPE, head, &key, 1, file, err));
done:
    cbi_assembly_clear(&assembly);
    return status;
}

/* ---- reading ----------------------------------------------------------------------------- */

cbank_status cbi_attestation_open(cbi_hasher *hasher, cbi_bytes bytes, cbi_attestation *out,
                                  cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_file_open(bytes, CBI_CLAIM_TYPE, &cbank__v1__claim_head__descriptor, &out->file,
                          err));
    out->head = out->file.head;
    CBI_TRY(cbi_file_end(&out->file, err));
    if (out->head->version != 1)
        CBI_TRY(cbi_fail(err, CBI_REASON_FILE_VERSION, out->head->version, "claim", NULL));
    CBI_TRY(cbi_field_refuse_signed(check_head(out->head, err), err));
    (void)cbi_hash_from(cbi_message_bytes(out->head->root), &out->root); /* its size was checked */
    CBI_TRY(cbi_envelope_id(hasher, out->file.envelope.payload, &out->id, err));
done:
    if (status != CBANK_OK)
        cbi_attestation_clear(out);
    return status;
}

void cbi_attestation_clear(cbi_attestation *attestation)
{
    cbi_file_clear(&attestation->file);
    *attestation = (cbi_attestation){0};
}

/* Expired, unless the status file says that it was extended. */
static cbank_status check_expiry(const cbi_directory *directory, const cbi_verify_terms *terms,
                                 const cbi_attestation *claim, cbank_error *err)
{
    int64_t extended = 0, until = claim->head->expires_at;
    char expires[CBI_TIME_TEXT_MAX];
    cbank_status status = CBANK_OK;

    if (until >= terms->at)
        return CBANK_OK;
    CBI_TRY(cbi_freshness_extension(directory, terms, &claim->id, &extended, err));
    if (extended > until)
        until = extended;
    if (until < terms->at) {
        cbi_time_format(until, expires);
        status = cbi_fail(err, CBI_REASON_FILE_EXPIRED, 0, "claim", "%s", expires);
    }
done:
    return status;
}

static cbank_status check_recipient(const Cbank__V1__ClaimHead *head,
                                    const cbi_verify_terms *terms, cbank_error *err)
{
    if (terms->any_recipient || strcmp(head->recipient, CBI_RECIPIENT_ANYONE) == 0)
        return CBANK_OK;
    if (terms->recipient.size == 0)
        return cbi_fail(err, CBI_REASON_RECIPIENT_UNSTATED, 0, head->recipient, NULL);
    if (!cbi_bytes_equal(terms->recipient, cbi_message_text(head->recipient)))
        return cbi_fail(err, CBI_REASON_RECIPIENT_OTHER, 0, head->recipient, NULL);
    return CBANK_OK;
}

/* Of one size there is one log. */
static cbank_status check_same_log(const cbi_attestation *claim, uint64_t size,
                                   const cbi_hash *root, cbank_error *err)
{
    if (size == claim->head->size && !cbi_hash_equal(root, &claim->root))
        return cbi_fail(err, CBI_REASON_LOG_FORKED, size, claim->head->origin, NULL);
    return CBANK_OK;
}

static cbank_status check_fresh(const cbi_directory *directory, const cbi_verify_terms *terms,
                                cbi_attestation *claim, cbank_error *err)
{
    const cbi_status_disclosure *listed;
    cbi_statusfile file = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_freshness_find(directory, terms, claim->head->size, &file, err));
    if (file.head == NULL)
        goto done;
    CBI_TRY(check_same_log(claim, file.head->size, &file.root, err));
    if (directory->head != NULL && directory->head->size == file.head->size &&
        !cbi_hash_equal(&file.root, &directory->root))
        CBI_TRY(cbi_fail(err, CBI_REASON_LOG_FORKED, file.head->size, file.head->origin, NULL));
    listed = cbi_statusfile_disclosure(&file, &claim->id);
    if (listed != NULL &&
        listed->state == CBANK__V1__DISCLOSURE_STATE__DISCLOSURE_STATE_WITHDRAWN)
        CBI_TRY(cbi_fail(err, CBI_REASON_CLAIM_RECALLED, 0, "claim", NULL));
    claim->extended_until = listed == NULL ? 0 : listed->expires_at;
    claim->fresh = true;
    claim->status_size = file.head->size;
done:
    cbi_statusfile_clear(&file);
    return status;
}

cbank_status cbi_attestation_verify(cbi_hasher *hasher, cbi_bytes bytes,
                                    const cbi_directory *directory, const cbi_verify_terms *terms,
                                    cbi_attestation *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_attestation_open(hasher, bytes, out, err));
    if (strcmp(out->head->origin, directory->origin) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_ORIGIN_UNKNOWN, 0, out->head->origin, NULL));
    CBI_TRY(cbi_directory_check_log(directory, &out->file.envelope, out->head->size, NULL, err));
    CBI_TRY(check_expiry(directory, terms, out, err));
    CBI_TRY(check_recipient(out->head, terms, err));
    if (directory->head != NULL)
        CBI_TRY(check_same_log(out, directory->head->size, &directory->root, err));
    CBI_TRY(check_fresh(directory, terms, out, err));
done:
    if (status != CBANK_OK)
        cbi_attestation_clear(out);
    return status;
}
