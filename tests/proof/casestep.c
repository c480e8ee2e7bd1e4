/* A step of a case as it is signed: what its act needs is there, and nothing else. */
#include <criterion/criterion.h>

#include <string.h>

#include "base/limits.h"
#include "proof/casestep.h"

#define ACT(name) CBANK__V1__CASE_ACT__CASE_ACT_##name
#define PARTS 9

/* Everything that a step may hold, and one without any of it. */
static struct {
    Cbank__V1__CaseStep step;
    Cbank__V1__CaseApplication application;
    Cbank__V1__Code reason;
    Cbank__V1__SupportingDocument document, *evidence[1];
    Cbank__V1__Finding finding;
    Cbank__V1__Decision decision;
    Cbank__V1__PublicNotice notice;
    Cbank__V1__CaseAppeal appeal;
    ProtobufCBinaryData recognition;
    uint8_t bytes[32];
} it;

static char *text(const char *value)
{
    return cbi_message_string(value);
}

static void begin(void)
{
    memset(&it, 0, sizeof(it));
    cbank__v1__case_step__init(&it.step);
    cbank__v1__case_application__init(&it.application);
    cbank__v1__code__init(&it.reason);
    cbank__v1__supporting_document__init(&it.document);
    cbank__v1__finding__init(&it.finding);
    cbank__v1__decision__init(&it.decision);
    cbank__v1__public_notice__init(&it.notice);
    cbank__v1__case_appeal__init(&it.appeal);
    it.application.account = text("1000000000000053");
    it.reason.scheme = text("cbank");
    it.reason.value = text("incomplete");
    it.document.digest = it.recognition = cbi_message_data(cbi_bytes_of(it.bytes, 32));
    it.evidence[0] = &it.document;
    it.finding.reviewer = text("rev-1");
    it.decision.outcome = CBANK__V1__DECISION_OUTCOME__DECISION_OUTCOME_FULL;
    it.notice.from = 20260301;
    it.notice.until = 20260306;
    it.appeal.number = text("A-1");
    it.step.salt = cbi_message_data(cbi_bytes_of(it.bytes, CBI_SALT_SIZE));
    it.step.institution = text("PXU");
    it.step.origin = text("bank.example/credit/sha256-ed25519/1");
    it.step.number = text("2026-17");
    it.step.at = 1764000000;
}

TestSuite(casestep, .init = begin);

/* In the order of PARTS in casestep.c. */
static void put(size_t part, bool there)
{
    Cbank__V1__CaseStep *step = &it.step;

    switch (part) {
    case 0:
        step->reason = there ? &it.reason : NULL;
        break;
    case 1:
        step->application = there ? &it.application : NULL;
        break;
    case 2:
        step->evidence = it.evidence;
        step->n_evidence = there;
        break;
    case 3:
        step->finding = there ? &it.finding : NULL;
        break;
    case 4:
        step->decision = there ? &it.decision : NULL;
        break;
    case 5:
        step->recognitions = &it.recognition;
        step->n_recognitions = there;
        break;
    case 6:
        step->notice = there ? &it.notice : NULL;
        break;
    case 7:
        step->result = there ? CBANK__V1__CASE_RESULT__CASE_RESULT_AGAIN : 0;
        break;
    default:
        step->appeal = there ? &it.appeal : NULL;
        break;
    }
}

/* What each act cannot be without, and what else it may have: bits by part. */
static const struct {
    unsigned needed, allowed;
} forms[] = {
    [ACT(OPEN)] = {1u << 1, 1u << 2},
    [ACT(RETURN)] = {1u << 0, 0},
    [ACT(ACCEPT)] = {0, 1u << 0},
    [ACT(ADD_EVIDENCE)] = {1u << 2, 0},
    [ACT(FIND)] = {1u << 3, 0},
    [ACT(DECIDE)] = {1u << 4 | 1u << 5, 1u << 0}, /* both: it is decided in full */
    [ACT(OPEN_NOTICE)] = {1u << 6, 0},
    [ACT(CLOSE_NOTICE)] = {1u << 7, 1u << 6 | 1u << 0},
    [ACT(APPEAL)] = {1u << 8, 1u << 2},
    [ACT(DECIDE_APPEAL)] = {1u << 7, 1u << 0},
    [ACT(WITHDRAW)] = {1u << 0, 0},
    [ACT(CLOSE)] = {1u << 0, 0},
};

Test(casestep, of_all_it_could_hold_each_act_takes_what_belongs_to_it)
{
    for (int act = ACT(OPEN); act <= ACT(CLOSE); act++) {
        it.step.act = (Cbank__V1__CaseAct)act;
        it.step.step = act != ACT(OPEN);
        for (unsigned parts = 0; parts < 1u << PARTS; parts++) {
            bool fits = (forms[act].needed & ~parts) == 0 &&
                        (parts & ~(forms[act].needed | forms[act].allowed)) == 0;

            for (size_t part = 0; part < PARTS; part++)
                put(part, (parts >> part & 1) != 0);
            cr_expect_eq(cbi_case_step_check(&it.step, NULL) == CBANK_OK, fits, "act %d, parts %x",
                         act, parts);
        }
    }
}

