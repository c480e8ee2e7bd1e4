#include "exchange/enrolments.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "exchange/cell.h"
#include "exchange/roster_part.h"
#include "record/enrolment.h"
#include "wire/message.h"

/* The fields that a row may have besides those of a roster. */
typedef enum slot {
    REFERENCE,
    PROGRAMME,
    COHORT,
    STAGE,
    LEVEL,
    FORM,
    STATUS,
    STARTED,
    PLANNED_END,
    CALENDAR,
    DOCUMENT,
    SINCE,
    KIND,
    SLOTS,
} slot;

static const cbi_sheet_id fields[SLOTS] = {
    CBI_SHEET_REFERENCE,    CBI_SHEET_PROGRAMME,    CBI_SHEET_COHORT,   CBI_SHEET_STAGE,
    CBI_SHEET_STUDY_LEVEL,  CBI_SHEET_STUDY_FORM,   CBI_SHEET_STUDY_STATUS,
    CBI_SHEET_STARTED,      CBI_SHEET_PLANNED_END,  CBI_SHEET_CALENDAR, CBI_SHEET_DOCUMENT,
    CBI_SHEET_SINCE,        CBI_SHEET_CHANGE_KIND,
};

struct cbi_enrolments {
    cbi_roster *roster;
    char values[SLOTS][CBI_TEXT_MAX + 1]; /* of the row in hand */
    cbi_enrolments_row row;
    Cbank__V1__EnrolmentTerms terms;
    Cbank__V1__PublicationRef programme;
    Cbank__V1__Code codes[SLOTS];
};

cbank_status cbi_enrolments_new(const cbi_roster_options *options, cbi_enrolments **out,
                                cbank_error *err)
{
    cbi_roster_options all = *options;
    cbi_enrolments *enrolments = NULL;
    cbank_status status = CBANK_OK;

    all.use = CBI_SHEET_FOR_ENROLMENTS;
    CBI_TRY(cbi_alloc(1, sizeof(*enrolments), &enrolments, err));
    CBI_TRY(cbi_roster_new(&all, &enrolments->roster, err));
    *out = enrolments;
    enrolments = NULL;
done:
    cbi_enrolments_free(enrolments);
    return status;
}

void cbi_enrolments_free(cbi_enrolments *enrolments)
{
    if (enrolments == NULL)
        return;
    cbi_roster_free(enrolments->roster);
    cbi_wipe(enrolments, sizeof(*enrolments));
    cbi_free(enrolments);
}

cbi_roster *cbi_enrolments_roster(cbi_enrolments *enrolments)
{
    return enrolments->roster;
}

/* ---- values ------------------------------------------------------------------------------ */

static const cbi_assignment *source_of(const cbi_enrolments *it, slot at)
{
    return cbi_mapping_find(it->roster->mapping, fields[at]);
}

/* About a cell, which is shown as far as it may be. */
static cbank_status refuse(const cbi_enrolments *it, slot at, cbi_reason reason, cbank_error *err)
{
    return cbi_assignment_fail(source_of(it, at), reason, cbi_bytes_of_text(it->values[at]), err);
}

/* The cell, or what a profile has it stand for. */
static cbank_status take_value(cbi_enrolments *it, slot at, cbank_error *err)
{
    const cbi_assignment *source = source_of(it, at);
    cbank_status status = CBANK_OK;
    const char *meaning;
    size_t size;

    it->values[at][0] = '\0';
    if (source == NULL)
        return CBANK_OK;
    CBI_TRY(cbi_assignment_take(source, &it->roster->row.row, true, it->values[at], &size, err));
    if (size == 0)
        return CBANK_OK;
    meaning = cbi_mapping_meaning(it->roster->mapping, source, it->values[at]);
    if (meaning == NULL)
        return refuse(it, at, CBI_REASON_UNKNOWN_CODE, err);
    if (meaning != it->values[at])
        memcpy(it->values[at], meaning, strnlen(meaning, CBI_TEXT_MAX) + 1);
    it->values[at][CBI_TEXT_MAX] = '\0';
done:
    return status;
}

static cbank_status take_day(const cbi_enrolments *it, slot at, uint32_t *out, cbank_error *err)
{
    *out = 0;
    if (it->values[at][0] == '\0' || cbi_cell_date(cbi_bytes_of_text(it->values[at]), out))
        return CBANK_OK;
    return refuse(it, at, CBI_REASON_BAD_DATE, err);
}

