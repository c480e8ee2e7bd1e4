#include "api/sheetreport.h"

cbank_status cbi_sheet_reject(cbi_sheet *sheet, const cbi_row_draft *row, const cbank_error *why,
                              cbank_error *err)
{
    size_t count;
    const cbi_bytes *columns = cbi_grades_columns(sheet->grades, &count);
    cbank_status status = CBANK_OK;
    char value[CBI_MASK_SIZE];

    sheet->rejected++;
    cbi_grades_show(sheet->grades, why->object, value);
    cbi_buffer_rewind(&sheet->line);
    if (cbi_spool_size(sheet->errors) == 0)
        CBI_TRY(cbi_errorfile_begin(columns, count, &sheet->line, err));
    if (sheet->last_rejected != row->row.number) /* a wide row stands there once */
        CBI_TRY(cbi_errorfile_row(columns, count, &row->row, why, value, sheet->lang,
                                  &sheet->line, err));
    CBI_TRY(cbi_spool_append(sheet->errors, cbi_bytes_of_buffer(&sheet->line), err));
    sheet->last_rejected = row->row.number;
    CBI_TRY(cbi_rowreport_add(&sheet->report, (cbi_rowplace){row->row.number, why->object, value},
                              CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_REJECTED, why, err));
done:
    return status;
}

cbank_status cbi_sheet_report_changed(cbi_sheet *sheet, const cbi_row_draft *row,
                                      const cbank_error *why, cbank_error *err)
{
    char value[CBI_MASK_SIZE];

    sheet->changed++;
    cbi_grades_show(sheet->grades, why->object, value);
    return cbi_rowreport_add(&sheet->report, (cbi_rowplace){row->row.number, why->object, value},
                             CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_CHANGED, why, err);
}

void cbi_sheet_name_column(const cbi_sheet *sheet, uint64_t row, cbi_sheet_id id,
                           cbank_error *why)
{
    switch ((cbi_reason)why->reason) {
    case CBI_REASON_PERSON_CONFLICT:
    case CBI_REASON_PERSON_NAME:
        id = CBI_SHEET_NAME;
        break;
    case CBI_REASON_REFERENCE_TAKEN:
    case CBI_REASON_REFERENCE_REPEATED:
    case CBI_REASON_RECORD_FINAL:
        id = CBI_SHEET_REFERENCE;
        break;
    default:
        break;
    }
    if (why->reason == (int32_t)CBI_REASON_PERSON_CONFLICT && why->where == 0)
        why->where = row;
    why->object[0] = '\0';
    cbi_error_name(why, cbi_grades_source(sheet->grades, id));
}

cbank_status cbi_sheet_refuse(cbi_sheet *sheet, uint64_t item, const cbank_error *why,
                              cbank_error *err)
{
    uint32_t row = cbi_get_u32(sheet->rows.data + 4 * item);
    cbank_error named = *why;

    sheet->rejected++;
    cbi_sheet_name_column(sheet, row, CBI_SHEET_ID_NUMBER, &named);
    return cbi_rowreport_add(&sheet->report, (cbi_rowplace){row, named.object, ""},
                             CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_REJECTED, &named, err);
}
