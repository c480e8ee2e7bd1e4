#include "exchange/rowqueue.h"

#include <string.h>

#include "exchange/cell.h"

/* One place: two numbers of 8 bytes. The first of a row holds its number and how many follow. */
#define PLACE 16

void cbi_rowqueue_init(cbi_rowqueue *queue)
{
    queue->begun = SIZE_MAX;
}

void cbi_rowqueue_clear(cbi_rowqueue *queue)
{
    cbank_buffer_clear(&queue->text);
    cbank_buffer_clear(&queue->places);
}

static void fail(cbi_rowqueue *queue, cbi_reason reason, uint64_t row, const char *object)
{
    if (queue->failed)
        return;
    queue->failed = true;
    (void)cbi_fail(&queue->why, reason, row, object, NULL);
}

static void put_place(uint8_t *at, uint64_t first, uint64_t second)
{
    cbi_put_u64(at, first);
    cbi_put_u64(at + 8, second);
}

static void add_place(cbi_rowqueue *queue, uint64_t first, uint64_t second)
{
    uint8_t place[PLACE];

    put_place(place, first, second);
    if (cbi_buffer_append(&queue->places, cbi_bytes_of(place, PLACE), NULL) != CBANK_OK)
        fail(queue, CBI_REASON_NO_MEMORY, 0, NULL);
}

static uint64_t row_number(const cbi_rowqueue *queue)
{
    return cbi_get_u64(queue->places.data + queue->begun);
}

static size_t cell_count(const cbi_rowqueue *queue)
{
    return (queue->places.size - queue->begun) / PLACE - 1;
}

void cbi_rowqueue_begin(cbi_rowqueue *queue, uint64_t number)
{
    cbi_rowqueue_end(queue);
    if (queue->failed)
        return;
    queue->begun = queue->places.size;
    queue->row_text = queue->text.size;
    add_place(queue, number, 0);
}

void cbi_rowqueue_add(cbi_rowqueue *queue, size_t column, cbi_bytes cell)
{
    if (queue->begun == SIZE_MAX || queue->failed)
        return;
    cell = cbi_cell_trim(cell);
    if (cell.size > CBI_GRID_CELL_MAX)
        fail(queue, CBI_REASON_CSV_LIMIT, row_number(queue), "cell");
    else if (column >= CBI_GRID_COLUMNS_MAX)
        fail(queue, CBI_REASON_CSV_LIMIT, row_number(queue), "columns");
    else if (queue->text.size - queue->row_text + cell.size > CBI_GRID_ROW_MAX)
        fail(queue, CBI_REASON_CSV_LIMIT, row_number(queue), "row");
    while (!queue->failed && cell_count(queue) < column)
        add_place(queue, queue->text.size, 0);
    if (queue->failed || cell_count(queue) > column)
        return; /* a cell that stands there already stays */
    add_place(queue, queue->text.size, cell.size);
    if (cbi_buffer_append(&queue->text, cell, NULL) != CBANK_OK ||
        cbi_buffer_append(&queue->text, cbi_bytes_of("", 1), NULL) != CBANK_OK)
        fail(queue, CBI_REASON_NO_MEMORY, 0, NULL);
}

void cbi_rowqueue_end(cbi_rowqueue *queue)
{
    if (queue->begun == SIZE_MAX || queue->failed)
        return;
    put_place(queue->places.data + queue->begun, row_number(queue), cell_count(queue));
    queue->begun = SIZE_MAX;
}

/* All that was made has been pulled: its room is used again. */
static void rewind_queue(cbi_rowqueue *queue)
{
    if (queue->begun != SIZE_MAX || queue->next < queue->places.size)
        return;
    cbi_buffer_rewind(&queue->places);
    cbi_buffer_rewind(&queue->text);
    queue->next = 0;
}

cbank_status cbi_rowqueue_next(cbi_rowqueue *queue, cbi_grid_row *row, bool *found,
                               cbank_error *err)
{
    size_t end = queue->begun == SIZE_MAX ? queue->places.size : queue->begun;
    const uint8_t *at;
    size_t count;

    *found = queue->next < end;
    if (!*found && queue->failed) {
        *err = queue->why;
        return (cbank_status)queue->why.status;
    }
    if (!*found) {
        rewind_queue(queue);
        return CBANK_OK;
    }
    at = queue->places.data + queue->next;
    count = cbi_get_u64(at + 8);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *place = at + (i + 1) * PLACE;
        size_t size = cbi_get_u64(place + 8);

        queue->cells[i] = size == 0 ? cbi_bytes_of("", 0)
                                    : cbi_bytes_of(queue->text.data + cbi_get_u64(place), size);
    }
    *row = (cbi_grid_row){cbi_get_u64(at), queue->cells, count};
    queue->next += (count + 1) * PLACE;
    return CBANK_OK;
}
