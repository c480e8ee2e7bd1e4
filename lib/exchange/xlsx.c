#include "exchange/xlsx.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "exchange/number.h"
#include "exchange/rowqueue.h"
#include "exchange/workbook.h"
#include "exchange/xml.h"

#define PIECE 4096u
#define SHEETS_SHOWN 128u /* bytes of their names in a message */

/* What a cell's value is. */
typedef enum cell_kind {
    CELL_NUMBER,
    CELL_SHARED, /* the number of a shared text */
    CELL_TEXT,
    CELL_BOOLEAN,
} cell_kind;

struct cbi_xlsx {
    const char *sheet; /* borrowed */
    cbank_buffer file;
    bool complete; /* the file is */
    cbi_workbook workbook;
    size_t next_sheet;
    cbi_xml *xml; /* of the sheet in hand; NULL: none */
    bool over;
    cbi_rowqueue queue;

    uint64_t row; /* number of the row in hand */
    size_t column;
    cell_kind kind;
    uint64_t style;
    bool in_value;    /* text that comes now is the cell's */
    bool has_content; /* the sheet has a cell that is not empty */
    cbank_buffer value;
};

/* ---- cells ------------------------------------------------------------------------------- */

/* "BC12" is column 54, from 0 on; without letters it stays as it is. */
static void read_column(cbi_bytes text, size_t *column)
{
    size_t at = 0;
    uint64_t letters = 0;

    for (; at < text.size && text.data[at] >= 'A' && text.data[at] <= 'Z' && letters < 100000; at++)
        letters = letters * 26 + (uint64_t)(text.data[at] - 'A' + 1);
    if (letters > 0)
        *column = (size_t)letters - 1;
}

static cell_kind kind_of(cbi_bytes type)
{
    if (cbi_bytes_equal(type, cbi_bytes_of_text("s")))
        return CELL_SHARED;
    if (cbi_bytes_equal(type, cbi_bytes_of_text("b")))
        return CELL_BOOLEAN;
    if (type.size == 0 || cbi_bytes_equal(type, cbi_bytes_of_text("n")))
        return CELL_NUMBER;
    return CELL_TEXT; /* str, inlineStr, e, d */
}

static void begin_row(cbi_xlsx *xlsx, const cbi_xml_attributes *attributes)
{
    uint64_t number;

    xlsx->row++;
    if (cbi_u64_parse(cbi_xml_attribute(attributes, "r"), &number) && number >= xlsx->row)
        xlsx->row = number;
    xlsx->column = SIZE_MAX;
    cbi_rowqueue_begin(&xlsx->queue, xlsx->row);
}

static void begin_cell(cbi_xlsx *xlsx, const cbi_xml_attributes *attributes)
{
    xlsx->column++;
    read_column(cbi_xml_attribute(attributes, "r"), &xlsx->column);
    xlsx->kind = kind_of(cbi_xml_attribute(attributes, "t"));
    if (!cbi_u64_parse(cbi_xml_attribute(attributes, "s"), &xlsx->style))
        xlsx->style = UINT64_MAX;
    cbi_buffer_rewind(&xlsx->value);
}

static void start_element(void *context, const char *name, const cbi_xml_attributes *attributes)
{
    cbi_xlsx *xlsx = context;

    if (strcmp(name, "row") == 0)
        begin_row(xlsx, attributes);
    else if (strcmp(name, "c") == 0)
        begin_cell(xlsx, attributes);
    else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
        xlsx->in_value = true;
    else if (strcmp(name, "rPh") == 0 || strcmp(name, "f") == 0)
        xlsx->in_value = false;
}

static void take_text(void *context, cbi_bytes text)
{
    cbi_xlsx *xlsx = context;

    if (xlsx->in_value && xlsx->value.size <= CBI_GRID_CELL_MAX)
        (void)cbi_buffer_append(&xlsx->value, text, NULL);
}

/* What a person would see in the cell. */
static cbi_bytes show_value(const cbi_xlsx *xlsx, char room[CBI_NUMBER_TEXT_MAX])
{
    cbi_bytes value = cbi_bytes_of_buffer(&xlsx->value);
    uint64_t index;
    cbi_bytes text;

    switch (xlsx->kind) {
    case CELL_SHARED:
        if (cbi_u64_parse(value, &index) && cbi_workbook_text(&xlsx->workbook, index, &text))
            return text;
        return cbi_bytes_of_text("#REF!");
    case CELL_BOOLEAN:
        return cbi_bytes_of_text(cbi_bytes_equal(value, cbi_bytes_of_text("1")) ? "TRUE" : "FALSE");
    case CELL_NUMBER:
        if (value.size == 0)
            return value;
        if (cbi_workbook_is_date(&xlsx->workbook, xlsx->style) &&
            cbi_number_date(value, xlsx->workbook.from_1904, room))
            return cbi_bytes_of_text(room);
        return cbi_number_format(value, room) ? cbi_bytes_of_text(room) : value;
    case CELL_TEXT:
        break;
    }
    return value;
}

static void end_element(void *context, const char *name)
{
    cbi_xlsx *xlsx = context;
    char room[CBI_NUMBER_TEXT_MAX];
    cbi_bytes shown;

    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        xlsx->in_value = false;
    } else if (strcmp(name, "c") == 0) {
        shown = show_value(xlsx, room);
        if (shown.size == 0)
            return;
        xlsx->has_content = true;
        cbi_rowqueue_add(&xlsx->queue, xlsx->column, shown);
    } else if (strcmp(name, "row") == 0) {
        cbi_rowqueue_end(&xlsx->queue);
    }
}

