#include "api/job.h"
#include "api/publication.h"
#include "bank/errand.h"
#include "bank/rulebook.h"
#include "base/memory.h"
#include "wire/artefact.h"

#include <string.h>

/* ---- publishing -------------------------------------------------------------------------- */

/* The job behind cbank_publication_publish_begin. */
typedef struct publish_job {
    cbi_bank *bank;
    Cbank__Api__V1__PublishRequest *asked;
    cbank_buffer file;
    bool complete;
    bool opened;
    bool over;
    cbi_publishing publishing;
} publish_job;

static cbank_status feed(void *self, cbi_bytes bytes, cbank_error *err)
{
    publish_job *job = self;

    if (bytes.size > CBI_FILE_MAX - job->file.size)
        return cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_FILE_MAX, "publication", NULL);
    return cbi_buffer_append(&job->file, bytes, err);
}

static cbank_status feed_end(void *self, cbank_error *err)
{
    publish_job *job = self;

    (void)err;
    job->complete = true;
    return CBANK_OK;
}

static cbank_status publish_step(void *self, uint32_t budget_ms, cbank_job_state *state,
                                 cbank_error *err)
{
    publish_job *job = self;
    uint64_t until = cbi_job_clock() + budget_ms;
    cbank_status status = CBANK_OK;
    bool more = true;

    if (!job->complete) {
        *state = CBANK_JOB_NEEDS_INPUT;
        return CBANK_OK;
    }
    if (!job->opened) {
        CBI_TRY(cbi_publishing_open(job->bank, cbi_bytes_of_buffer(&job->file),
                                    cbi_message_bytes(job->asked->token), &job->publishing, err));
        job->opened = true;
        more = !job->asked->dry_run;
    }
    while (more && !job->asked->dry_run) {
        CBI_TRY(cbi_publishing_write(&job->publishing, cbi_face_now(), &more, err));
        if (cbi_job_clock() >= until)
            break;
    }
    job->over = !more || job->asked->dry_run;
    *state = job->over ? CBANK_JOB_DONE : CBANK_JOB_MORE;
done:
    return status;
}

static void publish_progress(const void *self, const char **stage, uint64_t *done,
                             uint64_t *total)
{
    const publish_job *job = self;

    *stage = "publish";
    *total = job->opened ? job->publishing.publication.head->pages + UINT64_C(1) : 0;
    *done = job->over ? *total : job->publishing.next;
}

