#include "exchange/workbook.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "exchange/xml.h"

#define PIECE 8192u
#define FORMATS_MAX 4096u /* number formats of a workbook's own */

/* Reading one part; which one, the handler says. */
typedef struct part_reading {
    cbi_workbook *workbook;
    bool wanted;    /* text that comes now is of a shared text */
    unsigned quiet; /* depth inside a phonetic hint, which is no text */
    bool in_cell_styles;
    bool failed; /* memory, or a limit */
    uint8_t format_is_date[FORMATS_MAX];
} part_reading;

static bool is(const char *name, const char *wanted)
{
    return strcmp(name, wanted) == 0;
}

/* The value without XML's five entities, cut to fit. */
static void copy_attribute(const cbi_xml_attributes *attributes, const char *name, char *out,
                           size_t capacity)
{
    cbi_bytes value = cbi_xml_attribute(attributes, name);
    size_t size = value.size < capacity ? value.size : capacity - 1;

    if (size > 0)
        memcpy(out, value.data, size);
    out[size] = '\0';
}

static uint64_t number_of(const cbi_xml_attributes *attributes, const char *name,
                          uint64_t otherwise)
{
    uint64_t value;

    return cbi_u64_parse(cbi_xml_attribute(attributes, name), &value) ? value : otherwise;
}

/* ---- the list of sheets ------------------------------------------------------------------ */

static void start_workbook(void *context, const char *name, const cbi_xml_attributes *attributes)
{
    part_reading *reading = context;
    cbi_workbook *workbook = reading->workbook;
    cbi_workbook_sheet *sheet;

    if (is(name, "workbookPr")) {
        cbi_bytes value = cbi_xml_attribute(attributes, "date1904");

        workbook->from_1904 = cbi_bytes_equal(value, cbi_bytes_of_text("1")) ||
                              cbi_bytes_equal(value, cbi_bytes_of_text("true"));
    }
    if (!is(name, "sheet") || workbook->sheet_count == CBI_WORKBOOK_SHEETS_MAX)
        return;
    sheet = &workbook->sheets[workbook->sheet_count++];
    copy_attribute(attributes, "name", sheet->name, sizeof(sheet->name));
    copy_attribute(attributes, "id", sheet->relation, sizeof(sheet->relation));
    sheet->hidden =
        cbi_xml_attribute(attributes, "state").size > 0 &&
        !cbi_bytes_equal(cbi_xml_attribute(attributes, "state"), cbi_bytes_of_text("visible"));
}

/* "worksheets/sheet1.xml" is below xl/; "/xl/worksheets/sheet1.xml" is whole. */
static void start_relations(void *context, const char *name, const cbi_xml_attributes *attributes)
{
    part_reading *reading = context;
    cbi_workbook *workbook = reading->workbook;
    char id[64], target[200];

    if (!is(name, "Relationship"))
        return;
    copy_attribute(attributes, "Id", id, sizeof(id));
    copy_attribute(attributes, "Target", target, sizeof(target));
    for (size_t i = 0; i < workbook->sheet_count; i++) {
        cbi_workbook_sheet *sheet = &workbook->sheets[i];
        const char *folder = target[0] == '/' ? "" : "xl/";

        if (strcmp(sheet->relation, id) != 0)
            continue;
        memcpy(sheet->part, folder, strlen(folder));
        memcpy(sheet->part + strlen(folder), target + (target[0] == '/'),
               strlen(target) + (target[0] != '/'));
    }
}

/* ---- shared texts ------------------------------------------------------------------------ */

static void start_texts(void *context, const char *name, const cbi_xml_attributes *attributes)
{
    part_reading *reading = context;

    (void)attributes;
    reading->quiet += is(name, "rPh");
    if (is(name, "t"))
        reading->wanted = reading->quiet == 0;
}

static void end_texts(void *context, const char *name)
{
    part_reading *reading = context;
    cbi_workbook *workbook = reading->workbook;
    uint8_t size[4];

    reading->quiet -= is(name, "rPh") && reading->quiet > 0;
    if (is(name, "t"))
        reading->wanted = false;
    if (!is(name, "si"))
        return;
    cbi_put_u32(size, (uint32_t)workbook->texts.size);
    reading->failed = reading->failed || cbi_buffer_append(&workbook->text_ends,
                                                           cbi_bytes_of(size, 4), NULL) != CBANK_OK;
}

static void text_texts(void *context, cbi_bytes text)
{
    part_reading *reading = context;
    cbank_buffer *texts = &reading->workbook->texts;

    if (!reading->wanted || reading->failed)
        return;
    reading->failed = texts->size + text.size > CBI_WORKBOOK_TEXTS_MAX ||
                      cbi_buffer_append(texts, text, NULL) != CBANK_OK;
}

/* ---- formats of days --------------------------------------------------------------------- */

/* A format with a year, a month or a day in it, outside quotes and brackets. */
static bool shows_day(cbi_bytes format)
{
    bool quoted = false, bracket = false;

    for (size_t i = 0; i < format.size; i++) {
        uint8_t c = format.data[i];

        if (c == '\\' || c == '_' || c == '*') {
            i++;
            continue;
        }
        if (c == '"')
            quoted = !quoted;
        else if (c == '[' || c == ']')
            bracket = c == '[';
        else if (!quoted && !bracket && strchr("yYdDeE", c) != NULL && !(c == 'E' && i > 0))
            return true;
    }
    return false;
}

