/*
 * work.h - what is measured, one after the other: each adds its rows to the report.
 */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#include <stdint.h>

typedef struct bench_work {
    const char *folder; /* on the disk that is measured; made and removed by the caller */
    const char *suite;
    uint64_t records; /* of a bulk deposit */
    uint64_t base;    /* on top of which deposits are measured again; 0: not */
    /* What peers in other languages reached in a second, measured before; 0: not. */
    double credentials; /* verified by @digitalbazaar/vc */
    double postgres;    /* records stored by PostgreSQL */
} bench_work;

/* No measurement: the same records as a table of text for others, in `folder`/rows.tsv. */
void work_rows(const bench_work *it);
/* Bulk deposits in three orders, imports, what they leave on the disk, history and check. */
void work_bulk(const bench_work *it);
/* The same again on top of many. */
void work_base(const bench_work *it);
/* One record at a time, and many callers at once. */
void work_single(const bench_work *it);
/* Transcripts of forty records. */
void work_verify(const bench_work *it);

#endif
