/*
 * rows.h - the records that everybody stores: which learner each belongs to, what its number is,
 * and the spreadsheet that an institution would have.
 */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include "cbank.h"

#include <stddef.h>
#include <stdint.h>

/* In which order records arrive. */
typedef enum rows_order {
    ROWS_RANDOM, /* any learner next */
    ROWS_LOCAL,  /* a batch is of one institution: two thousand learners, mixed */
    ROWS_ROSTER, /* all records of a learner one after the other */
} rows_order;

typedef struct rows {
    rows_order order;
    uint64_t seed;     /* makes the references different, and the random order */
    uint32_t learners; /* among whom, from `first` on */
    uint32_t first;
    uint64_t count;
    uint32_t batch; /* records of one */
} rows;

#define ROWS_NUMBER_SIZE 19   /* an identity number, with its NUL */
#define ROWS_REFERENCE_MAX 40

const char *rows_order_name(rows_order order);
/* The learner of a record. */
uint32_t rows_learner(const rows *set, uint64_t record);
/* A number of 1880 to 1900, the same for the same learner; up to seven million. */
void rows_number(uint32_t learner, char out[static ROWS_NUMBER_SIZE]);
void rows_reference(const rows *set, uint64_t record, char out[static ROWS_REFERENCE_MAX]);
/* The records from `from` up to `to` as CSV, appended; false without memory. */
bool rows_sheet(const rows *set, uint64_t from, uint64_t to, cbank_buffer *out);

#endif
