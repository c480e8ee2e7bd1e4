#include "exchange/grades_part.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "record/code.h"

/* Fed again at once, the second time. */
#define PIECE (64u * 1024)
#define TWICE_MAX CBI_BATCH_FILE_MAX /* a file that is read twice */

/* ---- options ----------------------------------------------------------------------------- */

static cbank_status check_options(const cbi_grades *grades, cbank_error *err)
{
    const cbi_grades_options *options = &grades->options;
    bool outcome = cbi_mapping_find(grades->mapping, CBI_SHEET_OUTCOME) != NULL;
    bool reference = cbi_mapping_find(grades->mapping, CBI_SHEET_REFERENCE) != NULL;

    if (!cbi_institution_code_is_valid(cbi_bytes_of_text(options->institution)))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "institution", "[A-Z0-9][A-Z0-9.-]*");
    if (outcome != (options->passed_count > 0) || (!outcome && options->failed_count > 0))
        return cbi_fail(err, CBI_REASON_MAP_RESULT, 0, outcome ? "passed" : "outcome", NULL);
    if (cbi_mapping_find(grades->mapping, CBI_SHEET_RESULT) != NULL &&
        (grades->profile == NULL || grades->profile->scale_count == 0))
        return cbi_fail(err, CBI_REASON_MAP_RESULT, 0, "result", NULL);
    if (!reference && options->reference_secret == NULL)
        return cbi_fail(err, CBI_REASON_REFERENCE_KEY, 0, "reference", NULL);
    return CBANK_OK;
}

static cbank_status choose_profile(cbi_grades *grades, cbank_error *err)
{
    const cbi_grades_options *options = &grades->options;
    cbank_status status = CBANK_OK;

    grades->profile = options->profile;
    if (options->profile != NULL || cbi_bytes_equal(options->format, cbi_bytes_of_text("generic")))
        return CBANK_OK;
    CBI_TRY(cbi_profile_builtin(options->format, &grades->own, err));
    grades->profile = &grades->own;
done:
    return status;
}

static cbank_status open_grid(cbi_grades *grades, cbank_error *err)
{
    const cbi_grid_options options = {.encoding = grades->options.encoding,
                                      .sheet = grades->options.sheet,
                                      .fits = cbi_mapping_fits,
                                      .context = grades->mapping};

    return cbi_grid_new(&options, &grades->grid, err);
}

static cbank_status open_mapping(cbi_grades *grades, cbank_error *err)
{
    const cbi_mapping_options options = {.use = CBI_SHEET_FOR_GRADES,
                                         .map = grades->options.map,
                                         .constants = grades->options.constants,
                                         .profile = grades->profile};

    return cbi_mapping_new(&options, &grades->mapping, err);
}

cbank_status cbi_grades_new(const cbi_grades_options *options, cbi_grades **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_grades *grades = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*grades), &grades, err));
    grades->options = *options;
    if (options->sheet == NULL)
        grades->options.sheet = "";
    CBI_TRY(choose_profile(grades, err));
    CBI_TRY(open_mapping(grades, err));
    CBI_TRY(check_options(grades, err));
    CBI_TRY(open_grid(grades, err));
    CBI_TRY(cbi_grades_share_new(1, &grades->single, err));
    CBI_TRY(cbi_seen_new(true, &grades->seen, err));
    if (grades->profile != NULL && grades->profile->retakes != CBI_RETAKES_ALL)
        CBI_TRY(cbi_retake_new(options->suite, grades->profile->retakes, &grades->retake, err));
    grades->looking = grades->retake != NULL;
    if (grades->looking) {
        CBI_TRY(cbi_spool_new(options->suite, &grades->file, err));
        CBI_TRY(cbi_grades_hand_new(&grades->looks, err));
    }
    *out = grades;
    grades = NULL;
done:
    cbi_grades_free(grades);
    return status;
}

