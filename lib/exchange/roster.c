#include "exchange/roster_part.h"

#include "base/memory.h"

/* ---- beginning and end ------------------------------------------------------------------- */

cbank_status cbi_roster_new(const cbi_roster_options *options, cbi_roster **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_roster *roster = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*roster), &roster, err));
    roster->options = *options;
    if (options->use == 0)
        roster->options.use = CBI_SHEET_FOR_ROSTER;
    CBI_TRY(cbi_mapping_new(&(cbi_mapping_options){.use = roster->options.use,
                                                   .map = options->map,
                                                   .constants = options->constants,
                                                   .profile = options->profile},
                            &roster->mapping, err));
    CBI_TRY(cbi_grid_new(&(cbi_grid_options){.encoding = options->encoding,
                                             .sheet = options->sheet,
                                             .fits = cbi_mapping_fits,
                                             .context = roster->mapping},
                         &roster->grid, err));
    *out = roster;
    roster = NULL;
done:
    cbi_roster_free(roster);
    return status;
}

void cbi_roster_free(cbi_roster *roster)
{
    if (roster == NULL)
        return;
    cbi_grid_free(roster->grid);
    cbi_mapping_free(roster->mapping);
    cbank_buffer_clear(&roster->composed);
    cbi_wipe(roster, sizeof(*roster));
    cbi_free(roster);
}

cbank_status cbi_roster_feed(cbi_roster *roster, cbi_bytes bytes, cbank_error *err)
{
    return cbi_grid_feed(roster->grid, bytes, err);
}

cbank_status cbi_roster_end(cbi_roster *roster, cbank_error *err)
{
    return cbi_grid_end(roster->grid, err);
}

const cbi_bytes *cbi_roster_columns(const cbi_roster *roster, size_t *count)
{
    return cbi_grid_columns(roster->grid, count);
}

uint64_t cbi_roster_rows(const cbi_roster *roster)
{
    return roster->rows;
}

static const cbi_assignment *source_of(const cbi_roster *roster, cbi_sheet_id id)
{
    return cbi_mapping_find(roster->mapping, id);
}

void cbi_roster_show(const cbi_roster *roster, const char *column, char out[CBI_MASK_SIZE])
{
    cbi_mask_in_row(roster->mapping, &roster->row.row, column, out);
}

const char *cbi_roster_source(const cbi_roster *roster, cbi_sheet_id id)
{
    const cbi_assignment *source = source_of(roster, id);
    size_t count;

    return source == NULL ? cbi_sheet_fields(&count)[id].word : cbi_assignment_name(source);
}

const cbi_damage *cbi_roster_damage(const cbi_roster *roster)
{
    return &roster->damage;
}

cbank_status cbi_roster_check_column(const cbi_roster *roster, cbank_error *err)
{
    if (!cbi_damage_is_column(&roster->damage))
        return CBANK_OK;
    return cbi_fail(err, CBI_REASON_COLUMN_RUINED, roster->damage.first,
                    cbi_roster_source(roster, CBI_SHEET_ID_NUMBER), "%llu",
                    (unsigned long long)roster->damage.ruined);
}

cbank_status cbi_roster_next(cbi_roster *roster, cbi_grid_step *step, const cbi_roster_row **out,
                             cbank_error *err)
{
    cbi_roster_row *row = &roster->row;
    cbank_status status = CBANK_OK;
    const cbi_bytes *columns;
    size_t count;

    CBI_TRY(cbi_grid_next(roster->grid, step, &row->row, err));
    if (*step == CBI_GRID_HEADER) {
        columns = cbi_grid_columns(roster->grid, &count);
        CBI_TRY(cbi_mapping_bind(roster->mapping, columns, count, err));
    }
    if (*step != CBI_GRID_ROW)
        goto done;
    roster->rows++;
    *row = (cbi_roster_row){.row = row->row, .person = &roster->person};
    status = cbi_roster_judge(roster, &row->why);
    row->row_class = status == CBANK_OK ? CBI_ROW_READY : CBI_ROW_REJECTED;
    if (status != CBANK_OK && status / 100 != 2) { /* not about the row */
        if (err != NULL)
            *err = row->why;
        goto done;
    }
    status = CBANK_OK;
    *out = row;
done:
    return status;
}
