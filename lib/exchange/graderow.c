#include "exchange/grades_part.h"

#include <string.h>

#include "base/limits.h"
#include "exchange/attempt.h"
#include "exchange/cell.h"
#include "record/credit.h"

/* What to call the source of a field (grades.h), of this row. */
static const char *name_of(const cbi_grades_hand *hand, cbi_sheet_id id)
{
    const cbi_assignment *source = cbi_mapping_find(hand->mapping, id);
    size_t count;

    return source == NULL ? cbi_sheet_fields(&count)[id].word : cbi_assignment_name(source);
}

static bool is_listed(cbi_bytes value, char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (cbi_bytes_equal(value, cbi_bytes_of_text(list[i])))
            return true;
    }
    return false;
}

/* Where nothing says passed or failed, the grade itself has to be there. */
static cbank_status require_grade(const cbi_grades_hand *hand, cbank_error *err)
{
    static const cbi_sheet_id results[] = {CBI_SHEET_SCORE, CBI_SHEET_GRADE};
    const cbi_assignment *empty = NULL;

    for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
        const cbi_assignment *source = cbi_mapping_find(hand->mapping, results[i]);

        if (source == NULL)
            continue;
        if (cbi_assignment_value(source, &hand->row.row).size > 0)
            return CBANK_OK;
        empty = source;
    }
    if (empty == NULL)
        return CBANK_OK;
    return cbi_fail(err, CBI_REASON_MISSING_RESULT, 0, cbi_assignment_name(empty), NULL);
}

/* ---- by lists of values ------------------------------------------------------------------ */

/* OK for a row that passed. One that did not is skipped, and need not be right otherwise. */
static cbank_status judge_outcome(cbi_grades_hand *hand, const cbi_assignment *source,
                                  cbank_error *err)
{
    const cbi_grades_options *options = &hand->grades->options;
    cbi_bytes value = cbi_assignment_value(source, &hand->row.row);
    char plain[CBI_TEXT_MAX + 1];

    if (value.size == 0)
        return cbi_fail(err, CBI_REASON_MISSING_RESULT, 0, cbi_assignment_name(source), NULL);
    if (value.size > CBI_TEXT_MAX)
        return cbi_assignment_fail(source, CBI_REASON_UNKNOWN_RESULT, value, err);
    value = cbi_bytes_of(plain, cbi_cell_unwrap(value, plain));
    if (is_listed(value, options->passed, options->passed_count))
        return CBANK_OK;
    if (options->failed_count > 0 && !is_listed(value, options->failed, options->failed_count))
        return cbi_assignment_fail(source, CBI_REASON_UNKNOWN_RESULT, value, err);
    hand->row.row_class = CBI_ROW_SKIPPED;
    return cbi_assignment_fail(source, CBI_REASON_NOT_PASSED, value, err);
}

/* ---- by a profile ------------------------------------------------------------------------ */

/* The plain value of a field's cell; empty if it is not mapped. `room`: CBI_TEXT_MAX + 1. */
static cbank_status take(const cbi_grades_hand *hand, cbi_sheet_id id, char *room, cbi_bytes *out,
                         cbank_error *err)
{
    const cbi_assignment *source = cbi_mapping_find(hand->mapping, id);
    cbank_status status = CBANK_OK;
    size_t size = 0;

    room[0] = '\0';
    if (source != NULL)
        CBI_TRY(cbi_assignment_take(source, &hand->row.row, false, room, &size, err));
    *out = cbi_bytes_of(room, size);
done:
    return status;
}

static cbank_status pass_over(cbi_grades_hand *hand, cbi_result_kind kind, cbi_sheet_id id,
                              cbi_bytes value, cbank_error *err)
{
    hand->row.row_class = CBI_ROW_SKIPPED;
    return cbi_assignment_fail(cbi_mapping_find(hand->mapping, id), cbi_result_reason(kind),
                               value, err);
}

