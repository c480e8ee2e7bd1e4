#include "exchange/csv.h"

#include <csv.h>
#include <string.h>

#include "base/memory.h"
#include "exchange/cell.h"

/* libcsv's buffer grows with what it is given at once; so this bounds it. */
#define SLICE_MAX (16u * 1024)
/* Bytes that are decoded at once, when their rows are asked for. */
#define PIECE_MAX (64u * 1024)

struct cbi_csv {
    cbi_decoder *decoder;
    cbank_buffer fed; /* as it came; decoded up to `decoded` */
    size_t decoded;
    bool ended;        /* no more will be fed, */
    bool all_decoded;  /* and all of it is text now */
    cbank_buffer text; /* parsed up to `parsed` */
    size_t parsed;
    bool separated; /* the separator is known */
    cbank_error failure; /* of the decoder; told when the rows before it are handed out */

    struct csv_parser parser;
    bool after_cr;     /* the last row ended with CR, of which LF may be the other half */
    bool row_complete; /* `cells` is a whole row */
    const char *over;  /* which limit the row broke, or NULL */

    uint64_t number; /* of the last complete row */
    uint8_t *row; /* CBI_GRID_ROW_MAX bytes that the cells point into */
    size_t row_size;
    size_t row_most; /* that it has ever been: no more of it was touched */
    cbi_bytes cells[CBI_GRID_COLUMNS_MAX];
    size_t cell_count;
};

static void free_csv(void *self);


cbank_status cbi_csv_new(cbi_encoding encoding, cbi_csv **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_csv *csv = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*csv), &csv, err));
    csv_init(&csv->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL | CSV_APPEND_NULL);
    CBI_TRY(cbi_alloc(1, CBI_GRID_ROW_MAX, &csv->row, err));
    CBI_TRY(cbi_decoder_new(encoding, &csv->decoder, err));
    *out = csv;
    csv = NULL;
done:
    free_csv(csv);
    return status;
}

static void free_csv(void *self)
{
    cbi_csv *csv = self;

    if (csv == NULL)
        return;
    cbi_decoder_free(csv->decoder);
    cbank_buffer_clear(&csv->fed);
    cbank_buffer_clear(&csv->text);
    cbi_wipe(csv->parser.entry_buf, csv->parser.entry_size);
    csv_free(&csv->parser);
    cbi_wipe(csv->row, csv->row_most);
    cbi_free(csv->row);
    cbi_free(csv);
}

/* What of a buffer has been used is left out. */
static void drop(cbank_buffer *buffer, size_t *used)
{
    if (*used == 0)
        return;
    buffer->size -= *used;
    memmove(buffer->data, buffer->data + *used, buffer->size);
    *used = 0;
}

static cbank_status feed(void *self, cbi_bytes bytes, cbank_error *err)
{
    cbi_csv *csv = self;

    if (csv->failure.status != CBANK_OK)
        return CBANK_OK;
    drop(&csv->fed, &csv->decoded);
    return cbi_buffer_append(&csv->fed, bytes, err);
}

static cbank_status end(void *self, cbank_error *err)
{
    cbi_csv *csv = self;

    (void)err;
    csv->ended = true;
    return CBANK_OK;
}

/* The next piece of what was fed becomes text, or its end does; `*any`: there was something. */
static cbank_status decode(cbi_csv *csv, bool *any, cbank_error *err)
{
    size_t size = csv->fed.size - csv->decoded;
    cbank_status status;

    *any = csv->failure.status == CBANK_OK && (size > 0 || (csv->ended && !csv->all_decoded));
    if (!*any)
        return CBANK_OK;
    drop(&csv->text, &csv->parsed);
    if (size > PIECE_MAX)
        size = PIECE_MAX;
    if (size > 0) {
        status = cbi_decoder_feed(csv->decoder, cbi_bytes_of(csv->fed.data + csv->decoded, size),
                                  &csv->text, &csv->failure);
        csv->decoded += size;
    } else {
        status = cbi_decoder_end(csv->decoder, &csv->text, &csv->failure);
        csv->all_decoded = true;
    }
    if (status == CBANK_E_MEMORY)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, 0, NULL, NULL);
    return CBANK_OK;
}

/* ---- cells and rows, as libcsv reports them ---- */

static void take_cell(void *data, size_t size, void *context)
{
    cbi_csv *csv = context;
    cbi_bytes cell = cbi_cell_trim(cbi_bytes_of(data, size));

    csv->after_cr = false;
    if (size > CBI_GRID_CELL_MAX)
        csv->over = "cell";
    if (csv->cell_count == CBI_GRID_COLUMNS_MAX)
        csv->over = "columns";
    if (csv->row_size + cell.size + 1 > CBI_GRID_ROW_MAX)
        csv->over = "row";
    if (csv->over != NULL)
        return;
    memcpy(csv->row + csv->row_size, cell.data, cell.size);
    csv->row[csv->row_size + cell.size] = '\0';
    csv->cells[csv->cell_count++] = cbi_bytes_of(csv->row + csv->row_size, cell.size);
    csv->row_size += cell.size + 1;
    if (csv->row_size > csv->row_most)
        csv->row_most = csv->row_size;
}

static void take_row(int terminator, void *context)
{
    cbi_csv *csv = context;
    bool second_half = terminator == '\n' && csv->after_cr;

    csv->after_cr = terminator == '\r';
    if (second_half)
        return;
    csv->number++;
    csv->row_complete = true;
}

