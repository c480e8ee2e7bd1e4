#include "api/enroljob_part.h"

#include <stdio.h>
#include <string.h>

#include "api/job.h"
#include "base/text.h"
#include "exchange/errorfile.h"

#define MAC_BYTES 10 /* 80 bits, as of a composed reference */
#define DAY_KEY_SIZE (CBI_ACCOUNT_SIZE + 12)

cbi_desk_order cbi_enrol_order(const cbi_enrol_job *job, bool dry_run)
{
    return (cbi_desk_order){.institution = job->asked->institution,
                            .key = job->key,
                            .now = cbi_face_now(),
                            .dry_run = dry_run};
}

const char *cbi_enrol_source(const cbi_enrol_job *job, cbi_sheet_id id)
{
    return cbi_roster_source(cbi_enrolments_roster(job->file), id);
}

/* ---- what is said of rows ---------------------------------------------------------------- */

/* The column to look at, where what the bank has against a row names none. */
static const char *column_of(const cbi_enrol_job *job, const cbank_error *why)
{
    switch ((cbi_reason)why->reason) {
    case CBI_REASON_PERSON_CONFLICT:
        return cbi_enrol_source(job, CBI_SHEET_NAME);
    case CBI_REASON_ENROLMENT_PROGRAMME:
    case CBI_REASON_PUBLICATION_UNKNOWN:
        return cbi_enrol_source(job, CBI_SHEET_PROGRAMME);
    case CBI_REASON_LEARNER_UNKNOWN:
    case CBI_REASON_STUDENT_TAKEN:
    case CBI_REASON_STUDENT_AMBIGUOUS:
    case CBI_REASON_PERSON_SPLIT:
        return cbi_enrol_source(job, strncmp(why->object, "student/", 8) == 0
                                         ? CBI_SHEET_STUDENT_NUMBER
                                         : CBI_SHEET_ID_NUMBER);
    default:
        return why->object;
    }
}

cbank_status cbi_enrol_reject(cbi_enrol_job *job, const cbi_grid_row *row, const char *column,
                              const char *value, const cbank_error *why, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t count;
    const cbi_bytes *columns = cbi_roster_columns(cbi_enrolments_roster(job->file), &count);

    cbi_buffer_rewind(&job->line);
    if (cbi_spool_size(job->errors) == 0)
        CBI_TRY(cbi_errorfile_begin(columns, count, &job->line, err));
    CBI_TRY(cbi_errorfile_row(columns, count, row, why, value, job->asked->lang, &job->line, err));
    CBI_TRY(cbi_spool_append(job->errors, cbi_bytes_of_buffer(&job->line), err));
    CBI_TRY(cbi_rowreport_add(&job->report, (cbi_rowplace){row->number, column, value},
                              CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_REJECTED, why, err));
    job->counts.rejected++;
done:
    return status;
}

static cbank_status reject(cbi_enrol_job *job, const cbi_roster_row *row, const cbank_error *why,
                           cbank_error *err)
{
    const char *column = column_of(job, why);
    char value[CBI_MASK_SIZE];

    cbi_roster_show(cbi_enrolments_roster(job->file), column, value);
    return cbi_enrol_reject(job, &row->row, column, value, why, err);
}

/* One that has no number is named by its day, and by whom it is for without saying so. */
static cbank_status compose_reference(cbi_enrol_judging *it, cbank_error *err)
{
    const cbi_bytes who[] = {cbi_bytes_of_text("account"), cbi_bytes_of_text(it->account.digits)};
    cbank_status status = CBANK_OK;
    int size;
    cbi_hash mac;

    CBI_TRY(cbi_mac(it->job->bank->config.suite, &it->job->references, who, 2, &mac, err));
    size = snprintf(it->reference, sizeof(it->reference), "%08u-",
                    (unsigned)it->row->terms->started_on);
    cbi_hex_encode(cbi_bytes_of(mac.bytes, MAC_BYTES), it->reference + size);
done:
    return status;
}

/* ---- what it says ------------------------------------------------------------------------ */

static bool same_code(const Cbank__V1__Code *stated, const Cbank__V1__Code *now)
{
    return stated == NULL || (now != NULL && strcmp(stated->scheme, now->scheme) == 0 &&
                              strcmp(stated->value, now->value) == 0);
}

static bool same_text(const char *stated, const char *now)
{
    return stated[0] == '\0' || strcmp(stated, now) == 0;
}

