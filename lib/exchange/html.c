#include "exchange/html.h"

#include <libxml/HTMLparser.h>
#include <string.h>

#include "base/memory.h"
#include "exchange/rowqueue.h"

#define SLICE 4096u      /* bytes that the parser gets at once */
#define NESTING_MAX 256u /* of tags */
#define SPAN_MAX CBI_GRID_COLUMNS_MAX

struct cbi_html {
    cbi_decoder *decoder;
    cbank_buffer text; /* decoded; parsed up to `parsed` */
    size_t parsed;
    bool ended, finished;
    cbank_error failure; /* of the decoder; told once the rows before it are handed out */

    htmlParserCtxtPtr parser;
    cbi_rowqueue queue;
    uint64_t rows;
    unsigned depth;
    unsigned quiet; /* depth of a script or style sheet; 0: none */
    bool in_row, in_cell;
    size_t column;
    size_t span; /* columns that the cell takes */
    cbank_buffer cell;
    uint16_t below[CBI_GRID_COLUMNS_MAX]; /* rows for which a cell above still takes a column */
};

/* ---- what the parser finds --------------------------------------------------------------- */

static bool is_tag(const xmlChar *name, const char *tag)
{
    return strcmp((const char *)name, tag) == 0;
}

/* A small number of an attribute; 1 for anything else. */
static size_t read_span(const xmlChar **attributes, const char *name)
{
    size_t value = 0;

    for (; attributes != NULL && attributes[0] != NULL; attributes += 2) {
        const char *text = (const char *)attributes[1];

        if (strcmp((const char *)attributes[0], name) != 0 || text == NULL)
            continue;
        for (; *text >= '0' && *text <= '9' && value <= SPAN_MAX; text++)
            value = value * 10 + (size_t)(*text - '0');
        return value == 0 || value > SPAN_MAX ? 1 : value;
    }
    return 1;
}

static void skip_taken(cbi_html *html)
{
    while (html->column < CBI_GRID_COLUMNS_MAX && html->below[html->column] > 0)
        html->below[html->column++]--;
}

static void end_cell(cbi_html *html)
{
    if (!html->in_cell)
        return;
    html->in_cell = false;
    cbi_rowqueue_add(&html->queue, html->column, cbi_bytes_of_buffer(&html->cell));
    html->column += html->span;
    cbi_buffer_rewind(&html->cell);
}

static void end_row(cbi_html *html)
{
    end_cell(html);
    if (!html->in_row)
        return;
    html->in_row = false;
    for (; html->column < CBI_GRID_COLUMNS_MAX; html->column++)
        html->below[html->column] -= html->below[html->column] > 0;
    cbi_rowqueue_end(&html->queue);
}

static void begin_row(cbi_html *html)
{
    end_row(html);
    html->in_row = true;
    html->column = 0;
    cbi_rowqueue_begin(&html->queue, ++html->rows);
}

static void begin_cell(cbi_html *html, const xmlChar **attributes)
{
    size_t rows = read_span(attributes, "rowspan");

    end_cell(html);
    if (!html->in_row)
        begin_row(html);
    skip_taken(html);
    html->in_cell = true;
    html->span = read_span(attributes, "colspan");
    for (size_t i = html->column; i < html->column + html->span && i < CBI_GRID_COLUMNS_MAX; i++)
        html->below[i] = (uint16_t)(rows - 1);
}

static void start_element(void *context, const xmlChar *name, const xmlChar **attributes)
{
    cbi_html *html = context;

    html->depth++;
    if (html->quiet == 0 && (is_tag(name, "script") || is_tag(name, "style")))
        html->quiet = html->depth;
    if (is_tag(name, "table")) {
        end_row(html);
        memset(html->below, 0, sizeof(html->below));
    } else if (is_tag(name, "tr")) {
        begin_row(html);
    } else if (is_tag(name, "td") || is_tag(name, "th")) {
        begin_cell(html, attributes);
    } else if (is_tag(name, "br") && html->in_cell) {
        (void)cbi_buffer_append(&html->cell, cbi_bytes_of(" ", 1), NULL);
    }
}

static void end_element(void *context, const xmlChar *name)
{
    cbi_html *html = context;

    if (html->quiet == html->depth)
        html->quiet = 0;
    html->depth -= html->depth > 0;
    if (is_tag(name, "td") || is_tag(name, "th"))
        end_cell(html);
    else if (is_tag(name, "tr") || is_tag(name, "table"))
        end_row(html);
}