/* What 考试性质 alone says: 免修 and 认定 are no awards, whatever the result. */
static cbank_status judge_attempt(cbi_grades_hand *hand, bool blank, cbank_error *err)
{
    cbi_attempt_kind *kind = &hand->draft.attempt_kind;
    char room[CBI_TEXT_MAX + 1];
    cbank_status status = CBANK_OK;
    cbi_bytes value;

    CBI_TRY(take(hand, CBI_SHEET_ATTEMPT, room, &value, err));
    if (!cbi_attempt_read(hand->grades->profile, value, kind))
        return cbi_assignment_fail(cbi_mapping_find(hand->mapping, CBI_SHEET_ATTEMPT),
                                   CBI_REASON_UNKNOWN_CODE, value, err);
    if (*kind == CBI_ATTEMPT_EXEMPT)
        return pass_over(hand, CBI_RESULT_EXEMPT, CBI_SHEET_ATTEMPT, value, err);
    if (*kind == CBI_ATTEMPT_RECOGNISED)
        return pass_over(hand, CBI_RESULT_RECOGNISED, CBI_SHEET_ATTEMPT, value, err);
    if (blank && *kind == CBI_ATTEMPT_DEFERRED)
        return pass_over(hand, CBI_RESULT_DEFERRED, CBI_SHEET_ATTEMPT, value, err);
    if (blank && *kind == CBI_ATTEMPT_ABSENT)
        return pass_over(hand, CBI_RESULT_ABSENT, CBI_SHEET_ATTEMPT, value, err);
done:
    return status;
}

static cbank_status judge_by_profile(cbi_grades_hand *hand, const cbi_assignment *source,
                                     cbank_error *err)
{
    cbi_result *result = &hand->draft.result;
    char room[CBI_TEXT_MAX + 1];
    cbank_status status = CBANK_OK;
    cbi_bytes value;

    CBI_TRY(take(hand, CBI_SHEET_RESULT, room, &value, err));
    CBI_TRY(judge_attempt(hand, value.size == 0, err));
    if (value.size == 0)
        return cbi_fail(err, CBI_REASON_MISSING_RESULT, 0, cbi_assignment_name(source), NULL);
    if (!cbi_result_read(hand->grades->profile, value, result))
        return cbi_assignment_fail(source, CBI_REASON_UNKNOWN_RESULT, value, err);
    if (result->kind != CBI_RESULT_PASSED)
        return pass_over(hand, result->kind, CBI_SHEET_RESULT, value, err);
done:
    return status;
}

static cbank_status judge_result(cbi_grades_hand *hand, cbank_error *err)
{
    const cbi_assignment *outcome = cbi_mapping_find(hand->mapping, CBI_SHEET_OUTCOME);
    const cbi_assignment *result = cbi_mapping_find(hand->mapping, CBI_SHEET_RESULT);

    hand->draft.result = (cbi_result){0};
    hand->draft.attempt_kind = CBI_ATTEMPT_NORMAL;
    if (outcome != NULL)
        return judge_outcome(hand, outcome, err);
    if (result != NULL && hand->grades->profile != NULL)
        return judge_by_profile(hand, result, err);
    return require_grade(hand, err);
}

/* ---- attempts that count once ------------------------------------------------------------ */

static uint64_t attempt_row(const cbi_grades_hand *hand)
{
    return hand->row.row.number * CBI_MAPPING_TURNS_MAX + hand->turn;
}

static bool counts_once(const cbi_grades_hand *hand)
{
    const char *code = cbi_draft_value(&hand->draft, CBI_SHEET_CODE);
    const cbi_profile *profile = hand->grades->profile;

    return profile != NULL && profile->retakes != CBI_RETAKES_ALL && *code != '\0' &&
           !cbi_texts_have(&profile->separate, cbi_bytes_of_text(code));
}

cbank_status cbi_grades_note_attempt(cbi_grades *grades, const cbi_grades_hand *hand,
                                     cbank_error *err)
{
    const cbi_draft *draft = &hand->draft;
    cbi_attempt attempt = {.row = attempt_row(hand), .kind = draft->attempt_kind};
    const cbi_identity *learner = draft->student.type[0] != '\0' ? &draft->student : &draft->holder;

    if (!counts_once(hand))
        return CBANK_OK;
    cbi_attempt_measure(hand->grades->profile, &draft->record, &attempt);
    return cbi_retake_add(grades->retake, cbi_bytes_of_text(learner->number),
                          cbi_bytes_of_text(cbi_draft_value(draft, CBI_SHEET_CODE)), &attempt, err);
}

