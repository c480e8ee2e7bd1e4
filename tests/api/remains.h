/*
 * remains.h - what this process would leave behind in a core dump.
 *
 * A secret to look for is kept masked, so that the search does not find itself.
 */
#ifndef REMAINS_H
#define REMAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REMAINS_SIZE 32

typedef struct remains_secret {
    uint8_t masked[REMAINS_SIZE];
} remains_secret;

/* The secret of a vault's key file, or of a key in PKCS#8, either without a passphrase. */
void remains_of_file(const char *path, remains_secret *out);
/* Takes what is there, and wipes it. */
void remains_of_bytes(uint8_t bytes[REMAINS_SIZE], remains_secret *out);

/* How often it stands in memory that a core dump takes along, and in memory that none does. */
typedef struct remains_found {
    size_t dumped, hidden;
} remains_found;
remains_found remains_search(const remains_secret *secret);

#endif