/* Line breaks and tabs of the source are blanks; a run of them is one. */
static void characters(void *context, const xmlChar *text, int size)
{
    cbi_html *html = context;

    if (!html->in_cell || html->quiet > 0 || html->cell.size > CBI_GRID_CELL_MAX)
        return;
    for (int i = 0; i < size; i++) {
        bool blank = text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r');

        if (blank && (html->cell.size == 0 || html->cell.data[html->cell.size - 1] == ' '))
            continue;
        (void)cbi_buffer_append(&html->cell, cbi_bytes_of(blank ? " " : (const char *)&text[i], 1),
                                NULL);
    }
}

/* ---- the reader -------------------------------------------------------------------------- */

static void free_html(void *self)
{
    cbi_html *html = self;

    if (html == NULL)
        return;
    if (html->parser != NULL)
        htmlFreeParserCtxt(html->parser);
    cbi_decoder_free(html->decoder);
    cbank_buffer_clear(&html->text);
    cbank_buffer_clear(&html->cell);
    cbi_rowqueue_clear(&html->queue);
    cbi_free(html);
}

static void say_nothing(void *context, const char *format, ...)
{
    (void)context;
    (void)format;
}

cbank_status cbi_html_new(cbi_encoding encoding, cbi_html **out, cbank_error *err)
{
    static htmlSAXHandler handler = {.startElement = start_element,
                                     .endElement = end_element,
                                     .characters = characters,
                                     .ignorableWhitespace = characters,
                                     .cdataBlock = NULL,
                                     .warning = say_nothing,
                                     .error = say_nothing};
    cbank_status status = CBANK_OK;
    cbi_html *html = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*html), &html, err));
    cbi_rowqueue_init(&html->queue);
    CBI_TRY(cbi_decoder_new(encoding, &html->decoder, err));
    html->parser = htmlCreatePushParserCtxt(&handler, html, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
    if (html->parser == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_NO_MEMORY, 0, NULL, NULL));
    /* What the file says of its encoding is not asked: it has been decoded. */
    (void)htmlCtxtUseOptions(html->parser, HTML_PARSE_IGNORE_ENC | HTML_PARSE_NONET |
                                               HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                               HTML_PARSE_NODEFDTD);
    *out = html;
    html = NULL;
done:
    free_html(html);
    return status;
}

static cbank_status feed(void *self, cbi_bytes bytes, cbank_error *err)
{
    cbi_html *html = self;

    if (html->failure.status != CBANK_OK)
        return CBANK_OK;
    if (html->parsed > 0) {
        html->text.size -= html->parsed;
        memmove(html->text.data, html->text.data + html->parsed, html->text.size);
        html->parsed = 0;
    }
    if (cbi_decoder_feed(html->decoder, bytes, &html->text, &html->failure) == CBANK_E_MEMORY)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, 0, NULL, NULL);
    return CBANK_OK;
}

static cbank_status end(void *self, cbank_error *err)
{
    cbi_html *html = self;

    html->ended = true;
    if (html->failure.status == CBANK_OK &&
        cbi_decoder_end(html->decoder, &html->text, &html->failure) == CBANK_E_MEMORY)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, 0, NULL, NULL);
    return CBANK_OK;
}

/* Parses one slice, or says that the text has ended; false if there is nothing to parse. */
static bool parse_some(cbi_html *html)
{
    size_t size = html->text.size - html->parsed;

    if (size > SLICE)
        size = SLICE;
    if (size > 0) {
        htmlParseChunk(html->parser, (const char *)html->text.data + html->parsed, (int)size, 0);
        html->parsed += size;
        return true;
    }
    if (!html->ended || html->failure.status != CBANK_OK || html->finished)
        return false;
    html->finished = true;
    htmlParseChunk(html->parser, "", 0, 1);
    end_row(html);
    return true;
}

static cbank_status next(void *self, cbi_grid_step *step, cbi_grid_row *row, cbank_error *err)
{
    cbi_html *html = self;
    cbank_status status = CBANK_OK;
    bool found = false;

    do {
        CBI_TRY(cbi_rowqueue_next(&html->queue, row, &found, err));
        if (html->depth > NESTING_MAX)
            CBI_TRY(cbi_fail(err, CBI_REASON_CSV_LIMIT, html->rows, "nesting", NULL));
    } while (!found && parse_some(html));
    if (!found && html->failure.status != CBANK_OK) {
        *err = html->failure;
        err->where = html->rows + 1;
        return (cbank_status)html->failure.status;
    }
    *step = found ? CBI_GRID_ROW : html->finished ? CBI_GRID_DONE : CBI_GRID_MORE;
done:
    return status;
}

const cbi_grid_reader cbi_html_reader = {
    .kind = "html", .whole_rows = true, .feed = feed, .end = end, .next = next, .free = free_html};
