#include "exchange/amendments.h"

#include "base/memory.h"
#include "exchange/draft.h"
#include "record/overlay.h"
#include "wire/message.h"

struct cbi_amendments {
    cbi_grid *grid;
    cbi_mapping *mapping;
    cbi_draft *draft;
    cbi_grid_row row; /* in hand */
    Cbank__V1__CreditRecord stated; /* of the row in hand, without its name */
};

cbank_status cbi_amendments_new(const cbi_amendments_options *options, cbi_amendments **out,
                                cbank_error *err)
{
    const cbi_mapping_options mapping = {.use = CBI_SHEET_FOR_AMENDMENTS,
                                         .map = options->map,
                                         .constants = options->constants};
    cbi_grid_options grid = {.encoding = options->encoding, .sheet = options->sheet};
    cbi_amendments *amendments = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(1, sizeof(*amendments), &amendments, err));
    CBI_TRY(cbi_mapping_new(&mapping, &amendments->mapping, err));
    CBI_TRY(cbi_grid_new(&grid, &amendments->grid, err));
    CBI_TRY(cbi_alloc(1, sizeof(*amendments->draft), &amendments->draft, err));
    cbi_draft_init(amendments->draft, amendments->mapping, "", "");
    amendments->draft->partial = true;
    *out = amendments;
    amendments = NULL;
done:
    cbi_amendments_free(amendments);
    return status;
}

void cbi_amendments_free(cbi_amendments *amendments)
{
    if (amendments == NULL)
        return;
    cbi_grid_free(amendments->grid);
    cbi_mapping_free(amendments->mapping);
    if (amendments->draft != NULL)
        cbi_draft_clear(amendments->draft);
    cbi_free(amendments->draft);
    cbi_free(amendments);
}

cbank_status cbi_amendments_feed(cbi_amendments *amendments, cbi_bytes bytes, cbank_error *err)
{
    return cbi_grid_feed(amendments->grid, bytes, err);
}

cbank_status cbi_amendments_end(cbi_amendments *amendments, cbank_error *err)
{
    return cbi_grid_end(amendments->grid, err);
}

/* ---- the header ---------------------------------------------------------------------------- */

/* A column that says whose record it is, for people. */
static bool is_about_person(cbi_bytes name)
{
    size_t count;
    const cbi_sheet_field *fields = cbi_sheet_fields(&count);

    for (size_t i = 0; i < count; i++) {
        if ((fields[i].use & CBI_SHEET_FOR_BOTH) == CBI_SHEET_FOR_BOTH &&
            (cbi_bytes_equal(name, cbi_bytes_of_text(fields[i].word)) ||
             cbi_bytes_equal(name, cbi_bytes_of_text(fields[i].chinese))))
            return true;
    }
    return false;
}

static cbank_status check_columns(const cbi_mapping *mapping, const cbi_bytes *columns,
                                  size_t count, cbank_error *err)
{
    size_t assigned;
    const cbi_assignment *list = cbi_mapping_list(mapping, &assigned);

    for (size_t i = 0; i < count; i++) {
        bool used = columns[i].size == 0 || is_about_person(columns[i]);

        for (size_t k = 0; k < assigned && !used; k++)
            used = list[k].column == i;
        if (!used)
            return cbi_fail(err, CBI_REASON_AMENDMENT_COLUMN, i + 1, (const char *)columns[i].data,
                            NULL);
    }
    return CBANK_OK;
}

static cbank_status bind(cbi_amendments *amendments, cbank_error *err)
{
    size_t count;
    const cbi_bytes *columns = cbi_grid_columns(amendments->grid, &count);
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_mapping_bind(amendments->mapping, columns, count, err));
    CBI_TRY(check_columns(amendments->mapping, columns, count, err));
done:
    return status;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static const char *column_of(const cbi_amendments *amendments, const char *id)
{
    return cbi_assignment_name(cbi_mapping_find(
        amendments->mapping, id[0] != '\0' ? CBI_SHEET_RECORD : CBI_SHEET_REFERENCE));
}

/* Takes what the draft says apart: which record, and what of it. */
static cbank_status take(cbi_amendments *amendments, cbi_amendments_row *out, cbank_error *err)
{
    cbi_draft *draft = amendments->draft;
    bool has_ids = cbi_mapping_find(amendments->mapping, CBI_SHEET_RECORD) != NULL;
    cbank_status status;

    out->id = cbi_draft_value(draft, CBI_SHEET_RECORD);
    out->reference = cbi_draft_value(draft, CBI_SHEET_REFERENCE);
    if (out->id[0] == '\0' && out->reference[0] == '\0')
        return cbi_fail(err, CBI_REASON_MISSING_CELL, 0,
                        column_of(amendments, has_ids ? "id" : ""), NULL);
    out->named = column_of(amendments, out->id);
    amendments->stated = draft->record;
    amendments->stated.reference = cbi_message_string("");
    out->stated = &amendments->stated;
    status = cbi_overlay_check(out->stated, err);
    if (status != CBANK_OK && err != NULL) { /* of the row as a whole: the record that it names */
        err->object[0] = '\0';
        cbi_error_name(err, out->named);
    }
    return status;
}

cbank_status cbi_amendments_next(cbi_amendments *amendments, cbi_grid_step *step,
                                 cbi_amendments_row *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_error why = {0};
    const cbi_grid_row *row = &amendments->row;
    size_t columns;

    CBI_TRY(cbi_grid_next(amendments->grid, step, &amendments->row, err));
    if (*step == CBI_GRID_HEADER)
        CBI_TRY(bind(amendments, err));
    if (*step != CBI_GRID_ROW)
        goto done;
    *out = (cbi_amendments_row){.number = row->number, .id = "", .reference = "", .named = ""};
    (void)cbi_grid_columns(amendments->grid, &columns);
    if (row->count != columns)
        status = cbi_fail(&why, CBI_REASON_ROW_CELLS, columns, NULL, "%zu", row->count);
    if (status == CBANK_OK)
        status = cbi_draft_fill(amendments->draft, row, &why);
    if (status == CBANK_OK)
        status = take(amendments, out, &why);
    if (status != CBANK_OK && status != CBANK_E_INVALID) {
        if (err != NULL)
            *err = why;
        goto done;
    }
    out->why = why;
    status = CBANK_OK;
done:
    return status;
}

void cbi_amendments_show(const cbi_amendments *amendments, const char *column,
                         char out[CBI_MASK_SIZE])
{
    cbi_mask_in_row(amendments->mapping, &amendments->row, column, out);
}
