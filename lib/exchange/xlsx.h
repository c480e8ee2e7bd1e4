/*
 * xlsx.h - workbooks (.xlsx), row by row.
 *
 * The file is kept in memory, because its list of parts stands at its end; its sheet is inflated
 * and parsed piece by piece. Cells come out as people see them: shared and inline texts, numbers
 * without an exponent and with every digit that they have, days as 2024-06-30. A formula's last
 * result stands for it.
 */
#ifndef CBI_EXCHANGE_XLSX_H
#define CBI_EXCHANGE_XLSX_H

#include "exchange/grid.h"

typedef struct cbi_xlsx cbi_xlsx;

/* `sheet` names one, or is "" for the first that is visible and not empty; borrowed. */
cbank_status cbi_xlsx_new(const char *sheet, cbi_xlsx **out, cbank_error *err);

/* All else by the reader, whose `self` is a cbi_xlsx. */
extern const cbi_grid_reader cbi_xlsx_reader;

#endif
