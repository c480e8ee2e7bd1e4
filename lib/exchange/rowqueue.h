/*
 * rowqueue.h - rows that a parser has made, waiting to be pulled one by one.
 *
 * A parser that calls back makes several rows out of one piece of a file. Cells are copied in and
 * trimmed; a row's limits are those of grid.h, and breaking one is remembered until the row that
 * broke it would be pulled.
 */
#ifndef CBI_EXCHANGE_ROWQUEUE_H
#define CBI_EXCHANGE_ROWQUEUE_H

#include "exchange/grid.h"

typedef struct cbi_rowqueue {
    cbank_buffer text;   /* of all cells, each followed by a zero byte */
    cbank_buffer places; /* of cells: offset, size; a row begins with its number and count */
    size_t next;         /* in `places`, of the row to be pulled */
    size_t begun;        /* in `places`, of the row that is being made; SIZE_MAX: none */
    size_t row_text;     /* where its text begins */
    bool failed;
    cbank_error why;
    cbi_bytes cells[CBI_GRID_COLUMNS_MAX];
} cbi_rowqueue;

/* Begins as {0} but for this. */
void cbi_rowqueue_init(cbi_rowqueue *queue);
/* Wipes. */
void cbi_rowqueue_clear(cbi_rowqueue *queue);

/* A row begins; the one before has ended. */
void cbi_rowqueue_begin(cbi_rowqueue *queue, uint64_t number);
/* A cell at this column, from 0 on; those between it and the last are empty. */
void cbi_rowqueue_add(cbi_rowqueue *queue, size_t column, cbi_bytes cell);
/* The row that is being made is complete. */
void cbi_rowqueue_end(cbi_rowqueue *queue);

/* Pulls a row, lent until the next call of any kind; `*found` is false if none is complete. */
cbank_status cbi_rowqueue_next(cbi_rowqueue *queue, cbi_grid_row *row, bool *found,
                               cbank_error *err);

#endif