/* "SCHEME:VALUE"; digits are of the table that the field is of, words the institution's own. */
static Cbank__V1__Code *take_code(cbi_enrolments *it, slot at, const char *table)
{
    Cbank__V1__Code *code = &it->codes[at];
    char *text = it->values[at], *colon = strchr(text, ':');

    if (text[0] == '\0')
        return NULL;
    cbank__v1__code__init(code);
    if (colon != NULL) {
        *colon = '\0';
        code->scheme = text;
        code->value = colon + 1;
        return code;
    }
    code->scheme = cbi_message_string(text[strspn(text, "0123456789")] == '\0' ? table : "local");
    code->value = text;
    return code;
}

static cbank_status take_programme(cbi_enrolments *it, cbank_error *err)
{
    char *text = it->values[PROGRAMME], *at = strchr(text, '@');
    uint64_t edition = 0;

    if (text[0] == '\0')
        return CBANK_OK;
    if (at != NULL && (!cbi_u64_parse(cbi_bytes_of_text(at + 1), &edition) || edition == 0 ||
                       edition > UINT32_MAX || at == text))
        return refuse(it, PROGRAMME, CBI_REASON_ENROL_ROW_FORM, err);
    if (at != NULL)
        *at = '\0';
    cbank__v1__publication_ref__init(&it->programme);
    it->programme.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME;
    it->programme.id = text;
    it->programme.edition = (uint32_t)edition;
    it->terms.programme = &it->programme;
    return CBANK_OK;
}

static cbank_status take_stage(cbi_enrolments *it, cbank_error *err)
{
    uint64_t stage = 0;

    if (it->values[STAGE][0] == '\0')
        return CBANK_OK;
    if (!cbi_u64_parse(cbi_bytes_of_text(it->values[STAGE]), &stage) || stage == 0 ||
        stage > CBI_STAGE_MAX)
        return refuse(it, STAGE, CBI_REASON_ENROL_ROW_FORM, err);
    it->terms.stage = (uint32_t)stage;
    return CBANK_OK;
}

/* "2022级" is the cohort of 2022. */
static void take_cohort(cbi_enrolments *it)
{
    static const char suffix[] = "级";
    char *text = it->values[COHORT];
    size_t size = strlen(text), cut = sizeof(suffix) - 1;

    if (size > cut && strcmp(text + size - cut, suffix) == 0)
        text[size - cut] = '\0';
    it->terms.cohort = text;
}

/* ---- rows -------------------------------------------------------------------------------- */

static cbank_status judge(cbi_enrolments *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    cbank__v1__enrolment_terms__init(&it->terms);
    it->row = (cbi_enrolments_row){.who = &it->roster->row, .terms = &it->terms};
    for (slot at = 0; at < SLOTS; at++)
        CBI_TRY(take_value(it, at, err));
    CBI_TRY(take_programme(it, err));
    CBI_TRY(take_stage(it, err));
    CBI_TRY(take_day(it, STARTED, &it->terms.started_on, err));
    CBI_TRY(take_day(it, PLANNED_END, &it->terms.planned_end, err));
    CBI_TRY(take_day(it, SINCE, &it->row.since, err));
    take_cohort(it);
    it->terms.level = take_code(it, LEVEL, "PYCC");
    it->terms.form = take_code(it, FORM, "XXXS");
    it->terms.status = take_code(it, STATUS, "XSDQZT");
    it->row.kind = take_code(it, KIND, "XJYDLB");
    it->terms.calendar = it->values[CALENDAR];
    it->row.reference = it->values[REFERENCE];
    it->row.document = it->values[DOCUMENT];
done:
    return status;
}

cbank_status cbi_enrolments_next(cbi_enrolments *enrolments, cbi_grid_step *step,
                                 const cbi_enrolments_row **out, cbank_error *err)
{
    cbi_roster_row *who = &enrolments->roster->row;
    const cbi_roster_row *row;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_roster_next(enrolments->roster, step, &row, err));
    if (*step != CBI_GRID_ROW)
        goto done;
    enrolments->row = (cbi_enrolments_row){.who = who, .terms = &enrolments->terms};
    *out = &enrolments->row;
    if (who->row_class != CBI_ROW_READY)
        goto done;
    status = judge(enrolments, &who->why);
    if (status != CBANK_OK)
        who->row_class = CBI_ROW_REJECTED;
    if (status != CBANK_OK && status / 100 != 2 && err != NULL) /* not about the row */
        *err = who->why;
    if (status / 100 == 2)
        status = CBANK_OK;
done:
    return status;
}
