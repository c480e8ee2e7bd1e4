#include "api/face.h"
#include "api/job.h"
#include "base/memory.h"
#include "bank/account.h"
#include "bank/documents.h"
#include "bank/family.h"
#include "bank/institution.h"
#include "bank/search.h"
#include "bank/vault.h"
#include "exchange/extract.h"
#include "wire/message.h"

#include "cbank/api/v1/credit.pb-c.h"

#include <stdio.h>
#include <string.h>

/* Entries looked at between two looks at the clock. */
#define LOOK_STEP 512u
/* What waits to be read before the search goes on. */
#define OUTPUT_ENOUGH (256u * 1024)

/* The job behind cbank_credit_export_begin. */
typedef struct extract_job {
    cbi_bank *bank;
    Cbank__Api__V1__CreditExportRequest *asked;
    cbi_profile profile;
    cbi_encoding encoding;
    cbi_search search;
    cbank_buffer output;
    Cbank__Api__V1__CreditExportReply counts;
    char unfit_id[CBI_DISPLAY_ID_MAX];
    char unfit_field[sizeof(((cbank_error *)0)->object)];
} extract_job;

/* ---- a record ---------------------------------------------------------------------------- */

static void describe(const Cbank__Api__V1__Person *person, const char *institution,
                     cbi_extract_person *out)
{
    char student[CBI_DOCUMENT_TYPE_MAX + 1];

    *out = (cbi_extract_person){cbi_person_current_name(person), "", "", ""};
    snprintf(student, sizeof(student), "student/%s", institution);
    for (size_t i = 0; i < person->n_documents; i++) {
        const Cbank__Api__V1__PersonDocument *document = person->documents[i];

        if (strcmp(document->type, student) == 0) {
            out->student_number = document->number;
        } else if (out->id_number[0] == '\0' && strncmp(document->type, "student/", 8) != 0) {
            out->id_type = document->type;
            out->id_number = document->number;
        }
    }
}

/* Whose it is today; `*out` stays NULL for somebody of whom nothing may be used, or is left. */
static cbank_status find_person(const extract_job *job, cbi_reader *reader, const char *account,
                                Cbank__Api__V1__Person **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_account root;
    cbi_life life;

    CBI_TRY(cbi_family_root(reader->txn, account, &root, err));
    CBI_TRY(cbi_account_life(reader->txn, root.digits, &life, err));
    if (life == CBI_LIFE_RESTRICTED || life == CBI_LIFE_ERASED)
        goto done;
    status = cbi_vault_get_person(job->bank, reader->txn, root.digits, out, err);
    if (status == CBANK_E_NOT_FOUND)
        status = CBANK_OK;
done:
    return status;
}

static void note_unfit(extract_job *job, const cbi_holding *holding, const cbank_error *why)
{
    if (job->counts.unfit++ > 0)
        return;
    cbi_holding_display_id(holding->index, &holding->id, job->unfit_id);
    memcpy(job->unfit_field, why->object, sizeof(job->unfit_field));
}

static cbank_status write_record(extract_job *job, cbi_reader *reader, const cbi_holding *holding,
                                 cbank_error *err)
{
    Cbank__Api__V1__Person *person = NULL;
    cbank_status status = CBANK_OK;
    cbi_extract_person who;
    cbank_error why = {0};

    CBI_TRY(find_person(job, reader, holding->deposited->account, &person, err));
    if (person == NULL) {
        job->counts.withheld++;
        goto done;
    }
    describe(person, job->asked->institution, &who);
    status = cbi_extract_row(&job->profile, job->encoding, holding->record, &who, &job->output,
                             &why);
    job->counts.rows += status == CBANK_OK;
    if (why.reason == (int32_t)CBI_REASON_EXTRACT_UNFIT) {
        note_unfit(job, holding, &why);
        status = CBANK_OK;
    }
    if (status != CBANK_OK && err != NULL)
        *err = why;
done:
    cbi_vault_free_person(person);
    return status;
}

static cbank_status look(extract_job *job, cbi_reader *reader, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    bool found = false;

    CBI_TRY(cbi_search_next(&job->search, reader, LOOK_STEP, &holding, &found, err));
    if (found && holding.state == CBI_RECORD_HELD)
        CBI_TRY(write_record(job, reader, &holding, err));
done:
    cbi_holding_clear(&holding);
    return status;
}

/* ---- the job ----------------------------------------------------------------------------- */