static bool same_number(uint32_t stated, uint32_t now)
{
    return stated == 0 || stated == now;
}

/* What is not stated contradicts nothing; an edition neither, which counts for good. */
static bool says_the_same(const Cbank__V1__EnrolmentTerms *stated,
                          const Cbank__V1__EnrolmentTerms *now)
{
    const Cbank__V1__PublicationRef *programme = stated->programme;

    return (programme == NULL || (strcmp(programme->id, now->programme->id) == 0 &&
                                  same_number(programme->edition, now->programme->edition))) &&
           same_text(stated->cohort, now->cohort) && same_code(stated->level, now->level) &&
           same_code(stated->form, now->form) && same_code(stated->status, now->status) &&
           same_number(stated->started_on, now->started_on) &&
           same_number(stated->planned_end, now->planned_end) &&
           same_number(stated->stage, now->stage) && same_text(stated->calendar, now->calendar);
}

/* ---- one row ----------------------------------------------------------------------------- */

static cbank_status append_sized(cbank_buffer *to, cbi_bytes bytes, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t size[4];

    cbi_put_u32(size, (uint32_t)bytes.size);
    CBI_TRY(cbi_buffer_append(to, cbi_bytes_of(size, sizeof(size)), err));
    CBI_TRY(cbi_buffer_append(to, bytes, err));
done:
    return status;
}

static cbank_status wait_for(cbi_enrol_queue *queue, const cbi_grid_row *row, const void *message,
                             cbank_error *err)
{
    cbank_buffer bytes = {0}, cells = {0}, item = {0};
    cbank_status status = CBANK_OK;
    uint8_t number[4];

    cbi_put_u32(number, (uint32_t)row->number);
    CBI_TRY(cbi_message_pack(message, &bytes, err));
    for (size_t i = 0; i < row->count; i++)
        CBI_TRY(append_sized(&cells, row->cells[i], err));
    CBI_TRY(cbi_buffer_append(&item, cbi_bytes_of(number, sizeof(number)), err));
    CBI_TRY(append_sized(&item, cbi_bytes_of_buffer(&bytes), err));
    CBI_TRY(append_sized(&item, cbi_bytes_of_buffer(&cells), err));
    CBI_TRY(cbi_spool_append(queue->spool, cbi_bytes_of_buffer(&item), err));
    queue->count++;
done:
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&cells);
    cbank_buffer_clear(&item);
    return status;
}

/* The first field without which nobody can be enrolled. */
static cbank_status check_whole(const cbi_enrol_judging *it, cbank_error *err)
{
    const Cbank__V1__EnrolmentTerms *terms = it->row->terms;
    cbi_sheet_id missing = terms->programme == NULL    ? CBI_SHEET_PROGRAMME
                           : terms->cohort[0] == '\0' ? CBI_SHEET_COHORT
                                                       : CBI_SHEET_STARTED;

    if (missing == CBI_SHEET_STARTED && terms->started_on != 0)
        return CBANK_OK;
    return cbi_fail(err, CBI_REASON_MISSING_CELL, 0, cbi_enrol_source(it->job, missing), NULL);
}

static cbank_status judge_new(cbi_enrol_judging *it, cbank_error *err)
{
    const cbi_desk_order order = cbi_enrol_order(it->job, true);
    Cbank__V1__EnrolmentTerms terms = *it->row->terms;
    Cbank__V1__Enrolment enrolment = CBANK__V1__ENROLMENT__INIT;
    Cbank__Api__V1__EnrolmentDraft draft = CBANK__API__V1__ENROLMENT_DRAFT__INIT;
    const cbi_enrol_draft one = {.account = it->account.digits, .enrolment = &enrolment};
    cbank_status status = CBANK_OK;
    cbi_deposited item;
    cbi_hash batch;

    if (terms.stage == 0)
        terms.stage = 1;
    enrolment.reference = it->reference;
    enrolment.terms = &terms;
    enrolment.document = cbi_message_string(it->row->document);
    draft.account = it->account.digits;
    draft.enrolment = &enrolment;
    CBI_TRY(cbi_enroldesk_add(it->job->bank, &order, &one, 1, &item, &batch, err));
    CBI_TRY(wait_for(&it->job->added, &it->row->who->row, &draft, err));
    it->job->counts.enrolled++;
done:
    return status;
}

static uint32_t since_of(const cbi_enrol_judging *it)
{
    return it->row->since != 0 ? it->row->since : it->job->asked->since;
}

