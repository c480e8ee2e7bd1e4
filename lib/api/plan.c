#include "api/plan.h"

#include "api/face.h"
#include "base/limits.h"
#include "base/time.h"

/* "0" is not stated; else a whole day. */
static cbank_status check_day(const char *name, uint32_t day, cbank_error *err)
{
    if (day != 0 && (day % 100 == 0 || !cbi_date_is_valid(day)))
        return cbi_fail(err, CBI_REASON_BAD_DATE, 0, name, "%u", (unsigned)day);
    return CBANK_OK;
}

static uint32_t today(void)
{
    char text[CBI_TIME_TEXT_MAX];
    uint32_t day = 0;

    cbi_time_format(cbi_face_now() + 8 * 3600, text);
    text[10] = '\0';
    (void)cbi_date_parse(cbi_bytes_of_text(text), &day);
    return day;
}

cbank_status cbi_plan_question(const Cbank__Api__V1__PlanMakeRequest *asked, cbi_planning *out,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *out = (cbi_planning){.account = asked->account,
                          .programme = asked->programme,
                          .enrolment = asked->enrolment,
                          .rule_sets = asked->rule_sets,
                          .rule_set_count = asked->n_rule_sets,
                          .goal = asked->goal,
                          .as_of = asked->as_of == 0 ? today() : asked->as_of,
                          .applied_on = asked->applied_on,
                          .admitted_on = asked->admitted_on,
                          .awarded_from = asked->awarded_from,
                          .awarded_until = asked->awarded_until,
                          .with_advisory = asked->with_advisory,
                          .work_limit = asked->work_limit,
                          .replaces = cbi_message_bytes(asked->replaces),
                          .findings = asked->findings,
                          .finding_count = asked->n_findings};
    if (cbi_message_text(asked->enrolment).size == 0 || asked->programme[0] != '\0')
        CBI_TRY(cbi_face_check_text("programme", asked->programme, err));
    CBI_TRY(cbi_face_check_list("findings", asked->n_findings, CBI_RECOGNITION_ROWS_MAX, err));
    CBI_TRY(check_day("as_of", asked->as_of, err));
    CBI_TRY(check_day("applied_on", asked->applied_on, err));
    CBI_TRY(check_day("admitted_on", asked->admitted_on, err));
    CBI_TRY(check_day("awarded_from", asked->awarded_from, err));
    CBI_TRY(check_day("awarded_until", asked->awarded_until, err));
done:
    return status;
}

cbank_status cbank_plan_make(cbank_bank *bank, const uint8_t *request, size_t request_size,
                             cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__PlanMakeReply answer = CBANK__API__V1__PLAN_MAKE_REPLY__INIT;
    Cbank__Api__V1__PlanMakeRequest *asked = NULL;
    cbank_buffer plan = {0};
    cbank_status status = CBANK_OK;
    cbi_planning planning;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__plan_make_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_face_check_text("account", asked->account, err));
    CBI_TRY(cbi_plan_question(asked, &planning, err));
    CBI_TRY(cbi_planning_make(inner, &planning, &plan, err));
    answer.plan = cbi_message_data(cbi_bytes_of_buffer(&plan));
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbank_buffer_clear(&plan);
    cbi_message_free(asked);
    return status;
}
