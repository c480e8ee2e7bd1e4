/* builtin.h - the profiles that come with the library: the files of lib/packs/profiles. */
#ifndef CBI_EXCHANGE_BUILTIN_H
#define CBI_EXCHANGE_BUILTIN_H

#include <stddef.h>
#include <stdint.h>

typedef struct cbi_builtin {
    const char *name; /* of the file, without .yaml */
    const uint8_t *data;
    size_t size;
} cbi_builtin;

/* Ends with an entry without a name; made by lib/packs/embed.cmake. */
extern const cbi_builtin cbi_builtins[];

#endif
