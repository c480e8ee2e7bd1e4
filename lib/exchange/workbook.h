/*
 * workbook.h - what the sheets of a workbook (.xlsx) share: their list, texts, and formats of days.
 */
#ifndef CBI_EXCHANGE_WORKBOOK_H
#define CBI_EXCHANGE_WORKBOOK_H

#include "exchange/archive.h"

#define CBI_WORKBOOK_SHEETS_MAX 256u
#define CBI_WORKBOOK_TEXTS_MAX (128u * 1024 * 1024) /* bytes of all shared texts */
#define CBI_WORKBOOK_STYLES_MAX 65536u

typedef struct cbi_workbook_sheet {
    char name[128]; /* cut */
    char relation[64];
    char part[256]; /* of the archive */
    bool hidden;
} cbi_workbook_sheet;

typedef struct cbi_workbook {
    cbi_archive *archive;
    cbi_workbook_sheet *sheets;
    size_t sheet_count;
    bool from_1904;
    cbank_buffer texts;       /* one after another */
    cbank_buffer text_ends;   /* u32 each */
    cbank_buffer date_styles; /* one byte a style: whether it shows a day */
} cbi_workbook;

/* Reads what is shared. Lends `file`. MALFORMED, UNSUPPORTED (a zip file of another kind). */
cbank_status cbi_workbook_open(cbi_bytes file, cbi_workbook *out, cbank_error *err);
/* Wipes. */
void cbi_workbook_clear(cbi_workbook *workbook);

/* A shared text; false if there is none of this number. */
bool cbi_workbook_text(const cbi_workbook *workbook, uint64_t index, cbi_bytes *out);
bool cbi_workbook_is_date(const cbi_workbook *workbook, uint64_t style);

#endif
