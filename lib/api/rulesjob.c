#include "api/job.h"

#include <string.h>

#include "author/author.h"
#include "base/limits.h"
#include "base/memory.h"

#include "cbank/api/v1/rules.pb-c.h"

/* Findings of a reply. */
#define SHOWN_MAX 1000u
#define MESSAGE_MAX 512

/* The jobs behind cbank_rules_check_begin and cbank_rules_sign_begin. */
typedef struct rules_job {
    Cbank__Api__V1__RulesCheckRequest *asked;
    const cbi_private *key; /* NULL: it is only checked */
    cbi_author *author;
    size_t table;  /* that is being fed */
    uint64_t left; /* of its bytes */
    uint64_t fed;
    uint64_t size; /* of all tables */
    bool ended;    /* no more input */
    bool finished;
    bool read; /* the output has been taken */
    cbank_buffer file;
} rules_job;

/* The table that comes next is the one that the documents name next; at the end there is none. */
static cbank_status begin_table(rules_job *job, cbank_error *err)
{
    const Cbank__Api__V1__RulesTable *given =
        job->table < job->asked->n_tables ? job->asked->tables[job->table] : NULL;
    const char *wanted = cbi_author_table(job->author);

    if ((wanted == NULL) != (given == NULL) ||
        (wanted != NULL && strcmp(wanted, given->name) != 0))
        return cbi_fail(err, CBI_REASON_RULES_TABLES, job->table,
                        wanted == NULL ? given->name : wanted, NULL);
    job->left = given == NULL ? 0 : given->size;
    return CBANK_OK;
}

/* Tables without a byte are over before they begin. */
static cbank_status pass_tables(rules_job *job, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    while (job->table < job->asked->n_tables && job->left == 0) {
        CBI_TRY(cbi_author_feed_end(job->author, err));
        job->table++;
        CBI_TRY(begin_table(job, err));
    }
done:
    return status;
}

static cbank_status feed(void *self, cbi_bytes bytes, cbank_error *err)
{
    rules_job *job = self;
    cbank_status status = CBANK_OK;

    while (bytes.size > 0) {
        size_t size = bytes.size < job->left ? bytes.size : (size_t)job->left;

        if (job->table == job->asked->n_tables)
            return cbi_fail(err, CBI_REASON_RULES_TABLES, job->fed, "", NULL);
        CBI_TRY(cbi_author_feed(job->author, cbi_bytes_of(bytes.data, size), err));
        bytes = cbi_bytes_of(bytes.data + size, bytes.size - size);
        job->left -= size;
        job->fed += size;
        CBI_TRY(pass_tables(job, err));
    }
done:
    return status;
}

static cbank_status feed_end(void *self, cbank_error *err)
{
    rules_job *job = self;

    if (job->table < job->asked->n_tables)
        return cbi_fail(err, CBI_REASON_RULES_TABLES, job->fed,
                        job->asked->tables[job->table]->name, NULL);
    job->ended = true;
    return CBANK_OK;
}

static cbank_status step(void *self, uint32_t budget_ms, cbank_job_state *state, cbank_error *err)
{
    rules_job *job = self;
    cbank_status status = CBANK_OK;

    (void)budget_ms;
    if (!job->ended) {
        *state = CBANK_JOB_NEEDS_INPUT;
        return CBANK_OK;
    }
    if (!job->finished) {
        CBI_TRY(cbi_author_finish(job->author, err));
        if (job->key != NULL)
            CBI_TRY(cbi_author_build(job->author, job->key, &job->file, err));
        job->finished = true;
    }
    *state = job->file.size > 0 && !job->read ? CBANK_JOB_HAS_OUTPUT : CBANK_JOB_DONE;
done:
    return status;
}

static cbank_status read_output(void *self, cbank_buffer *output, cbank_error *err)
{
    rules_job *job = self;
    cbank_buffer old = *output;

    (void)err;
    *output = job->file; /* it may be large: it is handed over, not copied */
    job->file = (cbank_buffer){0};
    job->read = true;
    cbank_buffer_clear(&old);
    return CBANK_OK;
}

static void progress(const void *self, const char **stage, uint64_t *done, uint64_t *total)
{
    const rules_job *job = self;

    *stage = job->ended ? "check" : "read";
    *done = job->fed;
    *total = job->size;
}

/* ---- the reply ---- */

/* A finding with room for its words. */
typedef struct shown {
    Cbank__Api__V1__RulesFinding message;
    char text[MESSAGE_MAX];
    char remedy[MESSAGE_MAX];
} shown;

static void show(const rules_job *job, const cbi_finding *finding, shown *out)
{
    cbank_error error;

    cbi_finding_error(finding, &error);
    cbank_error_text(&error, job->asked->lang, out->text, sizeof(out->text), out->remedy,
                     sizeof(out->remedy));
    cbank__api__v1__rules_finding__init(&out->message);
    out->message.severity = (Cbank__Api__V1__RulesSeverity)finding->severity;
    out->message.code = cbi_message_string(cbi_reason_word(finding->reason));
    out->message.file = cbi_message_string(
        cbi_findings_name(cbi_author_findings(job->author), finding->spot.file));
    out->message.line = finding->spot.at.line;
    out->message.column = finding->spot.at.column;
    out->message.message = out->text;
    out->message.remedy = out->remedy;
}

static void describe(const rules_job *job, Cbank__Api__V1__RulesCheckReply *out)
{
    const cbi_findings *findings = cbi_author_findings(job->author);
    const cbi_document *document = cbi_author_main(job->author);

    out->errors = findings->found[CBI_SEVERITY_ERROR];
    out->warnings = findings->found[CBI_SEVERITY_WARNING];
    out->notes = findings->found[CBI_SEVERITY_NOTE];
    if (!document->readable)
        return;
    out->kind = document->head.kind;
    out->id = document->head.id;
    out->authority = document->head.authority;
    out->edition = document->head.edition;
    out->items = document->head.items;
    if (out->errors == 0)
        out->digest = cbi_message_data(cbi_bytes_of_hash(&document->id));
}

