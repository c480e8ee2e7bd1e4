/* Workbooks as spreadsheet programs write them, and as nobody should. */
#include "exchange/gridtext.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

typedef struct part {
    const char *name;
    const char *text;
} part;

#define TYPES {"[Content_Types].xml", "<Types/>"}
#define MAIN "urn:main"
#define RELATIONS "urn:relations"
#define ONE_SHEET                                                                                  \
    {"xl/workbook.xml", "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" RELATIONS "\"><sheets>"          \
                        "<sheet name=\"成绩\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"}
#define RELATED                                                                                    \
    {"xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id=\"rId1\" "                     \
                                   "Type=\"" RELATIONS "/worksheet\" "                             \
                                   "Target=\"worksheets/sheet1.xml\"/></Relationships>"}
#define SHEET(rows)                                                                                \
    {"xl/worksheets/sheet1.xml", "<worksheet xmlns=\"" MAIN "\"><sheetData>" rows                  \
                                 "</sheetData></worksheet>"}
#define INLINE(at, text) "<c r=\"" at "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"
#define HEAD "<row r=\"1\">" INLINE("A1", "a") INLINE("B1", "b") "</row>"

/* The archive; ends with free. */
static cbi_bytes make(const part *parts, size_t count)
{
    zip_error_t error;
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *archive;
    zip_stat_t stat;
    uint8_t *data;

    cr_assert_not_null(source);
    zip_source_keep(source);
    archive = zip_open_from_source(source, ZIP_TRUNCATE, &error);
    cr_assert_not_null(archive);
    for (size_t i = 0; i < count; i++)
        cr_assert_geq(zip_file_add(archive, parts[i].name,
                                   zip_source_buffer(archive, parts[i].text,
                                                     strlen(parts[i].text), 0),
                                   ZIP_FL_ENC_UTF_8),
                      0);
    cr_assert_eq(zip_close(archive), 0);
    cr_assert_eq(zip_source_open(source), 0);
    cr_assert_eq(zip_source_stat(source, &stat), 0);
    data = malloc(stat.size);
    cr_assert_not_null(data);
    cr_assert_eq((uint64_t)zip_source_read(source, data, stat.size), stat.size);
    zip_source_close(source);
    zip_source_free(source);
    return cbi_bytes_of(data, stat.size);
}

static void reads(const part *parts, size_t count, const char *rows)
{
    cbi_bytes file = make(parts, count);

    gridtext_reads(file, rows);
    free((void *)(uintptr_t)file.data);
}

static void refuses(const part *parts, size_t count, cbi_reason reason)
{
    cbi_bytes file = make(parts, count);

    gridtext_refuses(file, reason);
    free((void *)(uintptr_t)file.data);
}

#define READS(rows, ...)                                                                           \
    do {                                                                                           \
        const part parts[] = {__VA_ARGS__};                                                        \
        reads(parts, sizeof(parts) / sizeof(parts[0]), rows);                                      \
    } while (0)
#define REFUSES(reason, ...)                                                                       \
    do {                                                                                           \
        const part parts[] = {__VA_ARGS__};                                                        \
        refuses(parts, sizeof(parts) / sizeof(parts[0]), reason);                                  \
    } while (0)

Test(xlsx, cells_are_what_was_typed)
{
    READS("a,b\n2:88,0.1\n3:360302188103040012,3\n4:,x", TYPES, ONE_SHEET, RELATED,
          SHEET(HEAD "<row r=\"2\"><c r=\"A2\"><v>88</v></c><c r=\"B2\"><v>0.1</v></c></row>"
                     "<row r=\"3\"><c r=\"A3\" t=\"str\"><v>360302188103040012</v></c>"
                     "<c r=\"B3\"><f>1+2</f><v>3</v></c></row>"
                     "<row r=\"4\">" INLINE("B4", "x") "</row>"));
}

Test(xlsx, a_row_without_its_number_is_the_next_and_one_with_it_stands_where_it_says)
{
    READS("a,b\n2:1,2\n7:5,6", TYPES, ONE_SHEET, RELATED,
          SHEET("<row>" INLINE("A1", "a") INLINE("B1", "b") "</row>"
                "<row><c><v>1</v></c><c><v>2</v></c></row>"
                "<row r=\"7\"><c r=\"A7\"><v>5</v></c><c r=\"B7\"><v>6</v></c></row>"));
}