void cbi_grades_free(cbi_grades *grades)
{
    if (grades == NULL)
        return;
    cbi_grid_free(grades->grid);
    cbi_mapping_free(grades->mapping);
    cbi_grades_share_free(grades->single);
    cbi_grades_hand_free(grades->looks);
    cbi_seen_free(grades->seen);
    cbi_retake_free(grades->retake);
    cbi_profile_clear(&grades->own);
    cbi_spool_free(grades->file);
    cbi_free(grades);
}

/* ---- feeding ----------------------------------------------------------------------------- */

cbank_status cbi_grades_feed(cbi_grades *grades, cbi_bytes bytes, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (grades->looking) {
        if (bytes.size > TWICE_MAX - cbi_spool_size(grades->file))
            return cbi_fail(err, CBI_REASON_CSV_LIMIT, 0, "file", "%u bytes", TWICE_MAX);
        CBI_TRY(cbi_spool_append(grades->file, bytes, err));
    }
    CBI_TRY(cbi_grid_feed(grades->grid, bytes, err));
done:
    return status;
}

cbank_status cbi_grades_end(cbi_grades *grades, cbank_error *err)
{
    grades->ended = true;
    return cbi_grid_end(grades->grid, err);
}

const cbi_bytes *cbi_grades_columns(const cbi_grades *grades, size_t *count)
{
    return cbi_grid_columns(grades->grid, count);
}

cbi_grades_counts cbi_grades_count(const cbi_grades *grades)
{
    cbi_grades_counts counts = grades->counts;

    counts.blank = cbi_grid_blank_rows(grades->grid);
    return counts;
}

const cbi_profile *cbi_grades_profile(const cbi_grades *grades)
{
    return grades->profile;
}

/* What says where the fields of the last row are from. */
static const cbi_mapping *last_mapping(const cbi_grades *grades)
{
    return grades->last != NULL ? grades->last->mapping : grades->mapping;
}

void cbi_grades_show(const cbi_grades *grades, const char *column, char out[CBI_MASK_SIZE])
{
    static const cbi_grid_row none = {0};

    cbi_mask_in_row(last_mapping(grades), grades->last != NULL ? &grades->last->row.row : &none,
                    column, out);
}

const char *cbi_grades_source(const cbi_grades *grades, cbi_sheet_id id)
{
    const cbi_assignment *source = cbi_mapping_find(last_mapping(grades), id);
    size_t count;

    return source == NULL ? cbi_sheet_fields(&count)[id].word : cbi_assignment_name(source);
}

cbank_status cbi_grades_check_column(const cbi_grades *grades, bool keep_going, cbank_error *err)
{
    const cbi_damage *damage = &grades->damage;
    bool doubtful = keep_going && damage->ruined > 0 && damage->possible > 0;

    if (!doubtful && !cbi_damage_is_column(damage))
        return CBANK_OK;
    return cbi_fail(err, CBI_REASON_COLUMN_RUINED, damage->first,
                    cbi_grades_source(grades, CBI_SHEET_ID_NUMBER), "%llu",
                    (unsigned long long)damage->ruined);
}

/* ---- rows -------------------------------------------------------------------------------- */

/* Turns to the next subject of the row in hand that has anything; false after the last. */
static bool next_turn(cbi_grades *grades)
{
    while (++grades->turn < grades->mapping->turn_count) {
        cbi_mapping_turn(grades->mapping, grades->turn);
        if (!cbi_mapping_turn_is_empty(grades->mapping, &grades->taken))
            return true;
    }
    return false;
}

/* The next row, or the next subject of a wide one. */
static cbank_status read_row(cbi_grades *grades, cbi_grid_step *step, cbank_error *err)
{
    bool wide = grades->mapping->turn_count > 0;
    cbank_status status = CBANK_OK;
    const cbi_bytes *columns;
    size_t count;

    *step = CBI_GRID_ROW;
    if (wide && next_turn(grades))
        return CBANK_OK;
    do {
        CBI_TRY(cbi_grid_next(grades->grid, step, &grades->taken, err));
        grades->turn = wide ? SIZE_MAX : 0;
    } while (*step == CBI_GRID_ROW && wide && !next_turn(grades));
    if (*step != CBI_GRID_HEADER)
        goto done;
    columns = cbi_grid_columns(grades->grid, &count);
    CBI_TRY(cbi_mapping_bind(grades->mapping, columns, count, err));
    grades->turn = grades->mapping->turn_count; /* of no row yet */
done:
    return status;
}

