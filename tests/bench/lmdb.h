/*
 * lmdb.h - the store below cbank, bare: what a durable transaction costs at all, and what it takes
 * to append the same bytes.
 */
#ifndef BENCH_LMDB_H
#define BENCH_LMDB_H

#include <stddef.h>
#include <stdint.h>

typedef struct lmdb lmdb;

lmdb *lmdb_create(const char *folder);
void lmdb_close(lmdb *it);
/* One durable transaction that puts one value of 8 bytes. */
void lmdb_put(lmdb *it, uint64_t number);
/* Appends so many records of `size` bytes, so many a transaction. */
void lmdb_append(lmdb *it, uint64_t count, size_t size, uint32_t transaction);

#endif