static cbank_status finish(void *self, cbank_buffer *reply, cbank_error *err)
{
    const rules_job *job = self;
    const cbi_findings *findings = cbi_author_findings(job->author);
    Cbank__Api__V1__RulesCheckReply answer = CBANK__API__V1__RULES_CHECK_REPLY__INIT;
    size_t count = findings->count < SHOWN_MAX ? findings->count : SHOWN_MAX;
    cbank_status status = CBANK_OK;
    shown *all = NULL;

    CBI_TRY(cbi_alloc(count + 1, sizeof(*all), &all, err));
    CBI_TRY(cbi_alloc(count + 1, sizeof(*answer.findings), &answer.findings, err));
    for (size_t i = 0; i < count; i++) {
        show(job, &findings->items[i], &all[i]);
        answer.findings[i] = &all[i].message;
    }
    answer.n_findings = count;
    describe(job, &answer);
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbi_free(all);
    cbi_free(answer.findings);
    return status;
}

static void close_job(void *self)
{
    rules_job *job = self;

    cbi_author_free(job->author);
    cbank_buffer_clear(&job->file);
    cbi_message_free(job->asked);
    cbi_free(job);
}

/* ---- beginning ---- */

static cbank_status add_documents(rules_job *job, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (job->asked->n_documents == 0)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "documents", NULL);
    for (size_t i = 0; i < job->asked->n_documents; i++)
        CBI_TRY(cbi_author_add(job->author, job->asked->documents[i]->name,
                               cbi_message_bytes(job->asked->documents[i]->content), err));
    CBI_TRY(cbi_author_read(job->author, err));
    for (size_t i = 0; i < job->asked->n_tables; i++)
        job->size += job->asked->tables[i]->size;
    CBI_TRY(begin_table(job, err));
    CBI_TRY(pass_tables(job, err));
done:
    return status;
}

static cbank_status begin(const cbank_key *key, const uint8_t *request, size_t request_size,
                          cbank_job **out, cbank_error *err)
{
    static const cbi_job_kind kind = {.feed = feed,
                                      .feed_end = feed_end,
                                      .step = step,
                                      .read = read_output,
                                      .progress = progress,
                                      .finish = finish,
                                      .close = close_job};
    cbi_suite suite = CBI_SUITE_SHA256_ED25519;
    cbank_status status = CBANK_OK;
    rules_job *job = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__rules_check_request__descriptor, request,
                             request_size, &job->asked, err));
    if (key != NULL) {
        job->key = key->inner;
        suite = cbi_private_public(key->inner)->suite;
    }
    CBI_TRY(cbi_author_new(suite, &job->author, err));
    CBI_TRY(add_documents(job, err));
    status = cbi_job_new(&kind, job, NULL, out, err);
    job = NULL; /* the job's now, whatever it answered */
done:
    if (job != NULL)
        close_job(job);
    return status;
}

cbank_status cbank_rules_check_begin(const uint8_t *request, size_t request_size, cbank_job **out,
                                     cbank_error *err)
{
    CBI_REQUIRE(out != NULL, err);
    return begin(NULL, request, request_size, out, err);
}

cbank_status cbank_rules_sign_begin(const cbank_key *key, const uint8_t *request,
                                    size_t request_size, cbank_job **out, cbank_error *err)
{
    CBI_REQUIRE(key != NULL && out != NULL, err);
    return begin(key, request, request_size, out, err);
}

/* ---- which files a document names ---- */

static cbank_status list_files(const cbi_author *author, Cbank__Api__V1__RulesFilesReply *answer,
                               cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__RulesFile *files = NULL;
    cbank_status status = CBANK_OK;
    const char *name;
    bool document;

    CBI_TRY(cbi_alloc(CBI_FINDING_FILES_MAX, sizeof(*files), &files, err));
    CBI_TRY(cbi_alloc(CBI_FINDING_FILES_MAX, sizeof(*answer->files), &answer->files, err));
    while (answer->n_files < CBI_FINDING_FILES_MAX &&
           cbi_author_wanted(author, answer->n_files, &name, &document)) {
        Cbank__Api__V1__RulesFile *file = &files[answer->n_files];

        cbank__api__v1__rules_file__init(file);
        file->name = cbi_message_string(name);
        file->document = document;
        answer->files[answer->n_files++] = file;
    }
    CBI_TRY(cbi_face_reply(answer, reply, err));
done:
    cbi_free(files);
    cbi_free(answer->files);
    return status;
}

cbank_status cbank_rules_files(const uint8_t *request, size_t request_size, cbank_buffer *reply,
                               cbank_error *err)
{
    Cbank__Api__V1__RulesFilesReply answer = CBANK__API__V1__RULES_FILES_REPLY__INIT;
    Cbank__Api__V1__RulesFilesRequest *asked = NULL;
    cbi_author *author = NULL;
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__rules_files_request__descriptor, request,
                             request_size, &asked, err));
    if (asked->document == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "document", NULL));
    CBI_TRY(cbi_author_new(CBI_SUITE_SHA256_ED25519, &author, err));
    CBI_TRY(cbi_author_add(author, asked->document->name,
                           cbi_message_bytes(asked->document->content), err));
    CBI_TRY(cbi_author_read(author, err));
    CBI_TRY(list_files(author, &answer, reply, err));
done:
    cbi_author_free(author);
    cbi_message_free(asked);
    return status;
}