/* Makes room for the next row; one that is not complete yet stays. */
static void forget_row(cbi_csv *csv)
{
    if (!csv->row_complete)
        return;
    csv->row_complete = false;
    csv->row_size = 0;
    csv->cell_count = 0;
}

/* ---- parsing ---- */

static cbank_status fail_quotes(const cbi_csv *csv, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_CSV_QUOTES, csv->number + 1, NULL, NULL);
}

static cbank_status check_limits(cbi_csv *csv, cbank_error *err)
{
    if (csv->parser.entry_pos > CBI_GRID_CELL_MAX)
        csv->over = "cell";
    if (csv->over == NULL)
        return CBANK_OK;
    return cbi_fail(err, CBI_REASON_CSV_LIMIT, csv->number + (csv->row_complete ? 0 : 1),
                    csv->over, NULL);
}

/*
 * Gives one slice to libcsv. In its strict form it stops at every quote that is out of place;
 * inside an unquoted cell such a quote is let through as a character.
 */
static cbank_status parse_slice(cbi_csv *csv, const uint8_t *slice, size_t size, cbank_error *err)
{
    size_t done = 0;

    while (done < size) {
        done += csv_parse(&csv->parser, slice + done, size - done, take_cell, take_row, csv);
        if (done == size)
            break;
        if (csv_error(&csv->parser) != CSV_EPARSE)
            return cbi_fail(err, CBI_REASON_NO_MEMORY, 0, NULL, NULL);
        if (csv->parser.quoted)
            return fail_quotes(csv, err);
        csv->parser.options &= (unsigned char)~CSV_STRICT;
        done += csv_parse(&csv->parser, slice + done, 1, take_cell, take_row, csv);
        csv->parser.options |= CSV_STRICT;
    }
    return check_limits(csv, err);
}

/* The next piece of text; at most one row ends in it, with its last byte. */
static size_t next_slice(const cbi_csv *csv)
{
    size_t size = csv->text.size - csv->parsed;
    const uint8_t *at;
    const uint8_t *end;

    if (size > SLICE_MAX)
        size = SLICE_MAX;
    if (size == 0)
        return 0;
    at = csv->text.data + csv->parsed;
    end = memchr(at, '\n', size);
    if (end != NULL)
        size = (size_t)(end - at) + 1;
    end = memchr(at, '\r', size);
    return end == NULL ? size : (size_t)(end - at) + 1;
}

/* Parses until a row is complete; false if there is none in what was fed. */
static cbank_status parse_row(cbi_csv *csv, bool *complete, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool any = true;
    size_t size;

    while (status == CBANK_OK && !csv->row_complete && any) {
        size = next_slice(csv);
        if (size > 0)
            status = parse_slice(csv, csv->text.data + csv->parsed, size, err);
        else
            status = decode(csv, &any, err);
        if (status == CBANK_OK)
            csv->parsed += size;
    }
    if (status != CBANK_OK)
        return status;
    if (!csv->row_complete && csv->failure.status != CBANK_OK) {
        *err = csv->failure;
        err->where = csv->number + 1;
        return (cbank_status)csv->failure.status;
    }
    if (!csv->row_complete && csv->all_decoded &&
        csv_fini(&csv->parser, take_cell, take_row, csv) != 0)
        return fail_quotes(csv, err);
    *complete = csv->row_complete;
    return check_limits(csv, err);
}

/* ---- the separator ---- */

/*
 * Chooses the one that the first line with any has most of, outside quotes; a comma if none has.
 * False while that line is not whole.
 */
static bool choose_separator(cbi_csv *csv)
{
    static const char separators[] = ",;\t";
    size_t counts[3] = {0, 0, 0};
    size_t best = 0;
    bool quoted = false;
    bool whole = csv->all_decoded || csv->failure.status != CBANK_OK ||
                 csv->text.size > CBI_GRID_ROW_MAX;

    for (size_t i = csv->parsed; i < csv->text.size; i++) {
        uint8_t c = csv->text.data[i];

        if ((c == '\n' || c == '\r') && !quoted && counts[0] + counts[1] + counts[2] > 0) {
            whole = true;
            break;
        }
        if (c == '"')
            quoted = !quoted;
        for (size_t j = 0; j < 3 && !quoted; j++)
            counts[j] += c == (uint8_t)separators[j];
    }
    for (size_t j = 1; j < 3; j++) {
        if (counts[j] > counts[best])
            best = j;
    }
    csv_set_delim(&csv->parser, (unsigned char)separators[best]);
    csv->separated = whole;
    return whole;
}

static cbank_status next(void *self, cbi_grid_step *step, cbi_grid_row *row, cbank_error *err)
{
    cbi_csv *csv = self;
    cbank_status status = CBANK_OK;
    bool complete = false, any;

    *step = CBI_GRID_MORE;
    while (!csv->separated && !choose_separator(csv)) {
        CBI_TRY(decode(csv, &any, err));
        if (!any)
            return CBANK_OK;
    }
    forget_row(csv);
    CBI_TRY(parse_row(csv, &complete, err));
    if (complete) {
        *row = (cbi_grid_row){csv->number, csv->cells, csv->cell_count};
        *step = CBI_GRID_ROW;
    } else if (csv->all_decoded) {
        *step = CBI_GRID_DONE;
    }
done:
    return status;
}

const cbi_grid_reader cbi_csv_reader = {
    .kind = "csv", .feed = feed, .end = end, .next = next, .free = free_csv};
