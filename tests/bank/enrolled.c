/* What follows from an enrolment: plans of the edition that it pins, recognitions that agree. */
#include "bank/enrolled.h"
#include "bank/panel.h"
#include "bank/registrar.h"

#define CHANGE CBANK__V1__ENROLMENT_ACTION__ENROLMENT_ACTION_CHANGE
#define END CBANK__V1__ENROLMENT_ACTION__ENROLMENT_ACTION_END
#define EVERYWHERE CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE

static const char OTHER_NUMBER[] = "360321190001010033";

static void open_with_programme(teller *it, cbi_suite suite)
{
    teller_open(it, suite);
    registrar_publish(it, "pxu/nursing", 1, 0, 0);
}

static void change(teller *it, const char *id, Cbank__V1__EnrolmentAction action)
{
    registrar_change one;

    registrar_prepare_change(&one, action);
    teller_works(registrar_change_it(&one, it, id, NULL, &teller_err));
}

static uint32_t planned_edition(teller *it, const char *programme, const char *enrolment,
                                cbank_error *err)
{
    cbi_planning planning = {.account = it->account.digits,
                             .programme = programme,
                             .enrolment = enrolment,
                             .as_of = 20240101};
    Cbank__V1__Plan *plan = NULL;
    cbank_buffer bytes = {0};
    uint32_t edition = 0;

    if (cbi_planning_make(it->bank, &planning, &bytes, err) == CBANK_OK) {
        teller_works(cbi_message_parse(&cbank__v1__plan__descriptor, cbi_bytes_of_buffer(&bytes),
                                       &plan, &teller_err));
        edition = plan->programme->edition;
        if (enrolment != NULL)
            cr_expect_eq(plan->admitted_on, REGISTRAR_OLD);
    }
    cbi_message_free(plan);
    cbank_buffer_clear(&bytes);
    return edition;
}

Test(enrolled, a_plan_uses_the_edition_that_is_pinned_though_a_newer_one_is_published)
{
    cbank_error err = {0};
    registrar_change one;
    teller_id id;
    teller it;

    open_with_programme(&it, CBI_SUITE_SHA256_ED25519);
    teller_issue(&it, "A", 3500);
    id = registrar_enrol(&it, "E-1", "pxu/nursing");
    registrar_publish(&it, "pxu/nursing", 2, 0, 0);
    cr_expect_eq(planned_edition(&it, "pxu/nursing", NULL, &teller_err), 2);
    cr_expect_eq(planned_edition(&it, NULL, id.text, &teller_err), 1);
    cr_expect_eq(planned_edition(&it, "pxu/nursing", id.text, &teller_err), 1);
    cr_expect_eq(planned_edition(&it, "pxu/nursing@2", id.text, &err), 0);
    cr_expect_eq(err.reason, CBI_REASON_ENROLMENT_OTHER);
    registrar_prepare_change(&one, CHANGE);
    registrar_into(&one, "pxu/nursing", 2);
    teller_works(registrar_change_it(&one, &it, id.text, NULL, &teller_err));
    cr_expect_eq(planned_edition(&it, NULL, id.text, &teller_err), 2, "signed over to the new one");
    change(&it, id.text, END);
    cr_expect_eq(planned_edition(&it, NULL, id.text, &err), 0);
    cr_expect_eq(err.reason, CBI_REASON_ENROLMENT_ENDED);
    teller_close(&it);
}

Test(enrolled, a_recognition_that_names_one_has_to_agree_with_it)
{
    cbi_recognised entered;
    cbank_error err = {0};
    teller_id record, id;
    cbi_account other;
    registrar one;
    teller it;
    panel at;

    open_with_programme(&it, CBI_SUITE_SHA256_ED25519);
    record = teller_issue(&it, "A", 3500);
    id = registrar_enrol(&it, "E-1", "pxu/nursing");
    panel_convene(&at, &it, "R-1", &record, 1, EVERYWHERE); /* towards "p" */
    at.head.enrolment = id.text;
    teller_fails(panel_enter(&at, &it, &entered, &err), err, ENROLMENT_OTHER);
    id = registrar_enrol(&it, "E-2", "p");
    at.head.enrolment = id.text;
    at.head.admitted_on = REGISTRAR_NEW;
    teller_fails(panel_enter(&at, &it, &entered, &err), err, ENROLMENT_OTHER);
    at.head.admitted_on = REGISTRAR_OLD;
    at.head.enrolment = cbi_message_string("1-0000000000000000");
    teller_fails(panel_enter(&at, &it, &entered, &err), err, ENROLMENT_UNKNOWN);
    other = teller_open_account(&it, "cn-id", OTHER_NUMBER, "乙");
    registrar_prepare(&one, &it, "E-3", "p");
    one.draft.account = other.digits;
    teller_works(registrar_add(&one, &it, &teller_err));
    at.head.enrolment = id.text;
    teller_works(panel_enter(&at, &it, &entered, &teller_err));
    teller_close(&it);
}