static cbank_status publish_finish(void *self, cbank_buffer *reply, cbank_error *err)
{
    publish_job *job = self;
    const Cbank__V1__PublicationHead *head = job->publishing.publication.head;
    const cbi_moment now = {0, cbi_knowing_all};
    Cbank__V1__PublicationRef ref = CBANK__V1__PUBLICATION_REF__INIT;
    Cbank__Api__V1__PublicationInfo info;
    cbi_shown_edition shown = {0};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    if (!job->publishing.published) { /* a dry run */
        cbi_publication_describe_head(head, &info);
        ref.kind = head->kind;
        ref.id = head->id;
        ref.edition = head->edition;
        ref.digest = cbi_message_data(cbi_bytes_of_hash(&job->publishing.publication.id));
        info.publication = &ref;
        return cbi_face_reply(&info, reply, err);
    }
    CBI_TRY(cbi_ledger_read_begin(job->bank->ledger, &reader, err));
    CBI_TRY(cbi_edition_find(reader.txn, &job->publishing.publication.id, &shown.edition, err));
    CBI_TRY(cbi_publication_describe(&reader, &shown.edition, &now, &shown, err));
    CBI_TRY(cbi_face_reply(&shown.info, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_shown_edition_clear(&shown);
    return status;
}

static void publish_close(void *self)
{
    publish_job *job = self;

    cbi_publishing_clear(&job->publishing);
    cbank_buffer_clear(&job->file);
    cbi_message_free(job->asked);
    cbi_free(job);
}

static const cbi_job_kind publish_kind = {.feed = feed,
                                          .feed_end = feed_end,
                                          .step = publish_step,
                                          .progress = publish_progress,
                                          .finish = publish_finish,
                                          .close = publish_close};

cbank_status cbank_publication_publish_begin(cbank_bank *bank, const uint8_t *request,
                                             size_t request_size, cbank_job **out,
                                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    publish_job *job = NULL;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && out != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    job->bank = inner;
    CBI_TRY(cbi_face_request(&cbank__api__v1__publish_request__descriptor, request, request_size,
                             &job->asked, err));
    CBI_TRY(cbi_errand_check_token(cbi_message_bytes(job->asked->token), err));
    status = cbi_job_new(&publish_kind, job, bank, out, err);
    job = NULL; /* the job's now, whatever it answered */
done:
    if (job != NULL)
        publish_close(job);
    return status;
}

/* ---- exporting --------------------------------------------------------------------------- */

#define EXPORT_BYTES (1024u * 1024)

/* The job behind cbank_publication_export_begin: the artefact, byte for byte as it was signed. */
typedef struct export_job {
    cbi_bank *bank;
    cbi_moment moment;
    cbi_edition edition;
    uint32_t next; /* part of the artefact: the envelope, then each page */
    cbank_buffer output;
} export_job;

static cbank_status export_step(void *self, uint32_t budget_ms, cbank_job_state *state,
                                cbank_error *err)
{
    export_job *job = self;
    cbi_publication publication = {0};
    cbank_buffer part = {0};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    (void)budget_ms; /* a megabyte is little */
    if (job->next > job->edition.pages) {
        *state = CBANK_JOB_DONE;
        return CBANK_OK;
    }
    CBI_TRY(cbi_ledger_read_begin(job->bank->ledger, &reader, err));
    for (; job->next <= job->edition.pages && job->output.size < EXPORT_BYTES; job->next++) {
        if (job->next > 0) {
            CBI_TRY(cbi_edition_page(reader.txn, &job->edition, job->next - 1, &part, err));
            CBI_TRY(cbi_artefact_write_part(&job->output, cbi_bytes_of_buffer(&part), err));
            continue;
        }
        CBI_TRY(cbi_edition_head(reader.txn, reader.hasher, &job->edition, &part, &publication,
                                 err));
        CBI_TRY(cbi_artefact_write_envelope(&job->output, cbi_bytes_of_buffer(&part), err));
        cbi_publication_clear(&publication);
    }
    *state = CBANK_JOB_HAS_OUTPUT;
done:
    cbi_ledger_read_end(&reader);
    cbi_publication_clear(&publication);
    cbank_buffer_clear(&part);
    return status;
}

static cbank_status export_read(void *self, cbank_buffer *output, cbank_error *err)
{
    export_job *job = self;
    cbank_status status = cbi_buffer_set(output, cbi_bytes_of_buffer(&job->output), err);

    cbi_buffer_rewind(&job->output);
    return status;
}

static void export_progress(const void *self, const char **stage, uint64_t *done, uint64_t *total)
{
    const export_job *job = self;

    *stage = "export";
    *done = job->next;
    *total = job->edition.pages + UINT64_C(1);
}

static cbank_status export_finish(void *self, cbank_buffer *reply, cbank_error *err)
{
    export_job *job = self;
    cbi_shown_edition shown = {0};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(job->bank->ledger, &reader, err));
    CBI_TRY(cbi_publication_describe(&reader, &job->edition, &job->moment, &shown, err));
    CBI_TRY(cbi_face_reply(&shown.info, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_shown_edition_clear(&shown);
    return status;
}

static void export_close(void *self)
{
    export_job *job = self;

    cbank_buffer_clear(&job->output);
    cbi_free(job);
}

static const cbi_job_kind export_kind = {.step = export_step,
                                         .read = export_read,
                                         .progress = export_progress,
                                         .finish = export_finish,
                                         .close = export_close};

cbank_status cbank_publication_export_begin(cbank_bank *bank, const uint8_t *request,
                                            size_t request_size, cbank_job **out,
                                            cbank_error *err)
{
    Cbank__Api__V1__PublicationShowRequest *asked = NULL;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    export_job *job = NULL;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && out != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__publication_show_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    job->bank = inner;
    CBI_TRY(cbi_moment_read(asked->moment, &job->moment, err));
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    CBI_TRY(cbi_publication_choose(reader.txn, (int)asked->kind, asked->name, &job->moment,
                                   &job->edition, err));
    cbi_ledger_read_end(&reader);
    status = cbi_job_new(&export_kind, job, bank, out, err);
    job = NULL;
done:
    cbi_ledger_read_end(&reader);
    if (job != NULL)
        export_close(job);
    cbi_message_free(asked);
    return status;
}