static const cbi_xml_handler sheet_handler = {start_element, end_element, take_text};

/* ---- sheets ------------------------------------------------------------------------------ */

static cbank_status open_sheet(cbi_xlsx *xlsx, size_t index, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    xlsx->row = 0;
    CBI_TRY(cbi_archive_begin(xlsx->workbook.archive, xlsx->workbook.sheets[index].part, err));
    CBI_TRY(cbi_xml_new(&sheet_handler, xlsx, &xlsx->xml, err));
done:
    return status;
}

static cbank_status refuse_sheet(const cbi_xlsx *xlsx, cbank_error *err)
{
    char names[SHEETS_SHOWN] = "";
    size_t used = 0;

    for (size_t i = 0; i < xlsx->workbook.sheet_count; i++) {
        const char *name = xlsx->workbook.sheets[i].name;

        if (strlen(name) + 3 > sizeof(names) - used)
            break;
        memcpy(names + used, used > 0 ? ", " : "", used > 0 ? 2 : 0);
        used += used > 0 ? 2 : 0;
        memcpy(names + used, name, strlen(name) + 1);
        used += strlen(name);
    }
    return cbi_fail(err, CBI_REASON_SHEET_MISSING, 0, xlsx->sheet, "%s", names);
}

/* The sheet that was named; or the next that is visible, until one has content. */
static cbank_status next_sheet(cbi_xlsx *xlsx, cbank_error *err)
{
    const cbi_workbook *workbook = &xlsx->workbook;
    bool named = xlsx->sheet[0] != '\0';

    while (xlsx->next_sheet < workbook->sheet_count && !xlsx->has_content) {
        const cbi_workbook_sheet *sheet = &workbook->sheets[xlsx->next_sheet++];

        if (sheet->part[0] == '\0')
            continue;
        if (named ? strcmp(sheet->name, xlsx->sheet) == 0 : !sheet->hidden)
            return open_sheet(xlsx, xlsx->next_sheet - 1, err);
    }
    if (named && xlsx->row == 0 && !xlsx->has_content)
        return refuse_sheet(xlsx, err);
    xlsx->over = true;
    return CBANK_OK;
}

static cbank_status parse_some(cbi_xlsx *xlsx, cbank_error *err)
{
    uint8_t piece[PIECE];
    cbank_status status = CBANK_OK;
    size_t size;

    if (xlsx->xml == NULL)
        return next_sheet(xlsx, err);
    CBI_TRY(cbi_archive_read(xlsx->workbook.archive, piece, sizeof(piece), &size, err));
    if (size > 0) {
        CBI_TRY(cbi_xml_feed(xlsx->xml, cbi_bytes_of(piece, size), err));
        goto done;
    }
    CBI_TRY(cbi_xml_end(xlsx->xml, err));
    cbi_rowqueue_end(&xlsx->queue);
    cbi_xml_free(xlsx->xml);
    xlsx->xml = NULL;
    if (xlsx->sheet[0] != '\0')
        xlsx->over = true;
done:
    if (status != CBANK_OK && err != NULL)
        err->where = xlsx->row;
    cbi_wipe(piece, sizeof(piece));
    return status;
}

/* ---- the reader -------------------------------------------------------------------------- */

cbank_status cbi_xlsx_new(const char *sheet, cbi_xlsx **out, cbank_error *err)
{
    cbank_status status = cbi_alloc(1, sizeof(**out), out, err);

    if (status == CBANK_OK) {
        (*out)->sheet = sheet;
        cbi_rowqueue_init(&(*out)->queue);
    }
    return status;
}

static void free_xlsx(void *self)
{
    cbi_xlsx *xlsx = self;

    if (xlsx == NULL)
        return;
    cbi_xml_free(xlsx->xml);
    cbi_workbook_clear(&xlsx->workbook);
    cbank_buffer_clear(&xlsx->file);
    cbank_buffer_clear(&xlsx->value);
    cbi_rowqueue_clear(&xlsx->queue);
    cbi_free(xlsx);
}

static cbank_status feed(void *self, cbi_bytes bytes, cbank_error *err)
{
    cbi_xlsx *xlsx = self;

    if (bytes.size > CBI_ARCHIVE_MAX - xlsx->file.size)
        return cbi_fail(err, CBI_REASON_WORKBOOK_LIMIT, 0, "file", "%u bytes", CBI_ARCHIVE_MAX);
    return cbi_buffer_append(&xlsx->file, bytes, err);
}

static cbank_status end(void *self, cbank_error *err)
{
    cbi_xlsx *xlsx = self;
    cbank_status status = cbi_workbook_open(cbi_bytes_of_buffer(&xlsx->file), &xlsx->workbook, err);

    xlsx->complete = status == CBANK_OK;
    return status;
}

static cbank_status next(void *self, cbi_grid_step *step, cbi_grid_row *row, cbank_error *err)
{
    cbi_xlsx *xlsx = self;
    cbank_status status = CBANK_OK;
    bool found = false;

    *step = CBI_GRID_MORE;
    if (!xlsx->complete)
        return CBANK_OK;
    CBI_TRY(cbi_rowqueue_next(&xlsx->queue, row, &found, err));
    while (!found && !xlsx->over) {
        CBI_TRY(parse_some(xlsx, err));
        CBI_TRY(cbi_rowqueue_next(&xlsx->queue, row, &found, err));
    }
    *step = found ? CBI_GRID_ROW : CBI_GRID_DONE;
done:
    return status;
}

const cbi_grid_reader cbi_xlsx_reader = {
    .kind = "xlsx", .whole_rows = true, .feed = feed, .end = end, .next = next, .free = free_xlsx};