Test(xlsx, shared_texts_are_looked_up_and_one_that_is_not_there_is_no_blank)
{
    const part texts = {"xl/sharedStrings.xml",
                        "<sst xmlns=\"" MAIN "\"><si><t>甲一</t></si><si><r><t>高</t></r><r><t>等</t>"
                        "</r></si></sst>"};

    READS("a,b\n2:甲一,高等", TYPES, ONE_SHEET, RELATED, texts,
          SHEET(HEAD "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c>"
                     "<c r=\"B2\" t=\"s\"><v>1</v></c></row>"));
    READS("a,b\n2:#REF!,", TYPES, ONE_SHEET, RELATED, texts,
          SHEET(HEAD "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>2</v></c></row>"));
}

Test(xlsx, a_day_is_a_day_where_the_style_says_so)
{
    const part styles = {"xl/styles.xml",
                         "<styleSheet xmlns=\"" MAIN "\"><numFmts><numFmt numFmtId=\"164\" "
                         "formatCode=\"yyyy/m/d\"/></numFmts><cellXfs><xf numFmtId=\"0\"/>"
                         "<xf numFmtId=\"14\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>"};

    READS("a,b\n2:2024-06-30,45473\n3:2024-06-30,1", TYPES, ONE_SHEET, RELATED, styles,
          SHEET(HEAD "<row r=\"2\"><c r=\"A2\" s=\"1\"><v>45473</v></c>"
                     "<c r=\"B2\" s=\"0\"><v>45473</v></c></row>"
                     "<row r=\"3\"><c r=\"A3\" s=\"2\"><v>45473</v></c>"
                     "<c r=\"B3\"><v>1</v></c></row>"));
}

Test(xlsx, another_archive_and_parts_that_are_missing_are_told_apart)
{
    REFUSES(CBI_REASON_WORKBOOK_KIND, {"word/document.xml", "<document/>"});
    REFUSES(CBI_REASON_WORKBOOK_BROKEN, TYPES, ONE_SHEET, RELATED);
    REFUSES(CBI_REASON_WORKBOOK_BROKEN, TYPES, ONE_SHEET, RELATED,
            {"xl/worksheets/sheet1.xml", "<worksheet><sheetData><row>"});
}

Test(xlsx, nothing_outside_is_fetched_and_nothing_expands)
{
    REFUSES(CBI_REASON_WORKBOOK_BROKEN, TYPES, ONE_SHEET, RELATED,
            {"xl/worksheets/sheet1.xml",
             "<!DOCTYPE w [<!ENTITY a \"xxxxxxxxxx\"><!ENTITY b \"&a;&a;&a;&a;\">]>"
             "<worksheet xmlns=\"" MAIN "\"><sheetData>" HEAD "<row r=\"2\">"
             "<c r=\"A2\" t=\"inlineStr\"><is><t>&b;</t></is></c></row></sheetData></worksheet>"});
}

/* Each byte of a good workbook in turn is another one: rows or a reason, and never a crash. */
Test(xlsx, a_byte_that_was_changed_is_noticed_or_does_not_matter)
{
    const part parts[] = {TYPES, ONE_SHEET, RELATED,
                          SHEET(HEAD "<row r=\"2\"><c r=\"A2\"><v>88</v></c></row>")};
    const cbi_grid_options options = {.sheet = ""};
    cbi_bytes file = make(parts, sizeof(parts) / sizeof(parts[0]));
    uint8_t *bytes = malloc(file.size);
    char out[GRIDTEXT_MAX];

    for (size_t i = 4; i < file.size; i += 3) {
        cbank_error err = {0};
        cbank_status status;

        memcpy(bytes, file.data, file.size);
        bytes[i] ^= 0x15;
        status = gridtext_of(cbi_bytes_of(bytes, file.size), 1000, &options, out, &err);
        cr_expect_eq((int32_t)status, err.status);
        if (status == CBANK_OK)
            cr_expect(strcmp(out, "a,b\n2:88,") == 0 || strcmp(out, "") == 0, "byte %zu: %s", i,
                      out);
    }
    for (size_t size = 4; size < file.size; size += 7) {
        cbank_error err = {0};

        cr_expect_neq(gridtext_of(cbi_bytes_of(file.data, size), 1000, &options, out, &err),
                      CBANK_OK, "cut at %zu", size);
    }
    free(bytes);
    free((void *)(uintptr_t)file.data);
}