static cbank_status judge_change(cbi_enrol_judging *it, cbank_error *err)
{
    const cbi_desk_order order = cbi_enrol_order(it->job, true);
    Cbank__V1__EnrolmentTerms terms = *it->row->terms;
    Cbank__V1__EnrolmentChange change = CBANK__V1__ENROLMENT_CHANGE__INIT;
    Cbank__Api__V1__EnrolmentChangeDraft draft = CBANK__API__V1__ENROLMENT_CHANGE_DRAFT__INIT;
    char id[CBI_DISPLAY_ID_MAX];
    const cbi_enrol_change one = {.id = id, .change = &change};
    cbank_status status = CBANK_OK;
    cbi_deposited item;
    cbi_hash batch;

    if (terms.programme != NULL && terms.programme->edition == 0 &&
        strcmp(terms.programme->id, it->saying.terms->programme->id) == 0)
        terms.programme = NULL; /* it keeps its edition */
    cbi_holding_display_id(it->now.index, &it->now.id, id);
    change.action = CBANK__V1__ENROLMENT_ACTION__ENROLMENT_ACTION_CHANGE;
    change.terms = &terms;
    change.since = since_of(it);
    change.kind = (Cbank__V1__Code *)(uintptr_t)it->row->kind;
    change.document = cbi_message_string(it->row->document);
    draft.id = id;
    draft.change = &change;
    if (change.since == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_MISSING_CELL, 0,
                         cbi_enrol_source(it->job, CBI_SHEET_SINCE), NULL));
    CBI_TRY(cbi_enroldesk_change(it->job->bank, &order, &one, 1, &item, &batch, err));
    CBI_TRY(wait_for(&it->job->changed, &it->row->who->row, &draft, err));
    it->job->counts.changed++;
done:
    return status;
}

/* All that a row says of its enrolment. */
static cbank_status pack_said(const cbi_enrol_judging *it, cbank_buffer *out, cbank_error *err)
{
    Cbank__V1__EnrolmentChange said = CBANK__V1__ENROLMENT_CHANGE__INIT;

    said.terms = (Cbank__V1__EnrolmentTerms *)(uintptr_t)it->row->terms;
    said.since = since_of(it);
    said.kind = (Cbank__V1__Code *)(uintptr_t)it->row->kind;
    said.document = cbi_message_string(it->row->document);
    return cbi_message_pack(&said, out, err);
}

/* Whose enrolment begins on which day: that is all that names one without a number. */
static cbi_bytes day_key(const cbi_enrol_judging *it, char out[DAY_KEY_SIZE])
{
    int size = snprintf(out, DAY_KEY_SIZE, "%s %08u", it->account.digits,
                        (unsigned)it->row->terms->started_on);

    return cbi_bytes_of(out, (size_t)size);
}

static cbi_bytes whether_numbered(const cbi_enrol_judging *it)
{
    return cbi_bytes_of_text(it->row->reference[0] != '\0' ? "numbered" : "");
}

/* One with a number that is there already is found by its day too: it is no other one. */
static bool has_own_day(const cbi_enrol_judging *it)
{
    return it->row->terms->started_on != 0 && (!it->known || it->row->reference[0] == '\0');
}

/*
 * Whether an earlier good row of the file said the same. One that says otherwise is refused; so is
 * one without a number beside a new one with a number, of the same learner and day.
 */
static cbank_status judge_among(const cbi_enrol_judging *it, cbi_bytes said, bool *again,
                                cbank_error *err)
{
    char key[DAY_KEY_SIZE];
    cbank_status status = CBANK_OK;
    uint64_t first, of_day = 0;
    bool same, alike = true;

    cbi_seen_look(it->job->seen, cbi_bytes_of_text(it->reference), said, &first, &same);
    *again = first != 0;
    if (has_own_day(it))
        cbi_seen_look(it->job->days, day_key(it, key), whether_numbered(it), &of_day, &alike);
    if (first == 0 && of_day != 0 && !alike)
        CBI_TRY(cbi_fail(err, CBI_REASON_ENROL_ROW_TWICE, of_day,
                         cbi_enrol_source(it->job, CBI_SHEET_STARTED), NULL));
    if (first != 0 && !same)
        CBI_TRY(cbi_fail(err, CBI_REASON_ENROL_ROW_TWICE, first,
                         cbi_enrol_source(it->job, it->row->reference[0] != '\0'
                                                       ? CBI_SHEET_REFERENCE
                                                       : CBI_SHEET_STARTED),
                         NULL));
done:
    return status;
}

