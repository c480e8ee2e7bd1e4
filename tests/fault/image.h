/*
 * image.h - the files that a bank lives in, store, guard and log key, as they once were.
 *
 * Taken while the bank is closed and put back before each case, so that every case sets out from
 * the same bank. Whatever else lies beside them, such as LMDB's lock file, is taken away.
 */
#ifndef FAULT_IMAGE_H
#define FAULT_IMAGE_H

#include "world.h"

typedef struct image {
    cbank_buffer store;
    cbank_buffer guard;
    cbank_buffer log_key;
} image;

void image_take(image *out, const world *it);
/* The store whole, or only its first `store_size` bytes. */
void image_put(const image *from, const world *it, size_t store_size);
void image_clear(image *from);

/* Where the two files are. */
void image_store_path(const world *it, char out[WORLD_PATH_MAX * 2]);
void image_guard_path(const world *it, char out[WORLD_PATH_MAX * 2]);

#endif
