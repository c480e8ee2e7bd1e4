/*
 * sheetcrew.h - the rows of a spreadsheet, read on all cores.
 *
 * Each clerk takes some rows at a time, makes drafts of them, rules on them and prepares what is
 * signed. What rows do among themselves, and all that is kept and told of them, is settled by one
 * clerk after the other in the order of the file: so the answer is the same however many they are.
 * A step of the job begins its clerks and ends them; cbi_sheet_take_rows (sheet.h) is the step.
 */
#ifndef CBI_API_SHEETCREW_H
#define CBI_API_SHEETCREW_H

#include "api/sheet.h"

/* What the clerks keep from step to step is gone. */
void cbi_sheet_clear_desks(cbi_sheet *sheet);

#endif