/* A good row: those that follow are held against it. */
static cbank_status remember(const cbi_enrol_judging *it, cbi_bytes said, cbank_error *err)
{
    char key[DAY_KEY_SIZE];
    uint64_t row = it->row->who->row.number, first;
    cbank_status status = CBANK_OK;
    bool same;

    CBI_TRY(cbi_seen_add(it->job->seen, cbi_bytes_of_text(it->reference), said, row, &first, &same,
                         err));
    if (has_own_day(it))
        CBI_TRY(cbi_seen_add(it->job->days, day_key(it, key), whether_numbered(it), row, &first,
                             &same, err));
done:
    return status;
}

static cbank_status judge(cbi_enrol_judging *it, cbank_error *err)
{
    cbank_buffer said = {0};
    cbank_status status = CBANK_OK;
    bool again;

    CBI_TRY(cbi_enrol_match(it, err));
    if (!it->known)
        CBI_TRY(check_whole(it, err));
    if (!it->known && it->row->reference[0] == '\0')
        CBI_TRY(compose_reference(it, err));
    CBI_TRY(pack_said(it, &said, err));
    CBI_TRY(judge_among(it, cbi_bytes_of_buffer(&said), &again, err));
    if (again || (it->known && says_the_same(it->row->terms, it->saying.terms)))
        it->job->counts.unchanged++;
    else if (!it->known)
        CBI_TRY(judge_new(it, err));
    else if (it->job->asked->change)
        CBI_TRY(judge_change(it, err));
    else
        it->job->counts.changed++;
    CBI_TRY(remember(it, cbi_bytes_of_buffer(&said), err));
done:
    cbank_buffer_clear(&said);
    cbi_enrolment_saying_clear(&it->saying);
    return status;
}

static cbank_status take_row(cbi_enrol_job *job, cbi_reader *reader,
                             const cbi_enrolments_row *row, cbank_error *err)
{
    cbi_enrol_judging it = {.job = job, .reader = reader, .row = row};
    const cbi_damage *damage = cbi_roster_damage(cbi_enrolments_roster(job->file));
    cbank_error why = {0};
    cbank_status status = CBANK_OK;

    if (row->who->row_class == CBI_ROW_REJECTED)
        return reject(job, row->who, &row->who->why, err);
    if (row->who->doubtful && damage->ruined > 0)
        status = cbi_fail(&why, CBI_REASON_NUMBER_DOUBTFUL, row->who->row.number,
                          cbi_enrol_source(job, CBI_SHEET_ID_NUMBER), NULL);
    else
        status = judge(&it, &why);
    if (status == CBANK_OK)
        return CBANK_OK;
    if (!cbi_claim_is_refusal(status)) {
        if (err != NULL)
            *err = why;
        return status;
    }
    if (why.reason != (int32_t)CBI_REASON_ENROL_ROW_TWICE &&
        why.reason != (int32_t)CBI_REASON_ENROL_ROW_AMBIGUOUS)
        why.where = row->who->row.number;
    return reject(job, row->who, &why, err);
}

cbank_status cbi_enrol_read_rows(cbi_enrol_job *job, uint64_t until, bool *wants,
                                 cbank_error *err)
{
    const cbi_enrolments_row *row = NULL;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_grid_step step;
    bool stops;

    CBI_TRY(cbi_ledger_read_begin(job->bank->ledger, &reader, err));
    do {
        CBI_TRY(cbi_enrolments_next(job->file, &step, &row, err));
        if (step == CBI_GRID_ROW)
            CBI_TRY(take_row(job, &reader, row, err));
    } while ((step == CBI_GRID_ROW || step == CBI_GRID_HEADER) && cbi_job_clock() <= until);
    *wants = step == CBI_GRID_MORE;
    if (step != CBI_GRID_DONE)
        goto done;
    CBI_TRY(cbi_roster_check_column(cbi_enrolments_roster(job->file), err));
    stops = job->counts.rejected > 0 && !job->asked->keep_going;
    if (stops)
        job->counts.enrolled = 0;
    job->phase = job->asked->dry_run || stops ? CBI_ENROL_OVER : CBI_ENROL_WRITING;
done:
    cbi_ledger_read_end(&reader);
    return status;
}
