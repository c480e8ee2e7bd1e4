/*
 * sheetreport.h - what is said of the rows of a spreadsheet that did not become items.
 */
#ifndef CBI_API_SHEETREPORT_H
#define CBI_API_SHEETREPORT_H

#include "api/sheet.h"

/* Counts a rejected row, writes it into the error file and keeps it for the reply. */
cbank_status cbi_sheet_reject(cbi_sheet *sheet, const cbi_row_draft *row, const cbank_error *why,
                              cbank_error *err);
/* Counts and keeps a changed row, which is left alone. */
cbank_status cbi_sheet_report_changed(cbi_sheet *sheet, const cbi_row_draft *row,
                                      const cbank_error *why, cbank_error *err);
/*
 * Names the column to look at, for what the bank has against a row: the reader has the row, not
 * keys. `id` says which one tells whose it is.
 */
void cbi_sheet_name_column(const cbi_sheet *sheet, uint64_t row, cbi_sheet_id id,
                           cbank_error *why);

#endif
