#include "proof/recognition.h"

#include "base/decimal.h"
#include "base/limits.h"
#include "proof/checkpoint.h"
#include "record/amount.h"
#include "record/conversion.h"
#include "record/field.h"
#include "record/grade.h"

typedef Cbank__V1__RecognitionHead recognition_head;

#define BASIS(name) CBANK__V1__GRANT_BASIS__GRANT_BASIS_##name
#define OUTCOME(name) CBANK__V1__DECISION_OUTCOME__DECISION_OUTCOME_##name

static bool is_stated(const char *text)
{
    return cbi_message_text(text).size > 0;
}

static cbank_status check_publication(const char *name, const Cbank__V1__PublicationRef *ref,
                                      cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (ref == NULL || ref->kind == CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_UNSPECIFIED ||
        ref->edition == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, name, NULL);
    CBI_TRY(cbi_field_text(name, ref->id, CBI_REFERENCE_MAX, err));
    CBI_TRY(cbi_field_hash(name, ref->digest, err));
done:
    return status;
}

static cbank_status check_names(const recognition_head *head, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_size("salt", head->salt, CBI_SALT_SIZE, true, err));
    CBI_TRY(cbi_field_text("number", head->number, CBI_REFERENCE_MAX, err));
    CBI_TRY(cbi_field_institution("institution", head->institution, err));
    if (!cbi_origin_is_valid(cbi_message_text(head->origin)))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "origin", NULL);
    CBI_TRY(cbi_field_account("account", head->account, err));
    CBI_TRY(cbi_field_hash("account_tag", head->account_tag, err));
    if (head->sequences == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "sequences", NULL);
    CBI_TRY(cbi_field_size("case_leaf", head->case_leaf, CBI_HASH_SIZE, false, err));
    CBI_TRY(cbi_field_size("replaces", head->replaces, CBI_HASH_SIZE, false, err));
    CBI_TRY(cbi_field_size("plan_digest", head->plan_digest, CBI_HASH_SIZE, false, err));
    if (head->at <= 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "at", NULL);
done:
    return status;
}

static cbank_status check_question(const recognition_head *head, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_publication("programme", head->programme, err));
    if (head->programme->kind != CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "programme", NULL);
    if (!cbi_field_is_word(cbi_message_text(head->unit)))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "unit", NULL);
    CBI_TRY(cbi_field_count("rule_sets", head->n_rule_sets, CBI_RECOGNITION_RULE_SETS_MAX, err));
    for (size_t i = 0; i < head->n_rule_sets; i++) {
        CBI_TRY(check_publication("rule_sets", head->rule_sets[i], err));
        if (head->rule_sets[i]->kind != CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_RULE_SET)
            return cbi_fail(err, CBI_REASON_FIELD_VALUE, i, "rule_sets", NULL);
    }
    CBI_TRY(cbi_field_date("as_of", head->as_of, err));
    CBI_TRY(cbi_field_date("applied_on", head->applied_on, err));
    CBI_TRY(cbi_field_date("admitted_on", head->admitted_on, err));
    CBI_TRY(cbi_field_date("awarded_from", head->awarded_from, err));
    CBI_TRY(cbi_field_date("awarded_until", head->awarded_until, err));
    CBI_TRY(cbi_field_date("effective_on", head->effective_on, err));
    CBI_TRY(cbi_field_date("appeal_until", head->appeal_until, err));
done:
    return status;
}

cbank_status cbi_recognition_check_decision(const Cbank__V1__Decision *decision, size_t granted,
                                            cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (decision == NULL || decision->outcome == OUTCOME(UNSPECIFIED))
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "decision", NULL);
    if ((decision->outcome == OUTCOME(NONE)) != (granted == 0))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "outcome", NULL);
    CBI_TRY(cbi_field_date("on", decision->on, err));
    if (decision->present < decision->quorum)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, decision->present, "present", NULL);
    CBI_TRY(cbi_field_count("approvers", decision->n_approvers, CBI_ATTRIBUTES_MAX, err));
    CBI_TRY(cbi_field_code("route", decision->route, err));
done:
    return status;
}

cbank_status cbi_recognition_check_notice(const Cbank__V1__PublicNotice *notice, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (notice == NULL)
        return CBANK_OK;
    CBI_TRY(cbi_field_date("from", notice->from, err));
    CBI_TRY(cbi_field_date("until", notice->until, err));
    CBI_TRY(cbi_field_date_order("until", notice->from, notice->until, err));
    CBI_TRY(cbi_field_size("text_digest", notice->text_digest, CBI_HASH_SIZE, false, err));
    CBI_TRY(cbi_field_code("result", notice->result, err));
done:
    return status;
}

