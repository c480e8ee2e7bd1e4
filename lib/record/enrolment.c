#include "record/enrolment.h"

#include "record/credit.h"
#include "record/field.h"
#include "record/item.h"
#include "record/publication.h"

#define ACTION(name) CBANK__V1__ENROLMENT_ACTION__ENROLMENT_ACTION_##name

static bool is_stated(const char *text)
{
    return cbi_message_text(text).size > 0;
}

static cbank_status check_version(uint32_t version, const char *object, cbank_error *err)
{
    if (version != CBI_ENROLMENT_VERSION)
        return cbi_fail(err, CBI_REASON_STATEMENT_VERSION, 0, object, "%u", (unsigned)version);
    return CBANK_OK;
}

static cbank_status check_terms(const Cbank__V1__EnrolmentTerms *terms, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (terms == NULL)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "terms", NULL);
    CBI_TRY(cbi_publication_ref_check("programme", terms->programme, true, err));
    if (terms->programme->kind != CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "programme", "kind");
    CBI_TRY(cbi_field_text("cohort", terms->cohort, CBI_COHORT_MAX, err));
    CBI_TRY(cbi_field_code("level", terms->level, err));
    CBI_TRY(cbi_field_code("form", terms->form, err));
    if (terms->started_on == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "started_on", NULL);
    CBI_TRY(cbi_field_date("started_on", terms->started_on, err));
    CBI_TRY(cbi_field_date("planned_end", terms->planned_end, err));
    CBI_TRY(cbi_field_date_order("planned_end", terms->started_on, terms->planned_end, err));
    if (terms->stage == 0 || terms->stage > CBI_STAGE_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, terms->stage, "stage", NULL);
    CBI_TRY(cbi_field_code("status", terms->status, err));
    if (is_stated(terms->calendar))
        CBI_TRY(cbi_field_text("calendar", terms->calendar, CBI_COHORT_MAX, err));
done:
    return status;
}

cbank_status cbi_enrolment_check(const Cbank__V1__Enrolment *enrolment, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_version(enrolment->version, "Enrolment", err));
    CBI_TRY(cbi_field_size("salt", enrolment->salt, CBI_SALT_SIZE, true, err));
    CBI_TRY(cbi_field_size("holder", enrolment->holder, CBI_HASH_SIZE, true, err));
    CBI_TRY(cbi_field_institution("institution", enrolment->institution, err));
    CBI_TRY(cbi_field_text("reference", enrolment->reference, CBI_REFERENCE_MAX, err));
    CBI_TRY(check_terms(enrolment->terms, err));
    CBI_TRY(cbi_field_size("continues", enrolment->continues, CBI_HASH_SIZE, false, err));
done:
    return status;
}

cbank_status cbi_enrolment_change_check(const Cbank__V1__EnrolmentChange *change,
                                        cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_version(change->version, "EnrolmentChange", err));
    CBI_TRY(cbi_field_size("salt", change->salt, CBI_SALT_SIZE, true, err));
    CBI_TRY(cbi_field_size("enrolment", change->enrolment, CBI_HASH_SIZE, true, err));
    if (change->revision < 2)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, change->revision, "revision", NULL);
    if (change->action != ACTION(CHANGE) && change->action != ACTION(END))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "action", "%d", (int)change->action);
    CBI_TRY(check_terms(change->terms, err));
    if (change->since == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "since", NULL);
    CBI_TRY(cbi_field_date("since", change->since, err));
    CBI_TRY(cbi_field_date_order("since", change->terms->started_on, change->since, err));
    CBI_TRY(cbi_field_code("kind", change->kind, err));
    if (is_stated(change->next_institution))
        CBI_TRY(cbi_field_institution("next_institution", change->next_institution, err));
done:
    return status;
}

static cbank_status check_enrolment(const void *message, cbank_error *err)
{
    return cbi_enrolment_check(message, err);
}

static const cbi_item_form enrolment_form = {.type = &cbank__v1__enrolment__descriptor,
                                             .name = "enrolment",
                                             .check = check_enrolment};

static cbank_status check_enrolment_change(const void *message, cbank_error *err)
{
    return cbi_enrolment_change_check(message, err);
}

static const cbi_item_form enrolment_change_form = {
    .type = &cbank__v1__enrolment_change__descriptor,
    .name = "enrolment",
    .check = check_enrolment_change};

cbank_status cbi_enrolment_build(const Cbank__V1__Enrolment *enrolment, cbank_buffer *out,
                                 cbank_error *err)
{
    return cbi_item_build(&enrolment_form, &enrolment->base, out, err);
}

cbank_status cbi_enrolment_change_build(const Cbank__V1__EnrolmentChange *change,
                                        cbank_buffer *out, cbank_error *err)
{
    return cbi_item_build(&enrolment_change_form, &change->base, out, err);
}

cbank_status cbi_enrolment_parse(cbi_bytes bytes, Cbank__V1__Enrolment **out, cbank_error *err)
{
    return cbi_item_parse(&enrolment_form, NULL, bytes, out, err);
}

cbank_status cbi_enrolment_change_parse(cbi_bytes bytes, Cbank__V1__EnrolmentChange **out,
                                        cbank_error *err)
{
    return cbi_item_parse(&enrolment_change_form, NULL, bytes, out, err);
}

cbank_status cbi_enrolment_parse_within(void *holder, cbi_bytes bytes, Cbank__V1__Enrolment **out,
                                        cbank_error *err)
{
    return cbi_item_parse(&enrolment_form, holder, bytes, out, err);
}

cbank_status cbi_enrolment_change_parse_within(void *holder, cbi_bytes bytes,
                                               Cbank__V1__EnrolmentChange **out, cbank_error *err)
{
    return cbi_item_parse(&enrolment_change_form, holder, bytes, out, err);
}

cbank_status cbi_enrolment_step(cbi_enrolment_state *state, uint32_t *revision,
                                const Cbank__V1__EnrolmentChange *change, cbank_error *err)
{
    if (*state != CBI_ENROLMENT_ACTIVE)
        return cbi_fail(err, CBI_REASON_ENROLMENT_ENDED, 0, NULL, NULL);
    if (change->revision != *revision + 1)
        return cbi_fail(err, CBI_REASON_ENROLMENT_REVISION, change->revision, NULL, "%u",
                        (unsigned)*revision);
    *revision = change->revision;
    if (change->action == ACTION(END))
        *state = CBI_ENROLMENT_ENDED;
    return CBANK_OK;
}
