/* A list of who studies what, through the public face: a file that stopped half way goes on. */
#include "scene.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cbank/api/v1/enrolment.pb-c.h"
#include "cbank/api/v1/publication.pb-c.h"
#include "cbank/api/v1/rules.pb-c.h"

#define PROGRAMME                                                                                  \
    "kind: programme\nid: pxu/nursing\nedition: 1\nauthority: PXU\ntitle: {zh: 护理}\n"            \
    "standing: own\neffective: 2020-01-01..\ndate: admission\nzone: \"+08:00\"\nunit: credit\n"    \
    "total: 70\nbuckets: [{id: all, title: {zh: 全部}}]\n"
#define LEARNERS 1100 /* more than one batch takes */
#define ROW_MAX 64

static scene stage;
static cbank_error err;

static void publish(void)
{
    Cbank__Api__V1__RulesDocument document = CBANK__API__V1__RULES_DOCUMENT__INIT,
                                  *documents[1] = {&document};
    Cbank__Api__V1__RulesCheckRequest ask = CBANK__API__V1__RULES_CHECK_REQUEST__INIT;
    Cbank__Api__V1__PublishRequest enter = CBANK__API__V1__PUBLISH_REQUEST__INIT;
    cbank_buffer request, file = {0}, none = {0}, reply = {0};
    cbank_job *job = NULL;

    document.name = scene_text("p.yaml");
    document.content = (ProtobufCBinaryData){strlen(PROGRAMME), (uint8_t *)scene_text(PROGRAMME)};
    ask.documents = documents;
    ask.n_documents = 1;
    request = scene_pack(&ask);
    cr_assert_eq(cbank_rules_sign_begin(stage.key, request.data, request.size, &job, &err),
                 CBANK_OK);
    cr_assert_eq(scene_run(job, "", 0, &file, &reply, &err), CBANK_OK, "%s %s", err.object,
                 err.detail);
    cbank_buffer_clear(&request);
    request = scene_pack(&enter);
    cr_assert_eq(cbank_publication_publish_begin(stage.bank, request.data, request.size, &job,
                                                 &err),
                 CBANK_OK);
    cr_assert_eq(scene_run(job, file.data, file.size, &none, &reply, &err), CBANK_OK, "%s %s",
                 err.object, err.detail);
    cbank_buffer_clear(&request);
    cbank_buffer_clear(&file);
    cbank_buffer_clear(&reply);
}

/* `line` is how each learner's goes on behind their number. */
static char *make_list(const char *header, const char *line)
{
    char *text = malloc(strlen(header) + LEARNERS * ROW_MAX + 1), *end;

    cr_assert_not_null(text);
    end = text + sprintf(text, "%s\n", header);
    for (int i = 0; i < LEARNERS; i++)
        end += snprintf(end, ROW_MAX, "N%04d%s\n", i, line);
    return text;
}

static void open_accounts(void)
{
    Cbank__Api__V1__LearnerImportRequest ask = CBANK__API__V1__LEARNER_IMPORT_REQUEST__INIT;
    char *text = make_list("学号,姓名", ",学员");
    cbank_buffer request, output = {0}, reply = {0};
    cbank_job *job = NULL;

    ask.institution = scene_text(SCENE_INSTITUTION);
    request = scene_pack(&ask);
    cr_assert_eq(cbank_learner_import_begin(stage.bank, request.data, request.size, &job, &err),
                 CBANK_OK);
    cr_assert_eq(scene_run(job, text, strlen(text), &output, &reply, &err), CBANK_OK, "%s %s",
                 err.object, err.detail);
    cbank_buffer_clear(&request);
    cbank_buffer_clear(&output);
    cbank_buffer_clear(&reply);
    free(text);
}

static void begin(void)
{
    scene_begin(&stage, "sha256-ed25519");
    publish();
    open_accounts();
}

static void end(void)
{
    scene_end(&stage);
}

TestSuite(enrolments, .init = begin, .fini = end);

static cbank_job *begin_import(void)
{
    Cbank__Api__V1__EnrolmentImportRequest ask = CBANK__API__V1__ENROLMENT_IMPORT_REQUEST__INIT;
    cbank_job *job = NULL;
    cbank_buffer request;

    ask.institution = scene_text(SCENE_INSTITUTION);
    ask.set = scene_text("programme=pxu/nursing,cohort=2022,started=2022-09-01");
    request = scene_pack(&ask);
    cr_assert_eq(cbank_enrolment_import_begin(stage.bank, stage.key, request.data, request.size,
                                              &job, &err),
                 CBANK_OK, "%s %s", err.object, err.detail);
    cbank_buffer_clear(&request);
    return job;
}

/* Runs it until a first batch is in the bank, and gives it up. */
static void stop_half_way(const char *text)
{
    cbank_job *job = begin_import();
    cbank_job_state state = CBANK_JOB_MORE;
    Cbank__Api__V1__Progress *progress;
    cbank_buffer reply = {0};
    bool wrote = false;

    cr_assert_eq(cbank_job_feed(job, (const uint8_t *)text, strlen(text), &err), CBANK_OK);
    cr_assert_eq(cbank_job_feed_end(job, &err), CBANK_OK);
    while (!wrote) {
        cr_assert_eq(cbank_job_step(job, 0, &state, &err), CBANK_OK, "%s %s", err.object,
                     err.detail);
        cr_assert_neq(state, CBANK_JOB_DONE, "it has more than one batch");
        cr_assert_eq(cbank_job_progress(job, &reply, &err), CBANK_OK);
        progress = scene_unpack(&cbank__api__v1__progress__descriptor, &reply);
        wrote = strcmp(progress->stage, "write") == 0 && progress->done > 0;
        scene_free(progress);
    }
    cbank_job_close(job);
    cbank_buffer_clear(&reply);
}

Test(enrolments, a_file_that_stopped_half_way_is_fed_again_and_goes_on)
{
    char *text = make_list("学号,备注", ",x");
    Cbank__Api__V1__EnrolmentImportReply *done;
    cbank_buffer output = {0}, reply = {0};

    stop_half_way(text);
    cr_assert_eq(scene_run(begin_import(), text, strlen(text), &output, &reply, &err), CBANK_OK,
                 "%s %s", err.object, err.detail);
    done = scene_unpack(&cbank__api__v1__enrolment_import_reply__descriptor, &reply);
    cr_expect_eq(done->rows, LEARNERS);
    cr_expect_eq(done->unchanged, 1000);
    cr_expect_eq(done->enrolled, LEARNERS - 1000);
    cr_expect_eq(done->n_batches, 1);
    cr_expect_eq(done->rejected, 0);
    cr_expect_eq(output.size, 0);
    scene_free(done);
    cbank_buffer_clear(&output);
    cbank_buffer_clear(&reply);
    free(text);
}