cbank_status cbi_recognition_check_head(const recognition_head *head, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_names(head, err));
    CBI_TRY(check_question(head, err));
    CBI_TRY(cbi_recognition_check_decision(head->decision, head->grants, err));
    CBI_TRY(cbi_recognition_check_notice(head->notice, err));
    CBI_TRY(cbi_field_count("attributes", head->n_attributes, CBI_ATTRIBUTES_MAX, err));
    CBI_TRY(cbi_field_count("sources", head->sources, CBI_USES_MAX, err));
    CBI_TRY(cbi_field_count("grants", head->grants, CBI_RECOGNITION_ROWS_MAX, err));
    CBI_TRY(cbi_field_count("refusals", head->refusals, CBI_RECOGNITION_ROWS_MAX, err));
    CBI_TRY(cbi_field_count("findings", head->findings, CBI_RECOGNITION_ROWS_MAX, err));
    CBI_TRY(cbi_field_count("evidence", head->evidence, CBI_RECOGNITION_ROWS_MAX, err));
    CBI_TRY(cbi_field_count("pages", head->pages, CBI_RECOGNITION_PAGES_MAX, err));
    CBI_TRY(cbi_field_hash("body_digest", head->body_digest, err));
done:
    return status;
}

/* ---- rows -------------------------------------------------------------------------------- */

static cbank_status check_source(const Cbank__V1__RecognitionSource *source, cbank_error *err)
{
    bool kept = source->leftover == CBANK__V1__LEFTOVER__LEFTOVER_KEPT;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_hash("record", source->record, err));
    CBI_TRY(cbi_field_hash("leaf", source->leaf, err));
    if (source->sequence == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "sequence", NULL);
    if (source->scope == CBANK__V1__USE_SCOPE__USE_SCOPE_UNSPECIFIED)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "scope", NULL);
    if (source->leftover == CBANK__V1__LEFTOVER__LEFTOVER_UNSPECIFIED ||
        (source->scope == CBANK__V1__USE_SCOPE__USE_SCOPE_COUNTED && !kept))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "leftover", NULL);
    if (source->used_milli < 0 || source->used_milli > CBI_MILLI_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "used_milli", NULL);
    if (source->left_milli < 0 || source->left_milli > CBI_MILLI_MAX ||
        (!kept && source->left_milli != 0))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "left_milli", NULL);
done:
    return status;
}

static cbank_status check_sources(const cbi_recognition_rows *rows, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < rows->source_count; i++) {
        CBI_TRY(check_source(rows->sources[i], err));
        if (i > 0 &&
            cbi_entry_ref_compare(rows->sources[i - 1]->sequence, rows->sources[i - 1]->leaf,
                                  rows->sources[i]->sequence, rows->sources[i]->leaf) >= 0)
            return cbi_fail(err, CBI_REASON_USES_ORDER, i, "sources", NULL);
    }
done:
    return status;
}

/* Positions in ascending order, each once, all of rows that are there. */
static cbank_status check_positions(const char *name, const uint32_t *list, size_t count,
                                    size_t rows, cbank_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] >= rows || (i > 0 && list[i] <= list[i - 1]))
            return cbi_fail(err, CBI_REASON_FIELD_VALUE, i, name, NULL);
    }
    return CBANK_OK;
}

static cbank_status check_basis(const recognition_head *head, const cbi_recognition_rows *rows,
                                const Cbank__V1__RecognitionGrant *grant, cbank_error *err)
{
    switch (grant->basis) {
    case BASIS(RULE):
        if (grant->rule_set >= head->n_rule_sets)
            return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "rule_set", NULL);
        return cbi_field_text("rule", grant->rule, CBI_REFERENCE_MAX, err);
    case BASIS(CATALOGUE):
        return cbi_field_text("rule", grant->rule, CBI_REFERENCE_MAX, err);
    case BASIS(REVIEW):
        if (grant->n_findings == 0)
            return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "findings", NULL);
        for (size_t i = 0; i < grant->n_findings; i++) {
            /* Who has a conflict of interest does not decide. */
            if (grant->findings[i] < rows->finding_count &&
                rows->findings[grant->findings[i]]->conflict)
                return cbi_fail(err, CBI_REASON_FIELD_VALUE, i, "conflict", NULL);
        }
        return CBANK_OK;
    case BASIS(AGREEMENT):
        return cbi_field_text("document", grant->document, CBI_REFERENCE_MAX, err);
    default:
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "basis", NULL);
    }
}