/* Those that every program knows without being told, Chinese ones among them. */
static bool is_known_date(uint64_t format)
{
    return (format >= 14 && format <= 17) || format == 22 || (format >= 27 && format <= 31) ||
           format == 36 || (format >= 50 && format <= 54) || format == 57 || format == 58;
}

static void start_styles(void *context, const char *name, const cbi_xml_attributes *attributes)
{
    part_reading *reading = context;
    cbank_buffer *styles = &reading->workbook->date_styles;
    uint64_t format = number_of(attributes, "numFmtId", 0);
    uint8_t date;

    if (is(name, "numFmt") && format < FORMATS_MAX)
        reading->format_is_date[format] = shows_day(cbi_xml_attribute(attributes, "formatCode"));
    if (is(name, "cellXfs"))
        reading->in_cell_styles = true;
    if (!is(name, "xf") || !reading->in_cell_styles || styles->size == CBI_WORKBOOK_STYLES_MAX)
        return;
    date = is_known_date(format) || (format < FORMATS_MAX && reading->format_is_date[format]);
    reading->failed =
        reading->failed || cbi_buffer_append(styles, cbi_bytes_of(&date, 1), NULL) != CBANK_OK;
}

static void end_styles(void *context, const char *name)
{
    part_reading *reading = context;

    if (is(name, "cellXfs"))
        reading->in_cell_styles = false;
}

/* ---- parts ------------------------------------------------------------------------------- */

static cbank_status read_part(cbi_workbook *workbook, const char *name,
                              const cbi_xml_handler *handler, cbank_error *err)
{
    part_reading *reading = NULL;
    cbank_status status = CBANK_OK;
    cbi_xml *xml = NULL;
    uint8_t piece[PIECE];
    size_t size;

    CBI_TRY(cbi_alloc(1, sizeof(*reading), &reading, err));
    reading->workbook = workbook;
    CBI_TRY(cbi_archive_begin(workbook->archive, name, err));
    CBI_TRY(cbi_xml_new(handler, reading, &xml, err));
    do {
        CBI_TRY(cbi_archive_read(workbook->archive, piece, sizeof(piece), &size, err));
        CBI_TRY(size > 0 ? cbi_xml_feed(xml, cbi_bytes_of(piece, size), err)
                         : cbi_xml_end(xml, err));
        if (reading->failed)
            CBI_TRY(cbi_fail(err, CBI_REASON_WORKBOOK_LIMIT, 0, name, NULL));
    } while (size > 0);
done:
    cbi_wipe(piece, sizeof(piece));
    cbi_xml_free(xml);
    cbi_free(reading);
    return status;
}

static cbank_status read_parts(cbi_workbook *out, cbank_error *err)
{
    static const cbi_xml_handler sheets = {.start = start_workbook};
    static const cbi_xml_handler relations = {.start = start_relations};
    static const cbi_xml_handler texts = {start_texts, end_texts, text_texts};
    static const cbi_xml_handler styles = {.start = start_styles, .end = end_styles};
    cbank_status status = CBANK_OK;

    CBI_TRY(read_part(out, "xl/workbook.xml", &sheets, err));
    CBI_TRY(read_part(out, "xl/_rels/workbook.xml.rels", &relations, err));
    if (cbi_archive_has(out->archive, "xl/sharedStrings.xml"))
        CBI_TRY(read_part(out, "xl/sharedStrings.xml", &texts, err));
    if (cbi_archive_has(out->archive, "xl/styles.xml"))
        CBI_TRY(read_part(out, "xl/styles.xml", &styles, err));
done:
    return status;
}

cbank_status cbi_workbook_open(cbi_bytes file, cbi_workbook *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *out = (cbi_workbook){0};
    CBI_TRY(cbi_archive_open(file, &out->archive, err));
    if (!cbi_archive_has(out->archive, "xl/workbook.xml"))
        CBI_TRY(cbi_fail(err, CBI_REASON_WORKBOOK_KIND, 0, "zip", NULL));
    CBI_TRY(cbi_alloc(CBI_WORKBOOK_SHEETS_MAX, sizeof(*out->sheets), &out->sheets, err));
    CBI_TRY(read_parts(out, err));
done:
    if (status != CBANK_OK)
        cbi_workbook_clear(out);
    return status;
}

void cbi_workbook_clear(cbi_workbook *workbook)
{
    cbi_archive_close(workbook->archive);
    cbi_free(workbook->sheets);
    cbank_buffer_clear(&workbook->texts);
    cbank_buffer_clear(&workbook->text_ends);
    cbank_buffer_clear(&workbook->date_styles);
    *workbook = (cbi_workbook){0};
}

bool cbi_workbook_text(const cbi_workbook *workbook, uint64_t index, cbi_bytes *out)
{
    const uint8_t *ends = workbook->text_ends.data;
    uint32_t from, end;

    if (index >= workbook->text_ends.size / 4)
        return false;
    from = index == 0 ? 0 : cbi_get_u32(ends + 4 * (index - 1));
    end = cbi_get_u32(ends + 4 * index);
    *out =
        end == from ? cbi_bytes_of("", 0) : cbi_bytes_of(workbook->texts.data + from, end - from);
    return true;
}

bool cbi_workbook_is_date(const cbi_workbook *workbook, uint64_t style)
{
    return style < workbook->date_styles.size && workbook->date_styles.data[style] != 0;
}
