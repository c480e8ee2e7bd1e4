/*
 * sqlite.h - the peer that most offices would take: one file, a table, two indices, no signatures.
 * Write-ahead log, synchronous=FULL, checkpoints as they come by themselves.
 */
#ifndef BENCH_SQLITE_H
#define BENCH_SQLITE_H

#include "rows.h"

typedef struct sqlite sqlite;

sqlite *sqlite_create(const char *folder);
void sqlite_close(sqlite *it);
/* Stores records of `size` bytes, so many a transaction. */
void sqlite_store(sqlite *it, const rows *set, uint64_t from, uint64_t to, size_t size,
                  uint32_t transaction);

#endif