/* Another attempt stands for this one. */
static cbank_status judge_retake(cbi_grades_hand *hand, cbank_error *err)
{
    uint64_t by;

    if (hand->grades->retake == NULL || hand->grades->looking ||
        !cbi_retake_yields(hand->grades->retake, attempt_row(hand), &by))
        return CBANK_OK;
    hand->row.row_class = CBI_ROW_SKIPPED;
    return cbi_fail(err, CBI_REASON_NOT_COUNTED, by / CBI_MAPPING_TURNS_MAX,
                    name_of(hand, CBI_SHEET_CODE), NULL);
}

/* ---- the whole --------------------------------------------------------------------------- */

cbank_status cbi_grades_judge_reference(cbi_grades *grades, cbi_grades_hand *hand,
                                        cbank_error *err)
{
    const char *reference = hand->draft.record.reference;
    const cbi_assignment *source = cbi_mapping_find(hand->mapping, CBI_SHEET_REFERENCE);
    cbank_status status = CBANK_OK;
    uint64_t first_row = 0;
    bool same = false;

    CBI_TRY(cbi_seen_add(grades->seen, cbi_bytes_of_text(reference),
                         cbi_bytes_of_buffer(&hand->content), hand->row.row.number, &first_row,
                         &same, err));
    if (first_row == 0)
        goto done;
    if (same)
        hand->row.row_class = CBI_ROW_SKIPPED;
    status = cbi_fail(err, CBI_REASON_DUPLICATE_IN_FILE, first_row,
                      source == NULL ? "reference" : cbi_assignment_name(source), "%s", reference);
done:
    return status;
}

static cbank_status pass_over_whole(cbi_grades_hand *hand, cbank_error *err)
{
    size_t count;
    const cbi_bytes *columns = cbi_grid_columns(hand->grades->grid, &count);
    cbank_status status = CBANK_OK;

    if (hand->grades->profile != NULL)
        status = cbi_result_pass_over(hand->grades->profile, columns, &hand->row.row, err);
    if (status != CBANK_OK)
        hand->row.row_class = CBI_ROW_SKIPPED;
    return status;
}

/* A document number that a spreadsheet program has ruined is told from a mistyped one. */
static cbank_status note_damage(cbi_grades_hand *hand, cbank_status filled, cbank_error *err)
{
    const cbi_assignment *source = cbi_mapping_find(hand->mapping, CBI_SHEET_ID_NUMBER);
    char room[CBI_TEXT_MAX + 1];
    cbi_bytes number = {NULL, 0};

    if (source == NULL || hand->grades->looking ||
        take(hand, CBI_SHEET_ID_NUMBER, room, &number, NULL) != CBANK_OK)
        return filled;
    if (!cbi_damage_add(&hand->damage, number, filled == CBANK_OK, hand->row.row.number))
        return filled;
    return cbi_fail(err, CBI_REASON_SPREADSHEET_RUINED, 0, cbi_assignment_name(source), NULL);
}

cbank_status cbi_grades_judge(cbi_grades_hand *hand, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_draft *draft = &hand->draft;
    const cbi_assignment *reference = cbi_mapping_find(hand->mapping, CBI_SHEET_REFERENCE);
    size_t columns;

    CBI_TRY(pass_over_whole(hand, err));
    cbi_grid_columns(hand->grades->grid, &columns);
    if (hand->row.row.count != columns)
        return cbi_fail(err, CBI_REASON_ROW_CELLS, columns, NULL, "%zu", hand->row.row.count);
    CBI_TRY(judge_result(hand, err));
    status = cbi_draft_fill(draft, &hand->row.row, err);
    if (status == CBANK_OK || status == CBANK_E_INVALID)
        status = note_damage(hand, status, err);
    CBI_TRY(status);
    if (counts_once(hand) && draft->record.count_group[0] == '\0')
        draft->record.count_group = draft->record.code;
    hand->row.again = counts_once(hand) && (draft->attempt_kind == CBI_ATTEMPT_MAKEUP ||
                                                draft->attempt_kind == CBI_ATTEMPT_RETAKE);
    CBI_TRY(judge_retake(hand, err));
    if (reference == NULL)
        CBI_TRY(cbi_draft_compose_reference(draft, hand->grades->options.suite,
                                            hand->grades->options.reference_secret, err));
    CBI_TRY(cbi_draft_check(draft, err));
    if (!hand->grades->looking)
        CBI_TRY(cbi_credit_content(&draft->record, cbi_bytes_of_text(draft->holder.type),
                                   cbi_bytes_of_text(draft->holder.number), &hand->content, err));
done:
    return status;
}