static cbank_status check_grant(const recognition_head *head, const cbi_recognition_rows *rows,
                                const Cbank__V1__RecognitionGrant *grant, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (grant->effect == CBANK__V1__GRANT_EFFECT__GRANT_EFFECT_UNSPECIFIED)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "effect", NULL);
    if (grant->target == NULL && !is_stated(grant->bucket))
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "target", NULL);
    CBI_TRY(cbi_field_code("target", grant->target, err));
    CBI_TRY(cbi_amount_check(grant->amount, err));
    CBI_TRY(cbi_grade_check(grant->grade, err));
    CBI_TRY(cbi_field_code("term", grant->term, err));
    if (grant->n_sources == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "sources", NULL);
    CBI_TRY(check_positions("sources", grant->sources, grant->n_sources, rows->source_count, err));
    CBI_TRY(
        check_positions("findings", grant->findings, grant->n_findings, rows->finding_count, err));
    CBI_TRY(check_basis(head, rows, grant, err));
done:
    return status;
}

/* Nothing is used up that nothing is granted for. */
static cbank_status check_grants(const recognition_head *head, const cbi_recognition_rows *rows,
                                 cbank_error *err)
{
    bool granted[CBI_USES_MAX] = {false};
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < rows->grant_count; i++) {
        CBI_TRY(check_grant(head, rows, rows->grants[i], err));
        for (size_t j = 0; j < rows->grants[i]->n_sources; j++)
            granted[rows->grants[i]->sources[j]] = true;
    }
    for (size_t i = 0; i < rows->source_count; i++) {
        if (!granted[i])
            return cbi_fail(err, CBI_REASON_FIELD_VALUE, i, "sources", "no grant");
    }
done:
    return status;
}

cbank_status cbi_recognition_check_finding(const Cbank__V1__Finding *finding, size_t position,
                                           cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_text("reviewer", finding->reviewer, CBI_REFERENCE_MAX, err));
    CBI_TRY(cbi_field_date("on", finding->on, err));
    if (finding->overlap_permille > 1000)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, position, "overlap_permille", NULL);
    CBI_TRY(cbi_field_size("signature_digest", finding->signature_digest, CBI_HASH_SIZE, false,
                           err));
done:
    return status;
}

static cbank_status check_others(const cbi_recognition_rows *rows, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < rows->refusal_count; i++) {
        const Cbank__V1__RecognitionRefusal *refusal = rows->refusals[i];

        CBI_TRY(cbi_field_hash("record", refusal->record, err));
        CBI_TRY(cbi_field_code("code", refusal->code, err));
        if (refusal->code == NULL &&
            refusal->reason == CBANK__V1__REFUSAL_REASON__REFUSAL_REASON_UNSPECIFIED)
            return cbi_fail(err, CBI_REASON_FIELD_MISSING, i, "reason", NULL);
    }
    for (size_t i = 0; i < rows->finding_count; i++)
        CBI_TRY(cbi_recognition_check_finding(rows->findings[i], i, err));
    for (size_t i = 0; i < rows->evidence_count; i++)
        CBI_TRY(cbi_field_hash("evidence", rows->evidence[i]->digest, err));
done:
    return status;
}

cbank_status cbi_recognition_check_rows(const recognition_head *head,
                                        const cbi_recognition_rows *rows, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (rows->source_count != head->sources || rows->grant_count != head->grants ||
        rows->refusal_count != head->refusals || rows->finding_count != head->findings ||
        rows->evidence_count != head->evidence)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "pages", "count");
    CBI_TRY(check_sources(rows, err));
    CBI_TRY(check_grants(head, rows, err));
    CBI_TRY(check_others(rows, err));
done:
    return status;
}

cbank_status cbi_recognition_check_change(const Cbank__V1__RecognitionChange *change,
                                          cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_size("salt", change->salt, CBI_SALT_SIZE, true, err));
    CBI_TRY(cbi_field_institution("institution", change->institution, err));
    if (!cbi_origin_is_valid(cbi_message_text(change->origin)))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "origin", NULL);
    CBI_TRY(cbi_field_hash("recognition", change->recognition, err));
    if (change->action == CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_UNSPECIFIED)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "action", NULL);
    CBI_TRY(cbi_field_code("reason", change->reason, err));
    if (change->at <= 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "at", NULL);
done:
    return status;
}