static void refuses(const char *field)
{
    cbank_error err = {0};

    cr_expect_eq(cbi_case_step_check(&it.step, &err), CBANK_E_INVALID);
    cr_expect_str_eq(err.object, field);
}

#define REFUSES(field, place, value)                                                               \
    do {                                                                                           \
        begin();                                                                                   \
        it.step.act = ACT(OPEN);                                                                   \
        it.step.application = &it.application;                                                     \
        place = value;                                                                             \
        refuses(field);                                                                            \
    } while (0)

Test(casestep, each_field_is_looked_at)
{
    it.step.act = ACT(OPEN);
    it.step.application = &it.application;
    cr_expect_eq(cbi_case_step_check(&it.step, NULL), CBANK_OK);
    REFUSES("salt", it.step.salt.len, 15);
    REFUSES("institution", it.step.institution, text("pxu!"));
    REFUSES("origin", it.step.origin, text("nowhere"));
    REFUSES("number", it.step.number, text(""));
    REFUSES("at", it.step.at, 0);
    REFUSES("act", it.step.act, (Cbank__V1__CaseAct)13);
    REFUSES("step", it.step.step, 1);
    REFUSES("on", it.step.on, 20261301);
    REFUSES("due_on", it.step.due_on, 20260200);
    REFUSES("assigned_to", it.step.assigned_to, text("Some One"));
    REFUSES("document", it.step.document, text("two\nlines"));
    REFUSES("account", it.application.account, text("1000000000000054"));
    REFUSES("applied_on", it.application.applied_on, 20260230);
    REFUSES("records", it.application.n_records, CBI_CASE_RECORDS_MAX + 1);
    REFUSES("requested", it.application.n_requested, CBI_CASE_LIST_MAX + 1);
}

Test(casestep, a_decision_names_what_it_granted_and_nothing_if_that_is_nothing)
{
    it.step.act = ACT(DECIDE);
    it.step.step = 3;
    it.step.decision = &it.decision;
    refuses("outcome");
    it.decision.outcome = CBANK__V1__DECISION_OUTCOME__DECISION_OUTCOME_NONE;
    cr_expect_eq(cbi_case_step_check(&it.step, NULL), CBANK_OK);
    it.decision.quorum = 3;
    it.decision.present = 2;
    refuses("present");
}

Test(casestep, a_finding_is_about_records_by_their_ids)
{
    ProtobufCBinaryData records[CBI_CASE_LIST_MAX + 1];

    it.step.act = ACT(FIND);
    it.step.step = 2;
    it.step.finding = &it.finding;
    it.finding.records = records;
    for (size_t i = 0; i <= CBI_CASE_LIST_MAX; i++)
        records[i] = it.recognition;
    it.finding.n_records = CBI_CASE_LIST_MAX;
    cr_expect_eq(cbi_case_step_check(&it.step, NULL), CBANK_OK);
    it.finding.n_records++;
    refuses("records");
    it.finding.n_records = 1;
    records[0].len = 31;
    refuses("records");
}

Test(casestep, a_file_is_read_as_it_was_signed_and_no_other)
{
    cbi_private *key = NULL;
    cbi_hasher *hasher = NULL;
    cbi_case_step read;
    cbank_buffer file = {0};

    cr_assert_eq(cbi_private_new(CBI_SUITE_SHA256_ED25519, &key, NULL), CBANK_OK);
    cr_assert_eq(cbi_hasher_new(CBI_SUITE_SHA256_ED25519, &hasher, NULL), CBANK_OK);
    it.step.act = ACT(OPEN);
    it.step.application = &it.application;
    cr_assert_eq(cbi_case_step_make(&it.step, key, &file, NULL), CBANK_OK);
    cr_assert_eq(cbi_case_step_open(hasher, cbi_bytes_of_buffer(&file), &read, NULL), CBANK_OK);
    cr_expect_str_eq(read.message->number, "2026-17");
    cr_expect_eq(cbi_envelope_verify(&read.envelope, cbi_private_public(key), NULL), CBANK_OK);
    cbi_case_step_clear(&read);
    for (size_t i = 0; i < file.size; i++) {
        file.data[i] ^= 1;
        if (cbi_case_step_open(hasher, cbi_bytes_of_buffer(&file), &read, NULL) == CBANK_OK) {
            cr_expect_neq(cbi_envelope_verify(&read.envelope, cbi_private_public(key), NULL),
                          CBANK_OK, "byte %zu", i);
            cbi_case_step_clear(&read);
        }
        file.data[i] ^= 1;
    }
    for (size_t size = 0; size < file.size; size++)
        cr_expect_neq(cbi_case_step_open(hasher, cbi_bytes_of(file.data, size), &read, NULL),
                      CBANK_OK, "cut to %zu", size);
    cbank_buffer_clear(&file);
    cbi_hasher_free(hasher);
    cbi_private_free(key);
}