/* All attempts have been seen: the file once more. */
static cbank_status begin_again(cbi_grades *grades, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_retake_settle(grades->retake, err));
    cbi_grid_free(grades->grid);
    grades->grid = NULL;
    cbi_mapping_free(grades->mapping);
    grades->mapping = NULL;
    CBI_TRY(open_mapping(grades, err));
    CBI_TRY(open_grid(grades, err));
    grades->looking = false;
done:
    return status;
}

/* Feeds the next piece a second time, or the end. */
static cbank_status feed_again(cbi_grades *grades, cbank_error *err)
{
    uint64_t left = cbi_spool_size(grades->file) - grades->again;
    size_t size = left > PIECE ? PIECE : (size_t)left;
    cbank_buffer piece = {0};
    cbank_status status = CBANK_OK;

    if (size == 0)
        return cbi_grid_end(grades->grid, err);
    CBI_TRY(cbi_buffer_reserve(&piece, size, err));
    CBI_TRY(cbi_spool_read(grades->file, grades->again, size, piece.data, err));
    CBI_TRY(cbi_grid_feed(grades->grid, cbi_bytes_of(piece.data, size), err));
    grades->again += size;
done:
    cbank_buffer_clear(&piece);
    return status;
}

void cbi_grades_forget(cbi_grades *grades)
{
    cbi_seen_free(grades->seen);
    grades->seen = NULL;
    cbi_retake_free(grades->retake);
    grades->retake = NULL;
    cbi_spool_free(grades->file);
    grades->file = NULL;
    grades->last = NULL;
}

/* Looks at the row that was read. */
static cbank_status look_at_row(cbi_grades *grades, cbank_error *err)
{
    cbi_grades_hand *hand = grades->looks;
    cbank_status status = CBANK_OK;

    cbi_grades_hand_take(hand, grades, grades->mapping);
    hand->row.row = grades->taken;
    cbi_grades_hand_draft(hand);
    if (cbi_grades_hand_stops(hand, err))
        return hand->status;
    if (hand->status == CBANK_OK)
        CBI_TRY(cbi_grades_note_attempt(grades, hand, err));
done:
    return status;
}

/* Looks at all there is to see; MORE until the file has ended, and a header that nobody needs. */
static cbank_status look(cbi_grades *grades, cbi_grid_step *step, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    do {
        CBI_TRY(read_row(grades, step, err));
        if (*step == CBI_GRID_ROW)
            CBI_TRY(look_at_row(grades, err));
    } while (*step == CBI_GRID_ROW || *step == CBI_GRID_HEADER);
    if (*step == CBI_GRID_DONE)
        CBI_TRY(begin_again(grades, err));
done:
    return status;
}

cbank_status cbi_grades_read(cbi_grades *grades, cbi_grid_step *step, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *step = CBI_GRID_MORE;
    if (grades->looking)
        CBI_TRY(look(grades, step, err));
    if (grades->looking)
        goto done;
    do {
        CBI_TRY(read_row(grades, step, err));
        if (*step == CBI_GRID_MORE && grades->retake != NULL)
            CBI_TRY(feed_again(grades, err));
    } while (*step == CBI_GRID_MORE && grades->retake != NULL);
done:
    return status;
}

cbank_status cbi_grades_next(cbi_grades *grades, cbi_grid_step *step, const cbi_row_draft **out,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_grades_take(grades, grades->single, step, err));
    if (*step == CBI_GRID_DONE)
        cbi_grades_forget(grades);
    if (*step == CBI_GRID_ROW) {
        (void)cbi_grades_draft(grades->single, 0);
        CBI_TRY(cbi_grades_settle(grades, grades->single, 0, out, err));
    }
done:
    return status;
}