static cbank_status step(void *self, uint32_t budget_ms, cbank_job_state *state, cbank_error *err)
{
    extract_job *job = self;
    uint64_t until = cbi_job_clock() + budget_ms;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(job->bank->ledger, &reader, err));
    while (!cbi_search_is_over(&job->search) && job->output.size < OUTPUT_ENOUGH &&
           cbi_job_clock() <= until)
        CBI_TRY(look(job, &reader, err));
    if (job->output.size >= OUTPUT_ENOUGH || cbi_search_is_over(&job->search))
        *state = job->output.size > 0 ? CBANK_JOB_HAS_OUTPUT : CBANK_JOB_DONE;
    else
        *state = CBANK_JOB_MORE;
done:
    cbi_ledger_read_end(&reader);
    return status;
}

static cbank_status read_output(void *self, cbank_buffer *output, cbank_error *err)
{
    extract_job *job = self;

    (void)err;
    cbank_buffer_clear(output);
    *output = job->output;
    job->output = (cbank_buffer){0};
    return CBANK_OK;
}

static void progress(const void *self, const char **stage, uint64_t *done, uint64_t *total)
{
    const extract_job *job = self;

    *stage = "find";
    *done = job->search.looked;
    *total = job->search.total;
}

static cbank_status finish(void *self, cbank_buffer *reply, cbank_error *err)
{
    extract_job *job = self;

    job->counts.unfit_id = job->unfit_id;
    job->counts.unfit_field = job->unfit_field;
    return cbi_face_reply(&job->counts, reply, err);
}

static void close_job(void *self)
{
    extract_job *job = self;

    cbi_search_clear(&job->search);
    cbi_profile_clear(&job->profile);
    cbank_buffer_clear(&job->output);
    cbi_message_free(job->asked);
    cbi_free(job);
}

static const cbi_job_kind extract_kind = {.step = step,
                                          .read = read_output,
                                          .progress = progress,
                                          .finish = finish,
                                          .close = close_job};

static cbank_status open_profile(extract_job *job, cbank_error *err)
{
    const Cbank__Api__V1__CreditExportRequest *asked = job->asked;
    cbank_status status = CBANK_OK;

    if (asked->profile.len > 0)
        CBI_TRY(cbi_profile_parse(cbi_message_bytes(asked->profile), asked->profile_name,
                                  &job->profile, err));
    else if (cbi_profile_builtin(cbi_message_text(asked->format), &job->profile, NULL) != CBANK_OK)
        CBI_TRY(cbi_fail(err, CBI_REASON_EXTRACT_FORMAT, 0, asked->format, NULL));
    CBI_TRY(cbi_encoding_parse(cbi_message_text(asked->encoding), &job->encoding, err));
    CBI_TRY(cbi_extract_begin(&job->profile, job->encoding, &job->output, err));
done:
    return status;
}

static cbank_status begin_search(extract_job *job, cbank_error *err)
{
    static const Cbank__Api__V1__CreditFilter none = CBANK__API__V1__CREDIT_FILTER__INIT;
    const Cbank__Api__V1__CreditFilter *within =
        job->asked->within != NULL ? job->asked->within : &none;
    const cbi_search_terms terms = {.account = within->account,
                                    .institution = job->asked->institution,
                                    .batch = cbi_message_bytes(within->batch),
                                    .code = within->code,
                                    .offering = within->offering,
                                    .school_year = within->school_year,
                                    .term = within->term};
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(job->bank->ledger, &reader, err));
    CBI_TRY(cbi_institution_read(reader.txn, job->asked->institution, &row, err));
    CBI_TRY(cbi_search_begin(&reader, &terms, 0, &job->search, err));
done:
    cbi_message_free(row);
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbank_credit_export_begin(cbank_bank *bank, const uint8_t *request,
                                       size_t request_size, cbank_job **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    extract_job *job = NULL;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && out != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    job->bank = inner;
    cbank__api__v1__credit_export_reply__init(&job->counts);
    CBI_TRY(cbi_face_request(&cbank__api__v1__credit_export_request__descriptor, request,
                             request_size, &job->asked, err));
    CBI_TRY(open_profile(job, err));
    CBI_TRY(begin_search(job, err));
    status = cbi_job_new(&extract_kind, job, bank, out, err);
    job = NULL; /* the job's now, whatever it answered */
done:
    if (job != NULL)
        close_job(job);
    return status;
}
